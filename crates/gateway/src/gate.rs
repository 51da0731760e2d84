//! Leave to send a body: `Expect: 100-continue` from end to end.
//!
//! The client is told to continue when its body is first read, and the body is first read when the upstream
//! says so. Where the upstream answers for good instead, the body is never read. An upstream that says nothing
//! is sent the body after a while, as a client would do.

use std::future::Future as _;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::time::Sleep;

/// Opens a gate. Whoever holds it sees what the upstream says in between.
#[derive(Debug, Clone, Default)]
pub(crate) struct Opener(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    open: bool,
    waiting: Option<Waker>,
}

/// Holds a body back until it is opened or time has passed.
#[derive(Debug)]
pub(crate) struct Gate {
    opener: Opener,
    patience: Pin<Box<Sleep>>,
}

impl Opener {
    pub(crate) fn open(&self) {
        let Ok(mut state) = self.0.lock() else { return };
        state.open = true;
        if let Some(waker) = state.waiting.take() {
            waker.wake();
        }
    }
}

impl Gate {
    pub(crate) fn new(patience: Duration) -> (Self, Opener) {
        let opener = Opener::default();
        (Self { opener: opener.clone(), patience: Box::pin(tokio::time::sleep(patience)) }, opener)
    }

    pub(crate) fn poll_open(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Ok(mut state) = self.opener.0.lock() else { return Poll::Ready(()) };
        if state.open {
            return Poll::Ready(());
        }
        if !state.waiting.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
            state.waiting = Some(cx.waker().clone());
        }
        drop(state);
        self.patience.as_mut().poll(cx)
    }
}
