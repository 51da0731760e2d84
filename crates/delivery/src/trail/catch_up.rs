//! What is owed is made again from the journal, window by window, beside what is new.
//!
//! A folder that took its last file goes on at once; of those that refused, a few are tried after a pause, each in
//! its turn.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use cairn_journal::Position;
use cairn_projection::Pause;
use tokio::time::Instant;

use super::{DeliverError, Fit, READ_BYTES_MAX, TrailDelivery, Window};
use crate::backoff::backoff;
use crate::bucket::PutError;
use crate::owed::{Owed, Place, Places};

/// How many folders that refused are tried after a pause.
const TRIED_AT_ONCE: usize = 16;

/// Whose turn it is.
#[derive(Debug)]
pub(super) struct Retries {
    /// Folders that took what they were given last, or may do so as others did.
    moving: BTreeSet<Place>,
    /// The last of the others that was tried.
    last: Option<Place>,
    pause: Pause,
    due: Option<Instant>,
}

impl Default for Retries {
    fn default() -> Self {
        Self { moving: BTreeSet::new(), last: None, pause: backoff(), due: None }
    }
}

impl Retries {
    /// Returns how long nothing is to be tried; `None` while nothing is owed.
    pub(super) fn left(&self, owed: &Owed) -> Option<Duration> {
        if owed.places.is_empty() {
            return None;
        }
        let due = self.due.map_or(Duration::ZERO, |due| due.saturating_duration_since(Instant::now()));
        Some(if self.moving.is_empty() { due } else { Duration::ZERO })
    }

    /// Chooses the next few of those that refused.
    fn few(&mut self, owed: &Places) -> Places {
        let others = || owed.iter().filter(|(place, _)| !self.moving.contains(*place));
        let behind = others().filter(|(place, _)| self.last.as_ref().is_none_or(|last| *place > last));
        let few = behind.chain(others()).take(TRIED_AT_ONCE.min(others().count()));
        let few: Vec<(Place, Position)> = few.map(|(place, from)| (place.clone(), *from)).collect();
        self.last = few.last().map(|(place, _)| place.clone());
        few.into_iter().collect()
    }
}

impl TrailDelivery {
    /// Tries to deliver one window of what is owed to folders that take it, and of those that refused. True when there
    /// is more to do at once.
    pub(super) async fn catch_up(&mut self) -> Result<bool, DeliverError> {
        let owed = &self.owed.places;
        self.retries.moving.retain(|place| owed.contains_key(place));
        if owed.is_empty() {
            return Ok(false);
        }
        if self.retries.due.is_none_or(|due| Instant::now() >= due) {
            let few = self.retries.few(owed);
            let takes = self.try_few(few).await?;
            let pause = if takes { backoff().failed() } else { self.retries.pause.failed() };
            if takes {
                self.retries.pause.succeeded();
            }
            self.retries.due = Some(Instant::now() + pause);
        }
        let moving = self.owed.places.iter().filter(|(place, _)| self.retries.moving.contains(*place));
        let moving: Places = moving.map(|(place, from)| (place.clone(), *from)).collect();
        if let Some(from) = moving.values().min().copied() {
            self.catch_up_from(from, &moving).await?;
        }
        Ok(!self.retries.moving.is_empty())
    }

    /// Tries folders that refused. Where one takes its files, those that wait since then may do so too.
    async fn try_few(&mut self, few: Places) -> Result<bool, DeliverError> {
        let mut by_from: BTreeMap<Position, Places> = BTreeMap::new();
        for (place, from) in few {
            by_from.entry(from).or_default().insert(place, from);
        }
        let mut takes = false;
        for (from, few) in by_from {
            let beside: Vec<Place> = self
                .owed
                .places
                .iter()
                .filter(|(_, at)| **at == from)
                .map(|(place, _)| place.clone())
                .collect();
            if self.catch_up_from(from, &few).await? {
                takes = true;
                self.retries.moving.extend(beside.into_iter().filter(|place| !few.contains_key(place)));
            }
        }
        Ok(takes)
    }

    /// Makes the window that begins at `from` again and puts its files into the folders named that have nothing from
    /// there on. Says whether one of them got further.
    async fn catch_up_from(&mut self, from: Position, named: &Places) -> Result<bool, DeliverError> {
        let (window, next) = self.read_again(from, named).await?;
        let asked: BTreeSet<&Place> =
            named.iter().filter(|(_, at)| **at < next).map(|(place, _)| place).collect();
        let outcome = match window {
            Some(window) => self.put_window(window, next, |place| asked.contains(place)).await?,
            None => super::put::Outcome::default(),
        };
        let mut refused: BTreeMap<Place, PutError> = outcome.denied;
        if let Some((place, error)) = outcome.stopped {
            let missing = outcome.missing.iter().filter(|missing| !refused.contains_key(missing));
            let missing: Vec<Place> = missing.cloned().chain([place]).collect();
            refused.extend(missing.into_iter().map(|place| (place, error.clone())));
        }
        let mut places = self.owed.places.clone();
        for place in asked {
            if refused.contains_key(place) {
                self.retries.moving.remove(place);
                continue;
            }
            self.retries.moving.insert(place.clone());
            // Everything of it below the cursor is there: it is no different from others.
            if next >= self.committed {
                places.remove(place);
            } else {
                places.insert(place.clone(), next);
            }
        }
        let got_further = places != self.owed.places;
        if got_further || !outcome.receipts.is_empty() {
            self.commit(outcome.receipts, self.committed, places).await?;
        }
        self.tell_denied(&refused).await;
        Ok(got_further)
    }

    /// Reads the window that begins at `from` again, and says where the next one does; never beyond the cursor, which
    /// stands between windows.
    async fn read_again(
        &self,
        from: Position,
        named: &Places,
    ) -> Result<(Option<Window>, Position), DeliverError> {
        let (mut window, mut next) = (None, from);
        while next < self.committed {
            let Some(records) = self.journal.read(next, READ_BYTES_MAX).await? else { break };
            for record in records.iter() {
                if record.position >= self.committed {
                    return Ok((window, self.committed));
                }
                let event = (record.position, &record.entry);
                if self.fit(&mut window, event, Some(named)).await? == Fit::Cut {
                    return Ok((window, record.position));
                }
                next = record.position + 1;
            }
        }
        Ok((window, self.committed))
    }
}
