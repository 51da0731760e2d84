//! The history as others use it: opened once, run once, asked by any number of handles.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use cairn_catalog::Catalog;
use cairn_event::Clock;
use cairn_journal::Position;
use cairn_projection::{Options, Source};
use jiff::Timestamp;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::config::HistoryConfig;
use crate::durable;
use crate::error::StoreError;
use crate::indexer::Indexer;
use crate::lookup::{self, ACROSS_AT_ONCE_MAX, LookupError};
use crate::page::{FoundEvent, Page};
use crate::query::Query;
use crate::sealer::Sealer;
use crate::search;
use crate::search::answer::{SearchPage, Span};
use crate::search::ask::{SEARCH_PAGE_EVENTS_MAX, Search, SearchRefusal};
use crate::search::export::Export;
use crate::search::line::Line;
use crate::search::summary::{BUCKETS_MAX, Summary};
use crate::split::Split;
use crate::telemetry;
use crate::token::Tokens;
use crate::view::{View, Views};

/// The cursor's name in the catalog.
pub const CURSOR: &str = "history";

/// Full drafts that wait for the sealer, beside the one it is at.
const DRAFTS_WAITING_MAX: usize = 1;

/// Asks the history. Cheap to clone.
#[derive(Debug, Clone)]
pub struct History {
    shared: Arc<Shared>,
}

/// Keeps the history: indexes, seals, merges, expires. Made once, run once.
#[derive(Debug)]
pub struct HistoryService {
    shared: Arc<Shared>,
    source: Source,
    clock: Arc<dyn Clock>,
    from: Position,
    indexer: Indexer,
    sealer: Sealer,
}

/// How much the history holds at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HistoryStats {
    /// Events in the head, which a restart indexes again.
    pub head_events: u64,
    /// Splits.
    pub splits: u64,
    /// Events in splits.
    pub split_events: u64,
    /// The next position to be indexed.
    pub indexed: Position,
}

/// The history could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The catalog could not be read.
    #[error("open the event history")]
    Catalog(#[from] cairn_catalog::StoreError),
    /// The directory cannot be used.
    #[error("open the event history in {}", dir.display())]
    Directory {
        /// The directory.
        dir: PathBuf,
        #[source]
        /// Why.
        source: StoreError,
    },
    /// A split that the catalog lists cannot be used. Its events can be indexed again while the journal
    /// holds them: remove it from the catalog and move the cursor back, or restore the directory.
    #[error("open split {id} of the event history")]
    Split {
        /// The split.
        id: String,
        #[source]
        /// Why.
        source: StoreError,
    },
    /// The token key is none.
    #[error("use the key of the history's tokens")]
    TokenKey,
}

/// What the parts of the history share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) config: HistoryConfig,
    pub(crate) views: Views,
    /// The next position to be indexed: everything below is visible.
    pub(crate) indexed: watch::Sender<Position>,
    tokens: Tokens,
    /// Leave to look up across accounts.
    across: Arc<Semaphore>,
    /// Leave to search.
    searches: Arc<Semaphore>,
    /// Searches and summaries that go on or wait for leave.
    asked: Arc<Line>,
    /// Exports that go on.
    exports: Arc<Line>,
}

/// How many searches, summaries and pieces of exports are worked on at once.
const SEARCHES_AT_ONCE_MAX: usize = 4;

/// How many searches and summaries go on or wait for their turn.
const ASKED_MAX: usize = 36;

/// How many of these one account has.
const ASKED_OF_ACCOUNT_MAX: usize = 24;

/// How many exports go on.
const EXPORTS_MAX: usize = 16;

/// How many of these one account has.
const EXPORTS_OF_ACCOUNT_MAX: usize = 8;

impl History {
    /// Opens the history: loads the splits that the catalog lists, removes what a crash left over, and
    /// goes on from the cursor. The head is rebuilt when the service runs.
    ///
    /// `token_key` must stay the same for tokens to outlive a restart.
    ///
    /// # Errors
    /// See [`OpenError`]; nothing is changed except that leftovers are gone.
    pub async fn open(
        config: HistoryConfig,
        catalog: Arc<dyn Catalog>,
        source: Source,
        clock: Arc<dyn Clock>,
        token_key: [u8; 32],
    ) -> Result<(Self, HistoryService), OpenError> {
        let tokens = Tokens::new(&token_key).map_err(|_unspecified| OpenError::TokenKey)?;
        let cursor = catalog.cursor(CURSOR).await?;
        let listed: Vec<String> = catalog.splits().await?.into_iter().map(|split| split.id).collect();
        let from = cursor.unwrap_or_else(|| source.reader().head());
        let (views, indexed) = (Views::default(), watch::Sender::new(from));
        let across = Arc::new(Semaphore::new(ACROSS_AT_ONCE_MAX));
        let searches = Arc::new(Semaphore::new(SEARCHES_AT_ONCE_MAX));
        let asked = Line::new(ASKED_MAX, ASKED_OF_ACCOUNT_MAX);
        let exports = Line::new(EXPORTS_MAX, EXPORTS_OF_ACCOUNT_MAX);
        let shared = Shared { config, views, indexed, tokens, across, searches, asked, exports };
        let shared = Arc::new(shared);
        let loading = Arc::clone(&shared);
        let loaded = tokio::task::spawn_blocking(move || load(&loading, &listed)).await;
        loaded.map_err(|lost| loading_lost(&shared, lost))??;

        let (full, drafts) = mpsc::channel(DRAFTS_WAITING_MAX);
        let in_directory = |source| OpenError::Directory { dir: shared.config.dir.clone(), source };
        let indexer =
            Indexer::new(Arc::clone(&shared), Arc::clone(&clock), drafts_in(&shared.config), from, full)
                .map_err(in_directory)?;
        let sealer = Sealer::new(Arc::clone(&shared), catalog, Arc::clone(&clock), drafts, cursor);
        let history = Self { shared: Arc::clone(&shared) };
        Ok((history, HistoryService { shared, source, clock, from, indexer, sealer }))
    }

