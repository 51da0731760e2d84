//! One series: its last minutes, what was usual, and what is unusual now.

use crate::baseline::{Baseline, HOUR_MINUTES, HOURS, Hour};
use crate::compact::Compact;
use crate::expectation::Expectation;
use crate::tail;
use crate::{Closing, Direction, Minute, Opening, Sensitivity, Verdict, Verdicts};

/// A count of calls, minute after minute.
#[derive(Debug, Clone)]
pub struct Series {
    recent: [u32; 5],
    five: u32,
    /// The minute that is told next.
    next: Minute,
    /// Since when it is known what was usual.
    first: Minute,
    hour: HourInMaking,
    baseline: Baseline,
    expected: Expectation,
    episodes: [Option<Box<Episode>>; 3],
    /// Minutes into the hour at which the series' own hours begin: not all end theirs at once.
    phase: u8,
}

/// What is usual for a series now, for people to look at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Usual {
    /// Calls a minute, on average over the last seven days.
    pub average: f64,
    /// The most calls in any minute of the last four weeks.
    pub most: u64,
    /// Calls a minute that may be expected at this hour, at least and at most.
    pub hourly: (f64, f64),
}

/// The bytes are not a series.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read a series: {reason}")]
pub struct DecodeError {
    reason: &'static str,
}

#[derive(Debug, Clone, Copy, Default)]
struct HourInMaking {
    sum: u64,
    squares: u64,
    most5: u32,
    most1: u32,
    least5: u32,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Episode {
    direction: Direction,
    start: Minute,
    /// Calls up to the last unusual minute, and in the usual ones since.
    calls: u64,
    calm_calls: u64,
    calm_minutes: u8,
}

/// Minutes before the first verdict.
const WARM_UP: u32 = 24 * 60;
/// Minutes without anything unusual that end an episode.
const CALM: u8 = 3;
/// Minutes after which what is unusual has become usual.
const LONGEST: u32 = 24 * 60;

struct Thresholds {
    /// ln of the probability below which a count is unlikely.
    ln_unlikely: f64,
    /// How far a peak must exceed the former ones.
    over: f64,
    /// What share of what is expected a silence must fall below.
    under: f64,
}

fn thresholds(sensitivity: Sensitivity) -> Thresholds {
    match sensitivity {
        Sensitivity::Low => Thresholds { ln_unlikely: -23.03, over: 2.0, under: 0.25 },
        Sensitivity::Medium => Thresholds { ln_unlikely: -18.42, over: 1.5, under: 0.34 },
        Sensitivity::High => Thresholds { ln_unlikely: -13.82, over: 1.25, under: 0.45 },
    }
}

const K: f64 = 0.7;
const R: f64 = 0.3;

impl Series {
    /// Begins a series whose first call is in the minute `now`, where calls of its kind would have been seen since
    /// the minute `first`. `phase` spreads the work of many series over the minutes of an hour.
    pub fn begin(first: Minute, now: Minute, phase: u8) -> Self {
        let phase = phase % 60;
        let place = ((now.number() + HOUR_MINUTES - u32::from(phase)) / HOUR_MINUTES % 168) as u8;
        let mut baseline = Baseline::new(place);
        baseline.seen = (now.since(first) / HOUR_MINUTES).min(HOURS as u32) as u8;
        let expected = Expectation::of(&baseline);
        Self {
            recent: [0; 5],
            five: 0,
            next: now,
            first,
            hour: HourInMaking { least5: u32::MAX, ..HourInMaking::default() },
            baseline,
            expected,
            episodes: [None, None, None],
            phase,
        }
    }

    /// Returns the minute that is to be told next.
    pub fn next(&self) -> Minute {
        self.next
    }

    /// Takes the calls of the next minute, and says what they come to.
    pub fn step(&mut self, calls: u32) -> Verdicts {
        let minute = self.advance(calls);
        let mut verdicts = Verdicts::default();
        if minute.since(self.first) >= WARM_UP {
            for (verdict, sensitivity) in verdicts.iter_mut().zip(Sensitivity::ALL) {
                *verdict = self.judge(minute, calls, sensitivity);
            }
        }
        self.learn(minute, calls);
        verdicts
    }

