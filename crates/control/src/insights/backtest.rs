//! What would have been found in the past.

use std::sync::Arc;

use cairn_anomaly::{Minute, Sensitivity};
use cairn_event::Region;
use cairn_insights::store::{PlaceFilter, StoreError};
use cairn_insights::{Backtest, BacktestQuery, BacktestStep, Finding, Kind};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::insights::explanation::{direction_word, sensitivity_word};
use crate::insights::{DAY_MINUTES, DAYS, broken, instant, invalid, minute_from, selecting_trail};
use crate::{Caller, Control, Refusal};

/// A look at the past, asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BacktestAsk {
    from: Minute,
    to: Minute,
    sensitivity: Option<Sensitivity>,
    trail: Option<String>,
}

/// A look at the past that is going on: it goes on as long as it is asked.
#[derive(Debug)]
pub struct InsightsBacktest {
    looking: Backtest,
    metrics: u64,
    done: bool,
}

/// One line of what a look at the past answers. Members are as they are sent.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum BacktestLine {
    /// How far it has come.
    #[expect(missing_docs, reason = "as sent")]
    Progress { metrics: u64, of: u64 },
    /// Something unusual.
    Found(Box<FoundInThePast>),
    /// It is over.
    #[expect(missing_docs, reason = "as sent")]
    Done { from: String, to: String, metrics: u64 },
}

/// Something unusual in the past. Members are as they are sent.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "as sent")]
pub struct FoundInThePast {
    pub direction: &'static str,
    pub sensitivity: &'static str,
    pub insight_type: &'static str,
    pub event_source: String,
    pub event_name: String,
    pub error_code: Option<String>,
    pub start: String,
    pub end: Option<String>,
    pub opening: CallsInMinutes,
    pub calls: u64,
    pub baseline: CallsInMinutes,
    pub event_id: Option<String>,
}

/// Calls in so many minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "as sent")]
pub struct CallsInMinutes {
    pub minutes: u32,
    pub calls: u64,
}

/// The body of a request.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Body {
    from: Option<jiff::Timestamp>,
    to: Option<jiff::Timestamp>,
    sensitivity: Option<SensitivityWord>,
    trail: Option<String>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum SensitivityWord {
    Low,
    Medium,
    High,
}

impl Control {
    /// Understands what is to be looked at in the past. An empty body asks for all of it.
    ///
    /// # Errors
    /// Times that run backwards, members that are none or mean nothing, trails that can't be found.
    pub fn understand_backtest(&self, caller: &Caller, body: &[u8]) -> Result<BacktestAsk, Refusal> {
        let ask = BacktestAsk::parse(body, self.clock.now())?;
        let Some(name) = &ask.trail else { return Ok(ask) };
        let snapshot = self.catalog.current();
        let trail = Some(selecting_trail(&snapshot, caller, name)?.arn.clone());
        Ok(BacktestAsk { trail, ..ask })
    }

    /// Begins to look at the past of the caller's account in the endpoint's Region.
    ///
    /// # Errors
    /// What was counted can't be read.
    pub async fn backtest_insights(
        &self,
        caller: &Caller,
        ask: &BacktestAsk,
    ) -> Result<InsightsBacktest, Refusal> {
        let region: Region = caller.region.clone();
        let places = PlaceFilter {
            account: Some(caller.account),
            region: Some(region),
            trail: Some(ask.trail.as_deref().map(Arc::from)),
        };
        let asked = BacktestQuery { places, from: ask.from, to: ask.to, sensitivity: ask.sensitivity };
        let looking = Backtest::begin(self.insights.store(), asked).await.map_err(broken)?;
        Ok(InsightsBacktest { looking, metrics: 0, done: false })
    }
}

impl BacktestAsk {
    fn parse(body: &[u8], now: jiff::Timestamp) -> Result<Self, Refusal> {
        let body = if body.is_empty() { Ok(Body::default()) } else { Body::parse(body) };
        let body = body.map_err(|_mistyped| {
            invalid(
                "The body is a JSON object that may have from and to, both times such as \
                 2026-03-01T00:00:00Z, sensitivity, which is low, medium or high, and trail, an ARN.",
            )
        })?;
        if let (Some(from), Some(to)) = (body.from, body.to)
            && from > to
        {
            return Err(Refusal::TimeRangeInvalid("from must not be later than to.".to_owned()));
        }
        let present = minute_from(now);
        let kept = present.minus(DAYS * DAY_MINUTES);
        Ok(Self {
            from: body.from.map_or(kept, minute_from).max(kept),
            to: body.to.map_or(present, minute_from).min(present),
            sensitivity: body.sensitivity.map(SensitivityWord::meant),
            trail: body.trail,
        })
    }

    /// Returns the trail whose data events are looked at.
    pub fn trail(&self) -> Option<&str> {
        self.trail.as_deref()
    }

