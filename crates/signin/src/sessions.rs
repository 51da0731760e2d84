//! The sessions that are going on: in memory, and in the catalog so that they outlive a restart.
//!
//! A session is decided about in memory. What changes of it is written to the catalog, in one of [`SHARDS`] states, each
//! of which holds the sessions whose ids begin alike: so that what ended takes no room for ever, and a session's
//! change does not write all of them.

mod live;
mod shard;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cairn_catalog::{Catalog, CursorError, Snapshot, StoreError};
use cairn_event::{Clock, Ids};
use cairn_sts::Session;
use jiff::{SignedDuration, Timestamp};

use self::live::Live;
use self::shard::Shard;
use crate::{OwnChange, Proven, SessionId, SignedIn, SwitchedRole, Token};

/// How long sessions last.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Whatever is done in them.
    pub whole: SignedDuration,
    /// When nothing is done in them.
    pub idle: SignedDuration,
}

/// Keeps the sessions. Shared by all requests.
#[derive(Debug)]
pub struct Sessions {
    catalog: Arc<dyn Catalog>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    limits: Limits,
    live: Mutex<BTreeMap<SessionId, Live>>,
    /// How each shard stands in the catalog; held while it is written.
    shards: Vec<tokio::sync::Mutex<Shard>>,
}

/// A session as it is found at the moment of a call.
#[derive(Debug, Clone)]
pub struct Found {
    /// The session.
    pub session: SignedIn,
    /// What its calls are made with.
    pub credentials: Session,
}

/// Nobody is signed in under a token, or not any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// There is no such session; it is over, or its owner signs in with something else by now.
    Session,
    /// The time in the role is over, or it is gone: whoever switched works as themselves again.
    Role,
}

impl Sessions {
    /// Reads the sessions that are going on.
    ///
    /// # Errors
    /// The catalog can't be read. What can't be understood of it was written by another version: it has ended.
    pub async fn open(
        catalog: Arc<dyn Catalog>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        limits: Limits,
    ) -> Result<Self, StoreError> {
        let (mut live, mut shards) = (BTreeMap::new(), Vec::new());
        for index in 0..SHARDS {
            let (shard, sessions) = Shard::read(&*catalog, index).await?;
            let sessions = sessions.into_iter().map(|(id, session)| {
                let written = session.used;
                (id, Live { session, credentials: None, written })
            });
            live.extend(sessions);
            shards.push(tokio::sync::Mutex::new(shard));
        }
        let opened = Self { catalog, clock, ids, limits, live: Mutex::new(live), shards };
        let now = opened.clock.now();
        opened.live().retain(|_, live| live.session.is_going_on(now, limits.idle));
        Ok(opened)
    }

    /// Begins a session of somebody who was proven; it is durable when this returns.
    ///
    /// It goes on as long as its owner signs in with what was proven: what was changed since then has ended it already.
    ///
    /// # Errors
    /// It could not be written, and there is none.
    pub async fn begin(&self, proven: &Proven) -> Result<(Token, SignedIn), CursorError> {
        let (token, now) = (Token::new(&*self.ids), self.clock.now());
        let session = SignedIn {
            account: proven.account,
            owner: proven.owner.clone(),
            principal_id: proven.principal_id.clone(),
            mfa: proven.device.is_some(),
            mark: proven.mark.clone(),
            began: now,
            expires: now.checked_add(self.limits.whole).unwrap_or(Timestamp::MAX),
            used: now,
            role: None,
        };
        let id = token.id();
        let ended = self.take_room(id, Live { session: session.clone(), credentials: None, written: now });
        match self.write_all(ended.into_iter().chain([id])).await {
            Ok(()) => Ok((token, session)),
            Err(error) => {
                self.live().remove(&id);
                Err(error)
            }
        }
    }

    /// Finds the session of a token and uses it, with credentials that are good for some minutes.
    ///
    /// # Errors
    /// There is none.
    pub fn find(&self, id: SessionId, snapshot: &Snapshot) -> Result<Found, Ended> {
        let mut found = self.look_at(id, snapshot)?;
        let now = self.clock.now();
        if let Some(live) = self.live().get_mut(&id) {
            live.session.used = now;
            found.session.used = now;
        }
        Ok(found)
    }

