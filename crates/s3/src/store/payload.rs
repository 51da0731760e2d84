//! Reading one payload file, sealed or not, in pieces.

use std::fs::File;
use std::io::{Error, ErrorKind, Read as _, Result, Seek as _, SeekFrom};
use std::ops::Range;
use std::path::Path;

use bytes::Bytes;

use crate::seal::{CHUNK_BYTES, Chunk, PayloadCipher, TAG_BYTES, sealed_size};

/// Chunks read from a file at once; a GET holds about this much, sealed and opened.
const CHUNKS_AT_ONCE: usize = 4;
/// Bytes read at once from a file that is not sealed.
const READ_BYTES: usize = CHUNKS_AT_ONCE * CHUNK_BYTES;

/// An open payload file and what is left to be read of it.
#[derive(Debug)]
pub(super) struct PayloadReader {
    file: File,
    /// How many bytes the payload has.
    size: u64,
    /// Which of them are to be read.
    range: Range<u64>,
    cipher: Option<PayloadCipher>,
}

impl PayloadReader {
    /// Opens a file for reading `range` of its payload of `size` bytes. Blocks.
    pub(super) fn open(
        path: &Path,
        size: u64,
        range: Range<u64>,
        cipher: Option<PayloadCipher>,
    ) -> Result<Self> {
        let mut file = File::open(path)?;
        match &cipher {
            Some(_) if file.metadata()?.len() != sealed_size(size) => {
                return Err(Error::new(ErrorKind::InvalidData, "the sealed payload has another length"));
            }
            Some(_) => {
                let chunk = range.start / CHUNK_BYTES as u64;
                file.seek(SeekFrom::Start(chunk * (CHUNK_BYTES + TAG_BYTES) as u64))?;
            }
            None if range.start > 0 => {
                file.seek(SeekFrom::Start(range.start))?;
            }
            None => {}
        }
        Ok(Self { file, size, range, cipher })
    }

    pub(super) fn is_done(&self) -> bool {
        self.range.is_empty()
    }

    /// Reads the next bytes. Blocks.
    pub(super) fn read(&mut self) -> Result<Bytes> {
        let piece = match &self.cipher {
            Some(cipher) => read_sealed(&mut self.file, cipher, self.size, &self.range)?,
            None => {
                let left = usize::try_from(self.range.end - self.range.start).unwrap_or(usize::MAX);
                let mut plain = vec![0; left.min(READ_BYTES)];
                self.file.read_exact(&mut plain)?;
                Bytes::from(plain)
            }
        };
        self.range.start += piece.len() as u64;
        Ok(piece)
    }
}

/// Reads and opens the next chunks of a file that stands at the chunk of `range`'s start; returns what of them
/// lies in `range`.
fn read_sealed(file: &mut File, cipher: &PayloadCipher, size: u64, range: &Range<u64>) -> Result<Bytes> {
    let chunk_bytes = CHUNK_BYTES as u64;
    let first = range.start / chunk_bytes;
    let last = size.saturating_sub(1) / chunk_bytes;
    let until = range.end.div_ceil(chunk_bytes).min(first + CHUNKS_AT_ONCE as u64);
    let end = (until * chunk_bytes).min(size);
    let tags = (until - first) * TAG_BYTES as u64;
    let length = usize::try_from(end - first * chunk_bytes + tags).map_err(Error::other)?;
    let mut sealed = vec![0; length];
    file.read_exact(&mut sealed)?;
    let mut plain = Vec::with_capacity(length);
    for (index, chunk) in (first..).zip(sealed.chunks(CHUNK_BYTES + TAG_BYTES)) {
        let place = Chunk { index, is_last: index == last };
        cipher
            .open(place, chunk, &mut plain)
            .map_err(|refused| Error::new(ErrorKind::InvalidData, refused))?;
    }
    let from = usize::try_from(range.start - first * chunk_bytes).map_err(Error::other)?;
    let wanted = usize::try_from(range.end.min(end) - first * chunk_bytes).map_err(Error::other)?;
    Ok(Bytes::from(plain).slice(from..wanted))
}
