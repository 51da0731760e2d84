//! An answer that streams to the client while a tap looks on. Its end is held back until the event is durable.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use cairn_gateway::{AnswerBody as Incoming, Tap};
use cairn_intake::IntakeError;
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};
use tokio_util::task::TaskTracker;

use super::flight::{Flight, Outcome};
use crate::incoming::StreamError;

/// The body of an answer on its way.
pub(super) struct Relay {
    incoming: Incoming,
    /// How long it is, where its head says so.
    announced: Option<u64>,
    tap: Tap,
    stage: Stage,
    tasks: TaskTracker,
}

/// How far the answer is.
enum Stage {
    /// More comes.
    Streams { flight: Box<Flight>, status: u16, headers: HeaderMap },
    /// All of it is here; the event is being recorded, and this is sent after it.
    Lands(Pin<Box<dyn Future<Output = Result<(), IntakeError>> + Send>>, Last),
    /// Nothing is left to do.
    Over,
}

/// What is held back.
enum Last {
    Frame(Frame<Bytes>),
    End,
    Error(StreamError),
}

/// The event of an answer that has gone out but for its end could not be recorded.
#[derive(Debug, thiserror::Error)]
#[error("end the answer: its call could not be recorded")]
pub(super) struct Unrecorded;

impl Relay {
    /// Sends an answer on.
    pub(super) fn new(incoming: Incoming, flight: Box<Flight>, status: u16, headers: HeaderMap) -> Self {
        let (tap, tasks) = (flight.answer_policy().tap(status), flight.front.tasks.clone());
        let announced = incoming.size_hint().exact();
        Self { incoming, announced, tap, stage: Stage::Streams { flight, status, headers }, tasks }
    }

    fn land(&mut self, last: Last) {
        let Stage::Streams { flight, status, headers } = std::mem::replace(&mut self.stage, Stage::Over)
        else {
            return;
        };
        let mut outcome = Outcome::tapped(status, headers, self.tap.seen());
        if let Last::Error(_) = last {
            outcome = outcome.remarking("answerIncomplete", true);
        }
        self.stage = Stage::Lands(Box::pin(flight.land(outcome)), last);
    }
}

impl Body for Relay {
    type Data = Bytes;
    type Error = StreamError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, StreamError>>> {
        let this = &mut *self;
        loop {
            match &mut this.stage {
                Stage::Streams { .. } => match ready!(Pin::new(&mut this.incoming).poll_frame(cx)) {
                    Some(Ok(frame)) => {
                        if let Some(data) = frame.data_ref() {
                            this.tap.pass(data);
                        }
                        // The end of a stream of HTTP/2 may come in a frame of its own, for which nobody asks who
                        // has sent all that was announced.
                        let is_all = this.announced.is_some_and(|length| this.tap.bytes() >= length);
                        if !is_all && !this.incoming.is_end_stream() {
                            return Poll::Ready(Some(Ok(frame)));
                        }
                        this.tap.end();
                        this.land(Last::Frame(frame));
                    }
                    Some(Err(error)) => this.land(Last::Error(error.into())),
                    None => {
                        this.tap.end();
                        this.land(Last::End);
                    }
                },
                Stage::Lands(landing, _) => {
                    let landed = ready!(landing.as_mut().poll(cx));
                    let Stage::Lands(_, last) = std::mem::replace(&mut this.stage, Stage::Over) else {
                        return Poll::Ready(None);
                    };
                    return Poll::Ready(match (landed, last) {
                        (Err(_unrecorded), _) => Some(Err(Unrecorded.into())),
                        (Ok(()), Last::Frame(frame)) => Some(Ok(frame)),
                        (Ok(()), Last::Error(error)) => Some(Err(error)),
                        (Ok(()), Last::End) => None,
                    });
                }
                Stage::Over => return Poll::Ready(None),
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.stage, Stage::Over)
    }

    fn size_hint(&self) -> SizeHint {
        match &self.stage {
            Stage::Streams { .. } => self.incoming.size_hint(),
            Stage::Lands(_, Last::Frame(frame)) => {
                SizeHint::with_exact(frame.data_ref().map_or(0, |data| data.len() as u64))
            }
            Stage::Lands(..) | Stage::Over => SizeHint::with_exact(0),
        }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        match std::mem::replace(&mut self.stage, Stage::Over) {
            Stage::Streams { flight, status, headers } => {
                let outcome = Outcome::tapped(status, headers, self.tap.seen());
                flight.land_alone(std::future::ready(outcome));
            }
            // The answer was complete: the client went away while its event was being written.
            Stage::Lands(landing, _) => {
                if let Ok(_runtime) = tokio::runtime::Handle::try_current() {
                    self.tasks.spawn(async move { landing.await.is_ok() });
                }
            }
            Stage::Over => {}
        }
    }
}
