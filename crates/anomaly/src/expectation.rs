//! What a week lets expect of the hour that begins.

use crate::hour::{HOUR_WINDOWS, Hour};
use crate::rhythm::Rhythm;
use crate::week::{DAY, HOURS, Peaks, WEEK, Week};

/// What is usual in this hour. Counts are of five minutes, unless they say otherwise.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Expectation {
    /// The average a minute of the whole week: what records call the baseline.
    pub(crate) mean1: f32,
    /// The average that is expected at the most, at this hour of the day or at any.
    pub(crate) high: f32,
    /// The least average that is expected at this hour.
    pub(crate) low: f32,
    /// Variance to mean of the windows around the averages of their hours of the day.
    pub(crate) dispersion: f32,
    /// The peaks of up to four weeks.
    pub(crate) most5: f32,
    pub(crate) most1: f32,
    /// The highest day's peak to the usual day's: how far a peak may exceed the former ones and still be one more of
    /// its kind.
    pub(crate) reach: f32,
    /// The fewest of this hour and its neighbours, on any day.
    pub(crate) least5: f32,
    /// What this very hour lets expect, where days are alike.
    pub(crate) rhythm: Option<Rhythm>,
}

/// What is taken off a usual level before its absence is looked for.
pub(crate) const LOW_SHARE: f64 = 0.7;

/// No series is believed to vary more than this: a single flood would hide all that comes after.
const DISPERSION_MAX: f64 = 500.0;

impl Expectation {
    /// Says what to expect of the hour at this place of the week.
    pub(crate) fn of(week: &Week, now: u8) -> Self {
        if week.seen() == 0 {
            return Self::default();
        }
        let sums = Sums::of(week, now);
        let mean = sums.total / (week.seen() as f64 * HOUR_WINDOWS);
        let near = sums.near_mean(now, mean);
        let older = week.older().iter().fold(sums.peaks, |most, older| most.or(*older));
        Self {
            mean1: narrow(mean / 5.0),
            high: narrow(mean.max(near).max(sums.rarest())),
            low: narrow(LOW_SHARE * mean.min(near)),
            dispersion: narrow(sums.dispersion()),
            most5: narrow(older.most5.get() as f64),
            most1: narrow(older.most1.get() as f64),
            reach: narrow(sums.reach()),
            least5: narrow(if sums.near_hours < sums.near_hours_seen { 0.0 } else { sums.near_least5 }),
            rhythm: Rhythm::of(week, now, &sums.of_day_hour.map(|of_hour| of_hour.sum)),
        }
    }

    /// Returns the least average that is expected now, and the fewest that there ever were.
    pub(crate) fn least(&self) -> (f64, f64) {
        let (low, least5) = match &self.rhythm {
            Some(rhythm) => (rhythm.low, rhythm.least5),
            None => (self.low, self.least5),
        };
        (f64::from(low), f64::from(least5))
    }

    /// Returns the average of a minute that is expected now, and how its minutes vary.
    pub(crate) fn level(&self) -> (f64, f64) {
        let (mean, dispersion) = match &self.rhythm {
            Some(rhythm) => (rhythm.mean, rhythm.dispersion),
            None => (self.high, self.dispersion),
        };
        (f64::from(mean) / 5.0, f64::from(dispersion))
    }
}

/// The sums of a week, by hour of the day and by day.
struct Sums {
    seen: usize,
    total: f64,
    peaks: Peaks,
    of_day_hour: [DayHour; DAY],
    day_peaks: [u64; 7],
    near_peaks: Peaks,
    near_least5: f64,
    /// How many hours at this time of the day had calls, and how many were seen.
    near_hours: usize,
    near_hours_seen: usize,
}

#[derive(Clone, Copy, Default)]
struct DayHour {
    hours: f64,
    sum: f64,
    /// The squares of the means of the hours' windows, and the differences of windows from these, squared.
    squares: f64,
    within: f64,
}

