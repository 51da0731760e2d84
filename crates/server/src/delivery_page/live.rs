//! Live destinations: how streams fare, and those that belong to no trail.
//!
//! An account is told of its event buses, and the server's own account of webhooks and NATS, which the operator
//! configured for all accounts. Both are for who may ask for the status of every trail.

use std::path::{Path, PathBuf};

use cairn_aws::Endpoint;
use cairn_catalog::Catalog;
use cairn_control::Caller;
use cairn_event::AccountId;
use cairn_stream::{
    DestinationKind, StreamCounts, StreamFailure, StreamHealth, StreamHealthError, Tallies, bus_stream_name,
};
use jiff::Timestamp;
use serde::Serialize;

use super::advice::advice;
use super::{Lag, Place, address, instant};
use crate::config::Config;
use crate::data_dir::DataDir;

/// The live destinations that belong to no trail, and how all streams fare.
#[derive(Debug)]
pub(crate) struct LiveDestinations {
    tallies: Tallies,
    /// The server's own account.
    account: AccountId,
    buses: Option<Buses>,
    configured: Vec<Configured>,
}

#[derive(Debug)]
struct Buses {
    address: String,
    /// Whether a role leads into other accounts.
    of_all: bool,
}

#[derive(Debug)]
struct Configured {
    kind: &'static str,
    stream: String,
    name: String,
    address: String,
    letters: PathBuf,
    letter_bytes_max: u64,
}

/// What came of a stream's events in the last 24 hours. Members are as they are sent.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Sent {
    events: u64,
    bytes: u64,
    failed_tries: u64,
    given_up: u64,
    #[serde(skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    given_up_for: std::collections::BTreeMap<String, u64>,
}

/// The last failure, be it over or not.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct LastError {
    code: String,
    time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
}

/// The file of what was given up.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Letters {
    file: String,
    bytes: u64,
    bytes_max: u64,
}

impl LiveDestinations {
    pub(crate) fn of(config: &Config, tallies: Tallies) -> Self {
        let letters = DataDir::new(&config.data_dir).dead_letters();
        let buses = config.endpoints.events.as_ref().map(|endpoint| Buses {
            address: match endpoint {
                Endpoint::Aws => "aws".to_owned(),
                Endpoint::Url(url) => {
                    url.parse().map_or_else(|_no_url| String::new(), |url| address::webhook(&url))
                }
            },
            of_all: config.endpoint_role.is_some(),
        });
        let configured = config.destinations.iter().map(|one| {
            let (kind, stream, address) = match &one.kind {
                DestinationKind::Webhook(own) => ("Webhook", "webhook", address::webhook(&own.url)),
                DestinationKind::Nats(own) => ("NATS", "nats", address::nats(&own.url)),
            };
            Configured {
                kind,
                stream: format!("{stream}/{}", one.name),
                name: one.name.clone(),
                address,
                letters: letters.join(format!("{}.ndjson", one.name)),
                letter_bytes_max: one.dead_letter_bytes_max,
            }
        });
        Self { tallies, account: config.account, buses, configured: configured.collect() }
    }

    /// Tells whether there are destinations that an account is told of.
    pub(super) fn are_told(&self, account: AccountId) -> bool {
        self.buses(account).is_some() || (account == self.account && !self.configured.is_empty())
    }

    /// Tells how a stream fares.
    pub(super) async fn health(
        &self,
        catalog: &dyn Catalog,
        stream: &str,
    ) -> Result<StreamHealth, StreamHealthError> {
        self.tallies.of(catalog, stream).await
    }

    /// Lists the destinations that an account is told of, each with the name of its stream.
    pub(super) fn told(&self, caller: &Caller) -> Vec<(String, Place)> {
        let of_account = self.buses(caller.account).map(|buses| {
            let name = format!("arn:aws:events:*:{}:event-bus/default", caller.account);
            let address = Some(buses.address.clone());
            (
                bus_stream_name(caller.account),
                Place { kind: "EventBridge", name, address, ..Place::default() },
            )
        });
        let of_server = self.configured.iter().filter(|_| caller.account == self.account).map(|one| {
            let letters = letters(&one.letters, one.letter_bytes_max);
            let (name, address) = (one.name.clone(), Some(one.address.clone()));
            let place = Place { kind: one.kind, name, address, dead_letters: letters, ..Place::default() };
            (one.stream.clone(), place)
        });
        of_account.into_iter().chain(of_server).collect()
    }

    fn buses(&self, account: AccountId) -> Option<&Buses> {
        self.buses.as_ref().filter(|buses| buses.of_all || account == self.account)
    }
}

impl Place {
    /// Says what came of a stream's events, and what waits.
    pub(super) fn with_figures(self, health: &StreamHealth, lag: Lag, now: Timestamp) -> Self {
        let Lag { behind, waits_since } = lag;
        let lag_seconds = waits_since.map_or(0, |since| (now.as_second() - since.as_second()).max(0));
        Self {
            lag_seconds: Some(lag_seconds),
            waiting: Some(health.waiting),
            behind: Some(behind),
            last_day: Some(Sent::of(health.book.last_day(now))),
            ..self
        }
    }

    /// Says how it last went, for destinations of which nothing else tells.
    pub(super) fn with_outcomes(self, health: &StreamHealth) -> Self {
        let failure = health.book.failure.as_ref();
        let succeeded = health.book.succeeded_at;
        let attempted = failure.map(|failure| failure.at).max(succeeded);
        Self {
            last_success: succeeded.map(instant),
            last_attempt: attempted.map(instant),
            error: failure.filter(|failure| failure.lasts).map(|failure| failure.code.clone()),
            advice: failure.map(|failure| advice(self.kind, &failure.code)),
            last_error: failure.map(LastError::of),
            ..self
        }
    }
}

impl Sent {
    fn of(counts: StreamCounts) -> Self {
        let given_up = counts.given_up();
        let StreamCounts { events, bytes, failed_tries, given_up: given_up_for } = counts;
        Self { events, bytes, failed_tries, given_up, given_up_for }
    }
}

impl LastError {
    pub(super) fn new(code: &str, time: String) -> Self {
        Self { code: code.to_owned(), time, region: None }
    }

    fn of(failure: &StreamFailure) -> Self {
        let region = failure.region.as_ref().map(ToString::to_string);
        Self { code: failure.code.clone(), time: instant(failure.at), region }
    }
}

/// Measures a file of dead letters; none where nothing was given up.
fn letters(path: &Path, bytes_max: u64) -> Option<Letters> {
    let bytes = std::fs::metadata(path).ok()?.len();
    let file = format!("dead-letters/{}", path.file_name()?.to_string_lossy());
    Some(Letters { file, bytes, bytes_max })
}
