//! The event history alone: what indexing an event costs, what a lookup costs, what a restart costs.
//!
//! `history [events] [directory]`: fills a journal with events made from real ones (or, where the fixtures
//! are absent, from one made up here), indexes it, looks up, restarts. Everything is removed at the end.

mod events;
mod figures;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use cairn_catalog::{Catalog, SqliteCatalog};
use cairn_event::Clock;
use cairn_history::{
    Attribute, History, HistoryConfig, HistoryService, LookupFields, LookupInput, Query, QueryRefusal,
};
use cairn_journal::{DiskFileSystem, EmbeddedJournal, Options, Reader, Writer as _};
use cairn_projection::Source;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use events::{Made, Maker};
use figures::{Spread, cpu_seconds};

/// Events in one frame of the journal, as 256 callers make them.
const FRAME_EVENTS: u64 = 256;

/// Lookups per attribute and kind.
const LOOKUPS: usize = 400;

/// Where the made events end.
const NOW: i64 = 1_800_000_000;

/// How fast the made events follow one another: the more there are, the longer they reach back.
const EVENTS_A_SECOND: i64 = 115;

#[derive(Debug)]
struct FixedClock;

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(NOW).unwrap_or_default()
    }
}

/// Runs the benchmark.
///
/// # Errors
/// Whatever fails first.
#[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
pub fn run(args: &[String]) -> anyhow::Result<()> {
    let events: u64 = args.first().map_or(Ok(1_000_000), |text| text.parse()).context("read the count")?;
    let dir = args.get(1).map_or_else(|| std::env::temp_dir().join("cairn-bench-history"), PathBuf::from);
    remove(&dir)?;
    std::fs::create_dir_all(&dir)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    println!("history: {events} events in {}", dir.display());
    let done = runtime.block_on(measure(&dir, events));
    remove(&dir)?;
    done
}

