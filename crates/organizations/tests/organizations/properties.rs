//! Whatever is called in whatever order by whomever: nothing breaks inside, every refusal is one that the operation
//! declares, and who belongs where stays consistent.

use cairn_catalog::{Handshake, HandshakeAction, HandshakeState, Snapshot};
use cairn_event::{AccountId, Clock as _};
use cairn_organizations::Deed;
use cairn_wire::organizations::Operation;
use jiff::Timestamp;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use crate::world::{ACCOUNTS, World};

/// One call: who calls, what, and which of the things that are there it names.
#[derive(Debug, Clone)]
struct Step {
    caller: Index,
    operation: &'static str,
    account: Index,
    place: Index,
    other_place: Index,
    handshake: Index,
    name: &'static str,
    days: i64,
    /// Whether somebody calls who may: chance alone would hardly ever let two agree.
    entitled: bool,
}

fn step() -> impl Strategy<Value = Step> {
    let picks = (any::<Index>(), any::<Index>(), any::<Index>(), any::<Index>(), any::<Index>());
    let name = select(vec!["a", "b", "c"]);
    let days = select(vec![0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 16, 91]);
    let rest = (name, days, prop::bool::weighted(0.75));
    (picks, select(OPERATIONS.to_vec()), rest).prop_map(|(picks, operation, (name, days, entitled))| Step {
        caller: picks.0,
        operation,
        account: picks.1,
        place: picks.2,
        other_place: picks.3,
        handshake: picks.4,
        name,
        days,
        entitled,
    })
}

const OPERATIONS: &[&str] = &[
    "AcceptHandshake",
    "AcceptHandshake",
    "AcceptHandshake",
    "CancelHandshake",
    "CloseAccount",
    "CreateAccount",
    "CreateOrganization",
    "CreateOrganizationalUnit",
    "CreateOrganizationalUnit",
    "DeclineHandshake",
    "DeleteOrganization",
    "DeleteOrganizationalUnit",
    "DescribeAccount",
    "DescribeHandshake",
    "DescribeOrganization",
    "DescribeOrganizationalUnit",
    "EnableAllFeatures",
    "InviteAccountToOrganization",
    "InviteAccountToOrganization",
    "InviteAccountToOrganization",
    "LeaveOrganization",
    "ListAccounts",
    "ListAccountsForParent",
    "ListChildren",
    "ListHandshakesForAccount",
    "ListHandshakesForOrganization",
    "ListOrganizationalUnitsForParent",
    "ListParents",
    "ListRoots",
    "ListTagsForResource",
    "MoveAccount",
    "RemoveAccountFromOrganization",
    "TagResource",
    "UntagResource",
    "UpdateOrganizationalUnit",
];

/// Chooses who calls.
fn caller(step: &Step, snapshot: &Snapshot, parameters: &Value) -> AccountId {
    let handshake = parameters["HandshakeId"].as_str().and_then(|id| snapshot.handshake(id));
    let managers: Vec<AccountId> = snapshot.organizations().map(|found| found.management).collect();
    let members: Vec<AccountId> = snapshot
        .organizations()
        .flat_map(|found| snapshot.members(&found.id).filter(|member| member.account != found.management))
        .map(|member| member.account)
        .collect();
    match (step.operation, handshake) {
        _ if !step.entitled => step.caller.get(&ACCOUNTS).parse().unwrap(),
        ("CancelHandshake", Some(handshake)) => handshake.management,
        (_, Some(handshake)) => handshake.account,
        ("LeaveOrganization", None) if !members.is_empty() => *step.caller.get(&members),
        (operation, None) if operation != "CreateOrganization" && !managers.is_empty() => {
            *step.caller.get(&managers)
        }
        _ => step.caller.get(&ACCOUNTS).parse().unwrap(),
    }
}

