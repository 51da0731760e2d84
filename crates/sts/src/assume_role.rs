//! AssumeRole.

use cairn_access::{Context, Policy, PolicyError, PolicyKind, Principal, ServiceKey};
use cairn_catalog::{Role, Snapshot};
use cairn_event::{AccountId, Arn};
use cairn_wire::sts::{AssumeRoleRequest, AssumeRoleResponse, AssumedRoleUser};

use crate::credentials::Wanted;
use crate::session_policy::{Handed, Shelf};
use crate::session_tags::SessionTags;
use crate::{Asker, Holder, Refusal, ShownFactor, Sts, duration};

/// The name of a role, out of its ARN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RoleReference {
    pub(crate) arn: String,
    pub(crate) account: AccountId,
    pub(crate) name: String,
}

impl Sts {
    /// Makes credentials of a role for whoever its trust policy and the caller's own policies let.
    ///
    /// # Errors
    /// A caller who may not assume the role, whether there is one or not; policies, tags and durations that
    /// are not allowed.
    pub fn assume_role(
        &self,
        asker: &Asker<'_>,
        request: &AssumeRoleRequest,
    ) -> Result<AssumeRoleResponse, Refusal> {
        if request.provided_contexts.is_some() {
            return Err(Refusal::ContextsUnavailable);
        }
        let reference = RoleReference::parse(&request.role_arn)?;
        ShownFactor::of_assume_role(request).demand_proven(asker)?;
        let snapshot = self.catalog.current();
        let calling = asker.caller.session();
        let tags =
            SessionTags::read(request.tags.as_deref(), request.transitive_tag_keys.as_deref(), calling)?;
        // Which policies the role's account has is nobody's business who may not assume the role.
        let role = self.permitted(asker, &snapshot, &reference, request)?;
        let shelf = Shelf { snapshot: &snapshot, managed: self.managed, account: reference.account };
        let handed = Handed::read(request.policy.as_deref(), request.policy_arns.as_deref(), &shelf)?;
        let packed_policy_size = handed.packed(&tags)?;
        let chained = matches!(asker.principal(), Principal::Session(_));
        let seconds = duration::of_role(request.duration_seconds, role.session_seconds_max, chained)?;
        let inherited = calling.and_then(|session| session.source_identity.clone());
        let source_identity = request.source_identity.clone().or(inherited);
        let assumed = assumed_role_user(role, &request.role_session_name);
        let credentials = self.issue(Wanted {
            account: role.account,
            holder: holder(role, &request.role_session_name),
            issued: self.now(),
            seconds,
            mfa: asker.mfa.is_some() || of_user_with_factor(asker),
            handed,
            tags,
            source_identity: source_identity.clone(),
            federated_provider: None,
            token_chars_min: request.minimum_session_token_size,
        })?;
        Ok(AssumeRoleResponse {
            credentials: Some(credentials),
            assumed_role_user: Some(assumed),
            packed_policy_size,
            source_identity,
            ..AssumeRoleResponse::default()
        })
    }

    /// Returns the role, if the caller may assume it in the way that is asked for. What is not there and what
    /// is not allowed look the same.
    fn permitted<'s>(
        &self,
        asker: &Asker<'_>,
        snapshot: &'s Snapshot,
        reference: &RoleReference,
        request: &AssumeRoleRequest,
    ) -> Result<&'s Role, Refusal> {
        if matches!(asker.principal(), Principal::Root { .. }) {
            return Err(Refusal::RootAssumes);
        }
        let denied = |action| asker.denied(action, &reference.arn);
        if matches!(asker.principal(), Principal::FederatedUser(_)) {
            return Err(denied("sts:AssumeRole"));
        }
        let rights = self.rights(asker, snapshot)?;
        let Some(role) = reference.find(snapshot) else {
            // An organization denies whether there is such a role or not.
            let asked = ("sts:AssumeRole", reference.arn.as_str(), reference.account);
            let decision = rights.decide(None, asked, self.told(asker));
            return Err(asker.denied_by(&decision, "sts:AssumeRole", &reference.arn));
        };
        let trust = trust(role)?;
        let inherited = asker.caller.session().and_then(|session| session.source_identity.as_ref());
        let context = context(self.told(asker), role, request, inherited);
        let decide = |action: &&'static str| {
            let asked = (*action, role.arn.as_str(), role.account);
            (*action, rights.decide(Some(&trust), asked, context.clone()))
        };
        let mut actions = vec!["sts:AssumeRole"];
        if request.tags.as_ref().is_some_and(|tags| !tags.is_empty()) {
            actions.push("sts:TagSession");
        }
        if request.source_identity.is_some() || inherited.is_some() {
            actions.push("sts:SetSourceIdentity");
        }
        let mut decided = actions.iter().map(decide);
        if let Some((action, decision)) = decided.find(|(_, decision)| !decision.is_allowed()) {
            return Err(asker.denied_by(&decision, action, &role.arn));
        }
        if snapshot.member(role.account).is_some_and(|member| member.closed) {
            return Err(denied("sts:AssumeRole"));
        }
        // Once set, a source identity stays what it is through all of a chain.
        let changed =
            request.source_identity.as_ref().filter(|asked| inherited.is_some_and(|set| set != *asked));
        if changed.is_some() { Err(denied("sts:SetSourceIdentity")) } else { Ok(role) }
    }

    /// Returns what is known of a call, with the second factor that came with it.
    fn told(&self, asker: &Asker<'_>) -> Context {
        let context = asker.context.clone();
        match asker.mfa {
            Some(shown) => context.second_factor(shown, self.clock.now()),
            None => context,
        }
    }
}

