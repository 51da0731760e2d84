//! Every setting: its name, its default, and where its value came from.
//!
//! One table serves the file, the environment, `cairn config show` and the reference page. A setting
//! `delivery.interval` is `interval` under `[delivery]` in the file and `CAIRN_DELIVERY_INTERVAL` in the
//! environment. The later wins: default, file, environment, command line.

use std::collections::BTreeMap;
use std::fmt;

use crate::config::ConfigError;
use crate::destinations::DESTINATION_SETTINGS;
use crate::named_tables::NamedTables;
use crate::upstreams::{self, UPSTREAM_SETTINGS};

/// One thing that can be set.
#[derive(Debug)]
pub struct Setting {
    /// The dotted name.
    pub key: &'static str,
    /// The value when nobody says otherwise.
    pub default: &'static str,
    /// What it means, with its unit and limits.
    pub help: &'static str,
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nobody said otherwise.
    Default,
    /// The configuration file.
    File,
    /// An environment variable.
    Environment,
    /// A flag on the command line.
    Flag,
}

/// The value of every setting, not yet understood.
#[derive(Debug, Clone)]
pub struct Settings {
    values: BTreeMap<&'static str, (String, Origin)>,
    names_aws_endpoint: bool,
    destinations: NamedTables,
    upstreams: NamedTables,
}

/// A setting could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file is not TOML.
    #[error("read the configuration file: it is not TOML")]
    Toml(#[source] Box<toml::de::Error>),
    /// Nobody knows this setting.
    #[error("take setting `{key}` from {origin}: there is no such setting; `cairn config show` lists them")]
    Unknown {
        /// The name as given.
        key: String,
        /// Where it was given.
        origin: Origin,
    },
    /// The value is of the wrong kind.
    #[error("take setting `{key}` from the file: a text, a number or true/false is needed")]
    NotScalar {
        /// The name as given.
        key: String,
    },
    /// There is a value where a table is needed.
    #[error("take `{key}` from the file: a table is needed, `[{key}]`")]
    NotTable {
        /// The name as given.
        key: String,
    },
    /// The same upstream was given again.
    #[error("take `{key}` from the command line: its service, or the rest, has an upstream there already")]
    Twice {
        /// The flag as given.
        key: String,
    },
}

