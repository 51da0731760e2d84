//! The claim in an upload by a browser's form, which S3 takes without a signed head.
//!
//! The fields stand in front of the file: a part each, in `multipart/form-data`. The form's policy is what is signed,
//! and the key stands beside it.

use cairn_identities::Claim;

use super::claim::{of_credential, of_key};
use crate::head::Head;

/// How much of a form is looked at, in bytes: S3 takes no longer fields.
const FIELDS_BYTES_MAX: usize = 20 * 1024;
/// How many fields.
const FIELDS_MAX: usize = 64;

/// Tells whether a request is such an upload.
pub(super) fn is_upload(head: &Head) -> bool {
    head.method == "POST"
        && head
            .header("content-type")
            .is_some_and(|kind| kind.trim_start().to_ascii_lowercase().starts_with("multipart/form-data"))
}

/// Reads the claim of an upload out of its form; nothing where the form is not one that everybody reads alike.
pub(super) fn claim(head: &Head, body: &[u8]) -> Option<Claim> {
    let boundary = boundary(head.header("content-type")?)?;
    let mut found: [Option<String>; NAMES.len()] = Default::default();
    let mut rest = body.get(..FIELDS_BYTES_MAX.min(body.len()))?;
    let delimiter = format!("--{boundary}");
    rest = after(rest, delimiter.as_bytes())?;
    let delimiter = format!("\r\n--{boundary}");
    for _ in 0..FIELDS_MAX {
        let (name, value_at) = part(rest)?;
        if name.eq_ignore_ascii_case("file") {
            return of_fields(&found);
        }
        let (value, next) = split(value_at, delimiter.as_bytes())?;
        rest = next;
        let Some(place) = NAMES.iter().position(|known| known.eq_ignore_ascii_case(&name)) else { continue };
        let value = std::str::from_utf8(value).ok()?.to_owned();
        if found.get_mut(place)?.replace(value).is_some() {
            return None;
        }
    }
    None
}

fn of_fields(found: &[Option<String>; NAMES.len()]) -> Option<Claim> {
    match found {
        [Some(_policy), Some(algorithm), Some(credential), Some(_), Some(_), None, None] => {
            of_credential(algorithm, credential)
        }
        [Some(_policy), None, None, None, None, Some(key), Some(_)] => of_key(key),
        [None, None, None, None, None, None, None] => Some(Claim::Unsigned),
        _ => None,
    }
}

/// Returns the boundary that a content type names, once.
fn boundary(content_type: &str) -> Option<&str> {
    let mut named = content_type.split(';').skip(1).filter_map(|parameter| {
        let (name, value) = parameter.trim().split_once('=')?;
        name.eq_ignore_ascii_case("boundary").then_some(value)
    });
    let (boundary, other) = (named.next()?.trim_matches('"'), named.next());
    (other.is_none() && (1..=70).contains(&boundary.len())).then_some(boundary)
}

/// Returns the name of the part that begins here, and where its value begins.
fn part(rest: &[u8]) -> Option<(String, &[u8])> {
    let rest = rest.strip_prefix(b"\r\n")?;
    let (headers, value) = split(rest, b"\r\n\r\n")?;
    let headers = std::str::from_utf8(headers).ok()?;
    let mut dispositions = headers.split("\r\n").filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim().eq_ignore_ascii_case("content-disposition").then_some(value)
    });
    let (disposition, other) = (dispositions.next()?, dispositions.next());
    let mut names = disposition.split(';').filter_map(|parameter| parameter.trim().strip_prefix("name="));
    let (name, again) = (names.next()?, names.next());
    let name = name.strip_prefix('"')?.strip_suffix('"')?;
    (other.is_none() && again.is_none()).then(|| (name.to_owned(), value))
}

fn after<'a>(text: &'a [u8], what: &[u8]) -> Option<&'a [u8]> {
    text.strip_prefix(what)
}

fn split<'a>(text: &'a [u8], at: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let place = text.windows(at.len()).position(|window| window == at)?;
    Some((text.get(..place)?, text.get(place + at.len()..)?))
}

/// Fields that claim: signature version 4, then 2.
const NAMES: [&str; 7] = [
    "policy",
    "x-amz-algorithm",
    "x-amz-credential",
    "x-amz-date",
    "x-amz-signature",
    "AWSAccessKeyId",
    "signature",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn head() -> Head {
        let kind = b"multipart/form-data; boundary=b1".to_vec();
        Head {
            method: "POST".to_owned(),
            path: "/shop".to_owned(),
            query: String::new(),
            headers: vec![("content-type".to_owned(), kind)],
        }
    }

    fn form(fields: &[(&str, &str)]) -> Vec<u8> {
        let part = |(name, value): &(&str, &str)| {
            format!("--b1\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let mut text: String = fields.iter().map(part).collect();
        text.push_str("--b1--\r\n");
        text.into_bytes()
    }

    const V4: [(&str, &str); 6] = [
        ("key", "list"),
        ("policy", "e30="),
        ("x-amz-algorithm", "AWS4-HMAC-SHA256"),
        ("X-Amz-Credential", "AKIA1/20261122/us-east-1/s3/aws4_request"),
        ("x-amz-date", "20261122T000000Z"),
        ("x-amz-signature", "ab"),
    ];
    const V2: [(&str, &str); 3] = [("AWSAccessKeyId", "AKIA1"), ("policy", "e30="), ("signature", "c2ln")];
    const FILE: (&str, &str) = ("file", "x-amz-credential");

    #[test]
    fn the_fields_in_front_of_the_file_claim() {
        let key = Some(Claim::Key("AKIA1".to_owned()));
        assert_eq!(claim(&head(), &form(&[&V4[..], &[FILE]].concat())), key);
        assert_eq!(claim(&head(), &form(&[&V2[..], &[FILE]].concat())), key);
        assert_eq!(claim(&head(), &form(&[("key", "list"), FILE])), Some(Claim::Unsigned));
    }

    #[test]
    fn a_form_that_could_be_read_otherwise_claims_nothing() {
        let mixed = [&V4[..], &V2[..], &[FILE]].concat();
        let twice = [&V4[..], &[("x-amz-credential", "AKIA2/1/2/s3/aws4_request"), FILE]].concat();
        let incomplete = [&V4[..5], &[FILE]].concat();
        for fields in [mixed, twice, incomplete, V4.to_vec()] {
            assert_eq!(claim(&head(), &form(&fields)), None, "{fields:?}");
        }
        let long = "x".repeat(FIELDS_BYTES_MAX);
        assert_eq!(claim(&head(), &form(&[&[("key", long.as_str())], &V4[..], &[FILE]].concat())), None);
        for body in [&b""[..], b"--b1", b"--b1\r\n", b"--b2\r\n\r\n", b"nonsense"] {
            assert_eq!(claim(&head(), body), None);
        }
    }

    proptest::proptest! {
        #[test]
        fn any_form_is_read(body in "(--b1|\r\n|name=|\"|:|[a-z;]){0,60}") {
            let _claimed = claim(&head(), body.as_bytes());
        }
    }
}
