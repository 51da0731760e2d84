//! The built-in S3 as the place of transparency logs: tiles are put in CloudTrail's name, under the same policy
//! as log files, and recorded as they are.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use cairn_access::{DeliveryTarget, Policy, PolicyKind, bucket_policy_allows_delivery};
use cairn_catalog::Snapshot;
use cairn_event::Origin;
use cairn_s3::{Bucket, Deposit, EncryptionWish, NoKms, ObjectMetadata, Put, StoreError, WishedKey};
use cairn_tlog::{CHECKPOINT, Place, TileError, TileStore};
use futures_util::TryStreamExt as _;

use crate::authorize;
use crate::platform::{OwnCall, ServiceCaller, code, owner};

/// The largest object that is read: eight times a bundle of entries.
const OBJECT_BYTES_MAX: u64 = 64 << 10;

/// Transparency logs in the built-in S3.
#[derive(Debug)]
pub(crate) struct BuiltInTiles(pub(crate) Arc<ServiceCaller>);

#[async_trait]
impl TileStore for BuiltInTiles {
    /// Reads without asking the bucket's policy: the objects are this server's own, and who asks for them has
    /// been authorized for the trail.
    async fn get(&self, place: Place<'_>) -> Result<Option<Bytes>, TileError> {
        let read = async {
            let (object, content) = self.0.store.get(place.bucket, place.key, &NoKms).await?;
            if object.size > OBJECT_BYTES_MAX {
                return Ok(None);
            }
            let whole = BytesMut::new();
            let add = |mut whole: BytesMut, piece: Bytes| async move {
                whole.extend_from_slice(&piece);
                Ok(whole)
            };
            Ok(Some(content.try_fold(whole, add).await?.freeze()))
        };
        match read.await {
            Ok(found) => Ok(found),
            Err(StoreError::NoSuchKey) => Ok(None),
            Err(error) => Err(refused(&error)),
        }
    }

    async fn put_once(&self, place: Place<'_>, body: Bytes) -> Result<(), TileError> {
        let bucket = self.bucket(place).await?;
        let size = body.len();
        match self.0.store.put_if_absent(deposit(place, body)).await.map_err(|error| refused(&error))? {
            Put::Created(_) => {
                self.record(place, &bucket, size).await;
                Ok(())
            }
            Put::Identical(_) => Ok(()),
            Put::Different(_) => Err(TileError::Different),
        }
    }

    async fn overwrite(&self, place: Place<'_>, body: Bytes) -> Result<(), TileError> {
        let bucket = self.bucket(place).await?;
        let size = body.len();
        self.0.store.overwrite(deposit(place, body)).await.map_err(|error| refused(&error))?;
        self.record(place, &bucket, size).await;
        Ok(())
    }
}

impl BuiltInTiles {
    /// Finds the bucket, if its policy lets CloudTrail deliver there.
    async fn bucket(&self, place: Place<'_>) -> Result<Bucket, TileError> {
        let found = self.0.store.bucket(place.bucket).await.map_err(|error| refused(&error))?;
        let bucket = found.ok_or_else(|| TileError::Refused { code: "NoSuchBucket".to_owned() })?;
        if allowed(&self.0.catalog.current(), &bucket, place) {
            Ok(bucket)
        } else {
            Err(TileError::Refused { code: "AccessDenied".to_owned() })
        }
    }

    async fn record(&self, place: Place<'_>, bucket: &Bucket, size: usize) {
        let call = OwnCall {
            method: "PUT",
            path: format!("/{}/{}", place.bucket, place.key),
            query: "",
            account: place.trail.account,
            region: &place.trail.home_region,
            owner: owner(Some(bucket)),
            status: 200,
            error: None,
            body_bytes: size as u64,
            origin: Origin::Delivery,
        };
        self.0.record(call).await;
    }
}

fn allowed(snapshot: &Snapshot, bucket: &Bucket, place: Place<'_>) -> bool {
    let Ok(bucket_account) = bucket.owner.parse() else { return false };
    let policy = bucket.policy.as_deref().map(|text| Policy::parse(PolicyKind::Resource, text));
    let Ok(policy) = policy.transpose() else { return false };
    let facts = authorize::facts_of_delivery(snapshot, place.trail.account, bucket_account);
    let target = DeliveryTarget {
        bucket: &bucket.name,
        bucket_account,
        account: place.trail.account,
        trail_arn: &place.trail.arn,
        kms_key: None,
        facts: Some(&facts),
    };
    bucket_policy_allows_delivery(policy.as_ref(), &target, &[place.key]).is_ok()
}

fn deposit(place: Place<'_>, bytes: Bytes) -> Deposit<'_> {
    let text = place.key.ends_with(CHECKPOINT);
    let content_type = if text { "text/plain; charset=utf-8" } else { "application/octet-stream" };
    let metadata =
        ObjectMetadata { content_type: Some(content_type.to_owned()), ..ObjectMetadata::default() };
    Deposit {
        bucket: place.bucket,
        key: place.key,
        bytes,
        metadata,
        // What lies in a log is meant to be read by anybody who may read the bucket, whatever its default key.
        encryption: EncryptionWish { key: Some(WishedKey::S3), bucket_key: None },
        keys: &NoKms,
    }
}

fn refused(error: &StoreError) -> TileError {
    TileError::Refused { code: code(error) }
}
