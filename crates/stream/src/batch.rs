//! Cutting what was taken into batches, and batches into rounds: pure.

use std::collections::BTreeMap;
use std::time::Duration;

use cairn_journal::Position;

use crate::sink::{Limits, Parcel};

/// A parcel and where it came from.
#[derive(Debug)]
pub(crate) struct Waiting<L, M> {
    pub(crate) position: Position,
    pub(crate) received_ms: i64,
    pub(crate) parcel: Parcel<L, M>,
}

/// Messages of one lane that go together, in the order of the journal; never empty.
#[derive(Debug)]
pub(crate) struct Cut<L, M> {
    pub(crate) lane: L,
    pub(crate) waiting: Vec<Waiting<L, M>>,
}

/// Batches that are on their way at once, each with its slot.
pub(crate) type Round<L, M> = Vec<(usize, Cut<L, M>)>;

/// Cuts batches within the limits and puts them into rounds: of each lane, as many as may be on their way
/// at once. What a round leaves behind is later in its lane than what it takes.
pub(crate) fn rounds<L: Ord + Clone, M>(taken: Vec<Waiting<L, M>>, limits: &Limits) -> Vec<Round<L, M>> {
    let mut lanes: BTreeMap<L, Vec<Waiting<L, M>>> = BTreeMap::new();
    for waiting in taken {
        lanes.entry(waiting.parcel.lane.clone()).or_default().push(waiting);
    }
    let mut rounds: Vec<Round<L, M>> = Vec::new();
    for (lane, waiting) in lanes {
        for (number, waiting) in cuts(waiting, limits).into_iter().enumerate() {
            let (round, slot) = (number / limits.in_flight_max.max(1), number % limits.in_flight_max.max(1));
            if rounds.len() <= round {
                rounds.push(Vec::new());
            }
            if let Some(round) = rounds.get_mut(round) {
                round.push((slot, Cut { lane: lane.clone(), waiting }));
            }
        }
    }
    rounds
}

/// Returns the first position that the rounds hold.
pub(crate) fn first_position<'a, L: 'a, M: 'a>(
    rounds: impl Iterator<Item = &'a Round<L, M>>,
) -> Option<Position> {
    rounds.flatten().filter_map(|(_, cut)| cut.waiting.first()).map(|first| first.position).min()
}

fn cuts<L, M>(waiting: Vec<Waiting<L, M>>, limits: &Limits) -> Vec<Vec<Waiting<L, M>>> {
    let mut cuts = Vec::new();
    let mut open = Vec::new();
    let (mut bytes, mut span) = (0, None);
    for one in waiting {
        let wider = widened(span, one.parcel.time_ms);
        let fits = open.len() < limits.messages_max
            && bytes + one.parcel.bytes <= limits.bytes_max
            && limits.span_max.is_none_or(|max| length(wider) <= max);
        if !fits && !open.is_empty() {
            cuts.push(std::mem::take(&mut open));
            (bytes, span) = (0, None);
        }
        bytes += one.parcel.bytes;
        span = Some(widened(span, one.parcel.time_ms));
        open.push(one);
    }
    if !open.is_empty() {
        cuts.push(open);
    }
    cuts
}

fn widened(span: Option<(i64, i64)>, time_ms: i64) -> (i64, i64) {
    span.map_or((time_ms, time_ms), |(from, to)| (from.min(time_ms), to.max(time_ms)))
}

fn length((from, to): (i64, i64)) -> Duration {
    Duration::from_millis(to.abs_diff(from))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits =
        Limits { messages_max: 3, bytes_max: 100, span_max: Some(Duration::from_secs(1)), in_flight_max: 2 };

    /// Takes `(lane, bytes, time)` and shows the rounds as slot, lane and positions.
    fn shown(given: &[(&'static str, usize, i64)]) -> Vec<Vec<(usize, &'static str, Vec<Position>)>> {
        let taken = (0..).zip(given).map(|(position, (lane, bytes, time_ms))| Waiting {
            position,
            received_ms: 0,
            parcel: Parcel { lane: *lane, bytes: *bytes, time_ms: *time_ms, message: () },
        });
        let positions = |cut: &Cut<&'static str, ()>| cut.waiting.iter().map(|one| one.position).collect();
        rounds(taken.collect(), &LIMITS)
            .iter()
            .map(|round| round.iter().map(|(slot, cut)| (*slot, cut.lane, positions(cut))).collect())
            .collect()
    }

    #[test]
    fn nothing_makes_no_round() {
        assert!(shown(&[]).is_empty());
    }

    #[test]
    fn lanes_are_not_mixed() {
        assert_eq!(
            shown(&[("a", 1, 0), ("b", 1, 0), ("a", 1, 0)]),
            [[(0, "a", vec![0, 2]), (0, "b", vec![1])]]
        );
    }

    #[test]
    fn count_bytes_and_span_end_a_batch() {
        assert_eq!(shown(&[("a", 1, 0); 4]), [[(0, "a", vec![0, 1, 2]), (1, "a", vec![3])]]);
        assert_eq!(
            shown(&[("a", 60, 0), ("a", 40, 0), ("a", 1, 0)]),
            [[(0, "a", vec![0, 1]), (1, "a", vec![2])]]
        );
        assert_eq!(
            shown(&[("a", 1, 5_000), ("a", 1, 4_000), ("a", 1, 5_001)]),
            [[(0, "a", vec![0, 1]), (1, "a", vec![2])]]
        );
    }

    #[test]
    fn a_message_beyond_the_bytes_goes_alone() {
        assert_eq!(shown(&[("a", 101, 0), ("a", 1, 0)]), [[(0, "a", vec![0]), (1, "a", vec![1])]]);
    }

    #[test]
    fn a_round_takes_what_may_be_on_its_way_at_once() {
        assert_eq!(
            shown(&[("a", 100, 0), ("b", 1, 0), ("a", 100, 0), ("a", 100, 0)]),
            [vec![(0, "a", vec![0]), (1, "a", vec![2]), (0, "b", vec![1])], vec![(0, "a", vec![3])]]
        );
    }
}
