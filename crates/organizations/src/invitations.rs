//! Accounts that are there already are invited, and join.

use cairn_catalog::{Change, Handshake, HandshakeAction, HandshakeState, JoinedBy, Organization, Snapshot};
use cairn_event::AccountId;
use cairn_wire::organizations::{
    HandshakeParty, HandshakePartyType, InviteAccountToOrganizationRequest,
    InviteAccountToOrganizationResponse,
};
use jiff::{SignedDuration, Timestamp};

use crate::{
    Caller, Deed, Departure, Organizations, Refusal, all_features, handshakes, ids, membership,
    service_roles, standing, tags,
};

impl Organizations {
    pub(crate) async fn invite_account_to_organization(
        &self,
        caller: &Caller,
        request: &InviteAccountToOrganizationRequest,
    ) -> Result<InviteAccountToOrganizationResponse, Refusal> {
        let tags = tags::checked(request.tags.as_deref().unwrap_or_default())?;
        let now = self.now();
        self.change(|snapshot| {
            let organization = standing::manager(snapshot, caller)?;
            if all_features::is_pending(snapshot, organization, now) {
                return Err(Refusal::InvitesDisabled);
            }
            let account = invited(snapshot, &request.target)?;
            check(snapshot, organization, account, now)?;
            handshakes::check_rate(snapshot, organization, 1, now)?;
            let handshake = Handshake {
                id: ids::handshake(&*self.ids),
                organization: organization.id.clone(),
                management: caller.account,
                action: HandshakeAction::Invite,
                account,
                state: HandshakeState::Requested,
                notes: request.notes.clone().filter(|notes| !notes.is_empty()),
                tags: tags.clone(),
                requested: now,
                expires: now.saturating_add(INVITATION).unwrap_or(now),
                ended: None,
                parent: None,
            };
            let shown = handshakes::show(snapshot, &handshake, now);
            let mut changes: Vec<Change> = handshakes::forgotten(snapshot, now).collect();
            changes.push(handshakes::put(handshake));
            Ok((changes, InviteAccountToOrganizationResponse { handshake: Some(shown) }))
        })
        .await
    }

    /// Lists the changes by which an invited account joins. One that belongs to another organization leaves it in
    /// the same moment: the one that the caller was allowed to leave.
    pub(crate) fn join(
        &self,
        snapshot: &Snapshot,
        caller: &Caller,
        invitation: &Handshake,
        now: Timestamp,
    ) -> Result<(Vec<Change>, Vec<Deed>), Refusal> {
        let organization =
            snapshot.organization(&invitation.organization).ok_or(Refusal::HandshakeMissing)?;
        standing::changeable(organization)?;
        if !membership::has_room(snapshot, organization) {
            return Err(Refusal::TooManyAccountsToJoin);
        }
        let account = invitation.account;
        let (mut changes, mut deeds) = (Vec::new(), Vec::new());
        if let Some(former) = snapshot.member(account) {
            let left = standing::changeable(snapshot.organization_of(account).ok_or(Refusal::NotInUse)?)?;
            if left.id == organization.id {
                return Err(Refusal::InvitedAlreadyMember);
            }
            if caller.organization.as_deref() != Some(left.id.as_str()) {
                return Err(Refusal::Concurrent);
            }
            changes = self.leaving(snapshot, left, former, now)?;
            // The former membership ends with the new one, which is the same row.
            changes.retain(|change| !matches!(change, Change::DeleteMember { .. }));
            if !service_roles::is_covered(snapshot, organization) {
                changes.extend(service_roles::left(snapshot, former));
            }
            let management = left.management;
            deeds.push(Deed::Departed { management, account, by: Departure::Left, at: now });
            deeds.push(Deed::WentOver { account, at: now, under: snapshot.revision() });
        }
        let mut member = membership::of_account(snapshot, organization, account, now)?;
        member.tags.clone_from(&invitation.tags);
        changes.extend(self.joining(snapshot, organization, member));
        let management = organization.management;
        deeds.push(Deed::Joined { management, account, by: JoinedBy::Invitation, at: now });
        Ok((changes, deeds))
    }
}

/// Finds the account that an invitation is for.
fn invited(snapshot: &Snapshot, target: &HandshakeParty) -> Result<AccountId, Refusal> {
    match target.kind {
        HandshakePartyType::Account => {
            let known = target.id.parse().ok().filter(|id| snapshot.account(id).is_some());
            known.ok_or(Refusal::InvitedMissing)
        }
        HandshakePartyType::Email => {
            let mut accounts = snapshot.accounts();
            let named = |email: &Option<String>| {
                email.as_deref().is_some_and(|email| email.eq_ignore_ascii_case(&target.id))
            };
            accounts
                .find(|account| named(&account.email))
                .map(|account| account.id)
                .ok_or(Refusal::EmailMissing)
        }
        HandshakePartyType::Organization => Err(Refusal::OrganizationInvited),
    }
}

fn check(
    snapshot: &Snapshot,
    organization: &Organization,
    account: AccountId,
    now: Timestamp,
) -> Result<(), Refusal> {
    if snapshot.member(account).is_some_and(|member| member.organization == organization.id) {
        return Err(Refusal::InvitedAlreadyMember);
    }
    let open = || {
        let invited = snapshot.handshakes_of(&organization.id);
        let invited = invited.filter(|handshake| handshake.action == HandshakeAction::Invite);
        invited.filter(|handshake| handshakes::is_open(handshake, now))
    };
    if open().any(|handshake| handshake.account == account) {
        return Err(Refusal::AlreadyInvited);
    }
    let expected = snapshot.members(&organization.id).len() + open().count();
    if expected >= membership::ACCOUNTS_MAX {
        return Err(Refusal::TooManyAccountsToJoin);
    }
    Ok(())
}

/// How long an invitation can be answered.
const INVITATION: SignedDuration = SignedDuration::from_hours(15 * 24);
