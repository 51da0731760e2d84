//! Part `delivery`: what a trail's log files cost, how soon they are there, and what a dead bucket does to the
//! trails beside it.

mod journaled;
mod store;
mod trails;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use cairn_catalog::{Catalog, MasterKey, TrailId};
use cairn_delivery::{Delivery, DeliveryConfig, DeliveryParts, Interval, SigningKeys, cursor_name};
use cairn_event::Ids;
use cairn_intake::Intake;
use cairn_journal::Reader;
use cairn_projection::Source;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::store::{Manner, Store};
use crate::callers;
use crate::cpu::CpuTimes;
use crate::engine::{Engine, MachineClock};
use crate::maker::{Maker, Times};
use crate::part::{Run, count, runtime};
use crate::report::{Limit, Table, Target};
use crate::scratch::scratch;

const BYTES_NEEDED: u64 = 2 << 30;

/// Events that are delivered from a full journal.
const EVENTS: u64 = 400_000;

/// How often the cursors are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// The window of the live part, and how many windows it sees.
const LIVE: (&str, u32) = ("5s", 4);

/// Callers of the live part: so few that a window fits one file.
const CALLERS: usize = 1;

/// How long after its window's end a log file may be in its bucket.
const LATE_MS_MAX: f64 = 5_000.0;

