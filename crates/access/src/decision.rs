//! The answer of the evaluator, and AWS's sentence about it.

use crate::PolicyKind;

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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denial {
    /// A statement says `Deny`.
    Explicit(PolicyKind),
    /// Nothing allows it; the policy that would have to.
    Missing(PolicyKind),
}

impl Decision {
    /// Tells whether the request may be done.
    pub fn is_allowed(&self) -> bool {
        matches!(self.outcome, Outcome::Allowed(_))
    }

    /// Returns AWS's sentence for a denied request; none when it is allowed.
    pub fn message(&self) -> Option<String> {
        let Outcome::Denied(denial) = self.outcome else { return None };
        let Self { who, action, .. } = self;
        // S3 alone puts the resource in quotes.
        let resource = match action.split_once(':') {
            Some((service, _)) if service.eq_ignore_ascii_case("s3") => format!("\"{}\"", self.resource),
            _ => self.resource.clone(),
        };
        let reason = match denial {
            Denial::Explicit(kind) => format!("with an explicit deny in {}", kind.with_article()),
            Denial::Missing(kind) => format!("because no {kind} allows the {action} action"),
        };
        Some(format!("User: {who} is not authorized to perform: {action} on resource: {resource} {reason}"))
    }
}
