//! Who signed a request: from the claim in its head to a proven caller.

use std::sync::Arc;

use cairn_access::{Caller, Principal, SessionMaker, TemporarySession};
use cairn_catalog::{AccessKeyStatus, MasterKey, Principal as Owner, Snapshot};
use cairn_event::{AccountId, Region};
use cairn_signin::{Ended, Sessions};
use cairn_sigv4::{AuthError, Body, Presented, Request, SecretKey, Verified, Verifier};
use cairn_sts::{Session, TokenKey};
use jiff::Timestamp;

use crate::authorize::managed_document;
use crate::head::{Head, SessionClaim};

/// What the request's signature says.
#[derive(Debug)]
pub(crate) enum Authentication {
    /// The signature is that of a key we keep, or gave out in a session token, which expires; or somebody who signed
    /// in at the console calls.
    Proven {
        caller: Caller,
        account: AccountId,
        region: Region,
        evidence: Evidence,
        expires: Option<Timestamp>,
    },
    /// The request carries no signature.
    Unsigned,
    /// The request carries one that does not hold. The account is that of the key or the session token, where
    /// it was made here: whose they are, it alone hears of their use.
    Refused {
        refusal: AuthRefusal,
        access_key_id: Option<String>,
        account: Option<AccountId>,
        region: Option<Region>,
    },
}

/// What proves a caller.
#[derive(Debug)]
pub(crate) enum Evidence {
    Signature(Box<Verified>),
    /// The session of whoever signed in. The browser's own connection vouches for the body.
    SignIn,
}

/// Why a signature does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AuthRefusal {
    /// The signature itself, its parts or its time.
    Signature(AuthError),
    /// Nobody has this access key.
    UnknownKey,
    /// The key exists and was switched off.
    InactiveKey,
    /// A session token came with a key that it does not belong to, was not made here, or is of somebody who
    /// is gone.
    UnknownToken,
    /// The session has ended.
    ExpiredToken,
    /// A secret of ours could not be opened; the log says why.
    Broken,
}

impl Authentication {
    /// Returns why the request is not authenticated; `None` when it is.
    pub(crate) fn refusal(&self) -> Option<AuthRefusal> {
        match self {
            Self::Proven { .. } => None,
            Self::Unsigned => Some(AuthRefusal::Signature(AuthError::MissingAuthentication)),
            Self::Refused { refusal, .. } => Some(refusal.clone()),
        }
    }
}

/// Checks signatures against the keys of the catalog and of session tokens.
#[derive(Debug)]
pub(crate) struct Authenticator {
    pub(crate) verifier: Verifier,
    pub(crate) master: Arc<MasterKey>,
    pub(crate) tokens: Arc<TokenKey>,
    /// Who is signed in at the console.
    pub(crate) sessions: Arc<Sessions>,
    /// The Region that a refused scope is told to use.
    pub(crate) region: Region,
}

impl Authenticator {
    /// Proves or refuses the claim of a request. `body` is all of it, or `None` when it streams.
    pub(crate) fn authenticate(
        &self,
        head: &Head,
        body: Option<&[u8]>,
        snapshot: &Snapshot,
        now: Timestamp,
    ) -> Authentication {
        if let Some(claim) = &head.session {
            return self.authenticate_session(claim, snapshot);
        }
        let pairs = head.pairs();
        let request = Request { method: &head.method, path: &head.path, query: &head.query, headers: &pairs };
        let presented = match Presented::parse(&request) {
            Ok(Some(presented)) => presented,
            Ok(None) => return Authentication::Unsigned,
            Err(error) => {
                let access_key_id = claimed_key(&error);
                let key = access_key_id.as_ref().and_then(|id| snapshot.access_key(id));
                return Authentication::Refused {
                    refusal: AuthRefusal::Signature(error),
                    account: key.map(|key| key.account),
                    access_key_id,
                    region: None,
                };
            }
        };
        // Only Regions that exist here: a refused call is recorded too, and whoever sends it must not be able
        // to invent folders in log buckets.
        let region: Option<Region> =
            presented.scope.region.parse().ok().filter(|region| snapshot.is_enabled(region));
        let refused = |refusal| Authentication::Refused {
            refusal,
            access_key_id: Some(presented.access_key_id.clone()),
            account: self.issued_in(&presented, snapshot),
            region: region.clone(),
        };
        let Some(known_region) = region.clone() else {
            let (got, expected) = (presented.scope.region.clone(), self.region.to_string());
            return refused(AuthRefusal::Signature(AuthError::ScopeRegion { got, expected }));
        };
        let claim = Claim { request: &request, presented: &presented, body, snapshot, now };
        let proven = match &presented.token {
            Some(token) if snapshot.access_key(&presented.access_key_id).is_none() => {
                self.prove_temporary(&claim, token.reveal())
            }
            _ => self.prove_long_term(&claim),
        };
        match proven {
            Ok(Proof { caller, account, verified, expires }) => {
                let evidence = Evidence::Signature(Box::new(verified));
                Authentication::Proven { caller, account, region: known_region, evidence, expires }
            }
            Err(refusal) => refused(refusal),
        }
    }

