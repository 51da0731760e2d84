//! The data directory, its permissions, and the room on its disk.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use cairn_server::DataDir;

use super::finding::{Finding, chain};
use crate::installation::shell_word;

/// With less free than this, the journal may have no room for its next reserve.
const FREE_BYTES_PROBLEM: u64 = 256 << 20;

/// With less free than this, it is time to think of it.
const FREE_BYTES_WARNING: u64 = 2 << 30;

/// Tells whether there is a directory to look into.
pub(super) fn is_there(dir: &DataDir) -> bool {
    fs::metadata(dir.root()).is_ok_and(|found| found.is_dir())
}

/// Looks at the directory itself.
pub(super) fn look(dir: &DataDir) -> Vec<Finding> {
    let root = dir.root();
    let found = match fs::metadata(root) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return vec![missing(root)],
        Err(error) => return vec![unreadable(root, &error)],
    };
    if !found.is_dir() {
        let message = format!("{} is no directory", root.display());
        return vec![Finding::problem("directory", message, "name the data directory with --data-dir")];
    }
    let mode = found.permissions().mode() & 0o7777;
    vec![directory(root, mode), master_key(&dir.master_key()), disk(root)]
}

fn missing(root: &Path) -> Finding {
    let message = format!("{} is not there", root.display());
    let remedy = "`cairn serve` makes it at its first start; name another with --data-dir";
    Finding::problem("directory", message, remedy)
}

fn unreadable(path: &Path, error: &io::Error) -> Finding {
    let message = format!("{} can't be looked at: {}", path.display(), chain(error));
    Finding::problem("directory", message, "run `cairn doctor` as the user that the server runs as")
}

fn directory(root: &Path, mode: u32) -> Finding {
    let shown = root.display();
    if mode & 0o077 == 0 {
        return Finding::ok("directory", format!("{shown}, mode {mode:04o}"));
    }
    let message = format!("{shown} has mode {mode:04o}: others can look into it");
    let remedy = format!("chmod 700 {}", shell_word(&shown.to_string()));
    Finding::warning("directory", message, remedy)
}

fn master_key(path: &Path) -> Finding {
    let check = "master key";
    let mode = match fs::metadata(path) {
        Ok(found) => found.permissions().mode() & 0o7777,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let message = "there is none; sealed secrets can't be opened without it";
            let remedy = "put master.key back from the backup; only a directory in which no server ever \
                          started gets a new one";
            return Finding::problem(check, message, remedy);
        }
        Err(error) => return unreadable(path, &error),
    };
    if mode & 0o077 == 0 {
        return Finding::ok(check, format!("mode {mode:04o}; keep a copy of it elsewhere"));
    }
    let message = format!("it has mode {mode:04o}, so the next start refuses it: others may have read it");
    Finding::problem(check, message, format!("chmod 600 {}", shell_word(&path.display().to_string())))
}

fn disk(root: &Path) -> Finding {
    match rustix::fs::statvfs(root) {
        Ok(found) => {
            room(found.f_bavail.saturating_mul(found.f_frsize), found.f_blocks.saturating_mul(found.f_frsize))
        }
        Err(error) => {
            let message = format!("its free room is not known: {}", io::Error::from(error));
            Finding::warning("disk", message, "look with df")
        }
    }
}

fn room(free: u64, size: u64) -> Finding {
    let message = format!("{} of {} free", size_text(free), size_text(size));
    let remedy = "make room: while the journal can't grow, calls that must be recorded are answered 503";
    match free {
        0..FREE_BYTES_PROBLEM => Finding::problem("disk", message, remedy),
        FREE_BYTES_PROBLEM..FREE_BYTES_WARNING => Finding::warning("disk", message, remedy),
        _ => Finding::ok("disk", message),
    }
}

/// Renders a number of bytes for people.
pub(super) fn size_text(bytes: u64) -> String {
    let units = [("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10)];
    match units.into_iter().find(|(_, shift)| bytes >> shift > 0) {
        Some((unit, shift)) => {
            let tenths = (u128::from(bytes) * 10) >> shift;
            format!("{}.{} {unit}", tenths / 10, tenths % 10)
        }
        None => format!("{bytes} B"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::Level;
    use super::*;

    #[test]
    fn what_others_can_see_is_found() {
        for (mode, level) in
            [(0o700, Level::Ok), (0o500, Level::Ok), (0o755, Level::Warning), (0o701, Level::Warning)]
        {
            assert_eq!(directory(Path::new("/d"), mode).level, level, "{mode:o}");
        }
    }

    #[test]
    fn little_room_is_found_before_there_is_none() {
        for (free, level) in [
            (0, Level::Problem),
            ((256 << 20) - 1, Level::Problem),
            (256 << 20, Level::Warning),
            (2 << 30, Level::Ok),
        ] {
            assert_eq!(room(free, 1 << 40).level, level, "{free}");
        }
        assert_eq!(room(3 << 29, 1 << 40).message, "1.5 GiB of 1.0 TiB free");
        assert_eq!(size_text(1023), "1023 B");
    }

    #[test]
    fn a_missing_directory_and_a_missing_or_open_key_are_problems() {
        let temporary = tempfile::tempdir().unwrap();
        let gone = look(&DataDir::new(temporary.path().join("gone")));
        assert_eq!(gone.iter().map(|one| one.level).collect::<Vec<_>>(), [Level::Problem]);
        let key = temporary.path().join("master.key");
        assert_eq!(master_key(&key).level, Level::Problem);
        fs::write(&key, "x").unwrap();
        for (mode, level) in [(0o600, Level::Ok), (0o640, Level::Problem)] {
            fs::set_permissions(&key, fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(master_key(&key).level, level, "{mode:o}");
        }
    }
}
