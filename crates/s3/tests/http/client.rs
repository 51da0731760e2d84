//! Sends requests to an endpoint over a fresh store.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cairn_event::{Clock, Ids};
use cairn_s3::{
    Authorized, Body, Bucket, Caller, Config, DataKeys, Deed, Gate, NoKms, RequestTag, S3, SealingKey,
};
use cairn_wire::s3::{Resolver, Seen};
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;

#[derive(Debug)]
struct Still;

impl Clock for Still {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::from_second(1_790_000_000).unwrap()
    }
}

#[derive(Debug, Default)]
struct Counting(AtomicU64);

impl Ids for Counting {
    fn guid(&self) -> String {
        let count = self.0.fetch_add(1, Ordering::Relaxed);
        format!("00000000-0000-4000-8000-{count:012x}")
    }

    fn fill(&self, bytes: &mut [u8]) {
        let count = self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        bytes.fill(0);
        for (to, from) in bytes.iter_mut().rev().zip(count.iter().rev()) {
            *to = *from;
        }
    }
}

pub(crate) struct Client {
    pub(crate) s3: S3,
    pub(crate) keys: Arc<dyn DataKeys>,
    dir: tempfile::TempDir,
}

pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The texts of all elements of this name.
    pub(crate) fn elements(&self, name: &str) -> Vec<String> {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        let text = self.text();
        let pieces = text.split(&open).skip(1);
        pieces.filter_map(|rest| Some(rest.split_once(&close)?.0.to_owned())).collect()
    }

    pub(crate) fn element(&self, name: &str) -> String {
        self.elements(name).into_iter().next().unwrap_or_default()
    }

    /// The status and error code, as one text.
    pub(crate) fn outcome(&self) -> String {
        format!("{} {}", self.status.as_u16(), self.element("Code")).trim_end().to_owned()
    }
}

/// Which headers a request carries.
pub(crate) type Headers<'a> = &'a [(&'a str, &'a str)];

pub(crate) fn caller() -> Caller {
    Caller {
        account: "123456789012".into(),
        arn: "arn:aws:iam::123456789012:user/alice".into(),
        canonical_id: "c".repeat(64),
        region: "us-east-1".into(),
    }
}

/// Lets everything happen.
#[derive(Debug)]
struct Open;

impl Gate for Open {
    fn allows(&self, _deed: Deed, _bucket: &Bucket, _key: &str) -> bool {
        true
    }

    fn reads(&self, _policy: &str) -> Result<(), String> {
        Ok(())
    }
}

/// Reads a request as the server does to decide about it.
pub(crate) fn as_read(request: &Request<Body>, gate: Arc<dyn Gate>) -> Authorized {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let domains = ["localhost", "s3.localhost"].map(str::to_owned);
    let call = Resolver::new(domains).resolve(&Seen {
        method: request.method().as_str(),
        path: request.uri().path(),
        query: request.uri().query().unwrap_or_default(),
        host: header("host").unwrap_or_default(),
        copies: header("x-amz-copy-source").is_some(),
    });
    let keys = Arc::new(NoKms);
    Authorized { operation: call.operation, bucket: call.bucket, key: call.key, gate, keys }
}

impl Client {
    pub(crate) async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let config = Config::new(dir.path(), SealingKey::new([42; 32]));
        let s3 = S3::open(config, Arc::new(Still), Arc::new(Counting::default())).await.unwrap();
        Self { s3, keys: Arc::new(NoKms), dir }
    }

    pub(crate) async fn with_bucket() -> Self {
        let client = Self::new().await;
        assert_eq!(client.send("PUT", "/bkt", &[], "").await.outcome(), "200");
        client
    }

    /// The payload files on disk.
    pub(crate) fn payloads(&self) -> Vec<std::path::PathBuf> {
        let listed = |dir: std::path::PathBuf| {
            std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>()
        };
        listed(self.dir.path().join("blobs")).into_iter().flat_map(listed).collect()
    }

    pub(crate) async fn send(
        &self,
        method: &str,
        target: &str,
        headers: Headers<'_>,
        body: impl Into<Vec<u8>>,
    ) -> Reply {
        let body = body.into();
        let length = body.len().to_string();
        let mut all = vec![("content-length", length.as_str())];
        all.extend_from_slice(headers);
        self.exchange(method, target, &all, Body::from(body), Some(caller())).await
    }

    pub(crate) async fn exchange(
        &self,
        method: &str,
        target: &str,
        headers: Headers<'_>,
        body: Body,
        caller: Option<Caller>,
    ) -> Reply {
        let mut request = Request::builder().method(method).uri(target);
        if !headers.iter().any(|(name, _value)| *name == "host") {
            request = request.header("host", "127.0.0.1:4566");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request = request.extension(RequestTag { request_id: "REQ1".into(), host_id: "HOST1".into() });
        if let Some(caller) = caller {
            request = request.extension(caller);
        }
        self.answer(request.body(body).unwrap()).await
    }

    pub(crate) async fn answer(&self, mut request: Request<Body>) -> Reply {
        if request.extensions().get::<Authorized>().is_none() {
            let authorized = Authorized { keys: Arc::clone(&self.keys), ..as_read(&request, Arc::new(Open)) };
            request.extensions_mut().insert(authorized);
        }
        let Ok(response) = self.s3.service().call(request).await;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Reply { status: parts.status, headers: parts.headers, body }
    }

    /// Sends and compares the outcome.
    pub(crate) async fn check(
        &self,
        method: &str,
        target: &str,
        headers: Headers<'_>,
        body: &str,
        expected: &str,
    ) -> Reply {
        let reply = self.send(method, target, headers, body).await;
        assert_eq!(reply.outcome(), expected, "{method} {target} {headers:?}: {}", reply.text());
        reply
    }
}
