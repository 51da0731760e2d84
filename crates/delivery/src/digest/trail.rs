//! The digests of one trail: read the chains, decide, plan, put, move the heads.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use cairn_catalog::{DeliveryKind, Failure, TrailId};
use cairn_event::{AccountId, Region};
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::chain::{Chain, ChainId, Kind, Phase};
use super::ends::{End, Ends, end_of};
use super::error::DigestError;
use super::ledger::Ledger;
use super::notice::StoredChain;
use super::schedule::{Decision, Facts, SETTLE_S, Window, decide};
use super::table::Table;
use crate::backoff::backoff;
use crate::service::Delivery;
use crate::telemetry;

/// A sleeping task looks around at least this often.
const WAKE: Duration = Duration::from_secs(5);

/// How often a task looks whether log files have come to the end of an ending chain.
const ENDING_WAKE: Duration = Duration::from_millis(500);

/// The task of one trail's digests.
#[derive(Debug)]
pub(crate) struct TrailDigests {
    pub(super) shared: Arc<Delivery>,
    pub(super) trail: TrailId,
    pub(super) ledger: Ledger,
    pub(super) table: Table,
    ends: Ends,
    /// Every receipt up to this number has a chain.
    seen: Option<u64>,
}

/// What a look at all chains came to.
#[derive(Debug, Default)]
pub(crate) struct Round {
    /// Digests that were put, or plans that were changed.
    pub(crate) steps: usize,
    /// Chains that go on.
    pub(crate) open: usize,
    /// Those of them that may have had something to do.
    pub(crate) looked: usize,
    /// How long to wait, at most.
    pub(crate) wait: Option<Duration>,
    /// What failed, of which account and Region; of no account where the trail's ARN names none.
    pub(crate) failures: Vec<(Concerned, DigestError)>,
}

/// The account and Region that a failure is noted for.
pub(crate) type Concerned = (Option<AccountId>, Region);

/// What a round knows. In this order it was found out: the ledger has everything that was delivered before
/// `now`, and everything that `passed` speaks of.
#[derive(Debug)]
struct Look {
    now: Timestamp,
    /// The ends that log files have passed.
    passed: BTreeSet<End>,
    /// Every receipt up to this number has a chain.
    seen: u64,
}

/// What became of one chain in a round.
#[derive(Debug)]
pub(super) enum Step {
    Again,
    Wait(Option<Duration>),
}

impl TrailDigests {
    pub(crate) fn new(shared: Arc<Delivery>, trail: TrailId) -> Self {
        let ledger = Ledger::new(Arc::clone(&shared.catalog), trail.clone());
        Self { shared, trail, ledger, table: Table::default(), ends: Ends::default(), seen: None }
    }

