//! The roles of services: made by whoever may, changed by nobody, deleted once nothing needs them.

use cairn_catalog::{Change, FeatureSet, JoinedBy, Kept, Member, Organization};
use cairn_event::AccountId;
use cairn_iam::LinkedService;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::world::{World, form, root};

const ORGANIZATIONS: &str = "AWSServiceRoleForOrganizations";

async fn call(world: &World, name: &str, with: &Value) -> Result<Value, String> {
    world.call(name, &form(with)).await.map_err(|(code, _)| code)
}

async fn create(world: &World, service: &str) -> Result<Value, String> {
    call(world, "CreateServiceLinkedRole", &json!({ "AWSServiceName": service })).await
}

async fn delete(world: &World) -> String {
    let with = json!({ "RoleName": ORGANIZATIONS });
    let answer = call(world, "DeleteServiceLinkedRole", &with).await.unwrap();
    answer["DeletionTaskId"].as_str().unwrap().to_owned()
}

async fn status(world: &World, task: &str) -> Result<Value, String> {
    call(world, "GetServiceLinkedRoleDeletionStatus", &json!({ "DeletionTaskId": task })).await
}

fn account() -> AccountId {
    "123456789012".parse().unwrap()
}

fn organization() -> Vec<Change> {
    let organization = Organization {
        id: "o-a1b2c3d4e5".to_owned(),
        management: account(),
        feature_set: FeatureSet::All,
        kept: Kept::Here,
        root: "r-ab12".to_owned(),
        policies_enabled: false,
        attached: Vec::new(),
        trusted_services: Vec::new(),
        root_tags: Vec::new(),
        created: Timestamp::UNIX_EPOCH,
    };
    let member = Member {
        account: account(),
        organization: organization.id.clone(),
        name: "main".to_owned(),
        email: "main@example.com".to_owned(),
        parent: organization.root.clone(),
        joined_by: JoinedBy::Invitation,
        joined: Timestamp::UNIX_EPOCH,
        closed: false,
        attached: Vec::new(),
        administers: Vec::new(),
        tags: Vec::new(),
    };
    vec![Change::PutOrganization(Box::new(organization)), Change::PutMember(Box::new(member))]
}

#[tokio::test]
async fn a_service_has_one_role_in_an_account() {
    let world = World::new().await;
    let role = create(&world, "cloudtrail.amazonaws.com").await.unwrap();
    assert_eq!(
        role["Role"]["Arn"],
        "arn:aws:iam::123456789012:role/aws-service-role/cloudtrail.amazonaws.com/AWSServiceRoleForCloudTrail"
    );
    let attached =
        call(&world, "ListAttachedRolePolicies", &json!({ "RoleName": "AWSServiceRoleForCloudTrail" })).await;
    assert_eq!(
        attached.unwrap()["AttachedPolicies"],
        json!([{
            "PolicyName": "CloudTrailServiceRolePolicy",
            "PolicyArn": "arn:aws:iam::aws:policy/aws-service-role/CloudTrailServiceRolePolicy"
        }])
    );
    assert_eq!(create(&world, "cloudtrail.amazonaws.com").await, Err("InvalidInput".to_owned()));
    assert_eq!(create(&world, "s3.amazonaws.com").await, Err("InvalidInput".to_owned()));
    let suffixed = json!({ "AWSServiceName": "organizations.amazonaws.com", "CustomSuffix": "mine" });
    assert_eq!(call(&world, "CreateServiceLinkedRole", &suffixed).await, Err("InvalidInput".to_owned()));
    world.end().await;
}

