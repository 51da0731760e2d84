//! The file, and how it is used.

use std::fs::{DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use cairn_sqlite::Settings;
use sqlx::ConnectOptions;

/// Makes the file and its directory, for its owner's eyes only, where there is none.
pub(super) fn make_private(path: &Path) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    if cairn_sqlite::make_private(path)? {
        sync_directory(directory)?;
        directory.parent().map_or(Ok(()), sync_directory)?;
    }
    Ok(())
}

fn sync_directory(path: &Path) -> io::Result<()> {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    File::open(path)?.sync_all()
}

/// Readers enough for a few questions, and for the follower, who has his own; more would only queue on the same disk.
pub(super) const SETTINGS: Settings = Settings {
    readers_max: 3,
    tune: |options| {
        options
            .foreign_keys(false)
            .pragma("cache_size", CACHE)
            .pragma("journal_size_limit", LOG_BYTES_MAX)
            .disable_statement_logging()
    },
};

/// What is left of the log after a large change, such as an import of a year, once it is in the file.
const LOG_BYTES_MAX: &str = "67108864";

/// KiB of pages that a connection keeps, as SQLite wants it told: this hour's points of 100,000 metrics fit.
const CACHE: &str = "-16384";
