//! AWS's rate limits (reference §12), for each account, Region and operation; off by default.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use cairn_event::{AccountId, Region};
use cairn_wire::Operation;
use jiff::Timestamp;

/// Counts calls, when it is on.
#[derive(Debug, Default)]
pub struct Throttle {
    /// `None` when off.
    used: Option<Mutex<Used>>,
}

/// What was used of the present stretches of time. What is over is dropped, so that there are never more
/// entries than calls in a minute.
#[derive(Debug, Default)]
struct Used {
    /// The second that was last looked at.
    second: i64,
    calls: BTreeMap<(AccountId, Region, Operation), Stretch>,
}

#[derive(Debug)]
struct Stretch {
    ends: i64,
    calls: u32,
}

/// How many calls in how many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Rate {
    calls: u32,
    seconds: i64,
}

impl Throttle {
    /// Lets everything through.
    pub fn off() -> Self {
        Self { used: None }
    }

    /// Holds callers to AWS's rates.
    pub fn aws() -> Self {
        Self { used: Some(Mutex::default()) }
    }

    /// Takes a place in the present stretch; false when there is none left.
    pub(crate) fn admit(
        &self,
        account: AccountId,
        region: &Region,
        operation: Operation,
        now: Timestamp,
    ) -> bool {
        let Some(used) = &self.used else { return true };
        let mut used = used.lock().unwrap_or_else(PoisonError::into_inner);
        let (second, rate) = (now.as_second(), Rate::of(operation));
        if second != used.second {
            used.second = second;
            used.calls.retain(|_, stretch| stretch.ends > second);
        }
        let ends = (second.div_euclid(rate.seconds) + 1) * rate.seconds;
        let key = (account, region.clone(), operation);
        let stretch = used.calls.entry(key).or_insert(Stretch { ends, calls: 0 });
        stretch.calls = stretch.calls.saturating_add(1);
        stretch.calls <= rate.calls
    }
}

impl Rate {
    /// Returns the documented rate: ten reads and one change a second, with exceptions.
    fn of(operation: Operation) -> Self {
        let per_second = |calls| Self { calls, seconds: 1 };
        match operation {
            Operation::GenerateQuery => Self { calls: 4, seconds: 60 },
            Operation::StartQuery | Operation::CancelQuery => per_second(3),
            Operation::LookupEvents | Operation::ListInsightsData => per_second(2),
            Operation::ListInsightsMetricData => per_second(1),
            Operation::RegisterOrganizationDelegatedAdmin
            | Operation::DeregisterOrganizationDelegatedAdmin => per_second(10),
            other if other.read_only() => per_second(10),
            _ => per_second(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_has_the_documented_rate() {
        for operation in Operation::ALL {
            let name = operation.name();
            let reads = ["Get", "List", "Describe", "Search"].iter().any(|verb| name.starts_with(verb));
            let expected = match name {
                "GenerateQuery" => Rate { calls: 4, seconds: 60 },
                "StartQuery" | "CancelQuery" => Rate { calls: 3, seconds: 1 },
                "LookupEvents" | "ListInsightsData" => Rate { calls: 2, seconds: 1 },
                "ListInsightsMetricData" => Rate { calls: 1, seconds: 1 },
                "RegisterOrganizationDelegatedAdmin" | "DeregisterOrganizationDelegatedAdmin" => {
                    Rate { calls: 10, seconds: 1 }
                }
                _ if reads => Rate { calls: 10, seconds: 1 },
                _ => Rate { calls: 1, seconds: 1 },
            };
            assert_eq!(Rate::of(operation), expected, "{name}");
        }
    }

    #[test]
    fn a_stretch_ends_and_is_forgotten() {
        let throttle = Throttle::aws();
        let account: AccountId = "123456789012".parse().unwrap();
        let region: Region = "us-east-1".parse().unwrap();
        let admit = |operation, second| {
            throttle.admit(account, &region, operation, Timestamp::from_second(second).unwrap())
        };
        assert_eq!(
            [60, 61, 90, 119, 119, 120].map(|at| admit(Operation::GenerateQuery, at)),
            [true, true, true, true, false, true]
        );
        assert_eq!([200, 200, 201].map(|at| admit(Operation::CreateTrail, at)), [true, false, true]);
        assert!(admit(Operation::ListTrails, 300));
        assert_eq!(throttle.used.as_ref().unwrap().lock().unwrap().calls.len(), 1);
    }
}
