//! The seven families of call streams: how often a minute's calls come in one account and Region.

use std::f64::consts::TAU;

use crate::random::Random;

pub(crate) const DAY: usize = 24 * 60;
pub(crate) const WEEK: usize = 7 * DAY;

/// A kind of stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    /// A call in months up to one in eight hours.
    Idle,
    /// The same rate day and night.
    Steady,
    /// A rate that follows the day, and rests at weekends.
    Rhythm,
    /// A rate that is never the same: negative binomial counts.
    Dispersed,
    /// Scheduled jobs, every five minutes up to once a day, on a base of chance calls or none.
    Jobs,
    /// People at work: sessions of very different sizes in working hours.
    Sessions,
    /// A rate that grows by 2 to 12 % a day.
    Growth,
}

impl Family {
    pub(crate) const ALL: [Self; 7] =
        [Self::Idle, Self::Steady, Self::Rhythm, Self::Dispersed, Self::Jobs, Self::Sessions, Self::Growth];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Steady => "steady",
            Self::Rhythm => "rhythm",
            Self::Dispersed => "dispersed",
            Self::Jobs => "jobs",
            Self::Sessions => "sessions",
            Self::Growth => "growth",
        }
    }

    /// Makes one stream of the family, of this many minutes.
    pub(crate) fn stream(self, minutes: usize, random: &mut Random) -> Stream {
        match self {
            Self::Idle => Stream::steady(random.of_any_size(1e-5, 2e-3), minutes),
            Self::Steady => Stream::steady(random.of_any_size(0.05, 300.0), minutes),
            Self::Rhythm => rhythm(random.of_any_size(0.2, 200.0), random, minutes),
            Self::Dispersed => {
                let stream = Stream::steady(random.of_any_size(0.1, 50.0), minutes);
                Stream { shape: Some(random.of_any_size(0.1, 3.0)), ..stream }
            }
            Self::Jobs => jobs(minutes, random),
            Self::Sessions => sessions(minutes, random),
            Self::Growth => growth(minutes, random),
        }
    }
}

/// The rates of a stream, from which its counts are drawn.
#[derive(Debug)]
pub(crate) struct Stream {
    /// Calls expected of each minute.
    pub(crate) rates: Vec<f32>,
    /// The shape of the gamma distribution that each minute's rate is multiplied by, if it is.
    pub(crate) shape: Option<f64>,
    /// Whether anybody could know the rates beforehand.
    pub(crate) foreseeable: bool,
}

/// What happens to the rates from a minute on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Change {
    pub(crate) at: usize,
    pub(crate) minutes: usize,
    pub(crate) kind: ChangeKind,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum ChangeKind {
    /// The rates are multiplied.
    Times(f64),
    /// The rates grow evenly up to so much of what they were.
    RampTo(f64),
    /// So many calls come beside the usual ones, all in all.
    More(u32),
}

impl Change {
    pub(crate) const NONE: Self = Self { at: usize::MAX, minutes: 0, kind: ChangeKind::Times(1.0) };

    pub(crate) fn covers(&self, minute: usize) -> bool {
        minute >= self.at && minute - self.at < self.minutes
    }
}

impl Stream {
    pub(crate) fn steady(rate: f64, minutes: usize) -> Self {
        Self { rates: vec![rate as f32; minutes], shape: None, foreseeable: true }
    }

    /// Draws the counts of all minutes.
    pub(crate) fn counts(&self, change: &Change, random: &mut Random) -> Vec<u32> {
        let draw = |(minute, rate): (usize, &f32)| {
            let mut rate = f64::from(*rate);
            let mut more = 0;
            if change.covers(minute) {
                match change.kind {
                    ChangeKind::Times(factor) => rate *= factor,
                    ChangeKind::RampTo(factor) => {
                        let passed = (minute - change.at + 1) as f64 / change.minutes as f64;
                        rate *= 1.0 + (factor - 1.0) * passed;
                    }
                    ChangeKind::More(calls) => more = share_of(calls, minute - change.at, change.minutes),
                }
            }
            if let Some(shape) = self.shape {
                rate *= random.gamma(shape) / shape;
            }
            random.poisson(rate) + more
        };
        self.rates.iter().enumerate().map(draw).collect()
    }
}

/// What falls to one of `parts` of a whole that is dealt out evenly.
pub(crate) fn share_of(whole: u32, part: usize, parts: usize) -> u32 {
    let up_to = |part: usize| (u64::from(whole) * part as u64 / parts as u64) as u32;
    up_to(part + 1) - up_to(part)
}

/// A day of one wave, and weekends that are quieter.
pub(crate) fn rhythm(rate: f64, random: &mut Random, minutes: usize) -> Stream {
    let (depth, peak) = (random.between(0.3, 0.95), random.between(0.0, DAY as f64));
    let weekend = random.between(0.1, 1.0);
    let of = |minute: usize| {
        let wave = 1.0 + depth * (TAU * (minute as f64 - peak) / DAY as f64).cos();
        let rest = if minute % WEEK / DAY >= 5 { weekend } else { 1.0 };
        (rate * wave * rest) as f32
    };
    Stream { rates: (0..minutes).map(of).collect(), shape: None, foreseeable: true }
}

fn jobs(minutes: usize, random: &mut Random) -> Stream {
    let base = if random.unit() < 0.5 { 0.0 } else { random.of_any_size(0.01, 2.0) };
    let mut stream = Stream::steady(base, minutes);
    for _ in 0..=random.below(3) {
        let period = [5, 15, 30, 60, 240, 720, DAY][random.below(7)];
        let (phase, size) = (random.below(period), random.of_any_size(2.0, 500.0));
        let spread = 1 + random.below(4);
        for start in (phase..minutes).step_by(period) {
            for rate in stream.rates.iter_mut().skip(start).take(spread) {
                *rate += (size / spread as f64) as f32;
            }
        }
    }
    stream
}

fn sessions(minutes: usize, random: &mut Random) -> Stream {
    let mut rates = vec![0.0; minutes];
    let (per_day, alpha) = (random.of_any_size(1.0, 30.0), random.between(1.2, 2.5));
    let (length, scale) = (random.of_any_size(3.0, 30.0), random.of_any_size(2.0, 20.0));
    for day in 0..minutes.div_ceil(DAY) {
        if day % 7 >= 5 && random.unit() < 0.85 {
            continue;
        }
        for _ in 0..random.poisson(per_day) {
            let start = day * DAY + 8 * 60 + random.below(10 * 60);
            let calls = (scale * random.pareto(alpha)).min(20_000.0);
            let lasts = (length * random.between(0.3, 2.0)).ceil().max(1.0) as usize;
            for rate in rates.iter_mut().skip(start).take(lasts) {
                *rate += (calls / lasts as f64) as f32;
            }
        }
    }
    Stream { rates, shape: None, foreseeable: false }
}

fn growth(minutes: usize, random: &mut Random) -> Stream {
    let (rate, per_day) = (random.of_any_size(0.2, 30.0), random.between(0.02, 0.12));
    let depth = random.between(0.0, 0.7);
    let of = |minute: usize| {
        let days = minute as f64 / DAY as f64;
        (rate * (1.0 + depth * (TAU * days).cos()) * (1.0 + per_day).powf(days)) as f32
    };
    Stream { rates: (0..minutes).map(of).collect(), shape: None, foreseeable: true }
}
