//! The journal, every byte of it, and the cursors that follow it.

use std::io::IsTerminal as _;
use std::path::Path;

use cairn_catalog::{Cursor, DONE};
use cairn_journal::{DiskFileSystem, Inspection, OpenError, Position};

use super::directory::size_text;
use super::events;
use super::finding::{Finding, chain};
use super::server::Running;

/// How often to look again beside a running server, which appends and trims meanwhile.
const LOOKS_MAX: usize = 3;

/// From this size on, reading the journal takes long enough to say so.
const LONG_BYTES: u64 = 1 << 30;

/// Says what will take a while, to whoever waits at a terminal.
pub(super) fn announce(dir: &Path) {
    let files = std::fs::read_dir(dir).into_iter().flatten().filter_map(Result::ok);
    let bytes = files.filter_map(|file| Some(file.metadata().ok()?.len())).sum();
    if bytes >= LONG_BYTES && std::io::stderr().is_terminal() {
        eprintln!("reading {} of journal; --quick leaves that out", size_text(bytes));
    }
}

/// Reads the whole journal, and returns its end where that is known.
pub(super) fn look(dir: &Path, is_served: bool) -> (Option<Position>, Vec<Finding>) {
    let check = "journal";
    if !dir.try_exists().unwrap_or(true) {
        let remedy = "the first start makes it; if this directory was in use, put it back from the backup";
        return (None, vec![Finding::problem(check, "there is none", remedy)]);
    }
    match inspect(dir, is_served) {
        Ok(found) => (found.segments.last().map(|last| last.end), judge(&found, is_served)),
        Err(error) => {
            let message = format!("it can't be read: {}", chain(&error));
            let remedy = "look at the disk; run `cairn doctor` as the user that the server runs as";
            (None, vec![Finding::problem(check, message, remedy)])
        }
    }
}

/// Reads every byte of a journal.
pub(super) fn inspect(dir: &Path, is_served: bool) -> Result<Inspection, OpenError> {
    let mut looked = Inspection::of(dir, &DiskFileSystem);
    for _again in 1..LOOKS_MAX {
        // Beside a writer, an end that is half written and a segment that was just trimmed look like damage.
        let steady = looked.as_ref().is_ok_and(|found| found.damage().next().is_none());
        if steady || !is_served {
            break;
        }
        looked = Inspection::of(dir, &DiskFileSystem);
    }
    looked
}

fn judge(found: &Inspection, is_served: bool) -> Vec<Finding> {
    let check = "journal";
    let mut findings: Vec<Finding> = found
        .damage()
        .map(|corruption| {
            let text = corruption.to_string();
            let (message, choices) = text.split_once("; ").unwrap_or((text.as_str(), "restore the file"));
            Finding::problem(check, message, choices)
        })
        .collect();
    let torn: u64 = found.segments.iter().map(|segment| segment.torn_bytes).sum();
    if torn > 0 && !is_served {
        let message = format!("{} at its end were left by a crash and never acknowledged", size_text(torn));
        findings.push(Finding::warning(check, message, "nothing to do: the next start cuts them off"));
    }
    if findings.is_empty() {
        let bytes = found.segments.iter().map(|segment| segment.bytes).sum();
        let first = found.segments.first().map_or(0, |segment| segment.first);
        let end = found.segments.last().map_or(0, |segment| segment.end);
        let message = format!(
            "every byte is as it was written; {} from position {first}, segments: {}, {}",
            events(end.saturating_sub(first)),
            found.segments.len(),
            size_text(bytes)
        );
        findings.push(Finding::ok(check, message));
    }
    findings
}

