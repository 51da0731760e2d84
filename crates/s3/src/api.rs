//! The S3 operations: each reads its input, asks the store, and shapes the answer as S3 does.
//!
//! What is not here answers `NotImplemented`. Nothing is claimed that is not so: no versions, no
//! storage class but STANDARD, no ACLs (docs/adr/082).

mod bucket;
mod copy;
mod encryption;
pub(crate) mod error;
mod list;
mod object;
mod policy;
mod read;
mod settings;
mod shape;
mod upload;
mod write;

use std::sync::Arc;

use s3s::dto::*;
use s3s::{S3Request, S3Response, S3Result};

pub(crate) use write::md5_of;

use crate::caller::Caller;
use crate::store::{Bucket, ObjectStore};

/// The operations over one store.
#[derive(Debug, Clone)]
pub(crate) struct Api {
    store: Arc<ObjectStore>,
}

type Answer<T> = S3Result<S3Response<T>>;

impl Api {
    pub(crate) fn new(store: Arc<ObjectStore>) -> Self {
        Self { store }
    }

    /// Returns the bucket that a request names, owned by whom the request expects.
    async fn bucket(&self, name: &str, expected_owner: Option<&str>) -> S3Result<Bucket> {
        let bucket =
            self.store.bucket(name).await.map_err(error::answer)?.ok_or_else(error::no_such_bucket)?;
        match expected_owner {
            Some(expected) if expected != bucket.owner => Err(error::access_denied()),
            _ => Ok(bucket),
        }
    }
}

fn caller<T>(request: &S3Request<T>) -> Option<&Caller> {
    request.extensions.get::<Caller>()
}

/// The status of an answer where S3's differs from the one s3s gives: s3s passes extensions on, and
/// ignores the status of a response.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Status(pub(crate) http::StatusCode);

fn ok<T>(output: T) -> Answer<T> {
    Ok(S3Response::new(output))
}

fn ok_with<T>(status: http::StatusCode, output: T) -> Answer<T> {
    let mut response = S3Response::new(output);
    response.extensions.insert(Status(status));
    Ok(response)
}

/// Hands each operation of the trait to the method of the same name.
macro_rules! operations {
    ($($name:ident: $input:ty => $output:ty;)*) => {
        #[async_trait::async_trait]
        impl s3s::S3 for Api {
            $(
                async fn $name(&self, request: S3Request<$input>) -> Answer<$output> {
                    self.$name(request).await
                }
            )*
        }
    };
}

operations! {
    abort_multipart_upload: AbortMultipartUploadInput => AbortMultipartUploadOutput;
    complete_multipart_upload: CompleteMultipartUploadInput => CompleteMultipartUploadOutput;
    copy_object: CopyObjectInput => CopyObjectOutput;
    create_bucket: CreateBucketInput => CreateBucketOutput;
    create_multipart_upload: CreateMultipartUploadInput => CreateMultipartUploadOutput;
    delete_bucket: DeleteBucketInput => DeleteBucketOutput;
    delete_bucket_encryption: DeleteBucketEncryptionInput => DeleteBucketEncryptionOutput;
    delete_bucket_policy: DeleteBucketPolicyInput => DeleteBucketPolicyOutput;
    delete_bucket_tagging: DeleteBucketTaggingInput => DeleteBucketTaggingOutput;
    delete_object: DeleteObjectInput => DeleteObjectOutput;
    delete_object_tagging: DeleteObjectTaggingInput => DeleteObjectTaggingOutput;
    delete_objects: DeleteObjectsInput => DeleteObjectsOutput;
    delete_public_access_block: DeletePublicAccessBlockInput => DeletePublicAccessBlockOutput;
    get_bucket_accelerate_configuration: GetBucketAccelerateConfigurationInput => GetBucketAccelerateConfigurationOutput;
    get_bucket_acl: GetBucketAclInput => GetBucketAclOutput;
    get_bucket_cors: GetBucketCorsInput => GetBucketCorsOutput;
    get_bucket_encryption: GetBucketEncryptionInput => GetBucketEncryptionOutput;
    get_bucket_lifecycle_configuration: GetBucketLifecycleConfigurationInput => GetBucketLifecycleConfigurationOutput;
    get_bucket_location: GetBucketLocationInput => GetBucketLocationOutput;
    get_bucket_logging: GetBucketLoggingInput => GetBucketLoggingOutput;
    get_bucket_notification_configuration: GetBucketNotificationConfigurationInput => GetBucketNotificationConfigurationOutput;
    get_bucket_ownership_controls: GetBucketOwnershipControlsInput => GetBucketOwnershipControlsOutput;
    get_bucket_policy: GetBucketPolicyInput => GetBucketPolicyOutput;
    get_bucket_policy_status: GetBucketPolicyStatusInput => GetBucketPolicyStatusOutput;
    get_bucket_replication: GetBucketReplicationInput => GetBucketReplicationOutput;
    get_bucket_request_payment: GetBucketRequestPaymentInput => GetBucketRequestPaymentOutput;
    get_bucket_tagging: GetBucketTaggingInput => GetBucketTaggingOutput;
    get_bucket_versioning: GetBucketVersioningInput => GetBucketVersioningOutput;
    get_bucket_website: GetBucketWebsiteInput => GetBucketWebsiteOutput;
    get_object: GetObjectInput => GetObjectOutput;
    get_object_acl: GetObjectAclInput => GetObjectAclOutput;
    get_object_attributes: GetObjectAttributesInput => GetObjectAttributesOutput;
    get_object_lock_configuration: GetObjectLockConfigurationInput => GetObjectLockConfigurationOutput;
    get_object_tagging: GetObjectTaggingInput => GetObjectTaggingOutput;
    get_public_access_block: GetPublicAccessBlockInput => GetPublicAccessBlockOutput;
    head_bucket: HeadBucketInput => HeadBucketOutput;
    head_object: HeadObjectInput => HeadObjectOutput;
    list_buckets: ListBucketsInput => ListBucketsOutput;
    list_multipart_uploads: ListMultipartUploadsInput => ListMultipartUploadsOutput;
    list_object_versions: ListObjectVersionsInput => ListObjectVersionsOutput;
    list_objects: ListObjectsInput => ListObjectsOutput;
    list_objects_v2: ListObjectsV2Input => ListObjectsV2Output;
    list_parts: ListPartsInput => ListPartsOutput;
    put_bucket_acl: PutBucketAclInput => PutBucketAclOutput;
    put_bucket_encryption: PutBucketEncryptionInput => PutBucketEncryptionOutput;
    put_bucket_ownership_controls: PutBucketOwnershipControlsInput => PutBucketOwnershipControlsOutput;
    put_bucket_policy: PutBucketPolicyInput => PutBucketPolicyOutput;
    put_bucket_tagging: PutBucketTaggingInput => PutBucketTaggingOutput;
    put_bucket_versioning: PutBucketVersioningInput => PutBucketVersioningOutput;
    put_object: PutObjectInput => PutObjectOutput;
    put_object_acl: PutObjectAclInput => PutObjectAclOutput;
    put_object_tagging: PutObjectTaggingInput => PutObjectTaggingOutput;
    put_public_access_block: PutPublicAccessBlockInput => PutPublicAccessBlockOutput;
    upload_part: UploadPartInput => UploadPartOutput;
    upload_part_copy: UploadPartCopyInput => UploadPartCopyOutput;
}
