//! Cairn's own pages that are signed for: which there are, and the one way that each is served.
//!
//! ```text
//! body read within the page's limit ─► signature ─► the page's own answer ─► recorded as the page's event ─► client
//! ```
//!
//! A page is signed for service `cloudtrail`, answers JSON, a JSON line each or what else it says, and is an event of
//! CloudTrail's with what was asked in `additionalEventData`, as far as the page remarks on it. What it is called
//! there, and how long a body it takes, is its [`Page`].

use std::sync::Arc;

use bytes::Bytes;
use cairn_access::Principal;
use cairn_catalog::Snapshot;
use cairn_wire::ErrorCode;
use cairn_wire::recognise::Protocol;
use futures_util::{Stream, StreamExt as _, stream};
use http::{HeaderValue, Response, header};
use http_body::Frame;
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::Incoming;
use jiff::Timestamp;
use serde_json::{Map, Value};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::answer::{Answered, json, json_refusal};
use crate::authenticate::Authentication;
use crate::authorize;
use crate::incoming::{self, StreamError};
use crate::refuse;
use crate::request_facts;
use crate::serve::{Arrival, Front, Who};
use crate::telemetry;
use crate::{
    delivery_page, history_pages, insights_pages, keys, organization_view, selectors_page, sources, tail,
    transparency, validation_page,
};

/// What a page is to the record, and what it takes.
#[derive(Debug)]
pub(crate) struct Page {
    /// The event's name.
    pub(crate) event: &'static str,
    /// The longest body, bytes; 0 where it takes none.
    pub(crate) body_bytes_max: usize,
}

/// A call of a page whose signature holds.
#[derive(Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) arrival: &'a Arrival,
    pub(crate) who: Who,
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) body: Bytes,
    /// When it came.
    pub(crate) at: Timestamp,
    /// When the caller's session ends; none where it does not.
    pub(crate) expires: Option<Timestamp>,
    /// What the record says beside.
    pub(crate) remarks: Map<String, Value>,
    /// Whether records of other calls tell of this one, so that it has none of its own if it succeeds.
    pub(crate) told_elsewhere: bool,
}

/// What a page answers.
#[derive(Debug)]
pub(crate) enum Reply {
    Json(Vec<u8>),
    /// Something else, or something that goes on.
    Other(Answered),
}

/// Why a page is not answered.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// A code and words for the client.
    Told(ErrorCode, String),
    /// The journal takes nothing now, and so not this call either.
    Unrecorded,
}

impl Page {
    /// Describes a page that takes no body.
    pub(crate) const fn bodiless(event: &'static str) -> Self {
        Self { event, body_bytes_max: 0 }
    }
}

impl Asked<'_> {
    /// Tells who called, and when.
    pub(crate) fn caller(&self) -> (Principal, Timestamp) {
        (self.who.caller.principal().clone(), self.at)
    }

    /// Says something in the event's `additionalEventData`.
    pub(crate) fn remark(&mut self, name: &str, value: Value) {
        self.remarks.insert(name.to_owned(), value);
    }
}

impl From<Vec<u8>> for Reply {
    fn from(body: Vec<u8>) -> Self {
        Self::Json(body)
    }
}

impl From<Answered> for Reply {
    fn from(answered: Answered) -> Self {
        Self::Other(answered)
    }
}

impl Refused {
    /// Refuses a request that makes no sense.
    pub(crate) fn misunderstood(message: impl Into<String>) -> Self {
        Self::Told(ErrorCode::ValidationException, message.into())
    }

    /// Refuses because of what the client need not know; whoever calls this has logged it.
    pub(crate) fn internal() -> Self {
        Self::Told(ErrorCode::InternalFailure, "An internal error occurred.".to_owned())
    }
}

impl From<cairn_control::Refusal> for Refused {
    fn from(refusal: cairn_control::Refusal) -> Self {
        if let cairn_control::Refusal::Internal(cause) = &refusal {
            tracing::error!(
                error = &**cause as &dyn std::error::Error,
                "a page of Cairn's could not be answered"
            );
        }
        Self::Told(refusal.code(), refusal.to_string())
    }
}

