//! Chains in memory, tampered with, and what a walk finds.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

use super::*;
use crate::verify::{Content, Inflated, PublicKeys, Scope};
use crate::{Document, LogFile, Place, Previous, PrivateKey, sha256_hex, string_to_sign, to_hex};

/// A digest in the bucket: its document and its signature.
type Bucket = BTreeMap<String, (Vec<u8>, Option<String>)>;

fn key() -> &'static PrivateKey {
    static KEY: OnceLock<PrivateKey> = OnceLock::new();
    KEY.get_or_init(|| PrivateKey::generate().unwrap())
}

fn keys() -> PublicKeys {
    let public = key().public_key();
    let value = STANDARD.encode(public.as_der());
    let fingerprint = public.fingerprint();
    let answer = format!(r#"{{"PublicKeyList":[{{"Value":"{value}","Fingerprint":"{fingerprint}"}}]}}"#);
    PublicKeys::parse(answer.as_bytes()).unwrap()
}

fn names() -> DigestNames {
    let text = |text: &str| text.to_owned();
    let scope = Scope {
        account: text("111122223333"),
        organization: None,
        trail: text("main"),
        home_region: text("us-east-1"),
        source_region: text("us-east-1"),
    };
    DigestNames::new(scope, None)
}

fn hour(hour: i64) -> Timestamp {
    Timestamp::from_second(1_772_409_600 + 3600 * hour).unwrap()
}

fn name(end: i64) -> String {
    names().key(hour(end), Chain::Regular)
}

fn document(end: i64, previous: Option<&Previous>) -> Document {
    let text = |hour_: i64| hour(hour_).to_string();
    Document {
        aws_account_id: "111122223333".into(),
        digest_start_time: text(end - 1),
        digest_end_time: text(end),
        digest_s3_bucket: "b".into(),
        digest_s3_object: name(end),
        digest_public_key_fingerprint: key().public_key().fingerprint(),
        digest_signature_algorithm: Document::SIGNATURE_ALGORITHM.into(),
        newest_event_time: None,
        oldest_event_time: None,
        previous_digest_s3_bucket: None,
        previous_digest_s3_object: None,
        previous_digest_hash_value: None,
        previous_digest_hash_algorithm: None,
        previous_digest_signature: None,
        log_files: vec![LogFile {
            s3_bucket: "b".into(),
            s3_object: format!("log-{end}"),
            hash_value: sha256_hex(b""),
            hash_algorithm: Document::HASH_ALGORITHM.into(),
            newest_event_time: None,
            oldest_event_time: None,
        }],
    }
    .with_previous(previous)
}

fn sign(document: &Document) -> (Vec<u8>, Option<String>) {
    let bytes = document.to_bytes();
    let signature = key().sign(string_to_sign(Place::of(document), &bytes).as_bytes()).unwrap();
    (bytes, Some(to_hex(&signature)))
}

fn previous_of(end: i64, signed: &(Vec<u8>, Option<String>)) -> Previous {
    let (sha256, signature) = (sha256_hex(&signed.0), signed.1.clone().unwrap());
    Previous { bucket: "b".into(), key: name(end), sha256, signature }
}

/// Digests of the hours 1 to `count`.
fn chain(count: i64) -> Bucket {
    let mut bucket = Bucket::new();
    let mut previous = None;
    for end in 1..=count {
        let signed = sign(&document(end, previous.as_ref()));
        previous = Some(previous_of(end, &signed));
        bucket.insert(name(end), signed);
    }
    bucket
}

fn whole(bytes: &[u8]) -> Inflated {
    Inflated { sha256: sha256_hex(bytes), bytes: bytes.to_vec(), is_whole: true }
}

/// Walks from the newest digest and returns the ends of the valid ones and what was found.
fn walk_in(bucket: &Bucket, range: (i64, i64), is_offline: bool) -> (Vec<String>, Vec<String>) {
    let range = Stretch { from: hour(range.0), until: hour(range.1) };
    let mut listing = Listing::new(names(), "b", Chain::Regular, range);
    for (key, (bytes, _)) in bucket {
        listing.push(key, bytes.len() as u64).unwrap();
    }
    let mut walk = Walk::new(Chain::Regular, listing, hour(24));
    let (mut valid, mut findings) = (Vec::new(), Vec::new());
    while let Some(object) = walk.target().cloned() {
        let found = bucket.get(&object.key);
        let inflated = found.map(|(bytes, _)| whole(bytes));
        let opened = match &inflated {
            Some(inflated) => Opened::open(&object, inflated),
            None => Err(DigestFault::NotFound),
        };
        let told = walk.told_signature().map(str::to_owned);
        let signature = if is_offline { told } else { found.and_then(|(_, signature)| signature.clone()) };
        let outcome = match (&opened, &signature) {
            (Ok(opened), Some(signature)) => {
                let proved =
                    opened.verify(signature, &keys(), "us-east-1").and_then(|()| walk.judge(signature));
                match proved {
                    Ok(()) => {
                        valid.push(opened.logs()[0].key.to_string());
                        Outcome::Valid(opened, signature)
                    }
                    Err(fault) => Outcome::Invalid(fault),
                }
            }
            (Ok(opened), None) if is_offline => Outcome::Unsigned(opened, "no signature".into()),
            (Ok(_), None) => Outcome::Invalid(DigestFault::Signature),
            (Err(fault), _) => Outcome::Invalid(fault.clone()),
        };
        findings.extend(walk.advance(outcome));
        // A walk can be written down after every step.
        let text = serde_json::to_string(walk.progress()).unwrap();
        assert_eq!(serde_json::from_str::<Progress>(&text).unwrap(), *walk.progress());
    }
    findings.extend(walk.finish());
    let short =
        |finding: &Finding| finding.to_string().replace('\t', " ").replace(&names().digests_prefix(), "");
    (valid, findings.iter().map(short).collect())
}

fn walk(bucket: &Bucket) -> (Vec<String>, Vec<String>) {
    walk_in(bucket, (0, 5), false)
}

#[track_caller]
fn check(bucket: &Bucket, valid: &[i64], findings: &[&str]) {
    let expected: Vec<_> = valid.iter().map(|end| format!("log-{end}")).collect();
    let found = walk(bucket);
    assert_eq!(found.0, expected, "{:?}", found.1);
    assert_eq!(found.1.len(), findings.len(), "{:?}", found.1);
    for (found, expected) in found.1.iter().zip(findings) {
        assert!(found.contains(expected), "{found} has no {expected}");
    }
}

#[test]
fn a_whole_chain_is_valid_to_its_first_digest() {
    check(&chain(5), &[5, 4, 3, 2, 1], &[]);
}

#[test]
fn a_walk_ends_with_the_digest_that_holds_the_start() {
    let (valid, findings) = walk_in(&chain(5), (2, 5), false);
    assert_eq!(valid, ["log-5", "log-4", "log-3", "log-2"]);
    assert_eq!(findings, Vec::<String>::new());
}

#[test]
fn a_deleted_digest_is_missed_and_its_stretch_is_told() {
    let mut bucket = chain(5);
    bucket.remove(&name(3));
    let stretch = "Chain 2026-03-02T02:00:00Z to 2026-03-02T03:00:00Z INVALID: no valid digest file proves what was delivered then; 1 reported above";
    check(&bucket, &[5, 4, 2, 1], &["INVALID: not found", stretch]);
    assert!(!walk(&bucket).1[1].contains("more"), "one digest has the length of one");
}

#[test]
fn two_deleted_digests_in_a_row_are_both_missed() {
    let mut bucket = chain(5);
    bucket.remove(&name(3));
    bucket.remove(&name(2));
    check(
        &bucket,
        &[5, 4, 1],
        &["T030000Z.json.gz INVALID: not found", "1 reported above, about 1 more must be missing"],
    );
}

#[test]
fn deleted_digests_at_the_ends_are_told() {
    let mut bucket = chain(5);
    bucket.remove(&name(1));
    check(
        &bucket,
        &[5, 4, 3, 2],
        &["not found", "Chain 2026-03-02T00:00:00Z to 2026-03-02T01:00:00Z INVALID"],
    );
    let mut bucket = chain(5);
    bucket.remove(&name(5));
    check(&bucket, &[4, 3, 2, 1], &["Chain 2026-03-02T04:00:00Z to 2026-03-02T05:00:00Z WARNING"]);
}

#[test]
fn a_digest_that_may_still_come_is_not_missed() {
    let bucket = chain(5);
    let (valid, findings) = walk_in(&bucket, (0, 23), false);
    assert_eq!(valid.len(), 5);
    assert!(findings[0].contains("05:00:00Z to 2026-03-02T21:50:00Z WARNING"), "{findings:?}");
    let (_, findings) = walk_in(&chain(22), (0, 24), false);
    assert_eq!(findings, Vec::<String>::new());
}

#[test]
fn a_changed_digest_proves_nothing() {
    for (from, to, reason) in [
        ("log-3", "log-x", "signature verification failed"),
        (r#""b","digestS3Object""#, r#""c","digestS3Object""#, "has been moved from its original location"),
        ("logFiles", "loggFiles", "invalid format"),
        ("digestEndTime\":\"2026", "digestEndTime\":\"x", "invalid format"),
        ("previousDigestSignature", "prev", "invalid format"),
    ] {
        let mut bucket = chain(5);
        let changed = String::from_utf8(bucket[&name(3)].0.clone()).unwrap().replacen(from, to, 1);
        bucket.get_mut(&name(3)).unwrap().0 = changed.into_bytes();
        check(&bucket, &[5, 4, 2, 1], &[reason, "1 reported above"]);
    }
}

#[test]
fn a_key_that_nobody_vouches_for_is_named() {
    let mut bucket = chain(3);
    let own = key().public_key().fingerprint();
    let changed = String::from_utf8(bucket[&name(3)].0.clone()).unwrap().replace(&own, "0f");
    bucket.get_mut(&name(3)).unwrap().0 = changed.into_bytes();
    let reason = "INVALID: public key not found in region us-east-1 for fingerprint 0f";
    let (valid, findings) = walk_in(&bucket, (0, 3), false);
    assert_eq!(valid, ["log-2", "log-1"]);
    assert!(findings[0].ends_with(reason), "{findings:?}");
}

#[test]
fn a_digest_without_its_metadata_fails_where_it_must_have_some() {
    let mut bucket = chain(5);
    bucket.get_mut(&name(3)).unwrap().1 = None;
    check(&bucket, &[5, 4, 2, 1], &["signature verification failed", "1 reported above"]);
}

#[test]
fn a_digest_that_was_made_again_with_the_private_key_is_not_the_one_that_was_delivered() {
    let mut bucket = chain(5);
    let mut again = Document::parse(&bucket[&name(3)].0).unwrap();
    again.log_files.clear();
    again.log_files.extend(document(7, None).log_files);
    bucket.insert(name(3), sign(&again));
    check(&bucket, &[5, 4, 2, 1], &["INVALID: replaced: signed anew", "1 reported above"]);
}

#[test]
fn a_wrong_hash_of_the_digest_before_is_told_of_the_one_that_gives_it() {
    let mut bucket = chain(4);
    let before = Previous { sha256: sha256_hex(b"other"), ..previous_of(4, &bucket[&name(4)]) };
    bucket.insert(name(5), sign(&document(5, Some(&before))));
    check(
        &bucket,
        &[5, 4, 3, 2, 1],
        &["T050000Z.json.gz INVALID: previousDigestHashValue is not the hash of"],
    );
}

#[test]
fn linked_digests_that_leave_time_out_are_told() {
    let mut bucket = chain(2);
    let before = previous_of(2, &bucket[&name(2)]);
    bucket.insert(name(5), sign(&document(5, Some(&before))));
    check(&bucket, &[5, 2, 1], &["Chain 2026-03-02T02:00:00Z to 2026-03-02T04:00:00Z WARNING"]);
}

#[test]
fn a_chain_that_begins_anew_is_told_in_the_words_of_the_aws_cli() {
    let mut bucket = chain(2);
    bucket.insert(name(5), sign(&document(5, None)));
    let line =
        "No log files were delivered by CloudTrail between 2026-03-02T02:00:00Z and 2026-03-02T04:00:00Z";
    check(&bucket, &[5, 2, 1], &[line]);
}

#[test]
fn a_mirror_without_metadata_is_proved_but_for_its_newest_digest() {
    let (valid, findings) = walk_in(&chain(5), (0, 5), true);
    assert_eq!(valid, ["log-4", "log-3", "log-2", "log-1"]);
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert!(findings[0].ends_with("T050000Z.json.gz NOT CHECKED: no signature"));
    let mut bucket = chain(5);
    bucket.get_mut(&name(3)).unwrap().0 = b"{}".to_vec();
    let (valid, findings) = walk_in(&bucket, (0, 5), true);
    assert_eq!(valid, ["log-4", "log-1"], "the signature of the second stands in the third alone");
    assert_eq!(findings.len(), 4, "{findings:?}");
}

#[test]
fn a_link_to_itself_ends() {
    let mut bucket = Bucket::new();
    let before =
        Previous { bucket: "b".into(), key: name(2), sha256: String::new(), signature: String::new() };
    let mut looped = document(2, Some(&before));
    looped.previous_digest_signature = None;
    bucket.insert(name(2), sign(&looped));
    assert!(walk(&bucket).0.len() <= 2);
}

#[test]
fn a_digest_of_another_place_asks_for_its_listing() {
    let mut listing = Listing::new(names(), "b", Chain::Regular, Stretch { from: hour(0), until: hour(2) });
    listing.push(&name(2), 1).unwrap();
    let mut walk = Walk::new(Chain::Regular, listing, hour(24));
    assert!(walk.elsewhere().is_none());
    let previous = Previous {
        bucket: "old".into(),
        key: format!("pre/{}", name(1)),
        sha256: String::new(),
        signature: String::new(),
    };
    let (bytes, signature) = sign(&document(2, Some(&previous)));
    let (inflated, object) = (whole(&bytes), Object::new("b", name(2)));
    let opened = Opened::open(&object, &inflated).unwrap();
    assert!(walk.advance(Outcome::Valid(&opened, &signature.unwrap())).is_empty());
    let (bucket, names) = walk.elsewhere().map(|(bucket, names)| (bucket.to_owned(), names)).unwrap();
    assert_eq!((bucket.as_str(), names.digests_prefix().get(..4)), ("old", Some("pre/")));
    let mut listing = Listing::new(names, bucket, Chain::Regular, Stretch { from: hour(0), until: hour(2) });
    listing.push(&format!("pre/{}", name(1)), 1).unwrap();
    walk.relist(listing);
    assert!(walk.elsewhere().is_none());
    assert_eq!(walk.upcoming().count(), 0, "the target itself is not upcoming");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn fuzz_any_digest_is_refused_or_read(at in any::<prop::sample::Index>(), new in any::<u8>(), cut in any::<prop::sample::Index>()) {
        let object = Object::new("b", name(1));
        let mut bytes = document(1, None).to_bytes();
        let at = at.index(bytes.len());
        bytes[at] = new;
        let _either = Opened::open(&object, &whole(&bytes)).is_ok();
        bytes.truncate(cut.index(bytes.len()));
        let _either = Opened::open(&object, &whole(&bytes)).is_ok();
        let mut content = Content::kept(1000);
        let _either = content.push(&bytes).is_ok();
    }

    #[test]
    fn whatever_is_removed_the_walk_ends_and_proves_only_what_is_there(removed in proptest::collection::btree_set(1..8_i64, 0..7)) {
        let mut bucket = chain(7);
        for end in &removed {
            bucket.remove(&name(*end));
        }
        let (valid, findings) = walk_in(&bucket, (0, 7), false);
        let there: Vec<_> = (1..8).rev().filter(|end| !removed.contains(end)).map(|end| format!("log-{end}")).collect();
        prop_assert_eq!(valid, there);
        let newest_removed = (1..8).rev().take_while(|end| removed.contains(end)).count();
        let is_hole = removed.len() > newest_removed && removed.len() < 7;
        prop_assert_eq!(findings.iter().any(|line| line.contains("no valid digest file")), is_hole);
    }
}
