//! The secret of an access key: told once, stored sealed.

use serde_json::json;

use crate::world::{World, form};

#[tokio::test]
async fn a_secret_is_told_once_and_kept_sealed() {
    let world = World::new().await;
    world.call("CreateUser", &form(&json!({"UserName": "ann"}))).await.unwrap();
    let answer = world.call("CreateAccessKey", &form(&json!({"UserName": "ann"}))).await.unwrap();
    let text = |member: &str| answer["AccessKey"][member].as_str().unwrap().to_owned();
    let (id, secret) = (text("AccessKeyId"), text("SecretAccessKey"));
    assert_eq!((secret.len(), id.len(), id.starts_with("AKIA")), (40, 20, true));
    let snapshot = world.catalog.current();
    let key = snapshot.access_key(&id).unwrap();
    assert_eq!(key.open_secret(&world.master).unwrap().expose_str(), Some(secret.as_str()));
    assert!(!serde_json::to_string(key).unwrap().contains(&secret));
    assert!(!format!("{key:?}").contains(&secret));
    for (name, with) in [
        ("ListAccessKeys", json!({"UserName": "ann"})),
        ("GetAccessKeyLastUsed", json!({"AccessKeyId": id})),
        ("UpdateAccessKey", json!({"UserName": "ann", "AccessKeyId": id, "Status": "Inactive"})),
        ("GetUser", json!({"UserName": "ann"})),
    ] {
        let answer = world.call(name, &form(&with)).await.unwrap();
        assert!(!answer.to_string().contains(&secret), "{name}");
    }
    world.call("UpdateUser", &form(&json!({"UserName": "ann", "NewUserName": "bob"}))).await.unwrap();
    let renamed = world.catalog.current();
    let key = renamed.access_key(&id).unwrap();
    assert_eq!(key.open_secret(&world.master).unwrap().expose_str(), Some(secret.as_str()));
    world.end().await;
}
