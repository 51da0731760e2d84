//! The catalog: whether it opens, and whether its secrets do.
//!
//! SQLite can't read a database that is being written without taking part in its locks, and can't open one
//! after a crash without repairing it. So the files are copied first, and the copy is opened.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cairn_catalog::{Catalog, Cursor, MasterKey, Snapshot, SqliteCatalog, WhenMissing};
use cairn_server::DataDir;
use tempfile::TempDir;

use super::finding::{Finding, chain};
use crate::installation::shell_word;

/// How often a copy is tried anew because the server began another write-ahead log meanwhile.
const COPIES_MAX: usize = 20;

/// The first bytes of the write-ahead log, which change whenever it begins anew.
const LOG_HEADER_BYTES: u64 = 32;

/// A catalog that could be opened.
#[derive(Debug)]
pub(super) struct Examined {
    pub(super) catalog: SqliteCatalog,
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) cursors: Vec<Cursor>,
    /// The copy, removed with this value.
    _copy: TempDir,
}

/// Opens a copy of the catalog and tries its secrets.
pub(super) async fn look(dir: &DataDir) -> (Option<Examined>, Vec<Finding>) {
    let check = "catalog";
    let path = dir.catalog();
    match fs::metadata(&path) {
        Ok(found) if found.permissions().mode() & 0o077 != 0 => {
            let mode = found.permissions().mode() & 0o7777;
            let message = format!("catalog.sqlite3 has mode {mode:04o}: others can read or write it");
            let remedy = format!("chmod 600 {}", shell_word(&path.display().to_string()));
            let (examined, mut findings) = examine(dir).await;
            findings.push(Finding::warning(check, message, remedy));
            (examined, findings)
        }
        Ok(_) => examine(dir).await,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let remedy =
                "the first start makes it; if this directory was in use, put it back from the backup";
            (None, vec![Finding::problem(check, "catalog.sqlite3 is not there", remedy)])
        }
        Err(error) => (None, vec![broken(&error)]),
    }
}

async fn examine(dir: &DataDir) -> (Option<Examined>, Vec<Finding>) {
    let copy = match copy(&dir.catalog()) {
        Ok(copy) => copy,
        Err(error) => return (None, vec![broken(&error)]),
    };
    let catalog = match SqliteCatalog::open(&copy.path().join("catalog.sqlite3")).await {
        Ok(catalog) => catalog,
        Err(error) => return (None, vec![broken(&error)]),
    };
    let cursors = match catalog.cursors().await {
        Ok(cursors) => cursors,
        Err(error) => return (None, vec![broken(&error)]),
    };
    let snapshot = catalog.current();
    let accounts = snapshot.accounts().count();
    let trails = snapshot.trails().count();
    let revision = snapshot.revision();
    let message = format!("opens at revision {revision}; accounts: {accounts}, trails: {trails}");
    let findings = vec![Finding::ok("catalog", message), secrets(dir, &snapshot)];
    (Some(Examined { catalog, snapshot, cursors, _copy: copy }), findings)
}

fn broken(error: &dyn std::error::Error) -> Finding {
    let message = format!("it does not open: {}", chain(error));
    Finding::problem(
        "catalog",
        message,
        "put catalog.sqlite3 back from the backup, or run the version that wrote it",
    )
}

fn secrets(dir: &DataDir, snapshot: &Snapshot) -> Finding {
    let check = "secrets";
    let master = match MasterKey::load_or_create(&dir.master_key(), WhenMissing::Refuse, |_unused| ()) {
        Ok(master) => master,
        Err(error) => {
            let message = format!("they can't be opened: {}", chain(&error));
            return Finding::problem(check, message, "put the right master.key back from the backup");
        }
    };
    match snapshot.check_secrets(&master) {
        Ok(()) => Finding::ok(check, "every sealed secret opens"),
        Err(error) => {
            let message = format!("one does not open under this master key: {}", chain(&error));
            let remedy = "put master.key and catalog.sqlite3 of the same installation back from the backup";
            Finding::problem(check, message, remedy)
        }
    }
}

