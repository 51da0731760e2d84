//! Reading the tree.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Reads `path` below `root`; absent when there is no such file.
pub(super) fn read(root: &Path, path: impl AsRef<Path>) -> Result<Option<String>> {
    let path = root.join(path);
    match fs::read_to_string(&path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("read {}", path.display())),
    }
}

/// Lists the files below `directory` with `extension`, relative to `root`, in order.
pub(super) fn files(root: &Path, directory: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![directory.to_path_buf()];
    while let Some(directory) = open.pop() {
        let entries = match fs::read_dir(root.join(&directory)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(error).with_context(|| format!("list {}", directory.display())),
        };
        for entry in entries {
            let entry = entry.with_context(|| format!("list {}", directory.display()))?;
            let path = directory.join(entry.file_name());
            if entry.file_type().with_context(|| format!("look at {}", path.display()))?.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