impl From<(ErrorCode, String)> for Refused {
    fn from((code, message): (ErrorCode, String)) -> Self {
        Self::Told(code, message)
    }
}

impl Front {
    /// Answers whatever lies under `/_cairn/`.
    pub(crate) async fn serve_own(self: &Arc<Self>, arrival: &Arrival, body: Incoming) -> Answered {
        match (arrival.head.method.as_str(), arrival.head.path.as_str()) {
            ("GET", tail::PAGE) => self.tail(arrival, body).await,
            ("GET", insights_pages::EXPLANATION) => self.explain_insight(arrival, body).await,
            ("POST", insights_pages::BACKTEST) => self.backtest_insights(arrival, body).await,
            ("POST", history_pages::SEARCH) => self.search_history(arrival, body).await,
            ("POST", history_pages::SUMMARY) => self.summarise_history(arrival, body).await,
            ("POST", history_pages::EXPORT) => self.export_history(arrival, body).await,
            ("POST", organization_view::PAGE) => self.look_organization_up(arrival, body).await,
            ("GET", delivery_page::HEALTH) => self.tell_delivery(arrival, body).await,
            ("POST", validation_page::VALIDATION) => self.validate_files(arrival, body).await,
            ("POST", selectors_page::PREVIEW) => self.preview_selectors(arrival, body).await,
            ("POST", keys::ROTATION) => self.rotate_signing_key(arrival, body).await,
            ("GET", transparency::LOGS) => self.list_logs(arrival, body).await,
            ("GET" | "POST", transparency::PROOF) => self.prove_event(arrival, body).await,
            ("POST", sources::IMPORT_PAGE) => self.import(arrival, body).await,
            ("POST", sources::BEGIN_IMPORT_PAGE) => self.begin_import(arrival, body).await,
            ("POST", sources::END_IMPORT_PAGE) => self.end_import(arrival, body).await,
            ("POST", sources::WEBHOOK_PAGE) => self.take_webhook(arrival, body).await,
            _ => self.probes.answer(self, arrival),
        }
    }

