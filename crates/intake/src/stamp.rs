//! Received times that never fall.

use jiff::Timestamp;

/// Hands out received times in milliseconds; each is at least the one before.
#[derive(Debug)]
pub(crate) struct Stamp {
    floor_ms: i64,
}

impl Stamp {
    /// Starts after the newest time that the journal already holds.
    pub(crate) fn after(newest_ms: i64) -> Self {
        Self { floor_ms: newest_ms }
    }

    /// Returns the received time of an event that arrives `now`. A clock that jumped back stands still.
    pub(crate) fn next(&mut self, now: Timestamp) -> i64 {
        self.raise(now.as_millisecond());
        self.floor_ms
    }

    /// Promises that no later time lies before `floor_ms`.
    pub(crate) fn raise(&mut self, floor_ms: i64) {
        self.floor_ms = self.floor_ms.max(floor_ms);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(steps: &[i64], expected: &[i64]) {
        let mut stamp = Stamp::after(100);
        let given: Vec<i64> =
            steps.iter().map(|ms| stamp.next(Timestamp::from_millisecond(*ms).unwrap())).collect();
        assert_eq!(given, expected);
    }

    #[test]
    fn times_rise_with_the_clock() {
        check(&[101, 105, 105], &[101, 105, 105]);
    }

    #[test]
    fn a_clock_that_jumps_back_stands_still() {
        check(&[50, 200, 150, 201], &[100, 200, 200, 201]);
    }
}
