//! The intents that are open, and what waits to be written of them.
//!
//! ```text
//! Waiting ─► Held ─► Recording ─► Done ─► gone, once the mark is on the disk
//!    │         └──────────┴─► Left ─► Done
//!    └─► Withdrawn ─► Done
//! ```

mod state;
mod writing;

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use cairn_intake::IntakeError;
use cairn_journal::Position;
use tokio::sync::{Notify, oneshot};

use self::state::{Open, Stage, State};
use crate::record::OVERHEAD_BYTES_MAX;
use crate::telemetry::{self, Ended};
use crate::{Intent, Limits};

/// What the writer's thread and everybody else share.
#[derive(Debug)]
pub(crate) struct Book {
    state: Mutex<State>,
    work: Condvar,
    /// Told when an intent is left behind.
    pub(crate) left: Notify,
    open_max: usize,
    open_bytes_max: usize,
    batch_bytes_max: usize,
}

/// Names an open intent within this process; ascending in the order of their beginnings.
pub(crate) type Number = u64;

/// An intent to be written.
#[derive(Debug)]
pub(crate) struct Fresh {
    pub(crate) number: Number,
    pub(crate) intent: Intent,
    pub(crate) reply: oneshot::Sender<Result<(), IntakeError>>,
}

/// What the writer's thread is to do next.
#[derive(Debug, Default)]
pub(crate) struct Work {
    pub(crate) fresh: Vec<Fresh>,
    /// Numbers and event ids of what is done.
    pub(crate) done: Vec<(Number, String)>,
    /// Renew what was noted below this.
    pub(crate) renew_below: Option<Position>,
}

/// An intent to be written again, further on.
#[derive(Debug)]
pub(crate) struct Carry {
    pub(crate) number: Number,
    pub(crate) place: Position,
    pub(crate) noted: Position,
}

/// An intent that nobody will record.
#[derive(Debug, Clone)]
pub(crate) struct LeftBehind {
    pub(crate) number: Number,
    pub(crate) event_id: String,
    pub(crate) place: Position,
    /// Its event is nowhere below this in the main journal.
    pub(crate) from: Position,
}

impl Book {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            state: Mutex::default(),
            work: Condvar::new(),
            left: Notify::new(),
            open_max: limits.open_max,
            open_bytes_max: limits.open_bytes_max,
            batch_bytes_max: limits.batch_bytes_max(),
        }
    }

    /// Takes an intent to be written, and says where its fate will be told.
    pub(crate) fn begin(
        &self,
        intent: Intent,
    ) -> Result<(Number, oneshot::Receiver<Result<(), IntakeError>>), IntakeError> {
        let bytes = intent.event.len() + OVERHEAD_BYTES_MAX;
        if bytes > cairn_journal::RECORD_BYTES_MAX {
            return Err(IntakeError::TooLarge);
        }
        let (reply, told) = oneshot::channel();
        let mut state = self.state();
        if let Some(refusal) = state.refusal {
            return Err(refusal);
        }
        if state.open.len() >= self.open_max || state.open_bytes + bytes > self.open_bytes_max {
            return Err(IntakeError::Full);
        }
        let event_id = intent.event_id.clone();
        let number =
            state.add(Open { event_id, bytes, stage: Stage::Waiting, place: 0, noted: 0, failures: 0 });
        state.fresh.push(Fresh { number, intent, reply });
        telemetry::open(state.open.len());
        drop(state);
        self.work.notify_one();
        Ok((number, told))
    }

    /// Takes up an intent that an earlier process left behind.
    pub(crate) fn take_up(&self, event_id: String, bytes: usize, place: Position, noted: Position) {
        let stage = Stage::Left { clear_to: noted };
        let mut state = self.state();
        state.add(Open { event_id, bytes: bytes + OVERHEAD_BYTES_MAX, stage, place, noted, failures: 0 });
        telemetry::open(state.open.len());
    }

    /// Notes that the event of an intent is about to be submitted to the main journal.
    pub(crate) fn recording(&self, number: Number) {
        if let Some(open) = self.state().open.get_mut(&number) {
            open.stage = Stage::Recording;
        }
    }

    /// Notes that the event of an intent is durable.
    pub(crate) fn done(&self, number: Number, how: Ended) {
        let mut state = self.state();
        let State { open, done, .. } = &mut *state;
        let Some(open) = open.get_mut(&number).filter(|open| open.stage != Stage::Done) else { return };
        open.stage = Stage::Done;
        done.push(number);
        telemetry::ended(how);
    }

    /// Notes that nobody waits for an intent, and that its call was never made.
    pub(crate) fn withdraw(&self, number: Number) {
        let mut state = self.state();
        match state.open.get_mut(&number) {
            Some(open) if open.stage == Stage::Waiting => open.stage = Stage::Withdrawn,
            _ => {
                drop(state);
                self.done(number, Ended::Withdrawn);
            }
        }
    }

    /// Notes that nobody will record the event of an intent, although the call may have been made.
    pub(crate) fn leave(&self, number: Number) {
        if let Some(open) = self.state().open.get_mut(&number) {
            open.stage = Stage::Left { clear_to: open.noted };
        }
        self.left.notify_one();
    }

    /// Returns what was left behind.
    pub(crate) fn left_behind(&self) -> Vec<LeftBehind> {
        let state = self.state();
        let left = state.open.iter().filter_map(|(number, open)| match open.stage {
            Stage::Left { clear_to } => Some(LeftBehind {
                number: *number,
                event_id: open.event_id.clone(),
                place: open.place,
                from: clear_to,
            }),
            Stage::Waiting | Stage::Withdrawn | Stage::Held | Stage::Recording | Stage::Done => None,
        });
        left.collect()
    }

    /// Notes that the event of what was left behind is nowhere below `position` in the main journal.
    pub(crate) fn clear(&self, number: Number, position: Position) {
        if let Some(Open { stage: Stage::Left { clear_to }, .. }) = self.state().open.get_mut(&number) {
            *clear_to = position;
        }
    }

    /// Notes that the record of an intent could not be read where it was said to be, and returns how often by now;
    /// `None` where it has been written again elsewhere meanwhile.
    pub(crate) fn not_read(&self, number: Number, place: Position) -> Option<u32> {
        let mut state = self.state();
        let open = state.open.get_mut(&number).filter(|open| open.place == place)?;
        open.failures = open.failures.saturating_add(1);
        Some(open.failures)
    }

    /// Returns the lowest position of the main journal that a restart would have to look at.
    pub(crate) fn hold(&self) -> Option<Position> {
        let state = self.state();
        let written = |open: &&Open| !matches!(open.stage, Stage::Waiting | Stage::Withdrawn);
        state.open.values().filter(written).map(|open| open.noted).min()
    }

    /// Asks for what was noted below `below` to be noted anew.
    pub(crate) fn renew(&self, below: Position) {
        self.state().renew_below = Some(below);
        self.work.notify_one();
    }

    /// Takes no more intents, for this reason.
    pub(crate) fn stop(&self, refusal: IntakeError) {
        self.state().refusal.get_or_insert(refusal);
        self.work.notify_one();
    }

    pub(crate) fn refusal(&self) -> Option<IntakeError> {
        self.state().refusal
    }

    pub(crate) fn count(&self) -> usize {
        self.state().open.len()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
