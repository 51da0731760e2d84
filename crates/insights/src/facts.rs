//! Gathering what an Insights event says: from the store, and what waits to be saved there.

use cairn_anomaly::{Direction, Minute, Sensitivity};

use crate::attribution::{Attribute, Share};
use crate::counting::Counting;
use crate::fleet::At;
use crate::insight::{Insight, State};
use crate::store::{Store, StoreError};

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
}

/// Gathers the facts.
pub(crate) async fn gather(store: &Store, counting: &Counting, asked: Asked) -> Result<Insight, StoreError> {
    let Asked { at, start, to, .. } = asked;
    let metric = counting.fleet.metric(at);
    let watched = counting.fleet.first_of(&metric.place).unwrap_or(start).min(start);
    let from = start.minus(BASELINE_MINUTES).max(watched);
    let mut insight = Insight {
        metric: metric.as_ref().clone(),
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
    };
    if let Some(id) = counting.fleet.id(at) {
        let baseline = store.baseline(id, from, start).await?;
        insight.baseline_minutes = baseline.minutes;
        insight.baseline_calls += baseline.calls;
        insight.baseline_shares = baseline.shares;
        insight.calls += store.calls_between(id, start, to).await?;
        insight.shares = store.shares(id, start, to).await?;
    }
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
    Ok(insight)
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
