use cairn_catalog::{Account, Change, LoginProfile, MasterKey, Owner, Revision, Role, SqliteCatalog, User};
use cairn_sts::Holder;

use super::*;
use crate::session::mark;
use crate::{Attempt, Claimant};

const ACCOUNT: &str = "111122223333";

#[derive(Debug)]
struct Hands(Mutex<Timestamp>);

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// Chance that is none: each token is another one all the same.
#[derive(Debug, Default)]
struct Counting(Mutex<u64>);

impl Ids for Counting {
    fn guid(&self) -> String {
        String::new()
    }

    fn fill(&self, bytes: &mut [u8]) {
        let mut count = self.0.lock().unwrap();
        *count += 1;
        for (byte, turns) in bytes.iter_mut().zip((0..).step_by(7)) {
            let mixed = count.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(turns);
            *byte = mixed.to_be_bytes()[0];
        }
    }
}

struct World {
    catalog: Arc<SqliteCatalog>,
    clock: Arc<Hands>,
    ids: Arc<Counting>,
    master: MasterKey,
    _dir: tempfile::TempDir,
}

impl World {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let catalog = Arc::new(SqliteCatalog::open(&dir.path().join("catalog")).await.unwrap());
        let clock = Arc::new(Hands(Mutex::new("2026-03-02T08:00:00Z".parse().unwrap())));
        let world = Self {
            catalog,
            clock,
            ids: Arc::default(),
            master: MasterKey::new(&[1; 32]).unwrap(),
            _dir: dir,
        };
        let (account, created) = (ACCOUNT.parse().unwrap(), world.clock.now());
        let user = User {
            account,
            name: "maya".to_owned(),
            path: "/".to_owned(),
            user_id: "AIDAMAYA".to_owned(),
            arn: format!("arn:aws:iam::{ACCOUNT}:user/maya"),
            created,
            policies: Vec::new(),
            attached: Vec::new(),
            groups: Vec::new(),
            boundary: None,
            tags: Vec::new(),
        };
        let role: Role = serde_json::from_value(serde_json::json!({
            "account": ACCOUNT, "name": "auditor", "path": "/", "role_id": "AROAAUDITOR",
            "arn": format!("arn:aws:iam::{ACCOUNT}:role/auditor"), "trust": "{}", "created": created, "session_seconds_max": 3600,
        }))
        .unwrap();
        world
            .commit(vec![
                Change::PutAccount(world.account()),
                Change::PutUser(user),
                Change::PutRole(Box::new(role)),
                world.password(),
            ])
            .await;
        world
    }

    fn account(&self) -> Account {
        let (id, created) = (ACCOUNT.parse().unwrap(), self.clock.now());
        Account { id, alias: None, name: None, email: None, created }
    }

    fn password(&self) -> Change {
        let name = LoginProfile::secret_name("AIDAMAYA");
        let now = self.clock.now();
        Change::PutLoginProfile(Box::new(LoginProfile {
            account: ACCOUNT.parse().unwrap(),
            owner: Owner::User("maya".to_owned()),
            principal_id: "AIDAMAYA".to_owned(),
            hash: self.master.seal(name, b"hash", |nonce| nonce.fill(1)).unwrap(),
            previous: Vec::new(),
            reset_required: false,
            created: now,
            changed: now,
        }))
    }

    async fn commit(&self, changes: Vec<Change>) -> Revision {
        self.catalog.commit(self.catalog.current().revision(), changes).await.unwrap()
    }

    async fn sessions(&self) -> Sessions {
        let limits = Limits { whole: SignedDuration::from_hours(12), idle: SignedDuration::from_hours(2) };
        let catalog: Arc<dyn Catalog> = Arc::clone(&self.catalog) as Arc<dyn Catalog>;
        Sessions::open(catalog, Arc::clone(&self.clock) as _, Arc::clone(&self.ids) as _, limits)
            .await
            .unwrap()
    }

    async fn begin(&self, sessions: &Sessions) -> SessionId {
        sessions.begin(&self.proven()).await.unwrap().0.id()
    }

    /// Somebody who showed the password that is in force now.
    fn proven(&self) -> Proven {
        let (account, owner) = (ACCOUNT.parse().unwrap(), Owner::User("maya".to_owned()));
        Proven {
            claimant: Claimant::find(&self.catalog.current(), Some(account), Some("maya")),
            mark: mark(&self.catalog.current(), &account, &owner, "AIDAMAYA").unwrap(),
            account,
            owner,
            principal_id: "AIDAMAYA".to_owned(),
            device: None,
            must_change: false,
            attempt: Attempt::new(ACCOUNT, Some("maya"), std::net::Ipv4Addr::LOCALHOST.into()),
        }
    }

    /// Sets the password anew, and tells that change.
    async fn set_password(&self) -> OwnChange {
        self.wait(1);
        let revision = self.commit(vec![self.password()]).await;
        OwnChange::read(&*self.catalog, revision).await.unwrap()
    }

    fn find(&self, sessions: &Sessions, id: SessionId) -> Result<Found, Ended> {
        sessions.find(id, &self.catalog.current())
    }

    fn wait(&self, minutes: i64) {
        let mut now = self.clock.0.lock().unwrap();
        *now = now.checked_add(SignedDuration::from_mins(minutes)).unwrap();
    }

    fn role(&self, minutes: i64) -> SwitchedRole {
        let began = self.clock.now();
        SwitchedRole {
            account: ACCOUNT.parse().unwrap(),
            name: "auditor".to_owned(),
            id: "AROAAUDITOR".to_owned(),
            session: "maya".to_owned(),
            began,
            expires: began.checked_add(SignedDuration::from_mins(minutes)).unwrap(),
            renew: SwitchedRole::renewed(began),
        }
    }
}

