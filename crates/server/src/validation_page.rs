//! `POST /_cairn/validation`: proves that a trail's log files are what was delivered, file by file as it goes.
//!
//! It is the run of `cairn validate`, in the name of the caller and in the endpoint's Region: DescribeTrails and
//! ListPublicKeys must be permitted. In Cairn's own S3 each object that is read is one more call of the caller's,
//! GetObject or ListObjectsV2, permitted and recorded as if it had come from outside ([`CallersObjects`]); where trails
//! deliver elsewhere, the endpoint's credentials read what the caller's policies let through ([`ObjectsElsewhere`]). The
//! page itself is recorded as `ValidateTrail` when it begins.
//!
//! An account has one run at a time, all have [`RUNS_MAX`]. Whoever hangs up ends it at once; so does the server when
//! it stops, and the end of the session or key that began it ([`Ending`]). What is asked is an [`Ask`], what is told a
//! [`Line`](telling::Line) each.

mod ask;
mod asker;
mod elsewhere;
mod ending;
mod keys;
mod objects;
mod telling;

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use cairn_digest::verify::{Chain, Coverage, DigestNames, Scope, Stretch, Walk};
use cairn_validation::{Checks, DigestRoom, Ended, KeyRing, Plan, Run, RunError, Store};
use cairn_wire::{ErrorCode, Operation};
use hyper::body::Incoming;
use serde_json::Value;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use self::ask::Ask;
use self::asker::Asker;
use self::elsewhere::{Lacking, ObjectsElsewhere};
use self::ending::{Allowance, Ending};
use self::keys::CallersKeys;
use self::objects::CallersObjects;
use self::telling::{Place, Telling};
use crate::answer::Answered;
use crate::page::{Asked, LINES, Page, Refused};
use crate::serve::{Arrival, Front};
use crate::tail::standing::Standing;
use crate::turns::{Turn, TurnsMax};

/// The page's path.
pub(crate) const VALIDATION: &str = "/_cairn/validation";

const PAGE: Page = Page { event: "ValidateTrail", body_bytes_max: 16 << 10 };

/// Runs at a time.
const RUNS_MAX: TurnsMax = TurnsMax { account: 1, all: 4 };

/// Objects that a run reads at a time.
const JOBS: usize = 8;

/// Requests that a run makes of a bucket elsewhere: who needs more runs `cairn validate`, which goes on where it was.
const REQUESTS_MAX: u64 = 250_000;

/// How long a run may ask a bucket elsewhere.
const TIME_MAX: Duration = Duration::from_hours(2);

/// Digests that a run fetches ahead.
const AHEAD: usize = 8;

/// What digests may take of the process's memory.
static ROOM: LazyLock<DigestRoom> = LazyLock::new(|| DigestRoom::new(AHEAD));

/// Lines that wait for a slow client; the work waits with them.
const LINES_MAX: usize = 256;

impl Front {
    /// Begins a run, and tells what it finds.
    pub(crate) async fn validate_files(self: &Arc<Self>, arrival: &Arrival, body: Incoming) -> Answered {
        self.page(&PAGE, (arrival, body), async |asked| self.begin_validation(asked).await).await
    }

