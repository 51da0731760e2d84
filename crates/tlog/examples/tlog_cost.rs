//! What a log costs: CPU and bytes an event, for a full journal and for one that trickles.
//!
//! `cargo run --release -p cairn-tlog --example tlog_cost`

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a measurement, read by a person"
)]

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use cairn_catalog::contract::sample;
use cairn_catalog::{Catalog, Change, MasterKey, SqliteCatalog, Trail};
use cairn_event::{Clock, Entry, Ids, Origin};
use cairn_journal::{DiskFileSystem, EmbeddedJournal, Options, Reader, Writer as _};
use cairn_projection::Source;
use cairn_tlog::{Edge, Leaf, Parts, Place, TileError, TileStore, Tlog, commitment};
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

/// Events of the full journal.
const EVENTS: u64 = 300_000;

/// About the size of a management event.
const EVENT_BYTES: usize = 1_300;

/// A bucket that only counts.
#[derive(Debug, Default)]
struct Counting {
    objects: AtomicU64,
    bytes: AtomicU64,
}

#[async_trait]
impl TileStore for Counting {
    async fn get(&self, _place: Place<'_>) -> Result<Option<Bytes>, TileError> {
        Ok(None)
    }

    async fn put_once(&self, _place: Place<'_>, body: Bytes) -> Result<(), TileError> {
        self.objects.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(body.len() as u64, Ordering::Relaxed);
        Ok(())
    }

    async fn overwrite(&self, place: Place<'_>, body: Bytes) -> Result<(), TileError> {
        self.put_once(place, body).await
    }
}

#[derive(Debug)]
struct Machine;

impl Clock for Machine {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

#[derive(Debug, Default)]
struct Bytewise(Mutex<u8>);

impl Ids for Bytewise {
    fn guid(&self) -> String {
        String::new()
    }

    fn fill(&self, bytes: &mut [u8]) {
        let mut last = self.0.lock().unwrap();
        *last += 1;
        bytes.fill(*last);
    }
}

fn main() {
    let event = event(0);
    let began = cpu();
    let mut edge = Edge::default();
    let mut bytes = 0_usize;
    for batch in 0..EVENTS / 10_000 {
        let leaf = |position: u64| {
            let entry = commitment(&[7; 32], event.as_bytes());
            Leaf { position, received_ms: 0, entry }
        };
        let leaves: Vec<Leaf> = (batch * 10_000..(batch + 1) * 10_000).map(leaf).collect();
        bytes += edge.grow(&leaves).iter().map(|object| object.body.len()).sum::<usize>();
    }
    let spent = (cpu() - began).as_secs_f64() * 1e6 / EVENTS as f64;
    println!("hashing alone      {spent:.2} us of CPU an event, {:.1} bytes", bytes as f64 / EVENTS as f64);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(full_journal());
    for (events, flushes) in [(1, 1_440_u64), (10, 1_440), (100, 1_440), (1_000, 144)] {
        trickle(events, flushes);
    }
}

/// A journal that is full when the log begins: read, routed, committed to, grown, put and kept.
async fn full_journal() {
    let directory = tempfile::tempdir().unwrap();
    let catalog = SqliteCatalog::open(&directory.path().join("catalog")).await.unwrap();
    let trail = Trail { log_file_validation: true, ..sample::trail("main") };
    let changes = vec![Change::PutAccount(sample::account()), Change::PutTrail(Box::new(trail))];
    let revision = catalog.commit(0, changes).await.unwrap();
    let options = Options { bytes_max: 4 << 30, ..Options::default() };
    let journal = directory.path().join("journal");
    let (mut writer, reader, _) = EmbeddedJournal::open(&journal, options, Arc::new(DiskFileSystem)).unwrap();
    for batch in 0..EVENTS / 1_000 {
        let entries: Vec<Vec<u8>> =
            (0..1_000).map(|number| entry(revision, batch * 1_000 + number)).collect();
        writer.append(&entries.iter().map(Vec::as_slice).collect::<Vec<_>>()).unwrap();
    }
    let catalog: Arc<dyn Catalog> = Arc::new(catalog);
    let store = Arc::new(Counting::default());
    let tlog = Arc::new(Tlog::new(Parts {
        interval: Duration::from_secs(1),
        catalog: Arc::clone(&catalog),
        master: Arc::new(MasterKey::new(&[1; 32]).unwrap()),
        journal: Source::new(reader as Arc<dyn Reader>).unwrap(),
        intake: None,
        store: Arc::clone(&store) as Arc<dyn TileStore>,
        clock: Arc::new(Machine),
        ids: Arc::new(Bytewise::default()),
    }));
    let (stop, began, wall) = (CancellationToken::new(), cpu(), tokio::time::Instant::now());
    let running = tokio_util::task::TaskTracker::new().spawn(Arc::clone(&tlog).run(stop.clone()));
    let trail = Arc::clone(catalog.current().trail(&sample::trail_arn("main")).unwrap());
    loop {
        let logs = tlog.logs(&trail).await.unwrap();
        if logs.last().is_some_and(|log| log.size == EVENTS) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let (spent, wall) = ((cpu() - began).as_secs_f64() * 1e6 / EVENTS as f64, wall.elapsed());
    stop.cancel();
    running.await.unwrap();
    let (objects, bytes) = (store.objects.load(Ordering::Relaxed), store.bytes.load(Ordering::Relaxed));
    println!(
        "a full journal     {spent:.2} us of CPU an event, {:.1} bytes in {:.4} objects; {:.0} events/s",
        bytes as f64 / EVENTS as f64,
        objects as f64 / EVENTS as f64,
        EVENTS as f64 / wall.as_secs_f64()
    );
}

/// A day's flushes of so many events each: unfinished tiles are written again and again.
fn trickle(events: u64, flushes: u64) {
    let (mut edge, mut bytes, mut objects) = (Edge::default(), 0_usize, 0_usize);
    for flush in 0..flushes {
        let leaf = |position| Leaf { position, received_ms: 0, entry: [3; 32] };
        let leaves: Vec<Leaf> = (flush * events..(flush + 1) * events).map(leaf).collect();
        let grown = edge.grow(&leaves);
        objects += grown.len() + 1;
        bytes += grown.iter().map(|object| object.body.len()).sum::<usize>() + 250;
    }
    let total = (events * flushes) as f64;
    println!(
        "{events:5} events a flush {:.0} bytes in {:.2} objects an event, {:.1} MB in {objects} objects a {flushes} flushes",
        bytes as f64 / total,
        objects as f64 / total,
        bytes as f64 / 1e6
    );
}

fn event(number: u64) -> String {
    let head = format!(
        r#"{{"eventVersion":"1.11","eventTime":"2026-03-02T08:00:00Z","eventSource":"ec2.amazonaws.com","eventName":"N{number}","awsRegion":"eu-west-1","eventCategory":"Management","managementEvent":true,"userAgent":""#
    );
    let padding = "x".repeat(EVENT_BYTES.saturating_sub(head.len() + 2));
    format!("{head}{padding}\"}}")
}

fn entry(revision: u64, number: u64) -> Vec<u8> {
    Entry {
        revision,
        received_ms: 0,
        account: sample::account_id(),
        region: sample::region("eu-west-1"),
        origin: Origin::Call,
        event: event(number).into_bytes(),
    }
    .encode()
}

/// CPU time of the process, of all threads.
fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let after_name = stat.rsplit(')').next().unwrap();
    let ticks: u64 =
        after_name.split_whitespace().skip(11).take(2).map(|text| text.parse::<u64>().unwrap()).sum();
    Duration::from_millis(ticks * 10)
}
