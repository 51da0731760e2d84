//! Mutated segments: what can be read is what was written.

use cairn_journal::Writer as _;

use crate::mutator::{Dice, iterations};
use crate::rig::{Rig, batch, expected, segment_path, small};
use crate::sim::SimDisk;

const LENGTH: usize = 60;
const PIECES: &[&str] = &[
    "\u{0}",
    "\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}",
    "CAIRN",
    "\u{1}\u{0}\u{0}\u{0}",
    "\u{7f}\u{7f}\u{7f}\u{7f}",
];

#[test]
fn fuzz_frames() {
    let disk = SimDisk::default();
    let mut rig = Rig::good(&disk, small());
    for frame in 0..4 {
        rig.append(&batch(frame * 2, 2, LENGTH)).unwrap();
    }
    let open = disk.content(&segment_path(0));
    Box::new(rig.writer).close().unwrap();
    drop(rig.reader);
    let seeds = [open, disk.content(&segment_path(0))];
    let all = expected(0, 8, LENGTH);
    let mut dice = Dice::new();
    let (mut whole, mut shortened, mut refused) = (0, 0, 0);
    for _ in 0..iterations(2_000) {
        let disk = SimDisk::default();
        disk.put(&segment_path(0), dice.mutant(&seeds, PIECES));
        match Rig::open(&disk, small()).map(|rig| rig.all()) {
            Ok(Ok(records)) => {
                assert_eq!(records[..], all[..records.len()], "a prefix of what was written");
                if records.len() == all.len() { whole += 1 } else { shortened += 1 }
            }
            Ok(Err(_)) | Err(_) => refused += 1,
        }
    }
    println!("mutated segments: {whole} read whole, {shortened} shortened, {refused} refused");
    assert!(whole > 0 && shortened > 0 && refused > 0);
}
