//! Signed calls to any AWS API, tried again where that may help.

use std::time::Duration;

use anyhow::Context as _;
use bytes::Bytes;
use cairn_aws::KeySource;
use cairn_event::Clock as _;
use cairn_server::SystemClock;
use cairn_sigv4::{Credentials, PayloadToSign, SecretKey, SessionToken, Signer};
use http::{Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client as HttpClient;
use hyper_util::rt::TokioExecutor;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::RwLock;

use crate::transport::Connector;

/// How often a call is tried, and the pause after the first time; each pause doubles.
const TRIES: u32 = 6;
const PAUSE: Duration = Duration::from_millis(100);

/// How long an answer may keep us waiting, and each piece of it.
pub(super) const SILENCE: Duration = Duration::from_secs(60);

/// The longest answer that is read whole: a page of a listing stays far below.
const ANSWER_BYTES_MAX: usize = 16 << 20;

/// How much of an answer is buffered for each connection.
const BUFFER_BYTES: usize = 128 << 10;

/// Temporary keys are renewed so long before they run out.
const RENEW_BEFORE: SignedDuration = SignedDuration::from_mins(5);

/// Who calls.
#[derive(Debug)]
pub(super) struct Caller {
    http: HttpClient<Connector, Full<Bytes>>,
    source: Option<KeySource>,
    keys: RwLock<Signing>,
}

#[derive(Debug)]
struct Signing {
    /// None before the first call.
    credentials: Option<Credentials>,
    expires: Option<Timestamp>,
}

/// A call, all of which is signed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call<'a> {
    /// `http://HOST:PORT` or `https://HOST`.
    pub(super) origin: &'a str,
    pub(super) service: &'a str,
    pub(super) region: &'a str,
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) query: &'a str,
    pub(super) headers: &'a [(&'a str, &'a str)],
    pub(super) body: &'a Bytes,
}

/// A call did not succeed.
#[derive(Debug, thiserror::Error)]
pub(super) enum CallError {
    /// The service said no.
    #[error("{code}: {message}")]
    Refused {
        status: StatusCode,
        code: String,
        message: String,
        /// `x-amz-bucket-region`, which tells where a bucket is.
        bucket_region: Option<String>,
    },
    /// It never answered, or was lost on the way.
    #[error("{0}")]
    Lost(String),
    /// It could not even be made: there are no keys to sign it with.
    #[error("{0}")]
    Unmakeable(String),
}

impl Caller {
    /// Signs with keys that never change.
    pub(super) fn with_keys(connector: Connector, connections: usize, credentials: Credentials) -> Self {
        Self {
            http: http(connector, connections),
            source: None,
            keys: RwLock::new(Signing { credentials: Some(credentials), expires: None }),
        }
    }

    /// Signs with keys of a source, fetched when first needed and before they run out.
    pub(super) fn with_source(connector: Connector, connections: usize, source: KeySource) -> Self {
        Self {
            http: http(connector, connections),
            source: Some(source),
            keys: RwLock::new(Signing { credentials: None, expires: None }),
        }
    }

    /// Calls, and again after a pause where it failed for a reason that may pass. The answer's body has only
    /// begun when this returns.
    pub(super) async fn call(&self, call: Call<'_>) -> Result<Response<Incoming>, CallError> {
        let mut pause = PAUSE;
        for _ in 1..TRIES {
            match self.once(call).await {
                Err(error) if error.may_pass() => tokio::time::sleep(pause).await,
                answer => return answer,
            }
            pause *= 2;
        }
        self.once(call).await
    }

    /// Calls and reads the whole answer.
    pub(super) async fn whole(&self, call: Call<'_>) -> Result<Bytes, CallError> {
        let mut pause = PAUSE;
        for _ in 1..TRIES {
            match read(self.call(call).await?.into_body()).await {
                Err(error) if error.may_pass() => tokio::time::sleep(pause).await,
                body => return body,
            }
            pause *= 2;
        }
        read(self.call(call).await?.into_body()).await
    }

