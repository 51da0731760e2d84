//! What answers taught, bounded.
//!
//! Looking up takes one short lock of the many shards and copies nothing; learning takes the shard's lock for
//! writing and that of the order. Beyond the bound the oldest goes, whoever taught it. Shards are also the pieces
//! that are stored: one that changed is remembered as such until it was written.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::learn::Rank;
use crate::{Person, Realm};

/// The most keys that are remembered, and the most names of users and roles.
pub const LEARNED_MAX: usize = 16_384;

/// The most memory that keys take, and that names take, in bytes.
const BYTES_MAX: usize = 32 * 1024 * 1024;

/// What one of them may take at most, in bytes: a session has at most fifty tags.
const PERSON_BYTES_MAX: usize = 48 * 1024;

/// How many pieces a memory is stored in.
pub(crate) const SHARDS: usize = 256;

/// Something remembered under a text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Held {
    pub(crate) realm: Realm,
    pub(crate) person: Arc<Person>,
    pub(crate) rank: Rank,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) expires: Option<Timestamp>,
    /// When it was learned, in the order of learning.
    pub(crate) order: u64,
}

/// A bounded memory by realm and text.
#[derive(Debug)]
pub(crate) struct Memory {
    shards: Box<[RwLock<Shard>]>,
    order: Mutex<Order>,
    changed: Mutex<BTreeSet<usize>>,
    next: AtomicU64,
    max: usize,
}

type Shard = BTreeMap<Box<str>, Vec<Held>>;

/// Everything that is remembered, the oldest first, and how much it takes. What ends by itself and what lasts are
/// kept apart: neither a flood of sessions nor one of keys pushes all of the others out.
#[derive(Debug, Default)]
struct Order {
    passing: BTreeMap<u64, Place>,
    lasting: BTreeMap<u64, Place>,
    bytes: usize,
}

#[derive(Debug)]
struct Place {
    realm: Realm,
    text: Box<str>,
    bytes: usize,
}

impl Order {
    fn insert(&mut self, text: &str, held: &Held) {
        let bytes = held.person.bytes() + 3 * text.len();
        self.bytes += bytes;
        let group = if held.expires.is_some() { &mut self.passing } else { &mut self.lasting };
        group.insert(held.order, Place { realm: held.realm, text: text.into(), bytes });
    }

    fn remove(&mut self, number: u64) {
        let place = self.passing.remove(&number).or_else(|| self.lasting.remove(&number));
        self.bytes -= place.map_or(0, |place| place.bytes);
    }

    /// Takes the oldest of the larger group.
    fn pop_oldest(&mut self) -> Option<Place> {
        let larger =
            if self.passing.len() >= self.lasting.len() { &mut self.passing } else { &mut self.lasting };
        let (_, place) = larger.pop_first()?;
        self.bytes -= place.bytes;
        Some(place)
    }

    fn len(&self) -> usize {
        self.passing.len() + self.lasting.len()
    }

    fn has(&self, number: u64) -> bool {
        self.passing.contains_key(&number) || self.lasting.contains_key(&number)
    }
}

impl Memory {
    pub(crate) fn new(max: usize) -> Self {
        Self {
            shards: (0..SHARDS).map(|_| RwLock::default()).collect(),
            order: Mutex::default(),
            changed: Mutex::default(),
            next: AtomicU64::new(1),
            max,
        }
    }

    /// Returns what is remembered and has not ended.
    pub(crate) fn find(&self, realm: Realm, text: &str, now: Timestamp) -> Option<Arc<Person>> {
        let shard = self.shard(shard_of(text)).read().unwrap_or_else(PoisonError::into_inner);
        let held = shard.get(text)?.iter().find(|held| held.realm == realm)?;
        held.expires.is_none_or(|ends| ends > now).then(|| Arc::clone(&held.person))
    }

    /// Remembers, unless more is remembered already; what either knows alone is kept.
    pub(crate) fn learn(
        &self,
        (realm, text): (Realm, &str),
        mut person: Person,
        rank: Rank,
        expires: Option<Timestamp>,
    ) {
        if person.bytes() > PERSON_BYTES_MAX {
            return;
        }
        let number = shard_of(text);
        let mut order = self.order();
        let mut shard = self.shard(number).write().unwrap_or_else(PoisonError::into_inner);
        let slots = shard.entry(text.into()).or_default();
        match slots.iter_mut().find(|held| held.realm == realm) {
            Some(held) if rank < held.rank => {
                let mut fuller = (*held.person).clone();
                fuller.fill_from(&person);
                if fuller == *held.person {
                    return;
                }
                held.person = Arc::new(fuller);
            }
            Some(held) => {
                person.fill_from(&held.person);
                if person == *held.person && (held.rank, held.expires) == (rank, expires) {
                    return;
                }
                order.remove(held.order);
                *held = Held { realm, person: Arc::new(person), rank, expires, order: self.following() };
                order.insert(text, held);
            }
            None => {
                let held = Held { realm, person: Arc::new(person), rank, expires, order: self.following() };
                order.insert(text, &held);
                slots.push(held);
            }
        }
        drop(shard);
        self.change(number);
        while order.len() > self.max || order.bytes > BYTES_MAX {
            let Some(oldest) = order.pop_oldest() else { break };
            self.drop_held(oldest.realm, &oldest.text);
        }
    }