impl Sums {
    fn of(week: &Week, now: u8) -> Self {
        let mut sums = Self {
            seen: week.seen(),
            total: 0.0,
            peaks: Peaks::default(),
            of_day_hour: [DayHour::default(); DAY],
            day_peaks: [0; 7],
            near_peaks: Peaks::default(),
            near_least5: f64::INFINITY,
            near_hours: 0,
            near_hours_seen: 0,
        };
        for ago in 0..sums.seen {
            let place = place_ago(now, ago);
            sums.of_day_hour[place % DAY].hours += 1.0;
            sums.near_hours_seen += usize::from(is_near(place, now));
        }
        for (place, hour) in week.hours() {
            let ago = hours_ago(now, place);
            if ago < sums.seen {
                sums.add(usize::from(place), ago, hour, now);
            }
        }
        sums
    }

    fn add(&mut self, place: usize, ago: usize, hour: Hour, now: u8) {
        let (calls, mean) = (hour.calls.get() as f64, hour.mean5());
        self.total += calls;
        let of_hour = &mut self.of_day_hour[place % DAY];
        of_hour.sum += calls;
        of_hour.squares += HOUR_WINDOWS * mean * mean;
        of_hour.within += hour.spread() * mean;
        self.peaks = self.peaks.or(hour.peaks());
        let day = &mut self.day_peaks[ago / DAY];
        *day = (*day).max(hour.most5.get());
        if is_near(place, now) {
            self.near_hours += 1;
            self.near_least5 = self.near_least5.min(hour.least5());
            self.near_peaks = self.near_peaks.or(hour.peaks());
        }
    }

    /// The average of this hour of the day and its neighbours; where these saw little, it leans towards that of the
    /// week, as if that had given one call more.
    fn near_mean(&self, now: u8, mean: f64) -> f64 {
        let (mut sum, mut hours) = (0.0, 0.0);
        for near in near_day_hours(now) {
            sum += self.of_day_hour[near].sum;
            hours += self.of_day_hour[near].hours;
        }
        if mean <= 0.0 {
            return 0.0;
        }
        (sum + 1.0) / (hours * HOUR_WINDOWS + 1.0 / mean)
    }

    /// One call in the time that was seen: who was never seen may come so often.
    fn rarest(&self) -> f64 {
        1.0 / (self.seen as f64 * HOUR_WINDOWS)
    }

    /// Pearson's statistic over the windows around the means of the hours of the day.
    fn dispersion(&self) -> f64 {
        let (mut chi, mut degrees) = (0.0, 0.0);
        for of_hour in self.of_day_hour.iter().filter(|of_hour| of_hour.sum > 0.0) {
            let windows = of_hour.hours * HOUR_WINDOWS;
            let mean = of_hour.sum / windows;
            chi += (of_hour.within + of_hour.squares - windows * mean * mean).max(0.0) / mean;
            degrees += windows - 1.0;
        }
        if degrees > 0.0 { (chi / degrees).clamp(1.0, DISPERSION_MAX) } else { 1.0 }
    }

    /// A series whose days differ much in their peaks will exceed them by as much.
    fn reach(&self) -> f64 {
        let days = self.seen.div_ceil(DAY).clamp(1, 7);
        let mut peaks = self.day_peaks;
        let peaks = &mut peaks[..days];
        peaks.sort_unstable();
        peaks[days - 1] as f64 / peaks[days / 2].max(1) as f64
    }
}

/// The place of the hour that ended so many hours before this one began.
/// Beyond a week it is the place of what came after.
pub(crate) fn place_ago(now: u8, ago: usize) -> usize {
    (usize::from(now) + 2 * WEEK - 1 - ago) % WEEK
}

fn hours_ago(now: u8, place: u8) -> usize {
    (usize::from(now) + WEEK - 1 - usize::from(place % HOURS)) % WEEK
}

/// This hour of the day and its neighbours.
fn near_day_hours(now: u8) -> [usize; 3] {
    [DAY - 1, DAY, DAY + 1].map(|shift| (usize::from(now) + shift) % DAY)
}

fn is_near(place: usize, now: u8) -> bool {
    near_day_hours(now).contains(&(place % DAY))
}

#[expect(clippy::cast_possible_truncation, reason = "seven digits are enough for what is expected")]
pub(crate) fn narrow(value: f64) -> f32 {
    value as f32
}
