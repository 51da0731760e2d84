use std::io::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use cairn_digest::verify::{Chain, DigestNames, Listing, Scope, Stretch};
use flate2::{Compression, write::GzEncoder};
use tokio::sync::Notify;

use super::*;
use crate::Page;

/// Holds the same bytes under every key, and counts who keeps how much.
#[derive(Debug)]
struct Strange {
    file: Vec<u8>,
    /// How many reads are under way that keep much, and the most there were.
    large: AtomicUsize,
    large_max: AtomicUsize,
    reads: AtomicUsize,
}

/// Never answers, and counts who waits.
#[derive(Debug, Default)]
struct Silent {
    waiting: Arc<AtomicUsize>,
    changed: Arc<Notify>,
}

struct Waiting(Arc<AtomicUsize>, Arc<Notify>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
        self.1.notify_one();
    }
}

#[async_trait]
impl Store for Strange {
    async fn read(&self, _object: &Object, begin: fn() -> Content) -> Result<Read, FetchError> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        let is_large = std::ptr::fn_addr_eq(begin, large as fn() -> Content);
        if is_large {
            let now = self.large.fetch_add(1, Ordering::SeqCst) + 1;
            self.large_max.fetch_max(now, Ordering::SeqCst);
        }
        let mut content = begin();
        let mut pushed = Ok(());
        for piece in self.file.chunks(256) {
            tokio::task::yield_now().await;
            pushed = content.push(piece);
            if pushed.is_err() {
                break;
            }
        }
        if is_large {
            self.large.fetch_sub(1, Ordering::SeqCst);
        }
        let content = pushed.and_then(|()| content.finish());
        Ok(Read { content, metadata: Metadata::default(), bytes: 0 })
    }

    async fn list(&self, _bucket: &str, _prefix: &str, _after: &str) -> Result<Page, FetchError> {
        Ok(Page::default())
    }

    fn lacks_metadata(&self) -> bool {
        false
    }
}

#[async_trait]
impl Store for Silent {
    async fn read(&self, _object: &Object, _begin: fn() -> Content) -> Result<Read, FetchError> {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let _waiting = Waiting(Arc::clone(&self.waiting), Arc::clone(&self.changed));
        self.changed.notify_one();
        std::future::pending().await
    }

    async fn list(&self, _bucket: &str, _prefix: &str, _after: &str) -> Result<Page, FetchError> {
        Ok(Page::default())
    }

    fn lacks_metadata(&self) -> bool {
        false
    }
}

/// A walk of a day of hourly digests.
fn walk() -> Walk {
    let scope = Scope {
        account: "111122223333".into(),
        organization: None,
        trail: "main".into(),
        home_region: "us-east-1".into(),
        source_region: "us-east-1".into(),
    };
    let at = |hour: i64| jiff::Timestamp::from_second(1_772_409_600 + hour * 3_600).unwrap();
    let range = Stretch { from: at(0), until: at(24) };
    let names = DigestNames::new(scope, None);
    let mut listing = Listing::new(names.clone(), "b", Chain::Regular, range);
    for hour in 1..=24 {
        assert!(listing.push(&names.key(at(hour), Chain::Regular), 4_000).unwrap());
    }
    Walk::new(Chain::Regular, listing, at(24))
}

#[tokio::test]
async fn one_digest_is_large_at_a_time_of_all_runs() {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(&vec![0; 2 << 20]).unwrap();
    let store = Arc::new(Strange {
        file: gzip.finish().unwrap(),
        large: AtomicUsize::default(),
        large_max: AtomicUsize::default(),
        reads: AtomicUsize::default(),
    });
    let room = DigestRoom::new(3);
    let run = async || {
        let (walk, mut ahead) = (walk(), Ahead::new(room.clone()));
        let target = walk.target().unwrap().clone();
        let store: Arc<dyn Store> = Arc::clone(&store) as Arc<dyn Store>;
        let fetched = ahead.take(&target, &walk, &store).await.unwrap();
        assert_eq!(ahead.fetches.len(), 3);
        for (.., fetch) in std::mem::take(&mut ahead.fetches) {
            let read = fetch.await.unwrap().unwrap();
            assert_eq!(read.content.unwrap_err(), ContentFault::TooLarge);
        }
        let Fetched::Whole { inflated, place, .. } = fetched else { panic!("{fetched:?}") };
        assert_eq!(inflated.bytes.len(), 2 << 20);
        assert!(place.is_some());
    };
    tokio::join!(run(), run(), run());
    assert_eq!(store.large_max.load(Ordering::SeqCst), 1);
    assert_eq!(store.reads.load(Ordering::SeqCst), 3 * (1 + 3 + 1));
}

#[tokio::test]
async fn what_is_fetched_ends_with_who_wants_it() {
    let silent = Arc::new(Silent::default());
    let store: Arc<dyn Store> = Arc::clone(&silent) as Arc<dyn Store>;
    let walk = walk();
    let target = walk.target().unwrap().clone();
    let mut ahead = Ahead::new(DigestRoom::default());
    let waiting = async |count| {
        while silent.waiting.load(Ordering::SeqCst) != count {
            silent.changed.notified().await;
        }
    };
    tokio::select! {
        taken = ahead.take(&target, &walk, &store) => panic!("{taken:?}"),
        () = waiting(24) => {}
    }
    drop(ahead);
    waiting(0).await;
    assert_eq!(Arc::strong_count(&silent), 2);
}
