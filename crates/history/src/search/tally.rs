//! Counting by the values that are kept beside the events, a thousand events at a time, without reading any.
//!
//! A part of the head and a split each have a numbering of values of their own. Counts are kept by number while one
//! of them is looked through, and by value from one to the next.

mod batch;
mod part;
mod ranking;

use std::sync::Arc;
use std::time::Duration;

use cairn_event::Outcome;
use tokio_util::sync::CancellationToken;

use super::answer::{Span, Total};
use super::ask::Search;
use super::summary::{Bucket, Summary, TOP_MAX};
use crate::coded::{self, ERROR_CODE};
use crate::error::StoreError;
use crate::lookup::LookupError;
use crate::view::View;
use batch::{Batch, Docs, Reading};
use part::{Part, PartsSought};
use ranking::Ranking;

/// The columns that a summary ranks, in the order of [`Tops`].
const RANKED: [usize; 5] = [USERNAME, EVENT_NAME, EVENT_SOURCE, ERROR_CODE, SOURCE_IP_ADDRESS];

const EVENT_NAME: usize = 1;
const EVENT_SOURCE: usize = 2;
const USERNAME: usize = 3;
const SOURCE_IP_ADDRESS: usize = 5;

/// Where counts go.
trait Sink {
    /// Prepares for a part.
    fn begin(&mut self, part: &Part) -> Result<(), StoreError>;
    /// Counts the events of a batch that are kept.
    fn take(&mut self, part: &Part, batch: &mut Batch);
    /// Sums up what was counted of a part.
    fn end(&mut self, part: &Part) -> Result<(), StoreError>;
    /// Tells whether it is enough.
    fn is_tired(&self) -> bool {
        false
    }
}

/// Counts, and nothing else.
#[derive(Debug, Default)]
struct Count {
    total: u64,
    looked_at: u64,
    looked_at_max: u64,
}

/// Counts by time and by value.
#[derive(Debug)]
struct Tops {
    summary: Summary,
    span: Span,
    rankings: [Ranking; RANKED.len()],
    denied: Ranking,
    /// What is counted of the part at hand, by number.
    counts: [Vec<u32>; RANKED.len()],
    denied_counts: Vec<u32>,
    /// What each error code of the part says.
    outcomes: Vec<Outcome>,
    sources: Vec<Arc<str>>,
    /// Counts by source in the bucket at hand, and which sources have any.
    by_source: Vec<u32>,
    touched: Vec<u32>,
    bucket: usize,
    codes: [Vec<u32>; RANKED.len()],
}

/// How much may be done to count.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Events that are read, where their values do not tell.
    pub(crate) reads: usize,
    /// How long it may take: what is not in the page cache must come from the disk. It is looked at between stretches
    /// of some thousand events and before each that is read; the values of a split are looked through at once.
    pub(crate) time: Duration,
}

/// Counts what `search` finds; gives up after having looked at so many events, or where the limits are reached.
pub(crate) fn count(
    view: (&View, &CancellationToken),
    search: &Search,
    span: Span,
    (looked_at_max, limits): (u64, Limits),
) -> Result<Total, LookupError> {
    let mut count = Count { looked_at_max, ..Count::default() };
    let exact = scan(view, (search, limits), span, &mut count)?;
    Ok(Total { count: count.total, exact })
}

/// Counts what `search` finds into a summary with empty buckets; none where the limits are reached. Parts overlap in
/// time, so that what was counted by then is nothing that can be told.
pub(crate) fn summarise(
    view: (&View, &CancellationToken),
    search: &Search,
    span: Span,
    (summary, limits): (Summary, Limits),
) -> Result<Option<Summary>, LookupError> {
    let mut tops = Tops::new(summary, span);
    let all = scan(view, (search, limits), span, &mut tops)?;
    Ok(all.then(|| tops.finish()))
}

/// Tells whether every event of the time shows by its values whether it is searched for.
pub(crate) fn can_be_counted(view: &View, search: &Search, span: Span) -> bool {
    let in_span = |split: &crate::split::Split| {
        let of = split.manifest().span();
        of.is_some_and(|(newest, oldest)| oldest.seconds <= span.end && newest.seconds >= span.start)
    };
    search.is_decided_by_values() && !view.splits.iter().any(|split| split.is_old() && in_span(split))
}

