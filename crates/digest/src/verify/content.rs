//! What a gzip file holds: inflated and hashed as it comes, in constant memory.

use std::fmt;

use aws_lc_rs::digest::{Context, SHA256};
use flate2::{Decompress, FlushDecompress, Status};

use crate::to_hex;

/// The most bytes that a log file may inflate to. CloudTrail writes at most 50 MB; what goes far beyond was
/// made to keep a verifier busy.
pub const LOG_FILE_BYTES_MAX: u64 = 256 << 20;

/// How much is inflated at a time.
const STEP_BYTES: usize = 32 << 10;

/// A gzip's window, the largest there is.
const WINDOW_BITS: u8 = 15;

/// A file of one gzip member, pushed in pieces.
pub struct Content {
    inflate: Decompress,
    hash: Context,
    step: Vec<u8>,
    kept: Option<Vec<u8>>,
    bytes_max: u64,
    ended: bool,
}

/// What a file held.
#[derive(Debug)]
pub struct Inflated {
    /// SHA-256 of the inflated bytes, in hexadecimal.
    pub sha256: String,
    /// The bytes themselves, where they were to be kept.
    pub bytes: Vec<u8>,
    /// Whether the compressed stream came to its end; if not, the file was cut short.
    pub is_whole: bool,
}

/// A file is no single gzip member within the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentFault {
    /// It can't be inflated.
    Format,
    /// Something follows the compressed stream.
    Trailing,
    /// It inflates to more than the limit.
    TooLarge,
}

impl Content {
    /// Begins a file whose hash alone is wanted.
    pub fn hashed(bytes_max: u64) -> Self {
        Self {
            inflate: Decompress::new_gzip(WINDOW_BITS),
            hash: Context::new(&SHA256),
            step: vec![0; STEP_BYTES],
            kept: None,
            bytes_max,
            ended: false,
        }
    }

    /// Begins a file whose bytes are wanted too.
    pub fn kept(bytes_max: u64) -> Self {
        Self { kept: Some(Vec::new()), ..Self::hashed(bytes_max) }
    }

    /// Takes the next piece of the file, however it was cut.
    ///
    /// # Errors
    /// See [`ContentFault`]. Nothing is to be pushed afterwards.
    pub fn push(&mut self, mut piece: &[u8]) -> Result<(), ContentFault> {
        while !piece.is_empty() {
            piece = self.push_some(piece)?;
        }
        Ok(())
    }

