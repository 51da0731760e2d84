//! Notices when trails begin and end to validate, before anything is entered into the ledger that was
//! delivered afterwards.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cairn_catalog::{Catalog, CursorError, Revision, SnapshotError, State, StateChange, StoreError, TrailId};
use cairn_event::Clock;
use tokio::sync::{Mutex, watch};

use super::chain::{Chain, ChainError, ChainId};
use super::fate::{Fate, Fates, is_quiet};

/// The state that holds the newest revision whose trails were noticed.
const NOTICED: &str = "digest-revision";

/// Keeps the chains in step with the trails.
pub(crate) struct Notice {
    catalog: Arc<dyn Catalog>,
    clock: Arc<dyn Clock>,
    /// What the state holds; `None` until it was read.
    noticed: watch::Sender<Option<Revision>>,
    /// How often chains were changed.
    changes: AtomicU64,
    one_at_a_time: Mutex<()>,
}

/// A chain as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct StoredChain {
    pub(crate) id: ChainId,
    pub(crate) version: u64,
    pub(crate) chain: Chain,
}

/// The chains could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoticeError {
    #[error("read the states of digest chains")]
    Store(#[from] StoreError),
    #[error("read a revision's trails")]
    Snapshot(#[from] SnapshotError),
    #[error("write the state of a digest chain")]
    Write(#[from] CursorError),
    #[error("understand a digest chain")]
    Chain(#[from] ChainError),
    #[error("understand which revision was noticed: `{0}` is no number")]
    Noticed(String),
}

impl Notice {
    pub(crate) fn new(catalog: Arc<dyn Catalog>, clock: Arc<dyn Clock>) -> Self {
        let (noticed, changes) = (watch::Sender::new(None), AtomicU64::new(1));
        Self { catalog, clock, noticed, changes, one_at_a_time: Mutex::default() }
    }

    /// Takes in every revision up to the newest. Whoever enters receipts calls it before: so a chain that
    /// begins with a revision has every receipt that was entered after it.
    pub(crate) async fn take_in(&self) -> Result<(), NoticeError> {
        if self.noticed() == Some(self.catalog.current().revision()) {
            return Ok(());
        }
        let _alone = self.one_at_a_time.lock().await;
        let newest = self.catalog.current().revision();
        if self.noticed() == Some(newest) {
            return Ok(());
        }
        let state = self.catalog.state(NOTICED).await?;
        let before = state.as_ref().map(|state| read_revision(&state.body)).transpose()?;
        let mut changed = false;
        if before.is_none_or(|before| before < newest) {
            changed = self.follow(before, newest).await?;
            let expected = state.map(|state| state.version);
            let change = StateChange { name: NOTICED.to_owned(), expected, body: newest.to_string() };
            self.catalog.set_state(change).await?;
        }
        self.noticed.send_if_modified(|noticed| {
            *noticed = Some(newest);
            changed
        });
        Ok(())
    }

    fn noticed(&self) -> Option<Revision> {
        *self.noticed.borrow()
    }

    /// Returns a number that rises whenever chains were changed by what became of trails.
    pub(crate) fn changes(&self) -> u64 {
        self.changes.load(Ordering::Acquire)
    }

    /// Returns what tells of changed chains.
    pub(crate) fn subscribe(&self) -> watch::Receiver<Option<Revision>> {
        self.noticed.subscribe()
    }

    /// Lists the trails that have digests to come.
    pub(crate) async fn open_trails(&self) -> Result<BTreeSet<TrailId>, NoticeError> {
        let chains = self.read(ChainId::PREFIX).await?;
        Ok(chains.into_iter().filter(|chain| !chain.chain.is_ended()).map(|chain| chain.id.trail).collect())
    }

    /// Lists the chains of a trail.
    pub(crate) async fn of_trail(&self, trail: &TrailId) -> Result<Vec<StoredChain>, NoticeError> {
        let mut chains = self.read(&ChainId::prefix_of(trail)).await?;
        chains.retain(|chain| chain.id.trail == *trail);
        Ok(chains)
    }

    /// Stores a chain. False when somebody else was faster: it must be read again.
    pub(crate) async fn set(
        &self,
        id: &ChainId,
        expected: Option<u64>,
        chain: &Chain,
    ) -> Result<bool, NoticeError> {
        let change = StateChange { name: id.name(), expected, body: chain.to_body()? };
        match self.catalog.set_state(change).await {
            Ok(()) => Ok(true),
            Err(CursorError::Moved { .. }) => Ok(false),
            Err(error @ (CursorError::Refused(_) | CursorError::Store(_))) => Err(error.into()),
        }
    }

    /// Changes the chains for what became of trails after the revision `before`; false when no chain was.
    async fn follow(&self, before: Option<Revision>, newest: Revision) -> Result<bool, NoticeError> {
        if let Some(before) = before
            && self.is_quiet(before, newest).await?
        {
            return Ok(false);
        }
        let known = self.read(ChainId::PREFIX).await?;
        let ids = known.iter().map(|chain| chain.id.clone());
        // Without a mark nothing was ever noticed: what was before the newest revision is past.
        let mut fates = match before {
            Some(before) => Fates::from(Some(&*self.catalog.snapshot(before).await?), ids),
            None => Fates::from(None, ids),
        };
        for revision in before.map_or(newest, |before| before + 1)..=newest {
            fates.take(&*self.catalog.snapshot(revision).await?);
        }
        let now_s = self.clock.now().as_second();
        let receipts = self.catalog.last_receipt().await?;
        let mut changed: BTreeMap<TrailId, usize> = BTreeMap::new();
        for (id, fate) in fates.finish() {
            let stored = known.iter().find(|chain| chain.id == id).cloned();
            if self.bring_up_to_date(&id, stored, fate, (now_s, receipts)).await? {
                *changed.entry(id.trail).or_default() += 1;
            }
        }
        for (trail, chains) in changed {
            tracing::info!(trail = %trail.arn, chains, "digest chains begin or end");
        }
        self.changes.fetch_add(1, Ordering::Release);
        Ok(true)
    }

    /// Tells whether none of the revisions is about chains: most are not, and reading all chains takes a while.
    async fn is_quiet(&self, before: Revision, newest: Revision) -> Result<bool, NoticeError> {
        let mut last = self.catalog.snapshot(before).await?;
        for revision in before + 1..=newest {
            let next = self.catalog.snapshot(revision).await?;
            if !is_quiet(&last, &next) {
                return Ok(false);
            }
            last = next;
        }
        Ok(true)
    }

    /// Stores what a chain is after its trail's fate; false when it is that already.
    async fn bring_up_to_date(
        &self,
        id: &ChainId,
        mut stored: Option<StoredChain>,
        fate: Fate,
        (now_s, receipts): (i64, u64),
    ) -> Result<bool, NoticeError> {
        loop {
            let known = stored.as_ref().map(|stored| &stored.chain);
            let Some(chain) = Chain::after(known, fate, now_s, receipts) else { return Ok(false) };
            if self.set(id, stored.map(|stored| stored.version), &chain).await? {
                return Ok(true);
            }
            // The trail's own task was faster.
            stored = self.read(&id.name()).await?.into_iter().find(|chain| chain.id == *id);
        }
    }

    async fn read(&self, prefix: &str) -> Result<Vec<StoredChain>, NoticeError> {
        let states = self.catalog.states(prefix).await?;
        states.into_iter().map(|state| StoredChain::read(&state)).collect()
    }
}

impl StoredChain {
    fn read(state: &State) -> Result<Self, NoticeError> {
        let (id, chain) = (ChainId::parse(&state.name)?, Chain::parse(&state.body)?);
        Ok(Self { id, version: state.version, chain })
    }
}

impl std::fmt::Debug for Notice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Notice").field("noticed", &self.noticed()).finish_non_exhaustive()
    }
}

fn read_revision(body: &str) -> Result<Revision, NoticeError> {
    body.parse().map_err(|_no_number| NoticeError::Noticed(body.to_owned()))
}
