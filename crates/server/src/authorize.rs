//! Whether a caller may make a call: the caller's policies, and the bucket's.

use std::sync::Arc;

use cairn_access::{
    AccessRequest, Caller, Context, Decision, Policy, PolicyError, PolicyKind, Principal, evaluate,
};
use cairn_catalog::Snapshot;
use cairn_event::AccountId;
use cairn_s3::{Bucket, Deed, Gate};
use cairn_wire::s3::{Call, Level};

use crate::head::Head;

/// Decides a call of Cairn's own services.
///
/// # Errors
/// A stored policy can't be read; then nothing is allowed.
pub(crate) fn decide(
    caller: &Caller,
    snapshot: &Snapshot,
    resource_policy: Option<&Policy>,
    (action, resource, owner): (&str, &str, AccountId),
    context: Context,
) -> Result<Decision, PolicyError> {
    let principal = caller.principal();
    let policies = identity_policies(principal, snapshot)?;
    let request = AccessRequest { principal, action, resource, resource_account: owner, context };
    let policies =
        cairn_access::Policies { identity: &policies, resource: resource_policy, ..Default::default() };
    Ok(evaluate(&policies, &request))
}

/// Decides about objects that a call names elsewhere than in its address: the source of a copy, the keys
/// of a DeleteObjects.
#[derive(Debug)]
pub(crate) struct Policies {
    pub(crate) caller: Caller,
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) context: Context,
}

impl Gate for Policies {
    fn allows(&self, deed: Deed, bucket: &Bucket, key: &str) -> bool {
        let action = match deed {
            Deed::Read => "s3:GetObject",
            Deed::Delete => "s3:DeleteObject",
        };
        let resource = format!("arn:aws:s3:::{}/{key}", bucket.name);
        let Ok(owner) = bucket.owner.parse() else { return false };
        let policy = bucket.policy.as_deref().map(|text| Policy::parse(PolicyKind::Resource, text));
        let decision = policy.transpose().and_then(|policy| {
            let asked = (action, resource.as_str(), owner);
            decide(&self.caller, &self.snapshot, policy.as_ref(), asked, self.context.clone())
        });
        match decision {
            Ok(decision) => decision.message().is_none(),
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a stored policy can't be read");
                false
            }
        }
    }
}

fn identity_policies(principal: &Principal, snapshot: &Snapshot) -> Result<Vec<Policy>, PolicyError> {
    let Principal::User { account, name, .. } = principal else { return Ok(Vec::new()) };
    let Some(user) = snapshot.user(account, name) else { return Ok(Vec::new()) };
    user.policies.iter().map(|policy| Policy::parse(PolicyKind::Identity, &policy.document)).collect()
}

/// Returns the IAM action of an S3 call: not always the operation's name (capture rules §1.7).
pub(crate) fn s3_action(call: &Call) -> String {
    let name = match call.operation.unwrap_or(call.event_name) {
        "HeadObject" | "GetObject" | "SelectObjectContent" | "GetObjectTorrent" => "GetObject",
        "HeadBucket" | "ListObjects" | "ListObjectsV2" => "ListBucket",
        "ListObjectVersions" => "ListBucketVersions",
        "ListBuckets" | "ListDirectoryBuckets" => "ListAllMyBuckets",
        "CopyObject"
        | "UploadPart"
        | "UploadPartCopy"
        | "CreateMultipartUpload"
        | "CompleteMultipartUpload"
        | "PostObject" => "PutObject",
        "DeleteObjects" => "DeleteObject",
        "ListParts" => "ListMultipartUploadParts",
        "ListMultipartUploads" => "ListBucketMultipartUploads",
        "GetBucketLifecycleConfiguration" => "GetLifecycleConfiguration",
        "PutBucketLifecycleConfiguration" | "DeleteBucketLifecycle" => "PutLifecycleConfiguration",
        "GetBucketEncryption" => "GetEncryptionConfiguration",
        "PutBucketEncryption" | "DeleteBucketEncryption" => "PutEncryptionConfiguration",
        "GetPublicAccessBlock" => "GetBucketPublicAccessBlock",
        "PutPublicAccessBlock" | "DeletePublicAccessBlock" => "PutBucketPublicAccessBlock",
        "GetBucketCors" => "GetBucketCORS",
        "PutBucketCors" | "DeleteBucketCors" => "PutBucketCORS",
        "DeleteBucketTagging" => "PutBucketTagging",
        "GetBucketNotificationConfiguration" => "GetBucketNotification",
        "PutBucketNotificationConfiguration" => "PutBucketNotification",
        "GetBucketReplication" => "GetReplicationConfiguration",
        "PutBucketReplication" | "DeleteBucketReplication" => "PutReplicationConfiguration",
        "GetObjectLockConfiguration" => "GetBucketObjectLockConfiguration",
        "PutObjectLockConfiguration" => "PutBucketObjectLockConfiguration",
        "GetBucketAccelerateConfiguration" => "GetAccelerateConfiguration",
        "PutBucketAccelerateConfiguration" => "PutAccelerateConfiguration",
        other => other,
    };
    format!("s3:{name}")
}

/// Returns the ARN of what an S3 call is done to.
pub(crate) fn s3_resource(call: &Call) -> String {
    match (call.level, &call.bucket, &call.key) {
        (Level::Object, Some(bucket), Some(key)) => format!("arn:aws:s3:::{bucket}/{key}"),
        // The key stands in the form.
        (Level::Bucket, Some(bucket), _) if call.operation == Some("PostObject") => {
            format!("arn:aws:s3:::{bucket}/*")
        }
        (_, Some(bucket), _) => format!("arn:aws:s3:::{bucket}"),
        (_, None, _) => "*".to_owned(),
    }
}

/// Returns the conditions that any request can be decided by.
pub(crate) fn request_context(head: &Head, source_ip: &str) -> Context {
    let context = Context::default().with("aws:SourceIp", source_ip).with("aws:SecureTransport", "false");
    match head.header("user-agent") {
        Some(agent) => context.with("aws:UserAgent", agent),
        None => context,
    }
}

/// Returns the conditions that an S3 request can be decided by.
pub(crate) fn s3_context(head: &Head, source_ip: &str) -> Context {
    let mut context = request_context(head, source_ip);
    for name in CONDITION_HEADERS {
        if let Some(value) = head.header(name) {
            context = context.with(&format!("s3:{name}"), value);
        }
    }
    for (name, key) in [("prefix", "s3:prefix"), ("delimiter", "s3:delimiter"), ("max-keys", "s3:max-keys")] {
        if let Some(value) = query_value(&head.query, name) {
            context = context.with(key, value);
        }
    }
    context
}

/// Returns the first value of a parameter, name and value decoded as the store decodes them.
fn query_value(query: &str, name: &str) -> Option<String> {
    let decoded = |text: &str| {
        percent_encoding::percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
    };
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(given, _)| decoded(given) == name).map(|(_, value)| decoded(value))
}

const CONDITION_HEADERS: [&str; 6] = [
    "x-amz-acl",
    "x-amz-content-sha256",
    "x-amz-copy-source",
    "x-amz-server-side-encryption",
    "x-amz-storage-class",
    "x-amz-grant-full-control",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_of_conditions_are_read_however_they_are_escaped() {
        for query in ["prefix=a+b%2F", "x=1&%70refix=a%20b/", "pre%66ix=a%20b%2f&prefix=other"] {
            assert_eq!(query_value(query, "prefix").as_deref(), Some("a b/"), "{query}");
        }
        assert_eq!(query_value("Prefix=a&prefix", "prefix"), None);
    }
}
