//! Gathering what an Insights event says: from the store, and what waits to be saved there.

use std::collections::BTreeMap;

use cairn_anomaly::{Direction, Minute, Sensitivity};

use crate::attribution::{Attribute, Share};
use crate::counting::Counting;
use crate::fleet::At;
use crate::insight::{Insight, State};
use crate::metric::MetricId;
use crate::store::{self, Store, StoreError};
use crate::told::Open;

/// The minutes before a start that tell what was usual.
pub(crate) const BASELINE_MINUTES: u32 = 7 * 24 * 60;

/// One end of something unusual, of which the facts are to be gathered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) at: At,
    pub(crate) sensitivity: Sensitivity,
    pub(crate) direction: Direction,
    pub(crate) state: State,
    pub(crate) start: Minute,
    /// The first minute that is not of it any more.
    pub(crate) to: Minute,
    /// Whether it was found in what was imported.
    pub(crate) imported: bool,
}

impl Asked {
    /// Returns it as it is open once it is told.
    pub(crate) fn open(&self) -> Open {
        Open { start: self.start, direction: self.direction, imported: self.imported }
    }
}

/// Gathers the facts of each. Of those that are alike in their minutes, as those of an outage are, the store is asked
/// at once.
pub(crate) async fn gather(
    store: &Store,
    counting: &Counting,
    all: &[Asked],
) -> Result<Vec<Insight>, StoreError> {
    let mut insights: Vec<Insight> = all.iter().map(|asked| begin(counting, asked)).collect();
    for ((from, start, to), metrics) in alike(counting, all) {
        let ids: Vec<MetricId> = metrics.keys().copied().collect();
        let baselines = store.baselines(&ids, from, start).await?;
        let calls = store.calls_of(&ids, start, to).await?;
        let shares = store.shares_of(&ids, start, to).await?;
        let known = baselines.into_iter().zip(calls).zip(shares);
        for (places, ((baseline, calls), shares)) in metrics.into_values().zip(known) {
            for place in places {
                let insight = &mut insights[place];
                let at = all[place].at;
                insight.baseline_minutes =
                    store::watched(&counting.fleet.unwatched(at, counting.gaps()), from, start);
                insight.baseline_calls += baseline.calls;
                insight.baseline_shares.clone_from(&baseline.shares);
                insight.calls += calls;
                insight.shares.clone_from(&shares);
            }
        }
    }
    for (asked, insight) in all.iter().zip(&mut insights) {
        finish(store, counting, asked, insight).await?;
    }
    Ok(insights)
}

/// The first minute of the baseline, the start, and the first minute that is not of it any more.
type Minutes = (Minute, Minute, Minute);

/// Puts together what has the same minutes: each metric with its places.
fn alike(counting: &Counting, all: &[Asked]) -> BTreeMap<Minutes, BTreeMap<MetricId, Vec<usize>>> {
    let mut alike: BTreeMap<Minutes, BTreeMap<MetricId, Vec<usize>>> = BTreeMap::new();
    for (place, asked) in all.iter().enumerate() {
        let Some(id) = counting.fleet.id(asked.at) else { continue };
        let minutes = (baseline_from(counting, asked), asked.start, asked.to);
        alike.entry(minutes).or_default().entry(id).or_default().push(place);
    }
    alike
}

fn baseline_from(counting: &Counting, asked: &Asked) -> Minute {
    let place = &counting.fleet.metric(asked.at).place;
    let watched = counting.fleet.places.since(place).unwrap_or(asked.start).min(asked.start);
    asked.start.minus(BASELINE_MINUTES).max(watched)
}

/// Begins with what waits to be saved.
fn begin(counting: &Counting, asked: &Asked) -> Insight {
    let Asked { at, start, to, .. } = *asked;
    let from = baseline_from(counting, asked);
    Insight {
        metric: counting.fleet.metric(at).as_ref().clone(),
        sensitivity: asked.sensitivity,
        direction: asked.direction,
        state: asked.state,
        start,
        minutes: to.since(start),
        calls: counting.tally.unsaved_calls(at, start, to),
        shares: Vec::new(),
        baseline_minutes: start.since(from),
        baseline_calls: counting.tally.unsaved_calls(at, from, start),
        baseline_shares: Vec::new(),
    }
}

async fn finish(
    store: &Store,
    counting: &Counting,
    asked: &Asked,
    insight: &mut Insight,
) -> Result<(), StoreError> {
    let Asked { at, start, to, .. } = *asked;
    let from = baseline_from(counting, asked);
    counting.tally.add_unsaved_shares(at, (from, start), &mut insight.baseline_shares);
    counting.tally.add_unsaved_shares(at, (start, to), &mut insight.shares);
    if let Some(id) = counting.fleet.id(at)
        && insight.shares.is_empty()
        && insight.calls > 0
    {
        // Of minutes long past only the hours are known.
        let hours = (Minute::new(start.number() / 60 * 60), Minute::new(to.plus(59).number() / 60 * 60));
        let known = store.baseline(id, hours.0, hours.1).await?;
        insight.shares = in_proportion(known.shares, insight.calls);
    }
    Ok(())
}

/// Scales shares to a number of calls.
fn in_proportion(shares: Vec<Share>, calls: u64) -> Vec<Share> {
    let all = |attribute: Attribute| -> u128 {
        let of = shares.iter().filter(|share| share.attribute == attribute);
        of.map(|share| u128::from(share.calls)).sum::<u128>().max(1)
    };
    let whole = Attribute::ALL.map(|attribute| (attribute, all(attribute)));
    let scaled = |share: Share| {
        let whole =
            whole.iter().find(|(attribute, _)| *attribute == share.attribute).map_or(1, |(_, all)| *all);
        let part = (u128::from(share.calls) * u128::from(calls) + whole / 2) / whole;
        Share { calls: u64::try_from(part).unwrap_or(u64::MAX), ..share }
    };
    shares.iter().cloned().map(scaled).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_hours_are_scaled_to_the_calls_of_minutes() {
        let share =
            |value: &str, calls| Share { attribute: Attribute::UserAgent, value: value.into(), calls };
        let scaled = in_proportion(vec![share("a", 300), share("b", 100)], 40);
        assert_eq!(scaled, [share("a", 30), share("b", 10)]);
        assert_eq!(in_proportion(Vec::new(), 40), []);
    }
}
