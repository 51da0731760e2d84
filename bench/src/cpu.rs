//! CPU time: of this process, whole and by thread name, and of others.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Context as _;
use rustix::time::{ClockId, clock_gettime};

/// CPU time used up to some moment.
#[derive(Debug, Clone)]
pub(crate) struct CpuTimes {
    process: Duration,
    /// By thread name; threads that have ended are missing.
    threads: BTreeMap<String, Duration>,
}

/// The unit of CPU times under `/proc`, on Linux always.
const TICKS_A_SECOND: f64 = 100.0;

/// CPU seconds of a process, ended threads included, to 10 ms.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ProcessCpu {
    pub(crate) own: f64,
    /// Of its children that have ended, and of theirs.
    pub(crate) children: f64,
}

/// Reads what a process has used; `self` is this one.
pub(crate) fn of_process(id: &str) -> anyhow::Result<ProcessCpu> {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat"))?;
    // What follows the name in parentheses, which may itself hold blanks, begins with field 3.
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace();
    let ticks: Vec<f64> = fields.skip(11).take(4).map(str::parse).collect::<Result<_, _>>()?;
    let [user, system, children_user, children_system] =
        ticks.as_slice().first_chunk::<4>().copied().context("find the CPU times of a process")?;
    let children = (children_user + children_system) / TICKS_A_SECOND;
    Ok(ProcessCpu { own: (user + system) / TICKS_A_SECOND, children })
}

impl CpuTimes {
    pub(crate) fn now() -> anyhow::Result<Self> {
        let mut threads: BTreeMap<String, Duration> = BTreeMap::new();
        for task in std::fs::read_dir("/proc/self/task")? {
            let dir = task?.path();
            // A thread may end while we look.
            let (Ok(name), Ok(stat)) =
                (std::fs::read_to_string(dir.join("comm")), std::fs::read_to_string(dir.join("schedstat")))
            else {
                continue;
            };
            let nanos = stat.split_whitespace().next().and_then(|text| text.parse().ok()).unwrap_or(0);
            *threads.entry(name.trim().to_owned()).or_default() += Duration::from_nanos(nanos);
        }
        Ok(Self { process: process_cpu(), threads })
    }

    /// Returns the CPU seconds of the whole process since `before`.
    pub(crate) fn seconds_since(&self, before: &Self) -> f64 {
        self.process.saturating_sub(before.process).as_secs_f64()
    }

    /// Returns the CPU seconds since `before` of the threads with each name, and under `(ended)` what is
    /// left for threads that are gone.
    pub(crate) fn by_thread_since(&self, before: &Self) -> Vec<(String, f64)> {
        let mut left = self.seconds_since(before);
        let mut parts = Vec::new();
        for (name, time) in &self.threads {
            let seconds =
                time.saturating_sub(before.threads.get(name).copied().unwrap_or_default()).as_secs_f64();
            left -= seconds;
            parts.push((name.clone(), seconds));
        }
        parts.push(("(ended)".to_owned(), left.max(0.0)));
        parts
    }
}

/// Returns the CPU time of the calling thread.
pub(crate) fn thread_cpu() -> Duration {
    cpu(ClockId::ThreadCPUTime)
}

fn process_cpu() -> Duration {
    cpu(ClockId::ProcessCPUTime)
}

fn cpu(clock: ClockId) -> Duration {
    let now = clock_gettime(clock);
    Duration::new(u64::try_from(now.tv_sec).unwrap_or(0), u32::try_from(now.tv_nsec).unwrap_or(0))
}
