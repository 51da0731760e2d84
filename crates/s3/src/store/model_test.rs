//! The store against a map: puts, deletes and listings, with every kind of marker.

use std::collections::BTreeMap;

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use proptest::prelude::*;

use super::{ObjectStore, PutRequest};
use crate::condition::WriteCondition;
use crate::listing::ListQuery;
use crate::testing;

#[derive(Debug, Clone)]
enum Step {
    Put(String, usize),
    PutIfAbsent(String, usize),
    Delete(String),
    Read(String, f64, f64),
    List { prefix: String, delimiter: Option<String>, after: Option<String>, limit: usize },
}

/// Keys that collide, nest, and end in the greatest characters of each length.
fn key() -> impl Strategy<Value = String> {
    prop::collection::vec(
        prop::sample::select(vec!["a", "b", "/", "//", "\u{7f}", "\u{D7FF}", "\u{10FFFF}", " "]),
        1..5,
    )
    .prop_map(|parts| parts.concat())
}

fn step() -> impl Strategy<Value = Step> {
    let delimiter =
        prop::option::of(prop::sample::select(vec!["/".to_owned(), "a".to_owned(), "b/".to_owned()]));
    let prefix = prop_oneof![Just(String::new()), key()];
    prop_oneof![
        4 => (key(), 0..40_000_usize).prop_map(|(key, size)| Step::Put(key, size)),
        1 => (key(), 60_000..400_000_usize).prop_map(|(key, size)| Step::Put(key, size)),
        2 => (key(), 0.0..=1.0, 0.0..=1.0).prop_map(|(key, start, length)| Step::Read(key, start, length)),
        1 => (key(), 0..64_usize).prop_map(|(key, size)| Step::PutIfAbsent(key, size)),
        1 => key().prop_map(Step::Delete),
        4 => (prefix, delimiter, prop::option::of(key()), 0..12_usize)
            .prop_map(|(prefix, delimiter, after, limit)| Step::List { prefix, delimiter, after, limit }),
    ]
}

