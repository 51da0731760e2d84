//! Buckets: create, delete, head, location, list.

use cairn_event::Region;
use s3s::dto::*;
use s3s::{S3ErrorCode, S3Request, S3Result};

use super::error::{access_denied, answer, invalid_argument, not_implemented, refuse};
use super::shape::timestamp;
use super::{Answer, Api, caller, ok};
use crate::caller::Caller;
use crate::store::{BucketDraft, Created};

/// Buckets in one answer of ListBuckets.
const BUCKETS_PAGE_MAX: i32 = 10_000;
const US_EAST_1: &str = "us-east-1";

impl Api {
    pub(super) async fn create_bucket(
        &self,
        request: S3Request<CreateBucketInput>,
    ) -> Answer<CreateBucketOutput> {
        let caller = caller(&request).cloned().ok_or_else(access_denied)?;
        let input = request.input;
        check_bucket_acl(input.acl.as_ref(), has_grants(&input))?;
        if input.object_lock_enabled_for_bucket == Some(true) {
            return Err(not_implemented("Object Lock is not implemented."));
        }
        if input
            .object_ownership
            .as_ref()
            .is_some_and(|given| given.as_str() != ObjectOwnership::BUCKET_OWNER_ENFORCED)
        {
            return Err(not_implemented("Only BucketOwnerEnforced object ownership is implemented."));
        }
        if is_reserved(&input.bucket) {
            return Err(refuse(S3ErrorCode::InvalidBucketName, "The specified bucket is not valid."));
        }
        let configuration = input.create_bucket_configuration;
        let constraint = configuration.and_then(|configuration| configuration.location_constraint);
        let region = region_for(constraint.as_ref().map(BucketLocationConstraint::as_str), &caller)?;
        let draft = BucketDraft {
            name: input.bucket.clone(),
            owner: caller.account,
            owner_canonical: caller.canonical_id,
            region: region.clone(),
        };
        match self.store.ensure_bucket(draft).await.map_err(answer)? {
            // In us-east-1, and only there, S3 answers a repeat by the owner with success.
            Created::Existed if region != US_EAST_1 => {
                Err(answer(crate::store::StoreError::BucketAlreadyOwnedByYou))
            }
            Created::New | Created::Existed => {
                ok(CreateBucketOutput { location: Some(format!("/{}", input.bucket)) })
            }
        }
    }

    pub(super) async fn delete_bucket(
        &self,
        request: S3Request<DeleteBucketInput>,
    ) -> Answer<DeleteBucketOutput> {
        let input = request.input;
        self.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
        self.store.delete_bucket(&input.bucket).await.map_err(answer)?;
        ok(DeleteBucketOutput {})
    }

    pub(super) async fn head_bucket(&self, request: S3Request<HeadBucketInput>) -> Answer<HeadBucketOutput> {
        let input = request.input;
        let bucket = self.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
        ok(HeadBucketOutput { bucket_region: Some(bucket.region), ..HeadBucketOutput::default() })
    }

    pub(super) async fn get_bucket_location(
        &self,
        request: S3Request<GetBucketLocationInput>,
    ) -> Answer<GetBucketLocationOutput> {
        let input = request.input;
        let bucket = self.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
        let elsewhere = bucket.region != US_EAST_1;
        ok(GetBucketLocationOutput {
            location_constraint: elsewhere.then(|| BucketLocationConstraint::from(bucket.region)),
        })
    }

