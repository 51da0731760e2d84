//! A directory that mirrors a bucket, as `aws s3 sync s3://BUCKET DIR` makes it.
//!
//! Files have no metadata, so a digest's signature comes from the digest after it. The newest digest has
//! none after it: its signature may lie beside it in `FILE.metadata.json`, which is what
//! `aws s3api head-object` prints.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use cairn_digest::verify::{Content, Metadata, Object};
use jiff::Timestamp;
use serde::Deserialize;

use cairn_validation::{FetchError, Listed, Page, Read, Store};

/// How much of a file is read at a time.
const PIECE_BYTES: usize = 64 << 10;

/// The most bytes of a metadata file.
const METADATA_BYTES_MAX: u64 = 64 << 10;

/// The deepest directories that are looked into; keys of digests and log files have nine parts and a prefix.
const DEPTH_MAX: usize = 64;

#[derive(Debug)]
pub(super) struct LocalStore {
    root: PathBuf,
    /// The bucket that the directory mirrors.
    bucket: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Sidecar {
    metadata: SidecarMetadata,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct SidecarMetadata {
    signature: Option<String>,
    signature_algorithm: Option<String>,
    backfill_generation_timestamp: Option<String>,
}

impl LocalStore {
    pub(super) fn new(root: PathBuf, bucket: String) -> Self {
        Self { root, bucket }
    }

    fn path(&self, object: &Object) -> Result<PathBuf, FetchError> {
        let is_plain = |part: &str| !matches!(part, "" | "." | "..") && !part.contains('\0');
        if !object.key.split('/').all(is_plain) {
            return Err(FetchError::NotFound);
        }
        Ok(self.root_of(&object.bucket)?.join(&object.key))
    }

    /// The directory itself mirrors one bucket; others may be mirrored below it, each under its name.
    fn root_of(&self, bucket: &str) -> Result<PathBuf, FetchError> {
        let below = self.root.join(bucket);
        let is_name = !bucket.is_empty() && !bucket.starts_with('.') && !bucket.contains(['/', '\0']);
        if is_name && below.is_dir() {
            return Ok(below);
        }
        if bucket == self.bucket {
            return Ok(self.root.clone());
        }
        Err(FetchError::Failed(format!("bucket {bucket} is not mirrored in {}", below.display())))
    }
}

#[async_trait]
impl Store for LocalStore {
    async fn read(&self, object: &Object, begin: fn() -> Content) -> Result<Read, FetchError> {
        let path = self.path(object)?;
        blocking(move || {
            let mut file = File::open(&path).map_err(|error| failed(&path, &error))?;
            let mut content = begin();
            let (mut piece, mut bytes) = (vec![0; PIECE_BYTES], 0);
            let pushed = loop {
                let count = file.read(&mut piece).map_err(|error| failed(&path, &error))?;
                if count == 0 {
                    break Ok(());
                }
                bytes += u64::try_from(count).unwrap_or(0);
                if let Err(fault) = content.push(piece.get(..count).unwrap_or_default()) {
                    break Err(fault);
                }
            };
            let metadata = metadata_beside(&path)?;
            Ok(Read { content: pushed.and_then(|()| content.finish()), metadata, bytes })
        })
        .await
    }

    /// Lists what lies in one directory: the first with keys after `after`.
    async fn list(&self, bucket: &str, prefix: &str, after: &str) -> Result<Page, FetchError> {
        let root = self.root_of(bucket)?;
        let (prefix, after) = (prefix.to_owned(), after.to_owned());
        blocking(move || {
            let mut objects = Vec::new();
            let dir = root.join(prefix.trim_end_matches('/'));
            if dir.try_exists().map_err(|error| failed(&dir, &error))? {
                gather(&dir, &prefix, &after, DEPTH_MAX, &mut objects)
                    .map_err(|error| failed(&dir, &error))?;
            }
            let is_followed = !objects.is_empty();
            Ok(Page { objects, is_followed })
        })
        .await
    }

    fn lacks_metadata(&self) -> bool {
        true
    }
}

/// Gathers files with keys after `after`, in the order of keys, and returns after the first directory that
/// has any.
fn gather(dir: &Path, prefix: &str, after: &str, depth: usize, into: &mut Vec<Listed>) -> io::Result<()> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        // Keys of digests and log files are ASCII; what has no such name is none of them.
        let Ok(name) = entry.file_name().into_string() else { continue };
        let metadata = fs::metadata(entry.path())?;
        let slash = if metadata.is_dir() { "/" } else { "" };
        entries.push((format!("{prefix}{name}{slash}"), entry.path(), metadata));
    }
    entries.sort_unstable_by(|one, other| one.0.cmp(&other.0));
    for (key, path, metadata) in entries {
        if metadata.is_dir() {
            let is_passed = key.as_str() < after && !after.starts_with(&key);
            if depth > 0 && !is_passed {
                gather(&path, &key, after, depth - 1, into)?;
                if !into.is_empty() {
                    return Ok(());
                }
            }
        } else if key.as_str() > after {
            let modified = metadata.modified().ok().and_then(|at| Timestamp::try_from(at).ok());
            into.push(Listed { key, bytes: metadata.len(), modified });
        }
    }
    Ok(())
}

