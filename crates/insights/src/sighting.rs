//! What one record of the journal counts for: a pure question to its bytes and the revision it is routed by.

use std::sync::Arc;

use cairn_anomaly::Minute;
use cairn_catalog::{InsightSelector, Snapshot, SourceEventCategory, Trail};
use cairn_event::{AccountId, Category, Entry, EventView, Origin, Region};

use crate::attribution::Attribute;
use crate::ids;
use crate::watched::Selections;

/// The longest service, action and error code that are counted, in bytes: CloudTrail's own are far shorter, and what
/// is longer was made up.
const NAME_BYTES_MAX: usize = 256;

/// What an import is recorded as, when it begins and when it ends: it says nothing about how often anybody acts.
const IMPORT: (&str, &str) = ("cloudtrail.amazonaws.com", "ImportEvents");

/// What calls count as of which nobody knows whose they are.
const UNKNOWN_OPERATION: &str = "UnknownOperation";
const S3: &str = "s3.amazonaws.com";
/// Who knows callers, and would have told.
const STS: &str = "sts.amazonaws.com";

/// What a record counts for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sighting {
    /// A call.
    Call(Box<Call>),
    /// An Insights event: perhaps one of ours.
    Insight(Arrived),
    /// Nothing but that there are events here.
    Other { account: AccountId, region: Region, minute: Minute, origin: Origin },
    /// Nothing.
    Passed(Passed),
}

/// An Insights event that stands in the journal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Arrived {
    pub(crate) id: String,
    pub(crate) imported: bool,
}

/// Why a record counts for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Passed {
    /// An event of another category, or a data event in which nobody looks for insights.
    Uncounted,
    /// Of a delivery of Cairn's own.
    Delivery,
    /// Not an event at all.
    Unreadable,
    /// Without a name, or with one that nobody would call an API.
    Nameless,
}

/// A call that is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) account: AccountId,
    pub(crate) region: Region,
    /// The trails that count it, each apart, as a data event; none for a management event.
    pub(crate) trails: Vec<Arc<str>>,
    /// When it happened; never after the record was received.
    pub(crate) minute: Minute,
    pub(crate) origin: Origin,
    pub(crate) source: String,
    pub(crate) name: String,
    /// Whether it counts for the rate of calls; one that failed may count as an error alone.
    pub(crate) rated: bool,
    pub(crate) error: Option<String>,
    /// Whom it is put down to, in the order of [`Attribute::ALL`].
    pub(crate) values: [String; Attribute::ALL.len()],
}

impl Call {
    /// Tells whether it was brought in from files.
    pub(crate) fn is_imported(&self) -> bool {
        self.origin == Origin::Import
    }
}

impl Sighting {
    /// Looks at a record, of which `snapshot` is the revision.
    pub(crate) fn of(entry: &Entry, snapshot: &Snapshot) -> Self {
        let Ok(event) = EventView::parse(&entry.event) else { return Self::Passed(Passed::Unreadable) };
        let category = event.category();
        if category == Category::Insight {
            let imported = entry.origin == Origin::Import;
            return Self::Insight(Arrived { id: event.event_id.into_owned(), imported });
        }
        if entry.origin == Origin::Delivery {
            return Self::Passed(Passed::Delivery);
        }
        let error = event.error_code.as_deref().filter(|code| !code.is_empty());
        let (rated, trails) = match category {
            Category::Management => (is_rated(&event), Vec::new()),
            Category::Data => (!is_of_nobody(&event), counting_trails(&event, entry, snapshot)),
            Category::NetworkActivity | Category::Insight | Category::Other => (false, Vec::new()),
        };
        let counted = match category {
            Category::Management => rated || error.is_some(),
            Category::Data => !trails.is_empty(),
            Category::NetworkActivity | Category::Insight | Category::Other => false,
        };
        let minute = minute_of(&event, entry);
        if !counted && category == Category::Management {
            let (account, region, origin) = (entry.account, entry.region.clone(), entry.origin);
            return Self::Other { account, region, minute, origin };
        }
        if !counted {
            return Self::Passed(Passed::Uncounted);
        }
        let (source, name) = counted_as(&event);
        let fits = |text: &str| (1..=NAME_BYTES_MAX).contains(&text.len());
        if !fits(source) || !fits(name) || !error.is_none_or(fits) {
            return Self::Passed(Passed::Nameless);
        }
        Self::Call(Box::new(Call {
            account: entry.account,
            region: entry.region.clone(),
            trails,
            minute,
            origin: entry.origin,
            source: source.to_owned(),
            name: name.to_owned(),
            rated,
            error: error.map(ToOwned::to_owned),
            values: Attribute::ALL.map(|attribute| attribute.of(&event).to_owned()),
        }))
    }
}

/// Tells whether a management event counts for the rate of calls: a write, but no batch of an import, and nobody's.
pub fn is_rated(event: &EventView<'_>) -> bool {
    let is_import = (&*event.event_source, &*event.event_name) == IMPORT;
    event.read_only == Some(false) && !is_import && !is_of_nobody(event)
}

/// Returns the service and the action that an event is counted as. Whoever has no key may claim any, as often as he
/// likes: he would fill an account's metrics, and write what insights tell. So what failed before anybody knew whose it
/// is counts once for each error; that of S3 apart, for its errors are its own.
pub fn counted_as<'e>(event: &'e EventView<'_>) -> (&'e str, &'e str) {
    match (is_of_nobody(event), &*event.event_source) {
        (false, source) => (source, &event.event_name),
        (true, S3) => (S3, UNKNOWN_OPERATION),
        (true, _claimed) => (STS, UNKNOWN_OPERATION),
    }
}

/// Tells whether a call failed before anybody knew whose it is: a key or a signature was refused, or there was none.
fn is_of_nobody(event: &EventView<'_>) -> bool {
    let failed = event.error_code.as_deref().is_some_and(|code| !code.is_empty());
    failed && event.user_identity.kind.as_deref() == Some("Unknown")
}

/// Returns the minute of an event. A clock ahead of ours would hold its minute open for as long as it is ahead: what
/// comes from the future came now.
fn minute_of(event: &EventView<'_>, entry: &Entry) -> Minute {
    let received = Minute::of_epoch_seconds(entry.received_ms.div_euclid(1000));
    Minute::of_epoch_seconds(event.event_time.epoch_seconds()).min(received)
}

/// Tells what the trails select that look for insights in data events, as long as they log.
pub(crate) fn selections(snapshot: &Snapshot) -> Selections {
    let looking = snapshot.trails().filter(|trail| trail.logging && looks_at_data(trail));
    looking
        .map(|trail| {
            let what = (&trail.selectors, &trail.insights, trail.is_multi_region, &trail.organization);
            // A failure would be the same for all, and begin nothing anew.
            let text = serde_json::to_string(&what).unwrap_or_default();
            (Arc::from(trail.arn.as_str()), ids::digest(&text).into())
        })
        .collect()
}

fn looks_at_data(trail: &Trail) -> bool {
    let mut categories = trail.insights.iter().flat_map(InsightSelector::categories);
    categories.any(|category| *category == SourceEventCategory::Data)
}

/// Lists the trails that receive a data event and look for insights in such.
fn counting_trails(event: &EventView<'_>, entry: &Entry, snapshot: &Snapshot) -> Vec<Arc<str>> {
    snapshot
        .route(event, entry.account, &entry.region, entry.origin)
        .filter(|trail| looks_at_data(trail))
        .map(|trail| Arc::from(trail.arn.as_str()))
        .collect()
}

#[cfg(test)]
mod tests;
