//! What cargo tells about the workspace.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

/// Runs `cargo` in `root` and returns what it prints; a failure says what cargo said.
pub(crate) fn output(root: &Path, arguments: &[&str]) -> Result<Vec<u8>> {
    let name = arguments.first().copied().unwrap_or_default();
    let output = Command::new("cargo")
        .args(arguments)
        .current_dir(root)
        .output()
        .with_context(|| format!("run cargo {name}"))?;
    if !output.status.success() {
        bail!("cargo {name} failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(output.stdout)
}
