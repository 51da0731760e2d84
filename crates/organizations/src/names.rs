//! ARNs and paths of what belongs to an organization.

use cairn_catalog::{HandshakeAction, Member, Organization, Snapshot};
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
    let units: Vec<&str> = snapshot.units_up_from(place).map(|unit| unit.id.as_str()).collect();
    let mut path = format!("{}/{}/", organization.id, organization.root);
    for unit in units.iter().rev() {
        path.push_str(unit);
        path.push('/');
    }
    path
}

/// Returns the path down to an account.
pub(crate) fn account_path(snapshot: &Snapshot, organization: &Organization, member: &Member) -> String {
    format!("{}{}/", path(snapshot, organization, &member.parent), member.account)
}

fn within(organization: &Organization, kind: &str, id: &str) -> String {
    let (management, of) = (organization.management, &organization.id);
    let slash = if id.is_empty() { "" } else { "/" };
    format!("arn:aws:organizations::{management}:{kind}/{of}{slash}{id}")
}
