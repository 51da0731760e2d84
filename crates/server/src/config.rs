//! The settings, understood.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use cairn_delivery::Interval;
use cairn_event::{AccountId, Region};
use cairn_sts::Issuer;

use crate::settings::{Origin, Settings};

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
    /// Connections served at once.
    pub connections_max: usize,
    /// How far a signature's time may lie from ours.
    pub clock_skew: Duration,
    /// Whether calls that could not be authenticated are recorded.
    pub rejected_calls: Recorded,
    /// Who may vouch for web identities.
    pub oidc_issuers: Vec<Issuer>,
    /// Whether CloudTrail's operations are throttled as AWS does.
    pub throttle: Throttle,
    /// The length of a delivery window.
    pub delivery_interval: Interval,
    /// The length of the window that data events are summed up over.
    pub aggregation_window: Interval,
    /// The size at which the journal refuses.
    pub journal_bytes_max: u64,
    /// How long the journal keeps what everybody has read.
    pub journal_hold: Duration,
    /// Age at which recent events become a split.
    pub history_seal_after: Duration,
    /// How logs look.
    pub log_format: LogFormat,
    /// What is logged.
    pub log_filter: String,
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
    key: &'static str,
    value: String,
    origin: Origin,
    needed: &'static str,
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
            connections_max: read.with("server.connections_max", "1 to 65536 is needed", |text| {
                text.parse().ok().filter(|count| (1..=65_536).contains(count))
            })?,
            clock_skew: read.duration("server.clock_skew", 1, 3_600, "1s to 60m is needed")?,
            rejected_calls: read.truth("record.rejected_calls", Recorded::Yes, Recorded::No)?,
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
            journal_bytes_max: read.with("journal.size_max", "256MiB to 16TiB is needed", |text| {
                bytes(text).filter(|size| (256 << 20..=16 << 40).contains(size))
            })?,
            journal_hold: read.duration("journal.hold", 0, 2_160 * 3_600, "0s to 2160h is needed")?,
            history_seal_after: read.duration("history.seal_after", 1, 86_400, "1s to 24h is needed")?,
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
        parse(value).ok_or_else(|| ConfigError {
            key,
            value: value.to_owned(),
            origin: self.settings.origin(key),
            needed,
        })
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

fn duration(text: &str) -> Option<Duration> {
    let (count, unit) = number_and_unit(text)?;
    match unit {
        "ms" => Some(Duration::from_millis(count)),
        "s" => Some(Duration::from_secs(count)),
        "m" => Some(Duration::from_secs(count.checked_mul(60)?)),
        "h" => Some(Duration::from_secs(count.checked_mul(3_600)?)),
        _ => None,
    }
}

fn bytes(text: &str) -> Option<u64> {
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
        let free_text = ["data_dir", "log.filter"];
        for setting in SETTINGS.iter().filter(|setting| !free_text.contains(&setting.key)) {
            assert!(config(setting.key, "non sense!").is_err(), "{}", setting.key);
        }
    }

    #[test]
    fn limits_hold() {
        for (key, value) in [
            ("server.connections_max", "0"),
            ("server.clock_skew", "61m"),
            ("delivery.interval", "0s"),
            ("delivery.aggregation_window", "61m"),
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