/// Tells whether a user calls who showed a second factor for the credentials. What a role did with one says nothing of
/// the next role.
fn of_user_with_factor(asker: &Asker<'_>) -> bool {
    let is_role = matches!(asker.principal(), Principal::Session(_));
    !is_role && asker.caller.session().is_some_and(|session| session.mfa)
}

impl RoleReference {
    /// Reads the ARN of a role.
    ///
    /// # Errors
    /// The text is none.
    pub(crate) fn parse(text: &str) -> Result<Self, Refusal> {
        let invalid = || Refusal::RoleArnInvalid(text.to_owned());
        let arn = Arn::parse(text).map_err(|_no_arn| invalid())?;
        let account = arn.account.parse().map_err(|_no_account| invalid())?;
        let (kind, path_and_name) = arn.resource.split_once('/').ok_or_else(invalid)?;
        let name = path_and_name.rsplit('/').next().unwrap_or_default();
        if arn.service != "iam" || !arn.region.is_empty() || kind != "role" || name.is_empty() {
            return Err(invalid());
        }
        Ok(Self { arn: text.to_owned(), account, name: name.to_owned() })
    }

    /// Finds the role: path and name must both be its own.
    pub(crate) fn find<'s>(&self, snapshot: &'s Snapshot) -> Option<&'s Role> {
        snapshot.role(&self.account, &self.name).filter(|role| role.arn == self.arn)
    }
}

pub(crate) fn trust(role: &Role) -> Result<Policy, Refusal> {
    Policy::parse(PolicyKind::Trust, &role.trust)
        .map_err(|error: PolicyError| Refusal::Internal(Box::new(error)))
}

pub(crate) fn holder(role: &Role, session: &str) -> Holder {
    Holder::Role {
        name: role.name.clone(),
        path: role.path.clone(),
        id: role.role_id.clone(),
        session: session.to_owned(),
    }
}

pub(crate) fn assumed_role_user(role: &Role, session: &str) -> AssumedRoleUser {
    AssumedRoleUser {
        assumed_role_id: format!("{}:{session}", role.role_id),
        arn: format!("arn:aws:sts::{}:assumed-role/{}/{session}", role.account, role.name),
    }
}

/// Adds what a role's tags say.
pub(crate) fn tagged(context: Context, role: &Role) -> Context {
    let tags = role.tags.iter().map(|tag| (tag.key.as_str(), tag.value.as_deref().unwrap_or_default()));
    context.resource_tags(tags)
}

fn context(
    context: Context,
    role: &Role,
    request: &AssumeRoleRequest,
    inherited: Option<&String>,
) -> Context {
    let mut context = tagged(context, role)
        .of_service(ServiceKey::StsRoleSessionName, &request.role_session_name)
        .of_service(
            ServiceKey::StsDurationSeconds,
            request.duration_seconds.map_or(i64::from(duration::HOUR), i64::from).to_string(),
        );
    if let Some(id) = &request.external_id {
        context = context.of_service(ServiceKey::StsExternalId, id);
    }
    if let Some(identity) = request.source_identity.as_ref().or(inherited) {
        context = context.of_service(ServiceKey::StsSourceIdentity, identity);
    }
    if let Some(keys) = &request.transitive_tag_keys {
        context = context.of_service_each(ServiceKey::StsTransitiveTagKeys, keys.iter().map(String::as_str));
    }
    match &request.tags {
        Some(tags) => context.request_tags(tags.iter().map(|tag| (tag.key.as_str(), tag.value.as_str()))),
        None => context,
    }
}
