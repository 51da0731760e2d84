//! Something unusual that goes on, until it is over.

use crate::expectation::Expectation;
use crate::judge::Facts;
use crate::recent::FIVE;
use crate::week::Peaks;
use crate::{Closing, Direction, Minute, Opening, Sensitivity};

/// Something unusual that goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Episode {
    pub(crate) direction: Direction,
    pub(crate) start: Minute,
    /// Calls up to the last unusual minute, and in the usual ones since.
    pub(crate) calls: u64,
    pub(crate) calm_calls: u64,
    /// Usual minutes since the last unusual one.
    pub(crate) calm: u8,
    /// So many of them end it.
    pub(crate) patience: u8,
    /// Its peaks, in any five minutes and in any one.
    pub(crate) most5: u64,
    pub(crate) most1: u32,
}

/// Usual minutes that end what is unusual, at least, and at most: what comes and goes must be gone for longer than it
/// was before.
pub(crate) const PATIENCE: (u8, u8) = (3, 30);

/// Minutes after which what is unusual has become usual.
pub(crate) const LONGEST: u32 = 24 * 60;

/// Deviations above what is usual that a minute must have to be called unusual while something goes on.
const DEVIATIONS: f64 = 4.0;

impl Episode {
    pub(crate) fn open(opening: &Opening, widest_gap: u8) -> Self {
        Self {
            direction: opening.direction,
            start: opening.start,
            calls: opening.calls,
            calm_calls: 0,
            calm: 0,
            patience: patience_after(widest_gap),
            most5: 0,
            most1: 0,
        }
    }

    /// Takes the next minute.
    pub(crate) fn push(&mut self, facts: &Facts<'_>, calls: u32) {
        let Facts { minute, recent, expected, .. } = *facts;
        self.most1 = self.most1.max(calls);
        self.most5 = self.most5.max(recent.sum(minute, FIVE));
        let so_far = self.calls.saturating_add(self.calm_calls);
        let minutes = minute.since(self.start).max(1);
        self.calm_calls = self.calm_calls.saturating_add(u64::from(calls));
        let unusual = match self.direction {
            Direction::Surge => f64::from(calls) > surge_floor(expected, so_far as f64 / f64::from(minutes)),
            Direction::Silence => f64::from(calls) < silence_ceiling(expected),
        };
        if unusual {
            self.calls = self.calls.saturating_add(std::mem::take(&mut self.calm_calls));
            self.patience = self.patience.max(patience_after(self.calm));
            self.calm = 0;
        } else {
            self.calm = self.calm.saturating_add(1);
        }
    }

    pub(crate) fn is_over(&self) -> bool {
        self.calm >= self.patience
    }

    pub(crate) fn peaks(&self) -> Peaks {
        Peaks::new(self.most5, self.most1)
    }

    /// Ends it, if `minute` was the last.
    pub(crate) fn close(&self, sensitivity: Sensitivity, minute: Minute) -> Closing {
        let Self { direction, start, calls, calm, .. } = *self;
        Closing { sensitivity, direction, start, end: minute.plus(1).minus(u32::from(calm)), calls }
    }
}

fn patience_after(gap: u8) -> u8 {
    gap.saturating_mul(2).saturating_add(1).clamp(PATIENCE.0, PATIENCE.1)
}

/// Calls above which a minute still belongs to a surge: what lies nearer to the surge than to what is usual, and never
/// what is itself far beyond chance.
pub(crate) fn surge_floor(expected: &Expectation, surge: f64) -> f64 {
    let (usual, dispersion) = expected.level();
    let peak = expected.rhythm.map_or(expected.most1, |rhythm| rhythm.most1);
    let beyond_chance = (usual + DEVIATIONS * (usual * dispersion).sqrt()).min(f64::from(peak).max(usual));
    let between = between(usual, surge);
    beyond_chance.min(between.max(usual)) + 0.5
}

/// Calls below which a minute still belongs to a silence.
pub(crate) fn silence_ceiling(expected: &Expectation) -> f64 {
    0.5 * expected.least().0 / 5.0
}

/// The count that is as likely at one rate as at the other.
fn between(usual: f64, surge: f64) -> f64 {
    if usual <= 0.0 || surge <= usual { usual } else { (surge - usual) / (surge / usual).ln() }
}
