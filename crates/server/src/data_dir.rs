//! What lies where in the data directory.
//!
//! ```text
//! lock              held while a server runs
//! master.key        opens every sealed secret; mode 0600
//! catalog.sqlite3   accounts, users, keys, trails, cursors, receipts
//! journal/          every event, in order
//! history/          index splits of the event history
//! s3/               the built-in S3
//! endpoint          the address of the server that runs or ran last
//! ```

use std::fs::{self, DirBuilder, File, TryLockError};
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

/// A data directory.
#[derive(Debug, Clone)]
pub struct DataDir {
    root: PathBuf,
}

impl DataDir {
    /// Names a directory; nothing is touched.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Makes the directory, for its owner's eyes only.
    ///
    /// # Errors
    /// The file system refused.
    pub fn create(&self) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.root)
    }

    /// Takes the directory for one server; the lock ends with the value.
    ///
    /// # Errors
    /// Another process holds it, or the file system refused.
    pub fn lock(&self) -> io::Result<File> {
        let file = File::options().create(true).truncate(false).write(true).open(self.root.join("lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => {
                Err(io::Error::new(io::ErrorKind::ResourceBusy, "another cairn serves from this directory"))
            }
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Writes down where the server listens, for `cairn env`.
    ///
    /// # Errors
    /// The file system refused.
    #[expect(clippy::disallowed_methods, reason = "the file only has to be whole; a restart writes it anew")]
    pub fn announce(&self, address: SocketAddr) -> io::Result<()> {
        let fresh = self.root.join("endpoint.new");
        File::create(&fresh)?.write_all(format!("http://{address}\n").as_bytes())?;
        fs::rename(fresh, self.root.join("endpoint"))
    }

    /// Returns where the server listens or last listened.
    ///
    /// # Errors
    /// No server ever ran here, or the file system refused.
    pub fn endpoint(&self) -> io::Result<String> {
        Ok(fs::read_to_string(self.root.join("endpoint"))?.trim().to_owned())
    }

    /// Returns the directory itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Returns the master key's file.
    pub fn master_key(&self) -> PathBuf {
        self.root.join("master.key")
    }

    /// Returns the catalog's file.
    pub fn catalog(&self) -> PathBuf {
        self.root.join("catalog.sqlite3")
    }

    /// Returns the journal's directory.
    pub fn journal(&self) -> PathBuf {
        self.root.join("journal")
    }

    /// Returns the history's directory.
    pub fn history(&self) -> PathBuf {
        self.root.join("history")
    }

    /// Returns the built-in S3's directory.
    pub fn s3(&self) -> PathBuf {
        self.root.join("s3")
    }
}
