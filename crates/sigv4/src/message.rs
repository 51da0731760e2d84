//! The words that AWS uses for each refusal.
//!
//! Two families answer differently: S3, and everything built on the common service framework
//! (CloudTrail, STS, IAM and the rest).

use jiff::{SignedDuration, Timestamp};

use crate::error::{AuthError, InvalidExpires};
use crate::limits;
use crate::request::Request;
use crate::timestamp::AmzDate;

/// What the signature came in: S3 answers other codes and words for a header than for a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carrier {
    /// An `Authorization` header, or nothing.
    Header,
    /// Signed query parameters.
    Query,
}

impl Carrier {
    /// Says what the signature of a request came in, also when it could not be parsed.
    pub fn of(request: &Request<'_>) -> Self {
        match request.values("authorization").next() {
            None if request.query.contains("X-Amz-") => Self::Query,
            _ => Self::Header,
        }
    }
}

/// Whose words to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// CloudTrail, STS, IAM and the rest.
    Service,
    /// Amazon S3.
    S3,
}

const MISMATCH: &str = "The request signature we calculated does not match the signature you provided. \
                        Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";
const MISMATCH_S3: &str = "The request signature we calculated does not match the signature you provided. \
                           Check your key and signing method.";

impl AuthError {
    /// Returns the message for the client, as AWS writes it.
    pub fn message(&self, family: Family, carrier: Carrier) -> String {
        let special = match family {
            Family::Service => None,
            Family::S3 => self.s3_scope_message(carrier).or_else(|| self.s3_message()),
        };
        special.unwrap_or_else(|| self.service_message())
    }

    #[expect(clippy::too_many_lines, reason = "one table: a sentence for each refusal")]
    fn service_message(&self) -> String {
        match self {
            Self::MissingAuthentication => "Missing Authentication Token".to_owned(),
            Self::SeveralMechanisms => {
                "Only one authentication mechanism is allowed: an Authorization header or signed query parameters."
                    .to_owned()
            }
            Self::UnsupportedMechanism => "Unsupported Authorization Type".to_owned(),
            Self::SigV2 { .. } => {
                "AWS Signature Version 2 is not supported. Please use AWS4-HMAC-SHA256.".to_owned()
            }
            Self::SigV4a { .. } => "Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256'.".to_owned(),
            Self::UnsupportedAlgorithm { algorithm } => format!("Unsupported AWS 'algorithm': '{algorithm}'."),
            Self::IncompleteHeader { missing, authorization_sha256 } => {
                let sentences: String = missing.iter().map(|name| header_needs(name)).collect();
                format!("{sentences}(Hashed with SHA-256 and encoded with Base64) Authorization={authorization_sha256}")
            }
            Self::IncompleteQuery { missing } => {
                let sentences: String =
                    missing.iter().map(|name| format!("AWS query-string parameters must include '{name}'. ")).collect();
                format!("{sentences}Re-examine the query-string parameters.")
            }
            Self::MalformedParameter { authorization_sha256 } => format!(
                "Invalid key=value pair (missing equal-sign) in Authorization header \
                 (hashed with SHA-256 and encoded with Base64): '{authorization_sha256}'."
            ),
            Self::MalformedCredential { got } => format!(
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '{got}'"
            ),
            Self::ScopeTerminator { got } => {
                format!("Credential should be scoped with a valid terminator: 'aws4_request', not '{got}'. ")
            }
            Self::ScopeDate { scope, signed_at } => format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: \
                 '{scope}' != '{}', from '{signed_at}'.",
                signed_at.day()
            ),
            Self::ScopeRegion { got, .. } => format!("Credential should be scoped to a valid region, not '{got}'. "),
            Self::ScopeService { expected, .. } => {
                format!("Credential should be scoped to correct service: '{expected}'. ")
            }
            Self::MalformedDate { got } => format!(
                "Date must be in ISO-8601 'basic format'. Got '{got}'. See http://en.wikipedia.org/wiki/ISO_8601"
            ),
            Self::InvalidExpires(wrong) => invalid_expires(*wrong).to_owned(),
            Self::MalformedSignedHeaders => {
                "'SignedHeaders' must be a sorted list of distinct lower-case header names.".to_owned()
            }
            Self::HostNotSigned => {
                "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.".to_owned()
            }
            Self::HeadersNotSigned { names } => format!(
                "'{}' must be a 'SignedHeader' in the AWS Authorization.",
                names.first().map_or("", String::as_str)
            ),
            Self::MalformedUri => "Couldn't parse the specified URI.".to_owned(),
            Self::TooLarge { part, limit } => format!("The request is too large: {part} is limited to {limit}."),
            Self::Expired { signed_at, now, window_s } => format!(
                "Signature expired: {signed_at} is now earlier than {} ({} - {} min.)",
                shifted(*now, -window_s),
                AmzDate::new(*now),
                window_s / 60
            ),
            Self::NotYetCurrent { signed_at, now, window_s }
            | Self::PresignedNotYetCurrent { signed_at, now, window_s } => format!(
                "Signature not yet current: {signed_at} is still later than {} ({} + {} min.)",
                shifted(*now, *window_s),
                AmzDate::new(*now),
                window_s / 60
            ),
            Self::PresignedExpired { expired_at, now, .. } => format!(
                "Signature expired: {} is now earlier than {}",
                AmzDate::new(*expired_at),
                AmzDate::new(*now)
            ),
            Self::SignatureDoesNotMatch(_) => MISMATCH.to_owned(),
            Self::MissingContentSha256 => "Missing required header for this request: x-amz-content-sha256".to_owned(),
            Self::InvalidContentSha256 { .. } => {
                "x-amz-content-sha256 must be a valid sha256 value.".to_owned()
            }
            Self::PayloadNotSigned => "x-amz-content-sha256 must be a valid sha256 value: this service \
                                       does not take unsigned or streamed payloads."
                .to_owned(),
            Self::MissingDecodedLength => "You must provide the x-amz-decoded-content-length HTTP header.".to_owned(),
            Self::ContentSha256Mismatch { .. } => {
                "The provided 'x-amz-content-sha256' header does not match what was computed.".to_owned()
            }
            Self::BodyNeeded => "An internal error occurred.".to_owned(),
        }
    }

    /// Returns S3's words where they differ.
    fn s3_message(&self) -> Option<String> {
        let text = match self {
            Self::MissingAuthentication => "Access Denied".to_owned(),
            Self::SeveralMechanisms => "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, \
                                        Signature query string parameter or the Authorization header should be specified"
                .to_owned(),
            Self::SigV2 { .. } | Self::SigV4a { .. } | Self::UnsupportedAlgorithm { .. } => {
                "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.".to_owned()
            }
            Self::IncompleteHeader { missing, .. } if missing.contains(&"X-Amz-Date") => {
                "AWS authentication requires a valid Date or x-amz-date header".to_owned()
            }
            Self::IncompleteHeader { missing, .. } => format!(
                "The authorization header is malformed; the authorization header requires three components: \
                 Credential, SignedHeaders, and Signature. Missing: {}",
                missing.join(", ")
            ),
            Self::IncompleteQuery { .. } => "Query-string authentication version 4 requires the X-Amz-Algorithm, \
                                             X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, \
                                             and X-Amz-Expires parameters."
                .to_owned(),
            Self::MalformedParameter { .. } => {
                "The authorization header is malformed; an authorization component is malformed.".to_owned()
            }
            Self::MalformedDate { .. } => {
                "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"".to_owned()
            }
            Self::HostNotSigned | Self::HeadersNotSigned { .. } => {
                "There were headers present in the request which were not signed".to_owned()
            }
            Self::Expired { .. } | Self::NotYetCurrent { .. } => {
                "The difference between the request time and the current time is too large.".to_owned()
            }
            Self::PresignedNotYetCurrent { .. } => "Request is not valid yet".to_owned(),
            Self::PresignedExpired { .. } => "Request has expired".to_owned(),
            Self::SignatureDoesNotMatch(_) => MISMATCH_S3.to_owned(),
            Self::InvalidContentSha256 { .. } => {
                "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, \
                 STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value."
                    .to_owned()
            }
            Self::MissingDecodedLength => "You must provide the Content-Length HTTP header.".to_owned(),
            _ => return None,
        };
        Some(text)
    }
}

