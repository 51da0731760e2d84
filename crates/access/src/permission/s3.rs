//! S3's permissions: the action is often not called as the operation.

use super::{On, Permission};
use crate::ServiceKey;

pub(super) const PERMISSIONS: &[Permission] = &[
    Permission::new("AbortMultipartUpload", "s3:AbortMultipartUpload", On::Object),
    Permission::new("CompleteMultipartUpload", "s3:PutObject", On::Object).with(WRITE),
    Permission::new("CopyObject", "s3:PutObject", On::Object).with(WRITE),
    Permission::new("CreateBucket", "s3:CreateBucket", On::Bucket).with(CREATE),
    Permission::new("CreateMultipartUpload", "s3:PutObject", On::Object).with(WRITE),
    Permission::new("DeleteBucket", "s3:DeleteBucket", On::Bucket),
    Permission::new("DeleteBucketCors", "s3:PutBucketCORS", On::Bucket),
    Permission::new("DeleteBucketEncryption", "s3:PutEncryptionConfiguration", On::Bucket),
    Permission::new("DeleteBucketLifecycle", "s3:PutLifecycleConfiguration", On::Bucket),
    Permission::new("DeleteBucketOwnershipControls", "s3:PutBucketOwnershipControls", On::Bucket),
    Permission::new("DeleteBucketPolicy", "s3:DeleteBucketPolicy", On::Bucket),
    Permission::new("DeleteBucketReplication", "s3:PutReplicationConfiguration", On::Bucket),
    Permission::new("DeleteBucketTagging", "s3:PutBucketTagging", On::Bucket),
    Permission::new("DeleteBucketWebsite", "s3:DeleteBucketWebsite", On::Bucket),
    Permission::new("DeleteObject", "s3:DeleteObject", On::Object).with(VERSION_IF),
    Permission::new("DeleteObjectTagging", "s3:DeleteObjectTagging", On::Object).with(VERSION),
    Permission::new("DeleteObjects", "s3:DeleteObject", On::Object),
    Permission::new("DeletePublicAccessBlock", "s3:PutBucketPublicAccessBlock", On::Bucket),
    Permission::new("GetBucketAccelerateConfiguration", "s3:GetAccelerateConfiguration", On::Bucket),
    Permission::new("GetBucketAcl", "s3:GetBucketAcl", On::Bucket),
    Permission::new("GetBucketCors", "s3:GetBucketCORS", On::Bucket),
    Permission::new("GetBucketEncryption", "s3:GetEncryptionConfiguration", On::Bucket),
    Permission::new("GetBucketLifecycleConfiguration", "s3:GetLifecycleConfiguration", On::Bucket),
    Permission::new("GetBucketLocation", "s3:GetBucketLocation", On::Bucket),
    Permission::new("GetBucketLogging", "s3:GetBucketLogging", On::Bucket),
    Permission::new("GetBucketNotificationConfiguration", "s3:GetBucketNotification", On::Bucket),
    Permission::new("GetBucketOwnershipControls", "s3:GetBucketOwnershipControls", On::Bucket),
    Permission::new("GetBucketPolicy", "s3:GetBucketPolicy", On::Bucket),
    Permission::new("GetBucketPolicyStatus", "s3:GetBucketPolicyStatus", On::Bucket),
    Permission::new("GetBucketReplication", "s3:GetReplicationConfiguration", On::Bucket),
    Permission::new("GetBucketRequestPayment", "s3:GetBucketRequestPayment", On::Bucket),
    Permission::new("GetBucketTagging", "s3:GetBucketTagging", On::Bucket),
    Permission::new("GetBucketVersioning", "s3:GetBucketVersioning", On::Bucket),
    Permission::new("GetBucketWebsite", "s3:GetBucketWebsite", On::Bucket),
    Permission::new("GetObject", "s3:GetObject", On::Object).with(READ),
    Permission::new("GetObjectAcl", "s3:GetObjectAcl", On::Object).with(VERSION),
    Permission::new("GetObjectAttributes", "s3:GetObjectAttributes", On::Object).with(VERSION),
    Permission::new("GetObjectLegalHold", "s3:GetObjectLegalHold", On::Object),
    Permission::new("GetObjectLockConfiguration", "s3:GetBucketObjectLockConfiguration", On::Bucket),
    Permission::new("GetObjectRetention", "s3:GetObjectRetention", On::Object),
    Permission::new("GetObjectTagging", "s3:GetObjectTagging", On::Object).with(VERSION),
    Permission::new("GetObjectTorrent", "s3:GetObject", On::Object),
    Permission::new("GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock", On::Bucket),
    Permission::new("HeadBucket", "s3:ListBucket", On::Bucket),
    Permission::new("HeadObject", "s3:GetObject", On::Object).with(READ),
    Permission::new("ListBuckets", "s3:ListAllMyBuckets", On::Everything),
    Permission::new("ListDirectoryBuckets", "s3:ListAllMyBuckets", On::Everything),
    Permission::new("ListMultipartUploads", "s3:ListBucketMultipartUploads", On::Bucket).with(LIST),
    Permission::new("ListObjectVersions", "s3:ListBucketVersions", On::Bucket).with(LIST),
    Permission::new("ListObjects", "s3:ListBucket", On::Bucket).with(LIST),
    Permission::new("ListObjectsV2", "s3:ListBucket", On::Bucket).with(LIST),
    Permission::new("ListParts", "s3:ListMultipartUploadParts", On::Object),
    Permission::new("PostObject", "s3:PutObject", On::Object).with(WRITE),
    Permission::new("PutBucketAccelerateConfiguration", "s3:PutAccelerateConfiguration", On::Bucket),
    Permission::new("PutBucketAcl", "s3:PutBucketAcl", On::Bucket).with(ACL),
    Permission::new("PutBucketCors", "s3:PutBucketCORS", On::Bucket),
    Permission::new("PutBucketEncryption", "s3:PutEncryptionConfiguration", On::Bucket),
    Permission::new("PutBucketLifecycleConfiguration", "s3:PutLifecycleConfiguration", On::Bucket),
    Permission::new("PutBucketLogging", "s3:PutBucketLogging", On::Bucket),
    Permission::new("PutBucketNotificationConfiguration", "s3:PutBucketNotification", On::Bucket),
    Permission::new("PutBucketOwnershipControls", "s3:PutBucketOwnershipControls", On::Bucket),
    Permission::new("PutBucketPolicy", "s3:PutBucketPolicy", On::Bucket),
    Permission::new("PutBucketReplication", "s3:PutReplicationConfiguration", On::Bucket),
    Permission::new("PutBucketRequestPayment", "s3:PutBucketRequestPayment", On::Bucket),
    Permission::new("PutBucketTagging", "s3:PutBucketTagging", On::Bucket),
    Permission::new("PutBucketVersioning", "s3:PutBucketVersioning", On::Bucket),
    Permission::new("PutBucketWebsite", "s3:PutBucketWebsite", On::Bucket),
    Permission::new("PutObject", "s3:PutObject", On::Object).with(WRITE),
    Permission::new("PutObjectAcl", "s3:PutObjectAcl", On::Object).with(ACL),
    Permission::new("PutObjectLegalHold", "s3:PutObjectLegalHold", On::Object),
    Permission::new("PutObjectLockConfiguration", "s3:PutBucketObjectLockConfiguration", On::Bucket),
    Permission::new("PutObjectRetention", "s3:PutObjectRetention", On::Object),
    Permission::new("PutObjectTagging", "s3:PutObjectTagging", On::Object).with(VERSION),
    Permission::new("PutPublicAccessBlock", "s3:PutBucketPublicAccessBlock", On::Bucket),
    Permission::new("RestoreObject", "s3:RestoreObject", On::Object),
    Permission::new("SelectObjectContent", "s3:GetObject", On::Object),
    Permission::new("UploadPart", "s3:PutObject", On::Object).with(WRITE),
    Permission::new("UploadPartCopy", "s3:PutObject", On::Object).with(WRITE),
];

