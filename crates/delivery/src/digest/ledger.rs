//! The delivery ledger as digests read it: the receipts of one trail, by their numbers.

use std::sync::Arc;

use cairn_catalog::{Catalog, Delivered, ReceiptQuery, StoreError, TrailId};

use super::chain::{ChainId, Plan};
use super::file;
use super::notice::StoredChain;
use super::schedule::{Backlog, Pending, Window};

/// The receipts of one trail.
#[derive(Debug)]
pub(crate) struct Ledger {
    catalog: Arc<dyn Catalog>,
    trail: TrailId,
}

impl Ledger {
    pub(crate) fn new(catalog: Arc<dyn Catalog>, trail: TrailId) -> Self {
        Self { catalog, trail }
    }

    /// Returns the number of the newest receipt of all trails.
    pub(crate) async fn last(&self) -> Result<u64, StoreError> {
        self.catalog.last_receipt().await
    }

    /// Reads the receipts that no regular digest of a chain has, of those up to `seen`: until the first that
    /// was delivered after the window.
    pub(crate) async fn backlog(
        &self,
        stored: &StoredChain,
        window: Window,
        seen: u64,
    ) -> Result<Backlog, StoreError> {
        let mut backlog = Backlog::default();
        if stored.chain.covered >= seen {
            return Ok(backlog);
        }
        let end_ms = window.end_s.saturating_mul(1_000);
        self.each(self.of_chain(&stored.id, stored.chain.covered), |delivered| {
            let one = Pending { number: delivered.number, at_ms: delivered.at.as_millisecond() };
            let is_seen = one.number <= seen;
            backlog.more = is_seen && one.at_ms >= end_ms;
            let goes_on = is_seen && !backlog.more;
            if goes_on {
                backlog.pending.push(one);
            }
            goes_on
        })
        .await?;
        Ok(backlog)
    }

    /// Reads the receipts that a planned digest has.
    pub(crate) async fn of_plan(
        &self,
        stored: &StoredChain,
        plan: &Plan,
    ) -> Result<Vec<Delivered>, StoreError> {
        let mut receipts = Vec::new();
        self.each(self.of_chain(&stored.id, plan.after), |delivered| {
            let in_range = delivered.number <= plan.upto;
            if in_range && file::holds(plan, &stored.chain, &delivered) {
                receipts.push(delivered);
            }
            in_range
        })
        .await?;
        Ok(receipts)
    }

    /// Reads the receipts of all accounts and Regions whose numbers are after the one and up to the other.
    pub(crate) async fn between(
        &self,
        (after, upto): (u64, u64),
        mut take: impl FnMut(Delivered) + Send,
    ) -> Result<(), StoreError> {
        let query = ReceiptQuery { after: Some(after), ..ReceiptQuery::of(self.trail.clone()) };
        self.each(query, |delivered| {
            let in_range = delivered.number <= upto;
            if in_range {
                take(delivered);
            }
            in_range
        })
        .await
    }

    fn of_chain(&self, id: &ChainId, after: u64) -> ReceiptQuery {
        let (account, region) = (Some(id.account), Some(id.region.clone()));
        ReceiptQuery { account, region, after: Some(after), ..ReceiptQuery::of(self.trail.clone()) }
    }

    /// Reads page by page while `take` wants more.
    async fn each(
        &self,
        mut query: ReceiptQuery,
        mut take: impl FnMut(Delivered) -> bool + Send,
    ) -> Result<(), StoreError> {
        loop {
            let page = self.catalog.receipts(&query).await?;
            let is_last = page.len() < ReceiptQuery::PAGE_MAX as usize;
            query.after = page.last().map(|delivered| delivered.number);
            for delivered in page {
                if !take(delivered) {
                    return Ok(());
                }
            }
            if is_last {
                return Ok(());
            }
        }
    }
}
