//! What the figures were measured on.

use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::disk;

/// How long the bare disk is measured.
const DISK: Duration = Duration::from_secs(2);

/// Returns facts about the machine, by name.
pub(crate) fn facts(dir: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let mut sync = disk::write_and_sync(dir, 4096, DISK)?;
    let (p50, p99) = (sync.percentile_ms(50.0), sync.percentile_ms(99.0));
    let facts = [
        ("cores", std::thread::available_parallelism()?.to_string()),
        ("processor", field("/proc/cpuinfo", "model name")),
        ("memory", field("/proc/meminfo", "MemTotal")),
        ("kernel", text("/proc/sys/kernel/osrelease")),
        ("data in", dir.display().to_string()),
        ("free disk", format!("{} GiB", free_bytes(dir)? >> 30)),
        ("4 KiB write+fdatasync", format!("p50 {p50:.3} ms, p99 {p99:.3} ms")),
        ("load at the start", load()),
    ];
    Ok(facts.map(|(name, value)| (name.to_owned(), value)).to_vec())
}

/// Returns the load averages over 1, 5 and 15 minutes.
pub(crate) fn load() -> String {
    text("/proc/loadavg")
}

/// Returns how many bytes can still be written where `dir` is.
pub(crate) fn free_bytes(dir: &Path) -> anyhow::Result<u64> {
    let stat = rustix::fs::statvfs(dir)?;
    Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
}

fn field(path: &str, name: &str) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with(name));
    line.and_then(|line| line.split_once(':'))
        .map_or_else(|| "?".to_owned(), |(_, value)| value.trim().to_owned())
}

fn text(path: &str) -> String {
    fs::read_to_string(path).map_or_else(|_| "?".to_owned(), |text| text.trim().to_owned())
}
