//! S3's errors: codes with their status, and the XML body.

use crate::xml::element;

/// The first line of every answer in XML.
const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// An S3 error that is answered before or instead of the object store's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorCode {
    /// The caller lacks a permission, or a presigned URL has expired.
    AccessDenied,
    /// The credential scope names another Region or cannot be read.
    AuthorizationHeaderMalformed,
    /// The presigned parameters are incomplete or contradict each other.
    AuthorizationQueryParametersError,
    /// The body is larger than allowed.
    EntityTooLarge,
    /// The session token has expired.
    ExpiredToken,
    /// The body ended early.
    IncompleteBody,
    /// Something broke here.
    InternalError,
    /// The access key is unknown.
    InvalidAccessKeyId,
    /// A parameter has a bad value.
    InvalidArgument,
    /// The request cannot be understood, unsupported signature versions among them.
    InvalidRequest,
    /// The session token does not belong to the key.
    InvalidToken,
    /// The path or the query has a broken percent escape.
    InvalidUri,
    /// The resource has no such method.
    MethodNotAllowed,
    /// A required header is missing.
    MissingSecurityHeader,
    /// Cairn does not do this.
    NotImplemented,
    /// The headers or the request line are larger than allowed.
    RequestHeaderSectionTooLarge,
    /// The clocks are too far apart.
    RequestTimeTooSkewed,
    /// The body did not come in time.
    RequestTimeout,
    /// The call cannot be recorded now; nothing was done.
    ServiceUnavailable,
    /// The signature is wrong.
    SignatureDoesNotMatch,
    /// Too many requests.
    SlowDown,
    /// The body is not what its signed hash says.
    XAmzContentSHA256Mismatch,
}

impl ErrorCode {
    /// Returns the code as it is sent.
    pub const fn as_str(self) -> &'static str {
        self.row().0
    }

    /// Returns the HTTP status.
    pub const fn http_status(self) -> u16 {
        self.row().1
    }

    /// Returns the sentence that S3 sends when there is nothing more to say.
    pub const fn message(self) -> &'static str {
        self.row().2
    }

    const fn row(self) -> (&'static str, u16, &'static str) {
        match self {
            Self::AccessDenied => ("AccessDenied", 403, "Access Denied"),
            Self::AuthorizationHeaderMalformed => (
                "AuthorizationHeaderMalformed",
                400,
                "The authorization header that you provided is not valid.",
            ),
            Self::AuthorizationQueryParametersError => (
                "AuthorizationQueryParametersError",
                400,
                "Query-string authentication requires the X-Amz-Algorithm, X-Amz-Credential, \
                 X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders and X-Amz-Expires parameters.",
            ),
            Self::EntityTooLarge => {
                ("EntityTooLarge", 400, "Your proposed upload exceeds the maximum allowed object size.")
            }
            Self::ExpiredToken => ("ExpiredToken", 400, "The provided token has expired."),
            Self::IncompleteBody => {
                let message =
                    "You did not provide the number of bytes specified by the Content-Length HTTP header.";
                ("IncompleteBody", 400, message)
            }
            Self::InternalError => {
                ("InternalError", 500, "We encountered an internal error. Please try again.")
            }
            Self::InvalidAccessKeyId => {
                let message = "The AWS Access Key Id you provided does not exist in our records.";
                ("InvalidAccessKeyId", 403, message)
            }
            Self::InvalidArgument => ("InvalidArgument", 400, "Invalid Argument"),
            Self::InvalidRequest => ("InvalidRequest", 400, "Invalid Request"),
            Self::InvalidToken => {
                ("InvalidToken", 400, "The provided token is malformed or otherwise not valid.")
            }
            Self::InvalidUri => ("InvalidURI", 400, "Couldn't parse the specified URI."),
            Self::MethodNotAllowed => {
                ("MethodNotAllowed", 405, "The specified method is not allowed against this resource.")
            }
            Self::MissingSecurityHeader => {
                ("MissingSecurityHeader", 400, "Your request is missing a required header.")
            }
            Self::NotImplemented => (
                "NotImplemented",
                501,
                "A header you provided implies functionality that is not implemented.",
            ),
            Self::RequestHeaderSectionTooLarge => (
                "RequestHeaderSectionTooLarge",
                400,
                "Your request header section exceeds the maximum allowed request header section size.",
            ),
            Self::RequestTimeTooSkewed => {
                let message = "The difference between the request time and the current time is too large.";
                ("RequestTimeTooSkewed", 403, message)
            }
            Self::RequestTimeout => ("RequestTimeout", 400, "Nothing was sent for too long."),
            Self::ServiceUnavailable => ("ServiceUnavailable", 503, "Service is unable to handle request."),
            Self::SignatureDoesNotMatch => (
                "SignatureDoesNotMatch",
                403,
                "The request signature we calculated does not match the signature you provided. \
                 Check your key and signing method.",
            ),
            Self::SlowDown => ("SlowDown", 503, "Please reduce your request rate."),
            Self::XAmzContentSHA256Mismatch => {
                let message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
                ("XAmzContentSHA256Mismatch", 400, message)
            }
        }
    }
}

/// The body of an S3 error. A HEAD has none, whatever its status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErrorBody<'a> {
    /// The error code, [`ErrorCode::as_str`] or a store's own.
    pub code: &'a str,
    /// What the caller is told.
    pub message: &'a str,
    /// The path that was asked for.
    pub resource: &'a str,
    /// `x-amz-request-id`.
    pub request_id: &'a str,
    /// `x-amz-id-2`.
    pub host_id: &'a str,
}

impl ErrorBody<'_> {
    /// The content type of error bodies.
    pub const CONTENT_TYPE: &'static str = "application/xml";

    /// Renders the XML.
    pub fn render(&self) -> String {
        let mut body = format!("{DECLARATION}<Error>");
        element(&mut body, "Code", self.code);
        element(&mut body, "Message", self.message);
        element(&mut body, "Resource", self.resource);
        element(&mut body, "RequestId", self.request_id);
        element(&mut body, "HostId", self.host_id);
        body.push_str("</Error>");
        body
    }
}
