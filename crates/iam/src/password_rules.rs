//! What a password must be like: an account's policy, or AWS's where the account has none. Pure.

use std::collections::BTreeSet;

use cairn_catalog::{Account, CharacterKind, PasswordPolicy, Snapshot};
use cairn_event::AccountId;

use crate::Refusal;

/// Refuses a password that breaks the account's rules; the first broken one is told.
///
/// # Errors
/// It breaks one.
pub fn check(snapshot: &Snapshot, account: AccountId, password: &str) -> Result<(), Refusal> {
    let broken = broken(snapshot.password_policy(&account), snapshot.account(&account), password);
    broken.map_or(Ok(()), |rule| Err(Refusal::PasswordWeak(rule)))
}

/// Returns how many of an account's former passwords, the current one among them, are not to be used again.
pub(crate) fn remembered(snapshot: &Snapshot, account: AccountId) -> usize {
    let policy = snapshot.password_policy(&account);
    let remembered = policy.and_then(|policy| policy.remembered).unwrap_or_default();
    usize::try_from(remembered).unwrap_or(PasswordPolicy::REMEMBERED_MAX).min(PasswordPolicy::REMEMBERED_MAX)
}

/// A rule that a password breaks; `Display` is IAM's sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the sentence says what it is")]
pub enum PasswordRule {
    #[error("Password should have a minimum length of {0}")]
    TooShort(u32),
    #[error("Password should have at least one {}", word(*.0))]
    Lacks(CharacterKind),
    #[error(
        "Password should have at least three of: uppercase letters, lowercase letters, numbers, and symbols (! @ # $ % ^ & * ( ) _ + - = [ ] {{ }} | ')"
    )]
    TooPlain,
    #[error("Password should not be the name or the email address of the account")]
    NamesAccount,
}

fn broken(
    policy: Option<&PasswordPolicy>,
    account: Option<&Account>,
    password: &str,
) -> Option<PasswordRule> {
    let kinds: BTreeSet<CharacterKind> = password.chars().filter_map(kind).collect();
    let min = policy.map_or(DEFAULT_LENGTH_MIN, |policy| policy.min_length);
    if password.chars().count() < usize::try_from(min).unwrap_or(usize::MAX) {
        return Some(PasswordRule::TooShort(min));
    }
    match policy {
        Some(policy) => {
            let lacking = policy.requires.iter().find(|required| !kinds.contains(required));
            if let Some(kind) = lacking {
                return Some(PasswordRule::Lacks(*kind));
            }
        }
        None if kinds.len() < DEFAULT_KINDS_MIN => return Some(PasswordRule::TooPlain),
        None => {}
    }
    let account = account?;
    let mut names = [&account.alias, &account.name, &account.email].into_iter().flatten();
    names.any(|name| name.eq_ignore_ascii_case(password)).then_some(PasswordRule::NamesAccount)
}

fn kind(character: char) -> Option<CharacterKind> {
    match character {
        'a'..='z' => Some(CharacterKind::Lowercase),
        'A'..='Z' => Some(CharacterKind::Uppercase),
        '0'..='9' => Some(CharacterKind::Number),
        _ if SYMBOLS.contains(character) => Some(CharacterKind::Symbol),
        _ => None,
    }
}

fn word(kind: CharacterKind) -> &'static str {
    match kind {
        CharacterKind::Lowercase => "lowercase letter",
        CharacterKind::Uppercase => "uppercase letter",
        CharacterKind::Number => "number",
        CharacterKind::Symbol => "symbol",
    }
}

/// What IAM takes for symbols.
const SYMBOLS: &str = "!@#$%^&*()_+-=[]{}|'";

/// AWS's default policy.
const DEFAULT_LENGTH_MIN: u32 = 8;
const DEFAULT_KINDS_MIN: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> Account {
        Account {
            id: "123456789012".parse().unwrap(),
            alias: Some("acme-2024".to_owned()),
            name: None,
            email: Some("Root@1.example".to_owned()),
            created: jiff::Timestamp::UNIX_EPOCH,
        }
    }

    fn policy(min_length: u32, requires: &[CharacterKind]) -> PasswordPolicy {
        PasswordPolicy {
            account: account().id,
            min_length,
            requires: requires.iter().copied().collect(),
            users_may_change: false,
            max_age_days: None,
            remembered: None,
            hard_expiry: None,
        }
    }

    #[test]
    fn an_account_without_a_policy_has_that_of_aws() {
        for (password, rule) in [
            ("Abcdef1", Some(PasswordRule::TooShort(8))),
            ("abcdefg1", Some(PasswordRule::TooPlain)),
            ("Abcdefg1", None),
            ("abcdefg1!", None),
            ("Abcdefg\u{e9}", Some(PasswordRule::TooPlain)),
            ("\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}bC1", None),
            ("ACME-2024", Some(PasswordRule::NamesAccount)),
            ("root@1.example", Some(PasswordRule::NamesAccount)),
        ] {
            assert_eq!(broken(None, Some(&account()), password), rule, "{password}");
        }
    }

    #[test]
    fn a_policy_demands_what_it_says_and_no_more() {
        use CharacterKind::{Lowercase, Number, Symbol, Uppercase};
        let strict = policy(6, &[Lowercase, Uppercase, Number, Symbol]);
        for (policy, password, rule) in [
            (policy(6, &[]), "aaaaaa", None),
            (policy(6, &[]), "aaaaa", Some(PasswordRule::TooShort(6))),
            (policy(6, &[Symbol]), "aaaaaa", Some(PasswordRule::Lacks(Symbol))),
            (policy(6, &[Symbol]), "aaaaa,", Some(PasswordRule::Lacks(Symbol))),
            (policy(6, &[Symbol]), "aaaaa'", None),
            (strict.clone(), "AAAAA1!", Some(PasswordRule::Lacks(Lowercase))),
            (strict.clone(), "aaaaa1!", Some(PasswordRule::Lacks(Uppercase))),
            (strict.clone(), "aAaaaa!", Some(PasswordRule::Lacks(Number))),
            (strict, "aAaaa1!", None),
        ] {
            assert_eq!(broken(Some(&policy), Some(&account()), password), rule, "{password}");
        }
    }
}
