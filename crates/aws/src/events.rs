//! EventBridge elsewhere.

use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_eventbridge::primitives::DateTime;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use cairn_event::{AccountId, Region};
use cairn_stream::{BusEntry, EventBuses, PutError};

use crate::{Connections, failure};

/// The code where no endpoint is configured.
const UNAVAILABLE: &str = "EndpointMissing";

/// The code of an answer that does not tell of every entry.
const INCOMPLETE: &str = "IncompleteAnswer";

/// Event buses at the configured endpoint.
#[derive(Debug)]
pub struct Events {
    connections: Arc<Connections>,
}

impl Events {
    /// Uses these connections.
    pub fn new(connections: Arc<Connections>) -> Self {
        Self { connections }
    }
}

#[async_trait]
impl EventBuses for Events {
    async fn put_events(
        &self,
        (account, region): (AccountId, &Region),
        entries: &[&BusEntry],
    ) -> Result<Vec<Option<String>>, PutError> {
        let client = self.connections.events(account, region).ok_or_else(|| PutError::of(UNAVAILABLE))?;
        let put = client.put_events().set_entries(Some(entries.iter().map(|entry| shape(entry)).collect()));
        let output = put
            .send()
            .await
            .map_err(|error| PutError { code: failure::code(&error), source: Some(Box::new(error)) })?;
        let codes: Vec<Option<String>> =
            output.entries().iter().map(|entry| entry.error_code().map(str::to_owned)).collect();
        // Without a word about each entry nobody knows which were taken.
        if codes.len() == entries.len() { Ok(codes) } else { Err(PutError::of(INCOMPLETE)) }
    }
}

fn shape(entry: &BusEntry) -> PutEventsRequestEntry {
    PutEventsRequestEntry::builder()
        .time(DateTime::from_secs(entry.time.epoch_seconds()))
        .source(&entry.source)
        .detail_type(entry.detail_type)
        .detail(&entry.detail)
        .build()
}
