//! An IAM policy: statements that allow or deny.

mod memo;
mod parse;
mod who;

use std::fmt;
use std::sync::Arc;

use crate::condition::Condition;
use crate::pattern::{ArnPattern, Case, Pattern};
use crate::{Context, Principal};

pub(crate) use parse::Rigour;
pub(crate) use who::Standing;

/// The policy that lets its holder do everything: AWS's managed `AdministratorAccess`.
pub const ADMINISTRATOR_ACCESS: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

/// What a policy is attached to, which decides the members that a statement must and must not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PolicyKind {
    /// Attached to a user, group or role: names no principal.
    Identity,
    /// A permissions boundary of a user or role: names no principal.
    Boundary,
    /// Handed over when a session begins: names no principal.
    Session,
    /// A service control policy of an organization: names no principal.
    Organization,
    /// Attached to a bucket or another resource: names principals.
    Resource,
    /// A role's trust policy, who may assume it: names principals and no resource, which is the role.
    Trust,
    /// The policy of a KMS key: names principals, and the key as `*`. Without it not even the account's root may
    /// use the key, and no other policy counts unless it names the account.
    Key,
}

/// A policy, read and checked as a whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    kind: PolicyKind,
    // Shared: the same text is read once for many decisions.
    statements: Arc<Vec<Statement>>,
}

/// Why a text is not a policy. Its `Display` is fit for `MalformedPolicyDocument` and `MalformedPolicy`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read the policy: {place}: {problem}")]
pub struct PolicyError {
    /// Where: `the document`, or a member such as `Statement[1].Effect`.
    pub place: String,
    /// What is wrong there.
    pub problem: String,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Statement {
    effect: Effect,
    who: Option<who::Who>,
    actions: Scope<Pattern>,
    resources: Scope<ResourcePattern>,
    conditions: Vec<Condition>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    Allow,
    Deny,
}

/// What a statement is about: the listed, or everything but the listed.
#[derive(Debug, Clone, PartialEq)]
enum Scope<T> {
    Only(Vec<T>),
    AllBut(Vec<T>),
}

#[derive(Debug, Clone, PartialEq)]
enum ResourcePattern {
    Everything,
    Arn(ArnPattern),
}

impl Policy {
    /// The largest policy that is read, in bytes, that of a key aside: S3's limit for bucket policies.
    pub const BYTES_MAX: usize = 20 * 1024;

    /// The largest policy of a key that is read, in bytes: KMS's limit.
    pub const KEY_BYTES_MAX: usize = 32 * 1024;

    /// Reads a policy.
    ///
    /// # Errors
    /// Names the first member that is unknown, given twice, missing, or of the wrong form. Nothing is
    /// skipped: a policy is either understood wholly or refused.
    pub fn parse(kind: PolicyKind, text: &str) -> Result<Self, PolicyError> {
        let form = (kind, Rigour::Written);
        memo::recall_or(form, text, || parse::policy(form, text))
    }

    /// Reads a service control policy that is in force, perhaps where others let it in. What [`Self::parse`] refuses
    /// as a likely mistake means here what IAM makes of it: an unknown `aws:` key is absent from every request, a Sid
    /// is any text. Where a statement depends on a key that AWS tells and we can't, it denies, and allows nothing.
    ///
    /// # Errors
    /// As [`Self::parse`], for whatever has no meaning at all.
    pub fn parse_in_force(text: &str) -> Result<Self, PolicyError> {
        let form = (PolicyKind::Organization, Rigour::InForce);
        memo::recall_or(form, text, || parse::policy(form, text))
    }

    /// Adds the statements of `other`, which is of the same kind.
    #[must_use]
    pub fn joined(mut self, other: Self) -> Self {
        assert_eq!(
            self.kind, other.kind,
            "statements of another kind name principals and resources otherwise"
        );
        Arc::make_mut(&mut self.statements).extend(other.statements.iter().cloned());
        self
    }

    /// Returns what the policy is attached to.
    pub fn kind(&self) -> PolicyKind {
        self.kind
    }

    /// Returns the number of statements.
    pub fn statement_count(&self) -> usize {
        self.statements.len()
    }

    pub(crate) fn statements(&self) -> &[Statement] {
        &self.statements
    }
}

impl Statement {
    pub(crate) fn effect(&self) -> Effect {
        self.effect
    }

    /// Tells how the statement's principal element stands to `principal`.
    pub(crate) fn standing(&self, principal: &Principal) -> Standing {
        // An identity policy speaks of whoever it is attached to.
        self.who.as_ref().map_or(Standing::Itself, |who| who.standing(principal))
    }

    /// Tells whether action, resource and every condition fit; the principal is asked separately.
    pub(crate) fn applies(&self, action: &str, resource: &str, context: &Context) -> bool {
        self.actions.covers(|pattern| pattern.matches(action, context, Case::Insensitive))
            && self.resources.covers(|pattern| pattern.matches(resource, context))
            && self.conditions.iter().all(|condition| self.condition_holds(condition, context))
    }

    /// Tells whether a condition holds. What nobody can tell makes no statement allow more, or deny less.
    fn condition_holds(&self, condition: &Condition, context: &Context) -> bool {
        condition.holds(context).unwrap_or(self.effect == Effect::Deny)
    }
}

impl<T> Scope<T> {
    fn covers(&self, fits: impl Fn(&T) -> bool) -> bool {
        match self {
            Self::Only(list) => list.iter().any(fits),
            Self::AllBut(list) => !list.iter().any(fits),
        }
    }
}

impl ResourcePattern {
    fn matches(&self, resource: &str, context: &Context) -> bool {
        match self {
            Self::Everything => true,
            Self::Arn(pattern) => pattern.matches(resource, context),
        }
    }
}

impl PolicyKind {
    /// Tells whether its statements name whom they speak of.
    pub(crate) fn names_principals(self) -> bool {
        match self {
            Self::Identity | Self::Boundary | Self::Session | Self::Organization => false,
            Self::Resource | Self::Trust | Self::Key => true,
        }
    }

    /// Returns the length of the longest policy of the kind, in bytes.
    pub(crate) fn bytes_max(self) -> usize {
        match self {
            Self::Key => Policy::KEY_BYTES_MAX,
            Self::Identity
            | Self::Boundary
            | Self::Session
            | Self::Organization
            | Self::Resource
            | Self::Trust => Policy::BYTES_MAX,
        }
    }

    /// Tells whether only what the policy lets in may be done, in the resource's own account too.
    pub(crate) fn decides_alone(self) -> bool {
        matches!(self, Self::Trust | Self::Key)
    }

    /// Returns how a sentence begins to speak of it: `an identity-based policy`.
    pub(crate) fn with_article(self) -> String {
        let article = match self {
            Self::Identity => "an",
            Self::Boundary | Self::Session | Self::Organization | Self::Resource | Self::Key => "a",
            // A role has one.
            Self::Trust => "the",
        };
        format!("{article} {self}")
    }
}

impl fmt::Display for PolicyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Identity => "identity-based policy",
            Self::Boundary => "permissions boundary",
            Self::Session => "session policy",
            Self::Organization => "service control policy",
            Self::Resource | Self::Key => "resource-based policy",
            Self::Trust => "role trust policy",
        })
    }
}
