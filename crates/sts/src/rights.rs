//! Every policy that has a say about a caller.

use std::borrow::Cow;

use cairn_access::{
    ADMINISTRATOR_ACCESS, AccessRequest, Caller, Context, Decision, Policies, Policy, PolicyError,
    PolicyKind, Principal, evaluate,
};
use cairn_catalog::{Snapshot, User};
use cairn_event::AccountId;

use crate::organization::{Limits, with_organizations};

/// Finds the document of a managed policy, an account's own or AWS's, by its ARN.
pub type ManagedDocument = for<'a> fn(&'a Snapshot, &str) -> Option<Cow<'a, str>>;

/// What a caller may do by its own policies, within its limits.
#[derive(Debug, Clone)]
pub struct Rights<'a> {
    caller: &'a Caller,
    snapshot: &'a Snapshot,
    identity: Vec<Policy>,
    boundary: Option<Policy>,
    limits: Limits,
}

/// The texts that give a user or role its rights.
#[derive(Default)]
struct Given<'a> {
    inline: Vec<&'a str>,
    attached: Vec<&'a str>,
    boundary: Option<&'a str>,
}

impl<'a> Rights<'a> {
    /// Gathers the policies of a caller: its own, its groups', its role's, those attached, its boundary, its
    /// session's, and the service control policies of its account.
    ///
    /// # Errors
    /// A policy of the account is gone or can't be read; then nothing may be allowed, since it might deny. One of the
    /// organization, which may come from elsewhere, denies instead.
    pub fn of(
        caller: &'a Caller,
        snapshot: &'a Snapshot,
        managed: ManagedDocument,
    ) -> Result<Self, PolicyError> {
        let principal = caller.principal();
        let given = match principal {
            Principal::FederatedUser(user) => Given::of(&user.issuing_principal(), snapshot),
            principal => Given::of(principal, snapshot),
        };
        let document = |arn: &str| {
            managed(snapshot, arn).ok_or_else(|| PolicyError {
                place: arn.to_owned(),
                problem: "there is no such policy".to_owned(),
            })
        };
        let mut identity = Vec::with_capacity(given.inline.len() + given.attached.len());
        for text in &given.inline {
            identity.push(Policy::parse(PolicyKind::Identity, text)?);
        }
        for arn in &given.attached {
            identity.push(Policy::parse(PolicyKind::Identity, &document(arn)?)?);
        }
        let boundary = match given.boundary {
            Some(arn) => Some(Policy::parse(PolicyKind::Boundary, &document(arn)?)?),
            None => None,
        };
        let limits = Limits::of(principal, snapshot);
        Ok(Self { caller, snapshot, identity, boundary, limits })
    }

    /// Decides a request by all policies that have a say, the resource's among them. The context tells what
    /// conditions may ask, the caller's tags and session included.
    pub fn decide(
        &self,
        resource_policy: Option<&Policy>,
        (action, resource, owner): (&str, &str, AccountId),
        context: Context,
    ) -> Decision {
        let principal = self.caller.principal();
        if self.limits.closed {
            return Decision::closed(principal, action, resource);
        }
        if let Some(error) = &self.limits.not_understood {
            return Decision::not_understood(error.clone(), principal, action, resource);
        }
        let policies = Policies {
            identity: &self.identity,
            boundary: self.boundary.as_ref(),
            session: self.caller.session().and_then(|session| session.policies.as_deref()),
            organization: &self.limits.levels,
            resource: resource_policy,
            ..Policies::default()
        };
        let context = with_organizations(context, principal, owner, self.snapshot);
        evaluate(&policies, &AccessRequest { principal, action, resource, resource_account: owner, context })
    }
}

impl<'a> Given<'a> {
    fn of(principal: &Principal, snapshot: &'a Snapshot) -> Self {
        match principal {
            Principal::User { account, name, .. } => {
                snapshot.user(account, name).map(|user| Self::of_user(user, snapshot)).unwrap_or_default()
            }
            Principal::Session(session) => {
                let role = snapshot.role(&session.account, &session.role);
                let role = role.filter(|role| role.role_id == session.role_id);
                role.map(|role| Self {
                    inline: role.policies.iter().map(|policy| policy.document.as_str()).collect(),
                    attached: role.attached.iter().map(String::as_str).collect(),
                    boundary: role.boundary.as_deref(),
                })
                .unwrap_or_default()
            }
            // For itself the root user needs no policy; who calls in its name does.
            Principal::Root { .. } => Self { inline: vec![ADMINISTRATOR_ACCESS], ..Self::default() },
            Principal::FederatedUser(_)
            | Principal::WebIdentity(_)
            | Principal::Service(_)
            | Principal::Anonymous => Self::default(),
        }
    }

    fn of_user(user: &'a User, snapshot: &'a Snapshot) -> Self {
        let mut given = Self {
            inline: user.policies.iter().map(|policy| policy.document.as_str()).collect(),
            attached: user.attached.iter().map(String::as_str).collect(),
            boundary: user.boundary.as_deref(),
        };
        for group in user.groups.iter().filter_map(|name| snapshot.group(&user.account, name)) {
            given.inline.extend(group.policies.iter().map(|policy| policy.document.as_str()));
            given.attached.extend(group.attached.iter().map(String::as_str));
        }
        given
    }
}
