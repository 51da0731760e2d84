//! ListEntitiesForPolicy.

use cairn_catalog::{Group, Role, Snapshot, User};
use cairn_wire::iam::{
    EntityType, ListEntitiesForPolicyRequest, ListEntitiesForPolicyResponse, PolicyGroup, PolicyRole,
    PolicyUsageType, PolicyUser,
};

use crate::managed::Managed;
use crate::page::{List, Page, Paging};
use crate::{Caller, Iam, Refusal};

/// Somebody whom a policy is attached to, or whose boundary it is.
enum Entity<'a> {
    Group(&'a Group),
    Role(&'a Role),
    User(&'a User),
}

impl Iam {
    pub(crate) fn list_entities_for_policy(
        &self,
        caller: &Caller,
        request: &ListEntitiesForPolicyRequest,
    ) -> Result<ListEntitiesForPolicyResponse, Refusal> {
        let snapshot = self.catalog.current();
        let arn = Managed::find(&snapshot, caller.account, &request.policy_arn)?.arn();
        let prefix = request.path_prefix.as_deref().unwrap_or("/");
        let (kind, usage) = (request.entity_filter, request.policy_usage_filter);
        let wanted = entities(&snapshot, caller)
            .filter(|entity| kind.is_none_or(|kind| kind == entity.kind()))
            .filter(|entity| entity.path().starts_with(prefix) && entity.uses(arn, usage));
        let list =
            List::new(caller, &["ListEntitiesForPolicy", arn, &format!("{kind:?} {usage:?} {prefix}")]);
        let paging = Paging { marker: request.marker.as_deref(), max_items: request.max_items };
        let page = Page::cut(wanted, Entity::key, list, paging)?;
        let mut answer = ListEntitiesForPolicyResponse {
            policy_groups: Some(Vec::new()),
            policy_users: Some(Vec::new()),
            policy_roles: Some(Vec::new()),
            is_truncated: page.is_truncated,
            marker: page.marker,
        };
        for entity in page.items {
            entity.tell(&mut answer);
        }
        Ok(answer)
    }
}

fn entities<'a>(snapshot: &'a Snapshot, caller: &Caller) -> impl Iterator<Item = Entity<'a>> {
    let groups = snapshot.groups(&caller.account).map(Entity::Group);
    let roles = snapshot.roles(&caller.account).map(Entity::Role);
    groups.chain(roles).chain(snapshot.users(&caller.account).map(Entity::User))
}

impl Entity<'_> {
    fn kind(&self) -> EntityType {
        match self {
            Self::Group(_) => EntityType::Group,
            Self::Role(_) => EntityType::Role,
            Self::User(_) => EntityType::User,
        }
    }

    fn path(&self) -> &str {
        match self {
            Self::Group(group) => &group.path,
            Self::Role(role) => &role.path,
            Self::User(user) => &user.path,
        }
    }

    fn key(&self) -> String {
        match self {
            Self::Group(group) => format!("group {}", group.name),
            Self::Role(role) => format!("role {}", role.name),
            Self::User(user) => format!("user {}", user.name),
        }
    }

    fn uses(&self, arn: &str, usage: Option<PolicyUsageType>) -> bool {
        let (attached, boundary) = match self {
            Self::Group(group) => (&group.attached, None),
            Self::Role(role) => (&role.attached, role.boundary.as_deref()),
            Self::User(user) => (&user.attached, user.boundary.as_deref()),
        };
        let (attached, bounds) = (attached.iter().any(|held| held == arn), boundary == Some(arn));
        match usage {
            Some(PolicyUsageType::PermissionsPolicy) => attached,
            Some(PolicyUsageType::PermissionsBoundary) => bounds,
            None => attached || bounds,
        }
    }

    fn tell(&self, answer: &mut ListEntitiesForPolicyResponse) {
        match self {
            Self::Group(group) => answer.policy_groups.get_or_insert_default().push(PolicyGroup {
                group_name: Some(group.name.clone()),
                group_id: Some(group.group_id.clone()),
            }),
            Self::Role(role) => answer
                .policy_roles
                .get_or_insert_default()
                .push(PolicyRole { role_name: Some(role.name.clone()), role_id: Some(role.role_id.clone()) }),
            Self::User(user) => answer
                .policy_users
                .get_or_insert_default()
                .push(PolicyUser { user_name: Some(user.name.clone()), user_id: Some(user.user_id.clone()) }),
        }
    }
}
