//! A series that is built anew is the one that was told minute after minute.

use cairn_anomaly::{Minute, Series, Verdict};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use super::{Past, rebuild, tell};
use crate::store::Gap;

const FIRST: u32 = 29_554_740;

fn minute(after: u32) -> Minute {
    Minute::new(FIRST + after)
}

#[test]
fn a_surge_of_the_past_is_told_with_its_first_minute() {
    let usual = (0..3 * 1_440).map(|after| (minute(after), 10));
    let surge = (3 * 1_440..3 * 1_440 + 20).map(|after| (minute(after), 200));
    let after = (3 * 1_440 + 20..3 * 1_440 + 60).map(|after| (minute(after), 10));
    let points: Vec<(Minute, u32)> = usual.chain(surge).chain(after).collect();
    let to = minute(3 * 1_440 + 60);
    let past = Past { first_seen: minute(0), points: &points, gaps: &[], to, phase: 7 };
    let rebuilt = rebuild(&past);
    assert_eq!(rebuilt.series.next(), to);
    let starts = rebuilt.verdicts.iter().filter_map(|verdict| match verdict {
        Verdict::Started(opening) => Some(opening.start),
        Verdict::Ended(_) => None,
    });
    assert_eq!(starts.collect::<Vec<_>>(), [minute(3 * 1_440); 3], "at each sensitivity");
    let calls = rebuilt.verdicts.iter().filter_map(|verdict| match verdict {
        Verdict::Started(_) => None,
        Verdict::Ended(closing) => Some((closing.end, closing.calls)),
    });
    assert_eq!(calls.collect::<Vec<_>>(), [(minute(3 * 1_440 + 20), 4_000); 3]);
}

#[test]
fn no_silence_is_told_of_minutes_that_nobody_watched() {
    // A week, without which silences are not told.
    let watched = |after: &u32| !(12_000..12_200).contains(after);
    let points: Vec<_> = (0..13_000).filter(watched).map(|after| (minute(after), 20)).collect();
    let gaps = [Gap { from: minute(12_000), to: minute(12_200) }];
    let past = Past { first_seen: minute(0), points: &points, gaps: &[], to: minute(13_000), phase: 0 };
    assert!(!rebuild(&past).verdicts.is_empty(), "watched, it is one");
    assert_eq!(rebuild(&Past { gaps: &gaps, ..past }).verdicts, []);
}

#[test]
fn a_series_without_a_call_begins_where_it_is_told_next() {
    let past = Past { first_seen: minute(0), points: &[], gaps: &[], to: minute(99), phase: 0 };
    assert_eq!(rebuild(&past).series.next(), minute(99));
    let later = [(minute(120), 1)];
    assert_eq!(
        rebuild(&Past { points: &later, ..past }).series.next(),
        minute(99),
        "later points are not its past"
    );
    let past = Past { first_seen: minute(50), points: &[(minute(20), 1)], ..past };
    assert_eq!(rebuild(&past).series.next(), minute(99), "a place that seems younger than its calls");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn told_again_or_minute_after_minute_is_the_same(
        points in btree_map(0..2_500_u32, prop_oneof![9 => 1..30_u32, 1 => any::<u32>()], 0..600),
        gaps in vec((0..2_500_u32, 1..100_u32), 0..4),
        to in 0..2_600_u32,
    ) {
        let points: Vec<_> = points.into_iter().map(|(after, calls)| (minute(after), calls)).collect();
        let mut gaps: Vec<_> =
            gaps.into_iter().map(|(from, length)| Gap { from: minute(from), to: minute(from + length) }).collect();
        gaps.sort_unstable();
        let past = Past { first_seen: minute(0), points: &points, gaps: &gaps, to: minute(to), phase: 3 };
        let rebuilt = rebuild(&past);
        let mut verdicts = Vec::new();
        if let Some((begin, _)) = points.first().filter(|(begin, _)| *begin < minute(to)) {
            let mut series = Series::begin(minute(0), *begin, 3);
            while series.next() < minute(to) {
                let now = series.next();
                let calls = points.binary_search_by_key(&now, |(minute, _)| *minute).map_or(0, |at| points[at].1);
                tell(&mut series, calls, !gaps.iter().any(|gap| gap.contains(now)), &mut verdicts);
            }
            prop_assert_eq!(rebuilt.series.usual(), series.usual());
        }
        prop_assert_eq!(rebuilt.series.next(), minute(to));
        prop_assert_eq!(rebuilt.verdicts, verdicts);
    }
}
