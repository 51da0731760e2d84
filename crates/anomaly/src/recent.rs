//! The last ten minutes: five that are judged, and five before them that are learned.
//!
//! What is judged must not be known already: a series that had learned the first calls of a surge would find the next
//! ones less unusual. So a minute is learned once no window that is judged reaches back to it.

use crate::Minute;

/// Minutes of the longest window that is judged.
pub(crate) const FIVE: u32 = 5;

/// Minutes that are remembered.
const TEN: u32 = 2 * FIVE;

pub(crate) type Counts = [u32; TEN as usize];

/// The counts of the last ten minutes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Recent {
    /// By number of the minute, modulo ten.
    counts: Counts,
    /// How many of them are known and usual: none from before the last end, or from before a gap.
    fresh: u8,
}

/// A minute that is no longer judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Passed {
    pub(crate) calls: u32,
    /// The calls of the five minutes that ended with it, where all of them are known.
    pub(crate) five: Option<u64>,
}

impl Recent {
    /// No calls in the minutes that were watched, so many.
    pub(crate) fn silent(watched: u32) -> Self {
        Self { counts: [0; TEN as usize], fresh: u8::try_from(watched).unwrap_or(10).min(10) }
    }

    pub(crate) fn of_parts(counts: Counts, fresh: u8) -> Option<Self> {
        (u32::from(fresh) <= TEN).then_some(Self { counts, fresh })
    }

    pub(crate) fn parts(&self) -> (Counts, u8) {
        (self.counts, self.fresh)
    }

    pub(crate) fn push(&mut self, minute: Minute, calls: u32) {
        self.counts[slot(minute, 0)] = calls;
        self.fresh = (self.fresh + 1).min(10);
    }

    /// Whatever came so far is not judged together with what comes, nor learned.
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
        (0..minutes).map(|ago| u64::from(self.ago(minute, ago))).sum()
    }

    /// Returns the minute that is judged no longer, five before the last, if it is known and was usual.
    pub(crate) fn passed(&self, minute: Minute) -> Option<Passed> {
        let five = || (FIVE..TEN).map(|ago| u64::from(self.ago(minute, ago))).sum();
        let calls = self.reaches(FIVE + 1).then(|| self.ago(minute, FIVE))?;
        Some(Passed { calls, five: self.reaches(TEN).then(five) })
    }

    pub(crate) fn is_silent(&self) -> bool {
        self.counts == [0; TEN as usize]
    }
}

/// Ten more than what is taken off, so that nothing falls below zero: modulo ten it is the same.
fn slot(minute: Minute, ago: u32) -> usize {
    ((minute.number() % TEN + TEN - ago % TEN) % TEN) as usize
}
