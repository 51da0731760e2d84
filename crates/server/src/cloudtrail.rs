//! CloudTrail's API over AWS JSON 1.1.

mod asked;
mod in_name;

use bytes::Bytes;
use cairn_control::{Caller, Deed, Done, Refusal};
use cairn_event::AccountId;
use cairn_wire::json11::{self, Request};
use cairn_wire::read_only::read_only;
use cairn_wire::{ErrorCode, Input, Operation};
use http::Response;
use serde::Serialize;
use serde_json::Value;

use crate::answer;
use crate::authorize;
use crate::kms::account_of;
use crate::request_facts;
use crate::serve::{Arrival, Front, Who};

/// A refusal as it is sent: the error class and the message.
type Refused = (ErrorCode, String);

/// What a served call came to.
struct Answer {
    body: Vec<u8>,
    /// The revision to route the call's event by when it is not the newest.
    under: Option<u64>,
    /// What was done in the caller's name beside.
    deeds: Vec<Deed>,
    /// The account whose trail was changed.
    owner: Option<AccountId>,
}

impl Front {
    /// Serves one call of a proven caller. Beside the answer comes the revision to route the call's event by, when it
    /// is not the newest, and whose trail it changed.
    pub(crate) async fn serve_cloudtrail(
        &self,
        arrival: &Arrival,
        operation: Operation,
        who: &Who,
        body: &[u8],
    ) -> (Response<Bytes>, Option<u64>, Option<AccountId>) {
        match self.call(arrival, operation, who, body).await {
            Ok(Answer { body, under, deeds, owner }) => {
                for deed in &deeds {
                    self.record_in_name(who, deed).await;
                }
                (answer::json(&arrival.ids, body), under, owner)
            }
            Err((code, message)) => (answer::json_refusal(&arrival.ids, code, &message), None, None),
        }
    }

    async fn call(
        &self,
        arrival: &Arrival,
        operation: Operation,
        who: &Who,
        body: &[u8],
    ) -> Result<Answer, Refused> {
        let caller = self.caller_of_cloudtrail(arrival, who);
        self.control.admit(&caller, operation).map_err(refused)?;
        let content_type = arrival.head.header("content-type");
        let request = Request::decode(operation, content_type, body)
            .map_err(|refusal| (refusal.code, refusal.message))?;
        self.allow(operation.name(), request.parameters(), &caller)?;
        let answer = self.dispatch(operation, &request, &caller).await?;
        let named = asked::resources(operation.name(), &caller, request.parameters());
        Ok(Answer { owner: owner_of_changed(operation, &named, &answer.body), ..answer })
    }

    /// Says who calls CloudTrail, with all that decides what the caller may do.
    pub(crate) fn caller_of_cloudtrail(&self, arrival: &Arrival, who: &Who) -> Caller {
        let facts = request_facts::of_request(arrival, who, &self.catalog.current(), self.clock.now());
        Caller { account: who.account, region: who.region.clone(), by: who.caller.clone(), facts }
    }

