//! What control and delivery need of the built-in S3: bucket checks and log files, both in CloudTrail's
//! name and both recorded.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;

use async_trait::async_trait;
use cairn_access::{
    CLOUDTRAIL_SERVICE, Caller, DeliveryFolders, DeliveryTarget, Policy, PolicyKind, ServiceKey,
    bucket_policy_allows_delivery,
};
use cairn_capture::{Captured, Exchange, Request, Response, ServiceCall};
use cairn_catalog::{Catalog, Change, LiveTrail, Snapshot, Trail};
use cairn_control::{
    BucketVerdict, DeliveredFiles, DeliveryCheck, KeyCheck, KeyVerdict, LogGroupVerdict, Platform,
    TopicVerdict,
};
use cairn_delivery::{Folder, LogBucket, LogFilePut, Put, PutError};
use cairn_event::{AccountId, Clock, Ids, Origin, Region};
use cairn_iam::LinkedService;
use cairn_intake::{Draft, Intake};
use cairn_journal::Reader;
use cairn_s3::{
    Bucket, Deposit, Encryption, EncryptionWish, KeyRefused, ObjectMetadata, ObjectStore, StoreError,
    WishedKey,
};
use cairn_wire::s3::{Resolver, Seen};

use crate::authorize;
use crate::log_groups::RoleLogGroups;
use crate::object_keys::{ObjectKeys, ObjectUser};
use crate::outside::Outside;
use crate::service_keys::ServiceKeys;

/// CloudTrail as a caller of the built-in S3.
pub(crate) struct ServiceCaller {
    pub(crate) catalog: Arc<dyn Catalog>,
    pub(crate) store: Arc<ObjectStore>,
    pub(crate) resolver: Resolver,
    pub(crate) journal: Arc<dyn Reader>,
    pub(crate) log_groups: Arc<RoleLogGroups>,
    pub(crate) outside: Arc<Outside>,
    pub(crate) intake: Arc<Intake>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn Ids>,
    pub(crate) keys: Arc<ServiceKeys>,
}

/// A header of a call of CloudTrail.
type Header<'a> = (&'a str, &'a [u8]);

const SSE: &str = "x-amz-server-side-encryption";
const SSE_KEY: &str = "x-amz-server-side-encryption-aws-kms-key-id";

