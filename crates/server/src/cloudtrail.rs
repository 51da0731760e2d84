//! CloudTrail's API over AWS JSON 1.1.

use bytes::Bytes;
use cairn_access::Context;
use cairn_control::{Caller, Done, Refusal};
use cairn_wire::json11::{self, Request};
use cairn_wire::{ErrorCode, Input, Operation};
use http::Response;
use serde::Serialize;
use serde_json::Value;

use crate::answer;
use crate::authorize;
use crate::serve::{Arrival, Front, Who};

/// A refusal as it is sent: the error class and the message.
type Refused = (ErrorCode, String);

/// The body of an answer, and the revision to route the call's event by when it is not the newest.
type Answer = (Vec<u8>, Option<u64>);

impl Front {
    /// Serves one call of a proven caller.
    pub(crate) async fn serve_cloudtrail(
        &self,
        arrival: &Arrival,
        operation: Operation,
        who: &Who,
        body: &[u8],
    ) -> (Response<Bytes>, Option<u64>) {
        match self.call(arrival, operation, who, body).await {
            Ok((body, under)) => (answer::json(&arrival.ids, body), under),
            Err((code, message)) => (answer::json_refusal(&arrival.ids, code, &message), None),
        }
    }

    async fn call(
        &self,
        arrival: &Arrival,
        operation: Operation,
        who: &Who,
        body: &[u8],
    ) -> Result<Answer, Refused> {
        let content_type = arrival.head.header("content-type");
        let request = Request::decode(operation, content_type, body)
            .map_err(|refusal| (refusal.code, refusal.message))?;
        let caller = Caller { account: who.account, region: who.region.clone() };
        let action = format!("cloudtrail:{}", operation.name());
        let resource = resource(&caller, request.parameters());
        let snapshot = self.catalog.current();
        let asked = (action.as_str(), resource.as_str(), who.account);
        let context = Context::default().with("aws:SourceIp", arrival.peer.ip().to_string());
        let decision = authorize::decide(&who.caller, &snapshot, None, asked, context).map_err(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "a stored policy can't be read");
            (ErrorCode::InternalFailure, "An internal error occurred.".to_owned())
        })?;
        match decision.message() {
            Some(message) => Err((ErrorCode::AccessDeniedException, message)),
            None => self.dispatch(operation, &request, &caller).await,
        }
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
            Operation::LookupEvents => answered(control.lookup_events(caller, &input(request)?).await),
            Operation::AddTags => answered(control.add_tags(caller, &input(request)?).await),
            Operation::RemoveTags => answered(control.remove_tags(caller, &input(request)?).await),
            Operation::ListTags => answered(control.list_tags(caller, &input(request)?)),
            unavailable => Err(refused(Refusal::OperationUnavailable(unavailable.name().to_owned()))),
        }
    }
}

fn input<I: Input>(request: &Request) -> Result<I, Refused> {
    request.input().map_err(|refusal| (refusal.code, refusal.message))
}

fn answered<T: Serialize>(outcome: Result<Done<T>, Refusal>) -> Result<Answer, Refused> {
    let done = outcome.map_err(refused)?;
    Ok((json11::success_body(&done.output), done.under))
}

fn refused(refusal: Refusal) -> Refused {
    if let Refusal::Internal(cause) = &refusal {
        tracing::error!(error = &**cause as &dyn std::error::Error, "CloudTrail call failed");
    }
    (refusal.code(), refusal.to_string())
}

/// Returns the ARN that the call's permission is asked for; `*` for operations without a resource.
fn resource(caller: &Caller, parameters: &Value) -> String {
    let named =
        ["Name", "TrailName", "ResourceId"].iter().find_map(|member| parameters.get(member)?.as_str());
    match named {
        Some(arn) if arn.starts_with("arn:") => arn.to_owned(),
        Some(name) => format!("arn:aws:cloudtrail:{}:{}:trail/{name}", caller.region, caller.account),
        None => "*".to_owned(),
    }
}
