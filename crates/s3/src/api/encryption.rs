//! Server-side encryption as headers ask for it and answers tell it; a bucket's default encryption.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use s3s::dto::*;
use s3s::{S3ErrorCode, S3Request, S3Result};

use super::error::{answer, invalid_argument, not_implemented, refuse};
use super::{Answer, Api, ok, ok_with};
use crate::authorized;
use crate::seal::{BucketEncryption, DataKey, Encryption, EncryptionWish, KmsDefault, Seal, WishedKey};
use crate::store::{Bucket, BucketChange, StoreError};

/// What the headers of a write say about encryption.
#[derive(Debug, Default)]
pub(super) struct Asked<'a> {
    pub(super) algorithm: Option<&'a str>,
    pub(super) key_id: Option<&'a str>,
    pub(super) context: Option<&'a str>,
    pub(super) bucket_key: Option<bool>,
    pub(super) has_customer_key: bool,
}

/// Collects what an input [`Asked`].
macro_rules! asked {
    ($input:expr) => {
        crate::api::encryption::Asked {
            algorithm: $input.server_side_encryption.as_ref().map(|algorithm| algorithm.as_str()),
            key_id: $input.ssekms_key_id.as_deref().filter(|id| !id.is_empty()),
            context: $input.ssekms_encryption_context.as_deref(),
            bucket_key: $input.bucket_key_enabled,
            has_customer_key: $input.sse_customer_algorithm.is_some() || $input.sse_customer_key.is_some(),
        }
    };
}

/// Fills the members of an output that tell how an object is encrypted.
macro_rules! encryption_members {
    ($output:expr, $encryption:expr) => {{
        let encryption: &crate::seal::Encryption = $encryption;
        let kms = encryption.kms();
        $output.server_side_encryption = encryption.algorithm().map(ServerSideEncryption::from_static);
        $output.ssekms_key_id = kms.map(|kms| kms.key_arn.clone());
        $output.bucket_key_enabled = kms.map(|kms| kms.bucket_key).filter(|enabled| *enabled);
    }};
}

pub(super) use {asked, encryption_members};

/// Reads how the writer wants the object encrypted.
pub(super) fn wish(asked: &Asked<'_>) -> S3Result<EncryptionWish> {
    refuse_customer_key(asked.has_customer_key)?;
    let key = match asked.algorithm {
        None => None,
        Some(algorithm) if is_kms(algorithm)? => {
            let context = asked.context.map(context_of).transpose()?.unwrap_or_default();
            Some(WishedKey::Kms { key_id: asked.key_id.map(str::to_owned), context })
        }
        Some(_) => Some(WishedKey::S3),
    };
    let needs_kms = asked.key_id.is_some() || asked.context.is_some();
    if needs_kms && !matches!(key, Some(WishedKey::Kms { .. })) {
        return Err(invalid_argument(
            "Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms",
        ));
    }
    Ok(EncryptionWish { key, bucket_key: asked.bucket_key })
}

/// Tells SSE-KMS from SSE-S3; refuses what is neither.
fn is_kms(algorithm: &str) -> S3Result<bool> {
    match algorithm {
        ServerSideEncryption::AES256 => Ok(false),
        ServerSideEncryption::AWS_KMS => Ok(true),
        ServerSideEncryption::AWS_KMS_DSSE => {
            Err(not_implemented("Dual-layer server-side encryption (aws:kms:dsse) is not implemented."))
        }
        _ => Err(invalid_argument("The encryption method specified is not supported")),
    }
}

fn context_of(header: &str) -> S3Result<BTreeMap<String, String>> {
    let text = STANDARD.decode(header).ok();
    text.and_then(|text| serde_json::from_slice(&text).ok()).ok_or_else(|| {
        invalid_argument(
            "The header 'x-amz-server-side-encryption-context' shall be Base64-encoded UTF-8 string holding JSON which represents a string-string map",
        )
    })
}

pub(super) fn refuse_customer_key(given: bool) -> S3Result<()> {
    if given {
        return Err(not_implemented("Server-side encryption with customer keys is not implemented."));
    }
    Ok(())
}

