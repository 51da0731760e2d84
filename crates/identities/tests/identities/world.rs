//! A gateway's view of one upstream, without the gateway.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use cairn_access::Caller;
use cairn_event::{AccountId, Clock, Ids};
use cairn_identities::directory::{Directory, Format};
use cairn_identities::{
    AccountHints, Answer, Claim, Identified, Identities, Lesson, Realm, Sighting, Signatures, Verdict,
    teaches,
};
use jiff::Timestamp;
use serde_json::Value;

pub(crate) const ACCOUNT: &str = "123456789012";
/// 2026-11-22T09:11:12Z.
pub(crate) const START: i64 = 1_795_338_672;

/// A clock that stands until it is moved.
#[derive(Debug)]
pub(crate) struct Hand(AtomicI64);

impl Hand {
    pub(crate) fn pass(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::Relaxed);
    }
}

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::Relaxed)).unwrap()
    }
}

/// Bytes that count.
#[derive(Debug, Default)]
pub(crate) struct Counting(Mutex<u64>);

impl Ids for Counting {
    fn guid(&self) -> String {
        "00000000-0000-4000-8000-000000000000".to_owned()
    }

    fn fill(&self, bytes: &mut [u8]) {
        let mut count = self.0.lock().unwrap();
        for chunk in bytes.chunks_mut(8) {
            *count += 1;
            chunk.copy_from_slice(&count.to_le_bytes()[..chunk.len()]);
        }
    }
}

#[derive(Debug)]
pub(crate) struct World {
    pub(crate) identities: Arc<Identities>,
    pub(crate) clock: Arc<Hand>,
    pub(crate) realm: Realm,
}

/// A call and its answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call<'a> {
    pub(crate) key: Option<&'a str>,
    pub(crate) service: &'a str,
    pub(crate) operation: &'a str,
    /// Method and path.
    pub(crate) place: (&'a str, &'a str),
    pub(crate) query: &'a str,
    pub(crate) request: &'a str,
    pub(crate) status: u16,
    pub(crate) error: Option<&'a str>,
    pub(crate) answer: &'a str,
}

pub(crate) fn account(text: &str) -> AccountId {
    text.parse().unwrap()
}

impl<'a> Call<'a> {
    /// A good call of a query service.
    pub(crate) fn new(
        key: &'a str,
        service: &'a str,
        operation: &'a str,
        request: &'a str,
        answer: &'a str,
    ) -> Self {
        let key = Some(key).filter(|key| !key.is_empty());
        let place = ("POST", "/");
        Self { key, service, operation, place, query: "", request, status: 200, error: None, answer }
    }
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with_directory("")
    }

    pub(crate) fn with_directory(text: &str) -> Self {
        let clock = Arc::new(Hand(AtomicI64::new(START)));
        let directory = Directory::parse(text, Format::Toml, account(ACCOUNT)).unwrap();
        let identities =
            Arc::new(Identities::new(directory, AccountHints::Told, Arc::clone(&clock) as Arc<dyn Clock>));
        let realm = Realm { account: account(ACCOUNT), signatures: Signatures::Checked };
        Self { identities, clock, realm }
    }

    pub(crate) fn sight(&self, realm: Realm, call: &Call<'_>) -> Identified {
        let claim = call.key.map_or(Claim::Unsigned, |key| Claim::Key(key.to_owned()));
        self.identities.identify(&Sighting {
            realm,
            upstream: "store",
            claim: &claim,
            event_source: &format!("{}.amazonaws.com", call.service),
            operation: call.operation,
            form: Some(call.request.as_bytes()),
            scope: None,
        })
    }

    /// Sends a call through, as the gateway does: sight, judge, learn. Returns the caller in its record.
    pub(crate) fn pass(&self, realm: Realm, call: &Call<'_>) -> Caller {
        let mut seen = self.sight(realm, call);
        let told = Answer { status: call.status, error_code: call.error, ..Answer::default() };
        let verdict = Verdict::of(realm.signatures, &told);
        if call.status == 200 {
            seen.told_by(call.operation, call.answer.as_bytes());
        }
        let source = format!("{}.amazonaws.com", call.service);
        if call.status == 200 && teaches(&source, call.operation) {
            self.identities.learn(&Lesson {
                realm,
                event_source: &source,
                operation: call.operation,
                method: call.place.0,
                path: call.place.1,
                query: call.query,
                request: call.request.as_bytes(),
                answer: call.answer.as_bytes(),
                caller: &seen,
                at: self.clock.now(),
            });
        }
        seen.caller(verdict)
    }

    pub(crate) fn call(&self, call: &Call<'_>) -> Value {
        user_identity(&self.pass(self.realm, call), call.service)
    }

    /// Returns what a record says of a key that the upstream took.
    pub(crate) fn who(&self, key: &str) -> Value {
        self.call(&Call::new(key, "s3", "ListBuckets", "", ""))
    }
}

pub(crate) fn user_identity(caller: &Caller, service: &str) -> Value {
    serde_json::to_value(caller.user_identity(&format!("{service}.amazonaws.com"))).unwrap()
}
