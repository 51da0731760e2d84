//! Upstreams in the settings: a table for each, `[upstreams.NAME]`, or `--upstream [SERVICE,…=]URL`.

use std::error::Error;
use std::time::Duration;

use cairn_event::{AccountId, Region};
use cairn_gateway::{Forwarded, Origin as Place, Protocol, Routes, Timeouts, Upstream, UpstreamConfig};

use crate::config::{ConfigError, duration};
use crate::named_tables::{NamedTables, TableReader};
use crate::settings::{Origin, Setting, SettingsError};

/// The most upstreams.
const UPSTREAMS_MAX: usize = 64;

/// How long a client may send nothing of a body that an upstream waits for.
const UPLOAD_WAIT: Duration = Duration::from_secs(60);

/// What can be set of an upstream, in the order of the reference page.
pub const UPSTREAM_SETTINGS: &[Setting] = &[
    Setting {
        key: "url",
        default: "",
        help: "Where the upstream is: `http(s)://HOST[:PORT]`, without a path. Needed.",
    },
    Setting {
        key: "services",
        default: "",
        help: "Comma-separated services by their signing names, such as `s3,iam,sts`: every call of them goes \
               there. Empty: the rest goes there: what Cairn does not serve itself, and calls of `s3`, `iam`, `sts` \
               and `kms` that are not signed with a key of Cairn's. At most one upstream has the rest.",
    },
    Setting {
        key: "account_id",
        default: "",
        help: "The account that owns what the upstream has. Empty: `account_id` of the server.",
    },
    Setting {
        key: "region",
        default: "",
        help: "The Region of calls whose signature names none. Empty: `region` of the server.",
    },
    Setting {
        key: "record",
        default: "require",
        help: "`require`: no call reaches the upstream that could not be recorded, and no answer reaches the client \
               before its event is durable. `best_effort`: nothing waits for events; what is lost is counted.",
    },
    Setting {
        key: "verifies_signatures",
        default: "false",
        help: "Whether the upstream checks signatures. If so, identities of calls that it took are recorded as \
               `accepted`, else as `claimed`: moto, MiniStack and LocalStack take any signature.",
    },
    Setting {
        key: "ca_file",
        default: "",
        help: "PEM file with the authorities that vouch for the upstream. Empty: those that the machine trusts.",
    },
    Setting {
        key: "http2",
        default: "false",
        help: "Whether HTTP/2 is spoken with the upstream, all calls over one connection.",
    },
    Setting {
        key: "forwarded_headers",
        default: "true",
        help: "Whether `X-Forwarded-For`, `-Proto` and `-Host` are added to requests.",
    },
    Setting { key: "connect_timeout", default: "5s", help: "How long connecting may take. 10ms to 60s." },
    Setting {
        key: "answer_timeout",
        default: "15m",
        help: "How long the upstream may take to begin its answer once nothing of the request moves. 100ms to 24h.",
    },
    Setting {
        key: "continue_timeout",
        default: "1s",
        help: "How long the upstream may leave `Expect: 100-continue` without a word before it is sent the body. \
               10ms to 60s.",
    },
    Setting {
        key: "calls_max",
        default: "512",
        help: "The most calls, and so connections, that are with the upstream at a time. 1 to 65536.",
    },
    Setting {
        key: "waiting_max",
        default: "1024",
        help: "The most calls that wait for their turn; more are answered 503. 0 to 65536.",
    },
];

/// An upstream, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpstreamSettings {
    /// How it is reached.
    pub connection: UpstreamConfig,
    /// The services whose calls it gets, by signing name; the rest if there are none.
    pub services: Vec<String>,
    /// The account that owns what it has; the server's if absent.
    pub account: Option<AccountId>,
    /// The Region of calls that name none; the server's if absent.
    pub region: Option<Region>,
    /// What its calls owe to the record.
    pub record: RecordPolicy,
    /// Whether it checks signatures.
    pub signatures: Signatures,
}

/// What a call owes to the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordPolicy {
    /// No record, no call.
    Require,
    /// The call comes first; what is lost is counted.
    BestEffort,
}

/// What an upstream makes of signatures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signatures {
    /// It refuses those that do not hold.
    Checked,
    /// It takes any.
    Ignored,
}

/// Connects to an upstream, shakes hands where it is encrypted, and says nothing to it.
///
/// # Errors
/// Its authority's certificates can't be used, or it can't be connected to.
pub async fn reach_upstream(settings: &UpstreamSettings) -> Result<(), Box<dyn Error + Send + Sync>> {
    Ok(Upstream::open(&settings.connection)?.reach().await?)
}

