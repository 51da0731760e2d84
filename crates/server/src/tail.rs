//! `/_cairn/tail`: the caller's own events as they are recorded, one JSON record a line.
//!
//! The request is signed for service `cloudtrail` and needs the permission `cloudtrail:LookupEvents`. It is
//! recorded once, when it begins, as `LookupEvents` is not: its name is `TailEvents`.

use bytes::{Bytes, BytesMut};
use cairn_access::Context;
use cairn_capture::ServiceCall;
use cairn_event::{AccountId, Entry, Region};
use cairn_projection::Source;
use cairn_wire::ErrorCode;
use cairn_wire::recognise::Protocol;
use futures_util::stream;
use http::{Response, header};
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::Frame;

use crate::answer::{Answered, json_refusal};
use crate::authorize;
use crate::incoming::StreamError;
use crate::refuse;
use crate::serve::{Arrival, Front, Served};

/// The most journal bytes read for one piece of the answer.
const READ_BYTES_MAX: usize = 1 << 20;

struct Following {
    source: Source,
    next: u64,
    account: AccountId,
    region: Region,
}

impl Front {
    /// Streams events of the caller's account and Region until the client hangs up or the server stops.
    pub(crate) async fn tail(&self, arrival: &Arrival) -> Answered {
        let call = ServiceCall::Other {
            event_source: "cloudtrail.amazonaws.com".to_owned(),
            event_name: "TailEvents".to_owned(),
            protocol: Protocol::Json,
        };
        let snapshot = self.catalog.current();
        let found = self.authenticator.authenticate(&arrival.head, Some(b""), &snapshot, self.clock.now());
        let who = self.who(&found);
        let asked = ("cloudtrail:LookupEvents", "*", who.account);
        let decision = authorize::decide(&who.caller, &snapshot, None, asked, Context::default());
        let following = Following {
            source: self.source.clone(),
            next: self.source.tail(),
            account: who.account,
            region: who.region.clone(),
        };
        let answered = match (found.refusal(), decision.map(|decision| decision.message())) {
            (Some(refusal), _) => refuse::signature(arrival, Protocol::Json, &refusal).into(),
            (None, Ok(None)) => self.follow(following),
            (None, Ok(Some(message))) => {
                json_refusal(&arrival.ids, ErrorCode::AccessDeniedException, &message).into()
            }
            (None, Err(_)) => {
                json_refusal(&arrival.ids, ErrorCode::InternalFailure, "An internal error occurred.").into()
            }
        };
        let served =
            Served { answered, who, received: None, received_bytes: 0, resource_owner: None, under: None };
        let draft = self.recorder.draft(arrival, &call, &served);
        match self.recorder.submit(draft).await {
            Ok(()) => served.answered,
            Err(_unrecorded) => refuse::unrecorded(arrival, Protocol::Json).into(),
        }
    }

    fn follow(&self, following: Following) -> Answered {
        let stop = self.stop.clone();
        let pieces = stream::unfold(Some(following), move |state| {
            let stop = stop.clone();
            async move {
                let following = state?;
                tokio::select! {
                    () = stop.cancelled() => None,
                    piece = following.piece() => Some(piece),
                }
            }
        });
        let body = StreamBody::new(Box::pin(pieces)).boxed_unsync();
        let mut response = Response::new(body);
        let kind = http::HeaderValue::from_static("application/x-ndjson");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        Answered::Streams(response)
    }
}

impl Following {
    /// Waits for events and returns them as lines; an error ends the stream.
    async fn piece(mut self) -> (Result<Frame<Bytes>, StreamError>, Option<Self>) {
        loop {
            self.source.reach(self.next).await;
            let batch = match self.source.read(self.next, READ_BYTES_MAX).await {
                Ok(Some(batch)) => batch,
                Ok(None) => continue,
                Err(error) => return (Err(Box::new(error)), None),
            };
            let mut lines = BytesMut::new();
            for record in batch.iter() {
                self.next = record.position + 1;
                self.write(&record.entry, &mut lines);
            }
            if !lines.is_empty() {
                return (Ok(Frame::data(lines.freeze())), Some(self));
            }
        }
    }

    fn write(&self, entry: &Entry, lines: &mut BytesMut) {
        if entry.account == self.account && entry.region == self.region {
            lines.extend_from_slice(&entry.event);
            lines.extend_from_slice(b"\n");
        }
    }
}
