//! A sealed payload: chunks, each sealed by itself, so that a range costs what it reads.
//!
//! A chunk is 64 KiB of the payload (the last one what is left; an empty payload is one empty chunk), then
//! its tag of 16 bytes. The nonce is the chunk's index. Whether a chunk is the last one is sealed with it: a
//! payload cut between two chunks, or one that goes on after its end, does not open.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};

/// Bytes of the payload in a chunk.
pub(crate) const CHUNK_BYTES: usize = 64 * 1024;
/// Bytes that sealing adds to a chunk.
pub(crate) const TAG_BYTES: usize = 16;

/// A chunk's place in its payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Chunk {
    pub(crate) index: u64,
    pub(crate) is_last: bool,
}

impl Chunk {
    /// The only chunk of a small payload.
    pub(crate) const ONLY: Self = Self { index: 0, is_last: true };

    fn nonce(self) -> Nonce {
        let mut bytes = [0; 12];
        for (to, from) in bytes.iter_mut().skip(4).zip(self.index.to_be_bytes()) {
            *to = from;
        }
        Nonce::assume_unique_for_key(bytes)
    }

    fn bound(self) -> Aad<[u8; 1]> {
        Aad::from([u8::from(self.is_last)])
    }
}

/// A chunk did not open: it is not what was sealed, or not where, or not with this key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("open a sealed chunk")]
pub(crate) struct NotOpened;

/// Seals and opens the chunks of one payload.
pub(crate) struct PayloadCipher(LessSafeKey);

impl PayloadCipher {
    pub(super) fn new(key: &[u8; 32]) -> Self {
        let key = UnboundKey::new(&AES_256_GCM, key).expect("a key of AES-256 has 32 bytes");
        Self(LessSafeKey::new(key))
    }

    /// Adds a sealed chunk to `out`.
    pub(crate) fn seal(&self, chunk: Chunk, plain: &[u8], out: &mut Vec<u8>) {
        let start = out.len();
        out.extend_from_slice(plain);
        let body = out.get_mut(start..).unwrap_or_default();
        let tag = self.0.seal_in_place_separate_tag(chunk.nonce(), chunk.bound(), body);
        out.extend_from_slice(tag.expect("GCM seals anything below 64 GiB").as_ref());
    }

    /// Adds what a sealed chunk holds to `out`.
    pub(crate) fn open(&self, chunk: Chunk, sealed: &[u8], out: &mut Vec<u8>) -> Result<(), NotOpened> {
        let (body, tag) = sealed.split_last_chunk::<TAG_BYTES>().ok_or(NotOpened)?;
        let start = out.len();
        out.resize(start + body.len(), 0);
        let opened = out.get_mut(start..).unwrap_or_default();
        self.0.open_separate_gather(chunk.nonce(), chunk.bound(), body, tag, opened).map_err(|_unspecified| {
            out.truncate(start);
            NotOpened
        })
    }
}

impl fmt::Debug for PayloadCipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PayloadCipher(hidden)")
    }
}

/// Seals a payload that comes in pieces.
#[derive(Debug)]
pub(crate) struct Sealer {
    cipher: PayloadCipher,
    index: u64,
    /// The chunk that is the last one unless more comes.
    held: Vec<u8>,
}

impl Sealer {
    pub(crate) fn new(cipher: PayloadCipher) -> Self {
        Self { cipher, index: 0, held: Vec::new() }
    }

    /// Takes the next bytes; adds to `out` the sealed chunks that are certainly not the last.
    pub(crate) fn push(&mut self, mut bytes: &[u8], out: &mut Vec<u8>) {
        if !self.held.is_empty() {
            let room = (CHUNK_BYTES - self.held.len()).min(bytes.len());
            let (fitting, rest) = bytes.split_at(room);
            self.held.extend_from_slice(fitting);
            if rest.is_empty() {
                return;
            }
            let full = std::mem::take(&mut self.held);
            self.seal_next(&full, out);
            bytes = rest;
        }
        while let Some((chunk, rest)) = bytes.split_at_checked(CHUNK_BYTES)
            && !rest.is_empty()
        {
            self.seal_next(chunk, out);
            bytes = rest;
        }
        self.held.extend_from_slice(bytes);
    }

    /// Adds the last chunk to `out`.
    pub(crate) fn finish(self, out: &mut Vec<u8>) {
        self.cipher.seal(Chunk { index: self.index, is_last: true }, &self.held, out);
    }

    fn seal_next(&mut self, plain: &[u8], out: &mut Vec<u8>) {
        self.cipher.seal(Chunk { index: self.index, is_last: false }, plain, out);
        self.index += 1;
    }
}

/// Returns how many bytes a payload of `size` bytes has once it is sealed.
pub(crate) fn sealed_size(size: u64) -> u64 {
    size + size.div_ceil(CHUNK_BYTES as u64).max(1) * TAG_BYTES as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::DataKey;

    fn cipher(payload: &str) -> PayloadCipher {
        DataKey::new([7; 32]).cipher(payload)
    }

    fn sealed(pieces: &[&[u8]]) -> Vec<u8> {
        let (mut sealer, mut out) = (Sealer::new(cipher("p")), Vec::new());
        for piece in pieces {
            sealer.push(piece, &mut out);
        }
        sealer.finish(&mut out);
        out
    }

    fn opened(sealed: &[u8]) -> Result<Vec<u8>, NotOpened> {
        let chunks = sealed.chunks(CHUNK_BYTES + TAG_BYTES);
        let count = chunks.len() as u64;
        let mut out = Vec::new();
        for (index, chunk) in (0..).zip(chunks) {
            cipher("p").open(Chunk { index, is_last: index + 1 == count }, chunk, &mut out)?;
        }
        Ok(out)
    }

    #[test]
    fn however_it_comes_it_is_sealed_alike() {
        for size in [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES, 200_000] {
            let plain: Vec<u8> = (0..size).map(|at| u8::try_from(at % 251).unwrap()).collect();
            let whole = sealed(&[&plain]);
            assert_eq!(whole.len() as u64, sealed_size(size as u64));
            for cut in [1, 1000, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1] {
                assert!(sealed(&plain.chunks(cut).collect::<Vec<_>>()) == whole, "{size} {cut}");
            }
            assert!(opened(&whole).unwrap() == plain, "{size}");
        }
    }

    #[test]
    fn what_was_changed_does_not_open() {
        let plain = vec![9; CHUNK_BYTES + 100];
        let whole = sealed(&[&plain]);
        for at in [0, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + TAG_BYTES, whole.len() - 1] {
            let mut flipped = whole.clone();
            flipped[at] ^= 1;
            assert_eq!(opened(&flipped), Err(NotOpened), "{at}");
        }
        let chunk = CHUNK_BYTES + TAG_BYTES;
        // Cut after a whole chunk, cut within a tag, the last chunk twice, the two exchanged.
        assert_eq!(opened(&whole[..chunk]), Err(NotOpened));
        assert_eq!(opened(&whole[..chunk + 3]), Err(NotOpened));
        assert_eq!(opened(&[&whole, &whole[chunk..]].concat()), Err(NotOpened));
        let even = sealed(&[&vec![9; 2 * CHUNK_BYTES]]);
        assert_eq!(opened(&[&even[chunk..], &even[..chunk]].concat()), Err(NotOpened));
        // Another payload of the same data key.
        let mut out = Vec::new();
        assert_eq!(cipher("q").open(Chunk::ONLY, &sealed(&[b"x"]), &mut out), Err(NotOpened));
        assert!(out.is_empty());
    }
}
