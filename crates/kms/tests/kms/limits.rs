//! What there can be no more of, and calls at the same time.

use std::sync::Arc;

use cairn_wire::kms::{Operation, Request};
use serde_json::json;

use crate::world::{World, caller, root};

#[tokio::test]
async fn the_grants_of_a_key_are_limited_by_their_size() {
    let world = World::new().await;
    let key = world.key().await;
    let pairs: std::collections::BTreeMap<String, String> =
        (0..8).map(|number| (format!("{number}").repeat(190), "v".repeat(800))).collect();
    let grant = json!({
        "KeyId": key, "GranteePrincipal": "arn:aws:iam::111122223333:root", "Operations": ["Decrypt"],
        "Constraints": {"EncryptionContextEquals": pairs},
    });
    let mut made = 0;
    let refused = loop {
        match world.call(Operation::CreateGrant, grant.clone()).await {
            Ok(_) => made += 1,
            Err((code, _)) => break code,
        }
    };
    assert_eq!(refused, "LimitExceededException");
    assert!(made > 50, "{made}");
}

#[tokio::test]
async fn no_change_is_lost_when_many_are_made_at_once() {
    let world = Arc::new(World::new().await);
    let key = world.key().await;
    let calls = (0..8).map(|number| {
        let (world, key) = (Arc::clone(&world), key.clone());
        async move {
            let parameters =
                json!({"KeyId": key, "Tags": [{"TagKey": format!("k{number}"), "TagValue": ""}]});
            let body = parameters.to_string();
            let request = Request::decode(Operation::TagResource, None, body.as_bytes()).unwrap();
            world.kms.call(&caller(root()), &request).await.unwrap();
        }
    });
    let mut tasks = tokio::task::JoinSet::new();
    calls.for_each(|call| drop(tasks.spawn(call)));
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    let told = world.call(Operation::ListResourceTags, json!({"KeyId": key})).await.unwrap();
    assert_eq!(told["Tags"].as_array().unwrap().len(), 8);
}

#[tokio::test]
async fn the_key_of_a_service_is_made_once() {
    let world = World::new().await;
    let caller = caller(root());
    let first = world.kms.managed_key(&caller, "s3").await.unwrap();
    assert_eq!(world.kms.managed_key(&caller, "s3").await.unwrap(), first);
    let told = world.call(Operation::DescribeKey, json!({"KeyId": "alias/aws/s3"})).await.unwrap();
    assert_eq!(
        (told["KeyMetadata"]["Arn"].as_str(), told["KeyMetadata"]["KeyManager"].as_str()),
        (Some(&*first), Some("AWS"))
    );
    let status = world.call(Operation::GetKeyRotationStatus, json!({"KeyId": first})).await.unwrap();
    assert_eq!(status["KeyRotationEnabled"], true);
}
