//! Quotas that take many entities: the account is filled at once, then one more is asked for.

use cairn_catalog::{Change, Group, ManagedPolicy, PolicyVersion, Role, User};
use cairn_event::AccountId;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::world::{World, form};

async fn fill(world: &World, count: usize, make: impl Fn(usize) -> Change) {
    let all: Vec<usize> = (0..count).collect();
    for some in all.chunks(500) {
        let revision = world.catalog.current().revision();
        world.catalog.commit(revision, some.iter().map(|at| make(*at)).collect()).await.unwrap();
    }
}

async fn check(world: &World, name: &str, with: &Value, quota: &str) {
    let refused = world.call(name, &form(with)).await.unwrap_err();
    assert_eq!(refused, ("LimitExceeded".to_owned(), format!("Cannot exceed quota for {quota}")));
}

#[tokio::test]
async fn users_groups_roles_and_policies_are_limited() {
    let world = World::new().await;
    fill(&world, 300, |at| Change::PutGroup(group(at))).await;
    check(&world, "CreateGroup", &json!({"GroupName": "more"}), "GroupsPerAccount: 300").await;
    fill(&world, 1_000, |at| Change::PutRole(Box::new(role(at)))).await;
    let with = json!({"RoleName": "more", "AssumeRolePolicyDocument": TRUST});
    check(&world, "CreateRole", &with, "RolesPerAccount: 1000").await;
    fill(&world, 1_500, |at| Change::PutManagedPolicy(Box::new(policy(at)))).await;
    let with = json!({"PolicyName": "more", "PolicyDocument": POLICY});
    check(&world, "CreatePolicy", &with, "PoliciesPerAccount: 1500").await;
    fill(&world, 5_000, |at| Change::PutUser(user(at))).await;
    check(&world, "CreateUser", &json!({"UserName": "more"}), "UsersPerAccount: 5000").await;
    let with = json!({"GroupName": "g0", "NewGroupName": "other"});
    let refused = world.call("UpdateGroup", &form(&with)).await.unwrap_err();
    assert_eq!(refused.0, "LimitExceeded");
    let summary = world.call("GetAccountSummary", &[]).await.unwrap();
    let summary = &summary["SummaryMap"];
    assert_eq!((&summary["Users"], &summary["Roles"]), (&json!(5000), &json!(1000)));
    world.end().await;
}

/// White space is not counted as AWS does not, and is not stored without end either.
#[tokio::test]
async fn white_space_of_inline_policies_is_limited_too() {
    let world = World::new().await;
    world.call("CreateUser", &form(&json!({"UserName": "ann"}))).await.unwrap();
    let padded = format!("{POLICY}{}", "\n".repeat(20_000));
    let (mut put, mut refused) = (0, None);
    for number in 0..20 {
        let with = json!({"UserName": "ann", "PolicyName": format!("p{number}"), "PolicyDocument": padded});
        match world.call("PutUserPolicy", &form(&with)).await {
            Ok(_) => put += 1,
            Err((code, _)) => refused = Some(code),
        }
    }
    assert_eq!((put, refused.as_deref()), (13, Some("LimitExceeded")));
    world.end().await;
}

fn arn(kind: &str, name: &str) -> String {
    format!("arn:aws:iam::123456789012:{kind}/{name}")
}

fn account() -> AccountId {
    "123456789012".parse().unwrap()
}

/// A member of the first group.
fn user(at: usize) -> User {
    User {
        account: account(),
        name: format!("u{at}"),
        path: "/".to_owned(),
        user_id: format!("AIDA{at}"),
        arn: arn("user", &format!("u{at}")),
        created: CREATED,
        policies: Vec::new(),
        attached: Vec::new(),
        groups: vec!["g0".to_owned()],
        boundary: None,
        tags: Vec::new(),
    }
}

fn group(at: usize) -> Group {
    Group {
        account: account(),
        name: format!("g{at}"),
        path: "/".to_owned(),
        group_id: format!("AGPA{at}"),
        arn: arn("group", &format!("g{at}")),
        created: CREATED,
        policies: Vec::new(),
        attached: Vec::new(),
    }
}

fn role(at: usize) -> Role {
    Role {
        account: account(),
        name: format!("r{at}"),
        path: "/".to_owned(),
        role_id: format!("AROA{at}"),
        arn: arn("role", &format!("r{at}")),
        created: CREATED,
        description: None,
        trust: TRUST.to_owned(),
        session_seconds_max: 3600,
        policies: Vec::new(),
        attached: Vec::new(),
        boundary: None,
        tags: Vec::new(),
    }
}

fn policy(at: usize) -> ManagedPolicy {
    let document = POLICY.to_owned();
    ManagedPolicy {
        account: account(),
        name: format!("p{at}"),
        path: "/".to_owned(),
        policy_id: format!("ANPA{at}"),
        arn: arn("policy", &format!("p{at}")),
        created: CREATED,
        updated: CREATED,
        description: None,
        default_version: "v1".to_owned(),
        next_version: 2,
        versions: vec![PolicyVersion { id: "v1".to_owned(), document, created: CREATED }],
        tags: Vec::new(),
    }
}

const CREATED: Timestamp = Timestamp::UNIX_EPOCH;
const POLICY: &str = r#"{"Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}"#;
const TRUST: &str =
    r#"{"Statement":{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"sts:AssumeRole"}}"#;
