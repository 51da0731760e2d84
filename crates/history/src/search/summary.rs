//! Counting what a search would find.

mod read;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::answer::{READS_MAX, Span};
use super::ask::Search;
use super::tally::{self, Limits};
use crate::lookup::LookupError;
use crate::view::View;

/// The most stretches of time that a summary counts in.
pub const BUCKETS_MAX: u32 = 200;

/// The most values of each kind that a summary tells.
pub const TOP_MAX: usize = 10;

/// The most services that are told apart in stretches of time; the rest are [`OTHER_SOURCES`].
pub const SOURCES_MAX: usize = 20;

/// What stands for the services that are not told apart.
pub const OTHER_SOURCES: &str = "other";

/// What counting by values may take. Ten million events take a fraction of it from the page cache; where it does not
/// suffice, events are read, in their order, as far as that comes.
const BY_VALUES: Limits = Limits { reads: READS_MAX, time: Duration::from_secs(10) };

/// How many events match, by time and by what they have in common.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// All of them.
    pub total: u64,
    /// Those that failed: what a search for the outcome `failed` finds.
    pub failed: u64,
    /// Those of them that were denied: what a search for the outcome `denied` finds.
    pub denied: u64,
    /// Stretches of equal length, oldest first, over all of the time that was asked about.
    pub buckets: Vec<Bucket>,
    /// The length of a stretch.
    pub bucket_seconds: i64,
    /// Who called.
    pub usernames: Vec<Ranked>,
    /// What was called.
    pub event_names: Vec<Ranked>,
    /// Of which service.
    pub event_sources: Vec<Ranked>,
    /// What went wrong, where a code tells it.
    pub error_codes: Vec<Ranked>,
    /// From where.
    pub source_ip_addresses: Vec<Ranked>,
    /// Who was denied something.
    pub denied_usernames: Vec<Ranked>,
    /// Where counting stopped, seconds since the Unix epoch; none where it came to the end.
    pub counted_back_to: Option<i64>,
}

impl Summary {
    /// Fills in the most frequent values, in the order of the members.
    pub(super) fn with_tops(self, tops: [Vec<Ranked>; 6]) -> Self {
        let [usernames, event_names, event_sources, error_codes, source_ip_addresses, denied_usernames] =
            tops;
        Self {
            usernames,
            event_names,
            event_sources,
            error_codes,
            source_ip_addresses,
            denied_usernames,
            ..self
        }
    }
}

/// What happened in one stretch of time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bucket {
    /// When it begins, seconds since the Unix epoch.
    pub start: i64,
    /// Events.
    pub count: u64,
    /// Those that failed.
    pub errors: u64,
    /// Events by service.
    pub by_source: BTreeMap<String, u64>,
}

/// A value and how many events have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranked {
    /// The value.
    pub value: String,
    /// How many.
    pub count: u64,
}

/// Counts what `search` finds in `view`, in `buckets` stretches; gives up once `left` says that nobody waits.
pub(crate) fn summarise(
    (view, left): (&View, &CancellationToken),
    search: &Search,
    span: Span,
    buckets: u32,
) -> Result<Summary, LookupError> {
    let empty = empty(span, buckets);
    let counted = if tally::can_be_counted(view, search, span) {
        tally::summarise((view, left), search, span, (empty.clone(), BY_VALUES))?
    } else {
        None
    };
    let mut summary = match counted {
        Some(summary) => summary,
        None => read::summarise((view, left), search, span, empty)?,
    };
    join_rare_sources(&mut summary.buckets);
    Ok(summary)
}

/// Makes a summary of nothing, with stretches of whole seconds over all of the time.
fn empty(span: Span, buckets: u32) -> Summary {
    let seconds = span.end.saturating_sub(span.start).saturating_add(1).max(1);
    let bucket_seconds = divided_up(seconds, i64::from(buckets.max(1)));
    let count = divided_up(seconds, bucket_seconds);
    let starts = (0..count).map(|number| span.start.saturating_add(number.saturating_mul(bucket_seconds)));
    let buckets = starts.map(|start| Bucket { start, ..Bucket::default() }).collect();
    Summary { bucket_seconds, buckets, ..Summary::default() }
}

/// Divides positive numbers, and rounds up.
fn divided_up(number: i64, by: i64) -> i64 {
    number / by + i64::from(number % by > 0)
}

/// Counts the services that are not among the most frequent ones as one.
fn join_rare_sources(buckets: &mut [Bucket]) {
    let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
    for (source, count) in buckets.iter().flat_map(|bucket| &bucket.by_source) {
        *sums.entry(source).or_default() += count;
    }
    let mut sums: Vec<(&str, u64)> = sums.into_iter().collect();
    sums.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let rare: BTreeSet<String> =
        sums.into_iter().skip(SOURCES_MAX).map(|(source, _)| source.to_owned()).collect();
    for bucket in buckets.iter_mut().filter(|_| !rare.is_empty()) {
        let mut others = 0;
        bucket.by_source.retain(|source, count| {
            let is_rare = rare.contains(source);
            others += if is_rare { *count } else { 0 };
            !is_rare
        });
        if others > 0 {
            *bucket.by_source.entry(OTHER_SOURCES.to_owned()).or_default() += others;
        }
    }
}
