//! An organization's events, for those who may see them.

use cairn_catalog::{
    Account, Change, FeatureSet, JoinedBy, Kept, Member, Organization, OrganizationalUnit, TrustedService,
};
use cairn_control::{PART_NAMED_MAX, Part, Throttle, ViewRefusal};
use cairn_event::{AccountId, Clock as _, Region};
use cairn_wire::cloudtrail::{LookupAttribute, LookupAttributeKey, LookupEventsRequest};
use serde_json::{Value, json};

use crate::world::{self, World};

const MANAGEMENT: &str = "123456789012";
const SHOP: &str = "111111111111";
const TOOLS: &str = "222222222222";
const INVITED: &str = "333333333333";
const OTHER: &str = "999988887777";
const JOINED: &str = "2026-03-02T10:00:00.5Z";

/// Who is let in, and with what narrowing.
fn part(accounts: &[&str], units: &[&str]) -> Part {
    named(accounts, units).unwrap()
}

fn named(accounts: &[&str], units: &[&str]) -> Result<Part, ViewRefusal> {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    Part::new(&owned(accounts), &owned(units))
}

fn member(account: &str, parent: &str, joined_by: JoinedBy, administers: bool) -> Change {
    let joined = JOINED.parse().unwrap();
    let service = TrustedService { principal: "cloudtrail.amazonaws.com".to_owned(), since: joined };
    Change::PutMember(Box::new(Member {
        account: account.parse().unwrap(),
        organization: "o-exampleorgid".to_owned(),
        name: account.to_owned(),
        email: format!("{account}@example.com"),
        parent: parent.to_owned(),
        joined_by,
        joined,
        closed: false,
        attached: Vec::new(),
        administers: if administers { vec![service] } else { Vec::new() },
        tags: Vec::new(),
    }))
}

fn organization(feature_set: FeatureSet, trusted: bool) -> Change {
    let created = JOINED.parse().unwrap();
    let service = TrustedService { principal: "cloudtrail.amazonaws.com".to_owned(), since: created };
    Change::PutOrganization(Box::new(Organization {
        id: "o-exampleorgid".to_owned(),
        management: MANAGEMENT.parse().unwrap(),
        feature_set,
        kept: Kept::Here,
        root: "r-exam".to_owned(),
        policies_enabled: false,
        attached: Vec::new(),
        trusted_services: if trusted { vec![service] } else { Vec::new() },
        root_tags: Vec::new(),
        created,
    }))
}

fn unit(id: &str, parent: &str) -> Change {
    Change::PutOrganizationalUnit(Box::new(OrganizationalUnit {
        id: id.to_owned(),
        organization: "o-exampleorgid".to_owned(),
        name: id.to_owned(),
        parent: parent.to_owned(),
        attached: Vec::new(),
        tags: Vec::new(),
        created: JOINED.parse().unwrap(),
    }))
}

async fn commit(world: &World, changes: Vec<Change>) {
    let revision = world.catalog.current().revision();
    world.catalog.commit(revision, changes).await.unwrap();
}