/// Copies a database and its write-ahead log as they were at one instant.
///
/// The log is copied last. If it began with the same header before and after, it holds every page that was
/// written to the database meanwhile, and a change that was half appended is one that SQLite passes over.
pub(super) fn copy(database: &Path) -> io::Result<TempDir> {
    let with_log = |path: &Path| {
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        PathBuf::from(log)
    };
    let (name, log) = (database.file_name().unwrap_or_default(), with_log(database));
    let log = log.as_path();
    for _attempt in 0..COPIES_MAX {
        let copy = tempfile::Builder::new().prefix("cairn-doctor-").tempdir()?;
        let before = log_header(log)?;
        let copied = copy.path().join(name);
        fs::copy(database, &copied)?;
        match fs::copy(log, with_log(&copied)) {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        if log_header(log)? == before {
            return Ok(copy);
        }
    }
    Err(io::Error::new(io::ErrorKind::ResourceBusy, "it changes too fast to be copied; try again"))
}

/// Reads how the write-ahead log begins; none when there is no log.
fn log_header(log: &Path) -> io::Result<Option<Vec<u8>>> {
    let file = match File::open(log) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut header = Vec::new();
    file.take(LOG_HEADER_BYTES).read_to_end(&mut header)?;
    Ok(Some(header))
}

#[cfg(test)]
mod tests {
    use cairn_catalog::{Account, Change};

    use super::super::finding::Level;
    use super::*;

    fn listing(dir: &Path) -> Vec<(std::ffi::OsString, Vec<u8>)> {
        let mut files: Vec<_> = fs::read_dir(dir)
            .unwrap()
            .map(|entry| entry.unwrap())
            .filter(|entry| entry.file_name() != "catalog.sqlite3-shm")
            .map(|entry| (entry.file_name(), fs::read(entry.path()).unwrap()))
            .collect();
        files.sort();
        files
    }

    #[tokio::test]
    async fn a_catalog_in_use_is_examined_without_touching_it() {
        let temporary = tempfile::tempdir().unwrap();
        let dir = DataDir::new(temporary.path());
        let catalog = SqliteCatalog::open(&dir.catalog()).await.unwrap();
        MasterKey::load_or_create(&dir.master_key(), WhenMissing::Create, |bytes| bytes.fill(1)).unwrap();
        for (revision, account) in ["111122223333", "444455556666"].into_iter().enumerate() {
            let account = Account {
                id: account.parse().unwrap(),
                alias: None,
                name: None,
                email: None,
                created: jiff::Timestamp::UNIX_EPOCH,
            };
            catalog.commit(revision as u64, vec![Change::PutAccount(account)]).await.unwrap();
        }
        let before = listing(temporary.path());
        let (examined, findings) = look(&dir).await;
        assert_eq!(examined.unwrap().snapshot.accounts().count(), 2);
        assert!(findings.iter().all(|one| one.level == Level::Ok), "{findings:?}");
        assert_eq!(listing(temporary.path()), before);
        catalog.close().await;
    }

    #[tokio::test]
    async fn what_is_no_catalog_is_a_problem() {
        let temporary = tempfile::tempdir().unwrap();
        let dir = DataDir::new(temporary.path());
        assert_eq!(look(&dir).await.1.first().unwrap().level, Level::Problem);
        fs::write(dir.catalog(), vec![7; 8192]).unwrap();
        fs::set_permissions(dir.catalog(), fs::Permissions::from_mode(0o600)).unwrap();
        let (examined, findings) = look(&dir).await;
        assert!(examined.is_none());
        assert!(findings.iter().all(|one| one.level == Level::Problem), "{findings:?}");
        assert_eq!(fs::read(dir.catalog()).unwrap(), vec![7; 8192]);
    }
}
