//! Buckets in memory: every call asks for one, and they hardly ever change.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use super::bucket::Bucket;

/// Buckets kept; with more, all are read again.
const KNOWN_MAX: usize = 1024;

/// Buckets as they were last read, until any bucket changes.
#[derive(Debug, Default)]
pub(crate) struct KnownBuckets(RwLock<Known>);

/// How often buckets had changed when a reader began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Generation(u64);

#[derive(Debug, Default)]
struct Known {
    generation: u64,
    buckets: BTreeMap<String, Bucket>,
}

impl KnownBuckets {
    /// Returns a bucket.
    ///
    /// # Errors
    /// It is not known; what is read now may be learnt with the generation given.
    pub(crate) fn find(&self, name: &str) -> Result<Bucket, Generation> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.buckets.get(name).cloned().ok_or(Generation(known.generation))
    }

    /// Takes a bucket in that was read after the generation was given, unless one has changed since: then it
    /// may be the bucket of before.
    pub(crate) fn learn(&self, generation: Generation, bucket: &Bucket) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if generation != Generation(known.generation) {
            return;
        }
        if known.buckets.len() >= KNOWN_MAX {
            known.buckets.clear();
        }
        known.buckets.insert(bucket.name.clone(), bucket.clone());
    }

    /// Forgets all. To be called after a change is committed and before it is answered.
    pub(crate) fn forget(&self) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.generation += 1;
        known.buckets.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(name: &str, policy: &str) -> Bucket {
        Bucket {
            id: 1,
            name: name.to_owned(),
            owner: "123456789012".to_owned(),
            owner_canonical: "f".repeat(64),
            region: "us-east-1".to_owned(),
            created_ms: 0,
            policy: Some(policy.to_owned()),
            tags: None,
            public_access_block: None,
            encryption: None,
        }
    }

    #[test]
    fn what_was_read_before_a_change_is_not_learnt_after_it() {
        let known = KnownBuckets::default();
        let before = known.find("a").unwrap_err();
        known.forget();
        known.learn(before, &bucket("a", "old"));
        let after = known.find("a").unwrap_err();
        known.learn(after, &bucket("a", "new"));
        assert_eq!(known.find("a"), Ok(bucket("a", "new")));
        known.forget();
        assert!(known.find("a").is_err());
    }

    #[test]
    fn no_more_are_kept_than_the_limit() {
        let known = KnownBuckets::default();
        for number in 0..=KNOWN_MAX {
            let name = number.to_string();
            let generation = known.find(&name).unwrap_err();
            known.learn(generation, &bucket(&name, ""));
        }
        assert_eq!(known.0.read().unwrap().buckets.len(), 1);
    }
}
