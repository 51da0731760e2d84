//! STS over the query protocol.

use bytes::Bytes;
use cairn_access::{Caller, Principal};
use cairn_event::{AccountId, Arn};
use cairn_signin::{Attempt, Code, TooEarly, take_code};
use cairn_sts::{Asker, Refusal, ShownFactor};
use cairn_wire::query::{self, Input, Operation as _, Parameters, QueryErrorCode, Request};
use cairn_wire::sts::{
    AssumeRoleRequest, AssumeRoleWithWebIdentityRequest, GetSessionTokenRequest, Operation,
};
use http::Response;
use jiff::Timestamp;

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
            Ok(request) => self.call_sts(arrival, who, request).await,
        };
        let role_owner = match (&read, &outcome) {
            (Ok(request), Ok(_)) => role_owner(request),
            _ => None,
        };
        let response = outcome.map_or_else(|refusal| refused(&refusal), |body| answer::xml(ids, body));
        Answer { response, who: seen, role_owner }
    }

    async fn call_sts(
        &self,
        arrival: &Arrival,
        who: &Who,
        request: &Request<Operation>,
    ) -> Result<String, query::Refusal> {
        let snapshot = self.catalog.current();
        let context = request_facts::of_request(arrival, who, &snapshot, self.clock.now());
        let asker = Asker { caller: &who.caller, account: who.account, context, mfa: None };
        let (sts, id) = (&self.sts, &arrival.ids.request);
        match request.operation() {
            Operation::AssumeRole => {
                let asked: AssumeRoleRequest = input(request)?;
                let proven = self.prove_factor(&asker, ShownFactor::of_assume_role(&asked)).await;
                let outcome = proven.and_then(|mfa| sts.assume_role(&Asker { mfa, ..asker }, &asked));
                answered(outcome, request, id)
            }
            Operation::GetAccessKeyInfo => {
                answered(sts.get_access_key_info(&asker, &input(request)?), request, id)
            }
            Operation::GetCallerIdentity => answered(sts.get_caller_identity(&asker), request, id),
            Operation::GetFederationToken => {
                answered(sts.get_federation_token(&asker, &input(request)?), request, id)
            }
            Operation::GetSessionToken => {
                let asked: GetSessionTokenRequest = input(request)?;
                // Whoever has temporary credentials is refused and keeps the code.
                let proven = match asker.caller.session() {
                    Some(_) => Ok(None),
                    None => self.prove_factor(&asker, ShownFactor::of_get_session_token(&asked)).await,
                };
                let outcome = proven.and_then(|mfa| sts.get_session_token(&Asker { mfa, ..asker }, &asked));
                answered(outcome, request, id)
            }
            Operation::AssumeRoleWithWebIdentity => Err(unavailable(WEB_IDENTITY)),
        }
    }

    /// Proves the second factor that a call shows, if it shows one, and takes the code. Wrong codes are slowed down.
    async fn prove_factor(
        &self,
        asker: &Asker<'_>,
        shown: ShownFactor<'_>,
    ) -> Result<Option<Timestamp>, Refusal> {
        let snapshot = self.catalog.current();
        let Some((device, code)) = shown.device(asker, &snapshot)? else { return Ok(None) };
        let attempt = Attempt::of_code(&asker.caller.principal().id().unwrap_or_default());
        let (guesses, now) = (&self.console.sign_in.guesses, self.clock.now());
        let begun = guesses.begin(&attempt, now);
        begun.map_err(|TooEarly { seconds }| Refusal::SecondFactorEarly(seconds))?;
        let code = Code::parse(code).ok_or(Refusal::SecondFactor)?;
        let taken = take_code(&*self.catalog, &self.authenticator.master, device, code, now).await;
        match taken {
            Ok(true) => {
                guesses.right(&attempt, now);
                Ok(Some(now))
            }
            Ok(false) => Err(Refusal::SecondFactor),
            Err(error) => {
                guesses.undecided(&attempt, now);
                Err(Refusal::Internal(Box::new(error)))
            }
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
