//! Arbitrary and mutated input: never a panic, and never accepted as something it is not.
//!
//! `CAIRN_FUZZ_ITERATIONS` says how many mutations to try (5,000 unless set); `CAIRN_FUZZ_SEED` where to
//! begin. The same two numbers try the same inputs.

#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use cairn_sigv4::{
    AuthError, Body, BodyCheck, Carrier, Credentials, Family, PayloadToSign, Presented, Request, SecretKey,
    SessionToken, Signer, Streaming, Trailers, Verified, Verifier,
};
use jiff::Timestamp;
use proptest::collection::vec;
use proptest::prelude::*;

const KEY: &str = "AKIDEXAMPLE";
const SECRET: &str = "a-secret-that-no-output-may-repeat";
const TOKEN: &str = "a-token-that-no-output-may-repeat";
const AT: &str = "2026-01-01T00:00:00Z";

/// A request as bytes: method, path, query, then header names and values in turn.
type Seed = Vec<Vec<u8>>;

/// Builds a request from bytes as a server would: what is no text is replaced, not refused.
fn attempt(parts: &[Vec<u8>]) -> Result<Verified, AuthError> {
    let text =
        |index: usize| String::from_utf8_lossy(parts.get(index).map_or(&[], Vec::as_slice)).into_owned();
    let (method, path, query) = (text(0), text(1), text(2));
    let names: Vec<String> = (3..parts.len()).step_by(2).map(text).collect();
    let headers: Vec<(&str, &[u8])> = names
        .iter()
        .zip(parts.iter().skip(4).step_by(2))
        .map(|(name, value)| (name.as_str(), value.as_slice()))
        .collect();
    let request = Request { method: &method, path: &path, query: &query, headers: &headers };
    let now: Timestamp = AT.parse().unwrap();
    let result = Presented::require(&request).and_then(|presented| {
        let shown = format!("{presented:?}");
        assert!(!shown.contains(TOKEN), "a token is shown");
        // As a server would: a signature does not cover the key id, it is what the secret is found by.
        let secret = SecretKey::new(if presented.access_key_id == KEY { SECRET } else { "of somebody else" });
        Verifier::default().verify(&request, &presented, &secret, Body::Bytes(b"{}"), now)
    });
    if let Err(error) = &result {
        for family in [Family::Service, Family::S3] {
            let said = error.message(family, Carrier::of(&request));
            assert!(said.len() < 2_000 && !said.contains(SECRET) && !said.contains(TOKEN), "{said}");
        }
        assert!(!format!("{error:?} {error}").contains(TOKEN), "a token is shown");
    }
    result
}

fn seeds() -> Vec<Seed> {
    let now = AT.parse().unwrap();
    let mut seeds = Vec::new();
    for (service, token) in [("s3", None), ("s3", Some(TOKEN)), ("cloudtrail", None), ("sts", Some(TOKEN))] {
        let credentials = Credentials::new(KEY, SecretKey::new(SECRET), token.map(SessionToken::new));
        let signer = Signer { credentials: &credentials, region: "us-east-1", service };
        let headers: Vec<(&str, &[u8])> =
            vec![("host", b"127.0.0.1"), ("x-amz-meta-a", b"b"), ("my-header", b"some  value")];
        let request = Request {
            method: "PUT",
            path: "/a%20b//c",
            query: "list-type=2&prefix=a%2Fb",
            headers: &headers,
        };
        let signed = signer.sign_headers(&request, PayloadToSign::Bytes(b"{}"), now).unwrap();
        let added = signed.headers.iter().map(|(name, value)| (*name, value.as_bytes()));
        seeds.push(seed(&request, request.query, headers.iter().copied().chain(added)));
        let presigned = signer.presign(&request, PayloadToSign::Bytes(b"{}"), 60, now).unwrap();
        seeds.push(seed(&request, &presigned, headers.iter().copied()));
    }
    seeds
}

fn seed<'a>(request: &Request<'_>, query: &str, headers: impl Iterator<Item = (&'a str, &'a [u8])>) -> Seed {
    let mut parts: Seed =
        [request.method, request.path, query].iter().map(|part| part.as_bytes().to_vec()).collect();
    for (name, value) in headers {
        parts.push(name.as_bytes().to_vec());
        parts.push(value.to_vec());
    }
    parts
}

/// A small generator; the quality of its numbers does not matter, their repeatability does.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % sides.max(1)
    }
}

/// Pieces that parsers branch on.
const PIECES: &[&[u8]] = &[
    b"%",
    b"%2",
    b"%00",
    b"%2F",
    b"&",
    b"=",
    b"/",
    b"//",
    b"..",
    b";",
    b",",
    b":",
    b" ",
    b"\t",
    b"\r\n ",
    b"\0",
    b"\xff",
    b"AWS4-HMAC-SHA256",
    b"AWS4-ECDSA-P256-SHA256",
    b"AWS ",
    b"Credential=",
    b"Signature=",
    b"SignedHeaders=",
    b"X-Amz-Signature",
    b"X-Amz-Security-Token",
    b"X-Amz-Expires=0",
    b"UNSIGNED-PAYLOAD",
    b"STREAMING-UNSIGNED-PAYLOAD-TRAILER",
    b"aws4_request",
    b"20260101T000000Z",
    b"99999999999999999999",
    b"\xe1\x88\xb4",
];

fn mutate(bytes: &mut Vec<u8>, dice: &mut Dice) {
    let at = dice.roll(bytes.len() + 1);
    match dice.roll(6) {
        0 if at < bytes.len() => bytes[at] ^= 1 << dice.roll(8),
        1 if at < bytes.len() => {
            bytes.remove(at);
        }
        2 => bytes.truncate(at),
        3 => {
            let end = (at + dice.roll(16)).min(bytes.len());
            let copy = bytes[at..end].to_vec();
            bytes.splice(at..at, copy);
        }
        4 => {
            let piece = PIECES[dice.roll(PIECES.len())];
            bytes.splice(at..at, piece.iter().copied());
        }
        _ => bytes.insert(at, u8::try_from(dice.roll(256)).unwrap()),
    }
}

