//! The projection that fills the head and hands full drafts to the sealer.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use cairn_event::Clock;
use cairn_journal::Position;
use cairn_projection::{Batch, Projection};
use jiff::Timestamp;
use tokio::sync::mpsc;

use crate::draft::Draft;
use crate::error::StoreError;
use crate::history::Shared;
use crate::telemetry;

/// While the sealer is busy the head may grow to this many times its limit; then indexing waits.
const HEADS_MAX: usize = 2;

/// A draft that saw only records of other histories is closed at this many, so that the cursor moves on.
const PASSED_MAX: u64 = 1_000_000;

/// A batch was not indexed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum IndexError {
    #[error("index a batch")]
    Store(#[from] StoreError),
    #[error("index a batch: an earlier one was lost with its thread; a restart rebuilds the head")]
    Lost,
    #[error("index a batch: the sealer has stopped")]
    NoSealer,
}

/// The filling end of the history.
pub(crate) struct Indexer {
    shared: Arc<Shared>,
    clock: Arc<dyn Clock>,
    drafts: PathBuf,
    draft: Option<Draft>,
    /// When the draft got its first record.
    begun: Option<Timestamp>,
    sealer: mpsc::Sender<Draft>,
}

impl Indexer {
    /// Makes an indexer that goes on at `from`.
    pub(crate) fn new(
        shared: Arc<Shared>,
        clock: Arc<dyn Clock>,
        drafts: PathBuf,
        from: Position,
        sealer: mpsc::Sender<Draft>,
    ) -> Result<Self, StoreError> {
        let draft = Some(Draft::create(&drafts, 0, from)?);
        Ok(Self { shared, clock, drafts, draft, begun: None, sealer })
    }

    fn publish(&self) {
        let Some(draft) = &self.draft else { return };
        let part = draft.part();
        self.shared.views.change(|view| view.put_head(part));
        self.shared.indexed.send_replace(draft.next());
    }

    /// Hands the draft over if it is due: full, old, or long enough without an event.
    async fn hand_over(&mut self) -> Result<(), IndexError> {
        let Some(draft) = &self.draft else { return Err(IndexError::Lost) };
        let config = &self.shared.config;
        let full = draft.events() >= config.head_events_max;
        let age = self.begun.map_or(0, |begun| self.clock.now().duration_since(begun).as_secs());
        let old = Duration::from_secs(u64::try_from(age).unwrap_or(0)) >= config.seal_after;
        let empty = draft.next() == draft.from();
        let passed = draft.next() - draft.from() >= PASSED_MAX.max(config.head_events_max as u64);
        if empty || !(full || old || passed) {
            return Ok(());
        }
        let permit = match self.sealer.try_reserve() {
            Ok(permit) => permit,
            Err(mpsc::error::TrySendError::Full(()))
                if draft.events() < config.head_events_max * HEADS_MAX =>
            {
                return Ok(());
            }
            // The head is as large as it may get: indexing waits, and its lag shows.
            Err(_) => self.sealer.reserve().await.map_err(|_closed| IndexError::NoSealer)?,
        };
        // Made first: if it fails, the full draft stays in its place.
        let following = Draft::create(&self.drafts, draft.id() + 1, draft.next())?;
        if let Some(full) = self.draft.replace(following) {
            permit.send(full);
        }
        self.begun = None;
        Ok(())
    }
}

impl Projection for Indexer {
    type Error = IndexError;

    fn name(&self) -> &'static str {
        "history"
    }

    async fn apply(&mut self, batch: Batch) -> Result<(), IndexError> {
        let mut draft = self.draft.take().ok_or(IndexError::Lost)?;
        let work = tokio::task::spawn_blocking(move || {
            let taken = draft.take(&batch);
            (draft, taken)
        });
        let Ok((draft, taken)) = work.await else { return Err(IndexError::Lost) };
        self.draft = Some(draft);
        self.begun.get_or_insert_with(|| self.clock.now());
        self.publish();
        telemetry::holds(&self.shared.views.current());
        taken?;
        self.hand_over().await
    }

    async fn idle(&mut self) -> Result<(), IndexError> {
        self.hand_over().await
    }
}

impl std::fmt::Debug for Indexer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Indexer").field("draft", &self.draft).finish_non_exhaustive()
    }
}
