//! What would have been found in the past, with the detector as it is now.
//!
//! Each metric of a place is told its points again, from the first that is kept. The caller asks for one step after
//! the other and is told how far it has come; it stops by asking no more. Nothing is written, and no trail is told.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use cairn_anomaly::{Closing, Direction, Minute, Opening, Sensitivity, Verdict};

use crate::metric::{Metric, MetricId, Place};
use crate::rebuild::{Past, phase, rebuild};
use crate::store::{Gap, Keep, PlaceFilter, Store, StoreError};
use crate::watched::Watched;
use crate::{State, store};

/// What is to be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BacktestQuery {
    /// Where.
    pub places: PlaceFilter,
    /// The first minute in which something may begin.
    pub from: Minute,
    /// The first minute that is not looked at any more.
    pub to: Minute,
    /// At which sensitivity; `None`: at each.
    pub sensitivity: Option<Sensitivity>,
}

/// Something unusual of the past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Whose calls.
    pub metric: Metric,
    /// Its first minutes, those that gave it away.
    pub opening: Opening,
    /// The whole of it; `None` if it went on in the last minute that was looked at.
    pub closing: Option<Closing>,
    /// The calls from its start to its end, or to the last minute that was looked at.
    pub calls: u64,
    /// The minutes before its start that were watched: at most seven days.
    pub baseline_minutes: u32,
    /// The calls in those.
    pub baseline_calls: u64,
    /// The `eventID` of the Insights event that told its start, if one did.
    pub event_id: Option<Arc<str>>,
}

/// What a step came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BacktestStep {
    /// What was found in it, by metrics, and of each in order.
    pub found: Vec<Finding>,
    /// Metrics that were looked at so far.
    pub metrics: u64,
    /// Metrics that there were at the beginning.
    pub of: u64,
}

/// A look at the past that is going on.
#[derive(Debug)]
pub struct Backtest {
    store: Arc<Store>,
    asked: BacktestQuery,
    /// The first minute of which points are kept.
    first: Minute,
    watched: BTreeMap<Place, Watched>,
    /// Minutes that nobody watched, wherever.
    gaps: Vec<Gap>,
    after: Option<MetricId>,
    waiting: std::vec::IntoIter<(MetricId, Metric)>,
    metrics: u64,
    of: u64,
    over: bool,
}

/// One metric with its past.
struct Case {
    id: MetricId,
    metric: Metric,
    first_seen: Minute,
    points: Vec<(Minute, u32)>,
    gaps: Vec<Gap>,
}

/// What was found of a metric.
struct Verdicts {
    case: Case,
    found: Vec<Finding>,
}

impl Backtest {
    /// Begins to look at the minutes asked for, as far as they are kept and closed.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn begin(store: &Arc<Store>, asked: BacktestQuery) -> Result<Self, StoreError> {
        let closed = store.position().await?.map_or(Minute::default(), |position| position.closed.plus(1));
        let first = Keep::at(closed).points;
        let to = asked.to.min(closed);
        let asked = BacktestQuery { from: asked.from.max(first).min(to), to, ..asked };
        let gaps = store.gaps(first, to).await?;
        let of = store.count_metrics(&asked.places).await?;
        let watched = store.places(&asked.places).await?.into_iter().collect();
        let store = Arc::clone(store);
        let waiting = Vec::new().into_iter();
        Ok(Self { store, asked, first, watched, gaps, after: None, waiting, metrics: 0, of, over: false })
    }

    /// Returns the minutes that are looked at: the first, and the first that is not any more.
    pub fn looked_at(&self) -> (Minute, Minute) {
        (self.asked.from, self.asked.to)
    }

    /// Looks at some more metrics, for about [`STEP`]; `None` once all were looked at. Not cancel-safe: what was found
    /// in a step that is dropped halfway is lost.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn next(&mut self) -> Result<Option<BacktestStep>, StoreError> {
        if self.over {
            return Ok(None);
        }
        let begun = tokio::time::Instant::now();
        let mut found = Vec::new();
        while begun.elapsed() < STEP && found.len() < FOUND_MAX {
            let cases = self.cases().await?;
            if cases.is_empty() {
                self.over = true;
                break;
            }
            self.metrics += cases.len() as u64;
            for Verdicts { case, found: of_case } in self.replay(cases).await? {
                found.extend(self.recognise(&case, of_case).await?);
            }
        }
        Ok(Some(BacktestStep { found, metrics: self.metrics, of: self.of.max(self.metrics) }))
    }

    /// Reads the pasts of some metrics.
    async fn cases(&mut self) -> Result<Vec<Case>, StoreError> {
        let mut cases = Vec::new();
        let mut points = 0;
        while points < POINTS_MAX && cases.len() < CASES_MAX {
            let Some((id, metric)) = self.following().await? else { break };
            let watched = self.watched.get(&metric.place);
            let mut gaps = self.gaps.clone();
            gaps.extend(watched.iter().flat_map(|watched| watched.gaps(watched.live)));
            gaps.sort_unstable();
            let case = Case {
                id,
                first_seen: watched.map_or(self.first, |watched| watched.since().max(self.first)),
                gaps,
                points: self.store.points(id, self.first, self.asked.to).await?,
                metric,
            };
            points += case.points.len();
            cases.push(case);
        }
        Ok(cases)
    }

    async fn following(&mut self) -> Result<Option<(MetricId, Metric)>, StoreError> {
        if self.waiting.len() == 0 {
            self.waiting =
                self.store.metrics(&self.asked.places, self.after, METRICS_PAGE).await?.into_iter();
        }
        let next = self.waiting.next();
        if let Some((id, _)) = &next {
            self.after = Some(*id);
        }
        Ok(next)
    }

    /// Tells series their pasts, where computing holds nobody up.
    async fn replay(&self, cases: Vec<Case>) -> Result<Vec<Verdicts>, StoreError> {
        let asked = self.asked.clone();
        let replayed = tokio::task::spawn_blocking(move || {
            let find = |case: Case| {
                let Case { metric, first_seen, points, gaps, .. } = &case;
                let phase = phase(metric);
                let past = Past { first_seen: *first_seen, points, gaps, to: asked.to, phase };
                Verdicts { found: find(metric, &past, asked.from, asked.sensitivity), case }
            };
            cases.into_iter().map(find).collect()
        });
        replayed.await.map_err(|error| store::failed_to("look at the past", error))
    }

    /// Finds the Insights events that told of what was found.
    async fn recognise(&self, case: &Case, mut found: Vec<Finding>) -> Result<Vec<Finding>, StoreError> {
        if found.is_empty() {
            return Ok(found);
        }
        let told = self.store.records_of(&[case.id], self.asked.from, self.asked.to).await?;
        for finding in &mut found {
            let Opening { start, sensitivity, .. } = finding.opening;
            let of_this = told.iter().map(|told| &told.record).find(|record| {
                let insight = &record.insight;
                (insight.state, insight.start, insight.sensitivity) == (State::Start, start, sensitivity)
            });
            finding.event_id = of_this.map(|record| Arc::clone(&record.id));
        }
        Ok(found)
    }
}

