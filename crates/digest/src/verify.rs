//! Whether the digests and log files of a bucket are what was delivered: rules, verdicts and their words.
//!
//! A verifier walks a chain from its newest digest to its oldest ([`Walk`]), opens each digest ([`Opened`]),
//! proves it against a public key ([`PublicKeys`]), and compares each log file it lists with its hash
//! ([`Content`]). What is wrong is a [`Finding`]. Reasons that `aws cloudtrail validate-logs` knows have its
//! words. Everything here is a pure function of bytes: whoever drives it fetches, lists and prints.

mod content;
mod coverage;
mod digest_file;
mod finding;
mod foreign;
mod names;
mod public_keys;
mod tally;
mod text;
mod walk;

pub use content::{Content, ContentFault, Inflated, LOG_FILE_BYTES_MAX};
pub use coverage::{Coverage, DayCheck, PENDING_KEPT_MAX};
pub use digest_file::{DIGEST_BYTES_MAX, Metadata, Opened};
pub use finding::{DigestFault, Finding, LogFault, Object, Severity};
pub use foreign::ListedLog;
pub use names::{DigestNames, LISTED_MAX, Listing, Scope, TooManyListed};
pub use public_keys::{PublicKeys, PublicKeysError};
pub use tally::{Counts, Tally, Verdict};
pub use text::Stretch;
pub use walk::{Chain, Link, Outcome, Progress, Walk};
