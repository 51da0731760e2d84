//! Trimming the journal: below the slowest cursor, and no sooner than the configured hold.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use cairn_catalog::Catalog;
use cairn_event::{Clock, Entry};
use cairn_intake::{Intake, IntakeError};
use cairn_journal::{EmbeddedReader, Reader as _};
use tokio_util::sync::CancellationToken;

use crate::promises::Promises;

/// How often the journal is looked at.
const EVERY: Duration = Duration::from_secs(10);

/// Above this share of its size, in percent, the journal gives up what is read before its hold is over.
const CROWDED_PERCENT: u64 = 80;

/// Above this share of its size, in percent, the journal waits for no transparency log and no live stream: better a
/// log that ends and another that begins, or a dead webhook without some events, than calls refused.
const PRESSED_PERCENT: u64 = 90;

/// With this much free on the disk, events are taken again after it was full.
const FREE_BYTES_MIN: u64 = 16 << 20;

/// Trims the journal from time to time.
pub(crate) struct Retention {
    pub(crate) catalog: Arc<dyn Catalog>,
    pub(crate) journal: Arc<EmbeddedReader>,
    /// Where the journal is.
    pub(crate) dir: PathBuf,
    pub(crate) intake: Arc<Intake>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) hold: Duration,
    /// Whether transparency logs are kept, so that they are waited for.
    pub(crate) tlog: bool,
    /// What a restart would look for in the journal.
    pub(crate) promises: Arc<Promises>,
}

impl Retention {
    pub(crate) async fn run(self, stop: CancellationToken) {
        let this = Arc::new(self);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(EVERY) => {}
            }
            this.reopen_with_room();
            match this.slowest().await {
                Ok(Some(below)) => {
                    let trimming = Arc::clone(&this);
                    let trimmed = tokio::task::spawn_blocking(move || trimming.trim(below)).await;
                    if let Err(error) = trimmed {
                        tracing::error!(
                            error = &error as &dyn std::error::Error,
                            "trimming ended abnormally"
                        );
                    }
                }
                Ok(None) => {}
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "cursors could not be read");
                }
            }
        }
    }

    /// Returns the position below which every projection has read; `None` until each has a cursor.
    async fn slowest(&self) -> Result<Option<u64>, cairn_catalog::StoreError> {
        let cursors = self.catalog.cursors().await?;
        if !cursors.iter().any(|cursor| cursor.name == cairn_history::CURSOR) {
            return Ok(None);
        }
        let pressed = self.is_fuller_than(PRESSED_PERCENT);
        let snapshot = self.catalog.current();
        let known = |name: String| cursors.iter().any(|cursor| cursor.name == name);
        let started = snapshot.trails().all(|trail| {
            let is_logged = self.tlog && !pressed && trail.log_file_validation;
            known(cairn_delivery::cursor_name(trail.id()))
                && (!is_logged || known(cairn_tlog::cursor_name(trail.id())))
                && (trail.cw_logs_group.is_none() || known(cairn_stream::log_group_cursor_name(trail.id())))
        });
        let waited_for = cursors.iter().filter(|cursor| {
            let is_log = cursor.name.starts_with(cairn_tlog::CURSORS);
            let is_stream = cairn_stream::is_stream_cursor(&cursor.name);
            !(is_log && (pressed || !self.tlog) || is_stream && pressed)
        });
        Ok(waited_for.map(|cursor| cursor.position).min().filter(|_| started))
    }

    fn trim(&self, below: u64) {
        let below = if self.is_fuller_than(CROWDED_PERCENT) { below } else { self.older_than_hold(below) };
        let below = self.kept_for_promises(below);
        if below <= self.journal.head() {
            return;
        }
        match self.journal.trim(below) {
            Ok(head) => {
                tracing::debug!(head, "journal trimmed");
                self.intake.reopen_if_full();
            }
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "journal could not be trimmed");
            }
        }
    }

    /// Takes events again once a full disk has room. Where the journal itself is full, trimming makes the room.
    fn reopen_with_room(&self) {
        if self.intake.refusal() != Some(IntakeError::Full) || self.is_fuller_than(PRESSED_PERCENT) {
            return;
        }
        match rustix::fs::statvfs(&self.dir) {
            Ok(disk) if disk.f_bavail.saturating_mul(disk.f_frsize) >= FREE_BYTES_MIN => {
                tracing::info!("the disk has room again; events are taken");
                self.intake.reopen_if_full();
            }
            Ok(_full) => {}
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "the disk could not be looked at")
            }
        }
    }

    /// Keeps what a restart would look through for the events of calls that are under way. Calls that have been for
    /// longer than everything else is kept are asked to let go, and have by the next time.
    fn kept_for_promises(&self, below: u64) -> u64 {
        match self.promises.hold() {
            Some(held) if held < below => {
                self.promises.intents.renew(below);
                held
            }
            Some(_) | None => below,
        }
    }

    fn is_fuller_than(&self, percent: u64) -> bool {
        self.journal.bytes_used() * 100 > self.journal.bytes_max() * percent
    }

    /// Finds, by halving, the first position whose event is younger than the hold.
    fn older_than_hold(&self, below: u64) -> u64 {
        let hold_ms = i64::try_from(self.hold.as_millis()).unwrap_or(i64::MAX);
        let before_ms = self.clock.now().as_millisecond().saturating_sub(hold_ms);
        let (mut low, mut high) = (self.journal.head(), below);
        while low < high {
            let middle = low + (high - low) / 2;
            let entry = self.journal.get(middle).ok().flatten().and_then(|bytes| Entry::decode(&bytes).ok());
            match entry {
                Some(entry) if entry.received_ms < before_ms => low = middle + 1,
                Some(_) | None => high = middle,
            }
        }
        low
    }
}
