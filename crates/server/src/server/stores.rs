//! What is kept on disk, opened, and what stands on it.

use std::fs::File;
use std::sync::Arc;

use cairn_aws::{Connections, KmsKeys, Logs};
use cairn_catalog::{Catalog, MasterKey, SqliteCatalog, WhenMissing};
use cairn_control::{Control, Parts as ControlParts};
use cairn_delivery::{DeliveryParts, Interval, LogBucket, SigningKeys};
use cairn_event::{Clock, Ids};
use cairn_history::{History, HistoryConfig, HistoryService};
use cairn_iam::Iam;
use cairn_insights::{Insights, InsightsConfig, InsightsService};
use cairn_intake::{Intake, IntakeError};
use cairn_journal::{DiskFileSystem, EmbeddedJournal, EmbeddedReader, Options, Reader};
use cairn_projection::Source;
use cairn_s3::{S3, SealingKey};
use cairn_signin::{Guesses, Limits, Passwords, Sessions, SignIn};
use cairn_stream::{Streams, Surroundings, Tallies};
use cairn_sts::{Parts, Sts, TokenKey};
use cairn_tlog::{TileStore, Tlog};
use cairn_wire::s3::Resolver;

use super::{OpenServerError, token_key};
use crate::authorize::managed_document;
use crate::config::{Config, Throttle};
use crate::console::Console;
use crate::data_dir::DataDir;
use crate::first_start;
use crate::key_source::Places;
use crate::key_use::RecordedUse;
use crate::log_groups::RoleLogGroups;
use crate::outside::Outside;
use crate::outside_keys::OutsideKeys;
use crate::platform::ServiceCaller;
use crate::promises::{Keeping, Promises};
use crate::service_keys::ServiceKeys;
use crate::streams::{self, OpenDestinationError};

/// Returns what hashes and checks passwords, on at most half of the processors.
pub(super) fn hasher() -> Passwords {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    Passwords::new((processors / 2).clamp(1, PASSWORDS_AT_ONCE_MAX))
}

/// Each takes 19 MiB meanwhile.
const PASSWORDS_AT_ONCE_MAX: usize = 4;

/// Ends the windows that the journal's newest event lies in where the clock is behind that event. Delivery closes
/// windows ahead of such a clock, by a promise of intake's that a restart forgets: what came into them from now on would
/// be in none of the files that are put already.
async fn end_windows(intake: &Intake, config: &Config, clock: &dyn Clock) -> Result<(), IntakeError> {
    let newest_ms = intake.newest_at_start_ms();
    if clock.now().as_millisecond() < newest_ms {
        let end_ms = |length: Interval| length.end_of_window_ms(newest_ms);
        intake.advance_to(end_ms(config.delivery_interval).max(end_ms(config.aggregation_window))).await?;
    }
    Ok(())
}

/// What is kept on disk, opened.
pub(super) struct Stores {
    pub(super) lock: File,
    pub(super) master: Arc<MasterKey>,
    pub(super) tokens: Arc<TokenKey>,
    pub(super) catalog: Arc<dyn Catalog>,
    pub(super) journal: Arc<EmbeddedReader>,
    pub(super) intake: Arc<Intake>,
    pub(super) promises: Arc<Promises>,
    pub(super) keeping: Keeping,
    pub(super) s3: S3,
}

