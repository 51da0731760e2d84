//! What a client is answered when its upstream does not answer.

use std::error::Error as _;

use bytes::Bytes;
use cairn_gateway::{Kept, SendError};
use http::{Response, StatusCode};

use super::flight::{Flight, Outcome};
use crate::answer::Answered;
use crate::refuse;

/// Records a call that no answer came to, and answers it in the caller's protocol.
pub(super) async fn unanswered(flight: Box<Flight>, error: SendError) -> Answered {
    if let SendError::Abandoned(_) = error {
        tracing::debug!(error = &error as &dyn std::error::Error, "a request broke off");
    } else {
        flight.route.fails(&error);
    }
    let refusal = refusal(&flight, &error);
    let mut outcome = Outcome {
        status: refusal.status().as_u16(),
        headers: refusal.headers().clone(),
        body: Some(Kept::Whole(refusal.body().clone())),
        body_bytes: refusal.body().len() as u64,
        ..Outcome::default()
    }
    .remarking("upstreamFailure", failure(&error));
    if error.may_have_arrived() {
        outcome = outcome.remarking("outcome", "unknown");
    }
    if let SendError::Abandoned(_) = error {
        outcome = outcome.remarking("clientAborted", true);
    }
    let unrecorded = refuse::unrecorded(&flight.arrival, flight.protocol);
    match flight.land(outcome).await {
        Ok(()) => refusal.into(),
        Err(_unrecorded) => unrecorded.into(),
    }
}

fn refusal(flight: &Flight, error: &SendError) -> Response<Bytes> {
    let (status, message) = match error {
        SendError::Crowded => {
            (StatusCode::SERVICE_UNAVAILABLE, "Too many calls wait for the upstream. Try again later.")
        }
        SendError::Connect(_) => {
            (StatusCode::SERVICE_UNAVAILABLE, "The upstream can not be reached. Try again later.")
        }
        SendError::Silent => (StatusCode::GATEWAY_TIMEOUT, "The upstream did not answer in time."),
        SendError::Broken(_) => (StatusCode::BAD_GATEWAY, "The upstream did not answer."),
        SendError::Abandoned(_) => (StatusCode::BAD_REQUEST, "The request was not sent to its end."),
    };
    let mut refusal = refuse::upstream(&flight.arrival, flight.protocol, message);
    *refusal.status_mut() = status;
    refusal
}

/// Names what went wrong, for `additionalEventData.upstreamFailure`.
fn failure(error: &SendError) -> &'static str {
    match error {
        SendError::Crowded => "TooManyCalls",
        SendError::Connect(cause) if cause.kind() == std::io::ErrorKind::TimedOut => "ConnectTimeout",
        SendError::Connect(_) => "ConnectFailed",
        SendError::Silent => "AnswerTimeout",
        SendError::Broken(cause) if cause.is_parse() => "AnswerNotHttp",
        SendError::Broken(cause) if cause.source().is_none() && cause.is_incomplete_message() => {
            "ConnectionClosed"
        }
        SendError::Broken(_) => "ConnectionBroken",
        SendError::Abandoned(_) => "RequestBroken",
    }
}
