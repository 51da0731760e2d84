//! Transparency logs in an S3 that runs elsewhere. What lies in a log is meant to be read by anybody who may
//! read the bucket, so it is encrypted with the store's own keys whatever the trail's key is.

use async_trait::async_trait;
use aws_sdk_s3::Client;
use bytes::Bytes;
use cairn_delivery::{Put, PutError};
use cairn_tlog::{CHECKPOINT, FOLDER, Place, TileError, TileStore};

use super::Buckets;
use super::write::{Content, Encryption, IfTaken, Object, write};
use crate::failure::code;

#[async_trait]
impl TileStore for Buckets {
    async fn get(&self, place: Place<'_>) -> Result<Option<Bytes>, TileError> {
        let client = self.client(place).await?;
        match client.get_object().bucket(place.bucket).key(place.key).send().await {
            Ok(found) => match found.body.collect().await {
                Ok(body) => Ok(Some(body.into_bytes())),
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::debug!(bucket = place.bucket, key = place.key, error, "tile not read");
                    Err(TileError::Refused { code: "IncompleteBody".to_owned() })
                }
            },
            Err(error) if code(&error) == "NoSuchKey" => Ok(None),
            Err(error) => Err(TileError::Refused { code: code(&error) }),
        }
    }

    async fn put_once(&self, place: Place<'_>, body: Bytes) -> Result<(), TileError> {
        match self.put(&object(place, body, IfTaken::Keep), place.trail, FOLDER).await {
            Ok(Put::Created | Put::AlreadyThere) => Ok(()),
            Err(PutError::Refused { code }) => Err(TileError::Refused { code }),
            Err(PutError::Different) => Err(TileError::Different),
        }
    }

    async fn overwrite(&self, place: Place<'_>, body: Bytes) -> Result<(), TileError> {
        let client = self.client(place).await?;
        let object = object(place, body, IfTaken::Replace);
        match write(&client, &object, &self.abilities).await {
            Ok(_) => Ok(()),
            Err(error) => Err(TileError::Refused { code: code(&error) }),
        }
    }
}

impl Buckets {
    async fn client(&self, place: Place<'_>) -> Result<Client, TileError> {
        let located = self.locate(place.bucket, &place.trail.home_region).await;
        located.map_err(|code| TileError::Refused { code })
    }
}

fn object<'a>(place: Place<'a>, body: Bytes, if_taken: IfTaken) -> Object<'a> {
    let text = place.key.ends_with(CHECKPOINT);
    Object {
        bucket: place.bucket,
        key: place.key,
        body,
        content: Content::Of(if text { "text/plain; charset=utf-8" } else { "application/octet-stream" }),
        if_taken,
        metadata: &[],
        encryption: Encryption::Own,
    }
}
