//! Signatures of requests, after the Standard Webhooks specification: an HMAC-SHA256 over id, time and body.

use std::fmt::Write as _;
use std::path::Path;

use aws_lc_rs::{digest, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::material::{MaterialError, text};

/// What begins a secret.
const SECRET_PREFIX: &str = "whsec_";

/// How many bytes a secret has, at least and at most.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// How many secrets can sign at once: two while one is replaced.
const SECRETS_MAX: usize = 4;

/// The secrets of one webhook.
pub(super) struct Signer(Vec<hmac::Key>);

impl Signer {
    /// Reads the secrets of a file, one a line; without a file nothing is signed.
    pub(super) fn open(path: Option<&Path>) -> Result<Self, MaterialError> {
        let Some(path) = path else { return Ok(Self(Vec::new())) };
        let text = text(path)?;
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let secrets: Option<Vec<hmac::Key>> = lines.map(secret).collect();
        let needed = "`whsec_` and the base64 of 24 to 64 bytes is needed, on one to four lines";
        match secrets {
            Some(secrets) if (1..=SECRETS_MAX).contains(&secrets.len()) => Ok(Self(secrets)),
            Some(_) | None => Err(MaterialError::Content { path: path.to_owned(), needed }),
        }
    }

    /// Returns the value of the signature's header: a signature for each secret.
    pub(super) fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> Option<String> {
        let signatures = self.0.iter().map(|secret| {
            let mut context = hmac::Context::with_key(secret);
            context.update(format!("{id}.{timestamp}.").as_bytes());
            context.update(body);
            format!("v1,{}", BASE64.encode(context.sign()))
        });
        let signatures: Vec<String> = signatures.collect();
        (!signatures.is_empty()).then(|| signatures.join(" "))
    }
}

/// Returns a request's id. The same events have the same, however often they are sent.
pub(super) fn id<'m>(messages: impl Iterator<Item = &'m str>) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    for message in messages {
        context.update(message.as_bytes());
        context.update(b"\n");
    }
    let hash = context.finish();
    hash.as_ref().iter().take(16).fold("msg_".to_owned(), |mut id, byte| {
        // Writing to a text can't fail.
        let _written = write!(id, "{byte:02x}");
        id
    })
}

fn secret(line: &str) -> Option<hmac::Key> {
    let bytes = BASE64.decode(line.strip_prefix(SECRET_PREFIX)?).ok()?;
    SECRET_BYTES.contains(&bytes.len()).then(|| hmac::Key::new(hmac::HMAC_SHA256, &bytes))
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Signer").field(&self.0.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer(content: &str) -> Result<Signer, MaterialError> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("secret");
        std::fs::write(&path, content).unwrap();
        Signer::open(Some(&path))
    }

    /// The example of the specification.
    #[test]
    fn the_published_example_is_signed_as_published() {
        let signer = signer("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n").unwrap();
        let signature =
            signer.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signature.as_deref(), Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
    }

    #[test]
    fn each_secret_signs() {
        let two = signer("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\nwhsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n");
        let signatures = two.unwrap().sign("id", 1, b"x").unwrap();
        assert_eq!(signatures.split(' ').filter(|one| one.starts_with("v1,")).count(), 2);
        assert_eq!(Signer::open(None).unwrap().sign("id", 1, b"x"), None);
    }

    #[test]
    fn what_is_no_secret_is_refused() {
        for content in [
            "",
            "\n",
            "secret",
            "whsec_",
            "whsec_AAAA",
            "whsec_!",
            &"whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n".repeat(5),
        ] {
            assert!(signer(content).is_err(), "{content}");
        }
    }

    #[test]
    fn the_same_events_have_the_same_id() {
        let of = |ids: &[&'static str]| id(ids.iter().copied());
        assert_eq!(of(&["a", "b"]), of(&["a", "b"]));
        assert_ne!(of(&["a", "b"]), of(&["ab"]));
        assert_eq!(of(&["a"]).len(), 36);
    }
}
