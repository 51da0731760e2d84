//! Part `lookup`: LookupEvents over many events, in the engine and then at the socket of a server on the
//! same files.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use cairn_event::{Clock as _, Region};
use cairn_history::{Attribute, HEAD_EVENTS_MAX, History, HistoryConfig, LookupInput, Query};
use jiff::Timestamp;

use crate::cpu::{CpuTimes, thread_cpu};
use crate::engine::{Engine, FixedClock, MachineClock};
use crate::filled;
use crate::maker::{ACCOUNT, Maker, Times};
use crate::part::{Run, count, runtime};
use crate::random::Random;
use crate::report::{Limit, Table, Target};
use crate::samples::{Kind, Samples};
use crate::scratch::scratch;
use crate::socket;
use crate::spread::Spread;

/// The smaller history that is measured too.
const SMALLER: u64 = 1_000_000;

/// What an event takes of the disk, journal, splits and a merge in progress, generously.
const BYTES_AN_EVENT: u64 = 700;

/// Days over which the events spread: a history holds 90.
const DAYS: i64 = 89;

const DAY_SECONDS: i64 = 24 * 60 * 60;

/// Lookups of each attribute and kind.
const LOOKUPS: usize = 400;

/// How many pages deep paging goes.
const PAGES: usize = 20;

/// The ways of looking up that are measured.
const WAYS: [Way; 5] = [
    Way::First(Kind::Frequent),
    Way::First(Kind::Rare),
    Way::First(Kind::Missing),
    Way::OneDay,
    Way::FollowingPages,
];

#[derive(Debug, Clone, Copy)]
enum Way {
    /// The first page of a value.
    First(Kind),
    /// A frequent value on one day.
    OneDay,
    /// Pages 2 to 20 of a frequent value.
    FollowingPages,
}

pub(crate) fn run(run: &mut Run) -> anyhow::Result<()> {
    let mut sizes = vec![SMALLER.min(run.events), run.events];
    sizes.dedup();
    for events in sizes {
        let dir = scratch(&run.dir, "lookup", events * BYTES_AN_EVENT)?;
        let runtime = runtime("lookup")?;
        let maker = Arc::new(Maker::new(times(events)));
        let (built, engine, targets) = runtime.block_on(in_engine(dir.path(), &maker, events))?;
        run.show(built);
        run.show(engine);
        if events == run.events {
            targets.into_iter().for_each(|target| run.target(target));
        }
        let socket = runtime.block_on(socket::lookups(dir.path(), &maker, events))?;
        run.show(socket);
    }
    Ok(())
}

/// Makes a history in `dir` with one split a day, as merging leaves it after 90 days of steady load.
pub(crate) async fn build(dir: &Path, maker: &Arc<Maker>, events: u64) -> anyhow::Result<(History, Table)> {
    let mut engine = Engine::open(dir).await?;
    let days = u64::try_from(DAYS).unwrap_or(1);
    let daily = usize::try_from(events / days).unwrap_or(HEAD_EVENTS_MAX).clamp(1_000, HEAD_EVENTS_MAX);
    let config = HistoryConfig { head_events_max: daily, ..engine.history_config() };
    let clock = Arc::new(FixedClock(MachineClock.now().as_second()));
    let cpu = CpuTimes::now()?;
    let (running, seconds) = filled::build(&mut engine, config, clock, maker, events).await?;
    let cpu = CpuTimes::now()?.seconds_since(&cpu);
    let stats = running.history.stats();
    let bytes = bytes_in(&dir.join("history"))?;
    let mut table = Table::new(
        &format!("A history of {events} events over {DAYS} days"),
        "made events straight into the journal, 256 a frame with a sync each; indexed and sealed meanwhile",
        &["events/s", "CPU µs/event", "splits", "history bytes/event"],
    );
    let each = count(events);
    table.row("built", &[each / seconds, cpu * 1e6 / each, count(stats.splits), count(bytes) / each]);
    let history = running.history.clone();
    running.stop().await;
    engine.catalog.close().await;
    Ok((history, table))
}

pub(crate) fn times(events: u64) -> Times {
    let seconds = DAYS * DAY_SECONDS;
    Times { start: MachineClock.now().as_second() - seconds - 60, seconds, events }
}

async fn in_engine(
    dir: &Path,
    maker: &Arc<Maker>,
    events: u64,
) -> anyhow::Result<(Table, Table, Vec<Target>)> {
    let (history, built) = build(dir, maker, events).await?;
    let (maker, now) = (Arc::clone(maker), MachineClock.now());
    let looking = tokio::task::spawn_blocking(move || look_up(&history, &maker, events, now));
    let (table, targets) = looking.await??;
    Ok((built, table, targets))
}

