//! AddUserToGroup, RemoveUserFromGroup, ListGroupsForUser.

use cairn_catalog::{Change, Group, User};
use cairn_wire::iam::{
    AddUserToGroupRequest, ListGroupsForUserRequest, ListGroupsForUserResponse, RemoveUserFromGroupRequest,
};

use crate::holder::Holder as _;
use crate::page::{List, Page, Paging};
use crate::{Caller, Iam, Refusal, quota, shapes};

impl Iam {
    /// Adds a user to a group; one who is in it stays in it.
    pub(crate) async fn add_user_to_group(
        &self,
        caller: &Caller,
        request: &AddUserToGroupRequest,
    ) -> Result<(), Refusal> {
        self.change(|snapshot| {
            let group = Group::find(snapshot, &caller.account, &request.group_name)?;
            let mut user = User::find(snapshot, &caller.account, &request.user_name)?.clone();
            if user.groups.contains(&group.name) {
                return Ok((Vec::new(), ()));
            }
            user.groups.push(group.name.clone());
            quota::GROUPS_PER_USER.admit(user.groups.len())?;
            Ok((vec![Change::PutUser(user)], ()))
        })
        .await
    }

    /// Takes a user out of a group; one who is not in it stays out of it.
    pub(crate) async fn remove_user_from_group(
        &self,
        caller: &Caller,
        request: &RemoveUserFromGroupRequest,
    ) -> Result<(), Refusal> {
        self.change(|snapshot| {
            let group = Group::find(snapshot, &caller.account, &request.group_name)?;
            let mut user = User::find(snapshot, &caller.account, &request.user_name)?.clone();
            if !user.groups.contains(&group.name) {
                return Ok((Vec::new(), ()));
            }
            user.groups.retain(|name| *name != group.name);
            Ok((vec![Change::PutUser(user)], ()))
        })
        .await
    }

    pub(crate) fn list_groups_for_user(
        &self,
        caller: &Caller,
        request: &ListGroupsForUserRequest,
    ) -> Result<ListGroupsForUserResponse, Refusal> {
        let snapshot = self.catalog.current();
        let user = User::find(&snapshot, &caller.account, &request.user_name)?;
        let groups = user.groups.iter().filter_map(|name| snapshot.group(&caller.account, name));
        let list = List::new(caller, &["ListGroupsForUser", &user.name]);
        let paging = Paging { marker: request.marker.as_deref(), max_items: request.max_items };
        let page = Page::cut(groups, |group| group.name.clone(), list, paging)?.map(shapes::group);
        Ok(ListGroupsForUserResponse {
            groups: page.items,
            is_truncated: page.is_truncated,
            marker: page.marker,
        })
    }
}
