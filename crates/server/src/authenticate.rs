//! Who signed a request: from the claim in its head to a proven caller.

use std::sync::Arc;

use cairn_access::{Caller, Principal};
use cairn_catalog::{AccessKeyStatus, MasterKey, Principal as Owner, Snapshot};
use cairn_event::{AccountId, Region};
use cairn_sigv4::{AuthError, Body, Presented, Request, SecretKey, Verified, Verifier};
use jiff::Timestamp;

use crate::head::Head;

/// What the request's signature says.
#[derive(Debug)]
pub(crate) enum Authentication {
    /// The signature is that of a key we keep.
    Proven { caller: Caller, account: AccountId, region: Region, verified: Box<Verified> },
    /// The request carries no signature.
    Unsigned,
    /// The request carries one that does not hold.
    Refused { refusal: AuthRefusal, access_key_id: Option<String>, region: Option<Region> },
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
    /// A session token came with a key that has none.
    UnknownToken,
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

/// Checks signatures against the keys of the catalog.
#[derive(Debug)]
pub(crate) struct Authenticator {
    pub(crate) verifier: Verifier,
    pub(crate) master: Arc<MasterKey>,
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
        let pairs = head.pairs();
        let request = Request { method: &head.method, path: &head.path, query: &head.query, headers: &pairs };
        let presented = match Presented::parse(&request) {
            Ok(Some(presented)) => presented,
            Ok(None) => return Authentication::Unsigned,
            Err(error) => {
                let access_key_id = claimed_key(&error);
                return Authentication::Refused {
                    refusal: AuthRefusal::Signature(error),
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
            region: region.clone(),
        };
        let Some(known_region) = region.clone() else {
            let (got, expected) = (presented.scope.region.clone(), self.region.to_string());
            return refused(AuthRefusal::Signature(AuthError::ScopeRegion { got, expected }));
        };
        match self.prove(&request, &presented, body, snapshot, now) {
            Ok((principal, account, verified)) => Authentication::Proven {
                caller: Caller::Verified { principal, access_key_id: Some(presented.access_key_id.clone()) },
                account,
                region: known_region,
                verified: Box::new(verified),
            },
            Err(refusal) => refused(refusal),
        }
    }

    fn prove(
        &self,
        request: &Request<'_>,
        presented: &Presented,
        body: Option<&[u8]>,
        snapshot: &Snapshot,
        now: Timestamp,
    ) -> Result<(Principal, AccountId, Verified), AuthRefusal> {
        let key = snapshot.access_key(&presented.access_key_id).ok_or(AuthRefusal::UnknownKey)?;
        let owner = snapshot.owner(key).ok_or(AuthRefusal::UnknownKey)?;
        if presented.token.is_some() {
            return Err(AuthRefusal::UnknownToken);
        }
        let secret = key.open_secret(&self.master).map_err(|error| {
            tracing::error!(key = %key.id, error = &error as &dyn std::error::Error, "secret not opened");
            AuthRefusal::Broken
        })?;
        let secret = SecretKey::new(secret.expose_str().unwrap_or_default());
        let body = body.map_or(Body::Streamed, Body::Bytes);
        let verified =
            self.verifier.verify(request, presented, &secret, body, now).map_err(AuthRefusal::Signature)?;
        match key.status {
            AccessKeyStatus::Active => Ok((principal(owner), key.account, verified)),
            AccessKeyStatus::Inactive => Err(AuthRefusal::InactiveKey),
        }
    }
}

fn principal(owner: Owner<'_>) -> Principal {
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
