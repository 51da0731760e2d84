//! The draft of a split: rows in memory, documents on disk, both growing with the journal.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cairn_event::{AccountId, Entry};
use cairn_journal::Position;
use cairn_projection::Record;

use crate::chunk::Chunk;
use crate::coded::{CODED, Codes};
use crate::derive;
use crate::documents::DocumentWriter;
use crate::durable;
use crate::error::StoreError;
use crate::row::Row;
use crate::view::HeadPart;

/// A split that is not sealed yet.
#[derive(Debug)]
pub(crate) struct Draft {
    id: u64,
    dir: PathBuf,
    from: Position,
    next: Position,
    writer: DocumentWriter,
    full: Vec<Arc<Chunk>>,
    last: Chunk,
    events: usize,
    accounts: BTreeSet<AccountId>,
    codes: Codes,
}

/// What of a finished draft its index is made of.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) rows: Vec<Row>,
    /// The values that the rows' codes stand for.
    pub(crate) values: [Vec<Arc<str>>; CODED],
}

impl Draft {
    /// Begins a draft of the journal from `from` on, in a directory of its own under `root`.
    pub(crate) fn create(root: &Path, id: u64, from: Position) -> Result<Self, StoreError> {
        let dir = root.join(format!("{id:010}"));
        durable::remove(&dir)?;
        fs::create_dir_all(&dir)?;
        let writer = DocumentWriter::create(&dir)?;
        let (full, last, accounts) = (Vec::new(), Chunk::default(), BTreeSet::new());
        let codes = Codes::default();
        Ok(Self { id, dir, from, next: from, writer, full, last, events: 0, accounts, codes })
    }

    /// Takes the next records of the journal, in order. Records taken before, as after a failure, are
    /// passed over.
    pub(crate) fn take(&mut self, records: &[Record]) -> Result<(), StoreError> {
        let taken = records.partition_point(|record| record.position < self.next);
        let records = records.get(taken..).unwrap_or_default();
        for (Record { position, entry }, row) in records.iter().zip(derive::rows(records)) {
            if let Some((row, values)) = row {
                self.add(*position, entry, &Row { codes: self.codes.number(&values), ..row })?;
            }
            self.next = position + 1;
        }
        Ok(())
    }

    fn add(&mut self, position: Position, entry: &Entry, row: &Row) -> Result<(), StoreError> {
        self.writer.push(position, entry.account, &entry.region, &entry.event)?;
        self.last.push(row);
        if self.last.is_full() {
            self.full.push(Arc::new(std::mem::take(&mut self.last)));
        }
        self.accounts.insert(entry.account);
        self.events += 1;
        Ok(())
    }

    /// Returns what lookups may see of everything taken so far.
    pub(crate) fn part(&self) -> HeadPart {
        self.writer.publish();
        let mut chunks = self.full.clone();
        if self.last.len() > 0 {
            chunks.push(Arc::new(self.last.clone()));
        }
        let documents = Arc::clone(self.writer.documents());
        HeadPart { draft: self.id, chunks, documents, codes: self.codes.clone() }
    }

    /// Writes out the documents and returns all rows.
    pub(crate) fn finish(&mut self) -> Result<Finished, StoreError> {
        self.writer.finish(&self.dir)?;
        let chunks = self.full.iter().map(Arc::as_ref).chain([&self.last]);
        let rows = chunks.flat_map(Chunk::rows).collect();
        Ok(Finished { rows, values: std::array::from_fn(|column| self.codes.values(column)) })
    }

    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Returns where the draft begins in the journal.
    pub(crate) fn from(&self) -> Position {
        self.from
    }

    /// Returns the next position it expects.
    pub(crate) fn next(&self) -> Position {
        self.next
    }

    /// Returns how many events it holds.
    pub(crate) fn events(&self) -> usize {
        self.events
    }

    pub(crate) fn accounts(&self) -> Vec<AccountId> {
        self.accounts.iter().copied().collect()
    }
}
