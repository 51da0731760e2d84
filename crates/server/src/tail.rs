//! `/_cairn/tail`: the caller's own events as they are recorded, one JSON record a line.
//!
//! The request is signed for service `cloudtrail` and needs the permission `cloudtrail:LookupEvents`. It is
//! recorded once, when it begins, as `LookupEvents` is not: its name is `TailEvents`. What can be asked
//! for is [`Ask`].

mod ask;
mod following;

use cairn_wire::ErrorCode;
use cairn_wire::recognise::Protocol;
use futures_util::stream;
use http::{Response, header};
use http_body_util::{BodyExt as _, StreamBody};

use self::ask::Ask;
use self::following::Following;
use crate::answer::{Answered, json_refusal};
use crate::authorize;
use crate::refuse;
use crate::request_facts;
use crate::serve::{Arrival, Front};

impl Front {
    /// Streams events of the caller's account and Region until the client hangs up or the server stops.
    pub(crate) async fn tail(&self, arrival: &Arrival) -> Answered {
        let snapshot = self.catalog.current();
        let found = self.authenticator.authenticate(&arrival.head, Some(b""), &snapshot, self.clock.now());
        let who = self.who(&found);
        let asked = ("cloudtrail:LookupEvents", "*", who.account);
        let context = request_facts::of_request(arrival, &who, &snapshot, self.clock.now());
        let decision = authorize::decide(&who.caller, &snapshot, None, asked, context);
        let ask = Ask::parse(&arrival.head.query);
        let answered = match (found.refusal(), decision.map(|decision| decision.message()), ask) {
            (Some(refusal), ..) => refuse::signature(arrival, Protocol::Json, &refusal).into(),
            (None, Ok(None), Ok(ask)) => {
                self.follow(Following::new(self.source.clone(), ask, who.account, who.region.clone()))
            }
            (None, Ok(Some(message)), _) => {
                json_refusal(&arrival.ids, ErrorCode::AccessDeniedException, &message).into()
            }
            (None, Ok(None), Err(refusal)) => {
                json_refusal(&arrival.ids, ErrorCode::ValidationException, &refusal.to_string()).into()
            }
            (None, Err(_), _) => {
                json_refusal(&arrival.ids, ErrorCode::InternalFailure, "An internal error occurred.").into()
            }
        };
        self.record_page(arrival, "TailEvents", who, answered).await
    }

    fn follow(&self, following: Following) -> Answered {
        let stop = self.stop.clone();
        let pieces = stream::unfold(Some(following), move |state| {
            let stop = stop.clone();
            async move {
                let following = state?;
                tokio::select! {
                    () = stop.cancelled() => None,
                    piece = following.piece() => piece,
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