    /// Answers a query on the calling thread. It may read from disk and takes up to some milliseconds, so
    /// that async callers use [`Self::find`].
    ///
    /// # Errors
    /// [`LookupError::Refused`] for a token that is not of this query; else the history could not be read.
    pub fn lookup(&self, query: &Query, now: Timestamp) -> Result<Page, LookupError> {
        let view = self.shared.views.current();
        let Shared { tokens, config, .. } = self.shared.as_ref();
        let began = Instant::now();
        let page = lookup::answer(&view, query, tokens, now, config.retention_seconds())?;
        telemetry::looked_up(began.elapsed(), page.events.len());
        Ok(page)
    }

    /// Answers a query on a blocking thread. May be dropped at any time.
    ///
    /// # Errors
    /// As [`Self::lookup`]; [`LookupError::Busy`] where it is one across accounts too many.
    pub async fn find(&self, query: Query, now: Timestamp) -> Result<Page, LookupError> {
        let history = self.clone();
        let leave = match &query.accounts {
            None => None,
            Some(_) => {
                let leave = Arc::clone(&self.shared.across).try_acquire_owned();
                Some(leave.map_err(|_none_left| LookupError::Busy)?)
            }
        };
        let looking = tokio::task::spawn_blocking(move || {
            // Held here, since the thread goes on where whoever waits for it has gone.
            let _leave = leave;
            history.lookup(&query, now)
        });
        looking.await.map_err(LookupError::Thread)?
    }

    /// Finds a page of a search on a blocking thread: `token` continues one. May be dropped at any time.
    ///
    /// # Errors
    /// [`LookupError::SearchRefused`] for a token that is not of this search, or too large a page;
    /// [`LookupError::Busy`] where as many searches as may be are going on or wait.
    pub async fn search(
        &self,
        search: Search,
        (page_events_max, token): (usize, Option<String>),
        now: Timestamp,
    ) -> Result<SearchPage, LookupError> {
        if !(1..=SEARCH_PAGE_EVENTS_MAX).contains(&page_events_max) {
            return Err(SearchRefusal::MaxResults.into());
        }
        let place = self.shared.asked.join(search.account).ok_or(LookupError::Busy)?;
        self.on_a_thread(place, move |shared, view, left| {
            let span = Span::of(&search, now, shared.config.retention_seconds());
            let asked = (page_events_max, token.as_deref());
            search::answer::answer((view, left), &search, asked, &shared.tokens, span)
        })
        .await
    }

    /// Counts what a search would find, in so many stretches of time. May be dropped at any time.
    ///
    /// # Errors
    /// [`LookupError::SearchRefused`] for too many stretches or none; [`LookupError::Busy`] where as many searches
    /// as may be are going on or wait.
    pub async fn summarise(
        &self,
        search: Search,
        buckets: u32,
        now: Timestamp,
    ) -> Result<Summary, LookupError> {
        if !(1..=BUCKETS_MAX).contains(&buckets) {
            return Err(SearchRefusal::Buckets.into());
        }
        let place = self.shared.asked.join(search.account).ok_or(LookupError::Busy)?;
        self.on_a_thread(place, move |shared, view, left| {
            let span = Span::of(&search, now, shared.config.retention_seconds());
            search::summary::summarise((view, left), &search, span, buckets)
        })
        .await
    }

    /// Begins to export what a search finds, at most `events_max` events. It counts as one that goes on until it is
    /// dropped.
    ///
    /// # Errors
    /// [`LookupError::Busy`] where as many exports as may be are going on.
    pub fn export(&self, search: Search, events_max: u64, now: Timestamp) -> Result<Export, LookupError> {
        let place = self.shared.exports.join(search.account).ok_or(LookupError::Busy)?;
        let span = Span::of(&search, now, self.shared.config.retention_seconds());
        Ok(Export::new(search, span, events_max).holding(place))
    }