/// All settings, in the order of the reference page.
pub const SETTINGS: &[Setting] = &[
    Setting {
        key: "data_dir",
        default: "cairn-data",
        help: "Directory for everything Cairn keeps. Made with mode 0700 at first start.",
    },
    Setting {
        key: "account_id",
        default: "123456789012",
        help: "The account made at first start. Twelve digits.",
    },
    Setting {
        key: "accounts",
        default: "",
        help: "Comma-separated ids of accounts that are made at start beside `account_id`, each with an \
               administrator: `cairn env --account-id ID` gives their keys.",
    },
    Setting {
        key: "region",
        default: "us-east-1",
        help: "The Region that `cairn env` tells clients to use.",
    },
    Setting {
        key: "server.listen",
        default: "127.0.0.1:8585",
        help: "Address and port of the one endpoint. Port 0 takes a free one; `cairn serve` prints it.",
    },
    Setting {
        key: "server.base_domains",
        default: "localhost,s3.localhost",
        help: "Comma-separated names under which `BUCKET.NAME` addresses a bucket (virtual-hosted style).",
    },
    Setting {
        key: "server.connections_max",
        default: "1024",
        help: "Connections served at once; more wait to be accepted. 1 to 65536.",
    },
    Setting {
        key: "server.clock_skew",
        default: "15m",
        help: "How far a signature's time may lie from ours. 1s to 60m.",
    },
    Setting {
        key: "server.endpoint",
        default: "",
        help: "Where clients are told to reach the server, such as `https://audit.example.com:8585`: needed \
               where that is not the address it listens on. Empty: that address.",
    },
    Setting {
        key: "tls.certificate",
        default: "",
        help: "PEM file with the server's certificate, then those that lead to an authority. With `tls.key` \
               the endpoint speaks HTTPS only. Read again when it changes, and on SIGHUP.",
    },
    Setting { key: "tls.key", default: "", help: "PEM file with the certificate's private key." },
    Setting {
        key: "tls.generated",
        default: "false",
        help: "Whether a certificate is made at first start and kept in the data directory. `cairn env` tells \
               clients to trust it.",
    },
    Setting {
        key: "console.session",
        default: "12h",
        help: "How long a session of the console lasts, whatever is done in it. 15m to 12h.",
    },
    Setting {
        key: "console.idle",
        default: "2h",
        help: "After how long without a call a session of the console ends. 5m to 12h.",
    },
    Setting {
        key: "record.rejected_calls",
        default: "true",
        help: "Whether calls with an unknown key or a wrong signature are recorded, as identity `Unknown`. \
               AWS leaves them out.",
    },
    Setting {
        key: "sts.oidc_issuers",
        default: "",
        help: "OpenID Connect issuers whose tokens AssumeRoleWithWebIdentity takes, as \
               `ISSUER-URL AUDIENCE[,AUDIENCE] KEYS`, separated by `;`. KEYS is where the issuer's JSON Web Key \
               Set is: a file or an http:// URL.",
    },
    Setting {
        key: "cloudtrail.throttle",
        default: "false",
        help: "Whether CloudTrail's operations are held to AWS's rates, such as two calls of LookupEvents a \
               second, for each account and Region.",
    },
    Setting {
        key: "delivery.interval",
        default: "60s",
        help: "Length of a delivery window: a log file is in its bucket this long after its events at most. \
               1s to 60m.",
    },
    Setting {
        key: "delivery.aggregation_window",
        default: "5m",
        help: "Length of the window that a trail's aggregated events count data events over. AWS's is 5 \
               minutes. 1s to 60m.",
    },
    Setting {
        key: "digest.interval",
        default: "1h",
        help: "Length of the window of delivery times that a digest covers, for trails with log file validation. \
               AWS's is an hour. 1m to 1h, in whole seconds; down to 1s for tests, which makes many digests.",
    },
    Setting {
        key: "tlog.enabled",
        default: "true",
        help: "Whether trails with log file validation keep a transparency log in their bucket. While it is off \
               nothing is added; switched on again, a trail begins another log.",
    },
    Setting {
        key: "tlog.interval",
        default: "60s",
        help: "How long a delivered event waits at most before it is in its trail's transparency log. Shorter makes \
               more objects. 1s to 60m.",
    },
    Setting {
        key: "endpoints.s3",
        default: "",
        help: "Where log files and digests go: `aws`, or the URL of an S3 store such as `http://127.0.0.1:8333`. \
               Empty: the built-in S3.",
    },
    Setting {
        key: "endpoints.sns",
        default: "",
        help: "Where the trails' topics are: `aws` or a URL. Empty: trails can have no topic.",
    },
    Setting {
        key: "endpoints.logs",
        default: "",
        help: "Where the trails' log groups are (CloudWatch Logs): `aws` or a URL. Empty: trails can have no \
               log group.",
    },
    Setting {
        key: "endpoints.events",
        default: "",
        help: "Where the event buses are that get the trails' events (EventBridge): `aws` or a URL. Empty: none.",
    },
    Setting {
        key: "endpoints.kms",
        default: "",
        help: "Where the KMS keys are that the S3 of `endpoints.s3` encrypts with, or, for the built-in S3, those \
               that the built-in KMS does not have: `aws` or a URL. Empty: the built-in KMS for the built-in S3; \
               elsewhere a trail's key must then be named by its id or ARN.",
    },
    Setting {
        key: "endpoints.profile",
        default: "",
        help: "The profile of the AWS configuration files whose credentials sign calls to these endpoints. Empty: \
               `endpoints.access_key_id`, or else the SDK's standard chain; keys in the environment are left out \
               of it where AWS_ENDPOINT_URL is set, for they belong to that endpoint (`cairn env` sets both).",
    },
    Setting {
        key: "endpoints.access_key_id",
        default: "",
        help: "The access key that signs calls to these endpoints, with `endpoints.secret_access_key_file`.",
    },
    Setting {
        key: "endpoints.secret_access_key_file",
        default: "",
        help: "File with the secret of `endpoints.access_key_id`, and nothing else.",
    },
    Setting {
        key: "endpoints.role",
        default: "",
        help: "The name, with its path, of a role that is taken on in every account but `account_id` to reach the \
               account's own log groups and event buses: `OrganizationAccountAccessRole`, say. STS is asked for it \
               at the endpoint that is called. Empty: only the event buses of `account_id` are reached, and all log \
               groups with the credentials as they are.",
    },
    Setting {
        key: "organizations.endpoint",
        default: "",
        help: "Where the organization is kept, if not here (Organizations): `aws` or a URL. It is read there at \
               `organizations.interval` and followed here; the built-in API then answers reads alone. The account \
               that asks must manage the organization, or administer some service for it.",
    },
    Setting {
        key: "organizations.interval",
        default: "5m",
        help: "How long after a reading of the organization elsewhere the next begins: so late, and as long as a \
               reading takes, a trail reaches an account that joins. 1s to 24h.",
    },
    Setting {
        key: "organizations.profile",
        default: "",
        help: "The profile of the AWS configuration files whose credentials read the organization. Empty: what \
               signs calls to the other endpoints.",
    },
    Setting {
        key: "eventbridge.source_prefix",
        default: "aws.",
        help: "What the sources of events on the buses begin with. EventBridge itself takes `aws.` from AWS alone: \
               where `endpoints.events` is `aws`, set another, such as `cairn.`, and write rules for that.",
    },
    Setting {
        key: "eventbridge.read_only_management_events",
        default: "false",
        help: "Whether management events that change nothing go to the buses too. On AWS only rules in the state \
               ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS match them.",
    },
    Setting {
        key: "stream.give_up_after",
        default: "24h",
        help: "How long an event is offered to a log group, an event bus, a webhook or a subject that does not take \
               it. Until then it stays in the journal, whose size calls are refused at. 1m to 720h.",
    },
    Setting {
        key: "gateway.operations_file",
        default: "",
        help: "File with the operations of AWS services that calls are recognised by, made with `cairn operations \
               build`. Empty: those that are built in.",
    },
    Setting {
        key: "record.cloudfront_versions",
        default: "false",
        help: "Whether `eventName` of CloudFront's operations ends in the version of its API, such as \
               `UpdateDistribution2020_05_31`, as in older records.",
    },
    Setting {
        key: "gateway.directory_file",
        default: "",
        help: "File that says whose the keys of upstreams are: TOML, or JSON where its name ends in `.json`. It is \
               read again when it changes. `cairn directory import` makes one of lists of users.",
    },
    Setting {
        key: "gateway.account_hints",
        default: "true",
        help: "Whether records of calls with an unknown key tell the account that AWS writes into its keys, as \
               `additionalEventData.accountIdFromKey`: a hint, never an identity.",
    },
    Setting {
        key: "gateway.trusted_proxies",
        default: "",
        help: "Comma-separated addresses and networks of proxies whose word counts: `X-Forwarded-For` for the \
               client's address, and the headers of `gateway.people_headers`.",
    },
    Setting {
        key: "gateway.people_headers",
        default: "",
        help: "Headers in which trusted proxies name who stands behind a call: `human=HEADER` or `agent=HEADER`, \
               comma-separated, such as `human=X-Forwarded-User,agent=X-Agent-Id`.",
    },
    Setting {
        key: "record.actors",
        default: "true",
        help: "Whether records tell which person, agent and tool stands behind a call, as far as it shows, in \
               `additionalEventData.actor`.",
    },
    Setting {
        key: "sources.minio.token_file",
        default: "",
        help: "File with the token that MinIO sends with its audit log (`audit_webhook` `auth_token`), 16 to 512 \
               characters. Empty: `/_cairn/sources/minio` is not there.",
    },
    Setting {
        key: "sources.minio.account_id",
        default: "",
        help: "The account that MinIO's events are recorded in. Empty: `account_id`.",
    },
    Setting {
        key: "sources.minio.region",
        default: "",
        help: "The Region that MinIO's events are recorded in. Empty: `region`.",
    },
    Setting {
        key: "sources.csm.listen",
        default: "",
        help: "Address and port, such as `127.0.0.1:31000`, where SDKs send what they call (client-side monitoring, \
               UDP). Anybody who reaches it can tell anything. Empty: nowhere.",
    },
    Setting {
        key: "sources.csm.account_id",
        default: "",
        help: "The account that such events are recorded in where the key is nobody's here. Empty: `account_id`.",
    },
    Setting {
        key: "journal.size_max",
        default: "64GiB",
        help: "Size of the journal at which calls are refused rather than left unrecorded. 256MiB to 16TiB.",
    },
    Setting {
        key: "journal.hold",
        default: "24h",
        help: "How long delivered and indexed events stay in the journal, for rebuilding. 0s to 2160h.",
    },
    Setting {
        key: "history.seal_after",
        default: "15m",
        help: "Age at which recent events move from memory into an index split. 1s to 24h.",
    },
    Setting {
        key: "insights.grace",
        default: "15s",
        help: "How long after its end a minute waits for events of its own before it is looked at for unusual \
               activity. Longer where what sources tell comes late, and insights are told so much later. 1s to 60m.",
    },
    Setting {
        key: "metrics.token_file",
        default: "",
        help: "File with the token, 16 to 512 characters, that `/_cairn/metrics` wants as \
               `Authorization: Bearer TOKEN`. Empty: the page is open, and leaves out what names accounts once there \
               is more than one.",
    },
    Setting {
        key: "log.format",
        default: "text",
        help: "`text` for people, `json` for programs. Logs go to standard error.",
    },
    Setting {
        key: "log.filter",
        default: "info,s3s=off,h2=error",
        help: "What is logged, as `level` or `target=level,…`: error, warn, info, debug, trace. `s3s=off` \
               leaves out what the S3 library says about refused requests, `h2=error` what clients do to HTTP/2.",
    },
];