    /// Finds it without using it: a page that asks whether somebody is signed in keeps nobody signed in.
    ///
    /// # Errors
    /// There is none.
    pub fn look_at(&self, id: SessionId, snapshot: &Snapshot) -> Result<Found, Ended> {
        let now = self.clock.now();
        let mut sessions = self.live();
        let live = sessions.get_mut(&id).ok_or(Ended::Session)?;
        if !live.session.is_going_on(now, self.limits.idle) || !live.session.is_of_somebody(snapshot) {
            sessions.remove(&id);
            return Err(Ended::Session);
        }
        if live.session.role.as_ref().is_some_and(|role| !role.is_going_on(now, snapshot)) {
            live.session.role = None;
            live.credentials = None;
            return Err(Ended::Role);
        }
        let credentials = live.credentials(now, &*self.ids, snapshot).ok_or(Ended::Session)?;
        Ok(Found { session: live.session.clone(), credentials })
    }

    /// Finds the session of a token without using it, with credentials of whoever signed in, whatever role is worked
    /// in.
    ///
    /// # Errors
    /// There is none.
    pub fn find_owner(&self, id: SessionId, snapshot: &Snapshot) -> Result<Found, Ended> {
        // A role that has ended is no hindrance.
        if let Err(Ended::Session) = self.look_at(id, snapshot) {
            return Err(Ended::Session);
        }
        let session = self.peek(id).ok_or(Ended::Session)?;
        let own = SignedIn { role: None, ..session.clone() };
        let written = own.used;
        let mut live = Live { session: own, credentials: None, written };
        let now = self.clock.now();
        let credentials = live.credentials(now, &*self.ids, snapshot).ok_or(Ended::Session)?;
        Ok(Found { session, credentials })
    }

    /// Tells whether it must be asked again whether the role of a session may be worked in. Of several at once, one is
    /// told so; nobody else for a minute.
    pub fn begin_renewal(&self, id: SessionId) -> bool {
        let now = self.clock.now();
        let mut sessions = self.live();
        let role = sessions.get_mut(&id).and_then(|live| live.session.role.as_mut());
        match role.filter(|role| now >= role.renew) {
            Some(role) => {
                role.renew = now.checked_add(RENEWAL_LASTS).unwrap_or(now);
                true
            }
            None => false,
        }
    }

    /// Returns the session of a token without using it.
    pub fn peek(&self, id: SessionId) -> Option<SignedIn> {
        self.live().get(&id).map(|live| live.session.clone())
    }

    /// Writes when a session was used, if it has not been written for a while.
    ///
    /// # Errors
    /// It could not be written; it goes on all the same.
    pub async fn write_use(&self, id: SessionId) -> Result<(), CursorError> {
        let due = self
            .live()
            .get(&id)
            .is_some_and(|live| live.session.used.duration_since(live.written) >= USE_WRITTEN_EVERY);
        if due { self.write(id).await } else { Ok(()) }
    }

    /// Ends a session, in memory at once and for ever when this returns.
    ///
    /// # Errors
    /// It could not be written: after a restart it would go on.
    pub async fn end(&self, id: SessionId) -> Result<(), CursorError> {
        self.live().remove(&id);
        self.write(id).await
    }

    /// Works in a role from now on, or as whoever signed in.
    ///
    /// # Errors
    /// It could not be written; the change holds until a restart.
    pub async fn switch(&self, id: SessionId, role: Option<SwitchedRole>) -> Result<(), CursorError> {
        if let Some(live) = self.live().get_mut(&id) {
            live.session.role = role;
            live.credentials = None;
        }
        self.write(id).await
    }

    /// Puts another role in the place of one, or whoever signed in, unless that one was left meanwhile; tells whether
    /// it did.
    ///
    /// # Errors
    /// It could not be written; the change holds until a restart.
    pub async fn replace_role(
        &self,
        id: SessionId,
        worked_in: &SwitchedRole,
        role: Option<SwitchedRole>,
    ) -> Result<bool, CursorError> {
        let is_it = |role: &SwitchedRole| (&role.id, role.began) == (&worked_in.id, worked_in.began);
        let replaced = match self.live().get_mut(&id) {
            Some(live) if live.session.role.as_ref().is_some_and(is_it) => {
                live.session.role = role;
                live.credentials = None;
                true
            }
            _ => false,
        };
        if replaced {
            self.write(id).await?;
        }
        Ok(replaced)
    }

