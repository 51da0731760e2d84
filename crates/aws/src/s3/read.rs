//! What was delivered, read back for whoever proves it: listings, and objects a piece at a time.
//!
//! It is read as delivery reads what lies under a taken key: the same client, the same credentials. Those need not be
//! allowed to read; then the error names the permission that is missing.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::ResponseChecksumValidation;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::EncodingType;
use bytes::Bytes;
use cairn_event::Region;
use jiff::Timestamp;

use super::{Buckets, lock};
use crate::failure::{code, tell};

/// How long each piece of an object may keep us waiting.
const SILENCE: Duration = Duration::from_secs(30);

/// An object whose body has begun.
#[derive(Debug)]
pub struct OpenObject {
    metadata: HashMap<String, String>,
    kms_key: Option<String>,
    body: ByteStream,
}

/// An object in a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedObject {
    /// Its key, as the listing has it.
    pub key: String,
    /// How long it is.
    pub bytes: u64,
    /// When it was put; none where the store does not say.
    pub modified: Option<Timestamp>,
}

/// A piece of a listing, in the order of keys.
#[derive(Debug, Default)]
pub struct Listing {
    /// The objects.
    pub objects: Vec<ListedObject>,
    /// How their keys are written.
    pub spelling: Spelling,
    /// Whether there are more after the last of them.
    pub is_followed: bool,
}

/// How keys are written in a listing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Spelling {
    /// As they are.
    #[default]
    Plain,
    /// Escaped as in a form.
    Escaped,
}

/// Something can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// There is no object of that key.
    #[error("find the object")]
    NoObject,
    /// There is no such bucket.
    #[error("find the bucket")]
    NoBucket,
    /// Our credentials lack a permission.
    #[error("read without {permission}")]
    Denied {
        /// Such as `s3:GetObject`.
        permission: &'static str,
    },
    /// The store said no for another reason, or did not answer.
    #[error("read: {code}")]
    Refused {
        /// Its code, as `GetTrailStatus` would show it.
        code: String,
    },
    /// The object came, but not all of it.
    #[error("read the object to its end")]
    BrokenOff,
}

impl Buckets {
    /// Begins to read an object. The bucket is looked for from `home` on.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn open(&self, bucket: &str, key: &str, home: &Region) -> Result<OpenObject, ReadError> {
        let client = self.reader(bucket, home, "s3:GetObject").await?;
        // A body that is not what was put is for the caller to find: here it would look like a lost connection.
        let unchecked = aws_sdk_s3::config::Builder::new()
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
        let asked = client.get_object().bucket(bucket).key(key).customize().config_override(unchecked);
        match asked.send().await {
            Ok(found) => Ok(OpenObject {
                metadata: found.metadata.unwrap_or_default(),
                kms_key: found.ssekms_key_id,
                body: found.body,
            }),
            Err(error) => Err(self.unread(bucket, "s3:GetObject", &error)),
        }
    }

    /// Lists objects whose keys begin with `prefix` and sort after `after`.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn list(
        &self,
        bucket: &str,
        (prefix, after): (&str, &str),
        home: &Region,
    ) -> Result<Listing, ReadError> {
        let client = self.reader(bucket, home, "s3:ListBucket").await?;
        let asked = client
            .list_objects_v2()
            .bucket(bucket)
            .prefix(prefix)
            .set_start_after((!after.is_empty()).then(|| after.to_owned()))
            .encoding_type(EncodingType::Url);
        let listed = asked.send().await.map_err(|error| self.unread(bucket, "s3:ListBucket", &error))?;
        let objects: Vec<ListedObject> = listed.contents().iter().filter_map(listed_object).collect();
        let is_followed = listed.is_truncated() == Some(true) && !objects.is_empty();
        let spelling = match listed.encoding_type() {
            Some(EncodingType::Url) => Spelling::Escaped,
            Some(_) | None => Spelling::Plain,
        };
        Ok(Listing { objects, spelling, is_followed })
    }

    async fn reader(
        &self,
        bucket: &str,
        home: &Region,
        permission: &'static str,
    ) -> Result<Client, ReadError> {
        self.locate(bucket, home).await.map_err(|code| read_error(&code, None, permission))
    }

    /// Says why nothing was read. Which Region the bucket is in is asked anew next time, unless it answered itself.
    fn unread<E>(
        &self,
        bucket: &str,
        permission: &'static str,
        error: &SdkError<E, HttpResponse>,
    ) -> ReadError
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        tell("s3", error);
        let (code, message) = (code(error), error.as_service_error().and_then(|error| error.message()));
        tracing::debug!(bucket, code, message, "a bucket elsewhere was not read");
        let unread = read_error(&code, message, permission);
        if matches!(unread, ReadError::NoBucket | ReadError::Refused { .. }) {
            lock(&self.regions).remove(bucket);
        }
        unread
    }
}

