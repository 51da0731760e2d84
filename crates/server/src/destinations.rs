//! Destinations in the settings: a table for each, `[destinations.NAME]`.

use std::path::PathBuf;
use std::time::Duration;

use cairn_pattern::Pattern;
use cairn_stream::{
    DestinationConfig, DestinationKind, Format, From, Keeping, NatsAuthentication, NatsConfig, PatternSource,
    WebhookConfig, is_subject_prefix,
};

use crate::config::{ConfigError, bytes, duration};
use crate::named_tables::{NamedTables, TableReader};
use crate::settings::{Origin, Setting};

/// The most destinations.
const DESTINATIONS_MAX: usize = 32;

/// What can be set of a destination, in the order of the reference page.
pub const DESTINATION_SETTINGS: &[Setting] = &[
    Setting { key: "type", default: "", help: "`webhook` or `nats`. Needed." },
    Setting {
        key: "url",
        default: "",
        help: "Where a webhook's requests go, `https://…` or `http://…`; or the NATS servers, comma-separated \
               `tls://HOST:PORT` or `nats://HOST:PORT`. No user or password is taken here. Needed.",
    },
    Setting {
        key: "format",
        default: "eventbridge",
        help: "`eventbridge` for events in the envelope that EventBridge carries them in, `record` for events as \
               log files have them.",
    },
    Setting {
        key: "pattern",
        default: "",
        help: "An EventBridge event pattern, as JSON: only events that match it are sent. It sees the envelope, \
               whatever the format. `cairn pattern test` tries one. Empty: every event.",
    },
    Setting { key: "pattern_file", default: "", help: "A file with the pattern instead. Read at start." },
    Setting {
        key: "from",
        default: "now",
        help: "Where a destination begins that was never seen before: `now`, or `beginning` for the oldest event \
               that the journal still holds.",
    },
    Setting {
        key: "batch_events",
        default: "100",
        help: "The most events of one request, or published before acknowledgements are awaited. 1 to 1000.",
    },
    Setting {
        key: "batch_bytes",
        default: "1MiB",
        help: "The most bytes of one request; a larger event goes alone. 64KiB to 16MiB.",
    },
    Setting { key: "timeout", default: "10s", help: "How long one try may take. 100ms to 10s." },
    Setting {
        key: "ca_file",
        default: "",
        help: "PEM file with the authorities that vouch for the server. Empty: those that the machine trusts.",
    },
    Setting {
        key: "dead_letter_max",
        default: "64MiB",
        help: "Size of the file `dead-letters/NAME.ndjson` in the data directory at which no more of what is given \
               up is kept. 0B to 16GiB.",
    },
    Setting {
        key: "secret_file",
        default: "",
        help: "Webhooks: a file with the secret that signs requests, `whsec_` and the base64 of 24 to 64 bytes; on \
               several lines while one is replaced. Empty: requests are not signed.",
    },
    Setting {
        key: "authorization_file",
        default: "",
        help: "Webhooks: a file with the value of the `Authorization` header, such as `Bearer …`.",
    },
    Setting {
        key: "subject_prefix",
        default: "cairn",
        help: "NATS: what subjects begin with: `PREFIX.ACCOUNT.REGION.SOURCE.NAME`.",
    },
    Setting {
        key: "jetstream",
        default: "false",
        help: "NATS: whether a stream must store each message, and acknowledge it. You make the stream.",
    },
    Setting { key: "user", default: "", help: "NATS: the user." },
    Setting { key: "password_file", default: "", help: "NATS: a file with the user's password." },
    Setting { key: "token_file", default: "", help: "NATS: a file with a token." },
    Setting {
        key: "credentials_file",
        default: "",
        help: "NATS: a file with a user's JWT and seed (`.creds`).",
    },
];

/// Understands every destination.
pub(crate) fn understand(tables: &NamedTables) -> Result<Vec<DestinationConfig>, ConfigError> {
    let all: Result<Vec<_>, _> = tables.readers().map(|table| Reader(table).destination()).collect();
    let all = all?;
    if all.len() > DESTINATIONS_MAX {
        let count = all.len().to_string();
        return Err(ConfigError::new("destinations", &count, Origin::File, "at most 32 are needed"));
    }
    Ok(all)
}

/// Reads the settings of one destination.
struct Reader<'a>(TableReader<'a>);

