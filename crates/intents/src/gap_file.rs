//! The file that keeps gaps over a restart.
//!
//! A full disk is what gaps are made of, so the file has its size from the beginning. Two slots are written in
//! turn, so that a crash spoils the older one at most (page: `docs/formats/gaps.md`):
//!
//! ```text
//! 0 mark "CGAP" | 4 version u32 = 1 | 8 sequence u64 | 16 length u32 | 20 CRC32C of 0..20 and the content u32
//! | 24 content: a JSON array
//! ```

use std::io;
use std::path::Path;
use std::sync::Arc;

use cairn_journal::{File, FileSystem};

use crate::gap::Gap;

const SLOT_BYTES: usize = 32 * 1024;
const HEADER_BYTES: usize = 24;
const HEAD: &[u8; 8] = b"CGAP\x01\0\0\0";

/// The most gaps that are kept apart; they fit a slot.
pub(crate) const GAPS_MAX: usize = 64;

/// The open file.
#[derive(Debug)]
pub(crate) struct GapFile {
    file: Arc<dyn File>,
    sequence: u64,
}

impl GapFile {
    /// Opens the file or makes it, and returns what it keeps.
    pub(crate) fn open(path: &Path, file_system: &dyn FileSystem) -> io::Result<(Self, Vec<Gap>)> {
        let file = match file_system.open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => file_system.create(path)?,
            Err(error) => return Err(error),
        };
        if file.size()? < 2 * SLOT_BYTES as u64 {
            // Made just now, or a crash came while it was made.
            file.write_at(&vec![0; 2 * SLOT_BYTES], 0)?;
            file.sync_data()?;
            if let Some(dir) = path.parent() {
                file_system.sync_dir(dir)?;
            }
        }
        let slots = [read(&*file, 0)?, read(&*file, 1)?];
        let newest = slots.into_iter().flatten().max_by_key(|(sequence, _)| *sequence);
        let (sequence, gaps) = newest.unwrap_or_default();
        Ok((Self { file, sequence }, gaps))
    }

    /// Replaces what is kept, durably.
    pub(crate) fn write(&mut self, gaps: &[Gap]) -> io::Result<()> {
        let content = serde_json::to_vec(gaps)?;
        if content.len() > SLOT_BYTES - HEADER_BYTES {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "the gaps do not fit their slot"));
        }
        self.sequence += 1;
        let mut slot = HEAD.to_vec();
        slot.extend_from_slice(&self.sequence.to_le_bytes());
        slot.extend_from_slice(&u32::try_from(content.len()).unwrap_or(u32::MAX).to_le_bytes());
        let crc = crc32c::crc32c_append(crc32c::crc32c(&slot), &content);
        slot.extend_from_slice(&crc.to_le_bytes());
        slot.extend_from_slice(&content);
        self.file.write_at(&slot, offset(self.sequence % 2))?;
        self.file.sync_data()
    }
}

/// Reads one slot; nothing where it was never written, or a crash spoilt it.
fn read(file: &dyn File, slot: u64) -> io::Result<Option<(u64, Vec<Gap>)>> {
    let mut bytes = vec![0; SLOT_BYTES];
    file.read_at(&mut bytes, offset(slot))?;
    Ok(parse(&bytes))
}

fn parse(slot: &[u8]) -> Option<(u64, Vec<Gap>)> {
    let (head, rest) = slot.split_at_checked(20)?;
    let (crc, rest) = rest.split_first_chunk::<4>()?;
    let (mark, numbers) = head.split_first_chunk::<8>()?;
    let (sequence, length) = numbers.split_first_chunk::<8>()?;
    let length = u32::from_le_bytes(length.try_into().ok()?);
    let content = rest.get(..usize::try_from(length).ok()?)?;
    let whole = crc32c::crc32c_append(crc32c::crc32c(head), content) == u32::from_le_bytes(*crc);
    if mark != HEAD || !whole {
        return None;
    }
    Some((u64::from_le_bytes(*sequence), serde_json::from_slice(content).ok()?))
}

fn offset(slot: u64) -> u64 {
    slot * SLOT_BYTES as u64
}

#[cfg(test)]
mod tests {
    use cairn_journal::DiskFileSystem;
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;
    use crate::{Loss, Reason};

    proptest! {
        #[test]
        fn any_bytes_are_a_slot_or_none(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert_eq!(parse(&bytes), None);
            // Whole by its checksum, and still no gaps.
            let mut slot = [&HEAD[..], &[0; 8], &200_u32.to_le_bytes()].concat();
            let content: Vec<u8> = bytes.iter().copied().chain(std::iter::repeat(b'[')).take(200).collect();
            slot.extend_from_slice(&crc32c::crc32c_append(crc32c::crc32c(&slot), &content).to_le_bytes());
            slot.extend_from_slice(&content);
            prop_assert_eq!(parse(&slot), None);
        }
    }

    fn gap(number: usize) -> Gap {
        let region = "ap-southeast-2".parse().unwrap();
        let upstream = format!("{}{number}", "u".repeat(90));
        let account = "111122223333".parse().unwrap();
        let loss = Loss { upstream: &upstream, account, region: &region, reason: Reason::JournalStopped };
        let mut gap = Gap::begin(&loss, format!("00000000-0000-4000-8000-{number:012}"), Timestamp::MAX);
        (gap.count, gap.told_from) = (u64::MAX, Some(u64::MAX));
        gap
    }

    #[test]
    fn the_most_gaps_that_are_kept_fit_and_come_back() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("gaps");
        let gaps: Vec<Gap> = (0..GAPS_MAX).map(gap).collect();
        for kept in [&gaps[..], &gaps[..3], &[]] {
            let (mut file, _) = GapFile::open(&path, &DiskFileSystem).unwrap();
            file.write(kept).unwrap();
            assert_eq!(GapFile::open(&path, &DiskFileSystem).unwrap().1, kept);
        }
        assert_eq!(std::fs::metadata(path).unwrap().len(), 65_536);
    }

    #[test]
    fn a_spoilt_slot_gives_what_was_before() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("gaps");
        let (mut file, none) = GapFile::open(&path, &DiskFileSystem).unwrap();
        assert!(none.is_empty());
        file.write(&[gap(1)]).unwrap();
        file.write(&[gap(1), gap(2)]).unwrap();
        let whole = std::fs::read(&path).unwrap();
        for offset in 0..400 {
            let mut spoilt = whole.clone();
            spoilt[offset] ^= 1;
            std::fs::write(&path, spoilt).unwrap();
            let (_, gaps) = GapFile::open(&path, &DiskFileSystem).unwrap();
            assert_eq!(gaps, [gap(1)], "offset {offset}");
        }
    }
}
