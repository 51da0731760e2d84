//! Insights as others use them: opened once, run once, asked by any number of handles.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use cairn_anomaly::Minute;
use cairn_catalog::Catalog;
use cairn_event::Clock;
use cairn_intake::Intake;
use cairn_journal::Position;
use cairn_projection::{Batch, Options, Projection, Source};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::config::InsightsConfig;

/// The cursor's name in the catalog.
pub const CURSOR: &str = "insights";

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
}

/// Counts, judges and tells. Made once, run once.
#[derive(Debug)]
pub struct InsightsService {
    shared: Arc<Shared>,
    parts: Parts,
    from: Position,
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
    /// The directory cannot be used.
    #[error("open the insights in {}", dir.display())]
    Directory {
        /// The directory.
        dir: PathBuf,
        #[source]
        /// Why.
        source: std::io::Error,
    },
}

/// What the parts of insights share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) config: InsightsConfig,
    pub(crate) health: watch::Sender<Health>,
}

impl Insights {
    /// Opens the store, loads what was learnt, and goes on from where it ended.
    ///
    /// # Errors
    /// See [`OpenError`]; nothing is changed.
    pub async fn open(config: InsightsConfig, parts: Parts) -> Result<(Self, InsightsService), OpenError> {
        fs::create_dir_all(&config.dir)
            .map_err(|source| OpenError::Directory { dir: config.dir.clone(), source })?;
        let from = parts.catalog.cursor(CURSOR).await?.unwrap_or_else(|| parts.source.reader().head());
        let health = watch::Sender::new(Health { next: from, ..Health::default() });
        let shared = Arc::new(Shared { config, health });
        let insights = Self { shared: Arc::clone(&shared) };
        Ok((insights, InsightsService { shared, parts, from }))
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
        let Self { shared, parts, from } = self;
        let Parts { source, clock, .. } = parts;
        let follower = Follower { shared };
        cairn_projection::run(source, from, follower, Options::default(), clock, shutdown).await;
    }
}

/// Counts what the journal holds.
#[derive(Debug)]
struct Follower {
    shared: Arc<Shared>,
}

impl Projection for Follower {
    type Error = std::convert::Infallible;

    fn name(&self) -> &'static str {
        "insights"
    }

    async fn apply(&mut self, batch: Batch) -> Result<(), Self::Error> {
        if let Some(last) = batch.last() {
            self.shared.health.send_modify(|health| health.next = last.position + 1);
        }
        Ok(())
    }
}
