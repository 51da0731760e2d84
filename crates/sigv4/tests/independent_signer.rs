//! Random requests, signed by another implementation and verified here; signed here and compared.

#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use std::time::Duration;

use aws_credential_types::Credentials as TheirCredentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation,
    SigningParams, SigningSettings, UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use cairn_sigv4::{
    AuthError, Body, Credentials, PayloadToSign, Presented, Request, SecretKey, ServiceRules, SessionToken,
    Signer, Verifier,
};
use jiff::Timestamp;
use proptest::collection::vec;
use proptest::prelude::*;

const HOST: &str = "127.0.0.1:4566";
const KEY: &str = "AKIDEXAMPLE";
const EXPIRES_S: u32 = 900;

/// A request before it is signed, and who signs it.
#[derive(Debug, Clone)]
struct Plan {
    method: &'static str,
    path: String,
    query: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    service: &'static str,
    region: &'static str,
    secret: String,
    token: Option<String>,
    second: i64,
}

/// What goes over the wire, owned.
#[derive(Debug, Clone, PartialEq)]
struct Wire {
    method: String,
    path: String,
    query: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Plan {
    fn is_s3(&self) -> bool {
        self.service == "s3"
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.second).unwrap()
    }

    fn wire(&self) -> Wire {
        let mut headers = vec![("Host".to_owned(), HOST.to_owned())];
        headers.extend(self.headers.iter().cloned());
        Wire {
            method: self.method.to_owned(),
            path: self.path.clone(),
            query: self.query.clone(),
            headers,
            body: self.body.clone(),
        }
    }

    /// Signs with the independent signer.
    fn signed_by_them(&self, location: SignatureLocation) -> Wire {
        let identity = TheirCredentials::new(KEY, &self.secret, self.token.clone(), None, "test").into();
        let mut settings = SigningSettings::default();
        settings.signature_location = location;
        if location == SignatureLocation::QueryParams {
            settings.expires_in = Some(Duration::from_secs(EXPIRES_S.into()));
        }
        if self.is_s3() {
            settings.percent_encoding_mode = PercentEncodingMode::Single;
            settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        }
        let params: SigningParams<'_> = v4::SigningParams::builder()
            .identity(&identity)
            .region(self.region)
            .name(self.service)
            .time(self.now().into())
            .settings(settings)
            .build()
            .unwrap()
            .into();
        let mut wire = self.wire();
        let uri = format!(
            "http://{HOST}{}{}{}",
            wire.path,
            if wire.query.is_empty() { "" } else { "?" },
            wire.query
        );
        let body = match location {
            SignatureLocation::QueryParams if self.is_s3() => SignableBody::UnsignedPayload,
            _ => SignableBody::Bytes(&wire.body),
        };
        let headers = wire.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let signable = SignableRequest::new(&wire.method, uri, headers, body).unwrap();
        let (headers, parameters) = sign(signable, &params).unwrap().into_parts().0.into_parts();
        wire.headers
            .extend(headers.iter().map(|header| (header.name().to_owned(), header.value().to_owned())));
        for (name, value) in parameters {
            if !wire.query.is_empty() {
                wire.query.push('&');
            }
            wire.query.push_str(&format!("{name}={}", escape(value.as_bytes())));
        }
        wire
    }

    /// Signs with ours.
    fn signed_by_us(&self, location: SignatureLocation) -> Wire {
        let credentials =
            Credentials::new(KEY, SecretKey::new(&self.secret), self.token.as_ref().map(SessionToken::new));
        let signer = Signer { credentials: &credentials, region: self.region, service: self.service };
        let mut wire = self.wire();
        let headers = borrowed(&wire.headers);
        let request =
            Request { method: &wire.method, path: &wire.path, query: &wire.query, headers: &headers };
        let payload = PayloadToSign::Bytes(&self.body);
        match location {
            SignatureLocation::Headers => {
                let signed = signer.sign_headers(&request, payload, self.now()).unwrap();
                let added = signed.headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
                wire.headers.extend(added);
            }
            _ => {
                wire.query = signer.presign(&request, payload, EXPIRES_S, self.now()).unwrap();
            }
        }
        wire
    }

    fn verify(&self, wire: &Wire) -> Result<(), AuthError> {
        let headers = borrowed(&wire.headers);
        let request =
            Request { method: &wire.method, path: &wire.path, query: &wire.query, headers: &headers };
        let presented = Presented::require(&request)?;
        let secret = SecretKey::new(&self.secret);
        let verified =
            Verifier::default().verify(&request, &presented, &secret, Body::Bytes(&wire.body), self.now())?;
        assert_eq!(verified.access_key_id(), KEY);
        assert_eq!(verified.token().map(SessionToken::reveal), self.token.as_deref());
        assert_eq!(verified.scope().service, self.service);
        Ok(())
    }
}

fn borrowed(headers: &[(String, String)]) -> Vec<(&str, &[u8])> {
    headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect()
}

