//! Leaves: commitments to events that tell nothing about them.
//!
//! ```text
//! salt  = HMAC-SHA256(the log's salt key, journal position as eight big-endian bytes)
//! entry = SHA-256(salt | the event's bytes)
//! leaf  = SHA-256(0x00 | entry)                                             RFC 6962
//! ```
//!
//! Events are guessable: who knows a neighbour's template could try out what fills it. The salt forbids
//! that, and since it follows from the position nothing is kept with the event. A proof gives away one salt,
//! which says nothing about any other.

use aws_lc_rs::digest::{Context, SHA256};
use aws_lc_rs::hmac;
use cairn_journal::Position;
use tlog_tiles::{Hash, record_hash};

/// What makes the salts of one log.
#[derive(Clone)]
pub(crate) struct SaltKey(hmac::Key);

/// The salt of one leaf.
pub type Salt = [u8; 32];

/// An entry of the log: a salted commitment to an event.
pub type Commitment = [u8; 32];

/// A leaf on its way into the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leaf {
    /// Where the event stands in the journal.
    pub position: Position,
    /// When the event was received, milliseconds since the epoch.
    pub received_ms: i64,
    /// The commitment to it.
    pub entry: Commitment,
}

impl SaltKey {
    pub(crate) fn new(bytes: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    }

    pub(crate) fn salt(&self, position: Position) -> Salt {
        let mut salt = Salt::default();
        salt.copy_from_slice(hmac::sign(&self.0, &position.to_be_bytes()).as_ref());
        salt
    }
}

impl std::fmt::Debug for SaltKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SaltKey(hidden)")
    }
}

/// Commits to an event.
pub fn commitment(salt: &Salt, event: &[u8]) -> Commitment {
    let mut hash = Context::new(&SHA256);
    hash.update(salt);
    hash.update(event);
    let mut entry = Commitment::default();
    entry.copy_from_slice(hash.finish().as_ref());
    entry
}

/// Returns the hash under which an entry stands in the tree.
pub fn leaf_hash(entry: &Commitment) -> Hash {
    record_hash(entry)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed with Python: `hmac.new(b"k" * 32, (7).to_bytes(8, "big"), "sha256")` and `hashlib`.
    #[test]
    fn a_leaf_is_what_the_format_says() {
        let salt = SaltKey::new(&[b'k'; 32]).salt(7);
        let entry = commitment(&salt, b"{}");
        assert_eq!(hex(&salt), SALT);
        assert_eq!(hex(&entry), ENTRY);
        assert_eq!(hex(&leaf_hash(&entry).0), LEAF);
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    const SALT: &str = "6be55a95f716946e249d347f614d3efc881c70dd9316b4a0930151724affdab1";
    const ENTRY: &str = "dbe82ae2df39ea1e06c4655699b20c30ba4e04ed3deb1002e9f8bab70389e63a";
    const LEAF: &str = "34ea00f46fcf66e5c8324247239162d5b9b238b74ddbd68c06969f4e9e55035c";
}
