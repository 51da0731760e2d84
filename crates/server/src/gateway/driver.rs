//! The way of a forwarded call.

use std::sync::Arc;

use bytes::Bytes;
use cairn_capture::{Keep, PARAMETERS_BODY_BYTES_MAX, ServiceCall};
use cairn_gateway::{Answer, Departure, Outbound, Peer, RequestBody, Tap, asks_for_websocket};
use http::header::CONTENT_LENGTH;
use http::request::Parts;
use http::{Response, StatusCode};
use http_body::Body as _;
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use tokio::time::Instant;

use super::flight::{Flight, Received};
use super::identity::Callers;
use super::relay::{Relay, Unrecorded};
use super::route::Route;
use super::waiting::Waiting;
use super::{intent, outcome, tunnel};
use crate::answer::{AnswerBody, Answered};
use crate::console;
use crate::early_answer::Leave;
use crate::incoming::{self, Beginning, ReadBodyError};
use crate::recognition::{Recognition, reads_form};
use crate::refuse;
use crate::serve::{Arrival, Front, is_own};

/// The largest request body that is read before the call is forwarded, so that its intent tells its parameters.
const READ_AHEAD_BYTES_MAX: usize = 256 << 10;

/// How much of a longer form is read before the call is forwarded: its action is among the first parameters.
const FORM_BEGINNING_BYTES_MAX: usize = 16 << 10;

/// The largest answer that is read before it is sent on; a longer one streams.
const WHOLE_ANSWER_BYTES_MAX: u64 = 64 << 10;

/// The same where the answer does not keep to what it announced.
const WHOLE_ANSWER_LIMIT: usize = 64 << 10;

/// A request's body as far as it is here.
#[derive(Debug)]
pub(crate) enum Sent {
    Whole(Bytes),
    Streams(Incoming),
}

/// A request's body as far as it was read ahead.
enum ReadAhead {
    Whole(Bytes),
    Beginning(Beginning, Incoming),
}

impl ReadAhead {
    /// Returns the parameters of a form that were read to their end.
    fn parameters(&self) -> &[u8] {
        match self {
            Self::Whole(bytes) => bytes,
            Self::Beginning(begun, _) => whole_parameters(begun),
        }
    }

    /// Makes the body that the upstream gets, and what knows of it here.
    fn split(self, tap: Tap) -> (Received, RequestBody) {
        match self {
            Self::Whole(bytes) => (Received::Whole(bytes.clone()), RequestBody::whole(bytes)),
            Self::Beginning(begun, rest) => {
                let tap = Arc::new(tap);
                (Received::Passing(Arc::clone(&tap)), RequestBody::streams(begun.bytes, rest, tap))
            }
        }
    }
}

/// Where a call goes, and what is known of it.
pub(crate) type Way = (Arc<Route>, Recognition);

impl Front {
    /// Says whether a call goes to an upstream. A form that nobody signed is read for that: what it asks of whom
    /// stands in it.
    ///
    /// # Errors
    /// The form can't be read; the answer says so.
    pub(crate) async fn bound(
        &self,
        arrival: &Arrival,
        body: Incoming,
    ) -> Result<(Option<Way>, Sent), Answered> {
        let head = &arrival.head;
        // Whoever sends CONNECT wants a way to any host, which is not what an upstream is.
        let own = is_own(&head.path) || console::leads_here(head);
        if self.gateway.is_empty() || own || head.method == "CONNECT" {
            return Ok((None, Sent::Streams(body)));
        }
        let mut recognition = self.recogniser.recognise(head, b"");
        let body = if reads_form(head) {
            let form = incoming::read_whole(arrival, body, READ_AHEAD_BYTES_MAX).await;
            let form = form.map_err(|error| refuse::body(arrival, recognition.call.protocol, error))?;
            recognition = self.recogniser.recognise(head, &form);
            Sent::Whole(form)
        } else {
            Sent::Streams(body)
        };
        let route = self.gateway.route(head, &recognition, &self.authenticator, &self.catalog.current());
        if route.is_some() && head.session.is_some() {
            return Err(Self::refuse_upstream());
        }
        Ok((route.map(|route| (route, recognition)), body))
    }

