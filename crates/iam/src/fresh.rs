//! Unique ids, key ids and secrets, out of injected randomness.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cairn_event::Ids;

/// Makes a unique id: the prefix that tells the kind (`AIDA`), and 85 random bits.
pub(crate) fn unique_id(prefix: &str, ids: &dyn Ids) -> String {
    format!("{prefix}{}", base32::<17>(ids))
}

/// Makes the id of a long-term access key.
pub(crate) fn access_key_id(ids: &dyn Ids) -> String {
    format!("AKIA{}", base32::<16>(ids))
}

/// Makes a secret as AWS does: forty characters of base64, 240 bits.
pub(crate) fn secret(ids: &dyn Ids) -> String {
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
