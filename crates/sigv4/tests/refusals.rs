//! Every way to be refused, in the words of both families.

#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use cairn_sigv4::{AuthError, Body, Carrier, Family, Presented, Request, SecretKey, Verifier, limits};
use jiff::Timestamp;

const AT: &str = "2026-01-01T00:00:00Z";
const SIGNATURE: &str = "0000000000000000000000000000000000000000000000000000000000000000";
const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// A request that is complete but for its signature, to be spoilt in one way.
#[derive(Clone)]
struct Case {
    scheme: String,
    credential: String,
    signed: String,
    headers: Vec<(String, String)>,
    query: String,
    path: String,
    now: Timestamp,
}

fn header_case(service: &str) -> Case {
    Case {
        scheme: "AWS4-HMAC-SHA256".into(),
        credential: format!("AKIDEXAMPLE/20260101/us-east-1/{service}/aws4_request"),
        signed: "host;x-amz-content-sha256;x-amz-date".into(),
        headers: vec![
            ("Host".into(), "127.0.0.1".into()),
            ("X-Amz-Date".into(), "20260101T000000Z".into()),
            ("x-amz-content-sha256".into(), EMPTY.into()),
        ],
        query: String::new(),
        path: "/".into(),
        now: AT.parse().unwrap(),
    }
}

impl Case {
    fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    fn header(self, name: &str, value: &str) -> Self {
        self.with(|case| case.headers.push((name.into(), value.into())))
    }

    fn without(self, name: &str) -> Self {
        self.with(|case| case.headers.retain(|(given, _)| !given.eq_ignore_ascii_case(name)))
    }

    fn replace(self, name: &str, value: &str) -> Self {
        self.without(name).header(name, value)
    }

    fn signed(self) -> Self {
        let authorization = format!(
            "{} Credential={}, SignedHeaders={}, Signature={SIGNATURE}",
            self.scheme, self.credential, self.signed
        );
        self.header("Authorization", &authorization)
    }

    fn refused(&self) -> (AuthError, Carrier) {
        let headers: Vec<(&str, &[u8])> =
            self.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        let request = Request { method: "GET", path: &self.path, query: &self.query, headers: &headers };
        let result = Presented::require(&request).and_then(|presented| {
            Verifier::default().verify(
                &request,
                &presented,
                &SecretKey::new("secret"),
                Body::Bytes(b""),
                self.now,
            )
        });
        (result.unwrap_err(), Carrier::of(&request))
    }
}

fn presigned_case(service: &str, change: impl Fn(&str) -> String) -> Case {
    let query = format!(
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20260101%2Fus-east-1%2F{service}\
         %2Faws4_request&X-Amz-Date=20260101T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host\
         &X-Amz-Signature={SIGNATURE}"
    );
    let case = header_case(service).without("x-amz-date").without("x-amz-content-sha256");
    case.with(|case| case.query = change(&query))
}

fn check(name: &str, case: &Case, family: Family, want: &str) {
    let (error, carrier) = case.refused();
    assert_eq!(error.message(family, carrier), want, "{name}: {error:?}");
    let display = error.to_string();
    assert!(!display.is_empty() && !display.ends_with('.'), "{name}: {display}");
    assert!(!format!("{error:?}{display}").contains(SIGNATURE), "{name} repeats a signature");
}

const MISMATCH: &str = "The request signature we calculated does not match the signature you provided. Check your AWS \
                        Secret Access Key and signing method. Consult the service documentation for details.";