    /// Passes a minute of which nobody knows what happened: it is as good as usual.
    pub fn pass_unobserved(&mut self) {
        let usual = (self.expected.mean1).round() as u32;
        let minute = self.advance(usual);
        self.learn(minute, usual);
    }

    /// Says what is usual now.
    pub fn usual(&self) -> Usual {
        let expected = &self.expected;
        Usual {
            average: f64::from(expected.mean1),
            most: expected.most1 as u64,
            hourly: (f64::from(expected.low) / 5.0, f64::from(expected.high) / 5.0),
        }
    }

    /// Tells whether something unusual goes on, at any sensitivity.
    pub fn is_unusual(&self) -> bool {
        self.episodes.iter().any(Option::is_some)
    }

    /// Tells whether nothing is left of its last call: a series that begins anew is the same.
    pub fn is_forgettable(&self) -> bool {
        let (older5, _) = self.baseline.older_peaks();
        !self.is_unusual() && self.five == 0 && self.hour.sum == 0 && older5 == 0 && self.expected.most5 == 0.0
    }

    fn advance(&mut self, calls: u32) -> Minute {
        let minute = self.next;
        self.next = minute.plus(1);
        if minute.number() % HOUR_MINUTES == u32::from(self.phase) && minute > self.first {
            self.end_hour();
        }
        let slot = (minute.number() % 5) as usize;
        self.five = self.five - self.recent[slot] + calls;
        self.recent[slot] = calls;
        minute
    }

    fn judge(&mut self, minute: Minute, calls: u32, sensitivity: Sensitivity) -> Option<Verdict> {
        let of = sensitivity as usize;
        let Some(mut episode) = self.episodes[of].take() else {
            let opening = self.opening(minute, calls, sensitivity)?;
            self.episodes[of] = Some(Box::new(Episode {
                direction: opening.direction,
                start: opening.start,
                calls: opening.calls,
                calm_calls: 0,
                calm_minutes: 0,
            }));
            return Some(Verdict::Started(opening));
        };
        episode.calm_calls += u64::from(calls);
        let unusual = match episode.direction {
            Direction::Surge => self.stays_high(calls),
            Direction::Silence => self.stays_low(calls),
        };
        if unusual {
            episode.calls += std::mem::take(&mut episode.calm_calls);
            episode.calm_minutes = 0;
        } else {
            episode.calm_minutes += 1;
        }
        if episode.calm_minutes >= CALM || minute.since(episode.start) >= LONGEST {
            let end = minute.plus(1).minus(u32::from(episode.calm_minutes));
            let Episode { direction, start, calls, .. } = *episode;
            return Some(Verdict::Ended(Closing { sensitivity, direction, start, end, calls }));
        }
        self.episodes[of] = Some(episode);
        None
    }

    fn opening(&self, minute: Minute, calls: u32, sensitivity: Sensitivity) -> Option<Opening> {
        let (direction, minutes) = match self.surges(calls, sensitivity) {
            Some(minutes) => (Direction::Surge, minutes),
            None if self.is_silent(sensitivity) => (Direction::Silence, 5),
            None => return None,
        };
        let calls = (0..minutes).map(|ago| u64::from(self.ago(minute, ago))).sum();
        let start = minute.minus(minutes - 1);
        Some(Opening { sensitivity, direction, start, minutes, calls })
    }

    fn ago(&self, minute: Minute, minutes: u32) -> u32 {
        self.recent[(minute.minus(minutes).number() % 5) as usize]
    }

