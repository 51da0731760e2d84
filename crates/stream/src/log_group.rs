//! CloudWatch Logs: what a trail records, in its log group (reference §4.7).
//!
//! Events of one account and Region go to the stream `<account>_CloudTrail_<region>`, those of a trail that is its
//! organization's to `<organization>_<account>_CloudTrail_<region>`, all in the one group of the trail. When more
//! than one batch of them waits at once, the second goes to `…_2` at the same time, the third to `…_3`: a stream
//! takes one batch after the other.

mod calls;

pub use self::calls::{
    LinesTaken, LogGroup, LogGroups, LogLine, LogStream, LogsError, UNAVAILABLE, log_stream_name,
};

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use cairn_catalog::{Catalog, DeliveryKind, LiveTrail, Snapshot, TrailId};
use cairn_event::{AccountId, Clock, Entry, Region};

use crate::sink::{Batch, Fate, Limits, Parcel, PutError, Rejected, Seen, Sink, Taken};
use crate::surroundings::Surroundings;

/// The log group of one life of a trail.
pub struct TrailLogGroup {
    name: String,
    trail: TrailId,
    catalog: Arc<dyn Catalog>,
    clock: Arc<dyn Clock>,
    groups: Arc<dyn LogGroups>,
    /// By group and stream, what its next call must bring.
    tokens: Mutex<BTreeMap<(String, String), String>>,
}

/// A record on its way to a log group.
#[derive(Debug)]
pub struct LogMessage {
    /// The trail that selected it: says where to put it once it is deleted.
    trail: Arc<LiveTrail>,
    time_ms: i64,
    text: String,
}

/// Whose events share a stream.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogLane {
    /// The organization whose trail it was when the event happened.
    organization: Option<String>,
    account: AccountId,
    region: Region,
}

impl TrailLogGroup {
    /// Makes the stream of a trail.
    pub fn new(trail: TrailId, shared: &Surroundings, groups: Arc<dyn LogGroups>) -> Self {
        Self {
            name: crate::trails::cursor_name(&trail),
            trail,
            catalog: Arc::clone(&shared.catalog),
            clock: Arc::clone(&shared.clock),
            groups,
            tokens: Mutex::default(),
        }
    }

    /// Returns where lines go now: to the group that the trail has, so that an operator can mend it; to the
    /// one that it had once it is deleted or has none any more.
    fn destination(&self, messages: &[&LogMessage]) -> Option<(Arc<LiveTrail>, LogGroup)> {
        let now = self.catalog.current();
        let live = now.trail(&self.trail.arn).filter(|trail| *trail.id() == self.trail).cloned();
        let trails = live.into_iter().chain(messages.last().map(|last| Arc::clone(&last.trail)));
        trails.into_iter().find_map(|trail| {
            let group = LogGroup::parse(trail.cw_logs_group.as_deref()?)?;
            Some((trail, group))
        })
    }

    async fn put_into(&self, stream: &LogStream<'_>, lines: &[LogLine<'_>]) -> Result<LinesTaken, LogsError> {
        let place = (stream.group.name.clone(), stream.name.to_owned());
        let mut outcome = Err(LogsError::Missing);
        for _ in 0..ATTEMPTS_MAX {
            let token = self.tokens.lock().unwrap_or_else(PoisonError::into_inner).get(&place).cloned();
            outcome = self.groups.put_lines(stream, lines, token.as_deref()).await;
            match &outcome {
                Ok(taken) => {
                    self.remember(&place, taken.next_token.clone());
                    break;
                }
                Err(LogsError::AlreadyThere { expected }) => {
                    self.remember(&place, expected.clone());
                    return Ok(LinesTaken::default());
                }
                Err(LogsError::Token { expected }) => self.remember(&place, expected.clone()),
                Err(LogsError::Missing) => self.groups.create_stream(stream).await?,
                Err(LogsError::Failed(_)) => break,
            }
        }
        outcome
    }

    fn remember(&self, place: &(String, String), token: Option<String>) {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        match token {
            Some(token) => tokens.insert(place.clone(), token),
            None => tokens.remove(place),
        };
    }
}

#[async_trait]
impl Sink for TrailLogGroup {
    type Lane = LogLane;
    type Message = LogMessage;

    fn name(&self) -> &str {
        &self.name
    }

    fn limits(&self) -> Limits {
        Limits {
            messages_max: LINES_MAX,
            bytes_max: BATCH_BYTES_MAX,
            span_max: Some(SPAN_MAX),
            in_flight_max: STREAMS_MAX,
        }
    }

    fn is_over(&self, now: &Snapshot) -> bool {
        now.trail(&self.trail.arn).is_none_or(|trail| *trail.id() != self.trail)
    }

    fn concerns(&self, snapshot: &Snapshot, entry: &Entry) -> bool {
        let trail = snapshot.trail(&self.trail.arn).filter(|trail| *trail.id() == self.trail);
        trail.is_some_and(|trail| {
            trail.logging && trail.cw_logs_group.is_some() && snapshot.covers(trail, entry.account)
        })
    }

