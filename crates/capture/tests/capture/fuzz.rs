//! Mutated requests and answers: always a record, always an event within its limits, never a refused
//! caller's name.

use cairn_event::{EventView, RECORD_BYTES_MAX};
use serde_json::{Value, json};

use crate::cases::observed;
use crate::rules;

#[path = "../../../event/tests/fuzz/mutator.rs"]
mod mutator;

use mutator::{Dice, iterations};

const XML: &[&str] = &[
    r#"<?xml version="1.0"?><LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Rule><ID>a&amp;b</ID><Days>1</Days></Rule><Rule/></LifecycleConfiguration>"#,
    "<Error><Code>NoSuchKey</Code><Message>m</Message></Error>",
    "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>A</AccessKeyId><SecretAccessKey>s</SecretAccessKey></Credentials></AssumeRoleResult></AssumeRoleResponse>",
    r#"{"__type":"a#B:c","message":"m","Name":"main"}"#,
    "Action=AssumeRole&Tags.member.1.Key=a&Tags.member.1.Value=b&TokenCode=1",
];
const PIECES: &[&str] = &[
    "<",
    ">",
    "</",
    "/>",
    "<a>",
    "</a>",
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "<!DOCTYPE a [<!ENTITY b \"c\">]>",
    "&b;",
    "&#0;",
    "&#x110000;",
    "&amp;",
    "xmlns=\"x\"",
    "\"",
    "'",
    "\u{0}",
    "\u{e9}",
    "%2F",
    "?",
    "&",
    "=",
    "acl",
    "policy",
    "lifecycle",
    "true",
    "null",
    "1e5",
    "000",
    "99999999999999999999",
];

#[test]
fn fuzz_exchanges() {
    let targets = [
        "/b/k?x-id=GetObject",
        "/b?policy",
        "/b?lifecycle",
        "/b?delete",
        "/b/k?uploads",
        "/",
        "/b?list-type=2&prefix=a%2F",
    ];
    let bodies: Vec<Vec<u8>> = XML.iter().map(|text| text.as_bytes().to_vec()).collect();
    let targets = targets.map(|target| target.as_bytes().to_vec());
    let mut dice = Dice::new();
    let (mut failed, mut succeeded) = (0, 0);
    for _ in 0..iterations(5_000) {
        let text = |bytes: Vec<u8>| Value::from(String::from_utf8_lossy(&bytes).into_owned());
        let service = ["s3", "sts", "cloudtrail", "ec2", "dynamodb"][dice.roll(5)];
        let caller = ["user", "session", "root", "rejected", "unsigned", "claimed user"][dice.roll(6)];
        let method = ["GET", "PUT", "POST", "DELETE", "HEAD"][dice.roll(5)];
        let status = [200, 204, 304, 400, 403, 404, 503][dice.roll(7)];
        let exchange = json!({
            "caller": caller,
            "scope": format!("AKIAEXAMPLE000000002/20260302/us-east-1/{service}/aws4_request"),
            "request": {
                "method": method,
                "target": text(dice.mutant(&targets, PIECES)),
                "headers": [["Host", text(dice.mutant(&[b"s3.localhost:80".to_vec()], PIECES))],
                    ["User-Agent", "a"], ["X-Amz-Target", "CloudTrail_20131101.CreateTrail"],
                    ["x-amz-copy-source", text(dice.mutant(&[b"/b/k?versionId=1".to_vec()], PIECES))]],
                "body": text(dice.mutant(&bodies, PIECES)),
            },
            "response": {"status": status, "body": text(dice.mutant(&bodies, PIECES))},
        });
        let observed = observed(&exchange);
        let (_, record) = observed.record();
        let bytes = record.to_bytes();
        assert!(bytes.len() <= RECORD_BYTES_MAX);
        let event = EventView::parse(&bytes).unwrap();
        assert_eq!(rules::broken(&observed), Vec::<String>::new(), "{exchange:#}");
        if event.error_code.is_some() { failed += 1 } else { succeeded += 1 }
    }
    println!("mutated exchanges: {succeeded} that succeeded, {failed} that failed");
    assert!(failed > 0 && succeeded > 0);
}
