//! The settings, understood.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use cairn_aws::{Endpoint, Endpoints, EnvironmentKeys};
use cairn_delivery::Interval;
use cairn_event::{AccountId, Region};
use cairn_identities::AccountHints;
use cairn_stream::{BusRules, DestinationConfig, ReadOnlyEvents};
use cairn_sts::Issuer;

use crate::people::PeopleHeaders;
use crate::proxies::Proxies;
use crate::recognition::CloudFrontNames;
use crate::settings::{Origin, Settings};
use crate::sources::SourceSettings;
use crate::upstreams::UpstreamSettings;

/// Everything that can be set, checked. Inside the server no setting can be invalid.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where everything is kept.
    pub data_dir: PathBuf,
    /// The account of first start.
    pub account: AccountId,
    /// Accounts that are made beside it.
    pub accounts: Vec<AccountId>,
    /// The Region that clients are told to use.
    pub region: Region,
    /// The endpoint's address.
    pub listen: SocketAddr,
    /// Names under which buckets are addressed as hosts.
    pub base_domains: Vec<String>,
    /// Where clients are told to reach the server, if not at the address it listens on.
    pub endpoint: Option<String>,
    /// Whether the endpoint is encrypted, and by which certificate.
    pub encryption: Encryption,
    /// Connections served at once.
    pub connections_max: usize,
    /// How far a signature's time may lie from ours.
    pub clock_skew: Duration,
    /// How long a session of the console lasts, whatever is done in it.
    pub console_session: Duration,
    /// The same where nothing is done.
    pub console_idle: Duration,
    /// Whether calls that could not be authenticated are recorded.
    pub rejected_calls: Recorded,
    /// Whether actors are recorded.
    pub actors: Recorded,
    /// The table of operations to recognise calls by; none for the one that was built in.
    pub operations_file: Option<PathBuf>,
    /// How records call CloudFront's operations.
    pub cloudfront_names: CloudFrontNames,
    /// Whose keys of upstreams are whose.
    pub directory_file: Option<PathBuf>,
    /// Whether accounts are read out of keys.
    pub account_hints: AccountHints,
    /// Proxies whose word counts.
    pub trusted_proxies: Proxies,
    /// Headers in which they name people and agents.
    pub people_headers: PeopleHeaders,
    /// Who may vouch for web identities.
    pub oidc_issuers: Vec<Issuer>,
    /// Whether CloudTrail's operations are throttled as AWS does.
    pub throttle: Throttle,
    /// The length of a delivery window.
    pub delivery_interval: Interval,
    /// The length of the window that data events are summed up over.
    pub aggregation_window: Interval,
    /// The length of the window that a digest covers.
    pub digest_interval: Interval,
    /// How long an event waits to be in its trail's transparency log; none where there are no such logs.
    pub tlog_interval: Option<Duration>,
    /// Where calls go that Cairn does not serve itself.
    pub upstreams: Vec<UpstreamSettings>,
    /// What other systems tell of.
    pub sources: SourceSettings,
    /// The file with the token of the metrics; none where anybody may look at them.
    pub metrics_token: Option<PathBuf>,
    /// Webhooks and NATS subjects that events are sent to.
    pub destinations: Vec<DestinationConfig>,
    /// Where the AWS APIs are that Cairn calls.
    pub endpoints: Endpoints,
    /// Whose credentials those calls are signed with.
    pub endpoint_credentials: EndpointCredentials,
    /// The role that is taken on in other accounts, with its path.
    pub endpoint_role: Option<String>,
    /// The organization that is kept elsewhere.
    pub followed_organization: Option<FollowedOrganizationSettings>,
    /// What goes to event buses.
    pub bus_rules: BusRules,
    /// How long an event is offered to a live destination that does not take it.
    pub stream_give_up_after: Duration,
    /// The size at which the journal refuses.
    pub journal_bytes_max: u64,
    /// How long the journal keeps what everybody has read.
    pub journal_hold: Duration,
    /// Age at which recent events become a split.
    pub history_seal_after: Duration,
    /// How long after its end a minute waits for events of its own before it is looked at for unusual activity.
    pub insights_grace: Duration,
    /// How logs look.
    pub log_format: LogFormat,
    /// What is logged.
    pub log_filter: String,
}

