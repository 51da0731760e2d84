//! `/_cairn/tail`: the caller's own events as they are recorded, or those of the caller's organization, one JSON
//! record a line.
//!
//! The request is signed for service `cloudtrail` and needs the permission `cloudtrail:LookupEvents`, over an
//! organization `cairn:LookupOrganizationEvents` too. It is recorded once, when it begins, as `LookupEvents` is
//! not: its name is `TailEvents`. What can be asked for is [`Ask`]. It ends with the caller's session, and when the
//! call would not be permitted any more: [`Standing`] looks.

mod ask;
mod following;
mod standing;
mod watched;

use std::sync::Arc;
use std::time::Duration;

use cairn_catalog::Snapshot;
use cairn_wire::ErrorCode;
use cairn_wire::recognise::Protocol;
use futures_util::{StreamExt as _, stream};
use http::{Response, header};
use http_body_util::{BodyExt as _, StreamBody};
use jiff::Timestamp;
use serde_json::{Map, Value};

use self::ask::{Ask, Of};
use self::following::Following;
use self::standing::Standing;
use self::watched::Watched;
use crate::answer::{Answered, json_refusal};
use crate::authenticate::Authentication;
use crate::organization_view::{PERMISSIONS, Refused, looked_at};
use crate::refuse;
use crate::serve::{Arrival, Front, Who};

/// What whoever looks at the caller's own account must be permitted, on `*`.
const OWN: [&str; 1] = ["cloudtrail:LookupEvents"];

impl Front {
    /// Streams events of the caller's account and Region until the client hangs up, the server stops, or the caller
    /// may not see them any more.
    pub(crate) async fn tail(self: &Arc<Self>, arrival: &Arrival) -> Answered {
        let snapshot = self.catalog.current();
        let now = self.clock.now();
        let found = self.authenticator.authenticate(&arrival.head, Some(b""), &snapshot, now);
        let who = self.who(&found);
        let mut remarks = Map::new();
        let answered = match found.refusal() {
            Some(refusal) => refuse::signature(arrival, Protocol::Json, &refusal).into(),
            None => match self.watch((arrival, now, &mut remarks), &who, snapshot) {
                Ok(following) => self.follow(following, remaining(&found, now)),
                Err((code, message)) => json_refusal(&arrival.ids, code, &message).into(),
            },
        };
        self.record_page_with(arrival, "TailEvents", who, answered, remarks).await
    }

    /// Decides what is told: what is asked for, if the caller may see it.
    fn watch(
        self: &Arc<Self>,
        (arrival, at, remarks): (&Arrival, Timestamp, &mut Map<String, Value>),
        who: &Who,
        snapshot: Arc<Snapshot>,
    ) -> Result<Following, Refused> {
        self.permit_page(arrival, who, &snapshot, &OWN)?;
        let ask = Ask::parse(&arrival.head.query)
            .map_err(|refusal| (ErrorCode::ValidationException, refusal.to_string()))?;
        let permissions: &'static [&'static str] = match &ask.of {
            Of::Account => &OWN,
            Of::Organization(part) => {
                remarks.extend(looked_at(part));
                self.permit_organization_view(arrival, who, &snapshot)?;
                &PERMISSIONS
            }
        };
        let standing = Standing::new(Arc::clone(self), arrival.clone(), at, permissions);
        let seen_in = (Arc::clone(&self.catalog), snapshot);
        let watched = Watched::new(&ask.of, (who.account, who.region.clone()), seen_in, Box::new(standing))
            .map_err(|refusal| (refusal.code(), refusal.to_string()))?;
        Ok(Following::new(self.source.clone(), ask, watched))
    }

    /// Streams until the server stops or the caller's time is over; none for who has no end.
    fn follow(&self, following: Following, remaining: Option<Duration>) -> Answered {
        let pieces = stream::unfold(Some(following), |state| async { state?.piece().await });
        let stop = self.stop.clone();
        let end = async move {
            match remaining {
                Some(remaining) => drop(tokio::time::timeout(remaining, stop.cancelled()).await),
                None => stop.cancelled().await,
            }
        };
        let body = StreamBody::new(Box::pin(pieces.take_until(end))).boxed_unsync();
        let mut response = Response::new(body);
        let kind = http::HeaderValue::from_static("application/x-ndjson");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        Answered::Streams(response)
    }
}

/// Returns how long the caller's session lasts yet; none where it has no end.
fn remaining(found: &Authentication, now: Timestamp) -> Option<Duration> {
    let Authentication::Proven { expires: Some(expires), .. } = found else { return None };
    Some(expires.duration_since(now).try_into().unwrap_or_default())
}
