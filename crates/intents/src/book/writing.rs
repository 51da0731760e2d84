//! What the writer's thread asks.

use std::sync::PoisonError;
use std::time::Duration;

use cairn_journal::{Position, Reader};

use super::state::{Stage, State};
use super::{Book, Carry, Number, Work};
use crate::telemetry::{self, Ended};

/// How long a mark that an intent is done may wait for intents to be written with.
const FLUSH_AFTER: Duration = Duration::from_millis(500);

impl Book {
    /// Waits for work; `None` once no more will come.
    pub(crate) fn next(&self) -> Option<Work> {
        let mut state = self.state();
        loop {
            if !state.fresh.is_empty() || state.renew_below.is_some() {
                return Some(state.take(self.batch_bytes_max));
            }
            if state.refusal.is_some() {
                return if state.done.is_empty() { None } else { Some(state.take(self.batch_bytes_max)) };
            }
            if state.open.is_empty() {
                state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            let waited = self.work.wait_timeout(state, FLUSH_AFTER);
            let (after, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
            state = after;
            if timeout.timed_out() && !state.done.is_empty() {
                return Some(state.take(self.batch_bytes_max));
            }
        }
    }

    /// Notes that an intent is on the disk.
    pub(crate) fn written(&self, number: Number, place: Position, noted: Position) {
        let mut state = self.state();
        let State { open, done, .. } = &mut *state;
        let Some(open) = open.get_mut(&number) else { return };
        (open.place, open.noted) = (place, noted);
        match open.stage {
            Stage::Waiting => open.stage = Stage::Held,
            Stage::Withdrawn => {
                open.stage = Stage::Done;
                done.push(number);
                telemetry::ended(Ended::Withdrawn);
            }
            Stage::Held | Stage::Recording | Stage::Left { .. } | Stage::Done => {}
        }
    }

    /// Forgets what was never begun, or is done and marked so.
    pub(crate) fn forget(&self, numbers: impl Iterator<Item = Number>) {
        let mut state = self.state();
        for number in numbers {
            state.remove(number);
        }
        telemetry::open(state.open.len());
    }

    /// Puts back marks that could not be written, unless there will be no other time.
    pub(crate) fn put_back(&self, done: impl Iterator<Item = Number>) {
        let mut state = self.state();
        if state.refusal.is_none() {
            state.done.extend(done);
        }
    }

    /// Returns the lowest place in the journal of intents that a restart needs.
    pub(crate) fn oldest_place(&self) -> Option<Position> {
        self.state().open.values().filter(|open| open.is_needed()).map(|open| open.place).min()
    }

    /// Returns what is to be written again: `wanted` asks for place and what was noted.
    pub(crate) fn to_carry(
        &self,
        main: &dyn Reader,
        wanted: impl Fn(Position, Position) -> bool,
    ) -> Vec<Carry> {
        let state = self.state();
        // Under the lock: whoever submits an event says so first, so that it comes to lie above this.
        let tail = main.tail();
        let needed = state.open.iter().filter(|(_, open)| open.is_needed() && wanted(open.place, open.noted));
        let carry = needed.map(|(number, open)| Carry {
            number: *number,
            place: open.place,
            noted: match open.stage {
                Stage::Held => tail,
                Stage::Left { clear_to } => clear_to,
                Stage::Waiting | Stage::Withdrawn | Stage::Recording | Stage::Done => open.noted,
            },
        });
        carry.collect()
    }

    /// Notes that an intent was written again.
    pub(crate) fn moved(&self, number: Number, place: Position, noted: Position) {
        if let Some(open) = self.state().open.get_mut(&number) {
            (open.place, open.noted) = (place, noted);
        }
    }
}
