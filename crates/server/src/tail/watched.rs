//! Whose events a client is told, decided anew whenever the catalog has changed, and each second.

use std::sync::Arc;
use std::time::Duration;

use cairn_catalog::{Catalog, Snapshot};
use cairn_control::{OrganizationView, Part, ViewRefusal};
use cairn_event::{AccountId, Category, Entry, EventView, Region};
use jiff::Timestamp;
use tokio::time::Instant;

use super::ask::Of;
use super::standing::Right;

/// How long a right is believed that may have ended: no revision of the catalog tells of the end of a session.
const BELIEVED: Duration = Duration::from_secs(1);

/// The events of an account, or of an organization, in a Region, as somebody sees them in one revision.
#[derive(Debug)]
pub(super) struct Watched {
    region: Region,
    caller: AccountId,
    whose: Whose,
    catalog: Arc<dyn Catalog>,
    snapshot: Arc<Snapshot>,
    right: Box<dyn Right>,
    /// When the right was looked at.
    looked: Instant,
}

#[derive(Debug)]
enum Whose {
    Account,
    Organization(Part, OrganizationView),
}

impl Watched {
    /// Watches what is asked for, for a caller who has the right to it in the snapshot.
    ///
    /// # Errors
    /// The caller can't see the organization.
    pub(super) fn new(
        of: &Of,
        (caller, region): (AccountId, Region),
        (catalog, snapshot): (Arc<dyn Catalog>, Arc<Snapshot>),
        right: Box<dyn Right>,
    ) -> Result<Self, ViewRefusal> {
        let whose = match of {
            Of::Account => Whose::Account,
            Of::Organization(part) => {
                Whose::Organization(part.clone(), OrganizationView::of(&snapshot, caller, part)?)
            }
        };
        Ok(Self { region, caller, whose, catalog, snapshot, right, looked: Instant::now() })
    }

    /// Looks again where anything has or may have changed: accounts come and go, and so may the caller's right to see
    /// them.
    ///
    /// # Errors
    /// Why the caller may be told no more, for the log.
    pub(super) fn refresh(&mut self) -> Result<(), String> {
        let snapshot = self.catalog.current();
        let is_same = snapshot.revision() == self.snapshot.revision();
        if is_same && self.looked.elapsed() < BELIEVED {
            return Ok(());
        }
        self.right.holds(&snapshot)?;
        self.looked = Instant::now();
        if is_same {
            return Ok(());
        }
        if let Whose::Organization(part, view) = &mut self.whose {
            *view =
                OrganizationView::of(&snapshot, self.caller, part).map_err(|refusal| refusal.to_string())?;
        }
        self.snapshot = snapshot;
        Ok(())
    }

    /// Tells whether an event is to be told.
    pub(super) fn concerns(&self, entry: &Entry) -> bool {
        entry.region == self.region
            && match &self.whose {
                Whose::Account => entry.account == self.caller,
                Whose::Organization(_, view) => self.shows(view, entry),
            }
    }

