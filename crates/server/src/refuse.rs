//! Refusals that no service makes itself, each in the caller's protocol.

use bytes::Bytes;
use cairn_sigv4::Family;
use cairn_wire::query::QueryErrorCode;
use cairn_wire::recognise::{Call, Protocol};
use cairn_wire::s3::ErrorCode as S3ErrorCode;
use cairn_wire::{ErrorCode, json11};
use http::{Response, StatusCode};

use crate::answer::{answer, cbor_refusal, ec2_refusal, json_refusal, query_refusal, s3_refusal};
use crate::authenticate::AuthRefusal;
use crate::incoming::ReadBodyError;
use crate::serve::Arrival;
use crate::telemetry;

/// A refusal in the protocols' own codes.
struct Words<'a> {
    json: ErrorCode,
    query: QueryErrorCode,
    s3: S3ErrorCode,
    message: &'a str,
}

/// Answers a signature that does not hold.
pub(crate) fn signature(arrival: &Arrival, protocol: Protocol, refusal: &AuthRefusal) -> Response<Bytes> {
    let codes = refusal.codes();
    let family = if protocol == Protocol::RestXml { Family::S3 } else { Family::Service };
    let message = refusal.message(family, arrival.head.carrier());
    say(arrival, protocol, &Words { json: codes.json, query: codes.query, s3: codes.s3, message: &message })
}

/// Answers a call that is not, or was not, recorded.
pub(crate) fn unrecorded(arrival: &Arrival, protocol: Protocol) -> Response<Bytes> {
    let words = Words {
        json: ErrorCode::ServiceUnavailable,
        query: QueryErrorCode::ServiceUnavailable,
        s3: S3ErrorCode::ServiceUnavailable,
        message: "The call can not be recorded now, so it is refused. Try again later.",
    };
    say(arrival, protocol, &words)
}

/// Answers a call that its upstream did not answer.
pub(crate) fn upstream(arrival: &Arrival, protocol: Protocol, message: &str) -> Response<Bytes> {
    let words = Words {
        json: ErrorCode::ServiceUnavailable,
        query: QueryErrorCode::ServiceUnavailable,
        s3: S3ErrorCode::ServiceUnavailable,
        message,
    };
    say(arrival, protocol, &words)
}

/// Answers a request that came in the clear where only TLS is served.
pub(crate) fn in_the_clear(arrival: &Arrival, protocol: Protocol) -> Response<Bytes> {
    let words = Words {
        json: ErrorCode::MalformedHttpRequestException,
        query: QueryErrorCode::MalformedQueryString,
        s3: S3ErrorCode::InvalidRequest,
        message: "This endpoint is served over TLS: use https:// instead of http://.",
    };
    let mut refusal = say(arrival, protocol, &words);
    *refusal.status_mut() = StatusCode::BAD_REQUEST;
    refusal
}

/// Answers a body that can't be read.
pub(crate) fn body(arrival: &Arrival, protocol: Protocol, error: ReadBodyError) -> Response<Bytes> {
    let words = match error {
        ReadBodyError::TooLong => Words {
            json: ErrorCode::RequestEntityTooLargeException,
            query: QueryErrorCode::RequestEntityTooLarge,
            s3: S3ErrorCode::EntityTooLarge,
            message: "The request body is too large.",
        },
        ReadBodyError::Broken => Words {
            json: ErrorCode::MalformedHttpRequestException,
            query: QueryErrorCode::MalformedQueryString,
            s3: S3ErrorCode::IncompleteBody,
            message: "The request body could not be read to its end.",
        },
        // Each is a code that clients try again, which the query protocol has one of.
        ReadBodyError::Silent => Words {
            json: ErrorCode::RequestTimeoutException,
            query: QueryErrorCode::ServiceUnavailable,
            s3: S3ErrorCode::RequestTimeout,
            message: "The request body did not come in the time that is waited for it.",
        },
        ReadBodyError::NoRoom => {
            telemetry::refused("no-room");
            Words {
                json: ErrorCode::ServiceUnavailable,
                query: QueryErrorCode::ServiceUnavailable,
                s3: S3ErrorCode::ServiceUnavailable,
                message: "As many long requests are read as may be at once. Try again later.",
            }
        }
    };
    say(arrival, protocol, &words)
}

/// Answers a call of a service that nobody serves here.
pub(crate) fn service(arrival: &Arrival, call: &Call) -> Response<Bytes> {
    let service = call.event_source.trim_end_matches(".amazonaws.com");
    let message = match call.event_source.as_str() {
        "cloudtrail.amazonaws.com" => "The operation is not known.".to_owned(),
        "sts.amazonaws.com" => "The request names no Action.".to_owned(),
        _ => format!("Cairn does not serve {service}, and no upstream is configured for it."),
    };
    let request_id = arrival.ids.request.as_str();
    match call.protocol {
        Protocol::Json => json_refusal(&arrival.ids, ErrorCode::UnknownOperationException, &message),
        Protocol::RestXml => {
            let (method, path) = (&arrival.head.method, &arrival.head.path);
            s3_refusal(&arrival.ids, S3ErrorCode::NotImplemented, &message, method, path)
        }
        Protocol::Query if call.event_source == "sts.amazonaws.com" => {
            query_refusal(&arrival.ids, QueryErrorCode::MissingAction, &message)
        }
        Protocol::Query => not_served(query_refusal(&arrival.ids, QueryErrorCode::InvalidAction, &message)),
        Protocol::Ec2Query => not_served(ec2_refusal(&arrival.ids, QueryErrorCode::InvalidAction, &message)),
        Protocol::Cbor => {
            not_served(cbor_refusal(&arrival.ids, ErrorCode::UnknownOperationException, &message))
        }
        Protocol::RestJson => {
            let code = ErrorCode::UnknownOperationException;
            let kind = code.to_string();
            let headers =
                [(json11::REQUEST_ID_HEADER, request_id), (json11::ERROR_TYPE_HEADER, kind.as_str())];
            answer(501, "application/json", &headers, json11::error_body(code, &message))
        }
    }
}

/// An action of a service that is not here is not the client's fault.
fn not_served(mut refusal: Response<Bytes>) -> Response<Bytes> {
    *refusal.status_mut() = StatusCode::NOT_IMPLEMENTED;
    refusal
}

fn say(arrival: &Arrival, protocol: Protocol, words: &Words<'_>) -> Response<Bytes> {
    match protocol {
        Protocol::Query => query_refusal(&arrival.ids, words.query, words.message),
        Protocol::Ec2Query => ec2_refusal(&arrival.ids, words.query, words.message),
        Protocol::RestXml => {
            let (method, path) = (&arrival.head.method, &arrival.head.path);
            s3_refusal(&arrival.ids, words.s3, words.message, method, path)
        }
        Protocol::Cbor => cbor_refusal(&arrival.ids, words.json, words.message),
        Protocol::Json | Protocol::RestJson => json_refusal(&arrival.ids, words.json, words.message),
    }
}
