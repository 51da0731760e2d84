//! Everything opened, wired, run, and ended in the written order.

mod front;
mod stores;

use std::fs::File;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::hmac;
use cairn_catalog::{KeyFileError, MasterKey, SecretName, StoreError};
use cairn_delivery::{Delivery, DeliveryConfig};
use cairn_event::{Clock, Ids};
use cairn_history::{History, HistoryService};
use cairn_identities::directory::FileError;
use cairn_insights::{Insights, InsightsService};
use cairn_intake::{IntakeError, OpenIntakeError};
use cairn_journal::{EmbeddedReader, Reader, SubscribersFull};
use cairn_projection::Source;
use cairn_s3::S3;
use cairn_stream::Streams;
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::{SystemClock, SystemIds};
use crate::config::{Config, Encryption};
use crate::connections::{self, SecretFileError};
use crate::data_dir::{Announcement, DataDir};
use crate::delivery_page::LiveDestinations;
use crate::first_start::FirstStartError;
use crate::followed_organization::{FollowedOrganization, OpenFollowedError};
use crate::gateway::{self, OpenUpstreamError};
use crate::key_upkeep;
use crate::known::Known;
use crate::listen::listen;
use crate::lockouts;
use crate::metrics_page::{MetricsPage, MetricsTokenError};
use crate::outside::Outside;
use crate::probes::Probes;
use crate::promises::{Keeping, OpenPromisesError};
use crate::recognition::OperationsFileError;
use crate::retention::Retention;
use crate::serve::Front;
use crate::sources::OpenSourcesError;
use crate::streams::OpenDestinationError;
use crate::tls::{self, Reloading, Tls, TlsError};
use crate::upkeep;

use self::front::front;
use self::stores::Stores;

/// How long each stage of shutdown may take before it is left behind, by name.
const STAGE_WAIT: Duration = Duration::from_secs(30);

/// A server that is open and listens, and does not yet answer.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    front: Arc<Front>,
    history: HistoryService,
    insights: InsightsService,
    delivery: Arc<Delivery>,
    outside: Arc<Outside>,
    streams: Streams,
    followed: Option<FollowedOrganization>,
    journal: Arc<EmbeddedReader>,
    keeping: Keeping,
    known: Known,
    s3: S3,
    config: Config,
    tls: Option<Arc<Tls>>,
    renewal: Renewal,
    stop: CancellationToken,
    _lock: File,
}

/// Asks a running server to read its certificate again, changed or not.
#[derive(Debug, Clone, Default)]
pub struct Renewal(Arc<Notify>);

impl Renewal {
    /// Asks; what comes of it is logged. Nothing where there is no certificate.
    pub fn ask(&self) {
        self.0.notify_one();
    }
}

