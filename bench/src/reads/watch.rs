//! The server's memory while calls are made.

use std::cell::Cell;
use std::time::Duration;

use crate::part::count;
use crate::report::{Limit, Table, Target};
use crate::server::{Memory, ServerProcess};

const LOOK_EVERY: Duration = Duration::from_millis(100);

/// How often memory is told, at most.
const MARK_EVERY: u64 = 100_000;

/// How many calls it takes to tell that memory does not grow with them: by then the part of the history that
/// is kept in memory has been full, and empty again, several times in each half.
const CALLS_TO_TELL: u64 = 1_000_000;

/// How much higher memory may be on average in the second half of the calls than in the first.
const GROWTH_MAX: f64 = 1.1;

/// Looks at a server every now and then.
pub(super) struct Watch<'a> {
    server: &'a ServerProcess,
    made: &'a Cell<u64>,
    calls: u64,
}

/// Memory, and how many calls were answered by then.
type Look = (u64, Memory);

/// Memory over the calls.
#[derive(Debug)]
pub(super) struct Course {
    calls: u64,
    seen: Vec<Look>,
}

impl<'a> Watch<'a> {
    /// Prepares to look at a server that will answer so many calls, counted in `made`.
    pub(super) fn new(server: &'a ServerProcess, made: &'a Cell<u64>, calls: u64) -> Self {
        Self { server, made, calls }
    }

    /// Looks on until `work` is done.
    pub(super) async fn during<T>(
        self,
        work: impl Future<Output = anyhow::Result<T>>,
    ) -> anyhow::Result<(T, Course)> {
        let mut seen = vec![self.look()?];
        let mut ticks = tokio::time::interval(LOOK_EVERY);
        let mut work = std::pin::pin!(work);
        let done = loop {
            tokio::select! {
                done = &mut work => break done?,
                _ = ticks.tick() => seen.push(self.look()?),
            }
        };
        seen.push(self.look()?);
        Ok((done, Course { calls: self.calls, seen }))
    }

    fn look(&self) -> anyhow::Result<(u64, Memory)> {
        Ok((self.made.get(), self.server.memory()?))
    }
}

impl Course {
    /// Tells memory at the start, at each mark on the way, and at the end.
    pub(super) fn table(&self) -> Table {
        let mut table = Table::new(
            "Memory of the server during the reads (cairn-bench reads)",
            "VmRSS, RssAnon and VmHWM of `cairn serve`; up to 200,000 events stay in memory until they are sealed \
             into a split, so that memory rises and falls with them",
            &["RSS MB", "anonymous MB", "peak MB"],
        );
        let mut mark = 0;
        for (index, (made, memory)) in self.seen.iter().enumerate() {
            if *made < mark && index + 1 < self.seen.len() {
                continue;
            }
            table.row(format!("after {made} calls"), &[memory.now_mb, memory.anonymous_mb, memory.peak_mb]);
            mark = made - made % MARK_EVERY + MARK_EVERY;
        }
        let (first, second) = self.halves();
        for (name, half) in [("first half", first), ("second half", second)] {
            table.row(format!("{name}, on average"), &[f64::NAN, average(half), f64::NAN]);
            table.row(format!("{name}, at most"), &[f64::NAN, highest(half), f64::NAN]);
        }
        table
    }

    /// Returns the target for memory, when there were enough calls to tell.
    pub(super) fn target(&self) -> Option<Target> {
        (self.calls >= CALLS_TO_TELL).then(|| {
            let growth = self.growth();
            Target::new(
                "average anonymous memory in the second half of the reads, of that in the first",
                growth,
                Limit::AtMost(GROWTH_MAX),
                "times",
            )
        })
    }

    /// Returns how much memory grew: a peak comes with each merge of splits and goes again, so the average tells.
    fn growth(&self) -> f64 {
        let (first, second) = self.halves();
        average(second) / average(first)
    }

    fn halves(&self) -> (&[Look], &[Look]) {
        let first = self.seen.partition_point(|(made, _)| count(*made) < count(self.calls) / 2.0);
        self.seen.split_at(first)
    }
}

fn average(seen: &[Look]) -> f64 {
    seen.iter().map(|(_, memory)| memory.anonymous_mb).sum::<f64>() / count(seen.len() as u64)
}

fn highest(seen: &[Look]) -> f64 {
    seen.iter().map(|(_, memory)| memory.anonymous_mb).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn course(calls: u64, anonymous: &[(u64, f64)]) -> Course {
        let memory = |anonymous_mb| Memory { now_mb: anonymous_mb, peak_mb: anonymous_mb, anonymous_mb };
        Course { calls, seen: anonymous.iter().map(|(made, mb)| (*made, memory(*mb))).collect() }
    }

    #[test]
    fn growth_compares_the_averages_of_both_halves() {
        let seen = [(0, 20.0), (400_000, 80.0), (499_999, 30.0), (500_000, 40.0), (800_000, 56.0)];
        let course = course(1_000_000, &seen);
        assert!((course.growth() - 48.0 / (130.0 / 3.0)).abs() < 1e-9);
        let (first, second) = course.halves();
        assert!((highest(first) - 80.0).abs() < 1e-9 && (highest(second) - 56.0).abs() < 1e-9);
    }

    #[test]
    fn few_calls_tell_nothing_of_growth() {
        assert!(course(999_999, &[(0, 1.0), (999_999, 9.0)]).target().is_none());
        assert!(course(1_000_000, &[(0, 1.0), (1_000_000, 9.0)]).target().is_some());
    }
}
