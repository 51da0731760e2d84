//! What a closing enters, and what it refuses.

use cairn_anomaly::Minute;

use super::sample::{
    NOW, at, calls_of, count, counted, data_calls_of, errors_of, identify, minute, place, share, store,
};
use crate::insight::State;
use crate::metric::{Kind, Metric, MetricId};
use crate::store::{
    Changed, Closing, Gap, Heard, Keep, MINUTES_KEPT, Mark, MetricDataQuery, PlaceFilter, SeriesState,
    StoreFailure, StoredSeries,
};
use crate::watched::{Told, Watched};

#[tokio::test]
async fn everything_that_comes_with_a_minute_is_there_afterwards() {
    let (_directory, store) = store().await;
    assert_eq!(store.position().await.unwrap(), None);
    let [run, stop] =
        identify(&store, [calls_of("RunInstances"), errors_of("StopInstances", "Denied")]).await;
    let record = super::sample::record((run, &calls_of("RunInstances")), NOW, State::Start);
    let changed = Some(Changed {
        from: minute(NOW - 90),
        to: minute(NOW - 60),
        live: Some((minute(NOW - 70), minute(NOW - 60))),
    });
    let newest_late = Some(minute(NOW - 60));
    let mark = Mark { metric: stop, changed, newest_late, behind_until: None, heard: None };
    let mut watched = Watched::live_since(minute(NOW - 500));
    watched.see(minute(NOW - 9_000), Told::Later(minute(NOW)));
    watched.selection = Some("all".into());
    let gap = Gap { from: minute(NOW - 20), to: minute(NOW - 10) };
    let closing = Closing {
        seen: &[(place(None), watched.clone())],
        counts: &[count(run, NOW, 4), count(stop, NOW - 75, 1), count(run, NOW, 3)],
        shares: &[counted(run, NOW, "a", 3), counted(run, NOW, "b", 4)],
        states: &[SeriesState { metric: run, bytes: vec![1, 0, 255] }],
        marks: &[mark],
        records: std::slice::from_ref(&record),
        gaps: &[gap],
        ..Closing::at(at(NOW, 77))
    };
    store.close_minute(&closing).await.unwrap();
    assert_eq!(store.position().await.unwrap(), Some(at(NOW, 77)));
    let all = (Minute::default(), minute(u32::MAX));
    assert_eq!(
        store.points_of((run, stop), minute(NOW - 90), minute(NOW + 1)).await.unwrap(),
        [count(run, NOW, 7), count(stop, NOW - 75, 1)]
    );
    let shares = store.shares(run, minute(NOW), minute(NOW + 1)).await.unwrap();
    assert_eq!(shares, [share("b", 4), share("a", 3)]);
    assert_eq!(store.gaps(all.0, all.1).await.unwrap(), [gap]);
    assert_eq!(store.unsent(10).await.unwrap(), [record]);
    let places = store.places(&PlaceFilter::only(&place(None))).await.unwrap();
    assert_eq!(places, [(place(None), watched)]);
    let series = |id, metric, state, mark| StoredSeries { id, metric, state, mark };
    assert_eq!(
        store.series(None, 10).await.unwrap(),
        [
            series(run, calls_of("RunInstances"), Some(vec![1, 0, 255]), None),
            series(stop, errors_of("StopInstances", "Denied"), None, Some(mark)),
        ]
    );
    assert_eq!(store.series(Some(run), 10).await.unwrap().len(), 1, "pages go on behind a metric");
}

#[tokio::test]
async fn late_calls_are_added_without_closing_another_minute_and_nothing_goes_back() {
    let (_directory, store) = store().await;
    let [run] = identify(&store, [calls_of("RunInstances")]).await;
    store.close_minute(&Closing { counts: &[count(run, NOW, 4)], ..Closing::at(at(NOW, 5)) }).await.unwrap();
    let late = [count(run, NOW, 2), count(run, NOW - 1, u32::MAX)];
    store.close_minute(&Closing { counts: &late, ..Closing::at(at(NOW, 6)) }).await.unwrap();
    for back in [at(NOW - 1, 7), at(NOW + 1, 4)] {
        let refused = store.close_minute(&Closing { counts: &late, ..Closing::at(back) }).await.unwrap_err();
        assert_eq!(refused.failure, StoreFailure::Contradicted);
    }
    let points = store.points(run, minute(NOW - 5), minute(NOW + 1)).await.unwrap();
    assert_eq!(points, [(minute(NOW - 1), u32::MAX), (minute(NOW), 6)], "what was refused changed nothing");
    let more = [count(run, NOW - 1, 9)];
    store.close_minute(&Closing { counts: &more, ..Closing::at(at(NOW, 6)) }).await.unwrap();
    let points = store.points(run, minute(NOW - 1), minute(NOW)).await.unwrap();
    assert_eq!(points, [(minute(NOW - 1), u32::MAX)], "no count wraps around");
}

