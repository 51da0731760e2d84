//! How a trail's deliveries went.

use cairn_event::{AccountId, Region};
use jiff::Timestamp;

/// What is delivered for a trail, each to its own destination and with its own status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeliveryKind {
    /// Log files in the bucket.
    LogFiles,
    /// Notifications on the SNS topic.
    Notifications,
    /// Events in the log group of CloudWatch Logs.
    CloudWatchLogs,
    /// Digest files in the bucket.
    Digests,
}

impl DeliveryKind {
    /// Returns the name in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LogFiles => "log-files",
            Self::Notifications => "notifications",
            Self::CloudWatchLogs => "cloudwatch-logs",
            Self::Digests => "digests",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        [Self::LogFiles, Self::Notifications, Self::CloudWatchLogs, Self::Digests]
            .into_iter()
            .find(|kind| kind.as_str() == name)
    }
}

/// The deliveries of one trail in one Region, as GetTrailStatus tells them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrailStatus {
    /// `LatestDelivery…`.
    pub log_files: DeliveryStatus,
    /// `LatestNotification…`.
    pub notifications: DeliveryStatus,
    /// `LatestCloudWatchLogsDelivery…`.
    pub cloudwatch_logs: DeliveryStatus,
    /// `LatestDigestDelivery…`.
    pub digests: DeliveryStatus,
}

/// The deliveries of one kind. Instants are kept to the millisecond.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeliveryStatus {
    /// When one last succeeded: `Latest…Time` and `Latest…AttemptSucceeded`.
    pub succeeded_at: Option<Timestamp>,
    /// When one was last tried, whatever came of it: `Latest…AttemptTime`.
    pub attempted_at: Option<Timestamp>,
    /// The destination's error code of the last try; gone once one succeeds: `Latest…Error`.
    pub error: Option<String>,
}

/// A delivery of one account and Region that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Whose events they are.
    pub account: AccountId,
    /// Where they were recorded.
    pub region: Region,
    /// The destination's error code.
    pub code: String,
}

impl Failure {
    /// How soon the same failure is noted again among many, milliseconds: their number times the tries would be too
    /// many writes for what an hour of denial tells.
    pub const NOTED_AGAIN_MS: i64 = 60_000;
}

impl TrailStatus {
    pub(crate) fn of_mut(&mut self, kind: DeliveryKind) -> &mut DeliveryStatus {
        match kind {
            DeliveryKind::LogFiles => &mut self.log_files,
            DeliveryKind::Notifications => &mut self.notifications,
            DeliveryKind::CloudWatchLogs => &mut self.cloudwatch_logs,
            DeliveryKind::Digests => &mut self.digests,
        }
    }
}

/// The longest error code kept, bytes; a longer one is cut, for it comes from a foreign server.
pub(crate) const CODE_BYTES_MAX: usize = 256;