/// The bytes of a size, which tell where they were cut.
fn bytes(size: usize) -> Bytes {
    (0..size).map(|at| u8::try_from(at % 251).unwrap()).collect()
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Entry {
    Key(String),
    Prefix(String),
}

impl Entry {
    fn text(&self) -> &str {
        match self {
            Self::Key(text) | Self::Prefix(text) => text,
        }
    }
}

/// What a listing must answer, by looking at everything.
fn expected(model: &BTreeMap<String, usize>, query: &ListQuery) -> (Vec<Entry>, bool) {
    let mut entries: Vec<Entry> = Vec::new();
    for key in model.keys().filter(|key| key.starts_with(&query.prefix)) {
        let rest = key.strip_prefix(&query.prefix).unwrap();
        let rolled = query.delimiter.as_ref().and_then(|delimiter| {
            let (before, _after) = rest.split_once(delimiter.as_str())?;
            Some([&query.prefix, before, delimiter].concat())
        });
        let after = query.after.as_deref().unwrap_or("");
        let entry = match rolled {
            Some(prefix) if query.after.as_deref() == Some(&prefix) => continue,
            Some(prefix) => Entry::Prefix(prefix),
            None => Entry::Key(key.clone()),
        };
        if (query.after.is_none() || key.as_str() > after) && entries.last() != Some(&entry) {
            entries.push(entry);
        }
    }
    if query.limit == 0 {
        return (Vec::new(), false);
    }
    let truncated = entries.len() > query.limit;
    entries.truncate(query.limit);
    (entries, truncated)
}

async fn listed(store: &ObjectStore, bucket: i64, query: &ListQuery) -> (Vec<Entry>, bool, Option<String>) {
    let listing = store.list(bucket, query).await.unwrap();
    let keys = listing.objects.into_iter().map(|object| Entry::Key(object.key));
    let mut entries: Vec<Entry> =
        keys.chain(listing.common_prefixes.into_iter().map(Entry::Prefix)).collect();
    entries.sort_by(|left, right| left.text().cmp(right.text()));
    (entries, listing.truncated, listing.last)
}

async fn put(store: &ObjectStore, key: &str, size: usize, condition: WriteCondition) -> bool {
    let request = PutRequest { bucket: "bkt".into(), key: key.into(), condition, ..PutRequest::default() };
    store.put(request, stream::iter([Ok(bytes(size))])).await.is_ok()
}

async fn run(steps: Vec<Step>) {
    let dir = tempfile::tempdir().unwrap();
    let store = testing::open_with_bucket(dir.path()).await;
    let bucket = store.bucket("bkt").await.unwrap().unwrap().id;
    let mut model: BTreeMap<String, usize> = BTreeMap::new();
    for step in steps {
        match step {
            Step::Put(key, size) => {
                assert!(put(&store, &key, size, WriteCondition::Always).await);
                model.insert(key, size);
            }
            Step::PutIfAbsent(key, size) => {
                let written = put(&store, &key, size, WriteCondition::Absent).await;
                assert_eq!(written, !model.contains_key(&key));
                model.entry(key).or_insert(size);
            }
            Step::Delete(key) => {
                store.delete("bkt", vec![(key.clone(), WriteCondition::Always)]).await.unwrap();
                model.remove(&key);
            }
            Step::Read(key, start, length) => {
                let Some(size) = model.get(&key) else { continue };
                read_range(&store, &key, *size, (start, length)).await;
            }
            Step::List { prefix, delimiter, after, limit } => {
                let query = ListQuery { prefix, delimiter, after, limit };
                let (entries, truncated, last) = listed(&store, bucket, &query).await;
                assert_eq!((entries.clone(), truncated), expected(&model, &query), "{query:?}");
                assert_eq!(last.as_deref(), entries.last().map(Entry::text));
                page_through(&store, bucket, &model, query).await;
            }
        }
    }
    for (key, size) in &model {
        let (object, content) = store.get("bkt", key, &crate::seal::NoKms).await.unwrap();
        let read: Vec<Bytes> = content.map(Result::unwrap).collect().await;
        assert_eq!((object.size, read.concat()), (*size as u64, bytes(*size).to_vec()));
    }
    store.close().await;
}

/// Reads a part of an object, given as fractions of its size.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "the fractions are in 0..=1 and sizes are small"
)]
async fn read_range(store: &ObjectStore, key: &str, size: usize, (start, length): (f64, f64)) {
    let start = (size as f64 * start) as usize;
    let end = start + ((size - start) as f64 * length) as usize;
    let bucket = store.bucket("bkt").await.unwrap().unwrap();
    let (object, content) = store.open_object("bkt", key).await.unwrap();
    let data_key = store.unlock(&bucket, key, &object.encryption, &crate::seal::NoKms).await.unwrap();
    assert!(data_key.is_some());
    let read: Vec<Bytes> =
        content.stream(start as u64..end as u64, data_key).map(Result::unwrap).collect().await;
    assert!(read.concat() == bytes(size)[start..end], "{key} {size} {start}..{end}");
}

/// Goes from page to page; together they must be the whole listing.
async fn page_through(store: &ObjectStore, bucket: i64, model: &BTreeMap<String, usize>, query: ListQuery) {
    let whole = expected(model, &ListQuery { limit: usize::MAX, ..query.clone() }).0;
    let mut query = ListQuery { limit: query.limit.max(1), ..query };
    let mut gathered = Vec::new();
    loop {
        let (entries, truncated, last) = listed(store, bucket, &query).await;
        gathered.extend(entries);
        if !truncated {
            break;
        }
        query.after = last;
    }
    assert_eq!(gathered, whole, "{query:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]
    #[test]
    fn agrees_with_a_map(steps in prop::collection::vec(step(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(run(steps));
    }
}

#[tokio::test]
async fn a_listing_skips_what_a_common_prefix_hides() {
    let dir = tempfile::tempdir().unwrap();
    let store = testing::open_with_bucket(dir.path()).await;
    for at in 0..300 {
        assert!(put(&store, &format!("deep/{at:04}"), 1, WriteCondition::Always).await);
    }
    assert!(put(&store, "zz", 1, WriteCondition::Always).await);
    let query = ListQuery { delimiter: Some("/".into()), limit: 1000, ..ListQuery::default() };
    let bucket = store.bucket("bkt").await.unwrap().unwrap().id;
    let (entries, truncated, _last) = listed(&store, bucket, &query).await;
    assert_eq!(entries, [Entry::Prefix("deep/".into()), Entry::Key("zz".into())]);
    assert!(!truncated);
    store.close().await;
}
