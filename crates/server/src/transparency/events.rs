//! Finding an event and its place in the journal, by its id.

use bytes::Bytes;
use cairn_event::{AccountId, EventView, Region};
use cairn_history::{History, LookupError, LookupInput, Query};
use cairn_journal::Position;
use cairn_projection::{BatchError, Source};
use jiff::Timestamp;

/// The most journal bytes looked through at once.
const READ_BYTES_MAX: usize = 4 << 20;

/// How many of the newest positions are looked through for what the event history does not keep: data events.
const POSITIONS_MAX: u64 = 1 << 20;

/// Where events are found.
pub(super) struct Events<'a> {
    pub(super) history: &'a History,
    pub(super) source: &'a Source,
    pub(super) now: Timestamp,
}

/// It could not be looked.
#[derive(Debug, thiserror::Error)]
pub(super) enum FindError {
    #[error("look into the event history: {0}")]
    History(#[from] LookupError),
    #[error("look into the journal: {0}")]
    Journal(#[from] BatchError),
    #[error("look on a blocking thread: {0}")]
    Thread(#[from] tokio::task::JoinError),
}

impl Events<'_> {
    /// Finds the event of an account and Region: in the event history, else among the newest of the journal.
    pub(super) async fn find(
        &self,
        account: AccountId,
        region: &Region,
        event_id: &str,
    ) -> Result<Option<(Position, Bytes)>, FindError> {
        let input = LookupInput {
            account,
            region,
            attributes: &[("EventId", event_id)],
            start: None,
            end: None,
            category: None,
            max_results: Some(1),
            next_token: None,
        };
        let query = Query::parse(input).map_err(LookupError::Refused)?;
        let page = self.history.find(query, self.now).await?;
        match page.events.into_iter().next() {
            Some(found) => Ok(Some((found.position, found.event))),
            None => self.search(account, region, event_id).await,
        }
    }

    async fn search(
        &self,
        account: AccountId,
        region: &Region,
        event_id: &str,
    ) -> Result<Option<(Position, Bytes)>, FindError> {
        let tail = self.source.tail();
        let mut next = self.source.reader().head().max(tail.saturating_sub(POSITIONS_MAX));
        while next < tail {
            let Some(batch) = self.source.read(next, READ_BYTES_MAX).await? else { break };
            next = batch.last().map_or(tail, |record| record.position + 1);
            let (region, event_id) = (region.clone(), event_id.to_owned());
            let looking = tokio::task::spawn_blocking(move || {
                let found = batch.iter().find(|record| {
                    let entry = &record.entry;
                    entry.account == account && entry.region == region && is(&entry.event, &event_id)
                })?;
                Some((found.position, Bytes::copy_from_slice(&found.entry.event)))
            });
            if let Some(found) = looking.await? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}

/// Tells whether an event has the id. Looks for its letters first: to parse every event would take too long.
fn is(event: &[u8], event_id: &str) -> bool {
    let letters = event.windows(event_id.len().max(1)).any(|window| window == event_id.as_bytes());
    letters && EventView::parse(event).is_ok_and(|event| event.event_id == event_id)
}
