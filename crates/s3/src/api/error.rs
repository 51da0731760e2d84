//! Refusals in S3's words.

use http::StatusCode;
use s3s::{S3Error, S3ErrorCode};

use crate::seal::KeyRefused;
use crate::store::StoreError;

/// Makes an error of a code and the message for the client.
pub(crate) fn refuse(code: S3ErrorCode, message: &'static str) -> S3Error {
    S3Error::with_message(code, message)
}

pub(crate) fn access_denied() -> S3Error {
    refuse(S3ErrorCode::AccessDenied, "Access Denied")
}

pub(crate) fn no_such_bucket() -> S3Error {
    refuse(S3ErrorCode::NoSuchBucket, "The specified bucket does not exist")
}

pub(crate) fn invalid_argument(message: &'static str) -> S3Error {
    refuse(S3ErrorCode::InvalidArgument, message)
}

pub(crate) fn invalid_request(message: &'static str) -> S3Error {
    refuse(S3ErrorCode::InvalidRequest, message)
}

pub(crate) fn not_implemented(message: &'static str) -> S3Error {
    refuse(S3ErrorCode::NotImplemented, message)
}

/// Makes an error of a code that s3s does not know.
pub(crate) fn custom(code: &str, status: StatusCode, message: String) -> S3Error {
    let code = S3ErrorCode::from_bytes(code.as_bytes()).unwrap_or(S3ErrorCode::InternalError);
    let mut error = S3Error::with_message(code, message);
    error.set_status_code(status);
    error
}

/// Turns a refusal of the store into S3's answer; faults of ours are logged and answered blandly.
pub(crate) fn answer(error: StoreError) -> S3Error {
    use S3ErrorCode as Code;
    match error {
        StoreError::NoSuchBucket => no_such_bucket(),
        StoreError::NoSuchKey => refuse(Code::NoSuchKey, "The specified key does not exist."),
        StoreError::NoSuchUpload => refuse(
            Code::NoSuchUpload,
            "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
        ),
        StoreError::BucketAlreadyExists => refuse(
            Code::BucketAlreadyExists,
            "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.",
        ),
        StoreError::BucketAlreadyOwnedByYou => refuse(
            Code::BucketAlreadyOwnedByYou,
            "Your previous request to create the named bucket succeeded and you already own it.",
        ),
        StoreError::TooManyBuckets { .. } => {
            refuse(Code::TooManyBuckets, "You have attempted to create more buckets than allowed")
        }
        StoreError::BucketNotEmpty => refuse(Code::BucketNotEmpty, "The bucket you tried to delete is not empty"),
        StoreError::KeyTooLong => refuse(Code::KeyTooLongError, "Your key is too long"),
        StoreError::PreconditionFailed => precondition_failed(),
        StoreError::EntityTooLarge => {
            refuse(Code::EntityTooLarge, "Your proposed upload exceeds the maximum allowed size")
        }
        StoreError::EntityTooSmall { .. } => {
            refuse(Code::EntityTooSmall, "Your proposed upload is smaller than the minimum allowed size")
        }
        StoreError::IncompleteBody => refuse(
            Code::IncompleteBody,
            "You did not provide the number of bytes specified by the Content-Length HTTP header",
        ),
        StoreError::MalformedTrailer => custom(
            "MalformedTrailerError",
            StatusCode::BAD_REQUEST,
            "The request contained trailing data that was not well-formed or did not conform to our published schema.".to_owned(),
        ),
        StoreError::BadDigest { what } => {
            S3Error::with_message(Code::BadDigest, format!("The {what} you specified did not match the calculated checksum."))
        }
        StoreError::Refused(refused) => {
            let status = StatusCode::from_u16(refused.status).unwrap_or(StatusCode::BAD_REQUEST);
            custom(&refused.code, status, refused.message)
        }
        StoreError::InvalidPart { .. } => refuse(
            Code::InvalidPart,
            "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
        ),
        StoreError::InvalidPartOrder => refuse(
            Code::InvalidPartOrder,
            "The list of parts was not in ascending order. Parts must be ordered by part number.",
        ),
        StoreError::InvalidRequest { why } => invalid_request(why),
        StoreError::Poisoned | StoreError::Closed => {
            refuse(Code::ServiceUnavailable, "The service cannot take writes; please reduce your request rate and retry.")
        }
        StoreError::KeyRefused(refused) => key_refused(refused),
        StoreError::Locked
        | StoreError::Newer { .. }
        | StoreError::OtherKey
        | StoreError::DataKeyDamaged
        | StoreError::Damaged { .. }
        | StoreError::Io { .. }
        | StoreError::Index(_)
        | StoreError::Malformed { .. } => fault(&error),
    }
}

/// KMS's own words, under S3's name for them.
fn key_refused(refused: KeyRefused) -> S3Error {
    match refused {
        KeyRefused::Denied { message } => S3Error::with_message(S3ErrorCode::AccessDenied, message),
        KeyRefused::Refused { code, message } => {
            custom(&format!("KMS.{code}"), StatusCode::BAD_REQUEST, message)
        }
        KeyRefused::Unavailable => {
            refuse(S3ErrorCode::ServiceUnavailable, "KMS does not answer; please retry your request.")
        }
    }
}

pub(crate) fn precondition_failed() -> S3Error {
    refuse(S3ErrorCode::PreconditionFailed, "At least one of the pre-conditions you specified did not hold")
}

fn fault(error: &StoreError) -> S3Error {
    let cause = std::error::Error::source(error).map(ToString::to_string);
    tracing::error!(%error, cause, "the object store failed a request");
    refuse(S3ErrorCode::InternalError, "We encountered an internal error. Please try again.")
}
