//! OpenID Connect: who vouches for web identities, and what their tokens say.
//!
//! A token is believed when a configured issuer signed it, for an audience that was configured with the
//! issuer, and its time has come and not gone. Keys are read from a file or fetched, with limits, and kept
//! for a while; a token that names a key which is not among them makes them be read again, not too often.

mod issuer;
mod issuers;
mod jwt;
mod keys;

pub use issuer::{Issuer, IssuerError, KeyPlace};
pub(crate) use issuers::Issuers;
pub use issuers::{KeySource, KeySourceError};
