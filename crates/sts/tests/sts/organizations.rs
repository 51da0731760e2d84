//! What an organization leaves of the rights of its members, and what conditions learn of it.

use cairn_access::{Caller, Context, Policy, PolicyKind, Principal};
use cairn_catalog::{
    Change, FULL_ACCESS_POLICY, FeatureSet, JoinedBy, Kept, Member, Organization, OrganizationPolicy,
    OrganizationalUnit,
};
use cairn_sts::Rights;
use cairn_wire::sts::{AssumeRoleRequest, GetSessionTokenRequest};
use jiff::Timestamp;

use crate::world::{ALL, OTHER, OWN, World, account, allowing, asker, managed, trusting};

const ORGANIZATION: &str = "o-a1b2c3d4e5";
const UNIT: &str = "ou-ab12-11111111";
const MANAGEMENT: &str = OTHER;
const MEMBER: &str = OWN;

fn organization(attached: &[&str]) -> Organization {
    Organization {
        id: ORGANIZATION.to_owned(),
        management: account(MANAGEMENT),
        feature_set: FeatureSet::All,
        kept: Kept::Here,
        root: "r-ab12".to_owned(),
        policies_enabled: true,
        attached: attached.iter().map(|&id| id.to_owned()).collect(),
        trusted_services: Vec::new(),
        root_tags: Vec::new(),
        created: Timestamp::UNIX_EPOCH,
    }
}

fn member(id: &str, parent: &str) -> Member {
    Member {
        account: account(id),
        organization: ORGANIZATION.to_owned(),
        name: id.to_owned(),
        email: format!("{id}@example.com"),
        parent: parent.to_owned(),
        joined_by: JoinedBy::Creation,
        joined: Timestamp::UNIX_EPOCH,
        closed: false,
        attached: vec![FULL_ACCESS_POLICY.to_owned()],
        administers: Vec::new(),
        tags: Vec::new(),
    }
}

fn unit(attached: &[&str]) -> OrganizationalUnit {
    OrganizationalUnit {
        id: UNIT.to_owned(),
        organization: ORGANIZATION.to_owned(),
        name: "shops".to_owned(),
        parent: "r-ab12".to_owned(),
        attached: attached.iter().map(|&id| id.to_owned()).collect(),
        tags: Vec::new(),
        created: Timestamp::UNIX_EPOCH,
    }
}

fn policy(id: &str, document: &str) -> Change {
    Change::PutOrganizationPolicy(Box::new(OrganizationPolicy {
        id: id.to_owned(),
        organization: ORGANIZATION.to_owned(),
        name: id.to_owned(),
        description: String::new(),
        document: document.to_owned(),
        tags: Vec::new(),
    }))
}

