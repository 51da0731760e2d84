//! Whoever asked for a validation, for each thing that is read in its name.

use std::sync::Arc;

use cairn_validation::FetchError;
use tokio_util::sync::CancellationToken;

use crate::serve::{Arrival, Front, Who};
use crate::tail::standing::{Right as _, Standing};

/// Somebody who is known and whose call was permitted.
#[derive(Debug)]
pub(super) struct Asker {
    pub(super) front: Arc<Front>,
    pub(super) who: Who,
    /// The call in whose course objects are read.
    arrival: Arrival,
    /// Whether that call would still be taken, and who is told once it would not.
    standing: Standing,
    ended: CancellationToken,
}

impl Asker {
    /// Reads for a call that was permitted. The token is cancelled when it would not be any more.
    pub(super) fn new(
        front: Arc<Front>,
        (arrival, who): (&Arrival, Who),
        (standing, ended): (Standing, CancellationToken),
    ) -> Self {
        let mut arrival = arrival.clone();
        arrival.head.method = "GET".to_owned();
        // What the caller said of itself goes with each call; what it said of its own body and answer does not.
        arrival.head.headers.retain(|(name, _)| {
            matches!(name.as_str(), "host" | "user-agent" | "authorization" | "x-forwarded-for")
        });
        Self { front, who, arrival, standing, ended }
    }

    /// Returns a call that reads something, as the asker would make it.
    pub(super) fn call(&self, path: String, query: String) -> Result<Arrival, FetchError> {
        if let Err(reason) = self.standing.holds(&self.front.catalog.current()) {
            tracing::debug!(reason, "a validation ended with its caller's rights");
            self.ended.cancel();
            return Err(FetchError::Failed("the caller's session or key has ended".to_owned()));
        }
        let mut arrival = self.arrival.clone();
        arrival.ids = self.front.request_ids();
        (arrival.head.path, arrival.head.query) = (path, query);
        Ok(arrival)
    }
}