#[tokio::test]
async fn a_session_outlives_a_restart_and_its_end_does_too() {
    let world = World::new().await;
    let sessions = world.sessions().await;
    let (kept, ended) = (world.begin(&sessions).await, world.begin(&sessions).await);
    sessions.end(ended).await.unwrap();
    let again = world.sessions().await;
    assert_eq!(world.find(&again, kept).unwrap().session.account.as_str(), ACCOUNT);
    assert_eq!(world.find(&again, ended).unwrap_err(), Ended::Session);
    let nobody = Token::parse(&"A".repeat(43)).unwrap().id();
    assert_eq!(world.find(&again, nobody).unwrap_err(), Ended::Session);
}

#[tokio::test]
async fn a_session_ends_when_it_is_not_used_and_in_the_end_anyway() {
    let world = World::new().await;
    let sessions = world.sessions().await;
    let id = world.begin(&sessions).await;
    for _ in 0..7 {
        world.wait(100);
        world.find(&sessions, id).unwrap();
        sessions.write_use(id).await.unwrap();
    }
    // It was written when it was used.
    let again = world.sessions().await;
    world.wait(19);
    world.find(&again, id).unwrap();
    world.wait(1);
    assert_eq!(world.find(&again, id).unwrap_err(), Ended::Session, "twelve hours are over");
    let idle = world.begin(&again).await;
    world.wait(120);
    assert_eq!(world.find(&again, idle).unwrap_err(), Ended::Session);
}

#[tokio::test]
async fn all_sessions_end_when_the_password_changes_but_the_one_where_it_was_changed() {
    let world = World::new().await;
    let sessions = world.sessions().await;
    let (here, elsewhere) = (world.begin(&sessions).await, world.begin(&sessions).await);
    let change = world.set_password().await;
    sessions.keep_beyond(here, &change).await.unwrap();
    assert!(world.find(&sessions, here).is_ok());
    assert_eq!(world.find(&sessions, elsewhere).unwrap_err(), Ended::Session);
    assert!(world.find(&world.sessions().await, here).is_ok());
}

#[tokio::test]
async fn what_somebody_else_changed_meanwhile_ends_the_session_all_the_same() {
    let world = World::new().await;
    let sessions = world.sessions().await;
    let id = world.begin(&sessions).await;
    // An administrator is first; then one of the session's own calls is through.
    world.set_password().await;
    let own = world.set_password().await;
    sessions.keep_beyond(id, &own).await.unwrap();
    assert_eq!(world.find(&sessions, id).unwrap_err(), Ended::Session);
    // The own call is first, and was about somebody else.
    let id = world.begin(&sessions).await;
    let other = world.commit(vec![Change::PutAccount(world.account())]).await;
    let about_other = OwnChange::read(&*world.catalog, other).await.unwrap();
    world.set_password().await;
    sessions.keep_beyond(id, &about_other).await.unwrap();
    assert_eq!(world.find(&sessions, id).unwrap_err(), Ended::Session);
}

#[tokio::test]
async fn a_session_begins_with_what_was_proven_and_not_with_what_holds_by_now() {
    let world = World::new().await;
    let sessions = world.sessions().await;
    let proven = world.proven();
    world.set_password().await;
    assert!(!proven.still_holds(&world.catalog.current()));
    let id = sessions.begin(&proven).await.unwrap().0.id();
    assert_eq!(world.find(&sessions, id).unwrap_err(), Ended::Session);
    // Whoever chose another password on the way in goes on with that one.
    let mut proven = world.proven();
    proven.go_beyond(&world.set_password().await);
    assert!(proven.still_holds(&world.catalog.current()));
    let id = sessions.begin(&proven).await.unwrap().0.id();
    assert!(world.find(&sessions, id).is_ok());
    // Not so when somebody else had changed it in between.
    let mut proven = world.proven();
    world.set_password().await;
    proven.go_beyond(&world.set_password().await);
    assert!(!proven.still_holds(&world.catalog.current()));
}

#[tokio::test]
async fn whoever_has_too_many_sessions_loses_the_oldest() {
    let world = World::new().await;
    let sessions = world.sessions().await;
    let first = world.begin(&sessions).await;
    world.wait(1);
    let second = world.begin(&sessions).await;
    for _ in 0..OF_ONE_MAX - 1 {
        world.wait(1);
        world.begin(&sessions).await;
    }
    for sessions in [sessions, world.sessions().await] {
        assert_eq!(sessions.count(), OF_ONE_MAX);
        assert_eq!(world.find(&sessions, first).unwrap_err(), Ended::Session);
        assert!(world.find(&sessions, second).is_ok());
    }
}

