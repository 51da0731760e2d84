//! Entities as answers show them. What lists leave out stands beside what they show.

use cairn_catalog::{AccessKey, AccessKeyStatus, Group, Owner, Role, User};
use cairn_wire::iam::{
    AccessKeyMetadata, AttachedPermissionsBoundary, Group as GroupShape, PermissionsBoundaryAttachmentType,
    Role as RoleShape, StatusType, User as UserShape,
};

use crate::{document, tags};

/// The name under which the account's own keys are shown.
pub(crate) const ROOT_NAME: &str = "root";

/// A user in a list: without boundary and tags.
pub(crate) fn listed_user(user: &User) -> UserShape {
    UserShape {
        path: user.path.clone(),
        user_name: user.name.clone(),
        user_id: user.user_id.clone(),
        arn: user.arn.clone(),
        create_date: user.created.into(),
        password_last_used: None,
        permissions_boundary: None,
        tags: None,
    }
}

pub(crate) fn user(user: &User) -> UserShape {
    UserShape {
        permissions_boundary: user.boundary.as_deref().map(boundary),
        tags: tags::shapes(&user.tags),
        ..listed_user(user)
    }
}

pub(crate) fn group(group: &Group) -> GroupShape {
    GroupShape {
        path: group.path.clone(),
        group_name: group.name.clone(),
        group_id: group.group_id.clone(),
        arn: group.arn.clone(),
        create_date: group.created.into(),
    }
}

/// A role in a list: without boundary and tags.
pub(crate) fn listed_role(role: &Role) -> RoleShape {
    RoleShape {
        path: role.path.clone(),
        role_name: role.name.clone(),
        role_id: role.role_id.clone(),
        arn: role.arn.clone(),
        create_date: role.created.into(),
        assume_role_policy_document: Some(document::encoded(&role.trust)),
        description: role.description.clone(),
        max_session_duration: i32::try_from(role.session_seconds_max).ok(),
        permissions_boundary: None,
        tags: None,
        role_last_used: None,
        source_role_template: None,
    }
}

pub(crate) fn role(role: &Role) -> RoleShape {
    RoleShape {
        permissions_boundary: role.boundary.as_deref().map(boundary),
        tags: tags::shapes(&role.tags),
        ..listed_role(role)
    }
}

pub(crate) fn access_key(key: &AccessKey) -> AccessKeyMetadata {
    AccessKeyMetadata {
        user_name: Some(owner_name(&key.owner)),
        access_key_id: Some(key.id.clone()),
        status: Some(status(key.status)),
        create_date: Some(key.created.into()),
    }
}

pub(crate) fn owner_name(owner: &Owner) -> String {
    match owner {
        Owner::Root => ROOT_NAME.to_owned(),
        Owner::User(name) => name.clone(),
    }
}

pub(crate) fn status(status: AccessKeyStatus) -> StatusType {
    match status {
        AccessKeyStatus::Active => StatusType::Active,
        AccessKeyStatus::Inactive => StatusType::Inactive,
    }
}

fn boundary(arn: &str) -> AttachedPermissionsBoundary {
    AttachedPermissionsBoundary {
        permissions_boundary_type: Some(PermissionsBoundaryAttachmentType::PermissionsBoundaryPolicy),
        permissions_boundary_arn: Some(arn.to_owned()),
    }
}
