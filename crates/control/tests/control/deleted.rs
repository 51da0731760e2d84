//! DeleteTrail and the delivery of what the trail had selected.

use cairn_control::Throttle;
use cairn_event::{AccountId, Region};

use crate::world::World;

#[tokio::test]
async fn a_trail_stays_when_its_delivery_cannot_be_written_down() {
    let world = World::new("2026-03-02T08:00:00Z", Throttle::off()).await;
    let (account, region): (AccountId, Region) =
        ("123456789012".parse().unwrap(), "us-east-1".parse().unwrap());
    world
        .call(account, &region, "CreateTrail", br#"{"Name": "main", "S3BucketName": "unheld"}"#)
        .await
        .unwrap();
    let refused = world.call(account, &region, "DeleteTrail", br#"{"Name": "main"}"#).await;
    assert_eq!(refused.unwrap_err().0, "InternalFailure");
    world.call(account, &region, "GetTrail", br#"{"Name": "main"}"#).await.unwrap();
    world.end().await;
}
