//! From what was found to records: of all that some trail would get, and of what was told the end in any case.
//!
//! An outage is found in thousands of series at once. So what the store knows of them is asked for many together.

use std::collections::BTreeMap;

use cairn_anomaly::{Minute, Sensitivity, Verdict};
use cairn_catalog::Snapshot;

use crate::counting::{Counting, Found};
use crate::facts::{self, Asked};
use crate::fleet::At;
use crate::ids;
use crate::insight::{Insight, State};
use crate::metric::MetricId;
use crate::past;
use crate::record;
use crate::store::{Record, Store, StoreError};
use crate::told::{Changes, Open, Told};
use crate::wanted;

/// How many are dealt with at a time.
const AT_ONCE_MAX: usize = 500;

/// Verdicts that became records, and what those change.
#[derive(Debug, Default)]
pub(crate) struct Dealt {
    pub(crate) records: Vec<Record>,
    pub(crate) changes: Changes,
}

/// Makes records of what was found.
pub(crate) async fn deal(
    store: &Store,
    counting: &Counting,
    told: &Told,
    snapshot: &Snapshot,
) -> Result<Dealt, StoreError> {
    let mut dealt = Dealt::default();
    for some in counting.found().chunks(AT_ONCE_MAX) {
        let some = some.iter().filter(|found| match found.verdict {
            Verdict::Started(opening) => {
                wanted::listened_to(snapshot, counting.fleet.metric(found.at), opening.sensitivity)
            }
            Verdict::Ended(_) => true,
        });
        let some: Vec<&Found> = some.collect();
        let known = Known::read(store, counting, &some).await?;
        let is_open = |at, sensitivity| told.open(&dealt.changes, at, sensitivity);
        let asked = ask(&some, is_open, |asked| known.overlaps(counting.fleet.id(asked.at), asked));
        let facts = facts::gather(store, counting, &asked).await?;
        for (asked, insight) in asked.iter().zip(facts) {
            dealt.take(counting, told, snapshot, (asked, insight));
        }
    }
    Ok(dealt)
}

impl Dealt {
    fn take(
        &mut self,
        counting: &Counting,
        told: &Told,
        snapshot: &Snapshot,
        (asked, insight): (&Asked, Insight),
    ) {
        let key = (asked.at, asked.sensitivity);
        match asked.state {
            State::Start if wanted::wanted(snapshot, &insight) => {
                // While something later is open, this was over before it.
                if told.open(&self.changes, asked.at, asked.sensitivity).is_none() {
                    self.changes.insert(key, Some(asked.open()));
                }
                self.push(counting, asked.at, insight, asked.imported);
            }
            // Nobody gets it.
            State::Start => {}
            State::End if told.open(&self.changes, asked.at, asked.sensitivity) == Some(asked.open()) => {
                self.push(counting, asked.at, insight, asked.imported);
                self.changes.insert(key, None);
            }
            State::End if self.records.last().is_some_and(|last| is_start_of(&last.insight, &insight)) => {
                self.push(counting, asked.at, insight, asked.imported);
            }
            // Nobody got its start.
            State::End => {}
        }
    }

    fn push(&mut self, counting: &Counting, at: At, insight: Insight, imported: bool) {
        let Some(metric) = counting.fleet.id(at) else { return };
        let Insight { sensitivity, start, state, .. } = insight;
        self.records.push(Record {
            id: ids::event_id(&insight.metric, sensitivity, start, state).into(),
            shared_id: ids::shared_event_id(&insight.metric, sensitivity, start).into(),
            metric,
            body: record::render(&insight).into(),
            insight,
            imported,
        });
    }
}

fn is_start_of(start: &Insight, end: &Insight) -> bool {
    let of = |insight: &Insight| (insight.sensitivity, insight.start);
    start.state == State::Start && start.metric == end.metric && of(start) == of(end)
}

