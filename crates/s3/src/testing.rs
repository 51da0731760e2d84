//! A clock and ids for tests: the clock stands still, the ids count.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cairn_event::{Clock, Ids};

use crate::store::{BucketDraft, ObjectStore};

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

pub(crate) async fn open(dir: &std::path::Path) -> ObjectStore {
    ObjectStore::open(dir, Arc::new(Still), Arc::new(Counting::default())).await.unwrap()
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