#[tokio::test]
async fn nobody_changes_or_imitates_the_role_of_a_service() {
    let world = World::new().await;
    create(&world, "organizations.amazonaws.com").await.unwrap();
    let trust = json!({"json": {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}});
    let everything = json!({"json": {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"}]}});
    let text = |document: &Value| document["json"].to_string();
    let administrator = "arn:aws:iam::aws:policy/AdministratorAccess";
    let of_organizations = "arn:aws:iam::aws:policy/aws-service-role/AWSOrganizationsServiceTrustPolicy";
    for (operation, with) in [
        ("AttachRolePolicy", json!({ "PolicyArn": administrator })),
        ("DetachRolePolicy", json!({ "PolicyArn": of_organizations })),
        ("PutRolePolicy", json!({ "PolicyName": "all", "PolicyDocument": text(&everything) })),
        ("DeleteRolePolicy", json!({ "PolicyName": "all" })),
        ("PutRolePermissionsBoundary", json!({ "PermissionsBoundary": administrator })),
        ("DeleteRolePermissionsBoundary", json!({})),
        ("UpdateAssumeRolePolicy", json!({ "PolicyDocument": text(&trust) })),
        ("UpdateRole", json!({ "Description": "mine" })),
        ("DeleteRole", json!({})),
    ] {
        let mut with = with;
        with["RoleName"] = ORGANIZATIONS.into();
        assert_eq!(call(&world, operation, &with).await, Err("UnmodifiableEntity".to_owned()), "{operation}");
    }
    let described = json!({ "RoleName": ORGANIZATIONS, "Description": "ours" });
    assert!(call(&world, "UpdateRoleDescription", &described).await.is_ok());
    // No organization limits roles of that path, so nobody makes one.
    for with in [
        json!({ "RoleName": "free", "Path": "/aws-service-role/cloudtrail.amazonaws.com/" }),
        json!({ "RoleName": "AWSServiceRoleForCloudTrail" }),
    ] {
        let mut with = with;
        with["AssumeRolePolicyDocument"] = text(&trust).into();
        assert_eq!(call(&world, "CreateRole", &with).await, Err("InvalidInput".to_owned()));
    }
    let own = json!({ "RoleName": "own", "AssumeRolePolicyDocument": text(&trust) });
    call(&world, "CreateRole", &own).await.unwrap();
    let with = json!({ "RoleName": "own", "PolicyArn": of_organizations });
    assert_eq!(call(&world, "AttachRolePolicy", &with).await, Err("PolicyNotAttachable".to_owned()));
    let own = json!({ "RoleName": "own" });
    assert_eq!(call(&world, "DeleteServiceLinkedRole", &own).await, Err("NoSuchEntity".to_owned()));
    world.end().await;
}

#[tokio::test]
async fn a_role_that_is_needed_stays_and_its_task_says_what_needs_it() {
    let world = World::new().await;
    create(&world, "organizations.amazonaws.com").await.unwrap();
    let revision = world.catalog.current().revision();
    world.catalog.commit(revision, organization()).await.unwrap();
    let task = delete(&world).await;
    let told = status(&world, &task).await.unwrap();
    assert_eq!(told["Status"], "FAILED");
    assert_eq!(
        told["Reason"]["RoleUsageList"][0]["Resources"],
        json!(["arn:aws:organizations::123456789012:organization/o-a1b2c3d4e5"])
    );
    let snapshot = world.catalog.current();
    let gone = vec![
        Change::DeleteMember { account: account() },
        Change::DeleteOrganization { id: "o-a1b2c3d4e5".to_owned() },
    ];
    world.catalog.commit(snapshot.revision(), gone).await.unwrap();
    let second = delete(&world).await;
    assert_eq!(status(&world, &second).await.unwrap(), json!({ "Status": "SUCCEEDED" }));
    assert_eq!(LinkedService::ORGANIZATIONS.role_in(&world.catalog.current(), account()), None);
    // Made again, it is another role: the former task is over.
    create(&world, "organizations.amazonaws.com").await.unwrap();
    assert_eq!(status(&world, &task).await.unwrap()["Status"], "SUCCEEDED");
    // A task is its account's, and nobody makes one up.
    let with = form(&json!({ "DeletionTaskId": task }));
    let other = world.call_by(&root("999988887777"), "GetServiceLinkedRoleDeletionStatus", &with).await;
    assert_eq!(other.unwrap_err().0, "NoSuchEntity");
    let role = "aws-service-role/organizations.amazonaws.com/AWSServiceRoleForOrganizations";
    for (task, code) in [
        ("x".to_owned(), "InvalidInput"),
        (format!("task/{role}"), "InvalidInput"),
        (format!("task/{role}/AAAA"), "NoSuchEntity"),
        (format!("{task}A"), "NoSuchEntity"),
    ] {
        assert_eq!(status(&world, &task).await, Err(code.to_owned()), "{task}");
    }
    world.end().await;
}
