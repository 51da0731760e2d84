//! What can be wrong, in words.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::walk::Chain;

/// Where an object lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
}

/// Why a digest file proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DigestFault {
    /// Its document names another place.
    Moved,
    /// It is no gzip, no JSON, or lacks a member.
    Format,
    /// The next digest or the listing names it, and it is not there.
    NotFound,
    /// It has no signature, or one that does not hold.
    Signature,
    /// Nobody vouches for the key that signed it.
    KeyUnknown {
        /// The Region whose keys were asked.
        region: String,
        /// The fingerprint in the document.
        fingerprint: String,
    },
    /// The key that signed it can't be read.
    KeyUnreadable {
        /// The fingerprint in the document.
        fingerprint: String,
    },
    /// Something follows its compressed stream. The AWS CLI does not look.
    Trailing,
    /// Its signature holds, and the next digest names another: somebody who has the private key made it
    /// again. The AWS CLI does not look.
    Replaced {
        /// The next digest's key.
        by_successor: String,
    },
}

/// Why a log file is not what was delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum LogFault {
    /// It can't be inflated.
    Format,
    /// It is not there.
    NotFound,
    /// It holds something else than was delivered.
    Hash,
    /// Something follows its compressed stream.
    Trailing,
    /// It holds what was delivered, and the end of the compressed stream is missing. The AWS CLI lets it pass.
    Truncated,
    /// It inflates to far more than log files have.
    TooLarge,
}

/// Something that whoever reads the report must know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum Finding {
    /// A digest proves nothing.
    Digest {
        /// Of which chain.
        chain: Chain,
        /// Which.
        object: Object,
        /// Why.
        fault: DigestFault,
    },
    /// A log file is not what was delivered.
    Log {
        /// Which.
        object: Object,
        /// Why.
        fault: LogFault,
    },
    /// Time that no valid digest covers, for digests there are invalid or missing.
    Unproven {
        /// Of which chain.
        chain: Chain,
        /// Where the digest before ends.
        #[serde(with = "super::text")]
        from: Timestamp,
        /// Where the digest after begins.
        #[serde(with = "super::text")]
        until: Timestamp,
        /// How many digests between them were reported.
        reported: u64,
        /// How many there must be, by the length of the digest after; none where it can't be told.
        expected: Option<u64>,
    },
    /// A digest gives another hash for the one before it than that one has.
    PreviousHash {
        /// Of which chain.
        chain: Chain,
        /// The digest that gives the hash.
        object: Object,
        /// The digest before it.
        previous: Object,
    },
    /// A digest begins a chain, and there are older digests.
    NewChain {
        /// Of which chain.
        chain: Chain,
        /// Where the older chain ends, by the name of its last file.
        #[serde(with = "super::text")]
        from: Timestamp,
        /// Where this one begins.
        #[serde(with = "super::text")]
        until: Timestamp,
    },
    /// Two digests that are linked leave time out between them.
    Gap {
        /// Of which chain.
        chain: Chain,
        /// Where the older ends.
        #[serde(with = "super::text")]
        from: Timestamp,
        /// Where the newer begins.
        #[serde(with = "super::text")]
        until: Timestamp,
    },
    /// Nothing proves the newest part of the range.
    NewestMissing {
        /// Where the newest digest ends.
        #[serde(with = "super::text")]
        after: Timestamp,
        /// The end of the range.
        #[serde(with = "super::text")]
        until: Timestamp,
    },
    /// A log file that no digest lists.
    Unlisted {
        /// Which.
        object: Object,
    },
    /// A digest could not be looked at.
    UncheckedDigest {
        /// Of which chain.
        chain: Chain,
        /// Which.
        object: Object,
        /// Why not.
        why: String,
    },
    /// A log file could not be looked at.
    UncheckedLog {
        /// Which.
        object: Object,
        /// Why not.
        why: String,
    },
    /// A day's log files could not be compared with what the digests list.
    UncheckedDay {
        /// What their keys begin with.
        object: Object,
        /// Why not.
        why: String,
    },
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Severity {
    /// To be known.
    Note,
    /// To be looked into; it may be in order.
    Warning,
    /// It could not be checked.
    Unchecked,
    /// Something was changed, removed or forged.
    Invalid,
}

