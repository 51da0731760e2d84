//! A bucket's settings: ACLs, ownership, public access, tags, versioning; and those that nobody set.

use s3s::dto::*;
use s3s::{S3ErrorCode, S3Request, S3Result};

use super::error::{answer, not_implemented, refuse};
use super::shape::{BUCKET_TAGS_MAX, only_version, owner_of, tag_set, tags_of_set};
use super::{Answer, Api, ok, ok_with};
use crate::store::{Bucket as StoredBucket, BucketChange};

/// The four switches of Block Public Access. A new bucket has them all on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "these are S3's own four independent switches")]
pub(crate) struct BlockPublicAccess {
    pub(crate) block_public_acls: bool,
    pub(crate) ignore_public_acls: bool,
    pub(crate) block_public_policy: bool,
    pub(crate) restrict_public_buckets: bool,
}

impl BlockPublicAccess {
    const ON: Self = Self {
        block_public_acls: true,
        ignore_public_acls: true,
        block_public_policy: true,
        restrict_public_buckets: true,
    };
    const OFF: Self = Self {
        block_public_acls: false,
        ignore_public_acls: false,
        block_public_policy: false,
        restrict_public_buckets: false,
    };

    /// The switches in force for a bucket.
    pub(crate) fn of(bucket: &StoredBucket) -> Self {
        match bucket.public_access_block.as_deref() {
            None => Self::ON,
            Some("") => Self::OFF,
            // Text that cannot be read must not open the bucket.
            Some(text) => serde_json::from_str(text).unwrap_or(Self::ON),
        }
    }
}

impl StoredBucket {
    /// Says whether the bucket's policy is public and Block Public Access confines it: then only the
    /// owner's account and AWS services get in through it.
    pub fn confines_public_policy(&self) -> bool {
        let public = self.policy.as_deref().is_some_and(super::policy::is_public);
        public && BlockPublicAccess::of(self).restrict_public_buckets
    }
}

fn owner_grant(bucket: &StoredBucket) -> Vec<Grant> {
    let grantee = Grantee {
        display_name: None,
        email_address: None,
        id: Some(bucket.owner_canonical.clone()),
        type_: Type::from_static(Type::CANONICAL_USER),
        uri: None,
    };
    vec![Grant {
        grantee: Some(grantee),
        permission: Some(Permission::from_static(Permission::FULL_CONTROL)),
    }]
}

fn no_acls<T>() -> S3Result<T> {
    Err(refuse(S3ErrorCode::AccessControlListNotSupported, "The bucket does not allow ACLs"))
}

impl Api {
    pub(super) async fn get_bucket_acl(
        &self,
        request: S3Request<GetBucketAclInput>,
    ) -> Answer<GetBucketAclOutput> {
        let input = request.input;
        let bucket = self.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
        ok(GetBucketAclOutput { grants: Some(owner_grant(&bucket)), owner: Some(owner_of(&bucket)) })
    }

    pub(super) async fn put_bucket_acl(
        &self,
        request: S3Request<PutBucketAclInput>,
    ) -> Answer<PutBucketAclOutput> {
        let input = request.input;
        self.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
        no_acls()
    }

    pub(super) async fn get_object_acl(
        &self,
        request: S3Request<GetObjectAclInput>,
    ) -> Answer<GetObjectAclOutput> {
        let input = request.input;
        let bucket = self.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
        only_version(input.version_id.as_deref())?;
        self.store.head(&input.bucket, &input.key).await.map_err(answer)?;
        ok(GetObjectAclOutput {
            grants: Some(owner_grant(&bucket)),
            owner: Some(owner_of(&bucket)),
            request_charged: None,
        })
    }

    pub(super) async fn put_object_acl(
        &self,
        request: S3Request<PutObjectAclInput>,
    ) -> Answer<PutObjectAclOutput> {
        let input = request.input;
        self.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
        self.store.head(&input.bucket, &input.key).await.map_err(answer)?;
        no_acls()
    }

