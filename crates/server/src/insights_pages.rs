//! `GET /_cairn/insights/explanation` and `POST /_cairn/insights/backtest`: what an insight was about, and what would
//! have been found in the past.
//!
//! Both are signed for service `cloudtrail` and permitted as LookupEvents is; what is about the data events of a
//! trail as ListInsightsData is too. They are recorded as `GetInsightExplanation` and `BacktestInsights`, with what
//! was asked in `additionalEventData`. A backtest answers JSON lines as they come; whoever hangs up ends it.

use bytes::Bytes;
use cairn_control::{Caller, InsightsBacktest, Refusal};
use cairn_wire::json11;
use cairn_wire::{ErrorCode, Operation};
use hyper::body::Incoming;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::answer::Answered;
use crate::incoming::StreamError;
use crate::page::{Asked, LINES, Page, Refused};
use crate::serve::{Arrival, Front, Who};
use crate::turns::{Turn, TurnsMax};

/// The page of one insight.
pub(crate) const EXPLANATION: &str = "/_cairn/insights/explanation";

/// The page of the past.
pub(crate) const BACKTEST: &str = "/_cairn/insights/backtest";

const EXPLAIN: Page = Page::bodiless("GetInsightExplanation");

const BACK_TEST: Page = Page { event: "BacktestInsights", body_bytes_max: 16 << 10 };

/// Lines that wait for a slow client; the work waits with them.
const LINES_MAX: usize = 64;

/// Each steps through up to 90 days of every series of its place.
const BACKTESTS_MAX: TurnsMax = TurnsMax { account: 1, all: 2 };

impl Front {
    /// Says what an insight was about, and records that it was asked.
    pub(crate) async fn explain_insight(&self, arrival: &Arrival, body: Incoming) -> Answered {
        self.page(&EXPLAIN, (arrival, body), async |asked| self.explanation(asked).await).await
    }

    async fn explanation(&self, asked: &mut Asked<'_>) -> Result<Vec<u8>, Refused> {
        let caller = self.caller_who_looks(asked.arrival, &asked.who)?;
        let id = asked_id(&asked.arrival.head.query)?;
        asked.remark("insight", json!({ "id": id }));
        let explained = self.control.explain_insight(&caller, &id).await?;
        if let Some(trail) = &explained.trail {
            self.allow_data_of(&caller, trail)?;
        }
        Ok(json11::success_body(&explained))
    }

    /// Finds what would have been found in the past, and records that it was asked.
    pub(crate) async fn backtest_insights(&self, arrival: &Arrival, body: Incoming) -> Answered {
        self.page(&BACK_TEST, (arrival, body), async |asked| self.begin_backtest(asked).await).await
    }

    async fn begin_backtest(&self, asked: &mut Asked<'_>) -> Result<Answered, Refused> {
        let caller = self.caller_who_looks(asked.arrival, &asked.who)?;
        let ask = self.control.understand_backtest(&caller, &asked.body)?;
        asked.remark("backtest", ask.remark());
        if let Some(trail) = ask.trail() {
            self.allow_data_of(&caller, trail)?;
        }
        let running =
            self.long_work.backtests.begin(caller.account, BACKTESTS_MAX).ok_or(Refusal::Throttled)?;
        let backtest = self.control.backtest_insights(&caller, &ask).await?;
        Ok(self.stream_lines(backtest, running))
    }

    /// Works and sends lines until it is done, the client hangs up or the server stops.
    fn stream_lines(&self, backtest: InsightsBacktest, running: Turn) -> Answered {
        let (lines, taken) = mpsc::channel(LINES_MAX);
        self.tasks.spawn(async move {
            let _running = running;
            work(backtest, &lines).await;
        });
        self.stream(LINES, taken)
    }

    /// Says who calls, if whoever it is may look events up.
    fn caller_who_looks(&self, arrival: &Arrival, who: &Who) -> Result<Caller, Refused> {
        let caller = self.caller_of_cloudtrail(arrival, who);
        self.control.admit(&caller, Operation::LookupEvents)?;
        self.allow(Operation::LookupEvents.name(), &Value::Null, &caller)?;
        Ok(caller)
    }

    /// Refuses whoever may not see insights of a trail's data events.
    fn allow_data_of(&self, caller: &Caller, trail: &str) -> Result<(), Refused> {
        Ok(self.allow(Operation::ListInsightsData.name(), &json!({ "InsightSource": trail }), caller)?)
    }
}

/// Works as long as somebody takes the lines.
async fn work(mut backtest: InsightsBacktest, lines: &mpsc::Sender<Result<Bytes, StreamError>>) {
    loop {
        let told = match backtest.next().await {
            Ok(Some(told)) => told,
            Ok(None) => return,
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a backtest broke off");
                return;
            }
        };
        for line in told {
            let mut text = json11::success_body(&line);
            text.push(b'\n');
            if lines.send(Ok(Bytes::from(text))).await.is_err() {
                return;
            }
        }
    }
}

/// Reads which insight is asked about.
fn asked_id(query: &str) -> Result<String, Refused> {
    let misunderstood =
        || Refused::Told(ErrorCode::InvalidParameterException, "id=EVENT_ID is needed, once.".to_owned());
    let value = query.strip_prefix("id=").ok_or_else(misunderstood)?;
    let value = percent_decode_str(value).decode_utf8().map_err(|_no_text| misunderstood())?;
    // Longer than any id; what is asked is recorded.
    if value.is_empty() || value.len() > 64 || value.contains('&') {
        Err(misunderstood())
    } else {
        Ok(value.into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_insight_is_asked_about() {
        assert_eq!(asked_id("id=c9d1f3a0-0000-4000-8000-000000000010").unwrap().len(), 36);
        assert_eq!(asked_id("id=a%2Db").unwrap(), "a-b");
        let long = format!("id={}", "a".repeat(65));
        for query in ["", "id=", "id", "other=1", "id=a&id=b", "id=a&x=1", "id=%ff", &long] {
            assert!(asked_id(query).is_err(), "{query}");
        }
    }
}
