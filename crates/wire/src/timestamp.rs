//! Timestamps: epoch seconds on the wire, words in records.

use std::fmt;

use serde_json::Value;

/// A point in time with the millisecond resolution that CloudTrail sends.
///
/// Written as a JSON number of seconds since the Unix epoch; read from such a number or from ISO
/// 8601 text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(jiff::Timestamp);

/// The value is no time between the years -9999 and 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a time is a number of seconds since 1970 or ISO 8601 text")]
pub struct TimestampError;

impl Timestamp {
    /// Takes `at`, cut to the millisecond.
    pub fn new(at: jiff::Timestamp) -> Self {
        Self(jiff::Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at))
    }

    /// Reads a number of seconds, rounded to the millisecond.
    pub fn from_epoch_seconds(seconds: f64) -> Result<Self, TimestampError> {
        let milliseconds = (seconds * 1000.0).round();
        // Beyond 2^53 a float no longer counts milliseconds; jiff's own range ends earlier.
        if !milliseconds.is_finite() || milliseconds.abs() > 9.0e15 {
            return Err(TimestampError);
        }
        #[expect(clippy::cast_possible_truncation, reason = "a whole number below 2^53")]
        let milliseconds = milliseconds as i64;
        jiff::Timestamp::from_millisecond(milliseconds).map(Self).map_err(|_out_of_range| TimestampError)
    }

    /// Reads a JSON number or ISO 8601 text.
    pub fn from_json(value: &Value) -> Result<Self, TimestampError> {
        match value {
            Value::Number(number) => Self::from_epoch_seconds(number.as_f64().ok_or(TimestampError)?),
            Value::String(text) => text.parse().map(Self::new).map_err(|_unreadable| TimestampError),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => Err(TimestampError),
        }
    }

    /// Returns the seconds since the Unix epoch, with a fraction of milliseconds.
    pub fn epoch_seconds(self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "below 2^53 milliseconds for every year to 9999")]
        let milliseconds = self.0.as_millisecond() as f64;
        milliseconds / 1000.0
    }

    /// Renders the time as XML answers hold it: `2023-07-10T12:07:59Z`, in UTC and whole seconds.
    pub fn in_xml(self) -> String {
        self.0.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// Renders the time as records of JSON services hold it: `Jul 10, 2023, 12:07:59 PM`, in UTC.
    pub fn recorded(self) -> String {
        self.0.strftime("%b %-d, %Y, %-I:%M:%S %p").to_string()
    }

    /// Renders the time as records of IAM hold it: `Jul 10, 2023 12:07:59 PM`, in UTC.
    pub fn recorded_without_comma(self) -> String {
        self.0.strftime("%b %-d, %Y %-I:%M:%S %p").to_string()
    }
}

impl From<jiff::Timestamp> for Timestamp {
    fn from(at: jiff::Timestamp) -> Self {
        Self::new(at)
    }
}

impl From<Timestamp> for jiff::Timestamp {
    fn from(at: Timestamp) -> Self {
        at.0
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.epoch_seconds())
    }
}

impl<'de> serde::Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Self::from_json(&value).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_and_text_are_read() {
        for (given, sent) in [
            (json!(1424476529.0), "1424476529.0"),
            (json!(1772439012.471), "1772439012.471"),
            (json!("2026-03-02T08:10:12Z"), "1772439012.0"),
            (json!("2026-03-02T09:10:12.4719+01:00"), "1772439012.471"),
            (json!(0), "0.0"),
            (json!(-1.5), "-1.5"),
        ] {
            let read = Timestamp::from_json(&given).unwrap();
            assert_eq!(serde_json::to_string(&read).unwrap(), sent, "{given}");
        }
        for refused in [json!(1e300), json!(1e13), json!("yesterday"), json!(true), json!(null), json!([])] {
            assert_eq!(Timestamp::from_json(&refused), Err(TimestampError), "{refused}");
        }
    }

    #[test]
    fn records_spell_the_time_out() {
        for (given, recorded) in [
            ("2023-07-10T12:07:59Z", "Jul 10, 2023, 12:07:59 PM"),
            ("2023-01-02T00:00:05Z", "Jan 2, 2023, 12:00:05 AM"),
            ("2023-01-02T13:04:05.9Z", "Jan 2, 2023, 1:04:05 PM"),
        ] {
            let at = Timestamp::from_json(&json!(given)).unwrap();
            assert_eq!(at.recorded(), recorded);
            let (day, time) = recorded.rsplit_once(", ").unwrap();
            assert_eq!(at.recorded_without_comma(), format!("{day} {time}"));
        }
    }
}
