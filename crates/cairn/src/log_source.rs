//! Where the objects of a transparency log are: a bucket, or a copy of the log's folder.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::str::FromStr;

use async_trait::async_trait;
use bytes::Bytes;
use cairn_tlog::{FetchError, LogSource};

use crate::client::{CallError, Client, escaped_path};

/// A place of objects: `s3://BUCKET/FOLDER` or a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Objects {
    /// In a bucket, under a prefix that ends with a slash or is empty.
    Bucket { bucket: String, prefix: String },
    /// In a directory.
    Directory(PathBuf),
}

/// Fetches the objects of one log.
#[derive(Debug)]
pub(crate) struct Fetching {
    objects: Objects,
    /// Reaches buckets.
    client: Option<Client>,
}

impl FromStr for Objects {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Some(rest) = text.strip_prefix("s3://") else { return Ok(Self::Directory(text.into())) };
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        if bucket.is_empty() {
            return Err("s3://BUCKET/FOLDER or a directory is needed".to_owned());
        }
        let slash = if prefix.is_empty() || prefix.ends_with('/') { "" } else { "/" };
        Ok(Self::Bucket { bucket: bucket.to_owned(), prefix: format!("{prefix}{slash}") })
    }
}

impl fmt::Display for Objects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bucket { bucket, prefix } => write!(f, "s3://{bucket}/{prefix}"),
            Self::Directory(path) => write!(f, "{}", path.display()),
        }
    }
}

impl Fetching {
    pub(crate) fn new(objects: Objects, client: Option<Client>) -> Self {
        Self { objects, client }
    }
}

#[async_trait]
impl LogSource for Fetching {
    async fn fetch(&self, path: &str) -> Result<Option<Bytes>, FetchError> {
        match (&self.objects, &self.client) {
            (Objects::Bucket { bucket, prefix }, Some(client)) => {
                let address = format!("/{bucket}/{}", escaped_path(&format!("{prefix}{path}")));
                match client.s3_get(&address).await {
                    Ok(body) => Ok(Some(body)),
                    Err(CallError::Refused { code, .. }) if code == "NoSuchKey" => Ok(None),
                    Err(error) => Err(Box::new(error)),
                }
            }
            (Objects::Bucket { .. }, None) => Err("no way to reach buckets".into()),
            (Objects::Directory(directory), _) => match std::fs::read(directory.join(path)) {
                Ok(bytes) => Ok(Some(bytes.into())),
                // A file where a folder should be: `aws s3 sync` can't store both NNN and NNN.p below it otherwise.
                Err(error)
                    if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) =>
                {
                    Ok(None)
                }
                Err(error) => Err(Box::new(error)),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_buckets_or_directories() {
        let place = |text: &str| text.parse::<Objects>().map(|place| place.to_string());
        assert_eq!(place("s3://b/a/c").as_deref(), Ok("s3://b/a/c/"));
        assert_eq!(place("s3://b").as_deref(), Ok("s3://b/"));
        assert_eq!(place("copy/of/it").as_deref(), Ok("copy/of/it"));
        assert!(place("s3:///x").is_err());
    }
}
