//! One batch until it has arrived: put, put again what was not taken, give up what is too old.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::backoff::backoff;
use crate::batch::{Cut, Waiting};
use crate::sink::{Batch, Fate, PutError, Rejected, Sink};
use crate::surroundings::Surroundings;
use crate::tally::{Keep, Tally};
use crate::telemetry;

/// How often the same is told of a lane, to the log and to the sink.
const TOLD_EVERY: Duration = Duration::from_secs(1);

/// The reason under which events are counted that grew too old.
const EXPIRED: &str = "expired";

/// Ships batches of one stream.
#[derive(Debug)]
pub(crate) struct Shipping<S: Sink> {
    pub(crate) sink: Arc<S>,
    pub(crate) shared: Surroundings,
    tally: Arc<Tally>,
    told: Mutex<BTreeMap<S::Lane, Told>>,
}

/// What was last told of a lane.
#[derive(Debug)]
struct Told {
    error: Option<String>,
    at: Instant,
    /// How many batches of the lane are stuck: it does not go on before the last of them.
    stuck: usize,
}

/// What came of putting a batch once: the messages by their index.
#[derive(Debug, Default)]
struct Sorted {
    again: Vec<usize>,
    given_up: BTreeMap<&'static str, Vec<usize>>,
    /// Why messages go again.
    error: Option<PutError>,
}

impl<S: Sink> Shipping<S> {
    pub(crate) fn new(sink: Arc<S>, shared: Surroundings, tally: Arc<Tally>) -> Self {
        Self { sink, shared, tally, told: Mutex::default() }
    }

    /// Puts a batch until every message is accepted or given up; false when `stop` came before.
    pub(crate) async fn ship(
        &self,
        slot: usize,
        cut: &Cut<S::Lane, S::Message>,
        stop: &CancellationToken,
    ) -> bool {
        let (mut backoff, mut stuck) = (backoff(), false);
        let mut left: Vec<&Waiting<S::Lane, S::Message>> = cut.waiting.iter().collect();
        while !left.is_empty() {
            let messages: Vec<&S::Message> = left.iter().map(|one| &one.parcel.message).collect();
            let put = self.sink.put(Batch { lane: &cut.lane, slot, messages: &messages }).await;
            let mut sorted = sort(put, left.len());
            self.expire(&left, &mut sorted);
            let accepted = self.count_accepted(&left, &sorted);
            for (reason, indexes) in std::mem::take(&mut sorted.given_up) {
                self.give_up(&cut.lane, reason, &left, &indexes, &mut sorted).await;
            }
            if stuck != sorted.error.is_some() {
                stuck = !stuck;
                self.count_stuck(&cut.lane, stuck);
            }
            match &sorted.error {
                Some(error) => self.note_failure(&cut.lane, error).await,
                None if accepted > 0 => self.tally.goes_on(),
                None => {}
            }
            self.tell(&cut.lane, left.len(), sorted.error.as_ref()).await;
            if sorted.again.len() < left.len() {
                backoff.succeeded();
            }
            left = sorted.again.iter().filter_map(|index| left.get(*index).copied()).collect();
            if let Some(first) = left.first() {
                self.report_lag(first);
                tokio::select! {
                    () = stop.cancelled() => return false,
                    () = tokio::time::sleep(backoff.failed()) => {}
                }
            }
        }
        if stuck {
            self.count_stuck(&cut.lane, false);
        }
        true
    }

    /// Gives up, of the messages that would go again, those that are too old.
    fn expire(&self, left: &[&Waiting<S::Lane, S::Message>], sorted: &mut Sorted) {
        let limit_ms = i64::try_from(self.shared.give_up_after.as_millis()).unwrap_or(i64::MAX);
        let before_ms = self.shared.clock.now().as_millisecond().saturating_sub(limit_ms);
        let is_old = |index: &usize| left.get(*index).is_some_and(|one| one.received_ms < before_ms);
        let (old, young) = std::mem::take(&mut sorted.again).into_iter().partition(is_old);
        sorted.again = young;
        if !Vec::is_empty(&old) {
            sorted.given_up.entry(EXPIRED).or_default().extend(old);
        }
    }

