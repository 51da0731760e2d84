//! Every policy that has a say about a caller, and what conditions may ask about it.

use std::borrow::Cow;

use cairn_access::{
    ADMINISTRATOR_ACCESS, AccessRequest, Caller, Context, Decision, Policies, Policy, PolicyError,
    PolicyKind, Principal, SessionFacts, evaluate,
};
use cairn_catalog::{Snapshot, Tag, User};
use cairn_event::AccountId;
use jiff::Timestamp;

/// Finds the document of a managed policy, an account's own or AWS's, by its ARN.
pub type ManagedDocument = for<'a> fn(&'a Snapshot, &str) -> Option<Cow<'a, str>>;

/// What a caller may do by its own policies, within its limits.
#[derive(Debug, Clone)]
pub struct Rights<'a> {
    caller: &'a Caller,
    identity: Vec<Policy>,
    boundary: Option<Policy>,
    tags: Vec<(String, String)>,
    now: Timestamp,
}

/// The texts that give a user or role its rights.
#[derive(Default)]
struct Given<'a> {
    inline: Vec<&'a str>,
    attached: Vec<&'a str>,
    boundary: Option<&'a str>,
    tags: &'a [Tag],
}

impl<'a> Rights<'a> {
    /// Gathers the policies of a caller: its own, its groups', its role's, those attached, its boundary and
    /// its session's.
    ///
    /// # Errors
    /// A policy is gone or can't be read; then nothing may be allowed, since it might deny.
    pub fn of(
        caller: &'a Caller,
        snapshot: &Snapshot,
        managed: ManagedDocument,
        now: Timestamp,
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
        let tags = given.tags.iter().filter_map(|tag| Some((tag.key.clone(), tag.value.clone()?)));
        Ok(Self { caller, identity, boundary, tags: tags.collect(), now })
    }

    /// Decides a request by all policies that have a say, the resource's among them.
    pub fn decide(
        &self,
        resource_policy: Option<&Policy>,
        (action, resource, owner): (&str, &str, AccountId),
        context: Context,
    ) -> Decision {
        let policies = Policies {
            identity: &self.identity,
            boundary: self.boundary.as_ref(),
            session: self.caller.session().and_then(|session| session.policies.as_deref()),
            resource: resource_policy,
            ..Policies::default()
        };
        let (principal, context) = (self.caller.principal(), self.told(context));
        evaluate(&policies, &AccessRequest { principal, action, resource, resource_account: owner, context })
    }

    /// Adds the time, and what is known of the caller beside its name.
    fn told(&self, context: Context) -> Context {
        let session = self.caller.session();
        let own = self.tags.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        let of_session = session.into_iter().flat_map(|session| &session.tags);
        let of_session = of_session.map(|(key, value)| (key.as_str(), value.as_str()));
        let context = context.at(self.now).principal_tags(own.chain(of_session));
        match session {
            Some(session) => context.session(
                SessionFacts {
                    issued: session.issued,
                    mfa: session.mfa.then_some(session.issued),
                    source_identity: session.source_identity.as_deref(),
                    federated_provider: session.federated_provider.as_deref(),
                },
                self.now,
            ),
            None => context,
        }
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
                    tags: &role.tags,
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
            tags: &user.tags,
        };
        for group in user.groups.iter().filter_map(|name| snapshot.group(&user.account, name)) {
            given.inline.extend(group.policies.iter().map(|policy| policy.document.as_str()));
            given.attached.extend(group.attached.iter().map(String::as_str));
        }
        given
    }
}
