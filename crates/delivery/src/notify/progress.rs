//! How far a trail's notifications have got: a state `notifications/<created>/<arn>`.
//!
//! It is a state and no cursor, for it counts receipts: the journal's retention looks at every cursor.

use cairn_catalog::{Catalog, CursorError, LiveTrail, StateChange, StoreError, TrailId};
use serde::{Deserialize, Serialize};

/// What is remembered of one trail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Progress {
    version: u32,
    /// The number of the last receipt that was told of.
    pub(super) after: u64,
    /// The ARN of the topic that a deleted trail had; it is told of the trail's last files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) topic: Option<String>,
    /// Whether the trail is deleted and everything is told.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) done: bool,
}

impl Default for Progress {
    fn default() -> Self {
        Self { version: VERSION, after: 0, topic: None, done: false }
    }
}

/// A progress and the version under which it is stored.
#[derive(Debug, Default)]
pub(super) struct Stored {
    pub(super) progress: Progress,
    version: Option<u64>,
}

/// A progress could not be read or moved.
#[derive(Debug, thiserror::Error)]
pub(super) enum ProgressError {
    #[error("read how far notifications got")]
    Store(#[from] StoreError),
    #[error("note how far notifications got")]
    Moved(#[from] CursorError),
    #[error("read how far notifications got: the state is none of theirs")]
    Form(#[from] serde_json::Error),
    #[error("read how far notifications got: the state is of version {0}, this Cairn knows {VERSION}")]
    Newer(u32),
}

/// Writes down that a trail which gets a topic is told of what is delivered from now on, not of what lies in
/// its bucket already.
///
/// # Errors
/// Nothing was written down; the trail must get no topic.
pub async fn begin_notifications(
    catalog: &dyn Catalog,
    trail: &LiveTrail,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    if trail.sns_topic.is_some() {
        return Ok(());
    }
    let after = catalog.last_receipt().await?;
    change(catalog, trail.id(), |progress| progress.after = after).await?;
    Ok(())
}

/// Writes down where the last files of a trail that is about to be deleted are told of.
///
/// # Errors
/// Nothing was written down; the trail must stay.
pub async fn hold_notifications(
    catalog: &dyn Catalog,
    trail: &LiveTrail,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let Some(topic) = trail.sns_topic_arn() else { return Ok(()) };
    change(catalog, trail.id(), |progress| progress.topic = Some(topic.clone())).await?;
    Ok(())
}

/// Returns the number of the last receipt that the topic of a trail was told of: of later ones it will be.
///
/// # Errors
/// The state could not be read or understood.
pub async fn notified_up_to(
    catalog: &dyn Catalog,
    trail: &TrailId,
) -> Result<u64, Box<dyn std::error::Error + Send + Sync>> {
    Ok(Stored::read(catalog, trail).await?.progress.after)
}

/// Lists the trails that were about to be deleted and have something left to tell.
pub(super) async fn held(catalog: &dyn Catalog) -> Result<Vec<TrailId>, StoreError> {
    let states = catalog.states(PREFIX).await?;
    let open = states.into_iter().filter_map(|state| {
        let progress = read(&state.body).ok()?;
        let trail = parse_name(&state.name)?;
        (progress.topic.is_some() && !progress.done).then_some(trail)
    });
    Ok(open.collect())
}

impl Stored {
    pub(super) async fn read(catalog: &dyn Catalog, trail: &TrailId) -> Result<Self, ProgressError> {
        match catalog.state(&name(trail)).await? {
            Some(state) => {
                let progress = read(&state.body)?;
                Ok(Self { progress, version: Some(state.version) })
            }
            None => Ok(Self::default()),
        }
    }

    /// Stores a new progress, unless somebody else has meanwhile.
    async fn set(
        &mut self,
        catalog: &dyn Catalog,
        trail: &TrailId,
        progress: Progress,
    ) -> Result<(), ProgressError> {
        let body = serde_json::to_string(&progress)?;
        catalog.set_state(StateChange { name: name(trail), expected: self.version, body }).await?;
        self.version = Some(self.version.unwrap_or_default() + 1);
        self.progress = progress;
        Ok(())
    }
}

/// Changes a progress, whoever else is at it, and returns it as it is then.
pub(super) async fn change(
    catalog: &dyn Catalog,
    trail: &TrailId,
    apply: impl Fn(&mut Progress),
) -> Result<Stored, ProgressError> {
    let mut tries = 0;
    loop {
        let mut stored = Stored::read(catalog, trail).await?;
        let mut progress = stored.progress.clone();
        apply(&mut progress);
        match stored.set(catalog, trail, progress).await {
            Ok(()) => return Ok(stored),
            Err(ProgressError::Moved(CursorError::Moved { .. })) if tries < TRIES_MAX => tries += 1,
            Err(error) => return Err(error),
        }
    }
}

fn read(body: &str) -> Result<Progress, ProgressError> {
    let progress: Progress = serde_json::from_str(body)?;
    if progress.version == VERSION { Ok(progress) } else { Err(ProgressError::Newer(progress.version)) }
}

fn name(trail: &TrailId) -> String {
    format!("{PREFIX}{}/{}", trail.created, trail.arn)
}

fn parse_name(name: &str) -> Option<TrailId> {
    let (created, arn) = name.strip_prefix(PREFIX)?.split_once('/')?;
    Some(TrailId { arn: arn.to_owned(), created: created.parse().ok()? })
}

const PREFIX: &str = "notifications/";

/// The version of what is remembered (`docs/formats/notifications.md`).
const VERSION: u32 = 1;

/// How often a change is tried again when the trail's own task was faster.
const TRIES_MAX: u32 = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_name_can_be_read_back() {
        let arn = "arn:aws:cloudtrail:eu-west-1:123456789012:trail/main".to_owned();
        let trail = TrailId { arn, created: 7 };
        assert_eq!(name(&trail), "notifications/7/arn:aws:cloudtrail:eu-west-1:123456789012:trail/main");
        assert_eq!(parse_name(&name(&trail)), Some(trail));
        assert_eq!(parse_name("digests/7/arn"), None);
    }

    #[test]
    fn a_progress_is_as_short_as_it_can_be() {
        let stored = |progress: &Progress| serde_json::to_string(progress).unwrap();
        let mut progress = Progress { after: 3, ..Progress::default() };
        assert_eq!(stored(&progress), r#"{"version":1,"after":3}"#);
        (progress.topic, progress.done) = (Some("arn".to_owned()), true);
        assert_eq!(stored(&progress), r#"{"version":1,"after":3,"topic":"arn","done":true}"#);
        assert_eq!(read(&stored(&progress)).unwrap(), progress);
    }

    #[test]
    fn a_progress_of_a_later_version_or_of_nothing_is_refused() {
        assert!(matches!(read(r#"{"version":2,"after":3}"#), Err(ProgressError::Newer(2))));
        assert!(matches!(read(r#"{"after":3}"#), Err(ProgressError::Form(_))));
    }
}
