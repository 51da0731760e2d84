//! What holds whatever the counts are.

use cairn_anomaly::{Minute, Sensitivity, Series, Verdict, Verdicts};
use proptest::collection::vec;
use proptest::prelude::*;

/// A stretch of minutes.
#[derive(Debug, Clone, Copy)]
enum Stretch {
    Even { calls: u32, minutes: u32 },
    Noisy { most: u32, minutes: u32 },
    Jobs { calls: u32, every: u32, minutes: u32 },
    Unobserved { minutes: u32 },
}

fn count() -> impl Strategy<Value = u32> {
    prop_oneof![Just(0), 0..5_u32, 0..500_u32, any::<u32>(), Just(u32::MAX)]
}

fn stretch() -> impl Strategy<Value = Stretch> {
    prop_oneof![
        (count(), 1..4000_u32).prop_map(|(calls, minutes)| Stretch::Even { calls, minutes }),
        (count(), 1..6000_u32).prop_map(|(most, minutes)| Stretch::Noisy { most, minutes }),
        (count(), 1..90_u32, 1..4000_u32).prop_map(|(calls, every, minutes)| Stretch::Jobs {
            calls,
            every,
            minutes
        }),
        (1..1500_u32).prop_map(|minutes| Stretch::Unobserved { minutes }),
        (count(), 1..30_u32).prop_map(|(calls, minutes)| Stretch::Even { calls, minutes }),
    ]
}

/// The counts of a stretch; `None` is a minute that nobody watched.
fn minutes(stretches: &[Stretch]) -> Vec<Option<u32>> {
    let mut state = 1_u64;
    let mut noise = move |most: u32| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from((state >> 32) % (u64::from(most) + 1)).unwrap_or(most)
    };
    let mut all = Vec::new();
    for stretch in stretches {
        match *stretch {
            Stretch::Even { calls, minutes } => all.extend((0..minutes).map(|_| Some(calls))),
            Stretch::Noisy { most, minutes } => all.extend((0..minutes).map(|_| Some(noise(most)))),
            Stretch::Jobs { calls, every, minutes } => {
                all.extend((0..minutes).map(|minute| Some(if minute % every == 0 { calls } else { 0 })));
            }
            Stretch::Unobserved { minutes } => all.extend((0..minutes).map(|_| None)),
        }
    }
    all
}

fn tell(series: &mut Series, calls: Option<u32>) -> Verdicts {
    match calls {
        Some(calls) => series.step(calls),
        None => {
            series.pass_unobserved();
            Verdicts::default()
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_series_goes_on_from_its_bytes_as_it_would_have(
        stretches in vec(stretch(), 1..9), phase in 0..60_u8, first in 0..20_000_u32, at in 0..20_000_usize,
    ) {
        let now = Minute::new(first + 7_000);
        let mut series = Series::begin(Minute::new(first), now, phase);
        let mut other = None;
        for (minute, calls) in minutes(&stretches).into_iter().enumerate() {
            if minute == at || minute % 4001 == 0 {
                let bytes = series.encode();
                prop_assert!(bytes.len() <= 2048, "{}", bytes.len());
                let decoded = Series::decode(&bytes).unwrap();
                prop_assert_eq!(decoded.encode(), bytes);
                other = Some(decoded);
            }
            let told = tell(&mut series, calls);
            if let Some(other) = &mut other {
                prop_assert_eq!(tell(other, calls), told, "{}", minute);
            }
        }
        prop_assert!(series.memory_bytes() <= 2048);
        if let Some(other) = other {
            prop_assert_eq!(other.encode(), series.encode());
        }
    }

    #[test]
    fn whatever_starts_ends_and_higher_sensitivities_start_no_later(
        stretches in vec(stretch(), 1..9), phase in 0..60_u8,
    ) {
        let mut series = Series::begin(Minute::new(0), Minute::new(0), phase);
        let mut open: [Option<Minute>; 3] = [None; 3];
        for (minute, calls) in (0..).map(Minute::new).zip(minutes(&stretches)) {
            let busy = open;
            let verdicts = tell(&mut series, calls);
            for sensitivity in Sensitivity::ALL {
                let at = sensitivity as usize;
                match verdicts[at] {
                    Some(Verdict::Started(opening)) => {
                        prop_assert_eq!(opening.sensitivity, sensitivity);
                        prop_assert_eq!(open[at].replace(opening.start), None);
                        prop_assert_eq!(opening.start.plus(opening.minutes - 1), minute);
                        prop_assert!((1..=5).contains(&opening.minutes));
                        // Something goes on at every higher one, or begins now.
                        for higher in at + 1..3 {
                            let begins = matches!(verdicts[higher], Some(Verdict::Started(_)));
                            prop_assert!(begins || busy[higher].is_some(), "{minute:?} {sensitivity:?}");
                        }
                    }
                    Some(Verdict::Ended(closing)) => {
                        prop_assert_eq!(open[at].take(), Some(closing.start));
                        prop_assert!(closing.start < closing.end && closing.end <= minute.plus(1));
                    }
                    None => {}
                }
            }
            prop_assert_eq!(series.is_unusual(), open.iter().any(Option::is_some));
        }
    }

    #[test]
    fn other_bytes_are_refused_or_a_series_that_goes_on(bytes in vec(any::<u8>(), 0..200)) {
        if let Ok(mut series) = Series::decode(&bytes) {
            for calls in 0..200 {
                series.step(calls);
            }
        }
    }

    #[test]
    fn a_changed_byte_is_refused_or_a_series_that_goes_on(
        stretches in vec(stretch(), 1..4), at in any::<prop::sample::Index>(), with in any::<u8>(),
    ) {
        let mut series = Series::begin(Minute::new(0), Minute::new(0), 3);
        for calls in minutes(&stretches) {
            tell(&mut series, calls);
        }
        let mut bytes = series.encode();
        let at = at.index(bytes.len());
        bytes[at] = with;
        if let Ok(mut series) = Series::decode(&bytes) {
            for calls in (0..200).chain([u32::MAX; 200]) {
                series.step(calls);
            }
            drop(series.encode());
        }
        prop_assert!(Series::decode(&bytes[..at]).is_err());
    }
}

#[test]
fn the_last_minutes_of_all_time_are_counted_too() {
    let mut series = Series::begin(Minute::new(u32::MAX - 3000), Minute::new(u32::MAX - 2000), 59);
    for calls in 0..4000 {
        series.step(calls);
    }
    assert_eq!(series.next(), Minute::new(u32::MAX));
}
