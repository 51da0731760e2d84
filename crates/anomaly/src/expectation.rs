//! What a baseline lets expect of the hour that begins.

use crate::baseline::{Baseline, HOURS, Hour};

/// What is usual now; counts of five minutes unless they say otherwise.
#[derive(Debug, Clone, Copy, Default)]
pub struct Expectation {
    /// The average a minute of the whole week: what records call the baseline.
    pub mean1: f32,
    /// The most that may be expected on average, whatever the hour.
    pub high: f32,
    /// The least that may be expected at this hour.
    pub low: f32,
    /// Variance to mean over the hours of the day.
    pub dispersion: f32,
    /// The peaks of up to four weeks, of five minutes and of one.
    pub most5: f32,
    pub most1: f32,
    /// How far a peak may exceed those and still be one more of its kind.
    pub reach: f32,
    /// The fewest of this hour and its neighbours on any day.
    pub least5: f32,
    /// What this hour lets expect by itself, where the series keeps to a rhythm; infinite where it does not.
    pub near: f32,
    pub near_dispersion: f32,
    /// The peaks of this hour and its neighbours.
    pub near5: f32,
    pub near1: f32,
}

const DAY: usize = 24;

/// The squared variation of hours around their rhythm above which there is none to speak of.
const REGULAR_VARIATION_MAX: f64 = 0.05;

impl Expectation {
    pub fn of(baseline: &Baseline) -> Self {
        let (now, seen) = (usize::from(baseline.now), usize::from(baseline.seen));
        if seen == 0 {
            return Self::default();
        }
        let mut of_hour = [(0_f64, 0_f64, 0_f64); DAY]; // hours seen, sum, squares
        let mut day_peaks = [0_u64; 7];
        let mut day_sums = [0_f64; 7];
        let (mut most5, mut most1) = (0_u64, 0_u64);
        let (mut near5, mut near1, mut least) = (0_u64, 0_u64, u64::MAX);
        let mut total = 0_f64;
        for ago in 0..seen {
            let place = (now + HOURS - 1 - ago) % HOURS;
            let hour = baseline.hour(place);
            let sum = hour.sum.get() as f64;
            total += sum;
            let slot = &mut of_hour[place % DAY];
            slot.0 += 1.0;
            slot.1 += sum;
            slot.2 += hour.squares.get() as f64;
            most5 = most5.max(hour.most5.get());
            most1 = most1.max(hour.most1.get());
            day_sums[ago / DAY] += sum;
            let day = &mut day_peaks[ago / DAY];
            *day = (*day).max(hour.most5.get());
            let apart = (place % DAY + DAY - now % DAY) % DAY;
            if apart <= 1 || apart == DAY - 1 {
                least = least.min(hour.least5.get());
                near5 = near5.max(hour.most5.get());
                near1 = near1.max(hour.most1.get());
            }
        }
        let windows = seen as f64 * 12.0;
        let mean = total / windows;
        let (mut near, mut near_hours) = (0_f64, 0_f64);
        for shift in [DAY - 1, DAY, DAY + 1] {
            let slot = of_hour[(now + shift) % DAY];
            near += slot.1;
            near_hours += slot.0;
        }
        let near_mean = if near_hours > 0.0 { near / (near_hours * 12.0) } else { mean };
        let (older5, older1) = baseline.older_peaks();
        let rare = 5.0 / (f64::from(7 * 24 * 60));
        let rhythm = if seen == HOURS && mean > 0.5 { rhythm(baseline, now, &of_hour, &day_sums, total) } else { None };
        Self {
            mean1: (mean / 5.0) as f32,
            high: mean.max(near_mean).max(rare) as f32,
            low: (LOW_SHARE * mean.min(near_mean)) as f32,
            dispersion: dispersion(&of_hour) as f32,
            most5: most5.max(older5) as f32,
            most1: most1.max(older1) as f32,
            reach: reach(&mut day_peaks, seen) as f32,
            least5: if least == u64::MAX { 0.0 } else { least as f32 },
            near: rhythm.map_or(f32::INFINITY, |(near, _)| near as f32),
            near_dispersion: rhythm.map_or(1.0, |(_, dispersion)| dispersion as f32),
            near5: near5 as f32,
            near1: near1 as f32,
        }
    }
}

/// What is subtracted of a usual level before its absence is looked for.
const LOW_SHARE: f64 = 0.7;

/// Says what the coming hour lets expect of five minutes, if each day has the same shape and only its size
/// differs: the hours' shares of a day, times the size of yesterday or of the same day a week ago.
fn rhythm(
    baseline: &Baseline,
    now: usize,
    of_hour: &[(f64, f64, f64); DAY],
    day_sums: &[f64; 7],
    total: f64,
) -> Option<(f64, f64)> {
    let (mut chi, mut degrees) = (0.0, 0.0);
    for ago in 0..HOURS {
        let place = (now + HOURS - 1 - ago) % HOURS;
        let fit = of_hour[place % DAY].1 * day_sums[ago / DAY] / total / 12.0;
        if fit <= 0.0 {
            continue;
        }
        let Hour { sum, squares, .. } = baseline.hour(place);
        let (sum, squares) = (sum.get() as f64, squares.get() as f64);
        chi += (squares - 2.0 * fit * sum + 12.0 * fit * fit) / fit;
        degrees += 12.0;
    }
    let mean = total / (HOURS as f64 * 12.0);
    let variation = ((chi / degrees - 1.0) / mean).max(0.0);
    if degrees < 12.0 * 24.0 || variation > REGULAR_VARIATION_MAX {
        return None;
    }
    let share = [DAY - 1, DAY, DAY + 1].iter().map(|shift| of_hour[(now + shift) % DAY].1).fold(0.0, f64::max);
    let day = day_sums[0].max(day_sums[6]);
    let near = share / total * day / 12.0;
    Some((near, 1.1 + variation * near))
}

/// Pearson's statistic over the means of the hours of the day.
fn dispersion(of_hour: &[(f64, f64, f64); DAY]) -> f64 {
    let (mut chi, mut degrees) = (0.0, 0.0);
    for (hours, sum, squares) in of_hour {
        let n = hours * 12.0;
        if n > 0.0 && *sum > 0.0 {
            let mean = sum / n;
            chi += (squares - n * mean * mean).max(0.0) / mean;
            degrees += n - 1.0;
        }
    }
    if degrees > 0.0 { (chi / degrees).clamp(1.0, 500.0) } else { 1.0 }
}

/// A series whose days differ much in their peaks will exceed them by as much.
fn reach(day_peaks: &mut [u64; 7], seen: usize) -> f64 {
    let days = seen.div_ceil(DAY).clamp(1, 7);
    let peaks = &mut day_peaks[..days];
    peaks.sort_unstable();
    let most = peaks[days - 1] as f64;
    let usual = peaks[days / 2].max(1) as f64;
    most / usual
}
