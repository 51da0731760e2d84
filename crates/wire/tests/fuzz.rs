//! Mutated requests: recognised, decoded or refused, never a panic.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use cairn_wire::json11::{self, Request};
use cairn_wire::query::{self, Parameters};
use cairn_wire::recognise::{self, recognise};
use cairn_wire::s3::{Category, Level, Resolver, Seen};
use cairn_wire::{Operation, Timestamp, cloudtrail, iam};

#[path = "../../event/tests/fuzz/mutator.rs"]
mod mutator;

use mutator::{Dice, iterations};

/// Pieces of JSON that change what follows.
const JSON: &[&str] = &[
    "\"",
    "\\",
    "\\u0000",
    "\\ud800",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "null",
    "true",
    "1e999",
    "-0",
    "0.5",
    "9223372036854775808",
    "\u{e9}",
    "\u{0}",
    "[[[[[[[[",
    "{\"a\":",
    " ",
    "\n",
];

const BODIES: [&str; 5] = [
    r#"{"Name":"main","S3BucketName":"logs","IsMultiRegionTrail":true,"TagsList":[{"Key":"a","Value":"b"}]}"#,
    r#"{"LookupAttributes":[{"AttributeKey":"EventName","AttributeValue":"x"}],"StartTime":1772437500.5,"EndTime":"2026-03-02T08:00:00Z","MaxResults":50,"NextToken":"t"}"#,
    r#"{"TrailName":"main","EventSelectors":[{"ReadWriteType":"All","DataResources":[{"Type":"t","Values":["v"]}]}]}"#,
    r#"{"TrailName":"main","AdvancedEventSelectors":[{"Name":"n","FieldSelectors":[{"Field":"f","Equals":["x"]}]}]}"#,
    r#"{"trailNameList":["a"],"includeShadowTrails":false}"#,
];

/// Pieces of XML that change what follows.
const XML: &[&str] = &[
    "<",
    ">",
    "</",
    "/>",
    "&",
    "&#0;",
    "&amp;",
    "<![CDATA[",
    "]]>",
    "<!--",
    "<!DOCTYPE a>",
    "<member>",
    " a=\"b\"",
    "\u{e9}",
];

/// Answers that no service gives are read or left, and what is read renders for a record.
#[test]
fn fuzz_query_read_answer() {
    let user = "<User><UserName>a</UserName><CreateDate>2026-03-02T08:00:00Z</CreateDate><Tags><member><Key>k</Key>\
                <Value>v</Value></member></Tags></User>";
    let role = "<Role><RoleName>r</RoleName><MaxSessionDuration>3600</MaxSessionDuration></Role>";
    let seeds = [
        format!("<CreateUserResponse><CreateUserResult>{user}</CreateUserResult></CreateUserResponse>"),
        format!("<CreateRoleResponse><CreateRoleResult>{role}</CreateRoleResult></CreateRoleResponse>"),
    ]
    .map(String::into_bytes);
    let (mut dice, mut read) = (Dice::new(), 0);
    for _ in 0..iterations(20_000) {
        let body = dice.mutant(&seeds, XML);
        for operation in [iam::Operation::CreateUser, iam::Operation::CreateRole] {
            let answer = query::read_answer(operation, &body);
            let recorded = query::response_elements(operation, &body, Timestamp::recorded_without_comma);
            assert!(recorded.is_none() || answer.is_some());
            read += u32::from(answer.is_some());
        }
    }
    assert!(read > 0, "no mutant is an answer any more");
}

#[test]
fn fuzz_json11_decode() {
    let operations: Vec<Operation> = Operation::ALL.to_vec();
    let (mut dice, seeds) = (Dice::new(), BODIES.map(|body| body.as_bytes().to_vec()));
    let (mut accepted, mut refused) = (0, 0);
    for _ in 0..iterations(20_000) {
        let body = dice.mutant(&seeds, JSON);
        let operation = operations[dice.roll(operations.len())];
        match Request::decode(operation, None, &body) {
            Ok(request) => {
                let _told = request.violations().to_string();
                let _recorded = request.request_parameters();
                // What was decoded decodes again to the same.
                let again = request.parameters().to_string();
                let again = Request::decode(operation, None, again.as_bytes()).unwrap();
                assert_eq!(again.parameters(), request.parameters());
                accepted += 1;
            }
            Err(refusal) => {
                assert!(refusal.message.len() < 1000);
                refused += 1;
            }
        }
        let _typed = Request::decode(Operation::LookupEvents, None, &body)
            .and_then(|request| request.input::<cloudtrail::LookupEventsRequest>());
        let _typed = Request::decode(Operation::CreateTrail, None, &body)
            .and_then(|request| request.input::<cloudtrail::CreateTrailRequest>());
        let _typed = Request::decode(Operation::PutEventSelectors, None, &body)
            .and_then(|request| request.input::<cloudtrail::PutEventSelectorsRequest>());
        if let Ok(value) = serde_json::from_slice(&body) {
            let _read = Timestamp::from_json(&value);
        }
    }
    println!("mutated AWS JSON bodies: {accepted} decoded, {refused} refused");
    assert!(accepted > 0 && refused > 0);
}

