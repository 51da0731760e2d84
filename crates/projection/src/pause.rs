//! How long to wait after a failure.

use std::time::Duration;

/// The first pause.
const FIRST: Duration = Duration::from_millis(100);

/// The longest pause.
const LONGEST: Duration = Duration::from_secs(30);

/// Pauses that double with each failure and start anew after a success.
#[derive(Debug)]
pub struct Pause {
    first: Duration,
    longest: Duration,
    failures: u32,
}

impl Default for Pause {
    /// From 100 ms to 30 s.
    fn default() -> Self {
        Self::new(FIRST, LONGEST)
    }
}

impl Pause {
    /// Begins with the first pause, and never waits longer than the longest.
    pub fn new(first: Duration, longest: Duration) -> Self {
        Self { first, longest, failures: 0 }
    }

    /// Notes a failure; returns how long to wait before the next try.
    pub fn failed(&mut self) -> Duration {
        let pause = self.first.saturating_mul(1 << self.failures.min(16)).min(self.longest);
        self.failures = self.failures.saturating_add(1);
        pause
    }

    /// Notes a success.
    pub fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// Returns how many failures there were since the last success.
    pub fn failures(&self) -> u32 {
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
