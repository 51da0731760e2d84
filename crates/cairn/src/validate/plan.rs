//! What is asked for: flags, read once.

use std::path::PathBuf;

use cairn_digest::verify::{DigestNames, Scope, Stretch};
use jiff::Timestamp;

use super::Validate;

/// A trail's ARN, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TrailArn {
    pub(super) whole: String,
    pub(super) home_region: String,
    pub(super) account: String,
    pub(super) name: String,
}

/// Where the files lie, of whom, and when.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) trail: TrailArn,
    pub(super) names: DigestNames,
    pub(super) bucket: String,
    pub(super) range: Stretch,
}

/// Where a trail delivers to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Destination {
    pub(super) bucket: String,
    pub(super) prefix: Option<String>,
    pub(super) organization: Option<String>,
}

/// What lies where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// In buckets.
    S3,
    /// In a directory that mirrors a bucket.
    Local(PathBuf),
}

impl std::str::FromStr for TrailArn {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let invalid = || format!("Invalid trail ARN provided: {text}");
        let ["arn", partition, "cloudtrail", region, account, resource] = parts.as_slice() else {
            return Err(invalid());
        };
        let name = resource.strip_prefix("trail/").filter(|name| !name.is_empty()).ok_or_else(invalid)?;
        let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        if partition.is_empty() || region.is_empty() || !is_account {
            return Err(invalid());
        }
        Ok(Self {
            whole: text.to_owned(),
            home_region: (*region).to_owned(),
            account: (*account).to_owned(),
            // As the AWS CLI takes it: what follows the last slash.
            name: name.rsplit('/').next().unwrap_or(name).to_owned(),
        })
    }
}

impl Validate {
    /// Returns the range, to the second as digests have it.
    pub(super) fn range(&self, now: Timestamp) -> anyhow::Result<Stretch> {
        let second = |at: Timestamp| Timestamp::from_second(at.as_second()).unwrap_or(at);
        let (from, until) = (second(self.start_time), second(self.end_time.unwrap_or(now)));
        anyhow::ensure!(from <= until, "Invalid time range specified: start-time must occur before end-time");
        Ok(Stretch { from, until })
    }

    /// Settles everything once the destination and the Region are known.
    pub(super) fn plan(
        &self,
        account: Option<&str>,
        destination: Destination,
        region: String,
        range: Stretch,
    ) -> anyhow::Result<Plan> {
        let is_of_organization = destination.organization.is_some();
        let account = match account {
            Some(account) => account.to_owned(),
            None if is_of_organization => anyhow::bail!(
                "Missing required parameter for organization trail: '--account-id' names the member account"
            ),
            None => self.trail_arn.account.clone(),
        };
        let scope = Scope {
            account,
            organization: destination.organization,
            trail: self.trail_arn.name.clone(),
            home_region: self.trail_arn.home_region.clone(),
            source_region: region,
        };
        let names = DigestNames::new(scope, destination.prefix.as_deref());
        Ok(Plan { trail: self.trail_arn.clone(), names, bucket: destination.bucket, range })
    }

    /// Returns the destination that the flags name, if they do.
    pub(super) fn destination(&self) -> Option<Destination> {
        Some(Destination {
            bucket: self.s3_bucket.clone()?,
            prefix: self.s3_prefix.clone(),
            organization: self.organization_id.clone(),
        })
    }

    pub(super) fn source(&self) -> Source {
        self.local.clone().map_or(Source::S3, Source::Local)
    }
}
