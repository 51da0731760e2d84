//! What CloudWatch Logs and EventBridge may answer that no emulator does, told by a server that says it.

#![expect(clippy::unwrap_used, reason = "a step that fails fails the test")]

use std::sync::Arc;

use cairn_aws::{AccountRole, Connections, Credentials, Endpoint, Endpoints, Events, Logs};
use cairn_catalog::Trail;
use cairn_catalog::contract::sample;
use cairn_event::{AccountId, EventTime, Region};
use cairn_stream::{
    BusEntry, EventBuses as _, LinesTaken, LogGroup, LogGroups as _, LogLine, LogStream, LogsError,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// Answers one request with a status and a body; keeps the request.
struct Told {
    connections: Arc<Connections>,
    serving: JoinSet<String>,
}

async fn told(status: u16, body: &'static str) -> Told {
    told_all(vec![(status, body)]).await
}

/// Answers one request after the other; keeps them all, joined. Other accounts than that of the samples are entered.
async fn told_all(answers: Vec<(u16, &'static str)>) -> Told {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Endpoint::Url(format!("http://{}", listener.local_addr().unwrap()));
    let mut serving = JoinSet::new();
    serving.spawn(async move {
        let mut all = String::new();
        for (status, body) in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let (mut request, mut part) = (Vec::new(), [0; 4096]);
            loop {
                let read = stream.read(&mut part).await.unwrap();
                request.extend_from_slice(&part[..read]);
                if read == 0 || is_whole(&String::from_utf8_lossy(&request)) {
                    break;
                }
            }
            let length = body.len();
            let head =
                format!("HTTP/1.1 {status} Told\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
            stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
            all.push_str(std::str::from_utf8(&request).unwrap());
        }
        all
    });
    let endpoints = Endpoints { logs: Some(url.clone()), events: Some(url), ..Endpoints::default() };
    let key = Credentials::Key { id: "AKIAEXAMPLE".to_owned(), secret: "secret".to_owned() };
    let role = AccountRole::new(sample::account_id(), "audit/cairn");
    Told { connections: Arc::new(Connections::new(endpoints, &key).in_accounts(role)), serving }
}

fn is_whole(request: &str) -> bool {
    let Some((head, body)) = request.split_once("\r\n\r\n") else { return false };
    let length = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned));
    length.is_some_and(|length| body.len() >= length.parse::<usize>().unwrap())
}