    pub(super) async fn list_buckets(
        &self,
        request: S3Request<ListBucketsInput>,
    ) -> Answer<ListBucketsOutput> {
        let caller = caller(&request).cloned().ok_or_else(access_denied)?;
        let input = request.input;
        let limit = input.max_buckets.unwrap_or(BUCKETS_PAGE_MAX);
        if !(1..=BUCKETS_PAGE_MAX).contains(&limit) {
            return Err(invalid_argument("Argument max-buckets must be an integer between 1 and 10000"));
        }
        let limit = usize::try_from(limit).unwrap_or(1);
        let prefix = input.prefix.clone().unwrap_or_default();
        let after = input.continuation_token.as_deref().map(super::list::position_of).transpose()?;
        let after = after.unwrap_or_default();
        let mut found =
            self.store.buckets(&caller.account, &prefix, &after, limit + 1).await.map_err(answer)?;
        let truncated = found.len() > limit;
        found.truncate(limit);
        let paged = input.max_buckets.is_some();
        let next =
            found.last().filter(|_last| truncated && paged).map(|last| super::list::token_for(&last.name));
        if let Some(region) = &input.bucket_region {
            found.retain(|bucket| bucket.region == *region);
        }
        let buckets = found.into_iter().map(|bucket| Bucket {
            bucket_region: paged.then_some(bucket.region),
            creation_date: Some(timestamp(bucket.created_ms)),
            name: Some(bucket.name),
        });
        ok(ListBucketsOutput {
            buckets: Some(buckets.collect()),
            continuation_token: next,
            owner: Some(Owner { display_name: None, id: Some(caller.canonical_id) }),
            prefix: input.prefix,
        })
    }
}

/// Decides a new bucket's Region from the constraint and the Region that the request was signed for.
fn region_for(constraint: Option<&str>, caller: &Caller) -> S3Result<String> {
    let constraint = constraint.filter(|constraint| !constraint.is_empty());
    let elsewhere = caller.region != US_EAST_1;
    match constraint {
        None if elsewhere => Err(refuse(
            S3ErrorCode::IllegalLocationConstraintException,
            "The unspecified location constraint is incompatible for the region specific endpoint this request was sent to.",
        )),
        None => Ok(US_EAST_1.to_owned()),
        Some("EU") => Ok("eu-west-1".to_owned()),
        Some(region) if region == US_EAST_1 || region.parse::<Region>().is_err() || !region.contains('-') => {
            Err(refuse(
                S3ErrorCode::InvalidLocationConstraint,
                "The specified location-constraint is not valid",
            ))
        }
        Some(region) if elsewhere && region != caller.region => Err(s3s::S3Error::with_message(
            S3ErrorCode::IllegalLocationConstraintException,
            format!(
                "The {region} location constraint is incompatible for the region specific endpoint this request was sent to."
            ),
        )),
        Some(region) => Ok(region.to_owned()),
    }
}

fn has_grants(input: &CreateBucketInput) -> bool {
    [
        &input.grant_full_control,
        &input.grant_read,
        &input.grant_read_acp,
        &input.grant_write,
        &input.grant_write_acp,
    ]
    .into_iter()
    .any(Option::is_some)
}

fn check_bucket_acl(acl: Option<&BucketCannedACL>, grants: bool) -> S3Result<()> {
    if grants || acl.is_some_and(|acl| acl.as_str() != BucketCannedACL::PRIVATE) {
        return Err(refuse(
            S3ErrorCode::InvalidBucketAclWithObjectOwnership,
            "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
        ));
    }
    Ok(())
}

/// Says whether S3 keeps a name of this form for itself (bucket naming rules of the user guide).
fn is_reserved(name: &str) -> bool {
    let prefixes = ["xn--", "sthree-"];
    let suffixes = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];
    prefixes.iter().any(|prefix| name.starts_with(prefix))
        || suffixes.iter().any(|suffix| name.ends_with(suffix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions() {
        let check = |constraint: Option<&str>, signed_for: &str, expected: Result<&str, &str>| {
            let caller = Caller {
                account: "123456789012".into(),
                arn: String::new(),
                canonical_id: String::new(),
                region: signed_for.into(),
            };
            let found = region_for(constraint, &caller);
            let found = found.as_deref().map_err(|error| error.code().as_str());
            assert_eq!(found, expected, "{constraint:?} {signed_for}");
        };
        check(None, "us-east-1", Ok("us-east-1"));
        check(None, "eu-west-1", Err("IllegalLocationConstraintException"));
        check(Some("eu-west-1"), "eu-west-1", Ok("eu-west-1"));
        check(Some("eu-west-1"), "us-east-1", Ok("eu-west-1"));
        check(Some("eu-west-1"), "eu-west-2", Err("IllegalLocationConstraintException"));
        check(Some("us-east-1"), "us-east-1", Err("InvalidLocationConstraint"));
        check(Some("nowhere"), "us-east-1", Err("InvalidLocationConstraint"));
        check(Some("EU"), "us-east-1", Ok("eu-west-1"));
    }
}
