//! Counting what a search would find.

use std::collections::BTreeMap;

use super::answer::{Span, hunt};
use super::ask::Search;
use crate::lookup::LookupError;
use crate::lookup_fields::LookupFields;
use crate::page::StoredEventError;
use crate::view::View;

/// The most stretches of time that a summary counts in.
pub const BUCKETS_MAX: u32 = 200;

/// The most values of each kind that a summary tells.
pub const TOP_MAX: usize = 10;

/// The most services that are told apart in stretches of time; the rest are [`OTHER_SOURCES`].
pub const SOURCES_MAX: usize = 20;

/// What stands for the services that are not told apart.
pub const OTHER_SOURCES: &str = "other";

/// How many events match, by time and by what they have in common.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// All of them.
    pub total: u64,
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
    /// What went wrong.
    pub error_codes: Vec<Ranked>,
    /// From where.
    pub source_ip_addresses: Vec<Ranked>,
    /// Who was denied something.
    pub denied: Vec<Ranked>,
    /// Where counting stopped, seconds since the Unix epoch; none where it came to the end.
    pub counted_back_to: Option<i64>,
}

/// What happened in one stretch of time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bucket {
    /// When it begins, seconds since the Unix epoch.
    pub start: i64,
    /// Events.
    pub count: u64,
    /// Those with an error code.
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

/// Tells whether a code says that somebody was denied something.
pub(crate) fn is_denial(error_code: &str) -> bool {
    ["AccessDenied", "UnauthorizedOperation", "NotAuthorized", "UnauthorizedAccess"]
        .iter()
        .any(|kind| error_code.contains(kind))
}

/// Counts what `search` finds in `view`, in `buckets` stretches.
pub(crate) fn summarise(
    view: &View,
    search: &Search,
    span: Span,
    buckets: u32,
) -> Result<Summary, LookupError> {
    let seconds = span.end.saturating_sub(span.start).saturating_add(1).max(1);
    let count = i64::from(buckets.max(1)).min(seconds);
    let bucket_seconds = seconds.div_ceil_to(count);
    let mut summary = Summary { bucket_seconds, ..Summary::default() };
    let count = seconds.div_ceil_to(bucket_seconds);
    let starts = (0..count).map(|number| span.start.saturating_add(number.saturating_mul(bucket_seconds)));
    summary.buckets = starts.map(|start| Bucket { start, ..Bucket::default() }).collect();
    let mut after = None;
    let mut tops: [BTreeMap<String, u64>; 6] = Default::default();
    loop {
        let haul = hunt(view, search, span, after, 1000)?;
        for found in &haul.events {
            let position = found.position;
            let fields =
                LookupFields::parse(&found.event).map_err(|source| StoredEventError { position, source })?;
            let number = fields.seconds.saturating_sub(span.start) / bucket_seconds;
            summary.total += 1;
            let denied = fields.error_code.as_deref().is_some_and(is_denial);
            if let Some(bucket) = usize::try_from(number).ok().and_then(|at| summary.buckets.get_mut(at)) {
                bucket.count += 1;
                bucket.errors += u64::from(fields.error_code.is_some());
                *bucket.by_source.entry(fields.event_source.to_string()).or_default() += 1;
            }
            let username = fields.username.as_deref();
            let of = [
                username,
                Some(&*fields.event_name),
                Some(&*fields.event_source),
                fields.error_code.as_deref(),
                fields.source_ip_address.as_deref(),
                username.filter(|_| denied),
            ];
            for (top, value) in tops.iter_mut().zip(of) {
                if let Some(value) = value.filter(|value| !value.is_empty()) {
                    *top.entry(value.to_owned()).or_default() += 1;
                }
            }
        }
        after = haul.last;
        if after.is_none() {
            break;
        }
    }
    let [usernames, names, sources, codes, addresses, denied] = tops.map(ranked);
    summary.usernames = usernames;
    summary.event_names = names;
    summary.event_sources = sources;
    summary.error_codes = codes;
    summary.source_ip_addresses = addresses;
    summary.denied = denied;
    Ok(summary)
}

/// Puts the most frequent first, and leaves the rest out.
fn ranked(counts: BTreeMap<String, u64>) -> Vec<Ranked> {
    let mut all: Vec<Ranked> = counts.into_iter().map(|(value, count)| Ranked { value, count }).collect();
    all.sort_by(|left, right| right.count.cmp(&left.count).then_with(|| left.value.cmp(&right.value)));
    all.truncate(TOP_MAX);
    all
}

/// Division that rounds up, of positive numbers.
trait DivCeil {
    fn div_ceil_to(self, by: Self) -> Self;
}

impl DivCeil for i64 {
    fn div_ceil_to(self, by: Self) -> Self {
        self.saturating_add(by - 1) / by
    }
}