/// Writes the parameters that an operation takes.
fn parameters(step: &Step, snapshot: &Snapshot) -> Value {
    let accounts: Vec<String> = snapshot.accounts().map(|account| account.id.to_string()).collect();
    let mut places = vec!["r-none".to_owned()];
    for organization in snapshot.organizations() {
        places.push(organization.root.clone());
        places.extend(snapshot.organizational_units(&organization.id).map(|unit| unit.id.clone()));
    }
    let mut shakes: Vec<String> = snapshot.handshakes().map(|handshake| handshake.id.clone()).collect();
    shakes.push("h-abcdefgh".to_owned());
    let (account, place) = (step.account.get(&accounts), step.place.get(&places));
    let unit = if place.starts_with("ou-") { place.as_str() } else { "ou-none-abcdefgh" };
    let other = step.other_place.get(&places);
    match step.operation {
        "AcceptHandshake" | "CancelHandshake" | "DeclineHandshake" | "DescribeHandshake" => {
            json!({"HandshakeId": step.handshake.get(&shakes)})
        }
        "CloseAccount" | "DescribeAccount" | "RemoveAccountFromOrganization" => {
            json!({"AccountId": account})
        }
        "CreateAccount" => json!({"Email": format!("{}@example.com", step.name), "AccountName": step.name}),
        "CreateOrganization" if step.name == "a" => json!({"FeatureSet": "CONSOLIDATED_BILLING"}),
        "CreateOrganizationalUnit" => json!({"ParentId": place, "Name": step.name}),
        "DeleteOrganizationalUnit" | "DescribeOrganizationalUnit" => json!({"OrganizationalUnitId": unit}),
        "UpdateOrganizationalUnit" => json!({"OrganizationalUnitId": unit, "Name": step.name}),
        "InviteAccountToOrganization" => json!({"Target": {"Id": account, "Type": "ACCOUNT"}}),
        "ListAccountsForParent" | "ListOrganizationalUnitsForParent" => json!({"ParentId": place}),
        "ListChildren" => json!({"ParentId": place, "ChildType": "ACCOUNT"}),
        "ListParents" => json!({"ChildId": account}),
        "ListTagsForResource" => json!({"ResourceId": place}),
        "TagResource" => json!({"ResourceId": account, "Tags": [{"Key": step.name, "Value": ""}]}),
        "UntagResource" => json!({"ResourceId": account, "TagKeys": [step.name]}),
        "MoveAccount" => {
            let parent = account.parse().ok().and_then(|account| snapshot.member(account));
            let source = parent.map_or(place.as_str(), |member| member.parent.as_str());
            json!({"AccountId": account, "SourceParentId": source, "DestinationParentId": other})
        }
        _ => json!({}),
    }
}

/// Checks what must hold in every revision.
fn check(snapshot: &Snapshot, now: Timestamp) {
    for organization in snapshot.organizations() {
        let members: Vec<_> = snapshot.members(&organization.id).collect();
        let manager = members.iter().find(|member| member.account == organization.management);
        assert!(manager.is_some_and(|manager| !manager.closed), "the manager is an open member");
        for member in members {
            let places: Vec<String> = snapshot.places(member.account).map(|place| place.id()).collect();
            assert_eq!(places.last(), Some(&organization.root), "{}", member.account);
            assert!(places.len() <= 7, "units lie five deep");
        }
    }
    let open =
        |handshake: &&Handshake| handshake.state == HandshakeState::Requested && handshake.expires > now;
    for handshake in snapshot.handshakes().filter(open) {
        let organization = snapshot.organization(&handshake.organization);
        assert!(organization.is_some(), "an open handshake has an organization");
        let inside = snapshot.member(handshake.account);
        let inside = inside.is_some_and(|member| member.organization == handshake.organization);
        assert_eq!(inside, handshake.action != HandshakeAction::Invite, "{handshake:?}");
    }
}

/// Says whose membership a call was about.
fn check_deeds(deeds: &[Deed], snapshot: &Snapshot) {
    for deed in deeds {
        match deed {
            Deed::Joined { management, account, .. } => {
                let organization = snapshot.organization_of(*account).unwrap();
                assert_eq!(organization.management, *management);
            }
            Deed::Departed { management, account, .. } => {
                let still = snapshot.organization_of(*account);
                assert!(still.is_none_or(|found| found.management != *management));
            }
            Deed::WentOver { account, under, .. } => {
                assert!(snapshot.member(*account).is_some() && *under < snapshot.revision());
            }
            Deed::Closed { account, .. } => assert!(snapshot.member(*account).unwrap().closed),
            Deed::Created { creation, .. } => {
                assert_eq!(creation.account.is_some(), creation.failure.is_none());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn organizations_stay_consistent(steps in prop::collection::vec(step(), 1..200)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let world = World::new().await;
            for step in steps {
                world.clock.pass_days(step.days);
                let before = world.catalog.current();
                let parameters = parameters(&step, &before);
                let caller = caller(&step, &before, &parameters);
                let outcome = world.done(caller, step.operation, &parameters).await;
                let after = world.catalog.current();
                match outcome {
                    Ok(done) => check_deeds(&done.deeds, &after),
                    Err((code, _)) => {
                        assert_eq!(before.revision(), after.revision(), "what is refused changes nothing");
                        let declared = Operation::find(step.operation).unwrap().errors();
                        let declared = declared.iter().any(|error| error.as_str() == code);
                        assert!(declared || code == "AccessDeniedException", "{} {code}", step.operation);
                        assert_ne!(code, "ServiceException", "{step:?}");
                    }
                }
                check(&after, world.clock.now());
            }
        });
    }
}
