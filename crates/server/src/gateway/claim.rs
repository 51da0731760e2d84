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
use jiff::fmt::rfc2822::DateTimeParser;
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

/// Tells whether an answer names nobody, whatever claim the request carries: what browsers ask in advance, and the
/// pages that stores have beside S3 for whoever watches them, are answered without a look at it.
pub(crate) fn names_nobody(method: &str, path: &str) -> bool {
    // Some stores look for their pages in the path as it was sent, some in the decoded one.
    let path = percent_decode_str(path).decode_utf8_lossy();
    method == "OPTIONS" || PAGES.contains(&&*path) || PAGES_UNDER.iter().any(|under| path.starts_with(under))
}

/// Tells whether a signature is out of its time, or has none that can be read: some upstreams deny it access then,
/// and look at no more of it.
pub(super) fn is_out_of_time(head: &Head, now: Timestamp) -> bool {
    if let Some(signed) = parameter(&head.query, "X-Amz-Date") {
        let life = parameter(&head.query, "X-Amz-Expires").and_then(|text| text.parse::<i64>().ok());
        let signed = AmzDate::parse(&signed).map(|signed| seconds(signed.timestamp(), now));
        return signed.is_none_or(|age| !(-SKEW_S..=life.unwrap_or_default()).contains(&age));
    }
    if parameter(&head.query, "AWSAccessKeyId").is_some() {
        let ends = parameter(&head.query, "Expires").and_then(|text| text.parse::<i64>().ok());
        return ends.is_none_or(|ends| ends < now.as_second());
    }
    let signed = header_time(head).map(|signed| seconds(signed, now));
    signed.is_none_or(|age| !(-SKEW_S..=SKEW_S).contains(&age))
}

/// Returns the time in the header that a signature in the head goes by; none where that is not there once.
fn header_time(head: &Head) -> Option<Timestamp> {
    let named = |wanted: &'static str| head.headers.iter().filter(move |(name, _)| name == wanted);
    let mut times =
        named("x-amz-date").chain(named("date").take(usize::from(head.header("x-amz-date").is_none())));
    let ((_, time), None) = (times.next()?, times.next()) else { return None };
    let text = std::str::from_utf8(time).ok()?.trim();
    match AmzDate::parse(text) {
        Some(time) => Some(time.timestamp()),
        None => DateTimeParser::new().parse_timestamp(text).ok(),
    }
}

