//! What a call is about: the resources whose use must be allowed, and the conditions it can be decided by.

use cairn_access::{Permission, SERVICE_LINKED_PATH, Service, ServiceKey};
use cairn_catalog::{Group, Role, Snapshot, Tag, User};
use cairn_wire::iam::Operation;
use cairn_wire::query::Operation as _;
use serde_json::Value;

use crate::Caller;
use crate::holder::Holder;
use crate::linked_roles::task_role;
use crate::managed::Managed;
use crate::service_linked::LinkedService;
use crate::users::ROOT_PATH;

/// What must be allowed before a call is made.
///
/// The ARN of what is there is that of the entity, with its path, however the request came to its name; of
/// what is not there, the one that the request's own words make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The ARNs; every one of them must be allowed. `*` stands for calls that are about no one thing.
    pub resources: Vec<String>,
    /// Condition keys and values of the request and of what it is about; a key may come several times.
    pub conditions: Vec<(String, String)>,
    /// Whether the account allows it to each of its users, as a password policy may: then no policy of the caller's has
    /// to, but any may forbid it.
    pub allowed_by_account: bool,
}

/// What an operation is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Subject {
    /// Nothing in particular: the account, and lists of policies.
    Everything,
    /// All users below a path; so are the next two.
    Users,
    Groups,
    Roles,
    /// The user that is named, or else the caller.
    User,
    /// The user that will be: path and name stand in the request.
    NewUser,
    /// The user that is, and the user that will be.
    RenamedUser,
    /// The owner of the access key that is named.
    KeyOwner,
    Group,
    NewGroup,
    RenamedGroup,
    Role,
    NewRole,
    /// The role that a service will have in the account.
    NewLinkedRole,
    /// The role that a deletion task is about.
    DeletedRole,
    /// The managed policy whose ARN is given.
    Policy,
    NewPolicy,
    /// The MFA device whose serial number is given.
    MfaDevice,
    NewMfaDevice,
}

impl Asked {
    /// Tells what a call with these parameters (under their names on the wire) is about.
    pub fn of(snapshot: &Snapshot, caller: &Caller, operation: Operation, parameters: &Value) -> Self {
        let call = Call { snapshot, caller, parameters };
        let subject = subject(operation);
        Self {
            resources: call.resources(subject),
            conditions: call.conditions(operation, subject),
            allowed_by_account: call.is_own_password(operation),
        }
    }
}

struct Call<'a> {
    snapshot: &'a Snapshot,
    caller: &'a Caller,
    parameters: &'a Value,
}

impl<'a> Call<'a> {
    /// Tells whether users may change their own passwords, and this is about that.
    fn is_own_password(&self, operation: Operation) -> bool {
        let about = matches!(operation, Operation::ChangePassword | Operation::GetAccountPasswordPolicy);
        let policy = self.snapshot.password_policy(&self.caller.account);
        about && self.caller.user_name().is_some() && policy.is_some_and(|policy| policy.users_may_change)
    }

