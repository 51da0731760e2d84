//! The keys that sign digests: of each Region its own, made when needed, sealed under the master key.
//!
//! A key is valid for 30 days and the next one is made 7 days before it ends, so that the two overlap. Which
//! key signs depends on the instant that a digest is signed for and not on the clock: digests that are made up
//! after a downtime are signed with keys that were valid at their ends, made afterwards if need be.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cairn_catalog::{Catalog, Change, CommitError, MasterKey, SealError, SigningKey};
use cairn_digest::{KeyError, PrivateKey};
use cairn_event::{Ids, Region};
use jiff::{SignedDuration, Timestamp};

/// How long a key is valid.
const VALIDITY: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How long before a key's end the next one is made.
const OVERLAP: SignedDuration = SignedDuration::from_hours(7 * 24);

/// How often a commit is tried again because somebody else was faster.
const COMMITS_MAX: usize = 16;

/// The most private keys that are kept opened.
const OPENED_MAX: usize = 64;

/// Makes, keeps and opens the keys.
pub struct SigningKeys {
    catalog: Arc<dyn Catalog>,
    master: Arc<MasterKey>,
    ids: Arc<dyn Ids>,
    opened: Mutex<BTreeMap<String, Arc<PrivateKey>>>,
    /// Held while a key is made: two trails that need one at once get the same.
    making: tokio::sync::Mutex<()>,
}

