//! EventBridge: what an account's trails record, on its own default bus of the Region it happened in.
//!
//! Trails are those of the account and those of its organization that cover it: each member's bus gets what happened
//! in the member, and the management account's what happened there, whoever owns the trail.
//! An event goes once, however many trails select it, and only while one does. Read-only management events
//! stay out unless they are asked for: on AWS only rules in a state of their own match them, and a bus
//! elsewhere knows no such state.

use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use cairn_catalog::Snapshot;
use cairn_event::{AccountId, Category, Entry, EventTime, EventView, Region};

use crate::envelope::{detail_type, source};
use crate::sink::{Batch, Fate, Limits, Parcel, PutError, Rejected, Seen, Sink, Taken};

/// Calls EventBridge.
#[async_trait]
pub trait EventBuses: Send + Sync + Debug {
    /// Puts entries on an account's default bus of a Region; returns the error code of each entry that was not
    /// taken, in the order of the entries.
    ///
    /// # Errors
    /// The call failed, or nobody knows.
    async fn put_events(
        &self,
        place: (AccountId, &Region),
        entries: &[&BusEntry],
    ) -> Result<Vec<Option<String>>, PutError>;
}

/// An event on its way to a bus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BusEntry {
    /// When the event happened.
    pub time: EventTime,
    /// The service, as rules match it.
    pub source: String,
    /// The kind of event, as rules match it.
    pub detail_type: &'static str,
    /// The event's JSON as it was recorded.
    pub detail: String,
}

/// What goes to the buses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BusRules {
    /// What sources begin with: `aws.`, which real EventBridge takes from AWS alone.
    pub source_prefix: String,
    /// Whether management events that change nothing are sent.
    pub read_only: ReadOnlyEvents,
}

/// Whether management events that change nothing are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadOnlyEvents {
    /// They are.
    Sent,
    /// They are not, as on AWS for rules in the state `ENABLED`.
    LeftOut,
}

/// The default buses of an account, one in each Region.
#[derive(Debug)]
pub struct AccountBuses {
    name: String,
    account: AccountId,
    rules: BusRules,
    buses: Arc<dyn EventBuses>,
}

impl AccountBuses {
    /// Makes the stream of an account.
    pub fn new(account: AccountId, rules: BusRules, buses: Arc<dyn EventBuses>) -> Self {
        Self { name: bus_stream_name(account), account, rules, buses }
    }
}

/// Returns the name of the stream of an account's buses.
pub fn bus_stream_name(account: AccountId) -> String {
    format!("eventbridge/{account}")
}

#[async_trait]
impl Sink for AccountBuses {
    type Lane = Region;
    type Message = BusEntry;

    fn name(&self) -> &str {
        &self.name
    }

    fn limits(&self) -> Limits {
        Limits {
            messages_max: ENTRIES_MAX,
            bytes_max: BYTES_MAX,
            span_max: None,
            // EventBridge keeps no order, so that nothing is lost by not waiting.
            in_flight_max: 8,
        }
    }

    fn region<'a>(&self, lane: &'a Region) -> Option<&'a Region> {
        Some(lane)
    }

    fn concerns(&self, snapshot: &Snapshot, entry: &Entry) -> bool {
        entry.account == self.account
            && snapshot.account_trails(&self.account).iter().any(|trail| trail.logging)
    }

    fn take(&self, seen: &Seen<'_>) -> Taken<Region, BusEntry> {
        let Seen { entry, event, snapshot, .. } = *seen;
        let left_out = self.rules.read_only == ReadOnlyEvents::LeftOut && reads_configuration(event);
        if left_out || !snapshot.wants_data_event(event, entry.account, &entry.region, entry.origin) {
            return Taken::NotWanted;
        }
        let Ok(detail) = std::str::from_utf8(&entry.event) else { return Taken::NotWanted };
        let (source, detail_type) = (source(&self.rules.source_prefix, event), detail_type(event));
        let bytes = TIME_BYTES + source.len() + detail_type.len() + detail.len();
        if bytes > BYTES_MAX {
            return Taken::Dropped("too-large");
        }
        let message = BusEntry { time: event.event_time, source, detail_type, detail: detail.to_owned() };
        let time_ms = event.event_time.epoch_seconds() * 1000;
        Taken::Message(Parcel { lane: entry.region.clone(), bytes, time_ms, message })
    }

    async fn put(&self, batch: Batch<'_, Region, BusEntry>) -> Result<Vec<Rejected>, PutError> {
        let codes = self.buses.put_events((self.account, batch.lane), batch.messages).await?;
        let fate = |code: String| match REFUSED_FOR_GOOD.contains(&code.as_str()) {
            true => Fate::GiveUp("refused"),
            false => Fate::Retry(code),
        };
        let rejected = codes.into_iter().enumerate();
        Ok(rejected.filter_map(|(index, code)| Some(Rejected { index, fate: fate(code?) })).collect())
    }
}

fn reads_configuration(event: &EventView<'_>) -> bool {
    event.category() == Category::Management && event.read_only == Some(true)
}

/// Codes of an entry that no second try helps.
const REFUSED_FOR_GOOD: [&str; 2] = ["MalformedDetail", "InvalidArgument"];

/// The most entries of a call.
const ENTRIES_MAX: usize = 10;

/// The most bytes of a call, as EventBridge counts: times, sources, detail types and details.
const BYTES_MAX: usize = 262_144;

/// What EventBridge counts for a time.
const TIME_BYTES: usize = 14;
