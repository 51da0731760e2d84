//! Looking through a whole journal without changing it, for an operator.
//!
//! Opening reads the ends of sealed segments only; this reads every byte, and goes on after damage.

use std::path::Path;

use crate::body::DecodedFrame;
use crate::damage::{Corruption, Defect};
use crate::error::OpenError;
use crate::file_system::FileSystem;
use crate::frame::{self, FrameHeader, Place};
use crate::journal::Position;
use crate::recovery::{self, Examined};
use crate::seal::Seal;
use crate::segment;
use crate::window::Window;

/// What a look through every byte found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inspection {
    /// The segments, oldest first.
    pub segments: Vec<SegmentReport>,
}

/// What one segment holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentReport {
    /// The file's name.
    pub name: String,
    /// The first position.
    pub first: Position,
    /// The position after the last record that could be read.
    pub end: Position,
    /// The file's length.
    pub bytes: u64,
    /// Whether the segment is finished.
    pub sealed: bool,
    /// What a crash left behind the last frame; the next open cuts it off.
    pub torn_bytes: u64,
    /// The first damaged place. Records between `end` and the next segment's first cannot be read.
    pub damage: Option<Corruption>,
}

impl Inspection {
    /// Looks through the journal in `dir`. Takes no lock: beside a running writer, the last segment may be
    /// seen in the middle of an append.
    ///
    /// # Errors
    /// When the directory or a file cannot be read; damage is part of the answer.
    pub fn of(dir: &Path, file_system: &dyn FileSystem) -> Result<Self, OpenError> {
        let io = |source| OpenError::Io { path: dir.to_path_buf(), doing: "list the directory", source };
        let bases = recovery::bases(dir, file_system).map_err(io)?;
        let mut found = Self::default();
        let mut expected = None;
        for (index, base) in bases.iter().copied().enumerate() {
            let segment = Examined::open(dir, file_system, base)?;
            let mut report = inspect(&segment, index + 1 == bases.len())?;
            if let Some(expected) = expected.filter(|expected| *expected != base) {
                let defect = Defect::Gap { expected, found: base };
                report.damage = Some(Corruption { segment: report.name.clone(), offset: 0, defect });
            }
            expected = report.damage.is_none().then_some(report.end);
            found.segments.push(report);
        }
        Ok(found)
    }

    /// Returns every damaged place.
    pub fn damage(&self) -> impl Iterator<Item = &Corruption> {
        self.segments.iter().filter_map(|segment| segment.damage.as_ref())
    }
}

fn inspect(segment: &Examined, is_last: bool) -> Result<SegmentReport, OpenError> {
    let base = segment.base;
    let mut report = SegmentReport {
        name: segment::name(base),
        first: base,
        end: base,
        bytes: segment.size,
        sealed: false,
        torn_bytes: 0,
        damage: None,
    };
    let damaged = |offset, defect| Some(Corruption { segment: segment::name(base), offset, defect });
    if let Err(defect) = segment.header()? {
        if is_last && !matches!(defect, Defect::Version(_) | Defect::Gap { .. }) && !segment.has_content()? {
            report.torn_bytes = segment.size;
        } else {
            report.damage = damaged(0, defect);
        }
        return Ok(report);
    }
    let frames_end = match segment.seal()? {
        Ok(seal) => {
            report.sealed = true;
            report.damage = segment.check_notes(&seal)?.and_then(|defect| damaged(seal.frames_end, defect));
            seal.frames_end
        }
        Err(_) if !is_last => {
            report.damage = damaged(segment.size, Defect::Seal);
            segment.size
        }
        Err(_) => match segment.scan() {
            Ok(scan) => {
                report.torn_bytes = scan.torn_bytes;
                scan.frames_end
            }
            Err(OpenError::Corrupt(corruption)) => {
                report.damage = Some(corruption);
                segment.size
            }
            Err(error) => return Err(error),
        },
    };
    if let Some((offset, defect)) = segment.walk(frames_end, &mut report.end)? {
        report.damage = report.damage.or_else(|| damaged(offset, defect));
    }
    Ok(report)
}

impl Examined {
    fn check_notes(&self, seal: &Seal) -> Result<Option<Defect>, OpenError> {
        let notes = self.bytes(seal.frames_end, seal.notes_bytes())?;
        Ok(seal.decode_notes(&notes).err())
    }

    /// Decodes every frame up to `frames_end`, moving `end` along; stops at the first that is not whole.
    fn walk(&self, frames_end: u64, end: &mut Position) -> Result<Option<(u64, Defect)>, OpenError> {
        let mut window = Window::new(self.file(), frames_end, PIECE_BYTES);
        let mut offset = segment::HEADER_BYTES;
        while offset < frames_end {
            let place = Place { base: self.base, offset };
            let io = |error| self.io("read the segment")(error);
            let header = FrameHeader::decode(window.up_to(offset, HEADER_LENGTH).map_err(io)?, place);
            let header = match header {
                Ok(header) if header.first == *end => header,
                Ok(header) => return Ok(Some((offset, Defect::Gap { expected: *end, found: header.first }))),
                Err(defect) => return Ok(Some((offset, defect))),
            };
            let length = usize::try_from(header.body_bytes).unwrap_or(usize::MAX);
            let body = window.part(offset + frame::HEADER_BYTES, length).map_err(io)?;
            if let Err(defect) = check_body(&header, body) {
                return Ok(Some((offset, defect)));
            }
            offset += header.frame_bytes();
            *end = header.end();
        }
        Ok(None)
    }
}

fn check_body(header: &FrameHeader, body: Option<&[u8]>) -> Result<(), Defect> {
    DecodedFrame::checked(header, body.ok_or(Defect::CutOff)?).map(drop)
}

const HEADER_LENGTH: usize = 36;
const PIECE_BYTES: usize = 1024 * 1024;
