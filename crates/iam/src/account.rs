//! The account: its alias and its summary.

use std::collections::BTreeMap;

use cairn_catalog::{Account, Change, Owner, Snapshot};
use cairn_wire::iam::{
    CreateAccountAliasRequest, DeleteAccountAliasRequest, GetAccountSummaryResponse,
    ListAccountAliasesRequest, ListAccountAliasesResponse, SummaryKeyType,
};

use crate::page::{List, Page, Paging};
use crate::{Caller, Iam, Refusal, quota};

impl Iam {
    /// Gives the account an alias, in the place of the one it has.
    pub(crate) async fn create_account_alias(
        &self,
        caller: &Caller,
        request: &CreateAccountAliasRequest,
    ) -> Result<(), Refusal> {
        let alias = &request.account_alias;
        // The pattern of the service model, as far as it is checked, lets two hyphens pass; an account id
        // would be taken for another account.
        if alias.contains("--") || alias.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Refusal::AliasInvalid);
        }
        self.change(|snapshot| {
            let mut others = snapshot.accounts().filter(|account| account.id != caller.account);
            if others.any(|other| other.alias.as_ref() == Some(alias)) {
                return Err(Refusal::AliasExists(alias.clone()));
            }
            let alias = Some(alias.clone());
            Ok((vec![Change::PutAccount(Account { alias, ..account(snapshot, caller)? })], ()))
        })
        .await
    }

    pub(crate) fn list_account_aliases(
        &self,
        caller: &Caller,
        request: &ListAccountAliasesRequest,
    ) -> Result<ListAccountAliasesResponse, Refusal> {
        let snapshot = self.catalog.current();
        let alias = snapshot.account(&caller.account).and_then(|account| account.alias.clone());
        let list = List::new(caller, &["ListAccountAliases"]);
        let paging = Paging { marker: request.marker.as_deref(), max_items: request.max_items };
        let page = Page::cut(alias, String::clone, list, paging)?;
        Ok(ListAccountAliasesResponse {
            account_aliases: page.items,
            is_truncated: page.is_truncated,
            marker: page.marker,
        })
    }

    pub(crate) async fn delete_account_alias(
        &self,
        caller: &Caller,
        request: &DeleteAccountAliasRequest,
    ) -> Result<(), Refusal> {
        self.change(|snapshot| {
            let account = account(snapshot, caller)?;
            if account.alias.as_ref() != Some(&request.account_alias) {
                return Err(Refusal::AliasMissing(request.account_alias.clone()));
            }
            Ok((vec![Change::PutAccount(Account { alias: None, ..account })], ()))
        })
        .await
    }

    pub(crate) fn get_account_summary(&self, caller: &Caller) -> GetAccountSummaryResponse {
        let snapshot = self.catalog.current();
        let summary = counts(&snapshot, caller).into_iter().chain(quotas());
        let summary: BTreeMap<SummaryKeyType, i32> =
            summary.map(|(key, count)| (key, i32::try_from(count).unwrap_or(i32::MAX))).collect();
        GetAccountSummaryResponse { summary_map: Some(summary) }
    }
}

fn account(snapshot: &Snapshot, caller: &Caller) -> Result<Account, Refusal> {
    let found = snapshot.account(&caller.account).cloned();
    found.ok_or_else(|| Refusal::Missing { kind: "account", name: caller.account.to_string() })
}

fn counts(snapshot: &Snapshot, caller: &Caller) -> Vec<(SummaryKeyType, usize)> {
    use SummaryKeyType as Key;
    let account = &caller.account;
    let root_keys = snapshot.access_keys(account, &Owner::Root).count();
    let devices = snapshot.mfa_devices(account);
    let assigned = snapshot.mfa_devices(account).filter(|device| device.enabled.is_some());
    let root_devices = snapshot.mfa_devices_of(account, &Owner::Root).count();
    let root_password = snapshot.login_profile(account, &Owner::Root);
    let versions = snapshot.managed_policies(account).map(|policy| policy.versions.len()).sum();
    vec![
        (Key::Users, snapshot.users(account).count()),
        (Key::Groups, snapshot.groups(account).count()),
        (Key::Roles, snapshot.roles(account).count()),
        (Key::Policies, snapshot.managed_policies(account).count()),
        (Key::PolicyVersionsInUse, versions),
        (Key::AccountAccessKeysPresent, usize::from(root_keys > 0)),
        (Key::MFADevices, devices.count()),
        (Key::MFADevicesInUse, assigned.count()),
        (Key::AccountMFAEnabled, usize::from(root_devices > 0)),
        (Key::AccountPasswordPresent, usize::from(root_password.is_some())),
        // None of these exist here.
        (Key::ServerCertificates, 0),
        (Key::InstanceProfiles, 0),
        (Key::Providers, 0),
        (Key::AccountSigningCertificatesPresent, 0),
        (Key::GlobalEndpointTokenVersion, 1),
    ]
}

fn quotas() -> [(SummaryKeyType, usize); 18] {
    use SummaryKeyType as Key;
    [
        (Key::UsersQuota, quota::USERS.max),
        (Key::GroupsQuota, quota::GROUPS.max),
        (Key::RolesQuota, quota::ROLES.max),
        (Key::PoliciesQuota, quota::POLICIES.max),
        (Key::GroupsPerUserQuota, quota::GROUPS_PER_USER.max),
        (Key::AccessKeysPerUserQuota, quota::ACCESS_KEYS_PER_USER.max),
        (Key::AttachedPoliciesPerUserQuota, quota::POLICIES_PER_USER.max),
        (Key::AttachedPoliciesPerGroupQuota, quota::POLICIES_PER_GROUP.max),
        (Key::AttachedPoliciesPerRoleQuota, quota::POLICIES_PER_ROLE.max),
        (Key::UserPolicySizeQuota, quota::USER_POLICY_SIZE),
        (Key::GroupPolicySizeQuota, quota::GROUP_POLICY_SIZE),
        (Key::RolePolicySizeQuota, quota::ROLE_POLICY_SIZE),
        (Key::PolicySizeQuota, quota::POLICY_SIZE.max),
        (Key::AssumeRolePolicySizeQuota, quota::TRUST_POLICY_SIZE.max),
        (Key::VersionsPerPolicyQuota, quota::VERSIONS_PER_POLICY),
        (Key::PolicyVersionsInUseQuota, 10_000),
        (Key::ServerCertificatesQuota, 0),
        (Key::SigningCertificatesPerUserQuota, 0),
    ]
}
