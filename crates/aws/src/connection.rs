//! Connections: a client for each API and Region, made when first asked for.
//!
//! Clients are made from settings alone. The SDK's loader, which would read endpoints, Regions and retries
//! from the environment and from profiles, is never used.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_config::identity::IdentityCache;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use cairn_event::{AccountId, Region};

use crate::role::AccountRole;
use crate::{Credentials, Endpoint, Endpoints};

/// How long a connection may take to open.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long one attempt may take, body included.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(15);

/// How long a call may take with its repetitions: less than a stage of shutdown waits.
const CALL_TIMEOUT: Duration = Duration::from_secs(25);

/// How often a call is tried at once. Callers have pauses of their own, which grow; these are for hiccups.
const ATTEMPTS_MAX: u32 = 3;

/// The longest pause between two attempts of one call.
const PAUSE_MAX: Duration = Duration::from_secs(2);

/// Clients of the configured endpoints. Cheap to ask; a client keeps its connections.
pub struct Connections {
    endpoints: Endpoints,
    base: aws_config::SdkConfig,
    s3: Clients<aws_sdk_s3::Client>,
    sns: Clients<aws_sdk_sns::Client>,
    logs: AccountClients<aws_sdk_cloudwatchlogs::Client>,
    events: AccountClients<aws_sdk_eventbridge::Client>,
    /// What the accounts of others are entered with.
    role: Option<AccountRole>,
    kms: Clients<aws_sdk_kms::Client>,
}

/// The clients of one API by Region.
type Clients<T> = Mutex<BTreeMap<Region, T>>;

/// The clients of one API by account, where its role is taken on, and Region.
type AccountClients<T> = Mutex<BTreeMap<(Option<AccountId>, Region), T>>;

impl Connections {
    /// Prepares connections; nobody is called yet.
    pub fn new(endpoints: Endpoints, credentials: &Credentials) -> Self {
        let base = base(credentials.provider());
        Self {
            endpoints,
            base,
            s3: Mutex::default(),
            sns: Mutex::default(),
            logs: Mutex::default(),
            events: Mutex::default(),
            role: None,
            kms: Mutex::default(),
        }
    }

    /// Takes a role on in every other account before its log groups and event buses are called.
    #[must_use]
    pub fn in_accounts(self, role: AccountRole) -> Self {
        Self { role: Some(role), ..self }
    }

    /// Returns where the APIs are.
    pub fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// Returns a client of S3; `None` where no endpoint is configured. Where the endpoint is not AWS's,
    /// buckets are part of the path.
    pub fn s3(&self, region: &Region) -> Option<aws_sdk_s3::Client> {
        let endpoint = self.endpoints.s3.as_ref()?;
        Some(client(&self.s3, region, || {
            let config = aws_sdk_s3::config::Builder::from(&self.config(endpoint, region));
            let path_style = matches!(endpoint, Endpoint::Url(_));
            aws_sdk_s3::Client::from_conf(config.force_path_style(path_style).build())
        }))
    }

    /// Returns a client of SNS; `None` where no endpoint is configured.
    pub fn sns(&self, region: &Region) -> Option<aws_sdk_sns::Client> {
        let endpoint = self.endpoints.sns.as_ref()?;
        Some(client(&self.sns, region, || aws_sdk_sns::Client::new(&self.config(endpoint, region))))
    }

    /// Returns a client of an account's CloudWatch Logs; `None` where no endpoint is configured.
    pub fn logs(&self, account: AccountId, region: &Region) -> Option<aws_sdk_cloudwatchlogs::Client> {
        let endpoint = self.endpoints.logs.as_ref()?;
        let place = (self.entered(account), region.clone());
        Some(client(&self.logs, &place, || {
            aws_sdk_cloudwatchlogs::Client::new(&self.config_in(endpoint, &place))
        }))
    }

    /// Returns a client of an account's EventBridge; `None` where no endpoint is configured.
    pub fn events(&self, account: AccountId, region: &Region) -> Option<aws_sdk_eventbridge::Client> {
        let endpoint = self.endpoints.events.as_ref()?;
        let place = (self.entered(account), region.clone());
        Some(client(&self.events, &place, || {
            aws_sdk_eventbridge::Client::new(&self.config_in(endpoint, &place))
        }))
    }

    /// Returns a client of KMS; `None` where no endpoint is configured.
    pub fn kms(&self, region: &Region) -> Option<aws_sdk_kms::Client> {
        let endpoint = self.endpoints.kms.as_ref()?;
        Some(client(&self.kms, region, || aws_sdk_kms::Client::new(&self.config(endpoint, region))))
    }

    /// Returns the account if a role is taken on in it.
    fn entered(&self, account: AccountId) -> Option<AccountId> {
        self.role.as_ref().filter(|role| role.home != account).map(|_| account)
    }

    fn config_in(&self, endpoint: &Endpoint, (account, region): &(Option<AccountId>, Region)) -> SdkConfig {
        let own = self.config(endpoint, region);
        match (&self.role, account) {
            (Some(role), Some(account)) => {
                let credentials = role.credentials(*account, &own);
                own.into_builder().credentials_provider(credentials).build()
            }
            (Some(_) | None, _) => own,
        }
    }

    fn config(&self, endpoint: &Endpoint, region: &Region) -> SdkConfig {
        let config = self.base.clone().into_builder();
        let config = config.region(aws_config::Region::new(region.to_string()));
        match endpoint {
            Endpoint::Aws => config.build(),
            Endpoint::Url(url) => config.endpoint_url(url).build(),
        }
    }
}

/// Returns the configuration of a client of a service that is one for all Regions.
pub(crate) fn global(endpoint: &Endpoint, credentials: &Credentials) -> SdkConfig {
    let config = base(credentials.provider()).into_builder();
    let config = config.region(aws_config::Region::from_static("us-east-1"));
    match endpoint {
        Endpoint::Aws => config.build(),
        Endpoint::Url(url) => config.endpoint_url(url).build(),
    }
}

impl fmt::Debug for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connections").field("endpoints", &self.endpoints).finish_non_exhaustive()
    }
}

/// Returns what all clients have in common.
fn base(credentials: SharedCredentialsProvider) -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(CALL_TIMEOUT);
    let retries = RetryConfig::standard().with_max_attempts(ATTEMPTS_MAX).with_max_backoff(PAUSE_MAX);
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(credentials)
        // One cache for all clients: credentials that run out are fetched anew once, not once a client.
        .identity_cache(IdentityCache::lazy().build())
        .timeout_config(timeouts.build())
        .retry_config(retries);
    config.set_app_name(AppName::new("cairn").ok());
    config.build()
}

fn client<P: Ord + Clone, T: Clone>(
    clients: &Mutex<BTreeMap<P, T>>,
    place: &P,
    make: impl FnOnce() -> T,
) -> T {
    let mut clients = clients.lock().unwrap_or_else(PoisonError::into_inner);
    clients.entry(place.clone()).or_insert_with(make).clone()
}
