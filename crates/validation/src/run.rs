//! The run: gathers what the walk needs and does what it says.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use cairn_digest::verify::{
    Chain, Coverage, DigestFault, DigestNames, Finding, Listing, Metadata, Object, Opened, Outcome, Progress,
    Stretch, TooManyListed, Walk,
};
use jiff::Timestamp;
use tokio::task::JoinError;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::ahead::{Ahead, DigestRoom, Fetched};
use crate::checks::{Checks, Told};
use crate::store::{FetchError, Store};
use crate::{KeyRing, Tell};

/// How often the state is written.
const SAVE_EVERY: Duration = Duration::from_secs(30);

/// Why a digest of a mirror may have no signature.
const UNSIGNED: &str = "its signature lies in its object's metadata, which a mirror does not have, and in the \
                        next digest, which is not here; save the output of `aws s3api head-object` beside it \
                        as FILE.metadata.json";

/// Where the files lie, of whom, and when.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The trail's home Region, whose keys sign its digests.
    pub home_region: String,
    /// The names of digests and log files.
    pub names: DigestNames,
    /// The bucket of the newest digests.
    pub bucket: String,
    /// What is asked about.
    pub range: Stretch,
}

/// A run under way.
#[derive(Debug)]
pub struct Run<T> {
    /// What is asked.
    pub plan: Plan,
    /// Where everything lies.
    pub store: Arc<dyn Store>,
    /// What proves digests.
    pub keys: KeyRing,
    /// What is under way.
    pub checks: Checks,
    /// What digests may take that nothing has proved yet.
    pub room: DigestRoom,
    /// Who is told.
    pub report: T,
    /// What was seen of which days.
    pub coverage: Coverage,
    /// Asks the run to stop.
    pub stop: CancellationToken,
}

/// How a walk ended.
#[derive(Debug)]
pub enum Ended {
    /// Everything was looked at.
    Done,
    /// Somebody asked to stop; this is where it stands.
    Stopped(Box<Standing>),
}

/// Where a walk stands.
#[derive(Debug)]
pub struct Standing {
    /// Which chain is walked.
    pub chain: Chain,
    /// How far it was walked.
    pub progress: Progress,
    /// How many log files of the digest that comes next are done, where it was begun.
    pub logs_done: Option<usize>,
}

