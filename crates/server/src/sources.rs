//! Events that other systems tell of: MinIO's webhook, SDKs' datagrams, imported logs.
//!
//! | page | who may | body |
//! | --- | --- | --- |
//! | `POST /_cairn/sources/minio` | who has the token of `sources.minio.token_file` | entries of MinIO's audit log |
//! | `POST /_cairn/import` | `cairn:ImportEvents`, signed for service `cloudtrail` | lines of a log ([`import`]) |
//! | `POST /_cairn/import/begin`, `/end` | the same | what many requests are together ([`imports`]) |
//!
//! Each answers only after its events are durable, and takes none twice.

mod datagrams;
mod import;
mod imports;
mod telemetry;
mod webhook;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use cairn_access::Caller;
use cairn_catalog::Catalog;
use cairn_event::{AccountId, Clock, Ids, Region};
use cairn_identities::{Claim, Identities, Realm, Sighting, Signatures, Verdict};
use cairn_intake::Intake;
use cairn_operations::Table;
use cairn_projection::Source;
use cairn_sources::csm::Names;
use cairn_sources::{Actors, Book, Home, Imports};
use cairn_wire::s3::Resolver;
use hyper::body::Incoming;
use tokio_util::sync::CancellationToken;

use self::datagrams::Datagrams;
use self::webhook::Webhook;
use crate::answer::{Answered, answer};
use crate::authenticate::principal;
use crate::config::{Config, Recorded};
use crate::serve::{Arrival, Front};

/// How often the book of what was taken is written.
const BOOK_EVERY: Duration = Duration::from_secs(2);

/// How often imports are looked for that nobody goes on with.
const SILENCE_EVERY: Duration = Duration::from_secs(30);

/// How many writings lie between two forgettings.
const FORGET_EVERY: u32 = 1_800;

/// Sources in the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceSettings {
    /// The file with the token of MinIO's webhook; none where there is no webhook.
    pub minio_token_file: Option<PathBuf>,
    /// The account of MinIO's events, if not the server's own.
    pub minio_account: Option<AccountId>,
    /// The Region of MinIO's events, if not the server's own.
    pub minio_region: Option<Region>,
    /// Where SDKs send datagrams; none where they are not taken.
    pub csm_listen: Option<SocketAddr>,
    /// The account of events of SDKs whose key is nobody's here, if not the server's own.
    pub csm_account: Option<AccountId>,
}

/// A source could not be opened.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message of each variant says what it is")]
pub enum OpenSourcesError {
    #[error("read the token of MinIO's webhook from {file}")]
    Token { file: PathBuf, source: io::Error },
    #[error("use the token of MinIO's webhook from {file}: 16 to 512 characters in one line are needed")]
    TokenForm { file: PathBuf },
    #[error(
        "listen on {address} for datagrams of SDKs: is another program there? Choose another with sources.csm.listen"
    )]
    Listen { address: SocketAddr, source: io::Error },
}

/// What all sources share.
pub(crate) struct Parts {
    pub(crate) catalog: Arc<dyn Catalog>,
    pub(crate) intake: Arc<Intake>,
    pub(crate) journal: Source,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn Ids>,
    pub(crate) identities: Arc<Identities>,
    pub(crate) table: Arc<Table>,
}

/// The sources that are switched on.
#[derive(Debug)]
pub(crate) struct Sources {
    book: Arc<Book>,
    imports: Imports,
    webhook: Option<Webhook>,
    datagrams: Option<Arc<Datagrams>>,
    people: People,
    intake: Arc<Intake>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
}

/// Tells whose keys are whose: those made here, then those of the directory and of answers.
#[derive(Debug, Clone)]
struct People {
    catalog: Arc<dyn Catalog>,
    identities: Arc<Identities>,
    actors: Actors,
}

