//! The calls of the read load, and what their answers must hold.

use anyhow::Context as _;
use bytes::Bytes;
use serde_json::{Value, json};

use crate::client::{self, Client};
use crate::reads::setting::{BUCKET, KEY, TRAILS, USER};

/// A read, ready to be signed.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) operation: &'static str,
    service: &'static str,
    method: &'static str,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: Bytes,
    /// What stands in every right answer.
    holds: &'static str,
}

impl Call {
    /// DescribeTrails without parameters: every trail of the account that the Region sees.
    pub(super) fn describe_trails() -> Self {
        Self::cloudtrail("DescribeTrails", &json!({}), "\"bench-4\"")
    }

    /// Twenty calls that take turns, as consoles, scanners and programs make them; one in twenty looks up
    /// events.
    pub(super) fn mix(trail_arn: &str) -> Vec<Self> {
        let [first, .., last] = TRAILS;
        let event_name = json!([{ "AttributeKey": "EventName", "AttributeValue": "CreateTrail" }]);
        let describe = Self::describe_trails();
        let get = Self::cloudtrail("GetTrail", &json!({ "Name": last }), "\"TrailARN\"");
        let status = Self::cloudtrail("GetTrailStatus", &json!({ "Name": first }), "\"IsLogging\":true");
        let list = Self::cloudtrail("ListTrails", &json!({}), "\"bench-4\"");
        let selectors =
            Self::cloudtrail("GetEventSelectors", &json!({ "TrailName": first }), "AWS::S3::Object");
        let tags = Self::cloudtrail("ListTags", &json!({ "ResourceIdList": [trail_arn] }), "\"purpose\"");
        let events = json!({ "LookupAttributes": event_name });
        let lookup = Self::cloudtrail("LookupEvents", &events, "\"EventId\"");
        let identity = Self::query("sts", "Action=GetCallerIdentity&Version=2011-06-15", "GetCallerIdentity");
        let user =
            Self::query("iam", &format!("Action=GetUser&Version=2010-05-08&UserName={USER}"), "GetUser");
        let object = Self::object();
        let turns = [
            &describe, &get, &status, &identity, &list, &selectors, &describe, &tags, &object,
            &lookup, //
            &describe, &get, &status, &identity, &list, &selectors, &describe, &tags, &user, &describe,
        ];
        turns.map(Clone::clone).to_vec()
    }

    fn cloudtrail(operation: &'static str, input: &Value, holds: &'static str) -> Self {
        let target = format!("com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.{operation}");
        Self {
            operation,
            service: "cloudtrail",
            method: "POST",
            path: "/".to_owned(),
            headers: vec![
                ("content-type", "application/x-amz-json-1.1".to_owned()),
                ("x-amz-target", target),
            ],
            body: Bytes::from(input.to_string()),
            holds,
        }
    }

    /// A call in the form that STS and IAM take.
    pub(super) fn query(service: &'static str, form: &str, operation: &'static str) -> Self {
        let content_type = "application/x-www-form-urlencoded; charset=utf-8".to_owned();
        Self {
            operation,
            service,
            method: "POST",
            path: "/".to_owned(),
            headers: vec![("content-type", content_type)],
            body: Bytes::from(form.to_owned()),
            holds: "<RequestId>",
        }
    }

    fn object() -> Self {
        Self {
            operation: "GetObject",
            service: "s3",
            method: "GET",
            path: format!("/{BUCKET}/{KEY}"),
            headers: Vec::new(),
            body: Bytes::new(),
            holds: "xxxxxxxx",
        }
    }

    /// Makes the call and returns its answer's body; any answer but the right one is an error.
    pub(super) async fn make(&self, client: &mut Client<'_>) -> anyhow::Result<Bytes> {
        let headers: Vec<(&str, &str)> =
            self.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let call = client::Call { method: self.method, path: &self.path, query: "", headers: &headers };
        let answer = client.send(self.service, &call, self.body.clone()).await?;
        let text = std::str::from_utf8(&answer.body).context("read an answer as text")?;
        anyhow::ensure!(
            answer.status.is_success() && text.contains(self.holds),
            "{} answered {}: {text}",
            self.operation,
            answer.status
        );
        Ok(answer.body)
    }
}
