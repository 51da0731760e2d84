//! Checks that run beside each other, told in the order they were begun.
//!
//! So many run at a time as there are jobs; some more may be waiting for an older one to be told. Memory does
//! not depend on how many there are in all.

use std::collections::VecDeque;
use std::sync::Arc;

use cairn_digest::verify::{
    Chain, Content, ContentFault, DayCheck, Finding, LOG_FILE_BYTES_MAX, LogFault, Object, Stretch,
};
use tokio::sync::Semaphore;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

use crate::store::{FetchError, Read, Store};
use crate::{RunError, Tell};

/// How many checks may be begun and not told, for each job.
const BEGUN_PER_JOB: usize = 8;

/// The most log files of one day that are told to be in no digest.
const UNLISTED_PER_DAY_MAX: usize = 1_000;

/// The queue of checks. They are given up when it is dropped.
#[derive(Debug)]
pub struct Checks {
    store: Arc<dyn Store>,
    tasks: TaskTracker,
    running: Arc<Semaphore>,
    begun: VecDeque<Begun>,
    begun_max: usize,
}

/// Something to be told.
#[derive(Debug)]
pub(crate) enum Told {
    /// A digest is valid.
    Digest(Chain, Object, Stretch),
    /// A log file was checked.
    Log { object: Object, bytes: u64, finding: Option<Finding> },
    /// Anything that was found.
    Findings(Vec<Finding>),
}

#[derive(Debug)]
enum Begun {
    Running(AbortOnDropHandle<Told>),
    Done(Told),
}

impl Checks {
    /// Makes a queue for so many checks at a time.
    pub fn new(store: Arc<dyn Store>, jobs: usize) -> Self {
        Self {
            store,
            tasks: TaskTracker::new(),
            running: Arc::new(Semaphore::new(jobs)),
            begun: VecDeque::new(),
            begun_max: jobs * BEGUN_PER_JOB,
        }
    }

    /// Begins to check a log file; first waits for older checks where too many are under way.
    pub(crate) async fn log<T: Tell>(
        &mut self,
        object: Object,
        hash: String,
        report: &mut T,
    ) -> Result<(), RunError> {
        let (store, running) = (Arc::clone(&self.store), Arc::clone(&self.running));
        let check = async move {
            // Never closed.
            let _permit = running.acquire_owned().await.ok();
            let read = store.read(&object, || Content::hashed(LOG_FILE_BYTES_MAX)).await;
            let (bytes, finding) = judge(&object, &hash, read);
            Told::Log { object, bytes, finding }
        };
        let check = AbortOnDropHandle::new(self.tasks.spawn(check));
        self.begin(Begun::Running(check), report).await
    }

    /// Begins to compare a day's folders with what digests list.
    pub(crate) async fn day<T: Tell>(&mut self, day: DayCheck, report: &mut T) -> Result<(), RunError> {
        let (store, running) = (Arc::clone(&self.store), Arc::clone(&self.running));
        let check = async move {
            let _permit = running.acquire_owned().await.ok();
            let mut findings = Vec::new();
            for (bucket, folder) in day.folders() {
                if let Err(why) = unlisted(&*store, &day, (bucket, folder), &mut findings).await {
                    findings.push(Finding::UncheckedDay { object: Object::new(bucket, folder), why });
                }
            }
            Told::Findings(findings)
        };
        let check = AbortOnDropHandle::new(self.tasks.spawn(check));
        self.begin(Begun::Running(check), report).await
    }

    /// Tells something once everything that was begun before is told.
    pub(crate) async fn tell<T: Tell>(&mut self, told: Told, report: &mut T) -> Result<(), RunError> {
        self.begin(Begun::Done(told), report).await
    }

    /// Waits for everything that was begun, and tells it.
    ///
    /// # Errors
    /// Nobody can be told any more.
    pub async fn drain<T: Tell>(&mut self, report: &mut T) -> Result<(), RunError> {
        while let Some(oldest) = self.begun.pop_front() {
            tell(oldest, report).await?;
        }
        Ok(())
    }

    async fn begin<T: Tell>(&mut self, check: Begun, report: &mut T) -> Result<(), RunError> {
        self.begun.push_back(check);
        while self.begun.len() > self.begun_max || self.begun.front().is_some_and(Begun::is_done) {
            match self.begun.pop_front() {
                Some(oldest) => tell(oldest, report).await?,
                None => break,
            }
        }
        Ok(())
    }
}

impl Begun {
    fn is_done(&self) -> bool {
        match self {
            Self::Running(check) => check.is_finished(),
            Self::Done(_) => true,
        }
    }
}

async fn tell<T: Tell>(check: Begun, report: &mut T) -> Result<(), RunError> {
    let told = match check {
        Begun::Running(check) => check.await?,
        Begun::Done(told) => told,
    };
    let done = match told {
        Told::Digest(chain, object, stretch) => report.valid_digest(chain, &object, stretch).await,
        Told::Log { object, bytes, finding } => {
            report.read(bytes);
            match finding {
                None => report.valid_log(&object).await,
                Some(finding) => report.finding(finding).await,
            }
        }
        Told::Findings(findings) => {
            for finding in findings {
                report.finding(finding).await.map_err(RunError::untold)?;
            }
            Ok(())
        }
    };
    done.map_err(RunError::untold)
}

/// Compares a log file with its hash, as the AWS CLI does; what it lets pass comes after.
fn judge(object: &Object, hash: &str, read: Result<Read, FetchError>) -> (u64, Option<Finding>) {
    let wrong = |fault| Some(Finding::Log { object: object.clone(), fault });
    let read = match read {
        Ok(read) => read,
        Err(FetchError::NotFound) => return (0, wrong(LogFault::NotFound)),
        Err(FetchError::Failed(why)) => {
            return (0, Some(Finding::UncheckedLog { object: object.clone(), why }));
        }
    };
    let finding = match read.content {
        Err(ContentFault::Format) => wrong(LogFault::Format),
        Err(ContentFault::Trailing) => wrong(LogFault::Trailing),
        Err(ContentFault::TooLarge) => wrong(LogFault::TooLarge),
        Ok(content) if content.sha256 != hash => wrong(LogFault::Hash),
        Ok(content) if !content.is_whole => wrong(LogFault::Truncated),
        Ok(_) => None,
    };
    (read.bytes, finding)
}

/// Lists a folder and finds what no digest lists.
async fn unlisted(
    store: &dyn Store,
    day: &DayCheck,
    (bucket, folder): (&str, &str),
    findings: &mut Vec<Finding>,
) -> Result<(), String> {
    if day.is_forgotten() {
        return Err("the run was interrupted in this day, which has very many log files".to_owned());
    }
    let mut after = String::new();
    loop {
        let page = store.list(bucket, folder, &after).await.map_err(|error| error.to_string())?;
        let next = page.goes_on(&after).map_err(|error| error.to_string())?;
        for object in page.objects {
            if day.is_unlisted(bucket, &object.key, object.modified) {
                if findings.len() == UNLISTED_PER_DAY_MAX {
                    return Err(format!("more than {UNLISTED_PER_DAY_MAX} are in none"));
                }
                findings.push(Finding::Unlisted { object: Object::new(bucket, object.key) });
            }
        }
        match next {
            Some(next) => after = next,
            None => return Ok(()),
        }
    }
}
