//! A trail as its owner configured it.

use cairn_event::{AccountId, Region};
use cairn_select::EventSelectors;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::event_configuration::{AggregationTemplate, InsightSelector};

/// A trail. Members mean what CloudTrail's `Trail` shape says, under shorter names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "CloudTrail's own switches, each independent of the rest")]
pub struct Trail {
    /// `arn:{partition}:cloudtrail:{home}:{account}:trail/{name}`.
    pub arn: String,
    /// The name.
    pub name: String,
    /// The owner.
    pub account: AccountId,
    /// The Region in which it was made, the only one in which it can be changed.
    pub home_region: Region,
    /// Where log files go.
    pub s3_bucket: String,
    /// What their keys begin with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub s3_prefix: Option<String>,
    /// The topic as it was given: a name or an ARN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sns_topic: Option<String>,
    /// Whether events of global services are wanted.
    pub include_global_service_events: bool,
    /// Whether it covers all Regions or its home alone.
    pub is_multi_region: bool,
    /// Whether digests are written.
    pub log_file_validation: bool,
    /// The ARN of the key that encrypts log files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key_id: Option<String>,
    /// The ARN of the log group that events are also written to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cw_logs_group: Option<String>,
    /// The ARN of the role that writes to the log group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cw_logs_role: Option<String>,
    /// The id of the organization whose accounts it covers; `None` for a trail of its owner alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// Whether events that its own deliveries cause are kept.
    pub recursive_logging: bool,
    /// The tags, in the order given.
    #[serde(default)]
    pub tags: Vec<Tag>,
    /// The selectors as they were put; `None` when none ever were, which means the default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selectors: Option<EventSelectors>,
    /// What unusual activity it looks for; empty when Insights are off.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub insights: Vec<InsightSelector>,
    /// What its data events are summed up by, without duplicates; empty when they are not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aggregation: Vec<AggregationTemplate>,
    /// Whether it is logging.
    pub logging: bool,
    /// When logging was last started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When logging was last stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// The journal's next position when it was made: no event below it concerns this trail.
    pub created_at_position: u64,
}

impl Trail {
    /// Returns what the keys of all its files begin with, before the account:
    /// `[<prefix>/]AWSLogs/[<organization>/]`.
    pub fn files_root(&self) -> String {
        let prefix = self.s3_prefix.as_deref().unwrap_or_default();
        let slash = if prefix.is_empty() { "" } else { "/" };
        match self.organization.as_deref() {
            Some(organization) => format!("{prefix}{slash}AWSLogs/{organization}/"),
            None => format!("{prefix}{slash}AWSLogs/"),
        }
    }

    /// Returns the ARN of the topic; a bare name is one of the trail's own account and home Region.
    pub fn sns_topic_arn(&self) -> Option<String> {
        let topic = self.sns_topic.as_deref()?;
        if topic.starts_with("arn:") {
            return Some(topic.to_owned());
        }
        Some(format!("arn:aws:sns:{}:{}:{topic}", self.home_region, self.account))
    }
}

/// A tag of a resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    /// The key; unique on its resource.
    pub key: String,
    /// The value, where one was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}
