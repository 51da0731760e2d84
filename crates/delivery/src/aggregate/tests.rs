use std::io::Read;

use serde_json::{Value, json};

use super::*;

const ALL: [AggregationTemplate; 3] =
    [AggregationTemplate::ApiActivity, AggregationTemplate::ResourceAccess, AggregationTemplate::UserActions];

fn aggregator() -> Aggregator {
    let arn = "arn:aws:cloudtrail:eu-west-1:123456789012:trail/main".to_owned();
    Aggregator::new(&TrailId { arn, created: 3 }, 1_772_439_000_000, 1_772_439_300_000)
}

fn event(name: &str, bucket: &str, key: &str, user: &str) -> String {
    let identity = json!({"type": "IAMUser", "arn": format!("arn:aws:iam::123456789012:user/{user}")});
    let event = json!({
        "eventTime": "2026-03-02T08:11:00Z", "eventSource": "s3.amazonaws.com", "eventName": name,
        "userIdentity": identity, "sourceIPAddress": "198.51.100.7", "userAgent": "[cli]",
        "resources": [
            {"type": "AWS::S3::Object", "ARN": format!("arn:aws:s3:::{bucket}/{key}")},
            {"type": "AWS::S3::Bucket", "ARN": format!("arn:aws:s3:::{bucket}")},
        ],
        "eventCategory": "Data",
    });
    event.to_string()
}

fn sum_up(
    mut counts: Aggregator,
    templates: &[AggregationTemplate],
    events: &[String],
) -> Vec<SealedLogFile> {
    let (account, region) = ("123456789012".parse().unwrap(), "eu-west-1".parse().unwrap());
    for (event, position) in events.iter().zip(7..) {
        let event = EventView::parse(event.as_bytes()).unwrap();
        counts.push(templates, position, (account, &region), &event).unwrap();
    }
    counts.close().unwrap()
}

fn records(file: &SealedLogFile) -> Vec<Value> {
    let mut text = String::new();
    flate2::read::GzDecoder::new(&file.body[..]).read_to_string(&mut text).unwrap();
    let mut body: Value = serde_json::from_str(&text).unwrap();
    serde_json::from_value(body["Records"].take()).unwrap()
}

#[test]
fn an_aggregated_event_has_the_reference_s_form() {
    let events = [
        event("GetObject", "invoices", "a", "maya"),
        event("GetObject", "invoices", "b", "maya"),
        event("GetObject", "tmp", "a", "intern"),
    ];
    let files = sum_up(aggregator(), &[AggregationTemplate::ApiActivity], &events);
    let [file] = files.as_slice() else { panic!("{files:?}") };
    assert_eq!((file.folder.as_str(), file.events), ("CloudTrail-Aggregated", 1));
    assert_eq!((file.first_position, file.last_position), (7, 9));
    let mut found = records(file);
    let id = found[0]["eventId"].take();
    let id = id.as_str().unwrap();
    assert_eq!((id.len(), id.chars().nth(14), id.matches('-').count()), (36, Some('8'), 4));
    let counts = |dimension: &str, statistics: Value| json!({"dimension": dimension, "statistics": statistics, "aggregationType": "Count"});
    let expected = json!([{
        "eventVersion": "1.0", "accountId": "123456789012", "eventId": null, "eventCategory": "Aggregated",
        "eventType": "AwsAggregatedEvent", "awsRegion": "eu-west-1", "eventSource": "s3.amazonaws.com",
        "timeWindow": {
            "windowStart": "2026-03-02T08:10:00Z", "windowEnd": "2026-03-02T08:15:00Z", "windowSize": "PT5M",
        },
        "summary": {
            "primaryDimension": counts("eventName", json!([{"name": "GetObject", "value": 3}])),
            "details": [
                counts("resourceARN", json!([
                    {"name": "arn:aws:s3:::invoices", "value": 2}, {"name": "arn:aws:s3:::tmp", "value": 1}])),
                counts("userIdentity", json!([
                    {"name": "arn:aws:iam::123456789012:user/maya", "value": 2},
                    {"name": "arn:aws:iam::123456789012:user/intern", "value": 1}])),
                counts("userAgent", json!([{"name": "[cli]", "value": 3}])),
                counts("sourceIpAddress", json!([{"name": "198.51.100.7", "value": 3}])),
            ],
        },
    }]);
    assert_eq!(Value::from(found), expected);
}

#[test]
fn each_template_has_one_event_for_each_value() {
    let events = [
        event("GetObject", "invoices", "a", "maya"),
        event("PutObject", "invoices", "a", "maya"),
        event("PutObject", "tmp", "a", "intern"),
    ];
    let primary = |record: &Value| {
        let of = &record["summary"]["primaryDimension"];
        let one = &of["statistics"][0];
        (
            of["dimension"].as_str().unwrap().to_owned(),
            one["name"].as_str().unwrap().to_owned(),
            one["value"].as_u64(),
        )
    };
    let mut found: Vec<_> = records(&sum_up(aggregator(), &ALL, &events)[0]).iter().map(primary).collect();
    found.sort();
    let row = |dimension: &str, name: &str, value| (dimension.to_owned(), name.to_owned(), Some(value));
    assert_eq!(
        found,
        [
            row("eventName", "GetObject", 1),
            row("eventName", "PutObject", 2),
            row("resourceARN", "arn:aws:s3:::invoices", 2),
            row("resourceARN", "arn:aws:s3:::tmp", 1),
            row("userIdentity", "arn:aws:iam::123456789012:user/intern", 1),
            row("userIdentity", "arn:aws:iam::123456789012:user/maya", 2),
        ]
    );
}

#[test]
fn the_same_events_give_the_same_bytes_and_every_id_once() {
    let events: Vec<String> = (0..200)
        .map(|at| event(&format!("Get{}", at % 5), &format!("b{}", at % 7), "k", &format!("u{}", at % 11)))
        .collect();
    let (first, second) = (sum_up(aggregator(), &ALL, &events), sum_up(aggregator(), &ALL, &events));
    assert_eq!(first[0].body, second[0].body);
    let records = records(&first[0]);
    let ids: std::collections::BTreeSet<&str> =
        records.iter().map(|record| record["eventId"].as_str().unwrap()).collect();
    assert_eq!((records.len(), ids.len()), (5 + 7 + 11, 5 + 7 + 11));
}

/// Whatever is written early for want of memory, the counts add up to the same.
#[test]
fn counts_add_up_when_they_are_written_in_parts() {
    let events: Vec<String> = (0..300)
        .map(|at| event("GetObject", &format!("b{}", at % 40), "k", &format!("u{}", at % 13)))
        .collect();
    let sums = |names_max: usize| {
        let files = sum_up(Aggregator { names_max, ..aggregator() }, &ALL, &events);
        let mut sums: BTreeMap<String, u64> = BTreeMap::new();
        let mut written = 0;
        for record in files.iter().flat_map(records) {
            written += 1;
            let summary = &record["summary"];
            let details = summary["details"].as_array().unwrap().iter().cloned();
            for counts in details.chain([summary["primaryDimension"].clone()]) {
                for one in counts["statistics"].as_array().unwrap() {
                    let primary = &summary["primaryDimension"]["statistics"][0]["name"];
                    let key = format!("{primary} {} {}", counts["dimension"], one["name"]);
                    *sums.entry(key).or_default() += one["value"].as_u64().unwrap();
                }
            }
        }
        (sums, written)
    };
    let ((whole, once), (parts, often)) = (sums(NAMES_MAX), sums(50));
    assert_eq!(whole, parts);
    assert!(often > once, "{often} parts of {once} events");
}
