//! Trimming the journal: below the slowest cursor, and no sooner than the configured hold.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use cairn_catalog::Catalog;
use cairn_delivery::OwedError;
use cairn_event::{Clock, Entry};
use cairn_intake::{Intake, IntakeError};
use cairn_journal::{EmbeddedReader, Reader as _};
use rustix::fs::FallocateFlags;
use rustix::io::Errno;
use tokio_util::sync::CancellationToken;

use crate::promises::Promises;

/// How often the journal is looked at.
const EVERY: Duration = Duration::from_secs(10);

/// Above this share of its size, in percent, the journal gives up what is read before its hold is over.
const CROWDED_PERCENT: u64 = 80;

/// Above this share of its size, in percent, the journal waits for no transparency log, no live stream and no insights:
/// better a log that ends and another that begins, a dead webhook without some events, or minutes that were counted
/// only in part, than calls refused.
const PRESSED_PERCENT: u64 = 90;

/// With this much room on the disk, events are taken again after it was full.
const ROOM_BYTES: u64 = 16 << 20;

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
            match this.slowest().await {
                Ok(below) => {
                    let trimming = Arc::clone(&this);
                    let trimming = move || {
                        trimming.reopen_with_room();
                        below.into_iter().for_each(|below| trimming.trim(below));
                    };
                    let trimmed = tokio::task::spawn_blocking(trimming).await;
                    if let Err(error) = trimmed {
                        tracing::error!(
                            error = &error as &dyn std::error::Error,
                            "trimming ended abnormally"
                        );
                    }
                }
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "cursors could not be read");
                }
            }
        }
    }

    /// Returns the position below which every projection has read; `None` until each has a cursor.
    async fn slowest(&self) -> Result<Option<u64>, OwedError> {
        // Cursors first: what is owed afterwards and was not before stands beyond them.
        let cursors = self.catalog.cursors().await?;
        let owed = cairn_delivery::owed_from(&*self.catalog).await?;
        if !cursors.iter().any(|cursor| cursor.name == cairn_history::CURSOR) {
            return Ok(None);
        }
        let pressed = self.is_fuller_than(PRESSED_PERCENT);
        let snapshot = self.catalog.current();
        // What was counted can't be counted again once it is trimmed.
        if !pressed && !cursors.iter().any(|cursor| cursor.name == cairn_insights::CURSOR) {
            return Ok(None);
        }
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
            let is_insights = cursor.name == cairn_insights::CURSOR;
            !(is_log && (pressed || !self.tlog) || (is_stream || is_insights) && pressed)
        });
        Ok(waited_for.map(|cursor| cursor.position).chain(owed).min().filter(|_| started))
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
        match has_room(&self.dir) {
            Ok(true) => {
                tracing::info!("the disk has room again; events are taken");
                self.intake.reopen_if_full();
            }
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "the disk could not be looked at");
            }
        }
    }

    /// Keeps what a restart would look through for the events of calls that are under way. Calls that have been for
    /// longer than everything else is kept are asked to let go, and have by the next time.
    ///
    /// Where nothing more can be written of calls, none ever lets go. Then a journal that is nearly full waits for
    /// them no longer: a restart may tell some calls twice, but until then all others are taken.
    fn kept_for_promises(&self, below: u64) -> u64 {
        let Some(held) = self.promises.hold().filter(|held| *held < below) else { return below };
        if self.promises.intents.refusal().is_none() {
            self.promises.intents.renew(below);
            return held;
        }
        if !self.is_fuller_than(PRESSED_PERCENT) {
            return held;
        }
        // Said as long as something that was held is there, which is until it is trimmed.
        if self.journal.head() <= held {
            tracing::error!(
                held,
                "journal is trimmed although a restart would look there for calls that were open: the journal of \
                 intents takes nothing until a restart, which may record some calls twice"
            );
        }
        below.min(self.promises.gaps.hold().unwrap_or(below))
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

/// Tells whether a file in `dir` could grow, by the file system's word and the quota's: what is merely free may be
/// for others.
fn has_room(dir: &Path) -> io::Result<bool> {
    let path = dir.join("room");
    let file = File::create(&path)?;
    let reserved = rustix::fs::fallocate(&file, FallocateFlags::empty(), 0, ROOM_BYTES);
    fs::remove_file(&path)?;
    match reserved {
        Ok(()) => Ok(true),
        Err(Errno::NOSPC | Errno::DQUOT | Errno::FBIG) => Ok(false),
        Err(Errno::OPNOTSUPP) => {
            let disk = rustix::fs::statvfs(dir)?;
            Ok(disk.f_bavail.saturating_mul(disk.f_frsize) >= ROOM_BYTES)
        }
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use cairn_catalog::{CursorMove, SqliteCatalog};
    use cairn_event::{AccountId, Ids, Origin, Region};
    use cairn_intake::Draft;
    use cairn_intents::Intent;
    use cairn_journal::{DiskFileSystem, EmbeddedJournal, Options};

    use super::*;
    use crate::clock::{SystemClock, SystemIds};
    use crate::data_dir::DataDir;

    fn event(id: &str) -> (AccountId, Region, Vec<u8>) {
        let event = format!(
            r#"{{"eventVersion":"1.11","eventTime":"2026-01-01T00:00:00Z","eventID":"{id}","eventCategory":"Management"}}"#
        );
        ("111122223333".parse().unwrap(), Region::us_east_1(), event.into_bytes())
    }

    async fn retention(dir: &DataDir, options: Options) -> Retention {
        let (clock, ids): (Arc<dyn Clock>, Arc<dyn Ids>) = (Arc::new(SystemClock), Arc::new(SystemIds));
        let disk = Arc::new(DiskFileSystem);
        let (writer, journal, _) = EmbeddedJournal::open(&dir.journal(), options, disk).unwrap();
        let catalog: Arc<dyn Catalog> = Arc::new(SqliteCatalog::open(&dir.catalog()).await.unwrap());
        let (reader, for_intake) = (Arc::clone(&journal), Arc::clone(&catalog));
        let intake = Intake::start(Box::new(writer), reader, for_intake, Arc::clone(&clock));
        let intake = Arc::new(intake.unwrap());
        let (promises, _) = Promises::open(dir, &journal, &intake, &clock, &ids).unwrap();
        let promises = Arc::new(promises);
        Retention {
            catalog,
            journal,
            dir: dir.journal(),
            intake,
            clock,
            hold: Duration::ZERO,
            tlog: false,
            promises,
        }
    }

    /// A journal that is soon full.
    fn small() -> Options {
        Options {
            segment_bytes: 8_192,
            bytes_max: 64 * 1024,
            frame_bytes_max: 6_000,
            reserve_bytes: 512,
            cache_bytes: 0,
            ..Options::default()
        }
    }

    #[tokio::test]
    async fn what_a_restart_would_look_through_is_kept_and_a_long_call_lets_go_of_it() {
        let temporary = tempfile::tempdir().unwrap();
        let retention = retention(&DataDir::new(temporary.path()), Options::default()).await;
        let begin = async |number: u32| {
            let event_id = format!("00000000-0000-4000-8000-{number:012}");
            let (account, region, event) = event(&event_id);
            retention.promises.intents.begin(Intent { event_id, account, region, event }).await.unwrap()
        };
        assert_eq!(retention.kept_for_promises(7), 7);
        let long = begin(1).await;
        for number in 100..110 {
            let (account, region, event) = event(&format!("00000000-0000-4000-8000-{number:012}"));
            let draft = Draft { account, region, origin: Origin::Call, event, under: None };
            retention.intake.submit(draft).await.unwrap();
        }
        assert_eq!(retention.kept_for_promises(7), 0, "its event may be anywhere from there on");
        // It was asked to let go; an intent is written after that is done.
        drop(begin(2).await);
        assert_eq!(retention.kept_for_promises(7), 7);
        drop(long);
        retention.promises.intents.close().await;
        retention.intake.close().await;
    }

    #[tokio::test]
    async fn calls_that_can_not_end_do_not_fill_the_journal_for_ever() {
        let temporary = tempfile::tempdir().unwrap();
        let retention = retention(&DataDir::new(temporary.path()), small()).await;
        let event_id = "00000000-0000-4000-8000-000000000001".to_owned();
        let (account, region, event) = event(&event_id);
        let begun = retention.promises.intents.begin(Intent { event_id, account, region, event });
        let begun = begun.await.unwrap();
        // As after a write that failed: nothing more is ever written of calls.
        retention.promises.intents.close().await;
        let mut submitted = 0;
        while !retention.is_fuller_than(PRESSED_PERCENT) {
            assert_eq!(retention.kept_for_promises(submitted), 0, "there is room for what is held");
            let padding: String = (0..50).map(|_| SystemIds.guid()).collect();
            let (account, region, event) = self::event(&padding);
            let draft = Draft { account, region, origin: Origin::Call, event, under: None };
            retention.intake.submit(draft).await.unwrap();
            submitted += 1;
        }
        assert_eq!(retention.kept_for_promises(submitted), submitted);
        retention.trim(submitted);
        assert!(retention.journal.head() > 0);
        drop(begun);
        retention.intake.close().await;
    }

    #[tokio::test]
    async fn the_journal_waits_for_insights_until_it_is_pressed() {
        let temporary = tempfile::tempdir().unwrap();
        let retention = retention(&DataDir::new(temporary.path()), small()).await;
        let advance = async |name: &str, to| {
            let step = CursorMove { name: name.to_owned(), expected: None, to };
            retention.catalog.advance(step).await.unwrap();
        };
        advance(cairn_history::CURSOR, 9).await;
        assert_eq!(retention.slowest().await.unwrap(), None, "nothing is counted yet");
        advance(cairn_insights::CURSOR, 4).await;
        assert_eq!(retention.slowest().await.unwrap(), Some(4));
        while !retention.is_fuller_than(PRESSED_PERCENT) {
            let padding: String = (0..50).map(|_| SystemIds.guid()).collect();
            let (account, region, event) = event(&padding);
            let draft = Draft { account, region, origin: Origin::Call, event, under: None };
            retention.intake.submit(draft).await.unwrap();
        }
        assert_eq!(
            retention.slowest().await.unwrap(),
            Some(9),
            "better minutes counted in part than calls refused"
        );
        retention.promises.intents.close().await;
        retention.intake.close().await;
    }

    #[test]
    fn looking_for_room_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        assert!(has_room(dir.path()).unwrap());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
        assert!(has_room(&dir.path().join("absent")).is_err());
    }
}
