//! From a decision to a digest in its bucket: plan, make, put, move the head.

use cairn_catalog::{DeliveryKind, Revision, Trail};
use cairn_digest::Previous;
use jiff::Timestamp;

use super::chain::{Chain, ChainId, Kind, Phase, Plan};
use super::error::DigestError;
use super::file::{self, DigestFile, Named};
use super::notice::StoredChain;
use super::trail::{Step, TrailDigests};
use crate::bucket::{LogFilePut, PutError};
use crate::log_file::Folder;
use crate::telemetry;

/// How long after a chain's end its last digests are tried: what CloudTrail says of buckets that refuse.
const GIVE_UP_S: i64 = 30 * 86_400;

impl TrailDigests {
    /// Plans a digest where the trail delivers now.
    pub(super) async fn plan(
        &self,
        stored: &StoredChain,
        kind: Kind,
        end_s: i64,
        upto: u64,
    ) -> Result<Plan, DigestError> {
        let (trail, _) = self.trail_of(stored).await?;
        let signed_at = match kind {
            Kind::Regular | Kind::Final => end_s,
            Kind::Backfill { generated_s } => generated_s,
        };
        let signed_at = Timestamp::from_second(signed_at).unwrap_or(Timestamp::MAX);
        let fingerprint = self.shared.digests.keys.valid_at(&stored.id.region, signed_at).await?;
        let named = Named { id: &stored.id, trail: &trail };
        let after = match kind {
            Kind::Regular | Kind::Final => stored.chain.covered,
            Kind::Backfill { .. } => stored.chain.covered.max(stored.chain.backfilled),
        };
        let key = file::object_key(named, kind, end_s);
        let Trail { s3_bucket: bucket, s3_prefix: prefix, .. } = trail;
        Ok(Plan { kind, after, upto, end_s, bucket, prefix, key, fingerprint })
    }

    /// Commits a plan; `None` when the chain changed meanwhile.
    pub(super) async fn store_plan(
        &mut self,
        mut stored: StoredChain,
        plan: Plan,
    ) -> Result<Option<StoredChain>, DigestError> {
        stored.chain.plan = Some(plan);
        let (version, chain) = (stored.version, stored.chain.clone());
        let is_set = self.set(&stored.id, Some(version), chain).await?;
        stored.version += 1;
        Ok(is_set.then_some(stored))
    }

    /// Stores a chain and remembers it. False when somebody else was faster: it will be read again.
    pub(super) async fn set(
        &mut self,
        id: &ChainId,
        expected: Option<u64>,
        chain: Chain,
    ) -> Result<bool, DigestError> {
        let is_set = self.shared.digests.notice.set(id, expected, &chain).await?;
        if is_set {
            let version = expected.unwrap_or_default() + 1;
            self.table.take(StoredChain { id: id.clone(), version, chain });
        } else {
            self.table.doubt();
        }
        Ok(is_set)
    }

    /// Puts the planned digest and moves the chain's head past it.
    pub(super) async fn perform(&mut self, stored: StoredChain, plan: Plan) -> Result<Step, DigestError> {
        let digest = self.make(&stored, &plan).await?;
        let (mut trail, revision) = self.trail_of(&stored).await?;
        let key = file::object_key(Named { id: &stored.id, trail: &trail }, plan.kind, plan.end_s);
        let moved = (&trail.s3_bucket, &key) != (&plan.bucket, &plan.key);
        (trail.s3_bucket, trail.s3_prefix) = (plan.bucket.clone(), plan.prefix.clone());
        let metadata: Vec<(&str, &str)> =
            digest.metadata.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let put = LogFilePut {
            trail: &trail,
            revision,
            region: &stored.id.region,
            folder: Folder::Digest,
            key: &plan.key,
            body: digest.body,
            metadata: &metadata,
        };
        match self.shared.bucket.put_once(put).await {
            Ok(_) => self.advance(stored, &plan, digest.link).await,
            Err(PutError::Refused { code }) if moved => {
                let (from, to) = (&plan.bucket, &self.trail.arn);
                tracing::warn!(trail = %to, bucket = %from, code, "digest planned anew: its trail has moved");
                let chain = Chain { plan: None, ..stored.chain.clone() };
                self.set(&stored.id, Some(stored.version), chain).await?;
                Ok(Step::Again)
            }
            Err(PutError::Refused { code }) if self.is_given_up(&stored.chain) => {
                self.give_up(stored, &code).await
            }
            Err(PutError::Different) => self.evade(stored, plan).await,
            Err(error) => Err(error.into()),
        }
    }

