//! Where a trail's bucket, key and topic are not the built-in ones: what CreateTrail and UpdateTrail ask of them.
//!
//! Calls there are signed with the endpoint's credentials and are the business of whoever records calls there:
//! they become no events here.

use std::collections::BTreeMap;
use std::sync::Arc;

use cairn_access::{Policy, PolicyKind, TopicTarget, topic_policy_allows_publish};
use cairn_aws::{BucketAnswer, Buckets, Connections, FilesFolder, KeyAnswer, KmsKeys, TopicAnswer, Topics};
use cairn_catalog::{Catalog, Trail};
use cairn_control::{BucketVerdict, DeliveredFiles, DeliveryCheck, KeyCheck, KeyVerdict, TopicVerdict};
use cairn_delivery::{Folder, LogBucket, Notifier};
use cairn_event::{AccountId, Arn, Clock};
use cairn_tlog::TileStore;
use tokio_util::sync::CancellationToken;

use crate::platform::ServiceCaller;
use crate::tile_store::BuiltInTiles;

/// The destinations that the settings place elsewhere.
#[derive(Debug)]
pub(crate) struct Outside {
    /// None: the built-in S3.
    buckets: Option<Arc<Buckets>>,
    /// None: there are no topics.
    topics: Option<Arc<Topics>>,
    keys: Option<KmsKeys>,
}

impl Outside {
    /// Takes what is configured; nobody is called yet.
    pub(crate) fn new(connections: &Arc<Connections>) -> Self {
        let endpoints = connections.endpoints();
        let shared = || Arc::clone(connections);
        Self {
            buckets: endpoints.s3.as_ref().map(|_| Arc::new(Buckets::new(shared()))),
            topics: endpoints.sns.as_ref().map(|_| Arc::new(Topics::new(shared()))),
            keys: endpoints.kms.as_ref().map(|_| KmsKeys::new(shared())),
        }
    }

    /// Returns where files are delivered.
    pub(crate) fn log_bucket(&self, built_in: &Arc<ServiceCaller>) -> Arc<dyn LogBucket> {
        match &self.buckets {
            Some(buckets) => Arc::clone(buckets) as Arc<dyn LogBucket>,
            None => Arc::clone(built_in) as Arc<dyn LogBucket>,
        }
    }

    /// Returns the buckets that all trails deliver to, where those are not the built-in S3's.
    pub(crate) fn buckets(&self) -> Option<&Arc<Buckets>> {
        self.buckets.as_ref()
    }

    /// Returns where transparency logs are kept.
    pub(crate) fn tile_store(&self, built_in: &Arc<ServiceCaller>) -> Arc<dyn TileStore> {
        match &self.buckets {
            Some(buckets) => Arc::clone(buckets) as Arc<dyn TileStore>,
            None => Arc::new(BuiltInTiles(Arc::clone(built_in))),
        }
    }

    /// Returns what tells topics of files; none where there are no topics.
    pub(crate) fn notifier(
        &self,
        catalog: &Arc<dyn Catalog>,
        clock: &Arc<dyn Clock>,
    ) -> Option<Arc<Notifier>> {
        let topics = Arc::clone(self.topics.as_ref()?);
        Some(Arc::new(Notifier::new(Arc::clone(catalog), topics, Arc::clone(clock))))
    }

    /// Asks the buckets of all trails, at start, whether they take files and what their store can do, until
    /// `stop`. The log says what is missing.
    pub(crate) async fn probe(self: Arc<Self>, catalog: Arc<dyn Catalog>, stop: CancellationToken) {
        let Some(buckets) = &self.buckets else { return };
        let snapshot = catalog.current();
        let trails: BTreeMap<&str, &Trail> =
            snapshot.trails().map(|trail| (trail.s3_bucket.as_str(), trail.trail())).collect();
        for (bucket, trail) in trails {
            let asked = tokio::select! {
                () = stop.cancelled() => return,
                asked = buckets.probe(trail) => asked,
            };
            if let Err(code) = asked {
                tracing::warn!(bucket, code, "a trail's bucket takes no files now");
            }
        }
    }

