//! Bucket policies: kept as they were put, after a check of their shape.
//!
//! Whether a policy allows something is decided by the server; here only what S3 refuses at the put, and
//! whether the policy is public as S3's Block Public Access means it.

use s3s::dto::*;
use s3s::{S3ErrorCode, S3Request, S3Result};
use serde_json::Value;

use super::error::{access_denied, answer, refuse};
use super::settings::BlockPublicAccess;
use super::{Answer, Api, ok};
use crate::authorized;
use crate::store::BucketChange;

/// A policy may have this many bytes: S3's 20 KB.
const POLICY_BYTES_MAX: usize = 20 * 1024;
/// Condition keys that tie a statement for everyone to somebody, when their values have no wildcard
/// (Blocking public access, "The meaning of public").
const NARROWING_KEYS: [&str; 14] = [
    "aws:sourcearn",
    "aws:sourceaccount",
    "aws:sourceowner",
    "aws:sourceorgid",
    "aws:sourceip",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:principalorgid",
    "aws:principalaccount",
    "aws:principalarn",
    "aws:userid",
    "s3:dataaccesspointarn",
    "s3:dataaccesspointaccount",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
];

impl Api {
    pub(super) async fn get_bucket_policy(
        &self,
        request: S3Request<GetBucketPolicyInput>,
    ) -> Answer<GetBucketPolicyOutput> {
        let input = request.input;
        let bucket = self.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
        let policy = bucket.policy.ok_or_else(no_policy)?;
        ok(GetBucketPolicyOutput { policy: Some(policy) })
    }

    pub(super) async fn get_bucket_policy_status(
        &self,
        request: S3Request<GetBucketPolicyStatusInput>,
    ) -> Answer<GetBucketPolicyStatusOutput> {
        let input = request.input;
        let bucket = self.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
        let policy = bucket.policy.ok_or_else(no_policy)?;
        let status = PolicyStatus { is_public: Some(is_public(&policy)) };
        ok(GetBucketPolicyStatusOutput { policy_status: Some(status) })
    }

    pub(super) async fn put_bucket_policy(
        &self,
        request: S3Request<PutBucketPolicyInput>,
    ) -> Answer<PutBucketPolicyOutput> {
        let input = request.input;
        let bucket = self.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
        check_policy(&input.policy, &bucket.name)?;
        authorized::check_policy(&request.extensions, &input.policy)?;
        if BlockPublicAccess::of(&bucket).block_public_policy && is_public(&input.policy) {
            return Err(access_denied());
        }
        self.store
            .change_bucket(&bucket.name, BucketChange::Policy(Some(input.policy)))
            .await
            .map_err(answer)?;
        ok(PutBucketPolicyOutput::default())
    }

    pub(super) async fn delete_bucket_policy(
        &self,
        request: S3Request<DeleteBucketPolicyInput>,
    ) -> Answer<DeleteBucketPolicyOutput> {
        let input = request.input;
        let bucket = self.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
        self.store.change_bucket(&bucket.name, BucketChange::Policy(None)).await.map_err(answer)?;
        ok(DeleteBucketPolicyOutput::default())
    }
}

fn no_policy() -> s3s::S3Error {
    refuse(S3ErrorCode::NoSuchBucketPolicy, "The bucket policy does not exist")
}

/// Checks what S3 checks at the put.
fn check_policy(text: &str, bucket: &str) -> S3Result<()> {
    let malformed = |message| refuse(S3ErrorCode::MalformedPolicy, message);
    if text.len() > POLICY_BYTES_MAX {
        return Err(malformed("Policy exceeds the maximum allowed document size."));
    }
    let policy: Value = serde_json::from_str(text)
        .map_err(|_unreadable| malformed("Policies must be valid JSON and the first byte must be '{'"))?;
    let Some(policy) = policy.as_object() else {
        return Err(malformed("Policies must be valid JSON and the first byte must be '{'"));
    };
    if let Some(version) = policy.get("Version")
        && !matches!(version.as_str(), Some("2012-10-17" | "2008-10-17"))
    {
        return Err(malformed("The policy must contain a valid version string"));
    }
    let statements = members(policy.get("Statement"));
    if statements.is_empty() {
        return Err(malformed("Missing required field Statement"));
    }
    statements.into_iter().try_for_each(|statement| check_statement(statement, bucket))
}

fn check_statement(statement: &Value, bucket: &str) -> S3Result<()> {
    let malformed = |message| Err(refuse(S3ErrorCode::MalformedPolicy, message));
    let one_of =
        |name: &str, inverse: &str| statement.get(name).is_some() != statement.get(inverse).is_some();
    if !matches!(statement.get("Effect").and_then(Value::as_str), Some("Allow" | "Deny")) {
        return malformed("Missing required field Effect");
    }
    if !one_of("Principal", "NotPrincipal") {
        return malformed("Missing required field Principal");
    }
    if !one_of("Action", "NotAction") {
        return malformed("Missing required field Action");
    }
    if !one_of("Resource", "NotResource") {
        return malformed("Missing required field Resource");
    }
    let actions = members(statement.get("Action").or_else(|| statement.get("NotAction")));
    let is_action = |action: &&Value| {
        let action = action.as_str().map(str::to_ascii_lowercase);
        action.is_some_and(|action| action == "*" || action.starts_with("s3:"))
    };
    if actions.is_empty() || !actions.iter().all(is_action) {
        return malformed("Policy has invalid action");
    }
    let resources = members(statement.get("Resource").or_else(|| statement.get("NotResource")));
    if resources.is_empty()
        || !resources.iter().all(|resource| resource.as_str().is_some_and(|arn| is_of(arn, bucket)))
    {
        return malformed("Policy has invalid resource");
    }
    Ok(())
}

