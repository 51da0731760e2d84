//! Delivery windows: stretches of received time, all of one length, aligned to the epoch.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// How long a delivery window is: 1 second to 1 hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    length_ms: i64,
}

/// The text is not an interval.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read a delivery interval: 1s to 60m is needed, such as 5s or 1m")]
pub struct IntervalError;

impl Default for Interval {
    fn default() -> Self {
        Self { length_ms: 60_000 }
    }
}

impl Interval {
    /// Returns the end of the window that holds `received_ms`; the end itself belongs to the next one.
    pub fn end_of_window_ms(self, received_ms: i64) -> i64 {
        let end = received_ms.div_euclid(self.length_ms).saturating_add(1);
        end.saturating_mul(self.length_ms)
    }

    /// Returns the length.
    pub fn length(self) -> Duration {
        Duration::from_millis(self.length_ms.unsigned_abs())
    }
}

impl FromStr for Interval {
    type Err = IntervalError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.trim_end_matches(|end: char| end.is_ascii_alphabetic());
        let count: i64 = digits.parse().map_err(|_no_number| IntervalError)?;
        let unit_ms = match text.get(digits.len()..) {
            Some("ms") => 1,
            Some("s") => 1_000,
            Some("m") => 60_000,
            Some("h") => 3_600_000,
            _ => return Err(IntervalError),
        };
        match count.checked_mul(unit_ms) {
            Some(length_ms @ 1_000..=3_600_000) => Ok(Self { length_ms }),
            _ => Err(IntervalError),
        }
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.length_ms % 60_000, self.length_ms % 1_000) {
            (0, _) => write!(f, "{}m", self.length_ms / 60_000),
            (_, 0) => write!(f, "{}s", self.length_ms / 1_000),
            _ => write!(f, "{}ms", self.length_ms),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(interval: &str, received_ms: i64, end_ms: i64) {
        let interval: Interval = interval.parse().unwrap();
        assert_eq!(interval.end_of_window_ms(received_ms), end_ms);
        assert_eq!(interval.to_string().parse::<Interval>().unwrap(), interval);
    }

    #[test]
    fn windows_are_aligned_and_half_open() {
        check("60s", 0, 60_000);
        check("60s", 59_999, 60_000);
        check("1m", 60_000, 120_000);
        check("5s", 1_795_338_543_096, 1_795_338_545_000);
        check("1500ms", 1_499, 1_500);
        check("1s", -1, 0);
    }

    #[test]
    fn what_is_no_interval_is_refused() {
        for text in ["", "5", "s", "0s", "999ms", "61m", "2h", "-5s", "5 s", "5d", "9999999999999999s"] {
            assert_eq!(text.parse::<Interval>(), Err(IntervalError), "{text}");
        }
    }
}
