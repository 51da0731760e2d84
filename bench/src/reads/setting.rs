//! What the read load finds: trails, a bucket with an object, a user with rights, and enough events for
//! the server to be warm.

use anyhow::Context as _;
use bytes::Bytes;
use cairn_sigv4::{Credentials, SecretKey};
use serde_json::{Value, json};

use super::call::Call;
use crate::client::Client;
use crate::server::ServerProcess;

pub(super) const USER: &str = "bench-reader";

/// Four trails; the first logs, into every Region, management events and the data events of [`BUCKET`].
pub(super) const TRAILS: [&str; 4] = ["bench-1", "bench-2", "bench-3", "bench-4"];

pub(super) const BUCKET: &str = "bench-data";

pub(super) const KEY: &str = "object";

const LOGS: &str = "bench-logs";

const OBJECT_BYTES: usize = 4096;

/// What the load needs to know of what was made.
#[derive(Debug)]
pub(super) struct Setting {
    /// The user's, not the administrator's: its policy is asked at each call.
    pub(super) credentials: Credentials,
    pub(super) trail_arn: String,
}

/// Makes all of it.
pub(super) async fn prepare(server: &ServerProcess) -> anyhow::Result<Setting> {
    let mut client = Client::connect(server).await?;
    for bucket in [BUCKET, LOGS] {
        client.s3("PUT", &format!("/{bucket}"), "", Bytes::new()).await?;
    }
    let policy = server.bucket_policy(LOGS)?;
    client.s3("PUT", &format!("/{LOGS}"), "policy=", Bytes::from(policy)).await?;
    let object = Bytes::from(vec![b'x'; OBJECT_BYTES]);
    client.s3("PUT", &format!("/{BUCKET}/{KEY}"), "", object).await?;
    let trail_arn = trails(&mut client).await?;
    let credentials = user(&mut client).await?;
    is_held_to_its_policy(server, &credentials).await?;
    Ok(Setting { credentials, trail_arn })
}

/// Makes sure that policies are really asked: what the user's does not allow is refused.
async fn is_held_to_its_policy(server: &ServerProcess, user: &Credentials) -> anyhow::Result<()> {
    let mut client = Client::connect_as(server, user.clone()).await?;
    let [first, ..] = TRAILS;
    match client.cloudtrail("StopLogging", &json!({ "Name": first })).await {
        Ok(_) => anyhow::bail!("the user stopped a trail, which its policy does not allow"),
        Err(refusal) if refusal.to_string().contains("AccessDeniedException") => Ok(()),
        Err(other) => Err(other),
    }
}

/// Makes the trails and returns the ARN of the first.
async fn trails(client: &mut Client<'_>) -> anyhow::Result<String> {
    let mut arns = Vec::new();
    for name in TRAILS {
        let input = json!({ "Name": name, "S3BucketName": LOGS,
            "IsMultiRegionTrail": true, "IncludeGlobalServiceEvents": true,
            "TagsList": [{ "Key": "purpose", "Value": "bench" }] });
        let made = client.cloudtrail("CreateTrail", &input).await?;
        let arn = made.get("TrailARN").and_then(Value::as_str).context("read TrailARN")?;
        arns.push(arn.to_owned());
    }
    let [first, ..] = TRAILS;
    let selected = json!({ "TrailName": first, "AdvancedEventSelectors": [
        { "FieldSelectors": [{ "Field": "eventCategory", "Equals": ["Management"] }] },
        { "FieldSelectors": [
            { "Field": "eventCategory", "Equals": ["Data"] },
            { "Field": "resources.type", "Equals": ["AWS::S3::Object"] },
            { "Field": "resources.ARN", "StartsWith": [format!("arn:aws:s3:::{BUCKET}/")] },
        ] },
    ] });
    client.cloudtrail("PutEventSelectors", &selected).await?;
    client.cloudtrail("StartLogging", &json!({ "Name": first })).await?;
    arns.into_iter().next().context("make a trail")
}

/// Makes a user that may read, and nothing from elsewhere; returns its key.
async fn user(client: &mut Client<'_>) -> anyhow::Result<Credentials> {
    let policy = json!({ "Version": "2012-10-17", "Statement": [
        { "Sid": "Trails", "Effect": "Allow", "Resource": "*", "Action": [
            "cloudtrail:DescribeTrails", "cloudtrail:Get*", "cloudtrail:List*", "cloudtrail:LookupEvents"] },
        { "Sid": "Own", "Effect": "Allow", "Action": "iam:GetUser",
            "Resource": "arn:aws:iam::*:user/${aws:username}" },
        { "Sid": "Data", "Effect": "Allow", "Action": "s3:GetObject",
            "Resource": format!("arn:aws:s3:::{BUCKET}/*") },
        { "Sid": "Elsewhere", "Effect": "Deny", "Action": "*", "Resource": "*",
            "Condition": { "NotIpAddress": { "aws:SourceIp": ["127.0.0.0/8", "::1/128"] } } },
    ] });
    let policy = escaped(&policy.to_string());
    let form = |action: &str, more: &str| format!("Action={action}&Version=2010-05-08&UserName={USER}{more}");
    let mut made = Bytes::new();
    for (action, more) in [
        ("CreateUser", String::new()),
        ("PutUserPolicy", format!("&PolicyName=reads&PolicyDocument={policy}")),
        ("CreateAccessKey", String::new()),
    ] {
        made = Call::query("iam", &form(action, &more), action).make(client).await?;
    }
    let made = std::str::from_utf8(&made)?;
    let member = |name: &str| {
        let (_, rest) = made.split_once(&format!("<{name}>")).with_context(|| format!("find {name}"))?;
        anyhow::Ok(rest.split_once('<').map_or(rest, |(value, _)| value))
    };
    Ok(Credentials::new(member("AccessKeyId")?, SecretKey::new(member("SecretAccessKey")?), None))
}

/// Escapes what must not stand in a form's value.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
