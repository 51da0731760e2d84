//! The built-in S3 as the server sees it: authorize, check the body, hand over, keep what is recorded.

use bytes::Bytes;
use cairn_access::{Decision, Policy, PolicyError, PolicyKind};
use cairn_capture::{DELETIONS_BYTES_MAX, Keep, Owners, ServiceCall, body_policy, copy_source_bucket};
use cairn_event::AccountId;
use cairn_s3::{Authorized, Body, Bucket, Caller, Encryption, Endpoint, ObjectStore, RequestTag, Trailers};
use cairn_sigv4::BodyCheck;
use cairn_wire::recognise::Protocol;
use cairn_wire::s3::{Call, ErrorCode, Resolver, Seen};
use futures_util::TryStreamExt as _;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use http::{HeaderName, HeaderValue, Request, Response};
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::{Body as _, Frame, Incoming};
use serde_json::Map;
use std::sync::Arc;

use crate::answer::{self, Answered};
use crate::authenticate::{AuthRefusal, Authentication, Evidence};
use crate::authorize::{self, Policies};
use crate::head::Head;
use crate::incoming::{self, StreamError};
use crate::object_keys::{ObjectKeys, ObjectUser};
use crate::refuse;
use crate::request_facts;
use crate::serve::{Arrival, Front, Served, Who};

/// The largest answer of S3 that is looked at for the record; larger ones are objects and stream.
const ANSWER_BYTES_MAX: u64 = DELETIONS_BYTES_MAX as u64;

/// The built-in S3.
#[derive(Debug)]
pub(crate) struct ObjectService {
    pub(crate) endpoint: Endpoint,
    pub(crate) store: Arc<ObjectStore>,
    pub(crate) resolver: Resolver,
}

/// A request's body on its way to the store.
struct Checked {
    body: Body,
    /// The same, where the record wants it and it is small.
    kept: Option<Bytes>,
    trailers: Trailers,
}

/// What a call is about, as far as it is there.
#[derive(Clone, Copy)]
struct About<'a> {
    bucket: Option<&'a Bucket>,
    owner: Option<AccountId>,
    /// How the upload is encrypted that the call adds to.
    upload: Option<&'a Encryption>,
}

impl ObjectService {
    /// Decides which S3 call a request makes.
    pub(crate) fn resolve(&self, head: &Head) -> Call {
        self.resolver.resolve(&Seen {
            method: &head.method,
            path: &head.path,
            query: &head.query,
            host: head.host_of_bucket(),
            copies: head.header("x-amz-copy-source").is_some(),
        })
    }
}

impl Front {
    /// Serves one S3 call, whoever makes it: the bucket's policy may let anyone in.
    pub(crate) async fn serve_s3(&self, arrival: &Arrival, call: &Call, body: Incoming) -> Served {
        let snapshot = self.catalog.current();
        let found = self.authenticator.authenticate(&arrival.head, None, &snapshot, self.clock.now());
        let who = self.who(&found);
        let received_bytes = received_bytes(&arrival.head, &body);
        let bucket = self.bucket(call.bucket.as_deref()).await;
        let owner = bucket.as_ref().and_then(owner);
        let owners = self.owners(arrival, call, owner).await;
        let served = |answered: Answered, received| Served {
            answered,
            who: who.clone(),
            received,
            received_bytes,
            owners,
            under: None,
        };
        let check = match found {
            Authentication::Proven { evidence: Evidence::Signature(verified), .. } => verified.body(),
            Authentication::Proven { evidence: Evidence::SignIn, .. } | Authentication::Unsigned => {
                BodyCheck::Nothing
            }
            Authentication::Refused { refusal, .. } => return served(refused(arrival, &refusal), None),
        };
        let upload = self.upload(arrival, call).await;
        let about = About { bucket: bucket.as_ref(), owner, upload: upload.as_ref() };
        if let Some(denied) = self.deny(arrival, call, &who, about) {
            return served(denied, None);
        }
        let service_call = ServiceCall::S3(call.clone());
        let checked = match keep(body, check, &service_call, received_bytes).await {
            Ok(checked) => checked,
            Err(refusal) => return served(refused_body(arrival, refusal), None),
        };
        let kept = checked.kept.clone();
        served(self.pass(arrival, call, &who, checked).await, kept)
    }