    /// Finds the next piece of an export; none at its end. A piece may be empty. May be dropped at any time, and the
    /// export is gone with it.
    ///
    /// # Errors
    /// The history could not be read.
    pub async fn next_piece(
        &self,
        mut export: Export,
    ) -> Result<Option<(Export, Vec<FoundEvent>)>, LookupError> {
        self.on_a_thread((), move |_, view, _| Ok(export.next(view)?.map(|events| (export, events)))).await
    }

    /// Does work that reads from disk on a thread of its own, as soon as one of the few places for it is free; it
    /// holds its place in a line until it is done. Where this is dropped before its turn, nothing is done at all;
    /// where it is dropped later, the work is told.
    async fn on_a_thread<T: Send + 'static>(
        &self,
        place: impl Send + 'static,
        work: impl FnOnce(&Shared, &View, &CancellationToken) -> Result<T, LookupError> + Send + 'static,
    ) -> Result<T, LookupError> {
        let leave = Arc::clone(&self.shared.searches).acquire_owned().await;
        let leave = leave.map_err(|_never_closed| LookupError::Busy)?;
        let shared = Arc::clone(&self.shared);
        let left = CancellationToken::new();
        let _leaving = left.clone().drop_guard();
        let working = tokio::task::spawn_blocking(move || {
            // Held here, since the thread goes on where whoever waits for it has gone.
            let _held = (leave, place);
            let began = Instant::now();
            let done = work(&shared, &shared.views.current(), &left);
            telemetry::searched(began.elapsed());
            done
        });
        working.await.map_err(LookupError::Thread)?
    }

    /// Returns the next position to be indexed: every event below it can be found.
    pub fn indexed(&self) -> Position {
        *self.shared.indexed.borrow()
    }

    /// Waits until the event at `position` can be found. Cancel-safe; has no end of its own.
    pub async fn wait_for(&self, position: Position) {
        let mut indexed = self.shared.indexed.subscribe();
        // The sender lives as long as this handle, so that waiting cannot fail.
        if indexed.wait_for(|next| *next > position).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Counts what the history holds.
    pub fn stats(&self) -> HistoryStats {
        let view = self.shared.views.current();
        let chunks = view.heads.iter().flat_map(|part| &part.chunks);
        HistoryStats {
            head_events: chunks.map(|chunk| chunk.len() as u64).sum(),
            splits: view.splits.len() as u64,
            split_events: view.splits.iter().map(|split| split.manifest().events).sum(),
            indexed: self.indexed(),
        }
    }
}

impl HistoryService {
    /// Runs until `shutdown`: a batch being indexed and a split being written are finished first. What the
    /// head holds by then is indexed again at the next start.
    pub async fn run(self, shutdown: CancellationToken) {
        let Self { shared, source, clock, from, indexer, sealer } = self;
        let options = Options::default();
        let indexing = cairn_projection::run(source, from, indexer, options, clock, shutdown.clone());
        let (stopped_at, ()) = tokio::join!(indexing, sealer.run(shutdown));
        let head = shared.views.current().heads.len();
        tracing::info!(position = stopped_at, drafts = head, "event history stopped");
    }
}

/// Returns the directory of sealed splits.
pub(crate) fn splits_in(config: &HistoryConfig) -> PathBuf {
    config.dir.join("splits")
}

/// Returns the directory of what is not sealed yet; emptied at every start.
pub(crate) fn drafts_in(config: &HistoryConfig) -> PathBuf {
    config.dir.join("drafts")
}

fn load(shared: &Shared, listed: &[String]) -> Result<(), OpenError> {
    let config = &shared.config;
    let in_directory = |source: std::io::Error| {
        let source = StoreError::from(source);
        OpenError::Directory { dir: config.dir.clone(), source }
    };
    let (splits, drafts) = (splits_in(config), drafts_in(config));
    durable::remove(&drafts).map_err(in_directory)?;
    for dir in [&splits, &drafts] {
        fs::create_dir_all(dir).map_err(in_directory)?;
    }
    durable::sync_directory(&config.dir).map_err(in_directory)?;
    for entry in fs::read_dir(&splits).map_err(in_directory)? {
        let entry = entry.map_err(in_directory)?;
        // Published but never committed, or removed from the catalog but not yet from the disk.
        if !listed.iter().any(|id| entry.file_name() == id.as_str()) {
            tracing::info!(split = %entry.path().display(), "removed a split that the catalog does not list");
            durable::remove(&entry.path()).map_err(in_directory)?;
        }
    }
    let mut opened = Vec::with_capacity(listed.len());
    for id in listed {
        let split = Split::open(&splits.join(id));
        opened.push(split.map_err(|source| OpenError::Split { id: id.clone(), source })?);
    }
    shared.views.change(|view| view.replace_splits(&[], opened));
    Ok(())
}

fn loading_lost(shared: &Shared, lost: tokio::task::JoinError) -> OpenError {
    let source = StoreError::from(std::io::Error::other(lost));
    OpenError::Directory { dir: shared.config.dir.clone(), source }
}

#[cfg(test)]
mod tests;