    /// Refuses a call that policies do not allow on every resource that it names.
    pub(crate) fn allow(&self, operation: &str, parameters: &Value, caller: &Caller) -> Result<(), Refused> {
        let snapshot = self.catalog.current();
        for (action, resource) in asked::deeds(operation, caller, parameters) {
            let facts = caller.facts.clone();
            let named = (resource.as_str(), caller.account);
            let context = asked::facts(operation, named, parameters, &snapshot, facts);
            let copy = asked::copy(&snapshot, caller.account, &resource);
            let owner = copy.as_ref().map_or(caller.account, |copy| copy.owner);
            let asked = (action, resource.as_str(), owner);
            let policy = copy.as_ref().map(|copy| &copy.policy);
            let decision =
                authorize::decide(&caller.by, &snapshot, policy, asked, context).map_err(|error| {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "a stored policy can't be read"
                    );
                    (ErrorCode::InternalFailure, "An internal error occurred.".to_owned())
                })?;
            if let Some(message) = decision.message() {
                return Err((ErrorCode::AccessDeniedException, message));
            }
        }
        Ok(())
    }

    async fn dispatch(
        &self,
        operation: Operation,
        request: &Request,
        caller: &Caller,
    ) -> Result<Answer, Refused> {
        let control = &self.control;
        match operation {
            Operation::CreateTrail => answered(control.create_trail(caller, &input(request)?).await),
            Operation::UpdateTrail => answered(control.update_trail(caller, &input(request)?).await),
            Operation::DeleteTrail => answered(control.delete_trail(caller, &input(request)?).await),
            Operation::GetTrail => answered(control.get_trail(caller, &input(request)?)),
            Operation::DescribeTrails => answered(control.describe_trails(caller, &input(request)?)),
            Operation::ListTrails => answered(control.list_trails(caller, &input(request)?)),
            Operation::GetTrailStatus => answered(control.get_trail_status(caller, &input(request)?).await),
            Operation::StartLogging => answered(control.start_logging(caller, &input(request)?).await),
            Operation::StopLogging => answered(control.stop_logging(caller, &input(request)?).await),
            Operation::GetEventSelectors => answered(control.get_event_selectors(caller, &input(request)?)),
            Operation::PutEventSelectors => {
                answered(control.put_event_selectors(caller, &input(request)?).await)
            }
            Operation::GetInsightSelectors => {
                answered(control.get_insight_selectors(caller, &input(request)?))
            }
            Operation::PutInsightSelectors => {
                answered(control.put_insight_selectors(caller, &input(request)?).await)
            }
            Operation::GetEventConfiguration => {
                answered(control.get_event_configuration(caller, &input(request)?))
            }
            Operation::PutEventConfiguration => {
                answered(control.put_event_configuration(caller, &input(request)?).await)
            }
            Operation::ListPublicKeys => answered(control.list_public_keys(caller, &input(request)?)),
            Operation::LookupEvents => answered(control.lookup_events(caller, &input(request)?).await),
            Operation::ListInsightsData => {
                answered(control.list_insights_data(caller, &input(request)?).await)
            }
            Operation::ListInsightsMetricData => {
                answered(control.list_insights_metric_data(caller, &input(request)?).await)
            }
            Operation::AddTags => answered(control.add_tags(caller, &input(request)?).await),
            Operation::RemoveTags => answered(control.remove_tags(caller, &input(request)?).await),
            Operation::ListTags => answered(control.list_tags(caller, &input(request)?)),
            Operation::RegisterOrganizationDelegatedAdmin => {
                answered(control.register_organization_delegated_admin(caller, &input(request)?).await)
            }
            Operation::DeregisterOrganizationDelegatedAdmin => {
                answered(control.deregister_organization_delegated_admin(caller, &input(request)?).await)
            }
            unavailable => Err(refused(Refusal::OperationUnavailable(unavailable.name().to_owned()))),
        }
    }
}

fn input<I: Input<Operation = Operation>>(request: &Request) -> Result<I, Refused> {
    request.input().map_err(|refusal| (refusal.code, refusal.message))
}

fn answered<T: Serialize>(outcome: Result<Done<T>, Refusal>) -> Result<Answer, Refused> {
    let done = outcome.map_err(refused)?;
    Ok(Answer { body: json11::success_body(&done.output), under: done.under, deeds: done.deeds, owner: None })
}

/// Returns the account of the trail that a call has made or changed: an organization's trails are its management
/// account's, whoever made them.
fn owner_of_changed(operation: Operation, named: &[String], answer: &[u8]) -> Option<AccountId> {
    if read_only("cloudtrail.amazonaws.com", operation.name()) {
        return None;
    }
    let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
    let told = answer.get("TrailARN").and_then(Value::as_str);
    account_of(told.or(named.first().map(String::as_str))?)
}

fn refused(refusal: Refusal) -> Refused {
    if let Refusal::Internal(cause) = &refusal {
        tracing::error!(error = &**cause as &dyn std::error::Error, "CloudTrail call failed");
    }
    (refusal.code(), refusal.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_trail_is_its_owners_and_a_read_one_nobodys_business() {
        let arn = "arn:aws:cloudtrail:us-east-1:111122223333:trail/all";
        let own = "arn:aws:cloudtrail:us-east-1:444455556666:trail/all";
        let named = |arn: &str| vec![arn.to_owned()];
        let answer = format!(r#"{{"TrailARN":"{arn}"}}"#);
        let owner = Some("111122223333".parse().unwrap());
        for (operation, named, answer, expected) in [
            (Operation::CreateTrail, named(own), answer.as_bytes(), owner),
            (Operation::StopLogging, named(arn), b"{}".as_slice(), owner),
            (Operation::GetTrailStatus, named(arn), b"{}", None),
            (Operation::RegisterOrganizationDelegatedAdmin, named("*"), b"{}", None),
        ] {
            assert_eq!(owner_of_changed(operation, &named, answer), expected, "{operation:?}");
        }
    }
}
