//! Trail names (reference §2.0), refused with AWS's own words and in AWS's order.

use crate::Refusal;

/// A valid trail name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TrailName(String);

impl TrailName {
    pub(crate) fn parse(text: &str) -> Result<Self, Refusal> {
        if text.trim().is_empty() {
            return Err(Refusal::TrailNameBlank);
        }
        match fault(text) {
            Some(fault) => Err(Refusal::TrailNameInvalid(fault)),
            None => Ok(Self(text.to_owned())),
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

fn fault(text: &str) -> Option<String> {
    let length = text.chars().count();
    if length < LENGTH_MIN {
        return Some(format!(
            "Trail name too short. Minimum allowed length: {LENGTH_MIN} characters. Specified name length: {length} characters."
        ));
    }
    if length > LENGTH_MAX {
        return Some(format!(
            "Trail name too long. Maximum allowed length: {LENGTH_MAX} characters. Specified name length: {length} characters."
        ));
    }
    if !text.starts_with(|first: char| first.is_ascii_alphanumeric()) {
        return Some("Trail name must starts with a letter or number.".to_owned());
    }
    if !text.ends_with(|last: char| last.is_ascii_alphanumeric()) {
        return Some("Trail name must ends with a letter or number.".to_owned());
    }
    if !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || is_mark(byte)) {
        return Some(
            "Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, periods (.), hyphens (-), and underscores (_)."
                .to_owned(),
        );
    }
    if text.as_bytes().windows(2).any(|pair| pair.iter().all(|byte| is_mark(*byte))) {
        return Some("Trail name cannot have adjacent periods, hyphens or underscores.".to_owned());
    }
    if text.parse::<std::net::Ipv4Addr>().is_ok() {
        return Some("Trail name cannot be an IP address.".to_owned());
    }
    None
}

fn is_mark(byte: u8) -> bool {
    matches!(byte, b'.' | b'_' | b'-')
}

const LENGTH_MIN: usize = 3;
const LENGTH_MAX: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, message: &str) {
        let refusal = TrailName::parse(text).map_err(|refusal| refusal.to_string());
        assert_eq!(refusal.err().as_deref(), Some(message), "{text}");
    }

    #[test]
    fn good_names_pass() {
        for text in ["abc", "main", "a.b_c-d", "1.2.3", "A23", &"x".repeat(128)] {
            assert!(TrailName::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn bad_names_are_refused_in_order() {
        check(" ", "Trail name cannot be blank!");
        check(
            "ab",
            "Trail name too short. Minimum allowed length: 3 characters. Specified name length: 2 characters.",
        );
        check(
            &"x".repeat(129),
            "Trail name too long. Maximum allowed length: 128 characters. Specified name length: 129 characters.",
        );
        check("-ab", "Trail name must starts with a letter or number.");
        check("ab!", "Trail name must ends with a letter or number.");
        check(
            "a!b",
            "Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, periods (.), hyphens (-), and underscores (_).",
        );
        check("a--b", "Trail name cannot have adjacent periods, hyphens or underscores.");
        check("a._b", "Trail name cannot have adjacent periods, hyphens or underscores.");
        check("10.1.2.3", "Trail name cannot be an IP address.");
    }
}
