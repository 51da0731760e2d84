//! The few things a journal asks of a file system, so that tests can stand in for it and fail.

mod disk;

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

pub use disk::DiskFileSystem;

/// A directory tree.
pub trait FileSystem: fmt::Debug + Send + Sync {
    /// Makes `dir` and what is missing above it, and makes its name durable in its parent.
    ///
    /// # Errors
    /// As the file system says.
    fn create_dir(&self, dir: &Path) -> io::Result<()>;

    /// Returns the names in `dir`, in any order.
    ///
    /// # Errors
    /// As the file system says.
    fn list(&self, dir: &Path) -> io::Result<Vec<String>>;

    /// Makes an empty file, or empties the one there.
    ///
    /// # Errors
    /// As the file system says.
    fn create(&self, path: &Path) -> io::Result<Arc<dyn File>>;

    /// Opens a file for reading and writing.
    ///
    /// # Errors
    /// As the file system says; [`io::ErrorKind::NotFound`] when there is none.
    fn open(&self, path: &Path) -> io::Result<Arc<dyn File>>;

    /// Removes a file's name; durable after [`sync_dir`](Self::sync_dir).
    ///
    /// # Errors
    /// As the file system says.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Makes names created and removed in `dir` durable.
    ///
    /// # Errors
    /// As the file system says.
    fn sync_dir(&self, dir: &Path) -> io::Result<()>;

    /// Takes the lock file at `path` for as long as the answer lives; `None` if another holds it.
    ///
    /// # Errors
    /// As the file system says.
    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn Lock>>>;
}

/// An open file.
pub trait File: fmt::Debug + Send + Sync {
    /// Returns the length in bytes.
    ///
    /// # Errors
    /// As the file system says.
    fn size(&self) -> io::Result<u64>;

    /// Fills `buffer` from `offset`.
    ///
    /// # Errors
    /// As the file system says; [`io::ErrorKind::UnexpectedEof`] when the file ends before.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()>;

    /// Writes all of `bytes` at `offset`, lengthening the file where needed.
    ///
    /// # Errors
    /// As the file system says; a part may have been written.
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()>;

    /// Makes content and length durable.
    ///
    /// # Errors
    /// As the file system says; what was written since the last sync may then be lost for good.
    fn sync_data(&self) -> io::Result<()>;

    /// Cuts or lengthens the file.
    ///
    /// # Errors
    /// As the file system says.
    fn truncate(&self, size: u64) -> io::Result<()>;
}

/// A lock, held until dropped.
pub trait Lock: fmt::Debug + Send + Sync {}

/// Whether the disk, the quota or the largest file size is used up.
pub(crate) fn is_full(error: &io::Error) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge)
}
