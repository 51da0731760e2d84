//! A segment cut at every byte.

use cairn_journal::{Defect, OpenError, Reader};

use crate::rig::{Rig, batch, expected, read_from, segment_path, small};
use crate::sim::SimDisk;

const LENGTH: usize = 90;

/// Four frames of three records in one segment, and where each frame ends.
fn four_frames() -> (SimDisk, Vec<usize>) {
    let disk = SimDisk::default();
    let mut rig = Rig::good(&disk, small());
    let mut ends = Vec::new();
    for frame in 0..4 {
        rig.append(&batch(frame * 3, 3, LENGTH)).unwrap();
        let content = disk.content(&segment_path(0));
        ends.push(content.iter().rposition(|byte| *byte != 0).unwrap() + 1);
    }
    (disk, ends)
}

#[test]
fn the_last_segment_cut_at_every_byte_keeps_every_whole_frame_and_goes_on() {
    let (disk, ends) = four_frames();
    let content = disk.content(&segment_path(0));
    for cut in 0..content.len() {
        let disk = disk.copy();
        disk.put(&segment_path(0), content[..cut].to_vec());
        let mut rig = Rig::good(&disk, small());
        let frames = ends.iter().filter(|end| **end <= cut).count() as u64;
        assert_eq!(rig.all().unwrap(), expected(0, frames * 3, LENGTH), "cut at {cut}");
        if (32..=ends[3]).contains(&cut) {
            let whole = frames.checked_sub(1).map_or(32, |last| ends[last as usize]);
            // Zeros at the end are not told from the zeros written ahead.
            let torn = content[whole..cut].iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
            assert_eq!(rig.recovery.torn_bytes, torn as u64, "torn bytes at {cut}");
        }

        rig.append(&batch(frames * 3, 2, LENGTH)).unwrap();
        drop(rig);
        let rig = Rig::good(&disk, small());
        assert_eq!(rig.all().unwrap(), expected(0, frames * 3 + 2, LENGTH), "after going on from {cut}");
        assert_eq!(rig.recovery.torn_bytes, 0);
    }
}

#[test]
fn an_earlier_segment_cut_at_any_byte_refuses_to_open_and_names_the_place() {
    let (disk, _) = four_frames();
    let mut rig = Rig::good(&disk, small());
    for first in (12..60).step_by(6) {
        rig.append(&batch(first, 6, LENGTH)).unwrap();
    }
    assert!(disk.files().len() >= 2, "there is a sealed segment: {:?}", disk.files());
    drop(rig);
    let content = disk.content(&segment_path(0));
    for cut in 0..content.len() {
        let disk = disk.copy();
        disk.put(&segment_path(0), content[..cut].to_vec());
        let Err(OpenError::Corrupt(corruption)) = Rig::open(&disk, small()).map(|_| ()) else {
            panic!("cut at {cut} was not found");
        };
        assert_eq!(corruption.segment, "00000000000000000000.seg");
        assert!(corruption.offset <= cut as u64, "{corruption}");
        assert_eq!(disk.content(&segment_path(0)).len(), cut, "nothing is changed");
    }
}

#[test]
fn a_missing_segment_is_a_gap() {
    let disk = SimDisk::default();
    let mut rig = Rig::good(&disk, small());
    for first in (0..180).step_by(6) {
        rig.append(&batch(first, 6, LENGTH)).unwrap();
    }
    drop(rig);
    let files: Vec<_> = disk.files().into_iter().filter(|path| path.extension().is_some()).collect();
    assert!(files.len() >= 3, "{files:?}");
    let bare = SimDisk::default();
    for path in files.iter().filter(|path| **path != files[1]) {
        bare.put(path, disk.content(path));
    }
    match Rig::open(&bare, small()).map(|_| ()) {
        Err(OpenError::Corrupt(corruption)) => {
            assert!(matches!(corruption.defect, Defect::Gap { .. }), "{corruption}");
        }
        other => panic!("{other:?}"),
    }
    // Moving the earliest out instead, as the message advises, keeps what follows.
    let bare = SimDisk::default();
    for path in files.iter().skip(1) {
        bare.put(path, disk.content(path));
    }
    let rig = Rig::good(&bare, small());
    let head = rig.reader.head();
    assert!(head > 0);
    assert_eq!(read_from(&*rig.reader, head).unwrap(), expected(head, 180, LENGTH));
}
