//! Notices when trails begin and end to validate, before anything is entered into the ledger that was
//! delivered afterwards.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex as BriefMutex, PoisonError};

use cairn_catalog::{
    Catalog, CursorError, Revision, Snapshot, SnapshotError, State, StateChange, StoreError, TrailId,
};
use cairn_event::Clock;
use tokio::sync::{Mutex, watch};

use super::chain::{Chain, ChainError, ChainId};
use super::fate::{Covers, Fate, Fates, Touched, cover_the_same, is_touched};

/// The state that holds the newest revision whose trails were noticed.
const NOTICED: &str = "digest-revision";

/// A trail with more touched accounts has all its chains read at once.
const READ_EACH_MAX: usize = 16;

/// How many chains are changed together: nobody else writes to the catalog meanwhile.
const TOGETHER: usize = 200;

/// How many revisions are followed at once: what trails cover at each of them is in memory meanwhile.
const REVISIONS_TOGETHER: u64 = 100;

/// Keeps the chains in step with the trails.
pub(crate) struct Notice {
    catalog: Arc<dyn Catalog>,
    clock: Arc<dyn Clock>,
    /// What the state holds; `None` until it was read.
    noticed: watch::Sender<Option<Revision>>,
    changes: BriefMutex<Changes>,
    /// Where the last follower came to. One follows at a time.
    last: Mutex<Option<Covered>>,
}

/// A revision, and what its trails cover: most revisions change nothing of it.
#[derive(Debug, Clone)]
struct Covered {
    snapshot: Arc<Snapshot>,
    covers: Arc<Covers>,
}

