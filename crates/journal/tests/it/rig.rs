//! A journal on a simulated disk, with what its tests ask of it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use cairn_journal::{
    EmbeddedJournal, EmbeddedReader, EmbeddedWriter, OpenError, Options, Position, ReadError, Reader,
    Recovery, Writer,
};

use crate::sim::{Random, SimDisk};

/// Small enough that a few batches fill a segment.
pub(crate) fn small() -> Options {
    Options {
        segment_bytes: 4_096,
        bytes_max: 1 << 20,
        frame_bytes_max: 2_048,
        reserve_bytes: 512,
        compression_level: 1,
        cache_bytes: 0,
    }
}

/// An open journal.
pub(crate) struct Rig {
    pub(crate) writer: EmbeddedWriter,
    pub(crate) reader: Arc<EmbeddedReader>,
    pub(crate) recovery: Recovery,
}

pub(crate) const DIR: &str = "/journal";

pub(crate) fn segment_path(base: Position) -> PathBuf {
    Path::new(DIR).join(format!("{base:020}.seg"))
}

impl Rig {
    pub(crate) fn open(disk: &SimDisk, options: Options) -> Result<Self, OpenError> {
        let (writer, reader, recovery) =
            EmbeddedJournal::open(Path::new(DIR), options, Arc::new(disk.clone()))?;
        Ok(Self { writer, reader, recovery })
    }

    /// Opens a journal that is known to be good.
    pub(crate) fn good(disk: &SimDisk, options: Options) -> Self {
        Self::open(disk, options).unwrap()
    }

    pub(crate) fn append(
        &mut self,
        batch: &[Vec<u8>],
    ) -> Result<std::ops::Range<Position>, cairn_journal::AppendError> {
        let batch: Vec<&[u8]> = batch.iter().map(Vec::as_slice).collect();
        self.writer.append(&batch)
    }

    pub(crate) fn all(&self) -> Result<Vec<(Position, Vec<u8>)>, ReadError> {
        read_from(&*self.reader, self.reader.head())
    }
}

/// Reads to the tail in steps, each from where the last one ended.
pub(crate) fn read_from(reader: &dyn Reader, from: Position) -> Result<Vec<(Position, Vec<u8>)>, ReadError> {
    let mut all: Vec<(Position, Vec<u8>)> = Vec::new();
    let mut next = from;
    loop {
        let records = reader.read(next, 700)?;
        let Some((last, _)) = records.last() else { return Ok(all) };
        next = last + 1;
        all.extend(records.into_iter().map(|(position, bytes)| (position, bytes.to_vec())));
    }
}

/// A record that says which it is, with some bytes that compress and some that do not.
pub(crate) fn record(number: u64, length: usize) -> Vec<u8> {
    let mut random = Random::new(number + 1);
    let mut bytes = format!("record {number} ").into_bytes();
    while bytes.len() < length {
        if bytes.len() % 64 < 16 { bytes.push(b'x') } else { bytes.push(random.below(256) as u8) }
    }
    bytes
}

/// Records `first..first + count`.
pub(crate) fn batch(first: u64, count: u64, length: usize) -> Vec<Vec<u8>> {
    (first..first + count).map(|number| record(number, length)).collect()
}

/// What a journal that holds records `from..to` of that length reads back.
pub(crate) fn expected(from: u64, to: u64, length: usize) -> Vec<(Position, Vec<u8>)> {
    (from..to).map(|number| (number, record(number, length))).collect()
}
