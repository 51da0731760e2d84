//! CreateGroup, GetGroup, ListGroups, UpdateGroup, DeleteGroup.

use cairn_catalog::{Change, Group, Snapshot, User};
use cairn_event::AccountId;
use cairn_wire::iam::{
    CreateGroupRequest, CreateGroupResponse, DeleteGroupRequest, GetGroupRequest, GetGroupResponse,
    ListGroupsRequest, ListGroupsResponse, UpdateGroupRequest,
};

use crate::holder::Holder as _;
use crate::iam::Decision;
use crate::page::{List, Page, Paging};
use crate::users::ROOT_PATH;
use crate::{Caller, Iam, Refusal, fresh, quota, shapes};

/// The most members of a group that is renamed: what one commit can change beside the group.
const RENAMED_MEMBERS_MAX: usize = Change::TOGETHER_MAX - 100;

impl Iam {
    pub(crate) async fn create_group(
        &self,
        caller: &Caller,
        request: &CreateGroupRequest,
    ) -> Result<CreateGroupResponse, Refusal> {
        let (account, name) = (caller.account, &request.group_name);
        let path = request.path.as_deref().unwrap_or(ROOT_PATH);
        self.change(|snapshot| {
            Group::check_vacant(snapshot, &account, name)?;
            quota::GROUPS.admit(snapshot.groups(&account).count() + 1)?;
            let group = Group {
                account,
                name: name.clone(),
                path: path.to_owned(),
                group_id: fresh::unique_id("AGPA", &*self.ids),
                arn: arn(account, path, name),
                created: self.clock.now(),
                policies: Vec::new(),
                attached: Vec::new(),
            };
            let answer = CreateGroupResponse { group: shapes::group(&group) };
            Ok((vec![Change::PutGroup(group)], answer))
        })
        .await
    }

    /// Shows a group and a page of its members.
    pub(crate) fn get_group(
        &self,
        caller: &Caller,
        request: &GetGroupRequest,
    ) -> Result<GetGroupResponse, Refusal> {
        let snapshot = self.catalog.current();
        let group = Group::find(&snapshot, &caller.account, &request.group_name)?;
        let list = List::new(caller, &["GetGroup", &group.name]);
        let paging = Paging { marker: request.marker.as_deref(), max_items: request.max_items };
        let members = members(&snapshot, &caller.account, &group.name);
        let page = Page::cut(members, |user| user.name.clone(), list, paging)?.map(shapes::listed_user);
        Ok(GetGroupResponse {
            group: shapes::group(group),
            users: page.items,
            is_truncated: page.is_truncated,
            marker: page.marker,
        })
    }

    pub(crate) fn list_groups(
        &self,
        caller: &Caller,
        request: &ListGroupsRequest,
    ) -> Result<ListGroupsResponse, Refusal> {
        let snapshot = self.catalog.current();
        let prefix = request.path_prefix.as_deref().unwrap_or(ROOT_PATH);
        let groups = snapshot.groups(&caller.account).filter(|group| group.path.starts_with(prefix));
        let list = List::new(caller, &["ListGroups", prefix]);
        let paging = Paging { marker: request.marker.as_deref(), max_items: request.max_items };
        let page = Page::cut(groups, |group| group.name.clone(), list, paging)?.map(shapes::group);
        Ok(ListGroupsResponse { groups: page.items, is_truncated: page.is_truncated, marker: page.marker })
    }

    /// Renames and moves a group. Its members follow in the same commit.
    pub(crate) async fn update_group(
        &self,
        caller: &Caller,
        request: &UpdateGroupRequest,
    ) -> Result<(), Refusal> {
        self.change(|snapshot| update(snapshot, caller.account, request)).await
    }

    pub(crate) async fn delete_group(
        &self,
        caller: &Caller,
        request: &DeleteGroupRequest,
    ) -> Result<(), Refusal> {
        let (account, name) = (caller.account, &request.group_name);
        self.change(|snapshot| {
            let group = Group::find(snapshot, &account, name)?;
            if members(snapshot, &account, name).next().is_some() {
                return Err(Refusal::MembersLeft);
            }
            if !group.attached.is_empty() {
                return Err(Refusal::PoliciesAttached);
            }
            if !group.policies.is_empty() {
                return Err(Refusal::InlinePoliciesLeft);
            }
            Ok((vec![Change::DeleteGroup { account, name: name.clone() }], ()))
        })
        .await
    }
}

fn update(snapshot: &Snapshot, account: AccountId, request: &UpdateGroupRequest) -> Decision<()> {
    let old = Group::find(snapshot, &account, &request.group_name)?;
    let mut group = old.clone();
    if let Some(path) = &request.new_path {
        group.path.clone_from(path);
    }
    if let Some(name) = &request.new_group_name {
        group.name.clone_from(name);
    }
    group.arn = arn(account, &group.path, &group.name);
    if group.name == old.name {
        return Ok((vec![Change::PutGroup(group)], ()));
    }
    if !group.name.eq_ignore_ascii_case(&old.name) {
        Group::check_vacant(snapshot, &account, &group.name)?;
    }
    let members: Vec<&User> = members(snapshot, &account, &old.name).collect();
    if members.len() > RENAMED_MEMBERS_MAX {
        return Err(Refusal::MembersTooMany(RENAMED_MEMBERS_MAX));
    }
    let renamed = members.into_iter().map(|user| {
        let mut user = user.clone();
        for name in user.groups.iter_mut().filter(|name| **name == old.name) {
            name.clone_from(&group.name);
        }
        Change::PutUser(user)
    });
    let mut changes = vec![Change::DeleteGroup { account, name: old.name.clone() }];
    changes.extend(renamed);
    changes.push(Change::PutGroup(group));
    Ok((changes, ()))
}

/// Lists the members of a group by name.
fn members<'a>(
    snapshot: &'a Snapshot,
    account: &AccountId,
    group: &'a str,
) -> impl Iterator<Item = &'a User> {
    snapshot.users(account).filter(move |user| user.groups.iter().any(|name| name == group))
}

fn arn(account: AccountId, path: &str, name: &str) -> String {
    format!("arn:aws:iam::{account}:group{path}{name}")
}
