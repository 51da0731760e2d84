//! From a decoded call to its use case.

use cairn_wire::organizations::{LeaveOrganizationResponse, Operation, Request};
use serde::Serialize;
use serde_json::Value;

use crate::{Caller, Deed, Organizations, Refusal};

/// What a call answers, and what the service did beside.
#[derive(Debug)]
pub struct Done {
    /// The operation's output under the names of the service model.
    pub output: Value,
    /// What is to be told as events of the service itself, in this order.
    pub deeds: Vec<Deed>,
    /// The revision to route the call's own event by, when it is not the newest: a trail still delivers the call by
    /// which an account left its organization.
    pub under: Option<u64>,
}

impl Organizations {
    /// Makes a call that is allowed.
    ///
    /// # Errors
    /// Whatever the operation declares, and broken constraints.
    #[expect(clippy::too_many_lines, reason = "one exhaustive match: the table of operations")]
    pub async fn call(&self, caller: &Caller, request: &Request) -> Result<Done, Refusal> {
        request.check()?;
        let own = self;
        match request.operation() {
            Operation::AcceptHandshake => told(own.accept_handshake(caller, &request.input()?).await),
            Operation::AttachPolicy => plain(own.attach_policy(caller, &request.input()?).await),
            Operation::CancelHandshake => plain(own.cancel_handshake(caller, &request.input()?).await),
            Operation::CloseAccount => told(own.close_account(caller, &request.input()?).await),
            Operation::CreateAccount => told(own.create_account(caller, &request.input()?).await),
            Operation::CreateOrganization => told(own.create_organization(caller, &request.input()?).await),
            Operation::CreateOrganizationalUnit => {
                plain(own.create_organizational_unit(caller, &request.input()?).await)
            }
            Operation::CreatePolicy => plain(own.create_policy(caller, &request.input()?).await),
            Operation::DeclineHandshake => plain(own.decline_handshake(caller, &request.input()?).await),
            Operation::DeleteOrganization => told(own.delete_organization(caller).await),
            Operation::DeleteOrganizationalUnit => {
                plain(own.delete_organizational_unit(caller, &request.input()?).await)
            }
            Operation::DeletePolicy => plain(own.delete_policy(caller, &request.input()?).await),
            Operation::DeregisterDelegatedAdministrator => {
                plain(own.deregister_delegated_administrator(caller, &request.input()?).await)
            }
            Operation::DescribeAccount => plain(own.describe_account(caller, &request.input()?)),
            Operation::DescribeCreateAccountStatus => {
                plain(own.describe_create_account_status(caller, &request.input()?))
            }
            Operation::DescribeHandshake => plain(own.describe_handshake(caller, &request.input()?)),
            Operation::DescribeOrganization => plain(own.describe_organization(caller)),
            Operation::DescribeOrganizationalUnit => {
                plain(own.describe_organizational_unit(caller, &request.input()?))
            }
            Operation::DescribePolicy => plain(own.describe_policy(caller, &request.input()?)),
            Operation::DetachPolicy => plain(own.detach_policy(caller, &request.input()?).await),
            Operation::DisableAWSServiceAccess => {
                plain(own.disable_aws_service_access(caller, &request.input()?).await)
            }
            Operation::DisablePolicyType => plain(own.disable_policy_type(caller, &request.input()?).await),
            Operation::EnableAWSServiceAccess => {
                plain(own.enable_aws_service_access(caller, &request.input()?).await)
            }
            Operation::EnableAllFeatures => plain(own.enable_all_features(caller).await),
            Operation::EnablePolicyType => plain(own.enable_policy_type(caller, &request.input()?).await),
            Operation::InviteAccountToOrganization => {
                plain(own.invite_account_to_organization(caller, &request.input()?).await)
            }
            Operation::LeaveOrganization => left(own.leave_organization(caller).await),
            Operation::ListAWSServiceAccessForOrganization => {
                plain(own.list_aws_service_access_for_organization(caller, &request.input()?))
            }
            Operation::ListAccounts => plain(own.list_accounts(caller, &request.input()?)),
            Operation::ListAccountsForParent => {
                plain(own.list_accounts_for_parent(caller, &request.input()?))
            }
            Operation::ListChildren => plain(own.list_children(caller, &request.input()?)),
            Operation::ListCreateAccountStatus => {
                plain(own.list_create_account_status(caller, &request.input()?))
            }
            Operation::ListDelegatedAdministrators => {
                plain(own.list_delegated_administrators(caller, &request.input()?))
            }
            Operation::ListDelegatedServicesForAccount => {
                plain(own.list_delegated_services_for_account(caller, &request.input()?))
            }
            Operation::ListHandshakesForAccount => {
                plain(own.list_handshakes_for_account(caller, &request.input()?))
            }
            Operation::ListHandshakesForOrganization => {
                plain(own.list_handshakes_for_organization(caller, &request.input()?))
            }
            Operation::ListOrganizationalUnitsForParent => {
                plain(own.list_organizational_units_for_parent(caller, &request.input()?))
            }
            Operation::ListParents => plain(own.list_parents(caller, &request.input()?)),
            Operation::ListPolicies => plain(own.list_policies(caller, &request.input()?)),
            Operation::ListPoliciesForTarget => {
                plain(own.list_policies_for_target(caller, &request.input()?))
            }
            Operation::ListRoots => plain(own.list_roots(caller, &request.input()?)),
            Operation::ListTagsForResource => plain(own.list_tags_for_resource(caller, &request.input()?)),
            Operation::ListTargetsForPolicy => plain(own.list_targets_for_policy(caller, &request.input()?)),
            Operation::MoveAccount => plain(own.move_account(caller, &request.input()?).await),
            Operation::RegisterDelegatedAdministrator => {
                plain(own.register_delegated_administrator(caller, &request.input()?).await)
            }
            Operation::RemoveAccountFromOrganization => {
                told(own.remove_account_from_organization(caller, &request.input()?).await)
            }
            Operation::TagResource => plain(own.tag_resource(caller, &request.input()?).await),
            Operation::UntagResource => plain(own.untag_resource(caller, &request.input()?).await),
            Operation::UpdateOrganizationalUnit => {
                plain(own.update_organizational_unit(caller, &request.input()?).await)
            }
            Operation::UpdatePolicy => plain(own.update_policy(caller, &request.input()?).await),
        }
    }
}

fn plain<T: Serialize>(outcome: Result<T, Refusal>) -> Result<Done, Refusal> {
    told(outcome.map(|output| (output, Vec::new())))
}

fn told<T: Serialize>(outcome: Result<(T, Vec<Deed>), Refusal>) -> Result<Done, Refusal> {
    let (output, deeds) = outcome?;
    Ok(Done { output: serde_json::to_value(output).map_err(Refusal::internal)?, deeds, under: None })
}

fn left(outcome: Result<(LeaveOrganizationResponse, Vec<Deed>, u64), Refusal>) -> Result<Done, Refusal> {
    let (output, deeds, under) = outcome?;
    Ok(Done { under: Some(under), ..told(Ok((output, deeds)))? })
}
