//! Whether log files have come to where a trail ended.

use std::collections::{BTreeMap, BTreeSet};

use cairn_catalog::{DONE, TrailId};
use cairn_journal::Position;
use jiff::Timestamp;

use super::chain::Phase;
use super::error::DigestError;
use super::notice::StoredChain;
use super::schedule::SETTLE_S;
use crate::product::Product;
use crate::service::Delivery;

/// Where the journal ended when everything before an end was in it, by the second that the end was noticed.
#[derive(Debug, Default)]
pub(crate) struct Ends(BTreeMap<i64, Position>);

impl Ends {
    /// Returns the ends, of those that chains wait for, before which everything is delivered that was
    /// recorded: the call that ended the trail too, for its record is in the journal once the end has settled.
    pub(crate) async fn passed(
        &mut self,
        (shared, trail): (&Delivery, &TrailId),
        waiting: BTreeSet<i64>,
        now: Timestamp,
    ) -> Result<BTreeSet<i64>, DigestError> {
        self.0.retain(|since_s, _| waiting.contains(since_s));
        let mut passed = BTreeSet::new();
        for since_s in waiting {
            if now.as_second() < since_s.saturating_add(SETTLE_S) {
                continue;
            }
            let position = match self.0.get(&since_s) {
                Some(position) => *position,
                None => shared.intake.advance_to(now.as_millisecond()).await?,
            };
            self.0.insert(since_s, position);
            if is_delivered(shared, trail, position).await? {
                passed.insert(since_s);
            }
        }
        Ok(passed)
    }
}

/// Returns when the end of a chain was noticed.
pub(crate) fn end_of(stored: &StoredChain) -> Option<i64> {
    match stored.chain.phase {
        Phase::Ending { since_s, .. } => Some(since_s),
        Phase::Active | Phase::Ended => None,
    }
}

async fn is_delivered(shared: &Delivery, trail: &TrailId, position: Position) -> Result<bool, DigestError> {
    for product in Product::ALL {
        let has_passed = match shared.progress.of(product, trail) {
            Some(below) => below >= position,
            // Its task has not begun: because it is done, has nothing to do, or is about to.
            None => match (shared.catalog.cursor(&product.cursor_name(trail)).await?, product) {
                (Some(position), _) => position == DONE,
                (None, Product::AggregatedEvents) => true,
                (None, Product::LogFiles) => false,
            },
        };
        if !has_passed {
            return Ok(false);
        }
    }
    Ok(true)
}
