//! What S3 answers of objects: listings and the metadata of digests. How it is asked is the business of stores.

use cairn_digest::verify::Metadata;
use cairn_wire::xml::Element;

use crate::{Listed, Page};

/// Reads a digest's metadata; `header` finds a header of the answer.
pub fn metadata<'a>(header: impl Fn(&str) -> Option<&'a str>) -> Metadata {
    let text = |name: &str| header(&format!("x-amz-meta-{name}")).map(str::to_owned);
    Metadata {
        signature: text("signature"),
        signature_algorithm: text("signature-algorithm"),
        backfill_generated: text("backfill-generation-timestamp"),
    }
}

/// Reads a listing; none where it is none of S3's.
pub fn page(body: &[u8]) -> Option<Page> {
    let root = Element::parse(body)?;
    if root.name != "ListBucketResult" {
        return None;
    }
    let is_encoded = root.text_of("EncodingType") == Some("url");
    let mut objects = Vec::new();
    for entry in root.children.iter().filter(|child| child.name == "Contents") {
        let key = &entry.child("Key")?.untrimmed;
        let key = if is_encoded { unescape(key)? } else { key.clone() };
        let bytes = entry.text_of("Size").and_then(|text| text.parse().ok()).unwrap_or(0);
        let modified = entry.text_of("LastModified").and_then(|text| text.parse().ok());
        objects.push(Listed { key, bytes, modified });
    }
    let is_followed = root.text_of("IsTruncated") == Some("true") && !objects.is_empty();
    Some(Page { objects, is_followed })
}

/// Escapes a key for a path.
pub fn path(key: &str) -> String {
    key.split('/').map(escape).collect::<Vec<_>>().join("/")
}

/// Escapes a text for a query.
pub fn escape(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    let mut escaped = String::with_capacity(text.len() + 16);
    for byte in text.bytes() {
        if plain(byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}

/// Reads what S3 escaped as in a form: blanks may be plus signs. None where nobody could have escaped it so.
pub fn unescape(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut out = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'%' => {
                let mut digit =
                    || char::from(bytes.next()?).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
                digit()? << 4 | digit()?
            }
            b'+' => b' ',
            byte => byte,
        });
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_escaped_and_read_back() {
        for key in ["AWSLogs/1/a_b-c.json.gz", "a b+c/ä%/~", ""] {
            assert_eq!(unescape(&path(key)).as_deref(), Some(key));
        }
        assert_eq!(path("a b/+"), "a%20b/%2B");
        for text in ["%", "%4", "%zz", "%ff"] {
            assert_eq!(unescape(text), None, "{text}");
        }
    }

    #[test]
    fn a_page_is_read_and_anything_else_is_not() {
        let read = super::page(
            b"<?xml version=\"1.0\"?><ListBucketResult xmlns=\"x\"><EncodingType>url</EncodingType>\
              <IsTruncated>true</IsTruncated><Contents><Key>a%2Bb</Key><Size>7</Size>\
              <LastModified>2026-03-02T08:12:09.000Z</LastModified></Contents></ListBucketResult>",
        )
        .unwrap();
        let modified = "2026-03-02T08:12:09Z".parse().ok();
        assert_eq!(read.objects, [Listed { key: "a+b".into(), bytes: 7, modified }]);
        assert!(read.is_followed);
        for text in ["", "<Error/>", "<ListBucketResult><Contents/></ListBucketResult>", "{}"] {
            assert!(page(text.as_bytes()).is_none(), "{text}");
        }
    }
}
