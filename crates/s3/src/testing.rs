//! A clock, ids and a KMS for tests: the clock stands still, the ids count.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use cairn_event::{Clock, Ids};

use crate::seal::{
    DataKey, DataKeys, EncryptionWish, GeneratedKey, KeyRefused, KeyRequest, NoKms, SealingKey,
};
use crate::store::{BucketDraft, Deposit, ObjectMetadata, ObjectStore};

#[derive(Debug)]
pub(crate) struct Still;

impl Clock for Still {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::from_second(1_790_000_000).unwrap()
    }
}

#[derive(Debug, Default)]
pub(crate) struct Counting(AtomicU64);

impl Ids for Counting {
    fn guid(&self) -> String {
        let count = self.0.fetch_add(1, Ordering::Relaxed);
        format!("00000000-0000-4000-8000-{count:012x}")
    }

    fn fill(&self, bytes: &mut [u8]) {
        let count = self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        bytes.fill(0);
        for (to, from) in bytes.iter_mut().rev().zip(count.iter().rev()) {
            *to = *from;
        }
    }
}

pub(crate) fn key() -> SealingKey {
    SealingKey::new([42; 32])
}

pub(crate) async fn open(dir: &std::path::Path) -> ObjectStore {
    ObjectStore::open(dir, &key(), Arc::new(Still), Arc::new(Counting::default())).await.unwrap()
}

pub(crate) async fn open_with_bucket(dir: &std::path::Path) -> ObjectStore {
    let store = open(dir).await;
    let draft = BucketDraft {
        name: "bkt".into(),
        owner: "123456789012".into(),
        owner_canonical: "c".repeat(64),
        region: "us-east-1".into(),
    };
    store.create_bucket(draft).await.unwrap();
    store
}

/// A deposit in the bucket, encrypted as the bucket wants it.
pub(crate) fn deposit(key: &str, bytes: bytes::Bytes) -> Deposit<'_> {
    Deposit {
        bucket: "bkt",
        key,
        bytes,
        metadata: ObjectMetadata::default(),
        encryption: EncryptionWish::default(),
        keys: &NoKms,
    }
}

/// A KMS of one key that can be disabled. It gives a data key back to whoever has the sealed one and the context.
#[derive(Debug, Default)]
pub(crate) struct TestKms {
    pub(crate) disabled: AtomicBool,
    made: Mutex<Vec<(DataKey, BTreeMap<String, String>)>>,
}

pub(crate) const KMS_KEY: &str =
    "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-4333-8444-555555555555";

impl TestKms {
    fn check(&self) -> Result<(), KeyRefused> {
        if self.disabled.load(Ordering::Relaxed) {
            let message = format!("{KMS_KEY} is disabled.");
            return Err(KeyRefused::Refused { code: "DisabledException".into(), message });
        }
        Ok(())
    }

    /// The contexts of the data keys made, in order.
    pub(crate) fn contexts(&self) -> Vec<BTreeMap<String, String>> {
        self.made.lock().unwrap().iter().map(|(_key, context)| context.clone()).collect()
    }
}

#[async_trait]
impl DataKeys for TestKms {
    async fn generate(&self, request: KeyRequest<'_>) -> Result<GeneratedKey, KeyRefused> {
        self.check()?;
        let mut made = self.made.lock().unwrap();
        let number = u8::try_from(made.len()).unwrap();
        let key = DataKey::new([number; 32]);
        made.push((key.clone(), request.context.clone()));
        Ok(GeneratedKey { key, sealed: vec![number], key_arn: KMS_KEY.into() })
    }

    async fn decrypt(&self, request: KeyRequest<'_>, sealed: &[u8]) -> Result<DataKey, KeyRefused> {
        self.check()?;
        let made = self.made.lock().unwrap();
        let found = sealed.first().and_then(|number| made.get(usize::from(*number)));
        let found = found.filter(|(_key, context)| context == request.context);
        found.map(|(key, _context)| key.clone()).ok_or_else(|| KeyRefused::Refused {
            code: "InvalidCiphertextException".into(),
            message: String::new(),
        })
    }
}
