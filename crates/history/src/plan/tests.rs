use cairn_journal::Position;

use super::*;
use crate::key::Key;
use crate::split::Run;

const HOUR: i64 = 3600;

/// Splits of these sizes, one after the other in journal and time, `seconds` apart.
fn splits(sizes: &[u64], seconds: i64) -> Vec<Manifest> {
    let mut from: Position = 0;
    let mut made = Vec::new();
    for (number, size) in (1_i64..).zip(sizes) {
        let newest = Key { seconds: number * seconds, position: from + size - 1 };
        let oldest = Key { seconds: (number - 1) * seconds, position: from };
        let run = Run { first: 0, count: u32::try_from(*size).unwrap(), newest, oldest };
        made.push(Manifest::new(from, from + size, Vec::new(), vec![run]));
        from += size;
    }
    made
}

/// Which splits the plan merges or expires, by number.
fn check(sizes: &[u64], seconds: i64, oldest_seconds: i64, expected: Option<(&str, &[usize])>) {
    let made = splits(sizes, seconds);
    let manifests: Vec<&Manifest> = made.iter().collect();
    let ids = |ids: &[usize]| ids.iter().map(|number| made[*number].id()).collect::<Vec<_>>();
    let expected = expected.map(|(what, numbers)| match what {
        "merge" => Step::Merge(ids(numbers)),
        _ => Step::Expire(ids(numbers)),
    });
    assert_eq!(next_step(&manifests, &BTreeSet::new(), oldest_seconds, 1_000_000), expected, "{sizes:?}");
}

#[test]
fn merges_neighbours_of_one_size() {
    check(&[], 60, 0, None);
    check(&[5, 5, 5], 60, 0, None);
    check(&[5, 5, 5, 5], 60, 0, Some(("merge", &[0, 1, 2, 3])));
    check(&[200_000; 3], 60, 0, None);
    check(&[200_000; 7], 60, 0, Some(("merge", &[0, 1, 2, 3, 4])));
    check(&[800_000, 200_000, 200_000], 60, 0, None);
    check(&[800_000, 5, 5, 5, 5, 200_000], 60, 0, Some(("merge", &[1, 2, 3, 4])));
    check(&[200_000, 5, 200_000, 5, 200_000, 200_000], 60, 0, Some(("merge", &[0, 1, 2, 3, 4, 5])));
    check(&[1_000_000; 9], 60, 0, None);
}

#[test]
fn keeps_a_merged_split_within_a_day() {
    check(&[5, 5, 5, 5], 7 * HOUR, 0, None);
    check(&[5, 5, 5, 5], 6 * HOUR, 0, Some(("merge", &[0, 1, 2, 3])));
}

#[test]
fn goes_on_with_others_where_some_are_set_aside() {
    let step = |made: &[Manifest], aside: &[usize], oldest| {
        let ids: Vec<String> = aside.iter().map(|number| made[*number].id()).collect();
        let manifests: Vec<&Manifest> = made.iter().collect();
        next_step(&manifests, &ids.iter().map(String::as_str).collect(), oldest, 1_000_000)
    };
    let ids =
        |made: &[Manifest], numbers: &[usize]| numbers.iter().map(|number| made[*number].id()).collect();
    let small = splits(&[5; 9], 60);
    assert_eq!(step(&small, &[2], 0), Some(Step::Merge(ids(&small, &[3, 4, 5, 6, 7, 8]))));
    assert_eq!(step(&small, &[2, 6], 0), None);
    assert_eq!(step(&small, &[0], 61), Some(Step::Expire(ids(&small, &[0]))), "they expire all the same");
    let old: Vec<Manifest> = splits(&[5; 3], 60).into_iter().map(|made| made.of_version(1)).collect();
    assert_eq!(step(&old, &[], 0), Some(Step::Renew(old[2].id())));
    assert_eq!(step(&old, &[2], 0), Some(Step::Renew(old[1].id())));
    assert_eq!(step(&old, &[0, 1, 2], 0), None);
}

#[test]
fn removes_what_is_wholly_too_old_first() {
    check(&[5, 5, 5, 5], 60, 60, Some(("merge", &[0, 1, 2, 3])));
    check(&[5, 5, 5, 5], 60, 61, Some(("expire", &[0])));
    check(&[5, 5, 5, 5], 60, 1000, Some(("expire", &[0, 1, 2, 3])));
}

/// Whatever arrives, planning comes to an end and few splits remain.
#[test]
fn comes_to_rest_with_few_splits() {
    let sizes: Vec<u64> = (0..2000_u64).map(|number| 1 + (number * 7919) % 50).collect();
    let mut made = splits(&sizes, 40);
    let mut merged_events = 0;
    loop {
        let manifests: Vec<&Manifest> = made.iter().collect();
        let Some(step) = next_step(&manifests, &BTreeSet::new(), -1, 1_000_000) else { break };
        let Step::Merge(ids) = step else { panic!("nothing is old") };
        let first = made.iter().position(|split| split.id() == ids[0]).unwrap();
        let parts: Vec<Manifest> = made.splice(first..first + ids.len(), []).collect();
        merged_events += parts.iter().map(|part| part.events).sum::<u64>();
        let newest = parts.last().unwrap().runs[0].newest;
        let oldest = parts[0].runs[0].oldest;
        let count = u32::try_from(parts.iter().map(|part| part.events).sum::<u64>()).unwrap();
        let run = Run { first: 0, count, newest, oldest };
        let whole = Manifest::new(parts[0].from, parts.last().unwrap().to, Vec::new(), vec![run]);
        made.insert(first, whole);
    }
    let events: u64 = sizes.iter().sum();
    assert!(made.len() <= 12, "{} splits remain", made.len());
    assert!(merged_events <= events * 8, "each event was merged {} times", merged_events / events);
}