impl Reader<'_> {
    fn destination(&self) -> Result<DestinationConfig, ConfigError> {
        let name = self.0.name()?;
        let kind = match self.value("type") {
            "webhook" => DestinationKind::Webhook(self.webhook()?),
            "nats" => DestinationKind::Nats(self.nats()?),
            _ => return Err(self.wrong("type", "`webhook` or `nats` is needed")),
        };
        Ok(DestinationConfig {
            name: name.to_owned(),
            kind,
            format: self
                .one_of("format", [("eventbridge", Format::EventBridge), ("record", Format::Record)])?,
            pattern: self.pattern()?,
            from: self.one_of("from", [("now", From::Now), ("beginning", From::Beginning)])?,
            batch_events: self.with("batch_events", "1 to 1000 is needed", |text| {
                text.parse().ok().filter(|count| (1..=1_000).contains(count))
            })?,
            batch_bytes: self.with("batch_bytes", "64KiB to 16MiB is needed", |text| {
                usize::try_from(bytes(text)?).ok().filter(|size| (64 << 10..=16 << 20).contains(size))
            })?,
            timeout: self.with("timeout", "100ms to 10s is needed", |text| {
                duration(text)
                    .filter(|time| (Duration::from_millis(100)..=Duration::from_secs(10)).contains(time))
            })?,
            authority: self.file("ca_file"),
            dead_letter_bytes_max: self.with("dead_letter_max", "0B to 16GiB is needed", |text| {
                bytes(text).filter(|size| *size <= 16 << 30)
            })?,
        })
    }

    fn webhook(&self) -> Result<WebhookConfig, ConfigError> {
        let foreign =
            ["subject_prefix", "jetstream", "user", "password_file", "token_file", "credentials_file"];
        self.without(&foreign, "nothing is needed: it is for `type = \"nats\"`")?;
        let needed = "http(s)://HOST[:PORT]/PATH without a user is needed";
        let url = self.with("url", needed, |text| {
            let url: http::Uri = text.parse().ok()?;
            let known = matches!(url.scheme_str(), Some("http" | "https"));
            (known && url.authority().is_some_and(|authority| !authority.as_str().contains('@')))
                .then_some(url)
        })?;
        Ok(WebhookConfig {
            url,
            secret_file: self.file("secret_file"),
            authorization_file: self.file("authorization_file"),
        })
    }

    fn nats(&self) -> Result<NatsConfig, ConfigError> {
        self.without(
            &["secret_file", "authorization_file"],
            "nothing is needed: it is for `type = \"webhook\"`",
        )?;
        let needed = "nats://HOST:PORT or tls://HOST:PORT without a user is needed, comma-separated";
        let url = self.with("url", needed, |text| {
            let known = |url: &str| url.starts_with("nats://") || url.starts_with("tls://");
            let server = |url: &str| known(url) && !url.contains('@') && url.parse::<http::Uri>().is_ok();
            text.split(',').map(str::trim).all(server).then(|| text.to_owned())
        })?;
        Ok(NatsConfig {
            url,
            subject_prefix: self.with(
                "subject_prefix",
                "letters, digits and such, joined by dots, are needed",
                |text| is_subject_prefix(text).then(|| text.to_owned()),
            )?,
            keeping: self.one_of("jetstream", [("true", Keeping::JetStream), ("false", Keeping::Nobody)])?,
            authentication: self.authentication()?,
        })
    }

    fn authentication(&self) -> Result<NatsAuthentication, ConfigError> {
        let user = Some(self.value("user")).filter(|user| !user.is_empty()).map(str::to_owned);
        let (password, token) = (self.file("password_file"), self.file("token_file"));
        match (user, password, token, self.file("credentials_file")) {
            (None, None, None, None) => Ok(NatsAuthentication::None),
            (Some(user), Some(password_file), None, None) => {
                Ok(NatsAuthentication::Password { user, password_file })
            }
            (None, None, Some(token), None) => Ok(NatsAuthentication::Token(token)),
            (None, None, None, Some(credentials)) => Ok(NatsAuthentication::Credentials(credentials)),
            (Some(_), None, None, None) => Err(self.wrong("password_file", "the user's password is needed")),
            (None, Some(_), None, None) => Err(self.wrong("user", "the password's user is needed")),
            _ => Err(self.wrong("user", "one of `user`, `token_file` and `credentials_file` is needed")),
        }
    }

    fn pattern(&self) -> Result<PatternSource, ConfigError> {
        let file = self.file("pattern_file");
        match (self.value("pattern"), file) {
            ("", None) => Ok(PatternSource::None),
            ("", Some(path)) => Ok(PatternSource::File(path)),
            (_, Some(_)) => Err(self.wrong("pattern_file", "nothing is needed where `pattern` is set")),
            (text, None) => match Pattern::parse(text) {
                Ok(_) => Ok(PatternSource::Text(text.to_owned())),
                Err(error) => Err(self.wrong("pattern", "an event pattern is needed").because(error)),
            },
        }
    }

    fn without(&self, keys: &[&'static str], needed: &'static str) -> Result<(), ConfigError> {
        match keys.iter().find(|key| self.0.is_set(key)) {
            Some(key) => Err(self.wrong(key, needed)),
            None => Ok(()),
        }
    }

    fn one_of<T: Copy>(&self, key: &'static str, choices: [(&str, T); 2]) -> Result<T, ConfigError> {
        let needed = match key {
            "format" => "`eventbridge` or `record` is needed",
            "from" => "`now` or `beginning` is needed",
            _ => "`true` or `false` is needed",
        };
        self.with(key, needed, |text| {
            choices.iter().find(|(word, _)| *word == text).map(|(_, choice)| *choice)
        })
    }

    fn with<T>(
        &self,
        key: &'static str,
        needed: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, ConfigError> {
        self.0.with(key, needed, parse)
    }

    fn wrong(&self, key: &str, needed: &'static str) -> ConfigError {
        self.0.wrong(key, needed)
    }

    fn file(&self, key: &str) -> Option<PathBuf> {
        self.0.file(key)
    }

    fn value(&self, key: &str) -> &str {
        self.0.value(key)
    }
}

#[cfg(test)]
mod tests;
