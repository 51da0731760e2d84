use super::*;

fn counting() -> Counting {
    Counting::new((Minute::default(), Minute::new(u32::MAX)), None)
}

fn event(id: &str, time: &str, name: &str, rest: &str) -> Vec<u8> {
    format!(
        r#"{{"eventVersion":"1.11","eventTime":"{time}","eventSource":"ec2.amazonaws.com","eventName":"{name}",
        "awsRegion":"us-east-1","eventID":"{id}","recipientAccountId":"111122223333",{rest}}}"#
    )
    .into_bytes()
}

const WRITE: &str = r#""readOnly":false,"eventCategory":"Management""#;

#[test]
fn writes_and_errors_are_counted_and_each_event_once() {
    let mut counting = counting();
    let time = "2026-03-02T12:04:59Z";
    for _ in 0..2 {
        counting.see(&event("a", time, "CreateTags", WRITE)).unwrap();
    }
    let denied = r#""readOnly":true,"eventCategory":"Management","errorCode":"AccessDenied""#;
    counting.see(&event("b", time, "DescribeTags", denied)).unwrap();
    let both = r#""readOnly":false,"eventCategory":"Management","errorCode":"AccessDenied""#;
    counting.see(&event("c", time, "CreateTags", both)).unwrap();
    let read = r#""readOnly":true,"eventCategory":"Management""#;
    counting.see(&event("d", time, "DescribeTags", read)).unwrap();
    counting.see(&event("e", time, "PutItem", r#""readOnly":false,"eventCategory":"Data""#)).unwrap();
    for wrong in [b"".as_slice(), b"{}", b"\xff"] {
        counting.see(wrong).unwrap();
    }
    counting.see(&event("f", "0001-01-01T00:00:00Z", "CreateTags", WRITE)).unwrap();
    let tally = Tally { events: 10, counted: 4, unreadable: 4, data: 1, too_many: 0 };
    assert_eq!(counting.tally, tally);
    let counted = counting.counted();
    let found: Vec<(&str, &Kind)> =
        counted.metrics.iter().map(|metric| (metric.name.as_ref(), &metric.kind)).collect();
    let denied = Kind::Errors("AccessDenied".into());
    assert_eq!(found, [("CreateTags", &Kind::Calls), ("DescribeTags", &denied), ("CreateTags", &denied)]);
    let sorted: Vec<u32> =
        counted.sorter.sorted().unwrap().map(|sighting| sighting.unwrap().metric).collect();
    assert_eq!(sorted, [0, 0, 1, 2]);
}

#[test]
fn a_day_without_any_event_is_one_that_no_file_tells_of() {
    let mut counting = counting();
    for time in
        ["2026-03-01T12:04:00Z", "2026-03-02T12:59:00Z", "2026-03-03T13:00:00Z", "2026-03-03T14:00:00Z"]
    {
        counting.see(&event(time, time, "CreateTags", WRITE)).unwrap();
    }
    let counted = counting.counted();
    let shown: Vec<(String, u32)> = counted
        .gaps
        .iter()
        .map(|gap| (super::super::super::words::instant(gap.from.epoch_seconds()), gap.to.since(gap.from)))
        .collect();
    assert_eq!(shown, [("2026-03-02T13:00:00Z".to_owned(), 24 * 60)]);
    let (first, end) = counted.span().unwrap();
    assert_eq!(end.since(first), 50 * 60 - 3);
}

#[test]
fn only_the_window_and_the_region_asked_for_are_counted() {
    let noon = Minute::of_epoch_seconds(1_772_452_800);
    let mut counting = Counting::new((noon, noon.plus(10)), Some("us-east-1".parse().unwrap()));
    for minute in 0..30 {
        let time = super::super::super::words::instant(noon.minus(10).plus(minute).epoch_seconds());
        counting.see(&event(&time, &time, "CreateTags", WRITE)).unwrap();
    }
    assert_eq!(counting.tally.counted, 10);
    let mut counting = Counting::new((noon, noon.plus(10)), Some("eu-west-1".parse().unwrap()));
    counting.see(&event("a", "2026-03-02T12:04:00Z", "CreateTags", WRITE)).unwrap();
    assert!(counting.counted().span().is_none());
}