    /// Reads an object or a listing in the name of a caller who is known, as if it had asked itself: the same
    /// policies decide, and it is recorded the same way.
    pub(crate) async fn read_for(&self, arrival: &Arrival, who: &Who) -> Answered {
        let call = self.objects.resolve(&arrival.head);
        let bucket = self.bucket(call.bucket.as_deref()).await;
        let owner = bucket.as_ref().and_then(owner);
        let owners = self.owners(arrival, &call, owner).await;
        let answered =
            match self.deny(arrival, &call, who, About { bucket: bucket.as_ref(), owner, upload: None }) {
                Some(denied) => denied,
                None => {
                    let body = Body::from(Bytes::new());
                    let checked = Checked { body, kept: None, trailers: Trailers::default() };
                    self.pass(arrival, &call, who, checked).await
                }
            };
        let who = who.clone();
        let served = Served { answered, who, received: None, received_bytes: 0, owners, under: None };
        self.make_durable(arrival, (Protocol::RestXml, &ServiceCall::S3(call)), served, Map::new()).await
    }

    /// Hands a call that was let through to the store.
    async fn pass(&self, arrival: &Arrival, call: &Call, who: &Who, checked: Checked) -> Answered {
        let authorized = self.authorized(arrival, call, who);
        let Some(request) = self.request(arrival, who, authorized, checked) else {
            let (code, message) = (ErrorCode::InvalidRequest, "The request target can not be read.");
            return refuse_with(arrival, code, message);
        };
        let Ok(response) = self.objects.endpoint.call(request).await;
        answered(arrival, &ServiceCall::S3(call.clone()), response).await
    }

