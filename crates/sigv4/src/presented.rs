//! What a request claims about who sent it: parsed, and not believed.

use jiff::{SignedDuration, Timestamp};

use crate::authorization;
use crate::error::{AuthError, Oversized};
use crate::foreign;
use crate::headers;
use crate::limits;
use crate::payload::{Payload, Streaming};
use crate::presigned;
use crate::query::Query;
use crate::request::Request;
use crate::rules::{ClockRules, ContentSha256Rule, ServiceRules};
use crate::scope::{Scope, parse_credential, shorten};
use crate::secret::SessionToken;
use crate::timestamp::AmzDate;
use crate::trailer;

/// The claim of a signed request. Every field is what the sender wrote; only
/// [`Verified`](crate::Verified) proves it.
#[derive(Debug, Clone)]
pub struct Presented {
    /// The access key id.
    pub access_key_id: String,
    /// The credential scope.
    pub scope: Scope,
    /// The signing time, from `X-Amz-Date` or else `Date`.
    pub signed_at: AmzDate,
    /// The session token, wherever it stood.
    pub token: Option<SessionToken>,
    /// How the body is covered.
    pub payload: Payload,
    /// Where the signature stood.
    pub placement: Placement,
    pub(crate) signed_headers: Vec<String>,
    pub(crate) signature: String,
    pub(crate) framing: Option<Framing>,
}

/// Where a signature stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placement {
    /// In the `Authorization` header.
    Header,
    /// In the query: a presigned request.
    Query {
        /// Its life in seconds, 1 to 604,800; only services other than S3 may leave it out.
        expires_s: Option<u32>,
    },
}

/// What the headers announce about an aws-chunked body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Framing {
    pub(crate) streaming: Streaming,
    pub(crate) decoded_bytes: u64,
    /// Lower-case.
    pub(crate) trailer_names: Vec<String>,
}

impl Presented {
    /// Reads the signature of a request; `None` when it carries none.
    ///
    /// # Errors
    /// When it carries something that cannot be a valid SigV4 signature, whatever the secret: other
    /// mechanisms, malformed or missing parts, unsigned headers, a scope of another day, sizes beyond
    /// the [`limits`].
    pub fn parse(request: &Request<'_>) -> Result<Option<Self>, AuthError> {
        request.check_size()?;
        let query = Query::parse(request.query)?;
        let mut authorizations = request.values("authorization");
        let authorization = authorizations.next();
        let in_query = presigned::is_signed(&query);
        if authorizations.next().is_some() || (authorization.is_some() && in_query) {
            return Err(AuthError::SeveralMechanisms);
        }
        match authorization {
            Some(header) => Self::from_header(request, header).map(Some),
            None if in_query => Self::from_query(request, &query).map(Some),
            None => foreign::find_sigv2(&query).map(|()| None),
        }
    }

    /// Reads the signature of a request that must carry one.
    ///
    /// # Errors
    /// As [`Presented::parse`], and [`AuthError::MissingAuthentication`].
    pub fn require(request: &Request<'_>) -> Result<Self, AuthError> {
        Self::parse(request)?.ok_or(AuthError::MissingAuthentication)
    }

    /// Refuses a scope of another service, or of another region where one is expected.
    ///
    /// # Errors
    /// [`AuthError::ScopeService`], [`AuthError::ScopeRegion`].
    pub fn check_scope(&self, service: &str, region: Option<&str>) -> Result<(), AuthError> {
        if self.scope.service != service {
            let got = self.scope.service.clone();
            return Err(AuthError::ScopeService { got, expected: service.to_owned() });
        }
        match region.filter(|region| *region != self.scope.region) {
            Some(region) => {
                Err(AuthError::ScopeRegion { got: self.scope.region.clone(), expected: region.to_owned() })
            }
            None => Ok(()),
        }
    }

    /// Refuses a signature that is too old, too new, or presigned and expired.
    ///
    /// # Errors
    /// [`AuthError::Expired`], [`AuthError::NotYetCurrent`], [`AuthError::PresignedNotYetCurrent`],
    /// [`AuthError::PresignedExpired`].
    pub fn check_time(&self, now: Timestamp, clock: &ClockRules) -> Result<(), AuthError> {
        let age = now.duration_since(self.signed_at.timestamp());
        if -age > clock.future {
            let (signed_at, window_s) = (self.signed_at, clock.future.as_secs());
            return Err(match self.placement {
                Placement::Header => AuthError::NotYetCurrent { signed_at, now, window_s },
                Placement::Query { .. } => AuthError::PresignedNotYetCurrent { signed_at, now, window_s },
            });
        }
        match self.placement {
            Placement::Query { expires_s: Some(expires_s) } => {
                let life = SignedDuration::from_secs(i64::from(expires_s));
                if age > life {
                    let expired_at = self.signed_at.timestamp().saturating_add(life).unwrap_or(now);
                    return Err(AuthError::PresignedExpired { expired_at, expires_s, now });
                }
            }
            Placement::Header | Placement::Query { expires_s: None } => {
                if age > clock.past {
                    let window_s = clock.past.as_secs();
                    return Err(AuthError::Expired { signed_at: self.signed_at, now, window_s });
                }
            }
        }
        Ok(())
    }

