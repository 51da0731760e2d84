//! When which digest is due: a pure function of a chain, the clock and the ledger.

use super::chain::{Chain, Phase};

/// How long after its end a window is planned: what was delivered before the end is in the ledger by then.
/// What is not goes into a backfill digest.
pub(crate) const SETTLE_S: i64 = 2;

/// Windows that should have ended long ago last this long, though the interval be shorter: days of downtime
/// must not take days to make up.
const MADE_UP_S: i64 = 3_600;

/// What a decision is made from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts<'a> {
    pub(crate) now_s: i64,
    /// How long a window is.
    pub(crate) interval_s: i64,
    /// Whether all that was recorded before an ending chain's end is delivered.
    pub(crate) delivered: bool,
    /// The ledger for [`Window::next`].
    pub(crate) backlog: &'a Backlog,
}

/// A chain's receipts beyond what it covers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Backlog {
    /// Those before the first that was delivered after the window, in the order of their numbers.
    pub(crate) pending: Vec<Pending>,
    /// Whether there is such a first one.
    pub(crate) more: bool,
}

/// A receipt that no regular digest has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pending {
    pub(crate) number: u64,
    pub(crate) at_ms: i64,
}

/// A stretch of delivery times; the end is not part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) start_s: i64,
    pub(crate) end_s: i64,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Nothing before this instant; `None`: nothing until something happens.
    Wait(Option<i64>),
    /// A regular digest with the pending receipts up to a number.
    Regular { end_s: i64, upto: u64 },
    /// The final digest of the chain.
    Final { end_s: i64, upto: u64 },
    /// A backfill digest with the late ones among the pending receipts up to a number.
    Backfill { end_s: i64, upto: u64 },
}

impl Window {
    /// Returns the chain's next window, if nothing cuts it short.
    pub(crate) fn next(chain: &Chain, now_s: i64, interval_s: i64) -> Self {
        let behind_s = now_s.saturating_sub(chain.start_s);
        let length_s = if behind_s > 2 * MADE_UP_S { MADE_UP_S.max(interval_s) } else { interval_s };
        Self { start_s: chain.start_s, end_s: chain.start_s.saturating_add(length_s.max(1)) }
    }
}

impl Pending {
    /// Whether it missed its window, which ended before the chain's next one starts.
    pub(crate) fn is_late(self, start_s: i64) -> bool {
        self.at_ms < start_s.saturating_mul(1_000)
    }

    fn at_s(self) -> i64 {
        self.at_ms.div_euclid(1_000)
    }
}

/// Decides what to do next.
pub(crate) fn decide(chain: &Chain, facts: Facts<'_>) -> Decision {
    if chain.phase == Phase::Ended {
        return Decision::Wait(None);
    }
    let regular = due(chain, facts);
    let done = chain.covered.max(chain.backfilled);
    let late = || facts.backlog.pending.iter().filter(|one| one.number > done && one.is_late(chain.start_s));
    let Some(first_late) = late().next() else { return regular };
    let late_due_s = first_late.at_s().saturating_add(facts.interval_s).saturating_add(SETTLE_S);
    match regular {
        // Late ones come first, so that a regular digest never moves past them.
        Decision::Wait(wake_s) if facts.now_s < late_due_s => {
            Decision::Wait(Some(wake_s.map_or(late_due_s, |wake_s| wake_s.min(late_due_s))))
        }
        Decision::Wait(_) | Decision::Regular { .. } | Decision::Final { .. } | Decision::Backfill { .. } => {
            let newest_s = late().map(|one| one.at_s()).max().unwrap_or(chain.start_s);
            let last_s = chain.backfill.as_ref().map_or(i64::MIN, |backfill| backfill.end_s);
            let end_s = newest_s.max(last_s).saturating_add(1);
            Decision::Backfill { end_s, upto: upto(chain, facts) }
        }
    }
}

/// Decides about the regular chain alone.
fn due(chain: &Chain, facts: Facts<'_>) -> Decision {
    let Window { start_s, end_s } = Window::next(chain, facts.now_s, facts.interval_s);
    let upto = upto(chain, facts);
    let planned_s = end_s.saturating_add(SETTLE_S);
    let regular = match facts.now_s >= planned_s {
        true => Decision::Regular { end_s, upto },
        false => Decision::Wait(Some(planned_s)),
    };
    match chain.phase {
        Phase::Ended | Phase::Active => regular,
        // Windows that end before the trail did, or that something was delivered after, are as ever.
        Phase::Ending { since_s, .. } if facts.backlog.more || end_s <= since_s => regular,
        Phase::Ending { .. } if !facts.delivered => Decision::Wait(None),
        Phase::Ending { since_s, .. } => {
            let newest_s = facts.backlog.pending.iter().map(|one| one.at_s()).max().unwrap_or(since_s);
            let end_s = newest_s.max(since_s).max(start_s).saturating_add(1);
            Decision::Final { end_s, upto }
        }
    }
}

fn upto(chain: &Chain, facts: Facts<'_>) -> u64 {
    facts.backlog.pending.last().map_or(chain.covered, |last| last.number)
}