/// Takes `[SERVICE,…=]URL` of the command line. The upstream is named after its first service.
pub(crate) fn take_flag(tables: &mut NamedTables, value: &str) -> Result<(), SettingsError> {
    let scheme = value.find("://");
    let (services, url) = match value.find('=').filter(|at| scheme.is_some_and(|scheme| *at < scheme)) {
        Some(_) => value.split_once('=').unwrap_or_default(),
        None => ("", value),
    };
    let name = services.split(',').next().map(str::trim).filter(|name| !name.is_empty());
    let name = name.unwrap_or("default");
    if tables.iter().any(|(key, _, origin)| key == format!("upstreams.{name}.url") && *origin == Origin::Flag)
    {
        return Err(SettingsError::Twice { key: format!("--upstream {value}") });
    }
    tables.take_flag(name, "url", url.to_owned());
    tables.take_flag(name, "services", services.to_owned());
    Ok(())
}

/// Understands every upstream.
pub(crate) fn understand(tables: &NamedTables) -> Result<Vec<UpstreamSettings>, ConfigError> {
    let readers = tables.readers();
    if readers.len() > UPSTREAMS_MAX {
        let count = readers.len().to_string();
        return Err(ConfigError::new("upstreams", &count, Origin::File, "at most 64 are needed"));
    }
    let mut routes = Routes::default();
    let mut all = Vec::new();
    for table in readers {
        let upstream = understand_one(table)?;
        routes.add(&upstream.services, &()).map_err(|error| {
            table.wrong("services", "services that no other upstream has are needed").because(error)
        })?;
        all.push(upstream);
    }
    Ok(all)
}

fn understand_one(table: TableReader<'_>) -> Result<UpstreamSettings, ConfigError> {
    let optional = |text: &str| text.is_empty();
    let place: Place = match table.value("url").parse() {
        Ok(place) => place,
        Err(error) => {
            return Err(table.wrong("url", "http(s)://HOST[:PORT] is needed").because(error));
        }
    };
    let connection = UpstreamConfig {
        name: table.name()?.to_owned(),
        origin: place,
        authority: table.file("ca_file"),
        protocol: truth(table, "http2", Protocol::Http2, Protocol::Http1)?,
        forwarded: truth(table, "forwarded_headers", Forwarded::Told, Forwarded::Untold)?,
        timeouts: Timeouts {
            connect: time(table, "connect_timeout", 10, 60_000, "10ms to 60s is needed")?,
            answer: time(table, "answer_timeout", 100, 86_400_000, "100ms to 24h is needed")?,
            go_ahead: time(table, "continue_timeout", 10, 60_000, "10ms to 60s is needed")?,
            upload: UPLOAD_WAIT,
        },
        calls_max: count(table, "calls_max", 1, "1 to 65536 is needed")?,
        waiting_max: count(table, "waiting_max", 0, "0 to 65536 is needed")?,
    };
    Ok(UpstreamSettings {
        connection,
        services: table.with(
            "services",
            "signing names such as `s3,iam` are needed; CloudTrail's own calls stay here",
            services,
        )?,
        account: table.with("account_id", "twelve digits are needed", |text| match text {
            text if optional(text) => Some(None),
            text => text.parse().ok().map(Some),
        })?,
        region: table.with("region", "a Region such as us-east-1 is needed", |text| match text {
            text if optional(text) => Some(None),
            text => text.parse().ok().map(Some),
        })?,
        record: table.with("record", "`require` or `best_effort` is needed", |text| match text {
            "require" => Some(RecordPolicy::Require),
            "best_effort" => Some(RecordPolicy::BestEffort),
            _ => None,
        })?,
        signatures: truth(table, "verifies_signatures", Signatures::Checked, Signatures::Ignored)?,
    })
}

/// Understands a list of signing names. Cairn's own service is nobody else's.
fn services(text: &str) -> Option<Vec<String>> {
    if text.is_empty() {
        return Some(Vec::new());
    }
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let fits = |name: &str| !name.is_empty() && name.bytes().all(allowed) && !OWN.contains(&name);
    let names: Vec<String> = text.split(',').map(|name| name.trim().to_owned()).collect();
    names.iter().all(|name| fits(name)).then_some(names)
}

/// The services that are always Cairn's own.
pub(crate) const OWN: [&str; 2] = ["cloudtrail", "cloudtrail-data"];

fn truth<T>(table: TableReader<'_>, key: &'static str, yes: T, no: T) -> Result<T, ConfigError> {
    table.with(key, "`true` or `false` is needed", |text| match text {
        "true" => Some(yes),
        "false" => Some(no),
        _ => None,
    })
}

fn time(
    table: TableReader<'_>,
    key: &'static str,
    least_ms: u64,
    most_ms: u64,
    needed: &'static str,
) -> Result<Duration, ConfigError> {
    let (least, most) = (Duration::from_millis(least_ms), Duration::from_millis(most_ms));
    table.with(key, needed, |text| duration(text).filter(|time| (least..=most).contains(time)))
}

