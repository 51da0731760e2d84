//! The objects that the caller may read, in the buckets that trails deliver to elsewhere.
//!
//! The endpoint's credentials read there, through delivery's own client. They may be allowed more than the caller is,
//! so the caller's policies are asked first, each time: the bucket counts as that of the trail's account. What its own
//! policy says of callers here can't be known, so another account than the trail's is let in by nobody.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use cairn_aws::{Buckets, OpenObject, ReadError, Spelling};
use cairn_digest::verify::{Content, Object};
use cairn_validation::{FetchError, Listed, Page, Read, Store, s3_answer};

use super::ask::Owner;
use super::asker::Asker;
use super::ending::Allowance;
use super::objects::{inflate, listing_query};
use crate::outside_keys;
use crate::service_keys::{EncryptionContext, KeyUser};

/// How often an object is read that broke off, and the pause before each further time.
const READ_TRIES: u32 = 3;
const READ_PAUSE: Duration = Duration::from_millis(200);

/// The code where it is not the caller who may not: a word of its own, so that nobody asks for rights in vain.
const CREDENTIALS_DENIED: &str = "CredentialsDenied";

/// Buckets elsewhere, read for somebody who is known.
#[derive(Debug)]
pub(super) struct ObjectsElsewhere {
    pub(super) asker: Asker,
    pub(super) buckets: Arc<Buckets>,
    pub(super) owner: Owner,
    pub(super) allowance: Allowance,
    pub(super) lacking: Lacking,
}

/// Permissions that the endpoint's credentials turned out to lack. Clones share them.
#[derive(Debug, Clone, Default)]
pub(super) struct Lacking(Arc<Mutex<BTreeSet<&'static str>>>);

impl Lacking {
    fn add(&self, permission: &'static str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(permission);
    }

    /// Returns them in the order of their names.
    pub(super) fn permissions(&self) -> Vec<&'static str> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect()
    }
}

impl ObjectsElsewhere {
    /// Sees to it that the caller may do what is done for it next, and that the run may ask once more.
    fn permit(&self, path: String, query: String) -> Result<(), FetchError> {
        let arrival = self.asker.call(path, query)?;
        let Asker { front, who, .. } = &self.asker;
        front
            .permit_elsewhere(&arrival, who, self.owner.account)
            .map_err(|message| FetchError::Failed(format!("AccessDenied: {message}")))?;
        match self.allowance.take() {
            true => Ok(()),
            false => Err(FetchError::Failed("the validation asked as often as one may".to_owned())),
        }
    }

    /// Sees to it that the caller may use the KMS key that the store decrypted an object with.
    fn permit_key(&self, opened: &OpenObject, object: &Object) -> Result<(), FetchError> {
        let Some(key) = opened.kms_key() else { return Ok(()) };
        let Asker { front, who, .. } = &self.asker;
        let arrival = self.asker.call(String::new(), String::new())?;
        let snapshot = front.catalog.current();
        let facts = crate::request_facts::of_request(&arrival, who, &snapshot, front.clock.now());
        let user = KeyUser::through_s3(&who.caller, who.account, &self.owner.home, facts);
        let arn = format!("arn:aws:s3:::{}/{}", object.bucket, object.key);
        let context = [("aws:cloudtrail:arn", self.owner.trail_arn.clone()), ("aws:s3:arn", arn)];
        let context: EncryptionContext =
            context.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        outside_keys::allow(&snapshot, &user, ("kms:Decrypt", key), &context)
            .map_err(|refusal| FetchError::Failed(format!("AccessDenied: {}", refusal.message)))
    }

    async fn read_once(&self, object: &Object, mut content: Content) -> Result<Read, ReadFailure> {
        let (bucket, key) = (&object.bucket, &object.key);
        self.permit(format!("/{bucket}/{}", s3_answer::path(key)), String::new())?;
        let mut opened = self.buckets.open(bucket, key, &self.owner.home).await?;
        self.permit_key(&opened, object)?;
        let beside = |name: &str| opened.metadata(name.strip_prefix("x-amz-meta-")?);
        let (metadata, mut bytes) = (s3_answer::metadata(beside), 0);
        while let Some(piece) = opened.next().await? {
            bytes += piece.len() as u64;
            if let Err(fault) = inflate(&mut content, &piece).await {
                return Ok(Read { content: Err(fault), metadata, bytes });
            }
        }
        Ok(Read { content: content.finish(), metadata, bytes })
    }

    /// Says why something was not read, to somebody who need not know whose the credentials are.
    fn failed(&self, bucket: &str, failure: ReadFailure) -> FetchError {
        let error = match failure {
            ReadFailure::Told(told) => return told,
            ReadFailure::Store(error) => error,
        };
        FetchError::Failed(match error {
            ReadError::NoObject => return FetchError::NotFound,
            ReadError::NoBucket => {
                format!(
                    "S3BucketDoesNotExistException: There is no bucket {bucket} where Cairn delivers to now."
                )
            }
            ReadError::Denied { permission } => {
                self.lacking.add(permission);
                format!("{CREDENTIALS_DENIED}: Cairn's own credentials lack {permission} in bucket {bucket}")
            }
            ReadError::Refused { code } => format!("{code}: The store of bucket {bucket} did not answer it."),
            ReadError::BrokenOff => "the object broke off".to_owned(),
        })
    }
}

/// Why an object was not read.
#[derive(Debug)]
enum ReadFailure {
    /// In words for the caller.
    Told(FetchError),
    Store(ReadError),
}

impl From<FetchError> for ReadFailure {
    fn from(told: FetchError) -> Self {
        Self::Told(told)
    }
}

impl From<ReadError> for ReadFailure {
    fn from(error: ReadError) -> Self {
        Self::Store(error)
    }
}

#[async_trait]
impl Store for ObjectsElsewhere {
    async fn read(&self, object: &Object, begin: fn() -> Content) -> Result<Read, FetchError> {
        let mut tries = 1;
        loop {
            match self.read_once(object, begin()).await {
                Ok(read) => return Ok(read),
                Err(ReadFailure::Store(ReadError::BrokenOff)) if tries < READ_TRIES => {
                    tokio::time::sleep(READ_PAUSE * tries).await;
                    tries += 1;
                }
                Err(failure) => return Err(self.failed(&object.bucket, failure)),
            }
        }
    }

    async fn list(&self, bucket: &str, prefix: &str, after: &str) -> Result<Page, FetchError> {
        self.permit(format!("/{bucket}"), listing_query(prefix, after))?;
        let listed = self.buckets.list(bucket, (prefix, after), &self.owner.home).await;
        let listed = listed.map_err(|error| self.failed(bucket, error.into()))?;
        let mut objects = Vec::with_capacity(listed.objects.len());
        for object in listed.objects {
            let key = match listed.spelling {
                Spelling::Escaped => s3_answer::unescape(&object.key),
                Spelling::Plain => Some(object.key),
            };
            let key = key.ok_or_else(|| FetchError::Failed("the listing is not one of S3".to_owned()))?;
            objects.push(Listed { key, bytes: object.bytes, modified: object.modified });
        }
        Ok(Page { objects, is_followed: listed.is_followed })
    }

    fn lacks_metadata(&self) -> bool {
        false
    }
}
