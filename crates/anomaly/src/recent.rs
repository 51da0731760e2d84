//! The last five minutes.

use crate::Minute;

/// Minutes of the longest window that is judged.
pub(crate) const FIVE: u32 = 5;

/// The counts of the last five minutes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Recent {
    /// By number of the minute, modulo five.
    counts: [u32; FIVE as usize],
    /// How many of them may be judged together: none from before the last end, or from before a gap.
    fresh: u8,
}

impl Recent {
    /// Five minutes without calls.
    pub(crate) fn silent() -> Self {
        Self { counts: [0; FIVE as usize], fresh: 5 }
    }

    pub(crate) fn of_parts(counts: [u32; FIVE as usize], fresh: u8) -> Option<Self> {
        (u32::from(fresh) <= FIVE).then_some(Self { counts, fresh })
    }

    pub(crate) fn parts(&self) -> ([u32; FIVE as usize], u8) {
        (self.counts, self.fresh)
    }

    pub(crate) fn push(&mut self, minute: Minute, calls: u32) {
        self.counts[slot(minute, 0)] = calls;
        self.fresh = (self.fresh + 1).min(5);
    }

    /// Whatever came so far is not judged together with what comes.
    pub(crate) fn forget(&mut self) {
        self.fresh = 0;
    }

    /// Tells whether so many minutes may be judged together.
    pub(crate) fn reaches(&self, minutes: u32) -> bool {
        u32::from(self.fresh) >= minutes
    }

    /// Returns the calls of the minute that is so many before `minute`, the last.
    pub(crate) fn ago(&self, minute: Minute, ago: u32) -> u32 {
        self.counts[slot(minute, ago)]
    }

    /// Returns the calls of the last `minutes` minutes up to `minute`.
    pub(crate) fn sum(&self, minute: Minute, minutes: u32) -> u64 {
        (0..minutes.min(FIVE)).map(|ago| u64::from(self.ago(minute, ago))).sum()
    }

    pub(crate) fn is_silent(&self) -> bool {
        self.counts == [0; FIVE as usize]
    }
}

/// Five more than what is taken off, so that nothing falls below zero: modulo five it is the same.
fn slot(minute: Minute, ago: u32) -> usize {
    ((minute.number() % FIVE + FIVE - ago % FIVE) % FIVE) as usize
}
