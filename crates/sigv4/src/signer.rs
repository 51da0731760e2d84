//! Signing requests: the other half, for what we send ourselves and for tests.

use jiff::Timestamp;

use crate::canonical::{self, ALGORITHM, Recipe};
use crate::chunk_chain::{ChunkChain, ChunkSigner};
use crate::error::AuthError;
use crate::hex::{self, Hex64};
use crate::key::{self, SigningKey};
use crate::limits;
use crate::payload::{self, Streaming};
use crate::presigned;
use crate::query::Query;
use crate::request::Request;
use crate::rules::{ContentSha256Rule, ServiceRules};
use crate::scope::Scope;
use crate::secret::Credentials;
use crate::timestamp::AmzDate;

/// Headers that are never signed: proxies change them, or they carry the signature.
const NOT_SIGNED: [&str; 6] =
    ["authorization", "user-agent", "x-amzn-trace-id", "transfer-encoding", "connection", "expect"];

/// Signs requests to one service in one region.
#[derive(Debug, Clone, Copy)]
pub struct Signer<'a> {
    /// Whose signature.
    pub credentials: &'a Credentials,
    /// The region that serves.
    pub region: &'a str,
    /// The signing name of the service.
    pub service: &'a str,
}

/// The body of a request to be signed.
#[derive(Debug, Clone, Copy)]
pub enum PayloadToSign<'a> {
    /// All of it.
    Bytes(&'a [u8]),
    /// Its SHA-256.
    Sha256([u8; 32]),
    /// It is left unsigned; S3 only.
    Unsigned,
    /// It will be sent in chunks; S3 only.
    Streaming(Streaming),
}

/// Why a request cannot be signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// It has no `host`, which every signature covers.
    #[error("request has no host header")]
    HostMissing,
    /// It carries a header or parameter that signing adds.
    #[error("request is already signed")]
    AlreadySigned,
    /// Its life is not within 1 to 604,800 seconds.
    #[error("presigned life of {expires_s} s is out of range")]
    InvalidExpires {
        /// As asked for.
        expires_s: u32,
    },
    /// The service takes no unsigned or streamed payload, or a presigned request none in chunks.
    #[error("payload cannot be signed this way")]
    Payload,
    /// The request itself cannot be put in canonical form.
    #[error("put the request in canonical form")]
    Request(#[source] AuthError),
}

/// What signing adds to a request.
#[derive(Debug)]
pub struct Signed {
    /// Headers to add, names lower-case.
    pub headers: Vec<(&'static str, String)>,
    chunk_signer: Option<ChunkSigner>,
}

impl Signed {
    /// Returns the signer of the body's chunks, for a body that is sent in chunks.
    pub fn into_chunk_signer(self) -> Option<ChunkSigner> {
        self.chunk_signer
    }
}

impl Signer<'_> {
    /// Signs a request with headers. Every header given is signed but those that proxies change.
    ///
    /// # Errors
    /// See [`SignError`].
    pub fn sign_headers(
        &self,
        request: &Request<'_>,
        payload: PayloadToSign<'_>,
        now: Timestamp,
    ) -> Result<Signed, SignError> {
        self.check(request)?;
        let rules = ServiceRules::of(self.service);
        let payload_line = payload_line(payload, rules.content_sha256)?;
        let signed_at = AmzDate::new(now);
        let mut added = vec![("x-amz-date", signed_at.to_string())];
        if rules.content_sha256 == ContentSha256Rule::Required {
            added.push(("x-amz-content-sha256", payload_line.clone()));
        }
        if let Some(token) = &self.credentials.token {
            added.push(("x-amz-security-token", token.reveal().to_owned()));
        }

        let mut headers = request.headers.to_vec();
        headers.extend(added.iter().map(|(name, value)| (*name, value.as_bytes())));
        let whole = Request { headers: &headers, ..*request };
        let names = signed_names(&whole);
        let query = Query::parse(request.query).map_err(SignError::Request)?;
        let recipe = Recipe {
            path: rules.path,
            query: &query,
            leave_out: &[],
            signed_headers: &names,
            payload: &payload_line,
        };
        let (key, scope, signature) = self.sign(&whole, &recipe, signed_at)?;

        let authorization = format!(
            "{ALGORITHM} Credential={}/{scope}, SignedHeaders={}, Signature={}",
            self.credentials.access_key_id,
            names.join(";"),
            text(&signature)
        );
        added.push(("authorization", authorization));
        let chunk_signer = match payload {
            PayloadToSign::Streaming(streaming) => {
                Some(ChunkSigner::new(ChunkChain::new(key, signed_at, &scope, signature), streaming))
            }
            PayloadToSign::Bytes(_) | PayloadToSign::Sha256(_) | PayloadToSign::Unsigned => None,
        };
        Ok(Signed { headers: added, chunk_signer })
    }