    /// Says for the record what is asked.
    pub fn remark(&self) -> Value {
        json!({
            "from": instant(self.from).to_string(),
            "to": instant(self.to).to_string(),
            "sensitivity": self.sensitivity.map(sensitivity_word),
            "trail": self.trail,
        })
    }
}

impl Body {
    fn parse(body: &[u8]) -> serde_json::Result<Self> {
        // A list would do for the members in their order, too.
        let members: serde_json::Map<String, Value> = serde_json::from_slice(body)?;
        serde_json::from_value(Value::Object(members))
    }
}

impl SensitivityWord {
    fn meant(self) -> Sensitivity {
        match self {
            Self::Low => Sensitivity::Low,
            Self::Medium => Sensitivity::Medium,
            Self::High => Sensitivity::High,
        }
    }
}

impl InsightsBacktest {
    /// Looks at some more, for a second at most; `None` once it has said that it is over. Not cancel-safe.
    ///
    /// # Errors
    /// What was counted can't be read.
    pub async fn next(&mut self) -> Result<Option<Vec<BacktestLine>>, StoreError> {
        if self.done {
            return Ok(None);
        }
        let Some(BacktestStep { found, metrics, of }) = self.looking.next().await? else {
            self.done = true;
            let (from, to) = self.looking.looked_at();
            let [from, to] = [from, to].map(|minute| instant(minute).to_string());
            return Ok(Some(vec![BacktestLine::Done { from, to, metrics: self.metrics }]));
        };
        self.metrics = metrics;
        let found = found.into_iter().map(|found| BacktestLine::Found(Box::new(told(found))));
        Ok(Some(found.chain([BacktestLine::Progress { metrics, of }]).collect()))
    }
}

fn told(found: Finding) -> FoundInThePast {
    let (insight_type, error_code) = match &found.metric.kind {
        Kind::Calls => ("ApiCallRateInsight", None),
        Kind::Errors(code) => ("ApiErrorRateInsight", Some(code.to_string())),
    };
    FoundInThePast {
        direction: direction_word(found.opening.direction),
        sensitivity: sensitivity_word(found.opening.sensitivity),
        insight_type,
        event_source: found.metric.source.to_string(),
        event_name: found.metric.name.to_string(),
        error_code,
        start: instant(found.opening.start).to_string(),
        end: found.closing.map(|closing| instant(closing.end).to_string()),
        opening: CallsInMinutes { minutes: found.opening.minutes, calls: found.opening.calls },
        calls: found.calls,
        baseline: CallsInMinutes { minutes: found.baseline_minutes, calls: found.baseline_calls },
        event_id: found.event_id.as_deref().map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(body: &str) -> Result<Value, String> {
        let ask = BacktestAsk::parse(body.as_bytes(), "2026-03-02T08:00:30Z".parse().unwrap());
        ask.map(|ask| ask.remark()).map_err(|refusal| refusal.code().to_string())
    }

    #[test]
    fn what_is_left_out_is_all_of_it() {
        let all = json!({
            "from": "2025-12-02T08:01:00Z", "to": "2026-03-02T08:01:00Z", "sensitivity": null, "trail": null,
        });
        assert_eq!(parse("").as_ref(), Ok(&all));
        assert_eq!(parse("{}").as_ref(), Ok(&all));
        assert_eq!(parse(r#"{"from":null,"to":"2027-01-01T00:00:00Z"}"#).as_ref(), Ok(&all));
        let some = r#"{"from":"2026-02-01T00:00:00Z","to":"2026-02-02T00:00:00+01:00","sensitivity":"low","trail":"t"}"#;
        let told = json!({
            "from": "2026-02-01T00:00:00Z", "to": "2026-02-01T23:00:00Z", "sensitivity": "low", "trail": "t",
        });
        assert_eq!(parse(some), Ok(told));
    }

    #[test]
    fn whatever_is_wrong_is_refused() {
        let backwards = r#"{"from":"2026-02-02T00:00:00Z","to":"2026-02-01T00:00:00Z"}"#;
        assert_eq!(parse(backwards), Err("InvalidTimeRangeException".to_owned()));
        for body in ["[", "[]", "1", r#"{"from":1}"#, r#"{"sensitivity":"Low"}"#, r#"{"since":null}"#, "\0"] {
            assert_eq!(parse(body), Err("InvalidParameterException".to_owned()), "{body}");
        }
    }

    #[test]
    fn lines_are_as_they_are_documented() {
        let line = |line: &BacktestLine| serde_json::to_value(line).unwrap();
        let progress = BacktestLine::Progress { metrics: 512, of: 2048 };
        assert_eq!(line(&progress), json!({"progress": {"metrics": 512, "of": 2048}}));
        let times = ["2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"].map(str::to_owned);
        let [from, to] = times;
        let done = json!({"done": {"from": from, "to": to, "metrics": 3}});
        assert_eq!(line(&BacktestLine::Done { from, to, metrics: 3 }), done);
    }
}
