//! The seam: what the rest of Cairn may ask of a journal.

use std::ops::Range;
use std::time::Duration;

use bytes::Bytes;

use crate::error::{AppendError, CloseError, ReadError, SubscribersFull, TrimError};

/// The place of one record in the journal; dense from 0.
pub type Position = u64;

/// Told the new tail after each durable append, on the writer's thread.
///
/// It must return at once and must not call the journal; storing the number in a channel is what it is
/// for.
pub type Subscriber = Box<dyn Fn(Position) + Send + Sync>;

/// The only hand that adds records.
pub trait Writer: Send {
    /// Adds `batch` as one unit and returns the positions of its records once they are durable.
    ///
    /// All of the batch is kept or none of it. An empty batch writes nothing and returns an empty range
    /// at the tail.
    ///
    /// # Errors
    /// [`AppendFailure`](crate::AppendFailure) says what the caller can do. After `Full` and `TooLarge`
    /// nothing was written. After `Poisoned` the batch was not acknowledged, but may be found, whole,
    /// when the journal is opened again.
    fn append(&mut self, batch: &[&[u8]]) -> Result<Range<Position>, AppendError>;

    /// Ends writing in good order, so that the next open need not look for a torn tail.
    ///
    /// Dropping the writer instead is safe and only makes the next open read more.
    ///
    /// # Errors
    /// When the journal could not be sealed; everything acknowledged stays durable.
    fn close(self: Box<Self>) -> Result<(), CloseError>;
}

/// Any number of readers beside the writer; they see durable records only.
pub trait Reader: Send + Sync {
    /// Decodes records in order, starting at `from`, until about `bytes_max` bytes of records are taken.
    ///
    /// Whole frames are returned (the first from `from` on), so the answer may exceed `bytes_max` by one
    /// frame, and is empty only at the tail. The records of a frame share one buffer: keeping one of
    /// them keeps all of it.
    ///
    /// # Errors
    /// When `from` was trimmed or lies beyond the tail, or the segment is damaged or cannot be read.
    fn read(&self, from: Position, bytes_max: usize) -> Result<Vec<(Position, Bytes)>, ReadError>;

    /// Returns one record, or `None` where there is none (trimmed, or not yet written).
    ///
    /// # Errors
    /// When the segment is damaged or cannot be read.
    fn get(&self, position: Position) -> Result<Option<Bytes>, ReadError>;

    /// Returns the position that the next record will get.
    fn tail(&self) -> Position;

    /// Returns the oldest position still kept; equals [`tail`](Self::tail) when there is none.
    fn head(&self) -> Position;

    /// Blocks until the record at `position` can be read, and returns whether it can.
    ///
    /// Returns `false` after `timeout`, and early once the writer is gone.
    fn wait(&self, position: Position, timeout: Duration) -> bool;

    /// Has `subscriber` told of every durable append, for as long as the journal is open.
    ///
    /// # Errors
    /// When too many already listen; one bridge to the async side is all that is meant.
    fn subscribe(&self, subscriber: Subscriber) -> Result<(), SubscribersFull>;

    /// Gives up records below `below`, durably, as far as the journal's units allow; returns the head.
    ///
    /// Records at `below` and above stay.
    ///
    /// # Errors
    /// When something could not be removed; the head says what is still kept.
    fn trim(&self, below: Position) -> Result<Position, TrimError>;
}
