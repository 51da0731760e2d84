//! Answers: bodies of any origin, and refusals in the caller's protocol.

use bytes::Bytes;
use cairn_wire::query::{self, Operation as _, QueryErrorCode};
use cairn_wire::s3::{ErrorBody, ErrorCode as S3ErrorCode};
use cairn_wire::{ErrorCode, json11, kms, organizations, sts};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Body as _;
use serde::Serialize;

use crate::incoming::StreamError;

/// A body that is sent, whatever made it.
pub(crate) type AnswerBody = UnsyncBoxBody<Bytes, StreamError>;

/// The ids under which a request is answered and recorded.
#[derive(Debug, Clone)]
pub(crate) struct RequestIds {
    /// `x-amzn-RequestId`, or S3's sixteen-character `x-amz-request-id`.
    pub(crate) request: String,
    /// S3's `x-amz-id-2`.
    pub(crate) host: String,
    /// The `eventID` of the record.
    pub(crate) event: String,
}

/// An answer, and what the record may see of it.
#[derive(Debug)]
pub(crate) enum Answered {
    /// All of it is at hand.
    Whole(Response<Bytes>),
    /// Its body streams out; an object, say.
    Streams(Response<AnswerBody>),
}

impl Answered {
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Whole(response) => response.status(),
            Self::Streams(response) => response.status(),
        }
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        match self {
            Self::Whole(response) => response.headers(),
            Self::Streams(response) => response.headers(),
        }
    }

    /// Returns how many bytes of body will be sent, as far as that is known beforehand.
    pub(crate) fn body_bytes(&self) -> u64 {
        match self {
            Self::Whole(response) => response.body().len() as u64,
            Self::Streams(response) => {
                let stated = response.headers().get(http::header::CONTENT_LENGTH);
                let stated = stated.and_then(|length| length.to_str().ok()?.parse().ok());
                stated.unwrap_or_else(|| response.body().size_hint().lower())
            }
        }
    }

    pub(crate) fn into_response(self) -> Response<AnswerBody> {
        match self {
            Self::Whole(response) => response.map(whole),
            Self::Streams(response) => response,
        }
    }
}

impl From<Response<Bytes>> for Answered {
    fn from(response: Response<Bytes>) -> Self {
        Self::Whole(response)
    }
}

fn whole(bytes: Bytes) -> AnswerBody {
    Full::new(bytes).map_err(|never| match never {}).boxed_unsync()
}