impl Sources {
    /// Opens what the settings switch on.
    pub(crate) fn open(config: &Config, parts: Parts) -> Result<Arc<Self>, OpenSourcesError> {
        let settings = &config.sources;
        let place = |account: Option<AccountId>, region: Option<&Region>| {
            (account.unwrap_or(config.account), region.unwrap_or(&config.region).clone())
        };
        let actors = if config.actors == Recorded::Yes { Actors::Told } else { Actors::LeftOut };
        let people = People { catalog: Arc::clone(&parts.catalog), identities: parts.identities, actors };
        let webhook = match &settings.minio_token_file {
            Some(file) => {
                let place = place(settings.minio_account, settings.minio_region.as_ref());
                Some(Webhook::open(file, place)?)
            }
            None => None,
        };
        let datagrams = match settings.csm_listen {
            Some(address) => {
                let resolver = Resolver::new(config.base_domains.iter().cloned());
                let names = Names::new(parts.table, resolver);
                let place = place(settings.csm_account, None);
                let (intake, ids) = (Arc::clone(&parts.intake), Arc::clone(&parts.ids));
                Some(Arc::new(Datagrams::open(address, (names, place), people.clone(), (intake, ids))?))
            }
            None => None,
        };
        let imports = Imports::new(Arc::clone(&parts.catalog));
        let (intake, clock, ids) = (parts.intake, parts.clock, parts.ids);
        let book = Book::new(parts.catalog, Arc::clone(&intake), parts.journal, Arc::clone(&clock));
        let book = Arc::new(book);
        Ok(Arc::new(Self { book, imports, webhook, datagrams, people, intake, clock, ids }))
    }

    /// Takes datagrams, and looks after the book and open imports, until `stop`.
    pub(crate) async fn run(self: Arc<Self>, stop: CancellationToken) {
        let datagrams = async {
            if let Some(datagrams) = &self.datagrams {
                Arc::clone(datagrams).run(stop.clone()).await;
            }
        };
        tokio::join!(
            datagrams,
            self.look_after_the_book(stop.clone()),
            self.look_after_imports(stop.clone())
        );
    }

    /// Ends imports that nobody goes on with. One that is open at the end goes on with the next start.
    async fn look_after_imports(&self, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(SILENCE_EVERY) => {}
            }
            self.end_silent_imports().await;
        }
    }

    /// Writes the book from time to time and at the end, and forgets what is long gone.
    async fn look_after_the_book(&self, stop: CancellationToken) {
        let mut writings = 0_u32;
        loop {
            let stopped = tokio::select! {
                () = stop.cancelled() => true,
                () = tokio::time::sleep(BOOK_EVERY) => false,
            };
            if let Err(error) = self.book.keep().await {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "the book of events of other sources is not written; tried again");
            }
            if stopped {
                return;
            }
            writings = writings.wrapping_add(1);
            if writings.is_multiple_of(FORGET_EVERY)
                && let Err(error) = self.book.forget().await
            {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "old events of other sources are not forgotten; tried again");
            }
        }
    }
}

impl People {
    /// Says where events of an account are recorded, now.
    fn home(&self, account: AccountId, region: &Region) -> Home {
        let regions = self.catalog.current().settings().enabled_regions.clone().into();
        Home { account, region: region.clone(), regions, actors: self.actors }
    }

    /// Returns the caller that a key is claimed to be of, and the account where that is known.
    fn claimed(&self, access_key_id: &str, home: AccountId) -> (Caller, AccountId) {
        let snapshot = self.catalog.current();
        if let Some(key) = snapshot.access_key(access_key_id)
            && let Some(owner) = snapshot.owner(key)
        {
            let access_key_id = Some(access_key_id.to_owned());
            return (Caller::Claimed { principal: principal(owner), access_key_id }, key.account);
        }
        let found = self.identified(access_key_id, home);
        (found.caller(Verdict::Claimed), home)
    }

    /// Returns who the directory says a key is of, for a system that has checked its signature.
    fn accepted(&self, access_key_id: &str, home: AccountId) -> Option<Caller> {
        let found = self.identified(access_key_id, home);
        found.person().is_some().then(|| found.caller(Verdict::Accepted))
    }

    fn identified(&self, access_key_id: &str, home: AccountId) -> cairn_identities::Identified {
        self.identities.identify(&Sighting {
            realm: Realm { account: home, signatures: Signatures::Checked },
            upstream: "",
            claim: &Claim::Key(access_key_id.to_owned()),
            event_source: "",
            operation: "",
            form: None,
            scope: None,
        })
    }
}

impl Front {
    /// Answers MinIO's webhook.
    pub(crate) async fn take_webhook(&self, arrival: &Arrival, body: Incoming) -> Answered {
        match &self.sources.webhook {
            Some(webhook) => webhook.take(arrival, body, (&self.sources.book, &self.sources.people)).await,
            None => answer(404, "text/plain", &[], "no such page\n").into(),
        }
    }
}

/// The page that takes logs.
pub(crate) const IMPORT_PAGE: &str = "/_cairn/import";

/// The pages that begin and end an import of many requests.
pub(crate) const BEGIN_IMPORT_PAGE: &str = "/_cairn/import/begin";
pub(crate) const END_IMPORT_PAGE: &str = "/_cairn/import/end";

/// The page that MinIO tells.
pub(crate) const WEBHOOK_PAGE: &str = "/_cairn/sources/minio";