    /// Forwards a call, and answers as the upstream does once the call is recorded.
    ///
    /// This runs in the task of the client's connection: nothing is handed over. Where the client goes away, what
    /// is left to do goes on in a task of its own.
    pub(crate) async fn forward(
        self: Arc<Self>,
        way: Way,
        arrival: Arrival,
        (parts, body): (Parts, Sent),
    ) -> Response<AnswerBody> {
        let leave = Leave::of(&arrival.head, parts.version);
        let answer = self.carry(way, arrival, (parts, body)).await;
        leave.settle(answer)
    }

    async fn carry(
        self: Arc<Self>,
        (route, mut recognition): Way,
        arrival: Arrival,
        (parts, body): (Parts, Sent),
    ) -> Response<AnswerBody> {
        let started = Instant::now();
        let mut call = self.recogniser.forwarded(&arrival.head, &recognition);
        let body = match read_ahead(&arrival, &call, body).await {
            Ok(body) => body,
            Err(error) => {
                let refusal: Answered = refuse::body(&arrival, recognition.call.protocol, error).into();
                return refusal.into_response();
            }
        };
        let form = Some(body.parameters()).filter(|form| !form.is_empty() && arrival.head.is_form());
        if let Some(form) = form {
            recognition = self.recogniser.recognise(&arrival.head, form);
            call = self.recogniser.forwarded(&arrival.head, &recognition);
        }
        let protocol = recognition.call.protocol;
        let sender = self.gateway.callers.sender(&self, &route, &arrival, &call, form);
        let (received, body) = body.split(tap(&call, arrival.head.is_form()));
        let arrival = Arc::new(arrival);
        let client = Peer { address: arrival.peer.ip(), encrypted: arrival.tls.is_some() };
        let departure = Departure::default();
        let outbound = Outbound { head: parts, body, client, departure: departure.clone() };
        let flight = Flight {
            front: self,
            route,
            arrival,
            call,
            protocol,
            sender,
            received,
            form_is_read: false,
            begun: None,
            started,
        };
        // It goes through many hands until it has landed.
        let mut flight = Box::new(flight);
        flight.read_form();
        if let Err(_refused) = intent::begin(&mut flight).await {
            let refusal: Answered = refuse::unrecorded(&flight.arrival, protocol).into();
            return refusal.into_response();
        }
        if asks_for_websocket(&outbound.head.headers) {
            return Box::pin(tunnel::carry(outbound, flight)).await;
        }
        let sending = Box::pin(Arc::clone(&flight.route.upstream).send(outbound));
        match Waiting::new(sending, departure, flight).answered().await {
            Some((Ok(answer), flight)) => relay(answer, flight).await,
            Some((Err(error), flight)) => outcome::unanswered(flight, error).await.into_response(),
            None => nothing(),
        }
    }
}

/// Answers nothing: nobody waits for it.
pub(super) fn nothing() -> Response<AnswerBody> {
    Answered::from(Response::new(Bytes::new())).into_response()
}

