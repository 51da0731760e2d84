//! When an access key was last used, asked of the event history.

use std::error::Error;
use std::sync::Arc;

use async_trait::async_trait;
use cairn_catalog::Catalog;
use cairn_event::{AccountId, Clock, Region};
use cairn_history::{FoundEvent, History, LookupInput, Query, QueryRefusal};
use cairn_iam::{KeyUse, LastUse};
use jiff::Timestamp;
use serde_json::Value;

/// The history of all Regions, as far as a key is concerned.
#[derive(Debug)]
pub(crate) struct RecordedUse {
    pub(crate) history: History,
    pub(crate) catalog: Arc<dyn Catalog>,
    pub(crate) clock: Arc<dyn Clock>,
}

/// How many events of a Region are looked at on one page, and how many pages: anybody may send another's
/// key id with a signature that does not hold, and such calls are passed over.
const PAGE_EVENTS: i64 = 50;
const PAGES_MAX: usize = 20;

#[async_trait]
impl KeyUse for RecordedUse {
    async fn last_use(
        &self,
        account: AccountId,
        access_key_id: &str,
    ) -> Result<Option<LastUse>, Box<dyn Error + Send + Sync>> {
        let mut newest: Option<LastUse> = None;
        for region in &self.catalog.current().settings().enabled_regions {
            let found = self.last_use_in(account, region, access_key_id).await?;
            if let Some(found) = found
                && newest.as_ref().is_none_or(|newest| found.at > newest.at)
            {
                newest = Some(found);
            }
        }
        Ok(newest)
    }
}

impl RecordedUse {
    async fn last_use_in(
        &self,
        account: AccountId,
        region: &Region,
        access_key_id: &str,
    ) -> Result<Option<LastUse>, Box<dyn Error + Send + Sync>> {
        let mut token: Option<String> = None;
        for _ in 0..PAGES_MAX {
            let query = query(account, region, access_key_id, token.as_deref())
                .map_err(|refusal| format!("look up a key's calls: {refusal:?}"))?;
            let page = self.history.find(query, self.clock.now()).await?;
            if let Some(event) = page.events.iter().find(|event| was_proven(event)) {
                return Ok(last_use(event, region));
            }
            token = page.next_token;
            if token.is_none() {
                break;
            }
        }
        Ok(None)
    }
}

fn query(
    account: AccountId,
    region: &Region,
    access_key_id: &str,
    next_token: Option<&str>,
) -> Result<Query, QueryRefusal> {
    Query::parse(LookupInput {
        account,
        region,
        attributes: &[("AccessKeyId", access_key_id)],
        start: None,
        end: None,
        category: None,
        max_results: Some(PAGE_EVENTS),
        next_token,
    })
}

/// Tells whether the key really signed: a refused signature is recorded without an identity.
fn was_proven(event: &FoundEvent) -> bool {
    let event: Value = serde_json::from_slice(&event.event).unwrap_or_default();
    event.pointer("/userIdentity/type").is_some_and(|kind| kind != "Unknown")
}

fn last_use(event: &FoundEvent, region: &Region) -> Option<LastUse> {
    let at = Timestamp::from_second(event.event_time.epoch_seconds()).ok()?;
    let source = event.event_source.as_deref().unwrap_or_default();
    let service = source.split('.').next().unwrap_or_default().to_owned();
    Some(LastUse { at, service, region: region.to_string() })
}