/// Says of which verdicts the facts are asked: as if every start among them were told.
fn ask(
    found: &[&Found],
    is_open: impl Fn(At, Sensitivity) -> Option<Open>,
    is_known: impl Fn(&Asked) -> bool,
) -> Vec<Asked> {
    let mut expected = Changes::new();
    let mut all = Vec::new();
    let mut rest = found;
    while let Some((first, later)) = rest.split_first() {
        rest = later;
        let Found { at, verdict, imported } = **first;
        let sensitivity = past::sensitivity_of(&verdict);
        let key = (at, sensitivity);
        let open = expected.get(&key).copied().unwrap_or_else(|| is_open(at, sensitivity));
        let asked = match (verdict, open) {
            (Verdict::Started(opening), None) => Asked {
                at,
                sensitivity,
                direction: opening.direction,
                state: State::Start,
                start: opening.start,
                to: opening.start.plus(opening.minutes),
                imported,
            },
            (Verdict::Ended(closing), Some(open)) if open.start < closing.end => Asked {
                at,
                sensitivity,
                direction: open.direction,
                state: State::End,
                start: open.start,
                to: closing.end.max(open.start.plus(1)),
                imported: open.imported,
            },
            // Something is told and goes on, but this was over before it began.
            (Verdict::Started(opening), Some(open)) => {
                let Some(end) = end_of(later, key).filter(|end| *end <= open.start) else { continue };
                let (start, direction) = (opening.start, opening.direction);
                let to = start.plus(opening.minutes);
                let begun = Asked { at, sensitivity, direction, state: State::Start, start, to, imported };
                if !is_known(&begun) {
                    all.extend([begun, Asked { state: State::End, to: end.max(start.plus(1)), ..begun }]);
                }
                continue;
            }
            // This is the end of something else.
            (Verdict::Ended(_), _) => continue,
        };
        match asked.state {
            State::Start if is_known(&asked) => continue,
            State::Start => expected.insert(key, Some(asked.open())),
            State::End => expected.insert(key, None),
        };
        all.push(asked);
    }
    all
}

/// Returns the end of what began just before.
fn end_of(later: &[&Found], key: (At, Sensitivity)) -> Option<Minute> {
    later.iter().find_map(|found| match found.verdict {
        Verdict::Ended(closing) if (found.at, closing.sensitivity) == key => Some(closing.end),
        Verdict::Started(_) | Verdict::Ended(_) => None,
    })
}

/// What was told before of some metrics: a series that was built anew finds it once more.
#[derive(Debug, Default)]
struct Known(BTreeMap<(MetricId, Sensitivity), Vec<(Minute, Minute)>>);

/// What goes on for longer than this, in minutes, has ended by force.
const LONGEST: u32 = 2 * 24 * 60;

impl Known {
    /// Reads what may overlap the starts among what was found.
    async fn read(store: &Store, counting: &Counting, found: &[&Found]) -> Result<Self, StoreError> {
        let starts = found.iter().filter_map(|found| match found.verdict {
            Verdict::Started(opening) => Some((counting.fleet.id(found.at)?, opening)),
            Verdict::Ended(_) => None,
        });
        let starts: Vec<_> = starts.collect();
        let from = starts.iter().map(|(_, opening)| opening.start.minus(LONGEST)).min();
        let to = starts.iter().map(|(_, opening)| opening.start.plus(opening.minutes)).max();
        let (Some(from), Some(to)) = (from, to) else { return Ok(Self::default()) };
        let metrics: Vec<MetricId> = starts.into_iter().map(|(id, _)| id).collect();
        let mut known = Self::default();
        for found in store.records_of(&metrics, from, to).await? {
            let Insight { sensitivity, start, minutes, .. } = found.record.insight;
            let of = known.0.entry((found.record.metric, sensitivity)).or_default();
            of.push((start, start.plus(minutes)));
        }
        Ok(known)
    }

    fn overlaps(&self, metric: Option<MetricId>, asked: &Asked) -> bool {
        let of = metric.and_then(|metric| self.0.get(&(metric, asked.sensitivity)));
        of.into_iter().flatten().any(|(start, end)| *start < asked.to && *end > asked.start)
    }
}
