//! Routing and listing of trails.

use std::sync::Arc;

use cairn_event::{AccountId, EventView, Origin};
use serde_json::json;

use super::Snapshot;
use crate::contract::sample::{
    ORGANIZATION, account, account_id, handshake, member, organization, region, trail, user,
};
use crate::{Change, Member, Organization, Refusal, Settings, Trail};

pub(super) fn with(trails: Vec<Trail>) -> Snapshot {
    let trails = trails.into_iter().map(|trail| Change::PutTrail(Box::new(trail)));
    let changes = std::iter::once(Change::PutAccount(account())).chain(trails).collect();
    Snapshot::empty(0).apply(changes).unwrap().0
}

pub(super) fn single(name: &str, home: &str) -> Trail {
    let mut single = trail(name);
    single.arn = format!("arn:aws:cloudtrail:{home}:123456789012:trail/{name}");
    single.home_region = region(home);
    single.is_multi_region = false;
    single
}

fn event(source: &str, name: &str, more: serde_json::Value) -> Vec<u8> {
    let mut event = json!({
        "eventTime": "2026-03-02T08:14:55Z", "eventSource": source, "eventName": name,
        "eventCategory": "Management", "managementEvent": true, "readOnly": false,
    });
    for (key, value) in more.as_object().unwrap() {
        event[key] = value.clone();
    }
    serde_json::to_vec(&event).unwrap()
}

pub(super) fn routed(snapshot: &Snapshot, bytes: &[u8], region_name: &str, origin: Origin) -> Vec<String> {
    let event = EventView::parse(bytes).unwrap();
    let at = region(region_name);
    let names =
        snapshot.route(&event, account_id(), &at, origin).map(|trail| trail.name.clone()).collect::<Vec<_>>();
    assert_eq!(snapshot.wants_data_event(&event, account_id(), &at, origin), !names.is_empty());
    names
}

#[test]
fn an_event_goes_to_the_trails_that_cover_its_region_and_log() {
    let mut stopped = trail("stopped");
    stopped.logging = false;
    let snapshot = with(vec![trail("everywhere"), single("at-home", "us-west-2"), stopped]);
    let create = event("s3.amazonaws.com", "CreateBucket", json!({}));
    for (at, expected) in [
        ("us-west-2", vec!["everywhere", "at-home"]),
        ("eu-west-1", vec!["everywhere"]),
        // Enabled or not, what was recorded is delivered.
        ("mars-north-1", vec!["everywhere"]),
    ] {
        assert_eq!(routed(&snapshot, &create, at, Origin::Call), expected, "{at}");
        assert_eq!(routed(&snapshot, &create, at, Origin::Delivery), expected, "{at}");
        assert!(routed(&snapshot, &create, at, Origin::Import).is_empty(), "imports go to no trail");
    }
    let event = EventView::parse(&create).unwrap();
    let stranger = "999999999999".parse().unwrap();
    assert_eq!(snapshot.route(&event, stranger, &region("us-west-2"), Origin::Call).count(), 0);
}

#[test]
fn events_of_global_services_go_to_the_trails_that_ask_for_them() {
    let mut without = single("without", "us-east-1");
    without.include_global_service_events = false;
    let trails = vec![trail("everywhere"), single("with", "us-east-1"), without, single("west", "us-west-2")];
    let snapshot = with(trails);
    for (source, at, expected) in [
        ("iam.amazonaws.com", "us-east-1", vec!["everywhere", "with"]),
        ("sts.amazonaws.com", "us-east-1", vec!["everywhere", "with"]),
        ("cloudfront.amazonaws.com", "us-east-1", vec!["everywhere", "with"]),
        ("sts.amazonaws.com", "us-west-2", vec!["everywhere", "west"]),
        ("s3.amazonaws.com", "us-east-1", vec!["everywhere", "with", "without"]),
    ] {
        assert_eq!(
            routed(&snapshot, &event(source, "Any", json!({})), at, Origin::Call),
            expected,
            "{source} {at}"
        );
    }
}

