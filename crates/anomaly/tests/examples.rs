//! What CloudTrail's documentation and published records say is unusual, at medium sensitivity.

use cairn_anomaly::{Direction, Minute, Opening, Sensitivity, Series, Verdict};

const WEEK: u32 = 7 * 24 * 60;
const MEDIUM: usize = Sensitivity::Medium as usize;

/// Tells a series these minutes, from the first of its place on, and returns what is said at medium.
fn watch(counts: impl IntoIterator<Item = u32>) -> (Series, Vec<Verdict>) {
    let mut series = Series::begin(Minute::new(0), Minute::new(0), 17);
    let told = counts.into_iter().filter_map(|calls| series.step(calls)[MEDIUM]).collect();
    (series, told)
}

/// From 0 to 20 a minute, and about 10.
fn up_to_twenty(minute: u32) -> u32 {
    minute.wrapping_mul(2_654_435_761) / 1000 % 21
}

fn the_start(told: &[Verdict]) -> Opening {
    match told {
        [Verdict::Started(opening), ..] => *opening,
        _ => panic!("{told:?}"),
    }
}

#[test]
fn twenty_delete_bucket_a_minute_become_a_hundred() {
    let usual = (0..WEEK + 90).map(up_to_twenty);
    let unusual = [97, 104, 99, 100, 111, 90, 100, 101, 98, 100];
    let (_, told) = watch(usual.chain(unusual).chain((0..90).map(up_to_twenty)));
    let [Verdict::Started(opening), Verdict::Ended(closing)] = told[..] else { panic!("{told:?}") };
    let start = Minute::new(WEEK + 90);
    assert_eq!((opening.direction, opening.start, opening.minutes), (Direction::Surge, start, 1));
    assert_eq!((closing.start, closing.end, closing.calls), (start, start.plus(10), 1000));
}

#[test]
fn a_hundred_are_told_after_seven_days_wherever_the_hours_of_a_series_begin() {
    // Counts that repeat their windows: more dispersed than chance makes them, and without a rhythm.
    let usual = |minute: u32| minute.wrapping_mul(2_654_435_761).rotate_left(15) % 21;
    let first = Minute::new(29_539_620);
    for phase in 0..60 {
        let mut series = Series::begin(first, first, phase);
        let before = (0..WEEK + 5).map(|minute| usual(first.number() + minute));
        let told = before.chain([100; 12]).filter_map(|calls| series.step(calls)[MEDIUM]);
        let opening = the_start(&told.collect::<Vec<_>>());
        assert_eq!(opening.start, first.plus(WEEK + 5), "phase {phase}");
    }
}

#[test]
fn twenty_authorize_security_group_ingress_a_minute_become_none_for_ten_minutes() {
    let usual = || (0..WEEK + 90).map(|minute| 18 + minute * 7919 % 5);
    let (_, told) = watch(usual().chain([0; 10]).chain(usual().take(90)));
    let [Verdict::Started(opening), Verdict::Ended(closing)] = told[..] else { panic!("{told:?}") };
    let start = Minute::new(WEEK + 90);
    assert_eq!((opening.direction, opening.start, opening.calls), (Direction::Silence, start, 0));
    assert!(opening.minutes <= 5, "{opening:?}");
    assert_eq!((closing.start, closing.end, closing.calls), (start, start.plus(10), 0));
}

/// One call in so many minutes, and then so many calls in these minutes: what published records show.
fn published(one_in: u32, unusual: &[u32]) -> Opening {
    // One after the other, wherever the last of them was.
    let usual = (0..11_336).map(|minute| u32::from(minute % one_in == one_in / 3));
    let (_, told) = watch(usual.chain(unusual.iter().copied()));
    the_start(&told)
}

#[test]
fn three_calls_in_five_minutes_after_one_in_eleven_thousand() {
    let opening = published(11_336, &[1, 0, 1, 0, 1]);
    assert_eq!((opening.start, opening.minutes, opening.calls), (Minute::new(11_336), 5, 3));
}

#[test]
fn fifteen_calls_in_five_minutes_after_one_in_twenty_three() {
    let opening = published(23, &[3, 3, 3, 3, 3]);
    assert_eq!((opening.direction, opening.start), (Direction::Surge, Minute::new(11_336)));
}

#[test]
fn eighteen_errors_in_a_minute_after_one_in_six_hundred() {
    let opening = published(588, &[18]);
    assert_eq!((opening.start, opening.minutes, opening.calls), (Minute::new(11_336), 1, 18));
}

#[test]
fn a_name_that_was_never_seen_in_a_place_that_was_watched_is_told() {
    let mut series = Series::begin(Minute::new(0), Minute::new(WEEK), 17);
    let verdicts = series.step(30);
    let Some(Verdict::Started(opening)) = verdicts[MEDIUM] else { panic!("{verdicts:?}") };
    assert_eq!((opening.start, opening.minutes, opening.calls), (Minute::new(WEEK), 1, 30));
}

#[test]
fn nothing_is_told_of_a_place_in_its_first_day() {
    let mut series = Series::begin(Minute::new(0), Minute::new(0), 17);
    for minute in 0..24 * 60 {
        let calls = if minute % 100 == 0 { 100_000 } else { minute % 3 };
        assert_eq!(series.step(calls), [None; 3], "{minute}");
    }
}

#[test]
fn what_lasts_a_day_is_usual_from_then_on() {
    let usual = (0..2 * WEEK).map(up_to_twenty);
    let (series, told) = watch(usual.chain((0..WEEK).map(|minute| 200 + up_to_twenty(minute))));
    let [Verdict::Started(opening), Verdict::Ended(closing)] = told[..] else { panic!("{told:?}") };
    assert_eq!(closing.end.since(opening.start), 24 * 60 + 1);
    assert!(series.usual().average > 150.0, "{:?}", series.usual());
}

#[test]
fn nothing_is_learned_from_what_is_unusual() {
    let usual = (0..2 * WEEK).map(up_to_twenty);
    let (before, _) = watch(usual.clone());
    let (after, told) = watch(usual.chain([50_000; 600]).chain([0; 5]));
    the_start(&told);
    assert!(after.usual().average < before.usual().average * 1.02, "{:?}", after.usual());
    assert_eq!(after.usual().most, before.usual().most);
}

#[test]
fn the_like_of_it_is_told_three_times() {
    let day = |number: u32| {
        (0..24 * 60).map(move |minute| if minute < 10 { 500 } else { up_to_twenty(minute + number) })
    };
    let (_, told) = watch((0..WEEK).map(up_to_twenty).chain((0..10).flat_map(day)));
    let starts = told.iter().filter(|verdict| matches!(verdict, Verdict::Started(_))).count();
    assert_eq!(starts, 3, "{told:?}");
}

#[test]
fn a_gap_is_no_silence_and_what_comes_after_it_no_surge() {
    let mut series = Series::begin(Minute::new(0), Minute::new(0), 17);
    for minute in 0..WEEK + 90 {
        series.step(up_to_twenty(minute));
    }
    let before = series.usual().average;
    for _ in 0..3000 {
        series.pass_unobserved();
    }
    for minute in 0..WEEK {
        assert_eq!(series.step(up_to_twenty(minute)), [None; 3], "{minute}");
    }
    assert!((series.usual().average - before).abs() < 0.2, "{:?}", series.usual());
}
