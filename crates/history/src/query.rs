//! What may be asked of the history, and what is refused.

use cairn_event::{AccountId, Region};
use jiff::Timestamp;

use crate::accounts::{self, Accounts};
use crate::attribute::{Attribute, HistoryCategory};
use crate::hash::xxh64;

/// The most events on a page, and how many there are when the caller does not say.
pub const PAGE_EVENTS_MAX: usize = 50;

/// The longest attribute value, in characters as [`value_length`] counts them.
pub const VALUE_LENGTH_MAX: usize = 2000;

/// A lookup as it was asked, member by member.
#[derive(Debug, Clone, Copy)]
pub struct LookupInput<'a> {
    /// The caller's account: nobody sees another's history, [`Query::across`] apart.
    pub account: AccountId,
    /// The Region that was asked.
    pub region: &'a Region,
    /// `LookupAttributes`: keys and values.
    pub attributes: &'a [(&'a str, &'a str)],
    /// `StartTime`.
    pub start: Option<Timestamp>,
    /// `EndTime`.
    pub end: Option<Timestamp>,
    /// `EventCategory`.
    pub category: Option<&'a str>,
    /// `MaxResults`.
    pub max_results: Option<i64>,
    /// `NextToken`.
    pub next_token: Option<&'a str>,
}

/// A lookup that can be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    pub(crate) account: AccountId,
    /// Whose events are looked for, where it is not the caller's account alone.
    pub(crate) accounts: Option<Accounts>,
    pub(crate) region: Region,
    pub(crate) category: HistoryCategory,
    pub(crate) filter: Option<(Attribute, String)>,
    pub(crate) start: Option<i64>,
    pub(crate) end: Option<i64>,
    pub(crate) page_events_max: usize,
    pub(crate) next_token: Option<String>,
}

/// The lookup is refused. One kind for each of the API's errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QueryRefusal {
    /// `InvalidLookupAttributesException`.
    #[error("look up by these attributes: {0}")]
    Attributes(AttributesRefusal),
    /// `InvalidTimeRangeException`.
    #[error("look up in this time range: {0}")]
    TimeRange(TimeRangeRefusal),
    /// `InvalidMaxResultsException`.
    #[error("look up this many events: 1 to 50 are allowed")]
    MaxResults,
    /// `InvalidNextTokenException`.
    #[error("continue a lookup: the token is not one that was answered to this request")]
    NextToken,
    /// `InvalidEventCategoryException`.
    #[error("look up events of this category: only insight can be named")]
    Category,
}

/// What is wrong with the attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AttributesRefusal {
    /// More than one.
    #[error("one attribute is allowed")]
    TooMany,
    /// A key that does not exist.
    #[error("the key is none of the eight")]
    UnknownKey,
    /// A key that Insights events do not have.
    #[error("insight events are looked up by EventId, EventName or EventSource")]
    NotOfInsights,
    /// An empty or too long value.
    #[error("the value must have 1 to 2000 characters, where _, blank, comma and newline count twice")]
    ValueLength,
}

/// What is wrong with the time range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TimeRangeRefusal {
    /// The start lies after the end.
    #[error("the start lies after the end")]
    Backwards,
    /// A time before 1970.
    #[error("the times must lie after 1970")]
    OutOfRange,
}

impl Query {
    /// Checks a lookup, in the order attributes, times, category, page size. The token is checked when the
    /// query is answered.
    ///
    /// # Errors
    /// The first thing that is refused.
    pub fn parse(input: LookupInput<'_>) -> Result<Self, QueryRefusal> {
        let filter = parse_attributes(input.attributes)?;
        let (start, end) = parse_times(input.start, input.end).map_err(QueryRefusal::TimeRange)?;
        let category = match input.category {
            None => HistoryCategory::Management,
            Some("insight") => HistoryCategory::Insight,
            Some(_) => return Err(QueryRefusal::Category),
        };
        if let (HistoryCategory::Insight, Some((attribute, _))) = (category, &filter)
            && !matches!(attribute, Attribute::EventId | Attribute::EventName | Attribute::EventSource)
        {
            return Err(QueryRefusal::Attributes(AttributesRefusal::NotOfInsights));
        }
        let page_events_max = match input.max_results {
            None => PAGE_EVENTS_MAX,
            Some(asked) => match usize::try_from(asked) {
                Ok(events @ 1..=PAGE_EVENTS_MAX) => events,
                Ok(_) | Err(_) => return Err(QueryRefusal::MaxResults),
            },
        };
        Ok(Self {
            account: input.account,
            accounts: None,
            region: input.region.clone(),
            category,
            filter,
            start,
            end,
            page_events_max,
            next_token: input.next_token.map(str::to_owned),
        })
    }

    /// Looks in these accounts instead of the caller's own. Whether the caller may is decided by whoever asks.
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

    /// Sums up everything but the token: a token continues the query that it was made for and no other.
    pub(crate) fn fingerprint(&self) -> u64 {
        let Self { account, accounts, region, category, filter, start, end, page_events_max, next_token: _ } =
            self;
        let mut text = Vec::with_capacity(128);
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
        match filter {
            None => add(b""),
            Some((attribute, value)) => {
                add(attribute.as_str().as_bytes());
                add(value.as_bytes());
            }
        }
        for time in [start, end] {
            match time {
                None => add(b""),
                Some(seconds) => add(&seconds.to_le_bytes()),
            }
        }
        add(&(*page_events_max as u64).to_le_bytes());
        if let Some(accounts) = accounts {
            add(accounts.name().as_bytes());
        }
        xxh64(&text, 0)
    }
}

fn parse_attributes(given: &[(&str, &str)]) -> Result<Option<(Attribute, String)>, QueryRefusal> {
    let (key, value) = match given {
        [] => return Ok(None),
        [one] => *one,
        _ => return Err(QueryRefusal::Attributes(AttributesRefusal::TooMany)),
    };
    let attribute =
        key.parse().map_err(|_unknown| QueryRefusal::Attributes(AttributesRefusal::UnknownKey))?;
    if (1..=VALUE_LENGTH_MAX).contains(&value_length(value)) {
        Ok(Some((attribute, value.to_owned())))
    } else {
        Err(QueryRefusal::Attributes(AttributesRefusal::ValueLength))
    }
}

/// Counts an attribute value's characters as the API does: `_`, blank, comma and newline count twice.
pub fn value_length(value: &str) -> usize {
    value.chars().map(|char| if matches!(char, '_' | ' ' | ',' | '\n') { 2 } else { 1 }).sum()
}

/// Narrows the range to whole seconds, in which event times are written.
pub(crate) fn parse_times(
    start: Option<Timestamp>,
    end: Option<Timestamp>,
) -> Result<(Option<i64>, Option<i64>), TimeRangeRefusal> {
    if [start, end].into_iter().flatten().any(|time| time < Timestamp::UNIX_EPOCH) {
        return Err(TimeRangeRefusal::OutOfRange);
    }
    if let (Some(start), Some(end)) = (start, end)
        && start > end
    {
        return Err(TimeRangeRefusal::Backwards);
    }
    let start = start.map(|start| start.as_second() + i64::from(start.subsec_nanosecond() > 0));
    Ok((start, end.map(Timestamp::as_second)))
}

#[cfg(test)]
mod tests;
