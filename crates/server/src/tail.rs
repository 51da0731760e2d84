//! `/_cairn/tail`: the caller's own events as they are recorded, or those of the caller's organization, one JSON
//! record a line.
//!
//! The request is signed for service `cloudtrail` and needs the permission `cloudtrail:LookupEvents`, over an
//! organization `cairn:LookupOrganizationEvents` too. It is recorded once, when it begins, as `LookupEvents` is
//! not: its name is `TailEvents`. What can be asked for is [`Ask`]. It ends with the caller's session, and when the
//! call would not be permitted any more: [`Standing`] looks.

mod ask;
mod following;
pub(crate) mod standing;
mod watched;

use std::sync::Arc;
use std::time::Duration;

use cairn_wire::ErrorCode;
use futures_util::{StreamExt as _, stream};
use hyper::body::Incoming;

use self::ask::{Ask, Of};
use self::following::Following;
use self::standing::Standing;
use self::watched::Watched;
use crate::answer::Answered;
use crate::organization_view::{PERMISSIONS, looked_at};
use crate::page::{Asked, LINES, Page, Refused, streaming};
use crate::serve::{Arrival, Front};
use crate::turns::{Turn, TurnsMax};

/// The page's path.
pub(crate) const PAGE: &str = "/_cairn/tail";

const TAIL: Page = Page::bodiless("TailEvents");

/// Tails that are open at a time. Each holds a connection and up to a megabyte of lines.
const TAILS_MAX: TurnsMax = TurnsMax { account: 100, all: 1_000 };

/// What whoever looks at the caller's own account must be permitted, on `*`.
const OWN: [&str; 1] = ["cloudtrail:LookupEvents"];

impl Front {
    /// Streams events of the caller's account and Region until the client hangs up, the server stops, or the caller
    /// may not see them any more.
    pub(crate) async fn tail(self: &Arc<Self>, arrival: &Arrival, body: Incoming) -> Answered {
        let answer = async |asked: &mut Asked<'_>| {
            let following = self.watch(asked)?;
            let turn = self.long_work.tails.begin(asked.who.account, TAILS_MAX).ok_or_else(too_many)?;
            let remaining = asked.expires.map(|expires| expires.duration_since(asked.at));
            Ok(self.follow((following, turn), remaining.map(|left| left.try_into().unwrap_or_default())))
        };
        self.page(&TAIL, (arrival, body), answer).await
    }

    /// Decides what is told: what is asked for, if the caller may see it.
    fn watch(self: &Arc<Self>, asked: &mut Asked<'_>) -> Result<Following, Refused> {
        self.permit(asked, &OWN)?;
        let ask = Ask::parse(&asked.arrival.head.query)
            .map_err(|refusal| Refused::misunderstood(refusal.to_string()))?;
        let permissions: &'static [&'static str] = match &ask.of {
            Of::Account => &OWN,
            Of::Organization(part) => {
                asked.remarks.extend(looked_at(part));
                self.permit(asked, &PERMISSIONS)?;
                &PERMISSIONS
            }
        };
        let call = (asked.arrival.clone(), asked.body.clone());
        let standing = Standing::new(Arc::clone(self), call, asked.caller(), permissions);
        let seen_in = (Arc::clone(&self.catalog), Arc::clone(&asked.snapshot));
        let who = (asked.who.account, asked.who.region.clone());
        let watched = Watched::new(&ask.of, who, seen_in, Box::new(standing))
            .map_err(|refusal| Refused::Told(refusal.code(), refusal.to_string()))?;
        Ok(Following::new(self.source.clone(), ask, watched))
    }

    /// Streams until the server stops or the caller's time is over; none for who has no end.
    fn follow(&self, (following, turn): (Following, Turn), remaining: Option<Duration>) -> Answered {
        let pieces = stream::unfold(Some(following), |state| async { state?.piece().await });
        let stop = self.stop.clone();
        let end = async move {
            let _turn = turn;
            match remaining {
                Some(remaining) => drop(tokio::time::timeout(remaining, stop.cancelled()).await),
                None => stop.cancelled().await,
            }
        };
        streaming(LINES, pieces.take_until(Box::pin(end)))
    }
}

fn too_many() -> Refused {
    let message =
        "As many tails are open as may be, for this account or for all. End one, or try again later.";
    Refused::Told(ErrorCode::ThrottlingException, message.to_owned())
}
