//! What other systems tell of calls becomes events.
//!
//! Not every call passes through Cairn: a store writes an audit log of its own, an SDK reports what it calls, AWS
//! leaves access logs in a bucket. Each source has a parser here, and takes the same record path as a call that
//! Cairn serves: `capture` renders the record, `intake` makes it durable. A [`Book`] sees to it that a call which is
//! told twice is one event.
//!
//! Invariants:
//! - What a source does not tell stays absent; nothing is guessed. `additionalEventData.source` says who told.
//! - Secrets are dropped when they are received: signatures, session tokens, cookies, whatever a log kept of them.
//! - Foreign bytes are refused or become an event. They never panic, and every parser has a limit.
//!
//! This crate knows no socket and no HTTP.

#![warn(missing_docs)]

pub mod access_log;
mod book;
pub mod cloudtrail;
pub mod csm;
mod event_id;
mod imports;
pub mod minio;
mod told;

pub use book::{Book, BookError, CURSOR, Outcome, TOLD_MAX};
pub use imports::{
    Ending, Import, ImportError, Importer, Imports, OPEN_MAX, OPEN_OF_ACCOUNT_MAX, Opening, PLACES_MAX, Pass,
    SILENCE_MAX, Tally,
};
pub use told::{Actors, Home, Told};
