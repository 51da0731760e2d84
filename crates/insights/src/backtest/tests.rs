//! Looks at a past that is made up.

use std::sync::Arc;

use cairn_anomaly::{Direction, Minute, Sensitivity};

use super::{Backtest, BacktestQuery, Finding};
use crate::insight::{Insight, State};
use crate::metric::{Kind, Metric, MetricId, Place};
use crate::store::{Closing, Count, Gap, PlaceFilter, Position, Record, Store};

const BEGUN: u32 = 29_554_740;
const DAY: u32 = 1_440;
/// Nine days are closed; after eight, `A` surges for 20 minutes, and `Q` falls silent for half an hour.
const CLOSED: u32 = BEGUN + 9 * DAY - 1;
const SURGE: u32 = BEGUN + 8 * DAY;

fn metric(name: &str, trail: Option<&str>) -> Metric {
    let place = Place {
        account: "111122223333".parse().unwrap(),
        region: "eu-west-1".parse().unwrap(),
        trail: trail.map(Arc::from),
    };
    Metric { place, source: "ec2.amazonaws.com".into(), name: name.into(), kind: Kind::Calls }
}

fn calls(name: &str, minute: u32) -> u32 {
    match name {
        "A" if (SURGE..SURGE + 20).contains(&minute) => 100,
        "Q" if (SURGE..SURGE + 30).contains(&minute) => 0,
        "Q" => 20,
        _ => 10,
    }
}

async fn world() -> (tempfile::TempDir, Arc<Store>) {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(&directory.path().join("insights.sqlite3")).await.unwrap();
    let metrics = [metric("A", None), metric("Q", None), metric("D", Some("trail"))];
    let asked: Vec<_> = metrics.iter().map(|metric| (metric.clone(), Minute::new(BEGUN))).collect();
    let ids = store.identify(&asked).await.unwrap();
    let counts: Vec<Count> = ids
        .iter()
        .zip(&metrics)
        .flat_map(|(id, metric)| {
            let count = |minute| Count {
                metric: *id,
                minute: Minute::new(minute),
                calls: calls(&metric.name, minute),
            };
            (BEGUN..=CLOSED).map(count)
        })
        .filter(|count| count.calls > 0)
        .collect();
    let gap = Gap { from: Minute::new(BEGUN + DAY), to: Minute::new(BEGUN + DAY + 60) };
    let records = [told(ids[0], &metrics[0])];
    let position = Position { closed: Minute::new(CLOSED), resume: 1, counted: 1 };
    let closing = Closing { counts: &counts, gaps: &[gap], records: &records, ..Closing::at(position) };
    store.close_minute(&closing).await.unwrap();
    (directory, Arc::new(store))
}

/// The record of the surge at medium sensitivity.
fn told(id: MetricId, metric: &Metric) -> Record {
    Record {
        id: "told".into(),
        shared_id: "shared".into(),
        metric: id,
        insight: Insight {
            metric: metric.clone(),
            sensitivity: Sensitivity::Medium,
            direction: Direction::Surge,
            state: State::Start,
            start: Minute::new(SURGE),
            minutes: 1,
            calls: 100,
            shares: Vec::new(),
            baseline_minutes: 0,
            baseline_calls: 0,
            baseline_shares: Vec::new(),
        },
        imported: false,
        body: Arc::default(),
    }
}

fn query(from: u32, to: u32, sensitivity: Option<Sensitivity>) -> BacktestQuery {
    let places = PlaceFilter { trail: Some(None), ..PlaceFilter::default() };
    BacktestQuery { places, from: Minute::new(from), to: Minute::new(to), sensitivity }
}

async fn look(store: &Arc<Store>, asked: BacktestQuery) -> Vec<Finding> {
    let mut backtest = Backtest::begin(store, asked).await.unwrap();
    let (mut found, mut metrics) = (Vec::new(), 0);
    while let Some(step) = backtest.next().await.unwrap() {
        assert!(step.metrics >= metrics && step.metrics <= step.of);
        metrics = step.metrics;
        found.extend(step.found);
    }
    assert_eq!(backtest.next().await.unwrap(), None, "once over, it stays over");
    found
}

