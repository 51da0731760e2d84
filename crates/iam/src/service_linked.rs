//! The roles through which services act in accounts, and which nobody but the service changes.

use cairn_access::{CLOUDTRAIL_SERVICE, EVENT_CONTEXT_SERVICE, SERVICE_LINKED_PATH};
use cairn_catalog::{Change, Role, Snapshot};
use cairn_event::{AccountId, Ids};
use jiff::Timestamp;

use crate::fresh;

/// A service that acts in accounts through a role of its own.
#[derive(Debug, PartialEq, Eq)]
pub struct LinkedService {
    /// The service's principal, such as `cloudtrail.amazonaws.com`.
    pub principal: &'static str,
    /// The name of its role.
    pub role_name: &'static str,
    description: &'static str,
    policy_arn: &'static str,
}

impl LinkedService {
    /// Organizations: its role is in every member of an organization.
    pub const ORGANIZATIONS: Self = Self {
        principal: "organizations.amazonaws.com",
        role_name: "AWSServiceRoleForOrganizations",
        description: "Service-linked role used by AWS Organizations to enable integration of other AWS services with Organizations.",
        policy_arn: "arn:aws:iam::aws:policy/aws-service-role/AWSOrganizationsServiceTrustPolicy",
    };
    /// CloudTrail: its role is in the account that manages an organization and, once the organization has a trail, in
    /// all its members: one that is excluded is covered as soon as its exclusion ends.
    pub const CLOUDTRAIL: Self = Self {
        principal: CLOUDTRAIL_SERVICE,
        role_name: "AWSServiceRoleForCloudTrail",
        description: "Role that enables CloudTrail to support organization trails.",
        policy_arn: "arn:aws:iam::aws:policy/aws-service-role/CloudTrailServiceRolePolicy",
    };
    /// CloudTrail, for the enrichment of events.
    pub const CLOUDTRAIL_CONTEXT: Self = Self {
        principal: EVENT_CONTEXT_SERVICE,
        role_name: "AWSServiceRoleForCloudTrailEventContext",
        description: "Role that enables CloudTrail to add context to events.",
        policy_arn: "arn:aws:iam::aws:policy/aws-service-role/CloudTrailEventContext",
    };

    /// What the name of a service's role begins with; nobody else's does.
    pub const NAME_PREFIX: &str = "AWSServiceRoleFor";

    /// Every service that has such a role.
    pub const ALL: [Self; 3] = [Self::ORGANIZATIONS, Self::CLOUDTRAIL, Self::CLOUDTRAIL_CONTEXT];

    /// Finds a service by its principal.
    pub fn find(principal: &str) -> Option<&'static Self> {
        const ALL: &[LinkedService] = &LinkedService::ALL;
        ALL.iter().find(|service| service.principal == principal)
    }

    /// Returns the role's path.
    pub fn path(&self) -> String {
        format!("{SERVICE_LINKED_PATH}{}/", self.principal)
    }

    /// Returns the ARN of the role in an account.
    pub fn role_arn(&self, account: AccountId) -> String {
        format!("arn:aws:iam::{account}:role{}{}", self.path(), self.role_name)
    }

    /// Finds the role in an account.
    pub fn role_in<'a>(&self, snapshot: &'a Snapshot, account: AccountId) -> Option<&'a Role> {
        snapshot.role(&account, self.role_name).filter(|role| role.path == self.path())
    }

    /// Returns the change that makes the role in an account; none where it is there. A role of its name under another
    /// path is not the service's, whoever made it, and gives way: the name is the service's alone.
    pub fn linked(
        &self,
        snapshot: &Snapshot,
        account: AccountId,
        ids: &dyn Ids,
        now: Timestamp,
    ) -> Option<Change> {
        let lacking = self.role_in(snapshot, account).is_none();
        lacking.then(|| Change::PutRole(Box::new(self.role(account, ids, now))))
    }

    /// Returns the change that takes the role out of an account; none where it is not there.
    pub fn unlinked(&self, snapshot: &Snapshot, account: AccountId) -> Option<Change> {
        let role = self.role_in(snapshot, account)?;
        Some(Change::DeleteRole { account, name: role.name.clone() })
    }

    pub(crate) fn role(&self, account: AccountId, ids: &dyn Ids, now: Timestamp) -> Role {
        Role {
            account,
            name: self.role_name.to_owned(),
            path: self.path(),
            role_id: fresh::unique_id("AROA", ids),
            arn: self.role_arn(account),
            created: now,
            description: Some(self.description.to_owned()),
            trust: self.trust(),
            session_seconds_max: 3_600,
            policies: Vec::new(),
            attached: vec![self.policy_arn.to_owned()],
            boundary: None,
            tags: Vec::new(),
        }
    }

    fn trust(&self) -> String {
        format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"Service":"{}"}},"Action":"sts:AssumeRole"}}]}}"#,
            self.principal
        )
    }

    /// Returns the ARNs of what the service needs its role in an account for. While there are any, the role can't
    /// be deleted.
    pub fn uses(&self, snapshot: &Snapshot, account: AccountId) -> Vec<String> {
        match self.principal {
            "organizations.amazonaws.com" => snapshot
                .organization_of(account)
                .map(|organization| {
                    let (management, id) = (organization.management, &organization.id);
                    format!("arn:aws:organizations::{management}:organization/{id}")
                })
                .into_iter()
                .collect(),
            "cloudtrail.amazonaws.com" => {
                let trails = snapshot.account_trails(&account).iter();
                trails.filter(|trail| trail.organization.is_some()).map(|trail| trail.arn.clone()).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// Tells whether a role is one that only its service changes.
pub(crate) fn is_linked(path: &str) -> bool {
    path.starts_with(SERVICE_LINKED_PATH)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws_policy;
    use cairn_access::{Policy, PolicyKind};

    #[test]
    fn every_service_has_a_role_that_policies_can_be_read_of() {
        for service in &LinkedService::ALL {
            assert_eq!(LinkedService::find(service.principal), Some(service));
            assert!(service.role_name.starts_with(LinkedService::NAME_PREFIX) && is_linked(&service.path()));
            assert!(Policy::parse(PolicyKind::Trust, &service.trust()).is_ok());
            let policy = aws_policy(service.policy_arn).unwrap();
            assert_eq!(policy.path(), "/aws-service-role/");
        }
        assert_eq!(LinkedService::find("s3.amazonaws.com"), None);
    }
}
