//! Merging: neighbouring splits become one, without looking at an event again.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use tantivy::indexer::merge_indices;

use super::Split;
use super::index::make_place;
use super::manifest::{Manifest, Run};
use crate::documents::{Documents, concatenate};
use crate::error::StoreError;

/// Writes the union of `parts`, which follow one another in the journal, into `dir`.
///
/// Documents are joined in journal order, indexes newest first. Where the times of two parts overlap, the
/// union keeps them apart as runs.
pub(crate) fn merge(parts: &[Arc<Split>], dir: &Path) -> Result<Manifest, StoreError> {
    let mut in_journal: Vec<&Arc<Split>> = parts.iter().collect();
    in_journal.sort_by_key(|part| part.manifest.from);
    let (Some(first), Some(last)) = (in_journal.first(), in_journal.last()) else {
        return Err(StoreError::damaged("no splits are to be merged"));
    };
    let documents: Vec<Arc<Documents>> = in_journal.iter().map(|part| Arc::clone(part.documents())).collect();
    concatenate(&documents, dir)?;

    let mut newest_first: Vec<&Arc<Split>> = parts.iter().collect();
    newest_first.sort_by_key(|part| std::cmp::Reverse(part.manifest.span()));
    let indexes: Vec<tantivy::Index> = newest_first.iter().map(|part| part.index.clone()).collect();
    merge_indices(&indexes, make_place(dir)?)?;

    let runs = join(newest_first.iter().map(|part| part.manifest.runs.as_slice()));
    let accounts: BTreeSet<_> = parts.iter().flat_map(|part| &part.manifest.accounts).copied().collect();
    let accounts = accounts.into_iter().collect();
    let manifest = Manifest::new(first.manifest.from, last.manifest.to, accounts, runs);
    manifest.write(dir)?;
    Ok(manifest)
}

/// Puts the parts' runs one after the other; runs that do not overlap become one.
pub(super) fn join<'m>(parts: impl Iterator<Item = &'m [Run]>) -> Vec<Run> {
    let mut joined: Vec<Run> = Vec::new();
    let mut next = 0;
    for run in parts.flatten() {
        match joined.last_mut() {
            Some(before) if before.oldest > run.newest => {
                before.count = before.count.saturating_add(run.count);
                before.oldest = run.oldest;
            }
            _ => joined.push(Run { first: next, ..run.clone() }),
        }
        next = next.saturating_add(run.count);
    }
    joined
}
