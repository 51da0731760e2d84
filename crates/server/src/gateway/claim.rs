//! What a request claims of who sent it, read and not believed.
//!
//! A claim counts where every reader of the request must read the same: one mechanism, once, with all its parts.
//! Whoever could make the upstream read one claim, or none, and the record another, could write another's name
//! into the log.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cairn_identities::Claim;
use cairn_sigv4::AmzDate;
use jiff::Timestamp;
use percent_encoding::percent_decode_str;

use super::upload::is_upload;
use crate::head::Head;

/// Reads the claim of a request. `credential_ids` makes what tells bearer tokens apart.
pub(super) fn claim(head: &Head, credential_ids: &hmac::Key) -> Claim {
    let mut authorizations = head.headers.iter().filter(|(name, _)| name == "authorization");
    let (first, second) = (authorizations.next(), authorizations.next());
    let in_query = of_query(&head.query);
    match (first, second, in_query) {
        (None, None, InQuery::Nothing) if is_upload(head) => Claim::Unclear,
        (None, None, InQuery::Nothing) => Claim::Unsigned,
        (None, None, InQuery::Key(key)) => Claim::Key(key),
        (Some((_, value)), None, InQuery::Nothing) => {
            of_header(value, credential_ids).unwrap_or(Claim::Unclear)
        }
        _ => Claim::Unclear,
    }
}

/// Tells whether a signature is out of its time: some upstreams deny it access then, and look at no more of it.
pub(super) fn is_out_of_time(head: &Head, now: Timestamp) -> bool {
    let in_query = |name: &str| {
        let mut pairs = head.query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(given, _)| *given == name).map(|(_, value)| value)
    };
    if let Some(signed) = in_query("X-Amz-Date") {
        let life = in_query("X-Amz-Expires").and_then(|text| text.parse::<i64>().ok()).unwrap_or_default();
        let signed = AmzDate::parse(signed).map(|signed| signed.timestamp());
        return signed.is_none_or(|signed| !(-SKEW_S..=life).contains(&seconds(signed, now)));
    }
    if let Some(ends) = in_query("Expires") {
        return ends.parse::<i64>().is_ok_and(|ends| ends < now.as_second());
    }
    let signed = head.header("x-amz-date").and_then(AmzDate::parse);
    signed.is_some_and(|signed| !(-SKEW_S..=SKEW_S).contains(&seconds(signed.timestamp(), now)))
}

/// Returns how long ago a request was signed, in seconds.
fn seconds(signed: Timestamp, now: Timestamp) -> i64 {
    now.as_second() - signed.as_second()
}

/// Tells whether whoever sent a request can only be told from the form in its body.
pub(super) fn is_in_form(head: &Head) -> bool {
    let signed = head.headers.iter().any(|(name, _)| name == "authorization");
    !signed && matches!(of_query(&head.query), InQuery::Nothing) && is_upload(head)
}

fn of_header(value: &[u8], credential_ids: &hmac::Key) -> Option<Claim> {
    let text = std::str::from_utf8(value).ok()?.trim();
    let (mechanism, rest) = text.split_once(' ')?;
    match mechanism {
        "AWS4-HMAC-SHA256" => of_signature(rest, SCOPE_PARTS),
        "AWS4-ECDSA-P256-SHA256" => of_signature(rest, SCOPE_PARTS - 1),
        "AWS" => {
            let (key, signature) = rest.trim().rsplit_once(':')?;
            (!signature.is_empty()).then(|| of_key(key))?
        }
        _ if mechanism.eq_ignore_ascii_case("bearer") => {
            let tag = hmac::sign(credential_ids, rest.trim().as_bytes());
            Some(Claim::Bearer { credential_id: URL_SAFE_NO_PAD.encode(tag) })
        }
        _ => None,
    }
}

/// Reads `Credential=…, SignedHeaders=…, Signature=…`.
fn of_signature(parameters: &str, scope_parts: usize) -> Option<Claim> {
    let (mut credential, mut signed, mut signature) = (None, None, None);
    for parameter in parameters.split(',') {
        let (name, value) = parameter.trim().split_once('=')?;
        let slot = match name {
            "Credential" => &mut credential,
            "SignedHeaders" => &mut signed,
            "Signature" => &mut signature,
            _ => return None,
        };
        if slot.replace(value).is_some() {
            return None;
        }
    }
    let (credential, _signed, _signature) = (credential?, signed?, signature?);
    of_key(key_of(credential, scope_parts)?)
}

