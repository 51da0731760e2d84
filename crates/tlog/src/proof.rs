//! Proofs of events: one JSON document that anybody can check, with nothing else at hand but the log's key.
//!
//! The page is `docs/formats/event-proof.md`.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tlog_tiles::{Hash, check_record};

use crate::checkpoint::{CheckpointError, PublicKey, TreeHead};
use crate::leaf::{Salt, commitment, leaf_hash};

/// What the member `format` says.
pub const FORMAT: &str = "cairn-event-proof-1";

/// A proof that an event is in a log.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EventProof {
    /// [`FORMAT`].
    pub format: String,
    /// The ARN of the trail whose log it is. Not part of what is proved: the log's origin is.
    pub trail: String,
    /// The event, byte for byte as it was recorded and delivered.
    pub event: String,
    /// The salt of its leaf.
    #[serde(with = "base64_bytes")]
    pub salt: Salt,
    /// Its place in the log, from 0.
    pub leaf_index: u64,
    /// The size of the tree that the path leads to the root of.
    pub tree_size: u64,
    /// The hashes beside the way from the leaf to the root, lowest first.
    pub path: Vec<PathHash>,
    /// The signed checkpoint of that tree.
    pub checkpoint: String,
    /// The log's key, for those who have it from nowhere else. It proves nothing about itself.
    pub public_key: String,
}

/// A hash beside the path.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PathHash(pub Hash);

/// The proof does not prove what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// A newer Cairn made it, or it is something else.
    #[error("read the proof: its format is not {FORMAT}")]
    Format,
    /// Key or checkpoint are not to be believed.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The checkpoint is of another tree than the path.
    #[error("follow the path: the checkpoint is of a tree of another size")]
    OtherTree,
    /// Event, salt, place and path do not lead to the root.
    #[error("follow the path: it does not lead from this event to the checkpoint's root")]
    NotIncluded,
}

impl EventProof {
    /// Checks everything under `key`; returns the tree that the event is proved to be in.
    ///
    /// # Errors
    /// See [`ProofError`].
    pub fn verify(&self, key: &PublicKey) -> Result<TreeHead, ProofError> {
        if self.format != FORMAT {
            return Err(ProofError::Format);
        }
        let head = key.open(&self.checkpoint)?;
        if head.size != self.tree_size {
            return Err(ProofError::OtherTree);
        }
        let leaf = leaf_hash(&commitment(&self.salt, self.event.as_bytes()));
        let path = self.path.iter().map(|hash| hash.0).collect();
        check_record(&path, head.size, head.root, self.leaf_index, leaf)
            .map_err(|_why| ProofError::NotIncluded)?;
        Ok(head)
    }
}

impl Serialize for PathHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        base64_bytes::serialize(&self.0.0, serializer)
    }
}

impl<'de> Deserialize<'de> for PathHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        base64_bytes::deserialize(deserializer).map(|bytes| Self(Hash(bytes)))
    }
}

/// 32 bytes in base64.
mod base64_bytes {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 32], D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        let bytes = STANDARD.decode(text.as_bytes()).map_err(serde::de::Error::custom)?;
        bytes.try_into().map_err(|_length| serde::de::Error::custom("32 bytes are needed"))
    }
}

#[cfg(test)]
mod tests;
