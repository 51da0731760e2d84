//! CreateUser, GetUser, ListUsers, UpdateUser, DeleteUser.

use cairn_access::Principal;
use cairn_catalog::{AccessKey, Change, EnabledMfa, LoginProfile, MfaDevice, Owner, Snapshot, User};
use cairn_event::AccountId;
use cairn_wire::iam::{
    CreateUserRequest, CreateUserResponse, DeleteUserRequest, GetUserRequest, GetUserResponse,
    ListUsersRequest, ListUsersResponse, UpdateUserRequest, User as Shape,
};

use crate::holder::Holder as _;
use crate::iam::Decision;
use crate::managed_policies::check_boundary;
use crate::page::{List, Page, Paging};
use crate::{Caller, Iam, Refusal, fresh, quota, shapes, tags};

/// The path of what is made without one.
pub(crate) const ROOT_PATH: &str = "/";

impl Iam {
    pub(crate) async fn create_user(
        &self,
        caller: &Caller,
        request: &CreateUserRequest,
    ) -> Result<CreateUserResponse, Refusal> {
        let tags = tags::checked(request.tags.as_deref().unwrap_or_default())?;
        let (account, name) = (caller.account, &request.user_name);
        let path = request.path.as_deref().unwrap_or(ROOT_PATH);
        self.change(|snapshot| {
            User::check_vacant(snapshot, &account, name)?;
            quota::USERS.admit(snapshot.users(&account).count() + 1)?;
            check_boundary(snapshot, account, request.permissions_boundary.as_deref())?;
            let user = User {
                account,
                name: name.clone(),
                path: path.to_owned(),
                user_id: fresh::unique_id("AIDA", &*self.ids),
                arn: arn(account, path, name),
                created: self.clock.now(),
                policies: Vec::new(),
                attached: Vec::new(),
                groups: Vec::new(),
                boundary: request.permissions_boundary.clone(),
                tags: tags.clone(),
            };
            let answer = CreateUserResponse { user: Some(shapes::user(&user)) };
            Ok((vec![Change::PutUser(user)], answer))
        })
        .await
    }

    /// Without a name, the caller is meant.
    pub(crate) async fn get_user(
        &self,
        caller: &Caller,
        request: &GetUserRequest,
    ) -> Result<GetUserResponse, Refusal> {
        let snapshot = self.catalog.current();
        let mut user = match (request.user_name.as_deref().or_else(|| caller.user_name()), &caller.principal)
        {
            (Some(name), _) => shapes::user(User::find(&snapshot, &caller.account, name)?),
            (None, Principal::Root { account }) => root(&snapshot, *account),
            (None, _) => return Err(Refusal::UserNameNeeded),
        };
        let used = cairn_signin::password_used(&*self.catalog, caller.account, &user.user_id).await;
        user.password_last_used = used.map_err(|error| Refusal::Internal(Box::new(error)))?.map(Into::into);
        Ok(GetUserResponse { user })
    }

    pub(crate) async fn list_users(
        &self,
        caller: &Caller,
        request: &ListUsersRequest,
    ) -> Result<ListUsersResponse, Refusal> {
        let snapshot = self.catalog.current();
        let prefix = request.path_prefix.as_deref().unwrap_or(ROOT_PATH);
        let users = snapshot.users(&caller.account).filter(|user| user.path.starts_with(prefix));
        let list = List::new(caller, &["ListUsers", prefix]);
        let paging = Paging { marker: request.marker.as_deref(), max_items: request.max_items };
        let used = cairn_signin::passwords_used(&*self.catalog, caller.account).await;
        let used = used.map_err(|error| Refusal::Internal(Box::new(error)))?;
        let page = Page::cut(users, |user| user.name.clone(), list, paging)?.map(|user| Shape {
            password_last_used: used.get(&user.user_id).copied().map(Into::into),
            ..shapes::listed_user(user)
        });
        Ok(ListUsersResponse { users: page.items, is_truncated: page.is_truncated, marker: page.marker })
    }