/// There is no key.
#[derive(Debug, thiserror::Error)]
pub enum SigningKeyError {
    /// The library failed.
    #[error("make a signing key")]
    Make(#[from] KeyError),
    /// The master key is not the one that the key was sealed under.
    #[error("open a signing key")]
    Seal(#[from] SealError),
    /// The catalog would not take it.
    #[error("keep a signing key")]
    Commit(#[from] CommitError),
    /// A plan names a key that the catalog does not hold.
    #[error("find the signing key {0}: the catalog does not hold it")]
    Unknown(String),
    /// The making was cut short.
    #[error("wait for a working thread")]
    Thread(#[from] tokio::task::JoinError),
}

/// What a digest needs of the keys of its Region.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Need {
    Use(String),
    /// A key that is valid from this instant on.
    Make(Timestamp),
}

impl SigningKeys {
    /// Keeps keys in `catalog`, sealed under `master`.
    pub fn new(catalog: Arc<dyn Catalog>, master: Arc<MasterKey>, ids: Arc<dyn Ids>) -> Self {
        Self { catalog, master, ids, opened: Mutex::default(), making: tokio::sync::Mutex::default() }
    }

    /// Returns the fingerprint of the key that signs what a Region signs at an instant; makes one if need be.
    ///
    /// # Errors
    /// See [`SigningKeyError`].
    pub(crate) async fn valid_at(&self, region: &Region, at: Timestamp) -> Result<String, SigningKeyError> {
        let need = || need(&self.catalog.current().signing_keys(region), at);
        if let Need::Use(fingerprint) = need() {
            return Ok(fingerprint);
        }
        let _alone = self.making.lock().await;
        match need() {
            Need::Use(fingerprint) => Ok(fingerprint),
            Need::Make(from) => Ok(self.make(region, from).await?.fingerprint),
        }
    }

    /// Makes a key that signs from now on; those before stay valid for what they signed.
    ///
    /// # Errors
    /// See [`SigningKeyError`].
    pub async fn rotate(&self, region: &Region, now: Timestamp) -> Result<SigningKey, SigningKeyError> {
        let _alone = self.making.lock().await;
        let newest = self.catalog.current().signing_keys(region).iter().map(|key| key.valid_from).max();
        let from = whole_seconds(now);
        // The youngest key signs, so there must be one that is youngest.
        let from = newest.map_or(from, |newest| from.max(newest + SignedDuration::from_secs(1)));
        self.make(region, from).await
    }

    /// Opens a key.
    ///
    /// # Errors
    /// There is none, or it does not open.
    pub(crate) fn open(
        &self,
        region: &Region,
        fingerprint: &str,
    ) -> Result<Arc<PrivateKey>, SigningKeyError> {
        if let Some(opened) = self.opened().get(fingerprint) {
            return Ok(Arc::clone(opened));
        }
        let snapshot = self.catalog.current();
        let keys = snapshot.signing_keys(region);
        let key = keys.into_iter().find(|key| key.fingerprint == fingerprint);
        let key = key.ok_or_else(|| SigningKeyError::Unknown(fingerprint.to_owned()))?;
        let opened = Arc::new(PrivateKey::from_pkcs8(key.open_private_key(&self.master)?.expose())?);
        let mut kept = self.opened();
        if kept.len() >= OPENED_MAX {
            kept.clear();
        }
        kept.insert(fingerprint.to_owned(), Arc::clone(&opened));
        Ok(opened)
    }

    async fn make(&self, region: &Region, valid_from: Timestamp) -> Result<SigningKey, SigningKeyError> {
        let private = tokio::task::spawn_blocking(PrivateKey::generate).await??;
        let public = private.public_key();
        let fingerprint = public.fingerprint();
        let name = SigningKey::secret_name(&fingerprint);
        let sealed = self.master.seal(name, &private.to_pkcs8()?, |nonce| self.ids.fill(nonce))?;
        let key = SigningKey {
            fingerprint: fingerprint.clone(),
            region: region.clone(),
            public_key: STANDARD.encode(public.as_der()),
            private_key: sealed,
            valid_from,
            valid_until: valid_from + VALIDITY,
        };
        self.commit(&key).await?;
        self.opened().insert(fingerprint, Arc::new(private));
        tracing::info!(
            region = %key.region,
            fingerprint = key.fingerprint,
            valid_from = %key.valid_from,
            valid_until = %key.valid_until,
            "signing key made"
        );
        Ok(key)
    }

    async fn commit(&self, key: &SigningKey) -> Result<(), SigningKeyError> {
        let mut tries = 0;
        loop {
            let change = Change::PutSigningKey(Box::new(key.clone()));
            match self.catalog.commit(self.catalog.current().revision(), vec![change]).await {
                Ok(_) => return Ok(()),
                Err(CommitError::Conflict { .. }) if tries < COMMITS_MAX => tries += 1,
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn opened(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Arc<PrivateKey>>> {
        // Nothing panics while it is held, and every state of it is sound.
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Decides which of a Region's keys signs at an instant: the youngest that is valid then.
fn need(keys: &[&SigningKey], at: Timestamp) -> Need {
    let valid = keys.iter().filter(|key| key.valid_from <= at && at < key.valid_until);
    let youngest = valid.max_by_key(|key| (key.valid_from, key.valid_until, &key.fingerprint));
    let Some(key) = youngest else { return Need::Make(whole_seconds(at)) };
    let follows =
        |next: &&SigningKey| next.valid_from <= key.valid_until && next.valid_until > key.valid_until;
    if at < key.valid_until - OVERLAP || keys.iter().copied().any(|next| follows(&next)) {
        return Need::Use(key.fingerprint.clone());
    }
    Need::Make(whole_seconds(at))
}

fn whole_seconds(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

impl std::fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKeys").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: SignedDuration = SignedDuration::from_hours(24);

    fn day(number: i32) -> Timestamp {
        "2026-03-01T00:00:00Z".parse::<Timestamp>().unwrap() + DAY * number
    }

    fn key(fingerprint: &str, from: i32, until: i32) -> SigningKey {
        let sealed = serde_json::from_str("\"AQ==\"").unwrap();
        SigningKey {
            fingerprint: fingerprint.to_owned(),
            region: Region::us_east_1(),
            public_key: String::new(),
            private_key: sealed,
            valid_from: day(from),
            valid_until: day(until),
        }
    }

    #[track_caller]
    fn check(keys: &[SigningKey], at: i32, expected: Need) {
        let keys: Vec<&SigningKey> = keys.iter().collect();
        assert_eq!(need(&keys, day(at)), expected, "day {at}");
    }

    #[test]
    fn a_key_signs_within_its_validity_and_the_next_one_overlaps() {
        let uses = |fingerprint: &str| Need::Use(fingerprint.to_owned());
        check(&[], 5, Need::Make(day(5)));
        let one = [key("a", 0, 30)];
        check(&one, -1, Need::Make(day(-1)));
        check(&one, 0, uses("a"));
        check(&one, 22, uses("a"));
        check(&one, 23, Need::Make(day(23)));
        check(&one, 30, Need::Make(day(30)));
        let two = [key("a", 0, 30), key("b", 23, 53)];
        check(&two, 22, uses("a"));
        check(&two, 23, uses("b"));
        // A key that was made for later days already: none is made beside it for the overlap.
        let later = [key("a", 0, 30), key("b", 28, 58)];
        check(&later, 25, uses("a"));
        check(&later, 28, uses("b"));
        // One that leaves days without a key does not.
        check(&[key("a", 0, 30), key("b", 40, 70)], 25, Need::Make(day(25)));
    }

    #[test]
    fn the_youngest_of_valid_keys_signs() {
        let keys = [key("b", 0, 30), key("a", 2, 32), key("c", 1, 31)];
        check(&keys, 3, Need::Use("a".to_owned()));
        check(&keys, 1, Need::Use("c".to_owned()));
    }
}
