//! Whether the journal takes events at present.

use std::sync::atomic::{AtomicU8, Ordering};

use crate::intake::IntakeError;

/// Open, full, or stopped for good.
#[derive(Debug, Default)]
pub(crate) struct State(AtomicU8);

impl State {
    /// Notes what came of an append. A stopped journal stays stopped; an event that was too large says
    /// nothing about the next one.
    pub(crate) fn note(&self, outcome: Result<(), IntakeError>) {
        let state = match outcome {
            Ok(()) => OPEN,
            Err(IntakeError::Full) => FULL,
            Err(IntakeError::Stopped) => STOPPED,
            Err(IntakeError::TooLarge) => return,
        };
        let keep = |now| if now == STOPPED { None } else { Some(state) };
        let _unchanged_when_stopped = self.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, keep);
    }

    pub(crate) fn reopen(&self) {
        self.note(Ok(()));
    }

    pub(crate) fn refusal(&self) -> Option<IntakeError> {
        match self.0.load(Ordering::Acquire) {
            OPEN => None,
            FULL => Some(IntakeError::Full),
            _ => Some(IntakeError::Stopped),
        }
    }
}

const OPEN: u8 = 0;
const FULL: u8 = 1;
const STOPPED: u8 = 2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_passes_and_stopped_stays() {
        let state = State::default();
        assert_eq!(state.refusal(), None);
        state.note(Err(IntakeError::Full));
        assert_eq!(state.refusal(), Some(IntakeError::Full));
        state.reopen();
        assert_eq!(state.refusal(), None);
        state.note(Err(IntakeError::TooLarge));
        assert_eq!(state.refusal(), None);
        state.note(Err(IntakeError::Stopped));
        state.note(Ok(()));
        assert_eq!(state.refusal(), Some(IntakeError::Stopped));
    }
}
