//! What was learned, kept over restarts.
//!
//! Each shard of a memory is a state of the catalog, `identities/keys/NNN` or `identities/names/NNN`: a list,
//! sealed under the master key (page: `docs/formats/learned-identities.md`). Shards that changed are written
//! behind, never on the way of a request; a crash forgets what was learned in the last seconds, and the keys of
//! that are then unknown until an answer tells of them again.

use std::sync::Arc;
use std::time::Duration;

use cairn_catalog::{Catalog, CursorError, MasterKey, SealError, Sealed, SecretName, StateChange};
use cairn_event::Ids;
use serde::{Deserialize, Serialize};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::memory::{Held, Memory};
use crate::{Identities, telemetry};

/// How long what was learned waits at least to be written.
const WRITE_EVERY: Duration = Duration::from_secs(2);
/// How many shards are written at once: each is one sync of the catalog.
const SHARDS_AT_ONCE: usize = 32;
/// After how many rounds what has ended is forgotten.
const ROUNDS_TO_SWEEP: u32 = 30;
/// The most that a shard's list may have before it is sealed, in bytes; a state has at most 64 KiB, in base64.
const SHARD_BYTES_MAX: usize = 46_000;

/// Writes behind what was learned, and reads it at start.
#[derive(Debug)]
pub struct Upkeep {
    identities: Arc<Identities>,
    catalog: Arc<dyn Catalog>,
    master: Arc<MasterKey>,
    ids: Arc<dyn Ids>,
}

/// What a shard holds, as it is sealed.
#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    version: u32,
    held: Vec<StoredOne>,
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredOne {
    under: String,
    #[serde(flatten)]
    held: Held,
}

/// A memory and where it is kept.
struct Kept<'a> {
    memory: &'a Memory,
    prefix: &'static str,
}

impl Upkeep {
    /// Sets the upkeep up.
    pub fn new(
        identities: Arc<Identities>,
        catalog: Arc<dyn Catalog>,
        master: Arc<MasterKey>,
        ids: Arc<dyn Ids>,
    ) -> Self {
        Self { identities, catalog, master, ids }
    }

    /// Reads back what was learned before. What can't be read is told in the log and learned anew: nothing but
    /// names in records depends on it.
    pub async fn restore(&self) {
        let now = self.identities.now();
        for kept in self.kept() {
            let states = match self.catalog.states(kept.prefix).await {
                Ok(states) => states,
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::warn!(error, "learned identities not read; they are learned anew");
                    continue;
                }
            };
            for state in states {
                match self.open(&state.name, &state.body) {
                    Ok(stored) => {
                        // The list begins with the newest.
                        for one in stored.held.into_iter().rev() {
                            kept.memory.restore(&one.under, one.held, now);
                        }
                    }
                    Err(error) => {
                        let error = &*error as &dyn std::error::Error;
                        tracing::warn!(state = %state.name, error, "learned identities not opened");
                    }
                }
            }
        }
    }

    /// Writes until `stop`, and then what is left.
    pub async fn run(self, stop: CancellationToken) {
        let mut ticks = interval(WRITE_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut round = 0_u32;
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                _ = ticks.tick() => {}
            }
            round = round.wrapping_add(1);
            if round.is_multiple_of(ROUNDS_TO_SWEEP) {
                self.sweep();
            }
            self.write(SHARDS_AT_ONCE).await;
        }
        self.write(usize::MAX).await;
    }

    /// Writes up to `most` shards of each memory that changed.
    pub async fn write(&self, most: usize) {
        for kept in self.kept() {
            for number in kept.memory.take_changed(most) {
                match self.write_shard(&kept, number).await {
                    Ok(()) => telemetry::stored("written"),
                    Err(error) => {
                        telemetry::stored("failed");
                        kept.memory.change(number);
                        let error = &*error as &dyn std::error::Error;
                        tracing::warn!(error, "learned identities not written; tried again");
                        return;
                    }
                }
            }
        }
    }

    /// Forgets what has ended.
    fn sweep(&self) {
        let now = self.identities.now();
        self.identities.keys.forget_where(|_, held| held.expires.is_some_and(|ends| ends <= now));
    }

    async fn write_shard(
        &self,
        kept: &Kept<'_>,
        number: usize,
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let name = format!("{}{number:03}", kept.prefix);
        let body = self.seal(&name, &encode(kept.memory, number)?)?;
        // Another process may have written in between: then over what it wrote. Both know their own sessions;
        // what one forgets of the other's is learned anew.
        let mut expected = self.catalog.state(&name).await?.map(|state| state.version);
        for _ in 0..3 {
            let change = StateChange { name: name.clone(), expected, body: body.clone() };
            match self.catalog.set_state(change).await {
                Ok(()) => return Ok(()),
                Err(CursorError::Moved { actual }) => expected = actual,
                Err(error) => return Err(error.into()),
            }
        }
        Err("another process writes it all the time".into())
    }

    fn seal(&self, name: &str, list: &[u8]) -> Result<String, SealError> {
        let owner = SecretName { kind: SEALED_KIND, key: name };
        let sealed = self.master.seal(owner, list, |bytes| self.ids.fill(bytes))?;
        serde_json::to_string(&sealed).map_err(|_unwritable| SealError::Refused)
    }

    fn open(&self, name: &str, body: &str) -> Result<Stored, Box<dyn std::error::Error + Send + Sync>> {
        let sealed: Sealed = serde_json::from_str(body)?;
        let list = self.master.open(SecretName { kind: SEALED_KIND, key: name }, &sealed)?;
        let stored: Stored = serde_json::from_slice(list.expose())?;
        if stored.version == VERSION { Ok(stored) } else { Err("another version of Cairn wrote it".into()) }
    }

    fn kept(&self) -> [Kept<'_>; 2] {
        [
            Kept { memory: &self.identities.keys, prefix: "identities/keys/" },
            Kept { memory: &self.identities.names, prefix: "identities/names/" },
        ]
    }
}

/// Renders a shard, the newest first, as much of it as fits.
fn encode(memory: &Memory, number: usize) -> Result<Vec<u8>, serde_json::Error> {
    let mut list = format!("{{\"version\":{VERSION},\"held\":[").into_bytes();
    let mut left_out = 0_usize;
    let mut first = true;
    for (under, held) in memory.contents(number) {
        let one = serde_json::to_vec(&StoredOne { under: under.into_string(), held })?;
        if list.len() + one.len() + 3 > SHARD_BYTES_MAX {
            left_out += 1;
            continue;
        }
        if !first {
            list.push(b',');
        }
        first = false;
        list.extend_from_slice(&one);
    }
    list.extend_from_slice(b"]}");
    if left_out > 0 {
        telemetry::stored("left-out");
        tracing::debug!(left_out, "learned identities that do not fit are not kept over a restart");
    }
    Ok(list)
}

const VERSION: u32 = 1;
const SEALED_KIND: &str = "learned-identities";
