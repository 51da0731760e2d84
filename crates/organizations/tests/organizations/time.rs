//! What time does to handshakes.

use serde_json::json;

use crate::world::{ACCOUNTS, World};

#[tokio::test]
async fn an_invitation_can_be_answered_for_fifteen_days_and_is_shown_for_thirty_more() {
    let ([manager, guest, ..], world) = (ACCOUNTS, World::new().await);
    world.organization(manager, "ALL").await;
    let first = world.invite(manager, guest).await;
    world.clock.pass_days(14);
    let described = world.call(guest, "DescribeHandshake", json!({"HandshakeId": first})).await.unwrap();
    assert_eq!(described["Handshake"]["State"], "REQUESTED");
    world.clock.pass_days(1);
    let described = world.call(guest, "DescribeHandshake", json!({"HandshakeId": first})).await.unwrap();
    assert_eq!(described["Handshake"]["State"], "EXPIRED");
    let late = world.call(guest, "AcceptHandshake", json!({"HandshakeId": first})).await.unwrap_err();
    assert_eq!(late.0, "InvalidHandshakeTransitionException");
    let late = world.call(manager, "CancelHandshake", json!({"HandshakeId": first})).await.unwrap_err();
    assert_eq!(late.0, "InvalidHandshakeTransitionException");
    // One that is over hinders no other.
    let second = world.invite(manager, guest).await;
    world.clock.pass_days(5);
    world.call(guest, "DeclineHandshake", json!({"HandshakeId": second})).await.unwrap();

    world.clock.pass_days(25);
    let listed = world.call(guest, "ListHandshakesForAccount", json!({})).await.unwrap();
    assert_eq!(listed["Handshakes"].as_array().unwrap().len(), 2);
    world.clock.pass_days(1);
    let listed = world.call(guest, "ListHandshakesForAccount", json!({})).await.unwrap();
    assert_eq!(listed["Handshakes"].as_array().unwrap().len(), 1);
    let gone = world.call(guest, "DescribeHandshake", json!({"HandshakeId": first})).await.unwrap_err();
    assert_eq!(gone.0, "HandshakeNotFoundException");
    world.invite(manager, guest).await;
    assert!(world.catalog.current().handshake(&first).is_none(), "the next one takes it away");
    // One that somebody ended is kept thirty days from then on, not from when it would have expired.
    world.clock.pass_days(5);
    let gone = world.call(guest, "DescribeHandshake", json!({"HandshakeId": second})).await.unwrap_err();
    assert_eq!(gone.0, "HandshakeNotFoundException");
}

#[tokio::test]
async fn what_came_of_making_accounts_is_kept_for_ninety_days_and_a_hundred_failures() {
    let ([manager, ..], world) = (ACCOUNTS, World::new().await);
    let (organization, _) = world.organization(manager, "ALL").await;
    let make = |email: &str| {
        let parameters = json!({"Email": email, "AccountName": "x"});
        world.call(manager, "CreateAccount", parameters)
    };
    let made = make("one@example.com").await.unwrap();
    let made = made["CreateAccountStatus"]["Id"].as_str().unwrap().to_owned();
    let first = make("one@example.com").await.unwrap();
    let first = first["CreateAccountStatus"]["Id"].as_str().unwrap().to_owned();
    for _ in 0..110 {
        world.clock.pass_seconds(1);
        make("one@example.com").await.unwrap();
    }
    let kept = |world: &World| world.catalog.current().account_creations(&organization).count();
    assert_eq!(kept(&world), 101);
    let described = async |id: &str| {
        let parameters = json!({"CreateAccountRequestId": id});
        world.call(manager, "DescribeCreateAccountStatus", parameters).await
    };
    assert_eq!(described(&first).await.unwrap_err().0, "CreateAccountStatusNotFoundException");
    assert_eq!(described(&made).await.unwrap()["CreateAccountStatus"]["State"], "SUCCEEDED");
    world.clock.pass_days(91);
    assert_eq!(described(&made).await.unwrap_err().0, "CreateAccountStatusNotFoundException");
    make("two@example.com").await.unwrap();
    make("three@example.com").await.unwrap();
    assert_eq!(kept(&world), 2, "the next ones take them away");
}

