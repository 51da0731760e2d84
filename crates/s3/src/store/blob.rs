//! Payload files: written aside, synced, renamed into place, and never changed afterwards.
//!
//! An id is the generation of the process that wrote it (eight hexadecimal digits) and 24 random ones. The
//! generation rises at every start, so a file of an earlier generation that no row names is garbage, and
//! a file of this generation may be a write that is not committed yet.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cairn_event::Ids;

use super::error::StoreError;
use super::lease::Leases;
use crate::checksum::hex;
use crate::seal::{DataKey, Sealer};
use crate::telemetry;

/// The directories under `blobs/`, by the last two digits of an id.
pub(crate) const SHARDS: u16 = 256;

/// Names a payload file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct BlobId(String);

impl BlobId {
    /// Reads an id as the index and the directory hold it.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let digits = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        (text.len() == 32 && text.bytes().all(digits)).then(|| Self(text.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The generation of the process that wrote it.
    pub(crate) fn generation(&self) -> u32 {
        self.0.get(..8).and_then(|digits| u32::from_str_radix(digits, 16).ok()).unwrap_or(u32::MAX)
    }

    fn shard(&self) -> &str {
        self.0.get(30..).unwrap_or("00")
    }
}

/// The payload files of one store.
#[derive(Debug)]
pub(crate) struct Blobs {
    dir: PathBuf,
    generation: u32,
    ids: Arc<dyn Ids>,
    pub(crate) leases: Leases,
}

impl Blobs {
    /// Makes the directories, syncs them, and empties `tmp`.
    pub(crate) fn open(dir: &Path, generation: u32, ids: Arc<dyn Ids>) -> Result<Self, StoreError> {
        let at = |doing| move |source| StoreError::io(doing, source);
        let (shards, aside) = (dir.join("blobs"), dir.join("tmp"));
        std::fs::create_dir_all(&aside).map_err(at("make the directory for new payloads"))?;
        for shard in 0..SHARDS {
            std::fs::create_dir_all(shards.join(format!("{shard:02x}")))
                .map_err(at("make a payload directory"))?;
        }
        for made in [shards.as_path(), dir] {
            sync_dir(made).map_err(at("sync a payload directory"))?;
        }
        for left in std::fs::read_dir(&aside).map_err(at("list unfinished payloads"))? {
            let left = left.map_err(at("list unfinished payloads"))?;
            std::fs::remove_file(left.path()).map_err(at("remove an unfinished payload"))?;
        }
        Ok(Self { dir: dir.to_owned(), generation, ids, leases: Leases::default() })
    }

    /// Starts a payload file; what is written to it is sealed with `key`.
    pub(crate) fn create(&self, key: Option<&DataKey>) -> Result<BlobWriter, StoreError> {
        let mut random = [0; 12];
        self.ids.fill(&mut random);
        let id = BlobId(format!("{:08x}{}", self.generation, hex(&random)));
        let sealer = key.map(|key| Sealer::new(key.cipher(id.as_str())));
        Ok(BlobWriter {
            sealer,
            sealed: Vec::new(),
            aside: Unlinked(Some(self.dir.join("tmp").join(id.as_str()))),
            target: self.path(&id),
            id,
            file: None,
        })
    }

    /// Where a payload is.
    pub(crate) fn path(&self, id: &BlobId) -> PathBuf {
        self.shard_dir(id.shard()).join(id.as_str())
    }

    pub(crate) fn shard_dir(&self, shard: &str) -> PathBuf {
        self.dir.join("blobs").join(shard)
    }

    pub(crate) fn generation(&self) -> u32 {
        self.generation
    }

    /// Removes payloads that no row names any more; those being read go when the last reader is done.
    ///
    /// Blocks. A file that cannot be removed is counted and left to the next start.
    pub(crate) fn remove(&self, doomed: Vec<BlobId>) {
        for id in self.leases.doom(doomed) {
            self.unlink(&id);
        }
    }