    fn take(&self, seen: &Seen<'_>) -> Taken<LogLane, LogMessage> {
        let Seen { entry, event, snapshot, .. } = *seen;
        let mut routed = snapshot.route(event, entry.account, &entry.region, entry.origin);
        let Some(trail) = routed.find(|trail| *trail.id() == self.trail) else { return Taken::NotWanted };
        let Ok(text) = std::str::from_utf8(&entry.event) else { return Taken::NotWanted };
        let bytes = text.len() + LINE_OVERHEAD_BYTES;
        if bytes > LINE_BYTES_MAX {
            return Taken::Dropped("too-large");
        }
        let time_ms = event.event_time.epoch_seconds() * 1000;
        let message = LogMessage { trail: Arc::clone(trail), time_ms, text: text.to_owned() };
        let organization = trail.organization.clone();
        let lane = LogLane { organization, account: entry.account, region: entry.region.clone() };
        Taken::Message(Parcel { lane, bytes, time_ms, message })
    }

    async fn put(&self, batch: Batch<'_, LogLane, LogMessage>) -> Result<Vec<Rejected>, PutError> {
        let Some((trail, group)) = self.destination(batch.messages) else {
            return Err(PutError::of("ResourceNotFoundException"));
        };
        let LogLane { organization, account, region } = batch.lane;
        let name = log_stream_name(organization.as_deref(), (*account, region), batch.slot);
        let mut order: Vec<usize> = (0..batch.messages.len()).collect();
        order.sort_by_key(|index| batch.messages.get(*index).map(|message| message.time_ms));
        let sorted = order.iter().filter_map(|index| batch.messages.get(*index));
        let lines: Vec<LogLine<'_>> =
            sorted.map(|one| LogLine { time_ms: one.time_ms, text: &one.text }).collect();
        let stream = LogStream { trail: &trail, group: &group, name: &name };
        match self.put_into(&stream, &lines).await {
            Ok(taken) => Ok(rejected(&taken, &order)),
            Err(LogsError::Missing) => Err(PutError::of("ResourceNotFoundException")),
            Err(LogsError::Token { .. }) => Err(PutError::of("InvalidSequenceTokenException")),
            // It is taken for arrived where it is seen.
            Err(LogsError::AlreadyThere { .. }) => Ok(Vec::new()),
            Err(LogsError::Failed(error)) => Err(error),
        }
    }

    async fn note(&self, lane: &LogLane, error: Option<&str>) {
        let (now, kind) = (self.clock.now(), DeliveryKind::CloudWatchLogs);
        let place = (lane.account, &lane.region);
        let noted = match error {
            None => self.catalog.record_delivery_success(&self.trail, place, kind, now).await,
            Some(code) => self.catalog.record_delivery_failure(&self.trail, place, kind, now, code).await,
        };
        if let Err(error) = noted {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(trail = %self.trail.arn, error, "delivery to the log group not noted");
        }
    }
}

/// Says which lines, by their place in the batch, the service will never take.
fn rejected(taken: &LinesTaken, order: &[usize]) -> Vec<Rejected> {
    let reason = |place: usize| {
        if place < taken.too_old_end {
            Some("too-old")
        } else if place < taken.expired_end {
            Some("expired-in-group")
        } else if taken.too_new_start.is_some_and(|start| place >= start) {
            Some("too-new")
        } else {
            None
        }
    };
    let places = order.iter().enumerate();
    places
        .filter_map(|(place, index)| Some(Rejected { index: *index, fate: Fate::GiveUp(reason(place)?) }))
        .collect()
}

impl Debug for TrailLogGroup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TrailLogGroup").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The most lines of a call.
const LINES_MAX: usize = 10_000;

/// The most bytes of a call, the overhead of each line counted.
const BATCH_BYTES_MAX: usize = 1_048_576;

/// What CloudWatch Logs counts for a line beside its text.
const LINE_OVERHEAD_BYTES: usize = 26;

/// The most bytes of a line with its overhead; CloudTrail leaves larger records out.
const LINE_BYTES_MAX: usize = 262_144;

/// The longest span of the times of one call.
const SPAN_MAX: Duration = Duration::from_hours(24);

/// How many streams the events of one account and Region are spread over at most.
const STREAMS_MAX: usize = 4;

/// How often a call is made before it counts as failed: once, with the token wanted, and in a new stream.
const ATTEMPTS_MAX: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes what the service says of four lines that stood in the order 3, 1, 0, 2 before they were sorted.
    fn check(taken: LinesTaken, given_up: &[(usize, &'static str)]) {
        let found = rejected(&taken, &[3, 1, 0, 2]);
        let expected: Vec<Rejected> = given_up
            .iter()
            .map(|(index, reason)| Rejected { index: *index, fate: Fate::GiveUp(reason) })
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn rejected_lines_are_told_by_their_place_in_the_batch() {
        let none = LinesTaken::default;
        check(none(), &[]);
        check(LinesTaken { too_old_end: 1, ..none() }, &[(3, "too-old")]);
        check(LinesTaken { expired_end: 2, ..none() }, &[(3, "expired-in-group"), (1, "expired-in-group")]);
        check(LinesTaken { too_new_start: Some(3), ..none() }, &[(2, "too-new")]);
        check(
            LinesTaken { too_old_end: 1, expired_end: 2, too_new_start: Some(2), ..none() },
            &[(3, "too-old"), (1, "expired-in-group"), (0, "too-new"), (2, "too-new")],
        );
    }
}
