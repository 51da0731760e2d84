//! IAM over the query protocol.

use bytes::Bytes;
use cairn_access::{Denial, Outcome, PolicyKind, Principal};
use cairn_iam::{Asked, BegunReport, Called, Caller, Refusal};
use cairn_signin::{Attempt, TooEarly};
use cairn_wire::iam::Operation;
use cairn_wire::query::{self, Operation as _, Parameters, QueryErrorCode, Request};
use cairn_wire::recognise::Call;
use http::Response;

use crate::answer;
use crate::authorize;
use crate::request_facts;
use crate::serve::{Arrival, Front, Who};

impl Front {
    /// Serves one call of a proven caller.
    pub(crate) async fn serve_iam(
        &self,
        arrival: &Arrival,
        operation: Operation,
        who: &Who,
        body: &[u8],
    ) -> Response<Bytes> {
        match self.call_iam(arrival, operation, who, body).await {
            Ok(body) => answer::xml(&arrival.ids, body),
            Err(refusal) => answer::query_error(&arrival.ids, Operation::NAMESPACE, &refusal),
        }
    }

    async fn call_iam(
        &self,
        arrival: &Arrival,
        operation: Operation,
        who: &Who,
        body: &[u8],
    ) -> Result<String, query::Refusal> {
        let form = if arrival.head.is_form() { body } else { b"" };
        let parameters = Parameters::parse(&arrival.head.query, form)
            .map_err(|error| query::Refusal::new(QueryErrorCode::MalformedQueryString, error.to_string()))?;
        let request = Request::decode(operation, &parameters)?;
        let caller = Caller { account: who.account, principal: who.caller.principal().clone() };
        self.allow_iam(arrival, who, &caller, &request)?;
        let guess = self.begin_guess(arrival, operation, &caller)?;
        let called = self.iam.call(&caller, &request).await;
        if let Some(guess) = guess {
            self.end_guess(&guess, &called);
        }
        let called = called.map_err(|refusal| refused(&refusal))?;
        if let Some(report) = called.report {
            self.write_report(report);
        }
        if let Some(revision) = called.signs_in_anew {
            self.keep_session_of(arrival, revision).await;
        }
        Ok(query::success_body(operation, &called.answer, &arrival.ids.request))
    }

    /// Slows down whoever tries passwords as the old one of a user whose keys or open session he found: tried there,
    /// they count as tried at the sign-in.
    fn begin_guess(
        &self,
        arrival: &Arrival,
        operation: Operation,
        caller: &Caller,
    ) -> Result<Option<Attempt>, query::Refusal> {
        let (Operation::ChangePassword, Principal::User { account, name, .. }) =
            (operation, &caller.principal)
        else {
            return Ok(None);
        };
        let attempt = Attempt::new(&account.to_string(), Some(name), self.visitor(arrival));
        match self.console.sign_in.guesses.begin(&attempt, self.clock.now()) {
            Ok(()) => Ok(Some(attempt)),
            Err(TooEarly { seconds }) => Err(query::Refusal::new(
                QueryErrorCode::Throttling,
                format!(
                    "There were too many attempts with a wrong password. Try again in {seconds} seconds."
                ),
            )),
        }
    }

    /// Has a credential report written behind the answer. A server that stops leaves it: it is asked for again.
    fn write_report(&self, report: BegunReport) {
        let (iam, stop) = (self.iam.clone(), self.stop.clone());
        self.tasks.spawn(async move {
            if let Some(Err(error)) = stop.run_until_cancelled(iam.write_report(report)).await {
                tracing::error!(error = &error as &dyn std::error::Error, "credential report not written");
            }
        });
    }

    fn end_guess(&self, attempt: &Attempt, called: &Result<Called, Refusal>) {
        let (guesses, now) = (&self.console.sign_in.guesses, self.clock.now());
        match called {
            Ok(_) => guesses.right(attempt, now),
            Err(Refusal::OldPasswordWrong) => {}
            Err(_) => guesses.undecided(attempt, now),
        }
    }

    /// Refuses a call that policies do not allow on everything that it is about.
    fn allow_iam(
        &self,
        arrival: &Arrival,
        who: &Who,
        caller: &Caller,
        request: &Request<Operation>,
    ) -> Result<(), query::Refusal> {
        let snapshot = self.catalog.current();
        let action = format!("iam:{}", request.operation().name());
        let asked = Asked::of(&snapshot, caller, request.operation(), request.parameters());
        let facts = request_facts::of_request(arrival, who, &snapshot, self.clock.now());
        let context =
            asked.conditions.into_iter().fold(facts, |context, (key, value)| context.with(&key, value));
        let by_account = asked.allowed_by_account;
        for resource in &asked.resources {
            let asked = (action.as_str(), resource.as_str(), who.account);
            let decision = authorize::decide(&who.caller, &snapshot, None, asked, context.clone());
            let decision = decision.map_err(|error| {
                tracing::error!(error = &error as &dyn std::error::Error, "a stored policy can't be read");
                query::Refusal::new(QueryErrorCode::InternalFailure, "An internal error occurred.")
            })?;
            let unsaid = Outcome::Denied(Denial::Missing(PolicyKind::Identity));
            if by_account && decision.outcome == unsaid {
                continue;
            }
            if let Some(message) = decision.message() {
                return Err(query::Refusal::new(QueryErrorCode::AccessDenied, message));
            }
        }
        Ok(())
    }
}

/// Refuses a call that names no action, or none that is built in.
pub(crate) fn unknown(arrival: &Arrival, call: &Call) -> Response<Bytes> {
    let refusal = match &call.operation {
        Some(action) => query::Refusal::new(
            QueryErrorCode::InvalidAction,
            format!("Cairn does not serve the IAM action {action}."),
        ),
        None => query::Refusal::new(QueryErrorCode::MissingAction, "The request names no Action."),
    };
    answer::query_error(&arrival.ids, Operation::NAMESPACE, &refusal)
}

fn refused(refusal: &Refusal) -> query::Refusal {
    if let Refusal::Internal(cause) = refusal {
        tracing::error!(error = &**cause as &dyn std::error::Error, "IAM call failed");
    }
    refusal.answer()
}