fn metadata_beside(path: &Path) -> Result<Metadata, FetchError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".metadata.json");
    let beside = PathBuf::from(name);
    let file = match File::open(&beside) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Metadata::default()),
        Err(error) => return Err(failed(&beside, &error)),
    };
    let mut text = Vec::new();
    file.take(METADATA_BYTES_MAX).read_to_end(&mut text).map_err(|error| failed(&beside, &error))?;
    let unreadable = |error| FetchError::Failed(format!("{}: {error}", beside.display()));
    let Sidecar { metadata } = serde_json::from_slice(&text).map_err(unreadable)?;
    Ok(Metadata {
        signature: metadata.signature,
        signature_algorithm: metadata.signature_algorithm,
        backfill_generated: metadata.backfill_generation_timestamp,
    })
}

fn failed(path: &Path, error: &io::Error) -> FetchError {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => FetchError::NotFound,
        _ => FetchError::Failed(format!("{}: {error}", path.display())),
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, FetchError> + Send + 'static,
) -> Result<T, FetchError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(FetchError::Failed(format!("reading ended abnormally: {error}"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn touch(root: &Path, key: &str) {
        let path = root.join(key);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, key).unwrap();
    }

    #[tokio::test]
    async fn a_listing_goes_through_the_directories_in_the_order_of_keys() {
        let dir = tempfile::tempdir().unwrap();
        for key in ["p/2026/01/02/b", "p/2026/01/02/a", "p/2026/01/10/c", "p/2025/12/31/d", "p/2026-x", "q/e"]
        {
            touch(dir.path(), key);
        }
        let store = LocalStore::new(dir.path().to_owned(), "b".to_owned());
        let (mut keys, mut after) = (Vec::new(), "p/2025/12/31/0".to_owned());
        loop {
            let page = store.list("b", "p/", &after).await.unwrap();
            keys.extend(page.objects.into_iter().map(|object| object.key));
            if !page.is_followed {
                break;
            }
            after.clone_from(keys.last().unwrap());
        }
        let expected = ["p/2025/12/31/d", "p/2026-x", "p/2026/01/02/a", "p/2026/01/02/b", "p/2026/01/10/c"];
        assert_eq!(keys, expected);
        assert!(store.list("b", "absent/", "").await.unwrap().objects.is_empty());
        assert!(matches!(store.list("other", "p/", "").await, Err(FetchError::Failed(_))));
    }

    #[tokio::test]
    async fn keys_cannot_leave_the_directory() {
        let dir = tempfile::tempdir().unwrap();
        touch(dir.path(), "mirror/x");
        touch(dir.path(), "secret");
        let store = LocalStore::new(dir.path().join("mirror"), "b".to_owned());
        for (bucket, key, is_there) in [
            ("b", "x", true),
            ("b", "../secret", false),
            ("b", "/etc/passwd", false),
            ("..", "secret", false),
        ] {
            let read = store.read(&Object::new(bucket, key), || Content::hashed(100)).await;
            assert_eq!(read.is_ok(), is_there, "{bucket} {key}");
        }
    }

    #[tokio::test]
    async fn what_head_object_prints_is_read_beside_a_file() {
        let dir = tempfile::tempdir().unwrap();
        touch(dir.path(), "k");
        let store = LocalStore::new(dir.path().to_owned(), "b".to_owned());
        let metadata = async || {
            store.read(&Object::new("b", "k"), || Content::hashed(100)).await.map(|read| read.metadata)
        };
        assert_eq!(metadata().await.unwrap(), Metadata::default());
        let printed =
            r#"{"ContentLength":3,"Metadata":{"signature":"0a","signature-algorithm":"SHA256withRSA"}}"#;
        fs::write(dir.path().join("k.metadata.json"), printed).unwrap();
        assert_eq!(metadata().await.unwrap().signature(), Ok("0a"));
        fs::write(dir.path().join("k.metadata.json"), "{").unwrap();
        assert!(metadata().await.is_err());
    }
}