/// The server could not be opened. Each names what an operator can look at.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message of each variant says what it is")]
pub enum OpenServerError {
    #[error("use the data directory {dir}")]
    DataDir { dir: String, source: io::Error },
    #[error("open the master key")]
    MasterKey(#[from] KeyFileError),
    #[error("open the catalog")]
    Catalog(#[from] cairn_catalog::OpenError),
    #[error("read the catalog")]
    Store(#[from] StoreError),
    #[error("open a sealed secret: is this the master key of this catalog?")]
    Seal(#[from] cairn_catalog::SealError),
    #[error("make the first account")]
    FirstStart(#[from] FirstStartError),
    #[error("open the journal")]
    Journal(#[from] cairn_journal::OpenError),
    #[error("follow the journal")]
    Follow(#[from] SubscribersFull),
    #[error("start intake")]
    Intake(#[from] OpenIntakeError),
    #[error("end the windows of a clock that was set back")]
    Windows(#[from] IntakeError),
    #[error("take up forwarded calls that were left open")]
    Promises(#[from] OpenPromisesError),
    #[error("open the built-in S3")]
    S3(#[from] cairn_s3::OpenError),
    #[error("open the event history")]
    History(#[from] cairn_history::OpenError),
    #[error("open the insights")]
    Insights(#[from] cairn_insights::OpenError),
    #[error("set up metrics")]
    Metrics(#[from] BuildError),
    #[error("guard the metrics")]
    MetricsToken(#[from] MetricsTokenError),
    #[error("prepare calls to AWS APIs elsewhere")]
    Connections(#[from] SecretFileError),
    #[error("encrypt the endpoint")]
    Tls(#[from] TlsError),
    #[error("set up streams")]
    Streams(#[from] OpenDestinationError),
    #[error("know the operations of services")]
    Operations(#[from] OperationsFileError),
    #[error("read whose keys are whose")]
    Directory(#[from] FileError),
    #[error("set up what other systems tell of")]
    Sources(#[from] OpenSourcesError),
    #[error("follow the organization that is kept elsewhere")]
    FollowedOrganization(#[from] OpenFollowedError),
    #[error("set up the gateway")]
    Gateway(#[from] OpenUpstreamError),
    #[error("listen on {address}: is another server there? Choose another with --listen")]
    Listen { address: SocketAddr, source: io::Error },
}

impl Server {
    /// Opens everything and takes the port. Journals and indexes are ready when this returns; the head of
    /// the history catches up while the server already answers.
    ///
    /// # Errors
    /// See [`OpenServerError`].
    pub async fn open(config: Config) -> Result<Self, OpenServerError> {
        let (clock, ids): (Arc<dyn Clock>, Arc<dyn Ids>) = (Arc::new(SystemClock), Arc::new(SystemIds));
        let bound = TcpListener::bind(config.listen).await;
        // The port comes first: where it is taken, nothing is made on the disk.
        let listener = bound.map_err(|source| OpenServerError::Listen { address: config.listen, source })?;
        gateway::refuse_itself(&config, listener.local_addr().unwrap_or(config.listen))?;
        let metrics = PrometheusBuilder::new().install_recorder()?;
        let dir = DataDir::new(&config.data_dir);
        let stores = Stores::open(&dir, &config, &clock, &ids).await?;
        let source = Source::new(Arc::clone(&stores.journal) as Arc<dyn Reader>)?;
        let (history, history_service) = stores.history(&dir, &config, &source, &clock).await?;
        let (insights, insights_service) = stores.insights(&dir, &config, &source, &clock).await?;
        let connections = connections::open(&config)?;
        let followed = FollowedOrganization::open(&config, &stores.catalog, &clock, &ids)?;
        let log_groups = stores.log_groups(&connections);
        let streams = stores.streams(&config, &source, &clock, &log_groups, &connections)?;
        let outside = Arc::new(Outside::new(&connections));
        let service_keys = stores.service_keys(&clock, &ids, &connections);
        let services = (log_groups, Arc::clone(&outside), Arc::clone(&service_keys));
        let own = Arc::new(stores.service_caller(&config, &clock, &ids, services));
        let keys = stores.signing_keys(&ids);
        let parts = stores.delivery_parts(&source, outside.log_bucket(&own), &keys, &clock);
        let delivery = Arc::new(Delivery::new(windows(&config), parts));
        let tlog = stores.tlog(&config, &source, outside.tile_store(&own), &clock, &ids);
        let control = stores.control(&config, (&history, &insights), own, &clock)?;
        let keys = (keys, service_keys);
        let passwords = stores::hasher();
        let console = stores.console(&config, &passwords, &clock, &ids).await?;
        let iam = stores.iam(&history, &passwords, &clock, &ids);
        let services = (control, iam, stores.sts(&config, &clock, &ids), keys);
        let metrics = MetricsPage::open(metrics, config.metrics_token.as_deref())?;
        let journal = Arc::clone(&stores.journal) as Arc<dyn Reader>;
        let probes = probes(&config, (metrics, journal), (history, insights), (&delivery, &streams));
        let address = listener.local_addr().unwrap_or(config.listen);
        let tls = tls::open(&config, dir.tls(), clock.now())?.map(Arc::new);
        announce(&dir, &config, address)?;
        let stop = CancellationToken::new();
        let (lock, journal, s3) = (stores.lock, Arc::clone(&stores.journal), stores.s3.clone());
        let records = (stores.intake, stores.promises);
        let parts = (stores.master, stores.tokens, stores.catalog, records, console);
        let known = Known::open(&config, (&parts.2, &parts.0), &clock, &ids).await?;
        let probes = (probes, Arc::clone(&outside));
        let front =
            front(&config, parts, (services, &known), probes, (&s3, source), (clock, ids), stop.clone())?;
        let front = Front { tlog, ..front };
        Ok(Self {
            listener,
            address,
            front: Arc::new(front),
            history: history_service,
            insights: insights_service,
            delivery,
            outside,
            streams,
            followed,
            journal,
            keeping: stores.keeping,
            known,
            s3,
            config,
            tls,
            renewal: Renewal::default(),
            stop,
            _lock: lock,
        })
    }

    /// Returns the address that clients reach.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns where clients are told to reach the server.
    pub fn endpoint(&self) -> String {
        endpoint(&self.config, self.address)
    }

    /// Tells whether there is any trail, of whatever account.
    pub fn has_trails(&self) -> bool {
        self.front.catalog.current().trails().next().is_some()
    }

    /// Returns what asks this server to read its certificate again.
    pub fn renewal(&self) -> Renewal {
        self.renewal.clone()
    }

    /// Serves until `stop`, then ends in order: accepting, requests, delivery and history, intake and
    /// journal, stores. A stage that takes too long is named and left behind.
    pub async fn run(self, stop: CancellationToken) {
        let work = CancellationToken::new();
        let background = TaskTracker::new();
        background.spawn(self.history.run(work.clone()));
        background.spawn(self.insights.run(work.clone()));
        background.spawn(self.delivery.run(work.clone()));
        background.spawn(self.streams.run(work.clone()));
        if let Some(notifier) = self.outside.notifier(&self.front.catalog, &self.front.clock) {
            background.spawn(notifier.run(work.clone()));
        }
        if let Some(followed) = self.followed {
            background.spawn(followed.run(work.clone()));
        }
        background.spawn(self.outside.probe(Arc::clone(&self.front.catalog), work.clone()));
        if let Some(tlog) = &self.front.tlog {
            background.spawn(Arc::clone(tlog).run(work.clone()));
        }
        let retention = Retention {
            catalog: Arc::clone(&self.front.catalog),
            journal: self.journal,
            dir: DataDir::new(&self.config.data_dir).journal(),
            intake: Arc::clone(&self.front.intake),
            clock: Arc::clone(&self.front.clock),
            hold: self.config.journal_hold,
            tlog: self.front.tlog.is_some(),
            promises: Arc::clone(&self.front.promises),
        };
        background.spawn(retention.run(work.clone()));
        background.spawn(self.keeping.settler.run(work.clone()));
        background.spawn(self.keeping.keeper.run(work.clone()));
        background.spawn(self.known.run(work.clone()));
        background.spawn(Arc::clone(&self.front.sources).run(work.clone()));
        background.spawn(key_upkeep::run(Arc::clone(&self.front.keys), work.clone()));
        background.spawn(lockouts::run(Arc::clone(&self.front), work.clone()));
        let metrics = self.front.probes.metrics.handle().clone();
        background.spawn(upkeep::run(move || metrics.run_upkeep(), upkeep::EVERY, work.clone()));
        let front = Arc::clone(&self.front);
        background.spawn(upkeep::run(move || front.gateway.sweep(), upkeep::EVERY, work.clone()));
        if let Some(tls) = &self.tls {
            background.spawn(Reloading::new(Arc::clone(tls)).run(self.renewal.0, work.clone()));
        }
        let ending = self.stop;
        let acceptor = self.tls.as_ref().map(|tls| tls.acceptor());
        let connections = self.config.connections_max;
        let listening = listen(self.listener, Arc::clone(&self.front), acceptor, connections, stop.clone());
        tokio::join!(listening, async {
            stop.cancelled().await;
            ending.cancel();
        });
        let tasks = &self.front.tasks;
        tasks.close();
        stage("requests", tasks.wait()).await;
        work.cancel();
        background.close();
        stage("delivery and history", background.wait()).await;
        stage("open calls", self.front.promises.intents.close()).await;
        stage("intake and journal", self.front.intake.close()).await;
        stage("built-in S3", self.s3.close()).await;
        stage("catalog", self.front.catalog.close()).await;
    }
}

/// Gathers what the pages under `/_cairn/` tell of.
fn probes(
    config: &Config,
    (metrics, journal): (MetricsPage, Arc<dyn Reader>),
    (history, insights): (History, Insights),
    (delivery, streams): (&Delivery, &Streams),
) -> Probes {
    Probes {
        metrics,
        journal,
        history,
        insights,
        insights_grace: config.insights_grace,
        lags: delivery.lags(),
        delivery_interval: config.delivery_interval,
        destinations: LiveDestinations::of(config, streams.tallies()),
    }
}

/// Writes down how this server is reached, for the commands that are run beside it.
fn announce(dir: &DataDir, config: &Config, address: SocketAddr) -> Result<(), OpenServerError> {
    let (account_id, region) = (config.account, config.region.clone());
    let generated_certificate = config.encryption == Encryption::Generated;
    let told = Announcement { account_id, region, generated_certificate };
    dir.announce(&endpoint(config, address), &told)
        .map_err(|source| OpenServerError::DataDir { dir: dir.root().display().to_string(), source })
}

fn windows(config: &Config) -> DeliveryConfig {
    DeliveryConfig {
        interval: config.delivery_interval,
        aggregation_window: config.aggregation_window,
        digest_interval: config.digest_interval,
    }
}

fn endpoint(config: &Config, address: SocketAddr) -> String {
    let scheme = if config.encryption == Encryption::None { "http" } else { "https" };
    config.endpoint.clone().unwrap_or_else(|| format!("{scheme}://{address}"))
}

/// Derives the key of one kind of tokens, or of the objects of the built-in S3, from the master key, so that
/// they outlive restarts: the key is the tag of a fixed sealed name.
fn token_key(master: &MasterKey, kind: &str) -> Result<[u8; 32], cairn_catalog::SealError> {
    let name = SecretName { kind: "token-key", key: kind };
    let sealed = master.seal(name, &[], |nonce| nonce.fill(0))?;
    let tag = serde_json::to_vec(&sealed).unwrap_or_default();
    let derived = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &tag), kind.as_bytes());
    let mut key = [0; 32];
    key.copy_from_slice(derived.as_ref());
    Ok(key)
}

async fn stage(name: &'static str, ending: impl Future<Output = ()>) {
    if tokio::time::timeout(STAGE_WAIT, ending).await.is_err() {
        tracing::error!(stage = name, "shutdown did not wait any longer");
    }
}
