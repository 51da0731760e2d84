//! Slows down whoever guesses: after a few wrong attempts the next one has to wait, each time longer.
//!
//! Attempts are counted twice, for whom they are and where they come from, so that neither one name nor one address
//! can be tried without end. A name counts whether there is such a user or not: being told to wait tells nobody who
//! exists. What is kept is bounded, and forgotten an hour after the last attempt.

mod saved;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use aws_lc_rs::digest::{SHA256, digest};
use jiff::{SignedDuration, Timestamp};

pub use self::saved::SaveGuessesError;
use self::saved::Saved;

/// Counts attempts. Shared by all who sign in.
#[derive(Debug, Default)]
pub struct Guesses {
    kept: Mutex<Kept>,
    /// How it stands in the catalog; held while it is written.
    saved: tokio::sync::Mutex<Saved>,
}

#[derive(Debug, Default)]
struct Kept {
    tries: BTreeMap<Guessed, Tries>,
    /// How often anything was changed.
    changes: u64,
}

/// Who is tried, and from where.
#[derive(Debug, Clone, Copy)]
pub struct Attempt {
    name: Guessed,
    address: Option<Guessed>,
}

/// It is too early for another attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooEarly {
    /// How long to wait, at least one second.
    pub seconds: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Guessed {
    Name([u8; 32]),
    /// An address; of IPv6 the network, which one household has.
    Address(u128),
}

#[derive(Debug, Clone, Copy)]
struct Tries {
    wrong: u32,
    last: Timestamp,
    /// Before this none is looked at.
    until: Timestamp,
}

impl Attempt {
    /// Describes an attempt to sign in under a name, as far as it was told: the same name must always be told in the
    /// same words.
    pub fn new(account: &str, user: Option<&str>, from: IpAddr) -> Self {
        let address = match from.to_canonical() {
            IpAddr::V4(address) => u128::from(u32::from(address)),
            IpAddr::V6(address) => u128::from(address) >> 64 << 64,
        };
        let name = name(&format!("{account}\0{}", user.unwrap_or_default()));
        Self { name, address: Some(Guessed::Address(address)) }
    }

    /// Describes an attempt to show a code with calls of a principal that is proven already. It is counted by itself:
    /// whoever guesses at the sign-in has no key, and must not lock out those who have one.
    pub fn of_code(principal_id: &str) -> Self {
        // Without the zero byte that each attempt to sign in has, whatever was typed there.
        Self { name: name(&format!("code {principal_id}")), address: None }
    }

    fn counted(&self) -> impl Iterator<Item = (Guessed, u32)> {
        let address = self.address.map(|address| (address, FREE_PER_ADDRESS));
        std::iter::once((self.name, FREE_PER_NAME)).chain(address)
    }
}

impl Guesses {
    /// Lets an attempt begin, and counts it as wrong until [`Guesses::right`] or [`Guesses::undecided`] says
    /// otherwise: those that are under way at once are all counted.
    ///
    /// # Errors
    /// It is too early.
    pub fn begin(&self, attempt: &Attempt, now: Timestamp) -> Result<(), TooEarly> {
        let mut kept = self.changed();
        let kept = &mut kept.tries;
        for (of, _) in attempt.counted() {
            if kept.get(&of).is_some_and(|tries| tries.is_forgotten(now)) {
                kept.remove(&of);
            }
        }
        check(kept, attempt, now)?;
        for (of, free) in attempt.counted() {
            if kept.len() >= KEPT_MAX && !kept.contains_key(&of) {
                make_room(kept, now);
            }
            let tries = kept.entry(of).or_insert(Tries { wrong: 0, last: now, until: now });
            tries.wrong = tries.wrong.saturating_add(1);
            tries.last = now;
            tries.until = now.checked_add(wait_after(tries.wrong, free)).unwrap_or(now);
        }
        Ok(())
    }

    /// Tells whether an attempt could begin; it is not counted.
    ///
    /// # Errors
    /// It is too early.
    pub fn check(&self, attempt: &Attempt, now: Timestamp) -> Result<(), TooEarly> {
        check(&self.kept().tries, attempt, now)
    }

