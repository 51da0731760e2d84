//! AWS Signature Version 4: parse, verify, sign, chunked bodies.
//!
//! The crate is pure: it takes the parts of a request as they were on the wire and the time as an
//! argument, and knows no socket, clock, HTTP library or error code. A server uses it in four steps:
//!
//! 1. [`Presented::parse`] reads what a request *claims* (`None`: it carries no signature).
//! 2. The server looks the access key up; nothing of `Presented` may be believed yet.
//! 3. [`Verifier::verify`] turns `Presented` into [`Verified`], the only type that proves an identity.
//! 4. [`Verified::body`] says how the body is to be checked: a [`PayloadHasher`] or a
//!    [`ChunkedDecoder`]. Their `finish` is part of the proof: nothing made from a body may become
//!    visible before it answered `Ok`.
//!
//! What is refused, and in which words, is [`AuthError`] and [`BodyError`]; the words AWS uses are
//! [`AuthError::message`]. SigV2 and SigV4a are recognised and refused.
//!
//! ```
//! use cairn_sigv4::{Body, Credentials, PayloadToSign, Presented, Request, SecretKey, Signer, Verifier};
//!
//! let now = "2026-01-01T00:00:00Z".parse().unwrap();
//! let credentials = Credentials::new("AKIDEXAMPLE", SecretKey::new("secret"), None);
//! let signer = Signer { credentials: &credentials, region: "us-east-1", service: "cloudtrail" };
//! let mut headers: Vec<(&str, &[u8])> = vec![("host", b"127.0.0.1:4566")];
//! let sent = headers.clone();
//! let unsigned = Request { method: "POST", path: "/", query: "", headers: &sent };
//! let added = signer.sign_headers(&unsigned, PayloadToSign::Bytes(b"{}"), now).unwrap();
//! headers.extend(added.headers.iter().map(|(name, value)| (*name, value.as_bytes())));
//!
//! let request = Request { headers: &headers, ..unsigned };
//! let presented = Presented::parse(&request).unwrap().expect("it is signed");
//! let verified = Verifier::default()
//!     .verify(&request, &presented, &SecretKey::new("secret"), Body::Bytes(b"{}"), now)
//!     .unwrap();
//! assert_eq!(verified.access_key_id(), "AKIDEXAMPLE");
//! ```

#![warn(missing_docs)]
#![deny(clippy::indexing_slicing, clippy::expect_used)]

pub mod limits;

mod authorization;
mod body;
mod canonical;
mod chunk_chain;
mod chunked;
mod error;
mod foreign;
mod headers;
mod hex;
mod key;
mod key_cache;
mod message;
mod payload;
mod percent;
mod presented;
mod presigned;
mod query;
mod request;
mod rules;
mod scope;
mod secret;
mod signer;
mod timestamp;
mod trailer;
mod uri;
mod verify;

pub use body::{BodyCheck, BodyError, PayloadHasher};
pub use chunk_chain::ChunkSigner;
pub use chunked::ChunkedDecoder;
pub use error::{AuthError, InvalidExpires, Mismatch, Oversized};
pub use key_cache::KeyCache;
pub use message::{Carrier, Family};
pub use payload::{Payload, Streaming};
pub use presented::{Placement, Presented};
pub use request::Request;
pub use rules::{ClockRules, ContentSha256Rule, PathEncoding, PathRule, PathSegments, ServiceRules};
pub use scope::Scope;
pub use secret::{Credentials, SecretKey, SessionToken};
pub use signer::{PayloadToSign, SignError, Signed, Signer};
pub use timestamp::AmzDate;
pub use trailer::Trailers;
pub use verify::{Body, Verified, Verifier};