/// A world with a managing account and a member in a unit, with policies on root and unit.
async fn world(root: &[&str], of_unit: &[&str]) -> World {
    let world = World::new().await;
    let deny = r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":["iam:*","sts:AssumeRole"],"Resource":"*"}}"#;
    world
        .commit(vec![
            Change::PutOrganization(Box::new(organization(root))),
            Change::PutOrganizationalUnit(Box::new(unit(of_unit))),
            Change::PutMember(Box::new(member(MANAGEMENT, "r-ab12"))),
            Change::PutMember(Box::new(member(MEMBER, UNIT))),
            policy("p-denyiam00", deny),
            policy("p-onlykms00", &allowing(r#""kms:*""#)),
        ])
        .await;
    world
}

fn root(id: &str) -> Caller {
    Caller::Verified { principal: Principal::Root { account: account(id) }, access_key_id: None }
}

fn reason(world: &World, caller: &Caller, action: &str) -> Option<String> {
    let snapshot = world.catalog.current();
    let rights = Rights::of(caller, &snapshot, managed).unwrap();
    rights.decide(None, (action, "*", caller.account().unwrap()), Context::default()).reason()
}

#[tokio::test]
async fn every_level_limits_users_and_the_root_of_a_member_alone() {
    let (full, deny, kms) = (FULL_ACCESS_POLICY, "p-denyiam00", "p-onlykms00");
    let denied = Some("with an explicit deny in a service control policy");
    let missing = Some("because no service control policy allows the iam:ListUsers action");
    for (of_root, of_unit, told) in [
        (&[full][..], &[full][..], None),
        (&[full, deny], &[full], denied),
        (&[full], &[full, deny], denied),
        (&[kms], &[full], missing),
        (&[full], &[kms], missing),
        (&[full, kms], &[full], None),
        (&[full], &[], missing),
    ] {
        let world = world(of_root, of_unit).await;
        let user = world.user(MEMBER, "mia", Some(ALL)).await;
        for caller in [user, root(MEMBER)] {
            let case = format!("{of_root:?} {of_unit:?} {caller:?}");
            assert_eq!(reason(&world, &caller, "iam:ListUsers").as_deref(), told, "{case}");
        }
        let manager = world.user(MANAGEMENT, "max", Some(ALL)).await;
        for caller in [manager, root(MANAGEMENT)] {
            assert_eq!(reason(&world, &caller, "iam:ListUsers"), None);
        }
        // Switched off, they limit nobody.
        let off = Organization { policies_enabled: false, ..organization(of_root) };
        world.commit(vec![Change::PutOrganization(Box::new(off))]).await;
        assert_eq!(reason(&world, &root(MEMBER), "iam:ListUsers"), None);
    }
}

#[tokio::test]
async fn a_policy_that_is_gone_or_not_understood_denies_all_and_is_named() {
    for id in ["p-gone00000", "p-spoilt000"] {
        let world = world(&[FULL_ACCESS_POLICY], &[FULL_ACCESS_POLICY, id]).await;
        world.commit(vec![policy("p-spoilt000", "{")]).await;
        let mia = world.user(MEMBER, "mia", Some(ALL)).await;
        for caller in [root(MEMBER), mia] {
            let told = reason(&world, &caller, "s3:ListAllMyBuckets").expect("a denial");
            let begin = format!("because a service control policy can't be understood: {id}: ");
            assert!(told.starts_with(&begin), "{told}");
        }
        assert_eq!(reason(&world, &root(MANAGEMENT), "s3:ListAllMyBuckets"), None);
    }
}

#[tokio::test]
async fn a_policy_under_a_key_that_only_aws_knows_does_not_end_the_work_of_its_members() {
    let world = world(&[FULL_ACCESS_POLICY], &[FULL_ACCESS_POLICY, "p-elsewhere"]).await;
    let text = r#"{"Version":"2012-10-17","Statement":[{"Sid":"No machines","Effect":"Deny","Action":"ec2:*","Resource":"*","Condition":{"StringEquals":{"aws:NewerThanCairn":"x"}}}]}"#;
    world.commit(vec![policy("p-elsewhere", text)]).await;
    for action in ["s3:ListAllMyBuckets", "ec2:RunInstances"] {
        assert_eq!(reason(&world, &root(MEMBER), action), None);
    }
}

#[tokio::test]
async fn sts_says_that_an_organization_denies_and_does_not_say_whether_there_is_such_a_role() {
    let (full, deny) = (FULL_ACCESS_POLICY, "p-denyiam00");
    let world = world(&[full], &[full, deny]).await;
    let mia = world.user(MEMBER, "mia", Some(ALL)).await;
    let trust = trusting(&format!(r#"{{"AWS":"{MEMBER}"}}"#), r#""sts:AssumeRole""#, "");
    let there = world.role(MEMBER, "there", &trust, |_| ()).await;
    for arn in [there, format!("arn:aws:iam::{MEMBER}:role/missing")] {
        let request = AssumeRoleRequest {
            role_arn: arn.clone(),
            role_session_name: "s1".to_owned(),
            ..Default::default()
        };
        let refusal = world.sts.assume_role(&asker(&mia), &request).unwrap_err().to_string();
        let user = format!("arn:aws:iam::{MEMBER}:user/mia");
        assert_eq!(
            refusal,
            format!(
                "User: {user} is not authorized to perform: sts:AssumeRole on resource: {arn} with an explicit deny in a service control policy"
            )
        );
    }
}

#[tokio::test]
async fn nobody_of_a_closed_account_may_do_anything() {
    let world = world(&[FULL_ACCESS_POLICY], &[FULL_ACCESS_POLICY]).await;
    let mia = world.user(MEMBER, "mia", Some(ALL)).await;
    let max = world.user(MANAGEMENT, "max", Some(ALL)).await;
    let trust = trusting(&format!(r#"{{"AWS":"{MANAGEMENT}"}}"#), r#""sts:AssumeRole""#, "");
    let role_arn = world.role(MEMBER, "OrganizationAccountAccessRole", &trust, |_| ()).await;
    let request = AssumeRoleRequest { role_arn, role_session_name: "s1".to_owned(), ..Default::default() };
    let credentials = world.sts.assume_role(&asker(&max), &request).unwrap().credentials.unwrap();
    let session = world.caller(&credentials);
    assert!(world.sts.get_caller_identity(&asker(&mia)).is_ok());
    let closed = Member { closed: true, ..member(MEMBER, UNIT) };
    world.commit(vec![Change::PutMember(Box::new(closed))]).await;
    for caller in [&mia, &root(MEMBER), &session] {
        assert_eq!(
            reason(&world, caller, "s3:ListAllMyBuckets").as_deref(),
            Some("because the account is closed")
        );
        assert!(world.sts.get_caller_identity(&asker(caller)).is_err());
    }
    assert!(world.sts.get_session_token(&asker(&mia), &GetSessionTokenRequest::default()).is_err());
    assert!(world.sts.assume_role(&asker(&max), &request).is_err());
    assert_eq!(reason(&world, &max, "s3:ListAllMyBuckets"), None);
}

#[tokio::test]
async fn conditions_learn_where_caller_resource_and_source_belong() {
    let world = world(&[FULL_ACCESS_POLICY], &[FULL_ACCESS_POLICY]).await;
    let path = format!("{ORGANIZATION}/r-ab12/{UNIT}/");
    let mia = world.user(MEMBER, "mia", None).await;
    let service = Caller::service("cloudtrail.amazonaws.com");
    let stranger = root("777788889999");
    let of_service = || {
        let source = "arn:aws:cloudtrail:us-east-1:111122223333:trail/main";
        Context::default().on_behalf_of(source, account(MEMBER))
    };
    let holds = |caller: &Caller, owner: &str, key: &str, value: &str, context: Context| {
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*","Condition":{{"ForAnyValue:StringLike":{{"{key}":"{value}"}}}}}}}}"#
        );
        let policy = Policy::parse(PolicyKind::Resource, &text).unwrap();
        let snapshot = world.catalog.current();
        let rights = Rights::of(caller, &snapshot, managed).unwrap();
        let asked = ("s3:GetObject", "arn:aws:s3:::b/k", account(owner));
        let own = rights.decide(Some(&policy), asked, context);
        own.is_allowed()
    };
    let none = Context::default;
    assert!(holds(&mia, MEMBER, "aws:PrincipalOrgID", ORGANIZATION, none()));
    assert!(!holds(&mia, MEMBER, "aws:PrincipalOrgID", "o-other00000", none()));
    assert!(holds(&mia, MEMBER, "aws:PrincipalOrgPaths", &path, none()));
    assert!(holds(&mia, MEMBER, "aws:PrincipalOrgPaths", &format!("{ORGANIZATION}/*"), none()));
    assert!(holds(&mia, MEMBER, "aws:ResourceOrgID", ORGANIZATION, none()));
    assert!(holds(&mia, MEMBER, "aws:ResourceOrgPaths", &path, none()));
    assert!(holds(&service, "777788889999", "aws:SourceOrgID", ORGANIZATION, of_service()));
    assert!(holds(&service, "777788889999", "aws:SourceOrgPaths", &path, of_service()));
    assert!(!holds(&service, MEMBER, "aws:PrincipalOrgID", ORGANIZATION, of_service()));
    assert!(!holds(&service, MEMBER, "aws:SourceOrgID", ORGANIZATION, none()));
    // Nobody tells a fact about itself: a request can't say where it comes from.
    let said = || none().with("aws:PrincipalOrgID", ORGANIZATION).with("aws:SourceOrgID", ORGANIZATION);
    assert!(!holds(&stranger, MEMBER, "aws:PrincipalOrgID", ORGANIZATION, said()));
    assert!(!holds(&mia, MEMBER, "aws:SourceOrgID", ORGANIZATION, said()));
}
