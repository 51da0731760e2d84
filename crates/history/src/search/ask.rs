//! What may be searched for, and what is refused.

use std::sync::Arc;

use cairn_event::{AccountId, Outcome, Region};
use jiff::Timestamp;

use super::answer::Span;
use super::field::Field;
use super::filter::{Filter, Operator};
use super::words::Words;
use crate::accounts::{self, Accounts};
use crate::attribute::{HistoryCategory, Scope, Term};
use crate::coded;
use crate::documents;
use crate::hash::xxh64;
use crate::key::{Key, Range};
use crate::lookup_fields::LookupFields;
use crate::query::{TimeRangeRefusal, VALUE_LENGTH_MAX, parse_times};
use crate::walk::{Conditions, Drive, Sought, Wanted};

/// The most filters of a search.
pub const FILTERS_MAX: usize = 20;

/// The most values of a filter.
pub const FILTER_VALUES_MAX: usize = 50;

/// The most events on a page of a search.
pub const SEARCH_PAGE_EVENTS_MAX: usize = 100;

/// The most terms of all filters in all accounts.
const TERMS_MAX: usize = if cfg!(test) { 5 } else { 20_000 };

/// A search as it was asked.
#[derive(Debug, Clone)]
pub struct SearchInput<'a> {
    /// The caller's account.
    pub account: AccountId,
    /// The Region that was asked.
    pub region: &'a Region,
    /// The earliest event time.
    pub start: Option<Timestamp>,
    /// The latest event time.
    pub end: Option<Timestamp>,
    /// Which history.
    pub category: HistoryCategory,
    /// All of these must hold.
    pub filters: Vec<Filter>,
    /// Words that must stand in the record.
    pub text: &'a str,
}

/// A search that can be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    pub(crate) account: AccountId,
    pub(crate) accounts: Option<Accounts>,
    pub(crate) region: Region,
    pub(crate) category: HistoryCategory,
    pub(crate) start: Option<i64>,
    pub(crate) end: Option<i64>,
    pub(crate) filters: Vec<Filter>,
    pub(crate) words: Words,
}

/// The search is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SearchRefusal {
    /// More filters than there may be.
    #[error("a search has at most {FILTERS_MAX} filters")]
    TooManyFilters,
    /// A filter without values, or with too many.
    #[error("a filter has 1 to {FILTER_VALUES_MAX} values, and none where it asks whether there is one")]
    Values,
    /// An empty value, or one that is too long.
    #[error("a filter's value has 1 to {VALUE_LENGTH_MAX} characters")]
    ValueLength,
    /// A value that no outcome has.
    #[error("an outcome is succeeded, failed or denied")]
    Outcome,
    /// The text has too many words or is too long.
    #[error("the text has at most 20 words and 2,000 bytes")]
    Text,
    /// The times mean nothing.
    #[error("search in this time range: {0}")]
    TimeRange(TimeRangeRefusal),
    /// The page is too small or too large.
    #[error("a page has 1 to {SEARCH_PAGE_EVENTS_MAX} events")]
    MaxResults,
    /// The token is not one that was answered to this search.
    #[error("continue a search: the token is not one that was answered to it")]
    NextToken,
    /// The buckets are too many or none.
    #[error("a summary has 1 to 200 buckets")]
    Buckets,
}

impl Search {
    /// Checks a search.
    ///
    /// # Errors
    /// The first thing that is refused: filters in their order, text, times.
    pub fn parse(input: SearchInput<'_>) -> Result<Self, SearchRefusal> {
        let SearchInput { account, region, start, end, category, filters, text } = input;
        if filters.len() > FILTERS_MAX {
            return Err(SearchRefusal::TooManyFilters);
        }
        for filter in &filters {
            check(filter)?;
        }
        let filters = filters.into_iter().map(Filter::in_order).collect();
        let words = Words::parse(text).ok_or(SearchRefusal::Text)?;
        let (start, end) = parse_times(start, end).map_err(SearchRefusal::TimeRange)?;
        Ok(Self { account, accounts: None, region: region.clone(), category, start, end, filters, words })
    }

    /// Searches in these accounts instead of the caller's own. Whether the caller may is decided by whoever asks.
    pub fn across(self, accounts: Accounts) -> Self {
        Self { accounts: Some(accounts), ..self }
    }

    /// Lists the accounts that are looked in, with the first second that may be told of each.
    pub(crate) fn places(&self) -> Vec<(AccountId, i64)> {
        accounts::places(self.account, self.accounts.as_ref())
    }

    /// Tells whether an event of that second in that account may be told.
    pub(crate) fn tells(&self, account: AccountId, seconds: i64) -> bool {
        accounts::tells(self.account, self.accounts.as_ref(), account, seconds)
    }

    /// Tells whether an event is one that is searched for, its account and Region apart.
    pub(crate) fn matches(&self, fields: &LookupFields<'_>, record: &[u8]) -> bool {
        fields.category == Some(self.category)
            && self.filters.iter().all(|filter| filter.holds(fields))
            && self.words.stand_in(record)
    }

