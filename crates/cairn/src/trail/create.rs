//! `cairn trail create`.

use anyhow::Context as _;
use bytes::Bytes;
use cairn_access::delivery_bucket_policy;
use clap::ValueEnum;
use serde_json::{Value, json};

use super::{Named, text, unless};
use crate::client::Client;
use crate::output::{self, Form, JsonFlag};
use crate::settings::Place;

/// Flags of `cairn trail create`.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(crate) struct Create {
    #[command(flatten)]
    named: Named,
    /// The bucket that log files are put in.
    #[arg(long)]
    bucket: String,
    /// Make the bucket, and give it the policy that lets CloudTrail deliver. Replaces a policy it has.
    #[arg(long)]
    create_bucket: bool,
    /// Put log files below this prefix.
    #[arg(long)]
    prefix: Option<String>,
    /// Record the events of all Regions, or of the trail's own alone and without those of global services.
    #[arg(long, value_name = "WHICH", default_value = "all")]
    regions: Regions,
    /// Record the events of all accounts of the organization. Its managing account makes such trails, and accounts
    /// that administer CloudTrail for it.
    #[arg(long)]
    organization: bool,
    /// Sign digests, which prove that log files are what was delivered.
    #[arg(long, value_name = "ON|OFF", default_value = "on")]
    validation: Validation,
    /// Encrypt log files with this KMS key: its id, its ARN or an alias (see `cairn key-policy`).
    #[arg(long, value_name = "KEY")]
    kms_key: Option<String>,
    #[command(flatten)]
    json: JsonFlag,
}

/// The Regions that a trail covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Regions {
    /// All that there are, as trails that are made in CloudTrail's console do.
    All,
    /// The trail's own.
    One,
}

/// Whether a trail has digests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Validation {
    /// It has, as trails that are made in CloudTrail's console do.
    On,
    /// It has none.
    Off,
}

impl Create {
    pub(super) async fn run(&self, place: &Place) -> anyhow::Result<()> {
        let client = self.named.client(place).await?;
        if self.create_bucket {
            let policy = self.policy(place, &client).await?;
            let bucket = format!("/{}", self.bucket);
            let made = client.s3_put(&bucket, "", Bytes::new()).await;
            unless("BucketAlreadyOwnedByYou", made).context("make the bucket")?;
            let put = client.s3_put(&bucket, "policy=", Bytes::from(policy)).await;
            put.context("give the bucket its policy")?;
        }
        let trail = client.call("CreateTrail", &self.input()).await.with_context(|| self.aim())?;
        let arn = text(&trail, "TrailARN");
        client
            .call("StartLogging", &json!({ "Name": arn }))
            .await
            .context("start the trail that was made")?;
        match Form::choose(self.json) {
            Form::JsonLines => output::print(format!("{trail}\n")),
            Form::Table => output::print(format!("{arn} logs into {}\n", output::harmless(&self.bucket))),
        }
    }

    /// Returns the policy that lets the trail deliver to its bucket.
    async fn policy(&self, place: &Place, client: &Client) -> anyhow::Result<String> {
        let prefix = self.prefix.as_deref();
        if !self.organization {
            return Ok(delivery_bucket_policy(&self.bucket, place.installation()?.account, None, prefix));
        }
        let answer = client.organizations("DescribeOrganization", &json!({})).await;
        let answer = answer.context("ask for the organization")?;
        let organization = answer.get("Organization").cloned().unwrap_or_default();
        let manager = text(&organization, "MasterAccountId").parse();
        let manager = manager.context("read which account manages the organization")?;
        Ok(delivery_bucket_policy(&self.bucket, manager, Some(&text(&organization, "Id")), prefix))
    }

    fn input(&self) -> Value {
        let mut input = json!({
            "Name": self.named.name,
            "S3BucketName": self.bucket,
            "IsMultiRegionTrail": self.regions == Regions::All,
            "IncludeGlobalServiceEvents": self.regions == Regions::All,
            "EnableLogFileValidation": self.validation == Validation::On,
        });
        if self.organization {
            input["IsOrganizationTrail"] = json!(true);
        }
        if let Some(key) = &self.kms_key {
            input["KmsKeyId"] = json!(key);
        }
        if let Some(prefix) = &self.prefix {
            input["S3KeyPrefix"] = json!(prefix);
        }
        input
    }

    fn aim(&self) -> &'static str {
        if self.create_bucket {
            "make the trail"
        } else {
            "make the trail (--create-bucket sets its bucket up)"
        }
    }
}
