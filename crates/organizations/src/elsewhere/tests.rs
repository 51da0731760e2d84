//! Whatever is seen after whatever was seen: it is taken whole within a few commits, each of which the catalog
//! accepts, or refused; and then there is nothing left to do.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cairn_catalog::contract::sample;
use cairn_catalog::{
    Catalog, Change, FULL_ACCESS_POLICY, FeatureSet, JoinedBy, Kept, Member, Organization,
    OrganizationPolicy, OrganizationalUnit, Role, Snapshot, SqliteCatalog, Tag, Trail, TrustedService,
};
use cairn_event::{AccountId, Ids};
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

/// Randomness that counts.
#[derive(Debug, Default)]
struct Counting(AtomicU64);

impl Ids for Counting {
    fn guid(&self) -> String {
        "00000000-0000-4000-8000-000000000000".to_owned()
    }

    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            *byte = u8::try_from(self.0.fetch_add(1, Ordering::Relaxed) % 251).unwrap();
        }
    }
}

/// Decides with what tests have of chance and time.
fn step(seen: Option<&Seen>, snapshot: &Snapshot) -> Result<Vec<Change>, InUse> {
    next_step(seen, snapshot, &Fresh { ids: &Counting::default(), now: sample::instant(20) })
}

/// More commits than any of these cases needs.
const COMMITS_MAX: usize = 50;

fn account(number: u64) -> AccountId {
    format!("{:012}", 111_111_111_100 + number).parse().expect("twelve digits")
}

fn trusted(principal: &str) -> TrustedService {
    TrustedService { principal: principal.to_owned(), since: sample::instant(7) }
}

fn unit(number: u64, parent: String, tags: Vec<Tag>) -> OrganizationalUnit {
    OrganizationalUnit {
        id: unit_id(number),
        organization: String::new(),
        name: format!("unit {number}"),
        parent,
        attached: vec![FULL_ACCESS_POLICY.to_owned()],
        tags,
        created: sample::instant(3),
    }
}

fn unit_id(number: u64) -> String {
    format!("ou-ab12-{number:08}")
}

fn member(number: u64, parent: &str, name: &str) -> Member {
    Member {
        account: account(number),
        organization: String::new(),
        name: name.to_owned(),
        email: format!("{name}@example.com"),
        parent: parent.to_owned(),
        joined_by: JoinedBy::Creation,
        joined: sample::instant(5),
        closed: false,
        attached: vec![FULL_ACCESS_POLICY.to_owned()],
        administers: Vec::new(),
        tags: Vec::new(),
    }
}

fn found(id: &str, management: u64) -> Found {
    let organization = Organization {
        id: id.to_owned(),
        management: account(management),
        feature_set: FeatureSet::All,
        kept: Kept::Elsewhere,
        root: format!("r-{}", id.trim_start_matches("o-")),
        policies_enabled: true,
        attached: vec![FULL_ACCESS_POLICY.to_owned()],
        trusted_services: vec![trusted("cloudtrail.amazonaws.com")],
        root_tags: Vec::new(),
        created: sample::instant(9),
    };
    Found { organization, units: Vec::new(), members: Vec::new(), policies: Vec::new() }
}

/// Puts everything into the organization.
fn whole(mut found: Found) -> Result<Seen, Unfit> {
    let id = found.organization.id.clone();
    found.units.iter_mut().for_each(|unit| unit.organization.clone_from(&id));
    found.members.iter_mut().for_each(|member| member.organization.clone_from(&id));
    found.policies.iter_mut().for_each(|policy| policy.organization.clone_from(&id));
    Seen::new(found)
}

/// An organization of some accounts in its root.
fn flat(id: &str, management: u64, accounts: impl IntoIterator<Item = u64>) -> Found {
    let mut found = found(id, management);
    let root = found.organization.root.clone();
    found.members = accounts.into_iter().map(|number| member(number, &root, &format!("a{number}"))).collect();
    found
}

struct World {
    catalog: Arc<dyn Catalog>,
    _dir: tempfile::TempDir,
}

