//! What a caller is to an organization: its manager, somebody who administers a service for it, a member, nobody.

use cairn_catalog::{Kept, Organization, Snapshot};

use crate::{Caller, Refusal};

/// Returns the organization that the caller belongs to.
pub(crate) fn member<'a>(snapshot: &'a Snapshot, caller: &Caller) -> Result<&'a Organization, Refusal> {
    snapshot.organization_of(caller.account).ok_or(Refusal::NotInUse)
}

/// Returns the organization that the caller may look at: as its manager, or as an administrator of a service.
pub(crate) fn reader<'a>(snapshot: &'a Snapshot, caller: &Caller) -> Result<&'a Organization, Refusal> {
    let organization = member(snapshot, caller)?;
    let administers = || snapshot.member(caller.account).is_some_and(|own| !own.administers.is_empty());
    if organization.management == caller.account || administers() {
        Ok(organization)
    } else {
        Err(Refusal::NotPermitted)
    }
}

/// Returns the organization that the caller manages, wherever it is kept.
pub(crate) fn managed<'a>(snapshot: &'a Snapshot, caller: &Caller) -> Result<&'a Organization, Refusal> {
    let organization = member(snapshot, caller)?;
    let manages = organization.management == caller.account;
    if manages { Ok(organization) } else { Err(Refusal::NotPermitted) }
}

/// Returns the organization that the caller manages and may change here.
pub(crate) fn manager<'a>(snapshot: &'a Snapshot, caller: &Caller) -> Result<&'a Organization, Refusal> {
    changeable(managed(snapshot, caller)?)
}

/// Refuses to change an organization that is kept elsewhere.
pub(crate) fn changeable(organization: &Organization) -> Result<&Organization, Refusal> {
    match organization.kept {
        Kept::Here => Ok(organization),
        Kept::Elsewhere => Err(Refusal::KeptElsewhere(organization.id.clone())),
    }
}
