//! `POST /_cairn/validation`: proves that a trail's log files are what was delivered, file by file as it goes.
//!
//! It is the run of `cairn validate`, in the name of the caller and in the endpoint's Region: DescribeTrails and
//! ListPublicKeys must be permitted, and each object that is read is one more call of the caller's, GetObject or
//! ListObjectsV2, permitted and recorded as if it had come from outside. The page itself is recorded as
//! `ValidateTrail` when it begins.
//!
//! An account has one run at a time, all have [`RUNS_MAX`]. Whoever hangs up ends it; so does the server when it
//! stops. What is asked is an [`Ask`], what is told a [`Line`](telling::Line) each.

mod ask;
mod keys;
mod objects;
mod telling;

use std::sync::Arc;

use cairn_digest::verify::{Chain, Coverage, DigestNames, Scope, Stretch, Walk};
use cairn_validation::{Checks, Ended, KeyRing, Plan, Run, RunError, Store};
use cairn_wire::{ErrorCode, Operation};
use hyper::body::Incoming;
use serde_json::Value;
use tokio::sync::mpsc;

use self::ask::Ask;
use self::keys::CallersKeys;
use self::objects::CallersObjects;
use self::telling::Telling;
use crate::answer::Answered;
use crate::page::{Asked, LINES, Page, Refused};
use crate::serve::{Arrival, Front};
use crate::turns::Turn;

/// The page's path.
pub(crate) const VALIDATION: &str = "/_cairn/validation";

const PAGE: Page = Page { event: "ValidateTrail", body_bytes_max: 16 << 10 };

/// Runs at a time, of all accounts.
const RUNS_MAX: usize = 4;

/// Objects that a run reads at a time.
const JOBS: usize = 8;

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
        let plan = ask.plan(&asked.snapshot, &caller)?;
        let bucket = self.objects.store.bucket(&plan.bucket).await.map_err(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "bucket could not be read");
            Refused::internal()
        })?;
        if bucket.is_none() {
            let message = format!(
                "Cairn's own S3 has no bucket {}. Where it lies elsewhere, run `cairn validate` or `aws cloudtrail \
                 validate-logs`.",
                plan.bucket
            );
            return Err(Refused::Told(ErrorCode::S3BucketDoesNotExistException, message));
        }
        let busy = || {
            let message = "A validation of this account runs already, or as many as may. Try again later.";
            Refused::Told(ErrorCode::ThrottlingException, message.to_owned())
        };
        let turn = self.validations.begin(asked.who.account, RUNS_MAX).ok_or_else(busy)?;
        let source = Arc::new(CallersKeys { front: Arc::clone(self), caller });
        let keys = KeyRing::of_range(source, plan.range).await.map_err(|error| {
            tracing::error!(error = &*error as &dyn std::error::Error, "public keys not listed");
            Refused::internal()
        })?;
        let store = CallersObjects::new(Arc::clone(self), asked.arrival, asked.who.clone());
        Ok(self.run_validation((ask, plan), Arc::new(store), keys, turn))
    }

    fn run_validation(
        &self,
        (ask, plan): (Ask, Plan),
        store: Arc<dyn Store>,
        keys: KeyRing,
        turn: Turn,
    ) -> Answered {
        let (lines, taken) = mpsc::channel(LINES_MAX);
        let (stop, clock) = (self.stop.clone(), Arc::clone(&self.clock));
        self.tasks.spawn(async move {
            let _turn = turn;
            let report = Telling::begin(lines, &ask.trail_arn, plan.range);
            let checks = Checks::new(Arc::clone(&store), JOBS);
            let coverage = Coverage::default();
            let mut run = Run { plan, store, keys, checks, report, coverage, stop };
            let now = clock.now();
            let walked = walk(&mut run, now).await;
            run.report.end(walked).await;
        });
        self.stream(LINES, taken)
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