impl World {
    async fn open() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let catalog = SqliteCatalog::open(&dir.path().join("catalog.db")).await.unwrap();
        Self { catalog: Arc::new(catalog), _dir: dir }
    }

    async fn commit(&self, changes: Vec<Change>) {
        self.catalog.commit(self.catalog.current().revision(), changes).await.expect("a sound commit");
    }

    /// Follows what is seen to its end; returns how many commits that took.
    async fn follow(&self, seen: Option<&Seen>) -> usize {
        for commits in 0..COMMITS_MAX {
            let changes = step(seen, &self.catalog.current()).expect("none is kept here");
            if changes.is_empty() {
                return commits;
            }
            self.commit(changes).await;
        }
        panic!("it comes to no end");
    }

    /// Checks that what is kept is what was seen, and nothing else.
    fn agrees(&self, seen: Option<&Seen>) {
        let snapshot = self.catalog.current();
        let organizations: Vec<_> = snapshot.organizations().collect();
        assert_eq!(organizations.len(), usize::from(seen.is_some()));
        let Some(seen) = seen else {
            assert!((0..20).all(|number| snapshot.member(account(number)).is_none()));
            return;
        };
        let id = seen.organization.id.as_str();
        let created = organizations[0].created;
        assert_eq!(*organizations[0], Organization { created, ..seen.organization.clone() });
        assert_eq!(snapshot.members(id).cloned().collect::<Vec<_>>(), seen.members);
        let told: Vec<_> = seen.members.iter().map(|member| snapshot.account(&member.account)).collect();
        assert!(told.iter().all(Option::is_some));
        let by_id = |units: Vec<&OrganizationalUnit>| -> BTreeMap<String, (String, Vec<Tag>)> {
            units
                .into_iter()
                .map(|unit| (unit.id.clone(), (unit.parent.clone(), unit.tags.clone())))
                .collect()
        };
        assert_eq!(by_id(snapshot.organizational_units(id).collect()), by_id(seen.units.iter().collect()));
        assert_eq!(snapshot.organization_policies(id).cloned().collect::<Vec<_>>(), seen.policies);
    }

    fn trail(&self) -> Trail {
        self.catalog.current().trails().next().expect("a trail").trail().clone()
    }

    /// Makes an organization trail of the account that manages.
    async fn make_trail(&self, organization: &str, owner: u64) {
        let mut trail = sample::trail("all");
        trail.account = account(owner);
        trail.arn = format!("arn:aws:cloudtrail:us-east-1:{}:trail/all", account(owner));
        trail.organization = Some(organization.to_owned());
        self.commit(vec![Change::PutTrail(Box::new(trail))]).await;
    }
}

const ID: &str = "o-exampleorgid";

#[tokio::test]
async fn accounts_that_appear_join_and_those_that_vanish_leave() {
    let world = World::open().await;
    world.follow(Some(&whole(flat(ID, 1, [1, 2, 3])).unwrap())).await;
    let second = whole(flat(ID, 1, [1, 3, 4])).unwrap();
    world.follow(Some(&second)).await;
    world.agrees(Some(&second));
    let snapshot = world.catalog.current();
    assert!(snapshot.member(account(2)).is_none());
    let role = |number, name| snapshot.role(&account(number), name).is_some();
    assert!(role(4, "OrganizationAccountAccessRole") && role(4, "AWSServiceRoleForOrganizations"));
    assert!(role(1, "AWSServiceRoleForCloudTrail") && !role(4, "AWSServiceRoleForCloudTrail"));
    // An account that left is still an account: its events are its own.
    assert_eq!(snapshot.account(&account(2)).unwrap().name.as_deref(), Some("a2"));
}

#[tokio::test]
async fn a_trail_reaches_those_who_join_and_ends_with_its_organization() {
    let world = World::open().await;
    world.follow(Some(&whole(flat(ID, 1, [1, 2])).unwrap())).await;
    world.make_trail(ID, 1).await;
    world.follow(Some(&whole(flat(ID, 1, [1, 2, 3])).unwrap())).await;
    let copies = |number| world.catalog.current().account_trails(&account(number)).len();
    assert_eq!((copies(2), copies(3), copies(4)), (1, 1, 0));
    world.follow(None).await;
    world.agrees(None);
    assert_eq!(world.trail().organization, None);
}

#[tokio::test]
async fn another_manager_and_an_end_of_trust_make_trails_ordinary() {
    let mut distrusted = flat(ID, 1, [1, 2]);
    distrusted.organization.trusted_services = vec![trusted("config.amazonaws.com")];
    for after in [flat(ID, 2, [1, 2]), flat(ID, 2, [2]), distrusted, flat("o-anotherorgid", 1, [1, 2])] {
        let world = World::open().await;
        world.follow(Some(&whole(flat(ID, 1, [1, 2])).unwrap())).await;
        world.make_trail(ID, 1).await;
        let after = whole(after).unwrap();
        world.follow(Some(&after)).await;
        world.agrees(Some(&after));
        assert_eq!(world.trail().organization, None);
    }
}