/// Whose credentials sign calls to other endpoints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EndpointCredentials {
    /// Those that the SDK finds.
    Standard(EnvironmentKeys),
    /// Those of a profile.
    Profile(String),
    /// A key whose secret is in a file.
    KeyFile {
        /// The access key's id.
        id: String,
        /// The file with its secret.
        file: PathBuf,
    },
}

/// Where an organization is kept, and how often it is read there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowedOrganizationSettings {
    /// The Organizations API.
    pub endpoint: Endpoint,
    /// How long after a reading the next begins.
    pub interval: Duration,
    /// The profile that signs the calls; none for what signs those to the other endpoints.
    pub profile: Option<String>,
}

/// How the endpoint is encrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Encryption {
    /// Not at all: plain HTTP.
    None,
    /// By a certificate and key of the operator's own.
    Files {
        /// The certificate's PEM file.
        certificate: PathBuf,
        /// The key's PEM file.
        key: PathBuf,
    },
    /// By a certificate that is made at first start.
    Generated,
}

/// Whether a kind of call becomes an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// It does.
    Yes,
    /// It is only counted.
    No,
}

/// Whether AWS's rate limits apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Throttle {
    /// As fast as the machine allows.
    Off,
    /// AWS's documented rates.
    Aws,
}

/// How logs look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Json,
}

/// A setting's value makes no sense.
#[derive(Debug, thiserror::Error)]
#[error("use `{value}` from {origin} for setting `{key}`: {needed}")]
pub struct ConfigError {
    key: String,
    value: String,
    origin: Origin,
    needed: &'static str,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl ConfigError {
    pub(crate) fn new(key: &str, value: &str, origin: Origin, needed: &'static str) -> Self {
        Self { key: key.to_owned(), value: value.to_owned(), origin, needed, source: None }
    }

    /// Adds what exactly is wrong.
    pub(crate) fn because(self, error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self { source: Some(Box::new(error)), ..self }
    }
}

impl Config {
    /// Understands every setting.
    ///
    /// # Errors
    /// Names the first setting whose value can't be used, where it came from and what is needed.
    pub fn understand(settings: &Settings) -> Result<Self, ConfigError> {
        let read = Reader { settings };
        Ok(Self {
            data_dir: read
                .with("data_dir", "a directory", |text| (!text.is_empty()).then(|| PathBuf::from(text)))?,
            account: read.with("account_id", "twelve digits are needed", |text| text.parse().ok())?,
            accounts: read.with("accounts", "comma-separated account ids are needed", accounts)?,
            region: read.with("region", "a Region such as us-east-1 is needed", |text| text.parse().ok())?,
            listen: read.with("server.listen", "ADDRESS:PORT such as 127.0.0.1:8585 is needed", |text| {
                text.parse().ok()
            })?,
            base_domains: read.with(
                "server.base_domains",
                "comma-separated host names are needed",
                domains,
            )?,
            endpoint: read.with("server.endpoint", "http(s)://HOST:PORT or nothing is needed", endpoint)?,
            encryption: read.encryption()?,
            connections_max: read.with("server.connections_max", "1 to 65536 is needed", |text| {
                text.parse().ok().filter(|count| (1..=65_536).contains(count))
            })?,
            clock_skew: read.duration("server.clock_skew", 1, 3_600, "1s to 60m is needed")?,
            console_session: read.duration("console.session", 900, 43_200, "15m to 12h is needed")?,
            console_idle: read.duration("console.idle", 300, 43_200, "5m to 12h is needed")?,
            rejected_calls: read.truth("record.rejected_calls", Recorded::Yes, Recorded::No)?,
            actors: read.truth("record.actors", Recorded::Yes, Recorded::No)?,
            operations_file: read.filled("gateway.operations_file").map(PathBuf::from),
            cloudfront_names: read.cloudfront_names()?,
            directory_file: read.filled("gateway.directory_file").map(PathBuf::from),
            account_hints: read.truth("gateway.account_hints", AccountHints::Told, AccountHints::Off)?,
            trusted_proxies: read.trusted_proxies()?,
            people_headers: read.people_headers()?,
            oidc_issuers: read.with(
                "sts.oidc_issuers",
                "`ISSUER-URL AUDIENCE[,AUDIENCE] KEYS`, separated by `;`, is needed; KEYS is a file or an http:// URL",
                |text| Issuer::parse_list(text).ok(),
            )?,
            throttle: read.truth("cloudtrail.throttle", Throttle::Aws, Throttle::Off)?,
            delivery_interval: read
                .with("delivery.interval", "1s to 60m is needed", |text| text.parse().ok())?,
            aggregation_window: read
                .with("delivery.aggregation_window", "1s to 60m is needed", |text| text.parse().ok())?,
            digest_interval: read.with("digest.interval", "1s to 1h in whole seconds is needed", |text| {
                text.parse().ok().filter(|interval: &Interval| interval.length().subsec_nanos() == 0)
            })?,
            tlog_interval: read.tlog_interval()?,
            upstreams: settings.upstreams()?,
            sources: read.sources()?,
            metrics_token: read.filled("metrics.token_file").map(PathBuf::from),
            destinations: settings.destinations()?,
            endpoints: read.endpoints()?,
            endpoint_credentials: read.endpoint_credentials()?,
            endpoint_role: read.endpoint_role()?,
            followed_organization: read.followed_organization()?,
            bus_rules: read.bus_rules()?,
            stream_give_up_after: read
                .duration("stream.give_up_after", 60, 720 * 3_600, "1m to 720h is needed")?,
            journal_bytes_max: read.with("journal.size_max", "256MiB to 16TiB is needed", |text| {
                bytes(text).filter(|size| (256 << 20..=16 << 40).contains(size))
            })?,
            journal_hold: read.duration("journal.hold", 0, 2_160 * 3_600, "0s to 2160h is needed")?,
            history_seal_after: read.duration("history.seal_after", 1, 86_400, "1s to 24h is needed")?,
            insights_grace: read.duration("insights.grace", 1, 3_600, "1s to 60m is needed")?,
            log_format: read.with("log.format", "`text` or `json` is needed", |text| match text {
                "text" => Some(LogFormat::Text),
                "json" => Some(LogFormat::Json),
                _ => None,
            })?,
            log_filter: read
                .with("log.filter", "a level such as info is needed", |text| Some(text.to_owned()))?,
        })
    }
}

