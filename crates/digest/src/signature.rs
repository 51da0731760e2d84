//! What is signed, and whether a signature holds (reference §5.3).

use crate::hex::{from_hex, sha256_hex};
use crate::{Document, PublicKey};

/// What a signature covers besides the document's hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// `digestEndTime`, exactly as in the document.
    pub end_time: &'a str,
    /// The bucket.
    pub bucket: &'a str,
    /// The key.
    pub key: &'a str,
    /// `previousDigestSignature`; none in the first digest of a chain.
    pub previous_signature: Option<&'a str>,
}

/// A digest's signature does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// It is not hexadecimal.
    #[error("read a signature: hexadecimal digits are needed")]
    NotHex,
    /// The key's bytes are no key.
    #[error("read a public key: PKCS#1 of an RSA key is needed")]
    Key,
    /// It was made over something else, or with another key.
    #[error("verify a signature: the digest was changed, or another key signed it")]
    Wrong,
}

impl<'a> Place<'a> {
    /// Returns the place that a document says it is at.
    pub fn of(document: &'a Document) -> Self {
        Self {
            end_time: &document.digest_end_time,
            bucket: &document.digest_s3_bucket,
            key: &document.digest_s3_object,
            previous_signature: document.previous_digest_signature.as_deref(),
        }
    }
}

/// Returns the text that is signed for the uncompressed bytes of a digest.
pub fn string_to_sign(place: Place<'_>, digest: &[u8]) -> String {
    let Place { end_time, bucket, key, previous_signature } = place;
    let previous = previous_signature.unwrap_or("null");
    format!("{end_time}\n{bucket}/{key}\n{hash}\n{previous}", hash = sha256_hex(digest))
}

/// Verifies the signature of a digest whose uncompressed bytes are `digest`.
///
/// # Errors
/// See [`VerifyError`].
pub fn verify(
    place: Place<'_>,
    digest: &[u8],
    signature: &str,
    public_key: &PublicKey,
) -> Result<(), VerifyError> {
    let signature = from_hex(signature).ok_or(VerifyError::NotHex)?;
    if !public_key.is_readable() {
        return Err(VerifyError::Key);
    }
    match public_key.verifies(string_to_sign(place, digest).as_bytes(), &signature) {
        true => Ok(()),
        false => Err(VerifyError::Wrong),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{PrivateKey, to_hex};

    const PLACE: Place<'_> = Place {
        end_time: "2026-03-02T08:12:09Z",
        bucket: "acme-trail",
        key: "AWSLogs/1.json.gz",
        previous_signature: None,
    };

    #[test]
    fn four_lines_are_signed() {
        let hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let first = format!("2026-03-02T08:12:09Z\nacme-trail/AWSLogs/1.json.gz\n{hash}\nnull");
        assert_eq!(string_to_sign(PLACE, b""), first);
        let later = Place { previous_signature: Some("5c"), ..PLACE };
        assert_eq!(string_to_sign(later, b""), first.replace("null", "5c"));
    }

    #[test]
    fn a_signature_holds_for_one_document_at_one_place_in_one_chain() {
        let key = PrivateKey::generate().unwrap();
        let signature = to_hex(&key.sign(string_to_sign(PLACE, b"{}").as_bytes()).unwrap());
        let check =
            |place, digest: &[u8], signature: &str, key: &PublicKey| verify(place, digest, signature, key);
        let public = key.public_key();
        assert_eq!(check(PLACE, b"{}", &signature, &public), Ok(()));
        assert_eq!(check(PLACE, b"{ }", &signature, &public), Err(VerifyError::Wrong));
        for moved in [
            Place { bucket: "other", ..PLACE },
            Place { key: "other", ..PLACE },
            Place { end_time: "2026-03-02T08:12:10Z", ..PLACE },
            Place { previous_signature: Some("null "), ..PLACE },
        ] {
            assert_eq!(check(moved, b"{}", &signature, &public), Err(VerifyError::Wrong), "{moved:?}");
        }
        let other = PrivateKey::generate().unwrap().public_key();
        assert_eq!(check(PLACE, b"{}", &signature, &other), Err(VerifyError::Wrong));
        assert_eq!(check(PLACE, b"{}", "5g", &public), Err(VerifyError::NotHex));
        let no_key = PublicKey::from_pkcs1(Vec::new());
        assert_eq!(check(PLACE, b"{}", &signature, &no_key), Err(VerifyError::Key));
    }
}
