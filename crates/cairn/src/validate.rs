//! `cairn validate`: proves that a bucket's log files are what was delivered.

mod access;
mod caller;
mod endpoint;
mod local;
mod plan;
mod report;
mod s3;
mod services;
mod state;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use cairn_digest::verify::{Chain, Coverage, Stretch, Verdict, Walk};
use cairn_event::Clock as _;
use cairn_server::SystemClock;
use cairn_validation::{Checks, DigestRoom, Ended, Run, Store};
use clap::builder::NonEmptyStringValueParser;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use self::access::Access;
use self::local::LocalStore;
use self::plan::{Plan, Source, TrailArn};
use self::report::{Detail, Form, Report};
use self::s3::S3Store;
use self::services::{keys_from_file, keys_from_server};
use self::state::State;
use crate::instant;
use crate::output;
use crate::settings::Place;

/// The most objects that are read at once.
const JOBS_MAX: u64 = 256;

/// Exit code when something could not be checked.
const NOT_CHECKED: u8 = 2;

/// Flags of `cairn validate`.
#[derive(Debug, clap::Args)]
pub(crate) struct Validate {
    /// The trail.
    #[arg(long, value_name = "ARN")]
    trail_arn: TrailArn,
    /// Log files delivered from this instant on: 2026-01-31, 2026-01-31T10:00 (UTC), 2026-01-31T10:00:00Z.
    #[arg(long, value_name = "INSTANT", value_parser = instant::instant)]
    start_time: Timestamp,
    /// Log files delivered up to this instant [default: now].
    #[arg(long, value_name = "INSTANT", value_parser = instant::instant)]
    end_time: Option<Timestamp>,
    /// The bucket of the digests [default: the trail's, from DescribeTrails].
    #[arg(long, value_name = "BUCKET", value_parser = NonEmptyStringValueParser::new())]
    s3_bucket: Option<String>,
    /// What keys there begin with, before AWSLogs/ [default: the trail's].
    #[arg(long, value_name = "PREFIX", value_parser = NonEmptyStringValueParser::new())]
    s3_prefix: Option<String>,
    /// The organization, where its id is part of the keys and --s3-bucket is given.
    #[arg(long, value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    organization_id: Option<String>,
    /// The Region that is checked [default: AWS_REGION, the profile's, or the trail's].
    #[arg(long, value_name = "REGION", value_parser = NonEmptyStringValueParser::new())]
    region: Option<String>,
    /// Tell of valid files too, in lines; JSON only counts them.
    #[arg(long)]
    verbose: bool,
    /// Lines as the AWS CLI prints them, or one JSON object.
    #[arg(long, value_enum, value_name = "FORM", default_value_t = Form::Text)]
    output: Form,
    /// How many objects are read at once; at most 256.
    #[arg(long, value_name = "N", default_value = "32", value_parser = jobs)]
    jobs: usize,
    /// Public keys from a file, as `aws cloudtrail list-public-keys` prints them, instead of from the server.
    #[arg(long, value_name = "FILE")]
    public_keys: Option<PathBuf>,
    /// Read a directory that mirrors the bucket, as `aws s3 sync` makes it, instead of the bucket.
    #[arg(long, value_name = "DIR", requires = "s3_bucket")]
    local: Option<PathBuf>,
    /// Keep in FILE how far the run has come, and go on from there.
    #[arg(long, value_name = "FILE")]
    resume: Option<PathBuf>,
    /// Where CloudTrail and S3 are [default: AWS_ENDPOINT_URL…, else the server of the data directory].
    #[arg(long, value_name = "URL", value_parser = NonEmptyStringValueParser::new())]
    endpoint_url: Option<String>,
}