#[tokio::test]
async fn what_would_have_been_found_comes_with_how_much() {
    let (_directory, store) = world().await;
    let found = look(&store, query(0, u32::MAX, Some(Sensitivity::Medium))).await;
    let [surge, silence] = found.try_into().unwrap();
    assert_eq!((&*surge.metric.name, surge.direction()), ("A", Direction::Surge));
    assert_eq!(surge.opening.start.number(), SURGE);
    assert_eq!(surge.closing.map(|closing| closing.end.number()), Some(SURGE + 20));
    assert_eq!(surge.calls, 2_000);
    assert_eq!((surge.baseline_minutes, surge.baseline_calls), (7 * DAY - 60, 70 * u64::from(DAY)));
    assert_eq!(surge.event_id.as_deref(), Some("told"));
    assert_eq!((&*silence.metric.name, silence.direction()), ("Q", Direction::Silence));
    assert_eq!((silence.opening.start.number(), silence.calls), (SURGE, 0));
    assert_eq!(silence.event_id, None);
}

#[tokio::test]
async fn each_sensitivity_is_looked_at_and_only_the_time_asked_for() {
    let (_directory, store) = world().await;
    let of_surge = async |from, to| {
        let found = look(&store, query(from, to, None)).await;
        let surges = found.into_iter().filter(|finding| finding.direction() == Direction::Surge);
        surges.collect::<Vec<_>>()
    };
    assert_eq!(of_surge(SURGE, u32::MAX).await.len(), 3, "at each sensitivity");
    assert_eq!(of_surge(SURGE + 1, u32::MAX).await, [], "it began before");
    let open = of_surge(SURGE, SURGE + 10).await;
    assert_eq!(open.len(), 3);
    assert!(open.iter().all(|finding| finding.closing.is_none() && finding.calls == 1_000), "it goes on");
    assert_eq!(of_surge(BEGUN, SURGE).await, []);
}

#[tokio::test]
async fn it_looks_at_what_is_kept_and_closed_of_the_place_asked_for() {
    let (_directory, store) = world().await;
    let mut backtest = Backtest::begin(&store, query(0, u32::MAX, None)).await.unwrap();
    assert_eq!(backtest.looked_at(), (Minute::new(CLOSED + 1 - 90 * DAY), Minute::new(CLOSED + 1)));
    let step = backtest.next().await.unwrap().unwrap();
    assert_eq!((step.metrics, step.of), (2, 2));
    let data = PlaceFilter { trail: Some(Some("trail".into())), ..PlaceFilter::default() };
    let asked = BacktestQuery { places: data, ..query(0, u32::MAX, None) };
    assert_eq!(look(&store, asked).await, []);
    let directory = tempfile::tempdir().unwrap();
    let empty = Arc::new(Store::open(&directory.path().join("insights.sqlite3")).await.unwrap());
    assert_eq!(look(&empty, query(0, u32::MAX, None)).await, [], "nothing is closed yet");
}

#[tokio::test]
async fn what_was_there_before_points_are_kept_is_nothing_new() {
    let directory = tempfile::tempdir().unwrap();
    let store = Arc::new(Store::open(&directory.path().join("insights.sqlite3")).await.unwrap());
    let metric = metric("A", None);
    let id = store.identify(&[(metric, Minute::new(CLOSED - 400 * DAY))]).await.unwrap()[0];
    // Twenty calls a minute for longer than points are kept, of which the last three days are looked at.
    let first = CLOSED - 91 * DAY;
    let counts: Vec<Count> = (first..=first + 4 * DAY)
        .map(|minute| Count { metric: id, minute: Minute::new(minute), calls: 20 })
        .collect();
    let position = Position { closed: Minute::new(CLOSED), resume: 1, counted: 1 };
    store.close_minute(&Closing { counts: &counts, ..Closing::at(position) }).await.unwrap();
    let found = look(&store, query(0, first + 4 * DAY, None)).await;
    assert_eq!(found, []);
}
