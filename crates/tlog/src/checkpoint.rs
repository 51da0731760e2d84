//! Checkpoints: signed notes that name a log, the size of its tree and its root (C2SP tlog-checkpoint).
//!
//! ```text
//! cairn-tlog/123456789012/us-east-1/main/4f2a9c1e
//! 1234
//! nND/nri//U0xuHUrYSy0HtMeal2vzD9V4k/BO79C+QeI=
//!
//! — cairn-tlog/123456789012/us-east-1/main/4f2a9c1e base64(key id, Ed25519 signature)
//! ```
//!
//! Ed25519 is deterministic: a size has one checkpoint, however often it is signed. Signatures of others
//! below it, such as of witnesses, are passed over.

use std::sync::Arc;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use signed_note::{Note, Signature, Verifier, VerifierList, is_key_name_valid, key_id};
use tlog_tiles::{Checkpoint, Hash};

/// Bytes of a key's seed, and of a public key.
pub(crate) const SEED_BYTES: usize = 32;

/// The key that signs a log's checkpoints.
#[derive(Clone)]
pub(crate) struct LogKey {
    origin: String,
    id: u32,
    pair: Arc<Ed25519KeyPair>,
}

/// The public half of a log's key, as `<origin>+<key id>+<key>` says it (C2SP signed-note).
#[derive(Clone)]
pub struct PublicKey {
    text: String,
    origin: String,
    id: u32,
    key: UnparsedPublicKey<Vec<u8>>,
}

/// A tree as a checkpoint names it, once its signature is proven.
#[derive(Debug, Clone, PartialEq)]
pub struct TreeHead {
    /// Which log.
    pub origin: String,
    /// How many leaves.
    pub size: u64,
    /// The root.
    pub root: Hash,
}

/// A key or checkpoint is not to be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The key is none.
    #[error("read a log's key: `<origin>+<key id>+<key in base64>` is needed")]
    Key,
    /// The text is no signed note with a checkpoint in it.
    #[error("read a checkpoint: it is not a signed note of a tree's size and root")]
    Malformed,
    /// The log's key did not sign it.
    #[error("trust a checkpoint: the log's key did not sign it")]
    Unsigned,
    /// It is signed, and names another log than its key does.
    #[error("trust a checkpoint: it is of another log")]
    OtherLog,
}

impl LogKey {
    /// Makes the key of a log out of its seed.
    pub(crate) fn new(origin: &str, seed: &[u8]) -> Result<(Self, PublicKey), CheckpointError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_rejected| CheckpointError::Key)?;
        let public = [&[TYPE_ED25519], pair.public_key().as_ref()].concat();
        let id = key_id(origin, &public);
        let public = PublicKey::parse(&format!("{origin}+{id:08x}+{}", STANDARD.encode(public)))?;
        Ok((Self { origin: origin.to_owned(), id, pair: Arc::new(pair) }, public))
    }

    /// Signs a tree.
    pub(crate) fn sign(&self, size: u64, root: Hash) -> Result<String, CheckpointError> {
        let malformed = CheckpointError::Malformed;
        let checkpoint = Checkpoint::new(&self.origin, size, root, "").map_err(|_why| malformed)?;
        let note = self.note(&checkpoint.to_bytes()).map_err(|_why| malformed)?;
        String::from_utf8(note.to_bytes()).map_err(|_why| malformed)
    }

    fn note(&self, text: &[u8]) -> Result<Note, signed_note::NoteError> {
        let signature = self.pair.sign(text).as_ref().to_vec();
        Note::new(text, &[Signature::new(self.origin.clone(), self.id, signature)?])
    }
}

impl Verifier for PublicKey {
    fn name(&self) -> &str {
        &self.origin
    }

    fn key_id(&self) -> u32 {
        self.id
    }

    fn verify(&self, text: &[u8], signature: &[u8]) -> bool {
        self.key.verify(text, signature).is_ok()
    }
}