/// Sends an answer on: a small one as a whole once its event is durable, a long one as it comes but for its end.
pub(super) async fn relay(answer: Answer, mut flight: Box<Flight>) -> Response<AnswerBody> {
    flight.route.answers();
    // Which answer is kept depends on what the call is, which a form may have told meanwhile.
    flight.read_form();
    let (Answer { head, body }, protocol) = (answer, flight.protocol);
    // Over HTTP/2 an answer without a body has the length that one with a body would have.
    let bodiless = body.is_end_stream()
        || flight.arrival.head.method == "HEAD"
        || matches!(head.status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    let small = bodiless || body.size_hint().exact().is_some_and(|length| length <= WHOLE_ANSWER_BYTES_MAX);
    let arrival = small.then(|| Arc::clone(&flight.arrival));
    let relay = Relay::new(body, flight, head.status.as_u16(), head.headers.clone());
    let Some(arrival) = arrival else {
        return Response::from_parts(head, relay.boxed_unsync());
    };
    match Limited::new(relay, WHOLE_ANSWER_LIMIT).collect().await {
        Ok(whole) => Response::from_parts(head, whole.map_err(|never| match never {}).boxed_unsync()),
        Err(error) if error.is::<Unrecorded>() => {
            Answered::from(refuse::unrecorded(&arrival, protocol)).into_response()
        }
        Err(_broken) => {
            let message = "The upstream broke its answer off.";
            let mut refusal = refuse::upstream(&arrival, protocol, message);
            *refusal.status_mut() = StatusCode::BAD_GATEWAY;
            Answered::from(refusal).into_response()
        }
    }
}

/// Reads a body before the call is forwarded where it is small and tells what the call asks for, and the beginning
/// of a long form, which tells what it is. One that the client asks leave for is left to the upstream, which may
/// refuse it unread.
async fn read_ahead(arrival: &Arrival, call: &ServiceCall, body: Sent) -> Result<ReadAhead, ReadBodyError> {
    let mut incoming = match body {
        Sent::Streams(incoming) => incoming,
        Sent::Whole(bytes) => return Ok(ReadAhead::Whole(bytes)),
    };
    if incoming.is_end_stream() {
        return Ok(ReadAhead::Whole(Bytes::new()));
    }
    let head = &arrival.head;
    let announced = head.header(CONTENT_LENGTH.as_str()).and_then(|length| length.parse::<usize>().ok());
    let small = announced.is_some_and(|length| length <= READ_AHEAD_BYTES_MAX);
    let wanted = !matches!(call, ServiceCall::S3(_)) || Callers::body_policy(call).request != Keep::Nothing;
    let beginning = match wanted && head.header("expect").is_none() {
        true if small => {
            return incoming::read_whole(arrival, incoming, READ_AHEAD_BYTES_MAX).await.map(ReadAhead::Whole);
        }
        true if head.is_form() => incoming::read_beginning(&mut incoming, FORM_BEGINNING_BYTES_MAX).await?,
        _ => Beginning::default(),
    };
    Ok(ReadAhead::Beginning(beginning, incoming))
}

/// Returns the parameters of a form's beginning that are there to their end.
fn whole_parameters(begun: &Beginning) -> &[u8] {
    let cut = if begun.is_all { None } else { begun.bytes.iter().rposition(|byte| *byte == b'&') };
    begun.bytes.get(..cut.unwrap_or(begun.bytes.len())).unwrap_or(&begun.bytes)
}

/// Makes what looks at a request's body. A form may turn out to be a call whose parameters are recorded.
fn tap(call: &ServiceCall, is_form: bool) -> Tap {
    match Callers::body_policy(call).request {
        Keep::Always { bytes_max } => Tap::keeping(bytes_max),
        Keep::Nothing | Keep::OnError { .. } if is_form => Tap::keeping(PARAMETERS_BODY_BYTES_MAX),
        Keep::Nothing | Keep::OnError { .. } => Tap::counting(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_that_may_be_cut_is_not_read_and_the_last_of_a_whole_form_is() {
        let parameters = |form: &'static str, is_all| {
            let begun = Beginning { bytes: Bytes::from_static(form.as_bytes()), is_all };
            String::from_utf8(whole_parameters(&begun).to_vec()).unwrap()
        };
        let form = "Version=2010-05-08&UserName=x&Action=DeleteUser";
        assert_eq!(parameters(form, true), form);
        assert_eq!(parameters(form, false), "Version=2010-05-08&UserName=x");
        assert_eq!(parameters("Action=ListUsers", true), "Action=ListUsers");
    }
}
