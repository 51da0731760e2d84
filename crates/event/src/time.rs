//! Event times: whole seconds, UTC, as CloudTrail writes them.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

/// The second in which a call completed, counted from the Unix epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventTime(i64);

/// The text is not an event time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read an event time: ISO 8601 in UTC is needed, such as 2026-03-02T08:14:55Z")]
pub struct EventTimeError;

impl EventTime {
    /// Takes the whole seconds of `at`.
    pub fn of(at: Timestamp) -> Self {
        Self(at.as_second())
    }

    /// Counts `seconds` from the Unix epoch; clamps to the years that can be written.
    pub fn from_epoch_seconds(seconds: i64) -> Self {
        Self(seconds.clamp(Timestamp::MIN.as_second(), Timestamp::MAX.as_second()))
    }

    /// Returns the seconds since the Unix epoch.
    pub fn epoch_seconds(self) -> i64 {
        self.0
    }
}

impl FromStr for EventTime {
    type Err = EventTimeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse::<Timestamp>().map(Self::of).map_err(|_unreadable| EventTimeError)
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
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
