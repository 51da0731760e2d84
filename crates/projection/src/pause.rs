//! How long to wait after a failure.

use std::time::Duration;

/// The first pause.
const FIRST: Duration = Duration::from_millis(100);

/// The longest pause.
const LONGEST: Duration = Duration::from_secs(30);

/// Pauses that double with each failure and start anew after a success.
#[derive(Debug, Default)]
pub(crate) struct Pause {
    failures: u32,
}

impl Pause {
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
    use super::Pause;

    #[test]
    fn doubles_up_to_the_longest_and_starts_anew() {
        let mut pause = Pause::default();
        let seen: Vec<u128> = (0..11).map(|_| pause.failed().as_millis()).collect();
        assert_eq!(seen, [100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600, 30000, 30000]);
        pause.succeeded();
        assert_eq!(pause.failed().as_millis(), 100);
    }
}