fn iterations() -> usize {
    std::env::var("CAIRN_FUZZ_ITERATIONS").ok().map_or(5_000, |text| text.parse().unwrap())
}

fn dice() -> Dice {
    let seed =
        std::env::var("CAIRN_FUZZ_SEED").ok().map_or(0x9e37_79b9_7f4a_7c15, |text| text.parse().unwrap());
    Dice(seed | 1)
}

#[test]
fn fuzz_requests_never_panic_nor_change_who_signed() {
    let seeds = seeds();
    for (index, seed) in seeds.iter().enumerate() {
        assert!(attempt(seed).is_ok(), "seed {index}: {:?}", attempt(seed).unwrap_err());
    }
    let mut dice = dice();
    let (mut accepted, mut refused) = (0, 0);
    for _ in 0..iterations() {
        let mut parts = seeds[dice.roll(seeds.len())].clone();
        for _ in 0..=dice.roll(3) {
            match dice.roll(12) {
                roll @ (0 | 1) if parts.len() > 4 => {
                    let header = 3 + 2 * dice.roll((parts.len() - 3) / 2);
                    let pair = parts[header..header + 2].to_vec();
                    if roll == 0 {
                        parts.drain(header..header + 2);
                    } else {
                        parts.extend(pair);
                    }
                }
                _ => {
                    let index = dice.roll(parts.len());
                    mutate(&mut parts[index], &mut dice);
                }
            }
        }
        match attempt(&parts) {
            // Spaces, the case of names and unsigned headers may differ; key and scope may not.
            Ok(verified) => {
                assert_eq!(verified.access_key_id(), KEY);
                assert_eq!(verified.scope().date, "20260101");
                accepted += 1;
            }
            Err(_) => refused += 1,
        }
    }
    println!("mutated requests: {refused} refused, {accepted} still mean the same");
}

#[test]
fn fuzz_chunked_bodies_never_panic_nor_decode_to_something_else() {
    let now = AT.parse().unwrap();
    let credentials = Credentials::new(KEY, SecretKey::new(SECRET), None);
    let signer = Signer { credentials: &credentials, region: "us-east-1", service: "s3" };
    let kinds = [Streaming::Signed, Streaming::SignedTrailer, Streaming::UnsignedTrailer];
    let sent: Vec<(Streaming, Verified, Vec<u8>)> = kinds
        .into_iter()
        .map(|kind| {
            let before: Vec<(&str, &[u8])> = vec![
                ("host", b"127.0.0.1"),
                ("x-amz-decoded-content-length", b"11"),
                ("x-amz-trailer", if kind.has_trailer() { b"x-amz-checksum-crc32" } else { b"" }),
            ];
            let request = Request { method: "PUT", path: "/b/k", query: "", headers: &before };
            let signed = signer.sign_headers(&request, PayloadToSign::Streaming(kind), now).unwrap();
            let mut after = before.clone();
            after.extend(signed.headers.iter().map(|(name, value)| (*name, value.as_bytes())));
            let request = Request { headers: &after, ..request };
            let presented = Presented::require(&request).unwrap();
            let verified = Verifier::default()
                .verify(&request, &presented, &SecretKey::new(SECRET), Body::Streamed, now)
                .unwrap();
            let mut body = Vec::new();
            let mut chunks = signed.into_chunk_signer().unwrap();
            chunks.chunk(b"hello ", &mut body);
            chunks.chunk(b"world", &mut body);
            let trailers = if kind.has_trailer() {
                Trailers::new([("x-amz-checksum-crc32", "DUoRhQ==")]).unwrap()
            } else {
                Trailers::default()
            };
            chunks.finish(&trailers, &mut body);
            (kind, verified, body)
        })
        .collect();
    let mut dice = dice();
    let (mut accepted, mut refused) = (0, 0);
    for _ in 0..iterations() {
        let (kind, verified, body) = &sent[dice.roll(sent.len())];
        let mut body = body.clone();
        for _ in 0..dice.roll(4) {
            mutate(&mut body, &mut dice);
        }
        let BodyCheck::Chunked(mut decoder) = verified.body() else { panic!("not chunked") };
        let mut out = Vec::new();
        let size = dice.roll(body.len()) + 1;
        let pushed = body.chunks(size).try_for_each(|piece| decoder.push(piece, &mut out));
        assert!(out.len() <= 11, "more than was announced");
        match pushed.and_then(|()| decoder.finish()) {
            Ok(_) if kind.is_signed() => {
                assert_eq!(out, b"hello world");
                accepted += 1;
            }
            Ok(_) => {
                assert_eq!(out.len(), 11);
                accepted += 1;
            }
            Err(_) => refused += 1,
        }
    }
    println!("mutated chunked bodies: {refused} refused, {accepted} still mean the same");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_never_verify(parts in vec(vec(any::<u8>(), 0..64), 0..12)) {
        prop_assert!(attempt(&parts).is_err());
    }

    #[test]
    fn arbitrary_authorization_headers_never_verify(rest in "[ -~]{0,120}", query in "[ -~]{0,120}") {
        let parts: Seed = ["GET", "/", &query, "host", "h", "x-amz-date", "20260101T000000Z", "authorization"]
            .iter()
            .map(|part| part.as_bytes().to_vec())
            .chain([format!("AWS4-HMAC-SHA256 {rest}").into_bytes()])
            .collect();
        prop_assert!(attempt(&parts).is_err());
    }
}
