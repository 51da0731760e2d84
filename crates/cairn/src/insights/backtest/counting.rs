//! Events of log files, counted as the server counts those of its journal.

use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use cairn_anomaly::Minute;
use cairn_event::{AccountId, Category, EventView, Region};
use cairn_insights::store::Gap;
use cairn_insights::{Kind, Metric, Place};
use cairn_sources::cloudtrail;

use super::sorting::{Sighting, Sorter};

/// The most metrics that are counted apart.
const METRICS_MAX: usize = 1_000_000;

/// The longest service, action and error code, bytes: what is longer was made up.
const NAME_BYTES_MAX: usize = 256;

/// November 2013, when CloudTrail began, in seconds since 1970: what is older was made up.
const FIRST_EVENT: i64 = 1_383_264_000;

/// So long without any event at all, hours, and the log files are incomplete rather than everybody silent.
const MISSING_HOURS: u32 = 24;

/// So long after its first event a place is judged.
const UNJUDGED_MINUTES: u32 = 24 * 60;

/// What was read.
#[derive(Debug)]
pub(super) struct Counting {
    /// The first minute that makes a difference, and the first that makes none any more.
    window: (Minute, Minute),
    region: Option<Region>,
    metrics: HashMap<Metric, u32>,
    /// By number.
    named: Vec<Metric>,
    seen: HashMap<Place, Seen>,
    /// Hours that had an event, of whichever place.
    hours: BTreeSet<u32>,
    pub(super) sorter: Sorter,
    pub(super) tally: Tally,
}

/// What log files tell of a place: from its first event to its last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) first: Minute,
    pub(super) last: Minute,
}

/// How many events became what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) events: u64,
    pub(super) counted: u64,
    /// Of metrics beyond those that can be told apart.
    pub(super) too_many: u64,
    pub(super) unreadable: u64,
    /// Data events: which of them count is the choice of a trail.
    pub(super) data: u64,
}

/// What there is to look at, once all was read.
#[derive(Debug)]
pub(super) struct Counted {
    pub(super) metrics: Vec<Metric>,
    pub(super) seen: HashMap<Place, Seen>,
    pub(super) gaps: Vec<Gap>,
    pub(super) sorter: Sorter,
}

impl Counting {
    /// Begins to count what lies in a window.
    pub(super) fn new(window: (Minute, Minute), region: Option<Region>) -> Self {
        Self {
            window,
            region,
            metrics: HashMap::new(),
            named: Vec::new(),
            seen: HashMap::new(),
            hours: BTreeSet::new(),
            sorter: Sorter::new(),
            tally: Tally::default(),
        }
    }

    /// Counts an event, in whichever form it comes.
    pub(super) fn see(&mut self, text: &[u8]) -> anyhow::Result<()> {
        self.tally.events += 1;
        if let Ok(event) = EventView::parse(text) {
            return self.look_at(&event);
        }
        let inside = std::str::from_utf8(text).map(cloudtrail::inside).unwrap_or_default();
        if let Ok(event) = EventView::parse(inside.as_bytes()) {
            return self.look_at(&event);
        }
        self.tally.unreadable += 1;
        Ok(())
    }

    fn look_at(&mut self, event: &EventView<'_>) -> anyhow::Result<()> {
        match event.category() {
            Category::Management => self.count(event),
            Category::Data => {
                self.tally.data += 1;
                Ok(())
            }
            Category::NetworkActivity | Category::Insight | Category::Other => Ok(()),
        }
    }