    /// Renames and moves a user. Its keys, its password and its devices follow in the same commit, so that none is
    /// ever without an owner.
    pub(crate) async fn update_user(
        &self,
        caller: &Caller,
        request: &UpdateUserRequest,
    ) -> Result<(), Refusal> {
        self.change(|snapshot| update(snapshot, caller.account, request)).await
    }

    pub(crate) async fn delete_user(
        &self,
        caller: &Caller,
        request: &DeleteUserRequest,
    ) -> Result<(), Refusal> {
        let (account, name) = (caller.account, &request.user_name);
        self.change(|snapshot| {
            let user = User::find(snapshot, &account, name)?;
            let owner = Owner::User(name.clone());
            if snapshot.access_keys(&account, &owner).next().is_some() {
                return Err(Refusal::KeysLeft);
            }
            if snapshot.login_profile(&account, &owner).is_some() {
                return Err(Refusal::LoginProfileLeft);
            }
            if snapshot.mfa_devices_of(&account, &owner).next().is_some() {
                return Err(Refusal::DevicesLeft);
            }
            if !user.attached.is_empty() {
                return Err(Refusal::PoliciesAttached);
            }
            if !user.policies.is_empty() {
                return Err(Refusal::InlinePoliciesLeft);
            }
            if !user.groups.is_empty() {
                return Err(Refusal::MembersLeft);
            }
            Ok((vec![Change::DeleteUser { account, name: name.clone() }], ()))
        })
        .await
    }
}

fn update(snapshot: &Snapshot, account: AccountId, request: &UpdateUserRequest) -> Decision<()> {
    let old = User::find(snapshot, &account, &request.user_name)?;
    let mut user = old.clone();
    if let Some(path) = &request.new_path {
        user.path.clone_from(path);
    }
    if let Some(name) = &request.new_user_name {
        user.name.clone_from(name);
    }
    user.arn = arn(account, &user.path, &user.name);
    if user.name == old.name {
        return Ok((vec![Change::PutUser(user)], ()));
    }
    if !user.name.eq_ignore_ascii_case(&old.name) {
        User::check_vacant(snapshot, &account, &user.name)?;
    }
    let owner = Owner::User(user.name.clone());
    let keys = snapshot.access_keys(&account, &Owner::User(old.name.clone())).cloned().collect::<Vec<_>>();
    let keys = keys.into_iter().map(|key| Change::PutAccessKey(AccessKey { owner: owner.clone(), ..key }));
    let mut changes = vec![Change::DeleteUser { account, name: old.name.clone() }, Change::PutUser(user)];
    changes.extend(keys);
    changes.extend(sign_in_of_renamed(snapshot, account, old, &owner));
    Ok((changes, ()))
}

/// Returns the changes by which a renamed user's password and devices follow.
fn sign_in_of_renamed(snapshot: &Snapshot, account: AccountId, old: &User, owner: &Owner) -> Vec<Change> {
    let before = Owner::User(old.name.clone());
    let mut changes = Vec::new();
    if let Some(profile) = snapshot.login_profile(&account, &before) {
        let followed = LoginProfile { owner: owner.clone(), ..profile.clone() };
        changes.push(Change::DeleteLoginProfile { account, owner: before.clone() });
        changes.push(Change::PutLoginProfile(Box::new(followed)));
    }
    for device in snapshot.mfa_devices_of(&account, &before) {
        let enabled = device.enabled.clone().map(|known| EnabledMfa { owner: owner.clone(), ..known });
        changes.push(Change::PutMfaDevice(Box::new(MfaDevice { enabled, ..device.clone() })));
    }
    changes
}

/// The account itself, as far as it is a user.
pub(crate) fn root(snapshot: &Snapshot, account: AccountId) -> Shape {
    let created = snapshot.account(&account).map(|account| account.created.into()).unwrap_or_default();
    Shape {
        path: ROOT_PATH.to_owned(),
        user_name: shapes::ROOT_NAME.to_owned(),
        user_id: account.to_string(),
        arn: format!("arn:aws:iam::{account}:root"),
        create_date: created,
        password_last_used: None,
        permissions_boundary: None,
        tags: None,
    }
}

fn arn(account: AccountId, path: &str, name: &str) -> String {
    format!("arn:aws:iam::{account}:user{path}{name}")
}
