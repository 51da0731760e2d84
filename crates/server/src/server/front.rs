//! What answers requests, put together.

use std::sync::Arc;

use cairn_catalog::{Catalog, Kept, MasterKey};
use cairn_control::Control;
use cairn_delivery::SigningKeys;
use cairn_event::{Clock, Ids};
use cairn_iam::Iam;
use cairn_intake::Intake;
use cairn_organizations::Organizations;
use cairn_projection::Source;
use cairn_s3::S3;
use cairn_sigv4::{ClockRules, KeyCache, Verifier};
use cairn_sts::{Sts, TokenKey};
use cairn_wire::s3::Resolver;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{OpenServerError, token_key};
use crate::authenticate::Authenticator;
use crate::config::Config;
use crate::console::Console;
use crate::gateway::{Callers, Gateway};
use crate::known::Known;
use crate::object_service::ObjectService;
use crate::outside::Outside;
use crate::people::People;
use crate::probes::Probes;
use crate::promises::Promises;
use crate::recognition::{Recogniser, open_operations};
use crate::recorder::Recorder;
use crate::serve::Front;
use crate::service_keys::ServiceKeys;
use crate::sources::{Parts as SourceParts, Sources};
use crate::turns::LongWork;

/// What of the stores the front works with.
pub(super) type OpenedForFront =
    (Arc<MasterKey>, Arc<TokenKey>, Arc<dyn Catalog>, (Arc<Intake>, Arc<Promises>), Console);

/// The services that Cairn has built in.
pub(super) type ServicesForFront = (Control, Iam, Sts, (Arc<SigningKeys>, Arc<ServiceKeys>));

/// Puts the front together.
pub(super) fn front(
    config: &Config,
    (master, tokens, catalog, (intake, promises), console): OpenedForFront,
    ((control, iam, sts, (signing_keys, keys)), known): (ServicesForFront, &Known),
    (probes, outside): (Probes, Arc<Outside>),
    (s3, source): (&S3, Source),
    (clock, ids): (Arc<dyn Clock>, Arc<dyn Ids>),
    stop: CancellationToken,
) -> Result<Front, OpenServerError> {
    let table = open_operations(config.operations_file.as_deref())?;
    let people = Arc::new(People::of(config));
    let credential_ids = token_key(&master, "credential-ids")?;
    let callers = Callers::new(Arc::clone(&known.identities), credential_ids, Arc::clone(&people));
    let gateway = Gateway::open(config, callers)?;
    let kept = config.followed_organization.as_ref().map_or(Kept::Here, |_| Kept::Elsewhere);
    let sources = Sources::open(
        config,
        SourceParts {
            catalog: Arc::clone(&catalog),
            intake: Arc::clone(&intake),
            journal: source.clone(),
            clock: Arc::clone(&clock),
            ids: Arc::clone(&ids),
            identities: Arc::clone(&known.identities),
            table: Arc::clone(&table),
        },
    )?;
    Ok(Front {
        tlog: None,
        outside,
        long_work: LongWork::default(),
        gateway,
        sources,
        catalog: Arc::clone(&catalog),
        control,
        iam,
        keys,
        organizations: Organizations::new(Arc::clone(&catalog), Arc::clone(&clock), Arc::clone(&ids), kept),
        signing_keys,
        sts,
        objects: ObjectService {
            endpoint: s3.service(),
            store: s3.store(),
            resolver: Resolver::new(config.base_domains.iter().cloned()),
        },
        authenticator: Authenticator {
            verifier: Verifier { clock: clock_rules(config), keys: KeyCache::default() },
            master,
            tokens,
            sessions: Arc::clone(&console.sessions),
            region: config.region.clone(),
        },
        console,
        recogniser: Recogniser {
            table,
            cloudfront_names: config.cloudfront_names,
            table_keys: Arc::default(),
            resolver: Resolver::new(config.base_domains.iter().cloned()),
        },
        recorder: Recorder {
            catalog: Arc::clone(&catalog),
            intake: Arc::clone(&intake),
            clock: Arc::clone(&clock),
            ids: Arc::clone(&ids),
            rejected_calls: config.rejected_calls,
            people,
        },
        probes,
        intake,
        promises,
        clock,
        ids,
        account: config.account,
        region: config.region.clone(),
        tasks: TaskTracker::new(),
        source,
        stop,
    })
}

/// Says how far clocks of clients may be off.
fn clock_rules(config: &Config) -> ClockRules {
    let skew = jiff::SignedDuration::try_from(config.clock_skew).unwrap_or_default();
    ClockRules { past: skew, future: skew }
}