    /// A count beyond all former peaks, and beyond what chance makes of the expected rate; in how many minutes.
    fn surges(&self, count: u32, sensitivity: Sensitivity) -> Option<u32> {
        let of = thresholds(sensitivity);
        let expected = &self.expected;
        let young = if self.baseline.seen < 168 { 2.0 } else { 1.0 };
        let wild = of.over * (1.0 + K * f64::from(expected.dispersion).ln());
        let over = wild.max(f64::from(expected.reach)) * young;
        let two = count + self.recent[((self.next.number() + 3) % 5) as usize];
        let windows = [(count, 1.0_f64, 5, 1), (two, 2.0, 5, 2), (self.five, 5.0, 3, 5)];
        let found = windows.iter().find(|&&(count, minutes, least, _)| {
            let count64 = f64::from(count);
            let peak = |most1: f32, most5: f32| f64::from(most5).min(minutes * f64::from(most1));
            let most = peak(expected.most1, expected.most5);
            let mean = f64::from(expected.high) * minutes / 5.0;
            let dispersion = f64::from(expected.dispersion);
            let beyond_all = count >= least
                && count64 >= (over * most).max(most + 2.0)
                && tail::ln_upper(u64::from(count), mean, dispersion) < of.ln_unlikely;
            let near = f64::from(expected.near) * minutes / 5.0;
            let most = peak(expected.near1, expected.near5);
            beyond_all
                || (near.is_finite()
                    && count >= 5
                    && count64 >= (1.0 + (of.over - 1.0) * R) * most + 1.0
                    && tail::ln_upper(u64::from(count), near, f64::from(expected.near_dispersion)) < of.ln_unlikely - 2.3)
        });
        found.map(|(.., minutes)| *minutes)
    }

    fn is_silent(&self, sensitivity: Sensitivity) -> bool {
        let of = thresholds(sensitivity);
        let expected = &self.expected;
        let five = f64::from(self.five);
        expected.low > 8.0
            && five < of.under * f64::from(expected.low)
            && five < of.under * f64::from(expected.least5)
            && tail::ln_lower(u64::from(self.five), f64::from(expected.low), f64::from(expected.dispersion))
                < of.ln_unlikely
    }

    fn stays_high(&self, count: u32) -> bool {
        let expected = &self.expected;
        let usual = expected.high / 5.0;
        let spread = (usual * expected.dispersion).sqrt();
        count as f32 > expected.most1.min(usual + 4.0 * spread).max(usual) + 0.5
    }

    fn stays_low(&self, count: u32) -> bool {
        (count as f32) < 0.5 * self.expected.low / 5.0
    }

    /// Enters a minute into the hour. What is unusual does not become usual.
    fn learn(&mut self, minute: Minute, count: u32) {
        let episode = self.episodes[Sensitivity::Medium as usize].as_deref();
        let usual1 = self.expected.high / 5.0;
        let (one, five) = match episode {
            Some(Episode { direction: Direction::Surge, calm_minutes: 0, .. }) => {
                let one = (count as f32).min(usual1.round()) as u32;
                (one, (self.five as f32).min(self.expected.high.round()) as u32)
            }
            Some(_) => (usual1.round() as u32, self.expected.high.round() as u32),
            None => (count, self.five),
        };
        let quiet = episode.is_none();
        let hour = &mut self.hour;
        hour.sum += u64::from(one);
        if quiet {
            hour.most1 = hour.most1.max(one);
            if minute.since(self.first) >= 4 {
                hour.most5 = hour.most5.max(five);
                hour.least5 = hour.least5.min(five);
            }
        }
        if minute.number() % 5 == 4 {
            hour.squares += u64::from(five) * u64::from(five);
        }
    }

    fn end_hour(&mut self) {
        let made = std::mem::take(&mut self.hour);
        self.hour.least5 = u32::MAX;
        let least5 = if made.least5 == u32::MAX { 0 } else { made.least5 };
        self.baseline.end_hour(Hour {
            sum: Compact::floor(made.sum),
            squares: Compact::floor(made.squares),
            most5: Compact::ceil(u64::from(made.most5)),
            most1: Compact::ceil(u64::from(made.most1)),
            least5: Compact::floor(u64::from(least5)),
        });
        self.expected = Expectation::of(&self.baseline);
    }
}
