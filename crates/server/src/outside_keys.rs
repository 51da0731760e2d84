//! Keys of a KMS elsewhere, for the built-in S3 and the trails that deliver to it: what the built-in KMS does not
//! have is asked there, under the endpoint's credentials.
//!
//! The key's own policy can only judge those credentials. So whoever uses such a key must be allowed by policies of
//! its own as well, as on another account's key; CloudTrail itself has none, and acts for a trail that names the key.
//! Calls there are recorded there.
//!
//! What is sealed there is kept with the key's ARN before it: Decrypt must be allowed before it is asked.

use std::sync::Arc;

use cairn_access::{Principal, ServiceKey};
use cairn_aws::{KeyAnswer, KmsKeys};
use cairn_catalog::{Catalog, SecretBytes, Snapshot};
use cairn_wire::kms::{ErrorCode, Refusal};

use crate::authorize;
use crate::service_keys::{DataKey, EncryptionContext, KeyUser};

/// Keys of the configured endpoint.
#[derive(Debug)]
pub(crate) struct OutsideKeys {
    keys: KmsKeys,
    catalog: Arc<dyn Catalog>,
}

impl OutsideKeys {
    pub(crate) fn new(keys: KmsKeys, catalog: &Arc<dyn Catalog>) -> Self {
        Self { keys, catalog: Arc::clone(catalog) }
    }

    /// Finds a key's ARN by id, ARN, alias or alias ARN.
    pub(crate) async fn find(&self, user: &KeyUser, key: &str) -> Result<String, Refusal> {
        match self.keys.find(user.region(), key).await {
            KeyAnswer::Enabled { arn } => Ok(arn),
            KeyAnswer::Unusable { reason } => Err(Refusal::new(ErrorCode::DisabledException, reason)),
            KeyAnswer::Missing => {
                Err(Refusal::new(ErrorCode::NotFoundException, format!("Key '{key}' does not exist")))
            }
            KeyAnswer::Unclear(code) => Err(refused(&code)),
        }
    }

    /// Makes a data key of 32 bytes.
    pub(crate) async fn generate_data_key(
        &self,
        user: &KeyUser,
        key: &str,
        context: &EncryptionContext,
    ) -> Result<DataKey, Refusal> {
        let key_arn = match key.contains(":key/") {
            true => key.to_owned(),
            false => self.find(user, key).await?,
        };
        self.allow(user, "kms:GenerateDataKey", &key_arn, context)?;
        let made = self.keys.generate_data_key(user.region(), &key_arn, context).await;
        let (plaintext, blob) = made.map_err(|code| refused(&code))?;
        Ok(DataKey { plaintext: SecretBytes::new(plaintext), ciphertext: wrap(&key_arn, &blob), key_arn })
    }

    /// Decrypts a data key that was made here.
    pub(crate) async fn decrypt(
        &self,
        user: &KeyUser,
        sealed: &Wrapped<'_>,
        context: &EncryptionContext,
    ) -> Result<SecretBytes, Refusal> {
        self.allow(user, "kms:Decrypt", sealed.key_arn, context)?;
        let opened = self.keys.decrypt(user.region(), sealed.key_arn, sealed.blob, context).await;
        opened.map(SecretBytes::new).map_err(|code| refused(&code))
    }

    fn allow(
        &self,
        user: &KeyUser,
        action: &str,
        key_arn: &str,
        context: &EncryptionContext,
    ) -> Result<(), Refusal> {
        allow(&self.catalog.current(), user, (action, key_arn), context)
    }
}

/// Decides whether somebody's own policies let a key elsewhere be used in its name.
///
/// # Errors
/// They don't.
pub(crate) fn allow(
    snapshot: &Snapshot,
    user: &KeyUser,
    (action, key_arn): (&str, &str),
    context: &EncryptionContext,
) -> Result<(), Refusal> {
    if matches!(user.caller().principal(), Principal::Service(_)) {
        return Ok(());
    }
    let facts = context.iter().fold(user.facts().clone(), |facts, (key, value)| {
        let facts = facts.with(&format!("kms:EncryptionContext:{key}"), value);
        facts.with(ServiceKey::KmsEncryptionContextKeys.as_str(), key)
    });
    let about = (action, key_arn, user.account());
    let decision = authorize::decide(user.caller(), snapshot, None, about, facts);
    match decision.map(|decision| decision.message()) {
        Ok(None) => Ok(()),
        Ok(Some(message)) => Err(Refusal::new(ErrorCode::AccessDeniedException, message)),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "a stored policy can't be read");
            Err(Refusal::new(ErrorCode::KMSInternalException, "An internal error occurred."))
        }
    }
}

/// What a KMS elsewhere sealed, and under which key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wrapped<'a> {
    pub(crate) key_arn: &'a str,
    pub(crate) blob: &'a [u8],
}

impl<'a> Wrapped<'a> {
    /// Reads what was sealed elsewhere; none when the built-in KMS sealed it, or nobody did.
    pub(crate) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (version, rest) = bytes.split_first()?;
        let (length, rest) = rest.split_first_chunk::<2>()?;
        let (arn, blob) = rest.split_at_checked(usize::from(u16::from_le_bytes(*length)))?;
        let key_arn = std::str::from_utf8(arn).ok()?;
        (*version == ELSEWHERE).then_some(Self { key_arn, blob })
    }
}

/// The version of ciphertexts that were sealed elsewhere (`docs/formats/kms-ciphertext.md`).
const ELSEWHERE: u8 = 2;

fn wrap(key_arn: &str, blob: &[u8]) -> Vec<u8> {
    let length = u16::try_from(key_arn.len()).unwrap_or(u16::MAX);
    [&[ELSEWHERE][..], &length.to_le_bytes(), key_arn.as_bytes(), blob].concat()
}

/// Sorts a foreign server's code as KMS's own.
fn refused(code: &str) -> Refusal {
    let known = [
        ErrorCode::AccessDeniedException,
        ErrorCode::DisabledException,
        ErrorCode::InvalidCiphertextException,
        ErrorCode::KMSInvalidStateException,
        ErrorCode::NotFoundException,
    ];
    let known = known.into_iter().find(|known| known.as_str() == code);
    Refusal::new(
        known.unwrap_or(ErrorCode::KMSInternalException),
        format!("The KMS endpoint answered {code}."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_elsewhere_is_told_from_what_was_sealed_here() {
        let arn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
        let bytes = wrap(arn, b"\x01\x02blob");
        assert_eq!(Wrapped::parse(&bytes), Some(Wrapped { key_arn: arn, blob: b"\x01\x02blob" }));
        for other in [&b""[..], b"\x02", b"\x02\xff\xffshort", b"\x01\x00\x00blob", b"\x02\x01\x00\xff"] {
            assert_eq!(Wrapped::parse(other), None, "{other:?}");
        }
    }

    #[test]
    fn codes_of_foreign_servers_are_sorted() {
        assert_eq!(refused("DisabledException").code, ErrorCode::DisabledException);
        assert_eq!(refused("EndpointUnreachable").code, ErrorCode::KMSInternalException);
    }
}