    pub(super) async fn get_bucket_ownership_controls(
        &self,
        request: S3Request<GetBucketOwnershipControlsInput>,
    ) -> Answer<GetBucketOwnershipControlsOutput> {
        let input = request.input;
        self.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
        let enforced = ObjectOwnership::from_static(ObjectOwnership::BUCKET_OWNER_ENFORCED);
        let controls =
            OwnershipControls { rules: vec![OwnershipControlsRule { object_ownership: enforced }] };
        ok(GetBucketOwnershipControlsOutput { ownership_controls: Some(controls) })
    }

    pub(super) async fn put_bucket_ownership_controls(
        &self,
        request: S3Request<PutBucketOwnershipControlsInput>,
    ) -> Answer<PutBucketOwnershipControlsOutput> {
        let input = request.input;
        self.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
        let enforced = |rule: &OwnershipControlsRule| {
            rule.object_ownership.as_str() == ObjectOwnership::BUCKET_OWNER_ENFORCED
        };
        if !input.ownership_controls.rules.iter().all(enforced) {
            return Err(not_implemented("Only BucketOwnerEnforced object ownership is implemented."));
        }
        ok(PutBucketOwnershipControlsOutput::default())
    }

    pub(super) async fn get_public_access_block(
        &self,
        request: S3Request<GetPublicAccessBlockInput>,
    ) -> Answer<GetPublicAccessBlockOutput> {
        let input = request.input;
        let bucket = self.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
        if bucket.public_access_block.as_deref() == Some("") {
            let code = "NoSuchPublicAccessBlockConfiguration";
            let message = "The public access block configuration was not found".to_owned();
            return Err(super::error::custom(code, http::StatusCode::NOT_FOUND, message));
        }
        let block = BlockPublicAccess::of(&bucket);
        let configuration = PublicAccessBlockConfiguration {
            block_public_acls: Some(block.block_public_acls),
            ignore_public_acls: Some(block.ignore_public_acls),
            block_public_policy: Some(block.block_public_policy),
            restrict_public_buckets: Some(block.restrict_public_buckets),
        };
        ok(GetPublicAccessBlockOutput { public_access_block_configuration: Some(configuration) })
    }

    pub(super) async fn put_public_access_block(
        &self,
        request: S3Request<PutPublicAccessBlockInput>,
    ) -> Answer<PutPublicAccessBlockOutput> {
        let input = request.input;
        self.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
        let given = input.public_access_block_configuration;
        let block = BlockPublicAccess {
            block_public_acls: given.block_public_acls == Some(true),
            ignore_public_acls: given.ignore_public_acls == Some(true),
            block_public_policy: given.block_public_policy == Some(true),
            restrict_public_buckets: given.restrict_public_buckets == Some(true),
        };
        let text = serde_json::json!(block).to_string();
        let change = BucketChange::PublicAccessBlock(Some(text));
        self.store.change_bucket(&input.bucket, change).await.map_err(answer)?;
        ok(PutPublicAccessBlockOutput::default())
    }

    pub(super) async fn delete_public_access_block(
        &self,
        request: S3Request<DeletePublicAccessBlockInput>,
    ) -> Answer<DeletePublicAccessBlockOutput> {
        let input = request.input;
        self.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
        let change = BucketChange::PublicAccessBlock(Some(String::new()));
        self.store.change_bucket(&input.bucket, change).await.map_err(answer)?;
        ok(DeletePublicAccessBlockOutput::default())
    }

    pub(super) async fn get_bucket_tagging(
        &self,
        request: S3Request<GetBucketTaggingInput>,
    ) -> Answer<GetBucketTaggingOutput> {
        let input = request.input;
        let bucket = self.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
        let tags =
            bucket.tags.ok_or_else(|| refuse(S3ErrorCode::NoSuchTagSet, "The TagSet does not exist"))?;
        ok(GetBucketTaggingOutput { tag_set: tag_set(tags) })
    }

