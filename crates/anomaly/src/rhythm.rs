//! What an hour lets expect by itself, in a series whose days are alike.
//!
//! The days that went like today so far are asked what their next hour was, and the same day a week ago is asked
//! whatever it was like. The busiest of them says what is usual at the most, the quietest what is usual at the least:
//! so a working day is not measured by a weekend's hours, nor a weekend by a working day's.

use crate::expectation::{LOW_SHARE, narrow, place_ago};
use crate::hour::{HOUR_WINDOWS, Hour};
use crate::week::{DAY, Peaks, WEEK, Week};

/// What an hour lets expect by itself. Counts are of five minutes, unless they say otherwise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rhythm {
    /// The average that is expected at the most, and how windows vary around it.
    pub(crate) mean: f32,
    pub(crate) dispersion: f32,
    /// The peaks of this hour and its neighbours, on such days.
    pub(crate) most5: f32,
    pub(crate) most1: f32,
    /// How far the peak of any hour of the week exceeded what the other days had at its time.
    pub(crate) reach: f32,
    /// The least average that is expected, and the fewest that such hours had.
    pub(crate) low: f32,
    pub(crate) least5: f32,
}

/// The share of a week's hours that may be other than those before let expect: where calls come one by one, there are
/// as many as the ends and beginnings of weekends; where they come in bursts, hardly any.
const SURPRISES_MAX: (f64, f64) = (0.08, 0.01);
/// How far the peaks of hours may exceed those of other days.
const REACH_MAX: f64 = 1.6;
/// Calls that are added to a peak before another is compared with it: small ones differ by chance.
const REACH_MARGIN: f64 = 3.0;
/// Dispersion up to which calls come one by one: so much, or such a part of the average. Where there are many calls, the
/// slope of the day alone makes the windows of an hour differ by more than chance does.
const EVEN_MAX: (f64, f64) = (3.0, 0.02);
/// How far an hour may be off before it surprises: a part of what is expected, and some calls.
const SURPRISE: (f64, f64) = (0.4, 3.0);
/// Deviations that an hour may be off by chance, and the dispersion that is granted for it.
const CHANCE: (f64, f64) = (4.0, 1.5);
/// So many hours must have had calls to speak of.
const HOURS_MIN: f64 = 24.0;
/// Calls below which the hours at this time of the day say nothing by themselves.
const NEAR_CALLS_MIN: f64 = 60.0;
/// Today is like a day that had less than this share more, or less, in the last three hours.
const LIKE: f64 = 0.7;
/// Hours of today that are compared.
const SO_FAR: usize = 3;
/// A day that is like today, but was smaller, is made as large as today, up to this.
const SCALE_MAX: f64 = 1.5;
/// Deviations that are taken off the busiest day: of seven equal ones, one is the busiest by chance.
const SURELY: f64 = 2.0;
/// The least dispersion: the hours of other days are a small sample.
pub(crate) const DISPERSION_LEAST: f64 = 1.05;
/// Deviations above their mean that the minutes of an hour reach by chance, in a week.
const SMOOTH_DEVIATIONS: f32 = 5.0;

impl Rhythm {
    /// Says what to expect of the hour at this place of the week, if days are alike. `shape` is how many calls each
    /// hour of the day had in the week.
    pub(crate) fn of(week: &Week, now: u8, shape: &[f64; DAY]) -> Option<Self> {
        if week.seen() < WEEK {
            return None;
        }
        let hours = Hours { week, now };
        let reach = hour_reach(week);
        if reach > REACH_MAX {
            return None;
        }
        let (variation, surprises) = hours.variation(shape)?;
        let today = hours.so_far(0);
        let mut near = Near::default();
        for day in 1..=7 {
            near.add(&hours, day, today);
        }
        let dispersion = if near.calls > 0.0 { (near.within / near.calls).max(1.0) } else { 1.0 };
        let mean = near.mean(dispersion).max(1.0 / (near.windows + 1.0));
        let even = dispersion <= EVEN_MAX.0.max(EVEN_MAX.1 * mean);
        let surprises_max = if even { SURPRISES_MAX.0 } else { SURPRISES_MAX.1 };
        if surprises > surprises_max || near.calls < NEAR_CALLS_MIN {
            return None;
        }
        Some(Self {
            mean: narrow(mean),
            dispersion: narrow(dispersion - 1.0 + DISPERSION_LEAST + variation * mean),
            most5: narrow(near.peaks.most5.get() as f64),
            most1: narrow(near.peaks.most1.get() as f64),
            reach: narrow(reach),
            low: narrow(LOW_SHARE * near.low.unwrap_or_default()),
            least5: narrow(near.least5.unwrap_or_default()),
        })
    }

    /// Tells whether the minutes of the hour are alike, and not just its windows of five: a job every five minutes
    /// keeps to a rhythm too.
    pub(crate) fn is_smooth(&self) -> bool {
        let mean = self.mean / 5.0;
        self.most1 <= mean + SMOOTH_DEVIATIONS * (mean * self.dispersion).sqrt() + 3.0
    }
}

