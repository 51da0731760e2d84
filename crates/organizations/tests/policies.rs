//! Service control policies over a real catalog: whatever is asked in whatever order, what is attached is what a
//! naive model says, and whoever is limited is limited by policies that are there.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cairn_catalog::contract::sample;
use cairn_catalog::{
    Account, Catalog, Change, FULL_ACCESS_POLICY, FeatureSet, Kept, Member, Organization, Place,
    SqliteCatalog,
};
use cairn_event::{AccountId, Clock, Ids};
use cairn_organizations::{Caller, Organizations};
use cairn_wire::organizations::{Operation, Request};
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;

const SCP: &str = "SERVICE_CONTROL_POLICY";

const DENY: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}"#;

#[derive(Debug)]
struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        sample::instant(9)
    }
}

/// Other bytes each time.
#[derive(Debug, Default)]
struct Counting(AtomicU64);

impl Ids for Counting {
    fn guid(&self) -> String {
        String::new()
    }

    fn fill(&self, bytes: &mut [u8]) {
        let mut rest = self.0.fetch_add(1, Ordering::SeqCst);
        for byte in bytes {
            *byte = u8::try_from(rest % 32).unwrap();
            rest /= 32;
        }
    }
}

struct World {
    organizations: Organizations,
    catalog: Arc<dyn Catalog>,
    root: String,
    _dir: TempDir,
}

fn account(number: u64) -> AccountId {
    format!("{:012}", 100_000_000_000 + number).parse().unwrap()
}

impl World {
    /// An organization of so many members beside the one that manages it.
    async fn new(members: u64) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let catalog: Arc<dyn Catalog> =
            Arc::new(SqliteCatalog::open(&dir.path().join("catalog.db")).await.unwrap());
        let organizations = Organizations::new(
            Arc::clone(&catalog),
            Arc::new(Still),
            Arc::new(Counting::default()),
            Kept::Here,
        );
        let mut world = Self { organizations, catalog, root: String::new(), _dir: dir };
        let numbers: Vec<u64> = (0..=members).collect();
        for some in numbers.chunks(500) {
            let accounts = some.iter().map(|number| Account { id: account(*number), ..sample::account() });
            let unnamed = accounts.map(|account| Account { alias: None, ..account });
            world.commit(unnamed.map(Change::PutAccount).collect()).await;
        }
        world.call("CreateOrganization", json!({})).await.unwrap();
        let organization = world.organization();
        world.root.clone_from(&organization.root);
        for some in numbers[1..].chunks(500) {
            let members = some.iter().map(|number| Member {
                organization: organization.id.clone(),
                parent: organization.root.clone(),
                attached: Vec::new(),
                ..sample::member(account(*number))
            });
            world.commit(members.map(|member| Change::PutMember(Box::new(member))).collect()).await;
        }
        world
    }

    async fn commit(&self, changes: Vec<Change>) {
        self.catalog.commit(self.catalog.current().revision(), changes).await.unwrap();
    }

    fn organization(&self) -> Organization {
        self.catalog.current().organization_of(account(0)).unwrap().clone()
    }

    /// Calls as the manager; returns the answer or the error class.
    async fn call(&self, name: &str, with: Value) -> Result<Value, String> {
        let operation = Operation::find(name).unwrap();
        let body = with.to_string();
        let request = Request::decode(operation, Some("application/x-amz-json-1.1"), body.as_bytes());
        let done = self
            .organizations
            .call(&Caller::of(account(0), &self.catalog.current()), &request.unwrap())
            .await;
        done.map(|done| done.output).map_err(|refusal| refusal.code().as_str().to_owned())
    }

    async fn enable(&self) -> Result<Value, String> {
        self.call("EnablePolicyType", json!({ "RootId": self.root, "PolicyType": SCP })).await
    }

    async fn disable(&self) -> Result<Value, String> {
        self.call("DisablePolicyType", json!({ "RootId": self.root, "PolicyType": SCP })).await
    }

    /// What is attached where, by ids, as the catalog keeps it.
    fn kept(&self) -> BTreeMap<String, BTreeSet<String>> {
        let (snapshot, organization) = (self.catalog.current(), self.organization());
        let members = snapshot.members(&organization.id).map(Place::Account);
        let units = snapshot.organizational_units(&organization.id).map(Place::Unit);
        let places = [Place::Root(&organization)].into_iter().chain(members).chain(units);
        places.map(|place| (place.id(), place.attached().iter().cloned().collect())).collect()
    }
}

