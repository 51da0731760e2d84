//! The directory: whose the keys of other systems are, written by the operator.
//!
//! A file in TOML or, where its name ends in `.json`, in JSON with the same members. One table `keys`, by access
//! key id:
//!
//! ```toml
//! [keys.AKIAEXAMPLEADMIN0001]
//! user_name = "maya"
//! account_id = "123456789012"
//! human = "maya@example.com"
//! tags = { team = "shop" }
//! ```
//!
//! What makes no sense is refused with the line that it stands in; then the directory before it stays in force.

mod entry;
mod file;
mod import;

use std::collections::BTreeMap;
use std::sync::Arc;

use cairn_catalog::SecretBytes;
use cairn_event::AccountId;
use serde::{Deserialize, Serialize};

pub use entry::{Entry, EntryError, Kind};
pub use file::{DirectoryFile, FileError};
pub use import::{ImportError, ImportFormat, Imported, Secrets, import};

use crate::Person;

/// The largest directory that is read, in bytes.
pub const DIRECTORY_BYTES_MAX: usize = 16 * 1024 * 1024;
/// The most keys of a directory.
pub const KEYS_MAX: usize = 100_000;

/// Whose keys are whose, checked.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    keys: BTreeMap<Box<str>, Listed>,
}

/// A key of the directory.
#[derive(Debug, Clone)]
struct Listed {
    person: Arc<Person>,
    secret: Option<SecretBytes>,
    /// The one upstream that the key is of; every one if none is named.
    upstream: Option<Box<str>>,
}

/// The format of a directory's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// TOML.
    Toml,
    /// JSON.
    Json,
}

/// A directory's text as it is written, not yet understood.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entries {
    /// The keys' owners, by access key id.
    #[serde(default)]
    pub keys: BTreeMap<String, Entry>,
}

/// The text is no directory.
#[derive(Debug, thiserror::Error)]
#[error("read the directory, line {line}")]
pub struct DirectoryError {
    /// The line, from 1.
    pub line: usize,
    #[source]
    why: Why,
}

#[derive(Debug, thiserror::Error)]
enum Why {
    #[error("a directory has at most {DIRECTORY_BYTES_MAX} bytes")]
    TooLong,
    #[error("a directory has at most {KEYS_MAX} keys")]
    TooMany,
    #[error("{0}")]
    Text(String),
    #[error("the key `{key}`")]
    Entry { key: String, source: EntryError },
}

impl Directory {
    /// Reads a directory; `account` is that of entries that name none.
    ///
    /// # Errors
    /// Names the line of what can't be read or makes no sense.
    pub fn parse(text: &str, format: Format, account: AccountId) -> Result<Self, DirectoryError> {
        let entries = Entries::parse(text, format)?;
        let mut keys = BTreeMap::new();
        for (key, entry) in entries.keys {
            let wrong = |source| {
                let line = line_of(text, &key);
                DirectoryError { line, why: Why::Entry { key: key.clone(), source } }
            };
            entry::check_key(&key).map_err(wrong)?;
            let secret = entry.secret().map_err(wrong)?;
            let person = Arc::new(entry.person(account).map_err(wrong)?);
            let upstream = entry.upstream.map(String::into_boxed_str);
            keys.insert(key.into_boxed_str(), Listed { person, secret, upstream });
        }
        Ok(Self { keys })
    }

    /// Returns whose a key is at an upstream.
    pub fn person(&self, key: &str, upstream: &str) -> Option<Arc<Person>> {
        let listed = self.keys.get(key)?;
        let holds = listed.upstream.as_deref().is_none_or(|only| only == upstream);
        holds.then(|| Arc::clone(&listed.person))
    }

    /// Returns a key's secret.
    pub fn secret(&self, key: &str) -> Option<&SecretBytes> {
        self.keys.get(key)?.secret.as_ref()
    }

    /// Tells whether any key has its secret here.
    pub fn has_secrets(&self) -> bool {
        self.keys.values().any(|listed| listed.secret.is_some())
    }

    /// Lists keys and their owners, by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Person)> {
        self.keys.iter().map(|(key, listed)| (&**key, &*listed.person))
    }

    /// Returns how many keys there are.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Tells whether there are none.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }
}

impl Entries {
    /// Reads what is written, and leaves open whether it makes sense.
    ///
    /// # Errors
    /// Names the line of what can't be read.
    pub fn parse(text: &str, format: Format) -> Result<Self, DirectoryError> {
        let at = |line, why| DirectoryError { line, why };
        if text.len() > DIRECTORY_BYTES_MAX {
            return Err(at(1, Why::TooLong));
        }
        let entries: Self = match format {
            Format::Toml => toml::from_str(text).map_err(|error: toml::de::Error| {
                let line = error.span().map_or(1, |span| line_at(text, span.start));
                at(line, Why::Text(harmless(error.message())))
            })?,
            Format::Json => serde_json::from_str(text)
                .map_err(|error| at(error.line().max(1), Why::Text(harmless(&error.to_string()))))?,
        };
        if entries.keys.len() > KEYS_MAX {
            return Err(at(1, Why::TooMany));
        }
        Ok(entries)
    }

    /// Writes the entries as TOML.
    pub fn to_toml(&self) -> String {
        // Texts, lists and tables of texts, all of which TOML can hold.
        toml::to_string(self).unwrap_or_default()
    }
}

/// Says what is wrong without the place, which is told beside, and without the value, which may be a secret.
pub(crate) fn harmless(message: &str) -> String {
    let message = message.split(" at line ").next().unwrap_or_default();
    match message.split_once(", expected ") {
        Some((wrong, expected)) if wrong.starts_with("invalid ") => format!("{expected} is needed"),
        _ => message.to_owned(),
    }
}

fn line_at(text: &str, place: usize) -> usize {
    let before = text.as_bytes().iter().take(place);
    before.filter(|byte| **byte == b'\n').count() + 1
}

/// Returns the line that first names a key.
fn line_of(text: &str, key: &str) -> usize {
    let needle = if key.is_empty() { "\"\"" } else { key };
    text.find(needle).map_or(1, |place| line_at(text, place))
}
