//! The disk by itself: what `write` and `fdatasync` take without anything of ours around them.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::spread::Spread;

/// Zeros written before measuring, so that no write makes the file longer.
const FILE_BYTES: u64 = 64 << 20;

/// Writes `bytes` and syncs, one after the other over a file that is there already, for a while.
pub(crate) fn write_and_sync(dir: &Path, bytes: usize, during: Duration) -> anyhow::Result<Spread> {
    let path = dir.join("raw");
    let file = File::create(&path)?;
    let zeros = vec![0; 1 << 20];
    for offset in (0..FILE_BYTES).step_by(zeros.len()) {
        file.write_all_at(&zeros, offset)?;
    }
    file.sync_all()?;
    let data: Vec<u8> = (0..bytes.max(1)).map(|index| index.to_le_bytes()[0] ^ 0x5A).collect();
    let mut spread = Spread::default();
    let mut offset = 0;
    let began = Instant::now();
    while began.elapsed() < during {
        let at = Instant::now();
        file.write_all_at(&data, offset)?;
        file.sync_data()?;
        spread.add(at.elapsed());
        offset += data.len() as u64;
        if offset + data.len() as u64 > FILE_BYTES {
            offset = 0;
        }
    }
    std::fs::remove_file(path)?;
    Ok(spread)
}
