//! Requests recorded from real clients: boto3, the JavaScript SDK, minio-js, hand-made chunked uploads.
//!
//! They are read from the shared reference material where it is present, and never copied.

#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use std::fs;
use std::path::PathBuf;

use base64::Engine;
use cairn_sigv4::{AuthError, Body, Payload, Presented, Request, SecretKey, Verifier};
use serde::Deserialize;

#[derive(Deserialize)]
struct Exchange {
    secret_access_key: Option<String>,
    header_signature_valid: Option<bool>,
    received_at_epoch: f64,
    request: Sent,
}

#[derive(Deserialize)]
struct Sent {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body_truncated: bool,
    body: Text,
}

#[derive(Deserialize)]
struct Text {
    text: Option<String>,
    base64: Option<String>,
}

#[derive(Debug, Default)]
struct Tally {
    valid: usize,
    invalid: usize,
    without_body: usize,
    unsigned: usize,
    foreign: usize,
    unknown_key: usize,
}

#[test]
fn every_recorded_request_verifies_as_recorded() {
    let shared = std::env::var("CAIRN_SHARED")
        .map_or_else(|_| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let Ok(entries) = fs::read_dir(shared.join("fixtures/exchanges")) else {
        println!("SKIPPED: no recorded exchanges at {} (set CAIRN_SHARED)", shared.display());
        return;
    };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    let mut tally = Tally::default();
    for file in &files {
        let name = file.file_stem().unwrap().to_str().unwrap();
        let exchange: Exchange = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        check(name, &exchange, &mut tally);
    }
    println!("recorded exchanges: {} read, {tally:?}", files.len());
    assert!(tally.valid >= 69 && tally.invalid >= 2, "fewer than recorded: {tally:?}");
}

fn check(name: &str, exchange: &Exchange, tally: &mut Tally) {
    let sent = &exchange.request;
    let headers: Vec<(&str, &[u8])> =
        sent.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    let (path, query) = sent.target.split_once('?').unwrap_or((&sent.target, ""));
    let request = Request { method: &sent.method, path, query, headers: &headers };

    let presented = match Presented::parse(&request) {
        Ok(Some(presented)) => presented,
        Ok(None) => {
            tally.unsigned += 1;
            return assert!(exchange.header_signature_valid.is_none(), "{name}: taken for unsigned");
        }
        Err(error @ AuthError::SigV2 { .. }) => {
            tally.foreign += 1;
            let AuthError::SigV2 { access_key_id } = error else { return };
            assert!(access_key_id.is_some_and(|id| id.starts_with("AKIA")), "{name}: key of SigV2");
            return assert!(exchange.header_signature_valid.is_none(), "{name}: taken for SigV2");
        }
        Err(error) => panic!("{name}: {error}"),
    };
    let (Some(secret), Some(valid)) = (&exchange.secret_access_key, exchange.header_signature_valid) else {
        tally.unknown_key += 1;
        return;
    };

    let bytes = bytes(&sent.body);
    let body = match presented.payload {
        Payload::Hash(_) | Payload::Absent if !sent.body_truncated => Body::Bytes(&bytes),
        Payload::Hash(_) | Payload::Absent | Payload::Unsigned | Payload::Streaming(_) => {
            tally.without_body += 1;
            Body::Streamed
        }
    };
    #[expect(clippy::cast_possible_truncation, reason = "seconds of this century")]
    let now = jiff::Timestamp::from_second(exchange.received_at_epoch as i64).unwrap();
    let result = Verifier::default().verify(&request, &presented, &SecretKey::new(secret), body, now);
    match result {
        Ok(_) => tally.valid += 1,
        Err(AuthError::SignatureDoesNotMatch(_)) => tally.invalid += 1,
        Err(ref error) => panic!("{name}: {error}"),
    }
    assert_eq!(result.is_ok(), valid, "{name}");
}

fn bytes(body: &Text) -> Vec<u8> {
    match (&body.text, &body.base64) {
        (Some(text), _) => text.clone().into_bytes(),
        (None, Some(base64)) => base64::engine::general_purpose::STANDARD.decode(base64).unwrap(),
        (None, None) => Vec::new(),
    }
}
