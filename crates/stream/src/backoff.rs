//! How long to wait after a failure.

use std::time::Duration;

/// The first pause.
const FIRST: Duration = Duration::from_millis(200);

/// The longest pause: a destination that is up again is found within this.
const LONGEST: Duration = Duration::from_secs(15);

/// Pauses that double with each failure.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// Notes a failure; returns how long to wait before the next try.
    pub(crate) fn failed(&mut self) -> Duration {
        let pause = FIRST.saturating_mul(1 << self.failures.min(16)).min(LONGEST);
        self.failures = self.failures.saturating_add(1);
        pause
    }

    /// Notes a success.
    pub(crate) fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// Returns how many failures there were since the last success.
    pub(crate) fn failures(&self) -> u32 {
        self.failures
    }
}

#[cfg(test)]
mod tests {
    use super::Backoff;

    #[test]
    fn doubles_up_to_the_longest_and_starts_anew() {
        let mut backoff = Backoff::default();
        let seen: Vec<u128> = (0..9).map(|_| backoff.failed().as_millis()).collect();
        assert_eq!(seen, [200, 400, 800, 1600, 3200, 6400, 12800, 15000, 15000]);
        backoff.succeeded();
        assert_eq!(backoff.failed().as_millis(), 200);
    }
}