    /// Says whether verification needs the whole body, or its hash: the signature covers the hash and
    /// the request does not state it.
    pub fn needs_body(&self) -> bool {
        self.payload == Payload::Absent
    }

    /// Returns the names of the signed headers, lower-case and sorted.
    pub fn signed_headers(&self) -> &[String] {
        &self.signed_headers
    }

    /// Returns the length of an aws-chunked body once decoded, in bytes.
    pub fn decoded_bytes(&self) -> Option<u64> {
        self.framing.as_ref().map(|framing| framing.decoded_bytes)
    }

    fn from_header(request: &Request<'_>, header: &[u8]) -> Result<Self, AuthError> {
        let header = std::str::from_utf8(header).map_err(|_not_text| AuthError::UnsupportedMechanism)?;
        let amz_date = request.values("x-amz-date").next();
        let date = request.values("date").next();
        let parameters = authorization::parse(header, amz_date.or(date).is_some())?;
        let (access_key_id, scope) = parse_credential(parameters.credential)?;
        let signed_at = match amz_date {
            Some(value) => parse_date(value, AmzDate::parse)?,
            None => parse_date(date.unwrap_or_default(), AmzDate::parse_date_header)?,
        };
        let stated = request.text("x-amz-content-sha256");
        let payload = match (stated, ServiceRules::of(&scope.service).content_sha256) {
            (Some(value), rule) => stated_payload(value, rule)?,
            (None, ContentSha256Rule::Required) => return Err(AuthError::MissingContentSha256),
            (None, ContentSha256Rule::HashOnly) => Payload::Absent,
        };
        Self {
            access_key_id,
            scope,
            signed_at,
            token: token(request.text("x-amz-security-token"))?,
            payload,
            placement: Placement::Header,
            signed_headers: headers::parse_signed(parameters.signed_headers)?,
            signature: parameters.signature.to_owned(),
            framing: None,
        }
        .complete(request)
    }

    fn from_query(request: &Request<'_>, query: &Query<'_>) -> Result<Self, AuthError> {
        let parameters = presigned::parse(query)?;
        let (access_key_id, scope) = parse_credential(parameters.credential)?;
        let rule = ServiceRules::of(&scope.service).content_sha256;
        let signed_headers = headers::parse_signed(parameters.signed_headers)?;
        let is_hash_signed = signed_headers.iter().any(|name| name == "x-amz-content-sha256");
        let in_header = request.text("x-amz-content-sha256").filter(|_| is_hash_signed);
        let payload = match (parameters.content_sha256.or(in_header), rule) {
            (Some(value), rule) => stated_payload(value, rule)?,
            (None, ContentSha256Rule::Required) => Payload::Unsigned,
            (None, ContentSha256Rule::HashOnly) => Payload::Absent,
        };
        Self {
            access_key_id,
            scope,
            signed_at: parse_date(parameters.date.as_bytes(), AmzDate::parse)?,
            token: token(parameters.token.or_else(|| request.text("x-amz-security-token")))?,
            payload,
            placement: Placement::Query { expires_s: presigned::parse_expires(parameters.expires, rule)? },
            signed_headers,
            signature: parameters.signature.to_owned(),
            framing: None,
        }
        .complete(request)
    }

    /// Checks what needs the parts together, and reads the announcement of a chunked body.
    fn complete(mut self, request: &Request<'_>) -> Result<Self, AuthError> {
        if self.scope.date != self.signed_at.day() {
            return Err(AuthError::ScopeDate { scope: self.scope.date, signed_at: self.signed_at });
        }
        headers::check_signed(request, &self.signed_headers, self.placement)?;
        if let Payload::Streaming(streaming) = self.payload {
            let decoded_bytes = request
                .text("x-amz-decoded-content-length")
                .filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))
                .and_then(|text| text.parse().ok())
                .ok_or(AuthError::MissingDecodedLength)?;
            let trailer_names = trailer::announced(request.values("x-amz-trailer"));
            self.framing = Some(Framing { streaming, decoded_bytes, trailer_names });
        }
        Ok(self)
    }
}

fn stated_payload(value: &str, rule: ContentSha256Rule) -> Result<Payload, AuthError> {
    match (Payload::parse(value)?, rule) {
        (Payload::Unsigned | Payload::Streaming(_), ContentSha256Rule::HashOnly) => {
            Err(AuthError::PayloadNotSigned)
        }
        (payload, _) => Ok(payload),
    }
}

fn parse_date(value: &[u8], parse: impl Fn(&str) -> Option<AmzDate>) -> Result<AmzDate, AuthError> {
    let text = String::from_utf8_lossy(value);
    parse(text.trim()).ok_or_else(|| AuthError::MalformedDate { got: shorten(&text) })
}

fn token(text: Option<&str>) -> Result<Option<SessionToken>, AuthError> {
    match text {
        Some(text) if text.len() > limits::SESSION_TOKEN_BYTES_MAX => {
            Err(AuthError::TooLarge { part: Oversized::SessionToken, limit: limits::SESSION_TOKEN_BYTES_MAX })
        }
        text => Ok(text.map(SessionToken::new)),
    }
}
