//! The same on files of this machine.

use std::sync::Arc;

use cairn_journal::{DiskFileSystem, EmbeddedJournal, OpenError, Options, Reader, Writer};

use crate::rig::{batch, expected, read_from};

#[test]
fn a_directory_is_made_locked_written_closed_and_found_again() {
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path().join("data/journal");
    let options = Options { segment_bytes: 64 * 1024, bytes_max: 1 << 20, ..Options::default() };
    let options = Options { frame_bytes_max: 32 * 1024, reserve_bytes: 8_192, ..options };
    let open = || EmbeddedJournal::open(&dir, options.clone(), Arc::new(DiskFileSystem));
    let (mut writer, reader, recovery) = open().unwrap();
    assert_eq!((recovery.head, recovery.tail, recovery.segments), (0, 0, 0));
    for first in (0..1_000).step_by(50) {
        let batch = batch(first, 50, 300);
        writer.append(&batch.iter().map(Vec::as_slice).collect::<Vec<_>>()).unwrap();
    }
    assert!(matches!(open().map(|_| ()), Err(OpenError::Locked(_))));
    assert_eq!(read_from(&*reader, 0).unwrap(), expected(0, 1_000, 300));
    drop((writer, reader));

    let (writer, reader, recovery) = open().unwrap();
    assert_eq!((recovery.head, recovery.tail, recovery.torn_bytes), (0, 1_000, 0));
    assert!(recovery.segments >= 2);
    assert_eq!(read_from(&*reader, 0).unwrap(), expected(0, 1_000, 300));
    Box::new(writer).close().unwrap();
    let head = reader.trim(1_000).unwrap();
    assert!(head > 0);
    let files = std::fs::read_dir(&dir).unwrap().count();
    assert_eq!(files, 2, "the last segment and the lock");
    drop(reader);

    let (mut writer, reader, _) = open().unwrap();
    assert_eq!(writer.append(&[b"on it goes"]).unwrap(), 1_000..1_001);
    assert_eq!(reader.get(1_000).unwrap().unwrap(), "on it goes");
}
