//! The evaluator: explicit deny wins, then what allows, else deny.

use cairn_event::AccountId;

use crate::policy::{Effect, Standing, Statement};
use crate::{Context, Decision, Denial, Granted, Outcome, Policy, PolicyKind, Principal};

/// A request to decide about.
#[derive(Debug, Clone)]
pub struct AccessRequest<'a> {
    /// Who asks.
    pub principal: &'a Principal,
    /// The action, `service:Name`.
    pub action: &'a str,
    /// The ARN of what it is done to; `*` for actions without a resource.
    pub resource: &'a str,
    /// The account that owns the resource.
    pub resource_account: AccountId,
    /// What else is known of the request. Facts about the principal are added by the evaluator itself.
    pub context: Context,
}

/// Decides a request by the policies of the caller and the policy of the resource.
///
/// Rules (IAM's): a `Deny` anywhere wins. In its own account a caller needs one of the two policies to
/// allow, and the account's root needs none; a caller of another account needs both. A service and an
/// unsigned request have no policy of their own: the resource's policy alone decides. A resource policy
/// that names the caller's *account* leaves the choice to the account's own policies.
pub fn evaluate(
    identity_policies: &[Policy],
    resource_policy: Option<&Policy>,
    request: &AccessRequest<'_>,
) -> Decision {
    let mut context = request.context.clone().of_principal(request.principal);
    context.set("aws:ResourceAccount", vec![request.resource_account.to_string()]);
    let identity = Voice::of(identity_policies.iter(), request, &context);
    let resource = Voice::of(resource_policy.into_iter(), request, &context);
    Decision {
        outcome: outcome(&identity, &resource, request),
        who: request.principal.display_name(),
        action: request.action.to_owned(),
        resource: request.resource.to_owned(),
    }
}

fn outcome(identity: &Voice, resource: &Voice, request: &AccessRequest<'_>) -> Outcome {
    let denied = |denial| Outcome::Denied(denial);
    let missing = |kind| denied(Denial::Missing(kind));
    let account = request.principal.account();
    let own = account == Some(request.resource_account);
    let root = matches!(request.principal, Principal::Root { .. });
    if identity.denies {
        return denied(Denial::Explicit(PolicyKind::Identity));
    }
    if resource.denies
        && !(root && own && ROOT_ALWAYS.iter().any(|action| request.action.eq_ignore_ascii_case(action)))
    {
        return denied(Denial::Explicit(PolicyKind::Resource));
    }
    let from_identity = root || identity.allows >= Standing::Account;
    match account {
        Some(_) if own && root => Outcome::Allowed(Granted::Root),
        Some(_) if own && from_identity => Outcome::Allowed(Granted::Identity),
        Some(_) if own && resource.allows == Standing::Itself => Outcome::Allowed(Granted::Resource),
        Some(_) if own => missing(PolicyKind::Identity),
        Some(_) if !from_identity => missing(PolicyKind::Identity),
        Some(_) if resource.allows >= Standing::Account => Outcome::Allowed(Granted::IdentityAndResource),
        None if resource.allows == Standing::Itself => Outcome::Allowed(Granted::Resource),
        Some(_) | None => missing(PolicyKind::Resource),
    }
}

/// What the policies of one side say.
struct Voice {
    denies: bool,
    allows: Standing,
}

impl Voice {
    fn of<'a>(
        policies: impl Iterator<Item = &'a Policy>,
        request: &AccessRequest<'_>,
        context: &Context,
    ) -> Self {
        let mut voice = Self { denies: false, allows: Standing::Other };
        for statement in policies.flat_map(Policy::statements) {
            voice.hear(statement, request, context);
        }
        voice
    }

    fn hear(&mut self, statement: &Statement, request: &AccessRequest<'_>, context: &Context) {
        let standing = statement.standing(request.principal);
        if standing == Standing::Other || !statement.applies(request.action, request.resource, context) {
            return;
        }
        match statement.effect() {
            Effect::Deny => self.denies = true,
            Effect::Allow => self.allows = self.allows.max(standing),
        }
    }
}

/// What the root of a bucket's account may do whatever the bucket's policy says, so that nobody locks
/// themselves out (S3's rule).
const ROOT_ALWAYS: [&str; 3] = ["s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"];
