//! Several accounts whose histories are looked up as one.

use std::collections::BTreeMap;

use cairn_event::AccountId;
use jiff::Timestamp;

/// The accounts of an organization, or of a part of it, each with the instant from which its events may be told:
/// what an account did before it joined is nobody else's business.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accounts {
    name: String,
    /// The first second whose events are told, by account.
    since: BTreeMap<AccountId, i64>,
}

impl Accounts {
    /// Takes the accounts; those without an instant are told whole.
    ///
    /// `name` says what they are. A token continues a lookup in accounts of the same name and of no other, and does
    /// so where accounts have come and gone meanwhile: those that are given then are the ones that are told.
    pub fn new(
        name: impl Into<String>,
        since: impl IntoIterator<Item = (AccountId, Option<Timestamp>)>,
    ) -> Self {
        let second = |at: Timestamp| at.as_second().saturating_add(i64::from(at.subsec_nanosecond() > 0));
        let since = since.into_iter().map(|(account, at)| (account, at.map_or(i64::MIN, second)));
        Self { name: name.into(), since: since.collect() }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

/// Lists the accounts that are looked in, the caller's own or those that were given instead, with the first second that
/// may be told of each.
pub(crate) fn places(own: AccountId, given: Option<&Accounts>) -> Vec<(AccountId, i64)> {
    match given {
        None => vec![(own, i64::MIN)],
        Some(accounts) => accounts.since.iter().map(|(account, since)| (*account, *since)).collect(),
    }
}

/// Tells whether an event of that second in that account may be told to whoever looks in these.
pub(crate) fn tells(own: AccountId, given: Option<&Accounts>, account: AccountId, seconds: i64) -> bool {
    match given {
        None => account == own,
        Some(accounts) => accounts.since.get(&account).is_some_and(|since| seconds >= *since),
    }
}
