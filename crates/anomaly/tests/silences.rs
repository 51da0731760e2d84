//! What never varied and falls to nothing is told within five minutes, whenever that is.

use cairn_anomaly::{Direction, Minute, Opening, Sensitivity, Series, Verdict};
use proptest::prelude::*;

const WEEK: u32 = 7 * 24 * 60;
const MEDIUM: usize = Sensitivity::Medium as usize;

/// A series that had so many calls in each minute of a week and some minutes.
fn steady(calls: u32, first: Minute, phase: u8, after: u32) -> Series {
    let mut series = Series::begin(first, first, phase);
    for minute in 0..WEEK + after {
        assert_eq!(series.step(calls), [None; 3], "{minute}");
    }
    series
}

/// What is told if no calls come any more.
fn silenced(mut series: Series) -> Option<Opening> {
    (0..5).find_map(|_| match series.step(0)[MEDIUM] {
        Some(Verdict::Started(opening)) => Some(opening),
        _ => None,
    })
}

#[test]
fn a_silence_is_told_at_each_minute_of_a_day() {
    for (calls, phase) in [(10, 0), (20, 0), (20, 17), (100, 59)] {
        let mut series = steady(calls, Minute::new(0), phase, 0);
        for _ in 0..24 * 60 + 10 {
            let now = series.next();
            let Some(opening) = silenced(series.clone()) else { panic!("{calls} {phase} {now:?}") };
            assert_eq!((opening.direction, opening.start, opening.calls), (Direction::Silence, now, 0));
            assert_eq!(series.step(calls), [None; 3], "{now:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn a_silence_is_told_at_any_rate_from_any_minute_on(
        calls in prop_oneof![10..200_u32, 10..1_000_000_u32],
        first in 0..u32::MAX / 2, phase in 0..60_u8, after in 0..3_000_u32,
    ) {
        let first = Minute::new(first);
        let Some(opening) = silenced(steady(calls, first, phase, after)) else {
            return Err(TestCaseError::fail("no silence"));
        };
        prop_assert_eq!(opening.direction, Direction::Silence);
        prop_assert_eq!((opening.start, opening.calls), (first.plus(WEEK + after), 0));
    }
}