    async fn bucket(&self, name: Option<&str>) -> Option<Bucket> {
        match self.objects.store.bucket(name?).await {
            Ok(bucket) => bucket,
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "bucket could not be read");
                None
            }
        }
    }

    /// Says whose the bucket is that a call uses, and the one that it copies from. Whoever would make a bucket of
    /// a name that is taken uses nobody's.
    async fn owners(&self, arrival: &Arrival, call: &Call, owner: Option<AccountId>) -> Owners {
        let copied = arrival.head.header("x-amz-copy-source");
        let source = copied.and_then(|source| copy_source_bucket(call, source));
        let source = self.bucket(source.as_deref()).await;
        let resource = owner.filter(|_| call.operation != Some("CreateBucket"));
        Owners { resource, source: source.as_ref().and_then(self::owner) }
    }

    /// Finds how the upload is encrypted that a call adds to: its parts come without headers that say so, and
    /// policies look at it all the same.
    async fn upload(&self, arrival: &Arrival, call: &Call) -> Option<Encryption> {
        if !matches!(call.operation, Some("UploadPart" | "UploadPartCopy" | "CompleteMultipartUpload")) {
            return None;
        }
        let id = request_facts::query_value(&arrival.head.query, "uploadId")?;
        let found =
            self.objects.store.upload_encryption(call.bucket.as_deref()?, call.key.as_deref()?, &id).await;
        found.unwrap_or_else(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "upload could not be read");
            None
        })
    }

    /// Returns the refusal of a call that policies do not allow. DeleteObjects is decided key by key when its
    /// body is read, and answers so.
    fn deny(
        &self,
        arrival: &Arrival,
        call: &Call,
        who: &Who,
        About { bucket, owner, upload }: About<'_>,
    ) -> Option<Answered> {
        if call.operation == Some("DeleteObjects") {
            return None;
        }
        let policy = match bucket.and_then(|bucket| bucket.policy.as_deref()) {
            Some(text) => match Policy::parse(PolicyKind::Resource, text) {
                Ok(policy) => Some(policy),
                Err(error) => {
                    tracing::error!(error = &error as &dyn std::error::Error, "bucket policy can't be read");
                    return Some(refuse_with(
                        arrival,
                        ErrorCode::AccessDenied,
                        ErrorCode::AccessDenied.message(),
                    ));
                }
            },
            None => None,
        };
        match self.decide_s3(arrival, call, who, (policy.as_ref(), owner, upload)) {
            Ok(decision) => {
                let message = decision.message()?;
                let anonymous = matches!(who.caller, cairn_access::Caller::Unsigned);
                let message = if anonymous { ErrorCode::AccessDenied.message() } else { &message };
                Some(refuse_with(arrival, ErrorCode::AccessDenied, message))
            }
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a stored policy can't be read");
                Some(refuse_with(arrival, ErrorCode::InternalError, ErrorCode::InternalError.message()))
            }
        }
    }

    /// Says no to a caller who is known and may not read what lies in a bucket elsewhere, which counts as `owner`'s. Its
    /// policy is where the bucket is, and judges the endpoint's credentials there.
    ///
    /// # Errors
    /// The words for the caller.
    pub(crate) fn permit_elsewhere(
        &self,
        arrival: &Arrival,
        who: &Who,
        owner: AccountId,
    ) -> Result<(), String> {
        // The page may have been asked for under the name of a bucket, which is no part of what is read now.
        let (method, path, query) = (&arrival.head.method, &arrival.head.path, &arrival.head.query);
        let call = self.objects.resolver.resolve(&Seen { method, path, query, ..Seen::default() });
        match self.decide_s3(arrival, &call, who, (None, Some(owner), None)) {
            Ok(decision) => decision.message().map_or(Ok(()), Err),
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a stored policy can't be read");
                Err(ErrorCode::AccessDenied.message().to_owned())
            }
        }
    }

    fn decide_s3(
        &self,
        arrival: &Arrival,
        call: &Call,
        who: &Who,
        (policy, owner, upload): (Option<&Policy>, Option<AccountId>, Option<&Encryption>),
    ) -> Result<Decision, PolicyError> {
        let (action, resource) = (authorize::s3_action(call), authorize::s3_resource(call));
        let asked = (action.as_str(), resource.as_str(), owner.unwrap_or(who.account));
        let (snapshot, now) = (self.catalog.current(), self.clock.now());
        let context = request_facts::of_request(arrival, who, &snapshot, now);
        let context = request_facts::of_s3((&arrival.head, upload), call, now, context);
        authorize::decide(&who.caller, &snapshot, policy, asked, context)
    }

    /// Says what was let through, and who decides about objects that the call names elsewhere.
    fn authorized(&self, arrival: &Arrival, call: &Call, who: &Who) -> Authorized {
        let snapshot = self.catalog.current();
        let context = request_facts::of_request(arrival, who, &snapshot, self.clock.now());
        let user =
            ObjectUser::Caller { caller: who.caller.clone(), account: who.account, facts: context.clone() };
        let keys = ObjectKeys { keys: Arc::clone(&self.keys), user };
        let gate = Policies { caller: who.caller.clone(), snapshot, context };
        Authorized {
            operation: call.operation,
            bucket: call.bucket.clone(),
            key: call.key.clone(),
            gate: Arc::new(gate),
            keys: Arc::new(keys),
        }
    }

    /// Makes the request that the store sees: what signed it is gone; who signed it and what was decided are
    /// extensions.
    fn request(
        &self,
        arrival: &Arrival,
        who: &Who,
        authorized: Authorized,
        checked: Checked,
    ) -> Option<Request<Body>> {
        let head = &arrival.head;
        let query: Vec<&str> = head.query.split('&').filter(|pair| !is_signing(pair)).collect();
        let query = query.join("&");
        let target = if query.is_empty() { head.path.clone() } else { format!("{}?{query}", head.path) };
        let mut request =
            Request::builder().method(head.method.as_str()).uri(target).body(checked.body).ok()?;
        let decoded = head.header("x-amz-decoded-content-length");
        for (name, value) in &head.headers {
            let is_left_out = match name.as_str() {
                "content-length" => decoded.is_some(),
                "host" => head.host_of_bucket().is_empty(),
                name => SIGNING_HEADERS.contains(&name),
            };
            if is_left_out {
                continue;
            }
            let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
            request.headers_mut().append(name, HeaderValue::from_bytes(value).ok()?);
        }
        if let Some(length) = decoded {
            request.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_str(length).ok()?);
        }
        strip_chunked(&mut request);
        let extensions = request.extensions_mut();
        extensions.insert(authorized);
        extensions.insert(checked.trailers);
        extensions.insert(RequestTag {
            request_id: arrival.ids.request.clone(),
            host_id: arrival.ids.host.clone(),
        });
        if let Some(arn) = who.caller.principal().arn() {
            extensions.insert(Caller {
                account: who.account.to_string(),
                arn,
                canonical_id: canonical_id(who.account),
                region: who.region.to_string(),
            });
        }
        Some(request)
    }
}

