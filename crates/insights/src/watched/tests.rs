use super::*;

const NOW: u32 = 1_000 * DAY;

fn minute(number: u32) -> Minute {
    Minute::new(number)
}

fn imported(minutes: impl IntoIterator<Item = u32>) -> Watched {
    let mut watched = Watched::live_since(minute(NOW));
    for number in minutes {
        watched.see(minute(number), Told::Later(minute(NOW)));
    }
    watched
}

#[test]
fn a_day_of_hours_shows_what_is_usual_and_less_does_not() {
    assert_eq!(imported([NOW - 30 * DAY]).since(), minute(NOW), "one old event says nothing");
    let hours = |count| (0..count).map(|hour| NOW - 10 * DAY + 17 + hour * HOUR);
    assert_eq!(imported(hours(23)).since(), minute(NOW));
    assert_eq!(imported(hours(24)).since(), minute(NOW - 10 * DAY + 17));
    assert_eq!(imported(hours(24).rev()), imported(hours(24)), "in whichever order files are read");
    // An old event beside them moves nothing: its hour is one of the day's worth, that of the first day the last.
    let with_old = imported(hours(24).chain([NOW - 30 * DAY]));
    assert_eq!(with_old.since(), minute(NOW - 10 * DAY - HOUR));
}

#[test]
fn what_comes_in_its_time_is_known_from_the_first_on() {
    let mut watched = imported((0..30 * HOUR).map(|minute| NOW + minute));
    assert_eq!(watched.since(), minute(NOW), "imports of later say nothing new");
    let change = watched.see(minute(NOW - 5), Told::Live);
    assert_eq!(
        (change, watched.since()),
        (Change { any: true, since: true, further: false }, minute(NOW - 5))
    );
    assert_eq!(watched.see(minute(NOW), Told::Live), Change::default());
}

#[test]
fn nobody_knows_of_days_without_events_nor_of_what_files_do_not_tell_yet() {
    let gap = |from, to| Gap { from: minute(from), to: minute(to) };
    let watched = imported([NOW - 9 * DAY + 70, NOW - 8 * DAY + 3, NOW - 5 * DAY + 9]);
    let days = gap(NOW - 7 * DAY, NOW - 5 * DAY);
    let end = NOW - 5 * DAY + 10;
    assert_eq!(watched.gaps(minute(NOW)), [days, gap(end, NOW)]);
    assert_eq!(watched.gaps(minute(NOW + 90)), [days, gap(end, NOW + 90)], "of what is not heard before");
    assert_eq!(watched.gaps(minute(NOW - 6 * DAY)), [days], "of what was heard while files tell of it");
    assert_eq!(Watched::live_since(minute(NOW)).gaps(minute(NOW)), []);
}

#[test]
fn files_that_go_further_are_news() {
    let mut watched = imported([NOW - DAY]);
    let later = watched.see(minute(NOW - DAY + 1), Told::Later(minute(NOW)));
    assert_eq!(later, Change { any: true, since: false, further: true });
    let again = watched.see(minute(NOW - DAY + 1), Told::Later(minute(NOW)));
    assert_eq!(again, Change::default());
}

#[test]
fn days_are_bounded_and_the_oldest_go() {
    let watched = imported((0..400).map(|day| NOW - day * DAY));
    assert_eq!(watched.imported.unwrap().hours.len(), DAYS_MAX);
}

#[test]
fn a_trail_that_selects_something_else_begins_anew() {
    let place = Place {
        account: "111122223333".parse().unwrap(),
        region: "us-east-1".parse().unwrap(),
        trail: Some("trail".into()),
    };
    let (one, other): (Arc<str>, Arc<str>) = ("one".into(), "other".into());
    let mut places = Places::default();
    places.see(&place, minute(NOW), Told::Live, Some(&one));
    assert!(!places.select(&place, Some(&one), minute(NOW + 9)));
    assert!(places.select(&place, Some(&other), minute(NOW + 9)));
    assert_eq!(places.since(&place), Some(minute(NOW + 9)));
    assert!(places.select(&place, None, minute(NOW + 20)), "and so does one that selects nothing any more");
    assert_eq!(places.of_trails(), [(place, Arc::from("trail"))]);
}