impl Settings {
    /// Gathers every value.
    ///
    /// # Errors
    /// The file is not TOML, or something is set that does not exist.
    pub fn gather(
        file: Option<&str>,
        environment: impl IntoIterator<Item = (String, String)>,
        flags: impl IntoIterator<Item = (&'static str, String)>,
    ) -> Result<Self, SettingsError> {
        let defaults =
            SETTINGS.iter().map(|setting| (setting.key, (setting.default.to_owned(), Origin::Default)));
        let destinations = NamedTables::new("destinations", DESTINATION_SETTINGS);
        let upstreams = NamedTables::new("upstreams", UPSTREAM_SETTINGS);
        let values = defaults.collect();
        let mut settings = Self { values, names_aws_endpoint: false, destinations, upstreams };
        if let Some(file) = file {
            let table = file.parse::<toml::Table>().map_err(|error| SettingsError::Toml(Box::new(error)))?;
            settings.take_table("", &table)?;
        }
        for (name, value) in environment {
            settings.names_aws_endpoint |= name == "AWS_ENDPOINT_URL";
            let Some(name) = name.strip_prefix("CAIRN_") else { continue };
            if NOT_SETTINGS.contains(&name) {
                continue;
            }
            if settings.take_named(name, &value) {
                continue;
            }
            let found = SETTINGS.iter().find(|setting| environment_name(setting.key) == name);
            match found {
                Some(setting) => settings.set(setting.key, value, Origin::Environment)?,
                None => {
                    let (key, origin) = (format!("CAIRN_{name}"), Origin::Environment);
                    return Err(SettingsError::Unknown { key, origin });
                }
            }
        }
        for (key, value) in flags {
            match key {
                "upstream" => upstreams::take_flag(&mut settings.upstreams, &value)?,
                key => settings.set(key, value, Origin::Flag)?,
            }
        }
        Ok(settings)
    }

    /// Returns each setting with its value and origin, in the order of the reference page.
    pub fn iter(&self) -> impl Iterator<Item = (&'static Setting, &str, &Origin)> {
        SETTINGS.iter().filter_map(|setting| {
            let (value, origin) = self.values.get(setting.key)?;
            Some((setting, value.as_str(), origin))
        })
    }

    /// Returns what is set of upstreams and destinations, by its dotted name.
    pub fn of_named(&self) -> impl Iterator<Item = (String, &str, &Origin)> {
        self.upstreams.iter().chain(self.destinations.iter())
    }

    /// Understands every destination.
    pub(crate) fn destinations(&self) -> Result<Vec<cairn_stream::DestinationConfig>, ConfigError> {
        crate::destinations::understand(&self.destinations)
    }

    /// Understands every upstream.
    pub(crate) fn upstreams(&self) -> Result<Vec<upstreams::UpstreamSettings>, ConfigError> {
        upstreams::understand(&self.upstreams)
    }

    /// Returns a value. An unknown key gives nothing, which no value can be made of.
    pub fn value(&self, key: &str) -> &str {
        self.values.get(key).map(|(value, _)| value.as_str()).unwrap_or_default()
    }

    /// Returns where a value came from.
    pub fn origin(&self, key: &str) -> Origin {
        self.values.get(key).map_or(Origin::Default, |(_, origin)| origin.clone())
    }

    /// Tells whether the environment names the endpoint that AWS clients use: the AWS keys beside it are
    /// then meant for that one.
    pub(crate) fn names_aws_endpoint(&self) -> bool {
        self.names_aws_endpoint
    }

    /// Takes a variable, named without `CAIRN_`, of an upstream or a destination; false when it is neither's.
    fn take_named(&mut self, name: &str, value: &str) -> bool {
        match (name.strip_prefix("DESTINATIONS_"), name.strip_prefix("UPSTREAMS_")) {
            (Some(of), _) => self.destinations.take_environment(of, value),
            (_, Some(of)) => self.upstreams.take_environment(of, value),
            (None, None) => false,
        }
    }

    fn take_table(&mut self, prefix: &str, table: &toml::Table) -> Result<(), SettingsError> {
        for (name, value) in table {
            let key = format!("{prefix}{name}");
            match value {
                toml::Value::Table(inner) if key == "destinations" => self.destinations.take_file(inner)?,
                toml::Value::Table(inner) if key == "upstreams" => self.upstreams.take_file(inner)?,
                toml::Value::Table(inner) if prefix.is_empty() || holds_settings(&key) => {
                    self.take_table(&format!("{key}."), inner)?;
                }
                value => {
                    let text = scalar(value).ok_or_else(|| SettingsError::NotScalar { key: key.clone() })?;
                    self.set(&key, text, Origin::File)?;
                }
            }
        }
        Ok(())
    }

    fn set(&mut self, key: &str, value: String, origin: Origin) -> Result<(), SettingsError> {
        match SETTINGS.iter().find(|setting| setting.key == key) {
            Some(setting) => {
                self.values.insert(setting.key, (value, origin));
                Ok(())
            }
            None => Err(SettingsError::Unknown { key: key.to_owned(), origin }),
        }
    }
}

/// Tells whether there are settings below a name.
fn holds_settings(key: &str) -> bool {
    SETTINGS.iter().any(|setting| setting.key.strip_prefix(key).is_some_and(|rest| rest.starts_with('.')))
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Default => "default",
            Self::File => "the file",
            Self::Environment => "the environment",
            Self::Flag => "the command line",
        })
    }
}

