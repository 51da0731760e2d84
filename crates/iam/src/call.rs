//! From a decoded call to its use case.

use cairn_catalog::{Group, Role, User};
use cairn_wire::iam::{self as shapes, Operation};
use cairn_wire::query::Request;

use crate::called::{answer, changed, done, input, paging};
use crate::tagging::Target;
use crate::{Called, Caller, Iam, Refusal};

impl Iam {
    /// Makes a call.
    ///
    /// # Errors
    /// Whatever the operation declares, and broken constraints.
    #[expect(clippy::too_many_lines, reason = "one exhaustive match: the table of operations")]
    pub async fn call(&self, caller: &Caller, request: &Request<Operation>) -> Result<Called, Refusal> {
        let iam = self;
        let answer = match request.operation() {
            Operation::AddUserToGroup => done(iam.add_user_to_group(caller, &input(request)?).await),
            Operation::AttachGroupPolicy => {
                let given: shapes::AttachGroupPolicyRequest = input(request)?;
                done(iam.attach::<Group>(caller, &given.group_name, &given.policy_arn).await)
            }
            Operation::AttachRolePolicy => {
                let given: shapes::AttachRolePolicyRequest = input(request)?;
                done(iam.attach::<Role>(caller, &given.role_name, &given.policy_arn).await)
            }
            Operation::AttachUserPolicy => {
                let given: shapes::AttachUserPolicyRequest = input(request)?;
                done(iam.attach::<User>(caller, &given.user_name, &given.policy_arn).await)
            }
            Operation::ChangePassword => return changed(iam.change_password(caller, &input(request)?).await),
            Operation::CreateAccessKey => answer(iam.create_access_key(caller, &input(request)?).await),
            Operation::CreateAccountAlias => done(iam.create_account_alias(caller, &input(request)?).await),
            Operation::CreateGroup => answer(iam.create_group(caller, &input(request)?).await),
            Operation::CreateLoginProfile => {
                return changed(iam.create_login_profile(caller, &input(request)?).await);
            }
            Operation::CreatePolicy => answer(iam.create_policy(caller, &input(request)?).await),
            Operation::CreatePolicyVersion => {
                answer(iam.create_policy_version(caller, &input(request)?).await)
            }
            Operation::CreateRole => answer(iam.create_role(caller, &input(request)?).await),
            Operation::CreateServiceLinkedRole => {
                answer(iam.create_service_linked_role(caller, &input(request)?).await)
            }
            Operation::CreateUser => answer(iam.create_user(caller, &input(request)?).await),
            Operation::CreateVirtualMFADevice => {
                answer(iam.create_virtual_mfa_device(caller, &input(request)?).await)
            }
            Operation::DeactivateMFADevice => {
                return changed(iam.deactivate_mfa_device(caller, &input(request)?).await);
            }
            Operation::DeleteAccessKey => done(iam.delete_access_key(caller, &input(request)?).await),
            Operation::DeleteAccountAlias => done(iam.delete_account_alias(caller, &input(request)?).await),
            Operation::DeleteAccountPasswordPolicy => {
                input::<shapes::DeleteAccountPasswordPolicyRequest>(request)?;
                done(iam.delete_account_password_policy(caller).await)
            }
            Operation::DeleteGroup => done(iam.delete_group(caller, &input(request)?).await),
            Operation::DeleteGroupPolicy => {
                let given: shapes::DeleteGroupPolicyRequest = input(request)?;
                done(iam.delete_policy_of::<Group>(caller, &given.group_name, &given.policy_name).await)
            }
            Operation::DeleteLoginProfile => done(iam.delete_login_profile(caller, &input(request)?).await),
            Operation::DeletePolicy => done(iam.delete_policy(caller, &input(request)?).await),
            Operation::DeletePolicyVersion => done(iam.delete_policy_version(caller, &input(request)?).await),
            Operation::DeleteRole => done(iam.delete_role(caller, &input(request)?).await),
            Operation::DeleteRolePermissionsBoundary => {
                let given: shapes::DeleteRolePermissionsBoundaryRequest = input(request)?;
                done(iam.delete_boundary::<Role>(caller, &given.role_name).await)
            }
            Operation::DeleteRolePolicy => {
                let given: shapes::DeleteRolePolicyRequest = input(request)?;
                done(iam.delete_policy_of::<Role>(caller, &given.role_name, &given.policy_name).await)
            }
            Operation::DeleteServiceLinkedRole => {
                answer(iam.delete_service_linked_role(caller, &input(request)?).await)
            }
            Operation::DeleteUser => done(iam.delete_user(caller, &input(request)?).await),
            Operation::DeleteUserPermissionsBoundary => {
                let given: shapes::DeleteUserPermissionsBoundaryRequest = input(request)?;
                done(iam.delete_boundary::<User>(caller, &given.user_name).await)
            }
            Operation::DeleteUserPolicy => {
                let given: shapes::DeleteUserPolicyRequest = input(request)?;
                done(iam.delete_policy_of::<User>(caller, &given.user_name, &given.policy_name).await)
            }
            Operation::DeleteVirtualMFADevice => {
                done(iam.delete_virtual_mfa_device(caller, &input(request)?).await)
            }
            Operation::DetachGroupPolicy => {
                let given: shapes::DetachGroupPolicyRequest = input(request)?;
                done(iam.detach::<Group>(caller, &given.group_name, &given.policy_arn).await)
            }
            Operation::DetachRolePolicy => {
                let given: shapes::DetachRolePolicyRequest = input(request)?;
                done(iam.detach::<Role>(caller, &given.role_name, &given.policy_arn).await)
            }
            Operation::DetachUserPolicy => {
                let given: shapes::DetachUserPolicyRequest = input(request)?;
                done(iam.detach::<User>(caller, &given.user_name, &given.policy_arn).await)
            }
            Operation::EnableMFADevice => {
                return changed(iam.enable_mfa_device(caller, &input(request)?).await);
            }
            Operation::GenerateCredentialReport => {
                input::<shapes::GenerateCredentialReportRequest>(request)?;
                let (output, report) = iam.generate_credential_report(caller)?;
                return Ok(Called { answer: answer(Ok(output))?, signs_in_anew: None, report });
            }
            Operation::GetAccessKeyLastUsed => {
                answer(iam.get_access_key_last_used(caller, &input(request)?).await)
            }
            Operation::GetAccountPasswordPolicy => {
                input::<shapes::GetAccountPasswordPolicyRequest>(request)?;
                answer(iam.get_account_password_policy(caller))
            }
            Operation::GetAccountSummary => {
                input::<shapes::GetAccountSummaryRequest>(request)?;
                answer(Ok(iam.get_account_summary(caller)))
            }
            Operation::GetCredentialReport => {
                input::<shapes::GetCredentialReportRequest>(request)?;
                answer(iam.get_credential_report(caller))
            }
            Operation::GetGroup => answer(iam.get_group(caller, &input(request)?)),
            Operation::GetGroupPolicy => {
                let shapes::GetGroupPolicyRequest { group_name, policy_name } = input(request)?;
                let policy_document = iam.get_policy_of::<Group>(caller, &group_name, &policy_name)?;
                answer(Ok(shapes::GetGroupPolicyResponse { group_name, policy_name, policy_document }))
            }
            Operation::GetLoginProfile => answer(iam.get_login_profile(caller, &input(request)?)),
            Operation::GetMFADevice => answer(iam.get_mfa_device(caller, &input(request)?)),
            Operation::GetPolicy => answer(iam.get_policy(caller, &input(request)?)),
            Operation::GetPolicyVersion => answer(iam.get_policy_version(caller, &input(request)?)),
            Operation::GetRole => answer(iam.get_role(caller, &input(request)?)),
            Operation::GetRolePolicy => {
                let shapes::GetRolePolicyRequest { role_name, policy_name } = input(request)?;
                let policy_document = iam.get_policy_of::<Role>(caller, &role_name, &policy_name)?;
                answer(Ok(shapes::GetRolePolicyResponse { role_name, policy_name, policy_document }))
            }
            Operation::GetServiceLinkedRoleDeletionStatus => {
                answer(iam.get_service_linked_role_deletion_status(caller, &input(request)?))
            }
            Operation::GetUser => answer(iam.get_user(caller, &input(request)?).await),
            Operation::GetUserPolicy => {
                let shapes::GetUserPolicyRequest { user_name, policy_name } = input(request)?;
                let policy_document = iam.get_policy_of::<User>(caller, &user_name, &policy_name)?;
                answer(Ok(shapes::GetUserPolicyResponse { user_name, policy_name, policy_document }))
            }
            Operation::ListAccessKeys => answer(iam.list_access_keys(caller, &input(request)?)),
            Operation::ListAccountAliases => answer(iam.list_account_aliases(caller, &input(request)?)),
            Operation::ListAttachedGroupPolicies => {
                let given: shapes::ListAttachedGroupPoliciesRequest = input(request)?;
                let page = iam.list_attached::<Group>(
                    caller,
                    &given.group_name,
                    given.path_prefix.as_deref(),
                    paging(&given.marker, given.max_items),
                )?;
                answer(Ok(shapes::ListAttachedGroupPoliciesResponse {
                    attached_policies: Some(page.items),
                    is_truncated: page.is_truncated,
                    marker: page.marker,
                }))
            }
            Operation::ListAttachedRolePolicies => {
                let given: shapes::ListAttachedRolePoliciesRequest = input(request)?;
                let page = iam.list_attached::<Role>(
                    caller,
                    &given.role_name,
                    given.path_prefix.as_deref(),
                    paging(&given.marker, given.max_items),
                )?;
                answer(Ok(shapes::ListAttachedRolePoliciesResponse {
                    attached_policies: Some(page.items),
                    is_truncated: page.is_truncated,
                    marker: page.marker,
                }))
            }
            Operation::ListAttachedUserPolicies => {
                let given: shapes::ListAttachedUserPoliciesRequest = input(request)?;
                let page = iam.list_attached::<User>(
                    caller,
                    &given.user_name,
                    given.path_prefix.as_deref(),
                    paging(&given.marker, given.max_items),
                )?;
                answer(Ok(shapes::ListAttachedUserPoliciesResponse {
                    attached_policies: Some(page.items),
                    is_truncated: page.is_truncated,
                    marker: page.marker,
                }))
            }
            Operation::ListEntitiesForPolicy => {
                answer(iam.list_entities_for_policy(caller, &input(request)?))
            }
            Operation::ListGroupPolicies => {
                let given: shapes::ListGroupPoliciesRequest = input(request)?;
                let page = iam.list_policies_of::<Group>(
                    caller,
                    &given.group_name,
                    paging(&given.marker, given.max_items),
                )?;
                answer(Ok(shapes::ListGroupPoliciesResponse {
                    policy_names: page.items,
                    is_truncated: page.is_truncated,
                    marker: page.marker,
                }))
            }
            Operation::ListGroups => answer(iam.list_groups(caller, &input(request)?)),
            Operation::ListGroupsForUser => answer(iam.list_groups_for_user(caller, &input(request)?)),
            Operation::ListMFADeviceTags => {
                let given: shapes::ListMFADeviceTagsRequest = input(request)?;
                let page = iam.list_tags(
                    caller,
                    Target::Mfa(&given.serial_number),
                    paging(&given.marker, given.max_items),
                )?;
                answer(Ok(shapes::ListMFADeviceTagsResponse {
                    tags: page.items,
                    is_truncated: page.is_truncated,
                    marker: page.marker,
                }))
            }
            Operation::ListMFADevices => answer(iam.list_mfa_devices(caller, &input(request)?)),
            Operation::ListPolicies => answer(iam.list_policies(caller, &input(request)?)),
            Operation::ListPolicyTags => {
                let given: shapes::ListPolicyTagsRequest = input(request)?;
                let page = iam.list_tags(
                    caller,
                    Target::Policy(&given.policy_arn),
                    paging(&given.marker, given.max_items),
                )?;
                answer(Ok(shapes::ListPolicyTagsResponse {
                    tags: page.items,
                    is_truncated: page.is_truncated,
                    marker: page.marker,
                }))
            }
            Operation::ListPolicyVersions => answer(iam.list_policy_versions(caller, &input(request)?)),
            Operation::ListRolePolicies => {
                let given: shapes::ListRolePoliciesRequest = input(request)?;
                let page = iam.list_policies_of::<Role>(
                    caller,
                    &given.role_name,
                    paging(&given.marker, given.max_items),
                )?;
                answer(Ok(shapes::ListRolePoliciesResponse {
                    policy_names: page.items,
                    is_truncated: page.is_truncated,
                    marker: page.marker,
                }))
            }
            Operation::ListRoleTags => {
                let given: shapes::ListRoleTagsRequest = input(request)?;
                let page = iam.list_tags(
                    caller,
                    Target::Role(&given.role_name),
                    paging(&given.marker, given.max_items),
                )?;
                answer(Ok(shapes::ListRoleTagsResponse {
                    tags: page.items,
                    is_truncated: page.is_truncated,
                    marker: page.marker,
                }))
            }
            Operation::ListRoles => answer(iam.list_roles(caller, &input(request)?)),
            Operation::ListUserPolicies => {
                let given: shapes::ListUserPoliciesRequest = input(request)?;
                let page = iam.list_policies_of::<User>(
                    caller,
                    &given.user_name,
                    paging(&given.marker, given.max_items),
                )?;
                answer(Ok(shapes::ListUserPoliciesResponse {
                    policy_names: page.items,
                    is_truncated: page.is_truncated,
                    marker: page.marker,
                }))
            }
            Operation::ListUserTags => {
                let given: shapes::ListUserTagsRequest = input(request)?;
                let page = iam.list_tags(
                    caller,
                    Target::User(&given.user_name),
                    paging(&given.marker, given.max_items),
                )?;
                answer(Ok(shapes::ListUserTagsResponse {
                    tags: page.items,
                    is_truncated: page.is_truncated,
                    marker: page.marker,
                }))
            }
            Operation::ListUsers => answer(iam.list_users(caller, &input(request)?).await),
            Operation::ListVirtualMFADevices => {
                answer(iam.list_virtual_mfa_devices(caller, &input(request)?))
            }
            Operation::PutGroupPolicy => {
                let given: shapes::PutGroupPolicyRequest = input(request)?;
                done(
                    iam.put_policy::<Group>(
                        caller,
                        &given.group_name,
                        &given.policy_name,
                        &given.policy_document,
                    )
                    .await,
                )
            }
            Operation::PutRolePermissionsBoundary => {
                let given: shapes::PutRolePermissionsBoundaryRequest = input(request)?;
                done(iam.put_boundary::<Role>(caller, &given.role_name, &given.permissions_boundary).await)
            }
            Operation::PutRolePolicy => {
                let given: shapes::PutRolePolicyRequest = input(request)?;
                done(
                    iam.put_policy::<Role>(
                        caller,
                        &given.role_name,
                        &given.policy_name,
                        &given.policy_document,
                    )
                    .await,
                )
            }
            Operation::PutUserPermissionsBoundary => {
                let given: shapes::PutUserPermissionsBoundaryRequest = input(request)?;
                done(iam.put_boundary::<User>(caller, &given.user_name, &given.permissions_boundary).await)
            }
            Operation::PutUserPolicy => {
                let given: shapes::PutUserPolicyRequest = input(request)?;
                done(
                    iam.put_policy::<User>(
                        caller,
                        &given.user_name,
                        &given.policy_name,
                        &given.policy_document,
                    )
                    .await,
                )
            }
            Operation::RemoveUserFromGroup => {
                done(iam.remove_user_from_group(caller, &input(request)?).await)
            }
            Operation::ResyncMFADevice => done(iam.resync_mfa_device(caller, &input(request)?).await),
            Operation::SetDefaultPolicyVersion => {
                done(iam.set_default_policy_version(caller, &input(request)?).await)
            }
            Operation::TagMFADevice => {
                let given: shapes::TagMFADeviceRequest = input(request)?;
                done(iam.tag(caller, Target::Mfa(&given.serial_number), &given.tags).await)
            }
            Operation::TagPolicy => {
                let given: shapes::TagPolicyRequest = input(request)?;
                done(iam.tag(caller, Target::Policy(&given.policy_arn), &given.tags).await)
            }
            Operation::TagRole => {
                let given: shapes::TagRoleRequest = input(request)?;
                done(iam.tag(caller, Target::Role(&given.role_name), &given.tags).await)
            }
            Operation::TagUser => {
                let given: shapes::TagUserRequest = input(request)?;
                done(iam.tag(caller, Target::User(&given.user_name), &given.tags).await)
            }
            Operation::UntagMFADevice => {
                let given: shapes::UntagMFADeviceRequest = input(request)?;
                done(iam.untag(caller, Target::Mfa(&given.serial_number), &given.tag_keys).await)
            }
            Operation::UntagPolicy => {
                let given: shapes::UntagPolicyRequest = input(request)?;
                done(iam.untag(caller, Target::Policy(&given.policy_arn), &given.tag_keys).await)
            }
            Operation::UntagRole => {
                let given: shapes::UntagRoleRequest = input(request)?;
                done(iam.untag(caller, Target::Role(&given.role_name), &given.tag_keys).await)
            }
            Operation::UntagUser => {
                let given: shapes::UntagUserRequest = input(request)?;
                done(iam.untag(caller, Target::User(&given.user_name), &given.tag_keys).await)
            }
            Operation::UpdateAccessKey => done(iam.update_access_key(caller, &input(request)?).await),
            Operation::UpdateAccountPasswordPolicy => {
                done(iam.update_account_password_policy(caller, &input(request)?).await)
            }
            Operation::UpdateAssumeRolePolicy => {
                done(iam.update_assume_role_policy(caller, &input(request)?).await)
            }
            Operation::UpdateGroup => done(iam.update_group(caller, &input(request)?).await),
            Operation::UpdateLoginProfile => {
                return changed(iam.update_login_profile(caller, &input(request)?).await);
            }
            Operation::UpdateRole => done(iam.update_role(caller, &input(request)?).await),
            Operation::UpdateRoleDescription => {
                answer(iam.update_role_description(caller, &input(request)?).await)
            }
            Operation::UpdateUser => done(iam.update_user(caller, &input(request)?).await),
        };
        Ok(Called { answer: answer?, signs_in_anew: None, report: None })
    }
}
