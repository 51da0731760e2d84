//! The directory's file, read again when it changes.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use cairn_event::AccountId;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::{DIRECTORY_BYTES_MAX, Directory, DirectoryError, Format};
use crate::{Identities, telemetry};

/// How often to look whether the file changed.
const LOOK: Duration = Duration::from_secs(2);

/// A directory's file, and how it was when it was last tried.
#[derive(Debug, Clone)]
pub struct DirectoryFile {
    path: PathBuf,
    account: AccountId,
    tried: Option<Stamp>,
}

/// The file could not be taken.
#[derive(Debug, thiserror::Error)]
#[error("take the directory {path}")]
pub struct FileError {
    path: String,
    #[source]
    source: Box<dyn std::error::Error + Send + Sync>,
}

/// What changes when a file is written or replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    inode: u64,
    bytes: u64,
    changed: (i64, i64),
}

impl DirectoryFile {
    /// Names a file; `account` is that of entries that name none.
    pub fn new(path: impl Into<PathBuf>, account: AccountId) -> Self {
        Self { path: path.into(), account, tried: None }
    }

    /// Reads the file.
    ///
    /// # Errors
    /// It can't be read, or is no directory.
    pub fn read(&mut self) -> Result<Directory, FileError> {
        // Before it is read: what is written meanwhile is a change that the next look sees.
        self.tried = stamp(&self.path);
        let failed = |source: Box<dyn std::error::Error + Send + Sync>| FileError {
            path: self.path.display().to_string(),
            source,
        };
        let text = read_text(&self.path).map_err(|error| failed(error.into()))?;
        let directory = Directory::parse(&text, format_of(&self.path), self.account);
        let directory = directory.map_err(|error: DirectoryError| failed(error.into()))?;
        if directory.has_secrets() && is_open(&self.path) {
            tracing::warn!(path = %self.path.display(), "a directory with secrets that others can read: chmod 600");
        }
        Ok(directory)
    }

    /// Looks at the file now and then and puts what it holds in force, until `stop`. A file that is gone or wrong
    /// changes nothing.
    pub async fn run(mut self, identities: Arc<Identities>, stop: CancellationToken) {
        let mut ticks = interval(LOOK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                _ = ticks.tick() => {}
            }
            let looked = tokio::task::spawn_blocking(move || {
                let looked = (stamp(&self.path) != self.tried).then(|| self.read());
                (self, looked)
            });
            let Ok((back, looked)) = looked.await else { return };
            self = back;
            match looked {
                None => {}
                Some(Ok(directory)) => {
                    telemetry::directory("taken");
                    tracing::info!(path = %self.path.display(), keys = directory.len(), "directory taken");
                    identities.replace_directory(directory);
                }
                Some(Err(error)) => {
                    telemetry::directory("refused");
                    let error = &error as &dyn std::error::Error;
                    tracing::error!(error, "directory refused; the one before stays in force");
                }
            }
        }
    }
}

/// Returns the format that a file's name tells.
pub(crate) fn format_of(path: &Path) -> Format {
    match path.extension() {
        Some(extension) if extension.eq_ignore_ascii_case("json") => Format::Json,
        _ => Format::Toml,
    }
}

fn read_text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    let most = DIRECTORY_BYTES_MAX as u64 + 1;
    File::open(path)?.take(most).read_to_string(&mut text)?;
    Ok(text)
}

/// Tells whether others than the owner can read a file.
fn is_open(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|found| found.mode() & 0o077 != 0)
}

fn stamp(path: &Path) -> Option<Stamp> {
    let found = std::fs::metadata(path).ok()?;
    let changed = (found.ctime(), found.ctime_nsec());
    Some(Stamp { inode: found.ino(), bytes: found.size(), changed })
}
