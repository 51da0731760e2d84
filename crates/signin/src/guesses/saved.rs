//! Wrong attempts as they outlive a restart: those for whoever was tried most, in one state of the catalog, sealed.
//!
//! Whose names are tried is nobody's business, and what is typed into the field for a name may be a password: sealed,
//! it can't be guessed from the hashes. Layout (page: `docs/formats/sign-in-guesses.md`): a byte for the version, then
//! for each 53 bytes, numbers with their highest byte first.

use cairn_catalog::{
    Catalog, CursorError, MasterKey, SealError, Sealed, SecretName, StateChange, StoreError,
};
use cairn_event::Ids;
use jiff::Timestamp;

use super::{Guessed, Guesses, LONGEST_WAIT, Tries};

/// Which version of the state is in the catalog, and after how many changes it was written.
#[derive(Debug, Default)]
pub(super) struct Saved {
    version: Option<u64>,
    changes: u64,
}

/// What was counted could not be saved.
#[derive(Debug, thiserror::Error)]
pub enum SaveGuessesError {
    /// It could not be sealed.
    #[error("seal the attempts to sign in")]
    Seal(#[from] SealError),
    /// It could not be written; it is tried again when it is saved next.
    #[error("write the attempts to sign in")]
    Write(#[from] CursorError),
}

impl Guesses {
    /// Takes up what was saved. What another version or another master key wrote is forgotten, with a warning.
    ///
    /// # Errors
    /// The catalog can't be read.
    pub async fn open(catalog: &dyn Catalog, master: &MasterKey, now: Timestamp) -> Result<Self, StoreError> {
        let mut guesses = Self::default();
        let Some(state) = catalog.state(STATE).await? else { return Ok(guesses) };
        guesses.saved.get_mut().version = Some(state.version);
        let sealed: Option<Sealed> = serde_json::from_str(&state.body).ok();
        let opened = sealed.and_then(|sealed| master.open(NAME, &sealed).ok());
        match opened.and_then(|bytes| decode(bytes.expose(), now)) {
            Some(tries) => guesses.kept().tries.extend(tries),
            None => tracing::warn!("attempts to sign in that another version or key wrote are forgotten"),
        }
        Ok(guesses)
    }

    /// Saves what was counted since it was saved last, if anything was.
    ///
    /// # Errors
    /// See [`SaveGuessesError`].
    pub async fn save(
        &self,
        catalog: &dyn Catalog,
        master: &MasterKey,
        ids: &dyn Ids,
        now: Timestamp,
    ) -> Result<(), SaveGuessesError> {
        let mut saved = self.saved.lock().await;
        let (changes, bytes) = {
            let kept = self.kept();
            if kept.changes == saved.changes {
                return Ok(());
            }
            let going_on = kept.tries.iter().filter(|(_, tries)| !tries.is_forgotten(now));
            (kept.changes, encode(going_on.map(|(of, tries)| (*of, *tries)).collect()))
        };
        let sealed = master.seal(NAME, &bytes, |to| ids.fill(to))?;
        // A text always goes into a text.
        let body = serde_json::to_string(&sealed).unwrap_or_default();
        let change = StateChange { name: STATE.to_owned(), expected: saved.version, body };
        match catalog.set_state(change).await {
            Ok(()) => {
                *saved = Saved { version: Some(saved.version.unwrap_or_default() + 1), changes };
                Ok(())
            }
            Err(error) => {
                // It may have been written though nobody said so.
                if let CursorError::Moved { actual } = &error {
                    saved.version = *actual;
                }
                Err(error.into())
            }
        }
    }
}

/// Writes the attempts for those who were tried most, of equals the newest.
fn encode(mut tries: Vec<(Guessed, Tries)>) -> Vec<u8> {
    tries.sort_by_key(|(_, tries)| std::cmp::Reverse((tries.wrong, tries.last)));
    let mut bytes = vec![VERSION];
    for (of, tries) in tries.into_iter().take(SAVED_MAX) {
        let (kind, key) = match of {
            Guessed::Name(name) => (NAMES, name),
            Guessed::Address(address) => {
                let mut key = [0; 32];
                key[..16].copy_from_slice(&address.to_be_bytes());
                (ADDRESSES, key)
            }
        };
        bytes.push(kind);
        bytes.extend_from_slice(&key);
        bytes.extend_from_slice(&tries.wrong.to_be_bytes());
        bytes.extend_from_slice(&tries.last.as_millisecond().to_be_bytes());
        bytes.extend_from_slice(&tries.until.as_millisecond().to_be_bytes());
    }
    bytes
}

/// Reads what [`encode`] wrote. A clock that was set back since keeps nobody out for longer than a wait.
fn decode(bytes: &[u8], now: Timestamp) -> Option<Vec<(Guessed, Tries)>> {
    let (version, rest) = bytes.split_first()?;
    if *version != VERSION || !rest.len().is_multiple_of(ENTRY_BYTES) || rest.len() > SAVED_MAX * ENTRY_BYTES
    {
        return None;
    }
    rest.chunks_exact(ENTRY_BYTES).map(|entry| decode_entry(entry, now)).collect()
}

fn decode_entry(entry: &[u8], now: Timestamp) -> Option<(Guessed, Tries)> {
    let (kind, rest) = entry.split_first()?;
    let (key, rest) = rest.split_first_chunk::<32>()?;
    let (wrong, rest) = rest.split_first_chunk::<4>()?;
    let (last, until) = rest.split_first_chunk::<8>()?;
    let of = match *kind {
        NAMES => Guessed::Name(*key),
        ADDRESSES => Guessed::Address(u128::from_be_bytes(*key.first_chunk::<16>()?)),
        _ => return None,
    };
    let at = |bytes: &[u8; 8]| Timestamp::from_millisecond(i64::from_be_bytes(*bytes)).ok();
    let latest = now.checked_add(LONGEST_WAIT).unwrap_or(now);
    let (last, until) = (at(last)?.min(now), at(until.first_chunk()?)?.min(latest));
    Some((of, Tries { wrong: u32::from_be_bytes(*wrong), last, until }))
}

const STATE: &str = "sign-in-guesses";
const NAME: SecretName<'_> = SecretName { kind: "sign-in-guesses", key: STATE };
const VERSION: u8 = 1;
const NAMES: u8 = 0;
const ADDRESSES: u8 = 1;
const ENTRY_BYTES: usize = 53;
/// How many names and addresses are saved: as many as one state holds.
const SAVED_MAX: usize = 800;

#[cfg(test)]
mod tests;
