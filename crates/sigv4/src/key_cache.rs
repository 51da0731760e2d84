//! Derived keys, kept: deriving one costs four HMACs.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use crate::key::SigningKey;
use crate::limits;
use crate::scope::Scope;
use crate::secret::SecretKey;

/// Derived keys by access key id, day, region and service, and by the secret they came from.
///
/// Bounded: when the younger half is full, the older half is dropped. A key enters only after a
/// signature made with it was verified, so strangers cannot push others out.
pub struct KeyCache {
    halves: Mutex<Halves>,
    half_max: usize,
}

#[derive(Default)]
struct Halves {
    young: HashMap<String, Entry>,
    old: HashMap<String, Entry>,
}

#[derive(Clone)]
struct Entry {
    secret_fingerprint: [u8; 32],
    key: SigningKey,
}

impl KeyCache {
    /// Makes a cache of at most `keys_max` keys; fewer than two keeps two.
    pub fn new(keys_max: usize) -> Self {
        Self { halves: Mutex::default(), half_max: (keys_max / 2).max(1) }
    }

    /// Returns the key derived from this secret for this scope, if it is kept.
    pub(crate) fn find(&self, access_key_id: &str, scope: &Scope, secret: &SecretKey) -> Option<SigningKey> {
        let name = name(access_key_id, scope);
        let mut halves = self.halves.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = match halves.young.get(&name) {
            Some(entry) => entry.clone(),
            None => {
                let entry = halves.old.remove(&name)?;
                halves.insert(name, entry.clone(), self.half_max);
                entry
            }
        };
        // A rotated secret must not be verified with a key of the one before it.
        (entry.secret_fingerprint == *secret.fingerprint()).then_some(entry.key)
    }

    /// Keeps a key, in place of one of an earlier secret.
    pub(crate) fn keep(&self, access_key_id: &str, scope: &Scope, secret: &SecretKey, key: SigningKey) {
        let entry = Entry { secret_fingerprint: *secret.fingerprint(), key };
        let mut halves = self.halves.lock().unwrap_or_else(PoisonError::into_inner);
        halves.insert(name(access_key_id, scope), entry, self.half_max);
    }

    /// Returns how many keys are kept.
    pub fn len(&self) -> usize {
        let halves = self.halves.lock().unwrap_or_else(PoisonError::into_inner);
        halves.young.len() + halves.old.len()
    }

    /// Says whether no key is kept.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Default for KeyCache {
    fn default() -> Self {
        Self::new(limits::CACHED_KEYS_MAX)
    }
}

impl fmt::Debug for KeyCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyCache").field("half_max", &self.half_max).finish_non_exhaustive()
    }
}

impl Halves {
    fn insert(&mut self, name: String, entry: Entry, half_max: usize) {
        if self.young.len() >= half_max && !self.young.contains_key(&name) {
            self.old = std::mem::take(&mut self.young);
        }
        self.old.remove(&name);
        self.young.insert(name, entry);
    }
}

/// The credential as text; no two pairs of key id and scope write the same one, since only the key id
/// may hold a slash.
fn name(access_key_id: &str, scope: &Scope) -> String {
    format!("{access_key_id}/{scope}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(region: &str) -> Scope {
        Scope { date: "20260101".into(), region: region.into(), service: "s3".into() }
    }

    #[test]
    fn a_rotated_secret_misses_and_replaces() {
        let cache = KeyCache::default();
        let (before, after) = (SecretKey::new("before"), SecretKey::new("after"));
        cache.keep("AKID", &scope("r"), &before, SigningKey::derive(&before, &scope("r")));
        assert!(cache.find("AKID", &scope("r"), &before).is_some());
        assert!(cache.find("AKID", &scope("r"), &after).is_none());
        cache.keep("AKID", &scope("r"), &after, SigningKey::derive(&after, &scope("r")));
        assert!(cache.find("AKID", &scope("r"), &after).is_some());
        assert!(cache.find("AKID", &scope("r"), &before).is_none());
        assert_eq!(cache.len(), 1);
    }

    #[test]
    fn the_cache_is_bounded_and_keeps_what_is_used() {
        let cache = KeyCache::new(8);
        let secret = SecretKey::new("secret");
        let key = SigningKey::derive(&secret, &scope("r"));
        for i in 0..100 {
            cache.keep("AKID", &scope(&format!("r{i}")), &secret, key.clone());
            assert!(cache.find("AKID", &scope("r0"), &secret).is_some(), "used at every step, gone at {i}");
            assert!(cache.len() <= 8);
        }
        assert!(cache.find("AKID", &scope("r1"), &secret).is_none());
    }
}
