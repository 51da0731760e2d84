//! Ids of temporary keys, which carry the account they belong to as AWS's do.
//!
//! After `ASIA` come ten letters of base32, 50 bits: a one, the account in 40 bits, and nine bits of chance;
//! six more letters of chance follow.

use cairn_event::{AccountId, Ids};

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// What every temporary key's id begins with.
pub(crate) const PREFIX: &str = "ASIA";
const ACCOUNT_SHIFT: u32 = 9;
const CARRIES_ACCOUNT: u64 = 1 << 49;

/// Makes the id of a temporary key of `account`.
pub fn temporary_key_id(account: AccountId, ids: &dyn Ids) -> String {
    let mut chance = [0; 16];
    ids.fill(&mut chance);
    let number: u64 = account.as_str().parse().unwrap_or_default();
    let (low, rest) = chance.split_at(2);
    let low = low.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)) % (1 << ACCOUNT_SHIFT);
    let head = CARRIES_ACCOUNT | number << ACCOUNT_SHIFT | low;
    let letters = (0..10).rev().map(|place| head >> (5 * place));
    let more = rest.iter().take(6).map(|byte| u64::from(*byte));
    let letter = |bits: u64| {
        let index = usize::try_from(bits % 32).unwrap_or_default();
        ALPHABET.get(index).copied().map_or('A', char::from)
    };
    PREFIX.chars().chain(letters.chain(more).map(letter)).collect()
}

/// Returns the account that the id of a key carries; none for ids that carry none.
pub fn account_of(key_id: &str) -> Option<AccountId> {
    let letters = key_id.as_bytes().get(4..14)?;
    let mut head = 0;
    for letter in letters {
        let bits = ALPHABET.iter().position(|known| known == letter)?;
        head = head << 5 | u64::try_from(bits).ok()?;
    }
    let account = (head & !CARRIES_ACCOUNT) >> ACCOUNT_SHIFT;
    (head & CARRIES_ACCOUNT != 0).then(|| format!("{account:012}").parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Bytes(u8);

    impl Ids for Bytes {
        fn guid(&self) -> String {
            String::new()
        }

        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    #[test]
    fn ids_carry_their_account() {
        // The published example of AWS's own ids.
        assert_eq!(account_of("ASIAY34FZKBOKMUTVV7A").unwrap().as_str(), "609629065308");
        for account in ["000000000000", "123456789012", "999999999999"] {
            for chance in [0, 7, 170, 255] {
                let id = temporary_key_id(account.parse().unwrap(), &Bytes(chance));
                assert_eq!((id.len(), account_of(&id).unwrap().as_str()), (20, account), "{id}");
            }
        }
    }

    #[test]
    fn other_ids_carry_none() {
        for id in [
            "",
            "ASIA",
            "ASIAA34FZKBOKMUTVV7A",
            "ASIAy34fzkbokmutvv7a",
            "ASIA\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}",
        ] {
            assert_eq!(account_of(id), None, "{id}");
        }
    }
}
