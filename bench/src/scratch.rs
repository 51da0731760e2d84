//! A directory for one part's data, removed when the part is over.

use std::path::Path;

use anyhow::Context as _;
use tempfile::TempDir;

use crate::machine;

/// What is left free beside what a part needs.
const MARGIN_BYTES: u64 = 2 << 30;

/// Makes a directory under `root`, if there is room for what the part will write.
pub(crate) fn scratch(root: &Path, part: &str, bytes_needed: u64) -> anyhow::Result<TempDir> {
    std::fs::create_dir_all(root).with_context(|| format!("make {}", root.display()))?;
    let free = machine::free_bytes(root)?;
    anyhow::ensure!(
        free >= bytes_needed + MARGIN_BYTES,
        "{part} needs {} GiB in {} and {} GiB are free: choose another --dir or fewer --events",
        (bytes_needed + MARGIN_BYTES) >> 30,
        root.display(),
        free >> 30
    );
    let dir = tempfile::Builder::new().prefix(&format!("cairn-bench-{part}-")).tempdir_in(root)?;
    Ok(dir)
}