#[tokio::test]
async fn more_places_than_a_commit_takes_are_all_reached() {
    let world = World::new(1_950).await;
    world.enable().await.unwrap();
    let full = BTreeSet::from([FULL_ACCESS_POLICY.to_owned()]);
    assert_eq!(world.kept().len(), 1_952);
    assert!(world.kept().values().all(|attached| *attached == full));
    assert!(world.organization().policies_enabled);
    world.disable().await.unwrap();
    assert!(world.kept().values().all(BTreeSet::is_empty));
    assert!(!world.organization().policies_enabled);
    world.catalog.close().await;
}

#[tokio::test]
async fn one_bill_alone_has_no_policies_services_or_administrators() {
    let world = World::new(1).await;
    let billing = Organization { feature_set: FeatureSet::ConsolidatedBilling, ..world.organization() };
    world.commit(vec![Change::PutOrganization(Box::new(billing))]).await;
    let constraint = Err("ConstraintViolationException".to_owned());
    let unavailable = Err("PolicyTypeNotAvailableForOrganizationException".to_owned());
    assert_eq!(world.enable().await, unavailable);
    let policy = json!({ "Name": "a", "Description": "", "Content": DENY, "Type": SCP });
    assert_eq!(world.call("CreatePolicy", policy).await, unavailable);
    let mut service = json!({ "ServicePrincipal": "cloudtrail.amazonaws.com" });
    assert_eq!(world.call("EnableAWSServiceAccess", service.clone()).await, constraint);
    service["AccountId"] = account(1).to_string().into();
    assert_eq!(world.call("RegisterDelegatedAdministrator", service).await, constraint);
    world.catalog.close().await;
}

#[tokio::test]
async fn cloudtrail_has_three_administrators_at_most() {
    let world = World::new(6).await;
    for (service, max) in [("cloudtrail.amazonaws.com", 3), ("config.amazonaws.com", 5)] {
        world.call("EnableAWSServiceAccess", json!({ "ServicePrincipal": service })).await.unwrap();
        for number in 1..=6 {
            let with = json!({ "ServicePrincipal": service, "AccountId": account(number).to_string() });
            let done = world.call("RegisterDelegatedAdministrator", with).await;
            assert_eq!(done.is_ok(), number <= max, "{service} {number}: {done:?}");
        }
    }
    world.catalog.close().await;
}

/// A deed on policies: which of them, and at which place.
#[derive(Debug, Clone, Copy)]
enum Deed {
    Enable,
    Disable,
    Attach(usize, usize),
    Detach(usize, usize),
    Delete(usize),
    Create,
    Unit,
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let deed = prop_oneof![
        2 => Just(Deed::Enable),
        1 => Just(Deed::Disable),
        8 => (0..6_usize, 0..6_usize).prop_map(|(policy, place)| Deed::Attach(policy, place)),
        4 => (0..6_usize, 0..6_usize).prop_map(|(policy, place)| Deed::Detach(policy, place)),
        2 => (0..6_usize).prop_map(Deed::Delete),
        3 => Just(Deed::Create),
        1 => Just(Deed::Unit),
    ];
    prop::collection::vec(deed, 1..60)
}

/// What a naive mind keeps of it.
struct Model {
    enabled: bool,
    policies: Vec<String>,
    attached: BTreeMap<String, BTreeSet<String>>,
}

impl Model {
    fn all(&mut self, attached: &[&str]) {
        for held in self.attached.values_mut() {
            *held = attached.iter().map(|&id| id.to_owned()).collect();
        }
    }

    fn policy(&self, at: usize) -> String {
        self.policies[at % self.policies.len()].clone()
    }

    fn place(&self, at: usize) -> String {
        self.attached.keys().nth(at % self.attached.len()).unwrap().clone()
    }
}

