//! Memory and time of a million series.

use std::collections::HashMap;
use std::fs;
use std::hint::black_box;
use std::time::{Duration, Instant};

use cairn_anomaly::Series;

use crate::families::{Change, DAY, Family, WEEK};
use crate::random::Random;
use crate::report::{Cell, Table};
use crate::watch::Watch;

/// What a fleet of series is made of.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Mix {
    /// All have calls every hour.
    Dense,
    /// One in five has, the others nearly none.
    Mixed,
    /// None has more than a call in hours.
    Idle,
}

/// What a fleet takes.
#[derive(Debug)]
pub(crate) struct Scale {
    mix: Mix,
    series: usize,
    /// Resident memory by series, an index by metric included.
    pub(crate) bytes_each: f64,
    /// Processor time for a minute of all, on average over an hour, and at most.
    pub(crate) minute: Duration,
    pub(crate) minute_max: Duration,
    /// What it gave back, the next fleet would take again, and not be counted for it.
    _kept: (Vec<Series>, HashMap<[u32; 4], u32>),
}

/// One stream for each minute of the hour, so that the hours of a fleet end at all of them.
const PATTERNS: usize = 120;
/// Minutes of an hour of which each is timed.
const TIMED: usize = 60;

impl Mix {
    pub(crate) const ALL: [Self; 3] = [Self::Dense, Self::Mixed, Self::Idle];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Dense => "dense",
            Self::Mixed => "mixed, one in five dense",
            Self::Idle => "idle",
        }
    }

    fn family(self, pattern: usize) -> Family {
        const DENSE: [Family; 4] = [Family::Steady, Family::Rhythm, Family::Dispersed, Family::Growth];
        match self {
            Self::Dense => DENSE[pattern % 4],
            Self::Mixed if pattern.is_multiple_of(5) => DENSE[pattern / 5 % 4],
            Self::Mixed | Self::Idle => Family::Idle,
        }
    }

    /// Lets a fleet live through the minutes of an hour, after eight days of learning.
    pub(crate) fn measure(self, seed: u64, series: usize) -> Scale {
        let learned = WEEK + DAY;
        let mut counts = Vec::new();
        let mut patterns = Vec::new();
        for pattern in 0..PATTERNS {
            let mut random = Random::of(seed, self.name(), pattern as u64);
            let all =
                self.family(pattern).stream(learned + TIMED, &mut random).counts(&Change::NONE, &mut random);
            let mut watch = Watch::new(pattern);
            watch.tell_all(&all[..learned], |_| ());
            patterns.push(watch.into_series());
            counts.push(all[learned..].to_vec());
        }
        let before = resident_bytes();
        let mut fleet: Vec<Series> = Vec::with_capacity(series);
        let mut index: HashMap<[u32; 4], u32> = HashMap::with_capacity(series);
        for at in 0..series {
            fleet.push(patterns[at % PATTERNS].clone());
            index.insert([at as u32 % 1_000, at as u32 % 300, at as u32, 0], at as u32);
        }
        let bytes_each = resident_bytes().saturating_sub(before) as f64 / series as f64;
        let times: Vec<Duration> = (0..TIMED).map(|minute| step(&mut fleet, &counts, minute)).collect();
        Scale {
            mix: self,
            series,
            bytes_each,
            minute: times.iter().sum::<Duration>() / TIMED as u32,
            minute_max: times.iter().max().copied().unwrap_or_default(),
            _kept: (fleet, index),
        }
    }
}

fn step(fleet: &mut [Series], counts: &[Vec<u32>], minute: usize) -> Duration {
    let now: Vec<u32> = counts.iter().map(|counts| counts[minute]).collect();
    let started = processor_time();
    for (at, series) in fleet.iter_mut().enumerate() {
        black_box(series.step(now[at % PATTERNS]));
    }
    processor_time().saturating_sub(started)
}

/// What this thread has used so far; the clock where the system does not tell.
pub(crate) fn processor_time() -> Duration {
    thread_local!(static STARTED: Instant = Instant::now());
    let told = fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = told.and_then(|told| told.split_whitespace().next()?.parse().ok());
    nanoseconds.map_or_else(|| STARTED.with(Instant::elapsed), Duration::from_nanos)
}

/// Resident memory; 0 where the system does not tell.
fn resident_bytes() -> u64 {
    let told = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kilobytes =
        told.lines().find_map(|line| line.strip_prefix("VmRSS:")?.split_whitespace().next()?.parse().ok());
    kilobytes.unwrap_or(0_u64) * 1_024
}

pub(crate) fn table(figures: &[Scale]) -> Table {
    let columns = ["fleet", "series", "bytes each", "MB in all", "ms of CPU a minute", "slowest minute, ms"];
    let says =
        "resident memory with an index by metric, and one thread's processor time for a minute of all series";
    let mut table = Table::new("scale", says, &columns);
    let milliseconds = |time: Duration| Cell::Number(time.as_secs_f64() * 1e3, 0);
    for all in figures {
        table.row(vec![
            all.mix.name().into(),
            (all.series as u64).into(),
            Cell::Number(all.bytes_each, 0),
            Cell::Number(all.bytes_each * all.series as f64 / 1e6, 0),
            milliseconds(all.minute),
            milliseconds(all.minute_max),
        ]);
    }
    table
}
