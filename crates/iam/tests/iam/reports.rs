//! Credential reports: their states, their time, and what is written at once.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cairn_catalog::{Account, Change};
use cairn_iam::{BegunReport, LastUse};
use cairn_wire::iam::Operation;
use cairn_wire::query::{Parameters, Request};
use serde_json::{Value, json};

use crate::world::{World, form, root};

const ACCOUNT: &str = "123456789012";

/// Asks for a report; returns the state, and what there is to write.
async fn generate(world: &World, account: &str) -> (Result<String, String>, Option<BegunReport>) {
    let parameters = Parameters::parse("", b"").unwrap();
    let request = Request::decode(Operation::GenerateCredentialReport, &parameters).unwrap();
    match world.iam.call(&root(account), &request).await {
        Ok(called) => (Ok(called.answer["State"].as_str().unwrap().to_owned()), called.report),
        Err(refusal) => (Err(refusal.answer().code.to_owned()), None),
    }
}

async fn read(world: &World, account: &str) -> Result<Vec<String>, String> {
    let answer: Result<Value, _> = world.call_by(&root(account), "GetCredentialReport", &[]).await;
    let answer = answer.map_err(|(code, _)| code)?;
    assert_eq!(answer["ReportFormat"], "text/csv");
    let report = STANDARD.decode(answer["Content"].as_str().unwrap()).unwrap();
    Ok(String::from_utf8(report).unwrap().split('\n').map(str::to_owned).collect())
}

#[tokio::test]
async fn a_report_is_begun_written_good_for_four_hours_and_then_expired() {
    let world = World::new().await;
    world.call("CreateUser", &form(&json!({"UserName": "mia"}))).await.unwrap();
    let key = world.call("CreateAccessKey", &form(&json!({"UserName": "mia"}))).await.unwrap();
    let key = key["AccessKey"]["AccessKeyId"].as_str().unwrap().to_owned();
    let at = "2026-03-02T07:00:00Z".parse().unwrap();
    let used = LastUse { at, service: "iam".to_owned(), region: "us-east-1".to_owned() };
    world.uses.0.lock().unwrap().insert(key, used);
    assert_eq!(read(&world, ACCOUNT).await, Err("ReportNotPresent".to_owned()));
    let (state, begun) = generate(&world, ACCOUNT).await;
    assert_eq!((state, read(&world, ACCOUNT).await), (Ok("STARTED".into()), Err("ReportInProgress".into())));
    let (state, second) = generate(&world, ACCOUNT).await;
    assert!(state == Ok("INPROGRESS".to_owned()) && second.is_none());
    world.iam.write_report(begun.unwrap()).await.unwrap();
    let lines = read(&world, ACCOUNT).await.unwrap();
    assert_eq!(lines.len(), 3);
    assert!(
        lines[1].starts_with("<root_account>,arn:aws:iam::123456789012:root,2026-03-02T08:00:00Z,false,N/A,")
    );
    let told = "true,2026-03-02T08:00:00Z,2026-03-02T07:00:00Z,us-east-1,iam";
    assert!(lines[2].starts_with("mia,") && lines[2].contains(told), "{}", lines[2]);
    assert_eq!(read(&world, "999988887777").await, Err("ReportNotPresent".to_owned()), "another's account");
    // What happens meanwhile is not in it.
    world.call("CreateUser", &form(&json!({"UserName": "leo"}))).await.unwrap();
    world.clock.pass(4 * 3_600 - 1);
    assert_eq!(generate(&world, ACCOUNT).await.0, Ok("COMPLETE".to_owned()));
    assert_eq!(read(&world, ACCOUNT).await.unwrap(), lines);
    world.clock.pass(1);
    assert_eq!(read(&world, ACCOUNT).await, Err("ReportExpired".to_owned()));
    let (state, begun) = generate(&world, ACCOUNT).await;
    assert_eq!(state, Ok("STARTED".to_owned()));
    world.iam.write_report(begun.unwrap()).await.unwrap();
    assert_eq!(read(&world, ACCOUNT).await.unwrap().len(), 4);
    world.end().await;
}

#[tokio::test]
async fn few_reports_are_written_at_once_and_one_that_is_dropped_makes_room() {
    let world = World::new().await;
    let accounts: Vec<String> = (0..5).map(|at| format!("20000000000{at}")).collect();
    let made = accounts.iter().map(|id| {
        Change::PutAccount(Account {
            id: id.parse().unwrap(),
            alias: None,
            name: None,
            email: None,
            created: jiff::Timestamp::UNIX_EPOCH,
        })
    });
    world.catalog.commit(world.catalog.current().revision(), made.collect()).await.unwrap();
    let mut begun = Vec::new();
    for account in &accounts[..4] {
        begun.push(generate(&world, account).await.1.unwrap());
    }
    assert_eq!(generate(&world, &accounts[4]).await.0, Err("LimitExceeded".to_owned()));
    begun.pop();
    assert_eq!(read(&world, &accounts[3]).await, Err("ReportNotPresent".to_owned()));
    let (state, last) = generate(&world, &accounts[4]).await;
    assert_eq!(state, Ok("STARTED".to_owned()));
    world.iam.write_report(last.unwrap()).await.unwrap();
    assert_eq!(read(&world, &accounts[4]).await.unwrap().len(), 2);
    world.end().await;
}