    /// Proves or refuses a call of the console.
    fn authenticate_session(&self, claim: &SessionClaim, snapshot: &Snapshot) -> Authentication {
        let region = claim.region.clone();
        let refused = |refusal| {
            let region = Some(claim.region.clone());
            Authentication::Refused { refusal, access_key_id: None, account: None, region }
        };
        // Whoever opened the call has used the session; what looks whether a call may go on does not.
        let found = match self.sessions.look_at(claim.id, snapshot) {
            Ok(found) => found,
            Err(Ended::Session | Ended::Role) => return refused(AuthRefusal::ExpiredToken),
        };
        let credentials = found.credentials;
        let temporary = match credentials.temporary(snapshot, managed_document) {
            Ok(temporary) => temporary,
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "a session's policies can't be read"
                );
                return refused(AuthRefusal::Broken);
            }
        };
        let session = TemporarySession { maker: SessionMaker::Console, ..temporary };
        let (principal, account) = (credentials.principal(), credentials.account);
        let access_key_id = credentials.access_key_id;
        let caller = Caller::Temporary { principal, access_key_id, session: Box::new(session) };
        let expires = Some(found.session.expires);
        Authentication::Proven { caller, account, region, evidence: Evidence::SignIn, expires }
    }

    /// Tells whether a request names a key that was made here, whatever its signature is worth.
    pub(crate) fn issued_key_of(&self, head: &Head, snapshot: &Snapshot) -> bool {
        if head.session.is_some() {
            return true;
        }
        if names_other_key(head, snapshot) {
            return false;
        }
        let pairs = head.pairs();
        let request = Request { method: &head.method, path: &head.path, query: &head.query, headers: &pairs };
        match Presented::parse(&request) {
            Ok(Some(presented)) => {
                let key = &presented.access_key_id;
                let token = presented.token.as_ref();
                snapshot.access_key(key).is_some()
                    || token.is_some_and(|token| self.tokens.open(key, token.reveal()).is_ok())
            }
            Ok(None) => false,
            Err(error) => claimed_key(&error).is_some_and(|key| snapshot.access_key(&key).is_some()),
        }
    }

    /// Returns the account that the presented key or session token was made in; none when neither was made here.
    fn issued_in(&self, presented: &Presented, snapshot: &Snapshot) -> Option<AccountId> {
        let key = &presented.access_key_id;
        if let Some(known) = snapshot.access_key(key) {
            return Some(known.account);
        }
        let session = self.tokens.open(key, presented.token.as_ref()?.reveal()).ok()?;
        Some(session.account)
    }

    fn prove_long_term(&self, claim: &Claim<'_>) -> Result<Proof, AuthRefusal> {
        let presented = claim.presented;
        let key = claim.snapshot.access_key(&presented.access_key_id).ok_or(AuthRefusal::UnknownKey)?;
        let owner = claim.snapshot.owner(key).ok_or(AuthRefusal::UnknownKey)?;
        if presented.token.is_some() {
            return Err(AuthRefusal::UnknownToken);
        }
        let secret = key.open_secret(&self.master).map_err(|error| {
            tracing::error!(key = %key.id, error = &error as &dyn std::error::Error, "secret not opened");
            AuthRefusal::Broken
        })?;
        let verified = self.verify(claim, secret.expose_str().unwrap_or_default())?;
        let caller = Caller::Verified {
            principal: principal(owner),
            access_key_id: Some(presented.access_key_id.clone()),
        };
        match key.status {
            AccessKeyStatus::Active => Ok(Proof { caller, account: key.account, verified, expires: None }),
            AccessKeyStatus::Inactive => Err(AuthRefusal::InactiveKey),
        }
    }

    fn prove_temporary(&self, claim: &Claim<'_>, token: &str) -> Result<Proof, AuthRefusal> {
        let access_key_id = claim.presented.access_key_id.clone();
        let session =
            self.tokens.open(&access_key_id, token).map_err(|_whatever_ails_it| AuthRefusal::UnknownToken)?;
        if session.expires <= claim.now {
            return Err(AuthRefusal::ExpiredToken);
        }
        let verified = self.verify(claim, &session.secret_access_key)?;
        if !session.is_of_somebody(claim.snapshot) || is_kept_from(&session, &claim.presented.scope.service) {
            return Err(AuthRefusal::UnknownToken);
        }
        let temporary = session.temporary(claim.snapshot, managed_document).map_err(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "a session's policies can't be read");
            AuthRefusal::Broken
        })?;
        let (account, expires) = (session.account, Some(session.expires));
        let (principal, session) = (session.principal(), Box::new(temporary));
        let caller = Caller::Temporary { principal, access_key_id, session };
        Ok(Proof { caller, account, verified, expires })
    }

    fn verify(&self, claim: &Claim<'_>, secret: &str) -> Result<Verified, AuthRefusal> {
        let body = claim.body.map_or(Body::Streamed, Body::Bytes);
        let secret = SecretKey::new(secret);
        let verified = self.verifier.verify(claim.request, claim.presented, &secret, body, claim.now);
        verified.map_err(AuthRefusal::Signature)
    }
}

