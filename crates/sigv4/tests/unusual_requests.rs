//! Requests that look unusual and are valid: what AWS takes, we take.
//!
//! Each case is first refused with a made-up signature; the string to sign that the refusal shows is
//! then signed by the independent implementation, and must verify.

#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use cairn_sigv4::{
    AuthError, Body, BodyCheck, Payload, Placement, Presented, Request, SecretKey, SessionToken, Streaming,
    Verified, Verifier,
};
use jiff::Timestamp;

const SECRET: &str = "secret";
const AT: &str = "2013-05-24T00:00:00Z";
const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const DUMMY: &str = "0000000000000000000000000000000000000000000000000000000000000000";
const HOST: (&str, &str) = ("Host", "127.0.0.1");
const DATE: (&str, &str) = ("X-Amz-Date", "20130524T000000Z");

/// `§` in a header or the query stands for the signature.
struct Case<'a> {
    name: &'static str,
    service: &'static str,
    path: &'static str,
    query: &'static str,
    headers: &'a [(&'a str, &'a str)],
}

fn verify(case: &Case<'_>, signature: &str, now: Timestamp) -> Result<Verified, AuthError> {
    let query = case.query.replace("§", signature);
    let values: Vec<String> = case.headers.iter().map(|(_, value)| value.replace("§", signature)).collect();
    let headers: Vec<(&str, &[u8])> =
        case.headers.iter().zip(&values).map(|((name, _), value)| (*name, value.as_bytes())).collect();
    let request = Request { method: "GET", path: case.path, query: &query, headers: &headers };
    let presented = Presented::require(&request)?;
    Verifier::default().verify(&request, &presented, &SecretKey::new(SECRET), Body::Bytes(b""), now)
}

/// Signs the case independently and verifies it; returns the string to sign as well.
fn accepted(case: &Case<'_>) -> (Verified, String) {
    let now: Timestamp = AT.parse().unwrap();
    let mismatch = match verify(case, DUMMY, now) {
        Err(AuthError::SignatureDoesNotMatch(mismatch)) => mismatch,
        other => panic!("{}: {other:?}", case.name),
    };
    let key = generate_signing_key(SECRET, now.into(), "us-east-1", case.service);
    let signature = calculate_signature(key, mismatch.string_to_sign.as_bytes());
    let verified = verify(case, &signature, now).unwrap_or_else(|error| panic!("{}: {error}", case.name));
    (verified, String::from_utf8_lossy(&mismatch.canonical_request).into_owned())
}

fn authorization(service: &str, signed: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=AKID/20130524/us-east-1/{service}/aws4_request, SignedHeaders={signed}, Signature=§"
    )
}

#[test]
fn a_date_header_stands_in_for_x_amz_date() {
    for date in ["Fri, 24 May 2013 00:00:00 GMT", "20130524T000000Z"] {
        let authorization = authorization("sts", "date;host");
        let headers = [HOST, ("Date", date), ("Authorization", &authorization)];
        let case = Case { name: "date", service: "sts", path: "/", query: "", headers: &headers };
        let (verified, _) = accepted(&case);
        assert_eq!(verified.signed_at().to_string(), "20130524T000000Z");
    }
}

#[test]
fn x_amz_date_goes_before_a_date_header() {
    let authorization = authorization("sts", "host;x-amz-date");
    let headers = [("Date", "Mon, 01 Jan 2001 00:00:00 GMT"), HOST, DATE, ("Authorization", &authorization)];
    accepted(&Case { name: "both dates", service: "sts", path: "/", query: "", headers: &headers });
}

#[test]
fn parameters_part_by_commas_or_blanks() {
    for separator in [",", ", ", " ", " , ", "\t"] {
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential=AKID/20130524/us-east-1/sts/aws4_request{separator}\
             SignedHeaders=host;x-amz-date{separator}Signature=§"
        );
        let headers = [HOST, DATE, ("authorization", &authorization)];
        accepted(&Case { name: "separator", service: "sts", path: "/", query: "", headers: &headers });
    }
}

#[test]
fn an_access_key_id_may_hold_slashes() {
    let authorization = "AWS4-HMAC-SHA256 Credential=team/a/key/20130524/us-east-1/s3/aws4_request, \
                         SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=§";
    let headers = [HOST, DATE, ("x-amz-content-sha256", EMPTY), ("Authorization", authorization)];
    let case = Case { name: "slashes", service: "s3", path: "/", query: "", headers: &headers };
    assert_eq!(accepted(&case).0.access_key_id(), "team/a/key");
}

