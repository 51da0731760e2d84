//! The catalog as its users see it, whatever stores it.

use std::sync::Arc;

use async_trait::async_trait;
use cairn_event::{AccountId, Region};
use jiff::Timestamp;

use crate::{
    Change, CommitError, Cursor, CursorError, CursorMove, Delivered, Delivery, DeliveryKind, Failure,
    ReceiptQuery, Snapshot, SnapshotError, Split, SplitChange, State, StateChange, StoreError, TakenEvent,
    Taking, TrailId, TrailStatus,
};

/// The number of a state of the configuration. Revision 0 is what a new catalog holds: settings alone.
pub type Revision = u64;

/// The control plane's state.
///
/// Calls that write return only when the change is synced, and change nothing when they fail, except
/// where the error says [`crate::StoreFailure::Broken`]. They are not cancel-safe: dropped halfway, the
/// change may or may not happen. Reads may be dropped at any time.
#[async_trait]
pub trait Catalog: Send + Sync + std::fmt::Debug {
    /// Returns the newest revision that this process knows; never waits for the store.
    fn current(&self) -> Arc<Snapshot>;

    /// Returns the configuration as it was at `revision`.
    ///
    /// # Errors
    /// [`SnapshotError::Unknown`] for a revision that does not exist yet.
    async fn snapshot(&self, revision: Revision) -> Result<Arc<Snapshot>, SnapshotError>;

    /// Makes the next revision out of `based_on`, or changes nothing. The answer is the new revision, and
    /// [`Catalog::current`] shows it from then on.
    ///
    /// # Errors
    /// [`CommitError::Conflict`] when `based_on` is not the newest revision: read again, decide again.
    /// [`CommitError::Refused`] when the changes contradict the revision or one another.
    async fn commit(&self, based_on: Revision, changes: Vec<Change>) -> Result<Revision, CommitError>;

    /// Returns where the cursor stands: the next position to be read; `None` before its first move.
    ///
    /// # Errors
    /// The store could not be read.
    async fn cursor(&self, name: &str) -> Result<Option<u64>, StoreError>;

    /// Lists all cursors, by name.
    ///
    /// # Errors
    /// The store could not be read.
    async fn cursors(&self) -> Result<Vec<Cursor>, StoreError>;

    /// Moves a cursor forward, if it stands where the caller believes.
    ///
    /// # Errors
    /// [`CursorError::Moved`] when it stands elsewhere: another worker has taken over.
    async fn advance(&self, step: CursorMove) -> Result<(), CursorError>;

    /// Moves a cursor to any place, back or forward, if it stands where the caller believes: for a derived
    /// view that is built anew.
    ///
    /// # Errors
    /// [`CursorError::Moved`] when it stands elsewhere.
    async fn rewind(&self, step: CursorMove) -> Result<(), CursorError>;

    /// Enters delivered files into the ledger, moves the cursor past them, sets the state and clears the trails'
    /// delivery errors: all of it or nothing. A file that is there with the same receipt stays as it was entered.
    ///
    /// # Errors
    /// [`CursorError::Moved`] when the cursor stands elsewhere or the state has another version;
    /// [`CursorError::Refused`] when another receipt of a file is there.
    async fn deliver(&self, delivery: Delivery) -> Result<(), CursorError>;

    /// Reads the ledger in the order of entry, one page at a time.
    ///
    /// # Errors
    /// The store could not be read.
    async fn receipts(&self, query: &ReceiptQuery) -> Result<Vec<Delivered>, StoreError>;

    /// Returns the number of the newest receipt of all trails; 0 while there is none.
    ///
    /// # Errors
    /// The store could not be read.
    async fn last_receipt(&self) -> Result<u64, StoreError>;

    /// Returns a state; `None` before it was first set.
    ///
    /// # Errors
    /// The store could not be read.
    async fn state(&self, name: &str) -> Result<Option<State>, StoreError>;

