//! Buckets that count, refuse or dawdle.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use cairn_delivery::{LogBucket, LogFilePut, Put, PutError};
use jiff::Timestamp;

use super::trails;
use crate::spread::Spread;

/// How a trail's bucket behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// It takes a file at once.
    Takes,
    /// It takes none.
    Refuses,
    /// It takes half a second for each.
    Dawdles,
}

/// What buckets that take at once have got.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counted {
    pub(super) files: u64,
    pub(super) bytes: u64,
}

/// One bucket for each trail.
#[derive(Debug)]
pub(super) struct Store {
    manners: Vec<Manner>,
    /// When the first event came.
    began_ms: i64,
    seen: Mutex<(Counted, Spread)>,
}

impl Store {
    pub(super) fn new(manners: &[Manner]) -> Self {
        Self {
            manners: manners.to_vec(),
            began_ms: Timestamp::now().as_millisecond(),
            seen: Mutex::default(),
        }
    }

    pub(super) fn counted(&self) -> Counted {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).0
    }

    /// Returns how long after its window's end each file came.
    pub(super) fn late(&self) -> Spread {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).1.clone()
    }
}

#[async_trait]
impl LogBucket for Store {
    async fn put_once(&self, put: LogFilePut<'_>) -> Result<Put, PutError> {
        let manner = self.manners.get(trails::number(&put.trail.name)).copied().unwrap_or(Manner::Refuses);
        match manner {
            Manner::Takes => {
                let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
                seen.0.files += 1;
                seen.0.bytes += put.body.len() as u64;
                // Each window has one file, as long as it stays below the largest size.
                let windows = i64::try_from(seen.0.files).unwrap_or(i64::MAX);
                let end_ms = (self.began_ms.div_euclid(WINDOW_MS) + windows) * WINDOW_MS;
                let late_us = Timestamp::now().as_microsecond() - end_ms * 1_000;
                seen.1.add(Duration::from_micros(u64::try_from(late_us).unwrap_or_default()));
            }
            Manner::Refuses => return Err(PutError::Refused { code: "AccessDenied".to_owned() }),
            Manner::Dawdles => tokio::time::sleep(Duration::from_millis(500)).await,
        }
        Ok(Put::Created)
    }
}

/// The window of the part that tells how late files are.
const WINDOW_MS: i64 = 5_000;
