//! What is searched for, as a body of JSON says it.

use cairn_history::{EXPORT_EVENTS_MAX, Filter, HistoryCategory, SearchInput};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::search_refused;
use crate::{Caller, Part, Refusal};

/// The events of a page, and the stretches of a summary, when the caller does not say.
const PAGE_EVENTS: usize = 50;
const BUCKETS: u32 = 60;

/// The longest that filters and text are in the record of a search, in bytes of JSON.
const REMARK_BYTES_MAX: usize = 8 << 10;

/// A search, a summary or an export, asked for.
#[derive(Debug, Clone, Default)]
pub struct SearchAsk {
    start: Option<Timestamp>,
    end: Option<Timestamp>,
    insight: bool,
    filters: Vec<Filter>,
    text: String,
    pub(crate) max_results: usize,
    pub(crate) next_token: Option<String>,
    pub(crate) buckets: u32,
    pub(crate) events_max: u64,
    pub(crate) organization: Option<Part>,
}

/// The body of a request.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "PascalCase")]
struct Body {
    start_time: Option<Instant>,
    end_time: Option<Instant>,
    event_category: Option<String>,
    filters: Option<Vec<BodyFilter>>,
    text: Option<String>,
    organization: Option<BodyPart>,
    max_results: Option<i64>,
    next_token: Option<String>,
    buckets: Option<i64>,
    max_events: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct BodyFilter {
    field: String,
    operator: String,
    values: Option<Vec<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "PascalCase")]
struct BodyPart {
    accounts: Vec<String>,
    organizational_units: Vec<String>,
}

/// A time as it may be written.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(untagged)]
enum Instant {
    Written(Timestamp),
    /// Seconds since 1970, as in LookupEvents.
    Seconds(f64),
}

impl Instant {
    fn at(self) -> Result<Timestamp, Refusal> {
        match self {
            Self::Written(at) => Ok(at),
            Self::Seconds(seconds) => std::time::Duration::try_from_secs_f64(seconds)
                .ok()
                .and_then(|since| Timestamp::UNIX_EPOCH.checked_add(since).ok())
                .ok_or_else(|| Refusal::TimeRangeInvalid("A time lies out of range.".to_owned())),
        }
    }
}

impl SearchAsk {
    /// Reads a body. An empty one asks for everything.
    ///
    /// # Errors
    /// No JSON, unknown members, fields and operators, values that mean nothing.
    pub fn parse(body: &[u8]) -> Result<Self, Refusal> {
        let body = if body.is_empty() { Body::default() } else { read(body)? };
        let insight = match body.event_category.as_deref() {
            None | Some("management") => false,
            Some("insight") => true,
            Some(_) => {
                return Err(Refusal::EventCategoryInvalid(
                    "The event category must be management or insight.".to_owned(),
                ));
            }
        };
        let organization = match body.organization {
            None => None,
            Some(BodyPart { accounts, organizational_units }) => {
                Some(Part::new(&accounts, &organizational_units)?)
            }
        };
        let filters = body.filters.unwrap_or_default().into_iter().map(filter).collect::<Result<_, _>>()?;
        // A number out of range is refused with its own words where it is used.
        let number =
            |asked: Option<i64>, usual| asked.map_or(usual, |asked| usize::try_from(asked).unwrap_or(0));
        let buckets = number(body.buckets, BUCKETS as usize);
        Ok(Self {
            start: body.start_time.map(Instant::at).transpose()?,
            end: body.end_time.map(Instant::at).transpose()?,
            insight,
            filters,
            text: body.text.unwrap_or_default(),
            max_results: number(body.max_results, PAGE_EVENTS),
            next_token: body.next_token,
            buckets: u32::try_from(buckets).unwrap_or(0),
            events_max: body.max_events.unwrap_or(EXPORT_EVENTS_MAX),
            organization,
        })
    }

    /// Says which part of the organization is searched; none where it is the caller's account.
    pub fn organization(&self) -> Option<&Part> {
        self.organization.as_ref()
    }

    /// Says what is searched, for the record.
    pub fn remark(&self) -> Value {
        let mut said = Map::new();
        let mut say = |name: &str, value: Value| said.insert(name.to_owned(), value);
        for (name, at) in [("startTime", self.start), ("endTime", self.end)] {
            if let Some(at) = at {
                say(name, json!(at.to_string()));
            }
        }
        if self.insight {
            say("eventCategory", json!("insight"));
        }
        let filters: Vec<Value> = self.filters.iter().map(told).collect();
        let (filters, text) = (Value::from(filters), json!(self.text));
        if filters.to_string().len() + text.to_string().len() > REMARK_BYTES_MAX {
            say("filtersOmitted", json!(true));
            return Value::Object(said);
        }
        if !self.filters.is_empty() {
            say("filters", filters);
        }
        if !self.text.is_empty() {
            say("text", text);
        }
        Value::Object(said)
    }

