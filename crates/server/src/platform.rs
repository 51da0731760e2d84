//! What control and delivery need of the built-in S3: bucket checks and log files, both in CloudTrail's
//! name and both recorded.

use std::error::Error;
use std::sync::Arc;

use async_trait::async_trait;
use cairn_access::{
    CLOUDTRAIL_SERVICE, Caller, DeliveryTarget, Policy, PolicyKind, bucket_policy_allows_delivery,
};
use cairn_capture::{Captured, Exchange, Request, Response, ServiceCall};
use cairn_catalog::{Catalog, LiveTrail, Trail};
use cairn_control::{BucketVerdict, DeliveredFiles, DeliveryCheck, KeyCheck, KeyVerdict, LogGroupVerdict, Platform};
use cairn_delivery::{Folder, LogBucket, LogFilePut, Put, PutError};
use cairn_event::{AccountId, Clock, Ids, Origin, Region};
use cairn_intake::{Draft, Intake};
use cairn_journal::Reader;
use cairn_s3::{Bucket, Deposit, EncryptionWish, NoKms, ObjectMetadata, ObjectStore, StoreError};
use cairn_wire::s3::{Resolver, Seen};

use crate::log_groups::RoleLogGroups;

/// CloudTrail as a caller of the built-in S3.
pub(crate) struct ServiceCaller {
    pub(crate) catalog: Arc<dyn Catalog>,
    pub(crate) store: Arc<ObjectStore>,
use crate::service_keys::ServiceKeys;
    pub(crate) resolver: Resolver,
    pub(crate) journal: Arc<dyn Reader>,
    pub(crate) log_groups: Arc<RoleLogGroups>,
    pub(crate) intake: Arc<Intake>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn Ids>,
}

/// A call that CloudTrail made, for its record.
pub(crate) struct OwnCall<'a> {
    pub(crate) method: &'a str,
    pub(crate) keys: Arc<ServiceKeys>,
    pub(crate) path: String,
    pub(crate) query: &'a str,
    pub(crate) account: AccountId,
    pub(crate) region: &'a Region,
    pub(crate) owner: Option<AccountId>,
    pub(crate) status: u16,
    pub(crate) error: Option<&'a str>,
    pub(crate) body_bytes: u64,
    pub(crate) origin: Origin,
}

#[async_trait]
impl Platform for ServiceCaller {
    fn next_position(&self) -> u64 {
        self.journal.tail()
    }

    async fn check_delivery(&self, check: DeliveryCheck<'_>) -> BucketVerdict {
        let bucket = match self.store.bucket(check.bucket).await {
            Ok(bucket) => bucket,
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "bucket could not be read");
                None
            }
        };
        let verdict = match &bucket {
            None => BucketVerdict::Missing,
            Some(bucket) => match allowed(bucket, check.account, check.trail_arn, place(&check)) {
                true => BucketVerdict::Allowed,
                false => BucketVerdict::Denied,
            },
        };
        let (status, error) = match verdict {
            BucketVerdict::Allowed => (200, None),
            BucketVerdict::Missing => (404, Some("NoSuchBucket")),
            BucketVerdict::Denied => (403, Some("AccessDenied")),
        };
        self.record(OwnCall {
            method: "GET",
            path: format!("/{}", check.bucket),
            query: "acl",
            account: check.account,
            region: check.region,
            owner: owner(bucket.as_ref()),
            status,
            error,
            body_bytes: 0,
            origin: Origin::Call,
        })
        .await;
        verdict
    }

    async fn begin_aggregation(&self, trail: &LiveTrail) -> Result<(), Box<dyn Error + Send + Sync>> {
        Ok(cairn_delivery::begin_aggregation(&*self.catalog, trail.id(), self.journal.tail()).await?)
    }

    async fn check_log_group(&self, trail: &Trail) -> LogGroupVerdict {
        self.log_groups.check(trail).await
    }

    async fn begin_log_group(&self, trail: &LiveTrail) -> Result<(), Box<dyn Error + Send + Sync>> {
        Ok(cairn_stream::begin_log_group(&*self.catalog, trail.id(), self.journal.tail()).await?)
    }
    async fn check_key(&self, check: KeyCheck<'_>) -> KeyVerdict {
        let bucket = match self.store.bucket(&check.trail.s3_bucket).await {
            Ok(Some(bucket)) => bucket,
            Ok(None) | Err(_) => return KeyVerdict::Missing,
        };
        self.keys.check(check, &bucket.region).await
    }


    async fn hold_delivery(&self, trail: &LiveTrail) -> Result<(), Box<dyn Error + Send + Sync>> {
        cairn_stream::enroll_log_group(&*self.catalog, trail).await?;
        cairn_delivery::enroll(&*self.catalog, trail).await?;
        Ok(cairn_tlog::enroll(&*self.catalog, trail).await?)
    }
}