    /// Takes as much of a piece as inflates to a few kilobytes, and returns the rest: a piece may hold a thousand
    /// times its length, and who shares a thread lets others have it in between.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    pub fn push_some<'a>(&mut self, piece: &'a [u8]) -> Result<&'a [u8], ContentFault> {
        if self.ended {
            return Err(ContentFault::Trailing);
        }
        let used = self.step(piece)?;
        Ok(piece.get(used..).unwrap_or_default())
    }

    /// Ends the file.
    ///
    /// # Errors
    /// What was left inside the inflater is over the limit, or can't be inflated.
    pub fn finish(mut self) -> Result<Inflated, ContentFault> {
        // Bytes that were taken in may not all have come out yet.
        while !self.ended && self.inflate.total_in() > 0 {
            let before = self.inflate.total_out();
            self.step(&[])?;
            if self.inflate.total_out() == before {
                break;
            }
        }
        Ok(Inflated {
            sha256: to_hex(self.hash.finish().as_ref()),
            bytes: self.kept.unwrap_or_default(),
            is_whole: self.ended,
        })
    }

    /// Inflates one step and returns how many bytes of the piece it used.
    fn step(&mut self, piece: &[u8]) -> Result<usize, ContentFault> {
        let (taken, given) = (self.inflate.total_in(), self.inflate.total_out());
        let status = self.inflate.decompress(piece, &mut self.step, FlushDecompress::None);
        let used = usize::try_from(self.inflate.total_in() - taken).unwrap_or(usize::MAX);
        let made = usize::try_from(self.inflate.total_out() - given).unwrap_or(usize::MAX);
        match status {
            Ok(Status::StreamEnd) => self.ended = true,
            // Neither in nor out although there is something to do: it can never go on.
            Ok(Status::Ok | Status::BufError) if used == 0 && made == 0 && !piece.is_empty() => {
                return Err(ContentFault::Format);
            }
            Ok(Status::Ok | Status::BufError) => {}
            Err(_no_gzip) => return Err(ContentFault::Format),
        }
        if self.inflate.total_out() > self.bytes_max {
            return Err(ContentFault::TooLarge);
        }
        let out = self.step.get(..made).unwrap_or_default();
        self.hash.update(out);
        if let Some(kept) = &mut self.kept {
            kept.extend_from_slice(out);
        }
        Ok(used)
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Content").field("inflate", &self.inflate).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::{Compression, write::GzEncoder};
    use proptest::prelude::*;

    use super::*;
    use crate::sha256_hex;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn inflate(file: &[u8], piece: usize) -> Result<Inflated, ContentFault> {
        let mut content = Content::kept(1 << 20);
        for piece in file.chunks(piece.max(1)) {
            content.push(piece)?;
        }
        content.finish()
    }

    #[test]
    fn a_file_is_inflated_however_it_is_cut() {
        let text = "{\"Records\":[]}".repeat(20_000);
        let file = gzip(text.as_bytes());
        for piece in [1, 7, 1000, usize::MAX >> 1] {
            let inflated = inflate(&file, piece).unwrap();
            assert!(inflated.is_whole);
            assert_eq!(inflated.bytes, text.as_bytes());
            assert_eq!(inflated.sha256, sha256_hex(text.as_bytes()));
        }
    }

    #[test]
    fn what_follows_the_stream_is_told() {
        let file = gzip(b"one");
        for more in [&b"x"[..], &gzip(b"two")] {
            let longer = [&file, more].concat();
            for piece in [1, 1000] {
                assert_eq!(inflate(&longer, piece).unwrap_err(), ContentFault::Trailing);
            }
        }
    }

    #[test]
    fn a_cut_file_gives_what_it_has_and_is_not_whole() {
        let text = "abc".repeat(10_000);
        let file = gzip(text.as_bytes());
        let inflated = inflate(&file[..file.len() / 2], 100).unwrap();
        assert!(!inflated.is_whole);
        assert_ne!(inflated.sha256, sha256_hex(text.as_bytes()));
        // Cut inside the trailer: all of the text, and yet not all of the file.
        let inflated = inflate(&file[..file.len() - 3], 100).unwrap();
        assert!(!inflated.is_whole);
        assert_eq!(inflated.sha256, sha256_hex(text.as_bytes()));
        let empty = inflate(b"", 1).unwrap();
        assert_eq!((empty.sha256, empty.is_whole), (sha256_hex(b""), false));
    }

    #[test]
    fn a_short_piece_of_much_is_taken_bit_by_bit() {
        let file = gzip(&vec![0; 512 << 10]);
        let (mut content, mut rest, mut steps) = (Content::kept(1 << 20), file.as_slice(), 0);
        while !rest.is_empty() {
            let before = content.inflate.total_out();
            rest = content.push_some(rest).unwrap();
            steps += 1;
            assert!(content.inflate.total_out() - before <= STEP_BYTES as u64);
        }
        assert!(steps >= 16);
        assert_eq!(content.finish().unwrap().bytes.len(), 512 << 10);
    }

    #[test]
    fn a_bomb_ends_at_the_limit() {
        let file = gzip(&vec![0; 3 << 20]);
        assert!(file.len() < 100_000);
        assert_eq!(inflate(&file, 1000).unwrap_err(), ContentFault::TooLarge);
    }

    proptest! {
        #[test]
        fn fuzz_any_bytes_are_refused_or_read(bytes in proptest::collection::vec(any::<u8>(), 0..400), piece in 1..50_usize) {
            let _either = inflate(&bytes, piece).is_ok();
        }

        #[test]
        fn fuzz_a_changed_file_never_passes(text in "[a-c]{1,300}", at in any::<prop::sample::Index>(), flip in 1..=255_u8) {
            let file = gzip(text.as_bytes());
            let mut changed = file.clone();
            // The header's time, flags and system are no content.
            let at = 10 + at.index(file.len() - 10);
            changed[at] ^= flip;
            if let Ok(inflated) = inflate(&changed, 13) {
                prop_assert!(!inflated.is_whole || inflated.sha256 == sha256_hex(text.as_bytes()));
            }
        }
    }
}
