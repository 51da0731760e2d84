//! Requests that make a WebSocket of their connection: one event, then bytes that nobody looks at.

use std::sync::Arc;

use cairn_gateway::{Outbound, Tunnel, Tunnelled};
use http::{Request, Response};
use http_body_util::{BodyExt as _, Empty};
use hyper::upgrade::OnUpgrade;

use super::flight::{Flight, Outcome};
use super::waiting::Away;
use super::{driver, outcome};
use crate::answer::{AnswerBody, Answered};
use crate::refuse;

/// Carries a request that asks for a WebSocket. What passes through it once it is open is not recorded.
pub(super) async fn carry(mut outbound: Outbound, flight: Box<Flight>) -> Response<AnswerBody> {
    let mut asked = Request::from_parts(outbound.head, ());
    let client = hyper::upgrade::on(&mut asked);
    (outbound.head, ()) = asked.into_parts();
    let upstream = Arc::clone(&flight.route.upstream);
    let away = Away::new(flight);
    let tunnelled = upstream.tunnel(outbound).await;
    let Some(flight) = away.back() else { return driver::nothing() };
    match tunnelled {
        Ok(Tunnelled::Open(tunnel)) => open(tunnel, client, flight).await,
        Ok(Tunnelled::Answered(answer)) => driver::relay(answer, flight).await,
        Err(error) => outcome::unanswered(flight, error).await.into_response(),
    }
}

async fn open(tunnel: Tunnel, client: OnUpgrade, flight: Box<Flight>) -> Response<AnswerBody> {
    let (front, arrival, protocol) =
        (Arc::clone(&flight.front), Arc::clone(&flight.arrival), flight.protocol);
    let mut response = Response::new(Empty::new().map_err(|never| match never {}).boxed_unsync());
    *response.status_mut() = tunnel.head.status;
    *response.headers_mut() = tunnel.head.headers.clone();
    let seen = Outcome {
        status: tunnel.head.status.as_u16(),
        headers: tunnel.head.headers.clone(),
        ..Outcome::default()
    };
    if let Err(_unrecorded) = flight.land(seen).await {
        return Answered::from(refuse::unrecorded(&arrival, protocol)).into_response();
    }
    let stop = front.stop.clone();
    front.tasks.spawn(async move {
        let passing = async { tunnel.join(client.await.map_err(std::io::Error::other)?).await };
        tokio::select! {
            () = stop.cancelled() => {}
            passed = passing => if let Err(error) = passed {
                tracing::debug!(error = &error as &dyn std::error::Error, "a WebSocket broke");
            }
        }
    });
    response
}
