//! The S3 protocol in front of the store: what s3s does not check, and what it leaves out of its answers.
//!
//! Requests come here unsigned: the server has verified and stripped the signature before, and says in an
//! extension what it authorized. s3s is made to compare that with what it serves.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use cairn_event::{Clock, Ids};
use futures_util::StreamExt as _;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use s3s::config::{S3Config, StaticConfigProvider};
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{Body, S3Error, S3ErrorCode};

use crate::address::{Address, AddressError, BaseDomains};
use crate::api::{Api, Status, error};
use crate::authorized::Door;
use crate::body::{Promise, Trailers, refusal_of};
use crate::caller::RequestTag;
use crate::checksum::{Algorithm, Digester};
use crate::config::{Config, OpenError};
use crate::store::ObjectStore;

/// A body of XML or JSON may have this many bytes; CompleteMultipartUpload of 10,000 parts needs about 3 MB.
const DOCUMENT_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Query parameters that make a PUT of a key something other than an upload of its bytes.
const SUBRESOURCES: [&str; 8] =
    ["acl", "tagging", "retention", "legal-hold", "restore", "torrent", "renameObject", "encryption"];

/// The built-in S3: the store and the protocol in front of it.
#[derive(Debug, Clone)]
pub struct S3 {
    store: Arc<ObjectStore>,
    endpoint: Endpoint,
}

impl S3 {
    /// Opens the store and puts the protocol in front of it. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// [`OpenError`] when the configuration or the store does not allow it.
    pub async fn open(config: Config, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Result<Self, OpenError> {
        let domains = config.domains().map_err(OpenError::Domain)?;
        let store = ObjectStore::open(&config.dir, &config.sealing_key, clock, ids).await;
        let store = Arc::new(store.map_err(OpenError::Store)?);
        let endpoint = Endpoint::new(Arc::clone(&store), domains);
        Ok(Self { store, endpoint })
    }

    /// Returns what answers HTTP requests.
    pub fn service(&self) -> Endpoint {
        self.endpoint.clone()
    }

    /// Returns the store.
    pub fn store(&self) -> Arc<ObjectStore> {
        Arc::clone(&self.store)
    }

    /// Finishes accepted writes and closes the store.
    pub async fn close(&self) {
        self.store.close().await;
    }
}

/// Answers S3 requests that the server has authenticated, authorized and decoded. Cheap to clone.
///
/// What a request must look like:
/// - no `Authorization`, `x-amz-security-token`, `x-amz-content-sha256`, and no `X-Amz-*` in the query;
/// - an `aws-chunked` body decoded, that coding gone from `Content-Encoding`, and `Content-Length` the
///   decoded length; `x-amz-trailer` left in place, with a [`Trailers`] extension;
/// - extensions: what was [`Authorized`](crate::Authorized), a [`Caller`](crate::Caller) unless anonymous, a
///   [`RequestTag`] for error bodies.
#[derive(Debug, Clone)]
pub struct Endpoint {
    service: S3Service,
    domains: Arc<BaseDomains>,
}

impl Endpoint {
    fn new(store: Arc<ObjectStore>, domains: BaseDomains) -> Self {
        let mut builder = S3ServiceBuilder::new(Api::new(store));
        builder.set_host(domains.clone());
        builder.set_auth(Door);
        builder.set_access(Door);
        let mut config = S3Config::default();
        config.xml_max_body_size = DOCUMENT_BYTES_MAX;
        builder.set_config(Arc::new(StaticConfigProvider::new(Arc::new(config))));
        Self { service: builder.build(), domains: Arc::new(domains) }
    }

    /// Reads which bucket and key a request is about, just as the request will be served.
    ///
    /// # Errors
    /// [`AddressError`] when its path cannot be a key.
    pub fn address(&self, request: &http::request::Parts) -> Result<Address, AddressError> {
        let host = request.headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let host = host.or_else(|| request.uri.authority().map(http::uri::Authority::as_str));
        self.domains.address(host, request.uri.path())
    }

    /// Answers a request. A mutation goes on even when this is dropped after its body was taken.
    ///
    /// # Errors
    /// None: every failure is an answer.
    pub async fn call(&self, request: Request<Body>) -> Result<Response<Body>, Infallible> {
        let tag = request.extensions().get::<RequestTag>().cloned();
        let resource = request.uri().path().to_owned();
        let response = match self.admit(request).await {
            Ok(request) => self.service.call(request).await.map_err(|failure| {
                tracing::error!(error = %s3s::StdError::from(failure), "an S3 answer could not be made");
                error::refuse(
                    S3ErrorCode::InternalError,
                    "We encountered an internal error. Please try again.",
                )
            }),
            Err(error) => Err(error),
        };
        let response = response.unwrap_or_else(|error| {
            error.to_http_response().unwrap_or_else(|_unwritable| {
                let mut bare = Response::new(Body::empty());
                *bare.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
                bare
            })
        });
        Ok(finish(response, &resource, tag.as_ref()))
    }

