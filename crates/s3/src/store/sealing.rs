//! Data keys of objects: made for a writer, opened for a reader.

use std::collections::BTreeMap;

use super::ObjectStore;
use super::bucket::Bucket;
use super::error::StoreError;
use crate::seal::{
    BucketEncryption, DataKey, DataKeys, Encryption, EncryptionWish, KeyRequest, KmsEncryption, Place, Seal,
    SealedKey, WishedKey,
};
use crate::telemetry;

/// The KMS key of a writer who asks for SSE-KMS and names none: AWS's own key of S3.
const AWS_KEY_OF_S3: &str = "alias/aws/s3";
/// The pair of the encryption context that S3 adds.
const CONTEXT_ARN: &str = "aws:s3:arn";

/// A KMS key and what to bind the data key to.
struct KmsWish<'a> {
    key_id: &'a str,
    context: &'a BTreeMap<String, String>,
    bucket_key: bool,
}

impl ObjectStore {
    /// Makes the data key of a new object, as its writer or else its bucket wants it.
    ///
    /// # Errors
    /// [`StoreError::KeyRefused`] when KMS gives none.
    pub(crate) async fn seal(
        &self,
        bucket: &Bucket,
        key: &str,
        wish: &EncryptionWish,
        keys: &dyn DataKeys,
    ) -> Result<Seal, StoreError> {
        let default = bucket.default_encryption()?;
        let bucket_key = wish.bucket_key.unwrap_or(default.bucket_key);
        let none = BTreeMap::new();
        let (key_id, context) = match (&wish.key, &default.kms) {
            (Some(WishedKey::Kms { key_id, context }), _) => (key_id, context),
            (None, Some(kms)) => (&kms.key_id, &none),
            (Some(WishedKey::S3), _) | (None, None) => {
                return Ok(self.own_seal(Place { bucket: &bucket.name, key }));
            }
        };
        let key_id = key_id.as_deref().unwrap_or(AWS_KEY_OF_S3);
        self.kms_seal(bucket, key, KmsWish { key_id, context, bucket_key }, keys).await
    }

    /// Returns how an upload in progress is encrypted; nothing when there is none.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub async fn upload_encryption(
        &self,
        bucket: &str,
        key: &str,
        upload_id: &str,
    ) -> Result<Option<Encryption>, StoreError> {
        match self.upload(bucket, key, upload_id).await {
            Ok(upload) => Ok(Some(upload.encryption)),
            Err(StoreError::NoSuchBucket | StoreError::NoSuchUpload) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Makes a data key that the server's own key seals.
    pub(super) fn own_seal(&self, place: Place<'_>) -> Seal {
        let key = DataKey::generate(&*self.ids);
        let sealed = self.wrapping.wrap(&key, place, &*self.ids);
        Seal { key, encryption: Encryption::S3 { key: sealed } }
    }

    async fn kms_seal(
        &self,
        bucket: &Bucket,
        key: &str,
        wish: KmsWish<'_>,
        keys: &dyn DataKeys,
    ) -> Result<Seal, StoreError> {
        let arn = match wish.bucket_key {
            true => format!("arn:aws:s3:::{}", bucket.name),
            false => Place { bucket: &bucket.name, key }.arn(),
        };
        let mut context = wish.context.clone();
        if context.insert(CONTEXT_ARN.to_owned(), arn.clone()).is_some_and(|given| given != arn) {
            let why =
                "The encryption context may not give aws:s3:arn another value than the one S3 gives it.";
            return Err(StoreError::InvalidRequest { why });
        }
        let request = key_request(bucket, wish.key_id, &context);
        let made = keys.generate(request).await.map_err(refused)?;
        let kms = KmsEncryption {
            key_arn: made.key_arn,
            key: SealedKey::new(made.sealed),
            context,
            bucket_key: wish.bucket_key,
        };
        Ok(Seal { key: made.key, encryption: Encryption::Kms(kms) })
    }

    /// Opens the data key of an object or an upload; nothing when its bytes are not encrypted.
    ///
    /// # Errors
    /// [`StoreError::KeyRefused`] when KMS does not open it, [`StoreError::DataKeyDamaged`] when it is not what
    /// was sealed.
    pub(crate) async fn unlock(
        &self,
        bucket: &Bucket,
        key: &str,
        encryption: &Encryption,
        keys: &dyn DataKeys,
    ) -> Result<Option<DataKey>, StoreError> {
        match encryption {
            Encryption::None => Ok(None),
            Encryption::S3 { key: sealed } => {
                let opened = self.wrapping.unwrap(sealed, Place { bucket: &bucket.name, key });
                if opened.is_none() {
                    telemetry::damaged();
                    tracing::error!(bucket = bucket.name, key, "an object's data key does not open");
                }
                opened.map(Some).ok_or(StoreError::DataKeyDamaged)
            }
            Encryption::Kms(kms) => {
                let request = key_request(bucket, &kms.key_arn, &kms.context);
                Ok(Some(keys.decrypt(request, kms.key.as_bytes()).await.map_err(refused)?))
            }
        }
    }
}

impl Bucket {
    /// Returns what the bucket does with objects whose writer says nothing.
    pub(crate) fn default_encryption(&self) -> Result<BucketEncryption, StoreError> {
        let stored = self.encryption.as_deref().map(serde_json::from_str).transpose();
        // Unreadable is not SSE-S3: somebody may have asked for more.
        stored
            .map(Option::unwrap_or_default)
            .map_err(|_unreadable| StoreError::Malformed { what: "bucket.encryption" })
    }
}

fn key_request<'a>(
    bucket: &'a Bucket,
    key_id: &'a str,
    context: &'a BTreeMap<String, String>,
) -> KeyRequest<'a> {
    KeyRequest { key_id, region: &bucket.region, context }
}

fn refused(refused: crate::seal::KeyRefused) -> StoreError {
    telemetry::key_refused();
    tracing::debug!(error = &refused as &dyn std::error::Error, "KMS gave no data key");
    StoreError::KeyRefused(refused)
}
