//! Saves who tried to sign in too often, so that a restart forgives nobody: once a second at most, and at the end.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::serve::Front;

/// How far behind what is saved may be.
const EVERY: Duration = Duration::from_secs(1);

/// Saves from time to time what has changed, until `stop`, and then once more.
pub(crate) async fn run(front: Arc<Front>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(EVERY) => save(&front).await,
        }
    }
    // `stop` may have come in the middle of a saving, which missed what was counted last.
    save(&front).await;
}

async fn save(front: &Front) {
    let sign_in = &front.console.sign_in;
    let saved =
        sign_in.guesses.save(&*sign_in.catalog, &sign_in.master, &*front.ids, front.clock.now()).await;
    if let Err(error) = saved {
        tracing::warn!(error = &error as &dyn std::error::Error, "attempts to sign in not saved");
    }
}
