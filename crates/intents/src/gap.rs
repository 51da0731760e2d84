//! What a `best_effort` route could not record: counted, kept, and told by one event.

use cairn_event::{AccountId, Record, Region, ServiceEvent};
use cairn_intake::IntakeError;
use cairn_journal::Position;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The `eventName` of the event that tells a gap.
pub const EVENT_NAME: &str = "EventsNotRecorded";

const SERVICE: &str = "cloudtrail.amazonaws.com";

/// Calls of one upstream, account and Region that were made and not recorded, for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Gap {
    /// The id of the event that will tell it.
    pub(crate) event_id: String,
    pub(crate) upstream: String,
    pub(crate) account: AccountId,
    pub(crate) region: Region,
    pub(crate) reason: Reason,
    pub(crate) count: u64,
    pub(crate) first_ms: i64,
    pub(crate) last_ms: i64,
    /// Whether a crash may have come between the last loss and the file.
    pub(crate) at_least: bool,
    /// Set once its event is being submitted: the event is nowhere below this in the main journal.
    pub(crate) told_from: Option<Position>,
}

/// Why events were not recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The journal had reached its size, or the disk was full.
    JournalFull,
    /// A write or sync of the journal had failed.
    JournalStopped,
    /// The event was larger than a journal record may be.
    EventTooLarge,
    /// Too many events waited for the journal.
    Crowded,
}

/// A call that was made and not recorded.
#[derive(Debug, Clone, Copy)]
pub struct Loss<'a> {
    /// The upstream's name.
    pub upstream: &'a str,
    /// The account whose record is missing.
    pub account: AccountId,
    /// The Region in which it is missing.
    pub region: &'a Region,
    /// Why.
    pub reason: Reason,
}

impl Gap {
    pub(crate) fn begin(loss: &Loss<'_>, event_id: String, now: Timestamp) -> Self {
        Self {
            event_id,
            upstream: name(loss.upstream).to_owned(),
            account: loss.account,
            region: loss.region.clone(),
            reason: loss.reason,
            count: 1,
            first_ms: now.as_millisecond(),
            last_ms: now.as_millisecond(),
            at_least: false,
            told_from: None,
        }
    }

    /// Whether a loss belongs to this gap, which is not being told yet.
    pub(crate) fn takes(&self, loss: &Loss<'_>) -> bool {
        self.told_from.is_none()
            && self.upstream == name(loss.upstream)
            && (self.account, &self.region) == (loss.account, loss.region)
            && self.reason == loss.reason
    }

    pub(crate) fn grow(&mut self, now: Timestamp) {
        self.count = self.count.saturating_add(1);
        // A clock that jumps back does not turn a gap round.
        self.last_ms = self.last_ms.max(now.as_millisecond());
    }

    /// Renders the event that tells the gap; the same bytes every time but for `now`.
    pub(crate) fn event(&self, now: Timestamp) -> Vec<u8> {
        let time = |ms| Timestamp::from_millisecond(ms).unwrap_or(now).to_string();
        let details = json!({
            "upstream": self.upstream,
            "reason": self.reason.as_str(),
            "count": self.count,
            "countIs": if self.at_least { "at-least" } else { "exact" },
            "firstEventTime": time(self.first_ms),
            "lastEventTime": time(self.last_ms),
        });
        let event = ServiceEvent {
            account: self.account,
            region: &self.region,
            time: now,
            event_source: SERVICE,
            event_name: EVENT_NAME,
            invoked_by: SERVICE,
            event_id: self.event_id.clone(),
            resources: Vec::new(),
            details,
        };
        Record::from(event).to_bytes()
    }
}

impl Reason {
    /// Returns the reason as it is written everywhere.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::JournalFull => "journal-full",
            Self::JournalStopped => "journal-stopped",
            Self::EventTooLarge => "event-too-large",
            Self::Crowded => "crowded",
        }
    }
}

impl From<IntakeError> for Reason {
    fn from(refusal: IntakeError) -> Self {
        match refusal {
            IntakeError::Full => Self::JournalFull,
            IntakeError::Stopped => Self::JournalStopped,
            IntakeError::TooLarge => Self::EventTooLarge,
        }
    }
}

/// What of an upstream's name is kept.
fn name(upstream: &str) -> &str {
    let end = (0..=NAME_BYTES_MAX).rev().find(|end| upstream.is_char_boundary(*end)).unwrap_or_default();
    upstream.get(..end).unwrap_or(upstream)
}

const NAME_BYTES_MAX: usize = 64;
