//! What a split says of itself: `split.json`.

use std::fs;
use std::io::Write;
use std::path::Path;

use cairn_event::AccountId;
use cairn_journal::Position;
use serde::{Deserialize, Serialize};
use tantivy::DocId;

use crate::error::StoreError;
use crate::key::Key;

/// The file's name.
const FILE: &str = "split.json";

/// The version this code writes.
const VERSION: u32 = 3;

/// The versions before it, which are still read. The first has no values beside the terms and no sieves. The second,
/// which no release wrote, has both, but takes some failures without a code for successes.
const OLD_VERSIONS: [u32; 2] = [1, 2];

/// The largest manifest that is read, bytes.
const BYTES_MAX: u64 = 16 << 20;

/// What a split holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    version: u32,
    /// The split covers the journal from here ...
    pub(crate) from: Position,
    /// ... up to here, exclusive, whether or not every record is an event of the history.
    pub(crate) to: Position,
    /// How many events it holds.
    pub(crate) events: u64,
    /// Whose events it holds, ascending.
    pub(crate) accounts: Vec<AccountId>,
    /// Stretches of documents in order, in the order of documents.
    pub(crate) runs: Vec<Run>,
}

/// A stretch of documents with falling keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Run {
    /// The first document.
    pub(crate) first: DocId,
    /// How many documents.
    pub(crate) count: u32,
    /// The key of the first document.
    #[serde(with = "as_pair")]
    pub(crate) newest: Key,
    /// The key of the last document.
    #[serde(with = "as_pair")]
    pub(crate) oldest: Key,
}

impl Run {
    /// Returns the document after the last.
    pub(crate) fn end(&self) -> DocId {
        self.first.saturating_add(self.count)
    }
}

impl Manifest {
    /// Describes a split of the journal's stretch.
    pub(crate) fn new(from: Position, to: Position, accounts: Vec<AccountId>, runs: Vec<Run>) -> Self {
        let events = runs.iter().map(|run| u64::from(run.count)).sum();
        Self { version: VERSION, from, to, events, accounts, runs }
    }

    /// Returns the split's id, which is also the name of its directory.
    pub(crate) fn id(&self) -> String {
        let Self { from, to, version, .. } = self;
        if *version == 1 { format!("{from:020}-{to:020}") } else { format!("{from:020}-{to:020}-{version}") }
    }

    /// Returns the id of the split that is written now of a stretch of the journal. It tells the version, so that an
    /// old split can be there until the new one of its stretch is.
    pub(crate) fn id_of(from: Position, to: Position) -> String {
        format!("{from:020}-{to:020}-{VERSION}")
    }

    /// Tells whether the split is of a version before the one that is written now.
    pub(crate) fn is_old(&self) -> bool {
        self.version != VERSION
    }

    /// Tells whether its index has values beside the terms.
    pub(super) fn has_values(&self) -> bool {
        self.version > 1
    }

    /// Makes it one of another version.
    #[cfg(test)]
    pub(crate) fn of_version(self, version: u32) -> Self {
        Self { version, ..self }
    }

    /// Returns the greatest and the least key; none when empty, which no split is.
    pub(crate) fn span(&self) -> Option<(Key, Key)> {
        let newest = self.runs.iter().map(|run| run.newest).max()?;
        let oldest = self.runs.iter().map(|run| run.oldest).min()?;
        Some((newest, oldest))
    }

    /// Reads the manifest of the split in `dir`.
    pub(super) fn read(dir: &Path) -> Result<Self, StoreError> {
        let path = dir.join(FILE);
        if fs::metadata(&path)?.len() > BYTES_MAX {
            return Err(StoreError::damaged("a split's manifest is too large"));
        }
        let manifest: Self = serde_json::from_slice(&fs::read(path)?)
            .map_err(|source| StoreError::Unreadable { what: "a split's manifest", source })?;
        if manifest.version != VERSION && !OLD_VERSIONS.contains(&manifest.version) {
            return Err(StoreError::damaged("a split's version is unknown; a newer Cairn wrote it"));
        }
        Ok(manifest)
    }

    /// Writes the manifest into `dir` and syncs the file.
    pub(super) fn write(&self, dir: &Path) -> Result<(), StoreError> {
        let mut file = fs::File::create(dir.join(FILE))?;
        let text = serde_json::to_vec(self)
            .map_err(|source| StoreError::Unreadable { what: "a split's manifest", source })?;
        file.write_all(&text)?;
        Ok(file.sync_all()?)
    }
}

/// A key as `[seconds, position]`.
mod as_pair {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::key::Key;

    pub(super) fn serialize<S: Serializer>(key: &Key, serializer: S) -> Result<S::Ok, S::Error> {
        (key.seconds, key.position).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Key, D::Error> {
        let (seconds, position) = Deserialize::deserialize(deserializer)?;
        Ok(Key { seconds, position })
    }
}