    /// Puts digests until `stop`, or until every chain has ended.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        let mut pause = backoff();
        let mut noticed = self.shared.digests.notice.subscribe();
        while !stop.is_cancelled() {
            noticed.mark_unchanged();
            let round = self.round(&stop).await.unwrap_or_else(|failure| Round {
                open: 1,
                failures: vec![failure],
                ..Round::default()
            });
            if round.open == 0 {
                return;
            }
            let wait = if round.failures.is_empty() {
                pause.succeeded();
                if round.steps > 0 {
                    continue;
                }
                round.wait.unwrap_or(WAKE).min(WAKE)
            } else {
                self.report(&round.failures).await;
                pause.failed()
            };
            tokio::select! {
                () = stop.cancelled() => {}
                _ = noticed.changed() => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// Lets every chain take one step. An account or Region that fails does not hold up the others.
    pub(crate) async fn round(
        &mut self,
        stop: &CancellationToken,
    ) -> Result<Round, (Concerned, DigestError)> {
        let owner = (account_of(&self.trail), home_of(&self.trail));
        let look = self.look().await.map_err(|error| (owner, error))?;
        let now_s = look.now.as_second();
        let mut round = Round::default();
        let (mut lag_s, mut awake) = (0, Vec::new());
        for row in self.table.open() {
            round.open += 1;
            lag_s = lag_s.max(self.lag_s(&row.stored.chain, look.now));
            match row.rests_until(now_s, &look.passed) {
                Some(until_s) => {
                    let wait = wait(&row.stored.chain, Some(until_s), look.now);
                    round.wait = round.wait.into_iter().chain(wait).min();
                }
                None => awake.push(row.stored.clone()),
            }
        }
        for stored in awake {
            if stop.is_cancelled() {
                break;
            }
            round.looked += 1;
            let concerned = (Some(stored.id.account), stored.id.region.clone());
            match Box::pin(self.step(stored, &look)).await {
                Ok(Step::Again) => round.steps += 1,
                Ok(Step::Wait(wait)) => round.wait = round.wait.into_iter().chain(wait).min(),
                Err(error) => round.failures.push((concerned, error)),
            }
        }
        telemetry::digest_lag(&self.trail.arn, lag_s);
        Ok(round)
    }

    async fn look(&mut self) -> Result<Look, DigestError> {
        let now = self.shared.clock.now();
        self.table.refresh(&self.shared.digests.notice, &self.trail).await?;
        let waiting = self.table.open().filter_map(|row| end_of(&row.stored)).collect();
        let passed = self.ends.passed((&self.shared, &self.trail), waiting, now).await?;
        let seen = self.ledger.last().await?;
        self.read_new(seen).await?;
        self.seen = Some(seen);
        Ok(Look { now, passed, seen })
    }

    /// Reads the receipts that are new: late ones wake their chains, and those of Regions that have no chain,
    /// because they are not enabled, begin chains beside that of their account at home.
    async fn read_new(&mut self, seen: u64) -> Result<(), DigestError> {
        let homes = self.table.of_region(&home_of(&self.trail));
        let after = match (self.seen, homes.values().map(|home| home.covered).min()) {
            (Some(after), _) | (None, Some(after)) => after,
            (None, None) => return Ok(()),
        };
        if after >= seen {
            return Ok(());
        }
        let mut begun: BTreeMap<ChainId, u64> = BTreeMap::new();
        let Self { ledger, table, trail, .. } = self;
        ledger
            .between((after, seen), |delivered| {
                if let Some(id) = table.note(trail, &delivered) {
                    begun.entry(id).or_insert(delivered.number);
                }
            })
            .await?;
        for (id, first) in begun {
            let Some(home) = homes.get(&id.account).filter(|home| home.covered < first) else { continue };
            let chain = Chain { phase: home.phase.clone(), ..Chain::begin(home.start_s, home.covered) };
            self.set(&id, None, chain).await?;
            let (account, region) = (id.account, &id.region);
            tracing::info!(trail = %id.trail.arn, %account, %region, "digest chain begins in a Region that is not enabled");
        }
        Ok(())
    }

    async fn step(&mut self, stored: StoredChain, look: &Look) -> Result<Step, DigestError> {
        if let Some(plan) = stored.chain.plan.clone() {
            return self.perform(stored, plan).await;
        }
        let (now_s, interval_s) = (look.now.as_second(), self.interval_s());
        let window = Window::next(&stored.chain, now_s, interval_s);
        let backlog = self.ledger.backlog(&stored, window, look.seen).await?;
        let delivered = end_of(&stored).is_some_and(|end| look.passed.contains(&end));
        let facts = Facts { now_s, interval_s, delivered, backlog: &backlog };
        let (kind, end_s, upto) = match decide(&stored.chain, facts) {
            Decision::Wait(due_s) => {
                self.table.rest(&stored.id, due_s.unwrap_or(window.end_s.saturating_add(SETTLE_S)));
                return Ok(Step::Wait(wait(&stored.chain, due_s, look.now)));
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

    fn interval_s(&self) -> i64 {
        i64::try_from(self.shared.config.digest_interval.length().as_secs()).unwrap_or(i64::MAX).max(1)
    }

    /// Returns how long the chain's next window is over.
    fn lag_s(&self, chain: &Chain, now: Timestamp) -> i64 {
        let now_s = now.as_second();
        now_s.saturating_sub(Window::next(chain, now_s, self.interval_s()).end_s).max(0)
    }

    pub(crate) async fn report(&self, failures: &[(Concerned, DigestError)]) {
        for (at, ((_, region), error)) in failures.iter().enumerate() {
            let code = error.code();
            telemetry::digest_failed(&self.trail.arn, code);
            // One line tells of all: they go to the same bucket.
            if at == 0 {
                let (error, chains) = (error as &dyn std::error::Error, failures.len());
                tracing::warn!(trail = %self.trail.arn, %region, chains, code, error, "digest deferred");
            }
        }
        let noted = failures.iter().filter_map(|((account, region), error)| {
            Some(Failure { account: (*account)?, region: region.clone(), code: error.code().to_owned() })
        });
        let (now, noted) = (self.shared.clock.now(), noted.collect::<Vec<_>>());
        let catalog = &self.shared.catalog;
        let noted = catalog.record_delivery_failures(&self.trail, DeliveryKind::Digests, now, &noted).await;
        if let Err(error) = noted {
            tracing::warn!(error = &error as &dyn std::error::Error, "digest failures not noted");
        }
    }
}

/// Returns how long a chain has nothing to do, as far as can be told.
fn wait(chain: &Chain, due_s: Option<i64>, now: Timestamp) -> Option<Duration> {
    let due = due_s.map(|due_s| {
        let left_ms = due_s.saturating_mul(1_000).saturating_sub(now.as_millisecond());
        Duration::from_millis(u64::try_from(left_ms).unwrap_or_default().max(1))
    });
    let ending = matches!(chain.phase, Phase::Ending { .. }).then_some(ENDING_WAKE);
    due.into_iter().chain(ending).min()
}

/// Returns the account that owns a trail, which its ARN names.
fn account_of(trail: &TrailId) -> Option<AccountId> {
    trail.arn.split(':').nth(4).and_then(|id| id.parse().ok())
}

/// Returns the Region that a trail was made in, which its ARN names.
fn home_of(trail: &TrailId) -> Region {
    let named = trail.arn.split(':').nth(3).and_then(|name| name.parse().ok());
    named.unwrap_or_else(Region::us_east_1)
}
