//! From a claim to a proof.

use jiff::Timestamp;

use crate::body::{BodyCheck, PayloadHasher};
use crate::canonical::{self, Recipe};
use crate::chunk_chain::ChunkChain;
use crate::chunked::ChunkedDecoder;
use crate::error::{AuthError, Mismatch};
use crate::hex::{self, Hex64};
use crate::key::{self, SigningKey};
use crate::key_cache::KeyCache;
use crate::payload::{self, Payload};
use crate::presented::{Placement, Presented};
use crate::presigned;
use crate::query::Query;
use crate::request::Request;
use crate::rules::{ClockRules, ContentSha256Rule, ServiceRules};
use crate::scope::Scope;
use crate::secret::{SecretKey, SessionToken};
use crate::timestamp::AmzDate;

/// What is known of the body when the signature is verified.
#[derive(Debug, Clone, Copy)]
pub enum Body<'a> {
    /// All of it.
    Bytes(&'a [u8]),
    /// Its SHA-256.
    Sha256([u8; 32]),
    /// Nothing yet: it streams in later and is checked by [`Verified::body`].
    Streamed,
}

/// Verifies signatures; shared by all requests.
#[derive(Debug, Default)]
pub struct Verifier {
    /// How far clocks may differ.
    pub clock: ClockRules,
    /// Keys derived before.
    pub keys: KeyCache,
}

impl Verifier {
    /// Proves a claim: the request was made by a holder of `secret`, in time, and not altered since.
    ///
    /// `presented` must have been parsed from this very `request`. The path rules are those of the
    /// service that the scope names; the caller has made sure, by classification or by
    /// [`Presented::check_scope`], that this service is the one asked. Whether a session token is the
    /// right one for the key is for the caller to check.
    ///
    /// # Errors
    /// Time is checked first, then the signature, then the stated hash against a body that is already
    /// known.
    pub fn verify(
        &self,
        request: &Request<'_>,
        presented: &Presented,
        secret: &SecretKey,
        body: Body<'_>,
        now: Timestamp,
    ) -> Result<Verified, AuthError> {
        let rules = ServiceRules::of(&presented.scope.service);
        self.verify_with_rules(&rules, request, presented, secret, body, now)
    }

    /// As [`Verifier::verify`] with rules other than the service's own.
    ///
    /// # Errors
    /// As there.
    pub fn verify_with_rules(
        &self,
        rules: &ServiceRules,
        request: &Request<'_>,
        presented: &Presented,
        secret: &SecretKey,
        body: Body<'_>,
        now: Timestamp,
    ) -> Result<Verified, AuthError> {
        presented.check_time(now, &self.clock)?;
        let known = known_hash(body);
        let payload = payload_line(presented.payload, known, rules.content_sha256)?;
        let query = Query::parse(request.query)?;
        let cached = self.keys.find(&presented.access_key_id, &presented.scope, secret);
        let is_cached = cached.is_some();
        let key = cached.unwrap_or_else(|| SigningKey::derive(secret, &presented.scope));
        let with_token: &[&str] = match presented.placement {
            Placement::Header => &[],
            Placement::Query { .. } => &[presigned::SIGNATURE],
        };
        let recipe = Recipe {
            path: rules.path,
            query: &query,
            leave_out: with_token,
            signed_headers: &presented.signed_headers,
            payload: &payload,
        };
        let signature = match attempt(request, presented, &key, &recipe)? {
            Ok(signature) => signature,
            // Some services want the token added to a presigned request after it was signed. In a
            // header no guess is needed: the list of signed names says whether it was.
            Err(mismatch) if with_token.is_empty() || !query.contains(presigned::TOKEN) => {
                return Err(AuthError::SignatureDoesNotMatch(mismatch));
            }
            Err(mismatch) => {
                let without_token = Recipe { leave_out: &[presigned::SIGNATURE, presigned::TOKEN], ..recipe };
                let second = attempt(request, presented, &key, &without_token)?;
                second.map_err(|_second| AuthError::SignatureDoesNotMatch(mismatch))?
            }
        };
        if !is_cached {
            self.keys.keep(&presented.access_key_id, &presented.scope, secret, key.clone());
        }
        match (presented.payload, known) {
            (Payload::Hash(stated), Some(computed)) if stated != computed => {
                Err(AuthError::ContentSha256Mismatch {
                    stated: hex::text(&stated),
                    computed: hex::text(&computed),
                })
            }
            _ => Ok(Verified { presented: presented.clone(), key, signature, known_hash: known }),
        }
    }
}

