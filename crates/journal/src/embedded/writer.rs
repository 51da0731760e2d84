//! The one writer: each batch becomes a frame, one write and one sync.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use crate::body::{self, DecodedFrame, Press};
use crate::chain::{ActiveSegment, SealedSegment};
use crate::error::{AppendError, AppendFailure, CloseError};
use crate::file_system;
use crate::frame::{Codec, FrameHeader, Place};
use crate::index::SparseIndex;
use crate::journal::{Position, Writer};
use crate::opened::OpenSegment;
use crate::options::Options;
use crate::seal::{self, Seal};
use crate::segment;
use crate::watch::lock;

use super::Shared;

/// Adds records to an embedded journal.
#[derive(Debug)]
pub struct EmbeddedWriter {
    shared: Arc<Shared>,
    options: Options,
    press: Press,
    active: Option<Active>,
    /// Why nothing more may be written.
    poison: Option<(io::ErrorKind, String)>,
}

/// The segment being written.
#[derive(Debug)]
struct Active {
    open: Arc<OpenSegment>,
    /// The file's length; zeros from the last frame on.
    file_bytes: u64,
}

/// Why a step of an append failed.
enum Trouble {
    /// No room, found before anything but zeros was written.
    Full(Option<io::Error>),
    /// Something failed after which the file's content is not known.
    Broken(io::Error),
}

impl EmbeddedWriter {
    pub(super) fn new(shared: Arc<Shared>, options: Options, press: Press) -> Self {
        let active = lock(&shared.chain).active.clone();
        let active = active.map(|ActiveSegment { open, bytes }| Active { open, file_bytes: bytes });
        Self { shared, options, press, active, poison: None }
    }

    fn append_batch(&mut self, batch: &[&[u8]], plain_bytes: usize) -> Result<Range<Position>, Trouble> {
        let first = self.shared.watch.tail();
        let plain = body::join(batch, plain_bytes);
        let (codec, stored) = self.press.press(&plain).map_err(Trouble::Broken)?;
        let header = FrameHeader {
            codec,
            first,
            records: length_u32(batch.len()),
            body_bytes: length_u32(stored.len()),
            plain_bytes: length_u32(plain.len()),
            body_crc: crc32c::crc32c(stored),
        };
        // The compressed form lives in the press, which must be let go of for the segment to change.
        let stored = match codec {
            Codec::Plain => None,
            Codec::Zstd => Some(stored.to_vec()),
        };
        self.make_room(header.frame_bytes())?;
        self.write_frame(&header, stored.as_deref().unwrap_or(&plain))?;
        if let Ok(frame) = DecodedFrame::split(first, header.records, plain) {
            self.shared.cache.insert(frame);
        }
        self.shared.watch.publish(header.end());
        Ok(first..header.end())
    }

    /// Sees to it that the active segment has zeros where the frame and, later, a seal will go.
    fn make_room(&mut self, frame_bytes: u64) -> Result<(), Trouble> {
        let needed_anew = segment::HEADER_BYTES + frame_bytes + seal::bytes(1);
        if let Some(active) = &self.active
            && active.has_frames()
            && active.needed(frame_bytes) > self.options.segment_bytes
        {
            let sealed_bytes = active.sealed_bytes();
            self.check_cap(sealed_bytes + needed_anew)?;
            self.reserve(sealed_bytes, sealed_bytes)?;
            self.seal_active().map_err(Trouble::Broken)?;
        }
        let needed = self.active.as_ref().map_or(needed_anew, |active| active.needed(frame_bytes));
        let left = self.check_cap(needed)?;
        if self.active.is_none() {
            self.active = Some(self.create_segment()?);
        }
        self.reserve(needed, left)
    }

    /// Returns how long the active segment's file may become, unless that is less than `needed`.
    fn check_cap(&self, needed: u64) -> Result<u64, Trouble> {
        let left = self.shared.bytes_max.saturating_sub(lock(&self.shared.chain).sealed_bytes());
        if needed > left { Err(Trouble::Full(None)) } else { Ok(left) }
    }

    /// Lengthens the active file with zeros. A full disk shows here, where it does no harm.
    fn reserve(&mut self, needed: u64, left: u64) -> Result<(), Trouble> {
        let Some(active) = &mut self.active else { return Ok(()) };
        if needed <= active.file_bytes {
            return Ok(());
        }
        let ahead = active.file_bytes.saturating_add(self.options.reserve_bytes);
        let wanted = ahead.min(self.options.segment_bytes).min(left).max(needed);
        let written = active.write_zeros(wanted);
        if let Some(known) = &mut lock(&self.shared.chain).active {
            known.bytes = active.file_bytes;
        }
        written.map_err(full_or_broken)
    }

    fn write_frame(&mut self, header: &FrameHeader, stored: &[u8]) -> Result<(), Trouble> {
        let Some(active) = &self.active else { return Ok(()) };
        let place = Place { base: active.open.base, offset: active.open.frames_end() };
        let mut frame = header.encode(place);
        frame.extend_from_slice(stored);
        active.open.file.write_at(&frame, place.offset).map_err(Trouble::Broken)?;
        active.open.file.sync_data().map_err(Trouble::Broken)?;
        active.open.add_frame(header.first, place.offset, place.offset + header.frame_bytes());
        Ok(())
    }

