//! What can be wrong with stored bytes, and what an operator can do about it.

use std::fmt;

use crate::journal::Position;

/// A place in a segment that is not what was written there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Corruption {
    /// The segment's file name.
    pub segment: String,
    /// The byte in that file where the damaged part begins.
    pub offset: u64,
    /// What is wrong there.
    pub defect: Defect,
}

/// What is wrong with a stored part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Defect {
    /// The file ends before the part does.
    #[error("the part is cut off")]
    CutOff,
    /// Other bytes stand where the part's mark should.
    #[error("the part's mark is missing")]
    Mark,
    /// The checksum over a header differs.
    #[error("the header's checksum differs")]
    HeaderChecksum,
    /// The checksum over a body differs.
    #[error("the body's checksum differs")]
    BodyChecksum,
    /// Checksums agree but a value is outside its limits.
    #[error("{0}")]
    Value(&'static str),
    /// A newer Cairn wrote this.
    #[error("version {0} is unknown; a newer Cairn wrote it")]
    Version(u16),
    /// Records are missing or doubled between two parts.
    #[error("it starts at position {found}, where {expected} is due")]
    Gap {
        /// The position that should come next.
        expected: Position,
        /// The position found.
        found: Position,
    },
    /// A segment that is not the last has no valid seal at its end.
    #[error("the segment's seal is missing or damaged")]
    Seal,
}

impl fmt::Display for Corruption {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { segment, offset, defect } = self;
        write!(out, "segment {segment} is damaged at offset {offset}: {defect}")?;
        if matches!(defect, Defect::Version(_)) {
            return write!(out, "; run the version that wrote it");
        }
        write!(
            out,
            "; restore the file from a copy, or give up records: either truncate the file to {offset} bytes \
             and move every later segment out of the directory (keeps what precedes), or move this and every \
             earlier segment out (keeps what follows, if a later segment exists)"
        )
    }
}

impl std::error::Error for Corruption {}
