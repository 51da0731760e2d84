//! `cairn insights`: log files without a server, and what trails are told with one.

use std::fmt::Write as _;

use serde_json::Value;

use crate::running::{Desk, text};

/// Eight days in which a bucket is deleted every half hour, and a hundred in one minute of the last.
fn log_file() -> String {
    let event = |second: i64, id: &str| {
        let at = jiff::Timestamp::from_second(second).unwrap();
        format!(
            r#"{{"eventVersion":"1.11","eventTime":"{at}","eventSource":"s3.amazonaws.com","eventName":"DeleteBucket",
            "awsRegion":"us-east-1","eventID":"{id}","recipientAccountId":"123456789012","readOnly":false,
            "eventCategory":"Management"}}"#
        )
    };
    let (first, mut records) = (1_772_323_200, String::new());
    for half in 0..8 * 48 {
        let at = first + half * 1_800;
        write!(records, "{},", event(at, &format!("usual-{at}"))).unwrap();
    }
    let noon = first + 7 * 86_400 + 45_060;
    let surge: Vec<String> = (0..100).map(|call| event(noon + call % 60, &format!("surge-{call}"))).collect();
    format!(r#"{{"Records":[{records}{}]}}"#, surge.join(","))
}

#[test]
fn log_files_are_looked_at_without_a_server() {
    let desk = Desk::new();
    std::fs::write(desk.path().join("events.json"), log_file()).unwrap();
    let found = desk.json(&["insights", "backtest", "events.json"]);
    let told: Vec<[&str; 4]> = found
        .iter()
        .map(|found| ["sensitivity", "direction", "start", "end"].map(|name| found[name].as_str().unwrap()))
        .collect();
    let of = |sensitivity| [sensitivity, "surge", "2026-03-08T12:31:00Z", "2026-03-08T12:32:00Z"];
    assert_eq!(told, [of("low"), of("medium"), of("high")]);
    assert_eq!(found[1]["opening"], serde_json::json!({ "minutes": 1, "calls": 100 }));
    let low = ["insights", "backtest", "events.json", "--sensitivity", "low"];
    assert_eq!(desk.json(&low), found[..1]);
    let before = [low.as_slice(), &["--to", "2026-03-08T12:31"]].concat();
    assert_eq!(desk.json(&before), Vec::<Value>::new());
    let early = desk.run(&[low.as_slice(), &["--to", "2026-03-01T12:00"]].concat());
    assert!(text(&early.stderr).starts_with("Nothing is judged in the first 24 hours"), "{early:?}");
    let missing = desk.run(&["insights", "backtest", "nothing-here"]);
    assert!(text(&missing.stderr).contains("nothing-here"), "{missing:?}");
}

#[test]
fn who_is_told_of_what_is_said_by_tags_of_trails() {
    let desk = Desk::new();
    let _server = desk.serve(&[]);
    assert_eq!(desk.json(&["insights", "list"]), Vec::<Value>::new());
    let none = desk.run(&["insights", "mute", "nightly", "--source", "ec2"]);
    assert!(text(&none.stderr).contains("put-insight-selectors"), "{none:?}");
    desk.printed(&["trail", "create", "main", "--bucket", "audit-logs", "--create-bucket"]);
    let on = ["--trail", "main"];
    let mute = ["insights", "mute", "nightly", "--principal", "role/ci", "--window", "Mon-Fri/22:00-06:00"];
    desk.printed(&[mute.as_slice(), &on].concat());
    let rules = desk.json(&["insights", "mutes"]);
    assert_eq!(rules.len(), 1);
    assert_eq!(rules[0]["rule"], "principal=role/ci window=Mon-Fri/22:00-06:00");
    let wrong = desk.run(&["insights", "mute", "wrong", "--window", "whenever", "--trail", "main"]);
    assert!(text(&wrong.stderr).contains("whenever is not a window"), "{wrong:?}");
    let sensitivity = |arguments: &[&str]| desk.json(&[&["insights", "sensitivity"], arguments].concat());
    desk.printed(&["insights", "sensitivity", "high", "--trail", "main"]);
    assert_eq!(sensitivity(&on)[0]["sensitivity"], "high");
    let set = desk.json(&["insights", "sensitivity", "medium", "--trail", "main", "--json"]);
    assert_eq!(set[0]["sensitivity"], "medium");
    assert_eq!(sensitivity(&[])[0]["sensitivity"], "medium");
    let unmuted = desk.printed(&["insights", "unmute", "nightly", "--trail", "main"]);
    assert!(
        unmuted.starts_with("main is told again of insights caused mostly by role/ci that begin"),
        "{unmuted}"
    );
    let nowhere = desk.run(&["insights", "list", "--region", "us-nowhere-1"]);
    let nowhere = text(&nowhere.stderr);
    assert!(
        nowhere.contains("'us-nowhere-1'") && !nowhere.contains(". .") && !nowhere.contains("keys"),
        "{nowhere}"
    );
    assert_eq!(desk.json(&["insights", "mutes"]), Vec::<Value>::new());
    let again = desk.run(&["insights", "unmute", "nightly", "--trail", "main"]);
    assert!(text(&again.stderr).contains("there is none"), "{again:?}");
    let unknown = desk.run(&["insights", "explain", "0be1a6ef-2f0c-4c5f-8f6b-6a7f8b1c0d2e"]);
    assert!(text(&unknown.stderr).contains("ResourceNotFoundException"), "{unknown:?}");
}
