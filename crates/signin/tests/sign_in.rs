//! Proving who signs in, over a real catalog and with real passwords.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::sync::{Arc, Mutex};

use cairn_catalog::{
    Account, Change, EnabledMfa, LoginProfile, MasterKey, MfaDevice, Owner, SecretBytes, SqliteCatalog,
};
use cairn_event::{AccountId, Clock, Ids};
use cairn_signin::{
    Claimant, Code, Guesses, MustChange, OwnChange, Passwords, Proof, Rules, Seed, SignIn, Told, WrongCode,
    step,
};
use jiff::Timestamp;

const ACCOUNT: &str = "123456789012";
const SERIAL: &str = "arn:aws:iam::123456789012:mfa/phone";
const PASSWORD: &str = "Corr3ct-horse!";

/// It passes by itself, a millisecond each time that it is asked for: changes are told apart by when they were made.
#[derive(Debug)]
struct Ticking(Mutex<Timestamp>);

impl Clock for Ticking {
    fn now(&self) -> Timestamp {
        let mut now = self.0.lock().unwrap();
        *now = now.checked_add(jiff::SignedDuration::from_millis(1)).unwrap();
        *now
    }
}

#[derive(Debug)]
struct Same;

impl Ids for Same {
    fn guid(&self) -> String {
        String::new()
    }

    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

struct World {
    sign_in: SignIn,
    seed: Seed,
    _dir: tempfile::TempDir,
}

impl World {
    /// An account whose root user has a password.
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let catalog = SqliteCatalog::open(&dir.path().join("catalog.db")).await.unwrap();
        let clock = Arc::new(Ticking(Mutex::new("2026-03-02T08:00:00Z".parse().unwrap())));
        let sign_in = SignIn {
            catalog: Arc::new(catalog),
            master: Arc::new(MasterKey::new(&[1; 32]).unwrap()),
            clock,
            passwords: Passwords::new(1),
            guesses: Guesses::default(),
        };
        let world = Self { sign_in, seed: Seed::from_bytes(&[9; 40]), _dir: dir };
        let (id, created) = (account(), world.sign_in.clock.now());
        world.commit(Change::PutAccount(Account { id, alias: None, name: None, email: None, created })).await;
        world.set_password(false).await;
        world
    }

    async fn set_password(&self, reset_required: bool) -> u64 {
        let hash = self.sign_in.passwords.hash(SecretBytes::new(PASSWORD), &Same).await.unwrap();
        let name = LoginProfile::secret_name(ACCOUNT);
        let hash = self.sign_in.master.seal(name, hash.expose(), |nonce| nonce.fill(1)).unwrap();
        let now = self.sign_in.clock.now();
        let profile = LoginProfile {
            account: account(),
            owner: Owner::Root,
            principal_id: ACCOUNT.to_owned(),
            hash,
            previous: Vec::new(),
            reset_required,
            created: now,
            changed: now,
        };
        self.commit(Change::PutLoginProfile(Box::new(profile))).await
    }

    async fn enable_device(&self) {
        let name = MfaDevice::secret_name(SERIAL);
        let seed = self.sign_in.master.seal(name, self.seed.expose(), |nonce| nonce.fill(1)).unwrap();
        let since = self.sign_in.clock.now();
        let device = MfaDevice {
            serial: SERIAL.to_owned(),
            account: account(),
            name: "phone".to_owned(),
            path: "/".to_owned(),
            seed,
            created: since,
            enabled: Some(EnabledMfa { owner: Owner::Root, since, drift_steps: 0, used_step: 5 }),
            tags: Vec::new(),
        };
        self.commit(Change::PutMfaDevice(Box::new(device))).await;
    }

    async fn commit(&self, change: Change) -> u64 {
        let catalog = &self.sign_in.catalog;
        catalog.commit(catalog.current().revision(), vec![change]).await.unwrap()
    }

    fn code(&self) -> String {
        let shown = self.seed.code(step(self.sign_in.clock.now()));
        let mut codes = (0..1_000_000).map(|number| format!("{number:06}"));
        codes.find(|text| Code::parse(text) == Some(shown)).unwrap()
    }

    async fn prove(&self, code: Option<String>, chosen: Option<&Rules<'_>>) -> Proof {
        let told = Told {
            account: ACCOUNT.to_owned(),
            user: None,
            password: SecretBytes::new(PASSWORD),
            code,
            from: std::net::Ipv4Addr::LOCALHOST.into(),
        };
        self.sign_in.prove(told, chosen).await.unwrap()
    }
}

fn account() -> AccountId {
    ACCOUNT.parse().unwrap()
}

#[tokio::test]
async fn what_is_set_while_a_password_is_looked_at_was_not_proven() {
    let world = World::new().await;
    let now = || world.sign_in.catalog.current();
    let Proof::Right(proven) = world.prove(None, None).await else { panic!("it is right") };
    assert!(proven.still_holds(&now()));
    world.enable_device().await;
    assert!(!proven.still_holds(&now()));
    let Proof::Right(mut proven) = world.prove(Some(world.code()), None).await else { panic!("it is right") };
    let revision = world.set_password(false).await;
    assert!(!proven.still_holds(&now()));
    // The own change is another matter.
    let change = OwnChange::read(&*world.sign_in.catalog, revision).await.unwrap();
    proven.go_beyond(&change);
    assert!(proven.still_holds(&now()));
    world.sign_in.catalog.close().await;
}

#[tokio::test]
async fn a_code_is_not_used_up_by_a_new_password_that_is_refused() {
    let world = World::new().await;
    world.enable_device().await;
    world.set_password(true).await;
    let root = Claimant::Root(account());
    assert!(matches!(world.prove(None, None).await, Proof::CodeMissing(who, 1) if who == root));
    let code = world.code();
    let asked = world.prove(Some(code.clone()), None).await;
    assert!(matches!(asked, Proof::ChangeMissing(who, MustChange::Asked) if who == root));
    let refused = world.prove(Some(code.clone()), Some(&|_, _| Err("too short".to_owned()))).await;
    assert!(matches!(refused, Proof::ChoiceRefused(who, why) if who == root && why == "too short"));
    let right = world.prove(Some(code.clone()), Some(&|_, _| Ok(()))).await;
    assert!(matches!(right, Proof::Right(proven) if proven.must_change));
    let again = world.prove(Some(code), Some(&|_, _| Ok(()))).await;
    assert!(matches!(again, Proof::Wrong { code: WrongCode::Tried, .. }));
    world.sign_in.catalog.close().await;
}