    fn text(&self, member: &str) -> Option<&'a str> {
        self.parameters.get(member)?.as_str()
    }

    fn user_name(&self) -> Option<&'a str> {
        self.text("UserName").or_else(|| self.caller.user_name())
    }

    fn find<H: Holder>(&self, name: Option<&str>) -> Option<&'a H> {
        H::get(self.snapshot, &self.caller.account, name?)
    }

    fn resources(&self, subject: Subject) -> Vec<String> {
        match subject {
            Subject::Everything => vec![EVERYTHING.to_owned()],
            Subject::Users => vec![self.below("user")],
            Subject::Groups => vec![self.below("group")],
            Subject::Roles => vec![self.below("role")],
            Subject::User => vec![self.user()],
            Subject::NewUser => vec![self.made("user", "UserName")],
            Subject::RenamedUser => {
                vec![self.user(), self.renamed::<User>("UserName", "NewUserName")]
            }
            Subject::KeyOwner => vec![self.key_owner()],
            Subject::Group => vec![self.existing::<Group>("GroupName")],
            Subject::NewGroup => vec![self.made("group", "GroupName")],
            Subject::RenamedGroup => {
                vec![self.existing::<Group>("GroupName"), self.renamed::<Group>("GroupName", "NewGroupName")]
            }
            Subject::Role => vec![self.existing::<Role>("RoleName")],
            Subject::NewRole => vec![self.made("role", "RoleName")],
            Subject::NewLinkedRole => vec![self.linked()],
            Subject::DeletedRole => {
                // The role itself is gone once it is deleted.
                let role = self.text("DeletionTaskId").and_then(task_role);
                vec![self.arn(Role::KIND, ROOT_PATH, role.unwrap_or(EVERYTHING))]
            }
            Subject::Policy => vec![self.text("PolicyArn").unwrap_or(EVERYTHING).to_owned()],
            Subject::NewPolicy => vec![self.made("policy", "PolicyName")],
            // The serial number is the ARN; what is none names no device of this account.
            Subject::MfaDevice => vec![self.text("SerialNumber").unwrap_or(EVERYTHING).to_owned()],
            Subject::NewMfaDevice => vec![self.made("mfa", "VirtualMFADeviceName")],
        }
    }

    fn below(&self, kind: &str) -> String {
        self.arn(kind, self.text("PathPrefix").unwrap_or(ROOT_PATH), "")
    }

    fn user(&self) -> String {
        match (self.user_name(), self.find::<User>(self.user_name())) {
            (_, Some(user)) => user.arn.clone(),
            (Some(name), None) => self.arn(User::KIND, ROOT_PATH, name),
            (None, None) => self.caller.principal.arn().unwrap_or_else(|| EVERYTHING.to_owned()),
        }
    }

    fn existing<H: Holder>(&self, member: &str) -> String {
        let name = self.text(member);
        match self.find::<H>(name) {
            Some(found) => found.arn().to_owned(),
            None => self.arn(H::KIND, ROOT_PATH, name.unwrap_or(EVERYTHING)),
        }
    }

    fn made(&self, kind: &str, member: &str) -> String {
        let path = self.text("Path").unwrap_or(ROOT_PATH);
        self.arn(kind, path, self.text(member).unwrap_or(EVERYTHING))
    }

    fn linked(&self) -> String {
        let principal = self.text("AWSServiceName").unwrap_or(EVERYTHING);
        match LinkedService::find(principal) {
            Some(service) => service.role_arn(self.caller.account),
            None => self.arn(Role::KIND, &format!("{SERVICE_LINKED_PATH}{principal}/"), EVERYTHING),
        }
    }

    fn renamed<H: Holder>(&self, member: &str, new_member: &str) -> String {
        let old = self.text(member).unwrap_or(EVERYTHING);
        let name = self.text(new_member).unwrap_or(old);
        let old_path = self.find::<H>(Some(old)).map_or(ROOT_PATH, Holder::path);
        self.arn(H::KIND, self.text("NewPath").unwrap_or(old_path), name)
    }

    fn key_owner(&self) -> String {
        let key = self.text("AccessKeyId").and_then(|id| self.snapshot.access_key(id));
        let key = key.filter(|key| key.account == self.caller.account);
        match key.map(|key| &key.owner) {
            Some(cairn_catalog::Owner::User(name)) => {
                self.find::<User>(Some(name)).map_or_else(|| EVERYTHING.to_owned(), |user| user.arn.clone())
            }
            Some(cairn_catalog::Owner::Root) | None => EVERYTHING.to_owned(),
        }
    }

    fn arn(&self, kind: &str, path: &str, name: &str) -> String {
        format!("arn:aws:iam::{}:{kind}{path}{name}", self.caller.account)
    }

    /// Lists the conditions: tags in the request, tags of what is there, and what the operation's permission
    /// carries: the policy, and the boundary, which is the request's where it sets one and else the one in
    /// force.
    fn conditions(&self, operation: Operation, subject: Subject) -> Vec<(String, String)> {
        let mut conditions = Vec::new();
        let tags = self.parameters.get("Tags").and_then(Value::as_array);
        for tag in tags.into_iter().flatten() {
            let member = |name: &str| tag.get(name).and_then(Value::as_str);
            let Some(key) = member("Key") else { continue };
            conditions
                .push((format!("aws:RequestTag/{key}"), member("Value").unwrap_or_default().to_owned()));
            conditions.push(("aws:TagKeys".to_owned(), key.to_owned()));
        }
        let removed = self.parameters.get("TagKeys").and_then(Value::as_array);
        for key in removed.into_iter().flatten().filter_map(Value::as_str) {
            conditions.push(("aws:TagKeys".to_owned(), key.to_owned()));
        }
        let (tags, boundary) = self.tags_and_boundary(subject);
        for tag in tags {
            for prefix in ["aws:ResourceTag", "iam:ResourceTag"] {
                conditions.push((format!("{prefix}/{}", tag.key), tag.value.clone().unwrap_or_default()));
            }
        }
        for key in Permission::of(Service::Iam, operation.name()).into_iter().flat_map(Permission::keys) {
            let value = match key {
                ServiceKey::IamAwsServiceName => {
                    self.text("AWSServiceName").or_else(|| self.linked_service())
                }
                ServiceKey::IamPolicyArn => self.text("PolicyArn"),
                ServiceKey::IamPermissionsBoundary => self.text("PermissionsBoundary").or(boundary),
                _ => None,
            };
            conditions.extend(value.map(|value| (key.as_str().to_owned(), value.to_owned())));
        }
        conditions
    }

    /// Returns the service whose role is named.
    fn linked_service(&self) -> Option<&'a str> {
        let path = &self.find::<Role>(self.text("RoleName"))?.path;
        path.strip_prefix(SERVICE_LINKED_PATH)?.strip_suffix('/')
    }

    fn tags_and_boundary(&self, subject: Subject) -> (&'a [Tag], Option<&'a str>) {
        match subject {
            Subject::User | Subject::RenamedUser => match self.find::<User>(self.user_name()) {
                Some(user) => (&user.tags, user.boundary.as_deref()),
                None => (&[], None),
            },
            Subject::Role => match self.find::<Role>(self.text("RoleName")) {
                Some(role) => (&role.tags, role.boundary.as_deref()),
                None => (&[], None),
            },
            Subject::Policy => {
                let arn = self.text("PolicyArn").unwrap_or_default();
                match Managed::get(self.snapshot, self.caller.account, arn) {
                    Some(Managed::Own(policy)) => (&policy.tags, None),
                    Some(Managed::Aws(_)) | None => (&[], None),
                }
            }
            Subject::MfaDevice => {
                let serial = self.text("SerialNumber").unwrap_or_default();
                let device = self.snapshot.mfa_device(serial);
                let own = device.filter(|device| device.account == self.caller.account);
                (own.map(|device| device.tags.as_slice()).unwrap_or_default(), None)
            }
            Subject::Everything
            | Subject::Users
            | Subject::Groups
            | Subject::Roles
            | Subject::NewUser
            | Subject::KeyOwner
            | Subject::Group
            | Subject::NewGroup
            | Subject::RenamedGroup
            | Subject::NewRole
            | Subject::NewLinkedRole
            | Subject::DeletedRole
            | Subject::NewPolicy
            | Subject::NewMfaDevice => (&[], None),
        }
    }
}

