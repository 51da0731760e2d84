//! The errors that every service of the query protocol knows.

/// An error that any query service can answer with, and the HTTP status that carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueryErrorCode {
    /// The caller lacks a permission.
    AccessDenied,
    /// The session token has expired.
    ExpiredToken,
    /// The `Authorization` header or the signing parameters are incomplete.
    IncompleteSignature,
    /// Something broke here.
    InternalFailure,
    /// The action or the version is unknown.
    InvalidAction,
    /// The access key or the session token is unknown.
    InvalidClientTokenId,
    /// A parameter has a bad value.
    InvalidParameterValue,
    /// The request cannot be read.
    MalformedQueryString,
    /// The request is not signed.
    MissingAuthenticationToken,
    /// The request names no action.
    MissingAction,
    /// A required parameter is missing.
    MissingParameter,
    /// The body is too long.
    RequestEntityTooLarge,
    /// The call cannot be recorded now; nothing was done.
    ServiceUnavailable,
    /// The signature is wrong, too old or too new.
    SignatureDoesNotMatch,
    /// Too many calls.
    Throttling,
    /// A parameter breaks a constraint.
    ValidationError,
}

impl QueryErrorCode {
    /// Returns the code as it is sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccessDenied => "AccessDenied",
            Self::ExpiredToken => "ExpiredToken",
            Self::IncompleteSignature => "IncompleteSignature",
            Self::InternalFailure => "InternalFailure",
            Self::InvalidAction => "InvalidAction",
            Self::InvalidClientTokenId => "InvalidClientTokenId",
            Self::InvalidParameterValue => "InvalidParameterValue",
            Self::MalformedQueryString => "MalformedQueryString",
            Self::MissingAuthenticationToken => "MissingAuthenticationToken",
            Self::MissingAction => "MissingAction",
            Self::MissingParameter => "MissingParameter",
            Self::RequestEntityTooLarge => "RequestEntityTooLarge",
            Self::ServiceUnavailable => "ServiceUnavailable",
            Self::SignatureDoesNotMatch => "SignatureDoesNotMatch",
            Self::Throttling => "Throttling",
            Self::ValidationError => "ValidationError",
        }
    }

    /// Returns the HTTP status.
    pub const fn http_status(self) -> u16 {
        match self {
            Self::AccessDenied
            | Self::ExpiredToken
            | Self::InvalidClientTokenId
            | Self::MissingAuthenticationToken
            | Self::SignatureDoesNotMatch => 403,
            Self::IncompleteSignature
            | Self::InvalidAction
            | Self::InvalidParameterValue
            | Self::MissingAction
            | Self::MissingParameter
            | Self::Throttling
            | Self::ValidationError => 400,
            Self::MalformedQueryString => 404,
            Self::RequestEntityTooLarge => 413,
            Self::InternalFailure => 500,
            Self::ServiceUnavailable => 503,
        }
    }
}
