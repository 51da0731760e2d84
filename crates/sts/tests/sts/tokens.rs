//! Session tokens: opened by their key alone, and refused however they are changed.

use std::collections::BTreeMap;

use cairn_sts::{Holder, Session, SessionPolicies, TokenError, TokenKey};
use jiff::Timestamp;
use proptest::prelude::*;

use crate::world::{Counting, OWN, account};

use crate::mutator::{Dice, iterations};

fn session() -> Session {
    Session {
        access_key_id: "ASIAEXAMPLE".to_owned(),
        secret_access_key: "secret".to_owned(),
        account: account(OWN),
        holder: Holder::Role {
            name: "deploy".to_owned(),
            path: "/".to_owned(),
            id: "AROADEPLOY".to_owned(),
            session: "run".to_owned(),
        },
        issued: Timestamp::UNIX_EPOCH,
        expires: Timestamp::MAX,
        mfa: false,
        policies: Some(SessionPolicies { inline: Some("{}".to_owned()), arns: vec!["arn".to_owned()] }),
        tags: BTreeMap::from([("team".to_owned(), "blue".to_owned())]),
        transitive_tag_keys: vec!["team".to_owned()],
        source_identity: Some("mia".to_owned()),
        federated_provider: None,
    }
}

fn key() -> TokenKey {
    TokenKey::new(&[7; 32]).unwrap()
}

fn sealed() -> String {
    key().seal(&session(), 0, &Counting::default()).unwrap()
}

fn bytes(token: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.decode(token).unwrap()
}

fn text(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

#[test]
fn a_token_gives_back_its_session() {
    assert_eq!(key().open("ASIAEXAMPLE", &sealed()).unwrap(), session());
    let plain = Session { policies: None, tags: BTreeMap::new(), holder: Holder::Root, ..session() };
    let token = key().seal(&plain, 4_096, &Counting::default()).unwrap();
    assert!((4_096..4_200).contains(&token.len()), "{}", token.len());
    assert_eq!(key().open("ASIAEXAMPLE", &token).unwrap(), plain);
}

#[test]
fn a_token_hides_what_it_holds() {
    let held = bytes(&sealed());
    for word in ["secret", "deploy", "mia", OWN] {
        assert!(!held.windows(word.len()).any(|part| part == word.as_bytes()), "{word}");
    }
    assert!(!format!("{:?} {:?}", session(), key()).contains("secret"));
}

#[test]
fn a_token_opens_with_its_own_keys_alone() {
    let token = sealed();
    assert_eq!(key().open("ASIAEXAMPLF", &token).unwrap_err(), TokenError::Foreign);
    assert_eq!(
        TokenKey::new(&[8; 32]).unwrap().open("ASIAEXAMPLE", &token).unwrap_err(),
        TokenError::Foreign
    );
}

#[test]
fn every_flipped_bit_is_refused() {
    let token = bytes(&sealed());
    for at in 0..token.len() * 8 {
        let mut flipped = token.clone();
        flipped[at / 8] ^= 1 << (at % 8);
        assert!(key().open("ASIAEXAMPLE", &text(&flipped)).is_err(), "bit {at}");
    }
}

#[test]
fn every_part_of_a_token_is_refused() {
    let token = bytes(&sealed());
    for length in 0..token.len() {
        assert!(key().open("ASIAEXAMPLE", &text(&token[..length])).is_err(), "{length} bytes");
    }
    let whole = sealed();
    for length in 0..whole.len() {
        let part = whole.split_at(length).0;
        assert!(key().open("ASIAEXAMPLE", part).is_err(), "{length} characters");
    }
}

#[test]
fn fuzz_session_tokens() {
    let (mut dice, seeds) = (Dice::new(), [sealed().into_bytes(), bytes(&sealed())]);
    let mut refused = 0;
    for _ in 0..iterations(20_000) {
        let mutant = dice.mutant(&seeds, &["=", "AQ", "\u{e9}", "\0"]);
        let mutant = String::from_utf8_lossy(&mutant).into_owned();
        match key().open("ASIAEXAMPLE", &mutant) {
            Ok(opened) => assert_eq!((mutant, opened), (sealed(), session()), "one session has one token"),
            Err(_) => refused += 1,
        }
    }
    println!("mutated tokens: {refused} refused");
    assert!(refused > 0);
}

proptest! {
    #[test]
    fn no_text_is_a_token(text in "\\PC{0,300}") {
        prop_assert!(key().open("ASIAEXAMPLE", &text).is_err());
    }

    #[test]
    fn no_bytes_are_a_token(mut held in proptest::collection::vec(any::<u8>(), 1..200)) {
        held[0] = 1;
        prop_assert_eq!(key().open("ASIAEXAMPLE", &text(&held)).unwrap_err(), TokenError::Foreign);
    }
}
