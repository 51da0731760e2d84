use std::future::Future as _;
use std::pin::pin;
use std::task::{Context, Waker};

use proptest::prelude::*;

use super::*;

#[derive(Debug)]
struct FixedIds;

impl Ids for FixedIds {
    fn guid(&self) -> String {
        String::new()
    }

    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

fn secret(text: &str) -> SecretBytes {
    SecretBytes::new(text.as_bytes())
}

#[tokio::test]
async fn a_password_is_right_for_its_own_hash_alone() {
    let passwords = Passwords::new(2);
    let hash = passwords.hash(secret("correct horse"), &FixedIds).await.unwrap();
    let text = hash.expose_str().unwrap();
    assert!(text.starts_with("$argon2id$v=19$m=19456,t=2,p=1$BwcHBwcHBwcHBwcHBwcHBw$"), "{text}");
    assert!(!text.contains("correct"));
    for (given, right) in
        [("correct horse", true), ("correct horse ", false), ("", false), ("Correct horse", false)]
    {
        let found = passwords.is_right(secret(given), Some(hash.clone())).await.unwrap();
        assert_eq!(found, right, "{given:?}");
    }
    assert!(!passwords.is_right(secret("correct horse"), None).await.unwrap());
    let hashes = vec![passwords.hash(secret("other"), &FixedIds).await.unwrap(), hash];
    assert!(passwords.is_one_of(&secret("correct horse"), hashes.clone()).await.unwrap());
    assert!(!passwords.is_one_of(&secret("third"), hashes).await.unwrap());
}

/// Made with the reference implementation: `echo -n password | argon2 somesalt -id -t 2 -k 65536 -p 1 -l 32`.
#[tokio::test]
async fn hashes_of_other_costs_are_verified() {
    let hash = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
    let passwords = Passwords::new(1);
    assert!(passwords.is_right(secret("password"), Some(secret(hash))).await.unwrap());
    assert!(!passwords.is_right(secret("passwore"), Some(secret(hash))).await.unwrap());
}

#[tokio::test]
async fn what_is_no_hash_is_an_error_and_not_a_wrong_password() {
    for text in [
        "",
        "x",
        "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=19$m=4000000,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$AAAA",
        "$argon2id$v=19$m=65536,t=2,p=1$c29t$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=19$m=65536,t=2,p=1,k=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc$",
    ] {
        let found = Passwords::new(1).is_right(secret("password"), Some(secret(text))).await;
        assert!(matches!(found, Err(PasswordError::Unreadable)), "{text}: {found:?}");
    }
}

#[tokio::test]
async fn whoever_finds_the_queue_full_is_sent_away() {
    let passwords = Passwords::new(1);
    // Nobody works: whoever comes in waits.
    let working = Arc::clone(&passwords.working).acquire_owned().await.unwrap();
    let mut context = Context::from_waker(Waker::noop());
    let mut waiting: Vec<_> =
        (0..=WAITING_MAX).map(|_| Box::pin(passwords.is_right(secret("x"), None))).collect();
    for one in &mut waiting {
        assert!(one.as_mut().poll(&mut context).is_pending());
    }
    let one_more = pin!(passwords.is_right(secret("x"), None));
    assert!(matches!(one_more.await, Err(PasswordError::Busy)));
    waiting.clear();
    drop(working);
    assert!(!passwords.is_right(secret("x"), None).await.unwrap(), "those who left made room");
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "(\\$argon2id\\$v=19\\$)?[mtp=0-9,]{0,20}\\$?[a-zA-Z0-9+/]{0,90}\\$?[a-zA-Z0-9+/]{0,90}|.{0,80}") {
        if let Some(hash) = Phc::parse(&text) {
            prop_assert!(Phc::parse(&hash.to_string()).is_some());
        }
    }
}
