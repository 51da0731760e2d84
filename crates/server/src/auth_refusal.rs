//! A refused signature in each protocol's words: one table.

use cairn_sigv4::{AuthError, Carrier, Family};
use cairn_wire::ErrorCode;
use cairn_wire::query::QueryErrorCode;
use cairn_wire::s3::ErrorCode as S3ErrorCode;

use crate::authenticate::AuthRefusal;

/// The error of a refused signature in AWS JSON, in the query protocol and in S3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AuthCodes {
    pub(crate) json: ErrorCode,
    pub(crate) query: QueryErrorCode,
    pub(crate) s3: S3ErrorCode,
}

impl AuthRefusal {
    /// Returns the error codes.
    pub(crate) fn codes(&self) -> AuthCodes {
        let codes = |json, query, s3| AuthCodes { json, query, s3 };
        match self {
            Self::UnknownKey | Self::InactiveKey => codes(
                ErrorCode::UnrecognizedClientException,
                QueryErrorCode::InvalidClientTokenId,
                S3ErrorCode::InvalidAccessKeyId,
            ),
            Self::UnknownToken => codes(
                ErrorCode::UnrecognizedClientException,
                QueryErrorCode::InvalidClientTokenId,
                S3ErrorCode::InvalidToken,
            ),
            Self::ExpiredToken => codes(
                ErrorCode::ExpiredTokenException,
                QueryErrorCode::ExpiredToken,
                S3ErrorCode::ExpiredToken,
            ),
            Self::Broken => {
                codes(ErrorCode::InternalFailure, QueryErrorCode::InternalFailure, S3ErrorCode::InternalError)
            }
            Self::Signature(error) => signature_codes(error),
        }
    }

    /// Returns the message for the client.
    pub(crate) fn message(&self, family: Family, carrier: Carrier) -> String {
        match (self, family) {
            (Self::Signature(error), family) => error.message(family, carrier),
            (Self::UnknownKey | Self::InactiveKey, Family::S3) => {
                S3ErrorCode::InvalidAccessKeyId.message().to_owned()
            }
            (Self::UnknownToken, Family::S3) => S3ErrorCode::InvalidToken.message().to_owned(),
            (Self::UnknownKey | Self::InactiveKey | Self::UnknownToken, Family::Service) => {
                "The security token included in the request is invalid.".to_owned()
            }
            (Self::ExpiredToken, Family::S3) => S3ErrorCode::ExpiredToken.message().to_owned(),
            (Self::ExpiredToken, Family::Service) => {
                "The security token included in the request is expired".to_owned()
            }
            (Self::Broken, Family::S3) => S3ErrorCode::InternalError.message().to_owned(),
            (Self::Broken, Family::Service) => "An internal error occurred.".to_owned(),
        }
    }
}

#[expect(clippy::too_many_lines, reason = "one exhaustive match: the table of codes")]
fn signature_codes(error: &AuthError) -> AuthCodes {
    let (json, query, s3) = match error {
        AuthError::MissingAuthentication => (
            ErrorCode::MissingAuthenticationTokenException,
            QueryErrorCode::MissingAuthenticationToken,
            S3ErrorCode::AccessDenied,
        ),
        AuthError::SeveralMechanisms
        | AuthError::UnsupportedMechanism
        | AuthError::SigV2 { .. }
        | AuthError::SigV4a { .. }
        | AuthError::UnsupportedAlgorithm { .. }
        | AuthError::PayloadNotSigned
        | AuthError::MissingDecodedLength => (
            ErrorCode::IncompleteSignatureException,
            QueryErrorCode::IncompleteSignature,
            S3ErrorCode::InvalidRequest,
        ),
        AuthError::MalformedUri => (
            ErrorCode::IncompleteSignatureException,
            QueryErrorCode::IncompleteSignature,
            S3ErrorCode::InvalidUri,
        ),
        AuthError::IncompleteHeader { .. }
        | AuthError::MalformedParameter { .. }
        | AuthError::MalformedCredential { .. }
        | AuthError::MalformedSignedHeaders
        | AuthError::MalformedDate { .. }
        | AuthError::ScopeTerminator { .. } => (
            ErrorCode::IncompleteSignatureException,
            QueryErrorCode::IncompleteSignature,
            S3ErrorCode::AuthorizationHeaderMalformed,
        ),
        AuthError::IncompleteQuery { .. } | AuthError::InvalidExpires(_) => (
            ErrorCode::IncompleteSignatureException,
            QueryErrorCode::IncompleteSignature,
            S3ErrorCode::AuthorizationQueryParametersError,
        ),
        AuthError::ScopeDate { .. } | AuthError::ScopeRegion { .. } | AuthError::ScopeService { .. } => (
            ErrorCode::InvalidSignatureException,
            QueryErrorCode::SignatureDoesNotMatch,
            S3ErrorCode::AuthorizationHeaderMalformed,
        ),
        AuthError::HostNotSigned | AuthError::HeadersNotSigned { .. } => (
            ErrorCode::InvalidSignatureException,
            QueryErrorCode::SignatureDoesNotMatch,
            S3ErrorCode::AccessDenied,
        ),
        AuthError::Expired { .. } | AuthError::NotYetCurrent { .. } => (
            ErrorCode::InvalidSignatureException,
            QueryErrorCode::SignatureDoesNotMatch,
            S3ErrorCode::RequestTimeTooSkewed,
        ),
        AuthError::PresignedExpired { .. } | AuthError::PresignedNotYetCurrent { .. } => (
            ErrorCode::InvalidSignatureException,
            QueryErrorCode::SignatureDoesNotMatch,
            S3ErrorCode::AccessDenied,
        ),
        AuthError::SignatureDoesNotMatch(_) => (
            ErrorCode::InvalidSignatureException,
            QueryErrorCode::SignatureDoesNotMatch,
            S3ErrorCode::SignatureDoesNotMatch,
        ),
        AuthError::MissingContentSha256 => (
            ErrorCode::InvalidSignatureException,
            QueryErrorCode::SignatureDoesNotMatch,
            S3ErrorCode::MissingSecurityHeader,
        ),
        AuthError::InvalidContentSha256 { .. } => (
            ErrorCode::InvalidSignatureException,
            QueryErrorCode::SignatureDoesNotMatch,
            S3ErrorCode::InvalidArgument,
        ),
        AuthError::ContentSha256Mismatch { .. } => (
            ErrorCode::InvalidSignatureException,
            QueryErrorCode::SignatureDoesNotMatch,
            S3ErrorCode::XAmzContentSHA256Mismatch,
        ),
        AuthError::TooLarge { .. } => (
            ErrorCode::RequestEntityTooLargeException,
            QueryErrorCode::RequestEntityTooLarge,
            S3ErrorCode::RequestHeaderSectionTooLarge,
        ),
        AuthError::BodyNeeded => {
            (ErrorCode::InternalFailure, QueryErrorCode::InternalFailure, S3ErrorCode::InternalError)
        }
    };
    AuthCodes { json, query, s3 }
}