#[tokio::test]
async fn sessions_that_begin_at_once_are_no_more_than_one_may_have() {
    let world = World::new().await;
    let sessions = world.sessions().await;
    for _ in 0..OF_ONE_MAX {
        world.begin(&sessions).await;
    }
    tokio::join!(world.begin(&sessions), world.begin(&sessions), world.begin(&sessions));
    assert_eq!(sessions.count(), OF_ONE_MAX);
    assert_eq!(world.sessions().await.count(), OF_ONE_MAX);
}

#[tokio::test]
async fn credentials_change_every_quarter_of_an_hour_and_say_when_the_session_began() {
    let world = World::new().await;
    let sessions = world.sessions().await;
    let id = world.begin(&sessions).await;
    let first = world.find(&sessions, id).unwrap().credentials;
    world.wait(14);
    assert_eq!(world.find(&sessions, id).unwrap().credentials, first);
    world.wait(1);
    let second = world.find(&sessions, id).unwrap().credentials;
    assert_ne!(second.access_key_id, first.access_key_id);
    assert_eq!(second.issued, first.issued);
    assert!(second.access_key_id.starts_with("ASIA"));
}

#[tokio::test]
async fn a_role_is_worked_in_for_its_time_and_then_its_user_is_back() {
    let world = World::new().await;
    let sessions = world.sessions().await;
    let id = world.begin(&sessions).await;
    let token = Token::parse(&"A".repeat(43)).unwrap();
    let own = token.csrf(&sessions.peek(id).unwrap());
    sessions.switch(id, Some(world.role(90))).await.unwrap();
    let again = world.sessions().await;
    let found = world.find(&again, id).unwrap();
    assert!(matches!(&found.credentials.holder, Holder::Role { name, .. } if name == "auditor"));
    assert_ne!(token.csrf(&found.session), own, "a page of the user's is none of the role's");
    let owner = again.find_owner(id, &world.catalog.current()).unwrap().credentials;
    assert!(matches!(&owner.holder, Holder::User { name, .. } if name == "maya"));
    assert!(!again.begin_renewal(id));
    world.wait(60);
    assert_eq!([again.begin_renewal(id), again.begin_renewal(id)], [true, false], "one asks for all");
    world.wait(30);
    assert_eq!(world.find(&again, id).unwrap_err(), Ended::Role);
    assert_eq!(token.csrf(&world.find(&again, id).unwrap().session), own);
}

#[tokio::test]
async fn a_renewal_that_ends_late_neither_brings_a_role_back_nor_throws_out_of_another() {
    let world = World::new().await;
    let sessions = world.sessions().await;
    let id = world.begin(&sessions).await;
    let first = world.role(90);
    sessions.switch(id, Some(first.clone())).await.unwrap();
    assert!(sessions.replace_role(id, &first, Some(first.clone())).await.unwrap());
    sessions.switch(id, None).await.unwrap();
    assert!(!sessions.replace_role(id, &first, Some(first.clone())).await.unwrap());
    assert_eq!(sessions.peek(id).unwrap().role, None);
    world.wait(1);
    let second = world.role(90);
    sessions.switch(id, Some(second.clone())).await.unwrap();
    assert!(!sessions.replace_role(id, &first, None).await.unwrap());
    assert_eq!(sessions.peek(id).unwrap().role, Some(second));
}

#[tokio::test]
async fn asking_who_works_in_a_role_keeps_nobody_signed_in() {
    let world = World::new().await;
    let sessions = world.sessions().await;
    let id = world.begin(&sessions).await;
    sessions.switch(id, Some(world.role(720))).await.unwrap();
    world.wait(61);
    assert!(sessions.begin_renewal(id));
    sessions.find_owner(id, &world.catalog.current()).unwrap();
    world.wait(61);
    assert_eq!(world.find(&sessions, id).unwrap_err(), Ended::Session);
}

#[tokio::test]
async fn a_full_shard_with_the_longest_names_is_within_a_state() {
    let world = World::new().await;
    let (name, now) = ("n".repeat(64), world.clock.now());
    let session = SignedIn {
        account: ACCOUNT.parse().unwrap(),
        owner: Owner::User(name.clone()),
        principal_id: "A".repeat(128),
        mfa: true,
        mark: "m".repeat(43),
        began: now,
        expires: now,
        used: now,
        role: Some(SwitchedRole { name: name.clone(), id: "A".repeat(128), session: name, ..world.role(90) }),
    };
    let ids = (0..shard::SESSIONS_MAX).map(|_| Token::new(&*world.ids).id());
    let full: BTreeMap<SessionId, SignedIn> = ids.map(|id| (id, session.clone())).collect();
    assert_eq!(full.len(), shard::SESSIONS_MAX);
    let (mut shard, none) = Shard::read(&*world.catalog, 3).await.unwrap();
    assert!(none.is_empty());
    shard.write(&*world.catalog, &full).await.unwrap();
    assert_eq!(Shard::read(&*world.catalog, 3).await.unwrap().1, full);
}
