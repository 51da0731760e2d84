use super::*;
use crate::watched::Told;

fn place(account: &str) -> Place {
    Place { account: account.parse().unwrap(), region: "eu-west-1".parse().unwrap(), trail: None }
}

fn metric(account: &str, name: &str) -> Metric {
    Metric { place: place(account), source: "ec2.amazonaws.com".into(), name: name.into(), kind: Kind::Calls }
}

const ONE: &str = "111122223333";
const OTHER: &str = "444455556666";

fn close(fleet: &mut Fleet, minute: Minute, calls: &[(At, u32)]) -> Stepped {
    let calls = calls.iter().copied().collect();
    fleet.close(ClosedMinute { minute, calls: &calls }, |_| false)
}

#[test]
fn neither_an_account_nor_all_together_have_more_metrics_than_they_may() {
    let mut fleet = Fleet::new(Limits { all: 3, of_account: 2 });
    let first = fleet.find_or_add(metric(ONE, "A")).unwrap();
    assert!(fleet.find_or_add(metric(ONE, "B")).unwrap().1);
    assert_eq!(fleet.find_or_add(metric(ONE, "C")), Err(Full));
    assert_eq!(fleet.find_or_add(metric(ONE, "A")), Ok((first.0, false)));
    assert!(fleet.find_or_add(metric(OTHER, "A")).unwrap().1);
    assert_eq!(fleet.find_or_add(metric(OTHER, "B")), Err(Full));
    // What is forgotten makes room.
    fleet.forget(first.0);
    assert_eq!(fleet.len(), 2);
    assert_eq!(fleet.find_or_add(metric(ONE, "C")), Ok((first.0, true)));
    assert_eq!(fleet.metric(first.0).as_ref(), &metric(ONE, "C"));
}

#[test]
fn a_series_is_told_each_minute_from_its_first_call_on() {
    let mut fleet = Fleet::new(Limits::default());
    let begin = Minute::new(1_000_000);
    fleet.places.see(&place(ONE), begin, Told::Live, None);
    let (at, _) = fleet.find_or_add(metric(ONE, "A")).unwrap();
    close(&mut fleet, begin, &[]);
    assert!(fleet.series(at).is_none());
    close(&mut fleet, begin.plus(1), &[(at, 3)]);
    close(&mut fleet, begin.plus(2), &[]);
    assert_eq!(fleet.series(at).unwrap().next(), begin.plus(3));
}

#[test]
fn a_series_whose_calls_come_late_waits_for_as_long_as_they_are_late() {
    let mut fleet = Fleet::new(Limits::default());
    let begin = Minute::new(1_000_000);
    let (at, _) = fleet.find_or_add(metric(ONE, "A")).unwrap();
    for ago in 0..60 {
        close(&mut fleet, begin.plus(ago), &[(at, 3)]);
    }
    let closed = begin.plus(59);
    // Three minutes late.
    fleet.fall_behind(at, closed.minus(2), closed);
    assert!(!fleet.enter_late(at, closed.minus(2), 1), "that minute was judged");
    close(&mut fleet, closed.plus(1), &[]);
    assert_eq!(fleet.series(at).unwrap().next(), closed.plus(1));
    assert!(fleet.enter_late(at, closed.plus(1), 2));
    for later in 2..=10 {
        close(&mut fleet, closed.plus(later), &[]);
    }
    assert_eq!(fleet.series(at).unwrap().next(), closed.plus(8));
    // A day later it is judged with the others again.
    for later in 11..=BEHIND_FOR {
        let stepped = close(&mut fleet, closed.plus(later), &[]);
        assert_eq!(stepped.caught_up, if later == BEHIND_FOR { vec![at] } else { Vec::new() });
    }
    assert_eq!(fleet.series(at).unwrap().next(), closed.plus(BEHIND_FOR + 1));
}

#[test]
fn a_state_is_due_at_the_end_of_an_hour_with_calls_and_once_a_day_without() {
    let mut fleet = Fleet::new(Limits::default());
    let begin = Minute::new(1_000_000);
    let (at, _) = fleet.find_or_add(metric(ONE, "A")).unwrap();
    let mut due = 0;
    for later in 0..120 {
        due += close(&mut fleet, begin.plus(later), &[(at, 3)]).due.len();
    }
    assert_eq!(due, 2);
    let quiet: usize =
        (120..120 + 5 * 24 * 60).map(|later| close(&mut fleet, begin.plus(later), &[]).due.len()).sum();
    assert!((5..=6).contains(&quiet), "{quiet}");
    // When nothing is left of it in four weeks of peaks and a week of hours, it may go.
    let forgettable = (0..40 * 24 * 60).any(|later| {
        let minute = begin.plus(120 + 5 * 24 * 60 + later);
        !close(&mut fleet, minute, &[]).forgettable.is_empty()
    });
    assert!(forgettable);
}

#[test]
fn a_series_that_is_held_stands_still_and_one_that_would_begin_is_kept_where_it_does() {
    let mut fleet = Fleet::new(Limits::default());
    let begin = Minute::new(1_000_000);
    let (at, _) = fleet.find_or_add(metric(ONE, "A")).unwrap();
    assert!(fleet.hold(at) && !fleet.hold(at));
    assert_eq!(close(&mut fleet, begin, &[(at, 3)]).due, [at]);
    assert_eq!(close(&mut fleet, begin.plus(1), &[(at, 3)]).due, []);
    assert_eq!(fleet.series(at).unwrap().next(), begin);
    fleet.replace(at, Series::begin(begin, begin.plus(2), 0));
    fleet.release(at);
    close(&mut fleet, begin.plus(2), &[]);
    assert_eq!(fleet.series(at).unwrap().next(), begin.plus(3));
}
