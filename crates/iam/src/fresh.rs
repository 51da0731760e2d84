//! Unique ids, access keys and their secrets, out of injected randomness.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cairn_catalog::{AccessKey, AccessKeyStatus, MasterKey, Owner, SealError};
use cairn_event::{AccountId, Clock, Ids};

/// A long-term access key, not yet kept, and its secret, which is told once.
pub struct FreshKey {
    /// The key, with its secret sealed.
    pub key: AccessKey,
    /// The secret in the clear. Debug does not show it.
    pub secret: String,
}

impl FreshKey {
    /// Makes an active key of `owner`.
    ///
    /// # Errors
    /// The secret could not be sealed.
    pub fn new(
        account: AccountId,
        owner: Owner,
        master: &MasterKey,
        clock: &dyn Clock,
        ids: &dyn Ids,
    ) -> Result<Self, SealError> {
        let (id, secret) = (format!("AKIA{}", base32::<16>(ids)), secret(ids));
        let sealed = master.seal(AccessKey::secret_name(&id), secret.as_bytes(), |bytes| ids.fill(bytes))?;
        let (created, status) = (clock.now(), AccessKeyStatus::Active);
        Ok(Self { key: AccessKey { id, account, owner, secret: sealed, status, created }, secret })
    }
}

impl std::fmt::Debug for FreshKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FreshKey").field("key", &self.key).finish_non_exhaustive()
    }
}

/// Makes a unique id: the prefix that tells the kind (`AIDA`), and 85 random bits.
pub fn unique_id(prefix: &str, ids: &dyn Ids) -> String {
    format!("{prefix}{}", base32::<17>(ids))
}

/// Makes a secret as AWS does: forty characters of base64, 240 bits.
fn secret(ids: &dyn Ids) -> String {
    let mut bytes = [0; 30];
    ids.fill(&mut bytes);
    STANDARD.encode(bytes)
}

fn base32<const CHARS: usize>(ids: &dyn Ids) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut bytes = [0; CHARS];
    ids.fill(&mut bytes);
    let letter = |byte: &u8| ALPHABET.get(usize::from(byte % 32)).copied().map_or('A', char::from);
    bytes.iter().map(letter).collect()
}