    fn count(&mut self, event: &EventView<'_>) -> anyhow::Result<()> {
        let second = event.event_time.epoch_seconds();
        let account = event.recipient_account_id.as_deref().or(event.user_identity.account_id.as_deref());
        let account = account.and_then(|account| account.parse::<AccountId>().ok());
        let (Some(account), Ok(region), true) =
            (account, event.aws_region.parse::<Region>(), second >= FIRST_EVENT)
        else {
            self.tally.unreadable += 1;
            return Ok(());
        };
        let minute = Minute::of_epoch_seconds(second);
        let is_elsewhere = self.region.as_ref().is_some_and(|wanted| *wanted != region);
        if is_elsewhere || minute < self.window.0 || minute >= self.window.1 {
            return Ok(());
        }
        self.hours.insert(minute.number() / 60);
        let place = Place { account, region, trail: None };
        let seen = self.seen.entry(place.clone()).or_insert(Seen { first: minute, last: minute });
        *seen = Seen { first: minute.min(seen.first), last: minute.max(seen.last) };
        let error = event.error_code.as_deref().filter(|code| !code.is_empty());
        let fits = |text: &str| (1..=NAME_BYTES_MAX).contains(&text.len());
        let (source, name) = cairn_insights::counted_as(event);
        if !fits(source) || !fits(name) || !error.is_none_or(fits) {
            self.tally.unreadable += 1;
            return Ok(());
        }
        let rated = cairn_insights::is_rated(event).then_some(Kind::Calls);
        let failed = error.map(|code| Kind::Errors(code.into()));
        if rated.is_some() || failed.is_some() {
            self.tally.counted += 1;
        }
        for kind in rated.into_iter().chain(failed) {
            let (source, name) = (Arc::from(source), Arc::from(name));
            let metric = Metric { place: place.clone(), source, name, kind };
            match self.number(metric) {
                Some(metric) => {
                    self.sorter.add(Sighting { metric, minute: minute.number(), id: id(event) })?
                }
                None => self.tally.too_many += 1,
            }
        }
        Ok(())
    }

    fn number(&mut self, metric: Metric) -> Option<u32> {
        if let Some(number) = self.metrics.get(&metric) {
            return Some(*number);
        }
        if self.named.len() >= METRICS_MAX {
            return None;
        }
        let number = u32::try_from(self.named.len()).ok()?;
        self.named.push(metric.clone());
        self.metrics.insert(metric, number);
        Some(number)
    }

    /// Ends counting.
    pub(super) fn counted(self) -> Counted {
        let gaps = gaps(&self.hours);
        Counted { metrics: self.named, seen: self.seen, gaps, sorter: self.sorter }
    }
}

impl Counted {
    /// Returns the first minute with an event, of whichever place, and the one after the last.
    pub(super) fn span(&self) -> Option<(Minute, Minute)> {
        let first = self.seen.values().map(|seen| seen.first).min()?;
        let last = self.seen.values().map(|seen| seen.last).max()?;
        Some((first, last.plus(1)))
    }
}

impl Seen {
    /// Returns the minute after the last: what the log files would tell of it is not known.
    pub(super) fn end(self) -> Minute {
        self.last.plus(1)
    }

    /// Says whether it is too short for anything to be judged.
    pub(super) fn is_too_short(self) -> bool {
        self.end().since(self.first) <= UNJUDGED_MINUTES
    }
}

/// Finds the hours that no log file tells of.
fn gaps(hours: &BTreeSet<u32>) -> Vec<Gap> {
    let following = hours.iter().skip(1);
    let pairs = hours.iter().zip(following).filter(|(hour, next)| **next - **hour > MISSING_HOURS);
    pairs.map(|(hour, next)| Gap { from: Minute::new((hour + 1) * 60), to: Minute::new(next * 60) }).collect()
}

/// Tells events apart; those without an id by all that they say of when and who.
fn id(event: &EventView<'_>) -> u64 {
    // This hasher begins with the same keys each time.
    let mut hasher = DefaultHasher::new();
    event.event_id.hash(&mut hasher);
    if event.event_id.is_empty() {
        event.request_id.hash(&mut hasher);
        event.user_identity.arn.hash(&mut hasher);
        event.event_time.hash(&mut hasher);
    }
    hasher.finish()
}

#[cfg(test)]
mod tests;
