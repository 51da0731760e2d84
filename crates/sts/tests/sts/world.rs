//! Two accounts with users and roles, and callers of every kind.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use async_trait::async_trait;
use cairn_access::{Caller, Context, Principal};
use cairn_catalog::{
    Account, Catalog, Change, EnabledMfa, ManagedPolicy, MasterKey, MfaDevice, Owner, Policy, PolicyVersion,
    Role, Snapshot, SqliteCatalog, Tag, User,
};
use cairn_event::{AccountId, Clock, Ids};
use cairn_sts::{Asker, Issuer, KeyPlace, KeySource, KeySourceError, Parts, Rights, Sts, TokenKey};
use cairn_wire::sts::Credentials;
use jiff::Timestamp;
use tempfile::TempDir;

pub(crate) const OWN: &str = "111122223333";
pub(crate) const OTHER: &str = "444455556666";
/// Everything is allowed.
pub(crate) const ALL: &str = r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;

#[derive(Debug)]
pub(crate) struct SetClock(AtomicI64);

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

impl SetClock {
    pub(crate) fn pass(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

/// Other bytes each time.
#[derive(Debug, Default)]
pub(crate) struct Counting(AtomicU64);

impl Ids for Counting {
    fn guid(&self) -> String {
        String::new()
    }

    fn fill(&self, bytes: &mut [u8]) {
        let count = self.0.fetch_add(1, Ordering::SeqCst).to_le_bytes();
        for (byte, value) in bytes.iter_mut().zip(count.into_iter().cycle()) {
            *byte = value;
        }
    }
}

/// Reads files alone.
#[derive(Debug)]
pub(crate) struct Files;

#[async_trait]
impl KeySource for Files {
    async fn read(&self, place: &KeyPlace) -> Result<Vec<u8>, KeySourceError> {
        match place {
            KeyPlace::File(path) => Ok(std::fs::read(path)?),
            KeyPlace::Http(url) => Err(format!("nobody fetches {url}").into()),
        }
    }
}

pub(crate) struct World {
    pub(crate) sts: Sts,
    pub(crate) catalog: Arc<dyn Catalog>,
    pub(crate) clock: Arc<SetClock>,
    pub(crate) tokens: Arc<TokenKey>,
    pub(crate) dir: TempDir,
    issuers: Vec<Issuer>,
}

fn sts(
    catalog: &Arc<dyn Catalog>,
    clock: &Arc<SetClock>,
    tokens: &Arc<TokenKey>,
    issuers: Vec<Issuer>,
) -> Sts {
    Sts::new(Parts {
        catalog: Arc::clone(catalog),
        clock: Arc::clone(clock) as Arc<dyn Clock>,
        ids: Arc::new(Counting::default()),
        tokens: Arc::clone(tokens),
        managed,
        issuers,
        keys: Arc::new(Files),
    })
}

pub(crate) fn account(id: &str) -> AccountId {
    id.parse().unwrap()
}

/// Finds managed policies of accounts, and one of AWS's.
pub(crate) fn managed<'a>(snapshot: &'a Snapshot, arn: &str) -> Option<Cow<'a, str>> {
    match arn {
        "arn:aws:iam::aws:policy/Everything" => Some(Cow::Borrowed(ALL)),
        arn => snapshot.managed_policy(arn)?.document().map(Cow::Borrowed),
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with_issuers(|_dir| String::new()).await
    }

