//! Who is calling and for how long: temporary credentials, the rights of a caller, STS's operations.
//!
//! Temporary credentials need no state: everything about a [`Session`] stands sealed in its token, which
//! [`TokenKey`] alone can make and open. They outlive restarts, and end with their time or with whoever
//! they are of. [`Rights`] gathers every policy that has a say about a caller. [`Sts`] holds the operations
//! as use cases: each takes a parsed request and answers with STS's own shape or with a [`Refusal`].
//!
//! This crate does not know that it is served over HTTP, nor how a request was signed. What it needs of the
//! network, the keys of OpenID Connect issuers, is behind [`KeySource`].
//!
//! Reading order: [`Session`], [`TokenKey`], [`Rights`], [`Sts`].

mod assume_role;
mod credentials;
mod duration;
mod federation;
mod identity;
mod key_id;
mod oidc;
mod organization;
mod refusal;
mod rights;
mod second_factor;
mod session;
mod session_policy;
mod session_tags;
mod session_token;
mod sts;
mod token;
mod web_identity;

pub use key_id::{account_of, temporary_key_id};
pub use oidc::{Issuer, IssuerError, KeyPlace, KeySource, KeySourceError};
pub use organization::with_organizations;
pub use refusal::Refusal;
pub use rights::{ManagedDocument, Rights};
pub use second_factor::ShownFactor;
pub use session::{Holder, Session, SessionPolicies};
pub use sts::{Asker, Parts, Sts};
pub use token::{TokenError, TokenKey};
pub use web_identity::WebAnswer;
