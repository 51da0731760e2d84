//! Recorded traffic of real clients with S3 stores and emulators, and what CloudTrail should say of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use cairn_access::{Caller, Principal, RoleSession};
use cairn_wire::recognise::Protocol;
use serde_json::Value;

use crate::observed::{Body, Observed};
use crate::rules;

/// Where a record deliberately says something else than the researcher's reading: file, member, reason.
const DEVIATIONS: &[(&str, &str, &str)] = &[
    (
        "45-sts-get-session-token.json",
        "readOnly",
        "the reading leaves it open; the reference lists GetSessionToken among the calls observed as read-only",
    ),
    (
        "51-dynamodb-put-item.json",
        "requestParameters",
        "which attributes of an item are its key, only the table's schema tells",
    ),
    (
        "64-lambda-invoke.json",
        "resources",
        "the reading names the type alone; records have the function's ARN and account too",
    ),
    (
        "76-cloudfront-list-distributions.json",
        "eventName",
        "real records of 2022 have no version in the name; the server adds it where the settings say so",
    ),
];

#[test]
fn recorded_exchanges_become_the_events_that_the_capture_rules_demand() {
    let Some(folder) = fixtures() else {
        println!("SKIPPED: no recorded exchanges at hand (CAIRN_SHARED)");
        return;
    };
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut sessions = BTreeMap::new();
    let (mut exchanges, mut members, mut failures) = (0, 0, Vec::new());
    for file in files.iter().filter(|file| is_exchange(file)) {
        let text = std::fs::read_to_string(file).unwrap();
        let fixture: Value = serde_json::from_str(&text).unwrap();
        let observed = observed(&fixture, &sessions);
        learn(&observed, &mut sessions);
        let name = file.file_name().unwrap().to_string_lossy();
        members += check(&name, &observed, &fixture["expect"], &mut failures);
        failures.extend(rules::broken(&observed).into_iter().map(|rule| format!("{name}: {rule}")));
        exchanges += 1;
    }
    println!("{exchanges} exchanges, {members} expected members, and the rules of every record");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert_eq!(exchanges, 79, "all recorded exchanges");
}

fn fixtures() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let root = std::env::var_os("CAIRN_SHARED").map_or(root, PathBuf::from);
    let folder = root.join("fixtures/exchanges");
    folder.is_dir().then_some(folder)
}

fn is_exchange(file: &Path) -> bool {
    file.extension().is_some_and(|end| end == "json")
}

/// Compares every expected member; one that this test does not know fails it.
fn check(file: &str, observed: &Observed, expect: &Value, failures: &mut Vec<String>) -> usize {
    let (protocol, record) = observed.record();
    let event: Value = serde_json::from_slice(&record.to_bytes()).unwrap();
    let expect = expect.as_object().unwrap();
    for (member, expected) in expect {
        let additional = &event["additionalEventData"];
        let found = match member.as_str() {
            "protocol" => Value::from(protocol_name(protocol)),
            "eventSource" | "eventName" | "eventCategory" | "readOnly" | "awsRegion"
            | "requestParameters" | "responseElements" | "errorCode" | "errorMessage" | "resources" => {
                event[member].clone()
            }
            "userIdentity" => only(&event[member], expected),
            "accessKeyId" => event["userIdentity"][member].clone(),
            "bytesTransferredIn" | "AuthenticationMethod" | "SignatureVersion" => additional[member].clone(),
            // A remark of the researcher's.
            "unverified" => continue,
            unknown => panic!("{file}: what does {unknown} expect?"),
        };
        let deviates = DEVIATIONS.iter().any(|(name, of, _)| *name == file && *of == member);
        if (found == *expected) == deviates {
            failures.push(format!("{file}: {member}: expected {expected}, found {found}"));
        }
    }
    expect.len()
}

/// Keeps the members that are expected.
fn only(found: &Value, expected: &Value) -> Value {
    let names = expected.as_object().unwrap().keys();
    Value::Object(names.map(|name| (name.clone(), found[name].clone())).collect())
}

