//! How an object is encrypted, as the index keeps it and as callers wish it.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::data_key::DataKey;

/// How an object is encrypted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "lowercase")]
pub enum Encryption {
    /// Not at all: it was written before there was encryption.
    None,
    /// SSE-S3: the server's own key seals the data key.
    S3 {
        /// The sealed data key.
        key: SealedKey,
    },
    /// SSE-KMS: a KMS key seals the data key.
    Kms(KmsEncryption),
}

/// How KMS sealed a data key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KmsEncryption {
    /// The ARN of the KMS key.
    pub key_arn: String,
    /// The sealed data key.
    pub key: SealedKey,
    /// The encryption context, whole.
    pub context: BTreeMap<String, String>,
    /// Whether a Bucket Key was asked for: then the context names the bucket.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub bucket_key: bool,
}

impl Encryption {
    /// The value of `x-amz-server-side-encryption`; nothing for an object in the clear.
    pub fn algorithm(&self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::S3 { .. } => Some("AES256"),
            Self::Kms(_) => Some("aws:kms"),
        }
    }

    pub(crate) fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }

    /// How KMS sealed the data key, if it did.
    pub fn kms(&self) -> Option<&KmsEncryption> {
        match self {
            Self::None | Self::S3 { .. } => None,
            Self::Kms(kms) => Some(kms),
        }
    }
}

/// A data key as it may lie on disk: base64 in JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedKey(Vec<u8>);

impl SealedKey {
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl Serialize for SealedKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for SealedKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map(Self).map_err(serde::de::Error::custom)
    }
}

/// How a writer wants an object encrypted. The default is what its bucket says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EncryptionWish {
    /// By what; none for the bucket's default.
    pub key: Option<WishedKey>,
    /// Whether to use a Bucket Key; none for the bucket's default.
    pub bucket_key: Option<bool>,
}

/// What is to seal an object's data key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WishedKey {
    /// The server's own key.
    S3,
    /// A KMS key.
    Kms {
        /// An id, an ARN, an alias or an alias ARN; none for AWS's own key of S3.
        key_id: Option<String>,
        /// What the writer adds to the encryption context.
        context: BTreeMap<String, String>,
    },
}

/// What a bucket does with objects whose writer says nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct BucketEncryption {
    /// Which KMS key seals; none for SSE-S3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) kms: Option<KmsDefault>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) bucket_key: bool,
}

/// The KMS key of a bucket's default encryption.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct KmsDefault {
    /// As it was put; none for AWS's own key of S3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) key_id: Option<String>,
}

/// A data key in hand, and how it will lie beside what it seals.
#[derive(Debug, Clone)]
pub(crate) struct Seal {
    pub(crate) key: DataKey,
    pub(crate) encryption: Encryption,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What lies in indexes must go on being read.
    #[test]
    fn stored_forms() {
        let check = |encryption: Encryption, text: &str| {
            assert_eq!(serde_json::json!(encryption).to_string(), text);
            assert_eq!(serde_json::from_str::<Encryption>(text).unwrap(), encryption);
        };
        check(Encryption::None, r#"{"by":"none"}"#);
        check(Encryption::S3 { key: SealedKey::new(vec![1, 2]) }, r#"{"by":"s3","key":"AQI="}"#);
        let kms = KmsEncryption {
            key_arn: "arn".into(),
            key: SealedKey::new(vec![3]),
            context: BTreeMap::from([("a".into(), "b".into())]),
            bucket_key: false,
        };
        let text = r#"{"by":"kms","context":{"a":"b"},"key":"Aw==","key_arn":"arn"}"#;
        check(Encryption::Kms(kms.clone()), text);
        let text = r#"{"bucket_key":true,"by":"kms","context":{"a":"b"},"key":"Aw==","key_arn":"arn"}"#;
        check(Encryption::Kms(KmsEncryption { bucket_key: true, ..kms }), text);
        assert_eq!(serde_json::json!(BucketEncryption::default()).to_string(), "{}");
    }
}
