//! The evaluator: explicit deny wins, then what allows within what limits, else deny.

mod voice;

use cairn_event::AccountId;

use crate::policy::Standing;
use crate::{Context, Decision, Denial, Granted, Outcome, Policy, PolicyKind, Principal};

use voice::Voice;

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

/// All policies that have a say about a request.
#[derive(Debug, Clone, Copy, Default)]
pub struct Policies<'a> {
    /// Those of the caller: its own, its groups', its role's.
    pub identity: &'a [Policy],
    /// The caller's permissions boundary: what its own policies can give at most.
    pub boundary: Option<&'a Policy>,
    /// Those handed over when the session began: what the session can use at most. An empty list leaves
    /// nothing, as for a federated user without a policy.
    pub session: Option<&'a [Policy]>,
    /// Service control policies per level, from the organization's root to the caller's account. Each level
    /// must allow. No levels: the account belongs to no organization.
    pub organization: &'a [Vec<Policy>],
    /// The caller's account manages its organization, and so no service control policy limits it.
    pub management_account: bool,
    /// The policy of the resource; a role's trust policy when the role is what is asked for.
    pub resource: Option<&'a Policy>,
}

/// Decides a request by all policies that have a say.
///
/// Rules (IAM's):
/// - A `Deny` anywhere wins.
/// - Every level of service control policies must allow a caller of a member account, its root included.
///   Services, nobody, service-linked roles and the management account are not limited.
/// - In its own account a caller needs its own policies or the resource's to allow, and the account's root
///   needs neither. A caller of another account needs both. A service and an unsigned request have no policy
///   of their own: the resource's policy alone decides.
/// - Permissions boundary and session policies must allow as well; but within an account they do not limit
///   what the resource's policy gives to the very user, to the very session, or to everybody. What it gives
///   to a role, they do limit. No boundary limits a root.
/// - A resource's policy that names the caller's *account* leaves the choice to the account's own policies.
/// - A role's trust policy must allow whoever assumes it, in its own account too; a key's policy must allow
///   whoever uses it, the account's root among them, or name the account.
pub fn evaluate(policies: &Policies<'_>, request: &AccessRequest<'_>) -> Decision {
    let mut context = request.context.clone().of_principal(request.principal);
    context.set("aws:ResourceAccount", vec![request.resource_account.to_string()]);
    let outcome = match Hearing::of(policies, request, &context).outcome() {
        Ok(granted) => Outcome::Allowed(granted),
        Err(denial) => Outcome::Denied(denial),
    };
    Decision {
        outcome,
        who: request.principal.display_name(),
        action: request.action.to_owned(),
        resource: request.resource.to_owned(),
    }
}

/// What every side says about one request.
struct Hearing<'a> {
    request: &'a AccessRequest<'a>,
    organization: Vec<Voice>,
    identity: Voice,
    boundary: Option<Voice>,
    session: Option<Voice>,
    resource: Voice,
    resource_kind: PolicyKind,
}

impl<'a> Hearing<'a> {
    fn of(policies: &Policies<'_>, request: &'a AccessRequest<'a>, context: &Context) -> Self {
        let hear = |policies: &[Policy]| Voice::of(policies, request, context);
        let limited = !policies.management_account && organization_limits(request.principal);
        let levels = if limited { policies.organization } else { &[] };
        let root = matches!(request.principal, Principal::Root { .. });
        Self {
            request,
            organization: levels.iter().map(|level| hear(level)).collect(),
            identity: hear(policies.identity),
            boundary: policies.boundary.filter(|_| !root).map(|policy| hear(std::slice::from_ref(policy))),
            session: policies.session.map(hear),
            resource: hear(policies.resource.map(std::slice::from_ref).unwrap_or_default()),
            resource_kind: policies.resource.map_or(PolicyKind::Resource, Policy::kind),
        }
    }

    fn outcome(&self) -> Result<Granted, Denial> {
        self.nothing_denies()?;
        require(self.organization.iter().all(Voice::allows), PolicyKind::Organization)?;
        match self.request.principal.account() {
            None => {
                require(self.resource.standing == Standing::Itself, self.resource_kind)?;
                Ok(Granted::Resource)
            }
            Some(account) if account == self.request.resource_account => self.own_account(),
            Some(_) => self.other_account(),
        }
    }

    fn nothing_denies(&self) -> Result<(), Denial> {
        let denied = |voice: Option<&Voice>| voice.is_some_and(|voice| voice.denies);
        let by_organization = self.organization.iter().any(|level| level.denies);
        let sides = [
            (by_organization, PolicyKind::Organization),
            (self.resource.denies && !self.root_always(), self.resource_kind),
            (self.identity.denies, PolicyKind::Identity),
            (denied(self.boundary.as_ref()), PolicyKind::Boundary),
            (denied(self.session.as_ref()), PolicyKind::Session),
        ];
        match sides.into_iter().find(|(denies, _)| *denies) {
            Some((_, kind)) => Err(Denial::Explicit(kind)),
            None => Ok(()),
        }
    }

    fn own_account(&self) -> Result<Granted, Denial> {
        let decides = self.resource_kind.decides_alone();
        if decides {
            require(self.resource.standing >= Standing::Account, self.resource_kind)?;
        }
        let granted = match self.resource.standing {
            Standing::Itself if !self.root() => return Ok(Granted::Resource),
            Standing::Role => Granted::Resource,
            _ if self.root() => Granted::Root,
            Standing::Itself | Standing::Account | Standing::Other => {
                require(self.identity.allows(), PolicyKind::Identity)?;
                if decides { Granted::IdentityAndResource } else { Granted::Identity }
            }
        };
        self.within_limits()?;
        Ok(granted)
    }

    fn other_account(&self) -> Result<Granted, Denial> {
        require(self.root() || self.identity.allows(), PolicyKind::Identity)?;
        self.within_limits()?;
        require(self.resource.allows(), self.resource_kind)?;
        Ok(Granted::IdentityAndResource)
    }

    fn within_limits(&self) -> Result<(), Denial> {
        require(self.boundary.as_ref().is_none_or(Voice::allows), PolicyKind::Boundary)?;
        require(self.session.as_ref().is_none_or(Voice::allows), PolicyKind::Session)
    }

    fn root(&self) -> bool {
        matches!(self.request.principal, Principal::Root { .. })
    }

    fn root_always(&self) -> bool {
        let own = self.request.principal.account() == Some(self.request.resource_account);
        let spared = ROOT_ALWAYS.iter().any(|action| self.request.action.eq_ignore_ascii_case(action));
        self.root() && own && spared
    }
}

fn require(allowed: bool, kind: PolicyKind) -> Result<(), Denial> {
    if allowed { Ok(()) } else { Err(Denial::Missing(kind)) }
}

/// Tells whether service control policies of the principal's organization limit it.
pub fn organization_limits(principal: &Principal) -> bool {
    match principal {
        Principal::Session(session) => !session.role_path.starts_with(SERVICE_LINKED_PATH),
        _ => principal.account().is_some(),
    }
}

/// What the paths of roles begin with that services make for themselves: no organization limits them, and nobody
/// else makes or changes them.
pub const SERVICE_LINKED_PATH: &str = "/aws-service-role/";

/// What the root of a bucket's account may do whatever the bucket's policy says, so that nobody locks
/// themselves out (S3's rule).
const ROOT_ALWAYS: [&str; 3] = ["s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"];
