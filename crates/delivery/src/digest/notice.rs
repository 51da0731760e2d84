//! Notices when trails begin and end to validate, before anything is entered into the ledger that was
//! delivered afterwards.

use std::collections::BTreeSet;
use std::sync::Arc;

use cairn_catalog::{Catalog, CursorError, Revision, SnapshotError, State, StateChange, StoreError, TrailId};
use cairn_event::Clock;
use tokio::sync::{Mutex, watch};

use super::chain::{Chain, ChainError, ChainId};
use super::fate::Fates;

/// The state that holds the newest revision whose trails were noticed.
const NOTICED: &str = "digest-revision";

/// Keeps the chains in step with the trails.
pub(crate) struct Notice {
    catalog: Arc<dyn Catalog>,
    clock: Arc<dyn Clock>,
    /// What the state holds; `None` until it was read.
    noticed: watch::Sender<Option<Revision>>,
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
        Self { catalog, clock, noticed: watch::Sender::new(None), one_at_a_time: Mutex::default() }
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
        if before.is_none_or(|before| before < newest) {
            self.follow(before, newest).await?;
            let expected = state.map(|state| state.version);
            let change = StateChange { name: NOTICED.to_owned(), expected, body: newest.to_string() };
            self.catalog.set_state(change).await?;
        }
        self.noticed.send_replace(Some(newest));
        Ok(())
    }

    /// Returns the newest revision that was taken in.
    pub(crate) fn noticed(&self) -> Option<Revision> {
        *self.noticed.borrow()
    }

    /// Returns what tells of revisions that are taken in.
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

    async fn follow(&self, before: Option<Revision>, newest: Revision) -> Result<(), NoticeError> {
        let known = self.read(ChainId::PREFIX).await?;
        let snapshot = match before {
            Some(before) => Some(self.catalog.snapshot(before).await?),
            None => None,
        };
        let mut fates = Fates::from(snapshot.as_deref(), known.iter().map(|chain| chain.id.clone()));
        // Without a mark nothing was ever noticed: what was before the newest revision is past.
        for revision in before.map_or(newest, |before| before + 1)..=newest {
            fates.take(&*self.catalog.snapshot(revision).await?);
        }
        let now_s = self.clock.now().as_second();
        let receipts = self.catalog.last_receipt().await?;
        for (id, fate) in fates.finish() {
            let mut stored = known.iter().find(|chain| chain.id == id).cloned();
            while let Some(chain) =
                Chain::after(stored.as_ref().map(|stored| &stored.chain), fate, now_s, receipts)
            {
                if self.set(&id, stored.map(|stored| stored.version), &chain).await? {
                    tracing::info!(trail = %id.trail.arn, region = %id.region, phase = ?chain.phase, "digest chain");
                    break;
                }
                stored = self.read(&id.name()).await?.into_iter().find(|chain| chain.id == id);
            }
        }
        Ok(())
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
