//! Keeps payload files of several parts in place while somebody reads them.
//!
//! A single file stays readable once it is open, so only objects of several files need this: the reader
//! takes a lease on all of them before it opens the first.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::blob::BlobId;

/// Who reads what, and what goes when they are done.
#[derive(Debug, Default)]
pub(crate) struct Leases(Mutex<HashMap<BlobId, Held>>);

#[derive(Debug, Default)]
struct Held {
    readers: usize,
    doomed: bool,
}

impl Leases {
    /// Takes one lease on each.
    pub(crate) fn take(&self, blobs: &[BlobId]) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for blob in blobs {
            held.entry(blob.clone()).or_default().readers += 1;
        }
    }

    /// Gives back one lease on each; returns those that nobody reads any more and that are doomed.
    pub(crate) fn release(&self, blobs: &[BlobId]) -> Vec<BlobId> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut free = Vec::new();
        for blob in blobs {
            let Some(entry) = held.get_mut(blob) else { continue };
            entry.readers = entry.readers.saturating_sub(1);
            if entry.readers == 0 {
                if entry.doomed {
                    free.push(blob.clone());
                }
                held.remove(blob);
            }
        }
        free
    }

    /// Marks payloads that no row names; returns those that may go at once.
    pub(crate) fn doom(&self, blobs: Vec<BlobId>) -> Vec<BlobId> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut free = Vec::new();
        for blob in blobs {
            match held.get_mut(&blob) {
                Some(entry) => entry.doomed = true,
                None => free.push(blob),
            }
        }
        free
    }
}