/// What was changed by what became of trails.
#[derive(Debug, Default)]
struct Changes {
    /// How often chains were changed.
    count: u64,
    /// Changes up to this count are forgotten.
    forgotten: u64,
    /// The chains that were changed last, each with the count that its change made.
    last: VecDeque<(u64, ChainId)>,
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
        let changes = BriefMutex::new(Changes { count: 1, ..Changes::default() });
        Self { catalog, clock, noticed: watch::Sender::new(None), changes, last: Mutex::default() }
    }

    /// Takes in every revision up to the newest. Whoever enters receipts calls it before: so a chain that
    /// begins with a revision has every receipt that was entered after it.
    pub(crate) async fn take_in(&self) -> Result<(), NoticeError> {
        if self.noticed() == Some(self.catalog.current().revision()) {
            return Ok(());
        }
        let mut last = self.last.lock().await;
        let newest = self.catalog.current().revision();
        if self.noticed() == Some(newest) {
            return Ok(());
        }
        let state = self.catalog.state(NOTICED).await?;
        let mut before = state.as_ref().map(|state| read_revision(&state.body)).transpose()?;
        let mut expected = state.map(|state| state.version);
        let mut changed = false;
        while before.is_none_or(|before| before < newest) {
            let upto = before.map_or(newest, |before| newest.min(before + REVISIONS_TOGETHER));
            changed |= self.follow(&mut last, before, upto).await?;
            let change = StateChange { name: NOTICED.to_owned(), expected, body: upto.to_string() };
            self.catalog.set_state(change).await?;
            (before, expected) = (Some(upto), Some(expected.unwrap_or_default() + 1));
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
        self.changes_now().count
    }

    /// Lists the chains of a trail that were changed after so many changes; `None` where that is too long ago.
    pub(crate) fn changed_since(&self, count: u64, trail: &TrailId) -> Option<Vec<ChainId>> {
        let mut changed = self.changes_now().since(count)?;
        changed.retain(|id| id.trail == *trail);
        Some(changed)
    }

    /// Lists the trails whose chains were changed after so many changes; `None` where that is too long ago.
    pub(crate) fn trails_since(&self, count: u64) -> Option<BTreeSet<TrailId>> {
        Some(self.changes_now().since(count)?.into_iter().map(|id| id.trail).collect())
    }

    fn changes_now(&self) -> std::sync::MutexGuard<'_, Changes> {
        // Nothing panics while it is held.
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
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

    /// Reads a chain; `None` where there is none.
    pub(crate) async fn of(&self, id: &ChainId) -> Result<Option<StoredChain>, NoticeError> {
        let state = self.catalog.state(&id.name()).await?;
        state.map(|state| StoredChain::read(&state)).transpose()
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

    /// Changes the chains for what became of trails after the revision `before`, up to another; false when no
    /// chain was.
    async fn follow(
        &self,
        last: &mut Option<Covered>,
        before: Option<Revision>,
        upto: Revision,
    ) -> Result<bool, NoticeError> {
        // Without a mark nothing was ever noticed: what was before the newest revision is past.
        let start = match before {
            Some(before) => Some(self.covered(last.take(), before).await?),
            None => None,
        };
        let (mut at, mut touched, mut turns) = (start.clone(), Touched::new(), Vec::new());
        for revision in before.map_or(upto, |before| before + 1)..=upto {
            let next = self.covered(at.clone(), revision).await?;
            let before = at.as_ref().map(|at| &at.covers);
            if !before.is_some_and(|before| Arc::ptr_eq(before, &next.covers)) {
                next.covers.touch(&mut touched, before.map(Arc::as_ref));
                turns.push((revision.saturating_sub(1), Arc::clone(&next.covers)));
            }
            at = Some(next);
        }
        *last = at;
        if touched.is_empty() {
            return Ok(false);
        }
        let known = self.known(&touched).await?;
        let mut fates =
            Fates::from(&touched, start.as_ref().map(|start| &*start.covers), known.keys().cloned());
        turns.iter().for_each(|(before, covers)| fates.take(*before, covers));
        self.store(fates.finish().into_iter().collect(), &known).await?;
        Ok(true)
    }

    /// Returns what trails cover at a revision: what they did at an earlier one, if that is the same.
    async fn covered(&self, known: Option<Covered>, revision: Revision) -> Result<Covered, NoticeError> {
        if let Some(known) = &known
            && known.snapshot.revision() == revision
        {
            return Ok(known.clone());
        }
        let snapshot = self.catalog.snapshot(revision).await?;
        let covers = match known {
            Some(known) if cover_the_same(&known.snapshot, &snapshot) => known.covers,
            _ => Arc::new(Covers::of(&snapshot)),
        };
        Ok(Covered { snapshot, covers })
    }

    /// Stores what chains are after their trails' fates.
    async fn store(
        &self,
        fates: Vec<(ChainId, Fate)>,
        known: &BTreeMap<ChainId, StoredChain>,
    ) -> Result<(), NoticeError> {
        let now_s = self.clock.now().as_second();
        let receipts = self.catalog.last_receipt().await?;
        for fates in fates.chunks(TOGETHER) {
            self.bring_up_to_date(fates, known, (now_s, receipts)).await?;
        }
        Ok(())
    }

    /// Reads the chains that may have begun or ended.
    async fn known(&self, touched: &Touched) -> Result<BTreeMap<ChainId, StoredChain>, NoticeError> {
        let mut known = BTreeMap::new();
        for (trail, accounts) in touched {
            let prefixes: Vec<String> = match accounts.len() {
                0..=READ_EACH_MAX => {
                    accounts.iter().map(|account| ChainId::prefix_of_account(trail, *account)).collect()
                }
                _ => vec![ChainId::prefix_of(trail)],
            };
            for prefix in prefixes {
                let chains = self.read(&prefix).await?.into_iter();
                let chains = chains.filter(|stored| is_touched(touched, &stored.id));
                known.extend(chains.map(|stored| (stored.id.clone(), stored)));
            }
        }
        Ok(known)
    }

    /// Stores what some chains are after their trails' fates. What is stored is noted at once: it is not found to
    /// be changed again if others can't be stored.
    async fn bring_up_to_date(
        &self,
        fates: &[(ChainId, Fate)],
        known: &BTreeMap<ChainId, StoredChain>,
        (now_s, receipts): (i64, u64),
    ) -> Result<(), NoticeError> {
        let (mut changed, mut changes) = (Vec::new(), Vec::new());
        for (id, fate) in fates {
            let stored = known.get(id);
            let after = Chain::after(stored.map(|stored| &stored.chain), *fate, now_s, receipts);
            let Some(chain) = after else { continue };
            let expected = stored.map(|stored| stored.version);
            changes.push(StateChange { name: id.name(), expected, body: chain.to_body()? });
            changed.push(id.clone());
        }
        if changes.is_empty() {
            return Ok(());
        }
        match self.catalog.set_states(&changes).await {
            Ok(()) => self.note(changed),
            Err(CursorError::Moved { .. }) => {
                // A trail's own task was faster with one of them.
                for (id, fate) in fates {
                    if self.bring_one_up_to_date(id, known.get(id).cloned(), *fate, (now_s, receipts)).await?
                    {
                        self.note(vec![id.clone()]);
                    }
                }
            }
            Err(error @ (CursorError::Refused(_) | CursorError::Store(_))) => return Err(error.into()),
        }
        Ok(())
    }

    /// Tells of chains that were changed.
    fn note(&self, changed: Vec<ChainId>) {
        for chains in changed.chunk_by(|one, next| one.trail == next.trail) {
            let Some(first) = chains.first() else { continue };
            tracing::info!(trail = %first.trail.arn, chains = chains.len(), "digest chains begin or end");
        }
        self.changes_now().note(changed);
    }

    /// Stores what a chain is after its trail's fate; false when it is that already.
    async fn bring_one_up_to_date(
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
            stored = self.of(id).await?;
        }
    }

    async fn read(&self, prefix: &str) -> Result<Vec<StoredChain>, NoticeError> {
        let states = self.catalog.states(prefix).await?;
        states.into_iter().map(|state| StoredChain::read(&state)).collect()
    }
}