    async fn give_up(
        &self,
        lane: &S::Lane,
        reason: &'static str,
        left: &[&Waiting<S::Lane, S::Message>],
        indexes: &[usize],
        sorted: &mut Sorted,
    ) {
        let ones = || indexes.iter().filter_map(|index| left.get(*index));
        let lost: Vec<&S::Message> = ones().map(|one| &one.parcel.message).collect();
        let stream = self.sink.name();
        if let Err(error) = self.sink.give_up(lane, &lost, reason).await {
            sorted.again.extend(indexes);
            sorted.again.sort_unstable();
            sorted.error = Some(error);
            return;
        }
        telemetry::dropped(stream, reason, lost.len());
        self.tally.given_up(ones().map(|one| &one.position), reason);
        let code = sorted.error.as_ref().map(|error| error.code.as_str());
        tracing::error!(stream, lane = ?lane, reason, code, events = lost.len(), "events given up");
    }

    /// Counts what was accepted, and says how much.
    fn count_accepted(&self, left: &[&Waiting<S::Lane, S::Message>], sorted: &Sorted) -> usize {
        let rejected = sorted.given_up.values().flatten().chain(&sorted.again);
        let rejected: BTreeSet<usize> = rejected.copied().collect();
        let accepted = || left.iter().enumerate().filter(|(index, _)| !rejected.contains(index));
        let Some(oldest_ms) = accepted().map(|(_, one)| one.received_ms).min() else { return 0 };
        let bytes = accepted().map(|(_, one)| one.parcel.bytes).sum();
        let events = accepted().count();
        telemetry::sent(self.sink.name(), events, bytes);
        telemetry::delay(self.sink.name(), self.shared.clock.now().as_millisecond() - oldest_ms);
        self.tally.sent(accepted().map(|(_, one)| &one.position), bytes);
        events
    }

    async fn note_failure(&self, lane: &S::Lane, error: &PutError) {
        if self.tally.failed(&error.code, self.sink.region(lane)) == Keep::Now {
            self.tally.keep(&*self.shared.catalog).await;
        }
    }

    fn count_stuck(&self, lane: &S::Lane, stuck: bool) {
        self.tally.stuck(stuck);
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let nothing = || Told { error: None, at: Instant::now(), stuck: 0 };
        let told = told.entry(lane.clone()).or_insert_with(nothing);
        told.stuck = if stuck { told.stuck + 1 } else { told.stuck.saturating_sub(1) };
    }

    /// Tells how a lane does: at once when that changes, from time to time while it does not.
    async fn tell(&self, lane: &S::Lane, events: usize, error: Option<&PutError>) {
        let (stream, code) = (self.sink.name(), error.map(|error| error.code.as_str()));
        if let Some(code) = code {
            telemetry::failed(stream, code);
        }
        if !self.is_news(lane, code) {
            return;
        }
        if let Some(error) = error {
            let error = error as &dyn std::error::Error;
            tracing::warn!(stream, lane = ?lane, code, events, error, "stream deferred");
        }
        self.sink.note(lane, code).await;
    }

    /// Tells how far the stream is behind as long as it is stuck.
    fn report_lag(&self, first: &Waiting<S::Lane, S::Message>) {
        let behind = self.shared.journal.tail().saturating_sub(first.position);
        let age_ms = self.shared.clock.now().as_millisecond() - first.received_ms;
        telemetry::lag(self.sink.name(), behind, age_ms.max(0));
    }

    fn is_news(&self, lane: &S::Lane, code: Option<&str>) -> bool {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let (now, stuck) = (Instant::now(), told.get(lane).map_or(0, |last| last.stuck));
        if let Some(last) = told.get(lane) {
            let is_news = match (&last.error, code) {
                (None, Some(_)) => true,
                (Some(_), None) => stuck == 0,
                (None, None) | (Some(_), Some(_)) => now - last.at >= TOLD_EVERY,
            };
            if !is_news {
                return false;
            }
            if last.error.is_some() && code.is_none() {
                tracing::info!(stream = self.sink.name(), lane = ?lane, "stream goes on");
            }
        }
        told.insert(lane.clone(), Told { error: code.map(str::to_owned), at: now, stuck });
        true
    }
}

fn sort(put: Result<Vec<Rejected>, PutError>, count: usize) -> Sorted {
    let mut sorted = Sorted::default();
    match put {
        Ok(rejected) => {
            for Rejected { index, fate } in rejected {
                match fate {
                    Fate::Retry(code) => {
                        sorted.again.push(index);
                        sorted.error = Some(PutError::of(code));
                    }
                    Fate::GiveUp(reason) => sorted.given_up.entry(reason).or_default().push(index),
                }
            }
            sorted.again.sort_unstable();
        }
        Err(error) => {
            sorted.again = (0..count).collect();
            sorted.error = Some(error);
        }
    }
    sorted
}