/// Makes an answer of bytes. A header that can't be sent is left out.
pub(crate) fn answer(
    status: u16,
    content_type: &'static str,
    headers: &[(&'static str, &str)],
    body: impl Into<Bytes>,
) -> Response<Bytes> {
    let mut response = Response::new(body.into());
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(http::header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    response
}

/// Answers an AWS JSON call.
pub(crate) fn json(ids: &RequestIds, body: Vec<u8>) -> Response<Bytes> {
    answer(200, json11::CONTENT_TYPE, &[(json11::REQUEST_ID_HEADER, &ids.request)], body)
}

/// Refuses an AWS JSON call.
pub(crate) fn json_refusal(ids: &RequestIds, code: ErrorCode, message: &str) -> Response<Bytes> {
    let kind = code.to_string();
    let headers =
        [(json11::REQUEST_ID_HEADER, ids.request.as_str()), (json11::ERROR_TYPE_HEADER, kind.as_str())];
    answer(code.http_status(), json11::CONTENT_TYPE, &headers, json11::error_body(code, message))
}

/// Refuses a call of Smithy's RPC v2 in CBOR, which takes an answer in nothing else.
pub(crate) fn cbor_refusal(ids: &RequestIds, code: ErrorCode, message: &str) -> Response<Bytes> {
    #[derive(Serialize)]
    struct ErrorBody<'a> {
        #[serde(rename = "__type")]
        class: &'a str,
        message: &'a str,
    }
    let class = code.to_string();
    let mut body = Vec::new();
    let written = ciborium::into_writer(&ErrorBody { class: &class, message }, &mut body);
    if written.is_err() {
        // An empty map: the status tells. Two texts always go into a vector.
        body = vec![0xa0];
    }
    let headers = [(json11::REQUEST_ID_HEADER, ids.request.as_str()), ("smithy-protocol", "rpc-v2-cbor")];
    answer(code.http_status(), "application/cbor", &headers, body)
}

/// Refuses a call of KMS.
pub(crate) fn kms_refusal(ids: &RequestIds, refusal: &kms::Refusal) -> Response<Bytes> {
    let kind = refusal.code.as_str();
    let headers = [(json11::REQUEST_ID_HEADER, ids.request.as_str()), (json11::ERROR_TYPE_HEADER, kind)];
    answer(refusal.code.http_status(), json11::CONTENT_TYPE, &headers, kms::error_body(refusal))
}

/// Refuses a call of Organizations.
pub(crate) fn organizations_refusal(ids: &RequestIds, refusal: &organizations::Refusal) -> Response<Bytes> {
    let kind = refusal.code.as_str();
    let headers = [(json11::REQUEST_ID_HEADER, ids.request.as_str()), (json11::ERROR_TYPE_HEADER, kind)];
    let body = organizations::error_body(refusal);
    answer(refusal.code.http_status(), json11::CONTENT_TYPE, &headers, body)
}

/// Answers a query call.
pub(crate) fn xml(ids: &RequestIds, body: String) -> Response<Bytes> {
    answer(200, query::CONTENT_TYPE, &[(query::REQUEST_ID_HEADER, &ids.request)], body)
}

/// Refuses a query call.
pub(crate) fn query_refusal(ids: &RequestIds, code: QueryErrorCode, message: &str) -> Response<Bytes> {
    query_error(ids, sts::Operation::NAMESPACE, &query::Refusal::new(code, message))
}

/// Refuses a call of the query service with that namespace.
pub(crate) fn query_error(ids: &RequestIds, namespace: &str, refusal: &query::Refusal) -> Response<Bytes> {
    let query::Refusal { code, http_status, message } = refusal;
    let body =
        query::ErrorBody { namespace, code, http_status: *http_status, message, request_id: &ids.request };
    let headers = [(query::REQUEST_ID_HEADER, ids.request.as_str())];
    answer(*http_status, query::CONTENT_TYPE, &headers, body.render())
}

/// Refuses a call of EC2's own query protocol.
pub(crate) fn ec2_refusal(ids: &RequestIds, code: QueryErrorCode, message: &str) -> Response<Bytes> {
    let body = query::ec2_error_body(code, message, &ids.request);
    answer(code.http_status(), query::CONTENT_TYPE, &[(query::REQUEST_ID_HEADER, &ids.request)], body)
}

/// Refuses an S3 call before the store sees it. A HEAD is answered without a body.
pub(crate) fn s3_refusal(
    ids: &RequestIds,
    code: S3ErrorCode,
    message: &str,
    method: &str,
    resource: &str,
) -> Response<Bytes> {
    let body =
        ErrorBody { code: code.as_str(), message, resource, request_id: &ids.request, host_id: &ids.host };
    let body = if method == "HEAD" { String::new() } else { body.render() };
    let headers = [("x-amz-request-id", ids.request.as_str()), ("x-amz-id-2", ids.host.as_str())];
    answer(code.http_status(), ErrorBody::CONTENT_TYPE, &headers, body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_in_cbor_is_a_map_of_two_texts() {
        let ids = RequestIds { request: "r".to_owned(), host: String::new(), event: String::new() };
        let refusal = cbor_refusal(&ids, ErrorCode::ServiceUnavailable, "Later.");
        let told = |name: &str| refusal.headers()[name].to_str().unwrap().to_owned();
        let headers = ["content-type", "smithy-protocol", "x-amzn-requestid"].map(told);
        assert_eq!(headers, ["application/cbor", "rpc-v2-cbor", "r"]);
        let class = ErrorCode::ServiceUnavailable.to_string();
        let right = [
            b"\xa2\x66__type",
            &[0x60 | u8::try_from(class.len()).unwrap()][..],
            class.as_bytes(),
            b"\x67message\x66Later.",
        ];
        assert_eq!(refusal.body()[..], right.concat());
        assert_eq!(refusal.status(), ErrorCode::ServiceUnavailable.http_status());
    }
}
