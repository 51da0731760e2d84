use super::*;

const NOW: &str = "2026-03-02T08:00:30Z";

fn request(period: Option<i32>, start: &str, end: &str) -> ListInsightsMetricDataRequest {
    let time =
        |text: &str| (!text.is_empty()).then(|| Timestamp::from(text.parse::<jiff::Timestamp>().unwrap()));
    ListInsightsMetricDataRequest {
        trail_name: None,
        event_source: "s3.amazonaws.com".to_owned(),
        event_name: "DeleteBucket".to_owned(),
        insight_type: InsightType::ApiCallRateInsight,
        error_code: None,
        start_time: time(start),
        end_time: time(end),
        period,
        data_type: None,
        max_results: None,
        next_token: None,
    }
}

fn minute(text: &str) -> Minute {
    Minute::of_epoch_seconds(text.parse::<jiff::Timestamp>().unwrap().as_second())
}

#[track_caller]
fn check(period: Option<i32>, (start, end): (&str, &str), expected: (&str, &str)) {
    let points = Points::of(&request(period, start, end), NOW.parse().unwrap()).unwrap();
    assert_eq!((points.from, points.until), (minute(expected.0), minute(expected.1)), "{start} {end}");
}

#[test]
fn points_begin_in_what_was_asked_for_and_is_kept() {
    // 90 days of hours, 63 of five minutes, 15 of minutes; the present minute is not over and begins now.
    check(None, ("", ""), ("2025-12-02T09:00:00Z", "2026-03-02T08:01:00Z"));
    check(Some(300), ("", ""), ("2025-12-29T08:05:00Z", "2026-03-02T08:01:00Z"));
    check(Some(60), ("", ""), ("2026-02-15T08:01:00Z", "2026-03-02T08:01:00Z"));
    check(
        Some(60),
        ("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        ("2026-02-15T08:01:00Z", "2026-03-02T08:01:00Z"),
    );
    // The start is inclusive, the end exclusive.
    check(
        Some(60),
        ("2026-03-01T07:00:00Z", "2026-03-01T07:05:00Z"),
        ("2026-03-01T07:00:00Z", "2026-03-01T07:05:00Z"),
    );
    check(
        Some(60),
        ("2026-03-01T07:00:01Z", "2026-03-01T07:04:59Z"),
        ("2026-03-01T07:01:00Z", "2026-03-01T07:05:00Z"),
    );
    check(
        Some(3600),
        ("2026-03-01T07:00:01Z", "2026-03-01T09:00:00Z"),
        ("2026-03-01T08:00:00Z", "2026-03-01T09:00:00Z"),
    );
}

#[test]
fn what_is_not_counted_yet_is_left_out() {
    let wanted = Points::of(&request(Some(60), "", ""), NOW.parse().unwrap()).unwrap();
    assert_eq!(wanted.closed(Some(minute("2026-03-02T07:58:00Z"))).until, minute("2026-03-02T07:59:00Z"));
    let nothing = wanted.closed(None);
    assert_eq!((nothing.ends(), nothing.filled(Vec::new(), 9)), (nothing.from, Vec::new()));
}

#[test]
fn zeros_stand_where_nothing_was_counted() {
    let points = Points { period: Period::FiveMinutes, from: Minute::new(10), until: Minute::new(26) };
    let counted = vec![(Minute::new(15), 4), (Minute::new(25), 1)];
    let filled: Vec<(u32, u64)> =
        points.filled(counted, 9).into_iter().map(|(minute, calls)| (minute.number(), calls)).collect();
    assert_eq!(filled, [(10, 0), (15, 4), (20, 0), (25, 1)]);
    assert_eq!(points.ends(), Minute::new(30));
    assert_eq!(points.filled(Vec::new(), 2), [(Minute::new(10), 0), (Minute::new(15), 0)]);
}

#[test]
fn zeros_begin_with_the_first_event() {
    let points = Points { period: Period::FiveMinutes, from: Minute::new(10), until: Minute::new(26) };
    let begins = |first: Option<u32>| points.since(first.map(Minute::new)).filled(Vec::new(), 9);
    assert_eq!(begins(Some(17))[0], (Minute::new(15), 0));
    assert_eq!(begins(Some(3)).len(), 4);
    assert_eq!(begins(Some(40)), []);
    // Of a place without any event nothing is known at all.
    assert_eq!(begins(None), []);
}

#[test]
fn pages_follow_one_another_and_end() {
    let points = |minutes: &[u32]| minutes.iter().map(|minute| (Minute::new(*minute), 1)).collect::<Vec<_>>();
    assert_eq!(page(points(&[1, 2, 3]), 2), (points(&[1, 2]), Some(Minute::new(3))));
    assert_eq!(page(points(&[3]), 2), (points(&[3]), None));
    assert_eq!(page(points(&[1, 2]), 2), (points(&[1, 2]), None));
}

#[test]
fn a_place_is_read_back_and_nothing_shorter_or_longer() {
    let points = Points { period: Period::Minute, from: Minute::new(7), until: Minute::new(u32::MAX) };
    let (place, all) = (points.place(), Points { from: Minute::new(0), ..points });
    assert_eq!(all.rest(&place), Some(points));
    assert_eq!(all.rest(&place[..7]), None);
    assert_eq!(all.rest(&[place, vec![0]].concat()), None);
}

#[test]
fn whatever_is_wrong_is_an_invalid_parameter() {
    let now = NOW.parse().unwrap();
    assert!(Points::of(&request(Some(61), "", ""), now).is_err());
    assert!(Points::of(&request(None, "2026-03-01T07:00:01Z", "2026-03-01T07:00:00Z"), now).is_err());
    for (max_results, fine) in
        [(Some(0), false), (Some(-1), false), (Some(21_601), false), (Some(1), true), (None, true)]
    {
        let request = ListInsightsMetricDataRequest { max_results, ..request(None, "", "") };
        assert_eq!(page_points_max(&request).is_ok(), fine, "{max_results:?}");
    }
}