#[tokio::test]
async fn a_metric_keeps_its_number_whatever_its_texts_are() {
    let (_directory, store) = store().await;
    let names = [
        "",
        "null",
        "'",
        "\"",
        "\\",
        "\u{0}",
        "a\u{0}b",
        "a\u{0}c",
        "\u{1F600}",
        "[1]",
        "{}",
        "1",
        "1.0",
        "%",
    ];
    let mut metrics: Vec<Metric> = Vec::new();
    for name in names {
        metrics.extend([calls_of(name), errors_of(name, name), data_calls_of(name)]);
        metrics.push(Metric { source: name.into(), kind: Kind::Errors("".into()), ..calls_of("x") });
    }
    let asked: Vec<(Metric, Minute)> = metrics.iter().map(|metric| (metric.clone(), minute(NOW))).collect();
    let ids = store.identify(&asked).await.unwrap();
    assert_eq!(store.identify(&asked).await.unwrap(), ids);
    let unlike: std::collections::BTreeSet<MetricId> = ids.iter().copied().collect();
    assert_eq!(unlike.len(), metrics.len());
    let listed = store.metrics(&PlaceFilter::default(), None, 1_000).await.unwrap();
    for (id, metric) in ids.iter().zip(&metrics) {
        assert!(listed.contains(&(*id, metric.clone())), "{metric:?}");
        assert_eq!(store.metric_id(metric).await.unwrap(), Some(*id), "{metric:?}");
    }
    assert_eq!(store.metric_id(&calls_of("other")).await.unwrap(), None);
    assert_eq!(store.count_metrics(&PlaceFilter::only(&place(None))).await.unwrap(), 3 * names.len() as u64);
}

#[tokio::test]
async fn a_value_of_shares_is_told_as_it_was_whatever_it_is() {
    let (_directory, store) = store().await;
    let [run] = identify(&store, [calls_of("A")]).await;
    let long = "\u{1F600}\"'\\".repeat(1_000);
    let values =
        ["", "null", "\u{0}", "a\u{0}b", "a\u{0}c", "a", "[1]", "{", "1", "1.0", "true", "\u{1F600}", &long];
    for now in [NOW, NOW + 1] {
        let shares = values.map(|value| counted(run, now, value, 1));
        store.close_minute(&Closing { shares: &shares, ..Closing::at(at(now, 1)) }).await.unwrap();
    }
    let found = store.shares(run, minute(NOW), minute(NOW + 2)).await.unwrap();
    let mut expected = values.map(|value| share(value, 2));
    expected.sort_by(|one, other| one.value.cmp(&other.value));
    assert_eq!(found, expected);
}

#[tokio::test]
async fn shares_of_minutes_stay_for_a_while_and_longer_where_they_are_held() {
    let (_directory, store) = store().await;
    let [calm, unusual] = identify(&store, [calls_of("A"), calls_of("B")]).await;
    let later = NOW + 3 * MINUTES_KEPT;
    for now in NOW..=later {
        let shares = [counted(calm, now, "calm", 1), counted(unusual, now, "unusual", 2)];
        let closing = Closing { shares: &shares, held: &[unusual], ..Closing::at(at(now, 1)) };
        store.close_minute(&closing).await.unwrap();
    }
    let all = async |metric| store.shares(metric, minute(0), minute(u32::MAX)).await.unwrap();
    assert_eq!(all(calm).await, [share("calm", u64::from(MINUTES_KEPT))]);
    assert_eq!(all(unusual).await, [share("unusual", 2 * u64::from(3 * MINUTES_KEPT + 1))]);
    let some = store.shares(unusual, minute(NOW + 10), minute(later - 10)).await.unwrap();
    assert_eq!(
        some,
        [share("unusual", 2 * u64::from(3 * MINUTES_KEPT - 20))],
        "from both sides of the border"
    );
    let late = [counted(unusual, NOW + 10, "late", 5)];
    store
        .close_minute(&Closing { shares: &late, held: &[unusual], ..Closing::at(at(later, 1)) })
        .await
        .unwrap();
    let some = store.shares(unusual, minute(NOW + 10), minute(NOW + 11)).await.unwrap();
    assert_eq!(some, [share("late", 5), share("unusual", 2)]);
    store.close_minute(&Closing::at(at(later, 1))).await.unwrap();
    assert_eq!(all(unusual).await, [share("unusual", 2 * u64::from(MINUTES_KEPT))], "it is let go");
}