/// The longest path of a role, and its name.
const ROLE_BYTES_MAX: usize = 512 + 64;

struct Reader<'a> {
    settings: &'a Settings,
}

impl Reader<'_> {
    fn with<T>(
        &self,
        key: &'static str,
        needed: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, ConfigError> {
        let value = self.settings.value(key);
        parse(value).ok_or_else(|| ConfigError::new(key, value, self.settings.origin(key), needed))
    }

    fn filled(&self, key: &str) -> Option<&str> {
        Some(self.settings.value(key)).filter(|text| !text.is_empty())
    }

    fn aws_endpoint(&self, key: &'static str) -> Result<Option<Endpoint>, ConfigError> {
        self.with(key, "`aws`, http(s)://HOST:PORT or nothing is needed", |text| match text {
            "" => Some(None),
            text => text.parse().ok().map(Some),
        })
    }

    fn endpoints(&self) -> Result<Endpoints, ConfigError> {
        Ok(Endpoints {
            s3: self.aws_endpoint("endpoints.s3")?,
            sns: self.aws_endpoint("endpoints.sns")?,
            logs: self.aws_endpoint("endpoints.logs")?,
            events: self.aws_endpoint("endpoints.events")?,
            kms: self.aws_endpoint("endpoints.kms")?,
        })
    }

    fn endpoint_role(&self) -> Result<Option<String>, ConfigError> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"+=,.@_-".contains(&byte);
        let is_part = |part: &str| !part.is_empty() && part.bytes().all(is_plain);
        self.with("endpoints.role", "a role's name, or PATH/NAME, or nothing is needed", |text| match text {
            "" => Some(None),
            text => {
                (text.len() <= ROLE_BYTES_MAX && text.split('/').all(is_part)).then(|| Some(text.to_owned()))
            }
        })
    }

    fn endpoint_credentials(&self) -> Result<EndpointCredentials, ConfigError> {
        let keys =
            if self.settings.names_aws_endpoint() { EnvironmentKeys::Leave } else { EnvironmentKeys::Take };
        let (profile, id) = (self.filled("endpoints.profile"), self.filled("endpoints.access_key_id"));
        let file = self.filled("endpoints.secret_access_key_file").map(PathBuf::from);
        let (setting, needed) = match (profile, id, file) {
            (None, None, None) => return Ok(EndpointCredentials::Standard(keys)),
            (Some(profile), None, None) => return Ok(EndpointCredentials::Profile(profile.to_owned())),
            (None, Some(id), Some(file)) => {
                return Ok(EndpointCredentials::KeyFile { id: id.to_owned(), file });
            }
            (Some(_), _, _) => {
                ("endpoints.profile", "nothing is needed where `endpoints.access_key_id` is set or its file")
            }
            (None, Some(_), None) => (
                "endpoints.secret_access_key_file",
                "a file with the secret of `endpoints.access_key_id` is needed",
            ),
            (None, None, Some(_)) => {
                ("endpoints.access_key_id", "the key of `endpoints.secret_access_key_file` is needed")
            }
        };
        self.with(setting, needed, |_| None)
    }

    fn followed_organization(&self) -> Result<Option<FollowedOrganizationSettings>, ConfigError> {
        let interval = self.duration("organizations.interval", 1, 86_400, "1s to 24h is needed")?;
        let profile = self.filled("organizations.profile").map(str::to_owned);
        let endpoint = self.aws_endpoint("organizations.endpoint")?;
        Ok(endpoint.map(|endpoint| FollowedOrganizationSettings { endpoint, interval, profile }))
    }

    fn cloudfront_names(&self) -> Result<CloudFrontNames, ConfigError> {
        self.truth("record.cloudfront_versions", CloudFrontNames::Versioned, CloudFrontNames::Plain)
    }

    fn trusted_proxies(&self) -> Result<Proxies, ConfigError> {
        let needed = "comma-separated addresses and networks are needed";
        self.with("gateway.trusted_proxies", needed, Proxies::parse)
    }

    fn people_headers(&self) -> Result<PeopleHeaders, ConfigError> {
        let needed = "`human=HEADER` and `agent=HEADER`, comma-separated, are needed; no header that holds a credential";
        self.with("gateway.people_headers", needed, PeopleHeaders::parse)
    }

    fn sources(&self) -> Result<SourceSettings, ConfigError> {
        let account = |key| {
            self.with(key, "twelve digits or nothing are needed", |text| match text {
                "" => Some(None),
                text => text.parse().ok().map(Some),
            })
        };
        Ok(SourceSettings {
            minio_token_file: self.filled("sources.minio.token_file").map(PathBuf::from),
            minio_account: account("sources.minio.account_id")?,
            minio_region: self.with(
                "sources.minio.region",
                "a Region such as us-east-1, or nothing, is needed",
                |text| if text.is_empty() { Some(None) } else { text.parse().ok().map(Some) },
            )?,
            csm_listen: self.with(
                "sources.csm.listen",
                "ADDRESS:PORT such as 127.0.0.1:31000, or nothing, is needed",
                |text| if text.is_empty() { Some(None) } else { text.parse().ok().map(Some) },
            )?,
            csm_account: account("sources.csm.account_id")?,
        })
    }

    fn bus_rules(&self) -> Result<BusRules, ConfigError> {
        let source_prefix = self.with(
            "eventbridge.source_prefix",
            "1 to 64 letters, digits, periods, hyphens or underscores are needed",
            source_prefix,
        )?;
        let (sent, left_out) = (ReadOnlyEvents::Sent, ReadOnlyEvents::LeftOut);
        let read_only = self.truth("eventbridge.read_only_management_events", sent, left_out)?;
        Ok(BusRules { source_prefix, read_only })
    }

    fn tlog_interval(&self) -> Result<Option<Duration>, ConfigError> {
        let interval = self.duration("tlog.interval", 1, 3_600, "1s to 60m is needed")?;
        self.truth("tlog.enabled", Some(interval), None)
    }

    fn encryption(&self) -> Result<Encryption, ConfigError> {
        let generated = self.truth("tls.generated", true, false)?;
        let file = |key| self.filled(key).map(PathBuf::from);
        let (certificate, key) = (file("tls.certificate"), file("tls.key"));
        let (setting, needed) = match (certificate, key, generated) {
            (None, None, false) => return Ok(Encryption::None),
            (None, None, true) => return Ok(Encryption::Generated),
            (Some(certificate), Some(key), false) => return Ok(Encryption::Files { certificate, key }),
            (_, _, true) => {
                ("tls.generated", "`false` is needed where `tls.certificate` or `tls.key` is set")
            }
            (Some(_), None, false) => ("tls.key", "the key of `tls.certificate` is needed, a PEM file"),
            (None, Some(_), false) => {
                ("tls.certificate", "the certificate of `tls.key` is needed, a PEM file")
            }
        };
        self.with(setting, needed, |_| None)
    }

    fn truth<T>(&self, key: &'static str, yes: T, no: T) -> Result<T, ConfigError> {
        self.with(key, "`true` or `false` is needed", |text| match text {
            "true" => Some(yes),
            "false" => Some(no),
            _ => None,
        })
    }

    fn duration(
        &self,
        key: &'static str,
        seconds_min: u64,
        seconds_max: u64,
        needed: &'static str,
    ) -> Result<Duration, ConfigError> {
        let (least, most) = (Duration::from_secs(seconds_min), Duration::from_secs(seconds_max));
        self.with(key, needed, |text| duration(text).filter(|length| (least..=most).contains(length)))
    }
}

