//! Public keys, and where more can be had.

use std::error::Error;
use std::sync::Arc;

use async_trait::async_trait;
use cairn_digest::verify::{PublicKeys, Stretch};
use jiff::{SignedDuration, Timestamp};

/// Digests that end after the range may be signed with a key that only then became valid.
const AFTER_RANGE: SignedDuration = SignedDuration::from_hours(2);

/// A backfill digest's key is looked for so long around its generation.
const AROUND_BACKFILL: SignedDuration = SignedDuration::from_hours(1);

/// Tells public keys.
#[async_trait]
pub trait KeySource: std::fmt::Debug + Send + Sync {
    /// Tells those that were valid some time in a stretch.
    ///
    /// # Errors
    /// They can't be had.
    async fn public_keys(&self, stretch: Stretch) -> Result<PublicKeys, Box<dyn Error + Send + Sync>>;
}

/// Public keys, and where more can be had.
#[derive(Debug, Clone)]
pub struct KeyRing {
    keys: PublicKeys,
    /// None: these are all.
    source: Option<Arc<dyn KeySource>>,
}

impl KeyRing {
    /// Takes keys that are all there are.
    pub fn fixed(keys: PublicKeys) -> Self {
        Self { keys, source: None }
    }

    /// Asks for the keys of a range.
    ///
    /// # Errors
    /// They can't be had.
    pub async fn of_range(
        source: Arc<dyn KeySource>,
        range: Stretch,
    ) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let keys = source.public_keys(Self::searched(range)).await?;
        Ok(Self { keys, source: Some(source) })
    }

    /// Returns where keys of a range are looked for.
    pub fn searched(range: Stretch) -> Stretch {
        let until = range.until.saturating_add(AFTER_RANGE).unwrap_or(range.until);
        Stretch { until, ..range }
    }

    /// Tells whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Sees to it that the key of a backfill digest is there, if there is one.
    pub(crate) async fn find_around(
        &mut self,
        fingerprint: &str,
        generated: Timestamp,
    ) -> Result<(), Box<dyn Error + Send + Sync>> {
        let Some(source) = self.source.as_ref().filter(|_| self.keys.find(fingerprint).is_none()) else {
            return Ok(());
        };
        self.keys.extend(source.public_keys(around(generated)).await?);
        Ok(())
    }

    pub(crate) fn keys(&self) -> &PublicKeys {
        &self.keys
    }
}

/// Returns where the key of a backfill digest is looked for. What it says of itself is not proved yet.
fn around(generated: Timestamp) -> Stretch {
    Stretch {
        from: generated.saturating_sub(AROUND_BACKFILL).unwrap_or(generated),
        until: generated.saturating_add(AROUND_BACKFILL).unwrap_or(generated),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_instant_that_a_stranger_writes_is_looked_around() {
        let hour = AROUND_BACKFILL;
        let (min, max) = (Timestamp::MIN, Timestamp::MAX);
        assert_eq!(around(min), Stretch { from: min, until: min + hour });
        assert_eq!(around(max), Stretch { from: max - hour, until: max });
    }
}
