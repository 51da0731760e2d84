//! How long to wait after a failure.

use std::time::Duration;

use cairn_projection::Pause;

/// The first pause.
const FIRST: Duration = Duration::from_millis(500);

/// The longest pause: a bucket that takes files again is found within this.
const LONGEST: Duration = Duration::from_secs(30);

/// Returns the pauses of a trail's delivery that fails.
pub(crate) fn backoff() -> Pause {
    Pause::new(FIRST, LONGEST)
}