fn accounts(text: &str) -> Option<Vec<AccountId>> {
    let ids = text.split(',').map(str::trim).filter(|id| !id.is_empty());
    ids.map(|id| id.parse().ok()).collect()
}

fn domains(text: &str) -> Option<Vec<String>> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    let names: Vec<String> = text.split(',').map(|name| name.trim().to_ascii_lowercase()).collect();
    names.iter().all(|name| !name.is_empty() && name.bytes().all(allowed)).then_some(names)
}

/// Understands an address that clients are told; none when it is empty.
fn endpoint(text: &str) -> Option<Option<String>> {
    if text.is_empty() {
        return Some(None);
    }
    let uri: http::Uri = text.parse().ok()?;
    let known = matches!(uri.scheme_str(), Some("http" | "https")) && uri.path() == "/";
    (known && uri.query().is_none()).then(|| Some(text.trim_end_matches('/').to_owned()))
}

fn source_prefix(text: &str) -> Option<String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    ((1..=64).contains(&text.len()) && text.bytes().all(allowed)).then(|| text.to_owned())
}

pub(crate) fn duration(text: &str) -> Option<Duration> {
    let (count, unit) = number_and_unit(text)?;
    match unit {
        "ms" => Some(Duration::from_millis(count)),
        "s" => Some(Duration::from_secs(count)),
        "m" => Some(Duration::from_secs(count.checked_mul(60)?)),
        "h" => Some(Duration::from_secs(count.checked_mul(3_600)?)),
        _ => None,
    }
}

