//! What a bucket's policy must allow before CloudTrail delivers to it, and the policy that does.

use cairn_event::AccountId;
use serde_json::json;

use crate::{AccessRequest, Context, Policies, Policy, Principal, ServiceKey, evaluate};

/// The principal that delivers log files.
pub const CLOUDTRAIL_SERVICE: &str = "cloudtrail.amazonaws.com";

/// The principal whose role CloudTrail enriches events by.
pub const EVENT_CONTEXT_SERVICE: &str = "context.cloudtrail.amazonaws.com";

/// The most accounts that administer CloudTrail for one organization.
pub const CLOUDTRAIL_ADMINISTRATORS_MAX: usize = 3;

/// Where a trail delivers, and in whose name.
#[derive(Debug, Clone, Copy)]
pub struct DeliveryTarget<'a> {
    /// The bucket.
    pub bucket: &'a str,
    /// The account that owns the bucket.
    pub bucket_account: AccountId,
    /// The account that owns the trail: the source of what is delivered, whoever's events it holds.
    pub account: AccountId,
    /// The trail's ARN.
    pub trail_arn: &'a str,
    /// The KMS key that the trail's files are put with, if it has one.
    pub kms_key: Option<&'a str>,
    /// What is known of the two accounts beside: the organizations that they belong to.
    pub facts: Option<&'a Context>,
}

/// The folders that a trail writes a kind of files to.
#[derive(Debug, Clone, Copy)]
pub struct DeliveryFolders<'a> {
    /// The trail's key prefix, without a slash at the end.
    pub prefix: Option<&'a str>,
    /// The account that owns the trail.
    pub account: AccountId,
    /// The id of the organization whose accounts the trail covers; `None` for a trail of its owner alone.
    pub organization: Option<&'a str>,
    /// The folder of the kind of files, such as `CloudTrail`.
    pub kind: &'a str,
    /// The trail's home Region.
    pub region: &'a str,
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

/// Tells whether CloudTrail may read the bucket's ACL and write files under each of `keys`.
///
/// The question is asked as delivery asks it: as the service, with the trail's ARN and account as the
/// source, over an encrypted channel, granting the bucket's owner full control, with the trail's KMS key.
///
/// # Errors
/// Says which of the permissions is missing.
pub fn bucket_policy_allows_delivery(
    policy: Option<&Policy>,
    target: &DeliveryTarget<'_>,
    keys: &[&str],
) -> Result<(), DeliveryRefusal> {
    let policy = policy.ok_or(DeliveryRefusal::NoPolicy)?;
    let facts = target.facts.cloned().unwrap_or_default();
    let context = facts.on_behalf_of(target.trail_arn, target.account).over_tls();
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
    let context = context.of_service(ServiceKey::S3Acl, "bucket-owner-full-control");
    let context = match target.kms_key {
        Some(key) => context
            .of_service(ServiceKey::S3ServerSideEncryption, "aws:kms")
            .of_service(ServiceKey::S3ServerSideEncryptionKeyId, key),
        None => context,
    };
    let refused = |key: &&&str| !allowed("s3:PutObject", &format!("{bucket}/{key}"), context.clone());
    match keys.iter().find(refused) {
        Some(key) => Err(DeliveryRefusal::Write { key: (*key).to_owned() }),
        None => Ok(()),
    }
}

/// Returns the bucket policy that CloudTrail demands, for every trail of `account`, as indented JSON.
///
/// It is AWS's own pair of statements; the source is any trail of the account instead of one, so that the
/// policy can be put before the trail exists. For the trails of an `organization`, whose management account
/// `account` is, a third statement lets in the events of its members.
pub fn delivery_bucket_policy(
    bucket: &str,
    account: AccountId,
    organization: Option<&str>,
    prefix: Option<&str>,
) -> String {
    let trails = format!("arn:aws:cloudtrail:*:{account}:trail/*");
    let write = |sid: &str, folder: &str| {
        json!({
            "Sid": sid,
            "Effect": "Allow",
            "Principal": { "Service": CLOUDTRAIL_SERVICE },
            "Action": "s3:PutObject",
            "Resource": format!("arn:aws:s3:::{bucket}/{}{folder}/*", above(prefix)),
            "Condition": {
                "StringEquals": { "s3:x-amz-acl": "bucket-owner-full-control" },
                "ArnLike": { "aws:SourceArn": trails }
            }
        })
    };
    let mut statements = vec![
        json!({
            "Sid": "AWSCloudTrailAclCheck20150319",
            "Effect": "Allow",
            "Principal": { "Service": CLOUDTRAIL_SERVICE },
            "Action": "s3:GetBucketAcl",
            "Resource": format!("arn:aws:s3:::{bucket}"),
            "Condition": { "ArnLike": { "aws:SourceArn": trails } }
        }),
        write("AWSCloudTrailWrite20150319", account.as_str()),
    ];
    statements.extend(organization.map(|id| write("AWSCloudTrailOrganizationWrite20150319", id)));
    format!("{:#}", json!({ "Version": "2012-10-17", "Statement": statements }))
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

impl DeliveryFolders<'_> {
    /// Returns a key such as delivery writes, in each of the folders that a bucket must let the trail write to:
    /// the owner's, and below the organization's the owner's again.
    pub fn probe_keys(&self) -> Vec<String> {
        let Self { prefix, account, organization, kind, region } = *self;
        let name = format!("{account}_{kind}_{region}_19700101T0000Z_0000000000000000.json.gz");
        let key = |above: String| format!("{above}{account}/{kind}/{region}/1970/01/01/{name}");
        let mut keys = vec![key(above(prefix))];
        keys.extend(organization.map(|id| key(format!("{}{id}/", above(prefix)))));
        keys
    }
}

/// Returns what all keys of a trail begin with.
fn above(prefix: Option<&str>) -> String {
    match prefix {
        Some(prefix) if !prefix.is_empty() => format!("{prefix}/AWSLogs/"),
        _ => "AWSLogs/".to_owned(),
    }
}
