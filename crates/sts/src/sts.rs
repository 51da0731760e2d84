//! What every operation stands on.

use std::sync::Arc;

use cairn_access::{Caller, Context, Decision, Principal};
use cairn_catalog::{Catalog, Snapshot};
use cairn_event::{AccountId, Clock, Ids};
use jiff::Timestamp;

use crate::oidc::Issuers;
use crate::{Issuer, KeySource, ManagedDocument, Refusal, Rights, TokenKey};

/// STS.
#[derive(Debug)]
pub struct Sts {
    pub(crate) catalog: Arc<dyn Catalog>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn Ids>,
    pub(crate) tokens: Arc<TokenKey>,
    pub(crate) managed: ManagedDocument,
    pub(crate) issuers: Issuers,
}

/// What STS is put together from.
pub struct Parts {
    /// Where users and roles are.
    pub catalog: Arc<dyn Catalog>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub ids: Arc<dyn Ids>,
    /// What session tokens are sealed under.
    pub tokens: Arc<TokenKey>,
    /// Where managed policies are found.
    pub managed: ManagedDocument,
    /// Who may vouch for web identities.
    pub issuers: Vec<Issuer>,
    /// Where the issuers' keys come from.
    pub keys: Arc<dyn KeySource>,
}

/// An authenticated caller, and what is known of the request that conditions may ask about.
#[derive(Debug, Clone)]
pub struct Asker<'a> {
    /// Who asks.
    pub caller: &'a Caller,
    /// The account that acts.
    pub account: AccountId,
    /// What is known of the request and, beside the name, of the caller.
    pub context: Context,
    /// When a second factor was proven that came with this very call, if one was.
    pub mfa: Option<Timestamp>,
}

impl Sts {
    /// Puts STS together.
    pub fn new(parts: Parts) -> Self {
        let Parts { catalog, clock, ids, tokens, managed, issuers, keys } = parts;
        Self { catalog, clock, ids, tokens, managed, issuers: Issuers::new(issuers, keys) }
    }

    /// Returns now, to the second: the resolution of what callers see.
    pub(crate) fn now(&self) -> Timestamp {
        let now = self.clock.now();
        Timestamp::from_second(now.as_second()).unwrap_or(now)
    }

    /// Gathers what the asker may do.
    pub(crate) fn rights<'a>(
        &self,
        asker: &Asker<'a>,
        snapshot: &'a Snapshot,
    ) -> Result<Rights<'a>, Refusal> {
        Rights::of(asker.caller, snapshot, self.managed).map_err(|error| Refusal::Internal(Box::new(error)))
    }
}

impl Asker<'_> {
    pub(crate) fn principal(&self) -> &Principal {
        self.caller.principal()
    }

    /// Returns AWS's sentence for a call that nothing allows.
    pub(crate) fn denied(&self, action: &'static str, resource: impl Into<String>) -> Refusal {
        let who = self.principal().display_name();
        Refusal::Denied { who, action, resource: resource.into(), reason: String::new() }
    }

    /// Returns AWS's sentence for a call that was decided against. That an organization denies is told; which of
    /// the other policies does is not.
    pub(crate) fn denied_by(&self, decision: &Decision, action: &'static str, resource: &str) -> Refusal {
        let told = decision.is_denied_by_organization();
        let reason = decision.reason().filter(|_| told).map(|reason| format!(" {reason}"));
        let (who, resource) = (self.principal().display_name(), resource.to_owned());
        Refusal::Denied { who, action, resource, reason: reason.unwrap_or_default() }
    }

    /// Refuses a call that needs no permission to principals of a closed account.
    pub(crate) fn demand_open(&self, snapshot: &Snapshot, action: &'static str) -> Result<(), Refusal> {
        if snapshot.member(self.account).is_some_and(|member| member.closed) {
            return Err(self.denied_by(&Decision::closed(self.principal(), action, "*"), action, "*"));
        }
        Ok(())
    }

    /// Refuses calls that no session of GetSessionToken or GetFederationToken may make.
    pub(crate) fn demand_no_user_session(&self, action: &'static str, resource: &str) -> Result<(), Refusal> {
        let of_user = self.caller.session().is_some() && !matches!(self.principal(), Principal::Session(_));
        if of_user { Err(self.denied(action, resource)) } else { Ok(()) }
    }
}

impl std::fmt::Debug for Parts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parts").finish_non_exhaustive()
    }
}