pub(crate) fn bytes(text: &str) -> Option<u64> {
    let (count, unit) = number_and_unit(text)?;
    let shift = match unit {
        "" | "B" => 0,
        "KiB" => 10,
        "MiB" => 20,
        "GiB" => 30,
        "TiB" => 40,
        _ => return None,
    };
    count.checked_mul(1 << shift)
}

fn number_and_unit(text: &str) -> Option<(u64, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (count, unit) = text.split_at_checked(digits)?;
    Some((count.parse().ok()?, unit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::SETTINGS;

    fn config(key: &'static str, value: &str) -> Result<Config, ConfigError> {
        Config::understand(&Settings::gather(None, [], [(key, value.to_owned())]).unwrap())
    }

    #[test]
    fn the_defaults_are_valid() {
        assert!(Config::understand(&Settings::gather(None, [], []).unwrap()).is_ok());
    }

    #[test]
    fn nonsense_is_refused_for_every_setting_that_can_be_wrong() {
        let free_text = [
            "data_dir",
            "log.filter",
            "tls.certificate",
            "tls.key",
            "endpoints.profile",
            "organizations.profile",
            "gateway.directory_file",
            "gateway.operations_file",
            "sources.minio.token_file",
            "metrics.token_file",
        ];
        for setting in SETTINGS.iter().filter(|setting| !free_text.contains(&setting.key)) {
            assert!(config(setting.key, "non sense!").is_err(), "{}", setting.key);
        }
    }

    #[test]
    fn a_certificate_needs_its_key_and_excludes_a_generated_one() {
        let encryption = |set: &[(&'static str, &str)]| {
            let flags = set.iter().map(|(key, value)| (*key, (*value).to_owned()));
            Config::understand(&Settings::gather(None, [], flags).unwrap()).map(|config| config.encryption)
        };
        let (certificate, key) = (("tls.certificate", "c.pem"), ("tls.key", "k.pem"));
        let files = Encryption::Files { certificate: "c.pem".into(), key: "k.pem".into() };
        assert_eq!(encryption(&[]).unwrap(), Encryption::None);
        assert_eq!(encryption(&[("tls.generated", "true")]).unwrap(), Encryption::Generated);
        assert_eq!(encryption(&[certificate, key]).unwrap(), files);
        for (set, blamed) in [
            (vec![certificate], "tls.key"),
            (vec![key], "tls.certificate"),
            (vec![certificate, key, ("tls.generated", "true")], "tls.generated"),
        ] {
            let error = encryption(&set).unwrap_err().to_string();
            assert!(error.contains(&format!("setting `{blamed}`")), "{error}");
        }
    }

    #[test]
    fn calls_elsewhere_are_signed_by_a_profile_a_key_or_what_the_sdk_finds() {
        let credentials = |environment: &[&str], set: &[(&'static str, &str)]| {
            let environment = environment.iter().map(|name| ((*name).to_owned(), "x".to_owned()));
            let flags = set.iter().map(|(key, value)| (*key, (*value).to_owned()));
            Config::understand(&Settings::gather(None, environment, flags).unwrap())
                .map(|config| config.endpoint_credentials)
        };
        let standard = EndpointCredentials::Standard;
        assert_eq!(credentials(&[], &[]).unwrap(), standard(EnvironmentKeys::Take));
        assert_eq!(credentials(&["AWS_ENDPOINT_URL"], &[]).unwrap(), standard(EnvironmentKeys::Leave));
        let role = |text: &str| config("endpoints.role", text).map(|config| config.endpoint_role);
        assert_eq!(role("").unwrap(), None);
        assert_eq!(role("audit/cairn").unwrap().as_deref(), Some("audit/cairn"));
        for text in ["/cairn", "cairn/", "a b", "arn:aws:iam::123456789012:role/cairn"] {
            assert!(role(text).is_err(), "{text}");
        }
        let (profile, id) = (("endpoints.profile", "audit"), ("endpoints.access_key_id", "AKIA"));
        let file = ("endpoints.secret_access_key_file", "secret");
        assert_eq!(credentials(&[], &[profile]).unwrap(), EndpointCredentials::Profile("audit".to_owned()));
        assert_eq!(
            credentials(&["AWS_ENDPOINT_URL"], &[id, file]).unwrap(),
            EndpointCredentials::KeyFile { id: "AKIA".to_owned(), file: "secret".into() }
        );
        for (set, blamed) in [
            (vec![id], "endpoints.secret_access_key_file"),
            (vec![file], "endpoints.access_key_id"),
            (vec![profile, id, file], "endpoints.profile"),
        ] {
            let error = credentials(&[], &set).unwrap_err().to_string();
            assert!(error.contains(&format!("setting `{blamed}`")), "{error}");
        }
    }

    #[test]
    fn keys_may_be_elsewhere_with_the_buckets_and_without() {
        for place in ["aws", "http://127.0.0.1:1"] {
            assert!(config("endpoints.kms", place).unwrap().endpoints.kms.is_some(), "{place}");
        }
        let both = [("endpoints.s3", "aws".to_owned()), ("endpoints.kms", "http://127.0.0.1:1".to_owned())];
        assert!(Config::understand(&Settings::gather(None, [], both).unwrap()).is_ok());
    }

    #[test]
    fn an_endpoint_is_scheme_host_and_port() {
        let endpoint = |text| config("server.endpoint", text).map(|config| config.endpoint);
        assert_eq!(endpoint("").unwrap(), None);
        assert_eq!(endpoint("https://a.example:1/").unwrap().as_deref(), Some("https://a.example:1"));
        for text in ["a.example:1", "https://a.example/path", "ftp://a.example", "https://a.example/?x"] {
            assert!(endpoint(text).is_err(), "{text}");
        }
    }

    #[test]
    fn limits_hold() {
        for (key, value) in [
            ("server.connections_max", "0"),
            ("server.clock_skew", "61m"),
            ("console.session", "13h"),
            ("console.idle", "4m"),
            ("delivery.interval", "0s"),
            ("delivery.aggregation_window", "61m"),
            ("digest.interval", "61m"),
            ("digest.interval", "1500ms"),
            ("tlog.interval", "0s"),
            ("organizations.interval", "0s"),
            ("stream.give_up_after", "59s"),
            ("journal.size_max", "255MiB"),
            ("journal.hold", "2161h"),
            ("history.seal_after", "0s"),
        ] {
            assert!(config(key, value).is_err(), "{key} {value}");
        }
        assert_eq!(config("journal.size_max", "1GiB").unwrap().journal_bytes_max, 1 << 30);
        assert_eq!(config("journal.hold", "0s").unwrap().journal_hold, Duration::ZERO);
    }
}