    /// Checks the search.
    pub(crate) fn search(&self, caller: &Caller) -> Result<cairn_history::Search, Refusal> {
        cairn_history::Search::parse(SearchInput {
            account: caller.account,
            region: &caller.region,
            start: self.start,
            end: self.end,
            category: if self.insight { HistoryCategory::Insight } else { HistoryCategory::Management },
            filters: self.filters.clone(),
            text: &self.text,
        })
        .map_err(search_refused)
    }
}

fn read(body: &[u8]) -> Result<Body, Refusal> {
    // A list would be read as the members in their order.
    if body.trim_ascii_start().first() != Some(&b'{') {
        return Err(Refusal::InsightsParameterInvalid("The body must be a JSON object.".to_owned()));
    }
    serde_json::from_slice(body)
        .map_err(|error| Refusal::InsightsParameterInvalid(format!("The body can't be understood: {error}.")))
}

fn filter(given: BodyFilter) -> Result<Filter, Refusal> {
    let BodyFilter { field, operator, values } = given;
    let unknown = |what: &str, name: &str, known: Vec<&str>| {
        let name: String = name.chars().take(64).collect();
        Refusal::LookupAttributesInvalid(format!("{what} {name} is none of {}.", known.join(", ")))
    };
    let fields = cairn_history::Field::ALL.map(cairn_history::Field::as_str).to_vec();
    let field = field.parse().map_err(|_unknown| unknown("Field", &field, fields))?;
    let operators = cairn_history::Operator::ALL.map(cairn_history::Operator::as_str).to_vec();
    let operator = operator.parse().map_err(|_unknown| unknown("Operator", &operator, operators))?;
    Ok(Filter { field, operator, values: values.unwrap_or_default() })
}

fn told(filter: &Filter) -> Value {
    let mut told = json!({ "field": filter.field.as_str(), "operator": filter.operator.as_str() });
    if !filter.values.is_empty() {
        told["values"] = json!(filter.values);
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_asks_for_everything_or_for_some() {
        let all = SearchAsk::parse(b"").unwrap();
        assert_eq!((all.max_results, all.buckets, all.events_max), (50, 60, EXPORT_EVENTS_MAX));
        assert_eq!(all.remark(), json!({}));
        let some =
            br#"{"StartTime":"2026-01-01T00:00:00+01:00","EndTime":1767312000.5,"EventCategory":"insight",
            "Filters":[{"Field":"EventName","Operator":"Exists"}],"Text":"a b","MaxResults":7,"Buckets":3,
            "Organization":{"Accounts":["111111111111"]}}"#;
        let some = SearchAsk::parse(some).unwrap();
        assert_eq!((some.max_results, some.buckets), (7, 3));
        assert!(some.organization().is_some());
        let remark = json!({
            "startTime": "2025-12-31T23:00:00Z", "endTime": "2026-01-02T00:00:00.5Z", "eventCategory": "insight",
            "filters": [{"field": "EventName", "operator": "Exists"}], "text": "a b",
        });
        assert_eq!(some.remark(), remark);
    }

    #[test]
    fn foreign_bodies_are_refused() {
        for body in [
            &b"{"[..],
            b"[]",
            b"\xff",
            br#"{"Other":1}"#,
            br#"{"StartTime":"yesterday"}"#,
            br#"{"StartTime":-1}"#,
            br#"{"StartTime":1e300}"#,
            br#"{"EventCategory":"data"}"#,
            br#"{"Filters":[{"Field":"X","Operator":"Exists"}]}"#,
            br#"{"Filters":[{"Field":"EventName","Operator":"X"}]}"#,
            br#"{"Organization":{"Accounts":["1"]}}"#,
        ] {
            assert!(SearchAsk::parse(body).is_err(), "{}", String::from_utf8_lossy(body));
        }
        let deep = "[".repeat(100_000);
        assert!(SearchAsk::parse(deep.as_bytes()).is_err());
        // Out of range, and refused with its own words when it is used.
        assert_eq!(SearchAsk::parse(br#"{"MaxResults":-1}"#).unwrap().max_results, 0);
    }

    #[test]
    fn the_record_leaves_out_what_is_too_long_for_it() {
        let long = json!({ "Text": "a".repeat(REMARK_BYTES_MAX) }).to_string();
        assert_eq!(SearchAsk::parse(long.as_bytes()).unwrap().remark(), json!({ "filtersOmitted": true }));
    }
}
