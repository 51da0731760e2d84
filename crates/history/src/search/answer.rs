//! Answering a search from one view.

use jiff::Timestamp;

use super::ask::{Search, SearchRefusal, driving};
use crate::attribute::Scope;
use crate::documents::Decoder;
use crate::error::StoreError;
use crate::key::{Key, Range};
use crate::lookup::{LookupError, PAGE_BYTES_MAX};
use crate::lookup_fields::LookupFields;
use crate::page::{FoundEvent, StoredEventError};
use crate::token::Tokens;
use crate::view::View;
use crate::walk::{Sought, Walk, Wanted};

/// The most events that are read for one page.
const READ_MAX: usize = 300_000;

/// Some events that a search found, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchPage {
    /// The events.
    pub events: Vec<FoundEvent>,
    /// Continues the search; none on the last page.
    pub next_token: Option<String>,
    /// How many events match, on the first page and where that can be told.
    pub total: Option<Total>,
    /// How far back the search came, where it stopped before the page was full: seconds since the Unix epoch.
    pub searched_back_to: Option<i64>,
}

/// How many events match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Total {
    /// So many were counted.
    pub count: u64,
    /// Whether that is all of them.
    pub exact: bool,
}

/// From when to when a search looks, seconds since the Unix epoch, both inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: i64,
    pub(crate) end: i64,
}

impl Span {
    /// Narrows what was asked to what may be told.
    pub(crate) fn of(search: &Search, now: Timestamp, retention_seconds: i64) -> Self {
        let oldest = now.as_second().saturating_sub(retention_seconds);
        let start = search.start.unwrap_or(oldest).max(oldest);
        Self { start, end: search.end.unwrap_or_else(|| now.as_second()) }
    }
}

/// What of a page was found.
#[derive(Debug, Default)]
pub(crate) struct Haul {
    pub(crate) events: Vec<FoundEvent>,
    /// Where the search is to go on; none at its end.
    pub(crate) last: Option<Key>,
    /// Whether it stopped before the page was full.
    pub(crate) tired: bool,
}

/// Answers a page of `search` from `view`.
pub(crate) fn answer(
    view: &View,
    search: &Search,
    (page_events_max, token): (usize, Option<&str>),
    tokens: &Tokens,
    span: Span,
) -> Result<SearchPage, LookupError> {
    let fingerprint = search.fingerprint();
    let after = match token {
        None => None,
        Some(text) => match tokens.open(text, fingerprint) {
            Ok(after) => Some(after),
            Err(_invalid) => return Err(SearchRefusal::NextToken.into()),
        },
    };
    let haul = hunt(view, search, span, after, page_events_max)?;
    let next_token = match haul.last {
        Some(last) => Some(tokens.seal(last, fingerprint).map_err(|_unspecified| LookupError::Token)?),
        None => None,
    };
    let searched_back_to = haul.last.filter(|_| haul.tired).map(|last| last.seconds);
    Ok(SearchPage { events: haul.events, next_token, total: None, searched_back_to })
}

/// Finds the next events below `after`.
pub(crate) fn hunt(
    view: &View,
    search: &Search,
    span: Span,
    after: Option<Key>,
    page_events_max: usize,
) -> Result<Haul, LookupError> {
    let driving = driving(&search.filters);
    let mut terms = Vec::new();
    for (account, since) in search.places() {
        let scope = Scope::of(search.category, account, &search.region);
        match driving {
            None => terms.push((scope.everything(), since)),
            Some((attribute, values)) => {
                terms.extend(values.iter().map(|value| (scope.term(attribute, value), since)));
            }
        }
    }
    let (sought, attribute) = (Sought::new(terms.into_iter()), driving.map(|(attribute, _)| attribute));
    let range = Range::new(span.start, span.end, after);
    let mut walk = Walk::new(view, Wanted { attribute, sought, range });
    let mut decoder = Decoder::new().map_err(StoreError::from)?;
    let (mut haul, mut bytes, mut read) = (Haul::default(), 0, 0);
    while let Some(candidate) = walk.next()? {
        let Key { seconds, position } = candidate.key;
        let document = candidate.documents.get(position, &mut decoder).map_err(StoreError::from)?;
        let document = document.ok_or(StoreError::Damaged("an event of the index has no document"))?;
        let account = document.account().filter(|account| search.tells(*account, seconds));
        read += 1;
        if let Some(account) = account.filter(|_| document.is_in(&search.region)) {
            let event = document.event();
            let fields =
                LookupFields::parse(&event).map_err(|source| StoredEventError { position, source })?;
            if search.matches(&fields, &event) {
                bytes += event.len();
                haul.events.push(FoundEvent::new((account, position), event.clone(), &fields));
            }
        }
        let full = haul.events.len() >= page_events_max || bytes >= PAGE_BYTES_MAX;
        if full || read >= READ_MAX {
            haul.tired = !full;
            haul.last = walk.next()?.map(|_| candidate.key);
            return Ok(haul);
        }
    }
    Ok(haul)
}
