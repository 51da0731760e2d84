//! AWS's default quotas, none of which can be raised here.

use crate::Refusal;

pub(crate) const ACCESS_KEYS_PER_USER: Quota = Quota { name: "AccessKeysPerUser", max: 2 };
pub(crate) const GROUPS: Quota = Quota { name: "GroupsPerAccount", max: 300 };
pub(crate) const GROUPS_PER_USER: Quota = Quota { name: "GroupsPerUser", max: 10 };
pub(crate) const MFA_DEVICES: Quota = Quota { name: "VirtualMFADevicesPerAccount", max: 5_000 };
pub(crate) const MFA_DEVICES_PER_USER: Quota = Quota { name: "MFADevicesPerUser", max: 8 };
pub(crate) const POLICIES: Quota = Quota { name: "PoliciesPerAccount", max: 1_500 };
pub(crate) const POLICIES_PER_GROUP: Quota = Quota { name: "PoliciesPerGroup", max: 10 };
pub(crate) const POLICIES_PER_ROLE: Quota = Quota { name: "PoliciesPerRole", max: 10 };
pub(crate) const POLICIES_PER_USER: Quota = Quota { name: "PoliciesPerUser", max: 10 };
/// Credential reports that are being written at the same time, of all accounts.
pub(crate) const REPORTS_AT_ONCE: Quota = Quota { name: "CredentialReportsAtOnce", max: 4 };
pub(crate) const ROLES: Quota = Quota { name: "RolesPerAccount", max: 1_000 };
pub(crate) const USERS: Quota = Quota { name: "UsersPerAccount", max: 5_000 };
pub(crate) const TAGS: Quota = Quota { name: "TagsPerResource", max: 50 };
/// Characters of a managed policy, white space not counted; so are those of the next ones.
pub(crate) const POLICY_SIZE: Quota = Quota { name: "PolicySize", max: 6_144 };
pub(crate) const TRUST_POLICY_SIZE: Quota = Quota { name: "ACLSizePerRole", max: 2_048 };
/// Characters of all inline policies together.
pub(crate) const USER_POLICY_SIZE: usize = 2_048;
pub(crate) const GROUP_POLICY_SIZE: usize = 5_120;
pub(crate) const ROLE_POLICY_SIZE: usize = 10_240;
pub(crate) const VERSIONS_PER_POLICY: usize = 5;

/// A limit, under the name that refusals call it by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Quota {
    pub(crate) name: &'static str,
    pub(crate) max: usize,
}

impl Quota {
    /// Refuses what would be more than the limit.
    pub(crate) fn admit(self, count: usize) -> Result<(), Refusal> {
        if count > self.max { Err(Refusal::QuotaExceeded { name: self.name, max: self.max }) } else { Ok(()) }
    }
}