    /// Says what a walk looks for.
    pub(crate) fn wanted(&self, span: Span, after: Option<Key>) -> Wanted {
        let drives = self.drives();
        let conditions = Conditions { filters: self.filters.clone(), pieces: Arc::new(self.pieces()) };
        let range = Range::new(span.start, span.end, after);
        Wanted { drives, range, conditions: Some(Arc::new(conditions)) }
    }

    /// Lists the terms by which events may be found. A filter that would be too many in all accounts is left to the
    /// values beside the events, or to the events.
    pub(crate) fn drives(&self) -> Vec<Drive> {
        let places = self.places();
        let mut drives = vec![self.drive(&places, None, &[""], |scope, _| scope.everything())];
        let mut by_terms: Vec<&Filter> = self.filters.iter().collect();
        // What no value decides needs them most.
        by_terms.sort_by_key(|filter| coded::column(filter.field).is_some());
        let mut left = TERMS_MAX;
        for filter in by_terms {
            let terms = filter.values.len().saturating_mul(places.len());
            if let (Operator::Equals, Some(tag)) = (filter.operator, filter.field.tag())
                && terms <= left
            {
                left -= terms;
                let values: Vec<&str> = filter.values.iter().map(String::as_str).collect();
                let field = Some(filter.field);
                drives.push(self.drive(&places, field, &values, |scope, value| scope.tagged(tag, value)));
            }
        }
        drives
    }

    /// Makes the terms of some values in each account that is looked in.
    fn drive(
        &self,
        places: &[(AccountId, i64)],
        field: Option<Field>,
        values: &[&str],
        term: impl Fn(Scope, &str) -> Term,
    ) -> Drive {
        let terms = places.iter().flat_map(|(account, since)| {
            let scope = Scope::of(self.category, *account, &self.region);
            let term = &term;
            values.iter().map(move |value| (*account, term(scope, value), *since))
        });
        Drive { field, sought: Sought::new(terms) }
    }

    /// Returns what must stand in an event's bytes: the words, and the beginnings of values that are kept nowhere
    /// else.
    fn pieces(&self) -> documents::Sought {
        let beginnings =
            self.filters.iter().filter_map(|filter| match (filter.operator, filter.values.as_slice()) {
                (Operator::StartsWith, [only]) if coded::column(filter.field).is_none() => {
                    Some(only.as_str())
                }
                _ => None,
            });
        // Letters beyond ASCII may become ASCII in lower case.
        let words = self.words.parts().filter(|word| word.is_ascii());
        documents::Sought::new(words.chain(beginnings))
    }

    /// Tells whether everything that is asked shows in the values beside the events.
    pub(crate) fn is_decided_by_values(&self) -> bool {
        self.words.is_empty() && self.filters.iter().all(|filter| coded::column(filter.field).is_some())
    }

    /// Sums up the search: a token continues the one that it was made for and no other.
    pub(crate) fn fingerprint(&self) -> u64 {
        let Self { account, accounts, region, category, start, end, filters, words } = self;
        let mut text = b"search".to_vec();
        let mut add = |part: &[u8]| {
            text.extend_from_slice(&(part.len() as u64).to_le_bytes());
            text.extend_from_slice(part);
        };
        add(account.as_str().as_bytes());
        add(region.as_str().as_bytes());
        add(match category {
            HistoryCategory::Management => b"management",
            HistoryCategory::Insight => b"insight",
        });
        for time in [start, end] {
            add(&time.map(i64::to_le_bytes).map(Vec::from).unwrap_or_default());
        }
        add(&(filters.len() as u64).to_le_bytes());
        for Filter { field, operator, values } in filters {
            add(field.as_str().as_bytes());
            add(operator.as_str().as_bytes());
            add(&(values.len() as u64).to_le_bytes());
            for value in values {
                add(value.as_bytes());
            }
        }
        for word in words.parts() {
            add(word.as_bytes());
        }
        if let Some(accounts) = accounts {
            add(accounts.name().as_bytes());
        }
        xxh64(&text, 0)
    }
}

/// Finds what is wrong with a filter.
fn check(filter: &Filter) -> Result<(), SearchRefusal> {
    let allowed = if filter.operator.has_values() { 1..=FILTER_VALUES_MAX } else { 0..=0 };
    if !allowed.contains(&filter.values.len()) {
        return Err(SearchRefusal::Values);
    }
    let is_fine = |value: &String| !value.is_empty() && value.chars().count() <= VALUE_LENGTH_MAX;
    if !filter.values.iter().all(is_fine) {
        return Err(SearchRefusal::ValueLength);
    }
    let is_outcome = |value: &String| {
        Outcome::NAMES.iter().any(|name| match filter.operator {
            Operator::StartsWith => name.starts_with(value.as_str()),
            _ => name == value,
        })
    };
    let is_known = filter.field != Field::Outcome || filter.values.iter().all(is_outcome);
    if is_known { Ok(()) } else { Err(SearchRefusal::Outcome) }
}