    /// Lists the states whose names begin with `prefix`, by name.
    ///
    /// # Errors
    /// The store could not be read.
    async fn states(&self, prefix: &str) -> Result<Vec<State>, StoreError>;

    /// Sets a state, if it has the version that the caller knows; its version is then one more.
    ///
    /// # Errors
    /// [`CursorError::Moved`] with the version it has, when that is another.
    async fn set_state(&self, change: StateChange) -> Result<(), CursorError>;

    /// Sets many states, each as [`Catalog::set_state`] does: all of them or none. At most
    /// [`StateChange::TOGETHER_MAX`].
    ///
    /// # Errors
    /// [`CursorError::Moved`] with the version of the first that has another than its change knows.
    async fn set_states(&self, changes: &[StateChange]) -> Result<(), CursorError>;

    /// Notes that something of a trail, recorded in that account and Region, reached its destination.
    ///
    /// # Errors
    /// The store could not be written.
    async fn record_delivery_success(
        &self,
        trail: &TrailId,
        place: (AccountId, &Region),
        kind: DeliveryKind,
        at: Timestamp,
    ) -> Result<(), StoreError>;

    /// Notes that something of a trail, recorded in that account and Region, did not reach its destination, with the destination's error code.
    ///
    /// # Errors
    /// The store could not be written.
    async fn record_delivery_failure(
        &self,
        trail: &TrailId,
        place: (AccountId, &Region),
        kind: DeliveryKind,
        at: Timestamp,
        code: &str,
    ) -> Result<(), StoreError>;

    /// Notes many failures of a trail at once. One that was noted less than [`Failure::NOTED_AGAIN_MS`] ago with the
    /// same code is left as it is.
    ///
    /// # Errors
    /// The store could not be written.
    async fn record_delivery_failures(
        &self,
        trail: &TrailId,
        kind: DeliveryKind,
        at: Timestamp,
        failures: &[Failure],
    ) -> Result<(), StoreError>;

    /// Returns how a trail's deliveries of one account and Region went; all empty when there was none.
    ///
    /// # Errors
    /// The store could not be read.
    async fn status(&self, trail: &TrailId, place: (AccountId, &Region)) -> Result<TrailStatus, StoreError>;

    /// Returns which of these events of other sources were taken; at most [`TakenEvent::ASKED_MAX`] are looked at.
    ///
    /// # Errors
    /// The store could not be read.
    async fn known_events(&self, asked: &[TakenEvent]) -> Result<Vec<TakenEvent>, StoreError>;

    /// Enters events of other sources as taken and moves the cursor: all of it or nothing.
    ///
    /// # Errors
    /// [`CursorError::Moved`] when the cursor stands elsewhere.
    async fn take_events(&self, taking: Taking) -> Result<(), CursorError>;

    /// Forgets some of the taken events that may be forgotten before the day `today`, and tells how many.
    ///
    /// # Errors
    /// The store could not be written.
    async fn forget_events(&self, today: i32) -> Result<u64, StoreError>;

    /// Lists the splits of the event history by first position.
    ///
    /// # Errors
    /// The store could not be read.
    async fn splits(&self) -> Result<Vec<Split>, StoreError>;

    /// Adds and removes splits and moves the cursor: all of it or nothing.
    ///
    /// # Errors
    /// [`CursorError::Moved`] when the cursor stands elsewhere; [`CursorError::Refused`] when a split to
    /// add is there or one to remove is not.
    async fn replace_splits(&self, change: SplitChange) -> Result<(), CursorError>;

    /// Says whether any revision, past or present, holds a sealed secret: a lost master key then means
    /// lost secrets, and making a new one in silence would hide that.
    ///
    /// # Errors
    /// The store could not be read.
    async fn holds_secrets(&self) -> Result<bool, StoreError>;

    /// Finishes writes and lets go of the store. Every call after this one fails.
    async fn close(&self);
}
