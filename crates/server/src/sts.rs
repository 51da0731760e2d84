//! STS over the query protocol.

use bytes::Bytes;
use cairn_access::{Caller, Principal};
use cairn_event::{AccountId, Arn};
use cairn_sts::{Asker, Refusal};
use cairn_wire::query::{self, Input, Operation as _, Parameters, QueryErrorCode, Request};
use cairn_wire::sts::{AssumeRoleWithWebIdentityRequest, Operation};
use http::Response;

use crate::answer;
use crate::request_facts;
use crate::serve::{Arrival, Front, Who};

/// The action that nobody signs: the token in it proves who calls.
pub(crate) const WEB_IDENTITY: &str = "AssumeRoleWithWebIdentity";

/// A served call, and what its record is to say.
pub(crate) struct Answer {
    pub(crate) response: Response<Bytes>,
    /// Who called, where the signature did not tell.
    pub(crate) who: Option<Who>,
    /// The account of the role that was assumed.
    pub(crate) role_owner: Option<AccountId>,
}

impl Front {
    /// Serves one call of a proven caller, or of a web identity.
    pub(crate) async fn serve_sts(&self, arrival: &Arrival, action: &str, who: &Who, body: &[u8]) -> Answer {
        let ids = &arrival.ids;
        let refused = |refusal: &query::Refusal| answer::query_error(ids, Operation::NAMESPACE, refusal);
        let read = read(arrival, action, body);
        let mut seen = None;
        let outcome = match &read {
            Err(refusal) => Err(refusal.clone()),
            Ok(request) if request.operation() == Operation::AssumeRoleWithWebIdentity => {
                self.call_web_identity(arrival, who, request, &mut seen).await
            }
            Ok(request) => self.call_sts(arrival, who, request),
        };
        let role_owner = match (&read, &outcome) {
            (Ok(request), Ok(_)) => role_owner(request),
            _ => None,
        };
        let response = outcome.map_or_else(|refusal| refused(&refusal), |body| answer::xml(ids, body));
        Answer { response, who: seen, role_owner }
    }

    fn call_sts(
        &self,
        arrival: &Arrival,
        who: &Who,
        request: &Request<Operation>,
    ) -> Result<String, query::Refusal> {
        let snapshot = self.catalog.current();
        let context = request_facts::of_request(arrival, who, &snapshot, self.clock.now());
        let asker = Asker { caller: &who.caller, account: who.account, context };
        let (sts, id) = (&self.sts, &arrival.ids.request);
        match request.operation() {
            Operation::AssumeRole => answered(sts.assume_role(&asker, &input(request)?), request, id),
            Operation::GetAccessKeyInfo => {
                answered(sts.get_access_key_info(&asker, &input(request)?), request, id)
            }
            Operation::GetCallerIdentity => answered(sts.get_caller_identity(&asker), request, id),
            Operation::GetFederationToken => {
                answered(sts.get_federation_token(&asker, &input(request)?), request, id)
            }
            Operation::GetSessionToken => {
                answered(sts.get_session_token(&asker, &input(request)?), request, id)
            }
            Operation::AssumeRoleWithWebIdentity => Err(unavailable(WEB_IDENTITY)),
        }
    }

    async fn call_web_identity(
        &self,
        arrival: &Arrival,
        who: &Who,
        request: &Request<Operation>,
        seen: &mut Option<Who>,
    ) -> Result<String, query::Refusal> {
        let asked: AssumeRoleWithWebIdentityRequest = input(request)?;
        // Whoever may have signed: the token alone says who calls.
        let nobody = Who { caller: Caller::Unsigned, ..who.clone() };
        let snapshot = self.catalog.current();
        let context = request_facts::of_request(arrival, &nobody, &snapshot, self.clock.now());
        let found = self.sts.assume_role_with_web_identity(context, &asked).await;
        *seen = Some(match (found.caller, found.account) {
            (Some(web), Some(account)) => {
                let caller = Caller::Verified { principal: Principal::WebIdentity(web), access_key_id: None };
                Who { caller, account, region: who.region.clone() }
            }
            (None, Some(account)) => Who { account, ..nobody },
            // An account that is not kept here can have no records.
            (_, None) => nobody,
        });
        answered(found.outcome, request, &arrival.ids.request)
    }
}

fn read(arrival: &Arrival, action: &str, body: &[u8]) -> Result<Request<Operation>, query::Refusal> {
    let operation = Operation::find(action).ok_or_else(|| unavailable(action))?;
    let form = if arrival.head.is_form() { body } else { b"" };
    let parameters = Parameters::parse(&arrival.head.query, form)
        .map_err(|error| query::Refusal::new(QueryErrorCode::MalformedQueryString, error.to_string()))?;
    Request::decode(operation, &parameters)
}

fn unavailable(action: &str) -> query::Refusal {
    let message = format!("Cairn does not serve the STS action {action}.");
    query::Refusal::new(QueryErrorCode::InvalidAction, message)
}

fn input<I: Input<Operation = Operation>>(request: &Request<Operation>) -> Result<I, query::Refusal> {
    request.input()
}

fn answered<T: serde::Serialize>(
    outcome: Result<T, Refusal>,
    request: &Request<Operation>,
    request_id: &str,
) -> Result<String, query::Refusal> {
    match outcome {
        Ok(output) => Ok(query::success_body(request.operation(), &output, request_id)),
        Err(refusal) => {
            if let Refusal::Internal(cause) | Refusal::KeysUnreadable(cause) = &refusal {
                tracing::error!(error = &**cause as &dyn std::error::Error, "STS call failed");
            }
            Err(refusal.answer())
        }
    }
}

/// Returns the account of the role that a call is about.
fn role_owner(request: &Request<Operation>) -> Option<AccountId> {
    Arn::parse(request.parameters().get("RoleArn")?.as_str()?).ok()?.account.parse().ok()
}