#[tokio::test]
async fn an_organization_takes_its_creations_with_it() {
    let ([manager, ..], world) = (ACCOUNTS, World::new().await);
    let (organization, _) = world.organization(manager, "ALL").await;
    let parameters = json!({"Email": ".x@example.com", "AccountName": "x"});
    world.call(manager, "CreateAccount", parameters).await.unwrap();
    assert_eq!(world.catalog.current().account_creations(&organization).count(), 1);
    world.call(manager, "DeleteOrganization", json!({})).await.unwrap();
    assert_eq!(world.catalog.current().account_creations(&organization).count(), 0);
}

#[tokio::test]
async fn all_features_are_asked_for_anew_once_nobody_answered() {
    let ([manager, guest, ..], world) = (ACCOUNTS, World::new().await);
    world.organization(manager, "CONSOLIDATED_BILLING").await;
    let invitation = world.invite(manager, guest).await;
    world.call(guest, "AcceptHandshake", json!({"HandshakeId": invitation})).await.unwrap();
    world.call(manager, "EnableAllFeatures", json!({})).await.unwrap();
    let pending = world.call(manager, "EnableAllFeatures", json!({})).await.unwrap_err();
    assert_eq!(pending.1, Some("ORGANIZATION_IS_ALREADY_PENDING_ALL_FEATURES_MIGRATION"));
    world.clock.pass_days(90);
    let again = world.call(manager, "EnableAllFeatures", json!({})).await.unwrap();
    let question = again["Handshake"]["Id"].as_str().unwrap();
    // Taking the question back takes all back.
    world.call(manager, "CancelHandshake", json!({"HandshakeId": question})).await.unwrap();
    let filter = json!({"Filter": {"ActionType": "ENABLE_ALL_FEATURES"}});
    let asked = world.call(guest, "ListHandshakesForAccount", filter).await.unwrap();
    let states: Vec<&str> = asked["Handshakes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|shake| shake["State"].as_str().unwrap())
        .collect();
    assert_eq!(states.len(), 2);
    assert!(states.contains(&"EXPIRED") && states.contains(&"CANCELED"), "{states:?}");
}

#[tokio::test]
async fn whoever_goes_is_asked_no_longer_and_the_others_decide() {
    let ([manager, guest, other, ..], world) = (ACCOUNTS, World::new().await);
    world.organization(manager, "CONSOLIDATED_BILLING").await;
    for account in [guest, other] {
        let invitation = world.invite(manager, account).await;
        world.call(account, "AcceptHandshake", json!({"HandshakeId": invitation})).await.unwrap();
    }
    world.call(manager, "EnableAllFeatures", json!({})).await.unwrap();
    let filter = json!({"Filter": {"ActionType": "ENABLE_ALL_FEATURES"}});
    let asked = world.call(guest, "ListHandshakesForAccount", filter).await.unwrap();
    let asked = asked["Handshakes"][0]["Id"].as_str().unwrap();
    world.call(guest, "AcceptHandshake", json!({"HandshakeId": asked})).await.unwrap();
    let approvals = json!({"Filter": {"ActionType": "APPROVE_ALL_FEATURES"}});
    let none = world.call(manager, "ListHandshakesForAccount", approvals.clone()).await.unwrap();
    assert_eq!(none["Handshakes"], json!([]));
    world.call(other, "LeaveOrganization", json!({})).await.unwrap();
    let last = world.call(manager, "ListHandshakesForAccount", approvals).await.unwrap();
    let last = last["Handshakes"][0]["Id"].as_str().unwrap();
    world.call(manager, "AcceptHandshake", json!({"HandshakeId": last})).await.unwrap();
    let described = world.call(guest, "DescribeOrganization", json!({})).await.unwrap();
    assert_eq!(described["Organization"]["FeatureSet"], "ALL");
}
