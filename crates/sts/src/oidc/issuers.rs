//! From a token to the identity that an issuer vouches for.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use super::jwt::Jwt;
use super::keys::{Algorithm, KeySet};
use super::{Issuer, KeyPlace};
use crate::Refusal;

/// Why keys could not be had; the cause is for the log.
pub type KeySourceError = Box<dyn std::error::Error + Send + Sync>;

/// Where keys are read from.
#[async_trait]
pub trait KeySource: Send + Sync {
    /// Reads the document at `place`, within limits of time and size.
    ///
    /// # Errors
    /// It could not be read.
    async fn read(&self, place: &KeyPlace) -> Result<Vec<u8>, KeySourceError>;
}

/// The issuers that are believed.
pub(crate) struct Issuers {
    issuers: Vec<Issuer>,
    source: Arc<dyn KeySource>,
    kept: Mutex<BTreeMap<String, Kept>>,
}

/// Keys that were read.
#[derive(Clone)]
struct Kept {
    keys: Arc<KeySet>,
    read: Timestamp,
}

/// Whom a token identifies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identified {
    /// The issuer without its scheme.
    pub(crate) provider: String,
    pub(crate) audience: String,
    pub(crate) subject: String,
}

impl Issuers {
    pub(crate) fn new(issuers: Vec<Issuer>, source: Arc<dyn KeySource>) -> Self {
        Self { issuers, source, kept: Mutex::default() }
    }

    /// Proves a token.
    ///
    /// # Errors
    /// It is none, or nobody who is believed made it, or not for us, or not for now.
    pub(crate) async fn identify(&self, token: &str, now: Timestamp) -> Result<Identified, Refusal> {
        let jwt = Jwt::parse(token).ok_or(Refusal::TokenNotJwt)?;
        let algorithm = Algorithm::parse(&jwt.header.alg)
            .ok_or_else(|| Refusal::AlgorithmOther(jwt.header.alg.chars().take(SHOWN_MAX).collect()))?;
        let claimed = jwt.claims.iss.as_deref().ok_or(Refusal::ClaimUnusable("iss"))?;
        let issuer = self.issuers.iter().find(|issuer| issuer.url == claimed);
        let issuer =
            issuer.ok_or_else(|| Refusal::IssuerUnknown(claimed.chars().take(SHOWN_MAX).collect()))?;
        let id = jwt.header.kid.as_deref();
        let keys = self.keys(issuer, id, algorithm, now).await?;
        if !keys.has(id, algorithm) {
            return Err(Refusal::TokenKeyUnknown);
        }
        if !keys.verify(id, algorithm, jwt.signed, &jwt.signature) {
            return Err(Refusal::TokenSignature);
        }
        read_claims(&jwt, issuer, now)
    }

    /// Returns an issuer's keys: those that are kept while they are fresh and hold the one that is wanted.
    async fn keys(
        &self,
        issuer: &Issuer,
        id: Option<&str>,
        algorithm: Algorithm,
        now: Timestamp,
    ) -> Result<Arc<KeySet>, Refusal> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).get(&issuer.url).cloned();
        if let Some(kept) = kept {
            let age = now.duration_since(kept.read);
            let fresh = if kept.keys.has(id, algorithm) { KEPT } else { REREAD };
            if age < fresh && !age.is_negative() {
                return Ok(kept.keys);
            }
        }
        let bytes = self.source.read(&issuer.keys).await.map_err(Refusal::KeysUnreadable)?;
        let keys = KeySet::parse(&bytes).map_err(|error| Refusal::KeysUnreadable(Box::new(error)))?;
        let keys = Arc::new(keys);
        let fresh = Kept { keys: Arc::clone(&keys), read: now };
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).insert(issuer.url.clone(), fresh);
        Ok(keys)
    }
}

fn read_claims(jwt: &Jwt<'_>, issuer: &Issuer, now: Timestamp) -> Result<Identified, Refusal> {
    let claims = &jwt.claims;
    let expires = claims.exp.ok_or(Refusal::ClaimUnusable("exp"))?;
    let seconds = now.as_second();
    if as_seconds(expires) <= seconds {
        return Err(Refusal::TokenExpired { now: seconds, expired: as_seconds(expires) });
    }
    if claims.nbf.is_some_and(|begins| as_seconds(begins) > seconds.saturating_add(SKEW_SECONDS)) {
        return Err(Refusal::TokenEarly);
    }
    let wanted = |audience: &&str| issuer.audiences.iter().any(|known| known == audience);
    let audience = claims.aud.iter().find(wanted).ok_or(Refusal::AudienceOther)?;
    // A token for several is its authorized party's; AWS goes by that.
    let party = claims.azp.as_deref().filter(|_| claims.aud.iter().count() > 1);
    if party.is_some_and(|party| !wanted(&party)) {
        return Err(Refusal::AudienceOther);
    }
    let subject =
        claims.sub.as_deref().filter(|subject| (1..=SUBJECT_CHARS_MAX).contains(&subject.chars().count()));
    Ok(Identified {
        provider: issuer.provider().to_owned(),
        audience: party.unwrap_or(audience).to_owned(),
        subject: subject.ok_or(Refusal::ClaimUnusable("sub"))?.to_owned(),
    })
}

#[expect(clippy::cast_possible_truncation, reason = "a cast from a float stops at the bounds of i64")]
fn as_seconds(number: f64) -> i64 {
    number as i64
}

impl fmt::Debug for Issuers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issuers").field("issuers", &self.issuers).finish_non_exhaustive()
    }
}

/// How long keys are used without reading them again.
const KEPT: SignedDuration = SignedDuration::from_mins(10);
/// How soon keys are read again for a token that names an unknown one.
const REREAD: SignedDuration = SignedDuration::from_secs(30);
/// How far an issuer's clock may be ahead of ours.
const SKEW_SECONDS: i64 = 300;
/// The longest subject, as AWS has it.
const SUBJECT_CHARS_MAX: usize = 255;
/// How much of an unknown name is shown.
const SHOWN_MAX: usize = 256;