/// Says whether a resource is the bucket or lies in it.
fn is_of(arn: &str, bucket: &str) -> bool {
    let mut fields = arn.splitn(6, ':');
    let ours = fields.next() == Some("arn")
        && fields.next().is_some_and(|partition| partition.starts_with("aws"))
        && fields.next() == Some("s3")
        && fields.next() == Some("")
        && fields.next() == Some("");
    let name = fields.next().and_then(|resource| resource.split('/').next());
    // A wildcard in the bucket's place must be able to mean this bucket; S3 takes `bucket*` for one.
    ours && name.is_some_and(|name| {
        name == bucket || name.strip_suffix('*').is_some_and(|start| bucket.starts_with(start))
    })
}

/// Says whether a policy lets everyone in, as S3 means it: an Allow for everyone that no condition ties to
/// somebody. A policy that cannot be read lets nobody in.
pub(crate) fn is_public(text: &str) -> bool {
    let policy: Value = serde_json::from_str(text).unwrap_or_default();
    members(policy.get("Statement")).into_iter().any(|statement| {
        statement.get("Effect").and_then(Value::as_str) == Some("Allow")
            && is_for_everyone(statement)
            && !is_narrowed(statement)
    })
}

fn is_for_everyone(statement: &Value) -> bool {
    if statement.get("NotPrincipal").is_some() {
        return true;
    }
    let principal = statement.get("Principal");
    let everyone = |value: Option<&Value>| members(value).into_iter().any(|one| one.as_str() == Some("*"));
    match principal {
        Some(Value::Object(kinds)) => everyone(kinds.get("AWS")) || everyone(kinds.get("CanonicalUser")),
        other => everyone(other),
    }
}

fn is_narrowed(statement: &Value) -> bool {
    let operators = statement.get("Condition").and_then(Value::as_object);
    operators.into_iter().flatten().any(|(operator, keys)| {
        let operator = operator.to_ascii_lowercase();
        // `…IfExists` and negations let in what does not have the key.
        let positive = !operator.contains("not") && !operator.ends_with("ifexists");
        positive
            && keys.as_object().into_iter().flatten().any(|(key, values)| {
                let values = members(Some(values));
                NARROWING_KEYS.contains(&key.to_ascii_lowercase().as_str())
                    && !values.is_empty()
                    && values.iter().all(|value| value.as_str().is_some_and(is_fixed))
            })
    })
}

fn is_fixed(value: &str) -> bool {
    !value.contains(['*', '?', '$']) && !matches!(value, "0.0.0.0/0" | "::/0")
}

/// A value or the values of an array.
fn members(value: Option<&Value>) -> Vec<&Value> {
    match value {
        Some(Value::Array(values)) => values.iter().collect(),
        Some(value) => vec![value],
        None => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(principal: &str, condition: &str) -> String {
        format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{principal},"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"{condition}}}]}}"#
        )
    }

    #[test]
    fn public() {
        let check = |principal, condition, expected| {
            assert_eq!(is_public(&policy(principal, condition)), expected, "{principal} {condition}");
        };
        check(r#""*""#, "", true);
        check(r#"{"AWS":"*"}"#, "", true);
        check(r#"{"AWS":["arn:aws:iam::111122223333:root"]}"#, "", false);
        check(r#"{"Service":"cloudtrail.amazonaws.com"}"#, "", false);
        check(r#""*""#, r#","Condition":{"StringEquals":{"aws:SourceAccount":"111122223333"}}"#, false);
        check(r#""*""#, r#","Condition":{"StringLike":{"aws:SourceArn":"arn:aws:*"}}"#, true);
        check(r#""*""#, r#","Condition":{"IpAddress":{"aws:SourceIp":"0.0.0.0/0"}}"#, true);
        check(r#""*""#, r#","Condition":{"Bool":{"aws:SecureTransport":"true"}}"#, true);
    }

    #[test]
    fn shape() {
        let check = |text: &str, expected: Option<&str>| {
            let refused = check_policy(text, "b").err();
            assert_eq!(refused.as_ref().and_then(|error| error.message()), expected, "{text}");
        };
        check(&policy(r#""*""#, ""), None);
        check("nonsense", Some("Policies must be valid JSON and the first byte must be '{'"));
        check("{}", Some("Missing required field Statement"));
        check(
            r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::other/*"}}"#,
            Some("Policy has invalid resource"),
        );
        check(
            r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"ec2:*","Resource":"arn:aws:s3:::b"}}"#,
            Some("Policy has invalid action"),
        );
        check(
            r#"{"Statement":{"Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::b"}}"#,
            Some("Missing required field Effect"),
        );
    }
}
