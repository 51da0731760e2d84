//! Log files in an S3 that runs elsewhere: AWS's, or any store that speaks its protocol.
//!
//! Every file is put with `If-None-Match: *`, so nothing is overwritten; where the key is taken, what lies
//! there is read back and compared. A store that does not know conditions is looked at first and then
//! written to: keys and bytes are the same each time, so a repetition changes nothing. What a store can do
//! is found out by asking it ([`ability`]), never by its name.

mod ability;
mod place;
mod read;
mod tiles;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use cairn_catalog::Trail;
use cairn_delivery::{Folder, LogBucket, LogFilePut, Put, PutError};
use cairn_event::Region;

use crate::Connections;
use crate::failure::{code, tell};
use ability::Abilities;
pub use place::{BucketAnswer, FilesFolder};
pub use read::{ListedObject, Listing, OpenObject, ReadError, Spelling};
use write::{Object, WriteError, Written};

/// The buckets of one endpoint.
#[derive(Debug)]
pub struct Buckets {
    connections: Arc<Connections>,
    /// In which Region each bucket was found.
    regions: Mutex<BTreeMap<String, Region>>,
    /// The buckets whose store was asked what it can do.
    asked: Mutex<BTreeSet<String>>,
    abilities: Abilities,
}

impl Buckets {
    /// Prepares log files for the S3 endpoint of `connections`; nobody is called yet.
    pub fn new(connections: Arc<Connections>) -> Self {
        let abilities = Abilities::new(connections.endpoints().s3.as_ref());
        Self { connections, regions: Mutex::default(), asked: Mutex::default(), abilities }
    }

    /// Puts an object unless its key is taken. The first one of a bucket is preceded by a folder marker, which
    /// tells what the store can do.
    async fn put(&self, object: &Object<'_>, trail: &Trail, folder: &str) -> Result<Put, PutError> {
        let client = self.locate(object.bucket, &trail.home_region).await;
        let client = client.map_err(|code| PutError::Refused { code })?;
        if !lock(&self.asked).contains(object.bucket) {
            // Whether it could be asked shows when the object is put.
            drop(self.ask_for(&client, object.bucket, trail, folder).await);
        }
        if !self.abilities.keeps_conditions()
            && let Some(found) = self.compare(&client, object).await?
        {
            return Ok(found);
        }
        match write::write(&client, object, &self.abilities).await {
            Ok(Written::Now) => Ok(Put::Created),
            Ok(Written::Taken(code)) => match self.compare(&client, object).await? {
                Some(found) => Ok(found),
                // The other writer has not finished, or what it wrote is gone: the next try will tell.
                None => Err(PutError::Refused { code }),
            },
            Err(error) => Err(self.refused(object, &error)),
        }
    }

    /// Asks what the store behind a trail's bucket can do, before anything is delivered. What it can't is said
    /// in the log.
    ///
    /// # Errors
    /// The code of a bucket that takes nothing now.
    pub async fn probe(&self, trail: &Trail) -> Result<(), String> {
        let client = self.locate(&trail.s3_bucket, &trail.home_region).await?;
        let folder = Folder::CloudTrail.as_str();
        self.ask_for(&client, &trail.s3_bucket, trail, folder).await.map_err(|error| code(&error))
    }

    async fn ask_for(
        &self,
        client: &Client,
        bucket: &str,
        trail: &Trail,
        folder: &str,
    ) -> Result<(), WriteError> {
        let marker = format!("{}{}/{folder}/", trail.files_root(), trail.account);
        self.ask(client, bucket, &marker, trail.kms_key_id.as_deref()).await?;
        lock(&self.asked).insert(bucket.to_owned());
        Ok(())
    }

    /// Compares what lies under the key with the object; `None` when nothing does.
    async fn compare(&self, client: &Client, object: &Object<'_>) -> Result<Option<Put>, PutError> {
        let answer = client.get_object().bucket(object.bucket).key(object.key).send().await;
        let found = match answer {
            Ok(found) => found,
            Err(error) if code(&error) == "NoSuchKey" => return Ok(None),
            Err(error) => return Err(self.refused(object, &error)),
        };
        let length = found.content_length().and_then(|length| usize::try_from(length).ok());
        if length.is_some_and(|length| length != object.body.len()) {
            return Err(PutError::Different);
        }
        match found.body.collect().await {
            Ok(body) if body.clone().into_bytes() == object.body => Ok(Some(Put::AlreadyThere)),
            Ok(_) => Err(PutError::Different),
            Err(error) => {
                let error = &error as &dyn Error;
                tracing::warn!(bucket = object.bucket, key = object.key, error, "object not read back");
                Err(PutError::Refused { code: "IncompleteBody".to_owned() })
            }
        }
    }

    /// Forgets where the bucket is, for it may have been made anew elsewhere, and says why it took nothing.
    fn refused<E>(&self, object: &Object<'_>, error: &SdkError<E, HttpResponse>) -> PutError
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        self.forget(object.bucket);
        tell("s3", error);
        PutError::Refused { code: code(error) }
    }

    fn forget(&self, bucket: &str) {
        lock(&self.regions).remove(bucket);
        lock(&self.asked).remove(bucket);
    }
}

#[async_trait]
impl LogBucket for Buckets {
    async fn put_once(&self, put: LogFilePut<'_>) -> Result<Put, PutError> {
        self.put(&Object::file(&put), put.trail, put.folder.as_str()).await
    }
}

fn lock<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