/// A call that CloudTrail made, for its record.
pub(crate) struct OwnCall<'a> {
    pub(crate) method: &'a str,
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

    fn permits(&self, caller: &cairn_control::Caller, action: &str) -> bool {
        let facts = caller.facts.clone().made_via(&[CLOUDTRAIL_SERVICE]);
        let (resource, facts) = match action.split_once(':') {
            Some(("iam", _)) => (
                LinkedService::CLOUDTRAIL.role_arn(caller.account),
                facts.of_service(ServiceKey::IamAwsServiceName, CLOUDTRAIL_SERVICE),
            ),
            _ => (
                "*".to_owned(),
                facts.of_service(ServiceKey::OrganizationsServicePrincipal, CLOUDTRAIL_SERVICE),
            ),
        };
        let asked = (action, resource.as_str(), caller.account);
        match authorize::decide(&caller.by, &self.catalog.current(), None, asked, facts) {
            Ok(decision) => decision.is_allowed(),
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a stored policy can't be read");
                false
            }
        }
    }

    fn service_linked_role(&self, snapshot: &Snapshot, account: AccountId, service: &str) -> Vec<Change> {
        let linked = LinkedService::find(service);
        linked
            .and_then(|linked| linked.linked(snapshot, account, &*self.ids, self.clock.now()))
            .into_iter()
            .collect()
    }

    async fn check_delivery(&self, check: DeliveryCheck<'_>) -> BucketVerdict {
        if let Some(verdict) = self.outside.check_bucket(&check).await {
            return verdict;
        }
        let bucket = match self.store.bucket(check.bucket).await {
            Ok(bucket) => bucket,
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "bucket could not be read");
                None
            }
        };
        let verdict = match &bucket {
            None => BucketVerdict::Missing,
            Some(bucket) => {
                let keys = folders(&check).probe_keys();
                let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
                match allowed(
                    &self.catalog.current(),
                    bucket,
                    (check.account, check.trail_arn, check.kms_key),
                    &keys,
                ) {
                    true => BucketVerdict::Allowed,
                    false => BucketVerdict::Denied,
                }
            }
        };
        let (status, error) = match verdict {
            BucketVerdict::Allowed => (200, None),
            BucketVerdict::Missing => (404, Some("NoSuchBucket")),
            BucketVerdict::Denied => (403, Some("AccessDenied")),
            BucketVerdict::Unclear => (503, Some("ServiceUnavailable")),
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

    async fn check_key(&self, check: KeyCheck<'_>) -> KeyVerdict {
        if let Some(verdict) = self.outside.check_key(&check).await {
            return verdict;
        }
        let bucket = match self.store.bucket(&check.trail.s3_bucket).await {
            Ok(Some(bucket)) => bucket,
            Ok(None) | Err(_) => return KeyVerdict::Missing,
        };
        self.keys.check(check, &bucket.region).await
    }

    async fn begin_aggregation(&self, trail: &LiveTrail) -> Result<(), Box<dyn Error + Send + Sync>> {
        Ok(cairn_delivery::begin_aggregation(&*self.catalog, trail.id(), self.journal.tail()).await?)
    }

    async fn check_log_group(&self, trail: &Trail, account: AccountId) -> LogGroupVerdict {
        self.log_groups.check(trail, account).await
    }

    async fn begin_log_group(&self, trail: &LiveTrail) -> Result<(), Box<dyn Error + Send + Sync>> {
        Ok(cairn_stream::begin_log_group(&*self.catalog, trail.id(), self.journal.tail()).await?)
    }

    async fn check_topic(&self, trail: &Trail) -> TopicVerdict {
        self.outside.check_topic(trail).await
    }

    async fn begin_notifications(&self, trail: &LiveTrail) -> Result<(), Box<dyn Error + Send + Sync>> {
        cairn_delivery::begin_notifications(&*self.catalog, trail).await
    }

    async fn hold_delivery(&self, trail: &LiveTrail) -> Result<(), Box<dyn Error + Send + Sync>> {
        cairn_stream::enroll_log_group(&*self.catalog, trail).await?;
        cairn_delivery::enroll(&*self.catalog, trail).await?;
        cairn_delivery::hold_notifications(&*self.catalog, trail).await?;
        Ok(cairn_tlog::enroll(&*self.catalog, trail).await?)
    }
}

#[async_trait]
impl LogBucket for ServiceCaller {
    async fn put_once(&self, put: LogFilePut<'_>) -> Result<Put, PutError> {
        let trail: &Trail = put.trail;
        let refused = |code: &str| PutError::Refused { code: code.to_owned() };
        let found = self.store.bucket(&trail.s3_bucket).await.map_err(|error| refused(&code(&error)))?;
        let bucket = found.ok_or_else(|| refused("NoSuchBucket"))?;
        let by = (trail.account, trail.arn.as_str(), trail.kms_key_id.as_deref());
        let mut facts = self.catalog.current();
        if authorize::has_left(trail, &facts) {
            facts = self.catalog.snapshot(put.revision).await.map_err(|error| {
                tracing::warn!(error = &error as &dyn std::error::Error, "log file not written");
                refused("InternalError")
            })?;
        }
        if !allowed(&facts, &bucket, by, &[put.key]) {
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
        let user = ObjectUser::CloudTrail { trail_arn: trail.arn.clone(), account: trail.account };
        let keys = ObjectKeys { keys: Arc::clone(&self.keys), user };
        let deposit = Deposit {
            bucket: &trail.s3_bucket,
            key: put.key,
            bytes: put.body,
            metadata,
            encryption: wish(trail),
            keys: &keys,
        };
        let outcome = self.store.put_if_absent(deposit).await;
        let created = match outcome {
            Ok(cairn_s3::Put::Created(object)) => object,
            Ok(cairn_s3::Put::Identical(_)) => return Ok(Put::AlreadyThere),
            Ok(cairn_s3::Put::Different(_)) => return Err(PutError::Different),
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "log file not written");
                return Err(refused(&code(&error)));
            }
        };
        let call = OwnCall {
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
        };
        self.record_put(call, &created.encryption, trail.kms_key_id.as_deref()).await;
        Ok(Put::Created)
    }
}