    async fn begin_validation(self: &Arc<Self>, asked: &mut Asked<'_>) -> Result<Answered, Refused> {
        let caller = self.caller_of_cloudtrail(asked.arrival, &asked.who);
        for operation in [Operation::DescribeTrails, Operation::ListPublicKeys] {
            self.allow(operation.name(), &Value::Null, &caller)?;
        }
        let ask = Ask::parse(&asked.body, asked.at)?;
        asked.remark("validation", ask.remark());
        let (plan, owner) = ask.plan(&asked.snapshot, &caller)?;
        let elsewhere = self.outside.buckets().cloned();
        if elsewhere.is_none() {
            self.require_bucket(&plan.bucket).await?;
        }
        let busy = || {
            let message = "A validation of this account runs already, or as many as may. Try again later.";
            Refused::Told(ErrorCode::ThrottlingException, message.to_owned())
        };
        let turn = self.long_work.validations.begin(asked.who.account, RUNS_MAX).ok_or_else(busy)?;
        let source = Arc::new(CallersKeys { front: Arc::clone(self), caller });
        let keys = KeyRing::of_range(source, plan.range).await.map_err(|error| {
            tracing::error!(error = &*error as &dyn std::error::Error, "public keys not listed");
            Refused::internal()
        })?;
        let call = (asked.arrival.clone(), asked.body.clone());
        let (standing, ended) =
            (Standing::new(Arc::clone(self), call, asked.caller(), &[]), CancellationToken::new());
        let (lines, taken) = mpsc::channel(LINES_MAX);
        let allowance = elsewhere.as_ref().map(|_| Allowance::new(REQUESTS_MAX, TIME_MAX));
        let ending = Ending {
            lines: lines.clone(),
            stop: self.stop.clone(),
            ended: ended.clone(),
            remaining: asked
                .expires
                .map(|expires| expires.duration_since(asked.at).try_into().unwrap_or_default()),
            allowance: allowance.clone(),
        };
        let asker = Asker::new(Arc::clone(self), (asked.arrival, asked.who.clone()), (standing, ended));
        let lacking = Lacking::default();
        let place = if elsewhere.is_some() { Place::Elsewhere(lacking.clone()) } else { Place::Here };
        let store: Arc<dyn Store> = match elsewhere.zip(allowance) {
            None => Arc::new(CallersObjects(asker)),
            Some((buckets, allowance)) => {
                Arc::new(ObjectsElsewhere { asker, buckets, owner, allowance, lacking })
            }
        };
        let checks = Checks::new(Arc::clone(&store), JOBS);
        let report = Telling::begin((lines, place), &ask.trail_arn, plan.range);
        let (room, stop) = (ROOM.clone(), self.stop.clone());
        let run = Run { plan, store, keys, checks, room, report, coverage: Coverage::default(), stop };
        self.run_validation(run, ending, turn);
        Ok(self.stream(LINES, taken))
    }

    /// Refuses where the built-in S3 has no such bucket.
    async fn require_bucket(&self, name: &str) -> Result<(), Refused> {
        let bucket = self.objects.store.bucket(name).await.map_err(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "bucket could not be read");
            Refused::internal()
        })?;
        match bucket {
            Some(_) => Ok(()),
            None => {
                let message = format!("S3 bucket {name} does not exist!");
                Err(Refused::Told(ErrorCode::S3BucketDoesNotExistException, message))
            }
        }
    }

    /// Runs on a thread of its own: documents are read and signatures verified between the calls.
    fn run_validation(&self, mut run: Run<Telling>, ending: Ending, turn: Turn) {
        let (now, runtime) = (self.clock.now(), tokio::runtime::Handle::current());
        self.tasks.spawn_blocking(move || {
            let _turn = turn;
            runtime.block_on(async move {
                let walked = tokio::select! {
                    biased;
                    why = ending.comes() => Err(why),
                    walked = walk(&mut run, now) => Ok(walked),
                };
                match walked {
                    Ok(walked) => run.report.end(walked).await,
                    Err(why) => run.report.break_off(why).await,
                }
            });
        });
    }
}

/// Walks both chains, as `cairn validate` does.
async fn walk(run: &mut Run<Telling>, now: jiff::Timestamp) -> Result<Ended, RunError> {
    run.report.begun().await?;
    let list = async |run: &Run<Telling>| {
        Run::<Telling>::list(&*run.store, &run.plan.bucket, &run.plan.names, run.plan.range).await
    };
    let (regular, backfill) = list(run).await?;
    if !backfill.is_empty() {
        let (_, again) = list(run).await?;
        run.note_backfill(again, now).await?;
    }
    let walked = run.walk(Walk::new(Chain::Regular, regular, now), None).await?;
    if matches!(walked, Ended::Stopped(_)) {
        return Ok(walked);
    }
    run.rest_of_days().await?;
    let walked = run.walk(Walk::new(Chain::Backfill, backfill, now), None).await?;
    run.checks.drain(&mut run.report).await?;
    Ok(walked)
}
