//! A short form of the measurement, with loose bounds: what no change may break.

use cairn_anomaly::Sensitivity;

use crate::families::Family;
use crate::incidents::{OTHERS, SURGES};
use crate::published::{self, POINTS};
use crate::{ends, false_starts, returns};

const MEDIUM: usize = Sensitivity::Medium as usize;

#[test]
fn what_is_usual_is_hardly_ever_called_unusual() {
    let (mut starts, mut weeks) = (0, 0);
    for family in Family::ALL {
        let found = false_starts::measure(family, 1, 12, 1, |_, _, _| ());
        if [Family::Idle, Family::Steady, Family::Rhythm].contains(&family) {
            assert_eq!(found.starts[MEDIUM], 0, "{}", family.name());
        }
        starts += found.starts[MEDIUM];
        weeks += found.weeks;
    }
    assert!(starts <= 3, "{starts} in {weeks} series-weeks");
}

#[test]
fn fivefold_surges_are_found_within_two_minutes() {
    for incident in SURGES
        .iter()
        .filter(|incident| incident.name.contains("20 to 50") || incident.name.contains("rhythm"))
    {
        let found = incident.measure(1, 25);
        let least = if incident.name.contains("rhythm") { 18 } else { 24 };
        assert!(found.soon[MEDIUM] >= least, "{}: {found:?}", incident.name);
    }
}

#[test]
fn silences_are_found_within_five_minutes() {
    for incident in
        OTHERS.iter().filter(|incident| incident.name.starts_with("silence") && incident.name.contains("300"))
    {
        let found = incident.measure(1, 20);
        let least = if incident.name.contains("rhythm") { 14 } else { 19 };
        assert!(found.soon[MEDIUM] >= least, "{}: {found:?}", incident.name);
    }
}

#[test]
fn what_is_published_is_told() {
    for point in &POINTS {
        let told = point.measure(1, 20);
        assert!(told.started[MEDIUM] >= 18, "{}: {told:?}", point.name);
    }
    for told in [published::delete_bucket(1, 10), published::authorize_ingress(1, 10)] {
        assert_eq!((told.soon[MEDIUM], told.ended[MEDIUM]), (10, 10), "{told:?}");
    }
}

#[test]
fn ends_are_told_soon() {
    let mut told = ends::LASTING[0].measure(1, 10);
    assert!(told.found == 10 && told.whole >= 9, "{told:?}");
    told = ends::LASTING[5].measure(1, 10);
    assert!(told.found == 10 && told.whole >= 9, "{told:?}");
}

#[test]
fn a_server_that_was_down_tells_nothing() {
    let told = returns::RETURNING[0].measure(1, 15);
    assert_eq!(told.starts[MEDIUM], 0, "{told:?}");
}