fn count(
    table: TableReader<'_>,
    key: &'static str,
    least: usize,
    needed: &'static str,
) -> Result<usize, ConfigError> {
    table.with(key, needed, |text| text.parse().ok().filter(|count| (least..=65_536).contains(count)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::settings::Settings;

    fn understand(file: &str, flags: &[&str]) -> Result<Vec<UpstreamSettings>, String> {
        let flags = flags.iter().map(|flag| ("upstream", (*flag).to_owned()));
        let settings = Settings::gather(Some(file), [], flags).map_err(|error| error.to_string())?;
        Config::understand(&settings).map(|config| config.upstreams).map_err(|error| {
            let because = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
            format!("{error} {because}")
        })
    }

    #[test]
    fn an_upstream_is_a_table() {
        let file = "[upstreams.store]\nurl = \"https://s3.example:8333\"\nservices = \"s3, iam\"\nhttp2 = true\n\
                    account_id = \"111122223333\"\nregion = \"eu-west-1\"\nrecord = \"best_effort\"\n\
                    verifies_signatures = true\nca_file = \"ca.pem\"\nforwarded_headers = false\n\
                    answer_timeout = \"2s\"\ncalls_max = 7\n";
        let [store]: [UpstreamSettings; 1] = understand(file, &[]).unwrap().try_into().unwrap();
        let UpstreamConfig { name, origin, authority, protocol, forwarded, timeouts, .. } = &store.connection;
        assert_eq!((name.as_str(), origin.to_string().as_str()), ("store", "https://s3.example:8333"));
        assert_eq!((authority.clone(), *protocol), (Some("ca.pem".into()), Protocol::Http2));
        assert_eq!((*forwarded, timeouts.answer), (Forwarded::Untold, Duration::from_secs(2)));
        assert_eq!((store.connection.calls_max, store.connection.waiting_max), (7, 1024));
        assert_eq!(store.services, ["s3", "iam"]);
        assert_eq!(store.account.map(|id| id.to_string()).as_deref(), Some("111122223333"));
        assert_eq!(store.region, "eu-west-1".parse().ok());
        assert_eq!((store.record, store.signatures), (RecordPolicy::BestEffort, Signatures::Checked));
    }

    #[test]
    fn a_flag_makes_an_upstream() {
        let all = understand("", &["http://127.0.0.1:5000", "s3,iam=http://127.0.0.1:8333"]).unwrap();
        let shown: Vec<(String, String, Vec<String>)> = all
            .into_iter()
            .map(|one| (one.connection.name, one.connection.origin.to_string(), one.services))
            .collect();
        let text = str::to_owned;
        assert_eq!(
            shown,
            [
                (text("default"), text("http://127.0.0.1:5000"), vec![]),
                (text("s3"), text("http://127.0.0.1:8333"), vec![text("s3"), text("iam")]),
            ]
        );
    }

    #[test]
    fn a_flag_overrides_the_table_of_its_name() {
        let file = "[upstreams.s3]\nurl = \"http://a:1\"\nrecord = \"best_effort\"\n";
        let [one]: [UpstreamSettings; 1] = understand(file, &["s3=http://b:2"]).unwrap().try_into().unwrap();
        assert_eq!(one.connection.origin.to_string(), "http://b:2");
        assert_eq!(one.record, RecordPolicy::BestEffort);
    }

    #[test]
    fn what_can_not_be_is_refused() {
        for (file, blamed) in [
            ("[upstreams.a]\nservices = \"s3\"", "upstreams.a.url"),
            ("[upstreams.a]\nurl = \"http://a/b\"", "upstreams.a.url"),
            ("[upstreams.a]\nurl = \"http://a\"\nservices = \"cloudtrail\"", "upstreams.a.services"),
            ("[upstreams.a]\nurl = \"http://a\"\nservices = \"s3,,iam\"", "upstreams.a.services"),
            ("[upstreams.a]\nurl = \"http://a\"\nrecord = \"maybe\"", "upstreams.a.record"),
            ("[upstreams.a]\nurl = \"http://a\"\ncalls_max = 0", "upstreams.a.calls_max"),
            ("[upstreams.a]\nurl = \"http://a\"\nconnect_timeout = \"0s\"", "upstreams.a.connect_timeout"),
            ("[upstreams.A]\nurl = \"http://a\"", "upstreams"),
            ("[upstreams.a]\nurl = \"http://a\"\n[upstreams.b]\nurl = \"http://b\"", "for the rest already"),
            (
                "[upstreams.a]\nurl = \"http://a\"\nservices = \"s3\"\n[upstreams.b]\nurl = \"http://b\"\nservices = \"s3\"",
                "`s3` has an upstream already",
            ),
            ("[upstreams.a]\nuri = \"http://a\"", "upstreams.a.uri"),
        ] {
            let error = understand(file, &[]).unwrap_err();
            assert!(error.contains(blamed), "{file}: {error}");
        }
        assert!(understand("", &["http://a", "http://b"]).is_err());
        assert!(understand("", &["nonsense"]).is_err());
    }
}