#[test]
fn a_trail_that_refuses_recursion_drops_deliveries_and_only_those() {
    let select_all_objects = || {
        let given = json!({"AdvancedEventSelectors": [{"FieldSelectors": [
            {"Field": "eventCategory", "Equals": ["Data"]},
            {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
        ]}]});
        Some(serde_json::from_value(given).unwrap())
    };
    let (mut keeps, mut drops) = (trail("keeps"), trail("drops"));
    keeps.selectors = select_all_objects();
    drops.selectors = select_all_objects();
    drops.recursive_logging = false;
    let snapshot = with(vec![keeps, drops, trail("management")]);
    assert!(snapshot.trails().filter(|trail| trail.has_custom_selectors()).count() == 2);
    let put = |name: &str, by: &str| {
        let object = json!({
            "eventCategory": "Data", "managementEvent": false, "userIdentity": {"invokedBy": by},
            "resources": [{"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::audit-logs/key"}],
        });
        event("s3.amazonaws.com", name, object)
    };
    for (name, by, origin, expected) in [
        ("PutObject", "cloudtrail.amazonaws.com", Origin::Delivery, vec!["keeps"]),
        ("PutObject", "cloudtrail.amazonaws.com", Origin::Call, vec!["keeps"]),
        ("GetObject", "cloudtrail.amazonaws.com", Origin::Delivery, vec!["drops", "keeps"]),
        ("PutObject", "config.amazonaws.com", Origin::Call, vec!["drops", "keeps"]),
    ] {
        assert_eq!(routed(&snapshot, &put(name, by), "eu-west-1", origin), expected, "{name} by {by}");
    }
}

#[test]
fn a_region_shows_its_own_trails_and_the_shadows_of_others_where_enabled() {
    let snapshot = with(vec![trail("everywhere"), single("west", "us-west-2"), single("rare", "af-south-1")]);
    let settings = Settings { enabled_regions: vec![region("us-west-2"), region("eu-west-1")] };
    let snapshot = snapshot.apply(vec![Change::PutSettings(settings)]).unwrap().0;
    for (at, expected) in [
        ("eu-west-1", vec!["everywhere"]),
        ("us-west-2", vec!["everywhere", "west"]),
        ("af-south-1", vec!["rare"]),
        ("us-east-1", vec![]),
    ] {
        let at = region(at);
        let shown: Vec<_> =
            snapshot.trails_for(&account_id(), &at).map(|trail| trail.name.as_str()).collect();
        assert_eq!(shown, expected, "{at}");
    }
    let all: Vec<_> =
        snapshot.account_trails(&account_id()).iter().map(|trail| trail.name.as_str()).collect();
    assert_eq!(all, ["rare", "everywhere", "west"], "by ARN");
}

#[test]
fn invalid_selectors_are_refused_with_the_reason() {
    let mut broken = trail("broken");
    broken.selectors = Some(serde_json::from_value(json!({"EventSelectors": []})).unwrap());
    match Snapshot::empty(0).apply(vec![Change::PutAccount(account()), Change::PutTrail(Box::new(broken))]) {
        Err(Refusal::Selectors { trail, .. }) => assert!(trail.ends_with("trail/broken")),
        other => panic!("{other:?}"),
    }
}

/// An organization with an organization trail, its manager and one more member.
fn organized() -> Snapshot {
    let guest: AccountId = "210987654321".parse().unwrap();
    let everyone = Trail { organization: Some(ORGANIZATION.to_owned()), ..trail("everyone") };
    let changes = vec![
        Change::PutAccount(account()),
        Change::PutAccount(crate::Account { id: guest, alias: None, ..account() }),
        Change::PutOrganization(Box::new(organization())),
        Change::PutMember(Box::new(member(account_id()))),
        Change::PutMember(Box::new(member(guest))),
        Change::PutTrail(Box::new(everyone)),
    ];
    Snapshot::empty(0).apply(changes).unwrap().0
}

#[test]
fn what_a_commit_does_not_touch_is_shared_with_the_revision_before() {
    let before = organized();
    let (after, _) = before.apply(vec![Change::PutUser(user("mia"))]).unwrap();
    assert!(Arc::ptr_eq(&before.account_trails, &after.account_trails));
    assert!(Arc::ptr_eq(&before.organizations, &after.organizations));
    assert!(Arc::ptr_eq(&before.accounts, &after.accounts) && Arc::ptr_eq(&before.roles, &after.roles));
    assert!(before.user(&account_id(), "mia").is_none() && after.user(&account_id(), "mia").is_some());
}

#[test]
fn members_are_listed_where_they_are_and_nowhere_else() {
    let snapshot = organized();
    let guest: AccountId = "210987654321".parse().unwrap();
    assert_eq!(snapshot.members(ORGANIZATION).len(), 2);
    let (own, root) = ("o-another0000".to_owned(), "r-anot".to_owned());
    let other = Organization { id: own.clone(), management: guest, root: root.clone(), ..organization() };
    let moved = Member { organization: own.clone(), parent: root, ..member(guest) };
    let changes = vec![Change::PutOrganization(Box::new(other)), Change::PutMember(Box::new(moved))];
    let (snapshot, _) = snapshot.apply(changes).unwrap();
    assert_eq!((snapshot.members(ORGANIZATION).len(), snapshot.members(&own).len()), (1, 1));
    assert!(snapshot.account_trails(&guest).is_empty());
    let ended = vec![Change::DeleteMember { account: guest }, Change::DeleteOrganization { id: own.clone() }];
    assert_eq!(snapshot.apply(ended).unwrap().0.members(&own).len(), 0);
}

#[test]
fn handshakes_are_found_by_organization_by_account_and_by_age() {
    let old =
        crate::Handshake { ended: Some(crate::contract::sample::instant(9)), ..handshake("b", account_id()) };
    let put = |handshake: &crate::Handshake| Change::PutHandshake(Box::new(handshake.clone()));
    let open = handshake("a", account_id());
    let (snapshot, _) = organized().apply(vec![put(&old), put(&open)]).unwrap();
    let ids = |found: Vec<&crate::Handshake>| found.iter().map(|found| found.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(snapshot.handshakes().collect()), [&*old.id, &*open.id]);
    assert_eq!(ids(snapshot.handshakes_of(ORGANIZATION).collect()), [&*open.id, &*old.id]);
    assert_eq!(snapshot.handshakes_with(account_id()).count(), 2);
    // Whatever changes a handshake changes where it is found.
    let ended = crate::Handshake { ended: Some(crate::contract::sample::instant(8)), ..open };
    let (snapshot, _) = snapshot.apply(vec![put(&ended)]).unwrap();
    assert_eq!(ids(snapshot.handshakes().collect()), [&*ended.id, &*old.id]);
    let gone = vec![Change::DeleteHandshake { id: old.id }, Change::DeleteHandshake { id: ended.id }];
    let (snapshot, _) = snapshot.apply(gone).unwrap();
    assert_eq!(snapshot.handshakes().count() + snapshot.handshakes_of(ORGANIZATION).count(), 0);
}
