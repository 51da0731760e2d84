//! ListTrails over more trails than a page holds.

use std::collections::BTreeSet;

use cairn_control::Throttle;
use cairn_event::{AccountId, Region};
use serde_json::json;

use crate::world::World;

/// Regions enough for more than a hundred trails at five a Region.
fn regions() -> impl Iterator<Item = Region> {
    ["us", "eu", "ap", "sa", "ca"]
        .into_iter()
        .flat_map(|place| (1..=5).map(move |number| format!("{place}-west-{number}").parse().unwrap()))
}

#[tokio::test]
async fn every_trail_is_listed_once_over_all_pages() {
    let world = World::new("2026-03-02T08:00:00Z", Throttle::off()).await;
    let account: AccountId = "123456789012".parse().unwrap();
    let mut made = BTreeSet::new();
    for region in regions() {
        for number in 0..5 {
            let body = json!({"Name": format!("trail-{number}"), "S3BucketName": "logs"}).to_string();
            let answer = world.call(account, &region, "CreateTrail", body.as_bytes()).await.unwrap();
            made.insert(answer["TrailARN"].as_str().unwrap().to_owned());
        }
    }
    let here: Region = "us-east-1".parse().unwrap();
    let (mut listed, mut pages, mut body) = (Vec::new(), Vec::new(), json!({}));
    loop {
        let answer = world.call(account, &here, "ListTrails", body.to_string().as_bytes()).await.unwrap();
        let trails = answer["Trails"].as_array().unwrap();
        pages.push(trails.len());
        listed.extend(trails.iter().map(|trail| trail["TrailARN"].as_str().unwrap().to_owned()));
        match answer.get("NextToken") {
            Some(token) => body = json!({"NextToken": token}),
            None => break,
        }
    }
    assert_eq!(pages, [100, 25]);
    assert_eq!((listed.len(), listed.into_iter().collect::<BTreeSet<_>>()), (125, made));
    // A trail that went away between two pages neither hides another nor breaks the token.
    let first = world.call(account, &here, "ListTrails", b"{}").await.unwrap();
    let token = first["NextToken"].as_str().unwrap();
    let region: Region = token.split(':').nth(3).unwrap().parse().unwrap();
    let gone = json!({"Name": token}).to_string();
    world.call(account, &region, "DeleteTrail", gone.as_bytes()).await.unwrap();
    let next = json!({"NextToken": token}).to_string();
    let rest = world.call(account, &here, "ListTrails", next.as_bytes()).await.unwrap();
    assert_eq!(rest["Trails"].as_array().unwrap().len(), 25);
    let none = world.call(account, &here, "ListTrails", br#"{"NextToken":"x"}"#).await.unwrap_err();
    assert_eq!(none.0, "ValidationException");
    world.end().await;
}
