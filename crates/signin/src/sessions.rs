//! The sessions that are going on: in memory, and in the catalog so that they outlive a restart.
//!
//! A session is decided about in memory. What changes of it is written to the catalog, in one of [`SHARDS`] states, each
//! of which holds the sessions whose ids begin alike: so that what ended takes no room for ever, and a session's
//! change does not write all of them.

mod shard;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cairn_catalog::{Catalog, CursorError, Owner, Snapshot, StoreError};
use cairn_event::{AccountId, Clock, Ids};
use cairn_sts::{Holder, Session, temporary_key_id};
use jiff::{SignedDuration, Timestamp};

use self::shard::Shard;
use crate::session::mark;
use crate::{SessionId, SignedIn, SwitchedRole, Token};

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

/// A session, and the credentials that its calls are made with at present.
#[derive(Debug, Clone)]
struct Live {
    session: SignedIn,
    credentials: Option<Credentials>,
    /// What `used` was when it was written last.
    written: Timestamp,
}

#[derive(Debug, Clone)]
struct Credentials {
    access_key_id: String,
    secret_access_key: String,
    expires: Timestamp,
}

/// A session as it is found at the moment of a call.
#[derive(Debug, Clone)]
pub struct Found {
    /// The session.
    pub session: SignedIn,
    /// What its calls are made with.
    pub credentials: Session,
}