impl AuthError {
    /// Returns S3's words for a credential scope that is wrong, which name where it stood.
    fn s3_scope_message(&self, carrier: Carrier) -> Option<String> {
        let wrong = match self {
            Self::MalformedCredential { .. } => {
                "the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".".to_owned()
            }
            Self::ScopeTerminator { got } => {
                format!("incorrect terminal \"{got}\". This endpoint uses \"aws4_request\".")
            }
            Self::ScopeDate { scope, signed_at } => format!(
                "Invalid credential date \"{scope}\". This date is not the same as X-Amz-Date: \"{}\".",
                signed_at.day()
            ),
            Self::ScopeRegion { got, expected } => format!("the region '{got}' is wrong; expecting '{expected}'"),
            Self::ScopeService { got, expected } => {
                format!("incorrect service \"{got}\". This endpoint belongs to \"{expected}\".")
            }
            _ => return None,
        };
        Some(match (carrier, self) {
            (Carrier::Header, _) => format!("The authorization header is malformed; {wrong}"),
            (Carrier::Query, Self::ScopeDate { .. }) => wrong,
            (Carrier::Query, _) => format!("Error parsing the X-Amz-Credential parameter; {wrong}"),
        })
    }
}

fn header_needs(name: &str) -> String {
    match name {
        "X-Amz-Date" => {
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ".to_owned()
        }
        name => format!("Authorization header requires '{name}' parameter. "),
    }
}

const fn invalid_expires(wrong: InvalidExpires) -> &'static str {
    const _: () = assert!(limits::PRESIGNED_EXPIRES_S_MAX == 604_800, "the sentence below names the limit");
    match wrong {
        InvalidExpires::NotANumber => "X-Amz-Expires should be a number",
        InvalidExpires::NotPositive => "X-Amz-Expires must be non-negative",
        InvalidExpires::TooLong => {
            "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than \
             604800 seconds"
        }
    }
}

fn shifted(at: Timestamp, by_s: i64) -> AmzDate {
    AmzDate::new(at.saturating_add(SignedDuration::from_secs(by_s)).unwrap_or(at))
}
