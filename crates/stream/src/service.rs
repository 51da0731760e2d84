//! All streams: those that an operator configures, and those that come and go with trails.

use std::collections::BTreeSet;
use std::pin::Pin;
use std::sync::Arc;

use cairn_catalog::{CursorMove, DONE, StoreError};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::accounts::{self, Buses};
use crate::follow::{Begin, Follower};
use crate::log_group::LogGroups;
use crate::sink::Sink;
use crate::surroundings::Surroundings;
use crate::tally::Tallies;
use crate::trails;

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// All streams of a server.
pub struct Streams {
    shared: Surroundings,
    groups: Option<Arc<dyn LogGroups>>,
    buses: Option<Buses>,
    stop: CancellationToken,
    names: BTreeSet<String>,
    tasks: Vec<Task>,
}

impl Streams {
    /// Sets streams up; nothing runs yet.
    pub fn new(shared: Surroundings) -> Self {
        let (stop, names, tasks) = (CancellationToken::new(), BTreeSet::new(), Vec::new());
        Self { shared, groups: None, buses: None, stop, names, tasks }
    }

    /// Returns where the streams tell how they fare.
    pub fn tallies(&self) -> Tallies {
        self.shared.tallies.clone()
    }

    /// Adds the log groups of all trails that have one, now and later.
    pub fn follow_trails(&mut self, groups: Arc<dyn LogGroups>) {
        self.groups = Some(groups);
    }

    /// Adds the event buses of accounts, of those that are there and those that will be.
    pub fn follow_accounts(&mut self, buses: Buses) {
        let now = self.shared.catalog.current();
        let reached = now.accounts().map(|account| account.id).filter(|account| buses.reaches(*account));
        self.names.extend(reached.map(|account| buses.of(account).name().to_owned()));
        self.names.extend(buses.mark().map(str::to_owned));
        self.buses = Some(buses);
    }

    /// Adds a destination that an operator configured. It gets what happens from its first start on; its
    /// name is its cursor's and must be its own.
    pub fn follow<S: Sink>(&mut self, sink: S) {
        self.follow_from(sink, Begin::Tail);
    }

    /// Adds a destination that begins elsewhere.
    pub(crate) fn follow_from<S: Sink>(&mut self, sink: S, begin: Begin) {
        self.names.insert(sink.name().to_owned());
        let follower = Follower::new(&self.shared, sink, begin);
        self.tasks.push(Box::pin(follower.run(self.stop.clone())));
    }

    /// Runs every stream until `stop`; what was taken is finished first.
    pub async fn run(self, stop: CancellationToken) {
        if let Err(error) = retire(&self.shared, &self.names).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "cursors of former streams could not be ended; they hold the journal");
        }
        let tracker = TaskTracker::new();
        for task in self.tasks {
            tracker.spawn(task);
        }
        let of_trails = async {
            match &self.groups {
                Some(groups) => trails::run(&self.shared, groups, stop.clone()).await,
                None => stop.cancelled().await,
            }
        };
        let of_accounts = async {
            match &self.buses {
                Some(buses) => accounts::run(&self.shared, buses, stop.clone()).await,
                None => stop.cancelled().await,
            }
        };
        tokio::join!(of_trails, of_accounts);
        self.stop.cancel();
        tracker.close();
        tracker.wait().await;
    }
}

/// What the names of streams begin with that come from the configuration.
pub(crate) const CONFIGURED: [&str; 3] = ["eventbridge/", "webhook/", "nats/"];

/// Ends the cursors of destinations that are configured no more, so that they don't hold the journal.
async fn retire(shared: &Surroundings, names: &BTreeSet<String>) -> Result<(), StoreError> {
    for cursor in shared.catalog.cursors().await? {
        let configured = CONFIGURED.iter().any(|kind| cursor.name.starts_with(kind));
        if !configured || cursor.position == DONE || names.contains(&cursor.name) {
            continue;
        }
        tracing::info!(stream = cursor.name, "stream is configured no more; its cursor is ended");
        let step = CursorMove { name: cursor.name, expected: Some(cursor.position), to: DONE };
        if let Err(error) = shared.catalog.advance(step).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "cursor of a former stream could not be ended; it holds the journal");
        }
    }
    Ok(())
}

impl std::fmt::Debug for Streams {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Streams").field("names", &self.names).finish_non_exhaustive()
    }
}