/// Whether a second factor was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum SecondFactor {
    Shown,
    NotAskedFor,
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

    /// Begins a session; it is durable when this returns.
    ///
    /// # Errors
    /// It could not be written, and there is none.
    pub async fn begin(
        &self,
        snapshot: &Snapshot,
        (account, owner, principal_id): (AccountId, Owner, String),
        second_factor: SecondFactor,
    ) -> Result<(Token, SignedIn), CursorError> {
        let (token, now) = (Token::new(&*self.ids), self.clock.now());
        // Whoever has no mark any more is found out at the first call.
        let mark = mark(snapshot, &account, &owner, &principal_id).unwrap_or_default();
        let expires = now.checked_add(self.limits.whole).unwrap_or(Timestamp::MAX);
        let mfa = second_factor == SecondFactor::Shown;
        let session =
            SignedIn { account, owner, principal_id, mfa, mark, began: now, expires, used: now, role: None };
        let id = token.id();
        self.make_room(id, &session, now);
        let live = Live { session: session.clone(), credentials: None, written: now };
        self.live().insert(id, live);
        match self.write(id).await {
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

    /// Finds the session of a token, with credentials of whoever signed in, whatever role is worked in.
    ///
    /// # Errors
    /// There is none.
    pub fn find_owner(&self, id: SessionId, snapshot: &Snapshot) -> Result<Found, Ended> {
        // A role that has ended is no hindrance.
        if let Err(Ended::Session) = self.find(id, snapshot) {
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

    /// Lets a session go on though its owner changed in it what is signed in with. All others of the owner end.
    ///
    /// # Errors
    /// It could not be written: the session ends with the next restart.
    pub async fn keep_beyond_change(&self, id: SessionId, snapshot: &Snapshot) -> Result<(), CursorError> {
        if let Some(live) = self.live().get_mut(&id) {
            let session = &mut live.session;
            let new = mark(snapshot, &session.account, &session.owner, &session.principal_id);
            session.mark = new.unwrap_or_default();
        }
        self.write(id).await
    }

    /// Tells how many sessions go on.
    pub fn count(&self) -> usize {
        self.live().len()
    }

    /// Ends the oldest sessions of whoever has too many, and of a shard that is full.
    fn make_room(&self, id: SessionId, new: &SignedIn, now: Timestamp) {
        let mut sessions = self.live();
        sessions.retain(|_, live| live.session.is_going_on(now, self.limits.idle));
        let of_owner = |live: &Live| live.session.account == new.account && live.session.owner == new.owner;
        end_stalest(&mut sessions, OF_ONE_MAX - 1, |_, live| of_owner(live));
        end_stalest(&mut sessions, shard::SESSIONS_MAX - 1, |other, _| other.shard() == id.shard());
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
) {
    let mut found: Vec<(Timestamp, SessionId)> = sessions
        .iter()
        .filter(|(id, live)| of(id, live))
        .map(|(id, live)| (live.session.used, *id))
        .collect();
    found.sort_unstable();
    let surplus = found.len().saturating_sub(kept_max);
    for (_, id) in found.into_iter().take(surplus) {
        sessions.remove(&id);
    }
}

impl SessionId {
    fn shard(self) -> usize {
        self.0.first().map_or(0, |byte| usize::from(*byte) % SHARDS)
    }
}

impl SignedIn {
    fn is_going_on(&self, now: Timestamp, idle: SignedDuration) -> bool {
        now < self.expires && now.duration_since(self.used) < idle
    }

    /// Tells whether the owner is there and signs in with what this session began with.
    fn is_of_somebody(&self, snapshot: &Snapshot) -> bool {
        let mark = mark(snapshot, &self.account, &self.owner, &self.principal_id);
        mark.is_some_and(|mark| mark == self.mark)
    }
}

impl SwitchedRole {
    fn is_going_on(&self, now: Timestamp, snapshot: &Snapshot) -> bool {
        let role = snapshot.role(&self.account, &self.name);
        now < self.expires && role.is_some_and(|role| role.role_id == self.id)
    }

    /// Returns when it must be asked again whether the role may be assumed, where it was answered at `now`.
    pub fn renewed(now: Timestamp) -> Timestamp {
        now.checked_add(ROLES_LAST).unwrap_or(now)
    }
}

impl Live {
    /// Returns the credentials of whoever the session works as; new ones when the time of the last is over.
    fn credentials(&mut self, now: Timestamp, ids: &dyn Ids, snapshot: &Snapshot) -> Option<Session> {
        let session = &self.session;
        let (account, holder, issued) = match &session.role {
            Some(role) => {
                let (name, id, session) = (role.name.clone(), role.id.clone(), role.session.clone());
                let path = snapshot.role(&role.account, &name)?.path.clone();
                (role.account, Holder::Role { name, path, id, session }, role.began)
            }
            None => (session.account, session.holder(snapshot)?, session.began),
        };
        let credentials = match self.credentials.take() {
            Some(credentials) if now < credentials.expires => credentials,
            _ => Credentials::new(account, now, ids),
        };
        let kept = self.credentials.insert(credentials);
        Some(Session {
            access_key_id: kept.access_key_id.clone(),
            secret_access_key: kept.secret_access_key.clone(),
            account,
            holder,
            issued,
            expires: kept.expires,
            mfa: session.mfa,
            policies: None,
            tags: BTreeMap::new(),
            transitive_tag_keys: Vec::new(),
            source_identity: None,
            federated_provider: None,
        })
    }
}

impl SignedIn {
    fn holder(&self, snapshot: &Snapshot) -> Option<Holder> {
        Some(match &self.owner {
            Owner::Root => Holder::Root,
            Owner::User(name) => {
                let user = snapshot.user(&self.account, name)?;
                Holder::User { name: user.name.clone(), path: user.path.clone(), id: user.user_id.clone() }
            }
        })
    }
}

impl Credentials {
    fn new(account: AccountId, now: Timestamp, ids: &dyn Ids) -> Self {
        let mut secret = [0; 30];
        ids.fill(&mut secret);
        Self {
            access_key_id: temporary_key_id(account, ids),
            secret_access_key: base64::Engine::encode(&base64::engine::general_purpose::STANDARD, secret),
            expires: now.checked_add(CREDENTIALS_LAST).unwrap_or(now),
        }
    }
}

/// Over how many states the sessions are spread.
const SHARDS: usize = 32;
/// The most sessions of one owner; the one that was not used for longest ends for another.
const OF_ONE_MAX: usize = 16;
/// How long credentials last that calls are made with.
const CREDENTIALS_LAST: Duration = Duration::from_mins(15);
/// How long a role is worked in before it is asked again whether it may be: as long as AWS's credentials last that
/// nobody asked to last longer.
const ROLES_LAST: Duration = Duration::from_hours(1);
/// How long one has to ask.
const RENEWAL_LASTS: Duration = Duration::from_mins(1);
/// How far behind what is written of a session's use may be.
const USE_WRITTEN_EVERY: SignedDuration = SignedDuration::from_mins(5);