fn protocol_name(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Json => "json",
        Protocol::Cbor => "rpc-v2-cbor",
        Protocol::Query => "query",
        Protocol::Ec2Query => "ec2",
        Protocol::RestXml => "rest-xml",
        Protocol::RestJson => "rest-json",
    }
}

fn observed(fixture: &Value, sessions: &BTreeMap<String, RoleSession>) -> Observed {
    let (request, response) = (&fixture["request"], &fixture["response"]);
    let milliseconds = fixture["received_at_epoch"].as_f64().unwrap() * 1000.0;
    #[expect(clippy::cast_possible_truncation, reason = "an instant of the year 2026")]
    let milliseconds = milliseconds as i64;
    let mut observed = Observed {
        method: text(&request["method"]),
        target: text(&request["target"]),
        headers: headers(&request["headers"]),
        body: body(request),
        status: u16::try_from(response["status"].as_u64().unwrap()).unwrap(),
        response_headers: headers(&response["headers"]),
        response_body: body(response),
        caller: Caller::Unsigned,
        account_alias: None,
        recipient: "123456789012".parse().unwrap(),
        owner: None,
        tls: None,
        request_id: "18EA52E48EF73CC54C39E8AD".to_owned(),
        completed: jiff::Timestamp::from_millisecond(milliseconds).unwrap(),
        forwarded: true,
        table_keys: None,
    };
    observed.caller = caller(&observed, sessions);
    observed
}

/// Decides who called as the server would: by the key, unless the answer says that the signature is no good.
fn caller(observed: &Observed, sessions: &BTreeMap<String, RoleSession>) -> Caller {
    let Some(key) = observed.signed().key else { return Caller::Unsigned };
    let answer = String::from_utf8_lossy(&observed.response_body.bytes);
    let refused = ["SignatureDoesNotMatch", "InvalidAccessKeyId", "Request has expired"];
    if refused.iter().any(|words| answer.contains(words)) {
        return Caller::Rejected { access_key_id: Some(key) };
    }
    let account = "123456789012".parse().unwrap();
    let principal = match sessions.get(&key) {
        Some(session) => Principal::Session(session.clone()),
        None => Principal::User {
            account,
            name: "admin".to_owned(),
            path: "/".to_owned(),
            id: "AIDAEXAMPLEADMIN".to_owned(),
        },
    };
    Caller::Verified { principal, access_key_id: Some(key) }
}

/// Keeps the keys that answers of AssumeRole hand out.
fn learn(observed: &Observed, sessions: &mut BTreeMap<String, RoleSession>) {
    let answer = String::from_utf8_lossy(&observed.response_body.bytes);
    let between = |name: &str| {
        let (_, rest) = answer.split_once(&format!("<{name}>"))?;
        Some(rest.split_once("</")?.0.to_owned())
    };
    let (Some(key), Some(id)) = (between("AccessKeyId"), between("AssumedRoleId")) else { return };
    let (role_id, name) = id.split_once(':').unwrap();
    let session = RoleSession {
        account: "123456789012".parse().unwrap(),
        role: "r1".to_owned(),
        role_path: "/".to_owned(),
        role_id: role_id.to_owned(),
        name: name.to_owned(),
        created: "2026-11-22T09:11:03Z".to_owned(),
        mfa: false,
        source_identity: None,
    };
    sessions.insert(key, session);
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn headers(value: &Value) -> Vec<(String, Vec<u8>)> {
    let pairs = value.as_array().unwrap();
    pairs.iter().map(|pair| (text(&pair[0]), text(&pair[1]).into_bytes())).collect()
}

fn body(message: &Value) -> Body {
    let text = message["body"]["text"].as_str().map(|text| text.as_bytes().to_vec());
    let bytes = || BASE64_STANDARD.decode(message["body"]["base64"].as_str()?).ok();
    Body {
        bytes: text.or_else(bytes).unwrap_or_default(),
        length: message["body_len"].as_u64().unwrap(),
        cut: message["body_truncated"].as_bool().unwrap(),
    }
}
