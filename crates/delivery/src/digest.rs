//! Digests: for each trail that validates, account and Region a chain of signed lists of log files
//! (reference §5).
//!
//! ```text
//! trails ─► notice ─► chain (state) ─► decide ─► plan (state) ─► put ─► head (state)
//! ledger ───────────────────────────────┘
//! ```
//!
//! A chain covers receipts by their numbers: each is in one regular digest, that of the window in which it was
//! delivered, or, entered too late for that, in one backfill digest. What a digest says follows from its plan,
//! its chain and the ledger, and signing is deterministic: a repeat after a crash has the same bytes. Stored
//! form: `docs/formats/digest-chain.md`.

mod chain;
mod count;
mod ends;
mod error;
mod fate;
mod file;
mod ledger;
mod notice;
mod put;
mod schedule;
mod table;
#[cfg(test)]
mod tests;
mod trail;

use std::sync::Arc;

use cairn_catalog::Catalog;
use cairn_event::Clock;

use self::notice::Notice;
use crate::signing_keys::SigningKeys;

pub use self::count::{DigestCountError, digests_by_hour};
pub(crate) use self::notice::NoticeError;
pub(crate) use self::trail::TrailDigests;

/// What the digests of all trails share.
#[derive(Debug)]
pub(crate) struct Digests {
    pub(crate) notice: Notice,
    pub(crate) keys: Arc<SigningKeys>,
}

impl Digests {
    pub(crate) fn new(catalog: Arc<dyn Catalog>, clock: Arc<dyn Clock>, keys: Arc<SigningKeys>) -> Self {
        Self { notice: Notice::new(catalog, clock), keys }
    }
}
