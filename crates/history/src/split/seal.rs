//! Sealing: the rows of the head become an index beside the documents that are already written.

use std::path::Path;
use std::sync::Arc;

use cairn_event::AccountId;
use cairn_journal::Position;
use tantivy::{Index, SingleSegmentIndexWriter, TantivyDocument};

use super::index::{fields, make_place, settings};
use super::manifest::{Manifest, Run};
#[cfg(test)]
use crate::attribute::Term;
use crate::coded::CODED;
use crate::draft::Finished;
use crate::error::StoreError;
use crate::row::Row;

/// What the index writer sizes its first tables by; it grows beyond as needed.
const MEMORY_BYTES: usize = 32 << 20;

/// Writes the index and the manifest of a split into `dir`, which holds its finished documents.
///
/// `rows` may come in any order. Nothing is synced but the manifest; see
/// [`durable::publish`](crate::durable::publish).
pub(crate) fn seal(
    Finished { mut rows, values }: Finished,
    from: Position,
    to: Position,
    accounts: Vec<AccountId>,
    dir: &Path,
) -> Result<Manifest, StoreError> {
    rows.sort_unstable_by_key(|row| std::cmp::Reverse(row.key));
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
        return Err(StoreError::damaged("a split without events is to be sealed"));
    };
    let count = u32::try_from(rows.len()).map_err(|_beyond| StoreError::damaged("a split is too large"))?;
    let run = Run { first: 0, count, newest: first.key, oldest: last.key };

    let builder = Index::builder().schema(fields().schema.clone()).settings(settings());
    let mut writer: SingleSegmentIndexWriter =
        builder.single_segment_index_writer(make_place(dir)?, MEMORY_BYTES)?;
    for row in &rows {
        writer.add_document(document(row, &values)?)?;
    }
    writer.finalize()?;

    let manifest = Manifest::new(from, to, accounts, vec![run]);
    manifest.write(dir)?;
    Ok(manifest)
}

fn document(row: &Row, values: &[Vec<Arc<str>>; CODED]) -> Result<TantivyDocument, StoreError> {
    let mut document = TantivyDocument::new();
    for term in row.terms() {
        document.add_u64(fields().terms, term.number());
    }
    document.add_i64(fields().seconds, row.key.seconds);
    document.add_u64(fields().position, row.key.position);
    for ((field, code), values) in fields().values.iter().zip(row.codes).zip(values) {
        let value = values.get(code as usize).ok_or(StoreError::Damaged("a value has no number"))?;
        document.add_text(*field, value);
    }
    Ok(document)
}

/// Writes a split of version 2, which has no failures but those with a code.
#[cfg(test)]
pub(crate) fn seal_second(
    mut finished: Finished,
    (from, to): (Position, Position),
    accounts: Vec<AccountId>,
    dir: &Path,
) -> Result<Manifest, StoreError> {
    for code in &mut finished.values[crate::coded::ERROR_CODE] {
        if &**code == crate::coded::NO_CODE {
            *code = Arc::from("");
        }
    }
    let manifest = seal(finished, from, to, accounts, dir)?.of_version(2);
    manifest.write(dir)?;
    Ok(manifest)
}

/// Writes a split of version 1.
#[cfg(test)]
pub(crate) fn seal_old(
    Finished { mut rows, .. }: Finished,
    (from, to): (Position, Position),
    accounts: Vec<AccountId>,
    dir: &Path,
) -> Result<Manifest, StoreError> {
    rows.sort_unstable_by_key(|row| std::cmp::Reverse(row.key));
    let (first, last) = (rows.first().unwrap(), rows.last().unwrap());
    let run =
        Run { first: 0, count: u32::try_from(rows.len()).unwrap(), newest: first.key, oldest: last.key };
    let builder = Index::builder().schema(super::index::old_schema().clone()).settings(settings());
    let mut writer: SingleSegmentIndexWriter =
        builder.single_segment_index_writer(make_place(dir)?, MEMORY_BYTES)?;
    for row in &rows {
        let mut document = TantivyDocument::new();
        let columns = row.columns.iter().take(7).filter(|term| **term != Term::NONE);
        for term in columns.chain(&row.resources) {
            document.add_u64(fields().terms, term.number());
        }
        document.add_i64(fields().seconds, row.key.seconds);
        document.add_u64(fields().position, row.key.position);
        writer.add_document(document)?;
    }
    writer.finalize()?;
    std::fs::remove_file(dir.join(crate::documents::SIEVES_FILE))?;
    let manifest = Manifest::new(from, to, accounts, vec![run]).of_version(1);
    manifest.write(dir)?;
    Ok(manifest)
}
