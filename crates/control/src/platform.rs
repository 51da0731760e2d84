//! What control asks of the rest of the server.

use std::error::Error;
use std::fmt::Debug;

use async_trait::async_trait;
use cairn_catalog::{Change, LiveTrail, Snapshot, Trail};
use cairn_event::{AccountId, Region};

use crate::Caller;

/// The surroundings that a use case depends on but must not know.
#[async_trait]
pub trait Platform: Send + Sync + Debug {
    /// Tells whether a caller's own policies let CloudTrail do something of Organizations or IAM in its name.
    fn permits(&self, caller: &Caller, action: &str) -> bool;

    /// Returns the changes that make the role by which a service acts in an account; empty where there is one.
    fn service_linked_role(&self, snapshot: &Snapshot, account: AccountId, service: &str) -> Vec<Change>;

    /// Returns the position that the next event will take; nothing below it concerns a trail made now.
    fn next_position(&self) -> u64;

    /// Asks in CloudTrail's name whether a bucket takes a trail's log files, as CreateTrail does: reads
    /// the bucket's ACL and tries its policy for the exact prefix. The call is an event of its own.
    async fn check_delivery(&self, check: DeliveryCheck<'_>) -> BucketVerdict;

    /// Asks in CloudTrail's name whether a KMS key encrypts a trail's files, as CreateTrail does: a data key is
    /// really made, for the bucket and with the encryption context of delivery, and dropped. The call is an event
    /// of its own.
    async fn check_key(&self, check: KeyCheck<'_>) -> KeyVerdict;

    /// Writes down that a trail's data events are summed up from here on.
    ///
    /// # Errors
    /// Nothing was written down; aggregation must stay off.
    async fn begin_aggregation(&self, trail: &LiveTrail) -> Result<(), Box<dyn Error + Send + Sync>>;

    /// Asks in CloudTrail's name whether a trail's role may write to its log group, as CreateTrail does: takes
    /// on the role and makes the stream of the trail's home Region. Both must be `account`'s, which gives them to
    /// the trail.
    async fn check_log_group(&self, trail: &Trail, account: AccountId) -> LogGroupVerdict;

    /// Writes down that a trail's log group gets what is recorded from here on.
    ///
    /// # Errors
    /// Nothing was written down; the trail must get no log group.
    async fn begin_log_group(&self, trail: &LiveTrail) -> Result<(), Box<dyn Error + Send + Sync>>;

    /// Asks in CloudTrail's name whether a trail's topic is there and lets CloudTrail publish.
    async fn check_topic(&self, trail: &Trail) -> TopicVerdict;

    /// Writes down that a trail's topic is told of what is delivered from here on.
    ///
    /// # Errors
    /// Nothing was written down; the trail must get no topic.
    async fn begin_notifications(&self, trail: &LiveTrail) -> Result<(), Box<dyn Error + Send + Sync>>;

    /// Writes down that a trail has something to deliver, so that it is delivered once the trail is gone.
    ///
    /// # Errors
    /// Nothing was written down; the trail must stay.
    async fn hold_delivery(&self, trail: &LiveTrail) -> Result<(), Box<dyn Error + Send + Sync>>;
}

/// The log files that a trail wants to write.
#[derive(Debug, Clone, Copy)]
pub struct DeliveryCheck<'a> {
    /// The trail's owner.
    pub account: AccountId,
    /// The id of the organization whose accounts the trail covers; `None` for a trail of its owner alone.
    pub organization: Option<&'a str>,
    /// The Region in which the trail is made or changed.
    pub region: &'a Region,
    /// The trail's ARN: the source that bucket policies name.
    pub trail_arn: &'a str,
    /// The bucket.
    pub bucket: &'a str,
    /// What keys begin with, before `AWSLogs/`.
    pub prefix: Option<&'a str>,
    /// The KMS key that encrypts them: bucket policies may ask for one.
    pub kms_key: Option<&'a str>,
    /// What kind of files.
    pub files: DeliveredFiles,
}

/// A kind of files that a trail writes, each in a folder of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveredFiles {
    /// Log files.
    Logs,
    /// Insights events.
    Insights,
}

/// The key that a trail wants to encrypt under.
#[derive(Debug, Clone, Copy)]
pub struct KeyCheck<'a> {
    /// The Region in which the trail is made or changed.
    pub region: &'a Region,
    /// The trail as it shall be.
    pub trail: &'a Trail,
    /// The key as the request names it: id, ARN, alias or alias ARN.
    pub key: &'a str,
    /// What kind of files.
    pub files: DeliveredFiles,
}

/// What a key says to a trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyVerdict {
    /// It encrypts the trail's files.
    Allowed {
        /// Its ARN.
        arn: String,
    },
    /// There is none in the bucket's Region.
    Missing,
    /// Its policy does not let CloudTrail make data keys.
    Denied {
        /// Its ARN.
        arn: String,
    },
    /// It is there, and can't be used.
    Unusable {
        /// Why, as KMS says it.
        reason: String,
    },
}

/// What a bucket says to a trail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BucketVerdict {
    /// Log files may be written.
    Allowed,
    /// There is no such bucket.
    Missing,
    /// Its policy does not let CloudTrail read the ACL and write under the prefix.
    Denied,
    /// It is elsewhere, and gave no clear answer. The log says what it gave.
    Unclear,
}

/// What a topic says to a trail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TopicVerdict {
    /// CloudTrail may publish.
    Allowed,
    /// There is no such topic, or its policy does not let CloudTrail publish.
    Insufficient,
    /// It gave no clear answer. The log says what it gave.
    Unclear,
}

/// What a log group says to a trail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogGroupVerdict {
    /// The trail's role may write to it.
    Allowed,
    /// The ARN is none of a log group of the account, or there is no such group.
    Missing,
    /// CloudTrail may not take on the role, or there is none.
    RoleNotAssumable,
    /// The role may not make streams in the group and write to them.
    RoleDenied,
    /// CloudWatch Logs can't be reached.
    Unavailable,
}
