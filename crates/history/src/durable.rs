//! Making directories last: what is written is synced before its name says it is finished.

use std::fs::{self, File};
use std::io;
use std::path::Path;

/// Syncs every file in `dir` and `dir` itself, then gives it its final name, durably.
pub(crate) fn publish(dir: &Path, name: &Path) -> io::Result<()> {
    sync_all(dir)?;
    // Only a crash between this rename and the catalog's commit leaves something here; nobody uses it.
    remove(name)?;
    rename(dir, name)?;
    for parent in [name.parent(), dir.parent()].into_iter().flatten() {
        sync_directory(parent)?;
    }
    Ok(())
}

/// Syncs everything in `dir` and `dir` itself. Splits nest one level deep.
fn sync_all(dir: &Path) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_all(&entry.path())?;
        } else {
            File::open(entry.path())?.sync_all()?;
        }
    }
    sync_directory(dir)
}

/// Removes a directory with all it holds; it need not be there.
pub(crate) fn remove(dir: &Path) -> io::Result<()> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Adds up the sizes of the files in `dir`.
pub(crate) fn bytes_in(dir: &Path) -> io::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        bytes += if entry.file_type()?.is_dir() { bytes_in(&entry.path())? } else { entry.metadata()?.len() };
    }
    Ok(bytes)
}

/// Syncs a directory, so that the names in it last.
pub(crate) fn sync_directory(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

#[expect(clippy::disallowed_methods, reason = "the durable rename: both directories are synced by publish")]
fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)
}