/// How long a step takes, about.
pub const STEP: Duration = Duration::from_millis(500);
/// Findings of a step, about.
const FOUND_MAX: usize = 1_000;
/// Points after which no more metrics are read before the series are told them: those of one that is never idle.
const POINTS_MAX: usize = 100_000;
/// Metrics that are told their pasts at a time.
const CASES_MAX: usize = 32;
/// Metrics that are listed at a time.
const METRICS_PAGE: u32 = 1_000;
/// Minutes of a baseline.
const BASELINE: u32 = 7 * 24 * 60;

/// Looks at a metric's past with nothing but its points: tells a series of it, and keeps what began from `from` on, at
/// the sensitivity asked for or at each. Whether anybody was told of it is not known here.
pub fn find(metric: &Metric, past: &Past<'_>, from: Minute, at: Option<Sensitivity>) -> Vec<Finding> {
    let wanted = |opening: &Opening| at.is_none_or(|at| at == opening.sensitivity) && opening.start >= from;
    let mut found = Vec::<Finding>::new();
    for verdict in rebuild(past).verdicts {
        match verdict {
            Verdict::Started(opening) if wanted(&opening) => {
                found.push(Finding {
                    metric: metric.clone(),
                    opening,
                    closing: None,
                    calls: calls(past.points, opening.start, past.to),
                    baseline_minutes: 0,
                    baseline_calls: 0,
                    event_id: None,
                });
            }
            Verdict::Started(_) => {}
            Verdict::Ended(closing) => {
                let open = |finding: &&mut Finding| finding.is_ended_by(&closing);
                if let Some(finding) = found.iter_mut().rev().find(open) {
                    finding.calls = closing.calls;
                    finding.closing = Some(closing);
                }
            }
        }
    }
    for finding in &mut found {
        let start = finding.opening.start;
        let from = start.minus(BASELINE).max(past.first_seen);
        finding.baseline_minutes = store::watched(past.gaps, from, start);
        finding.baseline_calls = calls(past.points, from, start);
    }
    found
}

impl Finding {
    /// Returns which way it was unusual.
    pub fn direction(&self) -> Direction {
        self.opening.direction
    }

    fn is_ended_by(&self, closing: &Closing) -> bool {
        self.closing.is_none()
            && self.opening.sensitivity == closing.sensitivity
            && self.opening.start == closing.start
    }
}

/// Adds the calls between `from` and `to`, which is not one of the minutes.
fn calls(points: &[(Minute, u32)], from: Minute, to: Minute) -> u64 {
    let begin = points.partition_point(|(minute, _)| *minute < from);
    let within = points.iter().skip(begin).take_while(|(minute, _)| *minute < to);
    within.map(|(_, calls)| u64::from(*calls)).sum()
}