/// Tells at a glance whether a request is signed with a long-term key that was not made here.
fn names_other_key(head: &Head, snapshot: &Snapshot) -> bool {
    let header = head.header("authorization").filter(|_| head.header("x-amz-security-token").is_none());
    let scope = header.and_then(|header| header.split_once("Credential="));
    scope
        .and_then(|(_, scope)| scope.split_once('/'))
        .is_some_and(|(key, _)| snapshot.access_key(key).is_none())
}

/// A signature that is to be proven.
struct Claim<'a> {
    request: &'a Request<'a>,
    presented: &'a Presented,
    body: Option<&'a [u8]>,
    snapshot: &'a Snapshot,
    now: Timestamp,
}

/// A signature that holds.
struct Proof {
    caller: Caller,
    account: AccountId,
    verified: Verified,
    expires: Option<Timestamp>,
}

/// Tells whether a session can't call a service at all: IAM takes sessions of users only with a second factor,
/// and federated users never.
fn is_kept_from(session: &Session, service: &str) -> bool {
    service == "iam"
        && match session.principal() {
            Principal::Root { .. } | Principal::User { .. } => !session.mfa,
            Principal::FederatedUser(_) => true,
            Principal::Session(_)
            | Principal::WebIdentity(_)
            | Principal::Service(_)
            | Principal::Anonymous => false,
        }
}

/// Returns the principal that a key's owner is.
pub(crate) fn principal(owner: Owner<'_>) -> Principal {
    match owner {
        Owner::Root(account) => Principal::Root { account: account.id },
        Owner::User(account, user) => Principal::User {
            account: account.id,
            name: user.name.clone(),
            path: user.path.clone(),
            id: user.user_id.clone(),
        },
    }
}

fn claimed_key(error: &AuthError) -> Option<String> {
    match error {
        AuthError::SigV2 { access_key_id } | AuthError::SigV4a { access_key_id } => access_key_id.clone(),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
