//! What a bucket's policy must allow before CloudTrail delivers to it, and the policy that does.

use cairn_event::AccountId;
use serde_json::json;

use crate::{AccessRequest, Context, Policies, Policy, Principal, ServiceKey, evaluate};

/// The principal that delivers log files.
pub const CLOUDTRAIL_SERVICE: &str = "cloudtrail.amazonaws.com";

/// Where a trail delivers.
#[derive(Debug, Clone, Copy)]
pub struct DeliveryTarget<'a> {
    /// The bucket.
    pub bucket: &'a str,
    /// The account that owns the bucket.
    pub bucket_account: AccountId,
    /// The trail's key prefix, without a slash at the end.
    pub prefix: Option<&'a str>,
    /// The account whose events are delivered, and which owns the trail.
    pub account: AccountId,
    /// The trail's ARN.
    pub trail_arn: &'a str,
    /// The folder of the kind of files, such as `CloudTrail`.
    pub folder: &'a str,
    /// The KMS key that the trail's files are put with, if it has one.
    pub kms_key: Option<&'a str>,
}

/// Why a bucket's policy does not let CloudTrail deliver (`InsufficientS3BucketPolicyException`).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeliveryRefusal {
    /// The bucket has no policy.
    #[error("the bucket has no policy")]
    NoPolicy,
    /// The service may not read the bucket's ACL.
    #[error("the bucket's policy does not let {CLOUDTRAIL_SERVICE} perform s3:GetBucketAcl")]
    AclCheck,
    /// The service may not write log files under the trail's prefix.
    #[error("the bucket's policy does not let {CLOUDTRAIL_SERVICE} perform s3:PutObject on {key}")]
    Write {
        /// A key such as delivery would write.
        key: String,
    },
}

/// Tells whether CloudTrail may read the bucket's ACL and write the trail's log files.
///
/// The question is asked as delivery will ask it: as the service, with the trail's ARN and account as the
/// source, over an encrypted channel, granting the bucket's owner full control, with the trail's KMS key.
///
/// # Errors
/// Says which of the two permissions is missing.
pub fn bucket_policy_allows_delivery(
    policy: Option<&Policy>,
    target: &DeliveryTarget<'_>,
) -> Result<(), DeliveryRefusal> {
    let policy = policy.ok_or(DeliveryRefusal::NoPolicy)?;
    let context = Context::default().on_behalf_of(target.trail_arn, target.account).over_tls();
    let allowed = |action, resource: &str, context| {
        let principal = Principal::Service(CLOUDTRAIL_SERVICE.to_owned());
        let request = AccessRequest {
            principal: &principal,
            action,
            resource,
            resource_account: target.bucket_account,
            context,
        };
        let policies = Policies { resource: Some(policy), ..Policies::default() };
        evaluate(&policies, &request).is_allowed()
    };
    let bucket = format!("arn:aws:s3:::{}", target.bucket);
    if !allowed("s3:GetBucketAcl", &bucket, context.clone()) {
        return Err(DeliveryRefusal::AclCheck);
    }
    let key = target.probe_key();
    let context = context.of_service(ServiceKey::S3Acl, "bucket-owner-full-control");
    let context = match target.kms_key {
        Some(key) => context
            .of_service(ServiceKey::S3ServerSideEncryption, "aws:kms")
            .of_service(ServiceKey::S3ServerSideEncryptionKeyId, key),
        None => context,
    };
    if allowed("s3:PutObject", &format!("{bucket}/{key}"), context) {
        Ok(())
    } else {
        Err(DeliveryRefusal::Write { key })
    }
}

/// Returns the bucket policy that CloudTrail demands, for every trail of `account`, as indented JSON.
///
/// It is AWS's own pair of statements; the source is any trail of the account instead of one, so that the
/// policy can be put before the trail exists.
pub fn delivery_bucket_policy(bucket: &str, account: AccountId, prefix: Option<&str>) -> String {
    let trails = format!("arn:aws:cloudtrail:*:{account}:trail/*");
    let folder = folder(prefix, account);
    let policy = json!({
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "AWSCloudTrailAclCheck20150319",
                "Effect": "Allow",
                "Principal": { "Service": CLOUDTRAIL_SERVICE },
                "Action": "s3:GetBucketAcl",
                "Resource": format!("arn:aws:s3:::{bucket}"),
                "Condition": { "ArnLike": { "aws:SourceArn": trails } }
            },
            {
                "Sid": "AWSCloudTrailWrite20150319",
                "Effect": "Allow",
                "Principal": { "Service": CLOUDTRAIL_SERVICE },
                "Action": "s3:PutObject",
                "Resource": format!("arn:aws:s3:::{bucket}/{folder}*"),
                "Condition": {
                    "StringEquals": { "s3:x-amz-acl": "bucket-owner-full-control" },
                    "ArnLike": { "aws:SourceArn": trails }
                }
            }
        ]
    });
    format!("{policy:#}")
}

/// Returns a key policy that lets the trails of `account` encrypt and its principals read, as indented JSON.
///
/// It is AWS's own set of statements (reference §4.5): the account keeps its key, CloudTrail makes data keys for
/// any trail of the account and looks at the key, and the account's principals decrypt what a trail encrypted.
pub fn trail_key_policy(account: AccountId) -> String {
    let trails = format!("arn:aws:cloudtrail:*:{account}:trail/*");
    let root = format!("arn:aws:iam::{account}:root");
    let policy = json!({
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Enable IAM User Permissions",
                "Effect": "Allow",
                "Principal": { "AWS": root },
                "Action": "kms:*",
                "Resource": "*"
            },
            {
                "Sid": "Allow CloudTrail to encrypt logs",
                "Effect": "Allow",
                "Principal": { "Service": CLOUDTRAIL_SERVICE },
                "Action": "kms:GenerateDataKey*",
                "Resource": "*",
                "Condition": {
                    "StringLike": { "kms:EncryptionContext:aws:cloudtrail:arn": trails },
                    "ArnLike": { "aws:SourceArn": trails }
                }
            },
            {
                "Sid": "Allow CloudTrail to describe key",
                "Effect": "Allow",
                "Principal": { "Service": CLOUDTRAIL_SERVICE },
                "Action": "kms:DescribeKey",
                "Resource": "*"
            },
            {
                "Sid": "Enable CloudTrail log decrypt permissions",
                "Effect": "Allow",
                "Principal": { "AWS": root },
                "Action": "kms:Decrypt",
                "Resource": "*",
                "Condition": { "Null": { "kms:EncryptionContext:aws:cloudtrail:arn": "false" } }
            }
        ]
    });
    format!("{policy:#}")
}

impl DeliveryTarget<'_> {
    /// Returns a key such as delivery writes.
    fn probe_key(&self) -> String {
        let account = self.account;
        let region = self.trail_arn.split(':').nth(3).unwrap_or("us-east-1");
        let (above, folder) = (folder(self.prefix, account), self.folder);
        format!(
            "{above}{folder}/{region}/1970/01/01/{account}_{folder}_{region}_19700101T0000Z_0000000000000000.json.gz"
        )
    }
}

fn folder(prefix: Option<&str>, account: AccountId) -> String {
    match prefix {
        Some(prefix) if !prefix.is_empty() => format!("{prefix}/AWSLogs/{account}/"),
        _ => format!("AWSLogs/{account}/"),
    }
}
