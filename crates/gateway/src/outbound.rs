//! A request on its way to an upstream.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::time::{Instant, Sleep};

use crate::gate::Gate;
use crate::headers::Peer;
use crate::tap::Tap;

/// A request as it came, with what is told to the upstream of where it came from.
#[derive(Debug)]
pub struct Outbound {
    /// Its head as it was received.
    pub head: Parts,
    /// Its body.
    pub body: RequestBody,
    /// Who sent it.
    pub client: Peer,
    /// Tells when it goes out.
    pub departure: Departure,
}

/// Whether anything of a request can have reached its upstream. Copies tell of the same request.
#[derive(Debug, Clone, Default)]
pub struct Departure(Arc<AtomicBool>);

impl Departure {
    /// Tells whether the request has begun to go out. Until then it waits for its turn or for a connection.
    pub fn is_past(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    pub(crate) fn pass(&self) {
        self.0.store(true, Ordering::Release);
    }
}

/// A request's body.
#[derive(Debug)]
pub struct RequestBody(Inner);

#[derive(Debug)]
enum Inner {
    Whole(Bytes),
    Streams(Box<Streams>),
}

#[derive(Debug)]
struct Streams {
    /// What was read of the body already.
    begun: Bytes,
    body: Incoming,
    tap: Arc<Tap>,
    gate: Option<Gate>,
    patience: Option<Patience>,
}

/// How long a client may send nothing of a body that is waited for.
#[derive(Debug)]
struct Patience {
    length: Duration,
    /// Runs while the client is waited for.
    running: bool,
    timer: Pin<Box<Sleep>>,
}

/// A client did not send its request to the end.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// It went away, or what it sent is no HTTP.
    #[error("read the request's body")]
    Broken(#[source] hyper::Error),
    /// It sent nothing for too long.
    #[error("read the request's body: the client sent nothing of it for {} seconds", .0.as_secs())]
    Stalled(Duration),
}

impl RequestBody {
    /// Takes a body that was read.
    pub fn whole(bytes: Bytes) -> Self {
        Self(Inner::Whole(bytes))
    }

    /// Takes a body that streams past a tap, of which a part may have been read already.
    pub fn streams(begun: Bytes, body: Incoming, tap: Arc<Tap>) -> Self {
        if body.is_end_stream() {
            tap.pass(&begun);
            tap.end();
            return Self::whole(begun);
        }
        Self(Inner::Streams(Box::new(Streams { begun, body, tap, gate: None, patience: None })))
    }

    /// Tells whether the request could be sent once more: nothing of its body is gone.
    pub(crate) fn is_whole(&self) -> bool {
        matches!(self.0, Inner::Whole(_))
    }

    /// Copies a body that was read; none of one that streams.
    pub(crate) fn copy(&self) -> Option<Self> {
        match &self.0 {
            Inner::Whole(bytes) => Some(Self::whole(bytes.clone())),
            Inner::Streams(_) => None,
        }
    }

    /// Holds a body that streams back until the gate opens.
    pub(crate) fn behind(mut self, closed: Gate) -> Self {
        if let Inner::Streams(streams) = &mut self.0 {
            streams.gate = Some(closed);
        }
        self
    }

    /// Ends a body that streams when the client sends nothing for so long although it is waited for.
    pub(crate) fn within(mut self, length: Duration) -> Self {
        if let Inner::Streams(streams) = &mut self.0 {
            let timer = Box::pin(tokio::time::sleep(length));
            streams.patience = Some(Patience { length, running: false, timer });
        }
        self
    }

    /// Returns what watches the body; none of one that was read.
    pub(crate) fn tap(&self) -> Option<Arc<Tap>> {
        match &self.0 {
            Inner::Whole(_) => None,
            Inner::Streams(streams) => Some(Arc::clone(&streams.tap)),
        }
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match &mut self.get_mut().0 {
            Inner::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Inner::Whole(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Inner::Streams(streams) => streams.poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Inner::Whole(bytes) => bytes.is_empty(),
            Inner::Streams(streams) => streams.body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Inner::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Inner::Streams(streams) => streams.size_hint(),
        }
    }
}

impl Streams {
    fn poll_frame(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        if let Some(gate) = &mut self.gate {
            ready!(gate.poll_open(cx));
            self.gate = None;
        }
        self.tap.begin();
        if !self.begun.is_empty() {
            let begun = std::mem::take(&mut self.begun);
            self.tap.pass(&begun);
            return Poll::Ready(Some(Ok(Frame::data(begun))));
        }
        let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) else {
            let Some(patience) = &mut self.patience else { return Poll::Pending };
            ready!(patience.poll_over(cx));
            self.tap.break_off();
            return Poll::Ready(Some(Err(BodyError::Stalled(patience.length))));
        };
        if let Some(patience) = &mut self.patience {
            patience.running = false;
        }
        match &frame {
            Some(Ok(frame)) => {
                if let Some(data) = frame.data_ref() {
                    self.tap.pass(data);
                }
                // A body of announced length has no frame that says it is at its end.
                if self.body.is_end_stream() {
                    self.tap.end();
                }
            }
            Some(Err(_broken)) => self.tap.break_off(),
            None => self.tap.end(),
        }
        Poll::Ready(frame.map(|frame| frame.map_err(BodyError::Broken)))
    }

    fn size_hint(&self) -> SizeHint {
        let (begun, rest) = (self.begun.len() as u64, self.body.size_hint());
        let mut hint = SizeHint::new();
        hint.set_lower(rest.lower() + begun);
        if let Some(upper) = rest.upper() {
            hint.set_upper(upper + begun);
        }
        hint
    }
}

impl Patience {
    fn poll_over(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if !self.running {
            self.timer.as_mut().reset(Instant::now() + self.length);
            self.running = true;
        }
        self.timer.as_mut().poll(cx)
    }
}
