//! What a reading showed, checked: an organization that our catalog can keep.

use std::collections::BTreeSet;

use cairn_access::{Policy, PolicyError};
use cairn_catalog::{
    FULL_ACCESS_POLICY, Kept, Member, Organization, OrganizationPolicy, OrganizationalUnit, Tag,
    TrustedService,
};

/// What a reading found, not yet checked. `created` of the organization and of its units is told by nobody: it is
/// the time of the reading, and counts only for what is new here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The organization.
    pub organization: Organization,
    /// Its units, in any order.
    pub units: Vec<OrganizationalUnit>,
    /// Its accounts, in any order.
    pub members: Vec<Member>,
    /// Its service control policies without AWS's own.
    pub policies: Vec<OrganizationPolicy>,
}

/// A whole organization as it was seen elsewhere. All that it names is in it, and its units are a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub(super) organization: Organization,
    /// Each after the one that it is in.
    pub(super) units: Vec<OrganizationalUnit>,
    /// By account.
    pub(super) members: Vec<Member>,
    pub(super) policies: Vec<OrganizationPolicy>,
}

/// What was read can't be an organization, or is larger than Cairn keeps.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("take what was read for an organization: {0}")]
pub struct Unfit(String);

/// How much of an organization is taken. A reader stops at these.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Accounts.
    pub accounts: usize,
    /// Organizational units.
    pub units: usize,
    /// Service control policies.
    pub policies: usize,
    /// Trusted services, and services that one account administers.
    pub services: usize,
    /// Policies attached to one place.
    pub attached: usize,
    /// Tags of one thing.
    pub tags: usize,
}

/// AWS's quotas, or above where they can be raised.
pub const LIMITS: Limits =
    Limits { accounts: 10_000, units: 2_000, policies: 2_000, services: 500, attached: 100, tags: 50 };

/// The longest text but a policy's document, in bytes.
const TEXT_BYTES_MAX: usize = 1_024;

/// The longest document of a service control policy, in bytes: twice AWS's.
const DOCUMENT_BYTES_MAX: usize = 20_480;

impl Seen {
    /// Checks what was found, and puts it in order.
    ///
    /// # Errors
    /// It contradicts itself, names what is not in it, or is beyond [`LIMITS`].
    pub fn new(found: Found) -> Result<Self, Unfit> {
        let Found { mut organization, units, mut members, mut policies } = found;
        let root = organization.root.clone();
        require(is_id(&organization.id, "o-"), || format!("`{}` is no organization's id", organization.id))?;
        require(is_id(&root, "r-"), || format!("`{root}` is no root's id"))?;
        limit("accounts", members.len(), LIMITS.accounts)?;
        limit("units", units.len(), LIMITS.units)?;
        limit("policies", policies.len(), LIMITS.policies)?;
        organization.kept = Kept::Elsewhere;
        members.sort_by_key(|member| member.account);
        policies.sort_by(|a, b| a.id.cmp(&b.id));
        let mut units = in_order(&root, units)?;
        let known = check_policies(&organization.id, &policies)?;
        settle("the root", &mut organization.attached, &mut organization.root_tags, &known)?;
        services(&mut organization.trusted_services)?;
        let mut places = BTreeSet::from([root]);
        for unit in &mut units {
            belongs(&unit.organization, &organization.id)?;
            texts([&unit.name])?;
            settle(&unit.id, &mut unit.attached, &mut unit.tags, &known)?;
            places.insert(unit.id.clone());
        }
        let mut before = None;
        for member in &mut members {
            let account = member.account.to_string();
            belongs(&member.organization, &organization.id)?;
            require(before.replace(member.account) != Some(member.account), || {
                format!("account {account} is there twice")
            })?;
            require(places.contains(&member.parent), || {
                format!("account {account} is in no unit that was read")
            })?;
            texts([&member.name, &member.email])?;
            settle(&account, &mut member.attached, &mut member.tags, &known)?;
            services(&mut member.administers)?;
        }
        require(members.iter().any(|member| member.account == organization.management), || {
            format!("account {} manages it and is not in it", organization.management)
        })?;
        Ok(Self { organization, units, members, policies })
    }

    /// Returns the organization itself.
    pub fn organization(&self) -> &Organization {
        &self.organization
    }