    /// Lets a session go on though its owner changed in it what is signed in with. All others of the owner end, and
    /// this one too when somebody else had changed it before.
    ///
    /// # Errors
    /// It could not be written: the session ends with the next restart.
    pub async fn keep_beyond(&self, id: SessionId, change: &OwnChange) -> Result<(), CursorError> {
        if let Some(live) = self.live().get_mut(&id) {
            let session = &mut live.session;
            let of = (&session.account, &session.owner, session.principal_id.as_str());
            session.mark = change.mark_beyond(&session.mark, of);
        }
        self.write(id).await
    }

    /// Tells how many sessions go on.
    pub fn count(&self) -> usize {
        self.live().len()
    }

    /// Puts a session among the others, where the oldest end of whoever has too many, and of a shard that is full.
    /// Returns those that ended in other shards, which must be written too: they would go on after a restart.
    fn take_room(&self, id: SessionId, new: Live) -> Vec<SessionId> {
        let now = new.session.began;
        // Under one lock: of several that begin at once, none may be beyond a limit.
        let mut sessions = self.live();
        sessions.retain(|_, live| live.session.is_going_on(now, self.limits.idle));
        let (account, owner) = (new.session.account, new.session.owner.clone());
        let of_owner = |live: &Live| live.session.account == account && live.session.owner == owner;
        let ended = end_stalest(&mut sessions, OF_ONE_MAX - 1, |_, live| of_owner(live));
        end_stalest(&mut sessions, shard::SESSIONS_MAX - 1, |other, _| other.shard() == id.shard());
        sessions.insert(id, new);
        ended.into_iter().filter(|other| other.shard() != id.shard()).collect()
    }

    async fn write_all(&self, ids: impl Iterator<Item = SessionId>) -> Result<(), CursorError> {
        for id in ids {
            self.write(id).await?;
        }
        Ok(())
    }

    /// Writes the shard of a session as it is now.
    async fn write(&self, id: SessionId) -> Result<(), CursorError> {
        let Some(shard) = self.shards.get(id.shard()) else { return Ok(()) };
        let mut shard = shard.lock().await;
        let sessions: BTreeMap<SessionId, SignedIn> = self
            .live()
            .iter_mut()
            .filter(|(other, _)| other.shard() == id.shard())
            .map(|(other, live)| {
                live.written = live.session.used;
                (*other, live.session.clone())
            })
            .collect();
        shard.write(&*self.catalog, &sessions).await
    }

    fn live(&self) -> MutexGuard<'_, BTreeMap<SessionId, Live>> {
        // Each session is whole after each statement, whoever panicked.
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn end_stalest(
    sessions: &mut BTreeMap<SessionId, Live>,
    kept_max: usize,
    of: impl Fn(&SessionId, &Live) -> bool,
) -> Vec<SessionId> {
    let mut found: Vec<(Timestamp, SessionId)> = sessions
        .iter()
        .filter(|(id, live)| of(id, live))
        .map(|(id, live)| (live.session.used, *id))
        .collect();
    found.sort_unstable();
    let surplus = found.len().saturating_sub(kept_max);
    let ended: Vec<SessionId> = found.into_iter().take(surplus).map(|(_, id)| id).collect();
    for id in &ended {
        sessions.remove(id);
    }
    ended
}

impl SessionId {
    fn shard(self) -> usize {
        self.0.first().map_or(0, |byte| usize::from(*byte) % SHARDS)
    }
}

/// Over how many states the sessions are spread.
const SHARDS: usize = 32;
/// The most sessions of one owner; the one that was not used for longest ends for another.
const OF_ONE_MAX: usize = 16;
/// How long one has to ask.
const RENEWAL_LASTS: Duration = Duration::from_mins(1);
/// How far behind what is written of a session's use may be.
const USE_WRITTEN_EVERY: SignedDuration = SignedDuration::from_mins(5);
