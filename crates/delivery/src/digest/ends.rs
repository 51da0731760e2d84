//! Whether log files have come to where a trail ended.

use std::collections::{BTreeMap, BTreeSet};

use cairn_catalog::{DONE, TrailId};
use cairn_event::{AccountId, Region};
use cairn_journal::Position;
use jiff::Timestamp;

use super::chain::Phase;
use super::error::DigestError;
use super::notice::StoredChain;
use super::schedule::SETTLE_S;
use crate::product::Product;
use crate::service::Delivery;

/// The end of a chain.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct End {
    /// The second in which it was noticed.
    since_s: i64,
    place: (AccountId, Region),
}

/// Where the journal ended when everything before an end was in it, by the second that the end was noticed.
#[derive(Debug, Default)]
pub(crate) struct Ends(BTreeMap<i64, Position>);

impl Ends {
    /// Returns the ends, of those that chains wait for, before which everything of their account and Region is
    /// delivered that was recorded: the call that ended the trail too, for its record is in the journal once the
    /// end has settled.
    pub(crate) async fn passed(
        &mut self,
        (shared, trail): (&Delivery, &TrailId),
        waiting: BTreeSet<End>,
        now: Timestamp,
    ) -> Result<BTreeSet<End>, DigestError> {
        let noticed: BTreeSet<i64> = waiting.iter().map(|end| end.since_s).collect();
        self.0.retain(|since_s, _| noticed.contains(since_s));
        let mut passed = BTreeSet::new();
        if waiting.is_empty() {
            return Ok(passed);
        }
        for since_s in noticed {
            if now.as_second() >= since_s.saturating_add(SETTLE_S) && !self.0.contains_key(&since_s) {
                self.0.insert(since_s, shared.intake.advance_to(now.as_millisecond()).await?);
            }
        }
        let Some(below) = delivered_below(shared, trail).await? else { return Ok(passed) };
        for end in waiting {
            let is_beyond = |position: &Position| {
                let owed = |product| shared.progress.owed_from(product, trail, &end.place);
                let owed = Product::ALL.into_iter().filter_map(owed).min();
                below.min(owed.unwrap_or(Position::MAX)) >= *position
            };
            if self.0.get(&end.since_s).is_some_and(is_beyond) {
                passed.insert(end);
            }
        }
        Ok(passed)
    }
}

/// Returns when the end of a chain was noticed, and whose it is.
pub(crate) fn end_of(stored: &StoredChain) -> Option<End> {
    match stored.chain.phase {
        Phase::Ending { since_s, .. } => {
            Some(End { since_s, place: (stored.id.account, stored.id.region.clone()) })
        }
        Phase::Active | Phase::Ended => None,
    }
}

/// Returns the position below which every product of a trail is delivered, but for what is owed; `None`
/// while one has not begun.
async fn delivered_below(shared: &Delivery, trail: &TrailId) -> Result<Option<Position>, DigestError> {
    let mut lowest = Position::MAX;
    for product in Product::ALL {
        let below = match shared.progress.of(product, trail) {
            Some(below) => below,
            // Its task has not begun: because it is done, has nothing to do, or is about to.
            None => match (shared.catalog.cursor(&product.cursor_name(trail)).await?, product) {
                (Some(DONE), _) | (None, Product::AggregatedEvents) => Position::MAX,
                (Some(_), _) | (None, Product::LogFiles) => return Ok(None),
            },
        };
        lowest = lowest.min(below);
    }
    Ok(Some(lowest))
}
