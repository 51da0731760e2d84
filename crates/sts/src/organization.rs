//! What the organization of an account adds to a decision: the limits of its members, and facts that conditions
//! ask about.

use cairn_access::{
    ADMINISTRATOR_ACCESS, Context, OrganizationFacts, Policy, PolicyError, Principal, organization_limits,
};
use cairn_catalog::{FULL_ACCESS_POLICY, Place, Snapshot};
use cairn_event::AccountId;

/// What the organization leaves of the rights of an account's principals.
#[derive(Debug, Clone, Default)]
pub(crate) struct Limits {
    /// Service control policies per level, from the root to the account; none for accounts that they do not
    /// limit.
    pub(crate) levels: Vec<Vec<Policy>>,
    /// Whether the account was closed.
    pub(crate) closed: bool,
    /// What is wrong with a policy that is gone or can't be understood: nothing may be done then, since it might
    /// deny.
    pub(crate) not_understood: Option<PolicyError>,
}

impl Limits {
    /// Gathers the limits of a principal's account. The account that manages the organization has none.
    pub(crate) fn of(principal: &Principal, snapshot: &Snapshot) -> Self {
        let Some(member) = principal.account().and_then(|account| snapshot.member(account)) else {
            return Self::default();
        };
        let organization = snapshot.organization(&member.organization);
        let limited = organization.is_some_and(|organization| {
            organization.policies_enabled
                && organization.management != member.account
                && organization_limits(principal)
        });
        let mut limits = Self { closed: member.closed, ..Self::default() };
        if limited {
            let levels = snapshot.places(member.account).map(|place| level(place, snapshot));
            match levels.collect() {
                Ok(levels) => limits.levels = levels,
                Err(error) => limits.not_understood = Some(error),
            }
            limits.levels.reverse();
        }
        limits
    }
}

fn level(place: Place<'_>, snapshot: &Snapshot) -> Result<Vec<Policy>, PolicyError> {
    let read = |id: &String| {
        let text = match id.as_str() {
            FULL_ACCESS_POLICY => Some(ADMINISTRATOR_ACCESS),
            id => snapshot.organization_policy(id).map(|policy| policy.document.as_str()),
        };
        let text = text.ok_or_else(|| PolicyError {
            place: id.clone(),
            problem: "there is no such service control policy".to_owned(),
        })?;
        // Whoever is denied by it has to know which policy it is.
        Policy::parse_in_force(text)
            .map_err(|error| PolicyError { place: format!("{id}: {}", error.place), ..error })
    };
    place.attached().iter().map(read).collect()
}

/// Adds what organizations say about a request of `principal` on a resource of `owner`: which organizations they
/// belong to, and where in them. Of a service, that of the account on whose behalf it acts.
#[must_use]
pub fn with_organizations(
    context: Context,
    principal: &Principal,
    owner: AccountId,
    snapshot: &Snapshot,
) -> Context {
    let place = |account: Option<AccountId>| account.and_then(|account| place(snapshot, account));
    let source = match principal {
        Principal::Service(_) => context.values("aws:SourceAccount").first(),
        _ => None,
    };
    let source = place(source.and_then(|account| account.parse().ok()));
    let (own, owners) = (place(principal.account()), place(Some(owner)));
    context
        .principal_organization(own.as_ref().map(facts))
        .resource_organization(owners.as_ref().map(facts))
        .source_organization(source.as_ref().map(facts))
}

/// Returns the organization of an account, and the way to the unit that it is in.
fn place(snapshot: &Snapshot, account: AccountId) -> Option<(String, String)> {
    let id = &snapshot.member(account)?.organization;
    let mut above: Vec<String> = snapshot.places(account).skip(1).map(|place| place.id()).collect();
    above.push(id.clone());
    let path = above.iter().rev().map(|id| format!("{id}/")).collect();
    Some((id.clone(), path))
}

fn facts((id, path): &(String, String)) -> OrganizationFacts<'_> {
    OrganizationFacts { id, path }
}
