//! One bit flipped anywhere, and bytes that never were a segment.

use cairn_journal::{Defect, OpenError, ReadError, Reader};
use proptest::prelude::*;

use crate::rig::{Rig, batch, expected, segment_path, small};
use crate::sim::SimDisk;

const LENGTH: usize = 60;

fn frame_ends(disk: &SimDisk, rig: &mut Rig, frames: u64) -> Vec<usize> {
    let mut ends = Vec::new();
    for frame in 0..frames {
        rig.append(&batch(frame * 2, 2, LENGTH)).unwrap();
        let content = disk.content(&segment_path(0));
        ends.push(content.iter().rposition(|byte| *byte != 0).unwrap() + 1);
    }
    ends
}

#[test]
fn a_flipped_bit_in_the_last_segment_is_found_wherever_it_is() {
    let disk = SimDisk::default();
    let mut rig = Rig::good(&disk, small());
    let ends = frame_ends(&disk, &mut rig, 3);
    drop(rig);
    let content = disk.content(&segment_path(0));
    assert!(content.len() > ends[2] + 8, "zeros lie ahead");
    for bit in 0..content.len() * 8 {
        let (byte, mask) = (bit / 8, 1 << (bit % 8));
        let mut flipped = content.clone();
        flipped[byte] ^= mask;
        let disk = disk.copy();
        disk.put(&segment_path(0), flipped.clone());
        match Rig::open(&disk, small()) {
            Err(OpenError::Corrupt(corruption)) => {
                assert!(byte < ends[1], "bit {bit}: {corruption}");
                let start = if byte < 32 {
                    0
                } else if byte < ends[0] {
                    32
                } else {
                    ends[0] as u64
                };
                assert_eq!(corruption.offset, start, "bit {bit}: {corruption}");
                assert_eq!(disk.content(&segment_path(0)), flipped, "nothing is changed");
            }
            Err(other) => panic!("bit {bit}: {other}"),
            Ok(rig) => {
                // Nothing valid lies behind: what a crash during the last append would leave.
                assert!(byte >= ends[1], "bit {bit} was not found");
                let kept = if byte < ends[2] { 4 } else { 6 };
                assert_eq!(rig.all().unwrap(), expected(0, kept, LENGTH), "bit {bit}");
                assert!(rig.recovery.torn_bytes > 0, "bit {bit} is reported");
                drop(rig);
                let again = Rig::good(&disk, small());
                assert_eq!(again.recovery.torn_bytes, 0, "bit {bit} is cut off for good");
            }
        }
    }
}

#[test]
fn a_flipped_bit_in_a_sealed_segment_never_changes_what_is_read() {
    let disk = SimDisk::default();
    let mut rig = Rig::good(&disk, small());
    frame_ends(&disk, &mut rig, 3);
    Box::new(rig.writer).close_and_check();
    drop(rig.reader);
    let mut rig = Rig::good(&disk, small());
    rig.append(&batch(6, 2, LENGTH)).unwrap();
    drop(rig);
    let content = disk.content(&segment_path(0));
    let (mut refused, mut unreadable) = (0, 0);
    for bit in 0..content.len() * 8 {
        let mut flipped = content.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let disk = disk.copy();
        disk.put(&segment_path(0), flipped);
        let rig = match Rig::open(&disk, small()) {
            Ok(rig) => rig,
            Err(OpenError::Corrupt(corruption)) => {
                assert_eq!(corruption.segment, "00000000000000000000.seg", "bit {bit}");
                refused += 1;
                continue;
            }
            Err(other) => panic!("bit {bit}: {other}"),
        };
        // Bodies of sealed segments are not read when opening; reading finds it and returns nothing wrong.
        assert!(matches!(rig.all(), Err(ReadError::Corrupt(_))), "bit {bit}");
        let mut found = 0;
        for position in 0..8 {
            match rig.reader.get(position) {
                Ok(record) => {
                    let (_, right) = expected(position, position + 1, LENGTH).remove(0);
                    assert_eq!(record.as_deref(), Some(right.as_slice()), "bit {bit}");
                }
                Err(ReadError::Corrupt(_)) => found += 1,
                Err(other) => panic!("bit {bit}: {other}"),
            }
        }
        assert!(found > 0 && found <= 6, "bit {bit}: the later segment is readable");
        unreadable += 1;
    }
    assert_eq!(refused, (32 + 40) * 8, "header and trailer are checked when opening");
    assert_eq!(refused + unreadable, content.len() * 8);
}

trait CloseAndCheck {
    fn close_and_check(self);
}

impl<W: cairn_journal::Writer> CloseAndCheck for Box<W> {
    fn close_and_check(self) {
        self.close().unwrap();
    }
}

#[test]
fn a_newer_version_is_refused_and_left_alone() {
    let disk = SimDisk::default();
    let mut rig = Rig::good(&disk, small());
    rig.append(&batch(0, 2, LENGTH)).unwrap();
    drop(rig);
    let mut content = disk.content(&segment_path(0));
    content[8] = 2;
    let crc = crc32c(&content[..28]);
    content[28..32].copy_from_slice(&crc.to_le_bytes());
    disk.put(&segment_path(0), content);
    match Rig::open(&disk, small()).map(|_| ()) {
        Err(OpenError::Corrupt(corruption)) => assert_eq!(corruption.defect, Defect::Version(2)),
        other => panic!("{other:?}"),
    }
}

/// Castagnoli, bit by bit: an independent reckoning of what the format page says.
fn crc32c(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0x82F6_3B78 & (crc & 1).wrapping_neg());
        }
    }
    !crc
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_never_panic(
        noise in proptest::collection::vec(any::<u8>(), 0..600),
        at in 0usize..900,
        sealed in any::<bool>(),
        later in any::<bool>(),
    ) {
        let disk = SimDisk::default();
        let mut rig = Rig::good(&disk, small());
        frame_ends(&disk, &mut rig, 4);
        if sealed {
            Box::new(rig.writer).close_and_check();
            drop(rig.reader);
        } else {
            drop(rig);
        }
        let mut content = disk.content(&segment_path(0));
        let at = at.min(content.len());
        content.truncate(at);
        content.extend_from_slice(&noise);
        disk.put(&segment_path(0), content);
        if later {
            disk.put(&segment_path(8), noise.clone());
        }
        if let Ok(rig) = Rig::open(&disk, small())
            && let Ok(records) = rig.all()
        {
            let all = expected(0, 8, LENGTH);
            prop_assert_eq!(&records[..], &all[..records.len()], "a prefix of what was written");
        }
    }

    #[test]
    fn noise_as_a_whole_segment_never_panics(noise in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        let disk = SimDisk::default();
        disk.put(&segment_path(3), noise);
        if let Ok(rig) = Rig::open(&disk, small()) {
            prop_assert_eq!(rig.reader.tail(), 3);
            prop_assert!(rig.all().unwrap().is_empty());
        }
    }
}