impl ServiceCaller {
    /// Records a call of CloudTrail's own. Delivery never waits for or fails by its own record: the file
    /// is in its bucket already.
    pub(crate) async fn record(&self, call: OwnCall<'_>) {
        let is_put = call.method == "PUT";
        let sent: &[Header<'_>] = if is_put { &[("x-amz-acl", b"bucket-owner-full-control")] } else { &[] };
        // What is put without a wish lies under the server's own key, as by default on AWS.
        let told: &[Header<'_>] = if is_put { &[(SSE, b"AES256")] } else { &[] };
        self.record_with(call, sent, told).await;
    }

    /// Records that CloudTrail put an object, and how it is encrypted: with the KMS key that it `asked` for, or
    /// as the bucket wants it.
    async fn record_put(&self, call: OwnCall<'_>, encryption: &Encryption, asked: Option<&str>) {
        let mut sent: Vec<Header<'_>> = vec![("x-amz-acl", b"bucket-owner-full-control")];
        if let Some(key) = asked {
            sent.extend([(SSE, b"aws:kms".as_slice()), (SSE_KEY, key.as_bytes())]);
        }
        let mut told: Vec<Header<'_>> = Vec::new();
        told.extend(encryption.algorithm().map(|algorithm| (SSE, algorithm.as_bytes())));
        told.extend(encryption.kms().map(|kms| (SSE_KEY, kms.key_arn.as_bytes())));
        self.record_with(call, &sent, &told).await;
    }

    async fn record_with(&self, call: OwnCall<'_>, sent: &[Header<'_>], told: &[Header<'_>]) {
        let seen = Seen { method: call.method, path: &call.path, query: call.query, ..Seen::default() };
        let service_call = ServiceCall::S3(self.resolver.resolve(&seen));
        let body = call.error.map(|code| format!("<Error><Code>{code}</Code></Error>"));
        let record = cairn_capture::record(
            &Exchange {
                request: Request {
                    method: call.method,
                    path: &call.path,
                    query: call.query,
                    headers: sent,
                    body: Captured::Nothing,
                    body_bytes: call.body_bytes,
                },
                response: Response {
                    status: call.status,
                    headers: told,
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
                remarks: &serde_json::Map::new(),
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

/// Returns the folders that a check is about.
fn folders<'a>(check: &DeliveryCheck<'a>) -> DeliveryFolders<'a> {
    let kind = match check.files {
        DeliveredFiles::Logs => Folder::CloudTrail,
        DeliveredFiles::Insights => Folder::Insight,
    };
    DeliveryFolders {
        prefix: check.prefix,
        account: check.account,
        organization: check.organization,
        kind: kind.as_str(),
        region: check.region.as_str(),
    }
}

fn allowed(
    snapshot: &Snapshot,
    bucket: &Bucket,
    (account, trail_arn, kms_key): (AccountId, &str, Option<&str>),
    keys: &[&str],
) -> bool {
    let Ok(bucket_account) = bucket.owner.parse() else { return false };
    let policy = bucket.policy.as_deref().map(|text| Policy::parse(PolicyKind::Resource, text));
    let policy = match policy {
        Some(Ok(policy)) => Some(policy),
        Some(Err(_)) => return false,
        None => None,
    };
    let facts = authorize::facts_of_delivery(snapshot, account, bucket_account);
    let facts = Some(&facts);
    let target = DeliveryTarget { bucket: &bucket.name, bucket_account, account, trail_arn, kms_key, facts };
    match bucket_policy_allows_delivery(policy.as_ref(), &target, keys) {
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
pub(crate) fn code(error: &StoreError) -> String {
    match error {
        StoreError::NoSuchBucket => "NoSuchBucket".to_owned(),
        StoreError::KeyTooLong => "KeyTooLongError".to_owned(),
        StoreError::KeyRefused(KeyRefused::Denied { .. }) => "AccessDenied".to_owned(),
        StoreError::KeyRefused(KeyRefused::Refused { code, .. }) => format!("KMS.{code}"),
        StoreError::KeyRefused(KeyRefused::Unavailable) => "ServiceUnavailable".to_owned(),
        _ => "InternalError".to_owned(),
    }
}

/// How a trail wants its files encrypted: with its KMS key, else as its bucket does.
fn wish(trail: &Trail) -> EncryptionWish {
    let key = trail.kms_key_id.clone().map(|key_id| WishedKey::Kms {
        key_id: Some(key_id),
        context: BTreeMap::from([("aws:cloudtrail:arn".to_owned(), trail.arn.clone())]),
    });
    EncryptionWish { key, bucket_key: None }
}