impl Stores {
    pub(super) async fn open(
        dir: &DataDir,
        config: &Config,
        clock: &Arc<dyn Clock>,
        ids: &Arc<dyn Ids>,
    ) -> Result<Self, OpenServerError> {
        let in_dir = |source| OpenServerError::DataDir { dir: dir.root().display().to_string(), source };
        dir.create().map_err(in_dir)?;
        let lock = dir.lock().map_err(in_dir)?;
        let catalog = SqliteCatalog::open(&dir.catalog()).await?;
        let missing = if catalog.holds_secrets().await? { WhenMissing::Refuse } else { WhenMissing::Create };
        let master = MasterKey::load_or_create(&dir.master_key(), missing, |bytes| ids.fill(bytes))?;
        catalog.current().check_secrets(&master)?;
        let catalog: Arc<dyn Catalog> = Arc::new(catalog);
        for account in std::iter::once(config.account).chain(config.accounts.iter().copied()) {
            first_start::ensure(account, dir, (&*catalog, &master), (&**clock, &**ids)).await?;
        }
        let options = Options { bytes_max: config.journal_bytes_max, ..Options::default() };
        let (writer, journal, recovery) =
            EmbeddedJournal::open(&dir.journal(), options, Arc::new(DiskFileSystem))?;
        if recovery.torn_bytes > 0 {
            tracing::warn!(bytes = recovery.torn_bytes, "cut off what a crash left at the journal's end");
        }
        let reader = Arc::clone(&journal) as Arc<dyn Reader>;
        let intake = Intake::start(Box::new(writer), reader, Arc::clone(&catalog), Arc::clone(clock))?;
        let intake = Arc::new(intake);
        end_windows(&intake, config, &**clock).await?;
        let (promises, keeping) = Promises::open(dir, &journal, &intake, clock, ids)?;
        let s3_config = cairn_s3::Config {
            dir: dir.s3(),
            base_domains: config.base_domains.clone(),
            sealing_key: SealingKey::new(token_key(&master, "objects")?),
        };
        let s3 = S3::open(s3_config, Arc::clone(clock), Arc::clone(ids)).await?;
        let tokens = TokenKey::new(&token_key(&master, "session-tokens")?);
        let tokens = Arc::new(tokens.map_err(|_cipher| cairn_catalog::SealError::Refused)?);
        let master = Arc::new(master);
        Ok(Self { lock, master, tokens, catalog, journal, intake, promises: Arc::new(promises), keeping, s3 })
    }

    pub(super) async fn history(
        &self,
        dir: &DataDir,
        config: &Config,
        source: &Source,
        clock: &Arc<dyn Clock>,
    ) -> Result<(History, HistoryService), OpenServerError> {
        let token_key = token_key(&self.master, "lookup-events")?;
        let config =
            HistoryConfig { seal_after: config.history_seal_after, ..HistoryConfig::new(dir.history()) };
        let (catalog, clock) = (Arc::clone(&self.catalog), Arc::clone(clock));
        Ok(History::open(config, catalog, source.clone(), clock, token_key).await?)
    }

    pub(super) async fn insights(
        &self,
        dir: &DataDir,
        config: &Config,
        source: &Source,
        clock: &Arc<dyn Clock>,
    ) -> Result<(Insights, InsightsService), OpenServerError> {
        let config = InsightsConfig { grace: config.insights_grace, ..InsightsConfig::new(dir.insights()) };
        let parts = cairn_insights::Parts {
            catalog: Arc::clone(&self.catalog),
            source: source.clone(),
            intake: Arc::clone(&self.intake),
            clock: Arc::clone(clock),
        };
        Ok(Insights::open(config, parts).await?)
    }

    pub(super) fn control(
        &self,
        config: &Config,
        (history, insights): (&History, &Insights),
        platform: Arc<ServiceCaller>,
        clock: &Arc<dyn Clock>,
    ) -> Result<Control, OpenServerError> {
        Ok(Control::new(ControlParts {
            catalog: Arc::clone(&self.catalog),
            history: history.clone(),
            insights: insights.clone(),
            page_key: token_key(&self.master, "pages")?,
            platform,
            clock: Arc::clone(clock),
            throttle: throttle(config.throttle),
        }))
    }

    pub(super) fn signing_keys(&self, ids: &Arc<dyn Ids>) -> Arc<SigningKeys> {
        Arc::new(SigningKeys::new(Arc::clone(&self.catalog), Arc::clone(&self.master), Arc::clone(ids)))
    }

    /// Sets transparency logs up, where they are wanted.
    pub(super) fn tlog(
        &self,
        config: &Config,
        journal: &Source,
        store: Arc<dyn TileStore>,
        clock: &Arc<dyn Clock>,
        ids: &Arc<dyn Ids>,
    ) -> Option<Arc<Tlog>> {
        let parts = cairn_tlog::Parts {
            interval: config.tlog_interval?,
            catalog: Arc::clone(&self.catalog),
            master: Arc::clone(&self.master),
            journal: journal.clone(),
            intake: Some(Arc::clone(&self.intake)),
            store,
            clock: Arc::clone(clock),
            ids: Arc::clone(ids),
        };
        Some(Arc::new(Tlog::new(parts)))
    }

    pub(super) fn delivery_parts(
        &self,
        source: &Source,
        bucket: Arc<dyn LogBucket>,
        keys: &Arc<SigningKeys>,
        clock: &Arc<dyn Clock>,
    ) -> DeliveryParts {
        DeliveryParts {
            catalog: Arc::clone(&self.catalog),
            journal: source.clone(),
            intake: Arc::clone(&self.intake),
            bucket,
            keys: Arc::clone(keys),
            clock: Arc::clone(clock),
        }
    }