impl Validate {
    /// Validates; the exit code says what was found.
    pub(crate) fn run(&self, place: &Place) -> ExitCode {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        let done = runtime.context("start").and_then(|runtime| {
            let stop = CancellationToken::new();
            runtime.block_on(async {
                tokio::select! {
                    done = self.validate(place, stop.clone()) => done,
                    twice = interrupted(stop) => Err(twice),
                }
            })
        });
        match done {
            Ok(Verdict::Valid) => ExitCode::SUCCESS,
            Ok(Verdict::Invalid) => ExitCode::FAILURE,
            Ok(Verdict::Incomplete) => ExitCode::from(NOT_CHECKED),
            Err(error) if error.is::<output::ReaderLeft>() => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("cairn: could not {}", crate::chain(&error));
                ExitCode::from(NOT_CHECKED)
            }
        }
    }

    async fn validate(&self, place: &Place, stop: CancellationToken) -> anyhow::Result<Verdict> {
        let state = self.resume.as_deref().map(State::load).transpose()?.flatten();
        let until = state.as_ref().filter(|_| self.end_time.is_none()).map(|state| state.requested().until);
        let range = self.range(until.unwrap_or_else(|| SystemClock.now()))?;
        let is_offline = self.local.is_some() && self.public_keys.is_some();
        let access = if is_offline { None } else { Some(Arc::new(self.access(place).await?)) };
        let plan = self.planned(place.account_id(), access.as_deref(), range).await?;
        if let Some(state) = &state {
            state.matches(&plan)?;
        }
        let keys = match (&self.public_keys, &access) {
            (Some(file), _) => keys_from_file(file)?,
            (None, Some(access)) => keys_from_server(access, range).await?,
            (None, None) => anyhow::bail!("find public keys"),
        };
        let store = self.store(access.as_deref(), &plan)?;
        let (regular, backfill) = Run::<Report>::list(&*store, &plan.bucket, &plan.names, range).await?;
        let digests = u64::try_from(regular.len() + backfill.len()).unwrap_or(u64::MAX);
        let detail = if self.verbose { Detail::Everything } else { Detail::Faults };
        let report = Report::begin((self.output, detail), &plan, self.resume.clone(), digests)?;
        let checks = Checks::new(Arc::clone(&store), self.at_once(&*store));
        let coverage = Coverage::default();
        let asked = cairn_validation::Plan {
            home_region: plan.trail.home_region.clone(),
            names: plan.names.clone(),
            bucket: plan.bucket.clone(),
            range,
        };
        let room = DigestRoom::default();
        let mut run = Run { plan: asked, store, keys, checks, room, report, coverage, stop };
        match self.walk(&mut run, state, [regular, backfill]).await? {
            Ended::Done => self.finish(run).await,
            Ended::Stopped(standing) => {
                let file = self.resume.clone().unwrap_or_else(|| default_state_file(&plan));
                run.report.state_file = Some(file.clone());
                run.report.pause();
                run.report.save(&standing, &run.coverage)?;
                eprintln!("cairn: stopped; to go on, add: --resume {}", file.display());
                let verdict = run.report.tally.verdict();
                run.report.end()?;
                Ok(if verdict == Verdict::Valid { Verdict::Incomplete } else { verdict })
            }
        }
    }

    /// Walks both chains, or what is left of them.
    async fn walk(
        &self,
        run: &mut Run<Report>,
        state: Option<State>,
        [regular, backfill]: [cairn_digest::verify::Listing; 2],
    ) -> anyhow::Result<Ended> {
        let (walk, logs_done) = match state {
            Some(state) => {
                run.report.go_on(state.tally, state.findings)?;
                run.coverage = state.coverage;
                match state.chain {
                    Chain::Regular => (Walk::go_on(Chain::Regular, regular, state.progress), state.logs_done),
                    Chain::Backfill => {
                        let walk = Walk::go_on(Chain::Backfill, backfill, state.progress);
                        return Ok(run.walk(walk, state.logs_done).await?);
                    }
                }
            }
            None => {
                if !backfill.is_empty() {
                    let (_, again) =
                        Run::<Report>::list(&*run.store, &run.plan.bucket, &run.plan.names, run.plan.range)
                            .await?;
                    run.note_backfill(again, SystemClock.now()).await?;
                }
                (Walk::new(Chain::Regular, regular, SystemClock.now()), None)
            }
        };
        if let Ended::Stopped(standing) = run.walk(walk, logs_done).await? {
            return Ok(Ended::Stopped(standing));
        }
        run.rest_of_days().await?;
        Ok(run.walk(Walk::new(Chain::Backfill, backfill, SystemClock.now()), None).await?)
    }

    /// Returns how many objects are read at once: of a directory no more than there are processors to inflate
    /// them, for nothing is waited for.
    fn at_once(&self, store: &dyn Store) -> usize {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        if store.lacks_metadata() { self.jobs.min(processors) } else { self.jobs }
    }

    async fn finish(&self, mut run: Run<Report>) -> anyhow::Result<Verdict> {
        run.checks.drain(&mut run.report).await?;
        if let Some(file) = &self.resume
            && file.try_exists()?
        {
            std::fs::remove_file(file).with_context(|| format!("remove the state in {}", file.display()))?;
        }
        let verdict = run.report.tally.verdict();
        run.report.end()?;
        Ok(verdict)
    }

    async fn planned(
        &self,
        account: Option<&str>,
        access: Option<&Access>,
        range: Stretch,
    ) -> anyhow::Result<Plan> {
        let destination = match (self.destination(), access) {
            (Some(destination), _) => destination,
            (None, Some(access)) => access.destination(&self.trail_arn).await?,
            (None, None) => anyhow::bail!("find the bucket: name it with --s3-bucket"),
        };
        let region = match (&self.region, access) {
            (Some(region), _) => region.clone(),
            (None, Some(access)) => access.region.clone(),
            (None, None) => self.trail_arn.home_region.clone(),
        };
        self.plan(account, destination, region, range)
    }

    fn store(&self, access: Option<&Access>, plan: &Plan) -> anyhow::Result<Arc<dyn Store>> {
        match (self.source(), access) {
            (Source::Local(dir), _) => {
                anyhow::ensure!(dir.is_dir(), "read the directory {}: it is not there", dir.display());
                Ok(Arc::new(LocalStore::new(dir, plan.bucket.clone())))
            }
            (Source::S3, Some(access)) => {
                let caller = Arc::clone(&access.caller);
                Ok(Arc::new(S3Store::new(caller, access.s3.clone(), access.region.clone())))
            }
            (Source::S3, None) => anyhow::bail!("find the bucket"),
        }
    }
}

/// Asks the run to stop at the first Ctrl-C, and ends at the second.
async fn interrupted(stop: CancellationToken) -> anyhow::Error {
    for _ in 0..2 {
        if let Err(error) = tokio::signal::ctrl_c().await {
            return anyhow::Error::new(error).context("wait for Ctrl-C");
        }
        stop.cancel();
    }
    anyhow::anyhow!("go on: stopped at once, without keeping how far it had come")
}

fn default_state_file(plan: &Plan) -> PathBuf {
    let name = format!("cairn-validate-{}-{}.json", plan.trail.name, plan.names.scope().source_region);
    PathBuf::from(name.replace('/', "_"))
}

fn jobs(text: &str) -> Result<usize, String> {
    let jobs: u64 = text.parse().map_err(|_no_number| format!("a number from 1 to {JOBS_MAX} is needed"))?;
    let is_within = (1..=JOBS_MAX).contains(&jobs);
    is_within
        .then(|| usize::try_from(jobs).ok())
        .flatten()
        .ok_or_else(|| format!("a number from 1 to {JOBS_MAX} is needed"))
}
