//! What a destination gets of the records that were read: pure, and made on a blocking thread.

use std::collections::BTreeMap;
use std::sync::Arc;

use cairn_catalog::{Revision, Snapshot};
use cairn_event::EventView;
use cairn_projection::Record;

use crate::batch::Waiting;
use crate::sink::{Seen, Sink, Taken};

/// The revisions that records were stamped with.
pub(crate) type Revisions = BTreeMap<Revision, Arc<Snapshot>>;

/// What a destination gets, and how many events it should get and cannot, by reason.
#[derive(Debug)]
pub(crate) struct Selected<L, M> {
    pub(crate) waiting: Vec<Waiting<L, M>>,
    pub(crate) dropped: BTreeMap<&'static str, usize>,
}

/// Asks the destination about every record. An event that can't be read concerns nobody: intake wrote it, so
/// it is in the history and in no selector's reach.
pub(crate) fn select<S: Sink>(
    sink: &S,
    records: &[Record],
    revisions: &Revisions,
) -> Selected<S::Lane, S::Message> {
    let mut selected = Selected { waiting: Vec::new(), dropped: BTreeMap::new() };
    for Record { position, entry } in records {
        let Some(snapshot) = revisions.get(&entry.revision) else { continue };
        if !sink.concerns(snapshot, entry) {
            continue;
        }
        let Ok(event) = EventView::parse(&entry.event) else { continue };
        match sink.take(&Seen { position: *position, entry, event: &event, snapshot }) {
            Taken::NotWanted => {}
            Taken::Dropped(reason) => *selected.dropped.entry(reason).or_default() += 1,
            Taken::Message(parcel) => {
                let (position, received_ms) = (*position, entry.received_ms);
                selected.waiting.push(Waiting { position, received_ms, parcel });
            }
        }
    }
    selected
}
