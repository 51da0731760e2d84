//! Looking through a journal finds what opening does not read, and changes nothing.

use std::path::Path;

use cairn_journal::{Defect, Inspection, Writer};

use crate::rig::{DIR, Rig, batch, segment_path, small};
use crate::sim::SimDisk;

const LENGTH: usize = 200;

fn inspect(disk: &SimDisk) -> Inspection {
    Inspection::of(Path::new(DIR), disk).unwrap()
}

#[test]
fn every_segment_is_counted_and_damage_is_named_while_the_rest_is_still_read() {
    let disk = SimDisk::default();
    assert_eq!(inspect(&disk).segments, []);
    let mut rig = Rig::good(&disk, small());
    for first in (0..56).step_by(4) {
        rig.append(&batch(first, 4, LENGTH)).unwrap();
    }
    let found = inspect(&disk);
    assert!(found.segments.len() >= 3);
    assert_eq!(found.damage().count(), 0);
    let ends: Vec<_> = found.segments.iter().map(|segment| segment.end).collect();
    let firsts: Vec<_> = found.segments.iter().skip(1).map(|segment| segment.first).collect();
    assert_eq!(ends[..ends.len() - 1], firsts);
    assert_eq!(ends.last(), Some(&56));
    let sealed = found.segments.iter().filter(|segment| segment.sealed).count();
    assert_eq!(sealed, found.segments.len() - 1);
    assert_eq!(found.segments.iter().map(|segment| segment.bytes).sum::<u64>(), rig.reader.bytes_used());
    Box::new(rig.writer).close().unwrap();
    assert!(inspect(&disk).segments.iter().all(|segment| segment.sealed));

    let second = segment_path(firsts[0]);
    let good = disk.content(&second);
    for byte in 0..good.len() {
        let mut bad = good.clone();
        bad[byte] ^= 0x10;
        disk.put(&second, bad.clone());
        let found = inspect(&disk);
        assert_eq!(found.damage().count(), 1, "byte {byte}");
        assert!(found.damage().all(|damage| second.ends_with(&damage.segment)), "byte {byte}");
        assert_eq!(disk.content(&second), bad, "nothing is changed");
    }
}

#[test]
fn a_torn_tail_is_reported_and_a_gap_is_damage() {
    let disk = SimDisk::default();
    let mut rig = Rig::good(&disk, small());
    for first in (0..80).step_by(4) {
        rig.append(&batch(first, 4, LENGTH)).unwrap();
    }
    let found = inspect(&disk);
    let bare = SimDisk::default();
    for segment in found.segments.iter().filter(|segment| segment.first != found.segments[1].first) {
        bare.put(&segment_path(segment.first), disk.content(&segment_path(segment.first)));
    }
    let gaps: Vec<_> = inspect(&bare).damage().map(|damage| damage.defect).collect();
    assert!(matches!(gaps[..], [Defect::Gap { .. }]), "{gaps:?}");

    let last = found.segments.last().unwrap();
    let mut content = disk.content(&segment_path(last.first));
    let end = content.iter().rposition(|byte| *byte != 0).unwrap();
    content.truncate(end);
    disk.put(&segment_path(last.first), content);
    let found = inspect(&disk);
    let torn = found.segments.last().unwrap();
    assert!(torn.torn_bytes > 0 && torn.damage.is_none() && torn.end == 76, "{torn:?}");
}