impl Object {
    /// Names an object.
    pub fn new(bucket: impl Into<String>, key: impl Into<String>) -> Self {
        Self { bucket: bucket.into(), key: key.into() }
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Keys come from whoever may write to the bucket: one with a line's end in it must not make lines.
        write!(f, "s3://{}/", self.bucket)?;
        self.key.chars().try_for_each(|char| match char.is_control() {
            true => write!(f, "{}", char.escape_default()),
            false => write!(f, "{char}"),
        })
    }
}

impl Finding {
    /// Tells how bad it is.
    pub fn severity(&self) -> Severity {
        match self {
            Self::Digest { .. } | Self::Log { .. } | Self::Unproven { .. } | Self::PreviousHash { .. } => {
                Severity::Invalid
            }
            Self::UncheckedDigest { .. } | Self::UncheckedLog { .. } | Self::UncheckedDay { .. } => {
                Severity::Unchecked
            }
            Self::Gap { .. } | Self::NewestMissing { .. } | Self::Unlisted { .. } => Severity::Warning,
            Self::NewChain { .. } => Severity::Note,
        }
    }
}

impl fmt::Display for DigestFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Moved => f.write_str("has been moved from its original location"),
            Self::Format => f.write_str("invalid format"),
            Self::NotFound => f.write_str("not found"),
            Self::Signature => f.write_str("signature verification failed"),
            Self::KeyUnknown { region, fingerprint } => {
                write!(f, "public key not found in region {region} for fingerprint {fingerprint}")
            }
            Self::KeyUnreadable { fingerprint } => {
                write!(f, "Unable to load PKCS #1 key with fingerprint {fingerprint}")
            }
            Self::Trailing => f.write_str("unexpected data after end of compressed stream"),
            Self::Replaced { by_successor } => {
                write!(f, "replaced: signed anew, its signature is not the one in {by_successor}")
            }
        }
    }
}

impl fmt::Display for LogFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Format => "invalid format",
            Self::NotFound => "not found",
            Self::Hash => "hash value doesn't match",
            Self::Trailing => "unexpected data after end of compressed stream",
            Self::Truncated => "cut short: the end of the compressed stream is missing",
            Self::TooLarge => "inflates to more than any log file has",
        })
    }
}

/// One line, tabs between its parts. Those that the AWS CLI prints are as it prints them.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Digest { chain, object, fault } => {
                write!(f, "{}Digest file\t{object}\tINVALID: {fault}", chain.mark())
            }
            Self::Log { object, fault } => write!(f, "Log file\t{object}\tINVALID: {fault}"),
            Self::Unproven { chain, from, until, reported, expected } => {
                write!(f, "{}Chain\t{from} to {until}\tINVALID: no valid digest file ", chain.mark())?;
                write!(f, "proves what was delivered then; {reported} reported above")?;
                match expected {
                    Some(expected) if expected > reported => {
                        write!(f, ", about {} more must be missing", expected - reported)
                    }
                    Some(_) | None => Ok(()),
                }
            }
            Self::PreviousHash { chain, object, previous } => {
                let mark = chain.mark();
                write!(
                    f,
                    "{mark}Chain\t{object}\tINVALID: previousDigestHashValue is not the hash of {previous}"
                )
            }
            Self::NewChain { chain, from, until } => {
                let mark = chain.mark();
                write!(f, "{mark}No log files were delivered by CloudTrail between {from} and {until}")
            }
            Self::Gap { chain, from, until } => {
                let mark = chain.mark();
                write!(f, "{mark}Chain\t{from} to {until}\tWARNING: linked digest files leave this time out")
            }
            Self::NewestMissing { after, until } => write!(
                f,
                "Chain\t{after} to {until}\tWARNING: there is no digest file; logging was off, or the newest were removed"
            ),
            Self::Unlisted { object } => write!(f, "Log file\t{object}\tWARNING: no digest file lists it"),
            Self::UncheckedDigest { chain, object, why } => {
                write!(f, "{}Digest file\t{object}\tNOT CHECKED: {why}", chain.mark())
            }
            Self::UncheckedLog { object, why } => write!(f, "Log file\t{object}\tNOT CHECKED: {why}"),
            Self::UncheckedDay { object, why } => {
                write!(f, "Log files\t{object}\tNOT CHECKED whether digest files list them: {why}")
            }
        }
    }
}

/// Counts the digests that must lie in a stretch, by the length of one.
pub(super) fn expected(from: Timestamp, until: Timestamp, length: SignedDuration) -> Option<u64> {
    let (stretch, length) = (until.duration_since(from).as_secs(), length.as_secs());
    (length > 0 && stretch >= 0).then(|| u64::try_from((stretch + length / 2) / length).ok())?
}
