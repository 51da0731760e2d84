//! Imports that are open: who brings events in, and how many have come in.
//!
//! ```text
//! begin ─► its record ─► events, batch by batch ─► end ─► its record
//! ```
//!
//! An import is on record before the first of its events enters the history, so that its batches need no record each.
//! It belongs to one [`Importer`]: what anybody else, or the same person from elsewhere, wants to add to it is
//! refused. What has come in is kept in the catalog before a batch is answered, so that an import goes on when the
//! server is back. One that nobody goes on with for [`SILENCE_MAX`] is ended in its importer's name ([`Imports::silent`]).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use cairn_catalog::{Catalog, CursorError, StateChange, StoreError};
use cairn_event::{AccountId, Region};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::sync::{Mutex, MutexGuard};

use crate::Outcome;

/// After which silence an import is ended.
pub const SILENCE_MAX: Duration = Duration::from_mins(10);

/// The most imports that are open, of all accounts.
pub const OPEN_MAX: usize = 64;

/// The most imports that an account has open.
pub const OPEN_OF_ACCOUNT_MAX: usize = 16;

/// The most places that an import says it reads, and the most bytes of one; the rest is left out.
pub const PLACES_MAX: usize = 20;
const PLACE_BYTES_MAX: usize = 512;

/// Where states of open imports are.
const STATES: &str = "import/";

/// The version of a state's form.
const VERSION: u32 = 1;

/// Whose an import is. All of it must be the same from one batch to the next, because the record of the beginning
/// speaks for all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Importer {
    /// The account whose history receives the events.
    pub account: AccountId,
    /// The Region of events that do not tell theirs.
    pub region: Region,
    /// The caller's ARN.
    pub arn: Option<String>,
    /// The key that signs.
    pub access_key_id: Option<String>,
    /// Where the caller is.
    pub address: String,
}

/// What an import says of itself when it begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Opening {
    /// What the lines are.
    pub format: String,
    /// What is read: files, directories, buckets.
    pub places: Vec<String>,
    /// How many documents were found there.
    pub documents: u64,
}

/// What became of events.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Tally {
    /// Durable, and new.
    pub recorded: u64,
    /// Recorded before.
    pub repeated: u64,
    /// Data events that no trail selects.
    pub not_selected: u64,
    /// Older than the event history tells of.
    pub too_old: u64,
    /// No events, or too large.
    pub refused: u64,
    /// The `eventTime`s of the earliest and the latest event that was recorded, seconds since 1970.
    pub span: Option<(i64, i64)>,
}

/// How an import ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// Everything was read.
    Complete,
    /// Whoever imported stopped it.
    Stopped,
    /// Something could not be read or sent.
    Failed,
    /// Nobody went on with it.
    Abandoned,
}

/// An import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Import {
    version: u32,
    /// The `eventID` of the record of its beginning.
    pub id: String,
    /// Whose it is.
    pub by: Importer,
    /// What it said of itself.
    pub opening: Opening,
    /// When it began, milliseconds since 1970.
    pub begun_ms: i64,
    /// How many requests brought something.
    pub batches: u64,
    /// What became of its events.
    pub tally: Tally,
    /// Set while the record of its end is on its way.
    pub ending: Option<Ending>,
}

/// An import can't begin, go on or end.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// There is none with this id that is open, and of this importer and form.
    #[error("find the import: none is open under this id for this caller, Region and format")]
    Unknown,
    /// Some of its events are on their way.
    #[error("end the import while events of it are on their way")]
    Busy,
    /// Too many are open.
    #[error(
        "begin another import: {OPEN_OF_ACCOUNT_MAX} of an account and {OPEN_MAX} of all are open at most"
    )]
    TooMany,
    /// The catalog can't be read.
    #[error("read the open imports")]
    Catalog(#[from] StoreError),
    /// The catalog can't be written.
    #[error("write down the import")]
    Cursor(#[from] CursorError),
    /// A newer version wrote it, or nobody.
    #[error("read the open import in {0}")]
    Unreadable(String),
}

/// The right to bring a batch into an import, which does not end before this is dropped.
#[derive(Debug)]
pub struct Pass {
    id: String,
    _held: Arc<()>,
}

/// The open imports. Each has one of [`OPEN_MAX`] states of the catalog, which is empty when it has ended.
#[derive(Debug)]
pub struct Imports {
    catalog: Arc<dyn Catalog>,
    /// None until the catalog was read, and again after a failure, which leaves open what the catalog has.
    slots: Mutex<Option<Slots>>,
}

type Slots = BTreeMap<usize, Slot>;

#[derive(Debug)]
struct Slot {
    /// The version of the state in the catalog.
    version: Option<u64>,
    held: Option<Held>,
}

#[derive(Debug)]
struct Held {
    import: Import,
    /// When somebody last went on with it.
    touched: Timestamp,
    /// Shared with the passes.
    passes: Arc<()>,
}

impl Tally {
    /// Counts an event of that time.
    pub fn count(&mut self, outcome: Outcome, seconds: i64) {
        match outcome {
            Outcome::Recorded => {
                self.recorded += 1;
                let (first, last) = self.span.unwrap_or((seconds, seconds));
                self.span = Some((first.min(seconds), last.max(seconds)));
            }
            Outcome::Repeated => self.repeated += 1,
            Outcome::NotSelected => self.not_selected += 1,
            Outcome::TooLarge => self.refused += 1,
        }
    }

    /// Adds what became of other events.
    pub fn add(&mut self, other: &Self) {
        self.recorded += other.recorded;
        self.repeated += other.repeated;
        self.not_selected += other.not_selected;
        self.too_old += other.too_old;
        self.refused += other.refused;
        self.span = match (self.span, other.span) {
            (Some(one), Some(two)) => Some((one.0.min(two.0), one.1.max(two.1))),
            (one, two) => one.or(two),
        };
    }
}

impl Ending {
    /// Reads what an importer may say of the end of its import.
    pub fn told(text: &str) -> Option<Self> {
        match text {
            "complete" => Some(Self::Complete),
            "stopped" => Some(Self::Stopped),
            "failed" => Some(Self::Failed),
            _ => None,
        }
    }

    /// Returns the word that the record has.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
            Self::Abandoned => "abandoned",
        }
    }
}

