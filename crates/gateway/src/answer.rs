//! An upstream's answer on its way back.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::response::Parts;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;

use crate::connection::Connection;
use crate::pool::{Place, Pool};

/// An answer: its head is here, its body streams.
#[derive(Debug)]
pub struct Answer {
    /// The head, without what was meant for the upstream's connection alone.
    pub head: Parts,
    /// The body.
    pub body: AnswerBody,
}

/// The body of an answer. At its end the connection is free for the next call; dropped before, it ends.
#[derive(Debug)]
pub struct AnswerBody {
    incoming: Incoming,
    line: Line,
}

/// What the body comes over.
#[derive(Debug)]
pub(crate) enum Line {
    /// A connection that the call drives.
    Own {
        /// The connection.
        connection: Box<Connection>,
        /// Where it goes back to.
        pool: Arc<Pool>,
        /// The place that it takes.
        place: Place,
    },
    /// A connection that many calls share and that has a task of its own.
    Shared {
        /// The place that the call takes.
        _place: Place,
    },
    /// Nothing more comes.
    Ended,
}

impl AnswerBody {
    pub(crate) fn new(incoming: Incoming, line: Line) -> Self {
        Self { incoming, line }
    }

    /// Gives the connection back, if it takes another call.
    pub(crate) fn settle(&mut self, cx: &mut Context<'_>) {
        match std::mem::replace(&mut self.line, Line::Ended) {
            Line::Own { mut connection, pool, place } => {
                if connection.takes_another(cx) {
                    pool.put(*connection);
                }
                drop(place);
            }
            Line::Shared { .. } | Line::Ended => {}
        }
    }

    fn poll_incoming(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.incoming).poll_frame(cx) {
            return Poll::Ready(frame);
        }
        let Line::Own { connection, .. } = &mut self.line else { return Poll::Pending };
        if connection.is_over() {
            return Poll::Pending;
        }
        connection.drive(cx);
        Pin::new(&mut self.incoming).poll_frame(cx)
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = self.poll_incoming(cx);
        match &frame {
            Poll::Ready(Some(Ok(_))) if self.incoming.is_end_stream() => self.settle(cx),
            Poll::Ready(None | Some(Err(_))) => self.settle(cx),
            Poll::Ready(Some(Ok(_))) | Poll::Pending => {}
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}
