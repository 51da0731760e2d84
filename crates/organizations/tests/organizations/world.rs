//! Organizations over a real catalog, with a clock that is set and ids that count.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use cairn_catalog::{Account, Catalog, Change, Kept, SqliteCatalog};
use cairn_event::{AccountId, Clock, Ids};
use cairn_organizations::{Caller, Done, Organizations};
use cairn_wire::organizations::{Operation, Request};
use jiff::Timestamp;
use serde_json::Value;
use tempfile::TempDir;

/// The accounts that are there from the start.
pub(crate) const ACCOUNTS: [&str; 4] = ["111111111111", "222222222222", "333333333333", "444444444444"];

#[derive(Debug)]
pub(crate) struct SetClock(AtomicI64);

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

impl SetClock {
    pub(crate) fn pass_seconds(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }

    pub(crate) fn pass_days(&self, days: i64) {
        self.0.fetch_add(days * 86_400, Ordering::SeqCst);
    }
}

/// Randomness that repeats: the same in every run, never twice in one.
#[derive(Debug, Default)]
struct CountingIds(AtomicU64);

impl Ids for CountingIds {
    fn guid(&self) -> String {
        let count = self.0.fetch_add(1, Ordering::SeqCst);
        format!("00000000-0000-4000-8000-{count:012x}")
    }

    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            let count = self.0.fetch_add(1, Ordering::SeqCst);
            // SplitMix64's finalizer spreads the count over all bits.
            let mixed = (count ^ (count >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            *byte = mixed.to_be_bytes()[1];
        }
    }
}

pub(crate) struct World {
    pub(crate) organizations: Organizations,
    pub(crate) catalog: Arc<dyn Catalog>,
    pub(crate) clock: Arc<SetClock>,
    _dir: TempDir,
}

/// What a call came to: the answer, or the error class and the reason beside it.
pub(crate) type Outcome = Result<Value, (String, Option<&'static str>)>;

impl World {
    pub(crate) async fn new() -> Self {
        Self::keeping(Kept::Here).await
    }

    /// A server that keeps organizations here, or follows one that is kept elsewhere.
    pub(crate) async fn keeping(kept: Kept) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let now = "2026-03-02T08:00:00Z".parse::<Timestamp>().unwrap();
        let clock = Arc::new(SetClock(AtomicI64::new(now.as_second())));
        let catalog: Arc<dyn Catalog> =
            Arc::new(SqliteCatalog::open(&dir.path().join("catalog.db")).await.unwrap());
        let made = |id: &str| Account {
            id: id.parse().unwrap(),
            alias: None,
            name: None,
            email: Some(format!("{id}@example.com")),
            created: clock.now(),
        };
        catalog.commit(0, ACCOUNTS.map(|id| Change::PutAccount(made(id))).into()).await.unwrap();
        let organizations = Organizations::new(
            Arc::clone(&catalog),
            Arc::clone(&clock) as Arc<dyn Clock>,
            Arc::new(CountingIds::default()),
            kept,
        );
        Self { organizations, catalog, clock, _dir: dir }
    }

    /// Makes a call in the name of an account.
    pub(crate) async fn call(&self, account: &str, operation: &str, parameters: Value) -> Outcome {
        self.done(account.parse().unwrap(), operation, &parameters).await.map(|done| done.output)
    }

    /// Makes a call in the name of an account, and returns what the service did beside, too.
    pub(crate) async fn done(
        &self,
        account: AccountId,
        operation: &str,
        parameters: &Value,
    ) -> Result<Done, (String, Option<&'static str>)> {
        let operation = Operation::find(operation).unwrap();
        let request = Request::decode(operation, None, parameters.to_string().as_bytes()).unwrap();
        let outcome = self.organizations.call(&Caller::of(account, &self.catalog.current()), &request).await;
        outcome.map_err(|refusal| (refusal.code().as_str().to_owned(), refusal.reason()))
    }

    /// Makes an organization and returns its id and that of its root.
    pub(crate) async fn organization(&self, manager: &str, feature_set: &str) -> (String, String) {
        let parameters = serde_json::json!({"FeatureSet": feature_set});
        let made = self.call(manager, "CreateOrganization", parameters).await.unwrap();
        let id = made["Organization"]["Id"].as_str().unwrap().to_owned();
        let roots = self.call(manager, "ListRoots", serde_json::json!({})).await.unwrap();
        (id, roots["Roots"][0]["Id"].as_str().unwrap().to_owned())
    }

    /// Invites an account, and returns the handshake's id.
    pub(crate) async fn invite(&self, manager: &str, account: &str) -> String {
        let parameters = serde_json::json!({"Target": {"Id": account, "Type": "ACCOUNT"}});
        let sent = self.call(manager, "InviteAccountToOrganization", parameters).await.unwrap();
        sent["Handshake"]["Id"].as_str().unwrap().to_owned()
    }
}
