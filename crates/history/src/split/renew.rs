//! Renewing: a split of a version before is written as splits are written now, from its events.

use std::path::Path;
use std::sync::Arc;

use cairn_event::{Entry, Origin};
use cairn_journal::Position;
use cairn_projection::Record;

use super::{Manifest, Split, merge, seal};
use crate::documents::{Decoder, Document};
use crate::draft::Draft;
use crate::durable;
use crate::error::StoreError;

/// Writes what `old` holds into `dir`, by way of pieces of at most about `piece_events_max` events in `pieces`.
pub(crate) fn renew(
    old: &Arc<Split>,
    dir: &Path,
    pieces: &Path,
    piece_events_max: usize,
) -> Result<Manifest, StoreError> {
    durable::remove(pieces)?;
    let mut written = Vec::new();
    let mut draft = Draft::create(pieces, 0, old.manifest().from)?;
    let mut decoder = Decoder::new().map_err(StoreError::from)?;
    let mut number = 0;
    while let Some(events) = old.documents().events_of_block(number, &mut decoder)? {
        if draft.events() >= piece_events_max {
            let next = Draft::create(pieces, draft.id() + 1, draft.next())?;
            let to = draft.next();
            written.push(finish(std::mem::replace(&mut draft, next), to)?);
        }
        let records: Vec<Record> = events
            .into_iter()
            .map(|(position, document)| record(position, &document))
            .collect::<Result<_, _>>()?;
        draft.take(&records)?;
        number += 1;
    }
    if draft.events() > 0 || written.is_empty() {
        written.push(finish(draft, old.manifest().to)?);
    }
    let manifest = merge(&written, dir)?;
    durable::remove(pieces)?;
    if manifest.events == old.manifest().events && manifest.to == old.manifest().to {
        Ok(manifest)
    } else {
        Err(StoreError::damaged("a split's index and its events disagree"))
    }
}

fn finish(mut draft: Draft, to: Position) -> Result<Arc<Split>, StoreError> {
    let finished = draft.finish()?;
    seal(finished, draft.from(), to, draft.accounts(), draft.dir())?;
    Split::open(draft.dir())
}

/// Makes the journal's record again, as far as the history looks at it.
fn record(position: Position, document: &Document) -> Result<Record, StoreError> {
    let (Some(account), Some(region)) = (document.account(), document.region()) else {
        return Err(StoreError::damaged("a stored event belongs nowhere"));
    };
    let event = document.event().to_vec();
    let entry = Entry { revision: 0, received_ms: 0, account, region, origin: Origin::Call, event };
    Ok(Record { position, entry })
}
