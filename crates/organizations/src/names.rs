//! ARNs and paths of what belongs to an organization.

use cairn_catalog::{HandshakeAction, Organization, Place, Snapshot};
use cairn_event::AccountId;

/// Returns the ARN of an organization.
pub(crate) fn organization(organization: &Organization) -> String {
    within(organization, "organization", "")
}

/// Returns the ARN of an account, in its organization.
pub(crate) fn account(organization: &Organization, account: AccountId) -> String {
    within(organization, "account", &account.to_string())
}

/// Returns the ARN of an organization's root.
pub(crate) fn root(organization: &Organization) -> String {
    within(organization, "root", &organization.root)
}

/// Returns the ARN of a unit.
pub(crate) fn unit(organization: &Organization, id: &str) -> String {
    within(organization, "ou", id)
}

/// Returns the ARN of a service control policy; AWS's own belong to `aws`.
pub(crate) fn policy(organization: &Organization, id: &str) -> String {
    if id == cairn_catalog::FULL_ACCESS_POLICY {
        return format!("arn:aws:organizations::aws:policy/service_control_policy/{id}");
    }
    let (management, of) = (organization.management, &organization.id);
    format!("arn:aws:organizations::{management}:policy/{of}/service_control_policy/{id}")
}

/// Returns the ARN of a handshake.
pub(crate) fn handshake(handshake: &cairn_catalog::Handshake) -> String {
    let action = match handshake.action {
        HandshakeAction::Invite => "invite",
        HandshakeAction::EnableAllFeatures => "enable_all_features",
        HandshakeAction::ApproveAllFeatures => "approve_all_features",
    };
    let (management, of, id) = (handshake.management, &handshake.organization, &handshake.id);
    format!("arn:aws:organizations::{management}:handshake/{of}/{action}/{id}")
}

/// Returns the path down to the root or unit of this id, with a slash at the end.
pub(crate) fn path(snapshot: &Snapshot, organization: &Organization, place: &str) -> String {
    let above = places_above(snapshot, place);
    let units: Vec<&str> = above.iter().rev().map(String::as_str).collect();
    let mut path = format!("{}/{}/", organization.id, organization.root);
    for unit in units {
        path.push_str(unit);
        path.push('/');
    }
    path
}

/// Returns the path down to an account.
pub(crate) fn account_path(snapshot: &Snapshot, organization: &Organization, account: AccountId) -> String {
    let units: Vec<String> = snapshot
        .places(account)
        .filter_map(|place| match place {
            Place::Unit(unit) => Some(unit.id.clone()),
            Place::Root(_) | Place::Account(_) => None,
        })
        .collect();
    let mut path = format!("{}/{}/", organization.id, organization.root);
    for unit in units.iter().rev() {
        path.push_str(unit);
        path.push('/');
    }
    format!("{path}{account}/")
}

/// Lists the units from this one up to the root, which is not among them.
pub(crate) fn places_above(snapshot: &Snapshot, place: &str) -> Vec<String> {
    let first = snapshot.organizational_unit(place);
    let up = std::iter::successors(first, |unit| snapshot.organizational_unit(&unit.parent));
    up.take(DEPTH_MAX).map(|unit| unit.id.clone()).collect()
}

fn within(organization: &Organization, kind: &str, id: &str) -> String {
    let (management, of) = (organization.management, &organization.id);
    let slash = if id.is_empty() { "" } else { "/" };
    format!("arn:aws:organizations::{management}:{kind}/{of}{slash}{id}")
}

/// Ends a walk that would go in a circle: units lie five deep at most.
const DEPTH_MAX: usize = 16;
