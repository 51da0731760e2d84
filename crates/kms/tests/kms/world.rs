//! KMS over a real catalog, with a clock that is set and ids that count.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use cairn_access::Principal;
use cairn_catalog::{Account, Catalog, Change, MasterKey, SqliteCatalog};
use cairn_event::{Clock, Ids};
use cairn_kms::{Caller, Kms};
use cairn_wire::kms::{Operation, Request};
use jiff::Timestamp;
use serde_json::Value;
use tempfile::TempDir;

/// The account that has the keys.
pub(crate) const OWN: &str = "111122223333";
/// Another account.
pub(crate) const OTHER: &str = "444455556666";
pub(crate) const REGION: &str = "eu-west-1";

#[derive(Debug)]
pub(crate) struct SetClock(AtomicI64);

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

impl SetClock {
    pub(crate) fn pass_days(&self, days: i64) {
        self.0.fetch_add(days * 86_400, Ordering::SeqCst);
    }
}

/// Randomness that repeats: the same in every run, never twice in one.
#[derive(Debug, Default)]
struct CountingIds(AtomicU64);

impl Ids for CountingIds {
    fn guid(&self) -> String {
        let mut bytes = [0; 16];
        self.fill(&mut bytes);
        let number = u128::from_be_bytes(bytes);
        let part = |shift: u32, bits: u32| (number >> shift) & ((1 << bits) - 1);
        let [first, second, third, fourth] = [part(96, 32), part(80, 16), part(64, 16), part(48, 16)];
        format!("{first:08x}-{second:04x}-{third:04x}-{fourth:04x}-{:012x}", part(0, 48))
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
    pub(crate) kms: Kms,
    pub(crate) catalog: Arc<dyn Catalog>,
    pub(crate) clock: Arc<SetClock>,
    _dir: TempDir,
}

/// What a call came to: the answer, or the error class and its message.
pub(crate) type Outcome = Result<Value, (String, String)>;

impl World {
    pub(crate) async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let now = "2026-03-02T08:00:00Z".parse::<Timestamp>().unwrap();
        let clock = Arc::new(SetClock(AtomicI64::new(now.as_second())));
        let catalog: Arc<dyn Catalog> =
            Arc::new(SqliteCatalog::open(&dir.path().join("catalog.db")).await.unwrap());
        let made = |id: &str| Account {
            id: id.parse().unwrap(),
            alias: None,
            name: None,
            email: None,
            created: clock.now(),
        };
        catalog.commit(0, [OWN, OTHER].map(|id| Change::PutAccount(made(id))).into()).await.unwrap();
        let kms = Kms::new(
            Arc::clone(&catalog),
            Arc::new(MasterKey::new(&[7; 32]).unwrap()),
            Arc::clone(&clock) as Arc<dyn Clock>,
            Arc::new(CountingIds::default()),
        );
        Self { kms, catalog, clock, _dir: dir }
    }

    /// Makes a call as the root of the account that has the keys.
    pub(crate) async fn call(&self, operation: Operation, parameters: Value) -> Outcome {
        let request = Request::decode(operation, None, parameters.to_string().as_bytes()).unwrap();
        match self.kms.call(&caller(root()), &request).await {
            Ok(done) => Ok(done.output),
            Err(refusal) => Err((refusal.code().as_str().to_owned(), refusal.to_string())),
        }
    }

    /// Makes a key and returns its ARN.
    pub(crate) async fn key(&self) -> String {
        let made = self.call(Operation::CreateKey, serde_json::json!({})).await.unwrap();
        made["KeyMetadata"]["Arn"].as_str().unwrap().to_owned()
    }
}

pub(crate) fn root() -> Principal {
    Principal::Root { account: OWN.parse().unwrap() }
}

pub(crate) fn caller(principal: Principal) -> Caller {
    let account = principal.account().unwrap_or_else(|| OWN.parse().unwrap());
    Caller { account, region: REGION.parse().unwrap(), principal }
}
