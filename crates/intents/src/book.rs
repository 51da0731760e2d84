//! The intents that are open, and what waits to be written of them.
//!
//! ```text
//! Waiting ─► Held ─► Recording ─► Done ─► gone, once the mark is on the disk
//!    │         └──────────┴─► Left ─► Done
//!    └─► Withdrawn ─► Done
//! ```

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cairn_intake::IntakeError;
use cairn_journal::{Position, Reader};
use tokio::sync::{Notify, oneshot};

use crate::record::OVERHEAD_BYTES_MAX;
use crate::telemetry::{self, Ended};
use crate::{Intent, Limits};

/// How long a mark that an intent is done may wait for intents to be written with.
const FLUSH_AFTER: Duration = Duration::from_millis(500);

/// The most intents in one frame.
const BATCH_INTENTS_MAX: usize = 4096;

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

#[derive(Debug, Default)]
struct State {
    open: BTreeMap<Number, Open>,
    fresh: Vec<Fresh>,
    /// Done, and their marks not yet on the disk.
    done: Vec<Number>,
    open_bytes: usize,
    next: Number,
    renew_below: Option<Position>,
    refusal: Option<IntakeError>,
}

#[derive(Debug)]
struct Open {
    event_id: String,
    bytes: usize,
    stage: Stage,
    /// Where it is in the journal of intents, once it is.
    place: Position,
    /// What its record says: the event is nowhere below this in the main journal.
    noted: Position,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Not on the disk, and whoever wants it waits.
    Waiting,
    /// Not on the disk, and nobody waits any longer.
    Withdrawn,
    /// The call is under way; its event was not submitted.
    Held,
    /// Its event is being submitted.
    Recording,
    /// Nobody will submit its event; `clear_to` in the main journal there is none.
    Left {
        clear_to: Position,
    },
    Done,
}

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
        let number = state.add(Open { event_id, bytes, stage: Stage::Waiting, place: 0, noted: 0 });
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
        state.add(Open { event_id, bytes: bytes + OVERHEAD_BYTES_MAX, stage, place, noted });
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

/// What the writer's thread asks.
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

impl State {
    fn add(&mut self, open: Open) -> Number {
        let number = self.next;
        self.next += 1;
        self.open_bytes += open.bytes;
        self.open.insert(number, open);
        number
    }

    fn remove(&mut self, number: Number) {
        if let Some(open) = self.open.remove(&number) {
            self.open_bytes -= open.bytes;
        }
    }

    fn take(&mut self, bytes_max: usize) -> Work {
        let mut bytes = 0;
        let within = |fresh: &Fresh| {
            let before = bytes;
            bytes += fresh.intent.event.len();
            before < bytes_max
        };
        let count = self.fresh.iter().take(BATCH_INTENTS_MAX).map(within).take_while(|fits| *fits).count();
        let taken: Vec<Fresh> = self.fresh.drain(..count).collect();
        let (withdrawn, fresh): (Vec<_>, Vec<_>) = taken.into_iter().partition(|fresh| {
            self.open.get(&fresh.number).is_none_or(|open| open.stage == Stage::Withdrawn)
        });
        for never_written in withdrawn {
            self.remove(never_written.number);
            telemetry::ended(Ended::Withdrawn);
        }
        let done = std::mem::take(&mut self.done).into_iter();
        let done = done.filter_map(|number| Some((number, self.open.get(&number)?.event_id.clone())));
        Work { done: done.collect(), fresh, renew_below: self.renew_below.take() }
    }
}

impl Open {
    /// Whether it is on the disk and would be missed.
    fn is_needed(&self) -> bool {
        matches!(self.stage, Stage::Held | Stage::Recording | Stage::Left { .. })
    }
}