    /// Refuses what s3s would take without a check; takes a document's body and checks its digests.
    async fn admit(&self, mut request: Request<Body>) -> Result<Request<Body>, S3Error> {
        if is_form(request.headers()) && request.method() == Method::POST {
            // s3s would hold the whole file in memory and verify no policy.
            return Err(error::not_implemented("Browser-based uploads using POST are not implemented."));
        }
        if self.is_upload(&request) {
            return Ok(request);
        }
        let body = std::mem::take(request.body_mut());
        let document = collect(body).await?;
        check_document(request.headers(), request.extensions().get::<Trailers>(), &document)?;
        if !document.is_empty() || request.headers().contains_key(header::CONTENT_LENGTH) {
            request.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(document.len()));
        }
        *request.body_mut() = Body::from(document);
        Ok(request)
    }

    /// Says whether the body is an object's or a part's bytes, to be streamed.
    fn is_upload(&self, request: &Request<Body>) -> bool {
        if request.method() != Method::PUT {
            return false;
        }
        let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
        let host = host.or_else(|| request.uri().authority().map(http::uri::Authority::as_str));
        let keyed =
            self.domains.address(host, request.uri().path()).is_ok_and(|address| address.key.is_some());
        let query = request.uri().query().unwrap_or_default();
        let names = query.split('&').map(|pair| pair.split_once('=').map_or(pair, |(name, _value)| name));
        keyed && names.into_iter().all(|name| !SUBRESOURCES.contains(&name))
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.to_ascii_lowercase().starts_with("multipart/form-data"))
}

async fn collect(mut body: Body) -> Result<Bytes, S3Error> {
    if let Some(bytes) = body.bytes() {
        return if bytes.len() > DOCUMENT_BYTES_MAX { Err(too_long()) } else { Ok(bytes) };
    }
    let mut document = BytesMut::new();
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|failure| error::answer(refusal_of(failure)))?;
        if document.len() + chunk.len() > DOCUMENT_BYTES_MAX {
            return Err(too_long());
        }
        document.extend_from_slice(&chunk);
    }
    Ok(document.freeze())
}

fn too_long() -> S3Error {
    error::refuse(S3ErrorCode::MaxMessageLengthExceeded, "Your request was too big.")
}

/// Checks a document against the length and digests that its request promised.
fn check_document(headers: &HeaderMap, trailers: Option<&Trailers>, document: &Bytes) -> Result<(), S3Error> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let given = Algorithm::ALL
        .into_iter()
        .filter_map(|algorithm| Some((algorithm, Some(text(algorithm.header())?.to_owned()))));
    let announced = text("x-amz-trailer").and_then(Algorithm::of_header);
    let promise = Promise {
        size: text("content-length").and_then(|length| length.parse().ok()),
        md5: text("content-md5").map(crate::api::md5_of).transpose()?,
        checksums: given.collect(),
        trailers: trailers.cloned().zip(announced),
    };
    let mut digester = Digester::new(promise.algorithms());
    digester.update(document);
    promise.verify(document.len() as u64, &digester.finish()).map_err(error::answer)
}

/// Sets the status that s3s dropped, and adds to an error body the elements that s3s has not.
fn finish(mut response: Response<Body>, resource: &str, tag: Option<&RequestTag>) -> Response<Body> {
    if let Some(Status(status)) = response.extensions_mut().remove::<Status>() {
        *response.status_mut() = status;
    }
    if response.status() == StatusCode::NOT_MODIFIED {
        *response.body_mut() = Body::empty();
        return response;
    }
    if !(response.status().is_client_error() || response.status().is_server_error()) {
        return response;
    }
    let Some(body) = response.body().bytes() else { return response };
    let Some(kept) = body.strip_suffix(b"</Error>") else { return response };
    let mut text = String::from_utf8_lossy(kept).into_owned();
    let mut element = |name: &str, value: &str| {
        let escaped = value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        text.push_str(&format!("<{name}>{escaped}</{name}>"));
    };
    if !body.windows(9).any(|window| window == b"<Message>") {
        element("Message", message_for(&body));
    }
    element("Resource", resource);
    if let Some(tag) = tag {
        element("RequestId", &tag.request_id);
        element("HostId", &tag.host_id);
    }
    text.push_str("</Error>");
    response.headers_mut().remove(header::CONTENT_LENGTH);
    *response.body_mut() = Body::from(text);
    response
}

/// The message of an error that s3s made without one.
fn message_for(body: &[u8]) -> &'static str {
    let messages = [
        (
            "<Code>MalformedXML</Code>",
            "The XML you provided was not well-formed or did not validate against our published schema",
        ),
        ("<Code>InvalidBucketName</Code>", "The specified bucket is not valid."),
        ("<Code>InvalidURI</Code>", "Couldn't parse the specified URI."),
        ("<Code>KeyTooLongError</Code>", "Your key is too long"),
        ("<Code>MissingContentLength</Code>", "You must provide the Content-Length HTTP header."),
        ("<Code>MethodNotAllowed</Code>", "The specified method is not allowed against this resource."),
    ];
    let text = String::from_utf8_lossy(body);
    let found = messages.into_iter().find(|(code, _message)| text.contains(code));
    found.map_or("The request could not be processed.", |(_code, message)| message)
}