impl Changes {
    /// The most changed chains that are remembered.
    const LAST_MAX: usize = 4_096;

    fn note(&mut self, changed: Vec<ChainId>) {
        self.count += 1;
        self.last.extend(changed.into_iter().map(|id| (self.count, id)));
        // A change is forgotten wholly: half of it would pass for all of it.
        while self.last.len() > Self::LAST_MAX {
            let oldest = self.last.front().map(|(count, _)| *count);
            while oldest.is_some() && self.last.front().map(|(count, _)| *count) == oldest {
                self.last.pop_front();
            }
            self.forgotten = oldest.unwrap_or(self.forgotten);
        }
    }

    fn since(&self, count: u64) -> Option<Vec<ChainId>> {
        let later = self.last.iter().filter(|(change, _)| *change > count);
        (count >= self.forgotten).then(|| later.map(|(_, id)| id.clone()).collect())
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

#[cfg(test)]
mod tests {
    use super::*;

    fn id(account: u64) -> ChainId {
        let trail = TrailId { arn: "arn".to_owned(), created: 1 };
        let account = format!("{account:012}").parse().unwrap();
        ChainId { trail, account, region: "us-east-1".parse().unwrap() }
    }

    #[test]
    fn changes_are_told_to_whoever_does_not_know_them_or_that_they_are_forgotten() {
        let mut changes = Changes { count: 1, ..Changes::default() };
        assert_eq!(changes.since(1), Some(Vec::new()));
        changes.note(vec![id(1), id(2)]);
        changes.note(vec![id(3)]);
        assert_eq!(changes.since(1), Some(vec![id(1), id(2), id(3)]));
        assert_eq!(changes.since(2), Some(vec![id(3)]));
        assert_eq!(changes.since(3), Some(Vec::new()));
        changes.note((0..Changes::LAST_MAX as u64 - 1).map(id).collect());
        assert_eq!(changes.since(1), None, "the oldest change is gone as a whole");
        assert_eq!(changes.since(2).map(|ids| ids.len()), Some(Changes::LAST_MAX));
        changes.note((0..=Changes::LAST_MAX as u64).map(id).collect());
        assert_eq!((changes.since(4), changes.last.len()), (None, 0));
    }
}
