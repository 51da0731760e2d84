//! Services that may act in the accounts of an organization.

use cairn_access::CLOUDTRAIL_SERVICE;
use cairn_catalog::{Change, FeatureSet, Organization, TrustedService};
use cairn_iam::LinkedService;
use cairn_wire::Timestamp;
use cairn_wire::organizations::{
    DisableAWSServiceAccessRequest, DisableAWSServiceAccessResponse, EnableAWSServiceAccessRequest,
    EnableAWSServiceAccessResponse, EnabledServicePrincipal, ListAWSServiceAccessForOrganizationRequest,
    ListAWSServiceAccessForOrganizationResponse,
};

use crate::organization::ordinary_trails;
use crate::page::{self, Paging};
use crate::{Caller, Organizations, Refusal, standing};

impl Organizations {
    /// Lets a service act in the accounts of the organization. One that may already stays as it is.
    pub(crate) async fn enable_aws_service_access(
        &self,
        caller: &Caller,
        request: &EnableAWSServiceAccessRequest,
    ) -> Result<EnableAWSServiceAccessResponse, Refusal> {
        let principal = &request.service_principal;
        let now = self.now();
        self.change(|snapshot| {
            let organization = standing::manager(snapshot, caller)?;
            check_features(organization)?;
            check_principal(principal)?;
            if organization.trusts(principal) {
                return Ok((Vec::new(), EnableAWSServiceAccessResponse {}));
            }
            let mut changed = organization.clone();
            changed.trusted_services.push(TrustedService { principal: principal.clone(), since: now });
            let mut changes = vec![Change::PutOrganization(Box::new(changed))];
            // The service acts for the organization from the account that manages it.
            let service = LinkedService::find(principal);
            let management = organization.management;
            changes.extend(service.and_then(|service| service.linked(snapshot, management, &*self.ids, now)));
            Ok((changes, EnableAWSServiceAccessResponse {}))
        })
        .await
    }

    /// Ends that. What CloudTrail had for the organization becomes its owner's alone: the trails, and their copies
    /// in the members are gone.
    pub(crate) async fn disable_aws_service_access(
        &self,
        caller: &Caller,
        request: &DisableAWSServiceAccessRequest,
    ) -> Result<DisableAWSServiceAccessResponse, Refusal> {
        let principal = &request.service_principal;
        self.change(|snapshot| {
            let organization = standing::manager(snapshot, caller)?;
            check_features(organization)?;
            check_principal(principal)?;
            if !organization.trusts(principal) {
                return Ok((Vec::new(), DisableAWSServiceAccessResponse {}));
            }
            let mut members = snapshot.members(&organization.id);
            if members.any(|member| member.administers(principal)) {
                return Err(Refusal::ServiceAdministered);
            }
            let mut changed = organization.clone();
            changed.trusted_services.retain(|service| service.principal != *principal);
            let mut changes = vec![Change::PutOrganization(Box::new(changed))];
            if principal == CLOUDTRAIL_SERVICE {
                changes.extend(ordinary_trails(snapshot, organization));
            }
            Ok((changes, DisableAWSServiceAccessResponse {}))
        })
        .await
    }

    pub(crate) fn list_aws_service_access_for_organization(
        &self,
        caller: &Caller,
        request: &ListAWSServiceAccessForOrganizationRequest,
    ) -> Result<ListAWSServiceAccessForOrganizationResponse, Refusal> {
        let snapshot = self.catalog.current();
        let organization = standing::reader(&snapshot, caller)?;
        check_features(organization)?;
        let paging = Paging::new(request.next_token.as_ref(), request.max_results);
        let list = ["ListAWSServiceAccessForOrganization", &organization.id];
        let trusted = organization.trusted_services.iter();
        let (page, next) = page::cut(trusted, |service| service.principal.clone(), caller, &list, paging)?;
        let shown = page.into_iter().map(|service| EnabledServicePrincipal {
            service_principal: Some(service.principal.clone()),
            date_enabled: Some(Timestamp::new(service.since)),
        });
        Ok(ListAWSServiceAccessForOrganizationResponse {
            enabled_service_principals: Some(shown.collect()),
            next_token: next,
        })
    }
}

/// Refuses an organization that is for one bill alone.
pub(crate) fn check_features(organization: &Organization) -> Result<(), Refusal> {
    match organization.feature_set {
        FeatureSet::All => Ok(()),
        FeatureSet::ConsolidatedBilling => Err(Refusal::NotAllFeatures),
    }
}

/// Refuses what is not the name of a service.
pub(crate) fn check_principal(principal: &str) -> Result<(), Refusal> {
    let labels = principal.strip_suffix(".amazonaws.com").unwrap_or_default();
    let is_label = |label: &str| {
        let mut letters = label.bytes();
        !label.is_empty()
            && letters.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    if labels.split('.').all(is_label) { Ok(()) } else { Err(Refusal::ServiceUnknown) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_services_are_told_from_others() {
        for principal in ["cloudtrail.amazonaws.com", "reporting.trustedadvisor.amazonaws.com"] {
            assert!(check_principal(principal).is_ok(), "{principal}");
        }
        for principal in
            ["cloudtrail", "amazonaws.com", ".amazonaws.com", "a..amazonaws.com", "Über.amazonaws.com"]
        {
            assert!(check_principal(principal).is_err(), "{principal}");
        }
    }
}
