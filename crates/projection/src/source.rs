//! The journal as projections read it.

use std::fmt;
use std::sync::Arc;

use cairn_event::{Entry, EntryError};
use cairn_journal::{Position, ReadError, Reader, SubscribersFull};
use tokio::sync::watch;

use crate::{Batch, Record};

/// A journal's reader with a signal for new records. Clones share one subscription.
#[derive(Clone)]
pub struct Source {
    reader: Arc<dyn Reader>,
    tail: watch::Receiver<Position>,
}

/// The next records could not be had.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// The journal could not be read; its own text says what to do.
    #[error("read the journal from position {from}")]
    Journal {
        /// Where reading began.
        from: Position,
        #[source]
        /// What the journal says.
        source: Box<ReadError>,
    },
    /// A record is none that this version of Cairn knows.
    #[error("read the record at position {position}")]
    Entry {
        /// The record's place.
        position: Position,
        #[source]
        /// What is wrong with it.
        source: EntryError,
    },
    /// The thread that read was lost.
    #[error("read the journal on a blocking thread")]
    Thread(#[source] tokio::task::JoinError),
}

impl BatchError {
    /// Returns the oldest position that is left, where those asked for were given up.
    pub fn given_up_before(&self) -> Option<Position> {
        match self {
            Self::Journal { source, .. } => match **source {
                ReadError::Trimmed { head, .. } => Some(head),
                ReadError::Beyond { .. } | ReadError::Corrupt(_) | ReadError::Io { .. } => None,
            },
            Self::Entry { .. } | Self::Thread(_) => None,
        }
    }
}

impl Source {
    /// Subscribes to the journal's appends.
    ///
    /// # Errors
    /// The journal has too many subscribers: share one source.
    pub fn new(reader: Arc<dyn Reader>) -> Result<Self, SubscribersFull> {
        let (sender, tail) = watch::channel(reader.tail());
        let sender = Arc::new(sender);
        let signal = Arc::clone(&sender);
        reader.subscribe(Box::new(move |tail| {
            signal.send_replace(tail);
        }))?;
        // What was appended between the first look and the subscription is told here.
        sender.send_replace(reader.tail());
        Ok(Self { reader, tail })
    }

    /// Returns the reader.
    pub fn reader(&self) -> &Arc<dyn Reader> {
        &self.reader
    }

    /// Returns the position that the next record will get.
    pub fn tail(&self) -> Position {
        self.reader.tail()
    }

    /// Waits until the record at `position` can be read. Cancel-safe. Pends for ever once the journal is
    /// closed.
    pub async fn reach(&mut self, position: Position) {
        if self.reader.tail() > position {
            return;
        }
        if self.tail.wait_for(|tail| *tail > position).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Reads and decodes the records from `from` on, up to about `bytes_max` and one frame beyond; none at
    /// the tail. The work is done on a blocking thread.
    ///
    /// # Errors
    /// See [`BatchError`]; the same call may succeed later.
    pub async fn read(&self, from: Position, bytes_max: usize) -> Result<Option<Batch>, BatchError> {
        let reader = Arc::clone(&self.reader);
        tokio::task::spawn_blocking(move || read(reader.as_ref(), from, bytes_max))
            .await
            .map_err(BatchError::Thread)?
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("tail", &self.tail).finish_non_exhaustive()
    }
}

fn read(reader: &dyn Reader, from: Position, bytes_max: usize) -> Result<Option<Batch>, BatchError> {
    let read = reader.read(from, bytes_max);
    let raw = read.map_err(|source| BatchError::Journal { from, source: Box::new(source) })?;
    if raw.is_empty() {
        return Ok(None);
    }
    let decoded: Result<Batch, BatchError> = raw
        .iter()
        .map(|(position, bytes)| match Entry::decode(bytes) {
            Ok(entry) => Ok(Record { position: *position, entry }),
            Err(source) => Err(BatchError::Entry { position: *position, source }),
        })
        .collect();
    decoded.map(Some)
}