fn owner(bucket: &Bucket) -> Option<AccountId> {
    bucket.owner.parse().ok()
}

/// Returns the canonical user id of an account: 64 hexadecimal digits, the same on every server.
pub(crate) fn canonical_id(account: AccountId) -> String {
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, account.as_str().as_bytes());
    hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Sets the body's check up, and reads the body at once where the record wants it. One that turns out longer
/// than the record takes streams on, whatever length was announced.
async fn keep(
    body: Incoming,
    check: BodyCheck,
    call: &ServiceCall,
    length: u64,
) -> Result<Checked, cairn_s3::BodyRefused> {
    let trailers = Trailers::default();
    let bytes_max = match body_policy(call).request {
        Keep::Always { bytes_max } if length <= bytes_max as u64 => bytes_max,
        Keep::Always { .. } | Keep::OnError { .. } | Keep::Nothing => 0,
    };
    let mut stream = Box::pin(incoming::checked(body, check, trailers.clone()));
    let mut pieces: Vec<Bytes> = Vec::new();
    let mut read = 0;
    while read <= bytes_max && bytes_max > 0 {
        match stream.try_next().await {
            Ok(Some(piece)) => {
                read += piece.len();
                pieces.push(piece);
            }
            Ok(None) => {
                let whole = Bytes::from(pieces.concat());
                return Ok(Checked { body: Body::from(whole.clone()), kept: Some(whole), trailers });
            }
            Err(error) => return Err(broken(error)),
        }
    }
    let begun = futures_util::stream::iter(pieces.into_iter().map(Ok));
    let frames = futures_util::StreamExt::chain(begun, stream).map_ok(Frame::data);
    Ok(Checked { body: Body::http_body_unsync(StreamBody::new(frames)), kept: None, trailers })
}

fn broken(error: StreamError) -> cairn_s3::BodyRefused {
    match error.downcast::<cairn_s3::BodyRefused>() {
        Ok(refused) => *refused,
        Err(_broken) => cairn_s3::BodyRefused {
            code: ErrorCode::IncompleteBody.as_str().to_owned(),
            status: ErrorCode::IncompleteBody.http_status(),
            message: ErrorCode::IncompleteBody.message().to_owned(),
        },
    }
}

