//! The transparency log beside the digests: salted leaves, tiles, checkpoints, proofs.
//!
//! Digests prove that a file is whole. A log proves more: that one event was logged, without showing any
//! other; that what was logged once is logged still; and it does so within a minute of the event. Each trail
//! whose log files are validated has one: every event that it delivers is a leaf, in the journal's order.
//!
//! Tiles and checkpoints are plain objects in the trail's bucket, in the layout of C2SP tlog-tiles, so that
//! tools that were never told about Cairn can follow a log. A leaf is a salted commitment ([`commitment`]): it
//! tells nothing about its event, and a proof of one tells nothing about another.
//!
//! Invariants: a full tile is written once; whatever is written twice is the same bytes; a checkpoint is never
//! ahead of the catalog, and never smaller than one that was shown. This crate knows no HTTP and no bucket:
//! both are behind [`TileStore`] and [`LogSource`].

mod audit;
mod book;
mod bundle;
mod checkpoint;
mod edge;
mod follow;
mod grow;
mod leaf;
mod path;
mod proof;
mod search;
mod service;
mod state;
mod store;
mod telemetry;
mod tree;

pub use audit::Audit;
pub use book::{LogSummary, ProveError};
pub use checkpoint::{CheckpointError, PublicKey, TreeHead};
pub use edge::{Edge, TreeObject};
pub use leaf::{Commitment, Leaf, Salt, commitment, leaf_hash};
pub use path::{CHECKPOINT, FOLDER};
pub use proof::{EventProof, FORMAT, PathHash, ProofError};
pub use service::{CURSORS, Parts, Tlog, cursor_name, enroll};
pub use state::{Ended, StateError};
pub use store::{Place, TileError, TileStore};
pub use tree::{FetchError, LogSource, Tree, TreeError};
