//! Closings in any order of minutes, against what a reader of this page would do by hand.

use std::collections::BTreeMap;
use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::*;

use super::sample::{NOW, at, calls_of, count, counted, identify, minute, share};
use crate::attribution::Share;
use crate::metric::MetricId;
use crate::store::{Closing, Gap, Keep, MINUTES_KEPT, MetricDataQuery, Store};

const NAMES: [&str; 3] = ["A", "B", "C"];
const AGENTS: [&str; 4] = ["a", "b", "c", "d"];

#[derive(Debug, Clone)]
enum Step {
    Close {
        minutes: u32,
        counts: Vec<(usize, u32, u32)>,
        shares: Vec<(usize, u32, usize, u32)>,
        held: Vec<usize>,
    },
    Unwatched {
        minutes: u32,
    },
    Expire {
        minutes: u32,
    },
    Reopen,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let (of, ago) = (0..NAMES.len(), prop_oneof![4 => 0..3_u32, 1 => 0..300_u32]);
    let counts = vec((of.clone(), ago.clone(), prop_oneof![9 => 1..9_u32, 1 => Just(u32::MAX)]), 0..6);
    let shares = vec((of.clone(), ago, 0..AGENTS.len(), 1..9_u32), 0..6);
    let held = vec(of, 0..3);
    let close = (0..50_u32, counts, shares, held).prop_map(|(minutes, counts, shares, held)| Step::Close {
        minutes,
        counts,
        shares,
        held,
    });
    let step = prop_oneof![
        12 => close,
        1 => (1..100_u32).prop_map(|minutes| Step::Unwatched { minutes }),
        1 => (100..700_u32).prop_map(|minutes| Step::Expire { minutes }),
        1 => Just(Step::Reopen),
    ];
    vec(step, 1..25)
}

#[derive(Debug, Default)]
struct Model {
    closed: u32,
    counts: BTreeMap<(usize, u32), u32>,
    /// Shares by the minute that are still to be there, and all that ever were and did not expire.
    minutes: BTreeMap<(usize, u32, usize), u64>,
    ever: BTreeMap<(usize, u32, usize), u64>,
    gaps: Vec<(u32, u32)>,
}

impl Model {
    fn close(&mut self, step: &Step) {
        let Step::Close { minutes, counts, shares, held } = step else { return };
        self.closed += minutes;
        for (metric, ago, calls) in counts {
            let known = self.counts.entry((*metric, self.closed - ago)).or_default();
            *known = known.saturating_add(*calls);
        }
        for (metric, ago, agent, calls) in shares {
            for known in [&mut self.minutes, &mut self.ever] {
                *known.entry((*metric, self.closed - ago, *agent)).or_default() += u64::from(*calls);
            }
        }
        let kept = self.closed - (MINUTES_KEPT - 1);
        self.minutes.retain(|(metric, minute, _), _| *minute >= kept || held.contains(metric));
    }

    fn points(&self, metric: usize, from: u32, to: u32) -> Vec<(u32, u32)> {
        let of = self.counts.range((metric, from)..(metric, to.max(from)));
        of.map(|((_, minute), calls)| (*minute, *calls)).collect()
    }

    fn watched(&self, from: u32, to: u32) -> usize {
        let watched = |minute: &u32| !self.gaps.iter().any(|(from, to)| (*from..*to).contains(minute));
        (from..to).filter(watched).count()
    }
}

/// Adds up what a list has of a metric and of minutes, the largest first.
fn shares(of: &BTreeMap<(usize, u32, usize), u64>, metric: usize, from: u32, to: u32) -> Vec<Share> {
    let mut sums = BTreeMap::<usize, u64>::new();
    for ((of, minute, agent), calls) in of {
        if *of == metric && (from..to).contains(minute) {
            *sums.entry(*agent).or_default() += calls;
        }
    }
    let mut sums: Vec<_> = sums.into_iter().collect();
    sums.sort_by_key(|(agent, calls)| (std::cmp::Reverse(*calls), *agent));
    sums.into_iter().map(|(agent, calls)| share(AGENTS[agent], calls)).collect()
}

async fn perform(path: &Path, store: Store, ids: &[MetricId], model: &mut Model, step: &Step) -> Store {
    let position = |model: &Model| at(model.closed, u64::from(model.closed));
    match step {
        Step::Close { counts, shares, held, .. } => {
            model.close(step);
            let now = model.closed;
            let counts: Vec<_> =
                counts.iter().map(|(of, ago, calls)| count(ids[*of], now - ago, *calls)).collect();
            let shares: Vec<_> = shares
                .iter()
                .map(|(of, ago, by, calls)| counted(ids[*of], now - ago, AGENTS[*by], *calls))
                .collect();
            let held: Vec<_> = held.iter().map(|of| ids[*of]).collect();
            let closing =
                Closing { counts: &counts, shares: &shares, held: &held, ..Closing::at(position(model)) };
            store.close_minute(&closing).await.unwrap();
        }
        Step::Unwatched { minutes } => {
            let from = model.closed + 1;
            model.gaps.push((from, from + minutes));
            let gap = Gap { from: minute(from), to: minute(from + minutes) };
            let held: Vec<_> = model.minutes.keys().map(|(of, ..)| ids[*of]).collect();
            let closing = Closing { gaps: &[gap], held: &held, ..Closing::at(position(model)) };
            store.close_minute(&closing).await.unwrap();
        }
        Step::Expire { minutes } => {
            let since = model.closed - minutes;
            store.expire(Keep { points: minute(since), hour_shares: minute(since) }).await.unwrap();
            model.gaps.retain(|(_, to)| *to > since);
            model.counts.retain(|(_, minute), _| minute / 60 >= since / 60);
            model.ever.retain(|(_, minute, _), _| minute / 60 >= since / 60);
        }
        Step::Reopen => {
            store.close().await;
            return Store::open(path).await.unwrap();
        }
    }
    store
}