    /// Says that an attempt was right: its name begins anew. The address does not, or whoever has a password of his
    /// own could use it to try others'.
    pub fn right(&self, attempt: &Attempt, now: Timestamp) {
        let mut kept = self.changed();
        kept.tries.remove(&attempt.name);
        attempt.address.into_iter().for_each(|address| take_back(&mut kept.tries, address, now));
    }

    /// Says that an attempt was neither right nor wrong: the password was, and a second factor is asked for.
    pub fn undecided(&self, attempt: &Attempt, now: Timestamp) {
        let mut kept = self.changed();
        attempt.counted().for_each(|(of, _)| take_back(&mut kept.tries, of, now));
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // Counts are whole after each statement, whoever panicked.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns what is kept, to be changed.
    fn changed(&self) -> MutexGuard<'_, Kept> {
        let mut kept = self.kept();
        kept.changes = kept.changes.wrapping_add(1);
        kept
    }
}

/// Names what is tried. Neither an account's id nor its alias holds a zero byte, nor does a principal's id.
fn name(told: &str) -> Guessed {
    let mut name = [0; 32];
    name.copy_from_slice(digest(&SHA256, told.as_bytes()).as_ref());
    Guessed::Name(name)
}

fn check(kept: &BTreeMap<Guessed, Tries>, attempt: &Attempt, now: Timestamp) -> Result<(), TooEarly> {
    let tries = attempt.counted().filter_map(|(of, _)| kept.get(&of));
    let tries = tries.filter(|tries| !tries.is_forgotten(now));
    let wait = tries.map(|tries| tries.until.duration_since(now)).max().unwrap_or_default();
    if wait <= SignedDuration::ZERO {
        return Ok(());
    }
    Err(TooEarly { seconds: u64::try_from(wait.as_millis().div_euclid(1_000)).unwrap_or_default() + 1 })
}

fn take_back(kept: &mut BTreeMap<Guessed, Tries>, of: Guessed, now: Timestamp) {
    if let Some(tries) = kept.get_mut(&of) {
        tries.wrong = tries.wrong.saturating_sub(1);
        tries.until = now;
    }
}

/// Makes room for a while: what is old goes, and of the others what was tried least, the stalest first. Whoever fills
/// the memory to have a name forgotten has to make as many wrong attempts for each of the others.
fn make_room(kept: &mut BTreeMap<Guessed, Tries>, now: Timestamp) {
    kept.retain(|_, tries| !tries.is_forgotten(now));
    let mut least: Vec<(u32, Timestamp, Guessed)> =
        kept.iter().map(|(of, tries)| (tries.wrong, tries.last, *of)).collect();
    least.sort_unstable();
    let surplus = kept.len().saturating_sub(KEPT_MAX - ROOM);
    for (_, _, of) in least.into_iter().take(surplus) {
        kept.remove(&of);
    }
}

impl Tries {
    fn is_forgotten(&self, now: Timestamp) -> bool {
        now.duration_since(self.last) >= FORGOTTEN_AFTER
    }
}

/// Returns how long to wait after so many wrong attempts in a row.
fn wait_after(wrong: u32, free: u32) -> SignedDuration {
    match wrong.checked_sub(free) {
        None => SignedDuration::ZERO,
        Some(doublings) => (FIRST_WAIT * 2_i32.pow(doublings.min(5))).min(LONGEST_WAIT),
    }
}

/// How many wrong attempts in a row cost nothing but the work on their passwords.
const FREE_PER_NAME: u32 = 5;
/// Many may come from behind one address.
const FREE_PER_ADDRESS: u32 = 30;
const FIRST_WAIT: SignedDuration = SignedDuration::from_secs(30);
const LONGEST_WAIT: SignedDuration = SignedDuration::from_mins(15);
const FORGOTTEN_AFTER: SignedDuration = SignedDuration::from_hours(1);
/// The most names and addresses that are kept.
const KEPT_MAX: usize = 16_384;
/// How many of them go at once where there is no room.
const ROOM: usize = 1_024;

#[cfg(test)]
mod tests;