impl Api {
    /// Makes the data key of what is about to be written.
    pub(super) async fn seal(
        &self,
        (bucket, key): (&Bucket, &str),
        asked: &Asked<'_>,
        extensions: &http::Extensions,
    ) -> S3Result<Option<Seal>> {
        let (wish, keys) = (wish(asked)?, authorized::keys(extensions)?);
        self.store.seal(bucket, key, &wish, &*keys).await.map(Some).map_err(answer)
    }

    /// Opens the data key of what is about to be read or added to.
    pub(super) async fn unlock(
        &self,
        (bucket, key): (&Bucket, &str),
        encryption: &Encryption,
        extensions: &http::Extensions,
    ) -> S3Result<Option<DataKey>> {
        let keys = authorized::keys(extensions)?;
        self.store.unlock(bucket, key, encryption, &*keys).await.map_err(answer)
    }

    pub(super) async fn get_bucket_encryption(
        &self,
        request: S3Request<GetBucketEncryptionInput>,
    ) -> Answer<GetBucketEncryptionOutput> {
        let input = request.input;
        let bucket = self.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
        let default = bucket.default_encryption().map_err(answer)?;
        let algorithm = match default.kms {
            Some(_) => ServerSideEncryption::AWS_KMS,
            None => ServerSideEncryption::AES256,
        };
        let by_default = ServerSideEncryptionByDefault {
            sse_algorithm: ServerSideEncryption::from_static(algorithm),
            kms_master_key_id: default.kms.and_then(|kms| kms.key_id),
        };
        let rule = ServerSideEncryptionRule {
            apply_server_side_encryption_by_default: Some(by_default),
            bucket_key_enabled: Some(default.bucket_key),
        };
        let configuration = ServerSideEncryptionConfiguration { rules: vec![rule] };
        ok(GetBucketEncryptionOutput { server_side_encryption_configuration: Some(configuration) })
    }

    pub(super) async fn put_bucket_encryption(
        &self,
        request: S3Request<PutBucketEncryptionInput>,
    ) -> Answer<PutBucketEncryptionOutput> {
        let input = request.input;
        self.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
        let default = bucket_default(input.server_side_encryption_configuration)?;
        let text = serde_json::json!(default).to_string();
        self.change_encryption(&input.bucket, Some(text)).await?;
        ok(PutBucketEncryptionOutput::default())
    }

    pub(super) async fn delete_bucket_encryption(
        &self,
        request: S3Request<DeleteBucketEncryptionInput>,
    ) -> Answer<DeleteBucketEncryptionOutput> {
        let input = request.input;
        self.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
        self.change_encryption(&input.bucket, None).await?;
        ok_with(http::StatusCode::NO_CONTENT, DeleteBucketEncryptionOutput::default())
    }

    async fn change_encryption(&self, bucket: &str, text: Option<String>) -> S3Result<()> {
        let changed: Result<(), StoreError> =
            self.store.change_bucket(bucket, BucketChange::Encryption(text)).await;
        changed.map_err(answer)
    }
}

/// Reads a bucket's default encryption. The key is not looked at: as on AWS, a wrong one shows when it is used.
fn bucket_default(configuration: ServerSideEncryptionConfiguration) -> S3Result<BucketEncryption> {
    let mut rules = configuration.rules.into_iter();
    let (Some(rule), None) = (rules.next(), rules.next()) else {
        return Err(refuse(
            S3ErrorCode::MalformedXML,
            "The XML you provided was not well-formed or did not validate against our published schema",
        ));
    };
    let bucket_key = rule.bucket_key_enabled == Some(true);
    let Some(by_default) = rule.apply_server_side_encryption_by_default else {
        return Ok(BucketEncryption { kms: None, bucket_key });
    };
    let key_id = by_default.kms_master_key_id.filter(|id| !id.is_empty());
    if is_kms(by_default.sse_algorithm.as_str())? {
        return Ok(BucketEncryption { kms: Some(KmsDefault { key_id }), bucket_key });
    }
    match key_id {
        Some(_) => Err(invalid_argument(
            "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse",
        )),
        None => Ok(BucketEncryption { kms: None, bucket_key }),
    }
}