/// Returns a value's text, unless it is a list, a table, a date or a fraction.
pub(crate) fn scalar(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(truth) => Some(truth.to_string()),
        toml::Value::Float(_) | toml::Value::Datetime(_) | toml::Value::Array(_) | toml::Value::Table(_) => {
            None
        }
    }
}

/// Returns the part after `CAIRN_` of a setting's environment variable.
pub fn environment_name(key: &str) -> String {
    key.replace('.', "_").to_ascii_uppercase()
}

/// Variables with our prefix that are no settings: the file's own place, and what tests are told.
const NOT_SETTINGS: &[&str] = &["CONFIG", "SHARED", "BIN", "FUZZ_ITERATIONS", "KILLS", "BOTOCORE"];

#[cfg(test)]
mod tests {
    use super::*;

    fn gather(file: &str, environment: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Settings::gather(Some(file), environment, [])
    }

    #[test]
    fn the_later_source_wins() {
        let file = "region = \"eu-west-1\"\n[delivery]\ninterval = \"5s\"\n[server]\nconnections_max = 7";
        let settings = gather(file, &[("CAIRN_DELIVERY_INTERVAL", "1s"), ("HOME", "/")]).unwrap();
        let seen = |key| (settings.value(key).to_owned(), settings.origin(key));
        assert_eq!(seen("region"), ("eu-west-1".to_owned(), Origin::File));
        assert_eq!(seen("server.connections_max"), ("7".to_owned(), Origin::File));
        assert_eq!(seen("delivery.interval"), ("1s".to_owned(), Origin::Environment));
        assert_eq!(seen("account_id"), ("123456789012".to_owned(), Origin::Default));
    }

    #[test]
    fn what_nobody_knows_is_refused() {
        for file in
            ["regoin = 1", "[delivery]\ninterval_s = 5", "[delivery.more]\nx = 1", "region = [1]", "="]
        {
            assert!(gather(file, &[]).is_err(), "{file}");
        }
        assert!(gather("", &[("CAIRN_DELIVERY_INTERVALL", "5s")]).is_err());
    }
}