/// Returns the value of a parameter; an empty one, which is no time, where the parameter is there twice.
fn parameter(query: &str, name: &str) -> Option<String> {
    let mut values = query.split('&').filter_map(|pair| {
        let (given, value) = pair.split_once('=').unwrap_or((pair, ""));
        let is_it = percent_decode_str(given).decode_utf8_lossy() == name;
        is_it.then(|| percent_decode_str(value).decode_utf8_lossy().into_owned())
    });
    let (first, second) = (values.next()?, values.next());
    Some(if second.is_some() { String::new() } else { first })
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

/// Pages of stores: SeaweedFS, MinIO, RustFS.
const PAGES: [&str; 7] =
    ["/crossdomain.xml", "/health", "/health/live", "/health/ready", "/healthz", "/readyz", "/status"];
/// What MinIO's pages begin with.
const PAGES_UNDER: [&str; 4] =
    ["/minio/health/", "/minio/metrics/", "/minio/prometheus/", "/minio/v2/metrics/"];
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
            session: None,
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
            head("AWSAccessKeyId=AKIA1&Signature=x&Expires=1795338673", &[]),
            signed("20261122T090000Z"),
            signed("Sun, 22 Nov 2026 09:00:00 +0000"),
            head("", &[("date", "Sun, 22 Nov 2026 09:00:00 GMT")]),
            head("", &[("date", "nonsense"), ("x-amz-date", "20261122T090000Z")]),
        ] {
            assert!(!is_out_of_time(&in_time, now), "{in_time:?}");
        }
        for late in [
            presigned("20261122T091000Z", "60"),
            presigned("nonsense", "60"),
            presigned("20261122T091000Z", "nonsense"),
            presigned("20261122T100000Z", "60"),
            head(&presigned("20261122T091000Z", "60").query.replace("X-Amz-Date", "X%2DAmz-Date"), &[]),
            presigned("20261122T091000Z", "60&X-Amz-Expires=9999"),
            head("AWSAccessKeyId=AKIA1&Signature=x&Expires=1795338671", &[]),
            head("AWSAccessKeyId=AKIA1&Signature=x", &[]),
            signed("20261122T080000Z"),
            signed("20261122T100000Z"),
            signed("nonsense"),
            head("", &[("x-amz-date", "20261122T080000Z"), ("date", "Sun, 22 Nov 2026 09:00:00 GMT")]),
            head("", &[("x-amz-date", "20261122T090000Z"), ("x-amz-date", "20261122T080000Z")]),
            head("", &[]),
            // What says so of an address, said of a header, counts for nothing.
            head("Expires=9999999999", &[("x-amz-date", "20261122T080000Z")]),
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

    #[test]
    fn a_page_of_a_store_names_nobody() {
        for (method, path) in [
            ("OPTIONS", "/b/k"),
            ("GET", "/healthz"),
            ("GET", "/%68ealthz"),
            ("HEAD", "/status"),
            ("GET", "/readyz"),
            ("GET", "/minio/health/live"),
            ("GET", "/minio/v2/metrics/cluster"),
        ] {
            assert!(names_nobody(method, path), "{method} {path}");
        }
        for (method, path) in
            [("GET", "/"), ("GET", "/b/healthz"), ("GET", "/statuses"), ("PUT", "/minio/admin/v3/add-user")]
        {
            assert!(!names_nobody(method, path), "{method} {path}");
        }
    }

    /// A claim in parts: what stands in front of them, the parts, and what stands between.
    type Whole = (&'static str, Vec<String>, &'static str);

    fn whole(which: usize) -> Whole {
        let parts = |text: &str, between: &str| text.split(between).map(str::to_owned).collect();
        match which {
            0 => ("AWS4-HMAC-SHA256 ", parts(SIGNED.split_once(' ').unwrap().1, ", "), ", "),
            1 => ("", parts(PRESIGNED, "&"), "&"),
            _ => ("", parts("AWSAccessKeyId=AKIA1&Signature=c2ln", "&"), "&"),
        }
    }

    fn read((front, parts, between): &Whole) -> Claim {
        let text = format!("{front}{}", parts.join(between));
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"k");
        let head = if front.is_empty() { head(&text, &[]) } else { head("", &[("authorization", &text)]) };
        let _region = region(&head);
        claim(&head, &key)
    }

    proptest::proptest! {
        #[test]
        fn a_claim_that_lost_doubled_or_respelled_a_part_is_unclear(which in 0..3_usize, at in 0..8_usize, how in 0..3) {
            let mut changed = whole(which);
            proptest::prop_assert_eq!(read(&changed), Claim::Key("AKIA1".to_owned()));
            let at = at % changed.1.len();
            let part = changed.1.remove(at);
            let (name, value) = part.split_once('=').unwrap();
            match how {
                0 => {}
                1 => changed.1.extend([part.clone(), part.clone()]),
                _ => changed.1.push(format!("{}={value}", name.to_uppercase())),
            }
            // A part that has no small letters is spelled as it was.
            if how == 2 && name.to_uppercase() == name {
                return Ok(());
            }
            proptest::prop_assert_eq!(read(&changed), Claim::Unclear);
        }

        #[test]
        fn a_key_is_read_as_it_stands_or_not_at_all(which in 0..3_usize, at in 0..8_usize, spot in 0..60_usize, to in "\\PC?") {
            let mut changed = whole(which);
            let at = at % changed.1.len();
            let part = changed.1.remove(at);
            let spot = part.floor_char_boundary(spot);
            let rest: String = part.chars().skip(spot + 1).collect();
            changed.1.insert(at, format!("{}{to}{rest}", part.split_at(spot).0));
            let text = percent_decode_str(&changed.1.join(changed.2)).decode_utf8_lossy().into_owned();
            match read(&changed) {
                Claim::Key(key) => proptest::prop_assert!(text.contains(&key) && key.contains('A'), "{key}"),
                Claim::Unclear | Claim::Unsigned => {}
                Claim::Bearer { .. } => proptest::prop_assert!(false, "{text}"),
            }
        }

        #[test]
        fn any_header_beside_a_claim_in_the_query_makes_it_unclear(which in 1..3_usize, authorization in "\\PC{0,200}") {
            let key = hmac::Key::new(hmac::HMAC_SHA256, b"k");
            let (_, parts, between) = whole(which);
            let head = head(&parts.join(between), &[("authorization", &authorization)]);
            proptest::prop_assert_eq!(claim(&head, &key), Claim::Unclear);
        }
    }
}