/// What every request of S3 tells.
pub(super) const EVERY: &[ServiceKey] = &[
    ServiceKey::S3AuthType,
    ServiceKey::S3SignatureVersion,
    ServiceKey::S3SignatureAge,
    ServiceKey::S3ContentSha256,
];

const VERSION: &[ServiceKey] = &[ServiceKey::S3VersionId];

const VERSION_IF: &[ServiceKey] = &[ServiceKey::S3VersionId, ServiceKey::S3IfMatch];

const READ: &[ServiceKey] = &[ServiceKey::S3VersionId, ServiceKey::S3IfMatch, ServiceKey::S3IfNoneMatch];

const LIST: &[ServiceKey] = &[ServiceKey::S3Prefix, ServiceKey::S3Delimiter, ServiceKey::S3MaxKeys];

const ACL: &[ServiceKey] = &[
    ServiceKey::S3Acl,
    ServiceKey::S3GrantFullControl,
    ServiceKey::S3GrantRead,
    ServiceKey::S3GrantReadAcp,
    ServiceKey::S3GrantWrite,
    ServiceKey::S3GrantWriteAcp,
];

const CREATE: &[ServiceKey] = &[
    ServiceKey::S3Acl,
    ServiceKey::S3GrantFullControl,
    ServiceKey::S3GrantRead,
    ServiceKey::S3GrantReadAcp,
    ServiceKey::S3GrantWrite,
    ServiceKey::S3GrantWriteAcp,
    ServiceKey::S3ObjectOwnership,
];

const WRITE: &[ServiceKey] = &[
    ServiceKey::S3Acl,
    ServiceKey::S3GrantFullControl,
    ServiceKey::S3GrantRead,
    ServiceKey::S3GrantReadAcp,
    ServiceKey::S3GrantWrite,
    ServiceKey::S3GrantWriteAcp,
    ServiceKey::S3CopySource,
    ServiceKey::S3MetadataDirective,
    ServiceKey::S3StorageClass,
    ServiceKey::S3ServerSideEncryption,
    ServiceKey::S3ServerSideEncryptionKeyId,
    ServiceKey::S3IfMatch,
    ServiceKey::S3IfNoneMatch,
];
