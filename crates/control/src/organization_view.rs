//! Who may see an organization's events, and of which of its accounts.
//!
//! The account that manages an organization and CloudTrail's delegated administrators may, while the organization
//! trusts CloudTrail with its accounts: the conditions of an organization trail. An account's events are seen from
//! the moment it joined until it leaves. A tag that keeps an account's events out of trails changes nothing here.

use std::collections::{BTreeMap, BTreeSet};

use cairn_access::CLOUDTRAIL_SERVICE;
use cairn_catalog::{FeatureSet, JoinedBy, Member, Organization, Snapshot};
use cairn_event::AccountId;
use cairn_history::Accounts;
use cairn_wire::cloudtrail::ErrorCode;
use jiff::Timestamp;

/// The part of an organization that is asked for; all of it when nothing is named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Part {
    /// Members, by account.
    pub accounts: BTreeSet<String>,
    /// Units, with all that is below them, by id; the root is one too.
    pub units: BTreeSet<String>,
}

/// What somebody may see of an organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganizationView {
    organization: String,
    /// Since when each account's events may be seen; `None` for the caller's own, which are his anyway.
    since: BTreeMap<AccountId, Option<Timestamp>>,
}

/// Why an organization can't be seen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ViewRefusal {
    /// The caller's account is in none.
    #[error("The account {0} is not a member of an organization.")]
    NotInUse(AccountId),
    /// The caller's account is a member like others.
    #[error(
        "The account {0} neither manages its organization nor is a delegated administrator for CloudTrail. It sees its own events with LookupEvents."
    )]
    NotManagement(AccountId),
    /// The organization is there for one bill only.
    #[error("The organization does not have all features enabled. Enable them with EnableAllFeatures.")]
    NotAllFeatures,
    /// CloudTrail may not act in the organization's accounts.
    #[error(
        "Trusted access for cloudtrail.amazonaws.com is not enabled in the organization. Its management account enables it with EnableAWSServiceAccess."
    )]
    AccessNotEnabled,
    /// An account that is named is no member: whether there is such an account is not told.
    #[error("The account {0} is not a member of the organization.")]
    AccountUnknown(String),
    /// A unit that is named is none of the organization.
    #[error("The organizational unit {0} is not one of the organization.")]
    UnitUnknown(String),
}

impl ViewRefusal {
    /// Returns the error class that CloudTrail's clients know it by.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::NotInUse(_) => ErrorCode::OrganizationsNotInUseException,
            Self::NotManagement(_) => ErrorCode::NotOrganizationMasterAccountException,
            Self::NotAllFeatures => ErrorCode::OrganizationNotInAllFeaturesModeException,
            Self::AccessNotEnabled => ErrorCode::CloudTrailAccessNotEnabledException,
            Self::AccountUnknown(_) => ErrorCode::AccountNotFoundException,
            Self::UnitUnknown(_) => ErrorCode::InvalidParameterException,
        }
    }
}

impl Part {
    /// Says which part it is.
    fn name(&self) -> String {
        let joined =
            |names: &BTreeSet<String>| names.iter().map(String::as_str).collect::<Vec<_>>().join(",");
        format!("{};{}", joined(&self.accounts), joined(&self.units))
    }

    fn is_all(&self) -> bool {
        self.accounts.is_empty() && self.units.is_empty()
    }

    fn check(&self, snapshot: &Snapshot, organization: &Organization) -> Result<(), ViewRefusal> {
        for account in &self.accounts {
            let member = account.parse().ok().and_then(|account| snapshot.member(account));
            if member.is_none_or(|member| member.organization != organization.id) {
                return Err(ViewRefusal::AccountUnknown(account.clone()));
            }
        }
        for id in &self.units {
            let unit = snapshot.organizational_unit(id);
            let is_ours = unit.is_some_and(|unit| unit.organization == organization.id);
            if !is_ours && *id != organization.root {
                return Err(ViewRefusal::UnitUnknown(id.clone()));
            }
        }
        Ok(())
    }

    fn holds(&self, snapshot: &Snapshot, member: &Member) -> bool {
        self.is_all()
            || self.accounts.contains(member.account.as_str())
            || snapshot.places(member.account).any(|place| self.units.contains(&place.id()))
    }
}

impl OrganizationView {
    /// Decides what an account may see of its organization.
    ///
    /// # Errors
    /// It may see nothing of it, or the part is none of it.
    pub fn of(snapshot: &Snapshot, caller: AccountId, part: &Part) -> Result<Self, ViewRefusal> {
        let organization = snapshot.organization_of(caller).ok_or(ViewRefusal::NotInUse(caller))?;
        if organization.management != caller && !snapshot.administers(caller, CLOUDTRAIL_SERVICE) {
            return Err(ViewRefusal::NotManagement(caller));
        }
        if organization.feature_set != FeatureSet::All {
            return Err(ViewRefusal::NotAllFeatures);
        }
        if !organization.trusted_services.iter().any(|service| service.principal == CLOUDTRAIL_SERVICE) {
            return Err(ViewRefusal::AccessNotEnabled);
        }
        part.check(snapshot, organization)?;
        let members = snapshot.members(&organization.id).filter(|member| part.holds(snapshot, member));
        let since = members.map(|member| (member.account, seen_since(member, caller)));
        Ok(Self { organization: organization.id.clone(), since: since.collect() })
    }

    /// Returns the organization's id.
    pub fn organization(&self) -> &str {
        &self.organization
    }

    /// Tells whether what was recorded in an account at an instant may be seen.
    pub fn shows(&self, account: AccountId, recorded: Timestamp) -> bool {
        self.since.get(&account).is_some_and(|since| since.is_none_or(|since| recorded >= since))
    }

    /// Returns the accounts for a lookup; `part` is what the view was made of.
    pub(crate) fn accounts(self, part: &Part) -> Accounts {
        Accounts::new(format!("{};{}", self.organization, part.name()), self.since)
    }
}

/// Says since when a member's events may be seen. An account that was made in its organization had no life before.
fn seen_since(member: &Member, caller: AccountId) -> Option<Timestamp> {
    let lived_before = member.joined_by == JoinedBy::Invitation && member.account != caller;
    lived_before.then_some(member.joined)
}
