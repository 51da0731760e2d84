//! Members that administer a service for their organization.

use cairn_access::{CLOUDTRAIL_ADMINISTRATORS_MAX, CLOUDTRAIL_SERVICE};
use cairn_catalog::{Change, Member, Organization, TrustedService};
use cairn_wire::Timestamp;
use cairn_wire::organizations::{
    DelegatedAdministrator, DelegatedService, DeregisterDelegatedAdministratorRequest,
    DeregisterDelegatedAdministratorResponse, ListDelegatedAdministratorsRequest,
    ListDelegatedAdministratorsResponse, ListDelegatedServicesForAccountRequest,
    ListDelegatedServicesForAccountResponse, RegisterDelegatedAdministratorRequest,
    RegisterDelegatedAdministratorResponse,
};

use crate::page::{self, Paging};
use crate::trusted_services::{check_features, check_principal};
use crate::{Caller, Organizations, Refusal, accounts, names, shapes, standing};

impl Organizations {
    pub(crate) async fn register_delegated_administrator(
        &self,
        caller: &Caller,
        request: &RegisterDelegatedAdministratorRequest,
    ) -> Result<RegisterDelegatedAdministratorResponse, Refusal> {
        let principal = &request.service_principal;
        let now = self.now();
        self.change(|snapshot| {
            let organization = standing::manager(snapshot, caller)?;
            check_features(organization)?;
            check_principal(principal)?;
            let member = accounts::find(snapshot, organization, &request.account_id)?;
            if member.account == organization.management {
                return Err(Refusal::ManagerAdministers);
            }
            if member.closed {
                return Err(Refusal::ClosedAdministers);
            }
            if !organization.trusts(principal) {
                return Err(Refusal::ServiceNotTrusted);
            }
            if member.administers(principal) {
                return Err(Refusal::AlreadyAdministers);
            }
            let members = snapshot.members(&organization.id);
            let others = members.filter(|other| other.administers(principal)).count();
            if others >= administrators_max(principal) {
                return Err(Refusal::TooManyAdministrators);
            }
            let mut changed = member.clone();
            changed.administers.push(TrustedService { principal: principal.clone(), since: now });
            Ok((vec![Change::PutMember(Box::new(changed))], RegisterDelegatedAdministratorResponse {}))
        })
        .await
    }

    /// Ends that. What the member made for the organization stays.
    pub(crate) async fn deregister_delegated_administrator(
        &self,
        caller: &Caller,
        request: &DeregisterDelegatedAdministratorRequest,
    ) -> Result<DeregisterDelegatedAdministratorResponse, Refusal> {
        let principal = &request.service_principal;
        self.change(|snapshot| {
            let organization = standing::manager(snapshot, caller)?;
            check_features(organization)?;
            check_principal(principal)?;
            let member = accounts::find(snapshot, organization, &request.account_id)?;
            if !member.administers(principal) {
                return Err(Refusal::DoesNotAdminister);
            }
            let mut changed = member.clone();
            changed.administers.retain(|service| service.principal != *principal);
            Ok((vec![Change::PutMember(Box::new(changed))], DeregisterDelegatedAdministratorResponse {}))
        })
        .await
    }

    pub(crate) fn list_delegated_administrators(
        &self,
        caller: &Caller,
        request: &ListDelegatedAdministratorsRequest,
    ) -> Result<ListDelegatedAdministratorsResponse, Refusal> {
        let snapshot = self.catalog.current();
        let organization = standing::reader(&snapshot, caller)?;
        let principal = request.service_principal.as_deref();
        if let Some(principal) = principal {
            check_principal(principal)?;
        }
        let asked = |service: &TrustedService| principal.is_none_or(|asked| asked == service.principal);
        let members = snapshot.members(&organization.id);
        let administrators = members.filter(|member| member.administers.iter().any(asked));
        let paging = Paging::new(request.next_token.as_ref(), request.max_results);
        let list = ["ListDelegatedAdministrators", &organization.id, principal.unwrap_or_default()];
        let (page, next) =
            page::cut(administrators, |member| member.account.to_string(), caller, &list, paging)?;
        let shown = page.into_iter().filter_map(|member| administrator(organization, member, principal));
        Ok(ListDelegatedAdministratorsResponse {
            delegated_administrators: Some(shown.collect()),
            next_token: next,
        })
    }

    pub(crate) fn list_delegated_services_for_account(
        &self,
        caller: &Caller,
        request: &ListDelegatedServicesForAccountRequest,
    ) -> Result<ListDelegatedServicesForAccountResponse, Refusal> {
        let snapshot = self.catalog.current();
        let organization = standing::reader(&snapshot, caller)?;
        check_features(organization)?;
        let member = accounts::find(&snapshot, organization, &request.account_id)?;
        if member.administers.is_empty() {
            return Err(Refusal::DoesNotAdminister);
        }
        let paging = Paging::new(request.next_token.as_ref(), request.max_results);
        let list = ["ListDelegatedServicesForAccount", &organization.id, &request.account_id];
        let services = member.administers.iter();
        let (page, next) = page::cut(services, |service| service.principal.clone(), caller, &list, paging)?;
        let shown = page.into_iter().map(|service| DelegatedService {
            service_principal: Some(service.principal.clone()),
            delegation_enabled_date: Some(Timestamp::new(service.since)),
        });
        Ok(ListDelegatedServicesForAccountResponse {
            delegated_services: Some(shown.collect()),
            next_token: next,
        })
    }
}

/// Shows a member that administers the service, or any; since when, as of the first of them.
fn administrator(
    organization: &Organization,
    member: &Member,
    principal: Option<&str>,
) -> Option<DelegatedAdministrator> {
    let services = member.administers.iter();
    let asked = services.filter(|service| principal.is_none_or(|asked| asked == service.principal));
    let since = asked.map(|service| service.since).min()?;
    Some(DelegatedAdministrator {
        id: Some(member.account.to_string()),
        arn: Some(names::account(organization, member.account)),
        email: Some(member.email.clone()),
        name: Some(member.name.clone()),
        status: Some(shapes::status(member)),
        state: Some(shapes::state(member)),
        joined_method: Some(shapes::joined_method(member)),
        joined_timestamp: Some(Timestamp::new(member.joined)),
        delegation_enabled_date: Some(Timestamp::new(since)),
    })
}

/// Returns how many members may administer a service at most.
fn administrators_max(principal: &str) -> usize {
    if principal == CLOUDTRAIL_SERVICE { CLOUDTRAIL_ADMINISTRATORS_MAX } else { ADMINISTRATORS_MAX }
}

/// What services without a limit of their own get.
const ADMINISTRATORS_MAX: usize = 5;
