//! Calls of Organizations and STS.

use anyhow::Context as _;
use bytes::Bytes;
use cairn_sigv4::{Credentials, SecretKey, SessionToken};
use serde_json::Value;

use crate::client::{Call, Client};

/// Calls an operation of Organizations and returns its answer.
pub(super) async fn organizations(
    client: &mut Client<'_>,
    operation: &str,
    input: &Value,
) -> anyhow::Result<Value> {
    let target = format!("AWSOrganizationsV20161128.{operation}");
    let headers = [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", target.as_str())];
    let call = Call { method: "POST", path: "/", query: "", headers: &headers };
    let answer = client.send("organizations", &call, Bytes::from(input.to_string())).await?;
    let told = String::from_utf8_lossy(&answer.body);
    anyhow::ensure!(answer.status.is_success(), "{operation} answered {}: {told}", answer.status);
    if answer.body.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(&answer.body).with_context(|| format!("read the answer of {operation}"))
}

/// Assumes the role that an account was made with.
pub(super) async fn assume(client: &mut Client<'_>, account: &str) -> anyhow::Result<Credentials> {
    let role = format!("arn%3Aaws%3Aiam%3A%3A{account}%3Arole%2FOrganizationAccountAccessRole");
    let body = format!(
        "Action=AssumeRole&Version=2011-06-15&RoleSessionName=bench&DurationSeconds=3600&RoleArn={role}"
    );
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let call = Call { method: "POST", path: "/", query: "", headers: &headers };
    let answer = client.send("sts", &call, Bytes::from(body)).await?;
    let told = String::from_utf8_lossy(&answer.body);
    anyhow::ensure!(answer.status.is_success(), "AssumeRole answered {}: {told}", answer.status);
    let value = |name: &str| {
        let rest = told.split(&format!("<{name}>")).nth(1);
        rest.and_then(|rest| rest.split('<').next()).with_context(|| format!("find {name} in the answer"))
    };
    let secret = SecretKey::new(value("SecretAccessKey")?.to_owned());
    let token = SessionToken::new(value("SessionToken")?.to_owned());
    Ok(Credentials::new(value("AccessKeyId")?, secret, Some(token)))
}
