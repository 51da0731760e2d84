//! One PutObject, with as much of what CloudTrail asks for as the store can do.

use aws_sdk_s3::Client;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::operation::put_object::PutObjectError;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ObjectCannedAcl, ServerSideEncryption};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use cairn_delivery::LogFilePut;

use super::ability::Abilities;
use crate::failure::code;

/// What is to be put.
#[derive(Debug, Clone)]
pub(super) struct Object<'a> {
    pub(super) bucket: &'a str,
    pub(super) key: &'a str,
    pub(super) body: Bytes,
    pub(super) content: Content,
    pub(super) if_taken: IfTaken,
    pub(super) metadata: &'a [(&'a str, &'a str)],
    pub(super) encryption: Encryption<'a>,
}

/// What an object says of its bytes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Content {
    /// Nothing: a folder marker has none.
    Nothing,
    /// JSON in gzip: a log file or a digest.
    Json,
    /// Of this type.
    Of(&'static str),
}

/// What becomes of an object that lies under the key already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum IfTaken {
    Keep,
    Replace,
}

/// How the store shall encrypt an object.
#[derive(Debug, Clone, Copy)]
pub(super) enum Encryption<'a> {
    /// With keys of its own (SSE-S3).
    Own,
    /// With a KMS key (SSE-KMS), for a trail.
    Kms { key: &'a str, trail_arn: Option<&'a str> },
}

/// What became of a write that did not fail.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// The object is there now.
    Now,
    /// There was one already; the code says how the store put it.
    Taken(String),
}

pub(super) type WriteError = SdkError<PutObjectError, HttpResponse>;

impl<'a> Object<'a> {
    pub(super) fn file(put: &LogFilePut<'a>) -> Self {
        Self {
            bucket: &put.trail.s3_bucket,
            key: put.key,
            body: put.body.clone(),
            content: Content::Json,
            if_taken: IfTaken::Keep,
            metadata: put.metadata,
            encryption: Encryption::of(put.trail.kms_key_id.as_deref(), Some(&put.trail.arn)),
        }
    }
}

impl<'a> Encryption<'a> {
    pub(super) fn of(kms_key: Option<&'a str>, trail_arn: Option<&'a str>) -> Self {
        kms_key.map_or(Self::Own, |key| Self::Kms { key, trail_arn })
    }

    /// Returns the encryption context of a trail's files, as the header wants it; S3 adds the object's ARN.
    fn context(trail_arn: &str) -> String {
        STANDARD.encode(serde_json::json!({ "aws:cloudtrail:arn": trail_arn }).to_string())
    }
}

/// Writes an object; where what is there shall be kept, as far as the store keeps such conditions. A store that says it
/// can't do one of the things asked for is asked for less, and remembered.
pub(super) async fn write(
    client: &Client,
    object: &Object<'_>,
    abilities: &Abilities,
) -> Result<Written, WriteError> {
    loop {
        let may_encrypt = !matches!(object.encryption, Encryption::Own) || abilities.encrypts();
        let encryption = may_encrypt.then_some(object.encryption);
        let condition = (object.if_taken == IfTaken::Keep && abilities.knows_conditions()).then_some("*");
        let error = match send(client, object, encryption, condition).await {
            Ok(()) => return Ok(Written::Now),
            Err(error) => error,
        };
        let code = code(&error);
        match (code.as_str(), encryption) {
            ("PreconditionFailed" | "ConditionalRequestConflict" | "HTTP412", _) => {
                return Ok(Written::Taken(code));
            }
            ("NotImplemented", Some(Encryption::Own)) => abilities.lacks_encryption(object.bucket),
            ("NotImplemented", _) if condition.is_some() => abilities.lacks_conditions(object.bucket),
            // A store without keys of its own may fail rather than say so; the proof is that less succeeds.
            ("InternalError", Some(Encryption::Own)) if abilities.may_break() => {
                if send(client, object, None, condition).await.is_err() {
                    return Err(error);
                }
                abilities.lacks_encryption(object.bucket);
                return Ok(Written::Now);
            }
            _ => return Err(error),
        }
    }
}

async fn send(
    client: &Client,
    object: &Object<'_>,
    encryption: Option<Encryption<'_>>,
    if_none_match: Option<&str>,
) -> Result<(), WriteError> {
    let mut call = client
        .put_object()
        .bucket(object.bucket)
        .key(object.key)
        .body(ByteStream::from(object.body.clone()))
        .acl(ObjectCannedAcl::BucketOwnerFullControl)
        .set_if_none_match(if_none_match.map(str::to_owned));
    call = match object.content {
        Content::Nothing => call,
        Content::Json => call.content_type("application/json").content_encoding("gzip"),
        Content::Of(content_type) => call.content_type(content_type),
    };
    for (name, value) in object.metadata {
        call = call.metadata(*name, *value);
    }
    call = match encryption {
        None => call,
        Some(Encryption::Own) => call.server_side_encryption(ServerSideEncryption::Aes256),
        Some(Encryption::Kms { key, trail_arn }) => call
            .server_side_encryption(ServerSideEncryption::AwsKms)
            .ssekms_key_id(key)
            .set_ssekms_encryption_context(trail_arn.map(Encryption::context)),
    };
    call.send().await.map(|_| ())
}
