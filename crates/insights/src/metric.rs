//! What is counted apart from what.

use std::sync::Arc;

use cairn_event::{AccountId, Region};

/// Where calls are counted: never across accounts, Regions or, for data events, trails.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The account whose events they are.
    pub account: AccountId,
    /// The Region in which they were recorded.
    pub region: Region,
    /// For data events the ARN of the trail that selects them, for each selects others; `None` for management events.
    pub trail: Option<Arc<str>>,
}

/// Calls of one sort in one place, counted by the minute.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Metric {
    /// Where.
    pub place: Place,
    /// `<service>.amazonaws.com`.
    pub source: Arc<str>,
    /// The API action.
    pub name: Arc<str>,
    /// Which of the calls.
    pub kind: Kind,
}

/// Which calls of an action are counted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// All of them: `ApiCallRateInsight`.
    Calls,
    /// Those that failed with this code: `ApiErrorRateInsight`.
    Errors(Arc<str>),
}

/// A metric's number in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MetricId(pub(crate) u32);