/// Puts our ids on an answer, and takes it whole where the record may look at it.
async fn answered(arrival: &Arrival, call: &ServiceCall, response: Response<Body>) -> Answered {
    let (mut parts, body) = response.into_parts();
    let ids = [("x-amz-request-id", &arrival.ids.request), ("x-amz-id-2", &arrival.ids.host)];
    for (name, value) in ids {
        if let Ok(value) = HeaderValue::from_str(value) {
            parts.headers.insert(HeaderName::from_static(name), value);
        }
    }
    let looked_at = match body_policy(call).response {
        Keep::Nothing => false,
        Keep::OnError { .. } => parts.status.as_u16() >= 300,
        Keep::Always { .. } => true,
    };
    let size = body.size_hint();
    if looked_at && size.upper().is_none_or(|upper| upper <= ANSWER_BYTES_MAX) {
        return match body.collect().await {
            Ok(whole) => Answered::Whole(Response::from_parts(parts, whole.to_bytes())),
            Err(error) => {
                tracing::error!(error = %error, "an S3 answer broke off");
                refuse_with(arrival, ErrorCode::InternalError, ErrorCode::InternalError.message())
            }
        };
    }
    Answered::Streams(Response::from_parts(
        parts,
        http_body_util::BodyExt::map_err(body, StreamError::from).boxed_unsync(),
    ))
}

fn refused(arrival: &Arrival, refusal: &AuthRefusal) -> Answered {
    refuse::signature(arrival, Protocol::RestXml, refusal).into()
}

fn refused_body(arrival: &Arrival, refusal: cairn_s3::BodyRefused) -> Answered {
    let body = cairn_wire::s3::ErrorBody {
        code: &refusal.code,
        message: &refusal.message,
        resource: &arrival.head.path,
        request_id: &arrival.ids.request,
        host_id: &arrival.ids.host,
    };
    let headers =
        [("x-amz-request-id", arrival.ids.request.as_str()), ("x-amz-id-2", arrival.ids.host.as_str())];
    answer::answer(refusal.status, cairn_wire::s3::ErrorBody::CONTENT_TYPE, &headers, body.render()).into()
}

fn refuse_with(arrival: &Arrival, code: ErrorCode, message: &str) -> Answered {
    answer::s3_refusal(&arrival.ids, code, message, &arrival.head.method, &arrival.head.path).into()
}

/// Returns how many bytes of content a request brings: those of the object, without chunk framing.
fn received_bytes(head: &Head, body: &Incoming) -> u64 {
    let decoded = head.header("x-amz-decoded-content-length").and_then(|length| length.parse().ok());
    decoded.unwrap_or_else(|| body.size_hint().lower())
}

/// Tells whether a query parameter belongs to a presigned URL.
fn is_signing(pair: &str) -> bool {
    let name = pair.split('=').next().unwrap_or_default().to_ascii_lowercase();
    name.is_empty() || SIGNING_PARAMETERS.contains(&name.as_str())
}

/// Takes `aws-chunked` out of the content coding: the body is decoded.
fn strip_chunked(request: &mut Request<Body>) {
    let Some(coding) = request.headers().get(CONTENT_ENCODING).and_then(|value| value.to_str().ok()) else {
        return;
    };
    let left: Vec<&str> =
        coding.split(',').map(str::trim).filter(|name| !name.eq_ignore_ascii_case("aws-chunked")).collect();
    match HeaderValue::from_str(&left.join(", ")) {
        Ok(left) if !left.is_empty() => {
            request.headers_mut().insert(CONTENT_ENCODING, left);
        }
        Ok(_) | Err(_) => {
            request.headers_mut().remove(CONTENT_ENCODING);
        }
    }
}

const SIGNING_HEADERS: [&str; 7] = [
    "authorization",
    "x-amz-security-token",
    "x-amz-content-sha256",
    "x-amz-date",
    "x-amz-decoded-content-length",
    "transfer-encoding",
    "expect",
];

const SIGNING_PARAMETERS: [&str; 8] = [
    "x-amz-algorithm",
    "x-amz-credential",
    "x-amz-date",
    "x-amz-expires",
    "x-amz-signedheaders",
    "x-amz-signature",
    "x-amz-security-token",
    "x-amz-content-sha256",
];