    pub(super) async fn put_bucket_tagging(
        &self,
        request: S3Request<PutBucketTaggingInput>,
    ) -> Answer<PutBucketTaggingOutput> {
        let input = request.input;
        self.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
        let tags = tags_of_set(input.tagging.tag_set, BUCKET_TAGS_MAX)?;
        self.store.change_bucket(&input.bucket, BucketChange::Tags(Some(tags))).await.map_err(answer)?;
        ok_with(http::StatusCode::NO_CONTENT, PutBucketTaggingOutput::default())
    }

    pub(super) async fn delete_bucket_tagging(
        &self,
        request: S3Request<DeleteBucketTaggingInput>,
    ) -> Answer<DeleteBucketTaggingOutput> {
        let input = request.input;
        self.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
        self.store.change_bucket(&input.bucket, BucketChange::Tags(None)).await.map_err(answer)?;
        ok(DeleteBucketTaggingOutput::default())
    }

    pub(super) async fn get_bucket_versioning(
        &self,
        request: S3Request<GetBucketVersioningInput>,
    ) -> Answer<GetBucketVersioningOutput> {
        let input = request.input;
        self.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
        ok(GetBucketVersioningOutput::default())
    }

    pub(super) async fn put_bucket_versioning(
        &self,
        request: S3Request<PutBucketVersioningInput>,
    ) -> Answer<PutBucketVersioningOutput> {
        let input = request.input;
        self.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
        Err(not_implemented("Versioning is not implemented; buckets keep one version of each object."))
    }

    pub(super) async fn get_bucket_request_payment(
        &self,
        request: S3Request<GetBucketRequestPaymentInput>,
    ) -> Answer<GetBucketRequestPaymentOutput> {
        let input = request.input;
        self.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
        ok(GetBucketRequestPaymentOutput { payer: Some(Payer::from_static(Payer::BUCKET_OWNER)) })
    }
}

/// Settings that S3 answers with success and nothing in it when nobody set them.
macro_rules! empty_settings {
    ($($name:ident: $input:ty => $output:ty;)*) => {
        impl Api {
            $(
                pub(super) async fn $name(&self, request: S3Request<$input>) -> Answer<$output> {
                    let input = request.input;
                    self.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
                    ok(<$output>::default())
                }
            )*
        }
    };
}

empty_settings! {
    get_bucket_accelerate_configuration: GetBucketAccelerateConfigurationInput => GetBucketAccelerateConfigurationOutput;
    get_bucket_logging: GetBucketLoggingInput => GetBucketLoggingOutput;
    get_bucket_notification_configuration: GetBucketNotificationConfigurationInput => GetBucketNotificationConfigurationOutput;
}

/// Settings that S3 answers with an error when nobody set them; nobody can, here.
macro_rules! absent_settings {
    ($($name:ident: $input:ty => $output:ty, $code:ident, $message:literal;)*) => {
        impl Api {
            $(
                pub(super) async fn $name(&self, request: S3Request<$input>) -> Answer<$output> {
                    let input = request.input;
                    self.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
                    Err(refuse(S3ErrorCode::$code, $message))
                }
            )*
        }
    };
}

absent_settings! {
    get_bucket_cors: GetBucketCorsInput => GetBucketCorsOutput,
        NoSuchCORSConfiguration, "The CORS configuration does not exist";
    get_bucket_lifecycle_configuration: GetBucketLifecycleConfigurationInput => GetBucketLifecycleConfigurationOutput,
        NoSuchLifecycleConfiguration, "The lifecycle configuration does not exist";
    get_bucket_replication: GetBucketReplicationInput => GetBucketReplicationOutput,
        ReplicationConfigurationNotFoundError, "The replication configuration was not found";
    get_bucket_website: GetBucketWebsiteInput => GetBucketWebsiteOutput,
        NoSuchWebsiteConfiguration, "The specified bucket does not have a website configuration";
    get_object_lock_configuration: GetObjectLockConfigurationInput => GetObjectLockConfigurationOutput,
        ObjectLockConfigurationNotFoundError, "Object Lock configuration does not exist for this bucket";
}
