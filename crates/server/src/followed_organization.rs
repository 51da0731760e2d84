//! The organization that is kept elsewhere: read again and again, followed here. Its own calls are made under the
//! endpoint's credentials and are the business of whoever records calls there: they become no events here.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use cairn_aws::OrganizationElsewhere;
use cairn_catalog::{Catalog, CommitError, Kept, StoreError};
use cairn_event::{Clock, Ids};
use cairn_organizations::elsewhere::{
    Fresh, InUse, Loss, ReadError, Seen, Source, check_unused, loss, next_step,
};
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::connections::{self, SecretFileError};
use crate::telemetry;

/// How long a reading may take: one of ten thousand accounts at AWS's rates.
const READING_MAX: Duration = Duration::from_secs(3_600);

/// The first pause after a reading that failed; it doubles up to the interval.
const PAUSE_MIN: Duration = Duration::from_secs(1);

/// The most commits for one reading, those that somebody was faster than included.
const COMMITS_MAX: u32 = 1_000;

/// Follows one organization.
///
/// What a single answer says to be over stays: memberships and trails end for good, and a wrong answer is sooner had
/// than an end. So that is done only when the next whole reading, an interval later, says the same.
#[derive(Debug)]
pub(crate) struct FollowedOrganization {
    source: Arc<dyn Source>,
    catalog: Arc<dyn Catalog>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    interval: Duration,
    /// What the last whole reading said to be over.
    lost: Option<Loss>,
    /// What is wrong with policies that can't be understood, by id, as it was told.
    not_understood: BTreeMap<String, String>,
}