#[test]
fn the_token_and_some_headers_may_be_left_unsigned() {
    let authorization = authorization("sts", "host;x-amz-date");
    let headers = [
        HOST,
        DATE,
        ("X-Amz-Security-Token", "token"),
        ("X-Amz-User-Agent", "browser"),
        ("x-amz-content-sha256", EMPTY),
        ("x-amzn-trace-id", "trace"),
        ("Authorization", &authorization),
    ];
    let case = Case { name: "unsigned", service: "sts", path: "/", query: "", headers: &headers };
    let (verified, canonical) = accepted(&case);
    assert_eq!(verified.token().map(SessionToken::reveal), Some("token"));
    assert!(!canonical.contains("token"));
}

#[test]
fn repeated_headers_join_in_order_and_bytes_stay() {
    let authorization = authorization("sts", "host;x-amz-date;x-amz-meta-a");
    let headers = [
        HOST,
        ("X-Amz-Meta-A", " b  c "),
        DATE,
        ("x-amz-meta-a", "ä, d"),
        ("Authorization", &authorization),
        ("x-amz-meta-A", ""),
    ];
    let case = Case { name: "repeated", service: "sts", path: "/", query: "", headers: &headers };
    assert!(accepted(&case).1.contains("\nx-amz-meta-a:b c,ä, d,\n"));
}

#[test]
fn a_service_request_may_be_presigned_without_expiry() {
    let query = "Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Signature=§&X-Amz-SignedHeaders=host&X-Amz-Date=\
                 20130524T000000Z&X-Amz-Credential=AKID/20130524/us-east-1/sts/aws4_request&X-Amz-Algorithm=\
                 AWS4-HMAC-SHA256";
    let case = Case { name: "no expiry", service: "sts", path: "/", query, headers: &[HOST] };
    let (verified, _) = accepted(&case);
    assert_eq!(verified.placement(), Placement::Query { expires_s: None });
    let later = "2013-05-24T00:15:01Z".parse().unwrap();
    assert!(matches!(verify(&case, DUMMY, later), Err(AuthError::Expired { window_s: 900, .. })));
}

const PRESIGNED: &str = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F20130524%2Fus-east-1%2Fs3\
                         %2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host\
                         &X-Amz-Signature=§";

#[test]
fn headers_that_sdks_send_beside_a_presigned_url_are_ignored() {
    let headers = [HOST, ("x-amz-content-sha256", EMPTY), ("x-amz-checksum-mode", "ENABLED")];
    let case = Case { name: "beside", service: "s3", path: "/b/k", query: PRESIGNED, headers: &headers };
    let (verified, canonical) = accepted(&case);
    assert_eq!(verified.payload(), Payload::Unsigned);
    assert!(canonical.ends_with("\nUNSIGNED-PAYLOAD"));
    assert!(matches!(verified.body(), BodyCheck::Nothing));
}

#[test]
fn a_presigned_url_may_state_the_hash() {
    let query = format!("X-Amz-Content-Sha256={EMPTY}&{PRESIGNED}");
    let leaked: &'static str = query.leak();
    let case = Case { name: "hash", service: "s3", path: "/b/k", query: leaked, headers: &[HOST] };
    let (verified, canonical) = accepted(&case);
    assert!(matches!(verified.payload(), Payload::Hash(_)));
    assert!(canonical.ends_with(EMPTY));
}

#[test]
fn a_token_added_to_a_presigned_url_after_signing_is_taken() {
    let signed_with =
        Case { name: "token signed", service: "s3", path: "/b/k", query: PRESIGNED, headers: &[HOST] };
    let now: Timestamp = AT.parse().unwrap();
    let Err(AuthError::SignatureDoesNotMatch(mismatch)) = verify(&signed_with, DUMMY, now) else { panic!() };
    let key = generate_signing_key(SECRET, now.into(), "us-east-1", "s3");
    let signature = calculate_signature(key, mismatch.string_to_sign.as_bytes());
    let query: &'static str = format!("{PRESIGNED}&X-Amz-Security-Token=added").leak();
    let added = Case { name: "token added", query, ..signed_with };
    let verified = verify(&added, &signature, now).unwrap();
    assert_eq!(verified.token().map(SessionToken::reveal), Some("added"));
}

#[test]
fn a_streamed_upload_is_announced_by_its_headers() {
    let signed = "host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-trailer";
    let authorization = authorization("s3", signed);
    let headers = [
        HOST,
        DATE,
        ("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
        ("x-amz-decoded-content-length", "5"),
        ("x-amz-trailer", "X-Amz-Checksum-Crc32"),
        ("Authorization", &authorization),
    ];
    let case = Case { name: "stream", service: "s3", path: "/b/k", query: "", headers: &headers };
    let (verified, _) = accepted(&case);
    assert_eq!(verified.payload(), Payload::Streaming(Streaming::UnsignedTrailer));
    let BodyCheck::Chunked(mut decoder) = verified.body() else { panic!("not chunked") };
    let mut out = Vec::new();
    decoder.push(b"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n", &mut out).unwrap();
    assert_eq!(out, b"hello");
    assert_eq!(decoder.finish().unwrap().value("x-amz-checksum-crc32"), Some("NhCmhg=="));
}
