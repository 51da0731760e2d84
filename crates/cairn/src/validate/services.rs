//! What CloudTrail and Organizations are asked.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use async_trait::async_trait;
use bytes::Bytes;
use cairn_digest::verify::{PublicKeys, Stretch};
use cairn_validation::{KeyRing, KeySource};
use serde_json::{Value, json};

use super::access::Access;
use super::caller::Call;
use super::plan::{Destination, TrailArn};

/// The largest file of public keys: one key a month of a hundred Regions for centuries.
const KEYS_BYTES_MAX: u64 = 64 << 20;

/// The most pages of public keys.
const PAGES_MAX: usize = 1_000;

const CLOUDTRAIL: (&str, &str) = ("cloudtrail", "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101");
const ORGANIZATIONS: (&str, &str) = ("organizations", "AWSOrganizationsV20161128");

/// Reads a saved answer of ListPublicKeys.
pub(super) fn keys_from_file(path: &Path) -> anyhow::Result<KeyRing> {
    let shown = path.display();
    let bytes = std::fs::metadata(path).with_context(|| format!("read public keys in {shown}"))?.len();
    anyhow::ensure!(
        bytes <= KEYS_BYTES_MAX,
        "read public keys in {shown}: it is larger than any list of them"
    );
    let text = std::fs::read(path).with_context(|| format!("read public keys in {shown}"))?;
    let keys = PublicKeys::parse(&text).with_context(|| format!("use {shown}"))?;
    anyhow::ensure!(!keys.is_empty(), "find a public key in {shown}");
    Ok(KeyRing::fixed(keys))
}

/// Asks for the keys of a range.
pub(super) async fn keys_from_server(access: &Arc<Access>, range: Stretch) -> anyhow::Result<KeyRing> {
    let source = Arc::clone(access) as Arc<dyn KeySource>;
    let keys = KeyRing::of_range(source, range).await.map_err(anyhow::Error::from_boxed)?;
    let searched = KeyRing::searched(range);
    anyhow::ensure!(
        !keys.is_empty(),
        "find public keys: No public keys found between {} and {} (there are none before the first digest)",
        searched.from,
        searched.until
    );
    Ok(keys)
}

#[async_trait]
impl KeySource for Access {
    async fn public_keys(&self, stretch: Stretch) -> Result<PublicKeys, Box<dyn Error + Send + Sync>> {
        Ok(self.list_public_keys(stretch).await?)
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

    async fn list_public_keys(&self, stretch: Stretch) -> anyhow::Result<PublicKeys> {
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
