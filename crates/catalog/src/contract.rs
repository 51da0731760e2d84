//! What every [`Catalog`] must do, as cases that run against any implementation.
//!
//! An implementation's test opens a fresh [`Backend`] for each of [`cases`] and runs it. A case panics
//! where the contract is broken: this module is for tests only.

mod cursors;
mod deliveries;
mod model;
mod revisions;
pub mod sample;
mod secrets;
mod splits;
mod states;
mod taken;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;

use crate::Catalog;

pub use model::check_history;

/// A store that is empty at first and can be opened any number of times, also several times at once, as
/// several processes would.
#[async_trait]
pub trait Backend: Send + Sync {
    /// Opens the store.
    async fn open(&self) -> Arc<dyn Catalog>;
}

/// One demand of the contract.
pub struct Case {
    /// What is demanded.
    pub name: &'static str,
    run: fn(Arc<dyn Backend>) -> Running,
}

type Running = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Says whether a refusal is the one expected.
type IsExpected = fn(&crate::Refusal) -> bool;

impl Case {
    /// Runs the case on a fresh backend.
    ///
    /// # Panics
    /// If the implementation breaks the contract.
    pub async fn run(&self, backend: Arc<dyn Backend>) {
        (self.run)(backend).await;
    }
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

macro_rules! cases {
    ($($module:ident::$case:ident),* $(,)?) => {
        /// Lists the cases.
        pub fn cases() -> Vec<Case> {
            vec![$(Case {
                name: concat!(stringify!($module), "::", stringify!($case)),
                run: |backend| Box::pin($module::$case(backend)),
            }),*]
        }
    };
}

cases![
    revisions::a_new_catalog_holds_the_default_settings,
    revisions::a_commit_makes_the_next_revision_and_shows_it,
    revisions::a_commit_on_an_older_revision_conflicts,
    revisions::of_concurrent_commits_one_wins_each_revision,
    revisions::a_commit_of_another_process_conflicts_and_is_then_seen,
    revisions::a_refused_commit_changes_nothing,
    revisions::old_revisions_never_change,
    revisions::a_revision_that_does_not_exist_yet_is_refused,
    revisions::a_trail_made_again_is_another_life,
    revisions::revisions_survive_without_a_close,
    model::any_history_can_be_read_back,
    cursors::a_cursor_moves_only_from_where_it_stands,
    cursors::a_cursor_advances_forward_and_rewinds_anywhere,
    cursors::of_concurrent_moves_one_wins,
    cursors::cursors_survive_and_are_listed_by_name,
    deliveries::a_delivery_enters_receipts_and_moves_its_cursor,
    deliveries::a_delivery_with_a_moved_cursor_leaves_nothing,
    deliveries::a_file_is_entered_once,
    deliveries::a_delivery_without_files_moves_the_cursor_alone,
    deliveries::receipts_are_read_in_pages_and_by_bounds,
    deliveries::a_state_changes_with_a_delivery_or_not_at_all,
    deliveries::many_failures_are_noted_together_and_not_too_often,
    deliveries::success_clears_the_error_and_failure_keeps_the_last_success,
    deliveries::status_is_per_life_region_and_kind,
    states::a_state_is_set_only_from_the_version_it_has,
    states::states_survive_and_are_listed_by_prefix,
    states::many_states_are_set_together_or_not_at_all,
    deliveries::the_newest_receipt_is_known,
    splits::splits_and_cursor_change_together,
    splits::a_refused_replacement_changes_nothing,
    taken::taken_events_are_known_and_move_the_cursor,
    taken::a_refused_taking_leaves_nothing,
    taken::taken_events_are_forgotten_after_their_day,
    secrets::a_sealed_secret_survives_and_opens,
    secrets::secrets_are_remembered_after_their_key_is_gone,
];
