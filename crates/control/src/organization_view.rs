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

/// The most accounts, and the most units, that a part of an organization is named by. The record of who looked at
/// what has them all.
pub const PART_NAMED_MAX: usize = 100;

/// The part of an organization that is asked for; all of it when nothing is named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Part {
    accounts: BTreeSet<AccountId>,
    units: BTreeSet<String>,
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
    /// More is named than a record could tell.
    #[error("At most {PART_NAMED_MAX} {what} can be named at once; {named} are. Leave them out to see all.")]
    NamedTooMany {
        /// Accounts or units.
        what: &'static str,
        /// How many.
        named: usize,
    },
    /// What an account is named by is no account id. It is not repeated, as it may be anything of any length.
    #[error("Accounts are named by their ids, of 12 digits.")]
    AccountMalformed,
    /// What a unit is named by is no id of a unit.
    #[error(
        "Organizational units are named by their ids, such as ou-examplerootid-exampleouid or r-examplerootid."
    )]
    UnitMalformed,
    /// An account that is named is no member: whether there is such an account is not told.
    #[error("The account {0} is not a member of the organization.")]
    AccountUnknown(AccountId),
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
            Self::NamedTooMany { .. }
            | Self::AccountMalformed
            | Self::UnitMalformed
            | Self::UnitUnknown(_) => ErrorCode::InvalidParameterException,
        }
    }
}

impl Part {
    /// Takes what is named: members by account, units with all that is below them; the root is one too.
    ///
    /// # Errors
    /// There is more than [`PART_NAMED_MAX`] of one of them, or something is no id.
    pub fn new(accounts: &[String], units: &[String]) -> Result<Self, ViewRefusal> {
        for (what, named) in [("accounts", accounts.len()), ("organizational units", units.len())] {
            if named > PART_NAMED_MAX {
                return Err(ViewRefusal::NamedTooMany { what, named });
            }
        }
        let accounts = accounts.iter().map(|id| id.parse().map_err(|_no_id| ViewRefusal::AccountMalformed));
        let accounts = accounts.collect::<Result<_, _>>()?;
        if !units.iter().all(|id| is_unit_id(id)) {
            return Err(ViewRefusal::UnitMalformed);
        }
        Ok(Self { accounts, units: units.iter().cloned().collect() })
    }

    /// Lists the accounts that are named.
    pub fn accounts(&self) -> impl Iterator<Item = &str> {
        self.accounts.iter().map(AccountId::as_str)
    }

    /// Lists the units that are named.
    pub fn units(&self) -> impl Iterator<Item = &str> {
        self.units.iter().map(String::as_str)
    }

    /// Says which part it is.
    fn name(&self) -> String {
        let (accounts, units): (Vec<_>, Vec<_>) = (self.accounts().collect(), self.units().collect());
        format!("{};{}", accounts.join(","), units.join(","))
    }

    fn is_all(&self) -> bool {
        self.accounts.is_empty() && self.units.is_empty()
    }

    fn check(&self, snapshot: &Snapshot, organization: &Organization) -> Result<(), ViewRefusal> {
        for account in &self.accounts {
            let member = snapshot.member(*account);
            if member.is_none_or(|member| member.organization != organization.id) {
                return Err(ViewRefusal::AccountUnknown(*account));
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
            || self.accounts.contains(&member.account)
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
        if !organization.trusts(CLOUDTRAIL_SERVICE) {
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

    /// Tells whether what happened in an account at an instant may be seen. Where that is a whole second, as event
    /// times are, the first one that is seen begins after the account joined: as in lookups.
    pub fn shows(&self, account: AccountId, at: Timestamp) -> bool {
        self.since.get(&account).is_some_and(|since| since.is_none_or(|since| at >= since))
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

/// Tells whether a text is the id of a unit or a root, as AWS forms them.
fn is_unit_id(text: &str) -> bool {
    let part = |text: &str, least: usize| {
        (least..=32).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase())
    };
    match (text.strip_prefix("r-"), text.strip_prefix("ou-").and_then(|rest| rest.split_once('-'))) {
        (Some(root), _) => part(root, 4),
        (None, Some((root, unit))) => part(root, 4) && part(unit, 8),
        (None, None) => false,
    }
}