const EVERYTHING: &str = "*";

#[expect(clippy::too_many_lines, reason = "one exhaustive match: the table of operations")]
fn subject(operation: Operation) -> Subject {
    match operation {
        Operation::CreateAccountAlias
        | Operation::DeleteAccountAlias
        | Operation::DeleteAccountPasswordPolicy
        | Operation::GenerateCredentialReport
        | Operation::GetAccountPasswordPolicy
        | Operation::GetAccountSummary
        | Operation::GetCredentialReport
        | Operation::ListAccountAliases
        | Operation::ListPolicies
        | Operation::ListVirtualMFADevices
        | Operation::UpdateAccountPasswordPolicy => Subject::Everything,
        Operation::ListUsers => Subject::Users,
        Operation::ListGroups => Subject::Groups,
        Operation::ListRoles => Subject::Roles,
        Operation::AttachUserPolicy
        | Operation::ChangePassword
        | Operation::CreateAccessKey
        | Operation::CreateLoginProfile
        | Operation::DeactivateMFADevice
        | Operation::DeleteAccessKey
        | Operation::DeleteLoginProfile
        | Operation::DeleteUser
        | Operation::DeleteUserPermissionsBoundary
        | Operation::DeleteUserPolicy
        | Operation::DetachUserPolicy
        | Operation::EnableMFADevice
        | Operation::GetLoginProfile
        | Operation::GetMFADevice
        | Operation::GetUser
        | Operation::GetUserPolicy
        | Operation::ListAccessKeys
        | Operation::ListAttachedUserPolicies
        | Operation::ListGroupsForUser
        | Operation::ListMFADevices
        | Operation::ListUserPolicies
        | Operation::ListUserTags
        | Operation::PutUserPermissionsBoundary
        | Operation::PutUserPolicy
        | Operation::ResyncMFADevice
        | Operation::TagUser
        | Operation::UntagUser
        | Operation::UpdateAccessKey
        | Operation::UpdateLoginProfile => Subject::User,
        Operation::CreateUser => Subject::NewUser,
        Operation::UpdateUser => Subject::RenamedUser,
        Operation::GetAccessKeyLastUsed => Subject::KeyOwner,
        Operation::AddUserToGroup
        | Operation::AttachGroupPolicy
        | Operation::DeleteGroup
        | Operation::DeleteGroupPolicy
        | Operation::DetachGroupPolicy
        | Operation::GetGroup
        | Operation::GetGroupPolicy
        | Operation::ListAttachedGroupPolicies
        | Operation::ListGroupPolicies
        | Operation::PutGroupPolicy
        | Operation::RemoveUserFromGroup => Subject::Group,
        Operation::CreateGroup => Subject::NewGroup,
        Operation::UpdateGroup => Subject::RenamedGroup,
        Operation::AttachRolePolicy
        | Operation::DeleteRole
        | Operation::DeleteRolePermissionsBoundary
        | Operation::DeleteRolePolicy
        | Operation::DeleteServiceLinkedRole
        | Operation::DetachRolePolicy
        | Operation::GetRole
        | Operation::GetRolePolicy
        | Operation::ListAttachedRolePolicies
        | Operation::ListRolePolicies
        | Operation::ListRoleTags
        | Operation::PutRolePermissionsBoundary
        | Operation::PutRolePolicy
        | Operation::TagRole
        | Operation::UntagRole
        | Operation::UpdateAssumeRolePolicy
        | Operation::UpdateRole
        | Operation::UpdateRoleDescription => Subject::Role,
        Operation::CreateRole => Subject::NewRole,
        Operation::CreateServiceLinkedRole => Subject::NewLinkedRole,
        Operation::GetServiceLinkedRoleDeletionStatus => Subject::DeletedRole,
        Operation::CreatePolicyVersion
        | Operation::DeletePolicy
        | Operation::DeletePolicyVersion
        | Operation::GetPolicy
        | Operation::GetPolicyVersion
        | Operation::ListEntitiesForPolicy
        | Operation::ListPolicyTags
        | Operation::ListPolicyVersions
        | Operation::SetDefaultPolicyVersion
        | Operation::TagPolicy
        | Operation::UntagPolicy => Subject::Policy,
        Operation::CreatePolicy => Subject::NewPolicy,
        Operation::DeleteVirtualMFADevice
        | Operation::ListMFADeviceTags
        | Operation::TagMFADevice
        | Operation::UntagMFADevice => Subject::MfaDevice,
        Operation::CreateVirtualMFADevice => Subject::NewMfaDevice,
    }
}

#[cfg(test)]
mod tests;
