//! Full, too large, and two at once.

use cairn_journal::{
    AppendFailure, FRAME_RECORDS_MAX, OpenError, Options, RECORD_BYTES_MAX, ReadError, Reader, Writer,
};

use crate::rig::{Rig, batch, expected, small};
use crate::sim::SimDisk;

const LENGTH: usize = 200;

/// Appends until refused; returns how many records are in.
fn fill(rig: &mut Rig) -> u64 {
    loop {
        let tail = rig.reader.tail();
        if let Err(error) = rig.append(&batch(tail, 4, LENGTH)) {
            assert_eq!(error.failure, AppendFailure::Full, "{error}");
            return tail;
        }
        assert!(tail < 100_000, "it never gets full");
    }
}

#[test]
fn at_the_cap_appends_refuse_reads_go_on_and_a_trim_makes_room() {
    let disk = SimDisk::default();
    let options = Options { bytes_max: 3 * 4_096, ..small() };
    let mut rig = Rig::good(&disk, options.clone());
    let tail = fill(&mut rig);
    let used = rig.reader.bytes_used();
    assert!(used <= options.bytes_max && used > options.bytes_max - 2_048, "used {used}");
    assert_eq!(rig.all().unwrap(), expected(0, tail, LENGTH));
    assert_eq!(rig.append(&batch(tail, 4, LENGTH)).unwrap_err().failure, AppendFailure::Full);
    assert_eq!(rig.reader.bytes_used(), used, "a refusal takes no room");

    let head = rig.reader.trim(tail).unwrap();
    assert!(head > 0 && head <= tail, "the last segment stays");
    let more = fill(&mut rig);
    assert!(more > tail);
    assert_eq!(rig.all().unwrap(), expected(head, more, LENGTH));
    drop(rig);
    let rig = Rig::good(&disk, options);
    assert_eq!(rig.all().unwrap(), expected(head, more, LENGTH), "also after a restart");
}

#[test]
fn a_full_disk_refuses_harmlessly_and_room_makes_it_writable_again() {
    for room in (40..9_000).step_by(37) {
        let disk = SimDisk::default();
        disk.set_room(Some(room));
        let mut rig = Rig::good(&disk, small());
        let tail = fill(&mut rig);
        assert_eq!(rig.all().unwrap(), expected(0, tail, LENGTH), "room {room}");
        drop(rig);
        // A restart on the full disk opens, reads and refuses the same way.
        let mut rig = Rig::good(&disk, small());
        assert_eq!(rig.recovery.torn_bytes, 0, "nothing was half written; room {room}");
        assert_eq!(fill(&mut rig), tail, "room {room}");
        disk.set_room(None);
        rig.append(&batch(tail, 4, LENGTH)).unwrap();
        assert_eq!(rig.all().unwrap(), expected(0, tail + 4, LENGTH), "room {room}");
    }
}

#[test]
fn a_batch_over_a_limit_is_refused_and_the_next_one_is_taken() {
    let disk = SimDisk::default();
    let large = Options { segment_bytes: 16 << 20, bytes_max: 64 << 20, ..Options::default() };
    let mut rig = Rig::good(&disk, large);
    let record = vec![7_u8; RECORD_BYTES_MAX + 1];
    let over_record = [record.as_slice()];
    let over_count = vec![&b""[..]; FRAME_RECORDS_MAX + 1];
    let over_bytes = vec![&record[1..]; 4];
    for batch in [&over_record[..], &over_count, &over_bytes] {
        assert_eq!(rig.writer.append(batch).unwrap_err().failure, AppendFailure::TooLarge);
    }
    assert_eq!(rig.writer.append(&[]).unwrap(), 0..0, "an empty batch writes nothing");
    let at_limit = [&over_count[1..], &over_record.map(|record| &record[1..])];
    let mut next = 0;
    for batch in at_limit {
        let end = next + batch.len() as u64;
        assert_eq!(rig.writer.append(batch).unwrap(), next..end);
        next = end;
    }
    assert_eq!(rig.reader.get(next - 1).unwrap().unwrap().len(), RECORD_BYTES_MAX);
    assert_eq!(rig.reader.get(5).unwrap().unwrap().len(), 0, "an empty record is a record");
    drop(rig);
    let rig = Rig::good(&disk, Options { cache_bytes: 0, ..Options::default() });
    assert_eq!(rig.reader.get(next - 1).unwrap().unwrap().len(), RECORD_BYTES_MAX);
}

#[test]
fn a_second_open_is_refused_while_either_half_lives() {
    let disk = SimDisk::default();
    let rig = Rig::good(&disk, small());
    let Rig { writer, reader, .. } = rig;
    for held in [Some(writer), None] {
        assert!(matches!(Rig::open(&disk, small()).map(|_| ()), Err(OpenError::Locked(_))));
        drop(held);
    }
    drop(reader);
    Rig::good(&disk, small());
}

#[test]
fn options_that_contradict_each_other_are_refused() {
    let cases = [
        Options { segment_bytes: 2_000, ..small() },
        Options { segment_bytes: 2 << 30, bytes_max: u64::MAX, ..small() },
        Options { bytes_max: 8_191, ..small() },
        Options { frame_bytes_max: 9 << 20, ..Options::default() },
        Options { frame_bytes_max: 63, ..small() },
        Options { compression_level: 0, ..small() },
        Options { compression_level: 20, ..small() },
    ];
    for options in cases {
        let opened = Rig::open(&SimDisk::default(), options.clone()).map(|_| ());
        assert!(matches!(opened, Err(OpenError::Options(_))), "{options:?}");
    }
    Options::default().check().unwrap();
}

#[test]
fn positions_outside_are_told_apart() {
    let disk = SimDisk::default();
    let mut rig = Rig::good(&disk, small());
    for first in (0..200).step_by(4) {
        rig.append(&batch(first, 4, LENGTH)).unwrap();
    }
    let head = rig.reader.trim(150).unwrap();
    assert!(head > 0 && head <= 150);
    assert!(matches!(rig.reader.read(head - 1, 10), Err(ReadError::Trimmed { .. })));
    assert!(matches!(rig.reader.read(201, 10), Err(ReadError::Beyond { .. })));
    assert_eq!(rig.reader.read(200, 10).unwrap(), []);
    assert_eq!(rig.reader.get(head - 1).unwrap(), None);
    assert_eq!(rig.reader.get(200).unwrap(), None);
    assert_eq!(rig.reader.trim(0).unwrap(), head, "a trim below the head does nothing");
    assert!(rig.reader.trim(u64::MAX).unwrap() < 200, "the last segment stays");
}

#[test]
fn the_tail_survives_trimming_everything_and_closing() {
    let disk = SimDisk::default();
    let mut rig = Rig::good(&disk, small());
    for first in (0..100).step_by(4) {
        rig.append(&batch(first, 4, LENGTH)).unwrap();
    }
    Box::new(rig.writer).close().unwrap();
    let head = rig.reader.trim(100).unwrap();
    drop(rig.reader);
    let mut rig = Rig::good(&disk, small());
    assert_eq!((rig.reader.head(), rig.reader.tail()), (head, 100));
    assert_eq!(rig.append(&batch(100, 1, LENGTH)).unwrap(), 100..101);
    assert_eq!(rig.reader.trim(101).unwrap(), 100, "now the sealed one can go");
}
