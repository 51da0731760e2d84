//! A call that waits for its upstream's answer.
//!
//! Where the client goes away meanwhile, the rule is: a request that has gone out whole is followed to its answer,
//! so that the record knows what came of it; one that has not is given up, and its connection with it; and one that
//! still waits for its turn or for a connection is never sent.

use std::pin::Pin;
use std::time::Duration;

use cairn_gateway::{Answer, Departure, SendError};
use http_body_util::BodyExt as _;

use super::flight::{AnswerPolicy, Flight, Outcome};

/// How long an answer is awaited that nobody waits for any more.
const FOLLOW_MAX: Duration = Duration::from_secs(60);

/// How much of such an answer is read, in bytes.
const FOLLOWED_BYTES_MAX: u64 = 1 << 20;

/// What a request comes to.
pub(super) type Sending = Pin<Box<dyn Future<Output = Result<Answer, SendError>> + Send>>;

/// A call and what it waits for.
pub(super) struct Waiting(Option<(Sending, Box<Flight>)>, Departure);

impl Waiting {
    pub(super) fn new(sending: Sending, departure: Departure, flight: Box<Flight>) -> Self {
        Self(Some((sending, flight)), departure)
    }

    /// Waits for the answer's head.
    ///
    /// Cancel-safe: dropped before it has returned, the call is recorded all the same.
    pub(super) async fn answered(mut self) -> Option<(Result<Answer, SendError>, Box<Flight>)> {
        let answered = match &mut self.0 {
            Some((sending, _)) => sending.as_mut().await,
            None => return None,
        };
        let (_done, flight) = self.0.take()?;
        Some((answered, flight))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let Some((sending, mut flight)) = self.0.take() else { return };
        if !self.1.is_past() {
            drop(sending);
            let unsent = Outcome::unseen().remarking("upstreamFailure", "NotSent");
            return flight.land_alone(std::future::ready(unsent));
        }
        if !flight.received.is_complete() {
            drop(sending);
            return flight.land_alone(std::future::ready(Outcome::unknown()));
        }
        flight.read_form();
        let policy = flight.answer_policy();
        flight.land_alone(async move {
            match tokio::time::timeout(FOLLOW_MAX, follow(sending, policy)).await {
                Ok(Some(outcome)) => outcome,
                Ok(None) | Err(_) => Outcome::unknown(),
            }
        });
    }
}

/// Takes an answer that nobody waits for, as far as the record wants it.
async fn follow(sending: Sending, policy: AnswerPolicy) -> Option<Outcome> {
    let Answer { head, mut body } = sending.await.ok()?;
    let status = head.status.as_u16();
    let tap = policy.tap(status);
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else {
            let broken = Outcome::tapped(status, head.headers, tap.seen());
            return Some(broken.remarking("answerIncomplete", true));
        };
        if let Some(data) = frame.data_ref() {
            tap.pass(data);
        }
        // Nobody reads an object to its end for the record's sake.
        if tap.bytes() > FOLLOWED_BYTES_MAX {
            return Some(Outcome {
                status,
                headers: head.headers,
                body_bytes: tap.bytes(),
                ..Outcome::default()
            });
        }
    }
    tap.end();
    Some(Outcome::tapped(status, head.headers, tap.seen()))
}

/// A call that is away and whose answer is not followed where the client goes away.
pub(super) struct Away(Option<Box<Flight>>);

impl Away {
    pub(super) fn new(flight: Box<Flight>) -> Self {
        Self(Some(flight))
    }

    pub(super) fn back(mut self) -> Option<Box<Flight>> {
        self.0.take()
    }
}

impl Drop for Away {
    fn drop(&mut self) {
        if let Some(flight) = self.0.take() {
            flight.land_alone(std::future::ready(Outcome::unknown()));
        }
    }
}