/// A run can't go on.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The digests can't be listed: nothing is known of what there is.
    #[error("list the digests in s3://{bucket}/{prefix}")]
    List {
        /// The bucket.
        bucket: String,
        /// What keys there begin with.
        prefix: String,
        /// Why.
        source: FetchError,
    },
    /// More digests are listed than a run takes.
    #[error(transparent)]
    TooMany(#[from] TooManyListed),
    /// Public keys can't be had.
    #[error("find the public key of a backfill digest")]
    Keys(#[source] Box<dyn Error + Send + Sync>),
    /// Nobody can be told any more.
    #[error(transparent)]
    Untold(Box<dyn Error + Send + Sync>),
    /// The thread that worked was lost.
    #[error("wait for a check")]
    Thread(#[from] JoinError),
}

impl RunError {
    pub(crate) fn untold(error: impl Error + Send + Sync + 'static) -> Self {
        Self::Untold(Box::new(error))
    }
}

impl<T: Tell> Run<T> {
    /// Lists the digests of a chain in one place.
    ///
    /// # Errors
    /// See [`RunError`].
    pub async fn list(
        store: &dyn Store,
        bucket: &str,
        names: &DigestNames,
        range: Stretch,
    ) -> Result<(Listing, Listing), RunError> {
        let listing = |chain| Listing::new(names.clone(), bucket, chain, range);
        let (mut regular, mut backfill) = (listing(Chain::Regular), listing(Chain::Backfill));
        let (prefix, mut after) = (names.digests_prefix(), names.marker(range.from));
        let failed = |source| RunError::List { bucket: bucket.to_owned(), prefix: prefix.clone(), source };
        loop {
            let page = store.list(bucket, &prefix, &after).await.map_err(failed)?;
            let next = page.goes_on(&after).map_err(failed)?;
            for object in page.objects {
                let is_within =
                    regular.push(&object.key, object.bytes)? && backfill.push(&object.key, object.bytes)?;
                if !is_within {
                    return Ok((regular, backfill));
                }
            }
            match next {
                Some(next) => after = next,
                None => return Ok((regular, backfill)),
            }
        }
    }

    /// Walks a chain. Log files of the first digest are skipped as far as `logs_done` says.
    ///
    /// # Errors
    /// See [`RunError`].
    pub async fn walk(&mut self, mut walk: Walk, mut logs_done: Option<usize>) -> Result<Ended, RunError> {
        let mut ahead = Ahead::new(self.room.clone());
        let mut saved = Instant::now();
        while let Some(target) = walk.target().cloned() {
            if self.stop.is_cancelled() {
                return self.stopped(&walk, logs_done).await;
            }
            if saved.elapsed() > SAVE_EVERY {
                self.checks.drain(&mut self.report).await?;
                let standing = standing(&walk, logs_done);
                self.report.stands(&standing, &self.coverage).await.map_err(RunError::untold)?;
                saved = Instant::now();
            }
            if let Some((bucket, names)) = walk.elsewhere().map(|(bucket, names)| (bucket.to_owned(), names))
            {
                let listing = self.list_elsewhere(walk.chain(), &bucket, &names).await?;
                walk.relist(listing);
            }
            let fetched = ahead.take(&target, &walk, &self.store).await?;
            match self.digest(&mut walk, &target, fetched, logs_done.take()).await? {
                Some(done) => return self.stopped(&walk, Some(done)).await,
                None => self.report.step().await.map_err(RunError::untold)?,
            }
        }
        if let Some(finding) = walk.finish() {
            self.found(vec![finding]).await?;
        }
        Ok(Ended::Done)
    }

    /// Notes the log files that backfill digests list: the regular chain's days are compared before the
    /// backfill chain is walked.
    ///
    /// # Errors
    /// See [`RunError`].
    pub async fn note_backfill(&mut self, listing: Listing, now: Timestamp) -> Result<(), RunError> {
        let mut walk = Walk::new(Chain::Backfill, listing, now);
        let mut ahead = Ahead::new(self.room.clone());
        while let Some(target) = walk.target().cloned() {
            let fetched = ahead.take(&target, &walk, &self.store).await?;
            let outcome = match &fetched {
                Fetched::Whole { inflated, metadata, .. } => match Opened::open(&target, inflated) {
                    Ok(opened) => match self.prove(&walk, &opened, metadata).await? {
                        Ok(signature) => {
                            opened.logs().iter().for_each(|log| self.coverage.log(&log.bucket, &log.key));
                            drop(walk.advance(Outcome::Valid(&opened, &signature)));
                            continue;
                        }
                        Err(fault) => fault,
                    },
                    Err(fault) => fault,
                },
                Fetched::Fault(fault) => fault.clone(),
                Fetched::Unchecked(_) => DigestFault::NotFound,
            };
            drop(walk.advance(Outcome::Invalid(outcome)));
        }
        Ok(())
    }

    /// Compares the days that are left with what the digests list.
    ///
    /// # Errors
    /// See [`RunError`].
    pub async fn rest_of_days(&mut self) -> Result<(), RunError> {
        let folder = self.log_folder();
        while let Some(day) = self.coverage.rest(&folder) {
            self.checks.day(day, &mut self.report).await?;
        }
        Ok(())
    }

    /// Lists the digests of another place than the newest are in. Where it can't be listed that is told, and the walk
    /// goes from link to link there: what was found before must not be lost.
    async fn list_elsewhere(
        &mut self,
        chain: Chain,
        bucket: &str,
        names: &DigestNames,
    ) -> Result<Listing, RunError> {
        match (Self::list(&*self.store, bucket, names, self.plan.range).await, chain) {
            (Ok((regular, _)), Chain::Regular) => Ok(regular),
            (Ok((_, backfill)), Chain::Backfill) => Ok(backfill),
            (Err(RunError::List { bucket, prefix, source }), _) => {
                let listing = Listing::new(names.clone(), bucket.as_str(), chain, self.plan.range);
                let object = Object::new(bucket, prefix);
                let why = format!("older digest files can't be listed: {source}");
                self.found(vec![Finding::UncheckedDigest { chain, object, why }]).await?;
                Ok(listing)
            }
            (Err(error), _) => Err(error),
        }
    }

    /// Looks at one digest and begins to check its log files. Returns how many were begun where somebody asked
    /// to stop meanwhile.
    async fn digest(
        &mut self,
        walk: &mut Walk,
        target: &Object,
        fetched: Fetched,
        logs_done: Option<usize>,
    ) -> Result<Option<usize>, RunError> {
        let (inflated, metadata, place) = match fetched {
            Fetched::Whole { inflated, metadata, place } => (inflated, metadata, place),
            Fetched::Fault(fault) => return self.advance(walk, Outcome::Invalid(fault)).await,
            Fetched::Unchecked(why) => return self.advance(walk, Outcome::Unchecked(why)).await,
        };
        let opened = match Opened::open(target, &inflated) {
            Ok(opened) => opened,
            // The AWS CLI looks at the metadata before it looks at the place.
            Err(fault) => {
                let unsigned = metadata.signature().err().filter(|_| !self.store.lacks_metadata());
                return self.advance(walk, Outcome::Invalid(unsigned.unwrap_or(fault))).await;
            }
        };
        let is_unsigned = metadata.signature.is_none() && walk.told_signature().is_none();
        if self.store.lacks_metadata() && is_unsigned {
            return self.advance(walk, Outcome::Unsigned(&opened, UNSIGNED.to_owned())).await;
        }
        let signature = match self.prove(walk, &opened, &metadata).await? {
            Ok(signature) => signature,
            Err(fault) => return self.advance(walk, Outcome::Invalid(fault)).await,
        };
        // A stranger's can't come so far.
        drop(place);
        let stretch = Stretch { from: opened.start(), until: opened.end() };
        if logs_done.is_none() {
            let told = Told::Digest(walk.chain(), target.clone(), stretch);
            self.checks.tell(told, &mut self.report).await?;
        }
        if walk.chain() == Chain::Regular {
            self.coverage.digest(stretch);
        }
        for (index, log) in opened.logs().iter().enumerate() {
            self.coverage.log(&log.bucket, &log.key);
            if logs_done.is_some_and(|done| index < done) {
                continue;
            }
            if self.stop.is_cancelled() {
                return Ok(Some(index));
            }
            let object = Object::new(log.bucket.as_ref(), log.key.as_ref());
            self.checks.log(object, log.hash_value.clone().into_owned(), &mut self.report).await?;
        }
        self.advance(walk, Outcome::Valid(&opened, &signature)).await?;
        if walk.chain() == Chain::Regular {
            let folder = self.log_folder();
            while let Some(day) = self.coverage.due(stretch.from, &folder) {
                self.checks.day(day, &mut self.report).await?;
            }
        }
        Ok(None)
    }

    /// Proves a digest and returns the signature that did.
    async fn prove(
        &mut self,
        walk: &Walk,
        opened: &Opened<'_>,
        metadata: &Metadata,
    ) -> Result<Result<String, DigestFault>, RunError> {
        let signature = match (metadata.signature(), walk.told_signature()) {
            (Ok(signature), _) => signature.to_owned(),
            (Err(_), Some(told)) if self.store.lacks_metadata() => told.to_owned(),
            (Err(fault), _) => return Ok(Err(fault)),
        };
        if walk.chain() == Chain::Backfill {
            match metadata.backfill_generated() {
                Ok(at) => self.keys.find_around(opened.fingerprint(), at).await.map_err(RunError::Keys)?,
                Err(_) if self.store.lacks_metadata() => {}
                Err(fault) => return Ok(Err(fault)),
            }
        }
        let home_region = &self.plan.home_region;
        let proved = opened.verify(&signature, self.keys.keys(), home_region);
        Ok(proved.and_then(|()| walk.judge(&signature)).map(|()| signature))
    }

    async fn advance(&mut self, walk: &mut Walk, outcome: Outcome<'_>) -> Result<Option<usize>, RunError> {
        self.found(walk.advance(outcome)).await?;
        Ok(None)
    }

    async fn found(&mut self, findings: Vec<Finding>) -> Result<(), RunError> {
        for finding in &findings {
            if let Finding::Unproven { from, until, .. } = finding {
                self.coverage.unproven(Stretch { from: *from, until: *until });
            }
        }
        self.checks.tell(Told::Findings(findings), &mut self.report).await
    }

    async fn stopped(&mut self, walk: &Walk, logs_done: Option<usize>) -> Result<Ended, RunError> {
        self.checks.drain(&mut self.report).await?;
        Ok(Ended::Stopped(Box::new(standing(walk, logs_done))))
    }

    fn log_folder(&self) -> String {
        format!("{}/{}", self.plan.bucket, self.plan.names.logs_prefix())
    }
}

fn standing(walk: &Walk, logs_done: Option<usize>) -> Standing {
    Standing { chain: walk.chain(), progress: walk.progress().clone(), logs_done }
}