    /// Asks whether a bucket takes a trail's files; `None` where buckets are the built-in S3's.
    pub(crate) async fn check_bucket(&self, check: &DeliveryCheck<'_>) -> Option<BucketVerdict> {
        let buckets = self.buckets.as_ref()?;
        let folder = match check.files {
            DeliveredFiles::Logs => Folder::CloudTrail,
            DeliveredFiles::Insights => Folder::Insight,
        };
        let DeliveryCheck { prefix, organization, account, .. } = *check;
        let place = FilesFolder { prefix, organization, account, folder };
        Some(match buckets.check(check.bucket, check.region, place, None).await {
            BucketAnswer::Takes => BucketVerdict::Allowed,
            BucketAnswer::Missing => BucketVerdict::Missing,
            BucketAnswer::Denied => BucketVerdict::Denied,
            BucketAnswer::Unclear(code) => {
                tracing::warn!(bucket = check.bucket, code, "bucket could not be asked");
                BucketVerdict::Unclear
            }
        })
    }

    /// Asks whether the store encrypts a trail's files with a key; `None` where buckets are the built-in S3's.
    /// The store is asked to do it. Without a KMS endpoint only the key's ARN or id says which one is meant.
    pub(crate) async fn check_key(&self, check: &KeyCheck<'_>) -> Option<KeyVerdict> {
        let buckets = self.buckets.as_ref()?;
        let arn = match &self.keys {
            Some(keys) => match keys.find(check.region, check.key).await {
                KeyAnswer::Enabled { arn } => arn,
                KeyAnswer::Unusable { reason } => return Some(KeyVerdict::Unusable { reason }),
                KeyAnswer::Missing => return Some(KeyVerdict::Missing),
                KeyAnswer::Unclear(code) => {
                    return Some(KeyVerdict::Unusable { reason: format!("KMS answered {code}.") });
                }
            },
            None if check.key.starts_with("alias/") || check.key.contains(":alias/") => {
                return Some(KeyVerdict::Missing);
            }
            None if check.key.starts_with("arn:") => check.key.to_owned(),
            None => format!("arn:aws:kms:{}:{}:key/{}", check.region, check.trail.account, check.key),
        };
        let trail = check.trail;
        let (prefix, organization) = (trail.s3_prefix.as_deref(), trail.organization.as_deref());
        let (account, folder) = (trail.account, Folder::CloudTrail);
        let place = FilesFolder { prefix, organization, account, folder };
        Some(match buckets.check(&trail.s3_bucket, check.region, place, Some(&arn)).await {
            BucketAnswer::Takes => KeyVerdict::Allowed { arn },
            BucketAnswer::Missing | BucketAnswer::Denied => KeyVerdict::Denied { arn },
            BucketAnswer::Unclear(code) if code.contains("NotFound") => KeyVerdict::Missing,
            BucketAnswer::Unclear(code) => {
                KeyVerdict::Unusable { reason: format!("the bucket answered {code}.") }
            }
        })
    }

    /// Asks whether a trail's topic is there and its policy lets CloudTrail publish. The policy is judged here,
    /// at AWS as elsewhere: our credentials may be allowed more than CloudTrail is.
    pub(crate) async fn check_topic(&self, trail: &Trail) -> TopicVerdict {
        let (Some(topics), Some(topic_arn)) = (&self.topics, trail.sns_topic_arn()) else {
            return TopicVerdict::Insufficient;
        };
        let policy = match topics.policy(&topic_arn).await {
            TopicAnswer::Found { policy } => policy,
            TopicAnswer::Missing => return TopicVerdict::Insufficient,
            TopicAnswer::Unclear(code) => {
                tracing::warn!(topic = topic_arn, code, "topic could not be asked");
                return TopicVerdict::Unclear;
            }
        };
        match policy.is_some_and(|policy| allows(&policy, &topic_arn, trail)) {
            true => TopicVerdict::Allowed,
            false => TopicVerdict::Insufficient,
        }
    }
}

fn allows(policy: &str, topic_arn: &str, trail: &Trail) -> bool {
    let owner: Option<AccountId> = Arn::parse(topic_arn).ok().and_then(|arn| arn.account.parse().ok());
    let Some(topic_account) = owner else { return false };
    match Policy::parse(PolicyKind::Resource, policy) {
        Ok(policy) => {
            let (account, trail_arn) = (trail.account, trail.arn.as_str());
            topic_policy_allows_publish(
                &policy,
                &TopicTarget { topic_arn, topic_account, account, trail_arn },
            )
        }
        Err(error) => {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(topic = topic_arn, error, "topic's policy could not be read");
            false
        }
    }
}
