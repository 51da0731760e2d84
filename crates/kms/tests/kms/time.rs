//! What time does to keys: deletions and rotations that are due.

use cairn_kms::Deed;
use cairn_wire::kms::Operation;
use serde_json::json;

use crate::world::World;

#[tokio::test]
async fn a_key_is_deleted_at_its_instant_and_not_before() {
    let world = World::new().await;
    let key = world.key().await;
    let made = world.call(Operation::Encrypt, json!({"KeyId": key, "Plaintext": "eA=="})).await.unwrap();
    world.call(Operation::CreateAlias, json!({"AliasName": "alias/a", "TargetKeyId": key})).await.unwrap();
    let scheduled = json!({"KeyId": key, "PendingWindowInDays": 7});
    world.call(Operation::ScheduleKeyDeletion, scheduled).await.unwrap();
    world.clock.pass_days(6);
    assert_eq!(world.kms.keep_up().await.unwrap(), None);
    assert!(world.kms.next_due().is_some());
    world.clock.pass_days(1);
    let deed = world.kms.keep_up().await.unwrap();
    assert!(matches!(deed, Some(Deed::Deleted { key: gone }) if gone.arn == key));
    assert_eq!((world.kms.keep_up().await.unwrap(), world.kms.next_due()), (None, None));
    let kept = world.catalog.current().kms_key(&key).cloned().unwrap();
    assert!(kept.materials.is_empty() && kept.grants.is_empty(), "only the id stays taken");
    let blob = json!({"CiphertextBlob": made["CiphertextBlob"]});
    for (operation, parameters) in [
        (Operation::DescribeKey, json!({"KeyId": key})),
        (Operation::CancelKeyDeletion, json!({"KeyId": key})),
        (Operation::Decrypt, blob),
        (Operation::DescribeKey, json!({"KeyId": "alias/a"})),
    ] {
        assert_eq!(
            world.call(operation, parameters).await.unwrap_err().0,
            "NotFoundException",
            "{operation}"
        );
    }
    let listed = world.call(Operation::ListKeys, json!({})).await.unwrap();
    assert_eq!(listed["Keys"], json!([]));
}

#[tokio::test]
async fn a_cancelled_deletion_leaves_the_key() {
    let world = World::new().await;
    let key = world.key().await;
    world.call(Operation::ScheduleKeyDeletion, json!({"KeyId": key})).await.unwrap();
    world.clock.pass_days(29);
    world.call(Operation::CancelKeyDeletion, json!({"KeyId": key})).await.unwrap();
    world.clock.pass_days(100);
    assert_eq!(world.kms.keep_up().await.unwrap(), None);
    world.call(Operation::EnableKey, json!({"KeyId": key})).await.unwrap();
}

#[tokio::test]
async fn a_key_is_rotated_when_its_days_are_over_and_opens_what_is_old() {
    let world = World::new().await;
    let key = world.key().await;
    let old = world.call(Operation::Encrypt, json!({"KeyId": key, "Plaintext": "eA=="})).await.unwrap();
    let days = json!({"KeyId": key, "RotationPeriodInDays": 90});
    world.call(Operation::EnableKeyRotation, days.clone()).await.unwrap();
    world.clock.pass_days(60);
    // Said twice, it does not begin anew; a rotation on demand changes nothing about the date.
    world.call(Operation::EnableKeyRotation, days).await.unwrap();
    world.call(Operation::RotateKeyOnDemand, json!({"KeyId": key})).await.unwrap();
    world.clock.pass_days(29);
    assert_eq!(world.kms.keep_up().await.unwrap(), None);
    world.clock.pass_days(1);
    assert!(matches!(world.kms.keep_up().await.unwrap(), Some(Deed::Rotated { key: of }) if of.arn == key));
    assert_eq!(world.kms.keep_up().await.unwrap(), None);
    let told = world.call(Operation::ListKeyRotations, json!({"KeyId": key})).await.unwrap();
    let kinds: Vec<&str> = told["Rotations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["RotationType"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["ON_DEMAND", "AUTOMATIC"]);
    let opened =
        world.call(Operation::Decrypt, json!({"CiphertextBlob": old["CiphertextBlob"]})).await.unwrap();
    assert_eq!(opened["Plaintext"], "eA==");
    // A disabled key waits.
    world.call(Operation::DisableKey, json!({"KeyId": key})).await.unwrap();
    world.clock.pass_days(90);
    assert_eq!(world.kms.keep_up().await.unwrap(), None);
    world.call(Operation::EnableKey, json!({"KeyId": key})).await.unwrap();
    assert!(matches!(world.kms.keep_up().await.unwrap(), Some(Deed::Rotated { .. })));
}