#[test]
#[expect(clippy::too_many_lines, reason = "one table")]
fn services_refuse_header_signatures_in_their_words() {
    let case = || header_case("cloudtrail");
    let at = |now: &str| case().signed().with(|case| case.now = now.parse().unwrap());
    let cases: Vec<(&str, Case, &str)> = vec![
        ("no signature", case(), "Missing Authentication Token"),
        ("wrong signature", case().signed(), MISMATCH),
        ("bearer", case().header("Authorization", "Bearer abc"), "Unsupported Authorization Type"),
        (
            "sigv2",
            case().header("Authorization", "AWS AKIDEXAMPLE:c2ln"),
            "AWS Signature Version 2 is not supported. Please use AWS4-HMAC-SHA256.",
        ),
        (
            "sigv4a",
            case().with(|case| case.scheme = "AWS4-ECDSA-P256-SHA256".into()).signed(),
            "Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256'.",
        ),
        (
            "unknown algorithm",
            case().with(|case| case.scheme = "AWS4-HMAC-SHA25".into()).signed(),
            "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA25'.",
        ),
        (
            "nothing but the algorithm",
            case().without("x-amz-date").header("Authorization", "AWS4-HMAC-SHA256"),
            "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' \
             parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires \
             existence of either a 'X-Amz-Date' or a 'Date' header. (Hashed with SHA-256 and encoded with Base64) \
             Authorization=YI2YWea8FSxnksZL2ETHbs5elHm9HQufxTLK0W0ffV0=",
        ),
        (
            "malformed credential",
            case().with(|case| case.credential = "AKIDEXAMPLE/20260101".into()).signed(),
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got \
             'AKIDEXAMPLE/20260101'",
        ),
        (
            "wrong terminator",
            case().with(|case| case.credential = "A/20260101/us-east-1/sts/aws5".into()).signed(),
            "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5'. ",
        ),
        (
            "scope of another day",
            case().with(|case| case.credential = "A/20260102/us-east-1/sts/aws4_request".into()).signed(),
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20260102' != \
             '20260101', from '20260101T000000Z'.",
        ),
        (
            "malformed date",
            case().replace("X-Amz-Date", "2026-01-01").signed(),
            "Date must be in ISO-8601 'basic format'. Got '2026-01-01'. See http://en.wikipedia.org/wiki/ISO_8601",
        ),
        (
            "host not signed",
            case().with(|case| case.signed = "x-amz-content-sha256;x-amz-date".into()).signed(),
            "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
        ),
        (
            "target not signed",
            case().header("X-Amz-Target", "a.B").signed(),
            "'x-amz-target' must be a 'SignedHeader' in the AWS Authorization.",
        ),
        (
            "unsorted list",
            case().with(|case| case.signed = "x-amz-date;host".into()).signed(),
            "'SignedHeaders' must be a sorted list of distinct lower-case header names.",
        ),
        (
            "signed header absent",
            case().with(|case| case.signed = "host;x-absent;x-amz-content-sha256;x-amz-date".into()).signed(),
            MISMATCH,
        ),
        (
            "unsigned payload",
            case().replace("x-amz-content-sha256", "UNSIGNED-PAYLOAD").signed(),
            "x-amz-content-sha256 must be a valid sha256 value: this service does not take unsigned or streamed \
             payloads.",
        ),
        ("last moment", at("2026-01-01T00:15:00Z"), MISMATCH),
        (
            "expired",
            at("2026-01-01T00:15:01Z"),
            "Signature expired: 20260101T000000Z is now earlier than 20260101T000001Z (20260101T001501Z - 15 min.)",
        ),
        (
            "not yet current",
            at("2025-12-31T23:44:59Z"),
            "Signature not yet current: 20260101T000000Z is still later than 20251231T235959Z (20251231T234459Z + 15 \
             min.)",
        ),
        (
            "not key=value",
            case().header("Authorization", "AWS4-HMAC-SHA256 Credential"),
            "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with \
             Base64): 'KfSoC26UaBDGXxo5AUFS45c1cmAbyLKDOxOTKcZYWt4='.",
        ),
        (
            "two headers",
            case().signed().signed(),
            "Only one authentication mechanism is allowed: an Authorization header or signed query parameters.",
        ),
        (
            "relative path",
            case().with(|case| case.path = "a".into()).signed(),
            "Couldn't parse the specified URI.",
        ),
    ];
    for (name, case, want) in &cases {
        check(name, case, Family::Service, want);
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table")]
fn s3_refuses_header_signatures_in_its_words() {
    let case = || header_case("s3");
    let cases: Vec<(&str, Case, &str)> = vec![
        ("no signature", case(), "Access Denied"),
        (
            "wrong signature",
            case().signed(),
            "The request signature we calculated does not match the signature you provided. Check your key and \
             signing method.",
        ),
        (
            "sigv2",
            case().header("Authorization", "AWS AKIDEXAMPLE:c2ln"),
            "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
        ),
        (
            "no hash",
            case().without("x-amz-content-sha256").signed(),
            "Missing required header for this request: x-amz-content-sha256",
        ),
        (
            "hash that is none",
            case().replace("x-amz-content-sha256", "abc").signed(),
            "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, \
             STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.",
        ),
        (
            "sigv4a chunks",
            case().replace("x-amz-content-sha256", "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD").signed(),
            "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
        ),
        (
            "chunks without a length",
            case().replace("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD").signed(),
            "You must provide the Content-Length HTTP header.",
        ),
        (
            "header not signed",
            case().header("x-amz-acl", "public-read").signed(),
            "There were headers present in the request which were not signed",
        ),
        (
            "skewed",
            case().signed().with(|case| case.now = "2026-01-01T00:15:01Z".parse().unwrap()),
            "The difference between the request time and the current time is too large.",
        ),
        (
            "no date",
            case().without("x-amz-date").signed(),
            "AWS authentication requires a valid Date or x-amz-date header",
        ),
        (
            "malformed credential",
            case().with(|case| case.credential = "AKIDEXAMPLE".into()).signed(),
            "The authorization header is malformed; the Credential is mal-formed; expecting \
             \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".",
        ),
        (
            "both ways",
            presigned_case("s3", str::to_owned).signed(),
            "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string \
             parameter or the Authorization header should be specified",
        ),
        (
            "broken escape",
            case().with(|case| case.path = "/a%2".into()).signed(),
            "Couldn't parse the specified URI.",
        ),
    ];
    for (name, case, want) in &cases {
        check(name, case, Family::S3, want);
    }
}

#[test]
fn s3_refuses_presigned_requests_in_its_words() {
    let incomplete = "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, \
                      X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.";
    let week = "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less \
                than 604800 seconds";
    let swap =
        |from: &'static str, to: &'static str| presigned_case("s3", move |query| query.replace(from, to));
    let mismatch = "The request signature we calculated does not match the signature you provided. Check your key \
                    and signing method.";
    let cases: Vec<(&str, Case, &str)> = vec![
        ("wrong signature", swap("", ""), mismatch),
        ("no expiry", swap("&X-Amz-Expires=60", ""), incomplete),
        ("no date", swap("&X-Amz-Date=20260101T000000Z", ""), incomplete),
        ("no signature", swap("&X-Amz-Signature=", "&other="), incomplete),
        ("expiry of a week", swap("Expires=60", "Expires=604800"), mismatch),
        ("expiry too long", swap("Expires=60", "Expires=604801"), week),
        ("expiry far too long", swap("Expires=60", "Expires=99999999999999999999"), week),
        ("expiry zero", swap("Expires=60", "Expires=0"), "X-Amz-Expires must be non-negative"),
        ("expiry negative", swap("Expires=60", "Expires=-1"), "X-Amz-Expires must be non-negative"),
        ("expiry no number", swap("Expires=60", "Expires=1h"), "X-Amz-Expires should be a number"),
        (
            "expired",
            swap("", "").with(|case| case.now = "2026-01-01T00:01:01Z".parse().unwrap()),
            "Request has expired",
        ),
        (
            "not yet valid",
            swap("", "").with(|case| case.now = "2025-12-31T23:44:59Z".parse().unwrap()),
            "Request is not valid yet",
        ),
        (
            "date in another form",
            swap("20260101T000000Z", "2026-01-01"),
            "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"",
        ),
        (
            "scope of another day",
            swap("%2F20260101%2F", "%2Fnot-a-date%2F"),
            "Invalid credential date \"not-a-date\". This date is not the same as X-Amz-Date: \"20260101\".",
        ),
        (
            "wrong terminator",
            swap("aws4_request", "aws5_request"),
            "Error parsing the X-Amz-Credential parameter; incorrect terminal \"aws5_request\". This endpoint uses \
             \"aws4_request\".",
        ),
        (
            "parameter twice",
            swap("X-Amz-Expires=60", "X-Amz-Expires=60&X-Amz-Expires=600"),
            "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string \
             parameter or the Authorization header should be specified",
        ),
        (
            "header not signed",
            swap("", "").header("x-amz-acl", "public-read"),
            "There were headers present in the request which were not signed",
        ),
        (
            "sigv2",
            header_case("s3").with(|case| case.query = "AWSAccessKeyId=AKID&Signature=c2ln&Expires=1".into()),
            "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
        ),
    ];
    for (name, case, want) in &cases {
        check(name, case, Family::S3, want);
    }
}

#[test]
fn a_scope_of_another_service_or_region_is_refused() {
    let case = header_case("s3").signed();
    let headers: Vec<(&str, &[u8])> = case.headers.iter().map(|(n, v)| (n.as_str(), v.as_bytes())).collect();
    let request = Request { method: "GET", path: "/", query: "", headers: &headers };
    let presented = Presented::require(&request).unwrap();
    assert_eq!(presented.check_scope("s3", Some("us-east-1")), Ok(()));
    assert_eq!(presented.check_scope("s3", None), Ok(()));
    let region = presented.check_scope("s3", Some("eu-west-1")).unwrap_err();
    assert_eq!(
        region.message(Family::S3, Carrier::Header),
        "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'"
    );
    assert_eq!(
        region.message(Family::Service, Carrier::Header),
        "Credential should be scoped to a valid region, not 'us-east-1'. "
    );
    let service = presented.check_scope("sts", None).unwrap_err();
    assert_eq!(
        service.message(Family::Service, Carrier::Header),
        "Credential should be scoped to correct service: 'sts'. "
    );
}

#[test]
fn what_is_beyond_a_limit_is_refused_before_it_is_read() {
    let base = || header_case("s3");
    let many = (0..limits::HEADERS_MAX).fold(base(), |case, i| case.header(&format!("h{i}"), ""));
    let cases = [
        base().with(|case| case.path = format!("/{}", "a".repeat(limits::PATH_BYTES_MAX))),
        base().with(|case| case.query = "a".repeat(limits::QUERY_BYTES_MAX + 1)),
        base().with(|case| case.query = "a&".repeat(limits::QUERY_PARAMETERS_MAX + 1)),
        base().header("cookie", &"a".repeat(limits::HEADERS_BYTES_MAX)),
        many,
        base().header("x-amz-security-token", &"a".repeat(limits::SESSION_TOKEN_BYTES_MAX + 1)).signed(),
    ];
    for case in &cases {
        let (error, _) = case.refused();
        assert!(matches!(error, AuthError::TooLarge { .. }), "{error:?}");
    }
    let long_key =
        base().with(|case| case.credential = format!("{}{}", "A".repeat(200), case.credential)).signed();
    assert!(matches!(long_key.refused().0, AuthError::MalformedCredential { .. }));
}

#[test]
fn refused_mechanisms_name_the_key_for_the_record() {
    let key = |error: AuthError| match error {
        AuthError::SigV2 { access_key_id } | AuthError::SigV4a { access_key_id } => access_key_id,
        other => panic!("{other:?}"),
    };
    let v4a = "AWS4-ECDSA-P256-SHA256";
    let cases = [
        header_case("s3").header("Authorization", "AWS AKID:c2ln"),
        header_case("s3").with(|case| case.query = "Signature=a&AWSAccessKeyId=AKID&Expires=1".into()),
        header_case("s3")
            .header("Authorization", &format!("{v4a} Credential=AKID/20260101/s3/aws4_request, Signature=x")),
        header_case("s3").with(|case| {
            case.query =
                format!("X-Amz-Algorithm={v4a}&X-Amz-Credential=AKID%2F20260101%2Fs3%2Faws4_request");
        }),
    ];
    for case in &cases {
        assert_eq!(key(case.refused().0).as_deref(), Some("AKID"));
    }
}

#[test]
fn the_body_is_needed_where_its_hash_is_not_stated() {
    let case = header_case("sts")
        .without("x-amz-content-sha256")
        .with(|case| case.signed = "host;x-amz-date".into())
        .signed();
    let headers: Vec<(&str, &[u8])> = case.headers.iter().map(|(n, v)| (n.as_str(), v.as_bytes())).collect();
    let request = Request { method: "GET", path: "/", query: "", headers: &headers };
    let presented = Presented::require(&request).unwrap();
    assert!(presented.needs_body());
    let result =
        Verifier::default().verify(&request, &presented, &SecretKey::new("secret"), Body::Streamed, case.now);
    assert!(matches!(result, Err(AuthError::BodyNeeded)));
}