/// Returns the key in front of a scope; keys of other systems may hold slashes.
fn key_of(credential: &str, scope_parts: usize) -> Option<&str> {
    let mut parts = credential.rsplitn(scope_parts + 1, '/');
    if parts.next() != Some("aws4_request") {
        return None;
    }
    parts.last().filter(|_| credential.matches('/').count() >= scope_parts)
}

/// Reads the key out of a credential that stands beside its algorithm.
pub(super) fn of_credential(algorithm: &str, credential: &str) -> Option<Claim> {
    let scope_parts = match algorithm {
        "AWS4-HMAC-SHA256" => SCOPE_PARTS,
        "AWS4-ECDSA-P256-SHA256" => SCOPE_PARTS - 1,
        _ => return None,
    };
    of_key(key_of(credential, scope_parts)?)
}

pub(super) fn of_key(key: &str) -> Option<Claim> {
    let fits = (1..=KEY_BYTES_MAX).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then(|| Claim::Key(key.to_owned()))
}

/// Returns the Region in the scope of a signature, as the request says it.
pub(super) fn region(head: &Head) -> Option<String> {
    let credential = match head.header("authorization") {
        Some(header) => {
            let rest = header.strip_prefix("AWS4-HMAC-SHA256 ")?;
            rest.split([',', ' ']).find_map(|part| part.strip_prefix("Credential="))?.to_owned()
        }
        None => {
            let mut pairs = head.query.split('&').filter_map(|pair| pair.split_once('='));
            let (_, value) = pairs.find(|(name, _)| *name == "X-Amz-Credential")?;
            percent_decode_str(value).decode_utf8().ok()?.into_owned()
        }
    };
    key_of(&credential, SCOPE_PARTS)?;
    credential.rsplit('/').nth(2).map(str::to_owned)
}

/// What a query claims.
enum InQuery {
    Nothing,
    Key(String),
    Unclear,
}

fn of_query(query: &str) -> InQuery {
    let mut found: [Option<String>; NAMES.len()] = Default::default();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = percent_decode_str(name).decode_utf8_lossy();
        let Some(place) = NAMES.iter().position(|known| known.eq_ignore_ascii_case(&name)) else { continue };
        let exact = NAMES.get(place).is_some_and(|known| *known == name);
        let value = percent_decode_str(value).decode_utf8_lossy().into_owned();
        // Upstreams differ in whether another spelling counts, and which of two.
        if !exact || found.get_mut(place).is_some_and(|slot| slot.replace(value).is_some()) {
            return InQuery::Unclear;
        }
    }
    let (v4, v2) = found.split_at(V4_NAMES);
    let claimed = match (v4, v2) {
        ([None, None, None, None, None], [None, None]) => return InQuery::Nothing,
        ([Some(algorithm), Some(credential), Some(_), Some(_), Some(_)], [None, None]) => {
            of_credential(algorithm, credential)
        }
        ([None, None, None, None, None], [Some(key), Some(_)]) => of_key(key),
        _ => None,
    };
    match claimed {
        Some(Claim::Key(key)) => InQuery::Key(key),
        _ => InQuery::Unclear,
    }
}