    pub(super) async fn console(
        &self,
        config: &Config,
        passwords: &Passwords,
        clock: &Arc<dyn Clock>,
        ids: &Arc<dyn Ids>,
    ) -> Result<Console, OpenServerError> {
        let signed = |duration| jiff::SignedDuration::try_from(duration).unwrap_or_default();
        let limits = Limits { whole: signed(config.console_session), idle: signed(config.console_idle) };
        let catalog = || Arc::clone(&self.catalog);
        let sessions = Sessions::open(catalog(), Arc::clone(clock), Arc::clone(ids), limits).await?;
        let guesses = Guesses::open(&*self.catalog, &self.master, clock.now()).await?;
        let sign_in = SignIn {
            catalog: catalog(),
            master: Arc::clone(&self.master),
            clock: Arc::clone(clock),
            passwords: passwords.clone(),
            guesses,
        };
        Ok(Console { sign_in, sessions: Arc::new(sessions) })
    }

    pub(super) fn iam(
        &self,
        history: &History,
        passwords: &Passwords,
        clock: &Arc<dyn Clock>,
        ids: &Arc<dyn Ids>,
    ) -> Iam {
        let key_use = RecordedUse {
            history: history.clone(),
            catalog: Arc::clone(&self.catalog),
            clock: Arc::clone(clock),
        };
        let (catalog, master) = (Arc::clone(&self.catalog), Arc::clone(&self.master));
        let (key_use, passwords) = (Arc::new(key_use), passwords.clone());
        Iam::new(catalog, master, key_use, passwords, Arc::clone(clock), Arc::clone(ids))
    }

    pub(super) fn sts(&self, config: &Config, clock: &Arc<dyn Clock>, ids: &Arc<dyn Ids>) -> Sts {
        Sts::new(Parts {
            catalog: Arc::clone(&self.catalog),
            clock: Arc::clone(clock),
            ids: Arc::clone(ids),
            tokens: Arc::clone(&self.tokens),
            managed: managed_document,
            issuers: config.oidc_issuers.clone(),
            keys: Arc::new(Places),
        })
    }

    pub(super) fn log_groups(&self, connections: &Arc<Connections>) -> Arc<RoleLogGroups> {
        let groups = Arc::new(Logs::new(Arc::clone(connections)));
        Arc::new(RoleLogGroups { catalog: Arc::clone(&self.catalog), groups })
    }

    pub(super) fn streams(
        &self,
        config: &Config,
        journal: &Source,
        clock: &Arc<dyn Clock>,
        groups: &Arc<RoleLogGroups>,
        connections: &Arc<Connections>,
    ) -> Result<Streams, OpenDestinationError> {
        let shared = Surroundings {
            catalog: Arc::clone(&self.catalog),
            journal: journal.clone(),
            intake: Arc::clone(&self.intake),
            clock: Arc::clone(clock),
            give_up_after: config.stream_give_up_after,
            tallies: Tallies::default(),
        };
        streams::open(config, shared, groups, connections)
    }

    pub(super) fn service_caller(
        &self,
        config: &Config,
        clock: &Arc<dyn Clock>,
        ids: &Arc<dyn Ids>,
        (log_groups, outside, keys): (Arc<RoleLogGroups>, Arc<Outside>, Arc<ServiceKeys>),
    ) -> ServiceCaller {
        ServiceCaller {
            catalog: Arc::clone(&self.catalog),
            store: self.s3.store(),
            resolver: Resolver::new(config.base_domains.iter().cloned()),
            journal: Arc::clone(&self.journal) as Arc<dyn Reader>,
            log_groups,
            outside,
            intake: Arc::clone(&self.intake),
            clock: Arc::clone(clock),
            ids: Arc::clone(ids),
            keys,
        }
    }

    pub(super) fn service_keys(
        &self,
        clock: &Arc<dyn Clock>,
        ids: &Arc<dyn Ids>,
        connections: &Arc<Connections>,
    ) -> Arc<ServiceKeys> {
        let elsewhere = connections.endpoints().kms.as_ref();
        let elsewhere =
            elsewhere.map(|_| OutsideKeys::new(KmsKeys::new(Arc::clone(connections)), &self.catalog));
        Arc::new(ServiceKeys::new(&self.catalog, &self.master, &self.intake, clock, ids, elsewhere))
    }
}

fn throttle(as_set: Throttle) -> cairn_control::Throttle {
    match as_set {
        Throttle::Off => cairn_control::Throttle::off(),
        Throttle::Aws => cairn_control::Throttle::aws(),
    }
}