#[tokio::test]
async fn a_baseline_ends_where_something_starts_and_leaves_out_what_nobody_watched() {
    let (_directory, store) = store().await;
    let [run] = identify(&store, [calls_of("A")]).await;
    // Two calls a minute by `usual` for three hours; from 02:40 on 50 by `thief`, too.
    let (from, start) = (NOW - 180, NOW - 20);
    for now in from..NOW {
        let thief = if now < start { 0 } else { 50 };
        let shares = [counted(run, now, "usual", 2), counted(run, now, "thief", thief)];
        let counts = [count(run, now, 2 + thief)];
        let closing = Closing { counts: &counts, shares: &shares, held: &[run], ..Closing::at(at(now, 1)) };
        store.close_minute(&closing).await.unwrap();
    }
    let gaps =
        [Gap { from: minute(from), to: minute(from + 30) }, Gap { from: minute(NOW), to: minute(NOW + 9) }];
    store.close_minute(&Closing { gaps: &gaps, held: &[run], ..Closing::at(at(NOW, 1)) }).await.unwrap();
    let baseline = store.baseline(run, minute(from), minute(start)).await.unwrap();
    assert_eq!((baseline.minutes, baseline.calls, &*baseline.shares), (130, 320, &[share("usual", 320)][..]));
    let baseline = store.baseline(run, minute(from + 30), minute(start)).await.unwrap();
    assert_eq!((baseline.minutes, baseline.calls, &*baseline.shares), (130, 260, &[share("usual", 260)][..]));
    let baseline = store.baseline(run, minute(start - 10), minute(start)).await.unwrap();
    assert_eq!((baseline.minutes, baseline.calls), (10, 20), "within one hour");
    store.close_minute(&Closing::at(at(NOW + 60, 1))).await.unwrap();
    let baseline = store.baseline(run, minute(from), minute(start)).await.unwrap();
    // Of the last hour's 120 and 1,000 calls 80 lay before the start, and nobody knows by the minute whose they were.
    assert_eq!(baseline.shares, [share("usual", 249), share("thief", 71)]);
    assert_eq!(baseline.calls, 320);
}

#[tokio::test]
async fn sums_begin_with_multiples_of_their_period() {
    let (_directory, store) = store().await;
    let [run, other] = identify(&store, [calls_of("A"), calls_of("B")]).await;
    let counts: Vec<_> = (0..200).map(|ago| count(run, NOW - ago, 1)).chain([count(other, NOW, 9)]).collect();
    store.close_minute(&Closing { counts: &counts, ..Closing::at(at(NOW, 1)) }).await.unwrap();
    let ask = |from, to, period, limit| MetricDataQuery {
        metric: run,
        from: minute(from),
        to: minute(to),
        period,
        limit,
    };
    let hours = store.metric_data(&ask(NOW - 130, NOW + 1, 60, 10)).await.unwrap();
    let of = |ago: u32, calls| (minute(NOW - ago), calls);
    assert_eq!(hours, [of(180, 10), of(120, 60), of(60, 60), of(0, 1)]);
    let hours = store.metric_data(&ask(NOW - 130, NOW, 60, 2)).await.unwrap();
    assert_eq!(hours, [of(180, 10), of(120, 60)], "limited, and the end is excluded");
    let fives = store.metric_data(&ask(NOW - 7, NOW + 1, 5, 10)).await.unwrap();
    assert_eq!(fives, [of(10, 2), of(5, 5), of(0, 1)]);
    assert_eq!(store.calls_between(run, minute(NOW - 9), minute(NOW)).await.unwrap(), 9);
}

