//! What is asked of CloudWatch Logs, whoever calls it.

use std::fmt::Debug;

use async_trait::async_trait;
use cairn_catalog::Trail;
use cairn_event::{AccountId, Arn, Region};

use crate::sink::PutError;

/// Calls CloudWatch Logs in the name of a trail's role.
#[async_trait]
pub trait LogGroups: Send + Sync + Debug {
    /// Puts lines, sorted by time, into a stream.
    ///
    /// # Errors
    /// See [`LogsError`].
    async fn put_lines(
        &self,
        to: &LogStream<'_>,
        lines: &[LogLine<'_>],
        token: Option<&str>,
    ) -> Result<LinesTaken, LogsError>;

    /// Makes a stream; one that exists is as good.
    ///
    /// # Errors
    /// See [`LogsError`].
    async fn create_stream(&self, stream: &LogStream<'_>) -> Result<(), LogsError>;
}

/// A log group as its ARN names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogGroup {
    /// Where it is.
    pub region: Region,
    /// Whose it is.
    pub account: AccountId,
    /// Its name.
    pub name: String,
}

/// A stream of a trail's log group.
#[derive(Debug, Clone, Copy)]
pub struct LogStream<'a> {
    /// The trail: names the role.
    pub trail: &'a Trail,
    /// The group.
    pub group: &'a LogGroup,
    /// The stream's name.
    pub name: &'a str,
}

/// A line of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogLine<'a> {
    /// Its time, milliseconds since the Unix epoch.
    pub time_ms: i64,
    /// What it says.
    pub text: &'a str,
}

/// What came of putting lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LinesTaken {
    /// What the next call must bring, where a server wants that.
    pub next_token: Option<String>,
    /// Lines before this one are too old.
    pub too_old_end: usize,
    /// Lines before this one are older than the group keeps any.
    pub expired_end: usize,
    /// Lines from this one on are too new.
    pub too_new_start: Option<usize>,
}

/// The code of a call that is made though no endpoint is configured; what `GetTrailStatus` shows.
pub const UNAVAILABLE: &str = "CloudWatchLogsDeliveryUnavailable";

/// CloudWatch Logs did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum LogsError {
    /// There is no such group, or no such stream.
    #[error("the log group or stream does not exist")]
    Missing,
    /// Another token is wanted.
    #[error("the sequence token is not the one expected")]
    Token {
        /// The one that is.
        expected: Option<String>,
    },
    /// The same lines were put before.
    #[error("the lines were put before")]
    AlreadyThere {
        /// What the next call must bring.
        expected: Option<String>,
    },
    /// Anything else.
    #[error("the call failed")]
    Failed(#[from] PutError),
}

impl LogGroup {
    /// Reads `arn:aws:logs:REGION:ACCOUNT:log-group:NAME:*`; none when it is not one.
    pub fn parse(arn: &str) -> Option<Self> {
        let arn = Arn::parse(arn).ok().filter(|arn| arn.service == "logs")?;
        let name = arn.resource.strip_prefix("log-group:")?.strip_suffix(":*")?;
        let allowed =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'/' | b'#' | b'.');
        if !(1..=GROUP_NAME_BYTES_MAX).contains(&name.len()) || !name.bytes().all(allowed) {
            return None;
        }
        let (region, account) = (arn.region.parse().ok()?, arn.account.parse().ok()?);
        Some(Self { region, account, name: name.to_owned() })
    }
}

/// Returns the name of the stream that events of an account and Region go to, `organization` being the one whose
/// trail it is.
pub fn log_stream_name(
    organization: Option<&str>,
    (account, region): (AccountId, &Region),
    slot: usize,
) -> String {
    let prefix = organization.map(|id| format!("{id}_")).unwrap_or_default();
    match slot {
        0 => format!("{prefix}{account}_CloudTrail_{region}"),
        further => format!("{prefix}{account}_CloudTrail_{region}_{}", further + 1),
    }
}

const GROUP_NAME_BYTES_MAX: usize = 512;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_known_by_its_whole_arn() {
        let group =
            LogGroup::parse("arn:aws:logs:eu-west-1:123456789012:log-group:/audit/a_b-c.d#e:*").unwrap();
        assert_eq!((group.name.as_str(), group.region.as_str()), ("/audit/a_b-c.d#e", "eu-west-1"));
        for text in [
            "audit",
            "arn:aws:logs:eu-west-1:123456789012:log-group:audit",
            "arn:aws:logs:eu-west-1:123456789012:log-group:audit:log-stream:s",
            "arn:aws:logs:eu-west-1:123456789012:log-group::*",
            "arn:aws:logs:eu-west-1:12:log-group:audit:*",
            "arn:aws:logs::123456789012:log-group:audit:*",
            "arn:aws:s3:eu-west-1:123456789012:log-group:audit:*",
        ] {
            assert_eq!(LogGroup::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_further_stream_has_a_number() {
        let (account, region) = ("123456789012".parse().unwrap(), "eu-west-1".parse().unwrap());
        let first = "123456789012_CloudTrail_eu-west-1";
        for (organization, first) in [(None, first.to_owned()), (Some("o-acme"), format!("o-acme_{first}"))] {
            let names = [0, 1, 2].map(|slot| log_stream_name(organization, (account, &region), slot));
            assert_eq!(names, [first.clone(), format!("{first}_2"), format!("{first}_3")]);
        }
    }
}
