//! From what was counted and found to one transaction of the store.

use std::sync::Arc;

use cairn_anomaly::Minute;

use crate::counting::{Counting, Standing, Unsaved};
use crate::deal::Dealt;
use crate::metric::{MetricId, Place};
use crate::store::{
    Changed, Closing, Count, CountedShare, Gap, Mark, Position, SeriesState, Store, StoreError,
};
use crate::told::Told;
use crate::watched::Watched;

/// A transaction of the store, until it is committed.
#[derive(Debug)]
pub(crate) struct Saving {
    pub(crate) position: Position,
    seen: Vec<(Place, Watched)>,
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
    let asked = fresh.iter().map(|at| {
        let metric = counting.fleet.metric(*at);
        let live = counting.fleet.places.get(&metric.place).map_or(Minute::default(), |watched| watched.live);
        (metric.as_ref().clone(), live)
    });
    let ids = store.identify(&asked.collect::<Vec<_>>()).await?;
    counting.identified(fresh.into_iter().zip(ids));
    Ok(())
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
            changed: changed.map(|it| Changed { from: it.from, to: it.to, live: it.live }),
            newest_late: behind.map(|behind| behind.newest),
            behind_until: behind.map(|behind| behind.until),
            heard: fleet.heard(*at),
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
