//! AWS's rate limit on LookupEvents: two calls a second for each account and Region, off by default.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use cairn_event::{AccountId, Region};
use jiff::Timestamp;

/// Counts calls, when it is on.
#[derive(Debug, Default)]
pub struct Throttle {
    /// `None` when off.
    used: Option<Mutex<Used>>,
}

/// The second and how often it was used, for each account and Region.
type Used = BTreeMap<(AccountId, Region), (i64, u32)>;

impl Throttle {
    /// Lets everything through.
    pub fn off() -> Self {
        Self { used: None }
    }

    /// Holds callers to AWS's rate.
    pub fn aws() -> Self {
        Self { used: Some(Mutex::default()) }
    }

    /// Takes a place in the present second; false when there is none left.
    pub(crate) fn admit(&self, account: AccountId, region: &Region, now: Timestamp) -> bool {
        let Some(used) = &self.used else { return true };
        let mut used = used.lock().unwrap_or_else(PoisonError::into_inner);
        used.retain(|_, (second, _)| *second == now.as_second());
        let (_, count) = used.entry((account, region.clone())).or_insert((now.as_second(), 0));
        *count += 1;
        *count <= CALLS_PER_SECOND
    }
}

const CALLS_PER_SECOND: u32 = 2;