    /// Serves one page: reads its body, proves who calls, answers, and lets the answer go once its event is durable.
    pub(crate) async fn page<R: Into<Reply>>(
        &self,
        page: &Page,
        (arrival, body): (&Arrival, Incoming),
        answer: impl AsyncFnOnce(&mut Asked<'_>) -> Result<R, Refused>,
    ) -> Answered {
        let body = match incoming::read_whole(arrival, body, page.body_bytes_max).await {
            Ok(body) => body,
            Err(error) => return refuse::body(arrival, Protocol::Json, error).into(),
        };
        if let Some(reason) = self.intake.refusal() {
            telemetry::refused("journal");
            tracing::debug!(error = &reason as &dyn std::error::Error, "page refused before it was served");
            return refuse::unrecorded(arrival, Protocol::Json).into();
        }
        let (snapshot, at) = (self.catalog.current(), self.clock.now());
        let found = self.authenticator.authenticate(&arrival.head, Some(&body), &snapshot, at);
        let (who, expires) = (self.who(&found), expiry(&found));
        if let Some(refusal) = found.refusal() {
            let answered = refuse::signature(arrival, Protocol::Json, &refusal).into();
            return self.record_page(arrival, page.event, (who, Map::new()), answered).await;
        }
        let mut asked =
            Asked { arrival, who, snapshot, body, at, expires, remarks: Map::new(), told_elsewhere: false };
        let answered = match answer(&mut asked).await.map(Into::into) {
            Ok(Reply::Json(body)) if asked.told_elsewhere => return json(&arrival.ids, body).into(),
            Ok(Reply::Json(body)) => json(&arrival.ids, body).into(),
            Ok(Reply::Other(answered)) => answered,
            Err(Refused::Told(code, message)) => json_refusal(&arrival.ids, code, &message).into(),
            Err(Refused::Unrecorded) => return refuse::unrecorded(arrival, Protocol::Json).into(),
        };
        self.record_page(arrival, page.event, (asked.who, asked.remarks), answered).await
    }

    /// Refuses whoever lacks one of these permissions on `*`.
    pub(crate) fn permit(&self, asked: &Asked<'_>, permissions: &[&str]) -> Result<(), Refused> {
        self.permit_page(asked.arrival, &asked.who, &asked.snapshot, permissions)
    }

    /// Does so for a caller that is known some other way.
    pub(crate) fn permit_page(
        &self,
        arrival: &Arrival,
        who: &Who,
        snapshot: &Snapshot,
        permissions: &[&str],
    ) -> Result<(), Refused> {
        for permission in permissions {
            let context = request_facts::of_request(arrival, who, snapshot, self.clock.now());
            let asked = (*permission, "*", who.account);
            let decision =
                authorize::decide(&who.caller, snapshot, None, asked, context).map_err(|error| {
                    let error = &error as &dyn std::error::Error;
                    tracing::error!(error, "a stored policy can't be read");
                    Refused::internal()
                })?;
            if let Some(message) = decision.message() {
                return Err(Refused::Told(ErrorCode::AccessDeniedException, message));
            }
        }
        Ok(())
    }

    /// Answers what comes, until there is no more. An error breaks the answer off, so that the client can tell that it
    /// is not whole; so does the server's stop.
    pub(crate) fn stream_whole(
        &self,
        content_type: &'static str,
        pieces: mpsc::Receiver<Result<Bytes, StreamError>>,
    ) -> Answered {
        streaming(content_type, whole(pieces, self.stop.clone()).map(|piece| piece.map(Frame::data)))
    }

    /// Answers what comes, until there is no more or the server stops. An error breaks the answer off, so that the
    /// client can tell that it is not whole.
    pub(crate) fn stream(
        &self,
        content_type: &'static str,
        pieces: mpsc::Receiver<Result<Bytes, StreamError>>,
    ) -> Answered {
        let pieces = stream::unfold(pieces, |mut pieces| async { Some((pieces.recv().await?, pieces)) });
        let stop = self.stop.clone();
        let end = async move { stop.cancelled().await };
        let pieces = pieces.map(|piece| piece.map(Frame::data)).take_until(Box::pin(end));
        streaming(content_type, pieces)
    }
}

/// Yields what comes; an error at the end where the stop comes first.
fn whole(
    pieces: mpsc::Receiver<Result<Bytes, StreamError>>,
    stop: CancellationToken,
) -> impl Stream<Item = Result<Bytes, StreamError>> + Send {
    stream::unfold(Some((pieces, stop)), async |state| {
        let (mut pieces, stop) = state?;
        tokio::select! {
            biased;
            () = stop.cancelled() => Some((Err(StreamError::from("the server stops")), None)),
            piece = pieces.recv() => Some((piece?, Some((pieces, stop)))),
        }
    })
}

/// JSON, a line each.
pub(crate) const LINES: &str = "application/x-ndjson";

/// Makes an answer of pieces that come by and by.
pub(crate) fn streaming(
    content_type: &'static str,
    pieces: impl Stream<Item = Result<Frame<Bytes>, StreamError>> + Send + 'static,
) -> Answered {
    let mut response = Response::new(StreamBody::new(Box::pin(pieces)).boxed_unsync());
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    Answered::Streams(response)
}

fn expiry(found: &Authentication) -> Option<Timestamp> {
    match found {
        Authentication::Proven { expires, .. } => *expires,
        Authentication::Unsigned | Authentication::Refused { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_must_be_whole_breaks_off_where_the_server_stops() {
        let (sending, pieces) = mpsc::channel(2);
        let stop = CancellationToken::new();
        let mut told = Box::pin(whole(pieces, stop.clone()));
        sending.send(Ok(Bytes::from_static(b"one"))).await.unwrap();
        assert_eq!(told.next().await.unwrap().unwrap(), "one");
        stop.cancel();
        assert!(told.next().await.unwrap().is_err());
        assert!(told.next().await.is_none() && sending.is_closed());

        let (sending, pieces) = mpsc::channel(2);
        let mut told = Box::pin(whole(pieces, CancellationToken::new()));
        sending.send(Ok(Bytes::from_static(b"all"))).await.unwrap();
        drop(sending);
        assert_eq!(told.next().await.unwrap().unwrap(), "all");
        assert!(told.next().await.is_none());
    }
}
