//! Key derivation, and signing with what was derived.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;

use crate::hex::{self, Hex64};
use crate::scope::{Scope, TERMINATOR};
use crate::secret::SecretKey;

/// A key good for one day, region and service. `Debug` hides it; clones share it.
#[derive(Clone)]
pub(crate) struct SigningKey(Arc<hmac::Key>);

impl SigningKey {
    /// Derives: HMAC of `"AWS4" + secret` over day, region, service and `aws4_request` in turn.
    pub(crate) fn derive(secret: &SecretKey, scope: &Scope) -> Self {
        let mut first = Vec::with_capacity(4 + secret.text().len());
        first.extend_from_slice(b"AWS4");
        first.extend_from_slice(secret.text().as_bytes());
        let mut key = hmac::Key::new(hmac::HMAC_SHA256, &first);
        for part in [scope.date.as_str(), &scope.region, &scope.service, TERMINATOR] {
            let tag = hmac::sign(&key, part.as_bytes());
            key = hmac::Key::new(hmac::HMAC_SHA256, tag.as_ref());
        }
        Self(Arc::new(key))
    }

    /// Signs, in hexadecimal.
    pub(crate) fn sign(&self, string_to_sign: &[u8]) -> Hex64 {
        hex::encode(&fixed(hmac::sign(&self.0, string_to_sign).as_ref()))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(***)")
    }
}

/// Returns the SHA-256 of `bytes`.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    fixed(digest(&SHA256, bytes).as_ref())
}

/// Takes the 32 bytes of a SHA-256 or its HMAC out of a slice.
pub(crate) fn fixed(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    for (to, from) in out.iter_mut().zip(bytes) {
        *to = *from;
    }
    out
}

/// Compares in time that does not depend on where two signatures differ.
pub(crate) fn is_same(ours: &Hex64, theirs: &[u8]) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(ours, theirs).is_ok()
}
