//! The roles of services in accounts that come and go.

use cairn_catalog::{Change, Member, Organization, Snapshot};
use cairn_event::Ids;
use cairn_iam::LinkedService;

/// Lists the changes that make the roles of an account that joins: that of Organizations, and CloudTrail's where
/// the organization has a trail.
pub(crate) fn joined(
    snapshot: &Snapshot,
    organization: &Organization,
    member: &Member,
    ids: &dyn Ids,
) -> Vec<Change> {
    let covered = is_covered(snapshot, organization).then_some(LinkedService::CLOUDTRAIL);
    let services = [LinkedService::ORGANIZATIONS].into_iter().chain(covered);
    services.filter_map(|service| service.linked(snapshot, member.account, ids, member.joined)).collect()
}

/// Tells whether an organization has a trail.
pub(crate) fn is_covered(snapshot: &Snapshot, organization: &Organization) -> bool {
    snapshot.trails().any(|trail| trail.organization.as_deref() == Some(organization.id.as_str()))
}

/// Lists the changes that take CloudTrail's role out of an account that leaves; that of Organizations stays.
pub(crate) fn left(snapshot: &Snapshot, member: &Member) -> Vec<Change> {
    LinkedService::CLOUDTRAIL.unlinked(snapshot, member.account).into_iter().collect()
}
