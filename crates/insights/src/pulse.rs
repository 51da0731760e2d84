//! Whether anybody watches: a pulse beside the work, which tells by the clock that it did not beat for a while.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use cairn_anomaly::Minute;

use crate::store::Gap;

/// The pulse, and the minutes without one that are not noted yet.
#[derive(Debug)]
pub(crate) struct Pulse {
    still_after_ms: i64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    beat_ms: Option<i64>,
    missed: Vec<Gap>,
}

impl Pulse {
    /// Makes one that misses minutes once it did not beat for so long.
    pub(crate) fn new(still_after: Duration) -> Self {
        let still_after_ms = i64::try_from(still_after.as_millis()).unwrap_or(i64::MAX);
        Self { still_after_ms, state: Mutex::default() }
    }

    /// Beats. Missed are the minutes since the last time, when the process or the machine stood still or the clock was
    /// put forward, and those in which calls are `refused` because they could not be recorded.
    pub(crate) fn beat(&self, now_ms: i64, refused: bool) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let before_ms = state.beat_ms.replace(now_ms).unwrap_or(now_ms);
        let (before, now) = (minute(before_ms), minute(now_ms));
        if now_ms.saturating_sub(before_ms) > self.still_after_ms {
            tracing::info!(
                minutes = now.since(before),
                "nobody watched for a while: insights take it for usual"
            );
            state.missed.push(Gap { from: before.plus(1), to: now.plus(1) });
        } else if refused && state.missed.last().is_none_or(|last| !last.contains(now)) {
            state.missed.push(Gap { from: now, to: now.plus(1) });
        }
    }

    /// Takes the minutes that were missed.
    pub(crate) fn take_missed(&self) -> Vec<Gap> {
        std::mem::take(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner).missed)
    }
}

fn minute(ms: i64) -> Minute {
    Minute::of_epoch_seconds(ms.div_euclid(1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_without_a_beat_and_those_of_refusals_are_missed() {
        let pulse = Pulse::new(Duration::from_mins(3));
        let gap = |from, to| Gap { from: Minute::new(from), to: Minute::new(to) };
        for (second, refused) in [(0, false), (170, false), (60, false), (241, true)] {
            pulse.beat(second * 1000, refused);
        }
        assert_eq!(pulse.take_missed(), [gap(2, 5)]);
        for (second, refused) in [(250, true), (290, true), (330, true), (390, false)] {
            pulse.beat(second * 1000, refused);
        }
        assert_eq!(pulse.take_missed(), [gap(4, 5), gap(5, 6)]);
        assert_eq!(pulse.take_missed(), []);
    }
}
