//! What the server says about a request: who makes it, and how it is numbered.

/// The verified caller of a request. The server puts one into the request's extensions; without one the
/// request is anonymous.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The twelve digits of the caller's account.
    pub account: String,
    /// The ARN of the caller, such as `arn:aws:iam::123456789012:user/alice`.
    pub arn: String,
    /// The canonical user id of the account: 64 hexadecimal digits.
    pub canonical_id: String,
    /// The Region that the request was signed for.
    pub region: String,
}

/// The ids under which a request is answered. The server puts one into the request's extensions so that
/// error bodies name the same ids as the response headers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestTag {
    /// The value of `x-amz-request-id`.
    pub request_id: String,
    /// The value of `x-amz-id-2`.
    pub host_id: String,
}
