//! ListPublicKeys: the keys that verify digests, of this Region and of all times.

use cairn_catalog::SigningKey;
use cairn_wire::cloudtrail::{ListPublicKeysRequest, ListPublicKeysResponse, PublicKey};
use cairn_wire::{Blob, Timestamp};
use serde::Deserialize as _;
use serde::de::IntoDeserializer as _;
use serde::de::value::Error as BlobError;

use crate::control::Done;
use crate::{Caller, Control, Refusal};

/// The most keys on a page. `aws cloudtrail validate-logs` reads one page only, so it holds a long life of
/// monthly keys and many rotations.
const PAGE_KEYS_MAX: usize = 1_000;

impl Control {
    /// Lists the keys that were valid at some instant of the range; each bound defaults to now.
    ///
    /// # Errors
    /// A range that ends before it begins, and a token that names no key of the range.
    pub fn list_public_keys(
        &self,
        caller: &Caller,
        request: &ListPublicKeysRequest,
    ) -> Result<Done<ListPublicKeysResponse>, Refusal> {
        let now = self.clock.now();
        let start = request.start_time.map_or(now, jiff::Timestamp::from);
        let end = request.end_time.map_or(now, jiff::Timestamp::from);
        if start > end {
            let message = "The start time must not be later than the end time; each is now if left out.";
            return Err(Refusal::TimeRangeInvalid(message.to_owned()));
        }
        let snapshot = self.catalog.current();
        let mut keys = snapshot.signing_keys(&caller.region);
        keys.retain(|key| key.valid_from <= end && start < key.valid_until);
        let (page, next_token) = page(&keys, request.next_token.as_deref(), PAGE_KEYS_MAX)?;
        let shapes: Result<Vec<PublicKey>, BlobError> = page.iter().copied().map(shape).collect();
        let shapes = shapes.map_err(|error| Refusal::Internal(Box::new(error)))?;
        Ok(Done::now(ListPublicKeysResponse { public_key_list: Some(shapes), next_token }))
    }
}

/// Cuts a page out of a list. A token is the fingerprint of the key that its page comes after.
fn page<'k, 's>(
    keys: &'k [&'s SigningKey],
    token: Option<&str>,
    keys_max: usize,
) -> Result<(&'k [&'s SigningKey], Option<String>), Refusal> {
    let rest = match token.filter(|token| !token.is_empty()) {
        None => keys,
        Some(token) => {
            let last = keys.iter().position(|key| key.fingerprint == token).ok_or(Refusal::TokenInvalid)?;
            keys.get(last + 1..).unwrap_or_default()
        }
    };
    match rest.split_at_checked(keys_max) {
        Some((page, more)) if !more.is_empty() => Ok((page, page.last().map(|key| key.fingerprint.clone()))),
        Some(_) | None => Ok((rest, None)),
    }
}

fn shape(key: &SigningKey) -> Result<PublicKey, BlobError> {
    Ok(PublicKey {
        value: Some(Blob::deserialize(key.public_key.as_str().into_deserializer())?),
        validity_start_time: Some(Timestamp::from(key.valid_from)),
        validity_end_time: Some(Timestamp::from(key.valid_until)),
        fingerprint: Some(key.fingerprint.clone()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_one_another_and_end() {
        let key = |name: &str| -> SigningKey {
            serde_json::from_value(serde_json::json!({
                "fingerprint": name, "region": "us-east-1", "public_key": "", "private_key": "AQ==",
                "valid_from": "2026-03-02T08:00:00Z", "valid_until": "2026-04-01T08:00:00Z",
            }))
            .unwrap()
        };
        let keys = ["a", "b", "c", "d"].map(key);
        let keys: Vec<&SigningKey> = keys.iter().collect();
        for (token, keys_max, names, next) in [
            (None, 4, "abcd", None),
            (Some(""), 9, "abcd", None),
            (None, 3, "abc", Some("c")),
            (Some("c"), 3, "d", None),
            (Some("a"), 2, "bc", Some("c")),
            (Some("d"), 2, "", None),
        ] {
            let (found, told) = page(&keys, token, keys_max).unwrap();
            let found: String = found.iter().map(|key| key.fingerprint.as_str()).collect();
            assert_eq!((found.as_str(), told.as_deref()), (names, next), "{token:?} {keys_max}");
        }
        assert!(matches!(page(&keys, Some("x"), 2), Err(Refusal::TokenInvalid)));
    }
}
