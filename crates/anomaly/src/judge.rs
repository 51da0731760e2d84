//! Whether the last minutes are unusual.

use crate::episode::{Episode, silence_ceiling, surge_floor};
use crate::expectation::Expectation;
use crate::recent::{FIVE, Recent};
use crate::rhythm::DISPERSION_LEAST;
use crate::tail;
use crate::thresholds::Thresholds;
use crate::week::{DAY, Peaks};
use crate::{Direction, Minute, Opening, Sensitivity};

/// The windows that a surge is looked for in: so many minutes, with so many calls at least.
const WINDOWS: [(u32, u64); 3] = [(1, 5), (2, 5), (FIVE, 3)];

/// How much more a wild series must exceed its peaks, by the logarithm of its dispersion, and those of an hour in a
/// rhythm, which says itself what it is like.
const WILD: f64 = 1.2;
const RHYTHM_WILD: f64 = 0.5;
/// The part of what a peak must exceed others by that is asked of an hour in a rhythm, where the peaks of this hour
/// are compared alone.
const RHYTHM_OVER: f64 = 0.2;
/// How much more unlikely a count must be by what its hour lets expect alone, since that is known less well.
const RHYTHM_LN_UNLIKELY: f64 = 0.5;
/// Calls that are never too many for an hour.
const RHYTHM_CALLS_MIN: u64 = 5;
/// The reach up to which peaks are those of jobs that are as large each time, and how such jobs vary.
const JOBS_REACH_MAX: f64 = 1.2;
const JOBS_DISPERSION: f64 = 1.5;
/// Hours that must have been seen before it is known what is usual: six days have one of a weekend. Before, more is asked
/// of a surge, and no silence is told.
const SEEN_MIN: usize = 6 * DAY;
const YOUNG: f64 = 2.0;
/// Calls in five minutes that must be expected at least before their absence is told.
const SILENCE_LOW_MIN: f64 = 8.0;

/// The last minutes, and what was expected of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts<'a> {
    pub(crate) minute: Minute,
    pub(crate) recent: &'a Recent,
    pub(crate) expected: &'a Expectation,
    /// What was told so often that it is usual.
    pub(crate) told: Peaks,
    /// Hours that were seen, up to a week.
    pub(crate) seen: usize,
}

