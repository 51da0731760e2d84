//! From what was counted and found to one transaction of the store.

use std::sync::Arc;

use cairn_anomaly::{Minute, Verdict};
use cairn_catalog::Snapshot;

use crate::counting::{Counting, Found, Standing, Unsaved};
use crate::facts::{self, Asked};
use crate::ids;
use crate::insight::{Insight, State};
use crate::metric::{MetricId, Place};
use crate::record;
use crate::store::{
    Changed, Closing, Count, CountedShare, Gap, Mark, Position, Record, SeriesState, Store, StoreError,
};
use crate::told::{Changes, Open, Told};
use crate::wanted;

/// Verdicts that became records, and what those change.
#[derive(Debug, Default)]
pub(crate) struct Dealt {
    pub(crate) records: Vec<Record>,
    pub(crate) changes: Changes,
}

/// A transaction of the store, until it is committed.
#[derive(Debug)]
pub(crate) struct Saving {
    pub(crate) position: Position,
    seen: Vec<(Place, Minute)>,
    counts: Vec<Count>,
    shares: Vec<CountedShare>,
    states: Vec<SeriesState>,
    marks: Vec<Mark>,
    forgotten: Vec<MetricId>,
    held: Vec<MetricId>,
    pub(crate) dealt: Dealt,
    /// What is known to be in the journal: a restart reads on behind it.
    pub(crate) arrived: Vec<Arc<str>>,
    gaps: Vec<Gap>,
}

impl Saving {
    /// Returns it as the store takes it.
    pub(crate) fn closing(&self) -> Closing<'_> {
        Closing {
            position: self.position,
            seen: &self.seen,
            counts: &self.counts,
            shares: &self.shares,
            states: &self.states,
            marks: &self.marks,
            forgotten: &self.forgotten,
            held: &self.held,
            records: &self.dealt.records,
            arrived: &self.arrived,
            gaps: &self.gaps,
        }
    }
}

/// Gives the metrics that are new a number.
pub(crate) async fn identify(store: &Store, counting: &mut Counting) -> Result<(), StoreError> {
    let fresh = counting.fresh();
    if fresh.is_empty() {
        return Ok(());
    }
    let asked = fresh.iter().map(|(at, minute)| (counting.fleet.metric(*at).as_ref().clone(), *minute));
    let ids = store.identify(&asked.collect::<Vec<_>>()).await?;
    counting.identified(fresh.into_iter().map(|(at, _)| at).zip(ids));
    Ok(())
}

/// Makes records of what was found, of all that some trail would get; of what was told, the end in any case.
pub(crate) async fn deal(
    store: &Store,
    counting: &Counting,
    told: &Told,
    snapshot: &Snapshot,
) -> Result<Dealt, StoreError> {
    let mut dealt = Dealt::default();
    for found in counting.found() {
        match found.verdict {
            Verdict::Started(opening) => {
                let asked = Asked {
                    at: found.at,
                    sensitivity: opening.sensitivity,
                    direction: opening.direction,
                    state: State::Start,
                    start: opening.start,
                    to: opening.start.plus(opening.minutes),
                };
                start(store, counting, told, snapshot, (found, asked), &mut dealt).await?;
            }
            Verdict::Ended(closing) => {
                let key = (found.at, closing.sensitivity);
                // The end of something older is the end of something else.
                let open = told.open(&dealt.changes, found.at, closing.sensitivity);
                let Some(open) = open.filter(|open| open.start < closing.end) else { continue };
                let asked = Asked {
                    at: found.at,
                    sensitivity: closing.sensitivity,
                    direction: open.direction,
                    state: State::End,
                    start: open.start,
                    to: closing.end.max(open.start.plus(1)),
                };
                let insight = facts::gather(store, counting, asked).await?;
                push(counting, found, insight, open.imported, &mut dealt);
                dealt.changes.insert(key, None);
            }
        }
    }
    Ok(dealt)
}