    /// Takes back what was stored; not what has ended since, and not over something newer.
    pub(crate) fn restore(&self, text: &str, held: Held, now: Timestamp) {
        if held.expires.is_some_and(|ends| ends <= now) {
            return;
        }
        let mut order = self.order();
        let mut shard = self.shard(shard_of(text)).write().unwrap_or_else(PoisonError::into_inner);
        let slots = shard.entry(text.into()).or_default();
        if order.len() >= self.max
            || order.bytes > BYTES_MAX
            || slots.iter().any(|other| other.realm == held.realm)
        {
            return;
        }
        // Two processes may have counted alike: then the place next to it that is free.
        let mut place = held.order;
        while order.has(place) {
            place = place.saturating_add(1);
        }
        let held = Held { order: place, ..held };
        order.insert(text, &held);
        self.next.fetch_max(place.saturating_add(1), Ordering::Relaxed);
        slots.push(held);
    }

    /// Forgets one text.
    pub(crate) fn forget(&self, realm: Realm, text: &str) {
        let mut order = self.order();
        if let Some(place) = self.drop_held(realm, text) {
            order.remove(place);
        }
    }

    /// Forgets everything that `is_gone` names.
    pub(crate) fn forget_where(&self, is_gone: impl Fn(&str, &Held) -> bool) -> usize {
        let mut order = self.order();
        let mut gone = 0;
        for number in 0..SHARDS {
            let mut shard = self.shard(number).write().unwrap_or_else(PoisonError::into_inner);
            let before = gone;
            shard.retain(|text, slots| {
                slots.retain(|held| {
                    let goes = is_gone(text, held);
                    if goes {
                        order.remove(held.order);
                        gone += 1;
                    }
                    !goes
                });
                !slots.is_empty()
            });
            if gone > before {
                self.change(number);
            }
        }
        gone
    }

    /// Returns how much is remembered.
    pub(crate) fn len(&self) -> usize {
        self.order().len()
    }

    /// Takes up to `most` of the shards that changed since they were taken last.
    pub(crate) fn take_changed(&self, most: usize) -> Vec<usize> {
        let mut changed = self.changed.lock().unwrap_or_else(PoisonError::into_inner);
        let taken: Vec<usize> = changed.iter().copied().take(most).collect();
        for number in &taken {
            changed.remove(number);
        }
        taken
    }

    /// Marks a shard as not stored.
    pub(crate) fn change(&self, number: usize) {
        self.changed.lock().unwrap_or_else(PoisonError::into_inner).insert(number);
    }

    /// Returns what a shard holds, the newest first.
    pub(crate) fn contents(&self, number: usize) -> Vec<(Box<str>, Held)> {
        let shard = self.shard(number).read().unwrap_or_else(PoisonError::into_inner);
        let each =
            shard.iter().flat_map(|(text, slots)| slots.iter().map(|held| (text.clone(), held.clone())));
        let mut contents: Vec<(Box<str>, Held)> = each.collect();
        contents.sort_unstable_by_key(|(_, held)| std::cmp::Reverse(held.order));
        contents
    }

    /// Returns the next number in the order of learning.
    fn following(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// Drops one; returns its place in the order. The order's lock is held by the caller.
    fn drop_held(&self, realm: Realm, text: &str) -> Option<u64> {
        let number = shard_of(text);
        let mut shard = self.shard(number).write().unwrap_or_else(PoisonError::into_inner);
        let slots = shard.get_mut(text)?;
        let place = slots.iter().position(|held| held.realm == realm)?;
        let held = slots.swap_remove(place);
        if slots.is_empty() {
            shard.remove(text);
        }
        drop(shard);
        self.change(number);
        Some(held.order)
    }

    fn order(&self) -> MutexGuard<'_, Order> {
        self.order.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn shard(&self, number: usize) -> &RwLock<Shard> {
        &self.shards[number % SHARDS]
    }
}

/// Returns the shard of a text; never changes, for shards are stored.
fn shard_of(text: &str) -> usize {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    usize::try_from((hash ^ hash >> 32) % SHARDS as u64).unwrap_or_default()
}

#[cfg(test)]
mod tests;
