//! Errors of every protocol, and what is recorded beside them.

use std::io::Write as _;

use cairn_operations::Table;
use cairn_wire::recognise::Protocol;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

use super::{Sent, recorded};
use crate::modelled::ModelledCall;

fn record(call: (&str, &str, Protocol), body: &str, status: u16, answer: &Sent) -> Value {
    let (service, operation, protocol) = call;
    let table = Table::built_in();
    let call = ModelledCall::new(&table, table.find(service, operation).unwrap(), protocol).unwrap();
    let request = Sent { path: "/".to_owned(), body: body.as_bytes().to_vec(), ..Sent::default() };
    serde_json::from_slice(&recorded(&call, &request, status, answer).to_bytes()).unwrap()
}

fn answer(headers: &[(&str, &str)], body: &[u8]) -> Sent {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()));
    Sent { headers: headers.collect(), body: body.to_vec(), ..Sent::default() }
}

fn check(call: (&str, &str, Protocol), status: u16, sent: &Sent, code: &str, message: Option<&str>) {
    let event = record(call, "", status, sent);
    assert_eq!(event["errorCode"], code, "{call:?} {status}");
    assert_eq!(event.get("errorMessage").and_then(Value::as_str), message, "{call:?} {status}");
    assert_eq!(event["responseElements"], Value::Null);
}

#[test]
fn codes_and_messages_are_found_in_json_and_cbor() {
    let json = ("dynamodb", "GetItem", Protocol::Json);
    let body = br#"{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"Gone"}"#;
    check(
        json,
        400,
        &answer(&[("Content-Type", "text/html")], body),
        "ResourceNotFoundException",
        Some("Gone"),
    );
    let header = [("x-amzn-ErrorType", "ConflictException:http://internal.amazon.com/coral/")];
    check(
        ("lambda", "DeleteFunction", Protocol::RestJson),
        409,
        &answer(&header, b"{}"),
        "ConflictException",
        None,
    );
    let denied = br#"{"__type":"AccessDeniedException","Message":"No"}"#;
    check(json, 400, &answer(&[], denied), "AccessDenied", Some("No"));
    // Services that spoke query before repeat their old code.
    let query_compatible = [("x-amzn-query-error", "AWS.SimpleQueueService.NonExistentQueue;Sender")];
    let body = br#"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"m"}"#;
    check(
        ("sqs", "GetQueueUrl", Protocol::Json),
        400,
        &answer(&query_compatible, body),
        "QueueDoesNotExist",
        Some("m"),
    );
    let mut cbor = Vec::new();
    ciborium::into_writer(&serde_json::json!({"__type": "a#ResourceNotFound", "message": "m"}), &mut cbor)
        .unwrap();
    check(
        ("cloudwatch", "DeleteAlarms", Protocol::Cbor),
        404,
        &answer(&[], &cbor),
        "ResourceNotFound",
        Some("m"),
    );
}

#[test]
fn codes_and_messages_are_found_in_xml() {
    let xml = |code: &str| {
        format!("<ErrorResponse><Error><Code>{code}</Code><Message>m</Message></Error></ErrorResponse>")
            .into_bytes()
    };
    let rds = ("rds", "DeleteDBInstance", Protocol::Query);
    check(rds, 400, &answer(&[], &xml("InvalidDBInstanceState")), "InvalidDBInstanceStateFault", Some("m"));
    check(rds, 400, &answer(&[], &xml("Unheard")), "Unheard", Some("m"));
    check(
        ("route53", "GetHostedZone", Protocol::RestXml),
        404,
        &answer(&[], &xml("NoSuchHostedZone")),
        "NoSuchHostedZone",
        Some("m"),
    );
    let bare = b"<Error><Code>NoSuchPublicAccessBlockConfiguration</Code><Message>m</Message></Error>";
    let s3control = ("s3control", "GetPublicAccessBlock", Protocol::RestXml);
    check(s3control, 404, &answer(&[], bare), "NoSuchPublicAccessBlockConfiguration", Some("m"));
    let ec2 = ("ec2", "DescribeVpcs", Protocol::Ec2Query);
    let body = b"<Response><Errors><Error><Code>InvalidVpcID.NotFound</Code><Message>m</Message></Error></Errors></Response>";
    check(ec2, 400, &answer(&[], body), "Client.InvalidVpcID.NotFound", Some("m"));
    check(ec2, 503, &answer(&[], body), "Server.InvalidVpcID.NotFound", Some("m"));
}

