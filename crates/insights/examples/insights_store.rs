//! Measures the store of insights on the disk at hand: closings of 100,000 metrics, and what is asked of it beside
//! them:
//!
//! `cargo run --release -p cairn-insights --example insights_store -- [DIRECTORY]`

#![expect(clippy::print_stdout, reason = "printing is what this program is for")]

use std::path::Path;
use std::time::{Duration, Instant};

use cairn_anomaly::Minute;
use cairn_insights::store::{
    Closing, Count, CountedShare, Keep, MetricDataQuery, Position, SeriesState, Store,
};
use cairn_insights::{Attribute, Kind, Metric, MetricId, Past, Place, rebuild};

type Failure = Box<dyn std::error::Error>;

/// Metrics that have calls in each minute.
const METRICS: u32 = 100_000;
/// Minutes of those: a million points.
const MINUTES: u32 = 10;
/// Days of one metric with calls in each minute.
const DAYS: u32 = 90;
const DAY: u32 = 24 * 60;
const NOW: u32 = 29_554_740;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Failure> {
    let directory = match std::env::args().nth(1) {
        Some(directory) => tempfile::tempdir_in(directory)?,
        None => tempfile::tempdir()?,
    };
    let path = directory.path().join("insights.sqlite3");
    let store = Store::open(&path).await?;
    let begun = Instant::now();
    let metrics: Vec<(Metric, Minute)> =
        (0..METRICS).map(|number| (metric(number), Minute::new(NOW))).collect();
    let ids = store.identify(&metrics).await?;
    told(&format!("give numbers to {METRICS} metrics"), begun.elapsed());
    past(&store, ids[0]).await?;
    close(&store, &ids).await?;
    ask(&store, &ids).await?;
    let begun = Instant::now();
    let expired = store.expire(Keep::at(Minute::new(NOW + MINUTES + 60))).await?;
    told(&format!("take away {} points", expired.points), begun.elapsed());
    store.close().await;
    told_bytes("the file", &path)?;
    let begun = Instant::now();
    let store = Store::open(&path).await?;
    let mut after = None;
    let mut series = 0;
    loop {
        let page = store.series(after, 10_000).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        series += page.len();
    }
    told(&format!("open, and read {series} series"), begun.elapsed());
    Ok(())
}

fn metric(number: u32) -> Metric {
    let place = Place {
        account: "111122223333".parse().unwrap_or_else(|_| unreachable!("an account id")),
        region: "eu-west-1".parse().unwrap_or_else(|_| unreachable!("a Region")),
        trail: None,
    };
    Metric {
        place,
        source: "ec2.amazonaws.com".into(),
        name: format!("Action{number}").into(),
        kind: Kind::Calls,
    }
}

fn at(minute: u32) -> Position {
    Position { closed: Minute::new(minute), resume: u64::from(minute), counted: u64::from(minute) }
}

/// One metric with a long past.
async fn past(store: &Store, metric: MetricId) -> Result<(), Failure> {
    let begun = Instant::now();
    let first = NOW - DAYS * DAY;
    for day in 0..DAYS {
        let minutes = first + day * DAY..first + (day + 1) * DAY;
        let counts: Vec<Count> =
            minutes.clone().map(|minute| Count { metric, minute: Minute::new(minute), calls: 10 }).collect();
        let shares: Vec<CountedShare> = minutes.flat_map(|minute| shares(metric, minute, 10)).collect();
        let closing =
            Closing { counts: &counts, shares: &shares, ..Closing::at(at(first + (day + 1) * DAY - 1)) };
        store.close_minute(&closing).await?;
    }
    told(&format!("enter {DAYS} days of one metric, {} points", DAYS * DAY), begun.elapsed());
    Ok(())
}

