//! The organization, its trail, and its accounts.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::Context as _;
use bytes::Bytes;
use cairn_sigv4::Credentials;
use futures_util::future::try_join_all;
use serde_json::json;

use super::calls::{assume, organizations};
use crate::client::Client;
use crate::server::ServerProcess;
use crate::spread::Spread;

/// Callers that make accounts.
const CALLERS: usize = 4;

pub(super) const BUCKET: &str = "bench-organization";

/// An organization with a trail that logs.
#[derive(Debug)]
pub(super) struct Organization {
    pub(super) id: String,
}

/// An account of it, and a session in that.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) account: String,
    pub(super) credentials: Credentials,
}

impl Organization {
    /// Makes the organization, a bucket and the trail.
    pub(super) async fn begin(server: &ServerProcess) -> anyhow::Result<Self> {
        let mut client = Client::connect(server).await?;
        let made = organizations(&mut client, "CreateOrganization", &json!({ "FeatureSet": "ALL" })).await?;
        let text = |name: &str| made["Organization"][name].as_str().map(str::to_owned);
        let id = text("Id").context("read the organization's id")?;
        let management = text("MasterAccountId").context("read who manages it")?;
        let trust = json!({ "ServicePrincipal": "cloudtrail.amazonaws.com" });
        organizations(&mut client, "EnableAWSServiceAccess", &trust).await?;
        client.s3("PUT", &format!("/{BUCKET}"), "", Bytes::new()).await?;
        let policy = policy(&id, &management).to_string();
        client.s3("PUT", &format!("/{BUCKET}"), "policy=", Bytes::from(policy)).await?;
        let trail = json!({
            "Name": "bench",
            "S3BucketName": BUCKET,
            "IsMultiRegionTrail": true,
            "IsOrganizationTrail": true,
            "EnableLogFileValidation": true,
        });
        client.cloudtrail("CreateTrail", &trail).await?;
        client.cloudtrail("StartLogging", &json!({ "Name": "bench" })).await?;
        Ok(Self { id })
    }

    /// Makes accounts; returns how long each took, their ids, and how many seconds all took.
    pub(super) async fn create_accounts(
        &self,
        server: &ServerProcess,
        accounts: usize,
    ) -> anyhow::Result<((Spread, Vec<String>), f64)> {
        let (began, next) = (Instant::now(), AtomicUsize::new(0));
        let callers = (0..CALLERS).map(async |_| {
            let mut client = Client::connect(server).await?;
            let (mut spread, mut ids) = (Spread::default(), Vec::new());
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= accounts {
                    return anyhow::Ok((spread, ids));
                }
                let account = json!({
                    "AccountName": format!("bench {number}"),
                    "Email": format!("bench-{number}@example.com"),
                });
                let begun = Instant::now();
                let made = organizations(&mut client, "CreateAccount", &account).await?;
                spread.add(begun.elapsed());
                let id = made["CreateAccountStatus"]["AccountId"].as_str();
                ids.push(id.with_context(|| format!("read the account's id in {made}"))?.to_owned());
            }
        });
        let done = try_join_all(callers).await?;
        let seconds = began.elapsed().as_secs_f64();
        let (mut spread, mut ids) = (Spread::default(), Vec::new());
        for (times, made) in done {
            spread.join(times);
            ids.extend(made);
        }
        Ok(((spread, ids), seconds))
    }

    /// Begins a session in each account.
    pub(super) async fn enter_accounts(
        &self,
        server: &ServerProcess,
        accounts: Vec<String>,
    ) -> anyhow::Result<(Vec<Member>, Spread, f64)> {
        let (began, mut spread, mut members) = (Instant::now(), Spread::default(), Vec::new());
        let mut client = Client::connect(server).await?;
        for account in accounts {
            let begun = Instant::now();
            let credentials = assume(&mut client, &account).await?;
            spread.add(begun.elapsed());
            members.push(Member { account, credentials });
        }
        Ok((members, spread, began.elapsed().as_secs_f64()))
    }
}

/// The policy that lets the organization's trail deliver.
fn policy(organization: &str, management: &str) -> serde_json::Value {
    let trail = format!("arn:aws:cloudtrail:us-east-1:{management}:trail/bench");
    let principal = json!({ "Service": "cloudtrail.amazonaws.com" });
    let put = |path: String| {
        json!({
            "Effect": "Allow",
            "Principal": principal,
            "Action": "s3:PutObject",
            "Resource": format!("arn:aws:s3:::{BUCKET}/AWSLogs/{path}/*"),
            "Condition": { "StringEquals": { "s3:x-amz-acl": "bucket-owner-full-control", "aws:SourceArn": trail } },
        })
    };
    json!({
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": principal,
                "Action": "s3:GetBucketAcl",
                "Resource": format!("arn:aws:s3:::{BUCKET}"),
                "Condition": { "StringEquals": { "aws:SourceArn": trail } },
            },
            put(management.to_owned()),
            put(organization.to_owned()),
        ],
    })
}