/// Builds what should have been signed and compares; the inner error is what does not match.
fn attempt(
    request: &Request<'_>,
    presented: &Presented,
    key: &SigningKey,
    recipe: &Recipe<'_>,
) -> Result<Result<Hex64, Box<Mismatch>>, AuthError> {
    let canonical_request = canonical::request(request, recipe)?;
    let string_to_sign = canonical::string_to_sign(presented.signed_at, &presented.scope, &canonical_request);
    let ours = key.sign(string_to_sign.as_bytes());
    if key::is_same(&ours, presented.signature.as_bytes()) {
        return Ok(Ok(ours));
    }
    let provided = presented.signature.clone();
    Ok(Err(Box::new(Mismatch { canonical_request, string_to_sign, provided })))
}

/// A claim that was proven. There is no way to make one but [`Verifier::verify`].
///
/// The body is not proven by it, unless it was known: see [`Verified::body`].
#[derive(Debug, Clone)]
pub struct Verified {
    presented: Presented,
    key: SigningKey,
    signature: Hex64,
    known_hash: Option<[u8; 32]>,
}

impl Verified {
    /// Returns the access key id whose secret signed.
    pub fn access_key_id(&self) -> &str {
        &self.presented.access_key_id
    }

    /// Returns the scope of the signature.
    pub fn scope(&self) -> &Scope {
        &self.presented.scope
    }

    /// Returns the signing time.
    pub fn signed_at(&self) -> AmzDate {
        self.presented.signed_at
    }

    /// Returns the session token; whether it belongs to the key is for the caller to check.
    pub fn token(&self) -> Option<&SessionToken> {
        self.presented.token.as_ref()
    }

    /// Returns where the signature stood.
    pub fn placement(&self) -> Placement {
        self.presented.placement
    }

    /// Returns how the body is covered.
    pub fn payload(&self) -> Payload {
        self.presented.payload
    }

    /// Returns the check that the body has to pass; none for a body given to [`Verifier::verify`].
    pub fn body(&self) -> BodyCheck {
        match (self.presented.payload, &self.presented.framing) {
            (Payload::Hash(hash), _) if self.known_hash != Some(hash) => {
                BodyCheck::Hash(PayloadHasher::new(hash))
            }
            (Payload::Streaming(_), Some(framing)) => {
                let chain = ChunkChain::new(
                    self.key.clone(),
                    self.presented.signed_at,
                    &self.presented.scope,
                    self.signature,
                );
                BodyCheck::Chunked(Box::new(ChunkedDecoder::new(framing, chain)))
            }
            // A hash that is not stated was computed from the body that the signature was verified with.
            (Payload::Unsigned | Payload::Absent | Payload::Hash(_) | Payload::Streaming(_), _) => {
                BodyCheck::Nothing
            }
        }
    }
}

/// Returns the hash of the body where it is known.
fn known_hash(body: Body<'_>) -> Option<[u8; 32]> {
    match body {
        Body::Bytes(bytes) => Some(key::sha256(bytes)),
        Body::Sha256(hash) => Some(hash),
        Body::Streamed => None,
    }
}

/// Returns the last line of the canonical request.
///
/// S3 believes the stated hash and compares it with the body later; other services use the body's own
/// hash where they have it, so that another body is a signature that does not match.
fn payload_line(
    payload: Payload,
    known: Option<[u8; 32]>,
    rule: ContentSha256Rule,
) -> Result<String, AuthError> {
    match (payload, known, rule) {
        (Payload::Unsigned, _, _) => Ok(payload::UNSIGNED.to_owned()),
        (Payload::Streaming(streaming), _, _) => Ok(streaming.text().to_owned()),
        (Payload::Absent, None, _) => Err(AuthError::BodyNeeded),
        (Payload::Absent, Some(hash), _) | (Payload::Hash(_), Some(hash), ContentSha256Rule::HashOnly) => {
            Ok(hex::text(&hash))
        }
        (Payload::Hash(stated), None, _) | (Payload::Hash(stated), _, ContentSha256Rule::Required) => {
            Ok(hex::text(&stated))
        }
    }
}