    /// Starts the segment at the tail. What a failed attempt leaves has no valid header, so that recovery
    /// passes over it and the next attempt writes over it.
    fn create_segment(&self) -> Result<Active, Trouble> {
        let base = self.shared.watch.tail();
        let file_system = &self.shared.file_system;
        let file = file_system.create(&self.shared.segment_path(base)).map_err(full_or_broken)?;
        file.write_at(&segment::encode_header(base), 0).map_err(full_or_broken)?;
        file.sync_data().map_err(Trouble::Broken)?;
        file_system.sync_dir(&self.shared.dir).map_err(Trouble::Broken)?;
        let open = Arc::new(OpenSegment::new(base, file, segment::HEADER_BYTES, SparseIndex::default()));
        let bytes = segment::HEADER_BYTES;
        lock(&self.shared.chain).active = Some(ActiveSegment { open: Arc::clone(&open), bytes });
        Ok(Active { open, file_bytes: bytes })
    }

    /// Writes the seal over the zeros, cuts the rest of them off, and makes both durable.
    fn seal_active(&mut self) -> io::Result<()> {
        let Some(active) = self.active.take() else { return Ok(()) };
        let (base, end) = (active.open.base, self.shared.watch.tail());
        let frames_end = active.open.frames_end();
        let seal = active.open.with_index(|index| Seal::encode(base, end, frames_end, index));
        let bytes = frames_end + seal.len() as u64;
        active.open.file.write_at(&seal, frames_end)?;
        active.open.file.truncate(bytes)?;
        active.open.file.sync_data()?;
        let mut chain = lock(&self.shared.chain);
        chain.active = None;
        chain.sealed.push_back(SealedSegment { base, end, bytes });
        self.shared.opened.insert(active.open);
        Ok(())
    }

    fn refuse(&self, failure: AppendFailure, records: usize, source: Option<io::Error>) -> AppendError {
        AppendError { failure, after: self.shared.watch.tail(), records, source }
    }
}

impl Active {
    /// How long the file must be for one more frame and a seal behind it.
    fn needed(&self, frame_bytes: u64) -> u64 {
        self.open.frames_end() + frame_bytes + seal::bytes(self.open.notes() + 1)
    }

    /// How long the file will be once sealed.
    fn sealed_bytes(&self) -> u64 {
        self.open.frames_end() + seal::bytes(self.open.notes())
    }

    fn has_frames(&self) -> bool {
        self.open.frames_end() > segment::HEADER_BYTES
    }

    /// Lengthens the file with zeros to `wanted` bytes.
    fn write_zeros(&mut self, wanted: u64) -> io::Result<()> {
        while self.file_bytes < wanted {
            let count = (wanted - self.file_bytes).min(ZEROS.len() as u64);
            let zeros = usize::try_from(count).ok().and_then(|count| ZEROS.get(..count)).unwrap_or(&ZEROS);
            self.open.file.write_at(zeros, self.file_bytes)?;
            self.file_bytes += zeros.len() as u64;
        }
        Ok(())
    }
}

impl Writer for EmbeddedWriter {
    fn append(&mut self, batch: &[&[u8]]) -> Result<Range<Position>, AppendError> {
        if let Some((kind, text)) = &self.poison {
            let source = io::Error::new(*kind, text.clone());
            return Err(self.refuse(AppendFailure::Poisoned, batch.len(), Some(source)));
        }
        if batch.is_empty() {
            let tail = self.shared.watch.tail();
            return Ok(tail..tail);
        }
        let Some(plain_bytes) = body::plain_bytes(batch, self.options.frame_bytes_max) else {
            return Err(self.refuse(AppendFailure::TooLarge, batch.len(), None));
        };
        match self.append_batch(batch, plain_bytes) {
            Ok(positions) => Ok(positions),
            Err(Trouble::Full(source)) => Err(self.refuse(AppendFailure::Full, batch.len(), source)),
            Err(Trouble::Broken(source)) => {
                self.poison = Some((source.kind(), source.to_string()));
                Err(self.refuse(AppendFailure::Poisoned, batch.len(), Some(source)))
            }
        }
    }

    fn close(mut self: Box<Self>) -> Result<(), CloseError> {
        let has_frames = self.active.as_ref().is_some_and(Active::has_frames);
        // A poisoned writer knows nothing of the file's end and must not seal it.
        if self.poison.is_some() || !has_frames {
            return Ok(());
        }
        let tail = self.shared.watch.tail();
        self.seal_active().map_err(|source| CloseError { tail, source })
    }
}

impl Drop for EmbeddedWriter {
    fn drop(&mut self) {
        self.shared.watch.close();
    }
}

fn full_or_broken(error: io::Error) -> Trouble {
    if file_system::is_full(&error) { Trouble::Full(Some(error)) } else { Trouble::Broken(error) }
}

/// Lengths here are within [`FRAME_BYTES_MAX`](crate::FRAME_BYTES_MAX), which fits.
fn length_u32(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// Zeros to write, in one go at most.
static ZEROS: [u8; 64 * 1024] = [0; 64 * 1024];