impl OpenObject {
    /// Returns what lies beside the object under `x-amz-meta-NAME`.
    pub fn metadata(&self, name: &str) -> Option<&str> {
        self.metadata.get(name).map(String::as_str)
    }

    /// Returns the KMS key that it is encrypted with, as the store names it.
    pub fn kms_key(&self) -> Option<&str> {
        self.kms_key.as_deref()
    }

    /// Returns the next piece of its body; none at the end. Cancel safe.
    ///
    /// # Errors
    /// [`ReadError::BrokenOff`].
    pub async fn next(&mut self) -> Result<Option<Bytes>, ReadError> {
        match tokio::time::timeout(SILENCE, self.body.next()).await {
            Ok(piece) => piece.transpose().map_err(|error| {
                tracing::debug!(error = &error as &dyn std::error::Error, "an object elsewhere broke off");
                ReadError::BrokenOff
            }),
            Err(_elapsed) => Err(ReadError::BrokenOff),
        }
    }
}

fn listed_object(object: &aws_sdk_s3::types::Object) -> Option<ListedObject> {
    let bytes = object.size().and_then(|size| u64::try_from(size).ok()).unwrap_or(0);
    let modified = object.last_modified().and_then(|at| Timestamp::from_second(at.secs()).ok());
    Some(ListedObject { key: object.key()?.to_owned(), bytes, modified })
}

/// Sorts what a store answered a read with; `permission` is the one that the read itself needs.
fn read_error(code: &str, message: Option<&str>, permission: &'static str) -> ReadError {
    match code {
        "NoSuchKey" => ReadError::NoObject,
        "NoSuchBucket" => ReadError::NoBucket,
        // S3 says no in its own name where it is KMS that does not let the credentials decrypt.
        "AccessDenied" if message.is_some_and(|message| message.contains("kms:Decrypt")) => {
            ReadError::Denied { permission: "kms:Decrypt" }
        }
        "AccessDenied" | "AllAccessDisabled" | "HTTP403" => ReadError::Denied { permission },
        code => ReadError::Refused { code: code.to_owned() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_denial_names_the_permission_that_is_missing() {
        let denied = |permission| ReadError::Denied { permission };
        let kms = "User: arn:aws:iam::1:user/x is not authorized to perform: kms:Decrypt on the resource";
        for (code, message, expected) in [
            ("AccessDenied", None, denied("s3:GetObject")),
            ("AccessDenied", Some("Access Denied"), denied("s3:GetObject")),
            ("AccessDenied", Some(kms), denied("kms:Decrypt")),
            ("HTTP403", None, denied("s3:GetObject")),
            ("NoSuchKey", None, ReadError::NoObject),
            ("NoSuchBucket", None, ReadError::NoBucket),
            ("SlowDown", Some("x"), ReadError::Refused { code: "SlowDown".to_owned() }),
        ] {
            assert_eq!(read_error(code, message, "s3:GetObject"), expected, "{code} {message:?}");
        }
    }
}
