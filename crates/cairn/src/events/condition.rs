//! A condition as it is typed: `EventName=CreateBucket,DeleteBucket`.

use std::str::FromStr;

use cairn_history::{Field, Operator};
use serde_json::{Value, json};

/// A condition of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Condition {
    field: Field,
    operator: Operator,
    values: Vec<String>,
}

impl Condition {
    /// Returns the filter that the server is asked for.
    pub(super) fn filter(&self) -> Value {
        let mut filter = json!({ "Field": self.field.as_str(), "Operator": self.operator.as_str() });
        if !self.values.is_empty() {
            filter["Values"] = json!(self.values);
        }
        filter
    }
}

impl FromStr for Condition {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, operator, values) = match text.split_once('=') {
            None => match text.strip_prefix('!') {
                None => (text, Operator::Exists, ""),
                Some(name) => (name, Operator::NotExists, ""),
            },
            Some((name, values)) => match (name.strip_suffix('!'), name.strip_suffix('^')) {
                (Some(name), _) => (name, Operator::NotEquals, values),
                (_, Some(name)) => (name, Operator::StartsWith, values),
                (None, None) => (name, Operator::Equals, values),
            },
        };
        let values: Vec<String> =
            values.split(',').filter(|value| !value.is_empty()).map(str::to_owned).collect();
        if operator.has_values() && values.is_empty() {
            return Err(format!("{name} is compared with nothing"));
        }
        Ok(Self { field: field(name)?, operator, values })
    }
}

/// Reads a field's name, however it is written: EventName, event-name, event_name.
fn field(name: &str) -> Result<Field, String> {
    let plain = |name: &str| name.replace(['-', '_'], "").to_ascii_lowercase();
    let asked = plain(name);
    let known = Field::ALL.into_iter().find(|field| plain(field.as_str()) == asked);
    known.ok_or_else(|| {
        let names: Vec<&str> = Field::ALL.into_iter().map(Field::as_str).collect();
        format!("{name} is none of {}", names.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_read_as_they_are_typed() {
        for (text, wanted) in [
            (
                "EventName=CreateBucket,DeleteBucket",
                json!({"Field": "EventName", "Operator": "Equals", "Values": ["CreateBucket", "DeleteBucket"]}),
            ),
            ("username!=alice", json!({"Field": "Username", "Operator": "NotEquals", "Values": ["alice"]})),
            (
                "source-ip-address^=10.",
                json!({"Field": "SourceIPAddress", "Operator": "StartsWith", "Values": ["10."]}),
            ),
            ("error_code", json!({"Field": "ErrorCode", "Operator": "Exists"})),
            ("!ErrorCode", json!({"Field": "ErrorCode", "Operator": "NotExists"})),
            ("UserAgent=a=b", json!({"Field": "UserAgent", "Operator": "Equals", "Values": ["a=b"]})),
        ] {
            assert_eq!(text.parse::<Condition>().unwrap().filter(), wanted, "{text}");
        }
        for text in ["", "Nothing=1", "EventName=", "EventName!=,", "=x", "!"] {
            assert!(text.parse::<Condition>().is_err(), "{text}");
        }
    }
}
