//! Buckets behind S3's API: Cairn's, AWS's, or any other that speaks it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use cairn_digest::verify::{Content, ContentFault, Object};
use http::{Response, StatusCode};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;

use super::caller::{Call, CallError, Caller, SILENCE};
use super::endpoint::Endpoint;
use cairn_validation::{FetchError, Page, Read, Store, s3_answer};

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

#[async_trait]
impl Store for S3Store {
    async fn read(&self, object: &Object, begin: fn() -> Content) -> Result<Read, FetchError> {
        let mut last = String::new();
        for attempt in 0..READ_TRIES {
            if attempt > 0 {
                tokio::time::sleep(READ_PAUSE * attempt).await;
            }
            let answer = self.get(&object.bucket, &s3_answer::path(&object.key), "").await?;
            let metadata =
                s3_answer::metadata(|name| answer.headers().get(name).and_then(|value| value.to_str().ok()));
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

    async fn list(&self, bucket: &str, prefix: &str, after: &str) -> Result<Page, FetchError> {
        let query = format!(
            "encoding-type=url&list-type=2&prefix={}&start-after={}",
            s3_answer::escape(prefix),
            s3_answer::escape(after)
        );
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
            return s3_answer::page(&body).ok_or_else(unreadable);
        }
        Err(FetchError::Failed(last))
    }

    fn lacks_metadata(&self) -> bool {
        false
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
