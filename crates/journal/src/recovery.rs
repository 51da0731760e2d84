//! Opening: what is there, is it whole, and where does writing go on?
//!
//! Nothing is changed before the whole chain was found good. Then the torn tail is cut off, and what the
//! last writer wrote last is written once more and synced: after a sync that failed, the system may show
//! bytes that never reached the disk, and call the next sync a success. Written again, they are synced
//! like any others.

use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::chain::{ActiveSegment, Chain, SealedSegment};
use crate::damage::{Corruption, Defect};
use crate::error::OpenError;
use crate::file_system::{File, FileSystem};
use crate::frame::Place;
use crate::journal::Position;
use crate::opened::OpenSegment;
use crate::scan::{self, Scan, ScanError};
use crate::seal::{self, Seal};
use crate::segment;

/// What was found when the journal was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovery {
    /// The oldest position kept.
    pub head: Position,
    /// The next position to be written.
    pub tail: Position,
    /// How many segments there are.
    pub segments: usize,
    /// What a crash left at the end of the last segment and was cut off; 0 in the usual case. Nothing of
    /// it was acknowledged.
    pub torn_bytes: u64,
}

/// A journal found good.
#[derive(Debug)]
pub(crate) struct Recovered {
    pub(crate) chain: Chain,
    pub(crate) report: Recovery,
}

/// Reads what is in `dir` and makes it ready for writing.
pub(crate) fn recover(dir: &Path, file_system: &dyn FileSystem) -> Result<Recovered, OpenError> {
    let io = |doing| move |source| OpenError::Io { path: dir.to_path_buf(), doing, source };
    let bases = bases(dir, file_system).map_err(io("list the directory"))?;
    let mut found = Recovered {
        chain: Chain::default(),
        report: Recovery { head: 0, tail: 0, segments: 0, torn_bytes: 0 },
    };
    let mut last = None;
    for (index, base) in bases.iter().copied().enumerate() {
        let opened = Examined::open(dir, file_system, base)?;
        let expected = if index == 0 { base } else { found.report.tail };
        if base != expected {
            return Err(opened.corrupt(0, Defect::Gap { expected, found: base }));
        }
        if index + 1 < bases.len() {
            let seal = opened.header_and_seal()?;
            found.add_sealed(&opened, &seal);
        } else {
            last = Some(opened);
        }
    }
    if let Some(last) = last {
        found.finish_with(last)?;
    }
    file_system.sync_dir(dir).map_err(io("sync the directory"))?;
    found.report.head = found.chain.head(found.report.tail);
    found.report.segments = found.chain.sealed.len() + usize::from(found.chain.active.is_some());
    Ok(found)
}

/// The first positions of all segments, ascending.
pub(crate) fn bases(dir: &Path, file_system: &dyn FileSystem) -> io::Result<Vec<Position>> {
    let mut bases: Vec<_> = file_system.list(dir)?.iter().filter_map(|name| segment::base_of(name)).collect();
    bases.sort_unstable();
    Ok(bases)
}

impl Recovered {
    fn add_sealed(&mut self, opened: &Examined, seal: &Seal) {
        let sealed = SealedSegment { base: opened.base, end: seal.end, bytes: opened.size };
        self.chain.sealed.push_back(sealed);
        self.report.tail = seal.end;
    }

    /// The last segment: sealed, being written, or only just begun.
    fn finish_with(&mut self, last: Examined) -> Result<(), OpenError> {
        self.report.tail = last.base;
        let begun = match last.header()? {
            Ok(()) => true,
            Err(defect @ (Defect::Version(_) | Defect::Gap { .. })) => return Err(last.corrupt(0, defect)),
            Err(defect) if last.has_content()? => return Err(last.corrupt(0, defect)),
            Err(_torn) => false,
        };
        // A segment whose header never became durable has no records: the first append makes it anew.
        if !begun {
            return Ok(());
        }
        if let Ok(seal) = last.seal()? {
            last.settle(seal.frames_end, last.size)?;
            self.add_sealed(&last, &seal);
            return Ok(());
        }
        let scan = last.scan()?;
        if scan.torn_bytes > 0 {
            last.file.truncate(scan.frames_end).map_err(last.io("cut off the torn tail"))?;
        }
        last.settle(scan.last_frame.unwrap_or(0), scan.frames_end)?;
        self.report.tail = scan.end;
        self.report.torn_bytes = scan.torn_bytes;
        let bytes = if scan.torn_bytes > 0 { scan.frames_end } else { last.size };
        let open = Arc::new(OpenSegment::new(last.base, last.file, scan.frames_end, scan.index));
        self.chain.active = Some(ActiveSegment { open, bytes });
        Ok(())
    }
}