impl Facts<'_> {
    /// Says whether something unusual begins, and the longest gap between the minutes that gave it away.
    pub(crate) fn opening(&self, sensitivity: Sensitivity) -> Option<(Opening, u8)> {
        let thresholds = Thresholds::of(sensitivity);
        let (direction, minutes) = match self.surges(&thresholds) {
            Some(minutes) => (Direction::Surge, minutes),
            None if self.is_silent(&thresholds) => (Direction::Silence, FIVE),
            None => return None,
        };
        let (minutes, gap) = self.trimmed(direction, minutes);
        let calls = self.recent.sum(self.minute, minutes);
        let start = self.minute.minus(minutes - 1);
        Some((Opening { sensitivity, direction, start, minutes, calls }, gap))
    }

    /// Tells whether the opposite of what goes on begins.
    pub(crate) fn turns(&self, episode: &Episode, sensitivity: Sensitivity) -> bool {
        episode.calm > 0
            && self.opening(sensitivity).is_some_and(|(opening, _)| opening.direction != episode.direction)
    }

    /// Takes the usual minutes off the front of a window.
    fn trimmed(&self, direction: Direction, minutes: u32) -> (u32, u8) {
        let rate = self.recent.sum(self.minute, minutes) as f64 / f64::from(minutes);
        let floor = surge_floor(self.expected, rate);
        let ceiling = silence_ceiling(self.expected);
        let (mut first, mut gap, mut widest) = (1, 0, 0);
        for ago in 0..minutes {
            let calls = f64::from(self.recent.ago(self.minute, ago));
            let unusual = match direction {
                Direction::Surge => calls > floor,
                Direction::Silence => calls < ceiling,
            };
            if unusual {
                (first, widest, gap) = (ago + 1, gap.max(widest), 0);
            } else {
                gap += 1;
            }
        }
        (first, widest)
    }

    /// A count beyond all former peaks, and beyond what chance makes of the expected rate; in how many minutes.
    fn surges(&self, thresholds: &Thresholds) -> Option<u32> {
        WINDOWS.iter().find_map(|&(minutes, least)| {
            let count = self.recent.sum(self.minute, minutes);
            let found = count >= least
                && self.recent.reaches(minutes)
                && (self.is_beyond_all(count, minutes, thresholds)
                    || self.is_beyond_hour(count, minutes, thresholds));
            found.then_some(minutes)
        })
    }

    fn is_beyond_all(&self, count: u64, minutes: u32, thresholds: &Thresholds) -> bool {
        let expected = self.expected;
        let dispersion = f64::from(expected.dispersion);
        let wild = thresholds.over * (1.0 + WILD * dispersion.ln());
        let over = wild.max(f64::from(expected.reach)) * if self.seen < SEEN_MIN { YOUNG } else { 1.0 };
        let most = self.peak(expected.most1, expected.most5, minutes);
        count as f64 >= (over * most).max(most + 2.0)
            && tail::ln_upper(count, share(expected.high, minutes), dispersion) < thresholds.ln_unlikely
    }

    /// A count beyond what its hour lets expect: of calls that come one by one, or of jobs that are as large each time.
    fn is_beyond_hour(&self, count: u64, minutes: u32, thresholds: &Thresholds) -> bool {
        let Some(rhythm) = &self.expected.rhythm else { return false };
        if count < RHYTHM_CALLS_MIN {
            return false;
        }
        let most = self.peak(rhythm.most1, rhythm.most5, minutes) + 1.0;
        let (reach, dispersion) = (f64::from(rhythm.reach), f64::from(rhythm.dispersion));
        let over = (1.0 + (thresholds.over - 1.0) * RHYTHM_OVER) * reach;
        let wild = 1.0 + RHYTHM_WILD * (dispersion / DISPERSION_LEAST).max(1.0).ln();
        let (count64, unlikely) = (count as f64, thresholds.ln_unlikely - RHYTHM_LN_UNLIKELY);
        let beyond_average = (minutes == FIVE || rhythm.is_smooth())
            && count64 >= over * wild * most
            && tail::ln_upper(count, share(rhythm.mean, minutes), dispersion) < unlikely;
        let beyond_jobs = minutes == FIVE
            && reach <= JOBS_REACH_MAX
            && count64 >= over * over * most
            && tail::ln_upper(count, most, JOBS_DISPERSION) < unlikely;
        beyond_average || beyond_jobs
    }

    /// The most that so many minutes had, as far as the peaks of one and of five tell.
    fn peak(&self, most1: f32, most5: f32, minutes: u32) -> f64 {
        let most1 = f64::from(most1).max(self.told.most1.get() as f64);
        let most5 = f64::from(most5).max(self.told.most5.get() as f64);
        most5.min(f64::from(minutes) * most1)
    }

    fn is_silent(&self, thresholds: &Thresholds) -> bool {
        let expected = self.expected;
        let (low, least5) = expected.least();
        let five = self.recent.sum(self.minute, FIVE);
        can_be_silent(expected)
            && self.seen >= SEEN_MIN
            && self.recent.reaches(FIVE)
            && (five as f64) < thresholds.under * low.min(least5)
            && tail::ln_lower(five, low, expected.level().1) < thresholds.ln_unlikely
    }
}

/// Tells whether so much is expected that its absence would be told.
pub(crate) fn can_be_silent(expected: &Expectation) -> bool {
    expected.least().0 > SILENCE_LOW_MIN
}

/// What so many minutes have of what five are expected to have.
fn share(five: f32, minutes: u32) -> f64 {
    f64::from(five) * f64::from(minutes) / f64::from(FIVE)
}
