//! RegisterOrganizationDelegatedAdmin and DeregisterOrganizationDelegatedAdmin.

use cairn_access::{CLOUDTRAIL_ADMINISTRATORS_MAX, CLOUDTRAIL_SERVICE, EVENT_CONTEXT_SERVICE};
use cairn_catalog::{Change, Kept, Member, Organization, Snapshot, TrustedService};
use cairn_event::AccountId;
use cairn_wire::cloudtrail::{
    DeregisterOrganizationDelegatedAdminRequest, DeregisterOrganizationDelegatedAdminResponse,
    RegisterOrganizationDelegatedAdminRequest, RegisterOrganizationDelegatedAdminResponse,
};

use crate::control::Done;
use crate::organization::{
    DESCRIBE, GET_ROLE, LIST_ACCESS, MAKE_ROLE, check_access, check_features, organization, roles_made,
};
use crate::{Caller, Control, Deed, Refusal};

impl Control {
    /// Lets a member administer CloudTrail for its organization. CloudTrail's two roles are made in the managing
    /// account where they are missing.
    ///
    /// # Errors
    /// The caller's account does not manage an organization with all features that CloudTrail has access to, the
    /// caller may not do what this takes, or the member can't be one.
    pub async fn register_organization_delegated_admin(
        &self,
        caller: &Caller,
        request: &RegisterOrganizationDelegatedAdminRequest,
    ) -> Result<Done<RegisterOrganizationDelegatedAdminResponse>, Refusal> {
        let since = self.clock.now();
        let decide = |snapshot: &Snapshot| {
            let organization =
                self.managed(snapshot, caller, "organizations:RegisterDelegatedAdministrator")?;
            for action in [GET_ROLE, MAKE_ROLE] {
                if !self.platform.permits(caller, action) {
                    return Err(Refusal::RoleAccessDenied);
                }
            }
            let account = &request.member_account_id;
            if *account == organization.management.to_string() {
                return Err(Refusal::ManagementDelegated(caller.account));
            }
            let member = member(snapshot, organization, account)?;
            if member.administers(CLOUDTRAIL_SERVICE) {
                return Err(Refusal::AdministratorRegistered(member.account));
            }
            let known = snapshot
                .members(&organization.id)
                .filter(|member| member.administers(CLOUDTRAIL_SERVICE))
                .count();
            if known >= CLOUDTRAIL_ADMINISTRATORS_MAX {
                return Err(Refusal::AdministratorsTooMany { max: CLOUDTRAIL_ADMINISTRATORS_MAX });
            }
            let (mut member, account) = (member.clone(), member.account);
            member.administers.push(TrustedService { principal: CLOUDTRAIL_SERVICE.to_owned(), since });
            let services = [CLOUDTRAIL_SERVICE, EVENT_CONTEXT_SERVICE].into_iter();
            let mut changes: Vec<Change> = services
                .flat_map(|service| self.role_of(snapshot, organization.management, service))
                .collect();
            let mut deeds = roles_made(&changes, caller.account);
            deeds.push(Deed::AdministratorRegistered { account });
            changes.push(Change::PutMember(Box::new(member)));
            Ok((changes, deeds))
        };
        let (deeds, _) = self.change(decide).await?;
        Ok(Done { deeds, ..Done::now(RegisterOrganizationDelegatedAdminResponse::default()) })
    }

    /// Ends a member's administration of CloudTrail. The trails that it made stay the managing account's.
    ///
    /// # Errors
    /// As for registering, and an account that is no administrator.
    pub async fn deregister_organization_delegated_admin(
        &self,
        caller: &Caller,
        request: &DeregisterOrganizationDelegatedAdminRequest,
    ) -> Result<Done<DeregisterOrganizationDelegatedAdminResponse>, Refusal> {
        let decide = |snapshot: &Snapshot| {
            let organization =
                self.managed(snapshot, caller, "organizations:DeregisterDelegatedAdministrator")?;
            let mut member = member(snapshot, organization, &request.delegated_admin_account_id)?.clone();
            if !member.administers(CLOUDTRAIL_SERVICE) {
                return Err(Refusal::AdministratorUnknown(member.account));
            }
            member.administers.retain(|service| service.principal != CLOUDTRAIL_SERVICE);
            let deed = Deed::AdministratorDeregistered { account: member.account };
            Ok((vec![Change::PutMember(Box::new(member))], vec![deed]))
        };
        let (deeds, _) = self.change(decide).await?;
        Ok(Done { deeds, ..Done::now(DeregisterOrganizationDelegatedAdminResponse::default()) })
    }

    /// Finds the organization that the caller's account manages, and checks what must be so before its
    /// administrators are changed; `action` is what CloudTrail does in the caller's name.
    fn managed<'s>(
        &self,
        snapshot: &'s Snapshot,
        caller: &Caller,
        action: &str,
    ) -> Result<&'s Organization, Refusal> {
        self.require(caller, DESCRIBE)?;
        let organization = organization(snapshot, caller)?;
        if organization.management != caller.account {
            return Err(Refusal::AdministratorsNotYours(caller.account));
        }
        check_features(organization, caller)?;
        self.require(caller, LIST_ACCESS)?;
        check_access(organization, caller)?;
        self.require(caller, action)?;
        match organization.kept {
            Kept::Here => Ok(organization),
            Kept::Elsewhere => Err(Refusal::OrganizationElsewhere),
        }
    }
}

fn member<'s>(
    snapshot: &'s Snapshot,
    organization: &Organization,
    account: &str,
) -> Result<&'s Member, Refusal> {
    let found = account.parse::<AccountId>().ok().and_then(|account| snapshot.member(account));
    found
        .filter(|member| member.organization == organization.id)
        .ok_or_else(|| Refusal::MemberUnknown(account.to_owned()))
}
