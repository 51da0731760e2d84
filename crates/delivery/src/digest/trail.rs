//! The digests of one trail: read the chains, decide, plan, put, move the heads.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use cairn_catalog::{Delivered, DeliveryKind, ReceiptQuery, SnapshotError, StoreError, Trail, TrailId};
use cairn_event::Region;
use cairn_intake::IntakeError;
use cairn_journal::Position;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::chain::{Chain, ChainId, Kind, Phase, Plan};
use super::file::{self, DigestFile, MakeError, Named};
use super::notice::{NoticeError, StoredChain};
use super::schedule::{Backlog, Decision, Facts, Pending, SETTLE_S, Window, decide};
use crate::bucket::{LogFilePut, PutError};
use crate::log_file::Folder;
use crate::product::{DONE, Product};
use crate::service::Delivery;
use crate::signing_keys::SigningKeyError;
use crate::telemetry;

/// The pause after a failure: the first, and the longest it grows to.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));

/// A sleeping task looks around at least this often.
const WAKE: Duration = Duration::from_secs(5);

/// How often a task looks whether log files have come to the end of an ending chain.
const ENDING_WAKE: Duration = Duration::from_millis(500);

/// The task of one trail's digests.
#[derive(Debug)]
pub(crate) struct TrailDigests {
    shared: Arc<Delivery>,
    trail: TrailId,
    /// Every receipt up to this number has a chain.
    seen: Option<u64>,
    /// Where the journal ended when everything before an end, noticed at that second, was in it.
    ends: BTreeMap<i64, Position>,
}

/// What a look at all chains came to.
#[derive(Debug, Default)]
pub(crate) struct Round {
    /// Digests that were put, or plans that were changed.
    pub(crate) steps: usize,
    /// Chains that go on.
    pub(crate) open: usize,
    /// How long to wait, at most.
    pub(crate) wait: Option<Duration>,
    pub(crate) failures: Vec<(Region, DigestError)>,
}

