//! The document inside a digest file (reference §5.1).

use serde::{Deserialize, Serialize};

/// A digest, members in CloudTrail's order. Instants are ISO 8601 to the second, such as
/// `2026-03-02T08:12:09Z`; they are signed as written, so they are kept as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Document {
    /// The account whose events are in the log files.
    pub aws_account_id: String,
    /// The first instant of the stretch of delivery times.
    pub digest_start_time: String,
    /// The instant that the stretch ends before.
    pub digest_end_time: String,
    /// The bucket that this file lies in.
    pub digest_s3_bucket: String,
    /// Its key there.
    pub digest_s3_object: String,
    /// Which public key verifies it.
    pub digest_public_key_fingerprint: String,
    /// Always `SHA256withRSA`.
    pub digest_signature_algorithm: String,
    /// The latest event of all log files; none in a digest without log files.
    pub newest_event_time: Option<String>,
    /// The earliest event of all log files.
    pub oldest_event_time: Option<String>,
    /// The bucket of the digest before; none in the first of a chain, like the four members that follow.
    pub previous_digest_s3_bucket: Option<String>,
    /// The key of the digest before.
    pub previous_digest_s3_object: Option<String>,
    /// SHA-256 of the digest before, uncompressed, in hexadecimal.
    pub previous_digest_hash_value: Option<String>,
    /// Always `SHA-256` where there is a digest before.
    pub previous_digest_hash_algorithm: Option<String>,
    /// The signature of the digest before, in hexadecimal.
    pub previous_digest_signature: Option<String>,
    /// The log files delivered in the stretch.
    pub log_files: Vec<LogFile>,
}

/// A log file in a digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LogFile {
    /// The bucket it lies in.
    pub s3_bucket: String,
    /// Its key there.
    pub s3_object: String,
    /// SHA-256 of its content, uncompressed, in hexadecimal.
    pub hash_value: String,
    /// Always `SHA-256`.
    pub hash_algorithm: String,
    /// The latest event in it.
    pub newest_event_time: Option<String>,
    /// The earliest event in it.
    pub oldest_event_time: Option<String>,
}

/// The digest before, as the next one names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Previous {
    /// The bucket it lies in.
    pub bucket: String,
    /// Its key there.
    pub key: String,
    /// SHA-256 of its uncompressed bytes, in hexadecimal.
    pub sha256: String,
    /// Its signature, in hexadecimal.
    pub signature: String,
}

/// The bytes are no digest document.
#[derive(Debug, thiserror::Error)]
#[error("read a digest: it is not the JSON of one")]
pub struct ReadError(#[from] serde_json::Error);

impl Document {
    /// The signature algorithm of every digest.
    pub const SIGNATURE_ALGORITHM: &'static str = "SHA256withRSA";

    /// The hash algorithm of every digest.
    pub const HASH_ALGORITHM: &'static str = "SHA-256";

    /// Reads a document. Members that are not known are ignored.
    ///
    /// # Errors
    /// It is no JSON, or a member that digests have is missing.
    pub fn parse(bytes: &[u8]) -> Result<Self, ReadError> {
        Ok(serde_json::from_slice(bytes)?)
    }

    /// Returns the bytes that are hashed, compressed and put: one line without spaces.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Texts and lists of texts can always be written.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Names the digest before; nothing in the first of a chain.
    pub fn with_previous(mut self, previous: Option<&Previous>) -> Self {
        self.previous_digest_s3_bucket = previous.map(|digest| digest.bucket.clone());
        self.previous_digest_s3_object = previous.map(|digest| digest.key.clone());
        self.previous_digest_hash_value = previous.map(|digest| digest.sha256.clone());
        self.previous_digest_hash_algorithm = previous.map(|_| Self::HASH_ALGORITHM.to_owned());
        self.previous_digest_signature = previous.map(|digest| digest.signature.clone());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_has_cloudtrails_members_in_their_order() {
        let text = concat!(
            r#"{"awsAccountId":"111122223333","digestStartTime":"2026-03-02T07:12:09Z","#,
            r#""digestEndTime":"2026-03-02T08:12:09Z","digestS3Bucket":"acme-trail","digestS3Object":"k","#,
            r#""digestPublicKeyFingerprint":"0f","digestSignatureAlgorithm":"SHA256withRSA","#,
            r#""newestEventTime":null,"oldestEventTime":null,"previousDigestS3Bucket":null,"#,
            r#""previousDigestS3Object":null,"previousDigestHashValue":null,"#,
            r#""previousDigestHashAlgorithm":null,"previousDigestSignature":null,"logFiles":[{"s3Bucket":"b","#,
            r#""s3Object":"o","hashValue":"e1","hashAlgorithm":"SHA-256","newestEventTime":"n","#,
            r#""oldestEventTime":"o"}]}"#,
        );
        let document = Document::parse(text.as_bytes()).unwrap();
        assert_eq!(String::from_utf8(document.to_bytes()).unwrap(), text);
    }

    #[test]
    fn what_is_no_digest_is_refused() {
        for text in ["", "[]", "{}", r#"{"logFiles":1}"#] {
            assert!(Document::parse(text.as_bytes()).is_err(), "{text}");
        }
    }
}