    /// Lists the policies that can't be understood: wherever they are attached, they deny everything here.
    pub fn not_understood(&self) -> impl Iterator<Item = (&OrganizationPolicy, PolicyError)> {
        self.policies.iter().filter_map(|policy| {
            let error = Policy::parse_in_force(&policy.document).err()?;
            Some((policy, error))
        })
    }

    /// Returns how many accounts it has.
    pub fn accounts(&self) -> usize {
        self.members.len()
    }
}

/// Puts units behind those they are in.
fn in_order(root: &str, mut units: Vec<OrganizationalUnit>) -> Result<Vec<OrganizationalUnit>, Unfit> {
    units.sort_by(|a, b| a.id.cmp(&b.id));
    for pair in units.windows(2) {
        if let [one, other] = pair {
            require(one.id != other.id, || format!("unit {} is there twice", one.id))?;
        }
    }
    let (mut placed, mut ordered) = (BTreeSet::from([root.to_owned()]), Vec::with_capacity(units.len()));
    while !units.is_empty() {
        let (ready, waiting): (Vec<_>, Vec<_>) =
            units.into_iter().partition(|unit| placed.contains(&unit.parent));
        require(!ready.is_empty(), || "a unit is in none that was read".to_owned())?;
        for unit in &ready {
            require(is_id(&unit.id, "ou-"), || format!("`{}` is no unit's id", unit.id))?;
            placed.insert(unit.id.clone());
        }
        ordered.extend(ready);
        units = waiting;
    }
    Ok(ordered)
}

/// Returns the ids of the policies that there are.
fn check_policies(organization: &str, policies: &[OrganizationPolicy]) -> Result<BTreeSet<String>, Unfit> {
    let mut known = BTreeSet::from([FULL_ACCESS_POLICY.to_owned()]);
    for policy in policies {
        belongs(&policy.organization, organization)?;
        require(is_id(&policy.id, "p-"), || format!("`{}` is no policy's id", policy.id))?;
        texts([&policy.name, &policy.description])?;
        limit("bytes of a policy", policy.document.len(), DOCUMENT_BYTES_MAX)?;
        limit("tags", policy.tags.len(), LIMITS.tags)?;
        require(known.insert(policy.id.clone()), || format!("policy {} is there twice", policy.id))?;
    }
    Ok(known)
}

/// Checks and sorts what a place has.
fn settle(
    place: &str,
    attached: &mut Vec<String>,
    tags: &mut [Tag],
    known: &BTreeSet<String>,
) -> Result<(), Unfit> {
    attached.sort();
    attached.dedup();
    tags.sort_by(|a, b| a.key.cmp(&b.key));
    limit("policies of one place", attached.len(), LIMITS.attached)?;
    limit("tags", tags.len(), LIMITS.tags)?;
    texts(tags.iter().flat_map(|tag| [Some(&tag.key), tag.value.as_ref()]).flatten())?;
    let unknown = attached.iter().find(|id| !known.contains(*id));
    require(unknown.is_none(), || format!("{place} has policy {unknown:?}, which was not read"))
}

fn services(services: &mut [TrustedService]) -> Result<(), Unfit> {
    services.sort_by(|a, b| a.principal.cmp(&b.principal));
    limit("services", services.len(), LIMITS.services)?;
    texts(services.iter().map(|service| &service.principal))
}

fn belongs(organization: &str, to: &str) -> Result<(), Unfit> {
    require(organization == to, || format!("something belongs to `{organization}`"))
}

fn texts<'a>(all: impl IntoIterator<Item = &'a String>) -> Result<(), Unfit> {
    let longest = all.into_iter().map(String::len).max().unwrap_or_default();
    limit("bytes of a text", longest, TEXT_BYTES_MAX)
}

fn limit(what: &str, count: usize, max: usize) -> Result<(), Unfit> {
    require(count <= max, || format!("{count} {what}; {max} are taken"))
}

fn require(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), Unfit> {
    if holds { Ok(()) } else { Err(Unfit(otherwise())) }
}

/// Tells whether a text is an id of a kind: letters, digits and hyphens, not long.
fn is_id(text: &str, prefix: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    text.strip_prefix(prefix).is_some_and(|rest| (1..=130).contains(&rest.len()) && rest.bytes().all(allowed))
}
