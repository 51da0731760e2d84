use cairn_digest::verify::LogFault;
use serde_json::{Value, json};

use super::*;

fn range() -> Stretch {
    let at = |text: &str| text.parse().unwrap();
    Stretch { from: at("2026-03-01T00:00:00Z"), until: at("2026-03-01T02:00:00Z") }
}

fn told(taken: &mut mpsc::Receiver<Result<Bytes, StreamError>>) -> Vec<Value> {
    std::iter::from_fn(|| taken.try_recv().ok())
        .map(|line| {
            let line = line.unwrap();
            assert_eq!(line.iter().filter(|byte| **byte == b'\n').count(), 1);
            serde_json::from_slice(&line).unwrap()
        })
        .collect()
}

#[tokio::test]
async fn a_run_is_told_line_by_line() {
    let (lines, mut taken) = mpsc::channel(64);
    let mut telling = Telling::begin((lines, Place::Here), "arn", range());
    telling.begun().await.unwrap();
    let hour = Stretch { from: range().from, until: "2026-03-01T01:00:00Z".parse().unwrap() };
    telling.valid_digest(Chain::Regular, &Object::new("b", "d1"), hour).await.unwrap();
    telling.valid_log(&Object::new("b", "l1")).await.unwrap();
    let fault = Finding::Log { object: Object::new("b", "l2"), fault: LogFault::Hash };
    let in_report = fault.to_string();
    telling.finding(fault).await.unwrap();
    telling.finding(Finding::NewestMissing { after: hour.until, until: range().until }).await.unwrap();
    let why = "AccessDenied: not you".to_owned();
    let object = Object::new("b", "l3");
    telling.finding(Finding::UncheckedLog { object: object.clone(), why }).await.unwrap();
    telling.finding(Finding::Unlisted { object }).await.unwrap();
    telling.step().await.unwrap();
    telling.end(Ok(Ended::Done)).await;
    let all = told(&mut taken);
    let (ended, others) = all.split_last().unwrap();
    assert_eq!(
        others.first().unwrap(),
        &json!({ "Kind": "Begun", "TrailARN": "arn", "StartTime": "2026-03-01T00:00:00Z",
            "EndTime": "2026-03-01T02:00:00Z" })
    );
    assert_eq!(
        others[1..4],
        [
            json!({ "Kind": "Digest", "Object": "s3://b/d1", "Valid": true, "Time": "2026-03-01T01:00:00Z" }),
            json!({ "Kind": "LogFile", "Object": "s3://b/l1", "Valid": true }),
            json!({ "Kind": "LogFile", "Object": "s3://b/l2", "Valid": false, "Severity": "invalid",
                "Finding": "hash value doesn't match" }),
        ]
    );
    assert_eq!(
        (&others[4]["Kind"], &others[4]["StartTime"]),
        (&json!("Gap"), &json!("2026-03-01T01:00:00Z"))
    );
    assert_eq!(
        others[5..7],
        [
            json!({ "Kind": "LogFile", "Object": "s3://b/l3", "Valid": false, "Severity": "unchecked",
                "Finding": "Not checked: AccessDenied: not you" }),
            json!({ "Kind": "LogFile", "Object": "s3://b/l3", "Valid": true, "Severity": "warning",
                "Finding": "no digest file lists it" }),
        ]
    );
    assert_eq!(
        others[7],
        json!({ "Kind": "Progress", "Digests": 1, "Files": 3, "CheckedBackTo": "2026-03-01T00:00:00Z" })
    );
    assert_eq!((&ended["Valid"], &ended["Verdict"]), (&json!(false), &json!("invalid")));
    assert_eq!(ended["Files"], json!({ "Valid": 1, "Invalid": 1, "Unchecked": 1 }));
    let report = ended["Report"].as_str().unwrap();
    assert!(report.starts_with("Validating log files for trail arn between 2026-03-01T00:00:00Z"));
    assert!(report.contains(&in_report) && report.contains("Results requested for"), "{report}");
}

#[tokio::test]
async fn who_leaves_ends_the_run_and_a_refusal_is_told() {
    let (lines, mut taken) = mpsc::channel(64);
    let telling = Telling::begin((lines, Place::Here), "arn", range());
    let list = |why: &str| RunError::List {
        bucket: "b".to_owned(),
        prefix: "p".to_owned(),
        source: FetchError::Failed(why.to_owned()),
    };
    telling.end(Err(list("AccessDenied: not you"))).await;
    assert_eq!(
        told(&mut taken),
        [json!({ "Kind": "Refused", "Code": "AccessDenied", "Message": "not you" })]
    );
    drop(taken);
    assert!(matches!(telling.begun().await, Err(RunError::Untold(_))));
}

#[tokio::test]
async fn a_report_has_an_end() {
    let (lines, mut taken) = mpsc::channel(1);
    let mut telling = Telling::begin((lines, Place::Here), "arn", range());
    let object = Object::new("b", "k".repeat(900));
    for _ in 0..400 {
        telling.finding(Finding::Unlisted { object: object.clone() }).await.unwrap();
        taken.recv().await.unwrap().unwrap();
    }
    let report = telling.report();
    assert!(report.len() < REPORT_BYTES_MAX + 4_096 && report.contains("more\n"), "{}", report.len());
}
