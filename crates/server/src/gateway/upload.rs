//! The claim in an upload by a browser's form, which S3 takes without a signed head.
//!
//! The fields stand in front of the file: a part each, in `multipart/form-data`. The form's policy is what is signed,
//! and the key stands beside it. S3 passes over fields behind the file, some stores do not: a form that has a claim
//! there claims nothing that is believed.

use cairn_capture::ServiceCall;
use cairn_identities::Claim;

use super::claim::{is_in_form, of_credential, of_key};
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

/// Reads the claim of a call that is such an upload out of its form; nothing where the form is not one that everybody
/// reads alike.
pub(super) fn claim_of(head: &Head, call: &ServiceCall, body: &[u8]) -> Option<Claim> {
    (is_post_object(call) && is_in_form(head)).then(|| claim(head, body))?
}

/// Tells whether a call is an upload by a form. A form that another operation takes claims nothing.
pub(super) fn is_post_object(call: &ServiceCall) -> bool {
    matches!(call, ServiceCall::S3(call) if call.operation == Some("PostObject"))
}

fn claim(head: &Head, body: &[u8]) -> Option<Claim> {
    let boundary = boundary(head.header("content-type")?)?;
    let mut found: [Option<String>; NAMES.len()] = Default::default();
    let mut claimed = None;
    let mut rest = body.strip_prefix(format!("--{boundary}").as_bytes())?;
    let delimiter = format!("\r\n--{boundary}");
    for _ in 0..FIELDS_MAX {
        if rest == b"--" || rest.starts_with(b"--\r\n") {
            return claimed;
        }
        let part = part(rest)?;
        let (value, next) = split(part.value, delimiter.as_bytes())?;
        rest = next;
        let place = NAMES.iter().position(|known| known.eq_ignore_ascii_case(part.name));
        match (&claimed, place) {
            // Stores differ in whether fields behind the file count.
            (Some(_), Some(_)) => return None,
            (Some(_), None) => {}
            (None, _) if body.len() - part.value.len() > FIELDS_BYTES_MAX => return None,
            (None, Some(place)) => {
                let value = std::str::from_utf8(value).ok().filter(|_| part.is_plain)?;
                if found.get_mut(place)?.replace(value.to_owned()).is_some() {
                    return None;
                }
            }
            (None, None) if part.name.eq_ignore_ascii_case("file") => claimed = Some(of_fields(&found)?),
            (None, None) => {}
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

/// A part of a form.
struct Part<'a> {
    name: &'a str,
    /// What begins with its value.
    value: &'a [u8],
    /// Whether it says no more of itself than its name: what has a file's name or a type is a file to some stores.
    is_plain: bool,
}

/// Reads the head of the part that begins here; nothing of one that readers could understand otherwise.
fn part(rest: &[u8]) -> Option<Part<'_>> {
    let rest = rest.strip_prefix(b"\r\n")?;
    let (headers, value) = split(rest, b"\r\n\r\n")?;
    let headers = std::str::from_utf8(headers).ok()?;
    // A line that goes on with the one before it, or ends as only some see.
    if headers.split("\r\n").any(|line| line.starts_with([' ', '\t']) || line.contains(['\r', '\n'])) {
        return None;
    }
    let mut dispositions = headers.split("\r\n").filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim().eq_ignore_ascii_case("content-disposition").then_some(value)
    });
    let (disposition, other) = (dispositions.next()?, dispositions.next());
    let mut parameters = disposition.split(';').map(str::trim);
    let is_form = parameters.next()?.eq_ignore_ascii_case("form-data");
    // `NAME`, and `name*`, which goes before `name` where it is known.
    let mut names = parameters
        .clone()
        .filter(|parameter| parameter.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("name")));
    let (name, again) = (names.next()?.strip_prefix("name=\"")?.strip_suffix('"')?, names.next());
    let is_plain = parameters.count() == 1 && !headers.contains("\r\n");
    let is_clear = is_form && other.is_none() && again.is_none() && !name.contains(['"', '\\']);
    is_clear.then_some(Part { name, value, is_plain })
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
            session: None,
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
        // Browsers send the button that was pressed, behind the file.
        assert_eq!(claim(&head(), &form(&[&V4[..], &[FILE, ("submit", "Upload")]].concat())), key);
    }

    #[test]
    fn a_form_with_its_file_first_is_not_anonymous() {
        for fields in [[&[FILE], &V4[..]].concat(), [&[FILE], &V2[..]].concat(), vec![FILE, V4[3]]] {
            assert_eq!(claim(&head(), &form(&fields)), None, "{fields:?}");
        }
        let form = form(&[("key", "list"), FILE]);
        let cut = form.strip_suffix(b"--b1--\r\n").unwrap();
        assert_eq!(claim(&head(), cut), None);
        // Not the end to everybody: what follows may be fields.
        assert_eq!(claim(&head(), &[cut, b"--b1--x\r\n"].concat()), None);
    }

    #[test]
    fn a_field_that_is_a_file_to_some_claims_nothing() {
        let whole = String::from_utf8(form(&[&V4[..], &[FILE]].concat())).unwrap();
        let field = "form-data; name=\"X-Amz-Credential\"";
        for other in [
            "form-data; name=\"X-Amz-Credential\"; filename=\"f\"",
            "form-data; name=\"X-Amz-Credential\"\r\nContent-Type: text/plain",
            "form-data; name=\"X-Amz-Credential\"; name*=UTF-8''key",
            "form-data; NAME=\"X-Amz-Credential\"",
            "form-data; name=\"X-Amz\\-Credential\"",
            "form-data;\r\n name=\"X-Amz-Credential\"",
            "attachment; name=\"X-Amz-Credential\"",
        ] {
            assert_eq!(claim(&head(), whole.replace(field, other).as_bytes()), None, "{other}");
        }
        let hidden = "form-data; name=\"key\"; name*=UTF-8''x-amz-credential";
        let anonymous = String::from_utf8(form(&[("key", "list"), FILE])).unwrap();
        assert_eq!(claim(&head(), anonymous.replace("form-data; name=\"key\"", hidden).as_bytes()), None);
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
        fn a_key_is_claimed_by_all_of_its_fields_once_in_front_of_the_file(
            order in proptest::collection::vec(0..8_usize, 0..12),
            whole in proptest::bool::ANY,
        ) {
            let known = [&V4[..], &[FILE, ("submit", "Upload")]].concat();
            let mut fields: Vec<_> = if whole { V4.to_vec() } else { Vec::new() };
            fields.extend(order.iter().map(|place| known[*place]));
            let file = fields.iter().position(|field| *field == FILE);
            let claiming = |fields: &[(&str, &str)]| {
                let mut names: Vec<_> = fields.iter().map(|field| field.0).filter(|name| V4[1..].iter().any(|one| one.0 == *name)).collect();
                let count = names.len();
                names.sort_unstable();
                names.dedup();
                (count, names.len())
            };
            let expected = file.and_then(|file| match (claiming(&fields[..file]), claiming(&fields[file..])) {
                ((0, 0), (0, _)) => Some(Claim::Unsigned),
                ((5, 5), (0, _)) => Some(Claim::Key("AKIA1".to_owned())),
                _ => None,
            });
            proptest::prop_assert_eq!(claim(&head(), &form(&fields)), expected);
        }

        #[test]
        fn what_is_no_form_claims_nothing(body in "(--b1|\r\n|name=|\"|:|[a-z;]){0,60}") {
            proptest::prop_assert_eq!(claim(&head(), body.as_bytes()), None);
        }
    }
}
