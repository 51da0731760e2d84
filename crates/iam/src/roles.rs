//! CreateRole, GetRole, ListRoles, UpdateRole, UpdateRoleDescription, UpdateAssumeRolePolicy, DeleteRole.

use cairn_catalog::{Change, Role};
use cairn_event::AccountId;
use cairn_wire::iam::{
    CreateRoleRequest, CreateRoleResponse, DeleteRoleRequest, GetRoleRequest, GetRoleResponse,
    ListRolesRequest, ListRolesResponse, RoleLastUsed, UpdateAssumeRolePolicyRequest,
    UpdateRoleDescriptionRequest, UpdateRoleDescriptionResponse, UpdateRoleRequest,
};

use crate::holder::Holder as _;
use crate::managed_policies::check_boundary;
use crate::page::{List, Page, Paging};
use crate::service_linked::{LinkedService, is_linked};
use crate::users::ROOT_PATH;
use crate::{Caller, Iam, Refusal, document, fresh, quota, shapes, tags};

/// The longest session of a role that says nothing, seconds.
const SESSION_SECONDS_DEFAULT: u32 = 3_600;

impl Iam {
    pub(crate) async fn create_role(
        &self,
        caller: &Caller,
        request: &CreateRoleRequest,
    ) -> Result<CreateRoleResponse, Refusal> {
        let tags = tags::checked(request.tags.as_deref().unwrap_or_default())?;
        check_trust(&request.assume_role_policy_document)?;
        if request.path.as_deref().is_some_and(is_linked)
            || request.role_name.starts_with(LinkedService::NAME_PREFIX)
        {
            return Err(Refusal::RoleReserved);
        }
        let (account, name) = (caller.account, &request.role_name);
        let path = request.path.as_deref().unwrap_or(ROOT_PATH);
        self.change(|snapshot| {
            Role::check_vacant(snapshot, &account, name)?;
            quota::ROLES.admit(snapshot.roles(&account).count() + 1)?;
            check_boundary(snapshot, account, request.permissions_boundary.as_deref())?;
            let role = Role {
                account,
                name: name.clone(),
                path: path.to_owned(),
                role_id: fresh::unique_id("AROA", &*self.ids),
                arn: arn(account, path, name),
                created: self.clock.now(),
                description: request.description.clone(),
                trust: request.assume_role_policy_document.clone(),
                session_seconds_max: session_seconds(request.max_session_duration),
                policies: Vec::new(),
                attached: Vec::new(),
                boundary: request.permissions_boundary.clone(),
                tags: tags.clone(),
            };
            let answer = CreateRoleResponse { role: shapes::role(&role) };
            Ok((vec![Change::PutRole(Box::new(role))], answer))
        })
        .await
    }

    pub(crate) fn get_role(
        &self,
        caller: &Caller,
        request: &GetRoleRequest,
    ) -> Result<GetRoleResponse, Refusal> {
        let snapshot = self.catalog.current();
        let role = shapes::role(Role::find(&snapshot, &caller.account, &request.role_name)?);
        Ok(GetRoleResponse {
            role: cairn_wire::iam::Role { role_last_used: Some(RoleLastUsed::default()), ..role },
        })
    }

    pub(crate) fn list_roles(
        &self,
        caller: &Caller,
        request: &ListRolesRequest,
    ) -> Result<ListRolesResponse, Refusal> {
        let snapshot = self.catalog.current();
        let prefix = request.path_prefix.as_deref().unwrap_or(ROOT_PATH);
        let roles = snapshot.roles(&caller.account).filter(|role| role.path.starts_with(prefix));
        let list = List::new(caller, &["ListRoles", prefix]);
        let paging = Paging { marker: request.marker.as_deref(), max_items: request.max_items };
        let page = Page::cut(roles, |role| role.name.clone(), list, paging)?.map(shapes::listed_role);
        Ok(ListRolesResponse { roles: page.items, is_truncated: page.is_truncated, marker: page.marker })
    }

    /// Changes description and longest session. A duration that is left out becomes one hour, as on AWS; a
    /// description that is left out stays.
    pub(crate) async fn update_role(
        &self,
        caller: &Caller,
        request: &UpdateRoleRequest,
    ) -> Result<(), Refusal> {
        let change = |role: &mut Role| {
            if let Some(description) = &request.description {
                role.description = Some(description.clone());
            }
            role.session_seconds_max = session_seconds(request.max_session_duration);
        };
        self.change_role(caller, &request.role_name, change).await?;
        Ok(())
    }

    pub(crate) async fn update_role_description(
        &self,
        caller: &Caller,
        request: &UpdateRoleDescriptionRequest,
    ) -> Result<UpdateRoleDescriptionResponse, Refusal> {
        let role = self
            .change(|snapshot| {
                // The one change that roles of services allow.
                let mut role = Role::find(snapshot, &caller.account, &request.role_name)?.clone();
                role.description = Some(request.description.clone());
                Ok((vec![Change::PutRole(Box::new(role.clone()))], role))
            })
            .await?;
        Ok(UpdateRoleDescriptionResponse { role: Some(shapes::role(&role)) })
    }

    pub(crate) async fn update_assume_role_policy(
        &self,
        caller: &Caller,
        request: &UpdateAssumeRolePolicyRequest,
    ) -> Result<(), Refusal> {
        check_trust(&request.policy_document)?;
        let change = |role: &mut Role| role.trust.clone_from(&request.policy_document);
        self.change_role(caller, &request.role_name, change).await?;
        Ok(())
    }

    pub(crate) async fn delete_role(
        &self,
        caller: &Caller,
        request: &DeleteRoleRequest,
    ) -> Result<(), Refusal> {
        let (account, name) = (caller.account, &request.role_name);
        self.change(|snapshot| {
            let role = Role::find_free(snapshot, &account, name)?;
            if !role.attached.is_empty() {
                return Err(Refusal::PoliciesAttached);
            }
            if !role.policies.is_empty() {
                return Err(Refusal::InlinePoliciesLeft);
            }
            Ok((vec![Change::DeleteRole { account, name: name.clone() }], ()))
        })
        .await
    }

    async fn change_role(
        &self,
        caller: &Caller,
        name: &str,
        change: impl Fn(&mut Role) + Send + Sync,
    ) -> Result<Role, Refusal> {
        self.change(|snapshot| {
            let mut role = Role::find_free(snapshot, &caller.account, name)?.clone();
            change(&mut role);
            Ok((vec![Change::PutRole(Box::new(role.clone()))], role))
        })
        .await
    }
}

fn check_trust(text: &str) -> Result<(), Refusal> {
    document::check_trust(text)?;
    quota::TRUST_POLICY_SIZE.admit(document::length(text))
}

fn session_seconds(given: Option<i32>) -> u32 {
    given.and_then(|seconds| u32::try_from(seconds).ok()).unwrap_or(SESSION_SECONDS_DEFAULT)
}

fn arn(account: AccountId, path: &str, name: &str) -> String {
    format!("arn:aws:iam::{account}:role{path}{name}")
}
