use std::io::Write as _;

use super::*;
use crate::output::{Form, JsonFlag};

/// The log files of eight days in which CreateTags is called twice an hour, and forty times in one minute at the end.
fn log_files(dir: &std::path::Path) {
    let first = 1_772_323_200_i64;
    let event = |at: i64, id: &str| {
        format!(
            r#"{{"eventVersion":"1.11","eventTime":"{}","eventSource":"ec2.amazonaws.com","eventName":"CreateTags",
            "awsRegion":"us-east-1","eventID":"{id}","recipientAccountId":"111122223333","readOnly":false,
            "eventCategory":"Management"}}"#,
            words::instant(at)
        )
    };
    for day in 0..8 {
        let mut events: Vec<String> = (0..48)
            .map(|half| first + day * 86_400 + half * 1_800)
            .map(|at| event(at, &at.to_string()))
            .collect();
        if day == 7 {
            events.extend(
                (0..40).map(|call| event(first + day * 86_400 + 45_000 + call, &format!("surge-{call}"))),
            );
        }
        let name =
            format!("111122223333_CloudTrail_us-east-1_202603{:02}T0000Z_aB3dE5fG7hI9jK1l.json.gz", day + 2);
        let file = std::fs::File::create(dir.join(name)).unwrap();
        let mut packed = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
        write!(packed, r#"{{"Records":[{}]}}"#, events.join(",")).unwrap();
        packed.finish().unwrap();
    }
}

fn backtest(places: Vec<Origin>, from: Option<&str>) -> Backtest {
    let json = JsonFlag { wanted: false };
    let from = from.map(|from| from.parse().unwrap());
    Backtest { places, from, to: None, sensitivity: None, trail: None, region: None, json }
}

#[tokio::test]
async fn a_surge_in_log_files_is_found_without_a_server() {
    let dir = tempfile::tempdir().unwrap();
    log_files(dir.path());
    let twice = |from| {
        // The same files twice are the same events.
        let places = vec![Origin::Path(dir.path().to_owned()), Origin::Path(dir.path().to_owned())];
        backtest(places, from)
    };
    let place = <TestPlace as clap::Parser>::parse_from(["test"]).place;
    for (from, minutes) in [(None, 8 * 1440 - 29), (Some("2026-03-08T00:00:00Z"), 1440 - 29)] {
        let command = twice(from);
        let mut report = Report::of(Form::Table, None, false);
        let done = read(&command, &place, &mut report).await.unwrap();
        let (from, to) = done.looked_at.unwrap();
        assert_eq!((done.metrics, (to - from) / 60), (1, minutes), "{done:?}");
        assert!(done.remarks[0].starts_with("848 events read, 848 of them"), "{done:?}");
        let [surge] = report.shown() else { panic!("{:?}", report.shown()) };
        assert_eq!((surge.start.as_str(), surge.opening.calls), ("2026-03-08T12:30:00Z", 41));
        assert_eq!(surge.account_id.as_deref(), Some("111122223333"));
    }
}

/// The events of a steady series, twelve a minute.
fn steady(name: &str, minutes: std::ops::Range<i64>) -> Vec<String> {
    let calls = minutes.flat_map(|minute| (0..12).map(move |call| (minute, call)));
    calls
        .map(|(minute, call)| {
            format!(
                r#"{{"eventTime":"{}","eventSource":"ec2.amazonaws.com","eventName":"{name}","awsRegion":"us-east-1",
                "eventID":"{name}-{minute}-{call}","recipientAccountId":"111122223333","readOnly":false,
                "eventCategory":"Management"}}"#,
                words::instant(FIRST + minute * 60 + call * 5)
            )
        })
        .collect()
}

/// 2026-03-01.
const FIRST: i64 = 1_772_323_200;

/// Counts events and judges them.
fn judged(events: &[String]) -> (Vec<Found>, Done) {
    let mut counting = Counting::new((Minute::default(), Minute::new(u32::MAX)), None);
    events.iter().for_each(|event| counting.see(event.as_bytes()).unwrap());
    let mut report = Report::of(Form::Table, None, false);
    let done = judge(counting.counted(), Minute::default(), &mut report).unwrap();
    (report.shown().to_vec(), done)
}

#[test]
fn files_that_end_early_in_an_hour_tell_no_silence() {
    const END: i64 = 8 * 1440 + 3;
    let (found, done) = judged(&steady("CreateTags", 0..END));
    assert_eq!((found, done.looked_at), (vec![], Some((FIRST, FIRST + END * 60))));
    // What ends before the files do is silent.
    let both = [steady("CreateTags", 0..END - 30), steady("DeleteTags", END - 60..END)].concat();
    let (found, _) = judged(&both);
    let silent: Vec<&str> = found
        .iter()
        .filter(|found| found.direction == "silence")
        .map(|found| found.event_name.as_str())
        .collect();
    assert_eq!(silent, ["CreateTags"], "{found:?}");
}

#[test]
fn files_of_less_than_a_day_say_that_nothing_is_judged_so_early() {
    let (found, done) = judged(&steady("CreateTags", 0..1440));
    assert_eq!(found, []);
    assert_eq!(
        done.remarks,
        ["Nothing is judged in the first 24 hours of an account and Region, and of 1 of 1 there is no more."]
    );
    assert_eq!(judged(&steady("CreateTags", 0..1441)).1.remarks, [""; 0]);
    let (_, done) = judged(&[]);
    assert_eq!((done.looked_at, done.remarks.len()), (None, 1));
}

#[test]
fn one_is_not_said_as_many() {
    let tally = Tally { events: 3, counted: 1, too_many: 1, unreadable: 1, data: 1 };
    assert_eq!(
        remarks(tally, 1),
        [
            "3 events read, 1 of them writes or errors of the management kind.",
            "1 data event was passed over: whether it counts is a trail's choice.",
            "1 is no event of CloudTrail.",
            "1 is of more metrics than can be told apart.",
            "1 file was not opened: its name tells that nothing in it can matter.",
        ]
    );
}

#[derive(clap::Parser)]
struct TestPlace {
    #[command(flatten)]
    place: Place,
}

#[test]
fn names_of_log_files_tell_their_time() {
    let window = (Minute::of_epoch_seconds(1_772_323_200), Minute::of_epoch_seconds(1_772_323_200 + 86_400));
    for (name, matters) in [
        ("a/111122223333_CloudTrail_us-east-1_20260301T0005Z_aB3dE5fG7hI9jK1l.json.gz", true),
        ("111122223333_CloudTrail_us-east-1_20260228T2355Z_aB3dE5fG7hI9jK1l.json.gz", false),
        ("111122223333_CloudTrail_us-east-1_20260304T0000Z_aB3dE5fG7hI9jK1l.json.gz", false),
        ("20260304T0000Z_a/111122223333_CloudTrail_us-east-1_20260302T0700Z_aB3dE5fG7hI9jK1l.json.gz", true),
        ("111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260301T001500Z.json.gz", false),
        ("events.json", true),
        ("é_20260301T9999Z_", true),
    ] {
        assert_eq!(may_matter(&Document::File(name.into()), window), matters, "{name}");
    }
}
