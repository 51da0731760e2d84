//! Readers beside the writer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cairn_journal::{Options, Reader, Writer};

use crate::rig::{Rig, batch, expected, read_from, record, small};
use crate::sim::SimDisk;

/// Long enough never to be reached.
const DEADLINE: Duration = Duration::from_secs(60);

#[test]
fn readers_that_follow_see_every_record_once_and_in_order() {
    for cache_bytes in [0, 1 << 20] {
        let mut rig = Rig::good(&SimDisk::default(), Options { cache_bytes, ..small() });
        let reader = &rig.reader;
        let writer = &mut rig.writer;
        std::thread::scope(|scope| {
            for _ in 0..2 {
                let reader = Arc::clone(reader);
                scope.spawn(move || {
                    let mut next = 0;
                    while next < 3_000 {
                        assert!(reader.wait(next, DEADLINE));
                        for (position, bytes) in reader.read(next, 2_000).unwrap() {
                            assert_eq!(position, next);
                            assert_eq!(bytes, record(next, 80));
                            next += 1;
                        }
                    }
                });
            }
            for first in (0..3_000).step_by(3) {
                let batch = batch(first, 3, 80);
                writer.append(&batch.iter().map(Vec::as_slice).collect::<Vec<_>>()).unwrap();
            }
        });
    }
}

#[test]
fn a_trim_under_a_reader_is_a_refusal_or_nothing() {
    let mut rig = Rig::good(&SimDisk::default(), small());
    let reader = Arc::clone(&rig.reader);
    let follower = Arc::clone(&rig.reader);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let mut next = 0;
            while next < 2_000 {
                assert!(follower.wait(next, DEADLINE));
                match follower.read(next, 500) {
                    Ok(records) => next = records.last().map_or(next, |(last, _)| last + 1),
                    Err(cairn_journal::ReadError::Trimmed { head, .. }) => next = head,
                    Err(other) => panic!("{other}"),
                }
            }
        });
        for first in (0..2_000).step_by(4) {
            rig.append(&batch(first, 4, 80)).unwrap();
            reader.trim(first).unwrap();
        }
    });
}

#[test]
fn waiting_ends_with_the_record_the_timeout_or_the_writer() {
    let mut rig = Rig::good(&SimDisk::default(), small());
    assert!(!rig.reader.wait(0, Duration::ZERO), "nothing is there");
    rig.append(&batch(0, 1, 10)).unwrap();
    assert!(rig.reader.wait(0, Duration::ZERO), "it is there already");
    let reader = Arc::clone(&rig.reader);
    let waiter = std::thread::spawn(move || reader.wait(1, DEADLINE));
    drop(rig.writer);
    assert!(!waiter.join().unwrap(), "the writer is gone");
}

#[test]
fn subscribers_hear_each_durable_tail_and_are_limited() {
    let mut rig = Rig::good(&SimDisk::default(), small());
    let heard = Arc::new(AtomicU64::new(0));
    let hear = Arc::clone(&heard);
    rig.reader.subscribe(Box::new(move |tail| hear.store(tail, Ordering::SeqCst))).unwrap();
    for first in [0, 2, 4] {
        rig.append(&batch(first, 2, 10)).unwrap();
        assert_eq!(heard.load(Ordering::SeqCst), first + 2);
    }
    let refused = (0..100).filter(|_| rig.reader.subscribe(Box::new(|_| ())).is_err()).count();
    assert_eq!(refused, 85);
}

#[test]
fn single_records_are_found_across_many_frames_and_segments() {
    let disk = SimDisk::default();
    let options = Options { segment_bytes: 400_000, bytes_max: 1 << 24, ..Options::default() };
    let options = Options { frame_bytes_max: 100_000, cache_bytes: 20_000, ..options };
    let mut rig = Rig::good(&disk, options.clone());
    // More than one note a segment: what a segment's index is for.
    for first in (0..6_000).step_by(5) {
        rig.append(&batch(first, 5, 300)).unwrap();
    }
    let check = |reader: &dyn Reader| {
        for number in (0..6_000).step_by(7) {
            assert_eq!(reader.get(number).unwrap().unwrap(), record(number, 300));
        }
        assert_eq!(read_from(reader, 5_000).unwrap(), expected(5_000, 6_000, 300));
    };
    check(&*rig.reader);
    Box::new(rig.writer).close().unwrap();
    check(&*rig.reader);
    drop(rig.reader);
    assert!(disk.files().len() >= 4, "{:?}", disk.files());
    check(&*Rig::good(&disk, options).reader);
}
