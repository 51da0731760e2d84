//! Measured times and what they spread over.

use std::time::Duration;

/// Some measured times, in nanoseconds.
#[derive(Debug, Default, Clone)]
pub(crate) struct Spread {
    nanos: Vec<u64>,
    sorted: bool,
}

impl Spread {
    pub(crate) fn add(&mut self, time: Duration) {
        self.nanos.push(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
        self.sorted = false;
    }

    pub(crate) fn join(&mut self, other: Self) {
        self.nanos.extend(other.nanos);
        self.sorted = false;
    }

    pub(crate) fn len(&self) -> usize {
        self.nanos.len()
    }

    /// Returns the time that `percent` of the times do not exceed, in milliseconds; 0 without any.
    pub(crate) fn percentile_ms(&mut self, percent: f64) -> f64 {
        if !self.sorted {
            self.nanos.sort_unstable();
            self.sorted = true;
        }
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a rank among some millions of times"
        )]
        let rank = (self.nanos.len() as f64 * percent / 100.0).ceil() as usize;
        let time = self.nanos.get(rank.max(1) - 1).or(self.nanos.last());
        Duration::from_nanos(time.copied().unwrap_or(0)).as_secs_f64() * 1e3
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_ranks() {
        let mut spread = Spread::default();
        for ms in (1..=200).rev() {
            spread.add(Duration::from_millis(ms));
        }
        let found = [0.0, 50.0, 99.0, 100.0].map(|percent| spread.percentile_ms(percent).round());
        let expected = [1.0, 100.0, 198.0, 200.0];
        assert!(
            found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 0.5),
            "{found:?}"
        );
        assert!(Spread::default().percentile_ms(99.0).abs() < f64::EPSILON);
    }
}
