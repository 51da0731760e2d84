//! The account that AWS writes into ids of keys, users and roles.
//!
//! AWS does not document it; it has been public since 2020. The ten characters behind the prefix are 50 bits in
//! base 32, and 40 of them are the account. Ids of the older generation, whose fifth character is `A` to `P`, hold
//! none. Other systems make keys of the same look without an account in them, so that this is a hint and never
//! a fact.

use cairn_event::AccountId;

/// Returns the account that a key of AWS's newer generation names.
///
/// ```
/// let account = cairn_identities::account_of_key("ASIAY34FZKBOKMUTVV7A").unwrap();
/// assert_eq!(account.as_str(), "609629065308");
/// ```
pub fn account_of_key(key: &str) -> Option<AccountId> {
    let (prefix, rest) = key.split_at_checked(PREFIX_LEN)?;
    if !PREFIXES.contains(&prefix) || !(16..=28).contains(&rest.len()) {
        return None;
    }
    let mut bits: u64 = 0;
    for byte in rest.bytes() {
        digit(byte)?;
    }
    for byte in rest.bytes().take(10) {
        bits = bits << 5 | digit(byte)?;
    }
    if bits >> 49 == 0 {
        return None;
    }
    let account = (bits >> 2 & 0x7fff_ffff_ff80) >> 7;
    format!("{account:012}").parse().ok()
}

fn digit(byte: u8) -> Option<u64> {
    match byte {
        b'A'..=b'Z' => Some(u64::from(byte - b'A')),
        b'2'..=b'7' => Some(u64::from(byte - b'2') + 26),
        _ => None,
    }
}

const PREFIX_LEN: usize = 4;
/// Long-lived keys, temporary keys, users and roles.
const PREFIXES: [&str; 4] = ["AKIA", "ASIA", "AIDA", "AROA"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_newer_keys_of_aws_tell_their_account() {
        for (key, account) in [
            ("ASIAY34FZKBOKMUTVV7A", Some("609629065308")),
            ("AKIAY34FZKBOKMUTVV7A", Some("609629065308")),
            ("ASIARZPUZDIKH24EYU74", Some("123456789012")),
            ("AKIAIOSFODNN7EXAMPLE", None),
            ("AKIAEXAMPLEADMIN0001", None),
            ("AGPAY34FZKBOKMUTVV7A", None),
            ("AKIAY34", None),
            ("minioadmin", None),
            ("ÄKIAY34FZKBOKMUTVV7A", None),
            ("", None),
        ] {
            assert_eq!(account_of_key(key).map(|found| found.to_string()).as_deref(), account, "{key}");
        }
    }
}