/// Escapes as clients do; written anew here, so that a fault in ours cannot hide.
fn escape(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(*byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

fn plans() -> impl Strategy<Value = Plan> {
    let segment = prop_oneof![
        4 => "[ -~äሴ/]{1,12}".prop_map(|text| escape(text.as_bytes())),
        1 => prop::sample::select(vec!["", ".", "..", "a", "%2F", "%25"]).prop_map(str::to_owned),
    ];
    let path = vec(segment, 0..5).prop_map(|segments| format!("/{}", segments.join("/")));
    let parameter = ("[ -~ሴ]{1,8}", prop::option::of("[ -~]{0,8}")).prop_map(|(name, value)| match value {
        Some(value) => format!("{}={}", escape(name.as_bytes()), escape(value.as_bytes())),
        None => escape(name.as_bytes()),
    });
    let query = vec(parameter, 0..5).prop_map(|parameters| parameters.join("&"));
    let name = prop::sample::select(vec![
        "Content-Type",
        "X-Amz-Meta-One",
        "x-amz-meta-two",
        "My-Header",
        "x-amz-target",
        "Range",
        "amz-sdk-request",
    ]);
    let headers = vec((name.prop_map(str::to_owned), "[!-~]([ -~]{0,20}[!-~])?"), 0..6);
    let who = (
        prop::sample::select(vec!["s3", "cloudtrail", "sts", "execute-api"]),
        prop::sample::select(vec!["us-east-1", "eu-west-1"]),
        "[A-Za-z0-9/+]{1,60}",
        prop::option::of("[A-Za-z0-9/+=]{1,60}"),
        0_i64..4_000_000_000,
    );
    let what = (
        prop::sample::select(vec!["GET", "PUT", "POST", "DELETE"]),
        path,
        query,
        headers,
        vec(any::<u8>(), 0..64),
    );
    (what, who).prop_map(
        |((method, path, query, headers, body), (service, region, secret, token, second))| Plan {
            method,
            path,
            query,
            headers,
            body,
            service,
            region,
            secret,
            token,
            second,
        },
    )
}

/// Returns the requests that differ from `wire` in one thing the signature covers.
fn alterations(plan: &Plan, wire: &Wire, location: SignatureLocation) -> Vec<(String, Wire)> {
    let mut out = Vec::new();
    let mut alter = |what: &str, change: &dyn Fn(&mut Wire)| {
        let mut altered = wire.clone();
        change(&mut altered);
        out.push((what.to_owned(), altered));
    };
    alter("method", &|wire| wire.method.push('X'));
    alter("path", &|wire| wire.path.push('x'));
    alter("query", &|wire| wire.query.push_str("&x"));
    let is_body_covered = location == SignatureLocation::Headers || !plan.is_s3();
    if is_body_covered {
        alter("body", &|wire| wire.body.push(0));
    }
    if location == SignatureLocation::QueryParams {
        for name in ["X-Amz-Date=", "X-Amz-Expires=", "X-Amz-Credential=", "X-Amz-Signature="] {
            alter(name, &|wire| {
                let at = wire.query.find(name).unwrap() + name.len();
                let swapped = if wire.query.as_bytes()[at] == b'1' { '2' } else { '1' };
                wire.query.replace_range(at..=at, &swapped.to_string());
            });
        }
    }
    alter("added x-amz header", &|wire| wire.headers.push(("x-amz-acl".into(), "public-read".into())));
    for index in 0..wire.headers.len() {
        let name = wire.headers[index].0.clone();
        alter(&format!("{name} (longer)"), &|wire| wire.headers[index].1.push('0'));
        // A token that the list of signed names leaves out is not covered; here it is always signed.
        alter(&format!("{name} (gone)"), &|wire| {
            wire.headers.remove(index);
        });
    }
    out
}

fn check(plan: &Plan, location: SignatureLocation) -> Result<(), TestCaseError> {
    let theirs = plan.signed_by_them(location);
    prop_assert_eq!(plan.verify(&theirs), Ok(()), "theirs: {:?}", theirs);
    let ours = plan.signed_by_us(location);
    prop_assert_eq!(plan.verify(&ours), Ok(()), "ours: {:?}", ours);
    prop_assert_eq!(signature(&theirs), signature(&ours));
    for (what, altered) in alterations(plan, &ours, location) {
        prop_assert!(plan.verify(&altered).is_err(), "accepted with another {}: {:?}", what, altered);
    }
    let other_secret = Plan { secret: format!("{}x", plan.secret), ..plan.clone() };
    prop_assert!(matches!(other_secret.verify(&ours), Err(AuthError::SignatureDoesNotMatch(_))));
    prop_assert_eq!(ServiceRules::of("s3") == ServiceRules::of(plan.service), plan.is_s3());
    Ok(())
}

fn signature(wire: &Wire) -> String {
    let marker = "Signature=";
    let held =
        wire.headers.iter().find(|(name, _)| name == "authorization").map_or(&wire.query, |(_, value)| value);
    held.rsplit_once(marker).unwrap().1.chars().take(64).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn header_signatures_agree(plan in plans()) {
        check(&plan, SignatureLocation::Headers)?;
    }

    #[test]
    fn presigned_signatures_agree(plan in plans()) {
        check(&plan, SignatureLocation::QueryParams)?;
    }
}
