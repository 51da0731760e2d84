//! Times and what they spread over.

use std::fmt;
use std::time::{Duration, Instant};

use anyhow::Context as _;

/// Clock ticks a second, as Linux counts process times.
const TICKS: f64 = 100.0;

/// Some measured times.
#[derive(Debug, Default)]
pub(super) struct Spread(Vec<Duration>);

impl Spread {
    /// Measures one call.
    pub(super) fn time<T>(&mut self, call: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
        let began = Instant::now();
        let answer = call()?;
        self.0.push(began.elapsed());
        Ok(answer)
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut times = self.0.clone();
        times.sort_unstable();
        let at = |percent: usize| {
            let index = (times.len() * percent / 100).min(times.len().saturating_sub(1));
            times.get(index).map_or(0.0, |time| time.as_secs_f64() * 1e3)
        };
        f.pad(&format!("{:.2} / {:.2} / {:.2}", at(50), at(99), at(100)))
    }
}

/// Returns the CPU seconds this process has used, all threads, user and system.
pub(super) fn cpu_seconds() -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    // The second field is the program's name in parentheses and may hold anything.
    let (_, fields) = stat.rsplit_once(')').context("read the process's times")?;
    let ticks: Vec<f64> =
        fields.split_whitespace().skip(11).take(2).map(str::parse).collect::<Result<_, _>>()?;
    Ok(ticks.iter().sum::<f64>() / TICKS)
}
