//! Readers: from a position to records.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;

use crate::body::DecodedFrame;
use crate::chain::{Located, SealedSegment};
use crate::damage::{Corruption, Defect};
use crate::error::{ReadError, SubscribersFull, TrimError, TrimFailure};
use crate::frame::{self, FrameHeader, Place};
use crate::journal::{Position, Reader, Subscriber};
use crate::opened::OpenSegment;
use crate::seal::{self, Seal};
use crate::segment;
use crate::watch::lock;
use crate::window::Window;

use super::Shared;

/// Reads an embedded journal; shared by everyone who reads.
#[derive(Debug)]
pub struct EmbeddedReader {
    shared: Arc<Shared>,
    /// Whether a removal was not made durable; also keeps two trims apart.
    trim_poisoned: Mutex<bool>,
}

impl EmbeddedReader {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, trim_poisoned: Mutex::default() }
    }

    /// Returns what all segments together take from the disk, zeros written ahead included.
    pub fn bytes_used(&self) -> u64 {
        lock(&self.shared.chain).bytes()
    }

    /// Returns the cap at which appends refuse as full.
    pub fn bytes_max(&self) -> u64 {
        self.shared.bytes_max
    }

    fn read_frames(
        &self,
        from: Position,
        bytes_max: usize,
        tail: Position,
    ) -> Result<Vec<(Position, Bytes)>, Fault> {
        let mut records = Vec::new();
        let (mut next, mut bytes) = (from, 0);
        while next < tail {
            if let Some(frame) = self.shared.cache.find(next) {
                if !take(&frame, next, bytes_max, &mut bytes, &mut records) {
                    break;
                }
                next = frame.end();
                continue;
            }
            let (open, end) = self.open_at(next)?;
            let mut walk = Walk::start(&open, next, end.min(tail), bytes_max.clamp(PIECE_MIN, PIECE_MAX))?;
            let mut room = true;
            while next < walk.end && room {
                let frame = walk.frame_with(next)?;
                room = take(&frame, next, bytes_max, &mut bytes, &mut records);
                next = if room { frame.end() } else { next };
            }
            if !room {
                break;
            }
        }
        Ok(records)
    }

    /// Opens the segment of a durable position, and says at which position it ends so far.
    fn open_at(&self, position: Position) -> Result<(Arc<OpenSegment>, Position), Fault> {
        let located = lock(&self.shared.chain).locate(position);
        match located {
            None => Err(Fault::Gone),
            Some(Located::Active(open)) => Ok((open, Position::MAX)),
            Some(Located::Sealed(sealed)) => Ok((self.open_sealed(sealed)?, sealed.end)),
        }
    }

    fn open_sealed(&self, sealed: SealedSegment) -> Result<Arc<OpenSegment>, Fault> {
        let base = sealed.base;
        if let Some(open) = self.shared.opened.find(base) {
            return Ok(open);
        }
        let damaged = |offset, defect| Fault::Damaged { base, offset, defect };
        let io = |error| Fault::Io { base, error };
        let file = self.shared.file_system.open(&self.shared.segment_path(base)).map_err(io)?;
        let mut window = Window::new(&*file, sealed.bytes, PIECE_MIN);
        let offset = sealed.bytes.saturating_sub(seal::TRAILER_BYTES);
        let trailer = window.up_to(offset, PIECE_MIN).map_err(io)?;
        let seal = Seal::decode(trailer, Place { base, offset }).map_err(|defect| damaged(offset, defect))?;
        let length = usize::try_from(seal.notes_bytes()).unwrap_or(usize::MAX);
        let notes = window.up_to(seal.frames_end, length).map_err(io)?;
        let index = seal.decode_notes(notes).map_err(|defect| damaged(seal.frames_end, defect))?;
        let open = Arc::new(OpenSegment::new(base, file, seal.frames_end, index));
        self.shared.opened.insert(Arc::clone(&open));
        Ok(open)
    }

    fn explain(&self, fault: Fault, position: Position) -> ReadError {
        let head = self.head();
        if position < head {
            // Trimmed while we looked; whatever went wrong was the consequence.
            return ReadError::Trimmed { position, head };
        }
        match fault {
            Fault::Gone => ReadError::Beyond { position, tail: self.tail() },
            Fault::Io { base, error } => ReadError::Io { segment: segment::name(base), source: error },
            Fault::Damaged { base, offset, defect } => {
                ReadError::Corrupt(Corruption { segment: segment::name(base), offset, defect })
            }
        }
    }

    /// Removes the oldest segment while it lies wholly below `below`.
    fn trim_segments(&self, below: Position, poisoned: &mut bool) -> Result<(), (TrimFailure, io::Error)> {
        loop {
            let Some(oldest) = lock(&self.shared.chain).trimmable(below) else { return Ok(()) };
            // One by one and in order: should a crash keep only some removals, no hole may be among them.
            let file_system = &self.shared.file_system;
            match file_system.remove(&self.shared.segment_path(oldest.base)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err((TrimFailure::Refused, error));
                }
                _ => {}
            }
            lock(&self.shared.chain).sealed.pop_front();
            self.shared.opened.forget(oldest.base);
            if let Err(error) = file_system.sync_dir(&self.shared.dir) {
                *poisoned = true;
                return Err((TrimFailure::Poisoned, error));
            }
        }
    }
}

impl Reader for EmbeddedReader {
    fn read(&self, from: Position, bytes_max: usize) -> Result<Vec<(Position, Bytes)>, ReadError> {
        let (head, tail) = (self.head(), self.tail());
        if from < head {
            return Err(ReadError::Trimmed { position: from, head });
        }
        if from > tail {
            return Err(ReadError::Beyond { position: from, tail });
        }
        self.read_frames(from, bytes_max, tail).map_err(|fault| self.explain(fault, from))
    }

