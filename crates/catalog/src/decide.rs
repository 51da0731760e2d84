//! Changes that are decided on the newest revision, and anew when somebody else was faster.

use crate::{Catalog, Change, CommitError, Revision, Snapshot};

/// What was decided, now that its changes are committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decided<T> {
    /// What came of it beside the changes.
    pub output: T,
    /// The revision that it was decided on.
    pub on: Revision,
    /// The revision that holds the changes: the same if there were none.
    pub made: Revision,
}

/// Nothing was changed.
#[derive(Debug)]
pub enum DecideError<E> {
    /// The decision was to refuse.
    Refused(E),
    /// Somebody else was faster each time; the same call may succeed later.
    Overtaken,
    /// The catalog did not take the changes, and not because somebody was faster.
    Failed(CommitError),
}

/// Decides on the newest revision and commits; decides again when somebody else was faster. A decision without
/// changes makes no revision.
///
/// # Errors
/// See [`DecideError`].
pub async fn decide<T, E>(
    catalog: &dyn Catalog,
    decision: impl Fn(&Snapshot) -> Result<(Vec<Change>, T), E> + Send,
) -> Result<Decided<T>, DecideError<E>> {
    for _ in 0..COMMITS_MAX {
        let snapshot = catalog.current();
        let on = snapshot.revision();
        let (changes, output) = decision(&snapshot).map_err(DecideError::Refused)?;
        if changes.is_empty() {
            return Ok(Decided { output, on, made: on });
        }
        match catalog.commit(on, changes).await {
            Ok(made) => return Ok(Decided { output, on, made }),
            Err(CommitError::Conflict { .. }) => {}
            Err(error @ (CommitError::Refused(_) | CommitError::Store(_))) => {
                return Err(DecideError::Failed(error));
            }
        }
    }
    Err(DecideError::Overtaken)
}

/// How often a change is decided anew before the caller is told to come back.
const COMMITS_MAX: usize = 16;

#[cfg(test)]
mod tests;