/// A segment file under examination.
#[derive(Debug)]
pub(crate) struct Examined {
    pub(crate) base: Position,
    pub(crate) size: u64,
    file: Arc<dyn File>,
    path: std::path::PathBuf,
}

impl Examined {
    pub(crate) fn open(dir: &Path, file_system: &dyn FileSystem, base: Position) -> Result<Self, OpenError> {
        let path = dir.join(segment::name(base));
        let sized = file_system.open(&path).and_then(|file| Ok((file.size()?, file)));
        match sized {
            Ok((size, file)) => Ok(Self { base, size, file, path }),
            Err(source) => Err(OpenError::Io { path, doing: "open the segment", source }),
        }
    }

    /// What a segment that is not the last must have.
    pub(crate) fn header_and_seal(&self) -> Result<Seal, OpenError> {
        self.header()?.map_err(|defect| self.corrupt(0, defect))?;
        let offset = self.size.saturating_sub(seal::TRAILER_BYTES);
        self.seal()?.map_err(|_defect| self.corrupt(offset, Defect::Seal))
    }

    pub(crate) fn header(&self) -> Result<Result<(), Defect>, OpenError> {
        Ok(segment::check_header(&self.bytes(0, segment::HEADER_BYTES)?, self.base))
    }

    pub(crate) fn seal(&self) -> Result<Result<Seal, Defect>, OpenError> {
        let offset = self.size.saturating_sub(seal::TRAILER_BYTES);
        let bytes = self.bytes(offset, seal::TRAILER_BYTES)?;
        Ok(Seal::decode(&bytes, Place { base: self.base, offset }))
    }

    pub(crate) fn scan(&self) -> Result<Scan, OpenError> {
        match scan::scan(&*self.file, self.base, self.size) {
            Ok(scan) => Ok(scan),
            Err(ScanError::Io(source)) => Err(self.io("read the segment")(source)),
            Err(ScanError::Damaged { offset, defect }) => Err(self.corrupt(offset, defect)),
        }
    }

    /// Whether anything was written behind the header.
    pub(crate) fn has_content(&self) -> Result<bool, OpenError> {
        let mut at = segment::HEADER_BYTES;
        while at < self.size {
            let piece = self.bytes(at, PIECE_BYTES)?;
            if piece.iter().any(|byte| *byte != 0) {
                return Ok(true);
            }
            at += piece.len() as u64;
        }
        Ok(false)
    }

    /// Writes the bytes from `from` to `to` once more and syncs them.
    fn settle(&self, from: u64, to: u64) -> Result<(), OpenError> {
        let bytes = self.bytes(from, to.saturating_sub(from))?;
        self.file.write_at(&bytes, from).map_err(self.io("write the last frame again"))?;
        self.file.sync_data().map_err(self.io("sync the segment"))
    }

    /// At most `length` bytes at `offset`.
    pub(crate) fn bytes(&self, offset: u64, length: u64) -> Result<Vec<u8>, OpenError> {
        let length = length.min(self.size.saturating_sub(offset));
        let mut bytes = vec![0; usize::try_from(length).unwrap_or(usize::MAX)];
        self.file.read_at(&mut bytes, offset).map_err(self.io("read the segment"))?;
        Ok(bytes)
    }

    pub(crate) fn corrupt(&self, offset: u64, defect: Defect) -> OpenError {
        OpenError::Corrupt(Corruption { segment: segment::name(self.base), offset, defect })
    }

    pub(crate) fn file(&self) -> &dyn File {
        &*self.file
    }

    pub(crate) fn io(&self, doing: &'static str) -> impl FnOnce(io::Error) -> OpenError + use<> {
        let path = self.path.clone();
        move |source| OpenError::Io { path, doing, source }
    }
}

const PIECE_BYTES: u64 = 1024 * 1024;