/// Puts three lines; returns what came of it, and the request.
async fn put_lines(status: u16, body: &'static str) -> (Result<LinesTaken, LogsError>, String) {
    let mut told = told(status, body).await;
    let (trail, group) = (trail(), group());
    let stream = LogStream { trail: &trail, group: &group, name: "stream" };
    let lines = [1, 2, 3].map(|time_ms| LogLine { time_ms, text: r#"{"a": "b"}"# });
    let outcome = Logs::new(Arc::clone(&told.connections)).put_lines(&stream, &lines, Some("48")).await;
    (outcome, told.serving.join_next().await.unwrap().unwrap())
}

#[tokio::test]
async fn lines_are_put_and_rejected_ones_are_told() {
    let answer = r#"{"nextSequenceToken": "49", "rejectedLogEventsInfo": {"tooOldLogEventEndIndex": 1, "expiredLogEventEndIndex": 2, "tooNewLogEventStartIndex": 2}}"#;
    let (outcome, request) = put_lines(200, answer).await;
    let taken = LinesTaken {
        next_token: Some("49".to_owned()),
        too_old_end: 1,
        expired_end: 2,
        too_new_start: Some(2),
    };
    assert_eq!(outcome.unwrap(), taken);
    for part in [
        "x-amz-target: Logs_20140328.PutLogEvents",
        "/eu-west-1/logs/aws4_request",
        r#""logGroupName":"audit""#,
        r#""logStreamName":"stream""#,
        r#""sequenceToken":"48""#,
        r#"{"timestamp":1,"message":"{\"a\": \"b\"}"}"#,
    ] {
        assert!(request.contains(part), "{part} is not in {request}");
    }
}

#[tokio::test]
async fn tokens_and_what_is_missing_are_understood() {
    let (outcome, _) =
        put_lines(400, r#"{"__type": "InvalidSequenceTokenException", "expectedSequenceToken": "49"}"#).await;
    assert!(matches!(outcome, Err(LogsError::Token { expected: Some(token) }) if token == "49"));
    let (outcome, _) =
        put_lines(400, r#"{"__type": "DataAlreadyAcceptedException", "expectedSequenceToken": "50"}"#).await;
    assert!(matches!(outcome, Err(LogsError::AlreadyThere { expected: Some(token) }) if token == "50"));
    let (outcome, _) = put_lines(400, r#"{"__type": "ResourceNotFoundException"}"#).await;
    assert!(matches!(outcome, Err(LogsError::Missing)));
    let (outcome, _) = put_lines(400, r#"{"__type": "AccessDeniedException"}"#).await;
    assert!(matches!(outcome, Err(LogsError::Failed(error)) if error.code == "AccessDeniedException"));
}

#[tokio::test]
async fn a_stream_that_exists_is_as_good_as_one_that_was_made() {
    for (status, body, good) in [
        (200, "{}", true),
        (400, r#"{"__type": "ResourceAlreadyExistsException"}"#, true),
        (400, r#"{"__type": "ResourceNotFoundException"}"#, false),
    ] {
        let mut told = told(status, body).await;
        let (trail, group) = (trail(), group());
        let stream = LogStream { trail: &trail, group: &group, name: "stream" };
        let outcome = Logs::new(Arc::clone(&told.connections)).create_stream(&stream).await;
        assert_eq!(outcome.is_ok(), good, "{body}");
        let request = told.serving.join_next().await.unwrap().unwrap();
        assert!(request.contains("x-amz-target: Logs_20140328.CreateLogStream"), "{request}");
    }
}

/// Puts two entries; returns what came of it, and the request.
async fn put_events(body: &'static str) -> (Result<Vec<Option<String>>, String>, String) {
    put_events_of(sample::account_id(), vec![(200, body)]).await
}

async fn put_events_of(
    account: AccountId,
    answers: Vec<(u16, &'static str)>,
) -> (Result<Vec<Option<String>>, String>, String) {
    let mut told = told_all(answers).await;
    let entry = BusEntry {
        time: EventTime::from_epoch_seconds(1_772_439_295),
        source: "aws.s3".to_owned(),
        detail_type: "AWS API Call via CloudTrail",
        detail: r#"{"a":1}"#.to_owned(),
    };
    let region: Region = "eu-west-1".parse().unwrap();
    let outcome =
        Events::new(Arc::clone(&told.connections)).put_events((account, &region), &[&entry, &entry]).await;
    (outcome.map_err(|error| error.code), told.serving.join_next().await.unwrap().unwrap())
}

#[tokio::test]
async fn each_entry_has_its_own_code() {
    let answer = r#"{"FailedEntryCount": 1, "Entries": [{"EventId": "1"}, {"ErrorCode": "InternalFailure", "ErrorMessage": "m"}]}"#;
    let (outcome, request) = put_events(answer).await;
    assert_eq!(outcome, Ok(vec![None, Some("InternalFailure".to_owned())]));
    let entry = r#"{"Time":1772439295,"Source":"aws.s3","DetailType":"AWS API Call via CloudTrail","Detail":"{\"a\":1}"}"#;
    assert!(request.contains(entry), "{request}");
}

#[tokio::test]
async fn an_answer_that_leaves_entries_out_takes_none() {
    let (outcome, _) = put_events(r#"{"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]}"#).await;
    assert_eq!(outcome, Err("IncompleteAnswer".to_owned()));
}

#[tokio::test]
async fn another_accounts_buses_are_called_as_its_role() {
    let other: AccountId = "111122223333".parse().unwrap();
    let taken = "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIATAKEN</AccessKeyId>\
        <SecretAccessKey>s</SecretAccessKey><SessionToken>tok</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>\
        </Credentials></AssumeRoleResult></AssumeRoleResponse>";
    let answers = vec![
        (200, taken),
        (200, r#"{"FailedEntryCount": 0, "Entries": [{"EventId": "1"}, {"EventId": "2"}]}"#),
    ];
    let (outcome, requests) = put_events_of(other, answers).await;
    assert_eq!(outcome, Ok(vec![None, None]));
    for part in [
        "Credential=AKIAEXAMPLE/",
        "Action=AssumeRole",
        "RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Faudit%2Fcairn",
        "Credential=ASIATAKEN/",
        "x-amz-security-token: tok",
    ] {
        assert!(requests.contains(part), "{part} is not in {requests}");
    }
    let denied = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code></Error></ErrorResponse>";
    let (outcome, _) = put_events_of(other, vec![(403, denied)]).await;
    assert_eq!(outcome, Err("RoleNotAssumed".to_owned()));
}

fn group() -> LogGroup {
    LogGroup::parse("arn:aws:logs:eu-west-1:123456789012:log-group:audit:*").unwrap()
}

fn trail() -> Trail {
    sample::trail("main")
}
