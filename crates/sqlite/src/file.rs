//! The file that a store lies in.

use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Makes an empty file with mode 0600 if there is none, and tells whether it did. SQLite gives its side files the same
/// mode.
///
/// # Errors
/// The file cannot be made.
pub fn make_private(path: &Path) -> io::Result<bool> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(_empty) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}
