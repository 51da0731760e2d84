//! CPU time of this process, whole and by thread name.

use std::collections::BTreeMap;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// CPU time used up to some moment.
#[derive(Debug, Clone)]
pub(crate) struct CpuTimes {
    process: Duration,
    /// By thread name; threads that have ended are missing.
    threads: BTreeMap<String, Duration>,
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