fn shares(metric: MetricId, minute: u32, calls: u32) -> [CountedShare; 3] {
    let share = |attribute, value: &str| CountedShare {
        metric,
        minute: Minute::new(minute),
        attribute,
        value: value.into(),
        calls,
    };
    [
        share(Attribute::UserIdentityArn, "arn:aws:sts::111122223333:assumed-role/deploy"),
        share(Attribute::UserAgent, "aws-cli/2.31 md/awscrt"),
        share(Attribute::ErrorCode, "null"),
    ]
}

/// Closes minutes in which every metric has calls: at first points alone, then all that comes with them.
async fn close(store: &Store, ids: &[MetricId]) -> Result<(), Failure> {
    let (mut bare, mut whole) = (Vec::new(), Vec::new());
    for minute in NOW..NOW + MINUTES {
        let counts: Vec<Count> =
            ids.iter().map(|id| Count { metric: *id, minute: Minute::new(minute), calls: 7 }).collect();
        let begun = Instant::now();
        store.close_minute(&Closing { counts: &counts, ..Closing::at(at(minute)) }).await?;
        bare.push(begun.elapsed());
    }
    for minute in NOW + MINUTES..NOW + MINUTES + 3 {
        let counts: Vec<Count> =
            ids.iter().map(|id| Count { metric: *id, minute: Minute::new(minute), calls: 7 }).collect();
        let shares: Vec<CountedShare> = ids.iter().flat_map(|id| shares(*id, minute, 7)).collect();
        let due = ids.iter().skip(minute as usize % 60).step_by(60);
        let states: Vec<SeriesState> =
            due.map(|id| SeriesState { metric: *id, bytes: vec![7; 1_700] }).collect();
        let closing =
            Closing { counts: &counts, shares: &shares, states: &states, ..Closing::at(at(minute)) };
        let begun = Instant::now();
        store.close_minute(&closing).await?;
        whole.push(begun.elapsed());
    }
    told(&format!("{} points, {MINUTES} closings", METRICS * MINUTES), bare.iter().sum());
    told(
        &format!("a closing with {METRICS} points, three shares each and a sixtieth of the states"),
        worst(&whole),
    );
    Ok(())
}

async fn ask(store: &Store, ids: &[MetricId]) -> Result<(), Failure> {
    let (metric, now) = (ids[0], Minute::new(NOW));
    let begun = Instant::now();
    let points = store.points(metric, now.minus(35 * DAY), now).await?;
    told(&format!("read 35 days, {} points", points.len()), begun.elapsed());
    let begun = Instant::now();
    let past = Past { first_seen: now.minus(DAYS * DAY), points: &points, gaps: &[], to: now, phase: 0 };
    let rebuilt = rebuild(&past);
    told(&format!("build a series anew from them, {} verdicts", rebuilt.verdicts.len()), begun.elapsed());
    let begun = Instant::now();
    let baseline = store.baseline(metric, now.minus(7 * DAY + 17), now.minus(17)).await?;
    told(&format!("a baseline, {} calls", baseline.calls), begun.elapsed());
    for period in [1, 5, 60] {
        let begun = Instant::now();
        let asked = MetricDataQuery { metric, from: now.minus(DAYS * DAY), to: now, period, limit: 21_600 };
        let sums = store.metric_data(&asked).await?;
        told(&format!("sums of {period} minutes, {}", sums.len()), begun.elapsed());
    }
    let begun = Instant::now();
    let first = ids.first().copied().zip(ids.get(9_999).copied()).unwrap_or((metric, metric));
    let points = store.points_of(first, now, now.plus(60)).await?;
    told(&format!("read an hour of 10,000 metrics, {} points", points.len()), begun.elapsed());
    Ok(())
}

fn worst(times: &[Duration]) -> Duration {
    times.iter().copied().max().unwrap_or_default()
}

fn told(what: &str, time: Duration) {
    println!("{what}: {:.1} ms", time.as_secs_f64() * 1e3);
}

fn told_bytes(what: &str, path: &Path) -> Result<(), Failure> {
    println!("{what}: {:.1} MB", std::fs::metadata(path)?.len() as f64 / 1e6);
    Ok(())
}