    fn get(&self, position: Position) -> Result<Option<Bytes>, ReadError> {
        let tail = self.tail();
        if position < self.head() || position >= tail {
            return Ok(None);
        }
        if let Some(frame) = self.shared.cache.find(position) {
            return Ok(frame.get(position));
        }
        let found = self.open_at(position).and_then(|(open, end)| {
            Walk::start(&open, position, end.min(tail), PIECE_MIN)?.frame_with(position)
        });
        match found.map_err(|fault| self.explain(fault, position)) {
            Ok(frame) => {
                self.shared.cache.insert(Arc::clone(&frame));
                Ok(frame.get(position))
            }
            Err(ReadError::Trimmed { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn tail(&self) -> Position {
        self.shared.watch.tail()
    }

    fn head(&self) -> Position {
        // The tail first: it only grows, and a segment is in the chain before its records are published.
        let tail = self.tail();
        lock(&self.shared.chain).head(tail)
    }

    fn wait(&self, position: Position, timeout: Duration) -> bool {
        self.shared.watch.wait(position, timeout)
    }

    fn subscribe(&self, subscriber: Subscriber) -> Result<(), SubscribersFull> {
        self.shared.watch.subscribe(subscriber)
    }

    fn trim(&self, below: Position) -> Result<Position, TrimError> {
        let mut poisoned = lock(&self.trim_poisoned);
        let refuse = |failure, source| TrimError { failure, head: self.head(), source };
        if *poisoned {
            return Err(refuse(TrimFailure::Poisoned, None));
        }
        match self.trim_segments(below, &mut poisoned) {
            Ok(()) => Ok(self.head()),
            Err((failure, source)) => Err(refuse(failure, Some(source))),
        }
    }
}

/// Why a position could not be read.
enum Fault {
    /// No segment has it.
    Gone,
    Io {
        base: Position,
        error: io::Error,
    },
    Damaged {
        base: Position,
        offset: u64,
        defect: Defect,
    },
}

/// Going from frame to frame in one segment.
struct Walk<'s> {
    base: Position,
    window: Window<'s>,
    /// The first position of the frame at `offset`.
    first: Position,
    offset: u64,
    /// No frame at or after this position is looked at.
    end: Position,
}

impl<'s> Walk<'s> {
    /// Starts at the noted frame before `position`, which the segment holds.
    fn start(open: &'s OpenSegment, position: Position, end: Position, piece: usize) -> Result<Self, Fault> {
        let base = open.base;
        let Some(note) = open.floor(position) else {
            let defect = Defect::Value("no frame of the position is noted");
            return Err(Fault::Damaged { base, offset: segment::HEADER_BYTES, defect });
        };
        let window = Window::new(&*open.file, open.frames_end(), piece);
        Ok(Self { base, window, first: note.first, offset: note.offset, end })
    }

    /// Walks on to the frame that holds `position`, checks and decodes it, and stands behind it.
    fn frame_with(&mut self, position: Position) -> Result<Arc<DecodedFrame>, Fault> {
        loop {
            let header = self.header()?;
            let offset = self.offset;
            self.offset += header.frame_bytes();
            self.first = header.end();
            if position < header.end() {
                return self.decode(&header, offset);
            }
            if header.end() >= self.end {
                let found = header.end();
                return Err(self.damaged(offset, Defect::Gap { expected: position, found }));
            }
        }
    }

    fn header(&mut self) -> Result<FrameHeader, Fault> {
        let place = Place { base: self.base, offset: self.offset };
        let io = |error| Fault::Io { base: place.base, error };
        let bytes = self.window.up_to(self.offset, HEADER_LENGTH).map_err(io)?;
        let header = FrameHeader::decode(bytes, place);
        let header = header.map_err(|defect| self.damaged(place.offset, defect))?;
        if header.first == self.first {
            return Ok(header);
        }
        Err(self.damaged(place.offset, Defect::Gap { expected: self.first, found: header.first }))
    }

    fn decode(&mut self, header: &FrameHeader, offset: u64) -> Result<Arc<DecodedFrame>, Fault> {
        let base = self.base;
        let length = usize::try_from(header.body_bytes).unwrap_or(usize::MAX);
        let body = self.window.part(offset + frame::HEADER_BYTES, length);
        let body = body.map_err(|error| Fault::Io { base, error })?;
        let checked = body.ok_or(Defect::CutOff).and_then(|body| DecodedFrame::checked(header, body));
        checked.map_err(|defect| self.damaged(offset, defect))
    }

    fn damaged(&self, offset: u64, defect: Defect) -> Fault {
        Fault::Damaged { base: self.base, offset, defect }
    }
}

/// Takes the records from `next` on, unless something was taken before and this would be too much.
fn take(
    frame: &DecodedFrame,
    next: Position,
    bytes_max: usize,
    bytes: &mut usize,
    records: &mut Vec<(Position, Bytes)>,
) -> bool {
    let after = bytes.saturating_add(frame.plain_bytes());
    if !records.is_empty() && after > bytes_max {
        return false;
    }
    *bytes = after;
    records.extend(frame.since(next));
    true
}

const HEADER_LENGTH: usize = 36;

/// How much is read at a time: enough for the frames between two notes in a few reads.
const PIECE_MIN: usize = 16 * 1024;

/// How much is read at a time when much was asked for.
const PIECE_MAX: usize = 256 * 1024;