    /// Presigns a request and returns the query string to send it with.
    ///
    /// For S3 the payload is always unsigned. Headers given are signed, so whoever uses the result must
    /// send them.
    ///
    /// # Errors
    /// See [`SignError`].
    pub fn presign(
        &self,
        request: &Request<'_>,
        payload: PayloadToSign<'_>,
        expires_s: u32,
        now: Timestamp,
    ) -> Result<String, SignError> {
        self.check(request)?;
        if expires_s == 0 || expires_s > limits::PRESIGNED_EXPIRES_S_MAX {
            return Err(SignError::InvalidExpires { expires_s });
        }
        let rules = ServiceRules::of(self.service);
        let payload_line = match rules.content_sha256 {
            ContentSha256Rule::Required => payload::UNSIGNED.to_owned(),
            ContentSha256Rule::HashOnly => payload_line(payload, rules.content_sha256)?,
        };
        let signed_at = AmzDate::new(now);
        let names = signed_names(request);
        let scope = self.scope(signed_at);
        let added = [
            (presigned::ALGORITHM_NAME, ALGORITHM.to_owned()),
            (presigned::CREDENTIAL, format!("{}/{scope}", self.credentials.access_key_id)),
            (presigned::DATE, signed_at.to_string()),
            (presigned::EXPIRES, expires_s.to_string()),
            (presigned::SIGNED_HEADERS, names.join(";")),
        ];
        let mut query = Query::parse(request.query).map_err(SignError::Request)?;
        for (name, value) in &added {
            query.push(name, value);
        }
        if let Some(token) = &self.credentials.token {
            query.push(presigned::TOKEN, token.reveal());
        }
        let recipe = Recipe {
            path: rules.path,
            query: &query,
            leave_out: &[],
            signed_headers: &names,
            payload: &payload_line,
        };
        let (_, _, signature) = self.sign(request, &recipe, signed_at)?;
        let mut out = Vec::new();
        query.canonical_into(&mut out, &[]);
        // The canonical form is ASCII: nothing is lost.
        Ok(format!("{}&{}={}", String::from_utf8_lossy(&out), presigned::SIGNATURE, text(&signature)))
    }

    fn check(&self, request: &Request<'_>) -> Result<(), SignError> {
        request.check_size().map_err(SignError::Request)?;
        if request.values("host").next().is_none() {
            return Err(SignError::HostMissing);
        }
        let query = Query::parse(request.query).map_err(SignError::Request)?;
        let added = ["authorization", "x-amz-date", "x-amz-content-sha256", "x-amz-security-token"];
        let has_header = added.iter().any(|name| request.values(name).next().is_some());
        if has_header || presigned::is_signed(&query) {
            return Err(SignError::AlreadySigned);
        }
        Ok(())
    }

    fn scope(&self, signed_at: AmzDate) -> Scope {
        Scope { date: signed_at.day(), region: self.region.to_owned(), service: self.service.to_owned() }
    }

    fn sign(
        &self,
        request: &Request<'_>,
        recipe: &Recipe<'_>,
        signed_at: AmzDate,
    ) -> Result<(SigningKey, Scope, Hex64), SignError> {
        let scope = self.scope(signed_at);
        let key = SigningKey::derive(&self.credentials.secret, &scope);
        let canonical_request = canonical::request(request, recipe).map_err(SignError::Request)?;
        let string_to_sign = canonical::string_to_sign(signed_at, &scope, &canonical_request);
        let signature = key.sign(string_to_sign.as_bytes());
        Ok((key, scope, signature))
    }
}

fn signed_names(request: &Request<'_>) -> Vec<String> {
    let mut names: Vec<String> = request.headers.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
    names.retain(|name| !NOT_SIGNED.contains(&name.as_str()));
    names.sort_unstable();
    names.dedup();
    names
}

fn payload_line(payload: PayloadToSign<'_>, rule: ContentSha256Rule) -> Result<String, SignError> {
    match (payload, rule) {
        (PayloadToSign::Bytes(bytes), _) => Ok(hex::text(&key::sha256(bytes))),
        (PayloadToSign::Sha256(hash), _) => Ok(hex::text(&hash)),
        (PayloadToSign::Unsigned, ContentSha256Rule::Required) => Ok(payload::UNSIGNED.to_owned()),
        (PayloadToSign::Streaming(streaming), ContentSha256Rule::Required) => Ok(streaming.text().to_owned()),
        (PayloadToSign::Unsigned | PayloadToSign::Streaming(_), ContentSha256Rule::HashOnly) => {
            Err(SignError::Payload)
        }
    }
}

fn text(signature: &Hex64) -> String {
    signature.iter().map(|digit| char::from(*digit)).collect()
}
