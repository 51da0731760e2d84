//! CreateServiceLinkedRole, DeleteServiceLinkedRole, GetServiceLinkedRoleDeletionStatus.
//!
//! A deletion is decided at once. Its task names the role and holds, sealed, the id of the role that was there:
//! a role of that id that is still there was in use.

use cairn_catalog::{Change, Role, Sealed, SecretName, Snapshot};
use cairn_event::AccountId;
use cairn_wire::iam::{
    CreateServiceLinkedRoleRequest, CreateServiceLinkedRoleResponse, DeleteServiceLinkedRoleRequest,
    DeleteServiceLinkedRoleResponse, DeletionTaskFailureReasonType, DeletionTaskStatusType,
    GetServiceLinkedRoleDeletionStatusRequest, GetServiceLinkedRoleDeletionStatusResponse, RoleUsageType,
};

use crate::holder::Holder as _;
use crate::service_linked::{LinkedService, is_linked};
use crate::{Caller, Iam, Refusal, quota, shapes};

impl Iam {
    pub(crate) async fn create_service_linked_role(
        &self,
        caller: &Caller,
        request: &CreateServiceLinkedRoleRequest,
    ) -> Result<CreateServiceLinkedRoleResponse, Refusal> {
        let (account, principal) = (caller.account, &request.aws_service_name);
        let service = LinkedService::find(principal)
            .ok_or_else(|| Refusal::LinkedServiceUnknown(principal.to_owned()))?;
        if request.custom_suffix.is_some() {
            return Err(Refusal::SuffixNotAllowed(service.principal));
        }
        self.change(|snapshot| {
            if snapshot.role(&account, service.role_name).is_some() {
                return Err(Refusal::LinkedRoleExists(service.role_name));
            }
            quota::ROLES.admit(snapshot.roles(&account).count() + 1)?;
            let mut role = service.role(account, &*self.ids, self.clock.now());
            if let Some(description) = &request.description {
                role.description = Some(description.clone());
            }
            let answer = CreateServiceLinkedRoleResponse { role: Some(shapes::role(&role)) };
            Ok((vec![Change::PutRole(Box::new(role))], answer))
        })
        .await
    }

    /// Deletes the role unless its service needs it; the task tells which.
    pub(crate) async fn delete_service_linked_role(
        &self,
        caller: &Caller,
        request: &DeleteServiceLinkedRoleRequest,
    ) -> Result<DeleteServiceLinkedRoleResponse, Refusal> {
        let account = caller.account;
        self.change(|snapshot| {
            let role = Role::find(snapshot, &account, &request.role_name)?;
            if !is_linked(&role.path) {
                return Err(Refusal::NotLinked(role.name.clone()));
            }
            let answer = DeleteServiceLinkedRoleResponse { deletion_task_id: self.task(role)? };
            let changes = match uses(snapshot, role).is_empty() {
                true => vec![Change::DeleteRole { account, name: role.name.clone() }],
                false => Vec::new(),
            };
            Ok((changes, answer))
        })
        .await
    }

    pub(crate) fn get_service_linked_role_deletion_status(
        &self,
        caller: &Caller,
        request: &GetServiceLinkedRoleDeletionStatusRequest,
    ) -> Result<GetServiceLinkedRoleDeletionStatusResponse, Refusal> {
        let task = Task::parse(&request.deletion_task_id).ok_or(Refusal::TaskInvalid)?;
        let id = self.opened(caller.account, &task);
        let id = id.ok_or_else(|| Refusal::TaskMissing(request.deletion_task_id.clone()))?;
        let snapshot = self.catalog.current();
        let left = snapshot.role(&caller.account, task.role_name).filter(|role| role.role_id == id);
        let (status, reason) = match left {
            None => (DeletionTaskStatusType::Succeeded, None),
            Some(role) => (DeletionTaskStatusType::Failed, Some(failure(&snapshot, role))),
        };
        Ok(GetServiceLinkedRoleDeletionStatusResponse { status, reason })
    }

    fn task(&self, role: &Role) -> Result<String, Refusal> {
        let key = format!("{}{}{}", role.account, role.path, role.name);
        let name = SecretName { kind: SECRET_KIND, key: &key };
        let sealed = self.master.seal(name, role.role_id.as_bytes(), |bytes| self.ids.fill(bytes));
        let sealed = sealed.map_err(|error| Refusal::Internal(Box::new(error)))?;
        let text = serde_json::to_value(&sealed).map_err(|error| Refusal::Internal(Box::new(error)))?;
        let text = text.as_str().unwrap_or_default();
        Ok(format!("task{}{}/{text}", role.path, role.name))
    }

    fn opened(&self, account: AccountId, task: &Task<'_>) -> Option<String> {
        let sealed: Sealed = serde_json::from_value(task.sealed.into()).ok()?;
        let key = format!("{account}/{}", task.role);
        let name = SecretName { kind: SECRET_KIND, key: &key };
        self.master.open(name, &sealed).ok()?.expose_str().map(str::to_owned)
    }
}

/// What the id of a task says.
struct Task<'a> {
    /// The role with its path, without the first slash.
    role: &'a str,
    role_name: &'a str,
    sealed: &'a str,
}

impl<'a> Task<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let rest = text.strip_prefix("task/")?;
        let (role, sealed) = split_after(rest, 3)?;
        Some(Self { role, role_name: role.rsplit('/').next()?, sealed })
    }
}

/// Returns the role that a task is about with its path, without the first slash, as far as its id says.
pub(crate) fn task_role(text: &str) -> Option<&str> {
    Task::parse(text).map(|task| task.role)
}

/// Splits behind so many parts that slashes divide.
fn split_after(text: &str, parts: usize) -> Option<(&str, &str)> {
    let (at, _) = text.match_indices('/').nth(parts - 1)?;
    text.split_at_checked(at).and_then(|(before, rest)| Some((before, rest.strip_prefix('/')?)))
}

fn uses(snapshot: &Snapshot, role: &Role) -> Vec<String> {
    let service = LinkedService::ALL.into_iter().find(|service| service.path() == role.path);
    service.map(|service| service.uses(snapshot, role.account)).unwrap_or_default()
}

fn failure(snapshot: &Snapshot, role: &Role) -> DeletionTaskFailureReasonType {
    let resources = uses(snapshot, role);
    let usage = RoleUsageType { region: Some("global".to_owned()), resources: Some(resources) };
    DeletionTaskFailureReasonType {
        reason: Some(format!("The role {} is used by resources of its service.", role.name)),
        role_usage_list: Some(vec![usage]),
    }
}

const SECRET_KIND: &str = "role-deletion";
