//! Whatever is called in whatever order: nothing panics, nothing breaks inside, and the catalog stays consistent.

use std::collections::BTreeSet;

use cairn_catalog::{Owner, Snapshot};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::world::{World, form};

/// Few names, so that calls meet; some differ by case alone.
fn name() -> impl Strategy<Value = &'static str> {
    select(vec!["a", "A", "b", "c"])
}

fn arn() -> impl Strategy<Value = &'static str> {
    select(vec![
        "arn:aws:iam::123456789012:policy/a",
        "arn:aws:iam::123456789012:policy/b",
        "arn:aws:iam::123456789012:policy/x/c",
        "arn:aws:iam::aws:policy/ReadOnlyAccess",
        "arn:aws:iam::aws:policy/Unknown00",
    ])
}

const POLICY: &str = r#"{"Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}"#;
const TRUST: &str =
    r#"{"Statement":{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"sts:AssumeRole"}}"#;

/// One call with everything that any operation may need; parameters that an operation lacks are ignored.
fn call() -> impl Strategy<Value = (&'static str, Value)> {
    let names = (name(), name(), name(), name());
    let operation = select(OPERATIONS.to_vec());
    (operation, names, arn(), select(vec!["/", "/x/"]), select(vec!["v1", "v2", "v3"]), any::<bool>())
        .prop_map(|(operation, (own, new, group, policy), arn, path, version, flag)| {
            let mut with = json!({
                "UserName": own, "RoleName": own, "NewUserName": new, "NewGroupName": new, "NewPath": path,
                "GroupName": group, "PolicyName": policy, "PolicyArn": arn, "PolicyDocument": POLICY,
                "AssumeRolePolicyDocument": TRUST, "VersionId": version, "SetAsDefault": flag,
                "Tags": [{"Key": own, "Value": new}], "TagKeys": [policy],
            });
            if operation == "UpdateAssumeRolePolicy" {
                with["PolicyDocument"] = json!(TRUST);
            }
            if operation.contains("Boundary") || flag {
                with["PermissionsBoundary"] = json!(arn);
            }
            if operation.starts_with("Create") {
                with["Path"] = json!(path);
            }
            (operation, with)
        })
}

const OPERATIONS: &[&str] = &[
    "AddUserToGroup",
    "AttachGroupPolicy",
    "AttachRolePolicy",
    "AttachUserPolicy",
    "CreateAccessKey",
    "CreateGroup",
    "CreateGroup",
    "CreatePolicy",
    "CreatePolicy",
    "CreatePolicyVersion",
    "CreateRole",
    "CreateRole",
    "CreateUser",
    "CreateUser",
    "DeleteGroup",
    "DeleteGroupPolicy",
    "DeletePolicy",
    "DeletePolicyVersion",
    "DeleteRole",
    "DeleteRolePermissionsBoundary",
    "DeleteRolePolicy",
    "DeleteUser",
    "DeleteUserPermissionsBoundary",
    "DeleteUserPolicy",
    "DetachGroupPolicy",
    "DetachRolePolicy",
    "DetachUserPolicy",
    "GetAccountSummary",
    "ListEntitiesForPolicy",
    "ListPolicies",
    "PutGroupPolicy",
    "PutRolePermissionsBoundary",
    "PutRolePolicy",
    "PutUserPermissionsBoundary",
    "PutUserPolicy",
    "RemoveUserFromGroup",
    "SetDefaultPolicyVersion",
    "TagPolicy",
    "TagRole",
    "TagUser",
    "UntagPolicy",
    "UntagRole",
    "UntagUser",
    "UpdateAssumeRolePolicy",
    "UpdateGroup",
    "UpdateRole",
    "UpdateUser",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_catalog_stays_consistent(calls in prop::collection::vec(call(), 1..120)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let world = World::new().await;
            for (operation, with) in &calls {
                let before = world.catalog.current().revision();
                let outcome = world.call(operation, &form(with)).await;
                if let Err((code, message)) = &outcome {
                    assert_ne!(code, "ServiceFailure", "{operation} {with}: {message}");
                    assert_eq!(world.catalog.current().revision(), before, "refused, yet something changed");
                }
                consistent(&world.catalog.current());
            }
            world.end().await;
        });
    }
}

fn consistent(snapshot: &Snapshot) {
    let account = "123456789012".parse().unwrap();
    distinct(snapshot.users(&account).map(|user| user.name.as_str()));
    distinct(snapshot.groups(&account).map(|group| group.name.as_str()));
    distinct(snapshot.roles(&account).map(|role| role.name.as_str()));
    distinct(snapshot.managed_policies(&account).map(|policy| policy.name.as_str()));
    for user in snapshot.users(&account) {
        assert_eq!(user.arn, format!("arn:aws:iam::123456789012:user{}{}", user.path, user.name));
        distinct(user.groups.iter().map(String::as_str));
        distinct(user.attached.iter().map(String::as_str));
        distinct(user.tags.iter().map(|tag| tag.key.as_str()));
        assert!(user.groups.iter().all(|group| snapshot.group(&account, group).is_some()));
        let owner = Owner::User(user.name.clone());
        assert!(snapshot.access_keys(&account, &owner).count() <= 2);
        held(snapshot, user.attached.iter().chain(&user.boundary));
    }
    for group in snapshot.groups(&account) {
        assert_eq!(group.arn, format!("arn:aws:iam::123456789012:group{}{}", group.path, group.name));
        held(snapshot, group.attached.iter());
    }
    for role in snapshot.roles(&account) {
        held(snapshot, role.attached.iter().chain(&role.boundary));
    }
    for policy in snapshot.managed_policies(&account) {
        assert!(policy.document().is_some(), "the default version is gone");
        assert!((1..=5).contains(&policy.versions.len()));
        distinct(policy.versions.iter().map(|version| version.id.as_str()));
    }
}

/// Asserts that names differ by more than case.
fn distinct<'a>(names: impl Iterator<Item = &'a str>) {
    let mut seen = BTreeSet::new();
    for name in names {
        assert!(seen.insert(name.to_ascii_lowercase()), "{name} is there twice");
    }
}

/// Asserts that what is attached can be read: a policy that is gone would take its denials along.
fn held<'a>(snapshot: &Snapshot, arns: impl Iterator<Item = &'a String>) {
    for arn in arns {
        let known = snapshot.managed_policy(arn).is_some() || cairn_iam::aws_policy(arn).is_some();
        assert!(known, "{arn} is attached and gone");
    }
}