#[tokio::test]
async fn what_is_old_goes_and_what_is_needed_stays() {
    let (_directory, store) = store().await;
    let old = NOW - 100 * 24 * 60;
    let [alive, dead] = identify(&store, [calls_of("Alive"), calls_of("Dead")]).await;
    let (metric, sent) = (calls_of("Alive"), |id: &str| [id.into()]);
    let (waiting, gone) = (
        super::sample::record((alive, &metric), old, State::Start),
        super::sample::record((alive, &metric), old + 1, State::Start),
    );
    let begin = Closing {
        counts: &[count(alive, old, 1), count(dead, old, 1), count(alive, old + 15 * 24 * 60, 1)],
        shares: &[counted(alive, old, "gone", 1), counted(dead, old, "held", 1)],
        held: &[dead],
        records: &[waiting.clone(), gone.clone()],
        gaps: &[Gap { from: minute(old - 5), to: minute(old) }],
        ..Closing::at(at(old, 1))
    };
    store.close_minute(&begin).await.unwrap();
    store.mark_sent(&sent(&gone.id)).await.unwrap();
    store
        .close_minute(&Closing { forgotten: &[dead], held: &[dead], ..Closing::at(at(old + 40, 1)) })
        .await
        .unwrap();
    let now = Closing { shares: &[counted(alive, NOW, "new", 1)], held: &[dead], ..Closing::at(at(NOW, 1)) };
    store.close_minute(&now).await.unwrap();
    assert_eq!(store.series(None, 9).await.unwrap().len(), 1, "a forgotten series is none");
    let expired = store.expire(Keep::at(minute(NOW))).await.unwrap();
    assert_eq!(
        (expired.points, expired.hour_shares, expired.texts, expired.records, expired.metrics),
        (2, 2, 1, 1, 1)
    );
    let all = (minute(0), minute(NOW + 1));
    assert_eq!(store.points(alive, all.0, all.1).await.unwrap(), [(minute(old + 15 * 24 * 60), 1)]);
    assert_eq!(store.unsent(9).await.unwrap(), [waiting], "what waits to be sent stays");
    assert_eq!(store.gaps(all.0, all.1).await.unwrap(), []);
    assert_eq!(store.shares(dead, all.0, all.1).await.unwrap(), [share("held", 1)]);
    assert_eq!(store.metric_id(&calls_of("Dead")).await.unwrap(), None);
    assert_eq!(store.expire(Keep::at(minute(NOW))).await.unwrap(), Default::default());
}

#[tokio::test]
async fn who_was_usual_long_ago_is_known_until_a_series_is_built_anew() {
    let (_directory, store) = store().await;
    let [run] = identify(&store, [calls_of("A")]).await;
    let old = (NOW - 20 * 24 * 60) / 60 * 60;
    let changed = Some(Changed { from: minute(old), to: minute(old), live: None });
    let mark = Mark { metric: run, changed, newest_late: None, behind_until: None, heard: None };
    let (counts, shares) = ([count(run, old, 3)], [counted(run, old, "a", 3)]);
    let closing = Closing { counts: &counts, shares: &shares, marks: &[mark], ..Closing::at(at(NOW, 1)) };
    store.close_minute(&closing).await.unwrap();
    let usual = async || store.baseline(run, minute(old), minute(old + 120)).await.unwrap().shares;
    store.expire(Keep::at(minute(NOW))).await.unwrap();
    assert_eq!(usual().await, [share("a", 3)]);
    let heard = Mark { changed: None, heard: Some(Heard(Some(minute(NOW)))), ..mark };
    store.close_minute(&Closing { marks: &[heard], ..Closing::at(at(NOW, 1)) }).await.unwrap();
    assert_eq!(store.series(None, 1).await.unwrap()[0].mark, Some(heard));
    let built = [Mark { changed: None, ..mark }];
    store.close_minute(&Closing { marks: &built, ..Closing::at(at(NOW + 1, 1)) }).await.unwrap();
    assert_eq!(store.series(None, 1).await.unwrap()[0].mark, None, "nothing is marked any more");
    store.expire(Keep::at(minute(NOW))).await.unwrap();
    assert_eq!(usual().await, []);
}

#[tokio::test]
async fn a_metric_that_comes_back_before_it_is_gone_is_the_same() {
    let (_directory, store) = store().await;
    let [run] = identify(&store, [calls_of("A")]).await;
    let state = [SeriesState { metric: run, bytes: vec![1] }];
    store.close_minute(&Closing { states: &state, ..Closing::at(at(NOW, 1)) }).await.unwrap();
    store.close_minute(&Closing { forgotten: &[run], ..Closing::at(at(NOW + 1, 1)) }).await.unwrap();
    assert_eq!(store.series(None, 9).await.unwrap(), []);
    assert_eq!(identify(&store, [calls_of("A")]).await, [run]);
    let [found] = store.series(None, 9).await.unwrap().try_into().unwrap();
    assert_eq!((found.id, found.state), (run, None));
}
