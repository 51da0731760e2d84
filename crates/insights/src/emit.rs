//! Sending records: each is in the journal once, whatever happens in between.

use std::sync::Arc;

use cairn_intake::{Draft, IntakeError};
use futures_util::future::join_all;

use crate::follow::{FollowError, Follower};
use crate::store::Record;
use crate::telemetry::{self, Unsent};

/// Records that are on their way to the journal at a time.
const AT_ONCE_MAX: usize = 256;

impl Follower {
    /// Sends what waits, once everything that may have been sent before was seen: what stands in the journal when this
    /// server starts was read from where the store was, and a record is saved before it is sent.
    pub(crate) async fn send(&mut self) -> Result<(), FollowError> {
        if self.counting()?.next() < self.sent_below {
            return Ok(());
        }
        if let Some(counting) = &self.counting {
            self.told.earlier.all_seen(counting.all_stale());
        }
        self.settle().await?;
        loop {
            let records = self.told.to_send(AT_ONCE_MAX);
            if records.is_empty() {
                return Ok(());
            }
            let sending = records.iter().map(|record| self.intake.submit(draft(record)));
            let outcomes = join_all(sending).await;
            let mut refused = false;
            for (record, outcome) in records.iter().zip(outcomes) {
                refused |= !self.note(record, outcome.map(|_admission| ()));
            }
            self.settle().await?;
            if refused {
                return Ok(());
            }
        }
    }

    /// Notes what became of a record; false when it is to be sent again later.
    fn note(&mut self, record: &Record, outcome: Result<(), IntakeError>) -> bool {
        match outcome {
            Ok(()) => self.told.arrive(&record.id),
            Err(IntakeError::Full | IntakeError::Stopped) => {
                telemetry::unsent(Unsent::Refused);
                return false;
            }
            Err(error @ IntakeError::TooLarge) => {
                telemetry::unsent(Unsent::GivenUp);
                let error = &error as &dyn std::error::Error;
                tracing::error!(id = %record.id, error, "insights event given up");
                self.told.arrive(&record.id);
            }
        }
        true
    }

    /// Marks as sent what is in the journal.
    async fn settle(&mut self) -> Result<(), FollowError> {
        let arrived: Vec<Arc<str>> = self.told.arrived();
        if arrived.is_empty() {
            return Ok(());
        }
        self.shared.store.mark_sent(&arrived).await?;
        telemetry::sent(arrived.len());
        self.told.settle(&arrived);
        Ok(())
    }
}

fn draft(record: &Record) -> Draft {
    let place = &record.insight.metric.place;
    Draft {
        account: place.account,
        region: place.region.clone(),
        origin: record.origin(),
        event: record.body.to_vec(),
        under: None,
    }
}