fn look_up(
    history: &History,
    maker: &Maker,
    events: u64,
    now: Timestamp,
) -> anyhow::Result<(Table, Vec<Target>)> {
    let mut table = Table::new(
        &format!("LookupEvents in the engine, {events} events (cairn-bench lookup --events {events})"),
        "one account and Region hold all; 50 results a page; ms, one thread, files in the page cache; `hit` is a \
         frequent value, `rare` one seen once in 20,000 events, `day` a frequent one within one day, `deep` pages 2 to \
         20; `CPU p99` is the worst of the five by the thread's CPU time, which waiting for a busy CPU does not lengthen",
        &[
            "hit p50", "hit p99", "rare p50", "rare p99", "miss p50", "miss p99", "day p50", "day p99",
            "deep p50", "deep p99", "CPU p99",
        ],
    );
    let mut targets = Vec::new();
    for attribute in Attribute::ALL {
        let samples = Samples::of(maker, events, attribute)?;
        let mut random = Random::new(5);
        let (mut figures, mut worst, mut worst_cpu) = (Vec::new(), 0.0_f64, 0.0_f64);
        for way in WAYS {
            let mut took = Took::default();
            while took.wall.len() < LOOKUPS {
                if one(history, attribute, way, &samples, &mut random, now, &mut took)? == Pages::None {
                    break;
                }
            }
            if took.wall.len() == 0 {
                figures.extend([f64::NAN, f64::NAN]);
                continue;
            }
            let p99 = took.wall.percentile_ms(99.0);
            figures.extend([took.wall.percentile_ms(50.0), p99]);
            worst = worst.max(p99);
            worst_cpu = worst_cpu.max(took.cpu.percentile_ms(99.0));
        }
        figures.push(worst_cpu);
        table.row(attribute.as_str(), &figures);
        let what = format!("LookupEvents p99 by {attribute} in the engine at {events} events");
        targets.push(Target::new(what, worst, Limit::AtMost(10.0), "ms"));
    }
    Ok((table, targets))
}

/// How long lookups took.
#[derive(Debug, Default)]
struct Took {
    wall: Spread,
    cpu: Spread,
}

/// Whether a way of looking up is possible for an attribute at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pages {
    Some,
    /// Its values never fill a second page.
    None,
}

fn one(
    history: &History,
    attribute: Attribute,
    way: Way,
    samples: &Samples,
    random: &mut Random,
    now: Timestamp,
    took: &mut Took,
) -> anyhow::Result<Pages> {
    let kind = match way {
        Way::First(kind) => kind,
        Way::OneDay | Way::FollowingPages => Kind::Frequent,
    };
    let value = samples.value(kind, random);
    let range = match way {
        Way::OneDay => {
            let days = u64::try_from(DAYS).unwrap_or(1);
            let end = now.as_second() - i64::try_from(random.below(days)).unwrap_or(0) * DAY_SECONDS;
            Some((Timestamp::from_second(end - DAY_SECONDS)?, Timestamp::from_second(end)?))
        }
        Way::First(_) | Way::FollowingPages => None,
    };
    let mut token = None;
    let pages = if matches!(way, Way::FollowingPages) { PAGES } else { 1 };
    for page in 1..=pages {
        let query = query(attribute, &value, range, token.as_deref())?;
        let (began, cpu) = (Instant::now(), thread_cpu());
        let found = history.lookup(&query, now)?;
        let (wall, cpu) = (began.elapsed(), thread_cpu().saturating_sub(cpu));
        if pages == 1 || page > 1 {
            took.wall.add(wall);
            took.cpu.add(cpu);
        }
        let is_right = (kind == Kind::Missing) == found.events.is_empty() || range.is_some();
        anyhow::ensure!(is_right, "{attribute} {value}: {} events found", found.events.len());
        token = found.next_token;
        if token.is_none() {
            return Ok(if pages > 1 && page == 1 { Pages::None } else { Pages::Some });
        }
    }
    Ok(Pages::Some)
}

fn query(
    attribute: Attribute,
    value: &str,
    range: Option<(Timestamp, Timestamp)>,
    next_token: Option<&str>,
) -> anyhow::Result<Query> {
    Ok(Query::parse(LookupInput {
        account: ACCOUNT.parse()?,
        region: &Region::us_east_1(),
        attributes: &[(attribute.as_str(), value)],
        start: range.map(|(start, _)| start),
        end: range.map(|(_, end)| end),
        category: None,
        max_results: None,
        next_token,
    })?)
}

fn bytes_in(dir: &Path) -> anyhow::Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        bytes += if entry.file_type()?.is_dir() { bytes_in(&entry.path())? } else { entry.metadata()?.len() };
    }
    Ok(bytes)
}