#[test]
fn errors_without_a_readable_body_have_codes() {
    let (json, ec2) = (("dynamodb", "GetItem", Protocol::Json), ("ec2", "DescribeVpcs", Protocol::Ec2Query));
    let denied = br#"{"__type":"AccessDeniedException","Message":"No"}"#;
    // Nothing readable: the status says what there is to say.
    check(ec2, 500, &answer(&[], b"<html>"), "Server.InternalError", None);
    check(json, 502, &answer(&[], b"Bad gateway"), "InternalError", None);
    check(json, 403, &answer(&[], b""), "AccessDenied", None);
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(denied).unwrap();
    check(
        json,
        400,
        &answer(&[("Content-Encoding", "gzip")], &gzip.finish().unwrap()),
        "AccessDenied",
        Some("No"),
    );
}

#[test]
fn of_an_answer_that_nobody_saw_neither_success_nor_failure_is_told() {
    let event = record(("dynamodb", "GetItem", Protocol::Json), "", 0, &answer(&[], b""));
    assert_eq!((event.get("errorCode"), event.get("errorMessage")), (None, None));
    assert_eq!(event["responseElements"], Value::Null);
}

#[test]
fn parameters_stay_beside_most_errors() {
    let ssm = ("ssm", "GetParameter", Protocol::Json);
    let organizations = ("organizations", "DescribeAccount", Protocol::Json);
    let error = |code: &str| answer(&[], format!(r#"{{"__type":"{code}"}}"#).as_bytes());
    for (call, code, shown) in [
        (ssm, "ThrottlingException", false),
        (ssm, "ParameterNotFound", true),
        (ssm, "AccessDeniedException", true),
        (organizations, "AccessDeniedException", false),
        (organizations, "AccountNotFoundException", true),
    ] {
        let event = record(call, r#"{"Name":"a","AccountId":"111122223333"}"#, 400, &error(code));
        assert_eq!(event["requestParameters"].is_object(), shown, "{call:?} {code}");
    }
}

#[test]
fn messages_show_no_more_than_the_record() {
    let ssm = ("ssm", "PutParameter", Protocol::Json);
    let body = r#"{"Name":"/a","Value":"hunter22","Type":"String"}"#;
    let told = |text: &str| {
        answer(
            &[],
            serde_json::json!({"__type": "ValidationException", "message": text}).to_string().as_bytes(),
        )
    };
    let event = record(ssm, body, 400, &told("Value 'hunter22' of '/a' is wrong"));
    assert_eq!(event["errorMessage"], "Value 'HIDDEN_DUE_TO_SECURITY_REASONS' of '/a' is wrong");
    // Malformed: nobody can say what of it is repeated.
    let event = record(ssm, r#"{"Value":"hunter22"#, 400, &told("Unexpected end after hunter"));
    assert_eq!(event["errorMessage"], "HIDDEN_DUE_TO_SECURITY_REASONS");
    let reason = &event["additionalEventData"]["requestBody"]["reason"];
    assert_eq!(reason, "requestBody unreadable");
    // Bytes, which are not kept.
    let invoke = ("lambda", "Invoke", Protocol::RestJson);
    let event = record(invoke, "hunter22", 400, &told("Could not parse: unexpected 'hunter'"));
    assert_eq!(event["errorMessage"], "HIDDEN_DUE_TO_SECURITY_REASONS");
    let event = record(invoke, "hunter22", 404, &told("Function not found"));
    assert_eq!(event["errorMessage"], "Function not found");
    // What no model knows is not shown either.
    let body = r#"{"Name":"/a","Value":"b","NewMember":["hunter22"],"Policies":"true"}"#;
    let event = record(ssm, body, 400, &told("NewMember hunter22 of /a is no Name, true"));
    assert_eq!(event["errorMessage"], "NewMember HIDDEN_DUE_TO_SECURITY_REASONS of /a is no Name, true");
    // What has a rule elsewhere is hidden here too.
    let sns = ("sns", "Publish", Protocol::Query);
    let xml = b"<ErrorResponse><Error><Code>C</Code><Message>Bad: Dear Maya of arn:t</Message></Error></ErrorResponse>";
    let event = record(sns, "Message=Dear+Maya&TopicArn=arn:t", 400, &answer(&[], xml));
    assert_eq!(event["errorMessage"], "Bad: HIDDEN_DUE_TO_SECURITY_REASONS of arn:t");
}
