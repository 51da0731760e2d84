//! One session in memory: whether it goes on, and what its calls are made with.

use std::collections::BTreeMap;
use std::time::Duration;

use cairn_catalog::{Owner, Snapshot};
use cairn_event::{AccountId, Ids};
use cairn_sts::{Holder, Session, temporary_key_id};
use jiff::{SignedDuration, Timestamp};

use crate::session::mark;
use crate::{SignedIn, SwitchedRole};

/// A session, and the credentials that its calls are made with at present.
#[derive(Debug, Clone)]
pub(super) struct Live {
    pub(super) session: SignedIn,
    pub(super) credentials: Option<Credentials>,
    /// What `used` was when it was written last.
    pub(super) written: Timestamp,
}

#[derive(Debug, Clone)]
pub(super) struct Credentials {
    access_key_id: String,
    secret_access_key: String,
    expires: Timestamp,
}

impl SignedIn {
    pub(super) fn is_going_on(&self, now: Timestamp, idle: SignedDuration) -> bool {
        now < self.expires && now.duration_since(self.used) < idle
    }

    /// Tells whether the owner is there and signs in with what this session began with.
    pub(super) fn is_of_somebody(&self, snapshot: &Snapshot) -> bool {
        let mark = mark(snapshot, &self.account, &self.owner, &self.principal_id);
        mark.is_some_and(|mark| mark == self.mark)
    }
}

impl SwitchedRole {
    pub(super) fn is_going_on(&self, now: Timestamp, snapshot: &Snapshot) -> bool {
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
    pub(super) fn credentials(
        &mut self,
        now: Timestamp,
        ids: &dyn Ids,
        snapshot: &Snapshot,
    ) -> Option<Session> {
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

/// How long credentials last that calls are made with.
const CREDENTIALS_LAST: Duration = Duration::from_mins(15);
/// How long a role is worked in before it is asked again whether it may be: as long as AWS's credentials last that
/// nobody asked to last longer.
const ROLES_LAST: Duration = Duration::from_hours(1);