/// Asks for everything between two minutes.
async fn compare(store: &Store, ids: &[MetricId], model: &Model, (from, to): (u32, u32), period: u32) {
    for (of, id) in ids.iter().enumerate() {
        let (first, last) = (minute(from), minute(to));
        let points = model.points(of, from, to);
        let numbered = |points: Vec<(cairn_anomaly::Minute, u32)>| -> Vec<(u32, u32)> {
            points.into_iter().map(|(minute, calls)| (minute.number(), calls)).collect()
        };
        assert_eq!(numbered(store.points(*id, first, last).await.unwrap()), points);
        let many = store.points_of((*id, *id), first, last).await.unwrap();
        assert_eq!(many.iter().map(|one| (one.minute.number(), one.calls)).collect::<Vec<_>>(), points);
        let calls: u64 = points.iter().map(|(_, calls)| u64::from(*calls)).sum();
        assert_eq!(store.calls_between(*id, first, last).await.unwrap(), calls);
        let mut sums = BTreeMap::<u32, u64>::new();
        for (minute, calls) in points {
            *sums.entry(minute / period * period).or_default() += u64::from(calls);
        }
        let asked = MetricDataQuery { metric: *id, from: first, to: last, period, limit: 1_000 };
        let found = store.metric_data(&asked).await.unwrap();
        assert_eq!(found.into_iter().map(|(at, sum)| (at.number(), sum)).collect::<BTreeMap<_, _>>(), sums);
        assert_eq!(store.shares(*id, first, last).await.unwrap(), shares(&model.minutes, of, from, to));
        compare_baseline(store, *id, model, of, (from / 60 * 60, to)).await;
    }
    compare_many(store, ids, (minute(from), minute(to))).await;
}

/// Many asked for at once are what each is alone.
async fn compare_many(
    store: &Store,
    ids: &[MetricId],
    (from, to): (cairn_anomaly::Minute, cairn_anomaly::Minute),
) {
    let baselines = store.baselines(ids, from, to).await.unwrap();
    let calls = store.calls_of(ids, from, to).await.unwrap();
    let shares = store.shares_of(ids, from, to).await.unwrap();
    assert_eq!((baselines.len(), calls.len(), shares.len()), (ids.len(), ids.len(), ids.len()));
    for (id, ((baseline, calls), shares)) in ids.iter().zip(baselines.into_iter().zip(calls).zip(shares)) {
        assert_eq!(baseline, store.baseline(*id, from, to).await.unwrap());
        assert_eq!(calls, store.calls_between(*id, from, to).await.unwrap());
        assert_eq!(shares, store.shares(*id, from, to).await.unwrap());
    }
}

/// A baseline from a whole hour on is exact where the minutes behind it are still known.
async fn compare_baseline(store: &Store, id: MetricId, model: &Model, of: usize, (from, start): (u32, u32)) {
    let end = start / 60 * 60 + 60;
    let behind = shares(&model.ever, of, start, end);
    let is_known = behind == shares(&model.minutes, of, start, end)
        && (!behind.is_empty() || model.points(of, start, end).is_empty());
    if from >= start || !is_known {
        return;
    }
    let baseline = store.baseline(id, minute(from), minute(start)).await.unwrap();
    let calls: u64 = model.points(of, from, start).iter().map(|(_, calls)| u64::from(*calls)).sum();
    assert_eq!((baseline.minutes as usize, baseline.calls), (model.watched(from, start), calls));
    // Shares of the first hour are in proportion where its calls reach over its end; here all of them are asked for.
    assert_eq!(baseline.shares, shares(&model.ever, of, from, start));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn the_store_is_what_was_entered(
        steps in steps(),
        asked in vec((0..900_u32, 0..900_u32, prop_oneof![Just(1_u32), Just(5), Just(60), 1..200_u32]), 1..4),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let directory = tempfile::tempdir().unwrap();
            let path = directory.path().join("insights.sqlite3");
            let mut store = Store::open(&path).await.unwrap();
            let ids = identify(&store, NAMES.map(calls_of)).await;
            let mut model = Model { closed: NOW, ..Model::default() };
            for step in &steps {
                store = perform(&path, store, &ids, &mut model, step).await;
            }
            for (ago, length, period) in asked {
                let from = model.closed + 10 - ago;
                compare(&store, &ids, &model, (from, from + length), period).await;
            }
        });
    }
}