/// Looks through head and splits; false where the sink had enough before the end, or the limits were reached.
fn scan(
    (view, left): (&View, &CancellationToken),
    (search, limits): (&Search, Limits),
    span: Span,
    sink: &mut impl Sink,
) -> Result<bool, LookupError> {
    let sought = PartsSought::new(search);
    let mut reading = Reading::new(limits)?;
    for head in view.heads.iter().rev() {
        let part = Part::of_head(head, &sought);
        let docs = head.chunks.iter().map(|chunk| Docs::Chunk(Arc::clone(chunk)));
        if !look_through((&part, docs), left, (search, span), &mut reading, sink)? {
            return Ok(false);
        }
    }
    for split in view.splits.iter().rev() {
        // A split may be ruled out as a whole, and that takes its time too.
        if left.is_cancelled() {
            return Err(LookupError::Abandoned);
        }
        if reading.is_over() {
            return Ok(false);
        }
        let Some(part) = Part::of_split(split, &sought)? else { continue };
        let docs = part.stretches(split, &sought.drives, span)?.into_iter();
        if !look_through((&part, docs), left, (search, span), &mut reading, sink)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Looks through one part; false where that was not to be done to its end.
fn look_through(
    (part, docs): (&Part, impl Iterator<Item = Docs>),
    left: &CancellationToken,
    (search, span): (&Search, Span),
    reading: &mut Reading,
    sink: &mut impl Sink,
) -> Result<bool, LookupError> {
    let mut begun = false;
    for docs in docs {
        if left.is_cancelled() {
            return Err(LookupError::Abandoned);
        }
        if sink.is_tired() || reading.is_over() {
            return Ok(false);
        }
        if !std::mem::replace(&mut begun, true) {
            sink.begin(part)?;
        }
        let mut batch = Batch::new(docs, span);
        batch.sift(part, search, reading)?;
        sink.take(part, &mut batch);
    }
    if begun {
        sink.end(part)?;
    }
    Ok(!reading.ran_out())
}

impl Sink for Count {
    fn begin(&mut self, _: &Part) -> Result<(), StoreError> {
        Ok(())
    }

    fn take(&mut self, _: &Part, batch: &mut Batch) {
        self.looked_at += batch.len() as u64;
        self.total += batch.kept() as u64;
    }

    fn end(&mut self, _: &Part) -> Result<(), StoreError> {
        Ok(())
    }

    fn is_tired(&self) -> bool {
        self.looked_at >= self.looked_at_max
    }
}

impl Tops {
    fn new(summary: Summary, span: Span) -> Self {
        Self {
            summary,
            span,
            rankings: Default::default(),
            denied: Ranking::default(),
            counts: Default::default(),
            denied_counts: Vec::new(),
            outcomes: Vec::new(),
            sources: Vec::new(),
            by_source: Vec::new(),
            touched: Vec::new(),
            bucket: 0,
            codes: Default::default(),
        }
    }

    /// Puts the counts of the bucket at hand where they belong.
    fn leave_bucket(&mut self) {
        let Some(bucket) = self.summary.buckets.get_mut(self.bucket) else { return };
        for source in self.touched.drain(..) {
            let count = self.by_source.get_mut(source as usize).map(std::mem::take).unwrap_or_default();
            let Some(name) = self.sources.get(source as usize) else { continue };
            let name = shown(name);
            match bucket.by_source.get_mut(&*name) {
                Some(sum) => *sum += u64::from(count),
                None => {
                    bucket.by_source.insert(name.into_owned(), u64::from(count));
                }
            }
        }
    }

    fn finish(self) -> Summary {
        let [usernames, event_names, event_sources, error_codes, addresses] =
            self.rankings.map(|ranking| ranking.top(TOP_MAX));
        let denied = self.denied.top(TOP_MAX);
        self.summary.with_tops([usernames, event_names, event_sources, error_codes, addresses, denied])
    }
}

impl Sink for Tops {
    fn begin(&mut self, part: &Part) -> Result<(), StoreError> {
        for (counts, column) in self.counts.iter_mut().zip(RANKED) {
            counts.clear();
            counts.resize(part.values_in(column), 0);
        }
        self.denied_counts.clear();
        self.denied_counts.resize(part.values_in(USERNAME), 0);
        self.outcomes.clear();
        let outcomes = &mut self.outcomes;
        part.each_value(ERROR_CODE, |_, code| outcomes.push(coded::outcome(code)))?;
        self.sources.clear();
        let sources = &mut self.sources;
        part.each_value(EVENT_SOURCE, |_, source| sources.push(Arc::from(source)))?;
        self.by_source.clear();
        self.by_source.resize(self.sources.len(), 0);
        Ok(())
    }

    fn take(&mut self, part: &Part, batch: &mut Batch) {
        let mut codes = std::mem::take(&mut self.codes);
        for (codes, column) in codes.iter_mut().zip(RANKED) {
            batch.load(part, column, codes);
        }
        let [usernames, names, sources, errors, addresses] = &codes;
        let start = self.span.start;
        for row in batch.rows() {
            let (Some(user), Some(name), Some(source), Some(error), Some(address)) =
                (usernames.get(row), names.get(row), sources.get(row), errors.get(row), addresses.get(row))
            else {
                continue;
            };
            for (counts, code) in self.counts.iter_mut().zip([user, name, source, error, address]) {
                if let Some(count) = counts.get_mut(*code as usize) {
                    *count += 1;
                }
            }
            let outcome = self.outcomes.get(*error as usize).copied().unwrap_or_default();
            let is_denied = outcome == Outcome::Denied;
            if is_denied && let Some(count) = self.denied_counts.get_mut(*user as usize) {
                *count += 1;
            }
            self.summary.total += 1;
            self.summary.failed += u64::from(outcome.is_failure());
            self.summary.denied += u64::from(is_denied);
            let since = batch.second(row).saturating_sub(start) / self.summary.bucket_seconds;
            let number = usize::try_from(since).unwrap_or(0);
            if number != self.bucket {
                self.leave_bucket();
                self.bucket = number;
            }
            if let Some(Bucket { count, errors, .. }) = self.summary.buckets.get_mut(number) {
                *count += 1;
                *errors += u64::from(outcome.is_failure());
            }
            if let Some(count) = self.by_source.get_mut(*source as usize) {
                if *count == 0 {
                    self.touched.push(*source);
                }
                *count += 1;
            }
        }
        self.codes = codes;
    }

    fn end(&mut self, part: &Part) -> Result<(), StoreError> {
        self.leave_bucket();
        for ((ranking, counts), column) in self.rankings.iter_mut().zip(&self.counts).zip(RANKED) {
            part.each_value(column, |number, value| {
                if !coded::is_none(column, value) {
                    ranking.add(value, counts.get(number).copied());
                }
            })?;
        }
        let (ranking, counts) = (&mut self.denied, &self.denied_counts);
        part.each_value(USERNAME, |number, value| ranking.add(value, counts.get(number).copied()))
    }
}

/// Says how a value that was cut off is shown.
fn shown(value: &str) -> std::borrow::Cow<'_, str> {
    match value.strip_suffix(coded::CUT) {
        Some(beginning) => format!("{beginning}…").into(),
        None => value.into(),
    }
}