/// The management account, two members in units one below the other, one that was invited into the root, and an
/// account that belongs nowhere.
async fn world() -> World {
    let mut world = World::new("2026-03-02T12:00:00Z", Throttle::off()).await;
    let account = |id: &str| {
        let created = world.clock.now();
        Change::PutAccount(Account { id: id.parse().unwrap(), alias: None, name: None, email: None, created })
    };
    let mut changes: Vec<Change> = [SHOP, TOOLS, INVITED].map(account).into();
    changes.extend([
        organization(FeatureSet::All, true),
        unit("ou-exam-11111111", "r-exam"),
        unit("ou-exam-22222222", "ou-exam-11111111"),
        member(MANAGEMENT, "r-exam", JoinedBy::Invitation, false),
        member(SHOP, "ou-exam-11111111", JoinedBy::Creation, false),
        member(TOOLS, "ou-exam-22222222", JoinedBy::Creation, true),
        member(INVITED, "r-exam", JoinedBy::Invitation, false),
    ]);
    commit(&world, changes).await;
    for (account, time, name) in [
        (MANAGEMENT, "2026-03-02T09:00:00Z", "CreateBucket"),
        (INVITED, "2026-03-02T09:00:01Z", "BeforeItJoined"),
        (INVITED, "2026-03-02T10:00:00Z", "InTheSecondInWhichItJoined"),
        (INVITED, "2026-03-02T10:00:01Z", "CreateBucket"),
        (SHOP, "2026-03-02T10:00:02Z", "CreateBucket"),
        (OTHER, "2026-03-02T10:00:03Z", "CreateBucket"),
        (TOOLS, "2026-03-02T10:00:04Z", "DeleteBucket"),
        (SHOP, "2026-03-02T10:00:05Z", "DeleteBucket"),
    ] {
        let event = json!({
            "eventTime": time, "eventName": name, "eventSource": "s3.amazonaws.com", "awsRegion": "us-east-1",
            "recipientAccountId": account, "eventCategory": "Management", "eventID": format!("{account}-{name}"),
            "userIdentity": { "type": "IAMUser", "userName": "alice" },
        });
        world.record(&event).await;
    }
    world
}

/// Follows the pages, two events each, and tells `account name` of each event; a refusal is its code.
async fn told(world: &World, caller: &str, part: &Part, name: Option<&str>) -> Vec<String> {
    let mut told = Vec::new();
    let mut token = None;
    loop {
        match page(world, caller, part, name, token).await {
            Ok(page) => {
                let events = page["Events"].as_array().unwrap();
                told.extend(events.iter().map(|event| {
                    format!(
                        "{} {}",
                        event["AccountId"].as_str().unwrap(),
                        event["EventName"].as_str().unwrap()
                    )
                }));
                token = page["NextToken"].as_str().map(str::to_owned);
            }
            Err(code) => return vec![code],
        }
        if token.is_none() {
            return told;
        }
    }
}