impl PublicKey {
    /// Reads a key.
    ///
    /// # Errors
    /// [`CheckpointError::Key`].
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        Self::read(text.trim()).ok_or(CheckpointError::Key)
    }

    fn read(text: &str) -> Option<Self> {
        let (origin, rest) = text.split_once('+')?;
        let (id, key) = rest.split_once('+')?;
        let bytes = STANDARD.decode(key).ok()?;
        let (kind, key) = bytes.split_first()?;
        let told = (id.len() == 8).then(|| u32::from_str_radix(id, 16).ok())??;
        let known = *kind == TYPE_ED25519 && key.len() == SEED_BYTES && is_key_name_valid(origin);
        let id = Some(key_id(origin, &bytes)).filter(|id| known && *id == told)?;
        let key = UnparsedPublicKey::new(&ED25519, key.to_vec());
        Some(Self { text: text.to_owned(), origin: origin.to_owned(), id, key })
    }

    /// Returns the key as it was read.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Reads a checkpoint, and believes it if this key signed it for its own log.
    ///
    /// # Errors
    /// See [`CheckpointError`].
    pub fn open(&self, checkpoint: &str) -> Result<TreeHead, CheckpointError> {
        let note = Note::from_bytes(checkpoint.as_bytes()).map_err(|_why| CheckpointError::Malformed)?;
        let known = VerifierList::new(vec![Box::new(self.clone())]);
        let (_signed, _others) = note.verify(&known).map_err(|_why| CheckpointError::Unsigned)?;
        let tree = Checkpoint::from_bytes(note.text()).map_err(|_why| CheckpointError::Malformed)?;
        if tree.origin() != self.origin {
            return Err(CheckpointError::OtherLog);
        }
        if tree.size() > SIZE_MAX {
            return Err(CheckpointError::Malformed);
        }
        Ok(TreeHead { origin: tree.origin().to_owned(), size: tree.size(), root: *tree.hash() })
    }
}

impl std::fmt::Debug for LogKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LogKey").field("origin", &self.origin).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("PublicKey").field(&self.text).finish()
    }
}

/// The largest tree that is believed to exist. Hashes of larger ones could not be numbered in 64 bits.
const SIZE_MAX: u64 = 1 << 56;

/// The signature type of Ed25519 in signed notes.
const TYPE_ED25519: u8 = 1;

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGIN: &str = "cairn-tlog/123456789012/us-east-1/main/4f2a9c1e";

    fn key(seed: u8) -> (LogKey, PublicKey) {
        LogKey::new(ORIGIN, &[seed; SEED_BYTES]).unwrap()
    }

    #[test]
    fn a_checkpoint_is_believed_under_its_key_alone() {
        let (signer, public) = key(1);
        let note = signer.sign(7, Hash([3; 32])).unwrap();
        assert_eq!(note, signer.sign(7, Hash([3; 32])).unwrap(), "one size, one checkpoint");
        let head = TreeHead { origin: ORIGIN.to_owned(), size: 7, root: Hash([3; 32]) };
        assert_eq!(public.open(&note), Ok(head.clone()));
        assert_eq!(key(2).1.open(&note), Err(CheckpointError::Unsigned));
        assert_eq!(public.open(&note.replace("\n7\n", "\n8\n")), Err(CheckpointError::Unsigned));
        assert_eq!(public.open("no note"), Err(CheckpointError::Malformed));
        let absurd = signer.sign(u64::MAX, Hash([3; 32])).unwrap();
        assert_eq!(public.open(&absurd), Err(CheckpointError::Malformed));
        let (witness, _) = LogKey::new("witness.example", &[9; SEED_BYTES]).unwrap();
        let text = Note::from_bytes(note.as_bytes()).unwrap().text().to_vec();
        let others = witness.note(&text).unwrap().to_bytes().split_off(text.len() + 1);
        let witnessed = note.clone() + std::str::from_utf8(&others).unwrap();
        assert_eq!(public.open(&witnessed), Ok(head), "others may sign below");
    }

    #[test]
    fn what_the_key_signed_about_another_log_is_not_believed() {
        let (signer, public) = key(1);
        let other = Checkpoint::new("other", 7, Hash([3; 32]), "").unwrap();
        let note = signer.note(&other.to_bytes()).unwrap().to_bytes();
        let note = String::from_utf8(note).unwrap();
        assert_eq!(public.open(&note), Err(CheckpointError::OtherLog));
    }

    /// The library's own signer and verifier agree with ours.
    #[test]
    fn another_implementation_signs_and_reads_the_same() {
        let (signer, public) = key(1);
        let id = signer.id;
        let private = STANDARD.encode([&[TYPE_ED25519], &[1; SEED_BYTES][..]].concat());
        let theirs = signed_note::StandardSigner::new(&format!("PRIVATE+KEY+{ORIGIN}+{id:08x}+{private}"));
        let note = Note::from_bytes(signer.sign(7, Hash([3; 32])).unwrap().as_bytes()).unwrap();
        let mut again = Note::new(note.text(), &[]).unwrap();
        again.add_sigs(&[&theirs.unwrap()]).unwrap();
        assert_eq!(again, note);
        let known = signed_note::StandardVerifier::new(public.as_str()).unwrap();
        assert!(note.verify(&VerifierList::new(vec![Box::new(known)])).is_ok());
    }

    #[test]
    fn a_key_is_read_back_or_refused() {
        let (_, public) = key(1);
        assert_eq!(PublicKey::parse(&format!("{}\n", public.as_str())).unwrap().as_str(), public.as_str());
        for text in ["", "a+b+c", &public.as_str().replace("main", "other")] {
            assert!(PublicKey::parse(text).is_err(), "{text}");
        }
    }
}
