//! Whose events a client is told, decided anew whenever the catalog has changed.

use std::sync::Arc;

use cairn_catalog::{Catalog, Snapshot};
use cairn_control::{OrganizationView, Part, ViewRefusal};
use cairn_event::{AccountId, Category, Entry, EventView, Origin, Region};
use jiff::Timestamp;

use super::ask::Of;

/// The events of an account, or of an organization, in a Region.
#[derive(Debug)]
pub(super) struct Watched {
    region: Region,
    whose: Whose,
}

#[derive(Debug)]
enum Whose {
    Account(AccountId),
    Organization(Box<Seen>),
}

/// An organization, as somebody sees it in one revision.
#[derive(Debug)]
struct Seen {
    catalog: Arc<dyn Catalog>,
    caller: AccountId,
    part: Part,
    snapshot: Arc<Snapshot>,
    view: OrganizationView,
}

impl Watched {
    /// Watches an account.
    pub(super) fn account(account: AccountId, region: Region) -> Self {
        Self { region, whose: Whose::Account(account) }
    }

    /// Watches what is asked for.
    ///
    /// # Errors
    /// The caller can't see the organization.
    pub(super) fn new(
        of: &Of,
        caller: AccountId,
        region: Region,
        catalog: &Arc<dyn Catalog>,
    ) -> Result<Self, ViewRefusal> {
        match of {
            Of::Account => Ok(Self::account(caller, region)),
            Of::Organization(part) => {
                let (catalog, snapshot) = (Arc::clone(catalog), catalog.current());
                let view = OrganizationView::of(&snapshot, caller, part)?;
                let seen = Seen { catalog, caller, part: part.clone(), snapshot, view };
                Ok(Self { region, whose: Whose::Organization(Box::new(seen)) })
            }
        }
    }

    /// Looks at the organization again where anything has changed: accounts come and go, and so may the caller's
    /// right to see them.
    ///
    /// # Errors
    /// The caller can't see the organization any more.
    pub(super) fn refresh(&mut self) -> Result<(), ViewRefusal> {
        match &mut self.whose {
            Whose::Account(_) => Ok(()),
            Whose::Organization(seen) => seen.refresh(),
        }
    }

    /// Tells whether an event is to be told.
    pub(super) fn concerns(&self, entry: &Entry) -> bool {
        entry.region == self.region
            && match &self.whose {
                Whose::Account(account) => entry.account == *account,
                Whose::Organization(seen) => seen.shows(entry),
            }
    }
}

impl Seen {
    fn refresh(&mut self) -> Result<(), ViewRefusal> {
        let snapshot = self.catalog.current();
        if snapshot.revision() != self.snapshot.revision() {
            self.view = OrganizationView::of(&snapshot, self.caller, &self.part)?;
            self.snapshot = snapshot;
        }
        Ok(())
    }

    /// Shows management and Insights events, and other events where a trail of the organization has them: what a
    /// member records for itself alone is its own.
    fn shows(&self, entry: &Entry) -> bool {
        let Ok(recorded) = Timestamp::from_millisecond(entry.received_ms) else { return false };
        if !self.view.shows(entry.account, recorded) {
            return false;
        }
        if entry.account == self.caller {
            return true;
        }
        let Ok(event) = EventView::parse(&entry.event) else { return false };
        // What is imported was done when it says, not when it came.
        if entry.origin == Origin::Import {
            let done = Timestamp::from_second(event.event_time.epoch_seconds());
            if !done.is_ok_and(|done| self.view.shows(entry.account, done)) {
                return false;
            }
        }
        matches!(event.category(), Category::Management | Category::Insight)
            || self
                .snapshot
                .route(&event, entry.account, &entry.region, entry.origin)
                .any(|trail| trail.organization.as_deref() == Some(self.view.organization()))
    }
}
