//! Sealing: the rows of the head become an index beside the documents that are already written.

use std::path::Path;

use cairn_event::AccountId;
use cairn_journal::Position;
use tantivy::{Index, SingleSegmentIndexWriter, TantivyDocument};

use super::index::{fields, make_place, settings};
use super::manifest::{Manifest, Run};
use crate::error::StoreError;
use crate::row::Row;

/// What the index writer sizes its first tables by; it grows beyond as needed.
const MEMORY_BYTES: usize = 32 << 20;

/// Writes the index and the manifest of a split into `dir`, which holds its finished documents.
///
/// `rows` may come in any order. Nothing is synced but the manifest; see
/// [`durable::publish`](crate::durable::publish).
pub(crate) fn seal(
    mut rows: Vec<Row>,
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
        writer.add_document(document(row))?;
    }
    writer.finalize()?;

    let manifest = Manifest::new(from, to, accounts, vec![run]);
    manifest.write(dir)?;
    Ok(manifest)
}

fn document(row: &Row) -> TantivyDocument {
    let mut document = TantivyDocument::new();
    for term in row.terms() {
        document.add_u64(fields().terms, term.number());
    }
    document.add_i64(fields().seconds, row.key.seconds);
    document.add_u64(fields().position, row.key.position);
    document
}
