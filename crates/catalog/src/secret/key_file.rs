//! The master key's file: one line, `cairn-master-key-1:` and the key in base64, mode 0600.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{MasterKey, SealError};

/// What to do when there is no key file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenMissing {
    /// Make a key: nothing has been sealed yet.
    Create,
    /// Refuse: secrets are sealed under the key that is gone, and a new one would not open them.
    Refuse,
}

/// The master key could not be had. The operator has to act on each of these.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The file is missing while secrets depend on it; restore it from the backup.
    #[error(
        "find the master key {path}: the catalog holds secrets sealed under it; restore it from the backup"
    )]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// Others can read or write the file; `chmod 600` it, and think about who has read it.
    #[error("trust the master key {path}: its mode is {mode:03o} and must be 600")]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file holds something else.
    #[error("read the master key {path}: it is not one line of `cairn-master-key-1:` and 32 bytes in base64")]
    Malformed {
        /// The file.
        path: PathBuf,
    },
    /// The file could not be read or made.
    #[error("{doing} the master key {path}")]
    File {
        /// What was tried.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        #[source]
        /// Why it failed.
        source: io::Error,
    },
    /// The cipher refused the key.
    #[error("use the master key")]
    Key(#[source] SealError),
}

impl MasterKey {
    /// Reads the key file; makes it with bytes from `fill` if it is missing and may be made. When this
    /// returns, the file is durable. Blocks on the disk.
    ///
    /// Two processes must not do this at once in one directory: the caller holds the directory's lock.
    ///
    /// # Errors
    /// See [`KeyFileError`]. An incomplete key is never left under `path`.
    pub fn load_or_create(
        path: &Path,
        missing: WhenMissing,
        fill: impl FnOnce(&mut [u8]),
    ) -> Result<Self, KeyFileError> {
        let bytes = match (load(path)?, missing) {
            (Some(bytes), _) => bytes,
            (None, WhenMissing::Create) => create(path, fill)?,
            (None, WhenMissing::Refuse) => return Err(KeyFileError::Missing { path: path.to_owned() }),
        };
        Self::new(&bytes).map_err(KeyFileError::Key)
    }
}

type KeyBytes = [u8; MasterKey::LEN];

fn load(path: &Path) -> Result<Option<KeyBytes>, KeyFileError> {
    let failed = |source| failure("read", path, source);
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    // Asked of the open file, so that what is checked is what is read.
    let mode = file.metadata().map_err(failed)?.permissions().mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(KeyFileError::Exposed { path: path.to_owned(), mode });
    }
    let mut text = String::new();
    let malformed = || KeyFileError::Malformed { path: path.to_owned() };
    match file.take(FILE_BYTES_MAX).read_to_string(&mut text) {
        Ok(_) => parse(&text).map(Some).ok_or_else(malformed),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(malformed()),
        Err(error) => Err(failed(error)),
    }
}

fn parse(text: &str) -> Option<KeyBytes> {
    let encoded = text.strip_prefix(PREFIX)?.strip_suffix('\n')?;
    STANDARD.decode(encoded).ok()?.try_into().ok()
}

fn create(path: &Path, fill: impl FnOnce(&mut [u8])) -> Result<KeyBytes, KeyFileError> {
    let mut bytes = KeyBytes::default();
    fill(&mut bytes);
    let line = format!("{PREFIX}{}\n", STANDARD.encode(bytes));
    write_durably(path, line.as_bytes()).map_err(|source| failure("make", path, source))?;
    Ok(bytes)
}

/// Puts the whole content under `path` or nothing: a crash in between leaves at most a `.new` beside it.
#[expect(clippy::disallowed_methods, reason = "this is a durable rename: the directory is synced after it")]
fn write_durably(path: &Path, content: &[u8]) -> io::Result<()> {
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) | None => Path::new("."),
    };
    DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let fresh = PathBuf::from(name);
    // A leftover's mode could be anything, so the file is made anew instead of overwritten.
    match fs::remove_file(&fresh) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh)?;
    // The umask may have taken more than it should.
    file.set_permissions(Permissions::from_mode(0o600))?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&fresh, path)?;
    File::open(directory)?.sync_all()
}

fn failure(doing: &'static str, path: &Path, source: io::Error) -> KeyFileError {
    KeyFileError::File { doing, path: path.to_owned(), source }
}

const PREFIX: &str = "cairn-master-key-1:";

/// More than a key file ever holds; a larger file is cut here and found malformed.
const FILE_BYTES_MAX: u64 = 1_024;