    /// Ends a digest a second later, because something else lies under its key: another life of the trail
    /// had a digest that ended then, or somebody put it there. Nothing is overwritten.
    async fn evade(&mut self, stored: StoredChain, plan: Plan) -> Result<Step, DigestError> {
        tracing::warn!(trail = %self.trail.arn, bucket = %plan.bucket, key = %plan.key, "other bytes lie under a digest's key");
        let plan = self.plan(&stored, plan.kind, plan.end_s.saturating_add(1), plan.upto).await?;
        self.store_plan(stored, plan).await?;
        Ok(Step::Again)
    }

    /// Whether the chain has ended so long ago that its last digests are not tried any more.
    fn is_given_up(&self, chain: &Chain) -> bool {
        let now_s = self.shared.clock.now().as_second();
        matches!(chain.phase, Phase::Ending { since_s, .. } if now_s.saturating_sub(since_s) > GIVE_UP_S)
    }

    async fn give_up(&mut self, stored: StoredChain, code: &str) -> Result<Step, DigestError> {
        let (trail, account, region) = (&self.trail.arn, stored.id.account, &stored.id.region);
        tracing::error!(%trail, %account, %region, code, "final digest given up: its bucket has refused it for 30 days");
        let mut chain = stored.chain.clone();
        chain.give_up();
        self.set(&stored.id, Some(stored.version), chain).await?;
        Ok(Step::Again)
    }

    async fn advance(
        &mut self,
        mut stored: StoredChain,
        plan: &Plan,
        link: Previous,
    ) -> Result<Step, DigestError> {
        stored.chain.advance(plan, link);
        if self.set(&stored.id, Some(stored.version), stored.chain.clone()).await? {
            telemetry::digest_delivered(&self.trail.arn);
            let (account, region) = (stored.id.account, &stored.id.region);
            tracing::debug!(trail = %self.trail.arn, %account, %region, key = %plan.key, "digest delivered");
            let (now, kind) = (self.shared.clock.now(), DeliveryKind::Digests);
            let catalog = &self.shared.catalog;
            catalog.record_delivery_success(&self.trail, (account, region), kind, now).await?;
        }
        Ok(Step::Again)
    }

    async fn make(&self, stored: &StoredChain, plan: &Plan) -> Result<DigestFile, DigestError> {
        let receipts = self.ledger.of_plan(stored, plan).await?;
        let key = self.shared.digests.keys.open(&stored.id.region, &plan.fingerprint)?;
        let (stored, plan) = (stored.clone(), plan.clone());
        let making = move || file::make(&stored.id, &stored.chain, &plan, &receipts, &key);
        Ok(tokio::task::spawn_blocking(making).await??)
    }

    /// Returns the trail as it is, or as it was before it ended, and the revision that says so. For an account that
    /// it no longer covers, files lie where they did: an organization trail may have become an ordinary one.
    async fn trail_of(&self, stored: &StoredChain) -> Result<(Trail, Revision), DigestError> {
        let catalog = &self.shared.catalog;
        let snapshot = catalog.current();
        let live = snapshot.trail(&self.trail.arn).filter(|trail| *trail.id() == self.trail);
        if let Some(live) = live.filter(|live| snapshot.covers(live, stored.id.account)) {
            return Ok((live.trail().clone(), snapshot.revision()));
        }
        let before = match &stored.chain.phase {
            Phase::Ending { revision, .. } => {
                let before = catalog.snapshot(*revision).await?;
                before.trail(&self.trail.arn).map(|trail| (trail.trail().clone(), *revision))
            }
            Phase::Active | Phase::Ended => None,
        };
        match (live, before) {
            (None, before) => before.ok_or(DigestError::Gone),
            (Some(live), None) => Ok((live.trail().clone(), snapshot.revision())),
            (Some(live), Some((before, revision))) => {
                Ok((Trail { organization: before.organization, ..live.trail().clone() }, revision))
            }
        }
    }
}
