//! The connections of one upstream that wait for calls, and the places of calls.

use std::future::poll_fn;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::connection::Connection;

/// How long a connection may wait for its next call. Shorter than the patience of common servers, which close
/// theirs and may do so just as a call is sent.
const IDLE_MAX: Duration = Duration::from_secs(15);

/// Hands out places, and connections that were used before.
#[derive(Debug)]
pub(crate) struct Pool {
    places: Arc<Semaphore>,
    waiting: AtomicUsize,
    waiting_max: usize,
    idle: Mutex<Vec<Connection>>,
}

/// The right to use one connection.
pub(crate) type Place = OwnedSemaphorePermit;

/// More calls wait than may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Crowded;

impl Pool {
    pub(crate) fn new(connections_max: usize, waiting_max: usize) -> Self {
        Self {
            places: Arc::new(Semaphore::new(connections_max)),
            waiting: AtomicUsize::new(0),
            waiting_max,
            idle: Mutex::new(Vec::new()),
        }
    }

    /// Waits for a place, in the order of arrival.
    pub(crate) async fn place(&self) -> Result<Place, Crowded> {
        if let Ok(place) = Arc::clone(&self.places).try_acquire_owned() {
            return Ok(place);
        }
        let _waiting = Waiting::enter(&self.waiting, self.waiting_max)?;
        Arc::clone(&self.places).acquire_owned().await.map_err(|_closed| Crowded)
    }

    /// Takes the connection that was used last, if it still stands.
    pub(crate) async fn take(&self) -> Option<Connection> {
        loop {
            let mut connection = self.pop()?;
            if connection.has_rested(IDLE_MAX) {
                continue;
            }
            if poll_fn(|cx| Poll::Ready(connection.takes_another(cx))).await {
                return Some(connection);
            }
        }
    }

    /// Keeps a connection for the next call.
    pub(crate) fn put(&self, mut connection: Connection) {
        connection.rest();
        if let Ok(mut idle) = self.idle.lock() {
            idle.push(connection);
        }
    }

    /// Closes what has waited too long.
    pub(crate) fn sweep(&self) {
        let Ok(mut idle) = self.idle.lock() else { return };
        // The oldest come first.
        let stale = idle.iter().take_while(|connection| connection.has_rested(IDLE_MAX)).count();
        idle.drain(..stale);
    }

    pub(crate) fn idle_count(&self) -> usize {
        self.idle.lock().map_or(0, |idle| idle.len())
    }

    fn pop(&self) -> Option<Connection> {
        self.idle.lock().ok()?.pop()
    }
}

/// Counts a call among those that wait.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn enter(count: &'a AtomicUsize, max: usize) -> Result<Self, Crowded> {
        let entered = Self(count);
        if count.fetch_add(1, Ordering::Relaxed) >= max { Err(Crowded) } else { Ok(entered) }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