impl Opening {
    /// Leaves out what is too much to be kept. Control characters go too: JSON writes each with six bytes, so that
    /// places full of them would push the rest of what is remarked out of the import's records.
    fn bounded(mut self) -> Self {
        self.places.truncate(PLACES_MAX);
        for place in &mut self.places {
            place.retain(|letter| !letter.is_control());
            let end = (0..=PLACE_BYTES_MAX.min(place.len())).rev().find(|end| place.is_char_boundary(*end));
            place.truncate(end.unwrap_or_default());
        }
        self
    }
}

impl Imports {
    /// Looks after the imports of a catalog.
    pub fn new(catalog: Arc<dyn Catalog>) -> Self {
        Self { catalog, slots: Mutex::new(None) }
    }

    /// Opens an import and returns it. Its beginning is to be recorded under `id` before anybody is told the id.
    ///
    /// # Errors
    /// Too many are open, or the catalog fails.
    pub async fn begin(
        &self,
        id: String,
        by: Importer,
        opening: Opening,
        now: Timestamp,
    ) -> Result<Import, ImportError> {
        let mut slots = self.slots(now).await?;
        let open = slots.iter().flatten().filter_map(|(_, slot)| slot.held.as_ref());
        let of_account = open.filter(|held| held.import.by.account == by.account).count();
        let free = slots.iter().flatten().find(|(_, slot)| slot.held.is_none()).map(|(at, _)| *at);
        let Some(at) = free.filter(|_| of_account < OPEN_OF_ACCOUNT_MAX) else {
            return Err(ImportError::TooMany);
        };
        let (begun_ms, opening) = (now.as_millisecond(), opening.bounded());
        let (tally, batches, ending) = (Tally::default(), 0, None);
        let import = Import { version: VERSION, id, by, opening, begun_ms, batches, tally, ending };
        let held = Held { import: import.clone(), touched: now, passes: Arc::default() };
        self.save(&mut slots, at, Some(held)).await?;
        Ok(import)
    }

    /// Lets a batch in, if the import is this importer's.
    ///
    /// # Errors
    /// It is not, or the catalog fails.
    pub async fn enter(
        &self,
        id: &str,
        by: &Importer,
        format: &str,
        now: Timestamp,
    ) -> Result<Pass, ImportError> {
        let mut slots = self.slots(now).await?;
        let (_, held) = find(&mut slots, id).ok_or(ImportError::Unknown)?;
        let import = &held.import;
        if import.by != *by || import.opening.format != format || import.ending.is_some() {
            return Err(ImportError::Unknown);
        }
        held.touched = now;
        Ok(Pass { id: id.to_owned(), _held: Arc::clone(&held.passes) })
    }

    /// Adds what became of a batch, durably.
    ///
    /// # Errors
    /// The catalog fails: the batch is to be sent again, and is then found repeated.
    pub async fn count(&self, pass: &Pass, tally: &Tally, now: Timestamp) -> Result<(), ImportError> {
        let mut slots = self.slots(now).await?;
        let (at, held) = find(&mut slots, &pass.id).ok_or(ImportError::Unknown)?;
        let mut import = held.import.clone();
        import.batches += 1;
        import.tally.add(tally);
        let held = Held { import, touched: now, passes: Arc::clone(&held.passes) };
        self.save(&mut slots, at, Some(held)).await
    }

