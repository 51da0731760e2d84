//! Insights as others use them: opened once, run once, asked by any number of handles.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use cairn_anomaly::Minute;
use cairn_catalog::Catalog;
use cairn_event::Clock;
use cairn_intake::Intake;
use cairn_journal::Position;
use cairn_projection::{Options, Source};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::config::InsightsConfig;
use crate::follow::Follower;
use crate::load::{self, Loaded};
use crate::pulse::Pulse;
use crate::store::{Store, StoreOpenError};

/// The cursor's name in the catalog.
pub const CURSOR: &str = "insights";

/// The store's file in the directory of insights.
const FILE: &str = "insights.sqlite3";

/// What insights stand on.
#[derive(Debug)]
pub struct Parts {
    /// Which trails want insights, and where the cursor is shown.
    pub catalog: Arc<dyn Catalog>,
    /// Where events come from.
    pub source: Source,
    /// Where Insights events go.
    pub intake: Arc<Intake>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// Asks insights. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Insights {
    shared: Arc<Shared>,
    /// The follower's, with connections of its own: questions don't keep it from reading.
    store: Arc<Store>,
}

/// Counts, judges and tells. Made once, run once.
#[derive(Debug)]
pub struct InsightsService {
    follower: Follower,
    /// That of the handles.
    asked: Arc<Store>,
    look_every: Duration,
}

/// How insights fare at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Health {
    /// The last minute that is closed; none before the first.
    pub closed: Option<Minute>,
    /// The next position to be counted.
    pub next: Position,
    /// Series that are in memory.
    pub series: usize,
    /// Records that wait to be sent.
    pub waiting: usize,
    /// Series that wait to be built anew.
    pub stale: usize,
}

/// Insights could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The catalog could not be read.
    #[error("open the insights")]
    Catalog(#[from] cairn_catalog::StoreError),
    /// The store cannot be used; its own text says why.
    #[error("open the insights in {}", dir.display())]
    Store {
        /// The directory.
        dir: PathBuf,
        #[source]
        /// Why.
        source: StoreOpenError,
    },
    /// What was counted before could not be read.
    #[error("load what insights know")]
    Load(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// What the parts of insights share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) store: Arc<Store>,
    pub(crate) health: watch::Sender<Health>,
}

impl Insights {
    /// Opens the store, loads what was learnt, and goes on from where it ended.
    ///
    /// # Errors
    /// See [`OpenError`]; nothing is changed.
    pub async fn open(config: InsightsConfig, parts: Parts) -> Result<(Self, InsightsService), OpenError> {
        let Parts { catalog, source, intake, clock } = parts;
        let opened = Store::open(&config.dir.join(FILE)).await;
        let store = opened.map_err(|source| OpenError::Store { dir: config.dir.clone(), source })?;
        let now = Minute::of_epoch_seconds(clock.now().as_second());
        // Known before anything is loaded: what is appended from now on was sent by this server.
        let sent_below = source.tail();
        let loaded = load::load(&store, source.reader().as_ref(), config.grace_ms(), now).await;
        let Loaded { counting, told } = loaded.map_err(|error| OpenError::Load(Box::new(error)))?;
        let health = watch::Sender::new(Health { next: counting.next(), ..Health::default() });
        let cursor = catalog.cursor(CURSOR).await?;
        let asked = Arc::new(store.beside());
        let shared = Arc::new(Shared { store: Arc::new(store), health });
        let mut follower = Follower {
            shared: Arc::clone(&shared),
            catalog,
            intake,
            source,
            clock,
            counting: Some(counting),
            told,
            saving: None,
            known: BTreeMap::new(),
            pulse: Arc::new(Pulse::new(config.still_after)),
            cursor,
            sent_below,
            rebuilt_last: None,
            expired_hour: 0,
        };
        follower.enroll().await?;
        let service = InsightsService { follower, asked: Arc::clone(&asked), look_every: config.look_every };
        Ok((Self { shared, store: asked }, service))
    }

    /// Returns the store, for questions.
    pub fn store(&self) -> &Arc<Store> {
        &self.store
    }

    /// Tells how insights fare.
    pub fn health(&self) -> Health {
        *self.shared.health.borrow()
    }

    /// Waits until health is as wanted. Cancel-safe; has no end of its own.
    pub async fn wait_for(&self, wanted: impl FnMut(&Health) -> bool) {
        let mut health = self.shared.health.subscribe();
        // The sender lives as long as this handle, so that waiting cannot fail.
        if health.wait_for(wanted).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl InsightsService {
    /// Runs until `shutdown`: a batch that was begun is finished first.
    pub async fn run(self, shutdown: CancellationToken) {
        let Self { follower, asked, look_every } = self;
        let from = follower.next();
        let (source, clock) = (follower.source.clone(), Arc::clone(&follower.clock));
        let shared = Arc::clone(&follower.shared);
        let options = Options { idle_every: look_every, ..Options::default() };
        let (pulse, intake, watch) =
            (Arc::clone(&follower.pulse), Arc::clone(&follower.intake), Arc::clone(&clock));
        let beating = async {
            loop {
                pulse.beat(watch.now().as_millisecond(), intake.refusal().is_some());
                tokio::time::sleep(look_every).await;
            }
        };
        let following = Box::pin(cairn_projection::run(source, from, follower, options, clock, shutdown));
        tokio::select! {
            _position = following => {}
            () = beating => {}
        }
        asked.close_readers().await;
        shared.store.close().await;
    }
}
