//! One digest file: opened, then proved.

use jiff::Timestamp;

use super::content::Inflated;
use super::finding::{DigestFault, Object};
use super::foreign::{Foreign, ListedLog};
use super::public_keys::PublicKeys;
use crate::signature::{Place, VerifyError, verify};

/// The most bytes that a digest may inflate to: the log files of an hour, some hundred thousand of them.
pub const DIGEST_BYTES_MAX: u64 = 64 << 20;

/// What lies beside a digest's bytes, in its object's metadata.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metadata {
    /// `x-amz-meta-signature`.
    pub signature: Option<String>,
    /// `x-amz-meta-signature-algorithm`.
    pub signature_algorithm: Option<String>,
    /// `x-amz-meta-backfill-generation-timestamp`, of backfill digests.
    pub backfill_generated: Option<String>,
}

/// A digest whose document is one of the place it lies at. Nothing of it is proved yet.
#[derive(Debug)]
pub struct Opened<'a> {
    document: Foreign<'a>,
    inflated: &'a Inflated,
    start: Timestamp,
    end: Timestamp,
}

impl Metadata {
    /// Returns the signature, where everything is there that digests have.
    ///
    /// # Errors
    /// As the AWS CLI judges what is missing.
    pub fn signature(&self) -> Result<&str, DigestFault> {
        match (&self.signature, &self.signature_algorithm) {
            (Some(signature), Some(_)) => Ok(signature),
            _ => Err(DigestFault::Signature),
        }
    }

    /// Returns when a backfill digest was generated.
    ///
    /// # Errors
    /// As the AWS CLI judges what is missing.
    pub fn backfill_generated(&self) -> Result<Timestamp, DigestFault> {
        let text = self.backfill_generated.as_deref().ok_or(DigestFault::Format)?;
        text.parse().map_err(|_no_instant| DigestFault::Format)
    }
}

impl<'a> Opened<'a> {
    /// Reads a digest.
    ///
    /// # Errors
    /// It is cut short, no digest, or one of another place.
    pub fn open(object: &Object, inflated: &'a Inflated) -> Result<Self, DigestFault> {
        if !inflated.is_whole {
            return Err(DigestFault::Format);
        }
        let document: Foreign<'a> =
            serde_json::from_slice(&inflated.bytes).map_err(|_no_digest| DigestFault::Format)?;
        if document.digest_s3_bucket != object.bucket || document.digest_s3_object != object.key {
            return Err(DigestFault::Moved);
        }
        let instant = |text: &str| text.parse::<Timestamp>().map_err(|_no_instant| DigestFault::Format);
        let (start, end) = (instant(&document.digest_start_time)?, instant(&document.digest_end_time)?);
        Ok(Self { document, inflated, start, end })
    }

    /// Proves it: a key that is vouched for made the signature over this document at this place.
    ///
    /// # Errors
    /// See [`DigestFault`].
    pub fn verify(&self, signature: &str, keys: &PublicKeys, home_region: &str) -> Result<(), DigestFault> {
        let fingerprint = self.fingerprint();
        let unknown = || DigestFault::KeyUnknown {
            region: home_region.to_owned(),
            fingerprint: fingerprint.to_owned(),
        };
        let key = keys.find(fingerprint).ok_or_else(unknown)?;
        let place = Place {
            end_time: &self.document.digest_end_time,
            bucket: &self.document.digest_s3_bucket,
            key: &self.document.digest_s3_object,
            previous_signature: self.document.previous_digest_signature.as_deref(),
        };
        verify(place, &self.inflated.bytes, signature, key).map_err(|error| match error {
            VerifyError::NotHex | VerifyError::Wrong => DigestFault::Signature,
            VerifyError::Key => DigestFault::KeyUnreadable { fingerprint: fingerprint.to_owned() },
        })
    }

    /// Returns which key signed it.
    pub fn fingerprint(&self) -> &str {
        &self.document.digest_public_key_fingerprint
    }

    /// Returns where its stretch of delivery times begins.
    pub fn start(&self) -> Timestamp {
        self.start
    }

    /// Returns where its stretch ends.
    pub fn end(&self) -> Timestamp {
        self.end
    }

    /// Returns the log files it lists.
    pub fn logs(&self) -> &[ListedLog<'a>] {
        &self.document.log_files
    }

    /// Returns the SHA-256 of its document.
    pub fn sha256(&self) -> &str {
        &self.inflated.sha256
    }

    /// Returns the digest before it, its hash and its signature; nothing in the first of a chain.
    pub(super) fn previous(&self) -> Option<(Object, Option<&str>, Option<&str>)> {
        let document = &self.document;
        let bucket = document.previous_digest_s3_bucket.as_deref()?;
        let key = document.previous_digest_s3_object.as_deref()?;
        let (hash, signature) = (&document.previous_digest_hash_value, &document.previous_digest_signature);
        Some((Object::new(bucket, key), hash.as_deref(), signature.as_deref()))
    }
}
