//! A digest document as a stranger may have written it: what the AWS CLI demands and no more, borrowed from
//! its bytes so that a large one costs little memory.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer};

/// The members that are looked at. `required` ones must be there, though some may be null.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Foreign<'a> {
    #[serde(borrow)]
    pub(super) digest_start_time: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) digest_end_time: Cow<'a, str>,
    #[serde(rename = "digestS3Bucket", borrow)]
    pub(super) digest_s3_bucket: Cow<'a, str>,
    #[serde(rename = "digestS3Object", borrow)]
    pub(super) digest_s3_object: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) digest_public_key_fingerprint: Cow<'a, str>,
    #[serde(rename = "previousDigestS3Bucket")]
    pub(super) previous_digest_s3_bucket: Option<String>,
    #[serde(rename = "previousDigestS3Object")]
    pub(super) previous_digest_s3_object: Option<String>,
    pub(super) previous_digest_hash_value: Option<String>,
    // With a function of its own a member must be there even though it may be null.
    #[serde(deserialize_with = "nullable")]
    pub(super) previous_digest_signature: Option<String>,
    #[serde(borrow, deserialize_with = "nullable_list")]
    pub(super) log_files: Vec<ListedLog<'a>>,
}

/// A log file as a digest lists it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListedLog<'a> {
    /// The bucket it lies in.
    #[serde(rename = "s3Bucket", borrow)]
    pub bucket: Cow<'a, str>,
    /// Its key there.
    #[serde(rename = "s3Object", borrow)]
    pub key: Cow<'a, str>,
    /// SHA-256 of its uncompressed bytes, in hexadecimal.
    #[serde(borrow)]
    pub hash_value: Cow<'a, str>,
}

fn nullable<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Option::deserialize(deserializer)
}

fn nullable_list<'de: 'a, 'a, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<ListedLog<'a>>, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
