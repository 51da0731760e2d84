//! Organizations' permissions. A call about two things must be allowed on both.

use super::{On, Permission, TagFacts};
use crate::ServiceKey;

pub(super) const PERMISSIONS: &[Permission] = &[
    Permission::new("AcceptHandshake", "organizations:AcceptHandshake", On::Handshake),
    Permission::new("AttachPolicy", "organizations:AttachPolicy", On::OrganizationPolicy).with(POLICY_TYPE),
    Permission::new("CancelHandshake", "organizations:CancelHandshake", On::Handshake),
    Permission::new("CloseAccount", "organizations:CloseAccount", On::Place),
    Permission::new("CreateAccount", "organizations:CreateAccount", On::Everything).tags(TagFacts::Given),
    Permission::new("CreateOrganization", "organizations:CreateOrganization", On::Everything),
    Permission::new("CreateOrganizationalUnit", "organizations:CreateOrganizationalUnit", On::Place)
        .tags(TagFacts::Given),
    Permission::new("CreatePolicy", "organizations:CreatePolicy", On::Everything)
        .with(POLICY_TYPE)
        .tags(TagFacts::Given),
    Permission::new("DeclineHandshake", "organizations:DeclineHandshake", On::Handshake),
    Permission::new("DeleteOrganization", "organizations:DeleteOrganization", On::Everything),
    Permission::new("DeleteOrganizationalUnit", "organizations:DeleteOrganizationalUnit", On::Place),
    Permission::new("DeletePolicy", "organizations:DeletePolicy", On::OrganizationPolicy).with(POLICY_TYPE),
    Permission::new(
        "DeregisterDelegatedAdministrator",
        "organizations:DeregisterDelegatedAdministrator",
        On::Place,
    )
    .with(SERVICE),
    Permission::new("DescribeAccount", "organizations:DescribeAccount", On::Place),
    Permission::new(
        "DescribeCreateAccountStatus",
        "organizations:DescribeCreateAccountStatus",
        On::Everything,
    ),
    Permission::new("DescribeHandshake", "organizations:DescribeHandshake", On::Handshake),
    Permission::new("DescribeOrganization", "organizations:DescribeOrganization", On::Everything),
    Permission::new("DescribeOrganizationalUnit", "organizations:DescribeOrganizationalUnit", On::Place),
    Permission::new("DescribePolicy", "organizations:DescribePolicy", On::OrganizationPolicy)
        .with(POLICY_TYPE),
    Permission::new("DetachPolicy", "organizations:DetachPolicy", On::OrganizationPolicy).with(POLICY_TYPE),
    Permission::new("DisableAWSServiceAccess", "organizations:DisableAWSServiceAccess", On::Everything)
        .with(SERVICE),
    Permission::new("DisablePolicyType", "organizations:DisablePolicyType", On::Place).with(POLICY_TYPE),
    Permission::new("EnableAWSServiceAccess", "organizations:EnableAWSServiceAccess", On::Everything)
        .with(SERVICE),
    Permission::new("EnableAllFeatures", "organizations:EnableAllFeatures", On::Everything),
    Permission::new("EnablePolicyType", "organizations:EnablePolicyType", On::Place).with(POLICY_TYPE),
    Permission::new("InviteAccountToOrganization", "organizations:InviteAccountToOrganization", On::Place)
        .tags(TagFacts::Given),
    Permission::new("LeaveOrganization", "organizations:LeaveOrganization", On::Everything),
    Permission::new(
        "ListAWSServiceAccessForOrganization",
        "organizations:ListAWSServiceAccessForOrganization",
        On::Everything,
    ),
    Permission::new("ListAccounts", "organizations:ListAccounts", On::Everything),
    Permission::new("ListAccountsForParent", "organizations:ListAccountsForParent", On::Place),
    Permission::new("ListChildren", "organizations:ListChildren", On::Place),
    Permission::new("ListCreateAccountStatus", "organizations:ListCreateAccountStatus", On::Everything),
    Permission::new(
        "ListDelegatedAdministrators",
        "organizations:ListDelegatedAdministrators",
        On::Everything,
    )
    .with(SERVICE),
    Permission::new(
        "ListDelegatedServicesForAccount",
        "organizations:ListDelegatedServicesForAccount",
        On::Place,
    ),
    Permission::new("ListHandshakesForAccount", "organizations:ListHandshakesForAccount", On::Everything),
    Permission::new(
        "ListHandshakesForOrganization",
        "organizations:ListHandshakesForOrganization",
        On::Everything,
    ),
    Permission::new(
        "ListOrganizationalUnitsForParent",
        "organizations:ListOrganizationalUnitsForParent",
        On::Place,
    ),
    Permission::new("ListParents", "organizations:ListParents", On::Place),
    Permission::new("ListPolicies", "organizations:ListPolicies", On::Everything),
    Permission::new("ListPoliciesForTarget", "organizations:ListPoliciesForTarget", On::Place)
        .with(POLICY_TYPE),
    Permission::new("ListRoots", "organizations:ListRoots", On::Everything),
    Permission::new("ListTagsForResource", "organizations:ListTagsForResource", On::Place),
    Permission::new("ListTargetsForPolicy", "organizations:ListTargetsForPolicy", On::OrganizationPolicy)
        .with(POLICY_TYPE),
    Permission::new("MoveAccount", "organizations:MoveAccount", On::Place),
    Permission::new(
        "RegisterDelegatedAdministrator",
        "organizations:RegisterDelegatedAdministrator",
        On::Place,
    )
    .with(SERVICE),
    Permission::new(
        "RemoveAccountFromOrganization",
        "organizations:RemoveAccountFromOrganization",
        On::Place,
    ),
    Permission::new("TagResource", "organizations:TagResource", On::Place).tags(TagFacts::Given),
    Permission::new("UntagResource", "organizations:UntagResource", On::Place).tags(TagFacts::Removed),
    Permission::new("UpdateOrganizationalUnit", "organizations:UpdateOrganizationalUnit", On::Place),
    Permission::new("UpdatePolicy", "organizations:UpdatePolicy", On::OrganizationPolicy).with(POLICY_TYPE),
];

const POLICY_TYPE: &[ServiceKey] = &[ServiceKey::OrganizationsPolicyType];

const SERVICE: &[ServiceKey] = &[ServiceKey::OrganizationsServicePrincipal];
