//! The AWS query protocol, as far as STS needs it: parameters in, XML out.

use crate::xml::element;

/// The content type of answers.
pub const CONTENT_TYPE: &str = "text/xml";

/// The header that carries the request id of every answer.
pub const REQUEST_ID_HEADER: &str = "x-amzn-requestid";

/// The longest body that is read; policies and tokens of STS calls stay far below.
pub const BODY_BYTES_MAX: usize = 256 << 10;

/// The most parameters that a call may have.
pub const PARAMETERS_MAX: usize = 1000;

/// The version of the STS API that is answered.
pub const STS_VERSION: &str = "2011-06-15";

/// The namespace of STS answers.
const STS_NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// The parameters of a query call, from the query string and a form body, in the order sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parameters(Vec<(String, String)>);

/// The parameters cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParametersError {
    /// The body exceeds [`BODY_BYTES_MAX`].
    #[error("a query body has at most {BODY_BYTES_MAX} bytes")]
    TooLong,
    /// There are more than [`PARAMETERS_MAX`].
    #[error("a query call has at most {PARAMETERS_MAX} parameters")]
    TooMany,
    /// A name or value is not UTF-8 once decoded.
    #[error("a query parameter is UTF-8")]
    NotText,
}

impl Parameters {
    /// Reads the parameters of `query` (raw, without `?`) and then of the form `body`.
    pub fn parse(query: &str, body: &[u8]) -> Result<Self, ParametersError> {
        if body.len() > BODY_BYTES_MAX || query.len() > BODY_BYTES_MAX {
            return Err(ParametersError::TooLong);
        }
        let body = std::str::from_utf8(body).map_err(|_not_text| ParametersError::NotText)?;
        let mut parameters = Vec::new();
        for pair in query.split('&').chain(body.trim_ascii().split('&')).filter(|pair| !pair.is_empty()) {
            if parameters.len() == PARAMETERS_MAX {
                return Err(ParametersError::TooMany);
            }
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            parameters.push((decode_form(name)?, decode_form(value)?));
        }
        Ok(Self(parameters))
    }

    /// Returns the first value of `name`.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.iter().find(|(given, _)| *given == name).map(|(_, value)| value)
    }

    /// Returns the operation that is called.
    pub fn action(&self) -> Option<&str> {
        self.value("Action")
    }

    /// Returns names and values in the order sent.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// Decodes `+` and percent escapes of a form field.
fn decode_form(text: &str) -> Result<String, ParametersError> {
    let spaced = text.replace('+', " ");
    let decoded = percent_encoding::percent_decode_str(&spaced).decode_utf8();
    decoded.map(std::borrow::Cow::into_owned).map_err(|_not_text| ParametersError::NotText)
}

/// An error of a query service, with the HTTP status that carries it.
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

/// What `GetCallerIdentity` answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallerIdentity<'a> {
    /// The caller's ARN.
    pub arn: &'a str,
    /// The caller's unique id, `AIDA…` or `AROA…:session`.
    pub user_id: &'a str,
    /// The caller's account.
    pub account: &'a str,
}

/// Renders the answer of `GetCallerIdentity`.
pub fn caller_identity_body(identity: CallerIdentity<'_>, request_id: &str) -> String {
    let mut body = format!("<GetCallerIdentityResponse xmlns=\"{STS_NAMESPACE}\"><GetCallerIdentityResult>");
    element(&mut body, "Arn", identity.arn);
    element(&mut body, "UserId", identity.user_id);
    element(&mut body, "Account", identity.account);
    body.push_str("</GetCallerIdentityResult><ResponseMetadata>");
    element(&mut body, "RequestId", request_id);
    body.push_str("</ResponseMetadata></GetCallerIdentityResponse>");
    body
}

/// Renders the answer to a refused STS call. The fault is the sender's below HTTP 500.
pub fn error_body(code: QueryErrorCode, message: &str, request_id: &str) -> String {
    let fault = if code.http_status() < 500 { "Sender" } else { "Receiver" };
    let mut body = format!("<ErrorResponse xmlns=\"{STS_NAMESPACE}\"><Error>");
    element(&mut body, "Type", fault);
    element(&mut body, "Code", code.as_str());
    element(&mut body, "Message", message);
    body.push_str("</Error>");
    element(&mut body, "RequestId", request_id);
    body.push_str("</ErrorResponse>");
    body
}

/// Renders a refusal as EC2's clients read it; they know no other form.
pub fn ec2_error_body(code: QueryErrorCode, message: &str, request_id: &str) -> String {
    let mut body = "<Response><Errors><Error>".to_owned();
    element(&mut body, "Code", code.as_str());
    element(&mut body, "Message", message);
    body.push_str("</Error></Errors>");
    element(&mut body, "RequestID", request_id);
    body.push_str("</Response>");
    body
}

#[cfg(test)]
mod tests;
