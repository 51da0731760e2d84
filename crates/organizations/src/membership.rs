//! Who becomes a member, and who is one no longer.

use cairn_catalog::{
    Change, FULL_ACCESS_POLICY, HandshakeAction, HandshakeState, JoinedBy, Member, Organization, Snapshot,
};
use cairn_event::AccountId;
use cairn_wire::organizations::{
    LeaveOrganizationResponse, RemoveAccountFromOrganizationRequest, RemoveAccountFromOrganizationResponse,
};
use jiff::Timestamp;

use crate::{Caller, Deed, Departure, Organizations, Refusal, accounts, handshakes, service_roles, standing};

impl Organizations {
    /// Lists the changes by which an account becomes a member.
    pub(crate) fn joining(
        &self,
        snapshot: &Snapshot,
        organization: &Organization,
        member: Member,
    ) -> Vec<Change> {
        let mut changes = service_roles::joined(snapshot, organization, &member, &*self.ids);
        changes.push(Change::PutMember(Box::new(member)));
        changes
    }

    /// Ends the caller's own membership. Returns the revision that it ended with beside.
    pub(crate) async fn leave_organization(
        &self,
        caller: &Caller,
    ) -> Result<(LeaveOrganizationResponse, Vec<Deed>, u64), Refusal> {
        let now = self.now();
        self.change(|snapshot| {
            let organization = standing::changeable(standing::member(snapshot, caller)?)?;
            let member = snapshot.member(caller.account).ok_or(Refusal::NotInUse)?;
            let mut changes = service_roles::left(snapshot, member);
            changes.extend(self.leaving(snapshot, organization, member, now)?);
            let deed = departed(organization, caller.account, Departure::Left, now);
            Ok((changes, (LeaveOrganizationResponse {}, vec![deed], snapshot.revision())))
        })
        .await
    }

    pub(crate) async fn remove_account_from_organization(
        &self,
        caller: &Caller,
        request: &RemoveAccountFromOrganizationRequest,
    ) -> Result<(RemoveAccountFromOrganizationResponse, Vec<Deed>), Refusal> {
        let now = self.now();
        self.change(|snapshot| {
            let organization = standing::manager(snapshot, caller)?;
            let member = accounts::find(snapshot, organization, &request.account_id)?;
            let mut changes = service_roles::left(snapshot, member);
            changes.extend(self.leaving(snapshot, organization, member, now)?);
            let deed = departed(organization, member.account, Departure::Removed, now);
            Ok((changes, (RemoveAccountFromOrganizationResponse {}, vec![deed])))
        })
        .await
    }

    /// Lists the changes by which a member goes: whether it agrees to anything is asked no longer. The last one is
    /// the end of the membership.
    pub(crate) fn leaving(
        &self,
        snapshot: &Snapshot,
        organization: &Organization,
        member: &Member,
        now: Timestamp,
    ) -> Result<Vec<Change>, Refusal> {
        if member.account == organization.management {
            return Err(Refusal::ManagerCannotLeave);
        }
        if !member.administers.is_empty() {
            return Err(Refusal::AdministratorCannotLeave);
        }
        if member.closed {
            return Err(Refusal::ClosedCannotLeave);
        }
        let asked = snapshot.handshakes_with(member.account).find(|handshake| {
            handshake.organization == organization.id
                && handshake.action != HandshakeAction::Invite
                && handshakes::is_open(handshake, now)
        });
        let mut changes = Vec::new();
        if let Some(asked) = asked {
            changes = self.agreed(snapshot, asked, now);
            changes.push(handshakes::put(handshakes::ended(asked, HandshakeState::Canceled, now)));
        }
        changes.push(Change::DeleteMember { account: member.account });
        Ok(changes)
    }
}

/// Makes the membership of an account that is there already, in the root.
pub(crate) fn of_account(
    snapshot: &Snapshot,
    organization: &Organization,
    account: AccountId,
    joined: Timestamp,
) -> Result<Member, Refusal> {
    let known = snapshot.account(&account).ok_or(Refusal::AccountMissing)?;
    let name = known.name.clone().or_else(|| known.alias.clone()).unwrap_or_else(|| account.to_string());
    Ok(Member {
        account,
        organization: organization.id.clone(),
        name,
        email: known.email.clone().unwrap_or_else(|| unknown_email(account)),
        parent: organization.root.clone(),
        joined_by: JoinedBy::Invitation,
        joined,
        closed: false,
        attached: initially_attached(organization),
        administers: Vec::new(),
        tags: Vec::new(),
    })
}

/// Returns what is attached to an account or unit from its start: while policies are in force nothing could be
/// done in it otherwise.
pub(crate) fn initially_attached(organization: &Organization) -> Vec<String> {
    if organization.policies_enabled { vec![FULL_ACCESS_POLICY.to_owned()] } else { Vec::new() }
}

/// Refuses more accounts than an organization may have; those that are invited count.
pub(crate) fn has_room(snapshot: &Snapshot, organization: &Organization) -> bool {
    snapshot.members(&organization.id).len() < ACCOUNTS_MAX
}

fn departed(organization: &Organization, account: AccountId, by: Departure, at: Timestamp) -> Deed {
    Deed::Departed { management: organization.management, account, by, at }
}

/// Stands for an address that nobody told: the domain exists nowhere (RFC 2606).
fn unknown_email(account: AccountId) -> String {
    format!("root@{account}.invalid")
}

/// The most accounts of an organization, closed ones counted.
pub(crate) const ACCOUNTS_MAX: usize = 10_000;
