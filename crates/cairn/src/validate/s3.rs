//! Buckets behind S3's API: Cairn's, AWS's, or any other that speaks it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use cairn_digest::verify::{Content, ContentFault, Metadata, Object};
use cairn_wire::xml::Element;
use http::{HeaderMap, Response, StatusCode};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;

use super::caller::{Call, CallError, Caller, SILENCE};
use super::endpoint::Endpoint;
use super::store::{FetchError, Listed, Page, Read};

/// How often an object is read again whose body broke off, and the pause before.
const READ_TRIES: u32 = 4;
const READ_PAUSE: Duration = Duration::from_millis(200);

#[derive(Debug)]
pub(super) struct S3Store {
    caller: Arc<Caller>,
    endpoint: Endpoint,
    region: String,
    /// The Regions of buckets that are elsewhere, as S3 told.
    regions: Mutex<BTreeMap<String, String>>,
}

/// A body came, but not all of it.
enum ReadError {
    Broken(String),
    Fault(ContentFault),
}

impl S3Store {
    pub(super) fn new(caller: Arc<Caller>, endpoint: Endpoint, region: String) -> Self {
        Self { caller, endpoint, region, regions: Mutex::default() }
    }

    pub(super) async fn read(&self, object: &Object, begin: fn() -> Content) -> Result<Read, FetchError> {
        let mut last = String::new();
        for attempt in 0..READ_TRIES {
            if attempt > 0 {
                tokio::time::sleep(READ_PAUSE * attempt).await;
            }
            let answer = self.get(&object.bucket, &path(&object.key), "").await?;
            let metadata = metadata(answer.headers());
            let (mut content, mut bytes) = (begin(), 0);
            let content = match drain(answer.into_body(), &mut content, &mut bytes).await {
                Ok(()) => content.finish(),
                Err(ReadError::Fault(fault)) => Err(fault),
                Err(ReadError::Broken(why)) => {
                    last = why;
                    continue;
                }
            };
            return Ok(Read { content, metadata, bytes });
        }
        Err(FetchError::Failed(last))
    }

    pub(super) async fn list(&self, bucket: &str, prefix: &str, after: &str) -> Result<Page, FetchError> {
        let query =
            format!("encoding-type=url&list-type=2&prefix={}&start-after={}", escape(prefix), escape(after));
        let mut last = String::new();
        for attempt in 0..READ_TRIES {
            if attempt > 0 {
                tokio::time::sleep(READ_PAUSE * attempt).await;
            }
            let answer = self.get(bucket, "", &query).await?;
            let body = match tokio::time::timeout(SILENCE, answer.into_body().collect()).await {
                Ok(Ok(body)) => body.to_bytes(),
                Ok(Err(error)) => {
                    last = format!("the listing broke off: {error}");
                    continue;
                }
                Err(_elapsed) => {
                    last = "the listing does not end".to_owned();
                    continue;
                }
            };
            let unreadable = || FetchError::Failed("the listing is not one of S3".to_owned());
            return read_page(&body).ok_or_else(unreadable);
        }
        Err(FetchError::Failed(last))
    }

    /// Gets something of a bucket, where the bucket is: S3 tells once where it is not.
    async fn get(&self, bucket: &str, path: &str, query: &str) -> Result<Response<Incoming>, FetchError> {
        let region = self.region_of(bucket);
        match self.get_in(&region, bucket, path, query).await {
            Err(CallError::Refused { status, bucket_region: Some(told), .. })
                if told != region && matches!(status.as_u16(), 301 | 307 | 400 | 403) =>
            {
                self.remember(bucket, &told);
                self.get_in(&told, bucket, path, query).await
            }
            answer => answer,
        }
        .map_err(|error| match error {
            CallError::Refused { status: StatusCode::NOT_FOUND, code, .. } if code == "NoSuchKey" => {
                FetchError::NotFound
            }
            error => FetchError::Failed(error.to_string()),
        })
    }

    async fn get_in(
        &self,
        region: &str,
        bucket: &str,
        path: &str,
        query: &str,
    ) -> Result<Response<Incoming>, CallError> {
        let (origin, root) = self.endpoint.of_bucket(bucket, region);
        let path = format!("{root}/{path}");
        let call = Call {
            origin: &origin,
            service: "s3",
            region,
            method: "GET",
            path: &path,
            query,
            headers: &[],
            body: &Bytes::new(),
        };
        self.caller.call(call).await
    }

    fn remember(&self, bucket: &str, region: &str) {
        let mut regions = self.regions.lock().unwrap_or_else(PoisonError::into_inner);
        regions.insert(bucket.to_owned(), region.to_owned());
    }

    fn region_of(&self, bucket: &str) -> String {
        let regions = self.regions.lock().unwrap_or_else(PoisonError::into_inner);
        regions.get(bucket).unwrap_or(&self.region).clone()
    }
}

/// Pushes a body into a content as it comes.
async fn drain(mut body: Incoming, content: &mut Content, bytes: &mut u64) -> Result<(), ReadError> {
    loop {
        let frame = match tokio::time::timeout(SILENCE, body.frame()).await {
            Ok(Some(Ok(frame))) => frame,
            Ok(Some(Err(error))) => return Err(ReadError::Broken(format!("the object broke off: {error}"))),
            Ok(None) => return Ok(()),
            Err(_elapsed) => return Err(ReadError::Broken("the object does not end".to_owned())),
        };
        if let Some(data) = frame.data_ref() {
            *bytes += u64::try_from(data.len()).unwrap_or(0);
            content.push(data).map_err(ReadError::Fault)?;
        }
    }
}

fn metadata(headers: &HeaderMap) -> Metadata {
    let text = |name: &str| {
        headers.get(format!("x-amz-meta-{name}")).and_then(|value| value.to_str().ok()).map(str::to_owned)
    };
    Metadata {
        signature: text("signature"),
        signature_algorithm: text("signature-algorithm"),
        backfill_generated: text("backfill-generation-timestamp"),
    }
}

fn read_page(body: &[u8]) -> Option<Page> {
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
fn path(key: &str) -> String {
    key.split('/').map(escape).collect::<Vec<_>>().join("/")
}

fn escape(text: &str) -> String {
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

/// Reads what S3 escaped as in a form: blanks may be plus signs.
fn unescape(text: &str) -> Option<String> {
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
        let page = read_page(
            b"<?xml version=\"1.0\"?><ListBucketResult xmlns=\"x\"><EncodingType>url</EncodingType>\
              <IsTruncated>true</IsTruncated><Contents><Key>a%2Bb</Key><Size>7</Size>\
              <LastModified>2026-03-02T08:12:09.000Z</LastModified></Contents></ListBucketResult>",
        )
        .unwrap();
        let modified = "2026-03-02T08:12:09Z".parse().ok();
        assert_eq!(page.objects, [Listed { key: "a+b".into(), bytes: 7, modified }]);
        assert!(page.is_followed);
        for text in ["", "<Error/>", "<ListBucketResult><Contents/></ListBucketResult>", "{}"] {
            assert!(read_page(text.as_bytes()).is_none(), "{text}");
        }
    }
}