/// A digest can't be put for now; its chain stays where it is.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DigestError {
    #[error("keep a digest chain")]
    Chain(#[from] NoticeError),
    #[error("read the ledger")]
    Store(#[from] StoreError),
    #[error("read what the trail was")]
    Snapshot(#[from] SnapshotError),
    #[error("find the trail: it is gone, and its end not yet noticed")]
    Gone,
    #[error("find the journal's end")]
    Intake(#[from] IntakeError),
    #[error("find a key")]
    Key(#[from] SigningKeyError),
    #[error("make the digest")]
    Make(#[from] MakeError),
    #[error("put the digest")]
    Put(#[from] PutError),
    #[error("wait for a working thread")]
    Thread(#[from] tokio::task::JoinError),
}

enum Step {
    Again,
    Wait(Option<Duration>),
}

impl TrailDigests {
    pub(crate) fn new(shared: Arc<Delivery>, trail: TrailId) -> Self {
        Self { shared, trail, seen: None, ends: BTreeMap::new() }
    }

    /// Puts digests until `stop`, or until every chain has ended.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        let mut pause = BACKOFF.0;
        let mut noticed = self.shared.digests.notice.subscribe();
        while !stop.is_cancelled() {
            noticed.mark_unchanged();
            let round = self.round(&stop).await.unwrap_or_else(|(region, error)| Round {
                open: 1,
                failures: vec![(region, error)],
                ..Round::default()
            });
            if round.open == 0 {
                return;
            }
            let wait = if round.failures.is_empty() {
                pause = BACKOFF.0;
                if round.steps > 0 {
                    continue;
                }
                round.wait.unwrap_or(WAKE).min(WAKE)
            } else {
                self.report(&round.failures).await;
                let wait = pause;
                pause = (pause * 2).min(BACKOFF.1);
                wait
            };
            tokio::select! {
                () = stop.cancelled() => {}
                _ = noticed.changed() => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// Lets every chain take one step. A Region that fails does not hold up the others.
    pub(crate) async fn round(&mut self, stop: &CancellationToken) -> Result<Round, (Region, DigestError)> {
        let at_home = |error| (home_of(&self.trail), error);
        let notice = &self.shared.digests.notice;
        let mut chains = notice.of_trail(&self.trail).await.map_err(|error| at_home(error.into()))?;
        let seen = match self.discover(&chains).await {
            Ok((seen, found)) => {
                self.seen = Some(seen);
                if found {
                    let notice = &self.shared.digests.notice;
                    chains = notice.of_trail(&self.trail).await.map_err(|error| at_home(error.into()))?;
                }
                seen
            }
            Err(error) => return Err(at_home(error)),
        };
        let mut round = Round::default();
        let mut lag_s = 0;
        for stored in chains.into_iter().filter(|stored| !stored.chain.is_ended()) {
            if stop.is_cancelled() {
                break;
            }
            round.open += 1;
            lag_s = lag_s.max(self.lag_s(&stored.chain));
            let region = stored.id.region.clone();
            match self.step(stored, seen).await {
                Ok(Step::Again) => round.steps += 1,
                Ok(Step::Wait(wait)) => round.wait = round.wait.into_iter().chain(wait).min(),
                Err(error) => round.failures.push((region, error)),
            }
        }
        telemetry::digest_lag(&self.trail.arn, lag_s);
        Ok(round)
    }

    /// Finds receipts of Regions that have no chain, because they are not enabled, and begins chains with
    /// them. Returns the number up to which every receipt has a chain, and whether there is a new one.
    async fn discover(&self, chains: &[StoredChain]) -> Result<(u64, bool), DigestError> {
        let last = self.shared.catalog.last_receipt().await?;
        let home = home_of(&self.trail);
        let Some(home) = chains.iter().find(|stored| stored.id.region == home && !stored.chain.is_ended())
        else {
            return Ok((last, false));
        };
        let after = self.seen.unwrap_or(home.chain.covered);
        if after >= last {
            return Ok((last, false));
        }
        let mut begun: BTreeMap<ChainId, u64> = BTreeMap::new();
        let query = ReceiptQuery { after: Some(after), ..ReceiptQuery::of(self.trail.clone()) };
        self.each_receipt(query, |delivered| {
            let (account, region) = (delivered.receipt.account, delivered.receipt.region.clone());
            let id = ChainId { trail: self.trail.clone(), account, region };
            if delivered.number <= last && !chains.iter().any(|stored| stored.id == id) {
                begun.entry(id).or_insert(delivered.number);
            }
            delivered.number < last
        })
        .await?;
        for (id, first) in &begun {
            let covered = home.chain.covered.min(first - 1);
            let mut chain = Chain::begin(home.chain.start_s, covered);
            chain.phase = home.chain.phase.clone();
            self.shared.digests.notice.set(id, None, &chain).await?;
            tracing::info!(trail = %id.trail.arn, region = %id.region, "digest chain of a Region that is not enabled");
        }
        Ok((last, !begun.is_empty()))
    }

    async fn step(&mut self, stored: StoredChain, seen: u64) -> Result<Step, DigestError> {
        if let Some(plan) = stored.chain.plan.clone() {
            return self.perform(stored, plan).await;
        }
        let (now, interval_s) = (self.shared.clock.now(), self.interval_s());
        let now_s = now.as_second();
        let window = Window::next(&stored.chain, now_s, interval_s);
        let backlog = self.backlog(&stored, window, seen).await?;
        let delivered = match stored.chain.phase {
            Phase::Ending { since_s, .. } => self.is_delivered(since_s, now).await?,
            Phase::Active | Phase::Ended => false,
        };
        let facts = Facts { now_s, interval_s, delivered, backlog: &backlog };
        let (kind, end_s, upto) = match decide(&stored.chain, facts) {
            Decision::Wait(due_s) => {
                let due = due_s.map(|due_s| {
                    let left_ms = due_s.saturating_mul(1_000).saturating_sub(now.as_millisecond());
                    Duration::from_millis(u64::try_from(left_ms).unwrap_or_default().max(1))
                });
                let is_ending = matches!(stored.chain.phase, Phase::Ending { .. });
                return Ok(Step::Wait(due.into_iter().chain(is_ending.then_some(ENDING_WAKE)).min()));
            }
            Decision::Regular { end_s, upto } => (Kind::Regular, end_s, upto),
            Decision::Final { end_s, upto } => (Kind::Final, end_s, upto),
            Decision::Backfill { end_s, upto } => (Kind::Backfill { generated_s: now_s }, end_s, upto),
        };
        let plan = self.plan(&stored, kind, end_s, upto).await?;
        match self.store_plan(stored, plan.clone()).await? {
            Some(stored) => self.perform(stored, plan).await,
            None => Ok(Step::Again),
        }
    }

    async fn plan(
        &self,
        stored: &StoredChain,
        kind: Kind,
        end_s: i64,
        upto: u64,
    ) -> Result<Plan, DigestError> {
        let trail = self.trail_of(&stored.chain).await?;
        let signed_at = match kind {
            Kind::Regular | Kind::Final => end_s,
            Kind::Backfill { generated_s } => generated_s,
        };
        let signed_at = Timestamp::from_second(signed_at).unwrap_or(Timestamp::MAX);
        let fingerprint = self.shared.digests.keys.valid_at(&stored.id.region, signed_at).await?;
        let named = Named {
            prefix: trail.s3_prefix.as_deref(),
            id: &stored.id,
            trail: (&trail.name, trail.home_region.as_str()),
        };
        let after = match kind {
            Kind::Regular | Kind::Final => stored.chain.covered,
            Kind::Backfill { .. } => stored.chain.covered.max(stored.chain.backfilled),
        };
        let key = file::object_key(named, kind, end_s);
        let (bucket, prefix) = (trail.s3_bucket.clone(), trail.s3_prefix.clone());
        Ok(Plan { kind, after, upto, end_s, bucket, prefix, key, fingerprint })
    }

    /// Commits a plan; `None` when the chain changed meanwhile.
    async fn store_plan(
        &self,
        mut stored: StoredChain,
        plan: Plan,
    ) -> Result<Option<StoredChain>, DigestError> {
        stored.chain.plan = Some(plan);
        let set = self.shared.digests.notice.set(&stored.id, Some(stored.version), &stored.chain).await?;
        stored.version += 1;
        Ok(set.then_some(stored))
    }

    /// Puts the planned digest and moves the chain's head past it.
    async fn perform(&mut self, stored: StoredChain, plan: Plan) -> Result<Step, DigestError> {
        let digest = self.make(&stored, &plan).await?;
        let mut trail = self.trail_of(&stored.chain).await?;
        let moved = (&trail.s3_bucket, &trail.s3_prefix) != (&plan.bucket, &plan.prefix);
        (trail.s3_bucket, trail.s3_prefix) = (plan.bucket.clone(), plan.prefix.clone());
        let metadata: Vec<(&str, &str)> =
            digest.metadata.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let put = LogFilePut {
            trail: &trail,
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
                self.shared.digests.notice.set(&stored.id, Some(stored.version), &chain).await?;
                Ok(Step::Again)
            }
            Err(PutError::Different) => self.evade(stored, plan).await,
            Err(error) => Err(error.into()),
        }
    }

    /// Ends a digest a second later, because something else lies under its key: another life of the trail
    /// had a digest that ended then, or somebody put it there. Nothing is overwritten.
    async fn evade(&self, stored: StoredChain, plan: Plan) -> Result<Step, DigestError> {
        tracing::warn!(trail = %self.trail.arn, bucket = %plan.bucket, key = %plan.key, "other bytes lie under a digest's key");
        let plan = self.plan(&stored, plan.kind, plan.end_s.saturating_add(1), plan.upto).await?;
        self.store_plan(stored, plan).await?;
        Ok(Step::Again)
    }

    async fn advance(
        &self,
        mut stored: StoredChain,
        plan: &Plan,
        link: cairn_digest::Previous,
    ) -> Result<Step, DigestError> {
        stored.chain.advance(plan, link);
        if self.shared.digests.notice.set(&stored.id, Some(stored.version), &stored.chain).await? {
            telemetry::digest_delivered(&self.trail.arn);
            tracing::debug!(trail = %self.trail.arn, region = %stored.id.region, key = %plan.key, "digest delivered");
            let (now, kind) = (self.shared.clock.now(), DeliveryKind::Digests);
            let (catalog, region) = (&self.shared.catalog, &stored.id.region);
            catalog.record_delivery_success(&self.trail, region, kind, now).await?;
        }
        Ok(Step::Again)
    }

    async fn make(&self, stored: &StoredChain, plan: &Plan) -> Result<DigestFile, DigestError> {
        let mut receipts = Vec::new();
        self.each_receipt(self.query(&stored.id, plan.after), |delivered| {
            let in_range = delivered.number <= plan.upto;
            let (account, holds) = (delivered.receipt.account, file::holds(plan, &stored.chain, &delivered));
            if in_range && holds && account == stored.id.account {
                receipts.push(delivered);
            }
            in_range
        })
        .await?;
        let key = self.shared.digests.keys.open(&stored.id.region, &plan.fingerprint)?;
        let (stored, plan) = (stored.clone(), plan.clone());
        let making = move || file::make(&stored.id, &stored.chain, &plan, &receipts, &key);
        Ok(tokio::task::spawn_blocking(making).await??)
    }

    /// Reads the receipts that no regular digest has, up to the first that was delivered after the window.
    async fn backlog(&self, stored: &StoredChain, window: Window, seen: u64) -> Result<Backlog, DigestError> {
        let mut backlog = Backlog::default();
        if stored.chain.covered >= seen {
            return Ok(backlog);
        }
        let end_ms = window.end_s.saturating_mul(1_000);
        self.each_receipt(self.query(&stored.id, stored.chain.covered), |delivered| {
            let one = Pending { number: delivered.number, at_ms: delivered.at.as_millisecond() };
            let is_seen = one.number <= seen;
            backlog.more = is_seen && one.at_ms >= end_ms;
            let goes_on = is_seen && !backlog.more;
            if goes_on && delivered.receipt.account == stored.id.account {
                backlog.pending.push(one);
            }
            goes_on
        })
        .await?;
        Ok(backlog)
    }

    fn query(&self, id: &ChainId, after: u64) -> ReceiptQuery {
        let region = Some(id.region.clone());
        ReceiptQuery { region, after: Some(after), ..ReceiptQuery::of(self.trail.clone()) }
    }

    /// Reads receipts page by page while `take` wants more.
    async fn each_receipt(
        &self,
        mut query: ReceiptQuery,
        mut take: impl FnMut(Delivered) -> bool,
    ) -> Result<(), StoreError> {
        loop {
            let page = self.shared.catalog.receipts(&query).await?;
            let is_last = page.len() < ReceiptQuery::PAGE_MAX as usize;
            query.after = page.last().map(|delivered| delivered.number);
            for delivered in page {
                if !take(delivered) {
                    return Ok(());
                }
            }
            if is_last {
                return Ok(());
            }
        }
    }

    /// Tells whether everything is delivered that was recorded before an end which was noticed at `since_s`:
    /// the call that ended it too, for its record is in the journal once the end has settled.
    async fn is_delivered(&mut self, since_s: i64, now: Timestamp) -> Result<bool, DigestError> {
        let position = match self.ends.get(&since_s) {
            Some(position) => *position,
            None if now.as_second() < since_s.saturating_add(SETTLE_S) => return Ok(false),
            None => {
                let position = self.shared.intake.advance_to(now.as_millisecond()).await?;
                self.ends.insert(since_s, position);
                position
            }
        };
        for product in Product::ALL {
            if !self.has_passed(product, position).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn has_passed(&self, product: Product, position: Position) -> Result<bool, DigestError> {
        if let Some(below) = self.shared.progress.of(product, &self.trail) {
            return Ok(below >= position);
        }
        // Its task has not begun: because it is done, has nothing to do, or is about to.
        let cursor = self.shared.catalog.cursor(&product.cursor_name(&self.trail)).await?;
        Ok(match (cursor, product) {
            (Some(position), _) => position == DONE,
            (None, Product::AggregatedEvents) => true,
            (None, Product::LogFiles) => false,
        })
    }

    /// Returns the trail as it is, or as it was before it ended.
    async fn trail_of(&self, chain: &Chain) -> Result<Trail, DigestError> {
        let catalog = &self.shared.catalog;
        let snapshot = catalog.current();
        let live = snapshot.trail(&self.trail.arn).filter(|trail| *trail.id() == self.trail);
        let trail = match (live, &chain.phase) {
            (Some(trail), _) => Some(trail.trail().clone()),
            (None, Phase::Ending { revision, .. }) => {
                let before = catalog.snapshot(*revision).await?;
                before.trail(&self.trail.arn).map(|trail| trail.trail().clone())
            }
            (None, Phase::Active | Phase::Ended) => None,
        };
        trail.ok_or(DigestError::Gone)
    }

    fn interval_s(&self) -> i64 {
        i64::try_from(self.shared.config.digest_interval.length().as_secs()).unwrap_or(i64::MAX).max(1)
    }

    fn lag_s(&self, chain: &Chain) -> i64 {
        let now_s = self.shared.clock.now().as_second();
        now_s.saturating_sub(Window::next(chain, now_s, self.interval_s()).end_s).max(0)
    }

    async fn report(&self, failures: &[(Region, DigestError)]) {
        for (at, (region, error)) in failures.iter().enumerate() {
            let code = error.code();
            telemetry::digest_failed(&self.trail.arn, code);
            // One line tells of all: they go to the same bucket.
            if at == 0 {
                let (error, regions) = (error as &dyn std::error::Error, failures.len());
                tracing::warn!(trail = %self.trail.arn, %region, regions, code, error, "digest deferred");
            }
            let (now, kind, catalog) = (self.shared.clock.now(), DeliveryKind::Digests, &self.shared.catalog);
            let noted = catalog.record_delivery_failure(&self.trail, region, kind, now, code).await;
            if let Err(error) = noted {
                tracing::warn!(error = &error as &dyn std::error::Error, "digest failure not noted");
            }
        }
    }
}

impl DigestError {
    /// Returns the code that GetTrailStatus shows.
    pub(crate) fn code(&self) -> &str {
        match self {
            Self::Put(PutError::Refused { code }) => code,
            Self::Put(PutError::Different) => "ObjectAlreadyExists",
            Self::Chain(_)
            | Self::Store(_)
            | Self::Snapshot(_)
            | Self::Gone
            | Self::Intake(_)
            | Self::Key(_)
            | Self::Make(_)
            | Self::Thread(_) => "InternalError",
        }
    }
}

/// Returns the Region that a trail was made in, which its ARN names.
fn home_of(trail: &TrailId) -> Region {
    let named = trail.arn.split(':').nth(3).and_then(|name| name.parse().ok());
    named.unwrap_or_else(Region::us_east_1)
}
