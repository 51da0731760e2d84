//! An event on its way in.

use cairn_catalog::Snapshot;
use cairn_event::{AccountId, Category, EventView, Origin, Region};

/// An event that asks to be recorded.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The account whose history and trails receive it.
    pub account: AccountId,
    /// The Region in which it is recorded.
    pub region: Region,
    /// Where it came from.
    pub origin: Origin,
    /// Its JSON, already redacted and within limits.
    pub event: Vec<u8>,
    /// The revision to route by, for calls that must be routed by the state they ended: a trail still
    /// delivers the `StopLogging` or `DeleteTrail` that silenced it. `None` is the revision in force.
    pub under: Option<u64>,
}

/// What intake did with a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// The event is durable at this position.
    Recorded(u64),
    /// A data event that no trail wants; nothing was written.
    NotSelected,
}

impl Draft {
    /// Decides whether the draft enters the journal: management events and their kin always, data events
    /// only when a trail of `snapshot` selects them. Bytes that are no event are kept out.
    pub(crate) fn is_wanted(&self, snapshot: &Snapshot) -> bool {
        let Ok(event) = EventView::parse(&self.event) else { return false };
        match event.category() {
            Category::Management | Category::Insight => true,
            Category::Data | Category::NetworkActivity | Category::Other => {
                snapshot.wants_data_event(&event, self.account, &self.region, self.origin)
            }
        }
    }
}
