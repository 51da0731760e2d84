//! Measures verification: `cargo run --release -p cairn-sigv4 --example verify_speed`.

#![expect(clippy::print_stdout, reason = "a measurement prints its figures")]

use std::error::Error;
use std::hint::black_box;
use std::time::Instant;

use cairn_sigv4::{
    Body, BodyCheck, Credentials, KeyCache, PayloadToSign, Presented, Request, SecretKey, Signer, Streaming,
    Trailers, Verifier,
};

const BATCH: u32 = 20;
const BATCHES: usize = 5_000;
const CHUNK_BYTES: usize = 64 * 1024;
const CHUNKS: usize = 4096;

fn main() -> Result<(), Box<dyn Error>> {
    let now = "2026-01-01T00:00:00Z".parse()?;
    let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", SecretKey::new("wJalrXUtnFEMI/K7MDENG"), None);
    let secret = SecretKey::new("wJalrXUtnFEMI/K7MDENG");
    let body = br#"{"LookupAttributes":[{"AttributeKey":"EventName","AttributeValue":"CreateBucket"}]}"#;

    let sent: Vec<(&str, &[u8])> = vec![
        ("Host", b"127.0.0.1:4566"),
        ("Content-Type", b"application/x-amz-json-1.1"),
        ("X-Amz-Target", b"com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents"),
        ("User-Agent", b"Boto3/1.44.5 md/Botocore#1.44.5 ua/2.1 os/linux md/arch#x86_64 lang/python#3.11.7"),
        ("Content-Length", b"84"),
    ];
    let signer = Signer { credentials: &credentials, region: "us-east-1", service: "cloudtrail" };
    let unsigned = Request { method: "POST", path: "/", query: "", headers: &sent };
    let signed = signer.sign_headers(&unsigned, PayloadToSign::Bytes(body), now)?;
    let mut headers = sent.clone();
    headers.extend(signed.headers.iter().map(|(name, value)| (*name, value.as_bytes())));
    let request = Request { headers: &headers, ..unsigned };

    let verifier = Verifier::default();
    measure("parse and verify a small JSON request, key cached", || {
        let presented = Presented::require(&request)?;
        black_box(verifier.verify(&request, &presented, &secret, Body::Bytes(body), now)?);
        Ok(())
    })?;
    measure("parse and verify a small JSON request, key derived", || {
        let verifier = Verifier { keys: KeyCache::new(2), ..Verifier::default() };
        let presented = Presented::require(&request)?;
        black_box(verifier.verify(&request, &presented, &secret, Body::Bytes(body), now)?);
        Ok(())
    })?;

    let s3 = Signer { credentials: &credentials, region: "us-east-1", service: "s3" };
    let host: Vec<(&str, &[u8])> = vec![("Host", b"127.0.0.1:4566")];
    let get = Request { method: "GET", path: "/bucket/some/key.txt", query: "", headers: &host };
    let query = s3.presign(&get, PayloadToSign::Unsigned, 3600, now)?;
    let presigned = Request { query: &query, ..get };
    measure("parse and verify a presigned S3 GET, key cached", || {
        let presented = Presented::require(&presigned)?;
        black_box(verifier.verify(&presigned, &presented, &secret, Body::Streamed, now)?);
        Ok(())
    })?;
    chunked(&s3, &secret, &verifier)
}

/// Prints the median over many small batches: one that loses the processor does not count.
fn measure(what: &str, mut once: impl FnMut() -> Result<(), Box<dyn Error>>) -> Result<(), Box<dyn Error>> {
    let mut batches = Vec::with_capacity(BATCHES);
    for _ in 0..BATCHES {
        let start = Instant::now();
        for _ in 0..BATCH {
            once()?;
        }
        batches.push(start.elapsed().as_secs_f64() * 1e6 / f64::from(BATCH));
    }
    batches.sort_by(f64::total_cmp);
    let at = |share: usize| batches.get(BATCHES * share / 100).copied().unwrap_or_default();
    println!("{what}: median {:.2} µs, tenth percentile {:.2} µs", at(50), at(10));
    Ok(())
}

/// Decodes a body of many signed chunks, in pieces of a typical socket read.
fn chunked(signer: &Signer<'_>, secret: &SecretKey, verifier: &Verifier) -> Result<(), Box<dyn Error>> {
    let now = "2026-01-01T00:00:00Z".parse()?;
    let length = (CHUNK_BYTES * CHUNKS).to_string();
    let sent: Vec<(&str, &[u8])> =
        vec![("Host", b"127.0.0.1:4566"), ("x-amz-decoded-content-length", length.as_bytes())];
    let unsigned = Request { method: "PUT", path: "/bucket/key", query: "", headers: &sent };
    let signed = signer.sign_headers(&unsigned, PayloadToSign::Streaming(Streaming::Signed), now)?;
    let mut headers = sent.clone();
    let added = signed.headers.clone();
    headers.extend(added.iter().map(|(name, value)| (*name, value.as_bytes())));
    let request = Request { headers: &headers, ..unsigned };
    let presented = Presented::require(&request)?;
    let verified = verifier.verify(&request, &presented, secret, Body::Streamed, now)?;
    let (mut chunks, BodyCheck::Chunked(mut decoder)) =
        (signed.into_chunk_signer().ok_or("no chunks")?, verified.body())
    else {
        return Err("not chunked".into());
    };
    let data = vec![7; CHUNK_BYTES];
    let mut body = Vec::with_capacity((CHUNK_BYTES + 128) * CHUNKS);
    for _ in 0..CHUNKS {
        chunks.chunk(&data, &mut body);
    }
    chunks.finish(&Trailers::default(), &mut body);

    let start = Instant::now();
    for piece in body.chunks(16 * 1024) {
        let mut input = piece;
        while let Some(data) = decoder.next_data(&mut input)? {
            black_box(data);
        }
    }
    decoder.finish()?;
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "decode and verify signed chunks of 64 KiB: {:.0} MB/s",
        (body.len() / 1_000_000) as f64 / seconds
    );
    Ok(())
}