    /// Ends an import, so that nothing enters it any more, and returns what is to be recorded of it. To be forgotten
    /// once that is durable; until then it can be ended again.
    ///
    /// # Errors
    /// It is not this importer's, events of it are on their way, or the catalog fails.
    pub async fn end(
        &self,
        id: &str,
        by: &Importer,
        ending: Ending,
        now: Timestamp,
    ) -> Result<Import, ImportError> {
        let mut slots = self.slots(now).await?;
        let (at, held) = find(&mut slots, id).ok_or(ImportError::Unknown)?;
        if held.import.by != *by {
            return Err(ImportError::Unknown);
        }
        if held.is_under_way() {
            return Err(ImportError::Busy);
        }
        self.close(&mut slots, at, ending, now).await
    }

    /// Gives up the imports that nobody has gone on with, and returns what is to be recorded of them. To be asked
    /// from time to time.
    ///
    /// # Errors
    /// The catalog fails.
    pub async fn silent(&self, now: Timestamp) -> Result<Vec<Import>, ImportError> {
        let mut slots = self.slots(now).await?;
        let is_silent = |held: &Held| {
            let silence = Duration::try_from(now.duration_since(held.touched)).unwrap_or_default();
            silence >= SILENCE_MAX && !held.is_under_way()
        };
        let silent = slots.iter().flatten().filter(|(_, slot)| slot.held.as_ref().is_some_and(is_silent));
        let silent: Vec<usize> = silent.map(|(at, _)| *at).collect();
        let mut imports = Vec::new();
        for at in silent {
            imports.push(self.close(&mut slots, at, Ending::Abandoned, now).await?);
        }
        Ok(imports)
    }

    /// Forgets an import whose end is on record.
    ///
    /// # Errors
    /// The catalog fails: its end may come to be recorded twice.
    pub async fn forget(&self, id: &str, now: Timestamp) -> Result<(), ImportError> {
        let mut slots = self.slots(now).await?;
        let Some((at, _)) = find(&mut slots, id) else { return Ok(()) };
        self.save(&mut slots, at, None).await
    }

    /// Sets how an import ended, unless that was set before.
    async fn close(
        &self,
        slots: &mut Option<Slots>,
        at: usize,
        ending: Ending,
        now: Timestamp,
    ) -> Result<Import, ImportError> {
        let held = slots.as_ref().and_then(|slots| slots.get(&at)?.held.as_ref());
        let held = held.ok_or(ImportError::Unknown)?;
        let mut import = held.import.clone();
        if import.ending.is_none() {
            import.ending = Some(ending);
            let held = Held { import: import.clone(), touched: now, passes: Arc::clone(&held.passes) };
            self.save(slots, at, Some(held)).await?;
        }
        Ok(import)
    }

    /// Writes a slot into the catalog, and then into memory.
    async fn save(
        &self,
        slots: &mut Option<Slots>,
        at: usize,
        held: Option<Held>,
    ) -> Result<(), ImportError> {
        let expected = slots.as_ref().and_then(|slots| slots.get(&at)?.version);
        let body = held.as_ref().map_or_else(String::new, |held| text(&held.import));
        let change = StateChange { name: format!("{STATES}{at:02}"), expected, body };
        if let Err(error) = self.catalog.set_state(change).await {
            // Whether it was written is not known; what comes next reads it.
            *slots = None;
            return Err(error.into());
        }
        let version = Some(expected.unwrap_or_default() + 1);
        slots.get_or_insert_default().insert(at, Slot { version, held });
        Ok(())
    }

    /// Returns the slots, read from the catalog the first time. Nobody is called silent for the time that no server
    /// ran.
    async fn slots(&self, now: Timestamp) -> Result<MutexGuard<'_, Option<Slots>>, ImportError> {
        let mut slots = self.slots.lock().await;
        if slots.is_none() {
            let free = |at| (at, Slot { version: None, held: None });
            let mut read: Slots = (0..OPEN_MAX).map(free).collect();
            for state in self.catalog.states(STATES).await? {
                let unreadable = || ImportError::Unreadable(state.name.clone());
                let at = state.name.strip_prefix(STATES).and_then(|at| at.parse().ok());
                let at: usize = at.ok_or_else(unreadable)?;
                let held = match state.body.as_str() {
                    "" => None,
                    body => Some(parse(body).ok_or_else(unreadable)?),
                };
                let held = held.map(|import| Held { import, touched: now, passes: Arc::default() });
                read.insert(at, Slot { version: Some(state.version), held });
            }
            *slots = Some(read);
        }
        Ok(slots)
    }
}

impl Held {
    fn is_under_way(&self) -> bool {
        Arc::strong_count(&self.passes) > 1
    }
}

fn find<'s>(slots: &'s mut Option<Slots>, id: &str) -> Option<(usize, &'s mut Held)> {
    let mut held =
        slots.iter_mut().flatten().filter_map(|(at, slot)| slot.held.as_mut().map(|held| (*at, held)));
    held.find(|(_, held)| held.import.id == id)
}

fn text(import: &Import) -> String {
    serde_json::to_string(import).unwrap_or_default()
}

/// Reads a state; none where it is of no version that is known.
fn parse(body: &str) -> Option<Import> {
    serde_json::from_str(body).ok().filter(|import: &Import| import.version == VERSION)
}

#[cfg(test)]
mod tests;
