//! Log files in an S3 that runs elsewhere: AWS's, or any store that speaks its protocol.
//!
//! Every file is put with `If-None-Match: *`, so nothing is overwritten; where the key is taken, what lies
//! there is read back and compared. A store that does not know conditions is looked at first and then
//! written to: keys and bytes are the same each time, so a repetition changes nothing. What a store can do
//! is found out by asking it ([`ability`]), never by its name.

mod ability;
mod place;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use aws_sdk_s3::Client;
use cairn_delivery::{LogBucket, LogFilePut, Put, PutError};
use cairn_event::Region;

use crate::Connections;
use crate::failure::code;
use ability::Abilities;
pub use place::BucketAnswer;
use write::{Object, Written};

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

    /// Compares what lies under the key with the file; `None` when nothing does.
    async fn compare(&self, client: &Client, put: &LogFilePut<'_>) -> Result<Option<Put>, PutError> {
        let answer = client.get_object().bucket(&put.trail.s3_bucket).key(put.key).send().await;
        let found = match answer {
            Ok(found) => found,
            Err(error) if error.as_service_error().is_some_and(|error| error.is_no_such_key()) => {
                return Ok(None);
            }
            Err(error) => return Err(self.refused(put, &error, code(&error))),
        };
        let length = found.content_length().and_then(|length| usize::try_from(length).ok());
        if length.is_some_and(|length| length != put.body.len()) {
            return Err(PutError::Different);
        }
        match found.body.collect().await {
            Ok(body) if body.clone().into_bytes() == put.body => Ok(Some(Put::AlreadyThere)),
            Ok(_) => Err(PutError::Different),
            Err(error) => Err(self.refused(put, &error, "IncompleteBody".to_owned())),
        }
    }

    /// Forgets where the bucket is, for it may have been made anew elsewhere, and says why it took nothing.
    fn refused(
        &self,
        put: &LogFilePut<'_>,
        error: &(dyn std::error::Error + 'static),
        code: String,
    ) -> PutError {
        self.forget(&put.trail.s3_bucket);
        tracing::debug!(bucket = %put.trail.s3_bucket, key = put.key, error, "file not put");
        PutError::Refused { code }
    }

    fn forget(&self, bucket: &str) {
        lock(&self.regions).remove(bucket);
        lock(&self.asked).remove(bucket);
    }
}

#[async_trait]
impl LogBucket for Buckets {
    async fn put_once(&self, put: LogFilePut<'_>) -> Result<Put, PutError> {
        let bucket = put.trail.s3_bucket.as_str();
        let client = self.locate(bucket, &put.trail.home_region).await;
        let client = client.map_err(|code| PutError::Refused { code })?;
        if !lock(&self.asked).contains(bucket) {
            let marker = place::marker(put.trail.s3_prefix.as_deref(), put.trail.account, put.folder);
            if self.ask(&client, bucket, &marker, put.trail.kms_key_id.as_deref()).await.is_ok() {
                lock(&self.asked).insert(bucket.to_owned());
            }
        }
        if !self.abilities.keeps_conditions()
            && let Some(found) = self.compare(&client, &put).await?
        {
            return Ok(found);
        }
        match write::write(&client, &Object::file(&put), &self.abilities).await {
            Ok(Written::Now) => Ok(Put::Created),
            Ok(Written::Taken(code)) => match self.compare(&client, &put).await? {
                Some(found) => Ok(found),
                // The other writer has not finished, or what it wrote is gone: the next try will tell.
                None => Err(PutError::Refused { code }),
            },
            Err(error) => Err(self.refused(&put, &error, code(&error))),
        }
    }
}

fn lock<T>(what: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}
