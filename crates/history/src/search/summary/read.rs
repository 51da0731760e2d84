//! Counting by reading events, newest first: where their values do not show whether they are searched for.

use std::collections::BTreeMap;
use std::time::Duration;

use cairn_event::Outcome;
use tokio_util::sync::CancellationToken;

use super::{Ranked, Summary, TOP_MAX};
use crate::lookup::LookupError;
use crate::page::FoundEvent;
use crate::search::answer::{Budget, Span, hunt};
use crate::search::ask::Search;
use crate::view::View;

/// How much is read before counting stops: about two seconds of it.
const BUDGET: Budget = Budget { blocks: 30_000, passed: 16_000, time: Duration::from_secs(2) };

/// The most events that are counted: each is parsed.
const EVENTS_MAX: usize = 300_000;

/// The events that are found at once.
const PIECE_EVENTS: usize = 1000;

/// What is counted by value.
#[derive(Debug, Default)]
struct Tops([BTreeMap<String, u64>; 6]);

/// Counts what `search` finds into a summary with empty buckets, and tells how far back it came.
pub(super) fn summarise(
    (view, left): (&View, &CancellationToken),
    search: &Search,
    span: Span,
    mut summary: Summary,
) -> Result<Summary, LookupError> {
    let (mut after, mut tops, mut budget) = (None, Tops::default(), BUDGET);
    let mut counted = 0;
    loop {
        if left.is_cancelled() {
            return Err(LookupError::Abandoned);
        }
        let haul = hunt(view, search, (span, after), PIECE_EVENTS, budget)?;
        for found in &haul.events {
            count(found, span, &mut summary, &mut tops);
        }
        after = haul.last;
        counted += haul.events.len();
        budget = budget.less(&haul);
        let Some(last) = after else { break };
        if haul.tired || budget.is_spent() || counted >= EVENTS_MAX {
            summary.counted_back_to = Some(last.seconds);
            break;
        }
    }
    Ok(summary.with_tops(tops.0.map(ranked)))
}

fn count(found: &FoundEvent, span: Span, summary: &mut Summary, tops: &mut Tops) {
    let source = found.event_source.as_deref();
    let (failed, denied) = (found.outcome.is_failure(), found.outcome == Outcome::Denied);
    let number = found.event_time.epoch_seconds().saturating_sub(span.start) / summary.bucket_seconds;
    summary.total += 1;
    summary.failed += u64::from(failed);
    summary.denied += u64::from(denied);
    if let Some(bucket) = usize::try_from(number).ok().and_then(|at| summary.buckets.get_mut(at)) {
        bucket.count += 1;
        bucket.errors += u64::from(failed);
        *bucket.by_source.entry(source.unwrap_or_default().to_owned()).or_default() += 1;
    }
    let username = found.username.as_deref();
    let values = [
        username,
        found.event_name.as_deref(),
        source,
        found.error_code.as_deref(),
        found.source_ip_address.as_deref(),
        username.filter(|_| denied),
    ];
    for (top, value) in tops.0.iter_mut().zip(values) {
        if let Some(value) = value {
            *top.entry(value.to_owned()).or_default() += 1;
        }
    }
}

/// Puts the most frequent first, and leaves the rest out.
fn ranked(counts: BTreeMap<String, u64>) -> Vec<Ranked> {
    let mut all: Vec<Ranked> = counts.into_iter().map(|(value, count)| Ranked { value, count }).collect();
    all.sort_by(|left, right| right.count.cmp(&left.count).then_with(|| left.value.cmp(&right.value)));
    all.truncate(TOP_MAX);
    all
}