/// Compares cursors with the journal: none may be beyond its end, and what is behind will be caught up.
pub(super) fn cursors(cursors: &[Cursor], end: Option<Position>, running: Option<&Running>) -> Vec<Finding> {
    let check = "cursors";
    // The catalog was read before the journal, so a journal that moves on only grows past the cursors.
    let Some(end) = end.into_iter().chain(running.and_then(|running| running.tail)).max() else {
        return Vec::new();
    };
    let open = cursors.iter().filter(|cursor| cursor.position != DONE);
    let mut findings = Vec::new();
    for cursor in open {
        if cursor.position > end {
            let message = format!("{} stands at {}, the journal ends at {end}", cursor.name, cursor.position);
            let remedy = "catalog and journal are of different times: put both back from the same backup";
            findings.push(Finding::problem(check, message, remedy));
        } else if running.is_none() && cursor.position < end {
            let behind = events(end - cursor.position);
            let message = format!("{} is {behind} behind; the next start catches up", cursor.name);
            findings.push(Finding::ok(check, message));
        }
    }
    if findings.is_empty() {
        findings.push(Finding::ok(check, "every cursor stands within the journal"));
    }
    findings
}

#[cfg(test)]
mod tests {
    use cairn_journal::{EmbeddedJournal, Options, Writer as _};

    use super::super::finding::Level;
    use super::*;

    fn journal() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        let options = Options { bytes_max: 1 << 28, ..Options::default() };
        let disk = std::sync::Arc::new(DiskFileSystem);
        let (mut writer, _, _) = EmbeddedJournal::open(dir.path(), options, disk).unwrap();
        for record in [b"one".as_slice(), b"two", b"three"] {
            writer.append(&[record]).unwrap();
        }
        Box::new(writer).close().unwrap();
        dir
    }

    fn cursor(name: &str, position: u64) -> Cursor {
        Cursor { name: name.to_owned(), position }
    }

    #[test]
    fn a_whole_journal_is_whole() {
        let dir = journal();
        let (end, findings) = look(dir.path(), false);
        assert_eq!(end, Some(3));
        assert_eq!(findings.iter().map(|one| one.level).collect::<Vec<_>>(), [Level::Ok]);
        assert!(findings[0].message.contains("3 events from position 0"), "{findings:?}");
    }

    #[test]
    fn a_flipped_bit_is_named_with_its_segment_and_what_can_be_done() {
        let dir = journal();
        let names = std::fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().path());
        let segment = names.max_by_key(|path| path.metadata().unwrap().len()).unwrap();
        let mut bytes = std::fs::read(&segment).unwrap();
        // Segment header, then the first frame's header, then into its body.
        bytes[110] ^= 1;
        std::fs::write(&segment, &bytes).unwrap();
        let (_, findings) = look(dir.path(), false);
        let problem = findings.iter().find(|one| one.level == Level::Problem).unwrap();
        let name = segment.file_name().unwrap().to_str().unwrap();
        assert!(problem.message.contains(name) && problem.message.contains("offset"), "{problem:?}");
        assert!(problem.remedy.as_ref().unwrap().contains("restore the file from a copy"), "{problem:?}");
        assert_eq!(std::fs::read(&segment).unwrap(), bytes, "nothing is repaired");
    }

    #[test]
    fn cursors_beyond_the_end_are_a_problem() {
        let levels = |cursor, running: Option<&Running>| {
            cursors(&[cursor], Some(10), running).iter().map(|one| one.level).collect::<Vec<_>>()
        };
        assert_eq!(levels(cursor("history", 10), None), [Level::Ok]);
        assert_eq!(levels(cursor("history", 11), None), [Level::Problem]);
        let running = Running { tail: Some(11), date: None };
        assert_eq!(levels(cursor("history", 11), Some(&running)), [Level::Ok]);
        assert_eq!(levels(cursor("delivery/x", DONE), None), [Level::Ok]);
        let behind = cursors(&[cursor("history", 4)], Some(10), None);
        assert_eq!(behind[0].message, "history is 6 events behind; the next start catches up");
    }

    #[test]
    fn no_journal_is_a_problem() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(look(&dir.path().join("journal"), false).1[0].level, Level::Problem);
    }
}
