//! The published tail, and who is told when it moves.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::error::SubscribersFull;
use crate::journal::{Position, Subscriber};

/// The durable tail.
pub(crate) struct Watch {
    tail: AtomicU64,
    /// Whether the writer is gone.
    closed: Mutex<bool>,
    changed: Condvar,
    subscribers: Mutex<Vec<Subscriber>>,
}

impl Watch {
    pub(crate) fn new(tail: Position) -> Self {
        Self {
            tail: AtomicU64::new(tail),
            closed: Mutex::new(false),
            changed: Condvar::new(),
            subscribers: Mutex::default(),
        }
    }

    pub(crate) fn tail(&self) -> Position {
        self.tail.load(Ordering::Acquire)
    }

    /// Lets readers see everything below `tail` and tells those who wait.
    pub(crate) fn publish(&self, tail: Position) {
        // Under the lock, so that a waiter who has just looked at the old tail is not missed.
        let closed = lock(&self.closed);
        self.tail.store(tail, Ordering::Release);
        drop(closed);
        self.changed.notify_all();
        for subscriber in lock(&self.subscribers).iter() {
            subscriber(tail);
        }
    }

    /// Ends all waiting.
    pub(crate) fn close(&self) {
        *lock(&self.closed) = true;
        self.changed.notify_all();
    }

    pub(crate) fn wait(&self, position: Position, timeout: Duration) -> bool {
        let waits = |closed: &mut bool| !*closed && self.tail() <= position;
        let woken = self.changed.wait_timeout_while(lock(&self.closed), timeout, waits);
        drop(woken.unwrap_or_else(PoisonError::into_inner));
        self.tail() > position
    }

    pub(crate) fn subscribe(&self, subscriber: Subscriber) -> Result<(), SubscribersFull> {
        let mut subscribers = lock(&self.subscribers);
        if subscribers.len() >= SUBSCRIBERS_MAX {
            return Err(SubscribersFull { limit: SUBSCRIBERS_MAX });
        }
        subscribers.push(subscriber);
        Ok(())
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Watch").field("tail", &self.tail()).finish_non_exhaustive()
    }
}

/// How many may listen.
const SUBSCRIBERS_MAX: usize = 16;

/// Takes a lock also after a holder panicked: what our locks guard is whole between any two lines.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