    pub(crate) fn unlink(&self, id: &BlobId) {
        match std::fs::remove_file(self.path(id)) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => {
                telemetry::removal_failed();
                tracing::warn!(blob = id.as_str(), %error, "payload could not be removed; the next start tries again");
            }
        }
    }
}

/// A payload file being written. Dropped unfinished, it leaves nothing behind.
#[derive(Debug)]
pub(crate) struct BlobWriter {
    id: BlobId,
    aside: Unlinked,
    target: PathBuf,
    file: Option<File>,
    /// Seals what is written; none for parts of an upload that began before there was encryption.
    sealer: Option<Sealer>,
    /// Where sealed bytes are put before they are written.
    sealed: Vec<u8>,
}

impl BlobWriter {
    /// Writes the next bytes. Blocks.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        let Some(sealer) = &mut self.sealer else { return self.write_through(bytes) };
        let mut sealed = std::mem::take(&mut self.sealed);
        sealer.push(bytes, &mut sealed);
        self.write_through(&sealed)?;
        sealed.clear();
        self.sealed = sealed;
        Ok(())
    }

    fn write_through(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        let failed = |source| StoreError::io("write a payload", source);
        let file = match &mut self.file {
            Some(file) => file,
            None => {
                let aside = self.aside.0.as_deref().unwrap_or(&self.target);
                self.file.insert(File::create_new(aside).map_err(failed)?)
            }
        };
        file.write_all(bytes).map_err(failed)
    }

    /// Makes the file durable under its final name: file sync, rename, directory sync.
    pub(crate) async fn finish(self) -> Result<StoredBlob, StoreError> {
        let failed = |source| StoreError::io("sync a payload", source);
        tokio::task::spawn_blocking(move || self.sealed_to_the_end()?.finish_blocking().map_err(failed))
            .await
            .map_err(|error| failed(std::io::Error::other(error)))?
    }

    fn sealed_to_the_end(mut self) -> Result<Self, StoreError> {
        if let Some(sealer) = self.sealer.take() {
            let mut last = Vec::new();
            sealer.finish(&mut last);
            self.write_through(&last)?;
        }
        Ok(self)
    }

    fn finish_blocking(mut self) -> Result<StoredBlob, std::io::Error> {
        let aside = self.aside.0.take().ok_or(std::io::ErrorKind::NotFound)?;
        let unlinked = Unlinked(Some(aside.clone()));
        let file = match self.file.take() {
            Some(file) => file,
            None => File::create_new(&aside)?,
        };
        file.sync_all()?;
        rename_durably(&aside, &self.target)?;
        unlinked.keep();
        Ok(StoredBlob { id: self.id, file: Unlinked(Some(self.target)) })
    }
}

/// A durable payload that no row names yet. Dropped before [`StoredBlob::keep`], it is removed.
#[derive(Debug)]
pub(crate) struct StoredBlob {
    id: BlobId,
    file: Unlinked,
}

impl StoredBlob {
    pub(crate) fn id(&self) -> &BlobId {
        &self.id
    }

    /// Keeps the file: the row that names it is committed.
    pub(crate) fn keep(&mut self) {
        self.file.0 = None;
    }
}

/// Removes a file when dropped, unless it was kept. Best effort: start-up removes what is left.
#[derive(Debug)]
struct Unlinked(Option<PathBuf>);

impl Unlinked {
    fn keep(mut self) {
        self.0 = None;
    }
}

impl Drop for Unlinked {
    fn drop(&mut self) {
        if let Some(path) = self.0.take() {
            let _best_effort = std::fs::remove_file(path);
        }
    }
}

/// Renames, then syncs the directory that holds the new name.
#[expect(clippy::disallowed_methods, reason = "this is the crate's durable rename")]
fn rename_durably(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::rename(from, to)?;
    to.parent().map_or(Ok(()), sync_dir)
}

pub(crate) fn sync_dir(dir: &Path) -> std::io::Result<()> {
    File::open(dir)?.sync_all()
}