#[tokio::test]
async fn the_role_of_the_manager_trusts_whoever_manages_now() {
    let world = World::open().await;
    world.follow(Some(&whole(flat(ID, 1, [1, 2, 3, 4])).unwrap())).await;
    let role = |number| {
        let snapshot = world.catalog.current();
        snapshot.role(&account(number), "OrganizationAccountAccessRole").expect("a role").clone()
    };
    // Account 4 lets in whom it likes.
    let own = role(4).trust.replace("sts:AssumeRole", "sts:TagSession");
    world.commit(vec![Change::PutRole(Box::new(Role { trust: own.clone(), ..role(4) }))]).await;
    let before = role(3);
    world.follow(Some(&whole(flat(ID, 2, [1, 2, 3, 4, 5])).unwrap())).await;
    let names = |number, manager| role(number).trust.contains(&format!("iam::{}:root", account(manager)));
    assert!(names(3, 2) && names(5, 2));
    assert_eq!(role(3), Role { trust: role(5).trust, ..before });
    assert_eq!(role(4).trust, own);
}

#[tokio::test]
async fn a_reading_that_would_end_trails_is_known_before_it_is_followed() {
    let world = World::open().await;
    let first = whole(flat(ID, 1, [1, 2])).unwrap();
    let lost = |seen: Option<&Seen>| loss(seen, &world.catalog.current());
    assert_eq!((lost(None), lost(Some(&first))), (None, None));
    world.follow(Some(&first)).await;
    assert_eq!(lost(Some(&whole(flat(ID, 1, [1, 3])).unwrap())), None);
    assert_eq!(lost(None), Some(Loss::Organization { now: None }));
    let (manager, now) = (whole(flat(ID, 2, [1, 2])).unwrap(), account(2));
    assert_eq!(lost(Some(&manager)), Some(Loss::Manager { now }));
    let other = flat("o-anotherorgid", 1, [1, 2]);
    let now = Some(other.organization.id.clone());
    assert_eq!(lost(Some(&whole(other).unwrap())), Some(Loss::Organization { now }));
    let mut distrusted = flat(ID, 1, [1, 2]);
    distrusted.organization.trusted_services.clear();
    let distrusted = whole(distrusted).unwrap();
    assert_eq!(lost(Some(&distrusted)), Some(Loss::Trust));
    world.follow(Some(&distrusted)).await;
    assert_eq!(lost(Some(&distrusted)), None);
}

#[test]
fn policies_that_cannot_be_understood_are_named() {
    let mut found = flat(ID, 1, [1]);
    let spoilt = OrganizationPolicy { document: "{".to_owned(), ..policy("p-spoilt00", "Deny") };
    found.policies = vec![policy("p-sound000", "Deny"), spoilt];
    let seen = whole(found).unwrap();
    let named: Vec<_> = seen.not_understood().map(|(policy, _)| policy.id.as_str()).collect();
    assert_eq!(named, ["p-spoilt00"]);
}

#[tokio::test]
async fn an_organization_kept_here_is_left_alone() {
    let world = World::open().await;
    let mut here = whole(flat(ID, 1, [1])).unwrap();
    here.organization.kept = Kept::Here;
    let account = Change::PutAccount(sample::account());
    here.members[0].account = sample::account_id();
    here.organization.management = sample::account_id();
    let manages = Change::PutMember(Box::new(here.members[0].clone()));
    world.commit(vec![account, manages, Change::PutOrganization(Box::new(here.organization.clone()))]).await;
    for seen in [None, Some(&whole(flat("o-anotherorgid", 2, [2])).unwrap())] {
        let refused = step(seen, &world.catalog.current()).unwrap_err();
        assert_eq!(refused, InUse { organization: ID.to_owned(), management: sample::account_id() });
    }
}

#[tokio::test]
async fn thousands_of_accounts_take_several_commits() {
    let world = World::open().await;
    let seen = whole(flat(ID, 0, 0..2_500)).unwrap();
    assert_eq!(world.follow(Some(&seen)).await, 1 + 20);
    world.agrees(Some(&seen));
    assert_eq!(world.follow(None).await, 6);
    world.agrees(None);
}

type Spoil = fn(&mut Found);

