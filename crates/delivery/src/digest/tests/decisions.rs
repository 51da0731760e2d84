//! The planner, as tables: a chain that starts its next window at second 1,000 and lasts 60 seconds each.

use super::super::chain::{Chain, Phase};
use super::super::schedule::{Backlog, Decision, Facts, Pending, decide};

const START: i64 = 1_000;
const INTERVAL: i64 = 60;

/// Whether log files have come to the end of an ending chain.
#[derive(Debug, Clone, Copy, PartialEq)]
enum LogFiles {
    ToCome,
    Delivered,
}

#[derive(Debug, Clone, Copy)]
struct Case<'a> {
    now: i64,
    /// Receipts after number 10: number and second.
    pending: &'a [(u64, i64)],
    more: bool,
    log_files: LogFiles,
}

const QUIET: Case<'_> = Case { now: START, pending: &[], more: false, log_files: LogFiles::ToCome };

fn chain(phase: Phase) -> Chain {
    Chain { phase, ..Chain::begin(START, 10) }
}

fn ending(since_s: i64) -> Chain {
    chain(Phase::Ending { since_s, revision: 7, again: false })
}

#[track_caller]
fn check(chain: &Chain, case: Case<'_>, expected: Decision) {
    let pending: Vec<Pending> =
        case.pending.iter().map(|(number, at_s)| Pending { number: *number, at_ms: at_s * 1_000 }).collect();
    let backlog = Backlog { pending, more: case.more };
    let facts = Facts {
        now_s: case.now,
        interval_s: INTERVAL,
        delivered: case.log_files == LogFiles::Delivered,
        backlog: &backlog,
    };
    assert_eq!(decide(chain, facts), expected, "{case:?}");
}

#[test]
fn a_window_is_due_once_it_is_over_and_settled() {
    let active = chain(Phase::Active);
    let due = |now| Case { now, ..QUIET };
    check(&active, due(1_000), Decision::Wait(Some(1_062)));
    check(&active, due(1_061), Decision::Wait(Some(1_062)));
    check(&active, due(1_062), Decision::Regular { end_s: 1_060, upto: 10 });
    let pending = &[(11, 1_000), (14, 1_059)];
    check(&active, Case { pending, ..due(1_062) }, Decision::Regular { end_s: 1_060, upto: 14 });
    check(&active, Case { pending, more: true, ..due(1_062) }, Decision::Regular { end_s: 1_060, upto: 14 });
}

#[test]
fn windows_that_were_missed_long_ago_are_an_hour_long() {
    let active = chain(Phase::Active);
    for (now, end_s) in [(8_200, 1_060), (8_201, 4_600), (1_000_000, 4_600)] {
        check(&active, Case { now, ..QUIET }, Decision::Regular { end_s, upto: 10 });
    }
}

#[test]
fn a_clock_that_fell_back_waits() {
    check(&chain(Phase::Active), Case { now: -5, ..QUIET }, Decision::Wait(Some(1_062)));
}

#[test]
fn an_ending_chain_waits_for_log_files_and_ends_after_the_last() {
    let chain = ending(1_030);
    let case = Case { now: 1_033, pending: &[(12, 1_031)], ..QUIET };
    check(&chain, case, Decision::Wait(None));
    check(
        &chain,
        Case { log_files: LogFiles::Delivered, ..case },
        Decision::Final { end_s: 1_032, upto: 12 },
    );
    check(
        &chain,
        Case { log_files: LogFiles::Delivered, pending: &[], ..case },
        Decision::Final { end_s: 1_031, upto: 10 },
    );
    // However long the log files take, no empty windows follow the end.
    check(&chain, Case { now: 500_000, ..case }, Decision::Wait(None));
}

#[test]
fn windows_before_the_end_come_first() {
    let chain = ending(1_100);
    let case = Case { now: 1_110, log_files: LogFiles::Delivered, ..QUIET };
    check(&chain, case, Decision::Regular { end_s: 1_060, upto: 10 });
    // Something was delivered after the window: it is no final one.
    let more = Case { more: true, ..case };
    check(&ending(1_030), more, Decision::Regular { end_s: 1_060, upto: 10 });
    check(&ending(1_030), Case { now: 1_050, ..more }, Decision::Wait(Some(1_062)));
}

#[test]
fn an_ended_chain_is_silent() {
    let case = Case { now: 9_999, pending: &[(11, 5)], ..QUIET };
    check(&chain(Phase::Ended), case, Decision::Wait(None));
}

#[test]
fn what_missed_its_window_goes_into_a_backfill_digest_first() {
    let active = chain(Phase::Active);
    let pending = &[(11, 999), (12, 1_001)];
    let case = |now| Case { now, pending, ..QUIET };
    check(&active, case(1_005), Decision::Wait(Some(1_061)));
    check(&active, case(1_061), Decision::Backfill { end_s: 1_000, upto: 12 });
    check(&active, case(1_062), Decision::Backfill { end_s: 1_000, upto: 12 });
    let filled = Chain { backfilled: 12, ..active };
    check(&filled, case(1_062), Decision::Regular { end_s: 1_060, upto: 12 });
}

#[test]
fn backfill_goes_on_while_the_clock_is_behind() {
    // An hour back: nothing can be regular, and nothing is left without a digest for long.
    let active = chain(Phase::Active);
    let pending = &[(11, -2_600), (12, -2_550)];
    check(&active, Case { now: -2_550, pending, ..QUIET }, Decision::Wait(Some(-2_538)));
    let case = Case { now: -2_538, pending, ..QUIET };
    check(&active, case, Decision::Backfill { end_s: -2_549, upto: 12 });
}

#[test]
fn an_ending_chain_leaves_nothing_late_behind() {
    let chain = ending(1_030);
    let case = Case { now: 1_033, pending: &[(11, 990)], log_files: LogFiles::Delivered, ..QUIET };
    check(&chain, case, Decision::Backfill { end_s: 991, upto: 11 });
    let filled = Chain { backfilled: 11, ..chain };
    check(&filled, case, Decision::Final { end_s: 1_031, upto: 11 });
}