#[async_trait]
impl LogBucket for ServiceCaller {
    async fn put_once(&self, put: LogFilePut<'_>) -> Result<Put, PutError> {
        let trail: &Trail = put.trail;
        let refused = |code: &str| PutError::Refused { code: code.to_owned() };
        let found = self.store.bucket(&trail.s3_bucket).await.map_err(|error| refused(code(&error)))?;
        let bucket = found.ok_or_else(|| refused("NoSuchBucket"))?;
        if !allowed(&bucket, trail.account, &trail.arn, (trail.s3_prefix.as_deref(), put.folder)) {
            return Err(refused("AccessDenied"));
        }
        let body_bytes = put.body.len() as u64;
        let metadata = ObjectMetadata {
            content_type: Some("application/json".to_owned()),
            content_encoding: Some("gzip".to_owned()),
            user: put
                .metadata
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            ..ObjectMetadata::default()
        };
        let deposit = Deposit {
            bucket: &trail.s3_bucket,
            key: put.key,
            bytes: put.body,
            metadata,
            encryption: EncryptionWish::default(),
            keys: &NoKms,
        };
        let outcome = self.store.put_if_absent(deposit).await;
        let put_now = match outcome {
            Ok(cairn_s3::Put::Created(_)) => Put::Created,
            Ok(cairn_s3::Put::Identical(_)) => Put::AlreadyThere,
            Ok(cairn_s3::Put::Different(_)) => return Err(PutError::Different),
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "log file not written");
                return Err(refused(code(&error)));
            }
        };
        if put_now == Put::Created {
            self.record(OwnCall {
                method: "PUT",
                path: format!("/{}/{}", trail.s3_bucket, put.key),
                query: "",
                account: trail.account,
                region: &trail.home_region,
                owner: owner(Some(&bucket)),
                status: 200,
                error: None,
                body_bytes,
                origin: Origin::Delivery,
            })
            .await;
        }
        Ok(put_now)
    }
}

impl ServiceCaller {
    /// Records a call of CloudTrail's own. Delivery never waits for or fails by its own record: the file
    /// is in its bucket already.
    pub(crate) async fn record(&self, call: OwnCall<'_>) {
        let seen = Seen { method: call.method, path: &call.path, query: call.query, ..Seen::default() };
        let service_call = ServiceCall::S3(self.resolver.resolve(&seen));
        let body = call.error.map(|code| format!("<Error><Code>{code}</Code></Error>"));
        let acl: &[(&str, &[u8])] = match call.method {
            "PUT" => &[("x-amz-acl", b"bucket-owner-full-control")],
            _ => &[],
        };
        let record = cairn_capture::record(
            &Exchange {
                request: Request {
                    method: call.method,
                    path: &call.path,
                    query: call.query,
                    headers: acl,
                    body: Captured::Nothing,
                    body_bytes: call.body_bytes,
                },
                response: Response {
                    status: call.status,
                    headers: &[],
                    body: body.as_ref().map_or(Captured::Nothing, |body| Captured::Whole(body.as_bytes())),
                    body_bytes: 0,
                },
                caller: &Caller::service(CLOUDTRAIL_SERVICE),
                account_alias: None,
                region: call.region,
                recipient: call.account,
                resource_owner: call.owner,
                peer: None,
                tls: None,
                request_id: &self.ids.guid(),
                event_id: &self.ids.guid(),
                completed: self.clock.now(),
            },
            &service_call,
        );
        let draft = Draft {
            account: call.account,
            region: record.aws_region.clone(),
            origin: call.origin,
            event: record.to_bytes(),
            under: None,
        };
        if let Err(error) = self.intake.submit(draft).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "CloudTrail's own call not recorded");
        }
    }
}

impl std::fmt::Debug for ServiceCaller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServiceCaller").finish_non_exhaustive()
    }
}

/// Returns the prefix and the folder that a check is about.
fn place<'a>(check: &DeliveryCheck<'a>) -> (Option<&'a str>, Folder) {
    let folder = match check.files {
        DeliveredFiles::Logs => Folder::CloudTrail,
        DeliveredFiles::Insights => Folder::Insight,
    };
    (check.prefix, folder)
}

fn allowed(
    bucket: &Bucket,
    account: AccountId,
    trail_arn: &str,
    (prefix, folder): (Option<&str>, Folder),
) -> bool {
    let Ok(bucket_account) = bucket.owner.parse() else { return false };
    let policy = bucket.policy.as_deref().map(|text| Policy::parse(PolicyKind::Resource, text));
    let policy = match policy {
        Some(Ok(policy)) => Some(policy),
        Some(Err(_)) => return false,
        None => None,
    };
    let folder = folder.as_str();
    let target = DeliveryTarget { bucket: &bucket.name, bucket_account, prefix, account, trail_arn, folder };
    match bucket_policy_allows_delivery(policy.as_ref(), &target) {
        Ok(()) => true,
        Err(reason) => {
            tracing::debug!(bucket = %bucket.name, trail = trail_arn, %reason, "bucket refuses log files");
            false
        }
    }
}

pub(crate) fn owner(bucket: Option<&Bucket>) -> Option<AccountId> {
    bucket?.owner.parse().ok()
}

/// Returns the S3 code that GetTrailStatus shows for a store that failed.
pub(crate) fn code(error: &StoreError) -> &'static str {
    match error {
        StoreError::NoSuchBucket => "NoSuchBucket",
        StoreError::KeyTooLong => "KeyTooLongError",
        _ => "InternalError",
    }
}
