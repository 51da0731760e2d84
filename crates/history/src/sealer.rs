//! The reconciler: seals full drafts, merges small splits, removes expired ones.
//!
//! One task does all of it, one step after the other, so that nothing else ever changes the list of
//! splits. Each step writes files first, commits to the catalog second and changes the view last: a crash
//! leaves at most files that nobody lists.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use cairn_catalog::{Catalog, CursorError, CursorMove, SplitChange};
use cairn_event::{Clock, EventTime};
use cairn_journal::Position;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tracing::{error, info};

use crate::draft::Draft;
use crate::durable;
use crate::error::StoreError;
use crate::history::{CURSOR, Shared, drafts_in, splits_in};
use crate::plan::{self, Step};
use crate::split::{self, Manifest, Split};
use crate::telemetry::{self, Work};
use crate::view::View;

/// How long to wait after a step that failed.
const PAUSE: Duration = Duration::from_secs(5);

/// How long splits are left alone whose rewriting failed for another reason than damage.
const ASIDE: SignedDuration = SignedDuration::from_mins(10);

/// A step was not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SealError {
    #[error("write a split")]
    Store(#[from] StoreError),
    #[error("list a split in the catalog")]
    Catalog(#[from] CursorError),
    #[error("write a split: the thread was lost")]
    Thread,
}

/// The reconciler's state.
#[derive(Debug)]
pub(crate) struct Sealer {
    shared: Arc<Shared>,
    catalog: Arc<dyn Catalog>,
    clock: Arc<dyn Clock>,
    drafts: mpsc::Receiver<Draft>,
    /// The draft at hand, as far as it got.
    at_hand: Option<Sealing>,
    /// Where the catalog's cursor stands.
    cursor: Option<Position>,
    /// Splits of former runs whose checksums are still to be compared.
    unverified: Vec<Arc<Split>>,
    aside: Aside,
}

/// Splits that could not be rewritten, and until when they are left alone: none for as long as this process runs.
#[derive(Debug, Default)]
struct Aside(BTreeMap<String, Option<Timestamp>>);

impl Aside {
    fn put(&mut self, ids: Vec<String>, until: Option<Timestamp>) {
        self.0.extend(ids.into_iter().map(|id| (id, until)));
    }

    /// Lists those that are left alone at this time, and forgets the others.
    fn at(&mut self, now: Timestamp) -> BTreeSet<&str> {
        self.0.retain(|_, until| until.is_none_or(|until| now < until));
        self.0.keys().map(String::as_str).collect()
    }
}

/// How far a draft has got.
#[derive(Debug)]
enum Sealing {
    /// Nothing is published.
    Draft(Box<Draft>),
    /// Its split, if it had any event, is published; the catalog does not know yet.
    Published { draft: u64, to: Position, split: Option<Arc<Split>> },
}

impl Sealer {
    pub(crate) fn new(
        shared: Arc<Shared>,
        catalog: Arc<dyn Catalog>,
        clock: Arc<dyn Clock>,
        drafts: mpsc::Receiver<Draft>,
        cursor: Option<Position>,
    ) -> Self {
        let unverified = shared.views.current().splits.clone();
        Self { shared, catalog, clock, drafts, at_hand: None, cursor, unverified, aside: Aside::default() }
    }

    /// Works until `shutdown`; a step that was begun is finished.
    pub(crate) async fn run(mut self, shutdown: CancellationToken) {
        let every = self.shared.config.reconcile_every;
        // Nothing at first: a start has its head to index again, and merging would compete with that.
        let mut wait = every;
        loop {
            // A draft at hand is tried again before another is taken.
            tokio::select! {
                biased;
                () = shutdown.cancelled() => break,
                draft = self.drafts.recv(), if self.at_hand.is_none() => match draft {
                    Some(draft) => self.at_hand = Some(Sealing::Draft(Box::new(draft))),
                    None => break,
                },
                () = tokio::time::sleep(wait) => {}
            }
            let (work, done) = if self.at_hand.is_some() {
                (Work::Seal, self.seal().await.map(|()| true))
            } else {
                self.maintain().await
            };
            wait = match done {
                Ok(true) => Duration::ZERO,
                Ok(false) => every,
                Err(failure) => {
                    telemetry::failed(work);
                    let cause = std::error::Error::source(&failure).map(ToString::to_string);
                    error!(work = work.as_str(), error = %failure, cause, "event history is behind");
                    PAUSE
                }
            };
        }
    }

    /// Takes the draft at hand as far as it goes.
    async fn seal(&mut self) -> Result<(), SealError> {
        if let Some(Sealing::Draft(draft)) = self.at_hand.take() {
            let splits = splits_in(&self.shared.config);
            let work = tokio::task::spawn_blocking(move || publish(*draft, &splits));
            match work.await.map_err(|_lost| SealError::Thread)? {
                Ok(published) => self.at_hand = Some(published),
                Err((draft, failure)) => {
                    self.at_hand = Some(Sealing::Draft(draft));
                    return Err(failure.into());
                }
            }
        }
        let Some(Sealing::Published { draft, to, split }) = &self.at_hand else { return Ok(()) };
        let add = match split {
            Some(split) => vec![self.listed(split)?],
            None => Vec::new(),
        };
        let step = CursorMove { name: CURSOR.to_owned(), expected: self.cursor, to: *to };
        let change = SplitChange { add, remove: Vec::new(), cursor: Some(step) };
        match self.catalog.replace_splits(change).await {
            Ok(()) => {}
            // An answer that was lost on the way: the commit was ours.
            Err(CursorError::Moved { actual }) if actual == Some(*to) => {}
            Err(failure) => return Err(failure.into()),
        }
        let add: Vec<Arc<Split>> = split.iter().map(Arc::clone).collect();
        telemetry::worked(Work::Seal, add.len());
        self.cursor = Some(*to);
        self.shared.views.change(|view| {
            view.remove_head(*draft);
            view.replace_splits(&[], add);
        });
        info!(position = *to, "sealed the event history's head");
        self.at_hand = None;
        Ok(())
    }

    /// Does the next step of maintenance; tells whether there was one.
    async fn maintain(&mut self) -> (Work, Result<bool, SealError>) {
        let view = self.shared.views.current();
        let now = self.now();
        let set_aside = self.aside.at(now);
        let manifests: Vec<&Manifest> = view.splits.iter().map(|split| split.manifest()).collect();
        let config = &self.shared.config;
        let oldest = self.clock.now().as_second().saturating_sub(config.retention_seconds());
        match plan::next_step(&manifests, &set_aside, oldest, config.split_events_max) {
            None => (Work::Verify, self.verify().await),
            Some(Step::Expire(ids)) => (Work::Expire, self.expire(ids).await.map(|()| true)),
            Some(Step::Merge(ids)) => {
                let done = self.merge(ids.clone()).await;
                (Work::Merge, self.go_on(Work::Merge, ids, done))
            }
            Some(Step::Renew(id)) => {
                let done = self.renew(id.clone()).await;
                (Work::Renew, self.go_on(Work::Renew, vec![id], done))
            }
        }
    }

    /// Sets splits aside that could not be rewritten, so that work goes on with others. Where the disk or a thread is
    /// to blame they get their turn again; what is damaged is told once.
    fn go_on(
        &mut self,
        work: Work,
        ids: Vec<String>,
        done: Result<(), SealError>,
    ) -> Result<bool, SealError> {
        match done {
            Ok(()) => Ok(true),
            Err(SealError::Store(failure)) if failure.is_of_damage() => {
                telemetry::failed(work);
                let cause = std::error::Error::source(&failure).map(ToString::to_string);
                let error = &failure as &dyn std::error::Error;
                error!(
                    work = work.as_str(),
                    splits = ids.join(" "),
                    error,
                    cause,
                    "splits of the event history are left as they are: one is damaged and may hide events"
                );
                self.aside.put(ids, None);
                Ok(true)
            }
            Err(failure) => {
                if !matches!(failure, SealError::Catalog(_)) {
                    self.aside.put(ids, self.now().checked_add(ASIDE).ok());
                }
                Err(failure)
            }
        }
    }

    /// Compares the checksums of one split that an earlier run left; tells whether there was one.
    ///
    /// A split that is damaged stays in use: what it still yields is compared with the events themselves,
    /// and what it hides is told here.
    async fn verify(&mut self) -> Result<bool, SealError> {
        let view = self.shared.views.current();
        let Some(split) = next_unverified(&mut self.unverified, &view) else { return Ok(false) };
        let id = split.manifest().id();
        let work = tokio::task::spawn_blocking(move || split.verify());
        if let Err(failure) = work.await.map_err(|_lost| SealError::Thread)? {
            telemetry::failed(Work::Verify);
            error!(split = id, error = %failure, "a split of the event history is damaged and may hide events");
        }
        Ok(true)
    }

    async fn expire(&self, mut ids: Vec<String>) -> Result<(), SealError> {
        ids.truncate(SplitChange::SPLITS_MAX);
        let change = SplitChange { remove: ids.clone(), ..SplitChange::default() };
        self.catalog.replace_splits(change).await?;
        self.shared.views.change(|view| view.replace_splits(&ids, Vec::new()));
        telemetry::worked(Work::Expire, ids.len());
        info!(splits = ids.len(), "removed expired splits of the event history");
        self.remove_files(ids).await
    }

    async fn merge(&self, ids: Vec<String>) -> Result<(), SealError> {
        let view = self.shared.views.current();
        let parts: Vec<Arc<Split>> =
            view.splits.iter().filter(|split| ids.contains(&split.manifest().id())).cloned().collect();
        let merged = self.write_anew(move |dir, _| split::merge(&parts, dir)).await?;
        let events = merged.manifest().events;
        self.replace(&ids, merged).await?;
        info!(splits = ids.len(), events, "merged splits of the event history");
        telemetry::worked(Work::Merge, ids.len());
        self.remove_files(ids).await
    }

    async fn renew(&self, id: String) -> Result<(), SealError> {
        let view = self.shared.views.current();
        let Some(old) = view.splits.iter().find(|split| split.manifest().id() == id).cloned() else {
            return Ok(());
        };
        let piece = self.shared.config.head_events_max;
        let renewed = self.write_anew(move |dir, pieces| split::renew(&old, dir, pieces, piece)).await?;
        let (ids, events) = (vec![id], renewed.manifest().events);
        self.replace(&ids, renewed).await?;
        info!(split = ids.first(), events, "wrote a split of the event history anew");
        telemetry::worked(Work::Renew, 1);
        self.remove_files(ids).await
    }

    /// Writes a split in a place that `write` is told, beside one for what comes before it, and publishes it.
    async fn write_anew(
        &self,
        write: impl FnOnce(&Path, &Path) -> Result<Manifest, StoreError> + Send + 'static,
    ) -> Result<Arc<Split>, SealError> {
        let drafts = drafts_in(&self.shared.config);
        let (dir, pieces) = (drafts.join("merge"), drafts.join("pieces"));
        let splits = splits_in(&self.shared.config);
        let work = tokio::task::spawn_blocking(move || -> Result<Arc<Split>, StoreError> {
            durable::remove(&dir)?;
            std::fs::create_dir_all(&dir)?;
            let name = splits.join(write(&dir, &pieces)?.id());
            durable::publish(&dir, &name)?;
            Split::open(&name)
        });
        Ok(work.await.map_err(|_lost| SealError::Thread)??)
    }

    /// Puts a split in the place of others.
    async fn replace(&self, ids: &[String], split: Arc<Split>) -> Result<(), SealError> {
        let change = SplitChange { add: vec![self.listed(&split)?], remove: ids.to_vec(), cursor: None };
        self.catalog.replace_splits(change).await?;
        self.shared.views.change(|view| view.replace_splits(ids, vec![split]));
        Ok(())
    }

    /// Removes splits' files; lookups that still read them go on.
    async fn remove_files(&self, ids: Vec<String>) -> Result<(), SealError> {
        let splits = splits_in(&self.shared.config);
        let work = tokio::task::spawn_blocking(move || -> Result<(), StoreError> {
            for id in ids {
                durable::remove(&splits.join(id))?;
            }
            Ok(())
        });
        Ok(work.await.map_err(|_lost| SealError::Thread)??)
    }

    /// Describes a split for the catalog.
    fn listed(&self, split: &Split) -> Result<cairn_catalog::Split, StoreError> {
        let manifest = split.manifest();
        let (newest, oldest) = manifest.span().ok_or(StoreError::Damaged("a split is empty"))?;
        let dir = splits_in(&self.shared.config).join(manifest.id());
        Ok(cairn_catalog::Split {
            id: manifest.id(),
            first_position: manifest.from,
            last_position: manifest.to.saturating_sub(1),
            events: manifest.events,
            oldest_event: EventTime::from_epoch_seconds(oldest.seconds),
            newest_event: EventTime::from_epoch_seconds(newest.seconds),
            accounts: manifest.accounts.clone(),
            bytes: durable::bytes_in(&dir)?,
            created: self.now(),
        })
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

/// Takes the next split to verify; what was merged or has expired meanwhile has no files any more.
fn next_unverified(unverified: &mut Vec<Arc<Split>>, view: &View) -> Option<Arc<Split>> {
    unverified.retain(|split| view.splits.iter().any(|listed| Arc::ptr_eq(listed, split)));
    unverified.pop()
}

/// Makes the draft's split, if it has any event; gives the draft back if that fails.
fn publish(mut draft: Draft, splits: &Path) -> Result<Sealing, (Box<Draft>, StoreError)> {
    let (id, to) = (draft.id(), draft.next());
    if draft.events() == 0 {
        // Leftovers are removed at the next start too.
        return match durable::remove(draft.dir()) {
            Ok(()) => Ok(Sealing::Published { draft: id, to, split: None }),
            Err(failure) => Err((Box::new(draft), failure.into())),
        };
    }
    match write(&mut draft, splits) {
        Ok(split) => Ok(Sealing::Published { draft: id, to, split: Some(split) }),
        Err(failure) => Err((Box::new(draft), failure)),
    }
}

fn write(draft: &mut Draft, splits: &Path) -> Result<Arc<Split>, StoreError> {
    let name_of = |manifest: &Manifest| splits.join(manifest.id());
    // An earlier try may have published and failed only to open.
    if draft.dir().try_exists()? {
        let rows = draft.finish()?;
        let manifest = split::seal(rows, draft.from(), draft.next(), draft.accounts(), draft.dir())?;
        durable::publish(draft.dir(), &name_of(&manifest))?;
        return Split::open(&name_of(&manifest));
    }
    Split::open(&splits.join(Manifest::id_of(draft.from(), draft.next())))
}

#[cfg(test)]
mod tests;
