//! Public keys by fingerprint, as `ListPublicKeys` answers or a file of such an answer holds them.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use crate::PublicKey;

/// Keys that somebody vouches for.
#[derive(Debug, Clone, Default)]
pub struct PublicKeys {
    keys: BTreeMap<String, PublicKey>,
}

/// The text is no list of public keys.
#[derive(Debug, thiserror::Error)]
#[error("read public keys: the JSON that `aws cloudtrail list-public-keys` prints is needed")]
pub struct PublicKeysError(#[from] serde_json::Error);

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    public_key_list: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    value: String,
    fingerprint: String,
}

impl PublicKeys {
    /// Reads an answer of `ListPublicKeys`. A key that can't be read is kept: it says so where it is needed.
    ///
    /// # Errors
    /// It is no such answer.
    pub fn parse(bytes: &[u8]) -> Result<Self, PublicKeysError> {
        let answer: Answer = serde_json::from_slice(bytes)?;
        let key = |entry: Entry| {
            // What is no base64 becomes a key without bytes, which verifies nothing.
            let der = STANDARD.decode(entry.value.trim()).unwrap_or_default();
            (entry.fingerprint, PublicKey::from_pkcs1(der))
        };
        Ok(Self { keys: answer.public_key_list.into_iter().map(key).collect() })
    }

    /// Adds other keys to these.
    pub fn extend(&mut self, others: Self) {
        self.keys.extend(others.keys);
    }

    /// Returns a key.
    pub fn find(&self, fingerprint: &str) -> Option<&PublicKey> {
        self.keys.get(fingerprint)
    }

    /// Says whether there are none.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_answer_is_read_whatever_its_times_look_like() {
        let text = r#"{"PublicKeyList":[
            {"Value":"AQI=","ValidityStartTime":1772438400.0,"ValidityEndTime":1775030400,"Fingerprint":"a"},
            {"Value":"!","ValidityStartTime":"2026-03-02T08:00:00+00:00","Fingerprint":"b"}]}"#;
        let keys = PublicKeys::parse(text.as_bytes()).unwrap();
        assert_eq!(keys.find("a").unwrap().as_der(), [1, 2]);
        assert!(!keys.find("b").unwrap().is_readable());
        assert!(keys.find("c").is_none());
    }

    #[test]
    fn what_is_no_answer_is_refused() {
        for text in ["", "[]", "{}", r#"{"PublicKeyList":[{"Value":"AQI="}]}"#] {
            assert!(PublicKeys::parse(text.as_bytes()).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn fuzz_any_text_is_refused_or_read(text in r#"(\{"PublicKeyList":\[)?(\{"Value":"[A-Za-z=/+]{0,20}","Fingerprint":".{0,5}"\},?){0,3}.{0,20}"#) {
            let _either = PublicKeys::parse(text.as_bytes()).is_ok();
        }
    }
}
