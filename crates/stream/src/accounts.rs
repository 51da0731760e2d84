//! The streams that come with accounts: one for each account whose event buses are reached.
//!
//! A dead bus delays its own account alone, so each account has a task and a cursor. The tasks go along the journal
//! side by side: what one of them has read and decoded, the next ones take.
//!
//! A cursor beside those of the accounts, the mark, tells a later process how far new accounts were watched for: who
//! has no cursor has nothing before it, and begins there.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use cairn_catalog::{CursorError, CursorMove, DONE};
use cairn_event::AccountId;
use cairn_journal::Position;
use cairn_projection::{Batch as Records, BatchError, Source};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::backoff::backoff;
use crate::event_bus::{AccountBuses, BusRules, EventBuses};
use crate::follow::{Begin, Follower};
use crate::sink::Sink as _;
use crate::surroundings::Surroundings;

/// How often the list of accounts is looked at; the first event of a new account is late by at most this.
const ACCOUNTS_CHECK: Duration = Duration::from_millis(300);

/// Positions after which the mark moves, so that the journal can be trimmed.
const MARK_POSITIONS_MAX: u64 = 100_000;

/// The name of the cursor that is the mark; no account is called so.
const MARK: &str = "eventbridge/accounts";

/// How many readings are kept for followers that are a little behind.
const READINGS_MAX: usize = 4;

/// The event buses of accounts, and what goes to them.
#[derive(Debug, Clone)]
pub struct Buses {
    /// What goes.
    pub rules: BusRules,
    /// How they are called.
    pub buses: Arc<dyn EventBuses>,
    /// Whose are reached.
    pub reach: Reach,
}

/// Whose event buses are reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// One account's.
    One(AccountId),
    /// Those of every account that there is, and of those that will be.
    All,
}

impl Buses {
    /// Tells whether an account has a stream.
    pub(crate) fn reaches(&self, account: AccountId) -> bool {
        match self.reach {
            Reach::One(only) => only == account,
            Reach::All => true,
        }
    }

    pub(crate) fn of(&self, account: AccountId) -> AccountBuses {
        AccountBuses::new(account, self.rules.clone(), Arc::clone(&self.buses))
    }

    /// Returns the name of the cursor that tells how far new accounts were watched for, where any can come.
    pub(crate) fn mark(&self) -> Option<&'static str> {
        match self.reach {
            Reach::One(_) => None,
            Reach::All => Some(MARK),
        }
    }
}

/// Follows the journal for every account whose buses are reached, until `stop`. An account that is there at the
/// first start gets what happens from then on, one that comes later everything from its first event, whatever
/// became of the process meanwhile.
pub(crate) async fn run(shared: &Surroundings, buses: &Buses, stop: CancellationToken) {
    let tasks = TaskTracker::new();
    let reading = Arc::new(SideBySide::default());
    let mut followed: BTreeSet<AccountId> = BTreeSet::new();
    let Some((mut mark, mut begin)) = first(shared, buses, &stop).await else { return };
    loop {
        // Whoever is not there yet has nothing before this.
        let tail = shared.journal.tail();
        let now = shared.catalog.current();
        for account in now.accounts().map(|account| account.id).filter(|account| buses.reaches(*account)) {
            if followed.insert(account) {
                let follower = Follower::new(shared, buses.of(account), begin);
                let follower = match buses.reach {
                    Reach::One(_) => follower,
                    Reach::All => follower.beside(&reading),
                };
                tasks.spawn(follower.run(stop.clone()));
            }
        }
        begin = Begin::Since(tail);
        if let Some(from) = mark.filter(|from| tail.saturating_sub(*from) > MARK_POSITIONS_MAX) {
            match advance(shared, buses, &followed, (from, tail)).await {
                Ok(to) => mark = Some(to),
                Err(error) => report(&error),
            }
        }
        tokio::select! {
            () = stop.cancelled() => break,
            () = tokio::time::sleep(ACCOUNTS_CHECK) => {}
        }
    }
    tasks.close();
    tasks.wait().await;
}

/// Returns where the mark stands, if there is one, and where accounts without a cursor begin; `None` once stopped.
async fn first(
    shared: &Surroundings,
    buses: &Buses,
    stop: &CancellationToken,
) -> Option<(Option<Position>, Begin)> {
    let Some(name) = buses.mark() else { return Some((None, Begin::Tail)) };
    let mut backoff = backoff();
    loop {
        match take_up(shared, name).await {
            Ok(position) => return Some((Some(position), Begin::Since(position))),
            Err(error) => report(&error),
        }
        tokio::select! {
            () = stop.cancelled() => return None,
            () = tokio::time::sleep(backoff.failed()) => {}
        }
    }
}

/// Finds the mark, or sets it at the journal's end where there is none or the destination was over.
async fn take_up(shared: &Surroundings, name: &str) -> Result<Position, CursorError> {
    let to = shared.journal.tail();
    let step = |expected| CursorMove { name: name.to_owned(), expected, to };
    match shared.catalog.cursor(name).await? {
        Some(DONE) => shared.catalog.rewind(step(Some(DONE))).await?,
        Some(position) => return Ok(position),
        None => shared.catalog.advance(step(None)).await?,
    }
    Ok(to)
}

/// Moves the mark once every account that was there at `to` has a cursor of its own, and returns where it stands.
async fn advance(
    shared: &Surroundings,
    buses: &Buses,
    followed: &BTreeSet<AccountId>,
    (from, to): (Position, Position),
) -> Result<Position, CursorError> {
    let cursors = shared.catalog.cursors().await?;
    let open = cursors.iter().filter(|cursor| cursor.position != DONE);
    let names: BTreeSet<&str> = open.map(|cursor| cursor.name.as_str()).collect();
    if !followed.iter().all(|account| names.contains(buses.of(*account).name())) {
        return Ok(from);
    }
    shared.catalog.advance(CursorMove { name: MARK.to_owned(), expected: Some(from), to }).await?;
    Ok(to)
}

fn report(error: &CursorError) {
    let error = error as &dyn std::error::Error;
    tracing::warn!(error, "how far new accounts were watched for could not be noted");
}

/// The last readings of followers that go along side by side.
#[derive(Debug, Default)]
pub(crate) struct SideBySide {
    kept: Mutex<VecDeque<(Position, Records)>>,
}

impl SideBySide {
    /// Reads from a position on, or hands over what another read from there. One reads at a time: whoever waits
    /// most often waits for exactly what it wants.
    pub(crate) async fn read(
        &self,
        source: &Source,
        from: Position,
        bytes_max: usize,
    ) -> Result<Option<Records>, BatchError> {
        let mut kept = self.kept.lock().await;
        if let Some((_, records)) = kept.iter().find(|(position, _)| *position == from) {
            return Ok(Some(Arc::clone(records)));
        }
        let records = source.read(from, bytes_max).await?;
        if let Some(records) = &records {
            if kept.len() == READINGS_MAX {
                kept.pop_front();
            }
            kept.push_back((from, Arc::clone(records)));
        }
        Ok(records)
    }
}