    /// Shows management events and Insights about them, and other events where a trail of the organization has them:
    /// what a member records for itself alone is its own.
    fn shows(&self, view: &OrganizationView, entry: &Entry) -> bool {
        let Ok(recorded) = Timestamp::from_millisecond(entry.received_ms) else { return false };
        if !view.shows(entry.account, recorded) {
            return false;
        }
        if entry.account == self.caller {
            return true;
        }
        let Ok(event) = EventView::parse(&entry.event) else { return false };
        // What is imported, or told by a source, was done when it says, not when it came.
        let done = Timestamp::from_second(event.event_time.epoch_seconds());
        if !done.is_ok_and(|done| view.shows(entry.account, done)) {
            return false;
        }
        let of_data = || event.insight().is_some_and(|insight| insight.is_of_data());
        let is_every_accounts = match event.category() {
            Category::Management => true,
            Category::Insight => !of_data(),
            Category::Data | Category::NetworkActivity | Category::Other => false,
        };
        is_every_accounts
            || self
                .snapshot
                .route(&event, entry.account, &entry.region, entry.origin)
                .any(|trail| trail.organization.as_deref() == Some(view.organization()))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use cairn_catalog::contract::sample;
    use cairn_catalog::{Change, JoinedBy, SqliteCatalog, TrustedService};
    use cairn_event::Origin;

    use super::*;

    const INVITED: &str = "210987654321";
    const MADE: &str = "333333333333";

    #[derive(Debug)]
    struct Always;

    impl Right for Always {
        fn holds(&self, _snapshot: &Snapshot) -> Result<(), String> {
            Ok(())
        }
    }

    /// A right that ends by itself.
    #[derive(Debug)]
    struct Until(Arc<AtomicBool>);

    impl Right for Until {
        fn holds(&self, _snapshot: &Snapshot) -> Result<(), String> {
            if self.0.load(Ordering::Relaxed) { Err("over".to_owned()) } else { Ok(()) }
        }
    }

    #[tokio::test]
    async fn a_right_that_ends_without_a_change_of_the_catalog_is_missed_a_second_later() {
        let dir = tempfile::tempdir().unwrap();
        let over = Arc::new(AtomicBool::new(false));
        let mut watched = Watched { right: Box::new(Until(Arc::clone(&over))), ..watched(dir.path()).await };
        let long_ago = || Instant::now().checked_sub(BELIEVED).unwrap();
        watched.looked = long_ago();
        watched.refresh().unwrap();
        over.store(true, Ordering::Relaxed);
        watched.looked = Instant::now() + BELIEVED;
        watched.refresh().unwrap();
        watched.looked = long_ago();
        assert_eq!(watched.refresh(), Err("over".to_owned()));
    }

    /// Two members of an organization, one that was invited and one that was made in it.
    async fn watched(dir: &std::path::Path) -> Watched {
        let catalog: Arc<dyn Catalog> = Arc::new(SqliteCatalog::open(&dir.join("catalog")).await.unwrap());
        let mut organization = sample::organization();
        organization.trusted_services = vec![TrustedService {
            principal: "cloudtrail.amazonaws.com".to_owned(),
            since: sample::instant(6),
        }];
        let mut changes = vec![Change::PutOrganization(Box::new(organization))];
        let management = sample::account_id();
        for (account, joined_by) in [
            (management, JoinedBy::Invitation),
            (INVITED.parse().unwrap(), JoinedBy::Invitation),
            (MADE.parse().unwrap(), JoinedBy::Creation),
        ] {
            let mut member = sample::member(account);
            (member.joined_by, member.joined) = (joined_by, "2026-03-02T10:00:00.5Z".parse().unwrap());
            changes.push(Change::PutAccount(cairn_catalog::Account { id: account, ..sample::account() }));
            changes.push(Change::PutMember(Box::new(member)));
        }
        // Policies of the samples, which decide nothing here.
        let policy = sample::organization_policy("p-FullAWSAccess");
        changes.push(Change::PutOrganizationPolicy(Box::new(policy)));
        catalog.commit(0, changes).await.unwrap();
        let snapshot = catalog.current();
        let of = Of::Organization(Part::default());
        Watched::new(&of, (management, Region::us_east_1()), (catalog, snapshot), Box::new(Always)).unwrap()
    }

    #[tokio::test]
    async fn what_an_account_did_before_it_joined_is_not_told_however_late_it_is_heard_of() {
        let dir = tempfile::tempdir().unwrap();
        let watched = watched(dir.path()).await;
        let management = sample::account_id();
        let received: Timestamp = "2026-03-02T12:00:00Z".parse().unwrap();
        let entry = |account: AccountId, time: &str, origin, received: Timestamp| {
            Entry {
            revision: 1,
            received_ms: received.as_millisecond(),
            account,
            region: Region::us_east_1(),
            origin,
            event: format!(
                r#"{{"eventTime":"{time}","eventSource":"s3.amazonaws.com","eventName":"CreateBucket","eventCategory":"Management"}}"#
            )
            .into_bytes(),
        }
        };
        for (account, time, told) in [
            (INVITED.parse().unwrap(), "2026-03-01T16:00:00Z", false),
            (INVITED.parse().unwrap(), "2026-03-02T10:00:00Z", false),
            (INVITED.parse().unwrap(), "2026-03-02T10:00:01Z", true),
            (MADE.parse().unwrap(), "2026-03-01T16:00:00Z", true),
            (management, "2026-03-01T16:00:00Z", true),
        ] {
            for origin in [Origin::Call, Origin::Import, Origin::Delivery] {
                let entry = entry(account, time, origin, received);
                assert_eq!(watched.concerns(&entry), told, "{account} {time} {origin:?}");
            }
        }
        // A time that lies ahead makes nothing visible that was recorded before.
        let early = "2026-03-02T10:00:00.4Z".parse().unwrap();
        let entry = entry(INVITED.parse().unwrap(), "2026-03-02T11:00:00Z", Origin::Call, early);
        assert!(!watched.concerns(&entry));
    }
}
