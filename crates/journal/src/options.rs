//! What can be chosen about an embedded journal, and the limits that cannot.

use crate::frame;
use crate::seal;
use crate::segment;

/// The longest record, in bytes. An event has at most 256 KiB, or 1 MiB with what CloudTrail may add.
pub const RECORD_BYTES_MAX: usize = 2 * 1024 * 1024;

/// The most records in one batch.
pub const FRAME_RECORDS_MAX: usize = 65_536;

/// The most bytes of one batch before compression: records and four bytes of length for each.
pub const FRAME_BYTES_MAX: usize = 8 * 1024 * 1024;

/// The choices for one journal directory; all but the limits may change from one open to the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Where a segment ends, in bytes; at most [`Options::SEGMENT_BYTES_MAX`]. The unit of trimming.
    pub segment_bytes: u64,
    /// The most bytes that all segments together take from the disk; beyond it appends refuse as full.
    /// At least two segments, so that trimming always helps.
    pub bytes_max: u64,
    /// The most bytes of one batch before compression; at most [`FRAME_BYTES_MAX`].
    pub frame_bytes_max: usize,
    /// How many bytes of zeros are written ahead of the records at a time. They find a full disk before
    /// a record does, and halve the time of a sync (`docs/adr/040-zeros-ahead.md`).
    pub reserve_bytes: u64,
    /// The zstd level, 1 to 9.
    pub compression_level: i32,
    /// How many bytes of decoded frames are kept in memory for readers.
    pub cache_bytes: usize,
}

/// The options contradict each other.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("use the journal options: {reason}")]
pub struct OptionsError {
    reason: &'static str,
}

impl Options {
    /// The largest segment that may be asked for.
    pub const SEGMENT_BYTES_MAX: u64 = 1 << 30;

    /// Checks each limit and that one batch fits a segment and two segments fit the whole.
    ///
    /// # Errors
    /// Names the first rule that is broken.
    pub fn check(&self) -> Result<(), OptionsError> {
        let frame_bytes_max = u64::try_from(self.frame_bytes_max).unwrap_or(u64::MAX);
        let overhead = segment::HEADER_BYTES + frame::HEADER_BYTES + seal::bytes(1);
        let rules = [
            (self.segment_bytes <= Self::SEGMENT_BYTES_MAX, "segment_bytes is over 1 GiB"),
            (self.frame_bytes_max <= FRAME_BYTES_MAX, "frame_bytes_max is over 8 MiB"),
            (self.frame_bytes_max >= 64, "frame_bytes_max is under 64"),
            (
                self.segment_bytes >= frame_bytes_max.saturating_add(overhead),
                "segment_bytes does not hold one batch of frame_bytes_max",
            ),
            (
                self.bytes_max >= self.segment_bytes.saturating_mul(2),
                "bytes_max does not hold two segments, so that trimming could not make room",
            ),
            ((1..=9).contains(&self.compression_level), "compression_level is not between 1 and 9"),
        ];
        match rules.iter().find(|(holds, _)| !holds) {
            Some((_, reason)) => Err(OptionsError { reason }),
            None => Ok(()),
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            segment_bytes: 128 * 1024 * 1024,
            bytes_max: 32 * 1024 * 1024 * 1024,
            frame_bytes_max: FRAME_BYTES_MAX,
            reserve_bytes: 4 * 1024 * 1024,
            compression_level: 1,
            cache_bytes: 8 * 1024 * 1024,
        }
    }
}