#[test]
fn what_contradicts_itself_is_no_organization() {
    let spoilt: [(&str, Spoil); 10] = [
        ("no organization's id", |found| found.organization.id = "x".to_owned()),
        ("no root's id", |found| found.organization.root = "r-\n".to_owned()),
        ("manages it and is not in it", |found| found.organization.management = account(9)),
        ("is there twice", |found| found.members.push(found.members[0].clone())),
        ("in no unit that was read", |found| found.members[0].parent = unit_id(5)),
        ("in none that was read", |found| found.units.push(unit(1, unit_id(1), Vec::new()))),
        ("which was not read", |found| found.members[0].attached.push("p-missing".to_owned())),
        ("are taken", |found| found.members[0].name = "x".repeat(2_000)),
        ("no unit's id", |found| {
            let parent = found.organization.root.clone();
            found.units.push(OrganizationalUnit { id: "ou-/".to_owned(), ..unit(1, parent, Vec::new()) });
        }),
        ("are taken", |found| {
            found.organization.root_tags =
                (0..51).map(|number| Tag { key: number.to_string(), value: None }).collect();
        }),
    ];
    for (why, spoil) in spoilt {
        let mut found = flat(ID, 1, [1, 2]);
        spoil(&mut found);
        let error = whole(found).unwrap_err().to_string();
        assert!(error.contains(why), "{error}: {why}");
    }
}

/// A sound organization out of few names, so that one after another share much.
fn any_organization() -> impl Strategy<Value = Seen> {
    let parts = (select(vec![ID, "o-anotherorgid"]), 0..8_u64, any::<[bool; 3]>());
    let members = proptest::collection::btree_map(0..8_u64, (0..6_usize, 0..3_u8, any::<bool>()), 1..8);
    let units = proptest::collection::btree_map(0..5_u64, (0..6_usize, any::<bool>()), 0..5);
    let policies = proptest::collection::btree_map(0..3_u8, any::<bool>(), 0..3);
    (parts, members, units, policies).prop_map(|((id, management, flags), members, units, policies)| {
        let mut found = found(id, management);
        let mut places = vec![found.organization.root.clone()];
        for (number, (parent, excluded)) in units {
            let tag = Tag { key: "cairn:excluded-from-trails".to_owned(), value: Some("*".to_owned()) };
            let parent = places[parent % places.len()].clone();
            found.units.push(unit(number, parent, if excluded { vec![tag] } else { Vec::new() }));
            places.push(unit_id(number));
        }
        let known: Vec<String> = policies.keys().map(|number| format!("p-{number:08}")).collect();
        for (id, (_, denies)) in known.iter().zip(policies) {
            let effect = if denies { "Deny" } else { "Allow" };
            found.policies.push(policy(id, effect));
        }
        for number in members.keys().copied().chain([management]) {
            let (place, kind, closed) = members.get(&number).copied().unwrap_or_default();
            let mut member = member(number, &places[place % places.len()], &format!("name-{kind}"));
            member.closed = closed;
            member.attached.extend(known.get(usize::from(kind)).cloned());
            if kind == 2 {
                member.administers.push(trusted("cloudtrail.amazonaws.com"));
            }
            found.members.push(member);
        }
        found.members.sort_by_key(|member| member.account);
        found.members.dedup_by_key(|member| member.account);
        found.organization.policies_enabled = flags[0];
        if flags[1] {
            found.organization.trusted_services.clear();
        }
        if flags[2] {
            found.organization.attached.extend(known.first().cloned());
        }
        whole(found).expect("a sound organization")
    })
}

fn policy(id: &str, effect: &str) -> OrganizationPolicy {
    OrganizationPolicy {
        id: id.to_owned(),
        organization: String::new(),
        name: id.to_owned(),
        description: String::new(),
        document: format!(r#"{{"Statement":{{"Effect":"{effect}","Action":"*","Resource":"*"}}}}"#),
        tags: Vec::new(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_seen_is_what_is_kept(
        readings in proptest::collection::vec(proptest::option::weighted(0.9, any_organization()), 1..6)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let world = World::open().await;
            for seen in &readings {
                world.follow(seen.as_ref()).await;
                world.agrees(seen.as_ref());
                let owner = seen.as_ref().map(|seen| (&seen.organization, seen.organization.management));
                if let Some((organization, owner)) = owner
                    && world.catalog.current().trails().next().is_none_or(|trail| trail.account == owner)
                {
                    let number = owner.to_string().parse::<u64>().unwrap() - 111_111_111_100;
                    world.make_trail(&organization.id, number).await;
                }
            }
        });
    }

    #[test]
    fn nothing_that_is_found_panics(
        ids in proptest::collection::vec(".{0,12}", 8),
        numbers in proptest::collection::vec(0..4_u64, 8),
    ) {
        let mut found = flat(ID, numbers[0], numbers[1..4].iter().copied());
        found.organization.root.clone_from(&ids[0]);
        found.units = numbers[4..].iter().zip(&ids[1..]).map(|(number, parent)| {
            unit(*number, parent.clone(), Vec::new())
        }).collect();
        found.members[0].attached.push(ids[6].clone());
        found.members[0].parent.clone_from(&ids[7]);
        prop_assert!(whole(found).is_err());
    }
}