/// The organization elsewhere can't be followed.
#[derive(Debug, thiserror::Error)]
pub enum OpenFollowedError {
    /// There is one here.
    #[error(transparent)]
    InUse(#[from] InUse),
    /// The endpoints' key can't be read.
    #[error(transparent)]
    Secret(#[from] SecretFileError),
}

/// What was read could not be kept.
#[derive(Debug, thiserror::Error)]
enum RoundError {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("{0}, says one reading: nothing is changed unless the next says so too")]
    Doubted(Loss),
    #[error(transparent)]
    InUse(#[from] InUse),
    #[error("keep what was read: others changed the catalog all the while")]
    Concurrent,
    #[error("keep what was read")]
    Refused(#[source] cairn_catalog::Refusal),
    #[error("keep what was read")]
    Store(#[source] StoreError),
}

impl FollowedOrganization {
    /// Takes what is configured; nobody is called yet. None where no organization is kept elsewhere.
    ///
    /// # Errors
    /// An organization is kept here already, or there is no key to call with.
    pub(crate) fn open(
        config: &Config,
        catalog: &Arc<dyn Catalog>,
        clock: &Arc<dyn Clock>,
        ids: &Arc<dyn Ids>,
    ) -> Result<Option<Self>, OpenFollowedError> {
        let snapshot = catalog.current();
        let Some(followed) = &config.followed_organization else {
            if let Some(left) = snapshot.organizations().find(|kept| kept.kept == Kept::Elsewhere) {
                tracing::warn!(
                    organization = left.id,
                    "an organization that is kept elsewhere stays as it was last seen: organizations.endpoint is not set"
                );
            }
            return Ok(None);
        };
        check_unused(&snapshot)?;
        let credentials = connections::credentials(config, followed.profile.as_deref())?;
        let (endpoint, interval) = (&followed.endpoint, followed.interval);
        tracing::info!(%endpoint, %credentials, ?interval, "follows an organization that is kept elsewhere");
        Ok(Some(Self {
            source: Arc::new(OrganizationElsewhere::new(endpoint, &credentials)),
            catalog: Arc::clone(catalog),
            clock: Arc::clone(clock),
            ids: Arc::clone(ids),
            interval,
            lost: None,
            not_understood: BTreeMap::new(),
        }))
    }

    /// Reads and follows, until `stop`.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        let mut pause = PAUSE_MIN;
        loop {
            // A reading may be dropped at any time; what follows is not.
            let read = tokio::select! {
                () = stop.cancelled() => return,
                read = tokio::time::timeout(READING_MAX, self.source.read()) => read,
            };
            let read = read.unwrap_or_else(|_elapsed| Err(ReadError::of("ReadingTimedOut")));
            let outcome = match read {
                Ok(seen) => self.take(seen.as_ref()).await,
                Err(error) => Err(error.into()),
            };
            let wait = match outcome {
                Ok(()) => {
                    telemetry::organization_read(self.clock.now());
                    pause = PAUSE_MIN;
                    self.interval
                }
                // The next reading is to be another one.
                Err(error @ RoundError::Doubted(_)) => {
                    tell(&error);
                    pause = PAUSE_MIN;
                    self.interval
                }
                Err(error) => {
                    tell(&error);
                    let wait = pause.min(self.interval);
                    pause = pause.saturating_mul(2).min(self.interval);
                    wait
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// Follows a whole reading, unless it ends what no single reading ends.
    async fn take(&mut self, seen: Option<&Seen>) -> Result<(), RoundError> {
        let found = loss(seen, &self.catalog.current());
        let before = std::mem::replace(&mut self.lost, found.clone());
        let doubted = found.filter(|loss| before.as_ref() != Some(loss));
        telemetry::organization_doubted(doubted.is_some());
        if let Some(loss) = doubted {
            return Err(RoundError::Doubted(loss));
        }
        self.tell_not_understood(seen);
        self.follow(seen).await
    }

    /// Names policies that can't be understood, each once until it changes.
    fn tell_not_understood(&mut self, seen: Option<&Seen>) {
        let found = seen.into_iter().flat_map(Seen::not_understood);
        let found: BTreeMap<_, _> = found
            .map(|(policy, error)| {
                let told = error.to_string();
                if self.not_understood.get(&policy.id) != Some(&told) {
                    tracing::warn!(
                        policy = policy.id,
                        name = policy.name,
                        error = &error as &dyn std::error::Error,
                        "a service control policy can't be understood: accounts under it may do nothing"
                    );
                }
                (policy.id.clone(), told)
            })
            .collect();
        telemetry::organization_policies_not_understood(found.len());
        self.not_understood = found;
    }

    /// Commits until what is kept is what was seen.
    async fn follow(&self, seen: Option<&Seen>) -> Result<(), RoundError> {
        let (mut changed, before) = (0, self.catalog.current().revision());
        for _ in 0..COMMITS_MAX {
            let snapshot = self.catalog.current();
            let fresh = Fresh { ids: &*self.ids, now: self.clock.now() };
            let changes = next_step(seen, &snapshot, &fresh)?;
            let count = changes.len();
            if count == 0 {
                if changed > 0 {
                    self.announce(seen, changed, before);
                }
                return Ok(());
            }
            match self.catalog.commit(snapshot.revision(), changes).await {
                Ok(_) => changed += count,
                Err(CommitError::Conflict { .. }) => {}
                Err(CommitError::Refused(refusal)) => return Err(RoundError::Refused(refusal)),
                Err(CommitError::Store(error)) => return Err(RoundError::Store(error)),
            }
        }
        Err(RoundError::Concurrent)
    }

    fn announce(&self, seen: Option<&Seen>, changes: usize, before: u64) {
        telemetry::organization_changed();
        let (organization, accounts) =
            seen.map_or(("none", 0), |seen| (seen.organization().id.as_str(), seen.accounts()));
        let revision = self.catalog.current().revision();
        tracing::info!(
            organization,
            accounts,
            changes,
            before,
            revision,
            "the organization elsewhere changed"
        );
    }
}

fn tell(error: &RoundError) {
    let code = match error {
        RoundError::Read(error) => error.code.as_str(),
        RoundError::Doubted(_) => "Doubted",
        RoundError::InUse(_) => "InUse",
        RoundError::Concurrent => "Concurrent",
        RoundError::Refused(_) => "Refused",
        RoundError::Store(_) => "Store",
    };
    telemetry::organization_not_read(code);
    let error = error as &dyn std::error::Error;
    match code {
        "Doubted" | "InUse" | "Refused" | "Store" => {
            tracing::error!(code, error, "the organization elsewhere is not followed");
        }
        _ => tracing::warn!(code, error, "the organization elsewhere could not be read"),
    }
}
