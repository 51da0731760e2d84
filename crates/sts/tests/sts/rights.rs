//! What a caller may do, out of all the policies that speak of it.

use cairn_access::{Caller, Context, Policy, PolicyKind, Principal};
use cairn_catalog::{Change, Group};
use cairn_sts::Rights;
use jiff::Timestamp;

use crate::world::{OWN, World, account, allowing, inline, managed, user};

fn caller(name: &str) -> Caller {
    let principal = Principal::User {
        account: account(OWN),
        name: name.to_owned(),
        path: "/".to_owned(),
        id: format!("AIDA{}", name.to_uppercase()),
    };
    Caller::Verified { principal, access_key_id: None }
}

#[tokio::test]
async fn users_have_what_they_their_groups_and_attached_policies_give() {
    let world = World::new().await;
    let attached = world.managed_policy("Attached", &allowing(r#""a:*""#)).await;
    let of_group = world.managed_policy("OfGroup", &allowing(r#""b:*""#)).await;
    let boundary = world.managed_policy("Boundary", &allowing(r#"["a:*","b:*","c:*","d:*"]"#)).await;
    let group = Group {
        account: account(OWN),
        name: "team".to_owned(),
        path: "/".to_owned(),
        group_id: "AGPATEAM".to_owned(),
        arn: format!("arn:aws:iam::{OWN}:group/team"),
        created: Timestamp::UNIX_EPOCH,
        policies: vec![inline("own", &allowing(r#""c:*""#))],
        attached: vec![of_group],
    };
    let mut mia = user(OWN, "mia", Some(&allowing(r#"["d:*","e:*"]"#)));
    mia.groups.push("team".to_owned());
    mia.attached.push(attached);
    mia.boundary = Some(boundary);
    world.commit(vec![Change::PutGroup(group), Change::PutUser(mia)]).await;
    for (action, may) in
        [("a:X", true), ("b:X", true), ("c:X", true), ("d:X", true), ("e:X", false), ("f:X", false)]
    {
        assert_eq!(world.may(&caller("mia"), action), may, "{action}");
    }
}

#[tokio::test]
async fn a_policy_that_is_gone_or_unreadable_allows_nothing() {
    let world = World::new().await;
    let mut mia = user(OWN, "mia", Some("{"));
    world.commit(vec![Change::PutUser(mia.clone())]).await;
    let unreadable = |name| {
        let snapshot = world.catalog.current();
        Rights::of(&caller(name), &snapshot, managed).is_err()
    };
    assert!(unreadable("mia"));
    mia.policies.clear();
    world.commit(vec![Change::PutUser(mia)]).await;
    assert!(!unreadable("mia"));
}

#[tokio::test]
async fn a_resource_of_another_account_needs_both_sides() {
    let world = World::new().await;
    let text = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{{"AWS":"{OWN}"}},"Action":"s3:*","Resource":"*"}}}}"#
    );
    let policy = Policy::parse(PolicyKind::Resource, &text).unwrap();
    for (own, may) in [(None, false), (Some(allowing(r#""s3:*""#)), true)] {
        world.commit(vec![Change::PutUser(user(OWN, "mia", own.as_deref()))]).await;
        let (caller, snapshot) = (caller("mia"), world.catalog.current());
        let rights = Rights::of(&caller, &snapshot, managed).unwrap();
        let asked = ("s3:GetObject", "arn:aws:s3:::b/k", account("444455556666"));
        assert_eq!(rights.decide(Some(&policy), asked, Context::default()).is_allowed(), may);
    }
}