/// A delivery that runs.
struct Running {
    catalog: Arc<dyn Catalog>,
    intake: Arc<Intake>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// Ids that are all the same, for what needs none.
#[derive(Debug)]
struct NoIds;

impl Ids for NoIds {
    fn guid(&self) -> String {
        String::new()
    }

    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

pub(crate) fn run(run: &mut Run) -> anyhow::Result<()> {
    let mut cost = Table::new(
        "Log files from a full journal (cairn-bench delivery)",
        "400,000 events of 1.3 KB in windows of a minute, read, routed, hashed, compressed and put into a store \
         that only counts; the clock stops when the cursors have passed the last event; `beside` trails have buckets \
         that refuse, or take half a second for each file",
        &["events/s", "CPU µs/event", "gzip B/event", "JSON B/event", "files"],
    );
    let rows: [(&str, &[Manner]); 4] = [
        ("one trail", &[Manner::Takes]),
        ("five trails", &[Manner::Takes; 5]),
        ("one trail beside a dead one", &[Manner::Takes, Manner::Refuses]),
        ("one trail beside a slow one", &[Manner::Takes, Manner::Dawdles]),
    ];
    for (name, manners) in rows {
        let dir = scratch(&run.dir, "delivery", BYTES_NEEDED)?;
        let figures = runtime("delivery")?.block_on(from_full_journal(dir.path(), manners))?;
        cost.row(name, &figures);
    }
    run.show(cost);
    let dir = scratch(&run.dir, "delivery", BYTES_NEEDED)?;
    let (live, late) = runtime("delivery")?.block_on(live(dir.path()))?;
    run.show(live);
    run.target(Target::new(
        "a log file after its window's end, slowest",
        late,
        Limit::AtMost(LATE_MS_MAX),
        "ms",
    ));
    Ok(())
}

/// Delivers a journal for some trails; the figures are those of the trails whose buckets take at once.
async fn from_full_journal(dir: &Path, manners: &[Manner]) -> anyhow::Result<[f64; 5]> {
    let mut engine = Engine::open(dir).await?;
    let ids = trails::make(&*engine.catalog, manners.len()).await?;
    let maker = Maker::new(Times::ending_now());
    let json = journaled::fill(&mut engine, &maker, EVENTS)?;
    let store = Arc::new(Store::new(manners));
    let (began, before) = (Instant::now(), CpuTimes::now()?);
    let running = Running::start(&mut engine, "60s", Arc::clone(&store))?;
    let quick = ids.iter().zip(manners).filter(|(_, manner)| **manner == Manner::Takes).map(|(id, _)| id);
    let quick: Vec<&TrailId> = quick.collect();
    for trail in &quick {
        running.passed(trail, EVENTS).await?;
    }
    let seconds = began.elapsed().as_secs_f64();
    let cpu = CpuTimes::now()?.seconds_since(&before);
    running.stop().await;
    let delivered = count(EVENTS) * count(quick.len() as u64);
    let put = store.counted();
    anyhow::ensure!(put.bytes > 0, "nothing was delivered");
    Ok([
        count(EVENTS) / seconds,
        cpu * 1e6 / delivered,
        count(put.bytes) / delivered,
        count(json) / count(EVENTS),
        count(put.files),
    ])
}

/// Delivers while events come in; tells how late files were, and the slowest of them.
async fn live(dir: &Path) -> anyhow::Result<(Table, f64)> {
    let mut engine = Engine::open(dir).await?;
    trails::make(&*engine.catalog, 1).await?;
    let store = Arc::new(Store::new(&[Manner::Takes]));
    let running = Running::start(&mut engine, LIVE.0, Arc::clone(&store))?;
    let interval: Interval = LIVE.0.parse()?;
    let maker = Arc::new(Maker::new(Times::ending_now()));
    let load = callers::submit(&running.intake, &maker, &Arc::default(), CALLERS, interval.length() * LIVE.1)
        .await?;
    let until = Instant::now() + interval.length() * 2;
    while Instant::now() < until && store.counted().files < u64::from(LIVE.1) {
        tokio::time::sleep(LOOK_EVERY).await;
    }
    running.stop().await;
    let mut late = store.late();
    anyhow::ensure!(late.len() > 1, "no log file was seen");
    let slowest = late.percentile_ms(100.0);
    let mut table = Table::new(
        "Log files as events come in (cairn-bench delivery)",
        "one caller, windows of five seconds; from a window's end to its file in a store that only counts",
        &["events/s", "files", "p50 ms", "slowest ms"],
    );
    let rate = count(load.events) / load.seconds;
    table.row("one trail", &[rate, count(late.len() as u64), late.percentile_ms(50.0), slowest]);
    Ok((table, slowest))
}

impl Running {
    fn start(engine: &mut Engine, interval: &str, store: Arc<Store>) -> anyhow::Result<Self> {
        let writer = engine.writer.take().context("write to the journal")?;
        let reader = Arc::clone(&engine.reader) as Arc<dyn Reader>;
        let catalog = Arc::clone(&engine.catalog);
        let clock = Arc::new(MachineClock);
        let intake = Intake::start(Box::new(writer), Arc::clone(&reader), Arc::clone(&catalog), clock)?;
        let intake = Arc::new(intake);
        let config = DeliveryConfig {
            interval: interval.parse()?,
            aggregation_window: Interval::default(),
            digest_interval: Interval::default(),
        };
        let master = Arc::new(MasterKey::new(&[7; MasterKey::LEN])?);
        let parts = DeliveryParts {
            catalog: Arc::clone(&catalog),
            journal: Source::new(reader)?,
            intake: Arc::clone(&intake),
            bucket: store,
            // The trails have no digests, so no key is ever made.
            keys: Arc::new(SigningKeys::new(Arc::clone(&catalog), master, Arc::new(NoIds))),
            clock: Arc::new(MachineClock),
        };
        let delivery = Delivery::new(config, parts);
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        drop(tasks.spawn(Arc::new(delivery).run(stop.clone())));
        tasks.close();
        Ok(Self { catalog, intake, stop, tasks })
    }

    /// Waits until a trail's log files hold everything below a position.
    async fn passed(&self, trail: &TrailId, position: u64) -> anyhow::Result<()> {
        while self.catalog.cursor(&cursor_name(trail)).await?.is_none_or(|cursor| cursor < position) {
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(())
    }

    async fn stop(self) {
        self.stop.cancel();
        self.tasks.wait().await;
        self.intake.close().await;
        self.catalog.close().await;
    }
}
