//! Event times: whole seconds, UTC, as CloudTrail writes them.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

/// The second in which a call completed, counted from the Unix epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventTime(i64);

/// The start of the year 0: a time before it cannot be written with four digits for the year.
const EARLIEST: i64 = -62_167_219_200;

/// The text is not an event time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read an event time: ISO 8601 in UTC is needed, such as 2026-03-02T08:14:55Z")]
pub struct EventTimeError;

impl EventTime {
    /// Takes the whole seconds of `at`.
    pub fn of(at: Timestamp) -> Self {
        Self::from_epoch_seconds(at.as_second())
    }

    /// Counts `seconds` from the Unix epoch; clamps to the years that can be written.
    pub fn from_epoch_seconds(seconds: i64) -> Self {
        Self(seconds.clamp(EARLIEST, Timestamp::MAX.as_second()))
    }

    /// Returns the seconds since the Unix epoch.
    pub fn epoch_seconds(self) -> i64 {
        self.0
    }
}

impl FromStr for EventTime {
    type Err = EventTimeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let at = text.parse::<Timestamp>().map_err(|_unreadable| EventTimeError)?;
        if at.as_second() < EARLIEST { Err(EventTimeError) } else { Ok(Self::of(at)) }
    }
}

impl fmt::Display for EventTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Timestamp::from_second(self.0) {
            Ok(at) => write!(f, "{}", at.strftime("%Y-%m-%dT%H:%M:%SZ")),
            Err(_) => Err(fmt::Error),
        }
    }
}

impl serde::Serialize for EventTime {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for EventTime {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TimeText)
    }
}

struct TimeText;

impl serde::de::Visitor<'_> for TimeText {
    type Value = EventTime;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an ISO 8601 time in UTC")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<EventTime, E> {
        text.parse().map_err(E::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn times_are_read_in_whole_seconds() {
        let cases = [
            ("2026-03-02T08:14:55Z", Some(1_772_439_295)),
            ("2026-03-02T08:14:55.999Z", Some(1_772_439_295)),
            ("2026-03-02T09:14:55+01:00", Some(1_772_439_295)),
            ("1970-01-01T00:00:00Z", Some(0)),
            ("1969-12-31T23:59:59Z", Some(-1)),
            ("2024-02-29T23:59:59Z", Some(1_709_251_199)),
            ("2023-02-29T00:00:00Z", None),
            ("2026-13-02T08:14:55Z", None),
            ("2026-03-02T24:00:00Z", None),
            ("2026-03-02T08:14:55", None),
            ("2026-03-02", None),
            ("0000-01-01T00:00:00Z", Some(EARLIEST)),
            ("-000001-12-31T23:59:59Z", None),
            ("string", None),
            ("", None),
        ];
        for (text, seconds) in cases {
            let read = text.parse::<EventTime>().ok().map(EventTime::epoch_seconds);
            assert_eq!(read, seconds, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(seconds in EARLIEST..253_402_207_200) {
            let time = EventTime::from_epoch_seconds(seconds);
            let text = time.to_string();
            prop_assert_eq!(text.len(), 20, "{}", text);
            prop_assert_eq!(text.parse::<EventTime>().unwrap(), time);
        }

        #[test]
        fn every_instant_can_be_written(seconds in any::<i64>()) {
            let time = EventTime::from_epoch_seconds(seconds);
            prop_assert_eq!(time.to_string().parse::<EventTime>().unwrap(), time);
        }

        #[test]
        fn other_text_never_panics(text in ".{0,30}") {
            let _read = text.parse::<EventTime>().is_ok();
        }
    }
}
