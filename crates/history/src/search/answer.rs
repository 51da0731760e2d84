//! Answering a search from one view.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::ask::{Search, SearchRefusal};
use super::tally::{self, Limits};
use crate::documents::Decoder;
use crate::error::StoreError;
use crate::key::Key;
use crate::lookup::{LookupError, PAGE_BYTES_MAX};
use crate::lookup_fields::LookupFields;
use crate::page::{FoundEvent, StoredEventError};
use crate::token::Tokens;
use crate::view::View;
use crate::walk::{Candidate, Next, Walk};

/// How much may be looked at before a page is given up, full or not.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Budget {
    /// Blocks of events uncompressed; each takes some forty microseconds.
    pub(crate) blocks: usize,
    /// Stretches of some thousand events that were ruled out without being read; a split that is opened counts as
    /// some.
    pub(crate) passed: usize,
    /// How long it may take, however little was done: what is not in the page cache must come from the disk, up to a
    /// sieve of 2 KiB for each block that is ruled out.
    pub(crate) time: Duration,
}

impl Budget {
    /// What a page may take: less than a second where files are in the page cache, and no longer where they are not.
    pub(crate) const PAGE: Self = Self { blocks: 8000, passed: 8000, time: Duration::from_secs(1) };

    /// Takes off what was spent.
    pub(crate) fn less(self, haul: &Haul) -> Self {
        let (blocks, passed, time) = haul.spent;
        Self {
            blocks: self.blocks.saturating_sub(blocks),
            passed: self.passed.saturating_sub(passed),
            time: self.time.saturating_sub(time),
        }
    }

    /// Tells whether nothing is left.
    pub(crate) fn is_spent(self) -> bool {
        self.blocks == 0 || self.passed == 0 || self.time.is_zero()
    }
}

/// As how many stretches a split counts that is opened: its values are looked through, a millisecond or some.
const OPENED: usize = 16;

/// The most events that are looked at to tell how many match in all.
const COUNTED_MAX: u64 = 5_000_000;

/// The most events that are read to count where their values do not tell: less than half a second from the page cache.
pub(crate) const READS_MAX: usize = 10_000;

/// What a page's total may take. Ten million events take a fraction of it from the page cache.
const OF_TOTAL: Limits = Limits { reads: READS_MAX, time: Duration::from_secs(5) };

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
    /// Blocks uncompressed, stretches passed over, and the time that took.
    pub(crate) spent: (usize, usize, Duration),
}

/// Answers a page of `search` from `view`; gives up counting once `left` says that nobody waits.
pub(crate) fn answer(
    (view, left): (&View, &CancellationToken),
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
    let haul = hunt(view, search, (span, after), page_events_max, Budget::PAGE)?;
    let next_token = match haul.last {
        Some(last) => Some(tokens.seal(last, fingerprint).map_err(|_unspecified| LookupError::Token)?),
        None => None,
    };
    let searched_back_to = haul.last.filter(|_| haul.tired).map(|last| last.seconds);
    let total = match after {
        None if haul.last.is_none() => Some(Total { count: haul.events.len() as u64, exact: true }),
        None if tally::can_be_counted(view, search, span) => {
            Some(tally::count((view, left), search, span, (COUNTED_MAX, OF_TOTAL))?)
        }
        _ => None,
    };
    Ok(SearchPage { events: haul.events, next_token, total, searched_back_to })
}

/// Finds the next events below `after`. The budget bounds how much is looked at in vain.
pub(crate) fn hunt(
    view: &View,
    search: &Search,
    (span, after): (Span, Option<Key>),
    page_events_max: usize,
    budget: Budget,
) -> Result<Haul, LookupError> {
    let mut walk = Walk::new(view, search.wanted(span, after));
    let mut decoder = Decoder::of_search().map_err(StoreError::from)?;
    let (mut haul, mut bytes, mut stretches) = (Haul::default(), 0, 0);
    let Budget { blocks: mut blocks_max, passed: mut passed_max, time: mut time_max } = budget;
    let (began, mut full) = (Instant::now(), false);
    loop {
        let next = walk.step()?;
        if matches!(next, Next::Passed(_)) {
            stretches += 1;
        }
        let passed = stretches + OPENED * walk.opened();
        let time = began.elapsed();
        haul.spent = (decoder.decoded(), passed, time);
        let at = match next {
            Next::End => {
                haul.last = None;
                return Ok(haul);
            }
            Next::Passed(key) => key,
            Next::Candidate(candidate) => {
                if let Some(found) = read(search, &candidate, &mut decoder)? {
                    if full {
                        return Ok(haul);
                    }
                    bytes += found.event.len();
                    haul.events.push(found);
                }
                candidate.key
            }
        };
        if !full && (haul.events.len() >= page_events_max || bytes >= PAGE_BYTES_MAX) {
            // Whether there is more is worth a little looking; where that is not enough there may be.
            haul.last = Some(at);
            full = true;
            blocks_max = decoder.decoded() + budget.blocks / 8;
            passed_max = passed + budget.passed / 8;
            time_max = time.saturating_add(budget.time / 8);
        }
        if decoder.decoded() > blocks_max || passed > passed_max || time > time_max {
            if !full {
                haul.last = Some(at);
                haul.tired = true;
            }
            return Ok(haul);
        }
    }
}

/// Reads a candidate, and tells what it is if it is searched for.
fn read(
    search: &Search,
    candidate: &Candidate,
    decoder: &mut Decoder,
) -> Result<Option<FoundEvent>, LookupError> {
    let Key { seconds, position } = candidate.key;
    let document = candidate.documents.get(position, decoder).map_err(StoreError::from)?;
    let document = document.ok_or(StoreError::Damaged("an event of the index has no document"))?;
    let account = document.account().filter(|account| search.tells(*account, seconds));
    let Some(account) = account.filter(|_| document.is_in(&search.region)) else { return Ok(None) };
    let event = document.event();
    let fields = LookupFields::parse(&event).map_err(|source| StoredEventError { position, source })?;
    let matches = search.matches(&fields, &event);
    Ok(matches.then(|| FoundEvent::new((account, position), event.clone(), &fields)))
}
