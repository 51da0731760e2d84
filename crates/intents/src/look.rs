//! Looking for events in the main journal by their ids.

use std::collections::HashSet;

use cairn_event::{Entry, EventView};
use cairn_journal::{Position, ReadError};

use crate::intents::MainJournal;

/// The most bytes of the main journal that are looked through at once.
const READ_BYTES_MAX: usize = 4 << 20;

/// Finds which of `ids` are events of the main journal between two positions, as far as it still holds them.
pub(crate) fn find(
    main: &dyn MainJournal,
    from: Position,
    to: Position,
    ids: &HashSet<String>,
) -> Result<HashSet<String>, ReadError> {
    let mut found = HashSet::new();
    let mut next = from.max(main.head());
    while next < to {
        let records = match main.read(next, READ_BYTES_MAX) {
            Err(ReadError::Trimmed { head, .. }) => {
                next = head;
                continue;
            }
            records => records?,
        };
        let Some((last, _)) = records.last() else { break };
        next = last + 1;
        for (_, bytes) in records {
            let Ok(entry) = Entry::decode(&bytes) else { continue };
            let Ok(event) = EventView::parse(&entry.event) else { continue };
            if ids.contains(&*event.event_id) {
                found.insert(event.event_id.into_owned());
            }
        }
    }
    Ok(found)
}
