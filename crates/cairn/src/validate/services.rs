//! What CloudTrail and Organizations are asked.

use std::path::Path;

use anyhow::Context as _;
use bytes::Bytes;
use cairn_digest::verify::{PublicKeys, Stretch};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::access::Access;
use super::caller::Call;
use super::plan::{Destination, TrailArn};

/// The largest file of public keys: one key a month of a hundred Regions for centuries.
const KEYS_BYTES_MAX: u64 = 64 << 20;

/// The most pages of public keys.
const PAGES_MAX: usize = 1_000;

/// Digests that end after the range may be signed with a key that only then became valid.
const AFTER_RANGE: SignedDuration = SignedDuration::from_hours(2);

/// A backfill digest's key is looked for so long around its generation.
const AROUND_BACKFILL: SignedDuration = SignedDuration::from_hours(1);

const CLOUDTRAIL: (&str, &str) = ("cloudtrail", "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101");
const ORGANIZATIONS: (&str, &str) = ("organizations", "AWSOrganizationsV20161128");

/// Public keys, and where more can be had.
#[derive(Debug)]
pub(super) struct KeyRing {
    keys: PublicKeys,
    /// None: they are from a file, and that is all.
    server: bool,
}

impl KeyRing {
    /// Reads a saved answer of ListPublicKeys.
    pub(super) fn from_file(path: &Path) -> anyhow::Result<Self> {
        let shown = path.display();
        let bytes = std::fs::metadata(path).with_context(|| format!("read public keys in {shown}"))?.len();
        anyhow::ensure!(
            bytes <= KEYS_BYTES_MAX,
            "read public keys in {shown}: it is larger than any list of them"
        );
        let text = std::fs::read(path).with_context(|| format!("read public keys in {shown}"))?;
        let keys = PublicKeys::parse(&text).with_context(|| format!("use {shown}"))?;
        anyhow::ensure!(!keys.is_empty(), "find a public key in {shown}");
        Ok(Self { keys, server: false })
    }

    /// Asks for the keys of a range.
    pub(super) async fn from_server(access: &Access, range: Stretch) -> anyhow::Result<Self> {
        let until = range.until.saturating_add(AFTER_RANGE).unwrap_or(range.until);
        let keys = access.public_keys(Stretch { until, ..range }).await?;
        anyhow::ensure!(
            !keys.is_empty(),
            "find public keys: No public keys found between {} and {until}",
            range.from
        );
        Ok(Self { keys, server: true })
    }

    /// Sees to it that the key of a backfill digest is there, if there is one.
    pub(super) async fn find_around(
        &mut self,
        access: Option<&Access>,
        fingerprint: &str,
        generated: Timestamp,
    ) -> anyhow::Result<()> {
        let Some(access) = access.filter(|_| self.server && self.keys.find(fingerprint).is_none()) else {
            return Ok(());
        };
        let (from, until) = (generated - AROUND_BACKFILL, generated + AROUND_BACKFILL);
        self.keys.extend(access.public_keys(Stretch { from, until }).await?);
        Ok(())
    }

    pub(super) fn keys(&self) -> &PublicKeys {
        &self.keys
    }
}

impl Access {
    /// Returns where a trail delivers to.
    pub(super) async fn destination(&self, trail: &TrailArn) -> anyhow::Result<Destination> {
        let answer = self.ask(CLOUDTRAIL, "DescribeTrails", &json!({})).await?;
        let trails = answer["trailList"].as_array().map(Vec::as_slice).unwrap_or_default();
        let found = trails.iter().find(|found| found["TrailARN"] == trail.whole.as_str());
        let found = found.with_context(|| {
            format!("find the trail {}: DescribeTrails in {} has none of that ARN", trail.whole, self.region)
        })?;
        let bucket = found["S3BucketName"].as_str().context("find the trail's bucket")?.to_owned();
        let prefix = found["S3KeyPrefix"].as_str().map(str::to_owned);
        let organization = match found["IsOrganizationTrail"].as_bool() {
            Some(true) => {
                let answer = self.ask(ORGANIZATIONS, "DescribeOrganization", &json!({})).await?;
                let id = answer["Organization"]["Id"].as_str().context("find the organization's id")?;
                Some(id.to_owned())
            }
            Some(false) | None => None,
        };
        Ok(Destination { bucket, prefix, organization })
    }

    async fn public_keys(&self, stretch: Stretch) -> anyhow::Result<PublicKeys> {
        let mut keys = PublicKeys::default();
        let mut input =
            json!({ "StartTime": stretch.from.as_second(), "EndTime": stretch.until.as_second() });
        for _ in 0..PAGES_MAX {
            let answer = self.ask(CLOUDTRAIL, "ListPublicKeys", &input).await?;
            keys.extend(PublicKeys::parse(answer.to_string().as_bytes())?);
            match answer["NextToken"].as_str() {
                Some(token) => input["NextToken"] = json!(token),
                None => break,
            }
        }
        Ok(keys)
    }

    async fn ask(
        &self,
        (service, target): (&str, &str),
        operation: &str,
        input: &Value,
    ) -> anyhow::Result<Value> {
        let target = format!("{target}.{operation}");
        let headers = [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", target.as_str())];
        // Organizations has one Region in each partition.
        let region = match (service, self.region.as_str()) {
            ("organizations", region) if region.starts_with("cn-") => "cn-northwest-1",
            ("organizations", _) => "us-east-1",
            (_, region) => region,
        };
        let endpoint = if service == "organizations" { &self.organizations } else { &self.cloudtrail };
        let (origin, path) = endpoint.of_service(service, region);
        let body = Bytes::from(input.to_string());
        let call = Call {
            origin: &origin,
            service,
            region,
            method: "POST",
            path: &path,
            query: "",
            headers: &headers,
            body: &body,
        };
        let answer =
            self.caller.whole(call).await.with_context(|| format!("call {operation} at {origin}"))?;
        serde_json::from_slice(&answer).with_context(|| format!("read the answer of {operation}"))
    }
}
