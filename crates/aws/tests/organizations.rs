//! What an Organizations endpoint may answer that no emulator does: a reading is whole, or it is none.

#![expect(clippy::unwrap_used, reason = "a step that fails fails the test")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cairn_aws::{Credentials, Endpoint, OrganizationElsewhere};
use cairn_organizations::elsewhere::{Seen, Source as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// Answers by the operation asked for, with a status of 400 where the answer names an error.
type Answers = BTreeMap<&'static str, &'static str>;

/// An organization of one account in its root, for one bill.
fn answers() -> Answers {
    BTreeMap::from([
        (
            "DescribeOrganization",
            r#"{"Organization": {"Id": "o-exampleorgid", "MasterAccountId": "111122223333", "FeatureSet": "CONSOLIDATED_BILLING"}}"#,
        ),
        ("ListRoots", r#"{"Roots": [{"Id": "r-ab12", "PolicyTypes": []}]}"#),
        ("ListAccounts", r#"{"Accounts": [{"Id": "111122223333", "Name": "a", "State": "ACTIVE"}]}"#),
        ("ListOrganizationalUnitsForParent", r#"{"OrganizationalUnits": []}"#),
        ("ListAccountsForParent", r#"{"Accounts": [{"Id": "111122223333"}]}"#),
        ("ListTagsForResource", r#"{"Tags": [{"Key": "k", "Value": "v"}]}"#),
    ])
}

/// Reads what an endpoint with these answers has; tells the code of a failure.
async fn read(answers: Answers) -> Result<Option<Seen>, String> {
    read_with(answers, 0).await
}

/// Reads where an endpoint refuses that many calls for tags as too many.
async fn read_with(answers: Answers, refusals: usize) -> Result<Option<Seen>, String> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = Endpoint::Url(format!("http://{}", listener.local_addr().unwrap()));
    let (answers, refusals) = (Arc::new(answers), Arc::new(AtomicUsize::new(refusals)));
    let mut serving = JoinSet::new();
    serving.spawn(async move {
        let mut open = JoinSet::new();
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            open.spawn(answer(stream, Arc::clone(&answers), Arc::clone(&refusals)));
        }
    });
    let key = Credentials::Key { id: "AKIAEXAMPLE".to_owned(), secret: "secret".to_owned() };
    OrganizationElsewhere::new(&endpoint, &key).read().await.map_err(|error| error.code)
}

async fn answer(mut stream: TcpStream, answers: Arc<Answers>, refusals: Arc<AtomicUsize>) {
    let (mut request, mut part) = (Vec::new(), [0; 4096]);
    while !request.windows(4).any(|window| window == b"\r\n\r\n") {
        let read = stream.read(&mut part).await.unwrap();
        request.extend_from_slice(&part[..read]);
    }
    let request = String::from_utf8_lossy(&request).into_owned();
    let target = request.split("AWSOrganizationsV20161128.").nth(1).unwrap_or_default();
    let operation: String = target.chars().take_while(char::is_ascii_alphanumeric).collect();
    let body = answers.get(operation.as_str()).copied().unwrap_or(r#"{"__type": "UnknownOperation"}"#);
    let one_less = |left: usize| left.checked_sub(1);
    let refused = operation == "ListTagsForResource"
        && refusals.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less).is_ok();
    let body = if refused { r#"{"__type": "TooManyRequestsException"}"# } else { body };
    let status = if body.contains("__type") { 400 } else { 200 };
    let length = body.len();
    let head = format!("HTTP/1.1 {status} Told\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
}

#[tokio::test]
async fn a_small_organization_is_read() {
    let seen = read(answers()).await.unwrap().expect("an organization");
    assert_eq!((seen.organization().id.as_str(), seen.accounts()), ("o-exampleorgid", 1));
}

#[tokio::test]
async fn an_endpoint_that_takes_few_calls_is_asked_more_slowly() {
    // Each of the two calls for tags is refused more often than other clients try.
    let seen = read_with(answers(), 8).await.unwrap().expect("an organization");
    assert_eq!(seen.accounts(), 1);
}

#[tokio::test]
async fn no_organization_is_no_failure_and_a_refusal_is_one() {
    let with = |body| BTreeMap::from([("DescribeOrganization", body)]);
    assert_eq!(read(with(r#"{"__type": "AWSOrganizationsNotInUseException"}"#)).await, Ok(None));
    let refused = read(with(r#"{"__type": "AccessDeniedException"}"#)).await;
    assert_eq!(refused, Err("DescribeOrganization: AccessDeniedException".to_owned()));
}

#[tokio::test]
async fn what_was_read_in_part_counts_for_nothing() {
    for (operation, body, code) in [
        // The same token again and again: the list has no end.
        (
            "ListAccounts",
            r#"{"Accounts": [{"Id": "111122223333"}], "NextToken": "t"}"#,
            "ListAccounts: IncompleteList",
        ),
        ("ListAccounts", r#"{"Accounts": []}"#, "ChangedWhileRead"),
        ("ListAccountsForParent", r#"{"Accounts": []}"#, "ChangedWhileRead"),
        (
            "ListTagsForResource",
            r#"{"__type": "TargetNotFoundException"}"#,
            "ListTagsForResource: TargetNotFoundException",
        ),
        ("ListRoots", r#"{"Roots": []}"#, "IncompleteAnswer"),
        ("DescribeOrganization", r#"{"Organization": {"Id": "o-exampleorgid"}}"#, "UnknownAnswer"),
        (
            "DescribeOrganization",
            r#"{"Organization": {"Id": "o-exampleorgid", "MasterAccountId": "9", "FeatureSet": "ALL"}}"#,
            "UnknownAnswer",
        ),
        (
            "DescribeOrganization",
            r#"{"Organization": {"Id": "o-exampleorgid", "MasterAccountId": "999999999999", "FeatureSet": "CONSOLIDATED_BILLING"}}"#,
            "InvalidAnswer",
        ),
        (
            "ListOrganizationalUnitsForParent",
            r#"{"OrganizationalUnits": [{"Id": "ou-ab12-11111111", "Name": "in itself"}]}"#,
            "ChangedWhileRead",
        ),
    ] {
        let mut answers = answers();
        answers.insert(operation, body);
        assert_eq!(read(answers).await, Err(code.to_owned()), "{operation} {body}");
    }
}
