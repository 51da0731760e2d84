//! Going through a segment that has no seal: where do its frames end, and why there?
//!
//! Each append is synced before the next begins, so a crash can spoil only the last frame. A bad part
//! with anything valid behind it is therefore damage, and a bad part with nothing valid behind it is what
//! a crash leaves: a torn tail.

use std::io;

use crate::damage::Defect;
use crate::file_system::File;
use crate::frame::{self, FrameHeader, Place};
use crate::index::SparseIndex;
use crate::journal::Position;
use crate::seal::{self, Seal};
use crate::segment;
use crate::window::Window;

/// What an unsealed segment holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scan {
    /// The offset after the last good frame.
    pub(crate) frames_end: u64,
    /// The position after the last record.
    pub(crate) end: Position,
    /// The offset of the last good frame.
    pub(crate) last_frame: Option<u64>,
    pub(crate) index: SparseIndex,
    /// How many bytes at `frames_end` are neither a frame nor the zeros written ahead.
    pub(crate) torn_bytes: u64,
}

/// Why a scan came to no answer.
#[derive(Debug)]
pub(crate) enum ScanError {
    Io(io::Error),
    Damaged { offset: u64, defect: Defect },
}

impl From<io::Error> for ScanError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Goes through the frames of the segment `base`, whose header is good.
pub(crate) fn scan(file: &dyn File, base: Position, size: u64) -> Result<Scan, ScanError> {
    let mut window = Window::new(file, size, PIECE_BYTES);
    let mut found = Scan {
        frames_end: segment::HEADER_BYTES,
        end: base,
        last_frame: None,
        index: SparseIndex::default(),
        torn_bytes: 0,
    };
    loop {
        let offset = found.frames_end;
        match checked_frame(&mut window, Place { base, offset }, found.end)? {
            Ok(header) => {
                found.index.note(header.first, offset);
                found.last_frame = Some(offset);
                found.frames_end = offset + header.frame_bytes();
                found.end = header.end();
            }
            Err(defect) if !could_be_torn(defect) => return Err(ScanError::Damaged { offset, defect }),
            Err(defect) => {
                let remains = remains(&mut window, base, offset)?;
                if remains.valid {
                    return Err(ScanError::Damaged { offset, defect });
                }
                found.torn_bytes = remains.bytes;
                return Ok(found);
            }
        }
    }
}

/// Reads the frame at `place` and checks both checksums and its position.
fn checked_frame(
    window: &mut Window<'_>,
    place: Place,
    expected: Position,
) -> io::Result<Result<FrameHeader, Defect>> {
    let header_bytes = window.up_to(place.offset, HEADER_LENGTH)?;
    let header = match FrameHeader::decode(header_bytes, place) {
        Ok(header) => header,
        Err(defect) => return Ok(Err(defect)),
    };
    if header.first != expected {
        return Ok(Err(Defect::Gap { expected, found: header.first }));
    }
    let length = usize::try_from(header.body_bytes).unwrap_or(usize::MAX);
    let Some(body) = window.part(place.offset + frame::HEADER_BYTES, length)? else {
        return Ok(Err(Defect::CutOff));
    };
    if crc32c::crc32c(body) != header.body_crc {
        return Ok(Err(Defect::BodyChecksum));
    }
    Ok(Ok(header))
}

/// A write that was cut short spoils a checksum or an end, never a value under a good checksum.
fn could_be_torn(defect: Defect) -> bool {
    match defect {
        Defect::CutOff | Defect::Mark | Defect::HeaderChecksum | Defect::BodyChecksum => true,
        Defect::Value(_) | Defect::Version(_) | Defect::Gap { .. } | Defect::Seal => false,
    }
}

/// What lies behind the last good frame.
struct Remains {
    /// Whether something was written later than the bad part, and wholly.
    valid: bool,
    /// How far from the start the last byte lies that is not zero.
    bytes: u64,
}

fn remains(window: &mut Window<'_>, base: Position, from: u64) -> io::Result<Remains> {
    let mut remains = Remains { valid: false, bytes: 0 };
    let mut at = from;
    while at < window.limit() {
        let bytes = window.up_to(at, PIECE_BYTES)?;
        let taken = bytes.len() as u64;
        if let Some(last) = bytes.iter().rposition(|byte| *byte != 0) {
            remains.bytes = at + last as u64 + 1 - from;
            let marks = marks(bytes);
            for offset in marks.into_iter().map(|mark| at + mark as u64) {
                remains.valid |= offset != from && is_valid(window, Place { base, offset }, from)?;
            }
        }
        // A mark may lie across two pieces.
        let step = if at + taken < window.limit() { taken - (MARK_LENGTH - 1) } else { taken };
        at += step;
    }
    Ok(remains)
}

/// Where a frame or a trailer may start.
fn marks(bytes: &[u8]) -> Vec<usize> {
    let is_mark = |window: &[u8]| window == frame::MARK || window == seal::MARK;
    let windows = bytes.windows(4).enumerate();
    windows.filter(|(_, window)| is_mark(window)).map(|(offset, _)| offset).collect()
}

/// Whether a header or trailer at `place` was written for that place after the part at `bad`. The bodies
/// need not be looked at: that a later frame was begun shows that the earlier one had been synced. A seal
/// that begins right at `bad` shows nothing bad at all: only its file was not yet cut to length.
fn is_valid(window: &mut Window<'_>, place: Place, bad: u64) -> io::Result<bool> {
    if FrameHeader::decode(window.up_to(place.offset, HEADER_LENGTH)?, place).is_ok() {
        return Ok(true);
    }
    let seal = Seal::decode(window.up_to(place.offset, TRAILER_LENGTH)?, place);
    Ok(seal.is_ok_and(|seal| seal.frames_end != bad))
}

const HEADER_LENGTH: usize = 36;
const TRAILER_LENGTH: usize = 40;
const MARK_LENGTH: u64 = 4;

/// How much is read at a time.
const PIECE_BYTES: usize = 1024 * 1024;
