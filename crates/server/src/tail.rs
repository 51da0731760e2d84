//! `/_cairn/tail`: the caller's own events as they are recorded, or those of the caller's organization, one JSON
//! record a line.
//!
//! The request is signed for service `cloudtrail` and needs the permission `cloudtrail:LookupEvents`, over an
//! organization `cairn:LookupOrganizationEvents` too. It is recorded once, when it begins, as `LookupEvents` is
//! not: its name is `TailEvents`. What can be asked for is [`Ask`].

mod ask;
mod following;
mod watched;

use cairn_catalog::Snapshot;
use cairn_wire::ErrorCode;
use cairn_wire::recognise::Protocol;
use futures_util::stream;
use http::{Response, header};
use http_body_util::{BodyExt as _, StreamBody};
use serde_json::{Map, Value};

use self::ask::{Ask, Of};
use self::following::Following;
use self::watched::Watched;
use crate::answer::{Answered, json_refusal};
use crate::authorize;
use crate::organization_view::looked_at;
use crate::refuse;
use crate::request_facts;
use crate::serve::{Arrival, Front, Who};

impl Front {
    /// Streams events of the caller's account and Region until the client hangs up or the server stops.
    pub(crate) async fn tail(&self, arrival: &Arrival) -> Answered {
        let snapshot = self.catalog.current();
        let found = self.authenticator.authenticate(&arrival.head, Some(b""), &snapshot, self.clock.now());
        let who = self.who(&found);
        let mut remarks = Map::new();
        let answered = match found.refusal() {
            Some(refusal) => refuse::signature(arrival, Protocol::Json, &refusal).into(),
            None => match self.watch((arrival, &mut remarks), &who, &snapshot) {
                Ok(following) => self.follow(following),
                Err((code, message)) => json_refusal(&arrival.ids, code, &message).into(),
            },
        };
        self.record_page_with(arrival, "TailEvents", who, answered, remarks).await
    }

    /// Decides what is told: what is asked for, if the caller may see it.
    fn watch(
        &self,
        (arrival, remarks): (&Arrival, &mut Map<String, Value>),
        who: &Who,
        snapshot: &Snapshot,
    ) -> Result<Following, (ErrorCode, String)> {
        let asked = ("cloudtrail:LookupEvents", "*", who.account);
        let context = request_facts::of_request(arrival, who, snapshot, self.clock.now());
        match authorize::decide(&who.caller, snapshot, None, asked, context)
            .map(|decision| decision.message())
        {
            Ok(None) => {}
            Ok(Some(message)) => return Err((ErrorCode::AccessDeniedException, message)),
            Err(_unreadable) => {
                return Err((ErrorCode::InternalFailure, "An internal error occurred.".to_owned()));
            }
        }
        let ask = Ask::parse(&arrival.head.query)
            .map_err(|refusal| (ErrorCode::ValidationException, refusal.to_string()))?;
        if let Of::Organization(part) = &ask.of {
            remarks.extend(looked_at(part));
            self.permit_organization_view(arrival, who, snapshot)?;
        }
        let watched = Watched::new(&ask.of, who.account, who.region.clone(), &self.catalog)
            .map_err(|refusal| (refusal.code(), refusal.to_string()))?;
        Ok(Following::new(self.source.clone(), ask, watched))
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