    pub(crate) async fn with_issuers(issuers: impl FnOnce(&TempDir) -> String) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let start = "2026-03-02T08:00:00Z".parse::<Timestamp>().unwrap().as_second();
        let clock = Arc::new(SetClock(AtomicI64::new(start)));
        let catalog: Arc<dyn Catalog> =
            Arc::new(SqliteCatalog::open(&dir.path().join("catalog.db")).await.unwrap());
        let tokens = Arc::new(TokenKey::new(&[7; 32]).unwrap());
        let issuers = Issuer::parse_list(&issuers(&dir)).unwrap();
        let sts = sts(&catalog, &clock, &tokens, issuers.clone());
        let world = Self { sts, catalog, clock, tokens, dir, issuers };
        let made = |id| {
            Change::PutAccount(Account {
                id: account(id),
                alias: None,
                name: None,
                email: None,
                created: Timestamp::UNIX_EPOCH,
            })
        };
        world.commit(vec![made(OWN), made(OTHER)]).await;
        world
    }

    /// Returns STS as it is after a restart, with no keys of issuers read.
    pub(crate) fn restarted(&self) -> Sts {
        sts(&self.catalog, &self.clock, &self.tokens, self.issuers.clone())
    }

    pub(crate) async fn commit(&self, changes: Vec<Change>) {
        self.catalog.commit(self.catalog.current().revision(), changes).await.unwrap();
    }

    /// Makes a user with one policy, or none.
    pub(crate) async fn user(&self, id: &str, name: &str, policy: Option<&str>) -> Caller {
        let user = user(id, name, policy);
        let principal = Principal::User {
            account: user.account,
            name: name.to_owned(),
            path: user.path.clone(),
            id: user.user_id.clone(),
        };
        self.commit(vec![Change::PutUser(user)]).await;
        Caller::Verified { principal, access_key_id: Some("AKIAUSER".to_owned()) }
    }

    /// Makes a role with that trust policy; returns its ARN.
    pub(crate) async fn role(
        &self,
        id: &str,
        name: &str,
        trust: &str,
        change: impl FnOnce(&mut Role),
    ) -> String {
        let arn = format!("arn:aws:iam::{id}:role/{name}");
        let mut role = Role {
            account: account(id),
            name: name.to_owned(),
            path: "/".to_owned(),
            role_id: format!("AROA{}", name.to_uppercase()),
            arn: arn.clone(),
            created: Timestamp::UNIX_EPOCH,
            description: None,
            trust: trust.to_owned(),
            session_seconds_max: 3_600,
            policies: Vec::new(),
            attached: Vec::new(),
            boundary: None,
            tags: Vec::new(),
        };
        change(&mut role);
        self.commit(vec![Change::PutRole(Box::new(role))]).await;
        arn
    }

    /// Makes a device of a user; returns its serial number.
    pub(crate) async fn device(&self, id: &str, name: &str, user: &str) -> String {
        let serial = format!("arn:aws:iam::{id}:mfa/{name}");
        let master = MasterKey::new(&[7; 32]).unwrap();
        let seed = master.seal(MfaDevice::secret_name(&serial), &[9; 40], |nonce| nonce.fill(1)).unwrap();
        let (owner, since) = (Owner::User(user.to_owned()), Timestamp::UNIX_EPOCH);
        let device = MfaDevice {
            serial: serial.clone(),
            account: account(id),
            name: name.to_owned(),
            path: "/".to_owned(),
            seed,
            created: since,
            enabled: Some(EnabledMfa { owner, since, drift_steps: 0, used_step: 0 }),
            tags: Vec::new(),
        };
        self.commit(vec![Change::PutMfaDevice(Box::new(device))]).await;
        serial
    }

    /// Makes a managed policy of the own account; returns its ARN.
    pub(crate) async fn managed_policy(&self, name: &str, document: &str) -> String {
        let arn = format!("arn:aws:iam::{OWN}:policy/{name}");
        let version = PolicyVersion {
            id: "v1".to_owned(),
            document: document.to_owned(),
            created: Timestamp::UNIX_EPOCH,
        };
        let policy = ManagedPolicy {
            account: account(OWN),
            name: name.to_owned(),
            path: "/".to_owned(),
            policy_id: "ANPA".to_owned(),
            arn: arn.clone(),
            created: Timestamp::UNIX_EPOCH,
            updated: Timestamp::UNIX_EPOCH,
            description: None,
            default_version: "v1".to_owned(),
            next_version: 2,
            versions: vec![version],
            tags: Vec::new(),
        };
        self.commit(vec![Change::PutManagedPolicy(Box::new(policy))]).await;
        arn
    }

    /// Returns who calls with those credentials.
    pub(crate) fn caller(&self, credentials: &Credentials) -> Caller {
        let session = self.tokens.open(&credentials.access_key_id, &credentials.session_token).unwrap();
        assert_eq!(session.secret_access_key, credentials.secret_access_key);
        let temporary = session.temporary(&self.catalog.current(), managed).unwrap();
        Caller::Temporary {
            principal: session.principal(),
            access_key_id: credentials.access_key_id.clone(),
            session: Box::new(temporary),
        }
    }

    /// Tells whether the caller may do that to everything of its own account.
    pub(crate) fn may(&self, caller: &Caller, action: &str) -> bool {
        let snapshot = self.catalog.current();
        let rights = Rights::of(caller, &snapshot, managed).unwrap();
        rights.decide(None, (action, "*", caller.account().unwrap()), Context::default()).is_allowed()
    }
}

pub(crate) fn asker(caller: &Caller) -> Asker<'_> {
    Asker { caller, account: caller.account().unwrap(), context: Context::default(), mfa: None }
}

pub(crate) fn user(id: &str, name: &str, policy: Option<&str>) -> User {
    User {
        account: account(id),
        name: name.to_owned(),
        path: "/".to_owned(),
        user_id: format!("AIDA{}", name.to_uppercase()),
        arn: format!("arn:aws:iam::{id}:user/{name}"),
        created: Timestamp::UNIX_EPOCH,
        policies: policy.into_iter().map(|text| inline("own", text)).collect(),
        attached: Vec::new(),
        groups: Vec::new(),
        boundary: None,
        tags: Vec::new(),
    }
}

pub(crate) fn inline(name: &str, document: &str) -> Policy {
    Policy { name: name.to_owned(), document: document.to_owned() }
}

pub(crate) fn tag(key: &str, value: &str) -> Tag {
    Tag { key: key.to_owned(), value: Some(value.to_owned()) }
}

/// A trust policy that lets one principal do some actions, under a condition.
pub(crate) fn trusting(principal: &str, actions: &str, condition: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{principal},"Action":{actions},"Condition":{{{condition}}}}}]}}"#
    )
}

/// A policy that allows those actions on everything.
pub(crate) fn allowing(actions: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":{actions},"Resource":"*"}}]}}"#
    )
}
