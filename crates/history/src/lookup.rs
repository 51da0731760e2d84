//! Answering a query from one view.

use jiff::Timestamp;

use crate::attribute::{Attribute, Scope, Term};
use crate::documents::Decoder;
use crate::error::StoreError;
use crate::key::{Key, Range};
use crate::lookup_fields::LookupFields;
use crate::page::{FoundEvent, Page, StoredEventError};
use crate::query::{Query, QueryRefusal};
use crate::search::ask::SearchRefusal;
use crate::search::field::Field;
use crate::token::Tokens;
use crate::view::View;
use crate::walk::{Drive, Sought, Walk, Wanted};

/// The most event bytes on a page; the event that crosses it is the page's last.
pub const PAGE_BYTES_MAX: usize = 4 << 20;

/// How many lookups across accounts go on at once: each may hold a cursor of more than a kilobyte for each account.
pub const ACROSS_AT_ONCE_MAX: usize = 4;

/// A lookup was not answered.
#[derive(Debug, thiserror::Error)]
pub enum LookupError {
    /// The caller must ask otherwise.
    #[error(transparent)]
    Refused(#[from] QueryRefusal),
    /// The search must be asked otherwise.
    #[error(transparent)]
    SearchRefused(#[from] SearchRefusal),
    /// The history could not be read; the same lookup may succeed later.
    #[error("read the event history")]
    Store(#[from] StoreError),
    /// A stored event could not be understood.
    #[error("read the event history")]
    Event(#[from] StoredEventError),
    /// As many lookups across accounts, searches or exports as may be are going on or wait; the same one may
    /// succeed a moment later.
    #[error("read the event history: as many do so now as may")]
    Busy,
    /// Whoever asked no longer waits for the answer.
    #[error("read the event history: nobody waits for it any more")]
    Abandoned,
    /// The token could not be sealed.
    #[error("seal the token of the next page")]
    Token,
    /// The thread that looked up was lost.
    #[error("look up on a blocking thread")]
    Thread(#[source] tokio::task::JoinError),
}

/// Answers `query` from `view`, never telling events older than `retention_seconds` before `now`.
pub(crate) fn answer(
    view: &View,
    query: &Query,
    tokens: &Tokens,
    now: Timestamp,
    retention_seconds: i64,
) -> Result<Page, LookupError> {
    let fingerprint = query.fingerprint();
    let after = match &query.next_token {
        None => None,
        Some(text) => match tokens.open(text, fingerprint) {
            Ok(after) => Some(after),
            Err(_invalid) => return Err(QueryRefusal::NextToken.into()),
        },
    };
    let oldest = now.as_second().saturating_sub(retention_seconds);
    let start = query.start.unwrap_or(oldest).max(oldest);
    let end = query.end.unwrap_or_else(|| now.as_second());
    let sought = Sought::new(query.places().into_iter().map(|(account, since)| {
        let scope = Scope::of(query.category, account, &query.region);
        (account, term(scope, query.filter.as_ref()), since)
    }));
    let field = query.filter.as_ref().map(|(attribute, _)| Field::Of(*attribute));
    let drives = vec![Drive { field, sought }];
    let wanted = Wanted { drives, range: Range::new(start, end, after), conditions: None };
    let mut walk = Walk::new(view, wanted);
    let (events, last) = fill(&mut walk, query)?;
    let next_token = match last {
        Some(last) if walk.next()?.is_some() => {
            Some(tokens.seal(last, fingerprint).map_err(|_unspecified| LookupError::Token)?)
        }
        _ => None,
    };
    Ok(Page { events, next_token })
}

fn term(scope: Scope, filter: Option<&(Attribute, String)>) -> Term {
    match filter {
        None => scope.everything(),
        Some((attribute, value)) => scope.term(*attribute, value),
    }
}

/// Takes a page of events; tells the last one's key if the page is full.
fn fill(walk: &mut Walk, query: &Query) -> Result<(Vec<FoundEvent>, Option<Key>), LookupError> {
    let mut decoder = Decoder::new().map_err(StoreError::from)?;
    let mut events = Vec::new();
    let mut bytes = 0;
    while let Some(candidate) = walk.next()? {
        let Key { seconds, position } = candidate.key;
        let document = candidate.documents.get(position, &mut decoder).map_err(StoreError::from)?;
        let document = document.ok_or(StoreError::Damaged("an event of the index has no document"))?;
        // A term is a hash, and anybody may look for a value with a hash that suits them.
        let account = document.account().filter(|account| query.tells(*account, seconds));
        let Some(account) = account.filter(|_| document.is_in(&query.region)) else { continue };
        let event = document.event();
        let fields = LookupFields::parse(&event).map_err(|source| StoredEventError { position, source })?;
        if !matches(query, &fields) {
            continue;
        }
        bytes += event.len();
        events.push(FoundEvent::new((account, position), event.clone(), &fields));
        if events.len() >= query.page_events_max || bytes >= PAGE_BYTES_MAX {
            return Ok((events, Some(candidate.key)));
        }
    }
    Ok((events, None))
}

/// Tells whether the event really has what its term promised.
fn matches(query: &Query, fields: &LookupFields<'_>) -> bool {
    fields.category == Some(query.category)
        && query.filter.as_ref().is_none_or(|(attribute, value)| fields.has(*attribute, value))
}

#[cfg(test)]
pub(crate) mod tests;
