use std::sync::Arc;

use cairn_access::{On, Principal};
use cairn_catalog::{Account, Catalog, Change, SqliteCatalog};
use cairn_event::AccountId;
use jiff::Timestamp;
use serde_json::json;

use super::*;

/// What each operation is about agrees with what its permission is said to be done to.
#[test]
fn subjects_agree_with_the_table_of_permissions() {
    for operation in Operation::ALL {
        let on = match subject(*operation) {
            Subject::Everything => On::Everything,
            Subject::Users => On::Users,
            Subject::Groups => On::Groups,
            Subject::Roles => On::Roles,
            Subject::MfaDevice | Subject::NewMfaDevice => On::Mfa,
            Subject::User | Subject::NewUser | Subject::RenamedUser | Subject::KeyOwner => On::User,
            Subject::Group | Subject::NewGroup | Subject::RenamedGroup => On::Group,
            Subject::Role | Subject::NewRole | Subject::NewLinkedRole | Subject::DeletedRole => On::Role,
            Subject::Policy | Subject::NewPolicy => On::Policy,
        };
        let permission = Permission::of(Service::Iam, operation.name()).unwrap();
        assert_eq!(permission.on, on, "{}", operation.name());
        assert_eq!(permission.action, format!("iam:{}", operation.name()));
    }
}

