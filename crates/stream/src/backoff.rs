//! How long to wait after a failure.

use std::time::Duration;

use cairn_projection::Pause;

/// The first pause.
const FIRST: Duration = Duration::from_millis(200);

/// The longest pause: a destination that is up again is found within this.
const LONGEST: Duration = Duration::from_secs(15);

/// Returns the pauses of a destination that fails.
pub(crate) fn backoff() -> Pause {
    Pause::new(FIRST, LONGEST)
}

#[cfg(test)]
mod tests {
    use super::backoff;

    #[test]
    fn doubles_up_to_the_longest_and_starts_anew() {
        let mut backoff = backoff();
        let seen: Vec<u128> = (0..9).map(|_| backoff.failed().as_millis()).collect();
        assert_eq!(seen, [200, 400, 800, 1600, 3200, 6400, 12800, 15000, 15000]);
        backoff.succeeded();
        assert_eq!(backoff.failed().as_millis(), 200);
    }
}
