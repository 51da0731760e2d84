//! The answer of the evaluator, and AWS's sentence about it.

use crate::{PolicyError, PolicyKind, Principal};

/// Whether a request may be done, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Allowed or denied.
    pub outcome: Outcome,
    pub(crate) who: String,
    pub(crate) action: String,
    pub(crate) resource: String,
}

/// Allowed or denied, and by what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Allowed.
    Allowed(Granted),
    /// Denied.
    Denied(Denial),
}

/// What allows a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Granted {
    /// The account's own key may do everything in its account.
    Root,
    /// A policy of the caller's.
    Identity,
    /// The resource's policy.
    Resource,
    /// Both, as a caller of another account needs.
    IdentityAndResource,
}

/// What denies a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denial {
    /// A statement says `Deny`.
    Explicit(PolicyKind),
    /// Nothing allows it; the policy that would have to.
    Missing(PolicyKind),
    /// The caller's account is closed: nothing may be done in its name.
    Closed,
    /// A service control policy of the caller's organization can't be understood, and might deny anything.
    NotUnderstood(PolicyError),
}

impl Decision {
    /// Decides against whatever the principal asks, since its account is closed.
    pub fn closed(principal: &Principal, action: &str, resource: &str) -> Self {
        Self::denied(Denial::Closed, principal, action, resource)
    }

    /// Decides against whatever the principal asks, since a service control policy over it can't be understood. The
    /// error's place begins with the policy's id.
    pub fn not_understood(error: PolicyError, principal: &Principal, action: &str, resource: &str) -> Self {
        Self::denied(Denial::NotUnderstood(error), principal, action, resource)
    }

    fn denied(denial: Denial, principal: &Principal, action: &str, resource: &str) -> Self {
        Self {
            outcome: Outcome::Denied(denial),
            who: principal.display_name(),
            action: action.to_owned(),
            resource: resource.to_owned(),
        }
    }

    /// Tells whether the request may be done.
    pub fn is_allowed(&self) -> bool {
        matches!(self.outcome, Outcome::Allowed(_))
    }

    /// Returns AWS's sentence for a denied request; none when it is allowed.
    pub fn message(&self) -> Option<String> {
        let reason = self.reason()?;
        let Self { who, action, .. } = self;
        // S3 alone puts the resource in quotes.
        let resource = match action.split_once(':') {
            Some((service, _)) if service.eq_ignore_ascii_case("s3") => format!("\"{}\"", self.resource),
            _ => self.resource.clone(),
        };
        Some(format!("User: {who} is not authorized to perform: {action} on resource: {resource} {reason}"))
    }

    /// Returns the end of that sentence: what denies.
    pub fn reason(&self) -> Option<String> {
        let Outcome::Denied(denial) = &self.outcome else { return None };
        Some(match denial {
            Denial::Explicit(kind) => format!("with an explicit deny in {}", kind.with_article()),
            Denial::Missing(kind) => format!("because no {kind} allows the {} action", self.action),
            Denial::Closed => "because the account is closed".to_owned(),
            Denial::NotUnderstood(PolicyError { place, problem }) => {
                format!("because a service control policy can't be understood: {place}: {problem}")
            }
        })
    }

    /// Tells whether the organization of the caller's account is what denies.
    pub fn is_denied_by_organization(&self) -> bool {
        let Outcome::Denied(denial) = &self.outcome else { return false };
        matches!(
            denial,
            Denial::Closed
                | Denial::NotUnderstood(_)
                | Denial::Explicit(PolicyKind::Organization)
                | Denial::Missing(PolicyKind::Organization)
        )
    }
}