/// Says how far the peak of any hour exceeded those of the other days at its time, an hour earlier or later.
fn hour_reach(week: &Week) -> f64 {
    // The two highest peaks of each hour of the day, and on which days they were.
    let mut highest = [[(0_u64, usize::MAX); 2]; DAY];
    for (place, hour) in week.hours() {
        let (day, at) = (usize::from(place) / DAY, usize::from(place) % DAY);
        let [first, second] = &mut highest[at];
        let peak = (hour.most5.get(), day);
        if peak.0 > first.0 {
            (*first, *second) = (peak, *first);
        } else if peak.0 > second.0 {
            *second = peak;
        }
    }
    let mut reach = 1.0_f64;
    for (place, hour) in week.hours() {
        let (day, at) = (usize::from(place) / DAY, usize::from(place) % DAY);
        let of_others = [DAY - 1, DAY, DAY + 1].map(|shift| {
            let [first, second] = highest[(at + shift) % DAY];
            if first.1 == day { second.0 } else { first.0 }
        });
        let others = of_others.into_iter().max().unwrap_or_default();
        reach = reach.max(hour.most5.get() as f64 / (others as f64 + REACH_MARGIN));
    }
    reach
}

/// The hours of a week, as seen from the one that begins.
struct Hours<'a> {
    week: &'a Week,
    now: u8,
}

impl Hours<'_> {
    fn ago(&self, ago: usize) -> Hour {
        self.week.hour(u8::try_from(place_ago(self.now, ago)).unwrap_or_default())
    }

    /// The calls of the last hours before this time of a day, in windows' means.
    fn so_far(&self, days_ago: usize) -> f64 {
        (0..SO_FAR).map(|ago| self.ago(days_ago * DAY + ago).mean5()).sum()
    }

    /// Says how much hours differ from what those before and the shape of the day let expect, as a squared part of
    /// that, and what share of them surprises.
    fn variation(&self, shape: &[f64; DAY]) -> Option<(f64, f64)> {
        let (mut told, mut surprises, mut variation) = (0.0, 0.0, 0.0);
        for ago in 0..WEEK - SO_FAR {
            let of_day = place_ago(self.now, ago) % DAY;
            let share = shape[of_day];
            let share_before: f64 = (1..=SO_FAR).map(|before| shape[(of_day + DAY - before) % DAY]).sum();
            let calls = self.ago(ago).calls.get() as f64;
            let before: f64 = (1..=SO_FAR).map(|before| self.ago(ago + before).calls.get() as f64).sum();
            let (expected, noise) = if before > 0.0 {
                let expected = before * share / share_before;
                (expected, expected + expected * expected / before)
            } else {
                (share / 7.0, share / 7.0)
            };
            if calls.max(expected) <= SURPRISE.1 {
                continue;
            }
            told += 1.0;
            let off = (calls - expected).abs();
            if off > SURPRISE.0 * expected + SURPRISE.1 + CHANCE.0 * (CHANCE.1 * noise).sqrt() {
                surprises += 1.0;
            } else if expected > 0.0 {
                variation += ((off * off - noise) / (expected * expected)).clamp(-1.0, 1.0);
            }
        }
        (told >= HOURS_MIN).then(|| ((variation / told).max(0.0), surprises / told))
    }
}

/// What the days that are like today had around this hour.
#[derive(Default)]
struct Near {
    /// What each such day lets expect at the most.
    high: [Option<f64>; 7],
    low: Option<f64>,
    least5: Option<f64>,
    peaks: Peaks,
    /// The variation within hours, and the calls that it is measured by.
    within: f64,
    calls: f64,
    windows: f64,
}

impl Near {
    /// The average of the days, or the busiest of them, where that is no chance.
    fn mean(&self, dispersion: f64) -> f64 {
        let days = self.high.iter().flatten();
        let average = days.clone().sum::<f64>() / (days.clone().count().max(1) as f64);
        let surely = days.map(|high| high - SURELY * (high * dispersion / HOUR_WINDOWS).sqrt());
        surely.fold(average, f64::max)
    }

    fn add(&mut self, hours: &Hours<'_>, day: usize, today: f64) {
        // The week has no hours before this one of a week ago: what stands there is today, which is like today.
        let then = hours.so_far(day);
        let near = [day * DAY - 2, day * DAY - 1, day * DAY].map(|ago| hours.ago(ago));
        let [after, this, before] = near.map(Hour::mean5);
        let chance = 3.0 * ((today + then) / HOUR_WINDOWS * CHANCE.1).sqrt();
        let scale = if then > 0.0 { today / then } else { 1.0 };
        let grown = if then > 0.0 { (today - chance) / then } else { 1.0 };
        if LIKE * then <= today + chance {
            let busiest = this.max(f64::midpoint(this, before)).max(f64::midpoint(this, after));
            self.high[day - 1] = Some(busiest * grown.clamp(1.0, SCALE_MAX));
            for hour in near {
                self.peaks = self.peaks.or(hour.peaks());
                self.within += hour.spread() * hour.mean5();
                self.calls += (HOUR_WINDOWS - 1.0) * hour.mean5();
                self.windows += HOUR_WINDOWS;
            }
        }
        if then + chance >= LIKE * today {
            let quietest = this.min(f64::midpoint(this, before)).min(f64::midpoint(this, after));
            let quietest = quietest * scale.clamp(1.0 / SCALE_MAX, 1.0);
            let least5 = near.map(Hour::least5).into_iter().fold(f64::INFINITY, f64::min);
            self.low = Some(self.low.map_or(quietest, |low| low.min(quietest)));
            self.least5 = Some(self.least5.map_or(least5, |least| least.min(least5)));
        }
    }
}
