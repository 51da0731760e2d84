//! IAM over a real catalog, with a clock that is set, ids that count, and uses of keys that are told.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use cairn_access::Principal;
use cairn_catalog::{Account, Catalog, Change, MasterKey, SqliteCatalog};
use cairn_event::{AccountId, Clock, Ids};
use cairn_iam::{Caller, Code, Iam, KeyUse, LastUse};
use cairn_signin::Passwords;
use cairn_wire::iam::Operation;
use cairn_wire::query::{Operation as _, Parameters, Request};
use jiff::Timestamp;
use serde_json::Value;
use tempfile::TempDir;

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

/// Randomness that repeats: the same in every run, never twice in one.
#[derive(Debug, Default)]
struct CountingIds(AtomicU64);

impl Ids for CountingIds {
    fn guid(&self) -> String {
        "00000000-0000-4000-8000-000000000000".to_owned()
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

/// The uses that a test told.
#[derive(Debug, Default)]
pub(crate) struct ToldUses(pub(crate) Mutex<BTreeMap<String, LastUse>>);

#[async_trait]
impl KeyUse for ToldUses {
    async fn last_use(
        &self,
        _account: AccountId,
        access_key_id: &str,
    ) -> Result<Option<LastUse>, Box<dyn Error + Send + Sync>> {
        Ok(self.0.lock().unwrap().get(access_key_id).cloned())
    }
}

pub(crate) struct World {
    pub(crate) iam: Arc<Iam>,
    pub(crate) catalog: Arc<dyn Catalog>,
    pub(crate) clock: Arc<SetClock>,
    pub(crate) uses: Arc<ToldUses>,
    pub(crate) master: Arc<MasterKey>,
    _dir: TempDir,
}

/// What a call came to: the answer, or the code and its message.
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
        let accounts = ["123456789012", "999988887777"].map(|id| Change::PutAccount(made(id)));
        catalog.commit(0, accounts.into()).await.unwrap();
        let (master, uses) = (Arc::new(MasterKey::new(&[7; 32]).unwrap()), Arc::new(ToldUses::default()));
        let iam = Iam::new(
            Arc::clone(&catalog),
            Arc::clone(&master),
            Arc::clone(&uses) as Arc<dyn KeyUse>,
            Passwords::new(2),
            Arc::clone(&clock) as Arc<dyn Clock>,
            Arc::new(CountingIds::default()),
        );
        Self { iam: Arc::new(iam), catalog, clock, uses, master, _dir: dir }
    }

    /// Calls as the root of the documentation's account.
    pub(crate) async fn call(&self, name: &str, form: &[(String, String)]) -> Outcome {
        self.call_by(&root("123456789012"), name, form).await
    }

    pub(crate) async fn call_by(&self, caller: &Caller, name: &str, form: &[(String, String)]) -> Outcome {
        let operation = Operation::find(name).unwrap_or_else(|| panic!("{name} is no operation"));
        let pairs: Vec<String> =
            form.iter().map(|(name, value)| format!("{}={}", escaped(name), escaped(value))).collect();
        let parameters = Parameters::parse("", pairs.join("&").as_bytes()).unwrap();
        let request = Request::decode(operation, &parameters)
            .map_err(|refusal| (refusal.code.to_owned(), refusal.message))?;
        self.iam.call(caller, &request).await.map(|called| called.answer).map_err(|refusal| {
            let answer = refusal.answer();
            match refusal.code() {
                Code::Own(code) => assert_eq!(code.as_str(), answer.code),
                Code::Common(code) => assert_eq!(code.as_str(), answer.code),
            }
            (answer.code.to_owned(), answer.message)
        })
    }

    pub(crate) async fn end(self) {
        self.catalog.close().await;
    }
}

pub(crate) fn root(account: &str) -> Caller {
    let account = account.parse().unwrap();
    Caller { account, principal: Principal::Root { account } }
}

/// Writes a JSON value as the query protocol does.
pub(crate) fn form(value: &Value) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    flatten("", value, &mut pairs);
    pairs
}

fn flatten(at: &str, value: &Value, pairs: &mut Vec<(String, String)>) {
    let below = |name: &str| if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") };
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| flatten(&below(name), value, pairs));
        }
        Value::Array(items) => {
            for (item, number) in items.iter().zip(1..) {
                flatten(&below(&format!("member.{number}")), item, pairs);
            }
        }
        Value::String(text) => pairs.push((at.to_owned(), text.clone())),
        other => pairs.push((at.to_owned(), other.to_string())),
    }
}

fn escaped(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}
