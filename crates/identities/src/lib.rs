//! Who the keys of other systems belong to: a directory that the operator writes, and what answers passing
//! through teach.
//!
//! Nothing here proves anything: how far an identity is believed is told beside it.

#![warn(missing_docs)]
