//! Each system call fails in turn, for good or once, and the power may go after it.

use std::io::ErrorKind;

use cairn_journal::{AppendFailure, ReadError, Reader, TrimFailure, Writer};

use crate::rig::{Rig, batch, read_from, record, small};
use crate::sim::{Fault, Random, SimDisk};

const LENGTH: usize = 150;

/// What a run was told.
#[derive(Debug, Default)]
struct Told {
    /// Records below this were acknowledged.
    acknowledged: u64,
    /// The batch behind them may be there, if it was refused after something was written.
    perhaps: u64,
    /// Positions below this may be gone.
    trimmed: u64,
}

/// Opens, appends over several segments, trims, reads, closes, opens again and appends; goes on after
/// refusals as a caller would.
fn scenario(disk: &SimDisk, told: &mut Told) {
    for round in 0..2 {
        let Ok(mut rig) = Rig::open(disk, small()) else { return };
        // An unacknowledged batch that was found again counts from now on.
        assert!(rig.reader.tail() >= told.acknowledged);
        assert!(rig.reader.tail() <= told.acknowledged + told.perhaps);
        *told = Told { acknowledged: rig.reader.tail(), perhaps: 0, trimmed: told.trimmed };
        for _ in 0..10 {
            append_one(&mut rig, told);
        }
        let below = told.acknowledged / 2;
        told.trimmed = told.trimmed.max(below);
        if let Err(error) = rig.reader.trim(below) {
            assert!(error.head <= below);
            let again = rig.reader.trim(below);
            if error.failure == TrimFailure::Poisoned {
                assert_eq!(
                    again.unwrap_err().failure,
                    TrimFailure::Poisoned,
                    "it does not sync again and hope"
                );
            }
        }
        append_one(&mut rig, told);
        if let Ok(records) = read_from(&*rig.reader, rig.reader.head()) {
            assert_eq!(records.last().map_or(0, |(position, _)| position + 1), told.acknowledged);
        }
        if round == 0 && Box::new(rig.writer).close().is_err() {
            return;
        }
    }
}

fn append_one(rig: &mut Rig, told: &mut Told) {
    let first = told.acknowledged;
    match rig.append(&batch(first, 4, LENGTH)) {
        Ok(positions) => {
            assert_eq!(positions, first..first + 4, "positions are dense");
            assert_eq!(told.perhaps, 0, "a poisoned writer stays so");
            told.acknowledged = positions.end;
        }
        Err(error) => match error.failure {
            AppendFailure::Poisoned => told.perhaps = 4,
            AppendFailure::Full => {}
            AppendFailure::TooLarge => panic!("{error}"),
        },
    }
    assert_eq!(rig.reader.tail(), told.acknowledged, "readers see what was acknowledged");
}

/// Everything acknowledged is there once, in order; at most the refused batch follows, whole.
fn check(disk: &SimDisk, told: &Told, context: &str) {
    let mut rig = Rig::open(disk, small()).unwrap_or_else(|error| panic!("{context}: {error}"));
    let (head, tail) = (rig.reader.head(), rig.reader.tail());
    assert!(head <= told.trimmed, "{context}: head {head}, trimmed {}", told.trimmed);
    let there = tail == told.acknowledged || tail == told.acknowledged + told.perhaps;
    assert!(there, "{context}: tail {tail} after {told:?}");
    let records = read_from(&*rig.reader, head).unwrap_or_else(|error| panic!("{context}: {error}"));
    assert_eq!(records.len() as u64, tail - head, "{context}");
    for (number, (position, bytes)) in (head..).zip(&records) {
        assert_eq!(*position, number, "{context}");
        assert_eq!(*bytes, record(number, LENGTH), "{context}");
    }
    assert_eq!(rig.append(&batch(tail, 1, LENGTH)).unwrap(), tail..tail + 1, "{context}: it goes on");
}

#[test]
fn every_system_call_may_fail_and_nothing_acknowledged_is_lost() {
    let disk = SimDisk::default();
    let mut told = Told::default();
    scenario(&disk, &mut told);
    let calls = disk.calls();
    assert_eq!(told.acknowledged, 88);
    assert!(calls > 100, "the scenario makes {calls} calls");

    for after in 0..calls {
        for (kind, forever) in [
            (ErrorKind::Other, false),
            (ErrorKind::Other, true),
            (ErrorKind::StorageFull, false),
            (ErrorKind::StorageFull, true),
        ] {
            for seed in 0..3 {
                let context = format!("call {after} fails with {kind:?}, forever: {forever}, seed {seed}");
                let disk = SimDisk::default();
                let mut told = Told::default();
                disk.set_fault(Some(Fault { after, kind, forever }));
                scenario(&disk, &mut told);
                disk.set_fault(None);
                if seed > 0 {
                    disk.crash(&mut Random::new(seed * 7_919 + after));
                }
                check(&disk, &told, &context);
            }
        }
    }
}

#[test]
fn what_was_found_after_a_failed_sync_is_not_lost_again_by_a_crash() {
    // A sync fails, of a frame, a header or the directory. A restart of the process alone sees in the page
    // cache what may not be on the disk, hands it out and builds on it. A power cut afterwards must not
    // take it away.
    for (after, seed) in (0..30).flat_map(|after| (0..6).map(move |seed| (after, seed))) {
        let disk = SimDisk::default();
        let mut rig = Rig::good(&disk, small());
        disk.set_fault(Some(Fault { after, kind: ErrorKind::Other, forever: false }));
        for first in (0..12).step_by(2) {
            drop(rig.append(&batch(first, 2, LENGTH)));
        }
        disk.set_fault(None);
        drop(rig);
        let mut rig = Rig::good(&disk, small());
        if seed % 2 == 0 {
            rig.append(&batch(rig.reader.tail(), 1, LENGTH)).unwrap();
        }
        let seen = rig.all().unwrap();
        drop(rig);
        disk.crash(&mut Random::new(after * 6 + seed));
        let rig = Rig::good(&disk, small());
        assert_eq!(rig.all().unwrap(), seen, "call {after}, seed {seed}");
    }
}

#[test]
fn a_read_that_fails_is_an_error_once_and_changes_nothing() {
    let disk = SimDisk::default();
    let mut rig = Rig::good(&disk, small());
    for first in (0..80).step_by(4) {
        rig.append(&batch(first, 4, LENGTH)).unwrap();
    }
    let right = rig.all().unwrap();
    drop(rig);
    let mut failed = 0;
    for after in 0..40 {
        let rig = Rig::good(&disk, small());
        disk.set_fault(Some(Fault { after, kind: ErrorKind::Other, forever: false }));
        match rig.all() {
            Ok(records) => assert_eq!(records, right),
            Err(error) => {
                assert!(matches!(error, ReadError::Io { .. }), "{error}");
                failed += 1;
            }
        }
        disk.set_fault(None);
        assert_eq!(rig.all().unwrap(), right, "call {after}");
    }
    assert!(failed > 10);
}
