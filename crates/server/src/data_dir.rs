//! What lies where in the data directory.
//!
//! ```text
//! lock              held while a server runs
//! master.key        opens every sealed secret; mode 0600
//! catalog.sqlite3   accounts, users, keys, trails, cursors, receipts
//! journal/          every event, in order
//! intents/          forwarded calls whose events are not in the journal yet
//! gaps              how many forwarded calls were not recorded, until an event tells it
//! history/          index splits of the event history
//! insights/         counts of calls a minute, and what was unusual about them
//! s3/               the built-in S3
//! tls/              a certificate of our own making, its key, and what clients are to trust
//! dead-letters/     what webhooks and subjects never took, a file for each destination
//! administrator-ACCOUNT.password   what the administrator of a new account first signs in with; mode 0600
//! endpoint          the address of the server that runs or ran last
//! server.json       that server's account and Region, and whether it shows that certificate
//! ```

use std::fs::{self, DirBuilder, File, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use cairn_event::{AccountId, Region};
use serde::{Deserialize, Serialize};

/// What a server tells the commands that are run beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announcement {
    /// The account of first start.
    pub account_id: AccountId,
    /// The Region that clients are told to use.
    pub region: Region,
    /// Whether the certificate is of our own making, so that clients have to be told what to trust.
    #[serde(default)]
    pub generated_certificate: bool,
}

/// A data directory.
#[derive(Debug, Clone)]
pub struct DataDir {
    root: PathBuf,
}

impl DataDir {
    /// Names a directory; nothing is touched.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Makes the directory, for its owner's eyes only.
    ///
    /// # Errors
    /// The file system refused.
    pub fn create(&self) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.root)
    }

    /// Takes the directory for one server; the lock ends with the value.
    ///
    /// # Errors
    /// Another process holds it, or the file system refused.
    pub fn lock(&self) -> io::Result<File> {
        let file = File::options().create(true).truncate(false).write(true).open(self.root.join("lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => {
                Err(io::Error::new(io::ErrorKind::ResourceBusy, "another cairn serves from this directory"))
            }
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Tells whether a server holds the directory. Writes nothing.
    ///
    /// # Errors
    /// The file system refused.
    pub fn is_served(&self) -> io::Result<bool> {
        let file = match File::open(self.root.join("lock")) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error),
        };
        match file.try_lock_shared() {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Writes down where the server listens and for whom, for the commands that are run beside it.
    ///
    /// # Errors
    /// The file system refused.
    pub fn announce(&self, endpoint: &str, told: &Announcement) -> io::Result<()> {
        self.put("server.json", &format!("{}\n", serde_json::to_string(told)?))?;
        self.put("endpoint", &format!("{endpoint}\n"))
    }

    /// Returns what the server that runs or ran last told; none when nobody ever ran here.
    ///
    /// # Errors
    /// The file system refused, or the file holds something else.
    pub fn announced(&self) -> io::Result<Option<Announcement>> {
        match fs::read(self.root.join("server.json")) {
            Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    #[expect(clippy::disallowed_methods, reason = "the file only has to be whole; a restart writes it anew")]
    fn put(&self, name: &str, content: &str) -> io::Result<()> {
        let fresh = self.root.join(format!("{name}.new"));
        File::create(&fresh)?.write_all(content.as_bytes())?;
        fs::rename(fresh, self.root.join(name))
    }

    /// Returns where the server listens or last listened.
    ///
    /// # Errors
    /// No server ever ran here, or the file system refused.
    pub fn endpoint(&self) -> io::Result<String> {
        Ok(fs::read_to_string(self.root.join("endpoint"))?.trim().to_owned())
    }

    /// Returns the directory itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Returns the master key's file.
    pub fn master_key(&self) -> PathBuf {
        self.root.join("master.key")
    }

    /// Returns the catalog's file.
    pub fn catalog(&self) -> PathBuf {
        self.root.join("catalog.sqlite3")
    }

    /// Returns the journal's directory.
    pub fn journal(&self) -> PathBuf {
        self.root.join("journal")
    }

    /// Returns the directory of what the gateway is about to do.
    pub fn intents(&self) -> PathBuf {
        self.root.join("intents")
    }

    /// Returns the file of what the gateway could not record.
    pub fn gaps(&self) -> PathBuf {
        self.root.join("gaps")
    }

    /// Returns the history's directory.
    pub fn history(&self) -> PathBuf {
        self.root.join("history")
    }

    /// Returns the insights' directory.
    pub fn insights(&self) -> PathBuf {
        self.root.join("insights")
    }

    /// Returns the directory of a certificate of our own making.
    pub fn tls(&self) -> PathBuf {
        self.root.join("tls")
    }

    /// Returns the file that clients trust where the certificate is of our own making.
    pub fn authority(&self) -> PathBuf {
        self.tls().join("authority.pem")
    }

    /// Returns the directory of what destinations never took.
    pub fn dead_letters(&self) -> PathBuf {
        self.root.join("dead-letters")
    }

    /// Returns the file with what the administrator of a new account first signs in with.
    pub fn administrator_password(&self, account: AccountId) -> PathBuf {
        self.root.join(format!("administrator-{account}.password"))
    }

    /// Returns the built-in S3's directory.
    pub fn s3(&self) -> PathBuf {
        self.root.join("s3")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_seen_and_nothing_is_made_by_looking() {
        let temporary = tempfile::tempdir().unwrap();
        let dir = DataDir::new(temporary.path());
        assert!(!dir.is_served().unwrap());
        assert_eq!(fs::read_dir(temporary.path()).unwrap().count(), 0);
        let lock = dir.lock().unwrap();
        assert!(dir.is_served().unwrap());
        drop(lock);
        assert!(!dir.is_served().unwrap());
    }

    #[test]
    fn what_is_announced_is_read_back() {
        let temporary = tempfile::tempdir().unwrap();
        let dir = DataDir::new(temporary.path());
        assert_eq!(dir.announced().unwrap(), None);
        let told = Announcement {
            account_id: "111122223333".parse().unwrap(),
            region: "eu-west-1".parse().unwrap(),
            generated_certificate: true,
        };
        dir.announce("https://127.0.0.1:9", &told).unwrap();
        assert_eq!(dir.announced().unwrap(), Some(told));
        assert_eq!(dir.endpoint().unwrap(), "https://127.0.0.1:9");
    }

    #[test]
    fn what_a_server_before_tls_told_is_read() {
        let temporary = tempfile::tempdir().unwrap();
        let told = r#"{"account_id":"111122223333","region":"eu-west-1"}"#;
        fs::write(temporary.path().join("server.json"), told).unwrap();
        let told = DataDir::new(temporary.path()).announced().unwrap().unwrap();
        assert!(!told.generated_certificate);
    }
}