#[tokio::test]
async fn calls_are_about_what_is_there_whatever_they_call_it() {
    let (snapshot, caller) = world().await;
    let arn = |rest: &str| format!("arn:aws:iam::123456789012:{rest}");
    for (operation, parameters, resources) in [
        (Operation::ListUsers, json!({}), vec![arn("user/")]),
        (Operation::ListRoles, json!({"PathPrefix": "/ci/"}), vec![arn("role/ci/")]),
        (Operation::GetUser, json!({}), vec![arn("user/team/ann")]),
        (Operation::GetUser, json!({"UserName": "ann"}), vec![arn("user/team/ann")]),
        (Operation::GetUser, json!({"UserName": "eve"}), vec![arn("user/eve")]),
        (Operation::CreateAccessKey, json!({}), vec![arn("user/team/ann")]),
        (Operation::CreateUser, json!({"UserName": "bob", "Path": "/x/"}), vec![arn("user/x/bob")]),
        (
            Operation::UpdateUser,
            json!({"UserName": "ann", "NewUserName": "root"}),
            vec![arn("user/team/ann"), arn("user/team/root")],
        ),
        (
            Operation::UpdateUser,
            json!({"UserName": "ann", "NewPath": "/admins/"}),
            vec![arn("user/team/ann"), arn("user/admins/ann")],
        ),
        (Operation::GetRole, json!({"RoleName": "deploy"}), vec![arn("role/ci/deploy")]),
        (Operation::AddUserToGroup, json!({"GroupName": "g", "UserName": "ann"}), vec![arn("group/g")]),
        (
            Operation::GetPolicy,
            json!({"PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}),
            vec!["arn:aws:iam::aws:policy/ReadOnlyAccess".to_owned()],
        ),
        (
            Operation::CreateServiceLinkedRole,
            json!({"AWSServiceName": "cloudtrail.amazonaws.com"}),
            vec![arn("role/aws-service-role/cloudtrail.amazonaws.com/AWSServiceRoleForCloudTrail")],
        ),
        (
            Operation::CreateServiceLinkedRole,
            json!({"AWSServiceName": "other.amazonaws.com"}),
            vec![arn("role/aws-service-role/other.amazonaws.com/*")],
        ),
        (
            Operation::GetServiceLinkedRoleDeletionStatus,
            json!({"DeletionTaskId": "task/aws-service-role/x.amazonaws.com/AWSServiceRoleForX/sea/led="}),
            vec![arn("role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX")],
        ),
        (Operation::CreatePolicy, json!({"PolicyName": "p"}), vec![arn("policy/p")]),
        (Operation::GetAccountSummary, json!({}), vec!["*".to_owned()]),
        (
            Operation::GetAccessKeyLastUsed,
            json!({"AccessKeyId": "AKIAUNKNOWN0000000001"}),
            vec!["*".to_owned()],
        ),
    ] {
        let asked = Asked::of(&snapshot, &caller, operation, &parameters);
        assert_eq!(asked.resources, resources, "{} {parameters}", operation.name());
    }
}

#[tokio::test]
async fn conditions_are_told_of_the_request_and_of_what_it_is_about() {
    let (snapshot, caller) = world().await;
    for (operation, parameters, conditions) in [
        (
            Operation::TagUser,
            json!({"UserName": "ann", "Tags": [{"Key": "team", "Value": "red"}]}),
            vec![
                ("aws:RequestTag/team", "red"),
                ("aws:TagKeys", "team"),
                ("aws:ResourceTag/dept", "it"),
                ("iam:ResourceTag/dept", "it"),
            ],
        ),
        (
            Operation::UntagRole,
            json!({"RoleName": "deploy", "TagKeys": ["a", "b"]}),
            vec![("aws:TagKeys", "a"), ("aws:TagKeys", "b")],
        ),
        (
            Operation::AttachRolePolicy,
            json!({"RoleName": "deploy", "PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}),
            vec![
                ("iam:PolicyARN", "arn:aws:iam::aws:policy/ReadOnlyAccess"),
                ("iam:PermissionsBoundary", "arn:aws:iam::aws:policy/PowerUserAccess"),
            ],
        ),
        (
            Operation::CreateRole,
            json!({"RoleName": "new", "PermissionsBoundary": "arn:aws:iam::aws:policy/ReadOnlyAccess"}),
            vec![("iam:PermissionsBoundary", "arn:aws:iam::aws:policy/ReadOnlyAccess")],
        ),
        (
            Operation::CreateServiceLinkedRole,
            json!({"AWSServiceName": "cloudtrail.amazonaws.com"}),
            vec![("iam:AWSServiceName", "cloudtrail.amazonaws.com")],
        ),
        (Operation::GetRole, json!({"RoleName": "deploy"}), vec![]),
    ] {
        let asked = Asked::of(&snapshot, &caller, operation, &parameters);
        let mut found: Vec<(&str, &str)> =
            asked.conditions.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        let mut expected = conditions;
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected, "{} {parameters}", operation.name());
    }
}

async fn world() -> (Arc<Snapshot>, Caller) {
    let dir = tempfile::tempdir().unwrap();
    let catalog = SqliteCatalog::open(&dir.path().join("catalog.db")).await.unwrap();
    catalog.commit(0, entities()).await.unwrap();
    let snapshot = catalog.current();
    catalog.close().await;
    let (account, path) = (account(), "/team/".to_owned());
    let principal = Principal::User { account, name: "ann".to_owned(), path, id: "AIDA1".to_owned() };
    (snapshot, Caller { account, principal })
}

fn account() -> AccountId {
    "123456789012".parse().unwrap()
}

fn entities() -> Vec<Change> {
    let (account, created) = (account(), Timestamp::UNIX_EPOCH);
    let user = User {
        account,
        name: "ann".to_owned(),
        path: "/team/".to_owned(),
        user_id: "AIDA1".to_owned(),
        arn: "arn:aws:iam::123456789012:user/team/ann".to_owned(),
        created,
        policies: Vec::new(),
        attached: Vec::new(),
        groups: Vec::new(),
        boundary: None,
        tags: vec![Tag { key: "dept".to_owned(), value: Some("it".to_owned()) }],
    };
    let role = Role {
        account,
        name: "deploy".to_owned(),
        path: "/ci/".to_owned(),
        role_id: "AROA1".to_owned(),
        arn: "arn:aws:iam::123456789012:role/ci/deploy".to_owned(),
        created,
        description: None,
        trust: "{}".to_owned(),
        session_seconds_max: 3600,
        policies: Vec::new(),
        attached: Vec::new(),
        boundary: Some("arn:aws:iam::aws:policy/PowerUserAccess".to_owned()),
        tags: Vec::new(),
    };
    vec![
        Change::PutAccount(Account { id: account, alias: None, name: None, email: None, created }),
        Change::PutUser(user),
        Change::PutRole(Box::new(role)),
    ]
}

/// A password policy may let users change their own passwords, and read it; nobody else, and nothing else.
#[tokio::test]
async fn an_account_may_let_its_users_change_their_passwords() {
    let (snapshot, caller) = world().await;
    let asked = |snapshot: &Snapshot, caller: &Caller, operation| {
        Asked::of(snapshot, caller, operation, &json!({})).allowed_by_account
    };
    assert!(!asked(&snapshot, &caller, Operation::ChangePassword), "without a policy");
    let root = Caller { account: caller.account, principal: Principal::Root { account: caller.account } };
    for may in [false, true] {
        let dir = tempfile::tempdir().unwrap();
        let catalog = SqliteCatalog::open(&dir.path().join("catalog.db")).await.unwrap();
        let account = snapshot.account(&caller.account).unwrap().clone();
        let policy = cairn_catalog::PasswordPolicy {
            account: account.id,
            min_length: 8,
            requires: std::collections::BTreeSet::new(),
            users_may_change: may,
            max_age_days: None,
            remembered: None,
            hard_expiry: None,
        };
        let changes = vec![Change::PutAccount(account), Change::PutPasswordPolicy(Box::new(policy))];
        catalog.commit(0, changes).await.unwrap();
        let snapshot = catalog.current();
        assert_eq!(asked(&snapshot, &caller, Operation::ChangePassword), may);
        assert_eq!(asked(&snapshot, &caller, Operation::GetAccountPasswordPolicy), may);
        assert!(!asked(&snapshot, &caller, Operation::UpdateLoginProfile));
        assert!(!asked(&snapshot, &root, Operation::ChangePassword));
        catalog.close().await;
    }
}
