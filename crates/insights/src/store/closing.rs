//! The closing of a minute: the one transaction that counts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cairn_anomaly::Minute;

use super::column::day;
use super::error::StoreError;
use super::gaps::Gap;
use super::position::Position;
use super::record::Record;
use super::series::{Mark, SeriesState};
use super::shares::MINUTES_KEPT;
use super::texts::{self, TextId};
use super::{Store, Tx, gaps, metrics, points, position, records, series, shares};
use crate::attribution::Attribute;
use crate::metric::{MetricId, Place};
use crate::watched::Watched;

/// The calls of a metric in one minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Count {
    /// The metric.
    pub metric: MetricId,
    /// The minute.
    pub minute: Minute,
    /// The calls.
    pub calls: u32,
}

/// Whom some calls of a metric in one minute are put down to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CountedShare {
    /// The metric.
    pub metric: MetricId,
    /// The minute.
    pub minute: Minute,
    /// What they are told apart by.
    pub attribute: Attribute,
    /// The value.
    pub value: Arc<str>,
    /// The calls.
    pub calls: u32,
}

/// A minute that is closed, with all that comes of it.
#[derive(Debug, Clone, Copy)]
pub struct Closing<'a> {
    /// How far the store has come with it. The minute may be the one that was closed before: then only late calls and
    /// what comes of them are entered.
    pub position: Position,
    /// Places of which more is known than was, in place of what was.
    pub seen: &'a [(Place, Watched)],
    /// Calls to be added to what is counted: those of the minute, and late ones.
    pub counts: &'a [Count],
    /// Whom they are put down to, to be added likewise.
    pub shares: &'a [CountedShare],
    /// What series know, in place of what they knew.
    pub states: &'a [SeriesState],
    /// Which series late calls were counted of, in place of what is marked of them.
    pub marks: &'a [Mark],
    /// Series of which nothing is left. Their metrics stay until their last points are gone.
    pub forgotten: &'a [MetricId],
    /// All metrics of which shares are to be kept by the minute now: those with something unusual going on and those
    /// to be built anew. Of others, shares of minutes are forgotten after [`MINUTES_KEPT`] minutes.
    pub held: &'a [MetricId],
    /// What was found, to be sent. Those whose ids are known are left as they are.
    pub records: &'a [Record],
    /// Records, by their ids, that were seen in the journal before the position.
    pub arrived: &'a [Arc<str>],
    /// Minutes that nobody watched.
    pub gaps: &'a [Gap],
}

impl Closing<'_> {
    /// A closing with which nothing comes but the position.
    pub fn at(position: Position) -> Self {
        Self {
            position,
            seen: &[],
            counts: &[],
            shares: &[],
            states: &[],
            marks: &[],
            forgotten: &[],
            held: &[],
            records: &[],
            arrived: &[],
            gaps: &[],
        }
    }
}

impl Store {
    /// Enters all of it, or nothing. Not cancel-safe: dropped halfway, it may have happened or not.
    ///
    /// # Errors
    /// When the store can't be written, and [`super::StoreFailure::Contradicted`] when the position would go back.
    pub async fn close_minute(&self, closing: &Closing<'_>) -> Result<(), StoreError> {
        let doing = "close a minute";
        let today = day(closing.position.closed);
        let (known, new) = self.sort_texts(today, closing.shares);
        let mut tx = self.begin(doing).await?;
        let entered = self.watch(write(&mut tx, closing, today, (&known, &new)).await)?;
        self.finish(tx, doing).await?;
        self.lock_texts().remember(today, entered);
        Ok(())
    }

    /// Sorts the values of shares into those whose numbers are known and others.
    fn sort_texts(
        &self,
        today: i64,
        shares: &[CountedShare],
    ) -> (BTreeMap<Arc<str>, TextId>, BTreeSet<Arc<str>>) {
        let mut texts = self.lock_texts();
        texts.turn_to(today);
        let (mut known, mut new) = (BTreeMap::new(), BTreeSet::new());
        for CountedShare { value, .. } in shares {
            match texts.id(value) {
                Some(id) => drop(known.insert(Arc::clone(value), id)),
                None => drop(new.insert(Arc::clone(value))),
            }
        }
        (known, new)
    }

    /// Forgets which numbers values have: some are not stored any more.
    pub(super) fn forget_texts(&self) {
        *self.lock_texts() = super::Texts::default();
    }

    fn lock_texts(&self) -> std::sync::MutexGuard<'_, super::Texts> {
        // Whoever panicked while holding it left a map that is whole.
        self.texts.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

async fn write(
    tx: &mut Tx,
    closing: &Closing<'_>,
    today: i64,
    (known, new): (&BTreeMap<Arc<str>, TextId>, &BTreeSet<Arc<str>>),
) -> Result<BTreeMap<Arc<str>, TextId>, StoreError> {
    let kept = closing.position.closed.minus(MINUTES_KEPT - 1);
    position::advance(tx, closing.position).await?;
    metrics::enter_places(tx, closing.seen).await?;
    points::enter(tx, closing.counts).await?;
    let entered = texts::enter(tx, today, new).await?;
    let text = |value: &str| known.get(value).or_else(|| entered.get(value)).copied();
    shares::enter(tx, closing.shares, text, kept).await?;
    shares::turn(tx, closing.held, kept).await?;
    series::enter_states(tx, closing.states).await?;
    series::enter_marks(tx, closing.marks).await?;
    series::forget(tx, closing.forgotten, closing.position.closed).await?;
    records::enter(tx, closing.records).await?;
    records::mark_sent(tx, closing.arrived).await?;
    gaps::enter(tx, closing.gaps).await?;
    Ok(entered)
}
