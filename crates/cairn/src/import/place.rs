//! Where logs are.

use std::fmt;
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::Context as _;
use cairn_wire::xml::Element;
use flate2::read::MultiGzDecoder;

use crate::client::{Client, escaped, escaped_path};

/// The most documents below one place.
const DOCUMENTS_MAX: usize = 1_000_000;

/// A place that somebody named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Standard input.
    Input,
    /// A file, or a directory with all below it.
    Path(PathBuf),
    /// Objects whose keys begin with a prefix.
    Bucket { bucket: String, prefix: String },
}

/// One document to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Found {
    Input,
    File(PathBuf),
    Object { bucket: String, key: String },
}

impl FromStr for Origin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Some(rest) = text.strip_prefix("s3://") else {
            return Ok(if text == "-" { Self::Input } else { Self::Path(text.into()) });
        };
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        if bucket.is_empty() {
            return Err("s3://BUCKET/PREFIX, a file or a directory is needed".to_owned());
        }
        Ok(Self::Bucket { bucket: bucket.to_owned(), prefix: prefix.to_owned() })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input => f.write_str("-"),
            Self::Path(path) => write!(f, "{}", path.display()),
            Self::Bucket { bucket, prefix } => write!(f, "s3://{bucket}/{prefix}"),
        }
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input => f.write_str("-"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Object { bucket, key } => write!(f, "s3://{bucket}/{key}"),
        }
    }
}

impl Origin {
    /// Lists the documents of a place, by name. A bucket needs a server to ask.
    pub(crate) async fn find(&self, client: Option<&Client>) -> anyhow::Result<Vec<Found>> {
        match self {
            Self::Input => Ok(vec![Found::Input]),
            Self::Path(path) => {
                let mut files = Vec::new();
                below(path, &mut files).with_context(|| format!("look into {}", path.display()))?;
                files.sort();
                Ok(files.into_iter().map(Found::File).collect())
            }
            Self::Bucket { bucket, prefix } => {
                let client = client.context("list a bucket: no server is named")?;
                let keys = keys(client, bucket, prefix).await.with_context(|| format!("list {self}"))?;
                Ok(keys.into_iter().map(|key| Found::Object { bucket: bucket.clone(), key }).collect())
            }
        }
    }
}

impl Found {
    /// Opens a document, unpacked.
    pub(crate) async fn open(&self, client: Option<&Client>) -> anyhow::Result<Box<dyn Read>> {
        match self {
            Self::Input => unpacked(io::stdin()),
            Self::File(path) => unpacked(File::open(path)?),
            Self::Object { bucket, key } => {
                let client = client.context("read a bucket: no server is named")?;
                let address = format!("/{bucket}/{}", escaped_path(key));
                unpacked(Cursor::new(client.s3_get(&address).await?))
            }
        }
    }
}

/// Unpacks gzip, of one member or several, by how it begins.
fn unpacked(mut packed: impl Read + 'static) -> anyhow::Result<Box<dyn Read>> {
    let mut head = Vec::new();
    packed.by_ref().take(2).read_to_end(&mut head)?;
    let is_gzip = head == [0x1f, 0x8b];
    let whole = Cursor::new(head).chain(packed);
    Ok(if is_gzip { Box::new(MultiGzDecoder::new(whole)) } else { Box::new(whole) })
}

/// Collects the files of a directory. Links are not followed, so that there is an end.
fn below(path: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    if !std::fs::metadata(path)?.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    let mut directories = vec![path.to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(&directory)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                directories.push(entry.path());
            } else if kind.is_file() {
                files.push(entry.path());
            }
            anyhow::ensure!(files.len() <= DOCUMENTS_MAX, "there are more than {DOCUMENTS_MAX} files");
        }
    }
    Ok(())
}

/// Lists keys in their order.
async fn keys(client: &Client, bucket: &str, prefix: &str) -> anyhow::Result<Vec<String>> {
    let mut keys = Vec::new();
    let mut token = None;
    loop {
        // The signature wants the parameters sorted.
        let going_on = token.map(|token: String| format!("continuation-token={}&", escaped(&token)));
        let query = format!("{}list-type=2&prefix={}", going_on.unwrap_or_default(), escaped(prefix));
        let page = client.s3_list(&format!("/{bucket}"), &query).await?;
        let page = Element::parse(&page).context("read the listing")?;
        let listed = page.children.iter().filter(|child| child.name == "Contents");
        keys.extend(listed.filter_map(|object| Some(object.child("Key")?.untrimmed.clone())));
        anyhow::ensure!(keys.len() <= DOCUMENTS_MAX, "there are more than {DOCUMENTS_MAX} objects");
        token = page.text_of("NextContinuationToken").map(str::to_owned);
        if token.is_none() {
            keys.retain(|key| !key.ends_with('/'));
            return Ok(keys);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn places_are_named_as_they_are_shown() {
        for text in ["-", "a/b", "s3://logs/2026/", "s3://logs/"] {
            assert_eq!(text.parse::<Origin>().unwrap().to_string(), text);
        }
        assert!("s3:///x".parse::<Origin>().is_err());
    }

    #[test]
    fn what_is_not_there_is_told_before_anything_is_sent() {
        let dir = tempfile::tempdir().unwrap();
        let missing = below(&dir.path().join("missing"), &mut Vec::new()).unwrap_err();
        assert!(missing.to_string().contains("No such file"), "{missing}");
    }

    #[test]
    fn directories_are_walked_and_gzip_is_unpacked() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("a")).unwrap();
        std::fs::write(dir.path().join("b"), "plain").unwrap();
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(b"packed").unwrap();
        std::fs::write(dir.path().join("a/c.gz"), packed.finish().unwrap()).unwrap();
        let mut files = Vec::new();
        below(dir.path(), &mut files).unwrap();
        files.sort();
        let texts: Vec<String> = files
            .iter()
            .map(|file| {
                let mut text = String::new();
                unpacked(File::open(file).unwrap()).unwrap().read_to_string(&mut text).unwrap();
                text
            })
            .collect();
        assert_eq!(texts, ["packed", "plain"]);
    }
}
