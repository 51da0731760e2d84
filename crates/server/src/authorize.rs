//! Whether a caller may make a call: the caller's policies, and the bucket's.

use cairn_access::{
    AccessRequest, Caller, Context, Decision, Policy, PolicyError, PolicyKind, Principal, evaluate,
};
use cairn_catalog::Snapshot;
use cairn_event::AccountId;
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
    Ok(evaluate(&policies, resource_policy, &request))
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

/// Returns the ARN of what an S3 call is done to. DeleteObjects names its keys in the body alone, so it is
/// decided for every key of the bucket.
pub(crate) fn s3_resource(call: &Call) -> String {
    match (call.level, &call.bucket, &call.key) {
        (Level::Object, Some(bucket), Some(key)) => format!("arn:aws:s3:::{bucket}/{key}"),
        (Level::Bucket, Some(bucket), _)
            if matches!(call.operation, Some("DeleteObjects" | "PostObject")) =>
        {
            format!("arn:aws:s3:::{bucket}/*")
        }
        (_, Some(bucket), _) => format!("arn:aws:s3:::{bucket}"),
        (_, None, _) => "*".to_owned(),
    }
}

/// Returns the conditions that an S3 request can be decided by.
pub(crate) fn s3_context(head: &Head, source_ip: &str) -> Context {
    let mut context = Context::default().with("aws:SourceIp", source_ip).with("aws:SecureTransport", "false");
    if let Some(agent) = head.header("user-agent") {
        context = context.with("aws:UserAgent", agent);
    }
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

fn query_value(query: &str, name: &str) -> Option<String> {
    let (_, value) =
        query.split('&').filter_map(|pair| pair.split_once('=')).find(|(given, _)| *given == name)?;
    Some(percent_encoding::percent_decode_str(value).decode_utf8_lossy().into_owned())
}

const CONDITION_HEADERS: [&str; 6] = [
    "x-amz-acl",
    "x-amz-content-sha256",
    "x-amz-copy-source",
    "x-amz-server-side-encryption",
    "x-amz-storage-class",
    "x-amz-grant-full-control",
];
