//! What is known of each open intent.

use std::collections::BTreeMap;

use cairn_intake::IntakeError;
use cairn_journal::Position;

use super::{Fresh, Number, Work};
use crate::telemetry::{self, Ended};

/// The most intents in one frame.
const BATCH_INTENTS_MAX: usize = 4096;

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) open: BTreeMap<Number, Open>,
    pub(super) fresh: Vec<Fresh>,
    /// Done, and their marks not yet on the disk.
    pub(super) done: Vec<Number>,
    pub(super) open_bytes: usize,
    pub(super) next: Number,
    pub(super) renew_below: Option<Position>,
    pub(super) refusal: Option<IntakeError>,
}

#[derive(Debug)]
pub(super) struct Open {
    pub(super) event_id: String,
    pub(super) bytes: usize,
    pub(super) stage: Stage,
    /// Where it is in the journal of intents, once it is.
    pub(super) place: Position,
    /// What its record says: the event is nowhere below this in the main journal.
    pub(super) noted: Position,
    /// How often its record could not be read.
    pub(super) failures: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
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

impl State {
    pub(super) fn add(&mut self, open: Open) -> Number {
        let number = self.next;
        self.next += 1;
        self.open_bytes += open.bytes;
        self.open.insert(number, open);
        number
    }

    pub(super) fn remove(&mut self, number: Number) {
        if let Some(open) = self.open.remove(&number) {
            self.open_bytes -= open.bytes;
        }
    }

    pub(super) fn take(&mut self, bytes_max: usize) -> Work {
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
    pub(super) fn is_needed(&self) -> bool {
        matches!(self.stage, Stage::Held | Stage::Recording | Stage::Left { .. })
    }
}