#[test]
fn fuzz_s3_resolver() {
    let requests = [
        "GET\n127.0.0.1:9000\n/bucket/key\nlist-type=2&prefix=a",
        "PUT\nbucket.s3.localhost\n/a%20b//c\npartNumber=1&uploadId=u",
        "POST\nb.s3.dualstack.eu-west-1.amazonaws.com\n/\ndelete",
        "DELETE\ns3.localhost\n/bucket?\npolicy",
    ];
    let pieces = [
        "%2F",
        "%",
        "%00",
        "/",
        "//",
        "..",
        ".",
        ":",
        "?",
        "&",
        "=",
        "acl",
        "policy",
        "%61cl",
        "s3.",
        ".amazonaws.com",
        "\n",
        "uploads",
        "id",
        "\u{e9}",
        "HEAD",
        "OPTIONS",
    ];
    let resolver = Resolver::new(["s3.localhost".to_owned(), "localhost".to_owned()]);
    let (mut dice, seeds) = (Dice::new(), requests.map(|request| request.as_bytes().to_vec()));
    let (mut known, mut unknown) = (0, 0);
    for _ in 0..iterations(20_000) {
        let text = String::from_utf8_lossy(&dice.mutant(&seeds, &pieces)).into_owned();
        let mut lines = text.split('\n');
        let mut next = || lines.next().unwrap_or_default();
        let (method, host, path, query) = (next(), next(), next(), next());
        let call = resolver.resolve(&Seen { method, host, path, query, copies: dice.roll(2) == 0 });
        assert_eq!(call.level == Level::Object, call.key.is_some(), "{text}");
        assert_eq!(call.level == Level::Service, call.bucket.is_none(), "{text}");
        assert!(call.key.as_ref().is_none_or(|key| !key.is_empty()) && !call.event_name.is_empty(), "{text}");
        assert!(call.bucket.is_some() || call.category == Category::Management, "{text}");
        if call.operation.is_some() { known += 1 } else { unknown += 1 }
    }
    println!("mutated S3 requests: {known} operations, {unknown} that are none");
    assert!(known > 0 && unknown > 0);
}

#[test]
fn fuzz_query_parameters() {
    let forms = [
        "Action=AssumeRole&Version=2011-06-15&RoleArn=a%2Fb&Tags.member.1.Key=x&Tags.member.1.Value=",
        "Action=A&Action=B",
    ];
    let pieces = ["%", "%2", "%ff", "+", "&", "=", ".", "member", "Action=", "\u{0}", "%00", "99999999999"];
    let (mut dice, seeds) = (Dice::new(), forms.map(|form| form.as_bytes().to_vec()));
    let (mut read, mut refused) = (0, 0);
    for _ in 0..iterations(20_000) {
        let body = dice.mutant(&seeds, &pieces);
        match Parameters::parse("", &body) {
            Ok(parameters) => {
                let pairs = parameters.iter().count();
                assert!(pairs <= body.len() && (parameters.action().is_none() || pairs > 0));
                read += 1;
            }
            Err(_) => refused += 1,
        }
        let text = String::from_utf8_lossy(&body);
        let call = recognise(&recognise::Seen {
            signing_name: Some(&text),
            method: "POST",
            path: &text,
            target: Some(&text),
            action: Some(&text),
            ..recognise::Seen::default()
        });
        assert!(!call.event_source.is_empty());
        let _named = json11::operation(Some(&text));
    }
    println!("mutated forms: {read} read, {refused} refused");
    assert!(read > 0 && refused > 0);
}