fn remove(dir: &Path) -> anyhow::Result<()> {
    if dir.try_exists()? {
        std::fs::remove_dir_all(dir)?;
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
async fn measure(dir: &Path, events: u64) -> anyhow::Result<()> {
    let reader = fill(&dir.join("journal"), events)?;
    let source = Source::new(Arc::clone(&reader))?;
    let catalog: Arc<dyn Catalog> = Arc::new(SqliteCatalog::open(&dir.join("catalog.db")).await?);

    let config = HistoryConfig {
        reconcile_every: Duration::from_millis(200),
        ..HistoryConfig::new(dir.join("history"))
    };
    let open = || async {
        let (catalog, clock) = (Arc::clone(&catalog), Arc::new(FixedClock));
        History::open(config.clone(), catalog, source.clone(), clock, [7; 32]).await
    };
    let (history, service) = open().await?;
    let (began, cpu) = (Instant::now(), cpu_seconds()?);
    let running = Running::start(service);
    history.wait_for(events - 1).await;
    let wall = began.elapsed();
    println!("indexed and visible: {} an event (wall)", per(wall, events));
    settle(&history).await;
    let cpu = cpu_seconds()? - cpu;
    println!(
        "indexed, sealed and merged: {:.2} us of CPU an event, {} an event (wall); {:?}",
        cpu * 1e6 / events_as_f64(events),
        per(began.elapsed(), events),
        history.stats(),
    );
    println!("splits and drafts on disk: {:.1} bytes an event", bytes_in(&dir.join("history"))? / events_as_f64(events));

    lookups(&history, reader.as_ref(), events)?;
    running.stop().await;

    let began = Instant::now();
    drop(history);
    let (history, service) = open().await?;
    let opened = began.elapsed();
    let running = Running::start(service);
    history.wait_for(events - 1).await;
    println!(
        "restart: open {:.1} ms, head of {} events rebuilt after {:.1} ms",
        opened.as_secs_f64() * 1e3,
        history.stats().head_events,
        began.elapsed().as_secs_f64() * 1e3,
    );
    running.stop().await;
    catalog.close().await;
    Ok(())
}

/// Writes the events to a journal of its own.
#[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
fn fill(dir: &Path, events: u64) -> anyhow::Result<Arc<dyn Reader>> {
    let options = Options { bytes_max: 1 << 40, ..Options::default() };
    let (mut writer, reader, _recovery) = EmbeddedJournal::open(dir, options, Arc::new(DiskFileSystem))?;
    let seconds = i64::try_from(events)? / EVENTS_A_SECOND;
    let mut maker = Maker::new(NOW - seconds, EVENTS_A_SECOND)?;
    let began = Instant::now();
    let mut bytes = 0;
    let mut made = 0;
    while made < events {
        let count = FRAME_EVENTS.min(events - made);
        let frame: Vec<Vec<u8>> = (0..count).map(|_| maker.next()).map(|Made { entry }| entry).collect();
        bytes += frame.iter().map(Vec::len).sum::<usize>();
        let slices: Vec<&[u8]> = frame.iter().map(Vec::as_slice).collect();
        writer.append(&slices)?;
        made += count;
    }
    Box::new(writer).close()?;
    println!(
        "journal: {} bytes an event, {} an event to make and append",
        bytes as u64 / events.max(1),
        per(began.elapsed(), events),
    );
    Ok(reader)
}

/// Waits until nothing is being sealed or merged: the statistics have stood still for a while.
async fn settle(history: &History) {
    let mut before = history.stats();
    let mut still = 0;
    while still < 15 {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let now = history.stats();
        still = if now == before { still + 1 } else { 0 };
        before = now;
    }
}

/// Looks up by each attribute: values of random events (frequent ones often), values that do not exist,
/// and following pages.
#[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
fn lookups(history: &History, reader: &dyn Reader, events: u64) -> anyhow::Result<()> {
    println!("{:<14} {:>26} {:>26} {:>26}", "p50/p99/max ms", "hit", "miss", "page 2 to 6");
    let mut random = events::Random::new(99);
    let mut all = Vec::new();
    for attribute in Attribute::ALL.into_iter().map(Some).chain([None]) {
        let (mut hits, mut misses, mut deep) = (Spread::default(), Spread::default(), Spread::default());
        let mut looked_up = 0;
        while looked_up < LOOKUPS {
            let position = random.below(events);
            let bytes = reader.get(position)?.context("a position is gone")?;
            let entry = cairn_event::Entry::decode(&bytes)?;
            let Some(value) = value_of(&entry.event, attribute)? else { continue };
            looked_up += 1;
            let query = |token: Option<&str>, value: &str| ask(&entry, attribute, value, token);
            let mut page = hits.time(|| history.lookup(&query(None, &value)?, now()).map_err(anyhow::Error::from))?;
            anyhow::ensure!(!page.events.is_empty(), "{attribute:?} {value} finds nothing");
            for _ in 2..=6 {
                let Some(token) = page.next_token.take() else { break };
                page = deep.time(|| Ok(history.lookup(&query(Some(&token), &value)?, now())?))?;
            }
            let missing = format!("{value}-{}", random.below(u64::MAX));
            if attribute.is_some() {
                misses.time(|| Ok(history.lookup(&query(None, &missing)?, now())?))?;
            }
        }
        let name = attribute.map_or("(none)", Attribute::as_str);
        println!("{name:<14} {hits:>26} {misses:>26} {deep:>26}");
        all.push(hits);
    }
    Ok(())
}

fn ask(
    entry: &cairn_event::Entry,
    attribute: Option<Attribute>,
    value: &str,
    next_token: Option<&str>,
) -> Result<Query, QueryRefusal> {
    let attributes: Vec<(&str, &str)> = attribute.iter().map(|attribute| (attribute.as_str(), value)).collect();
    Query::parse(LookupInput {
        account: entry.account,
        region: &entry.region,
        attributes: &attributes,
        start: None,
        end: None,
        category: None,
        max_results: None,
        next_token,
    })
}

fn value_of(event: &[u8], attribute: Option<Attribute>) -> anyhow::Result<Option<String>> {
    let fields = LookupFields::parse(event)?;
    let resource = fields.resources.last();
    Ok(match attribute {
        None => Some(String::new()),
        Some(Attribute::EventId) => Some(fields.event_id.into_owned()),
        Some(Attribute::EventName) => Some(fields.event_name.into_owned()),
        Some(Attribute::EventSource) => Some(fields.event_source.into_owned()),
        Some(Attribute::ReadOnly) => fields.read_only.map(str::to_owned),
        Some(Attribute::Username) => fields.username.map(std::borrow::Cow::into_owned),
        Some(Attribute::AccessKeyId) => fields.access_key_id.map(std::borrow::Cow::into_owned),
        Some(Attribute::ResourceName) => resource.map(|found| found.name.to_string()),
        Some(Attribute::ResourceType) => resource.and_then(|found| found.kind.as_deref().map(str::to_owned)),
    })
}

fn now() -> Timestamp {
    FixedClock.now()
}

/// A service that runs.
struct Running {
    shutdown: CancellationToken,
    task: tokio_util::task::TaskTracker,
}

impl Running {
    fn start(service: HistoryService) -> Self {
        let (shutdown, task) = (CancellationToken::new(), tokio_util::task::TaskTracker::new());
        drop(task.spawn(service.run(shutdown.clone())));
        task.close();
        Self { shutdown, task }
    }

    async fn stop(self) {
        self.shutdown.cancel();
        self.task.wait().await;
    }
}

fn per(took: Duration, events: u64) -> String {
    format!("{:.2} us", took.as_secs_f64() * 1e6 / events_as_f64(events))
}

#[expect(clippy::cast_precision_loss, reason = "counts of events stay far below 2^52")]
fn events_as_f64(events: u64) -> f64 {
    events.max(1) as f64
}

#[expect(clippy::cast_precision_loss, reason = "sizes of files stay far below 2^52")]
fn bytes_in(dir: &Path) -> anyhow::Result<f64> {
    let mut bytes = 0.0;
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        bytes += if entry.file_type()?.is_dir() {
            bytes_in(&entry.path())?
        } else {
            entry.metadata()?.len() as f64
        };
    }
    Ok(bytes)
}
