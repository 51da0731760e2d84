//! Searching behind Event history: several filters, free text, counts, and everything that matches.
//!
//! What Cairn's own pages ask; LookupEvents stays as AWS has it.

mod ask;
mod export;
mod summary;

use cairn_history::{FoundEvent, LookupError, SearchPage, SearchRefusal};
use cairn_wire::cloudtrail::Event as Shape;
use serde::Serialize;

use crate::lookup::{shape, time_range_words};
use crate::{Caller, Control, OrganizationView, Refusal};

pub use ask::SearchAsk;
pub use export::{ExportForm, HistoryExport};
pub use summary::{HistorySummary, RankedValue, SummaryBucket, SummaryTop};

/// A page of what a search finds, newest first.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct FoundEvents {
    /// The events.
    pub events: Vec<FoundShape>,
    /// Continues the search; none on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
    /// How many events match in all; on the first page, where it can be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<FoundTotal>,
    /// How far back the search came, where it stopped before the page was full.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub searched_back_to: Option<String>,
}

/// An event, and whose it is where several accounts were searched.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct FoundShape {
    /// The account in whose history it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_id: Option<String>,
    /// What LookupEvents tells of it.
    #[serde(flatten)]
    pub event: Shape,
}

/// How many events match.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct FoundTotal {
    /// So many were counted.
    pub count: u64,
    /// Whether these are all.
    pub exact: bool,
}

impl Control {
    /// Finds events of the caller's account, or of its organization where that was asked, in the endpoint's Region.
    ///
    /// # Errors
    /// The caller can't see the organization; a token that is not of this search.
    pub async fn search_events(&self, caller: &Caller, ask: &SearchAsk) -> Result<FoundEvents, Refusal> {
        let search = self.searched(caller, ask)?;
        let page = (ask.max_results, ask.next_token.clone());
        let page = self.history.search(search, page, self.clock.now()).await.map_err(refused)?;
        let SearchPage { events, next_token, total, searched_back_to } = page;
        Ok(FoundEvents {
            events: events.into_iter().map(|found| found_shape(found, ask)).collect(),
            next_token,
            total: total.map(|total| FoundTotal { count: total.count, exact: total.exact }),
            searched_back_to: searched_back_to.map(instant),
        })
    }

    /// Makes the search, in the accounts that the caller may see.
    fn searched(&self, caller: &Caller, ask: &SearchAsk) -> Result<cairn_history::Search, Refusal> {
        let search = ask.search(caller)?;
        let Some(part) = &ask.organization else { return Ok(search) };
        let view = OrganizationView::of(&self.catalog.current(), caller.account, part)?;
        Ok(search.across(view.accounts(part)))
    }
}

fn found_shape(found: FoundEvent, ask: &SearchAsk) -> FoundShape {
    let account_id = ask.organization.is_some().then(|| found.account.to_string());
    FoundShape { account_id, event: shape(found) }
}

/// Says when something was, as ISO 8601.
fn instant(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).unwrap_or_default().to_string()
}

fn refused(error: LookupError) -> Refusal {
    match error {
        LookupError::SearchRefused(refusal) => search_refused(refusal),
        LookupError::Busy => Refusal::Throttled,
        error => Refusal::Internal(Box::new(error)),
    }
}

fn search_refused(refusal: SearchRefusal) -> Refusal {
    match refusal {
        SearchRefusal::TooManyFilters
        | SearchRefusal::Values
        | SearchRefusal::ValueLength
        | SearchRefusal::Outcome => Refusal::LookupAttributesInvalid(sentence(&refusal.to_string())),
        SearchRefusal::Text | SearchRefusal::Buckets => {
            Refusal::InsightsParameterInvalid(sentence(&refusal.to_string()))
        }
        SearchRefusal::TimeRange(why) => Refusal::TimeRangeInvalid(time_range_words(why).to_owned()),
        SearchRefusal::MaxResults => {
            Refusal::MaxResultsInvalid("MaxResults must be between 1 and 100.".to_owned())
        }
        SearchRefusal::NextToken => Refusal::NextTokenInvalid(
            "The token is invalid or was made by a request with other parameters.".to_owned(),
        ),
    }
}

/// Makes an error's words a sentence.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).chain(['.']).collect()
}
