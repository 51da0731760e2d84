//! Which of the newest events selectors would take, before a trail has them.

use cairn_event::{Category, Entry, EventView, Origin};
use cairn_history::FoundEvent;
use cairn_select::{Selectors, caused_by_delivery};
use cairn_wire::cloudtrail::{Event as Shape, PutEventSelectorsRequest};
use serde::Serialize;

use crate::event_selectors::selectors_of;
use crate::lookup::shape;
use crate::{Caller, Refusal};

/// The most events that are looked at for one preview.
pub const PREVIEW_EVENTS_MAX: u64 = 5_000;

/// The most events that are shown of either kind, and how many where it is not said.
const SHOWN_MAX: i64 = 50;
const SHOWN: usize = 10;

/// Selectors to try, and for whom.
#[derive(Debug)]
pub struct PreviewAsk {
    selectors: Selectors,
    caller: Caller,
    shown_max: usize,
}

/// A preview in the making: it is shown events, newest first.
#[derive(Debug)]
pub struct Preview {
    ask: PreviewAsk,
    answer: PreviewAnswer,
}

/// What a preview answers. Members are as they are sent.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "as sent")]
pub struct PreviewAnswer {
    pub scanned: u64,
    /// When the oldest event was recorded that was looked at, or now where there is none.
    pub scanned_since: String,
    pub matched: u64,
    pub by_category: PreviewCategories,
    pub matching: Vec<Shape>,
    pub not_matching: Vec<Shape>,
}

/// How many of those that match are of which category.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "as sent")]
pub struct PreviewCategories {
    pub management: u64,
    pub data: u64,
    pub network_activity: u64,
}

impl PreviewAsk {
    /// Understands the selectors as PutEventSelectors would, and how many events are to be shown.
    ///
    /// # Errors
    /// Those of PutEventSelectors about selectors; a number of events that can't be shown.
    pub fn new(
        caller: Caller,
        request: &PutEventSelectorsRequest,
        max_results: Option<i64>,
    ) -> Result<Self, Refusal> {
        let shown_max = match max_results {
            None => SHOWN,
            Some(count @ 0..=SHOWN_MAX) => usize::try_from(count).unwrap_or(SHOWN),
            Some(_) => {
                let words = format!("MaxResults must be between 0 and {SHOWN_MAX}.");
                return Err(Refusal::MaxResultsInvalid(words));
            }
        };
        Ok(Self { selectors: selectors_of(request)?, caller, shown_max })
    }
}

impl Preview {
    /// Begins to look.
    pub fn new(ask: PreviewAsk) -> Self {
        Self { ask, answer: PreviewAnswer::default() }
    }

    /// Tells whether as many events were looked at as may be.
    pub fn is_full(&self) -> bool {
        self.answer.scanned >= PREVIEW_EVENTS_MAX
    }

    /// Looks at the next older entry of the journal.
    ///
    /// It counts if it is of the caller's account and Region and a call: Insights events are chosen otherwise, and
    /// what delivery causes goes only to trails that ask for it. What was imported counts, though no trail gets it.
    pub fn look_at(&mut self, position: u64, entry: &Entry) {
        let concerns = entry.account == self.ask.caller.account && entry.region == self.ask.caller.region;
        if !concerns || entry.origin == Origin::Delivery || self.is_full() {
            return;
        }
        // What is no event is no business of this page's; whoever delivers it says so.
        let Ok(view) = EventView::parse(&entry.event) else { return };
        let category = view.category();
        if matches!(category, Category::Insight | Category::Other) || caused_by_delivery(&view) {
            return;
        }
        let matches = self.ask.selectors.matches(&view);
        let answer = &mut self.answer;
        answer.scanned += 1;
        answer.scanned_since = instant(entry.received_ms);
        if matches {
            answer.matched += 1;
            match category {
                Category::Management => answer.by_category.management += 1,
                Category::Data => answer.by_category.data += 1,
                Category::NetworkActivity => answer.by_category.network_activity += 1,
                Category::Insight | Category::Other => {}
            }
        }
        let shown = if matches { &mut answer.matching } else { &mut answer.not_matching };
        if shown.len() < self.ask.shown_max
            && let Ok(found) = FoundEvent::parse((entry.account, position), entry.event.clone())
        {
            shown.push(shape(found));
        }
    }

    /// Says what was seen until now.
    pub fn answer(self, now: jiff::Timestamp) -> PreviewAnswer {
        let mut answer = self.answer;
        if answer.scanned == 0 {
            answer.scanned_since = instant(now.as_millisecond());
        }
        answer
    }
}

fn instant(milliseconds: i64) -> String {
    let at = jiff::Timestamp::from_millisecond(milliseconds).unwrap_or_default();
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests;
