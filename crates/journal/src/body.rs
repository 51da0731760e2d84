//! The body of a frame: length-prefixed records, compressed.

use std::fmt;
use std::io;
use std::sync::Arc;

use bytes::Bytes;

use crate::damage::Defect;
use crate::fields::Fields;
use crate::frame::{Codec, FrameHeader};
use crate::journal::Position;
use crate::options::{FRAME_RECORDS_MAX, RECORD_BYTES_MAX};

/// The bytes before each record: its length.
const PREFIX_BYTES: usize = 4;

/// Says how long a batch is before compression, or that it is over a limit.
pub(crate) fn plain_bytes(batch: &[&[u8]], frame_bytes_max: usize) -> Option<usize> {
    if batch.len() > FRAME_RECORDS_MAX || batch.iter().any(|record| record.len() > RECORD_BYTES_MAX) {
        return None;
    }
    let sum = batch.iter().map(|record| PREFIX_BYTES + record.len()).sum::<usize>();
    (sum <= frame_bytes_max).then_some(sum)
}

/// Lays out the records of a batch that is within limits.
pub(crate) fn join(batch: &[&[u8]], plain_bytes: usize) -> Vec<u8> {
    let mut plain = Vec::with_capacity(plain_bytes);
    for record in batch {
        let length = u32::try_from(record.len()).unwrap_or(u32::MAX);
        plain.extend_from_slice(&length.to_le_bytes());
        plain.extend_from_slice(record);
    }
    plain
}

/// Compresses bodies; keeps its memory between them.
pub(crate) struct Press {
    zstd: zstd::bulk::Compressor<'static>,
    out: Vec<u8>,
}

impl Press {
    pub(crate) fn new(level: i32) -> io::Result<Self> {
        Ok(Self { zstd: zstd::bulk::Compressor::new(level)?, out: Vec::new() })
    }

    /// Returns the shorter of `plain` and its compressed form.
    pub(crate) fn press<'a>(&'a mut self, plain: &'a [u8]) -> io::Result<(Codec, &'a [u8])> {
        self.out.clear();
        self.out.shrink_to(KEPT_BYTES_MAX);
        self.out.reserve(zstd::zstd_safe::compress_bound(plain.len()));
        self.zstd.compress_to_buffer(plain, &mut self.out)?;
        if self.out.len() < plain.len() { Ok((Codec::Zstd, &self.out)) } else { Ok((Codec::Plain, plain)) }
    }
}

impl fmt::Debug for Press {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Press").finish_non_exhaustive()
    }
}

/// A rare huge batch must not keep its memory for ever.
const KEPT_BYTES_MAX: usize = 1024 * 1024;

/// A frame in memory, its records found.
#[derive(Debug)]
pub(crate) struct DecodedFrame {
    pub(crate) first: Position,
    records: Vec<Bytes>,
    plain_bytes: usize,
}

impl DecodedFrame {
    /// Opens a stored body.
    pub(crate) fn checked(header: &FrameHeader, stored: &[u8]) -> Result<Arc<Self>, Defect> {
        if crc32c::crc32c(stored) != header.body_crc {
            return Err(Defect::BodyChecksum);
        }
        Self::open(header, stored)
    }

    /// Opens a stored body whose checksum is right.
    fn open(header: &FrameHeader, stored: &[u8]) -> Result<Arc<Self>, Defect> {
        let plain_bytes = usize::try_from(header.plain_bytes).unwrap_or(usize::MAX);
        let plain = match header.codec {
            Codec::Plain => stored.to_vec(),
            Codec::Zstd => zstd::bulk::decompress(stored, plain_bytes)
                .map_err(|_damaged| Defect::Value("the body cannot be decompressed"))?,
        };
        if plain.len() != plain_bytes {
            return Err(Defect::Value("the body has another length than its header says"));
        }
        Self::split(header.first, header.records, plain)
    }

    /// Finds the records in a body.
    pub(crate) fn split(first: Position, count: u32, plain: Vec<u8>) -> Result<Arc<Self>, Defect> {
        let plain = Bytes::from(plain);
        let plain_bytes = plain.len();
        let count = usize::try_from(count).unwrap_or(usize::MAX).min(plain_bytes / PREFIX_BYTES + 1);
        let mut records = Vec::with_capacity(count);
        let mut fields = Fields(&plain);
        while records.len() < count {
            let length = fields.u32().and_then(|length| usize::try_from(length).ok());
            let record = length.and_then(|length| fields.bytes(length));
            let record = record.ok_or(Defect::Value("a record is cut off in the body"))?;
            records.push(plain.slice_ref(record));
        }
        if !fields.0.is_empty() {
            return Err(Defect::Value("the body goes on after its last record"));
        }
        Ok(Arc::new(Self { first, records, plain_bytes }))
    }

    /// The position after the last record.
    pub(crate) fn end(&self) -> Position {
        self.first + self.records.len() as u64
    }

    /// The record at `position`, if it lies in this frame.
    pub(crate) fn get(&self, position: Position) -> Option<Bytes> {
        let index = usize::try_from(position.checked_sub(self.first)?).ok()?;
        self.records.get(index).cloned()
    }

    /// The records at `from` and after, with their positions.
    pub(crate) fn since(&self, from: Position) -> impl Iterator<Item = (Position, Bytes)> + '_ {
        (self.first..).zip(self.records.iter().cloned()).skip_while(move |(position, _)| *position < from)
    }

    /// About how much memory the frame holds.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.plain_bytes + self.records.len() * size_of::<Bytes>() + size_of::<Self>()
    }

    /// The bytes of all records and their length prefixes.
    pub(crate) fn plain_bytes(&self) -> usize {
        self.plain_bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_that_contradicts_its_header_is_refused() {
        let batch: [&[u8]; 3] = [b"first", b"", b"third, somewhat longer, longer, longer, longer"];
        let plain = join(&batch, plain_bytes(&batch, 1_000).unwrap());
        let mut press = Press::new(1).unwrap();
        let (codec, stored) = press.press(&plain).unwrap();
        assert_eq!(codec, Codec::Zstd);
        let right = FrameHeader {
            codec,
            first: 9,
            records: 3,
            body_bytes: u32::try_from(stored.len()).unwrap(),
            plain_bytes: u32::try_from(plain.len()).unwrap(),
            body_crc: crc32c::crc32c(stored),
        };
        let frame = DecodedFrame::checked(&right, stored).unwrap();
        let records: Vec<_> = frame.since(10).collect();
        assert_eq!(records, [(10, Bytes::from(batch[1])), (11, Bytes::from(batch[2]))]);
        let wrong = [
            FrameHeader { records: 2, ..right.clone() },
            FrameHeader { records: 4, ..right.clone() },
            FrameHeader { plain_bytes: right.plain_bytes - 1, ..right.clone() },
            FrameHeader { plain_bytes: right.plain_bytes + 1, ..right.clone() },
            FrameHeader { codec: Codec::Plain, ..right.clone() },
            FrameHeader { body_crc: 0, ..right.clone() },
        ];
        for header in wrong {
            assert!(DecodedFrame::checked(&header, stored).is_err(), "{header:?}");
        }
    }
}