/// How far the clocks of client and upstream may differ, in seconds: services of AWS allow a quarter of an hour.
const SKEW_S: i64 = 15 * 60;
/// How many parts a scope has: date, Region, service, terminator.
const SCOPE_PARTS: usize = 4;
/// The longest key id that counts, in bytes: as long as IAM's may be.
const KEY_BYTES_MAX: usize = 128;
const V4_NAMES: usize = 5;
/// Parameters of presigned requests: signature version 4, then 2.
const NAMES: [&str; 7] = [
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-SignedHeaders",
    "X-Amz-Signature",
    "AWSAccessKeyId",
    "Signature",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn head(query: &str, headers: &[(&str, &str)]) -> Head {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()));
        Head {
            method: "GET".to_owned(),
            path: "/".to_owned(),
            query: query.to_owned(),
            headers: headers.collect(),
        }
    }

    #[track_caller]
    fn check(query: &str, authorizations: &[&str], expected: &Claim) {
        let headers: Vec<(&str, &str)> =
            authorizations.iter().map(|value| ("authorization", *value)).collect();
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"k");
        assert_eq!(claim(&head(query, &headers), &key), *expected, "{query} {authorizations:?}");
    }

    const SIGNED: &str = "AWS4-HMAC-SHA256 Credential=AKIA1/20261122/us-east-1/s3/aws4_request, \
                          SignedHeaders=host, Signature=ab";
    const PRESIGNED: &str = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA1%2F20261122%2Fus-east-1%2Fs3\
                             %2Faws4_request&X-Amz-Date=1&X-Amz-SignedHeaders=host&X-Amz-Signature=ab";

    #[test]
    fn a_whole_claim_names_its_key() {
        let key = Claim::Key("AKIA1".to_owned());
        check("", &[SIGNED], &key);
        check(PRESIGNED, &[], &key);
        check("", &["AWS AKIA1:c2ln"], &key);
        check("AWSAccessKeyId=AKIA1&Signature=a%2Bb&Expires=1", &[], &key);
        check(
            "",
            &[
                "AWS4-ECDSA-P256-SHA256 Credential=AKIA1/20261122/s3/aws4_request,SignedHeaders=host,Signature=a",
            ],
            &key,
        );
        check("", &[&SIGNED.replace("AKIA1", "us/er")], &Claim::Key("us/er".to_owned()));
        check("list-type=2", &[], &Claim::Unsigned);
    }

    #[test]
    fn a_claim_that_could_be_read_otherwise_is_unclear() {
        for (query, authorizations) in [
            ("", [SIGNED, SIGNED].as_slice()),
            (PRESIGNED, &[SIGNED]),
            (&format!("{PRESIGNED}&X-Amz-Credential=AKIA2/1/2/3/aws4_request"), &[]),
            (&format!("{PRESIGNED}&AWSAccessKeyId=AKIA2&Signature=x"), &[]),
            (&PRESIGNED.replace("X-Amz-Credential", "x-amz-credential"), &[]),
            (&PRESIGNED.replace("&X-Amz-Signature=ab", ""), &[]),
            ("AWSAccessKeyId=AKIA1", &[]),
            ("", &["AWS4-HMAC-SHA256 Credential=AKIA1/20261122/us-east-1/s3/aws4_request"]),
            ("", &["AWS4-HMAC-SHA256 Credential=AKIA1/aws4_request,SignedHeaders=a,Signature=b"]),
            (
                "",
                &[
                    "AWS4-HMAC-SHA256 Credential=A/1/2/3/aws4_request,Credential=B/1/2/3/aws4_request,Signature=b",
                ],
            ),
            ("", &["AWS AKIA1"]),
            ("", &["Basic bWF5YTpw"]),
            ("", &["nonsense"]),
        ] {
            check(query, authorizations, &Claim::Unclear);
        }
    }

    #[test]
    fn a_signature_has_its_time() {
        let now: Timestamp = "2026-11-22T09:11:12Z".parse().unwrap();
        let presigned =
            |date: &str, expires: &str| head(&format!("X-Amz-Date={date}&X-Amz-Expires={expires}"), &[]);
        let signed = |date: &str| head("", &[("x-amz-date", date)]);
        for in_time in [
            presigned("20261122T091000Z", "100"),
            presigned("20261122T091200Z", "100"),
            head("Expires=1795338673", &[]),
            signed("20261122T090000Z"),
            head("", &[]),
        ] {
            assert!(!is_out_of_time(&in_time, now), "{in_time:?}");
        }
        for late in [
            presigned("20261122T091000Z", "60"),
            presigned("nonsense", "60"),
            presigned("20261122T091000Z", "nonsense"),
            presigned("20261122T100000Z", "60"),
            head("Expires=1795338671", &[]),
            signed("20261122T080000Z"),
            signed("20261122T100000Z"),
        ] {
            assert!(is_out_of_time(&late, now), "{late:?}");
        }
    }

    #[test]
    fn a_bearer_token_is_told_apart_and_not_told() {
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"k");
        let of = |token: &str| claim(&head("", &[("authorization", &format!("Bearer {token}"))]), &key);
        assert_eq!(of("secret-token"), of("secret-token"));
        assert_ne!(of("secret-token"), of("other-token"));
        assert!(!format!("{:?}", of("secret-token")).contains("secret-token"));
    }

    proptest::proptest! {
        #[test]
        fn anything_is_read(query in "[a-zA-Z0-9%=&+/-]{0,200}", authorization in "\\PC{0,200}") {
            let key = hmac::Key::new(hmac::HMAC_SHA256, b"k");
            let head = head(&query, &[("authorization", &authorization)]);
            if let Claim::Key(found) = claim(&head, &key) {
                proptest::prop_assert!(authorization.contains(&found));
            }
            let _region = region(&head);
        }
    }
}