async fn start(
    store: &Store,
    counting: &Counting,
    told: &Told,
    snapshot: &Snapshot,
    (found, asked): (&Found, Asked),
    dealt: &mut Dealt,
) -> Result<(), StoreError> {
    let metric = counting.fleet.metric(found.at);
    let is_told = told.open(&dealt.changes, found.at, asked.sensitivity).is_some();
    if is_told || !wanted::listened_to(snapshot, metric, asked.sensitivity) {
        return Ok(());
    }
    if is_known(store, counting, &asked).await? {
        return Ok(());
    }
    let insight = facts::gather(store, counting, asked).await?;
    if !wanted::wanted(snapshot, &insight) {
        return Ok(());
    }
    push(counting, found, insight, found.imported, dealt);
    let open = Open { start: asked.start, direction: asked.direction, imported: found.imported };
    dealt.changes.insert((found.at, asked.sensitivity), Some(open));
    Ok(())
}

/// Tells whether something that was told before overlaps what began: a series that was built anew finds it once more.
async fn is_known(store: &Store, counting: &Counting, asked: &Asked) -> Result<bool, StoreError> {
    let Some(id) = counting.fleet.id(asked.at) else { return Ok(false) };
    let known = store.records_of(id, asked.start.minus(LONGEST), asked.to).await?;
    let mut of = known.iter().map(|known| &known.record.insight);
    Ok(of.any(|insight| {
        insight.sensitivity == asked.sensitivity && insight.start.plus(insight.minutes) > asked.start
    }))
}

/// What goes on for longer than this, in minutes, has ended by force.
const LONGEST: u32 = 2 * 24 * 60;

fn push(counting: &Counting, found: &Found, insight: Insight, imported: bool, dealt: &mut Dealt) {
    let Some(metric) = counting.fleet.id(found.at) else { return };
    let Insight { sensitivity, start, state, .. } = insight;
    dealt.records.push(Record {
        id: ids::event_id(&insight.metric, sensitivity, start, state).into(),
        shared_id: ids::shared_event_id(&insight.metric, sensitivity, start).into(),
        metric,
        body: record::render(&insight).into(),
        insight,
        imported,
    });
}

/// Puts everything that is to be saved together; it is the store's from then on.
pub(crate) fn assemble(counting: &mut Counting, told: &Told, dealt: Dealt, standing: Standing) -> Saving {
    let unusual = told.unusual(&dealt.changes);
    let Unsaved { cells, due, marked, places, forgotten, gaps } = counting.take_unsaved(&unusual);
    let fleet = &counting.fleet;
    let (mut counts, mut shares) = (Vec::with_capacity(cells.len()), Vec::new());
    for ((at, minute), cell) in cells {
        let Some(metric) = fleet.id(at) else { continue };
        counts.push(Count { metric, minute, calls: cell.calls });
        shares.extend(cell.shares().map(|(attribute, value, calls)| CountedShare {
            metric,
            minute,
            attribute,
            value: Arc::clone(value),
            calls,
        }));
    }
    let states = due.iter().filter_map(|at| {
        let (metric, series) = (fleet.id(*at)?, fleet.series(*at)?);
        Some(SeriesState { metric, bytes: series.encode() })
    });
    let marks = marked.iter().filter_map(|at| {
        let (changed, behind) = (counting.stale(*at), fleet.behind(*at));
        Some(Mark {
            metric: fleet.id(*at)?,
            changed: changed.map(|it| Changed { from: it.from, to: it.to, imported: it.imported }),
            newest_late: behind.map(|behind| behind.newest),
            behind_until: behind.map(|behind| behind.until),
        })
    });
    let held = unusual.iter().copied().chain(counting.all_stale());
    Saving {
        position: Position {
            closed: standing.closed,
            resume: told.earlier.resume(standing.resume),
            counted: standing.counted,
        },
        seen: places,
        counts,
        shares,
        states: states.collect(),
        marks: marks.collect(),
        held: held.filter_map(|at| fleet.id(at)).collect(),
        forgotten,
        arrived: told.arrived_of(&dealt.records),
        dealt,
        gaps,
    }
}
