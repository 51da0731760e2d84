//! The refusals of each operation, by what the caller can do next.

use std::io;
use std::path::PathBuf;

use crate::damage::Corruption;
use crate::journal::Position;
use crate::options::OptionsError;

/// A batch was not acknowledged.
#[derive(Debug, thiserror::Error)]
#[error("append {records} records after position {after}: {failure}")]
pub struct AppendError {
    /// What the caller can do.
    pub failure: AppendFailure,
    /// The tail, where the batch would have begun.
    pub after: Position,
    /// How many records the batch has.
    pub records: usize,
    #[source]
    pub(crate) source: Option<io::Error>,
}

/// What an append that failed leaves behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AppendFailure {
    /// Nothing was written; the same call may succeed after a trim, or once the disk has room.
    #[error("the journal is full")]
    Full,
    /// A write or sync failed, now or before; this writer refuses all work until the journal is opened
    /// anew, which reads from the disk what is really there.
    #[error("an earlier write or sync failed; restart to read what the disk holds")]
    Poisoned,
    /// Nothing was written and never will be: a record or the batch is over its limit.
    #[error("the batch is over a limit")]
    TooLarge,
}

/// The journal could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Correct the options.
    #[error(transparent)]
    Options(#[from] OptionsError),
    /// Another process, or another part of this one, has the directory open.
    #[error("open journal {}: it is already open elsewhere", .0.display())]
    Locked(PathBuf),
    /// An operator must choose; the text says between what.
    #[error(transparent)]
    Corrupt(#[from] Corruption),
    /// The file system refused.
    #[error("open journal {}: {doing}", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What was being done to it.
        doing: &'static str,
        /// Why it failed.
        source: io::Error,
    },
}

/// Records could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The position was given up; the oldest kept is `head`.
    #[error("read position {position}: trimmed, the oldest kept is {head}")]
    Trimmed {
        /// The position asked for.
        position: Position,
        /// The oldest position kept.
        head: Position,
    },
    /// The position lies beyond the tail: the asker's cursor belongs to another journal, or records were
    /// given up by hand.
    #[error("read position {position}: beyond the tail {tail}")]
    Beyond {
        /// The position asked for.
        position: Position,
        /// The next position to be written.
        tail: Position,
    },
    /// An operator must choose; the text says between what.
    #[error(transparent)]
    Corrupt(#[from] Corruption),
    /// The file system refused; a later call may succeed.
    #[error("read segment {segment}")]
    Io {
        /// The segment's file name.
        segment: String,
        /// Why it failed.
        source: io::Error,
    },
}

/// Old segments could not all be removed.
#[derive(Debug, thiserror::Error)]
#[error("trim the journal, whose head is now {head}: {failure}")]
pub struct TrimError {
    /// What the caller can do.
    pub failure: TrimFailure,
    /// The oldest position kept.
    pub head: Position,
    #[source]
    pub(crate) source: Option<io::Error>,
}

/// What a trim that failed leaves behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TrimFailure {
    /// A file could not be removed; the same call may succeed later.
    #[error("a segment could not be removed")]
    Refused,
    /// A removal could not be made durable, now or before; nothing is removed until the journal is opened
    /// anew, since a crash could leave a hole between segments.
    #[error("a removal could not be made durable; restart before trimming again")]
    Poisoned,
}

/// The journal could not be sealed at its end; everything acknowledged is durable nevertheless.
#[derive(Debug, thiserror::Error)]
#[error("seal the journal at position {tail}")]
pub struct CloseError {
    /// The tail.
    pub tail: Position,
    #[source]
    pub(crate) source: io::Error,
}

/// No more subscribers are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("subscribe to the journal: {limit} already listen")]
pub struct SubscribersFull {
    /// The limit.
    pub limit: usize,
}