async fn check(deeds: Vec<Deed>) {
    let world = World::new(2).await;
    let policies = vec![FULL_ACCESS_POLICY.to_owned()];
    let mut model = Model { enabled: false, policies, attached: world.kept() };
    for (at, deed) in deeds.into_iter().enumerate() {
        perform(&world, &mut model, at, deed).await;
        assert_eq!(world.organization().policies_enabled, model.enabled, "{deed:?}");
        assert_eq!(world.kept(), model.attached, "{deed:?}");
        // Nobody is shut out by mistake, or judged by a policy that is gone.
        let there = |id: &String| model.policies.contains(id);
        assert!(model.attached.values().all(|held| held.iter().all(there)));
        assert!(!model.enabled || model.attached.values().all(|held| !held.is_empty()));
    }
    world.catalog.close().await;
}

async fn perform(world: &World, model: &mut Model, at: usize, deed: Deed) {
    match deed {
        Deed::Enable => {
            assert_eq!(world.enable().await.is_ok(), !model.enabled);
            if !model.enabled {
                model.enabled = true;
                model.all(&[FULL_ACCESS_POLICY]);
            }
        }
        Deed::Disable => {
            assert_eq!(world.disable().await.is_ok(), model.enabled);
            model.enabled = false;
            model.all(&[]);
        }
        Deed::Attach(policy, place) => {
            let (policy, place) = (model.policy(policy), model.place(place));
            let done = world.call("AttachPolicy", json!({ "PolicyId": policy, "TargetId": place })).await;
            let held = model.attached.get_mut(&place).unwrap();
            let may = model.enabled && held.len() < 5 && !held.contains(&policy);
            assert_eq!(done.is_ok(), may, "{done:?}");
            if may {
                held.insert(policy);
            }
        }
        Deed::Detach(policy, place) => {
            let (policy, place) = (model.policy(policy), model.place(place));
            let done = world.call("DetachPolicy", json!({ "PolicyId": policy, "TargetId": place })).await;
            let held = model.attached.get_mut(&place).unwrap();
            let may = held.len() > 1 && held.contains(&policy);
            assert_eq!(done.is_ok(), may, "{done:?}");
            if may {
                held.remove(&policy);
            }
        }
        Deed::Delete(policy) => {
            let policy = model.policy(policy);
            let used = model.attached.values().any(|held| held.contains(&policy));
            let may = !used && policy != FULL_ACCESS_POLICY;
            let done = world.call("DeletePolicy", json!({ "PolicyId": policy })).await;
            assert_eq!(done.is_ok(), may, "{done:?}");
            if may {
                model.policies.retain(|known| *known != policy);
            }
        }
        Deed::Create => {
            let with = json!({ "Name": format!("p{at}"), "Description": "", "Content": DENY, "Type": SCP });
            let made = world.call("CreatePolicy", with).await.unwrap();
            model.policies.push(made["Policy"]["PolicySummary"]["Id"].as_str().unwrap().to_owned());
        }
        Deed::Unit => {
            let with = json!({ "ParentId": world.root, "Name": format!("u{at}") });
            let made = world.call("CreateOrganizationalUnit", with).await.unwrap();
            let id = made["OrganizationalUnit"]["Id"].as_str().unwrap().to_owned();
            let begins = if model.enabled { vec![FULL_ACCESS_POLICY.to_owned()] } else { Vec::new() };
            model.attached.insert(id, begins.into_iter().collect());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn what_is_attached_is_what_was_asked_for(deeds in deeds()) {
        tokio::runtime::Runtime::new().unwrap().block_on(check(deeds));
    }
}

#[tokio::test]
async fn policies_are_not_put_in_force_while_they_are_put_out_of_it() {
    let world = World::new(2_000).await;
    world.call("EnablePolicyType", json!({"RootId": world.root, "PolicyType": SCP})).await.unwrap();
    let parameters = json!({"RootId": world.root, "PolicyType": SCP});
    let disabling = world.call("DisablePolicyType", parameters.clone());
    let enabling = world.call("EnablePolicyType", parameters.clone());
    let (disabled, enabled) = tokio::join!(disabling, enabling);
    disabled.unwrap();
    assert_eq!(enabled.unwrap_err(), "PolicyChangesInProgressException");
    world.call("EnablePolicyType", parameters).await.unwrap();
    let snapshot = world.catalog.current();
    let mut members = snapshot.members(&snapshot.organization_of(account(0)).unwrap().id);
    assert!(members.all(|member| member.attached == [FULL_ACCESS_POLICY]));
}