    async fn once(&self, call: Call<'_>) -> Result<Response<Incoming>, CallError> {
        let request =
            self.request(call).await.map_err(|error| CallError::Unmakeable(crate::chain(&error)))?;
        let answer = tokio::time::timeout(SILENCE, self.http.request(request)).await;
        let answer = answer
            .map_err(|_elapsed| CallError::Lost(format!("{} does not answer", call.origin)))?
            .map_err(|error| {
                CallError::Lost(crate::chain(
                    &anyhow::Error::new(error).context(format!("reach {}", call.origin)),
                ))
            })?;
        if answer.status().is_success() {
            return Ok(answer);
        }
        let status = answer.status();
        let bucket_region = answer.headers().get("x-amz-bucket-region");
        let bucket_region = bucket_region.and_then(|value| Some(value.to_str().ok()?.to_owned()));
        let body = read(answer.into_body()).await?;
        let (code, message) = crate::client::told(&body);
        Err(CallError::Refused {
            status,
            code: code.unwrap_or_else(|| status.to_string()),
            message: message.unwrap_or_else(|| "no reason was given".to_owned()),
            bucket_region,
        })
    }

    async fn request(&self, call: Call<'_>) -> anyhow::Result<Request<Full<Bytes>>> {
        let host = call.origin.split_once("://").map_or(call.origin, |(_, host)| host);
        let given = std::iter::once((header::HOST.as_str(), host)).chain(call.headers.iter().copied());
        let given: Vec<(&str, &[u8])> = given.map(|(name, value)| (name, value.as_bytes())).collect();
        let Call { service, region, method, path, query, .. } = call;
        let unsigned = cairn_sigv4::Request { method, path, query, headers: &given };
        let now = SystemClock.now();
        self.renew(now).await?;
        let keys = self.keys.read().await;
        let credentials = keys.credentials.as_ref().context("find credentials")?;
        let signer = Signer { credentials, region, service };
        let signed = signer.sign_headers(&unsigned, PayloadToSign::Bytes(call.body), now)?;
        let question = if query.is_empty() { "" } else { "?" };
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}{question}{query}", call.origin))
            .header(header::USER_AGENT, concat!("cairn/", env!("CARGO_PKG_VERSION")));
        for (name, value) in &given {
            request = request.header(*name, *value);
        }
        for (name, value) in &signed.headers {
            request = request.header(*name, value);
        }
        Ok(request.body(Full::new(call.body.clone()))?)
    }

    /// Sees to it that there are keys that last.
    async fn renew(&self, now: Timestamp) -> anyhow::Result<()> {
        let Some(source) = &self.source else { return Ok(()) };
        let lasts = |signing: &Signing| {
            let runs_out = signing.expires.and_then(|at| at.checked_sub(RENEW_BEFORE).ok());
            signing.credentials.is_some() && runs_out.is_none_or(|at| now < at)
        };
        if lasts(&*self.keys.read().await) {
            return Ok(());
        }
        let mut signing = self.keys.write().await;
        if !lasts(&signing) {
            let keys = source.keys().await?;
            let token = keys.token.map(SessionToken::new);
            signing.credentials = Some(Credentials::new(&keys.id, SecretKey::new(&keys.secret), token));
            signing.expires = keys.expires;
        }
        Ok(())
    }
}

impl CallError {
    /// Tells whether the same call may succeed a little later.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Refused { status, code, .. } => {
                status.is_server_error()
                    || *status == StatusCode::TOO_MANY_REQUESTS
                    || matches!(code.as_str(), "ThrottlingException" | "RequestTimeout" | "SlowDown")
            }
            Self::Lost(_) => true,
            Self::Unmakeable(_) => false,
        }
    }
}

fn http(connector: Connector, connections: usize) -> HttpClient<Connector, Full<Bytes>> {
    HttpClient::builder(TokioExecutor::new())
        .pool_max_idle_per_host(connections)
        .http1_max_buf_size(BUFFER_BYTES)
        .build(connector)
}

async fn read(body: Incoming) -> Result<Bytes, CallError> {
    match tokio::time::timeout(SILENCE, Limited::new(body, ANSWER_BYTES_MAX).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) => Err(CallError::Lost(format!("the answer broke off: {error}"))),
        Err(_elapsed) => Err(CallError::Lost("the answer does not end".to_owned())),
    }
}
