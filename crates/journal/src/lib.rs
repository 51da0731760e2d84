//! The ordered durable log of opaque records.
//!
//! Everything Cairn acknowledges is first a record here; everything else is derived from here. A record
//! is bytes; the journal never looks inside. [`Writer`] and [`Reader`] are the seam behind which another
//! log can stand; [`EmbeddedJournal`] is the one in this crate: segment files in one directory.
//!
//! Invariants:
//! - Positions are dense from 0 and never given out twice, whatever was trimmed.
//! - [`Writer::append`] answers only when its records are on the disk; readers see nothing earlier.
//! - A frame is found whole or not at all, and every bit of it is covered by a checksum.
//! - After a failed write or sync nothing more is written until the directory is opened anew.
//!
//! This crate must never know what a record means, what time it is, or that tokio exists.

#![warn(missing_docs)]
#![deny(clippy::indexing_slicing)]

mod body;
mod cache;
mod chain;
mod damage;
mod embedded;
mod error;
mod fields;
mod file_system;
mod frame;
mod index;
mod inspection;

mod journal;
mod opened;
mod options;
mod recovery;
mod scan;
mod seal;
mod segment;
mod watch;
mod window;

pub use damage::{Corruption, Defect};
pub use embedded::{EmbeddedJournal, EmbeddedReader, EmbeddedWriter};
pub use error::{
    AppendError, AppendFailure, CloseError, OpenError, ReadError, SubscribersFull, TrimError, TrimFailure,
};
pub use file_system::{DiskFileSystem, File, FileSystem, Lock};
pub use inspection::{Inspection, SegmentReport};
pub use journal::{Position, Reader, Subscriber, Writer};
pub use options::{FRAME_BYTES_MAX, FRAME_RECORDS_MAX, Options, OptionsError, RECORD_BYTES_MAX};
pub use recovery::Recovery;