async fn page(
    world: &World,
    caller: &str,
    part: &Part,
    name: Option<&str>,
    token: Option<String>,
) -> Result<Value, String> {
    let account: AccountId = caller.parse().unwrap();
    let caller = world::caller(account, &Region::us_east_1());
    let attribute = |name: &str| LookupAttribute {
        attribute_key: LookupAttributeKey::EventName,
        attribute_value: name.to_owned(),
    };
    let request = LookupEventsRequest {
        lookup_attributes: name.map(|name| vec![attribute(name)]),
        max_results: Some(2),
        next_token: token,
        ..LookupEventsRequest::default()
    };
    let done = world.control.lookup_organization_events(&caller, part, &request).await;
    let done = done.map_err(|refusal| refusal.code().to_string())?;
    Ok(serde_json::to_value(done.output).unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn those_who_may_see_all_accounts_newest_first() {
    let world = world().await;
    let from_all = [
        "111111111111 DeleteBucket",
        "222222222222 DeleteBucket",
        "111111111111 CreateBucket",
        "333333333333 CreateBucket",
    ];
    let by_management = [&from_all[..], &["123456789012 CreateBucket"]].concat();
    assert_eq!(told(&world, MANAGEMENT, &Part::default(), None).await, by_management);
    // What the management account did before it made the organization is none of the administrator's business.
    assert_eq!(told(&world, TOOLS, &Part::default(), None).await, from_all);
    for (accounts, units, name, expected) in [
        (&[SHOP][..], &[][..], None, vec![from_all[0], from_all[2]]),
        (&[], &["ou-exam-22222222"], None, vec![from_all[1]]),
        (&[], &["ou-exam-11111111"], None, vec![from_all[0], from_all[1], from_all[2]]),
        (&[INVITED], &["ou-exam-22222222"], None, vec![from_all[1], from_all[3]]),
        (&[], &["r-exam"], None, by_management.clone()),
        (&[SHOP, TOOLS], &[], Some("DeleteBucket"), vec![from_all[0], from_all[1]]),
        (&[SHOP], &[], Some("BeforeItJoined"), vec![]),
        (&[OTHER], &[], None, vec!["AccountNotFoundException"]),
        (&["444444444444"], &[], None, vec!["AccountNotFoundException"]),
        (&[], &["ou-exam-33333333"], None, vec!["InvalidParameterException"]),
    ] {
        let part = part(accounts, units);
        assert_eq!(told(&world, MANAGEMENT, &part, name).await, expected, "{part:?} {name:?}");
    }
}

#[test]
fn a_part_is_named_by_ids_within_bounds_and_no_foreign_text_is_repeated() {
    for (accounts, units) in [
        (&[][..], &["r-exam", "ou-exam-11111111"][..]),
        (&[SHOP; PART_NAMED_MAX], &["ou-exam-11111111"; PART_NAMED_MAX]),
    ] {
        assert!(named(accounts, units).is_ok());
    }
    let long = "9".repeat(600_000);
    for (accounts, units, expected) in [
        (&["shop"][..], &[][..], ViewRefusal::AccountMalformed),
        (&[SHOP, &long], &[], ViewRefusal::AccountMalformed),
        (&[], &[""], ViewRefusal::UnitMalformed),
        (&[], &["r-exam-11111111"], ViewRefusal::UnitMalformed),
        (&[], &["ou-exam"], ViewRefusal::UnitMalformed),
        (&[], &["ou-exam-1111111"], ViewRefusal::UnitMalformed),
        (&[], &["ou-exam-1111111A"], ViewRefusal::UnitMalformed),
        (&[], &[&format!("ou-exam-{long}")], ViewRefusal::UnitMalformed),
        (&[SHOP; 101], &[], ViewRefusal::NamedTooMany { what: "accounts", named: 101 }),
        (&[], &["r-exam"; 101], ViewRefusal::NamedTooMany { what: "organizational units", named: 101 }),
    ] {
        let refusal = named(accounts, units).unwrap_err();
        assert!(refusal == expected && refusal.to_string().len() < 200, "{refusal}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_else_sees_any_of_it() {
    let world = world().await;
    let all = Part::default();
    assert_eq!(told(&world, SHOP, &all, None).await, ["NotOrganizationMasterAccountException"]);
    assert_eq!(
        told(&world, INVITED, &part(&[SHOP], &[]), None).await,
        ["NotOrganizationMasterAccountException"]
    );
    assert_eq!(told(&world, OTHER, &all, None).await, ["OrganizationsNotInUseException"]);
    commit(&world, vec![organization(FeatureSet::All, false)]).await;
    assert_eq!(told(&world, MANAGEMENT, &all, None).await, ["CloudTrailAccessNotEnabledException"]);
    commit(&world, vec![organization(FeatureSet::ConsolidatedBilling, true)]).await;
    assert_eq!(told(&world, MANAGEMENT, &all, None).await, ["OrganizationNotInAllFeaturesModeException"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_go_on_while_accounts_come_and_go_and_belong_to_who_asked() {
    let world = world().await;
    let all = Part::default();
    let first = page(&world, MANAGEMENT, &all, None, None).await.unwrap();
    let token = first["NextToken"].as_str().map(str::to_owned);
    assert!(token.is_some());
    for (caller, part, name) in [
        (TOOLS, &all, None),
        (MANAGEMENT, &part(&[SHOP], &[]), None),
        (MANAGEMENT, &all, Some("CreateBucket")),
    ] {
        let refused = page(&world, caller, part, name, token.clone()).await;
        assert_eq!(refused, Err("InvalidNextTokenException".to_owned()), "{caller} {part:?} {name:?}");
    }
    commit(&world, vec![Change::DeleteMember { account: INVITED.parse().unwrap() }]).await;
    let second = page(&world, MANAGEMENT, &all, None, token).await.unwrap();
    let accounts: Vec<&str> = second["Events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["AccountId"].as_str().unwrap())
        .collect();
    assert_eq!(accounts, [SHOP, MANAGEMENT], "who has left is not told any more");
}
