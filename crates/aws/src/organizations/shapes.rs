//! The API's shapes as ours.

use aws_sdk_organizations::primitives::DateTime;
use aws_sdk_organizations::types::{
    Account, AccountJoinedMethod, AccountState, AccountStatus, Organization as Described,
    OrganizationFeatureSet, Root,
};
use cairn_catalog::{FeatureSet, JoinedBy, Kept, Member, Organization};
use cairn_event::AccountId;
use cairn_organizations::elsewhere::ReadError;
use jiff::Timestamp;

use super::{given, policies_enabled};

/// The code of an answer that says something unheard of.
const UNKNOWN: &str = "UnknownAnswer";

/// Returns the organization with what two answers tell of it.
pub(super) fn organization(organization: Described, root: &Root) -> Result<Organization, ReadError> {
    let feature_set = match organization.feature_set {
        Some(OrganizationFeatureSet::All) => FeatureSet::All,
        Some(OrganizationFeatureSet::ConsolidatedBilling) => FeatureSet::ConsolidatedBilling,
        _ => return Err(ReadError::of(UNKNOWN)),
    };
    Ok(Organization {
        id: given(organization.id)?,
        management: account_id(organization.master_account_id)?,
        feature_set,
        kept: Kept::Elsewhere,
        root: given(root.id.clone())?,
        policies_enabled: policies_enabled(root),
        attached: Vec::new(),
        trusted_services: Vec::new(),
        root_tags: Vec::new(),
        created: UNTOLD,
    })
}

/// Returns an account's membership without what other answers tell of it.
pub(super) fn member(account: Account, organization: &str) -> Result<Member, ReadError> {
    let joined_by = match account.joined_method {
        Some(AccountJoinedMethod::Created) => JoinedBy::Creation,
        _ => JoinedBy::Invitation,
    };
    let closed = is_closed(&account);
    Ok(Member {
        account: account_id(account.id)?,
        organization: organization.to_owned(),
        name: account.name.unwrap_or_default(),
        email: account.email.unwrap_or_default(),
        parent: String::new(),
        joined_by,
        joined: instant(account.joined_timestamp),
        closed,
        attached: Vec::new(),
        administers: Vec::new(),
        tags: Vec::new(),
    })
}

/// Tells whether an account is closed, or about to be. `State` says so since 2025, `Status` before.
fn is_closed(account: &Account) -> bool {
    match (&account.state, account.status()) {
        (Some(state), _) => {
            matches!(state, AccountState::Closed | AccountState::PendingClosure | AccountState::Suspended)
        }
        (None, status) => {
            matches!(status, Some(AccountStatus::PendingClosure | AccountStatus::Suspended))
        }
    }
}

pub(super) fn account_id(id: Option<String>) -> Result<AccountId, ReadError> {
    given(id)?.parse().map_err(|_not_twelve_digits| ReadError::of(UNKNOWN))
}

/// Returns an instant that was told.
pub(super) fn instant(told: Option<DateTime>) -> Timestamp {
    let told = told.and_then(|at| {
        let nanoseconds = i32::try_from(at.subsec_nanos()).ok()?;
        Timestamp::new(at.secs(), nanoseconds).ok()
    });
    told.unwrap_or(UNTOLD)
}

/// The time of what nobody tells the time of.
pub(super) const UNTOLD: Timestamp = Timestamp::UNIX_EPOCH;
