//! `cairn tail`: the last events, and those to come.

mod line;
pub(crate) mod reader;

use std::time::Duration;

use anyhow::Context as _;
use cairn_event::Region;
use http::StatusCode;
use tokio::time::{Instant, sleep};

use self::line::{Asked, Line, columns};
use self::reader::{LineReader, ReadLineError};
use crate::client::{CallError, Client};
use crate::organization::{Ids, Scope};
use crate::output::{self, Form, JsonFlag, Paint, ReaderLeft};
use crate::row::Row;
use crate::settings::Place;

/// The pause before a connection is tried again: the first, and the longest it grows to.
const PAUSE: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(10));

/// The server says something every fifteen seconds; three times nothing means the connection is lost.
const SILENCE: Duration = Duration::from_secs(45);

/// How often to look whether anybody still reads what is printed.
const LOOK: Duration = Duration::from_millis(500);

/// Flags of `cairn tail`.
#[derive(Debug, clap::Args)]
pub(crate) struct Tail {
    /// Go on with new events as they are recorded, until Ctrl-C.
    #[arg(short, long)]
    follow: bool,
    /// Begin with the last N events; at most 10000.
    #[arg(short = 'n', long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(0..=10_000))]
    lines: u32,
    /// The Region whose events are shown [default: the server's].
    #[arg(long, value_name = "REGION")]
    region: Option<Region>,
    #[command(flatten)]
    scope: Scope,
    #[command(flatten)]
    json: JsonFlag,
}

/// How one connection ended.
enum Ended {
    /// The server told everything that was asked for, or is stopping.
    Told,
    /// The connection was lost.
    Lost(ReadLineError),
}

/// What is told, and how far it has come.
struct Telling {
    form: Form,
    paint: Paint,
    asked: Asked,
    /// The position to go on from; none before the server has told one.
    next: Option<u64>,
}

impl Tail {
    pub(crate) fn run(&self, place: &Place) -> anyhow::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            tokio::select! {
                interrupted = tokio::signal::ctrl_c() => Ok(interrupted?),
                left = nobody_reads() => Err(left.into()),
                told = self.tell(place) => told,
            }
        })
    }

    async fn tell(&self, place: &Place) -> anyhow::Result<()> {
        let client = Client::find(place, self.region.as_ref()).await?;
        let part = self.scope.resolve(&client).await.context("read the last events")?;
        let mut telling = Telling {
            form: Form::choose(self.json),
            paint: Paint::choose(),
            asked: Asked { region: client.region().clone(), organization: part.is_some() },
            next: None,
        };
        let (mut pause, mut outage) = (PAUSE.0, false);
        loop {
            let before = telling.next;
            let reason = match client.page("/_cairn/tail", &self.query(telling.next, part.as_ref())).await {
                Ok(body) => {
                    let ended = telling.tell(LineReader::new(body), outage).await?;
                    if !self.follow && matches!(ended, Ended::Told) {
                        return Ok(());
                    }
                    ended.to_string()
                }
                Err(error) if is_final(&error) || (before.is_none() && !outage) => {
                    return Err(anyhow::Error::new(error).context("read the last events"));
                }
                Err(error) => error.to_string(),
            };
            anyhow::ensure!(self.follow, "read the last events: {reason}");
            if telling.next != before {
                (pause, outage) = (PAUSE.0, false);
            }
            if !outage {
                let endpoint = client.endpoint().unwrap_or_default();
                eprintln!("cairn: {endpoint}: {reason}; trying again until it is back");
                outage = true;
            }
            sleep(pause).await;
            pause = (pause * 2).min(PAUSE.1);
        }
    }

    fn query(&self, next: Option<u64>, part: Option<&Ids>) -> String {
        let start = match (next, self.lines) {
            (Some(next), _) => format!("from={next}&"),
            (None, 0) => String::new(),
            (None, lines) => format!("last={lines}&"),
        };
        let part = part.map(Ids::query).unwrap_or_default();
        format!("{start}follow={}&positions=true{part}", self.follow)
    }
}

impl Telling {
    /// Prints what one connection tells.
    async fn tell(&mut self, mut reader: LineReader, after_outage: bool) -> anyhow::Result<Ended> {
        let (asked, mut begun) = (self.next, false);
        loop {
            let line = match tokio::time::timeout_at(Instant::now() + SILENCE, reader.next()).await {
                Ok(Ok(Some(line))) => line,
                Ok(Ok(None)) => return Ok(Ended::Told),
                Ok(Err(error)) => return Ok(Ended::Lost(error)),
                Err(_elapsed) => return Ok(Ended::Lost(ReadLineError::Silence)),
            };
            let line = match Line::parse(&line) {
                Ok(line) => line,
                Err(error) => return Ok(Ended::Lost(ReadLineError::Line(error))),
            };
            if !std::mem::replace(&mut begun, true) && after_outage {
                eprintln!("cairn: {}", resumed(asked, line.next));
            }
            if let Some(event) = line.event {
                self.print(event)?;
            }
            // Only what was printed is passed: an interruption repeats rather than loses.
            self.next = Some(line.next);
        }
    }

    fn print(&self, event: &str) -> anyhow::Result<()> {
        match self.form {
            Form::JsonLines => output::print(format!("{event}\n")),
            Form::Table => output::print(columns(&Row::of(event.as_bytes()), &self.asked, self.paint)),
        }
    }
}

impl std::fmt::Display for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Told => f.write_str("the server stopped"),
            Self::Lost(error) => write!(f, "{error}"),
        }
    }
}

/// Says what an outage has cost.
fn resumed(asked: Option<u64>, told: u64) -> String {
    match asked {
        Some(asked) if told > asked => {
            format!(
                "back again; the journal was trimmed meanwhile, up to {} events are missing",
                told - asked
            )
        }
        Some(asked) if told < asked => {
            "back again, with another journal: what was recorded before now may be missing".to_owned()
        }
        Some(_) | None => "back again, nothing is missing".to_owned(),
    }
}

/// Tells whether trying again is useless: the caller has to change something.
fn is_final(error: &CallError) -> bool {
    match error {
        CallError::Refused { status, .. } => {
            status.is_client_error() && *status != StatusCode::TOO_MANY_REQUESTS
        }
        CallError::Unreachable { .. } | CallError::Unmakeable(_) => false,
    }
}

/// Waits until whoever read standard output has gone.
async fn nobody_reads() -> ReaderLeft {
    while !output::reader_left() {
        sleep(LOOK).await;
    }
    ReaderLeft
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_goes_on_where_the_last_one_stopped() {
        let (scope, json) = (Scope::default(), JsonFlag { wanted: false });
        let tail = Tail { follow: true, lines: 3, region: None, scope, json };
        assert_eq!(tail.query(None, None), "last=3&follow=true&positions=true");
        assert_eq!(tail.query(Some(17), None), "from=17&follow=true&positions=true");
        let all = "last=3&follow=true&positions=true&organization=true";
        assert_eq!(tail.query(None, Some(&Ids::default())), all);
        let from_now = Tail { lines: 0, ..tail };
        assert_eq!(from_now.query(None, None), "follow=true&positions=true");
    }

    #[test]
    fn what_an_outage_cost_is_said() {
        assert_eq!(resumed(Some(7), 7), "back again, nothing is missing");
        assert!(resumed(Some(7), 9).contains("up to 2 events are missing"));
        assert!(resumed(Some(7), 3).contains("another journal"));
    }
}
