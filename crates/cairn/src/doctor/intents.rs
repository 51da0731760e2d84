//! The journal of intents: forwarded calls whose events are not in the journal yet.

use std::path::Path;

use super::finding::{Finding, chain};
use super::journal;

/// Reads all of it; nothing is told where nothing was ever forwarded.
pub(super) fn look(dir: &Path, is_served: bool) -> Vec<Finding> {
    let check = "open calls";
    if !dir.try_exists().unwrap_or(true) {
        return Vec::new();
    }
    let found = match journal::inspect(dir, is_served) {
        Ok(found) => found,
        Err(error) => {
            let message = format!("what is kept of them can't be read: {}", chain(&error));
            let remedy = "look at the disk; run `cairn doctor` as the user that the server runs as";
            return vec![Finding::problem(check, message, remedy)];
        }
    };
    let damage: Vec<Finding> = found
        .damage()
        .map(|corruption| {
            let remedy = "restore the file from a copy; without `intents/` the server starts, and calls that were \
                          under way when it last ended are not recorded";
            Finding::problem(check, corruption.to_string(), remedy)
        })
        .collect();
    if damage.is_empty() {
        return vec![Finding::ok(check, "every byte of what is kept of them is as it was written")];
    }
    damage
}

#[cfg(test)]
mod tests {
    use cairn_journal::{DiskFileSystem, EmbeddedJournal, Options, Writer as _};

    use super::super::finding::Level;
    use super::*;

    #[test]
    fn damage_is_a_problem_and_its_absence_is_not() {
        let dir = tempfile::tempdir().unwrap();
        assert!(look(&dir.path().join("intents"), false).is_empty());
        let options = Options { bytes_max: 1 << 28, ..Options::default() };
        let disk = std::sync::Arc::new(DiskFileSystem);
        let (mut writer, _, _) = EmbeddedJournal::open(dir.path(), options, disk).unwrap();
        writer.append(&[b"one"]).unwrap();
        writer.append(&[b"two"]).unwrap();
        Box::new(writer).close().unwrap();
        assert_eq!(look(dir.path(), false)[0].level, Level::Ok);
        let names = std::fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().path());
        let segment = names.max_by_key(|path| path.metadata().unwrap().len()).unwrap();
        let mut bytes = std::fs::read(&segment).unwrap();
        // Segment header, then the first frame's header, then into its body.
        bytes[80] ^= 1;
        std::fs::write(&segment, &bytes).unwrap();
        assert_eq!(look(dir.path(), false)[0].level, Level::Problem);
    }
}
