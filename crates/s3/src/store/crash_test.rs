//! What a crash may leave, and what a restart makes of it; and overwriting under a reader.

use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};

use super::blob::BlobId;
use super::writer::Change;
use super::{Deposit, ObjectStore, Put, PutRequest, StoreError};
use crate::body::Promise;
use crate::checksum::Algorithm;
use crate::condition::WriteCondition;
use crate::seal::NoKms;
use crate::testing::{deposit, key, open, open_with_bucket};

const LARGE: usize = 300_000;

fn request(key: &str) -> PutRequest {
    PutRequest { bucket: "bkt".into(), key: key.into(), ..PutRequest::default() }
}

async fn put(store: &ObjectStore, key: &str, bytes: Vec<u8>) -> Result<super::Object, StoreError> {
    store.put(request(key), stream::iter([Ok(Bytes::from(bytes))])).await
}

async fn read(store: &ObjectStore, key: &str) -> Vec<u8> {
    let (_object, content) = store.get("bkt", key, &NoKms).await.unwrap();
    let pieces: Vec<Bytes> = content.map(Result::unwrap).collect().await;
    pieces.concat()
}

/// Every payload file under the store.
fn payloads(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for shard in std::fs::read_dir(dir.join("blobs")).unwrap() {
        found.extend(std::fs::read_dir(shard.unwrap().path()).unwrap().map(|file| file.unwrap().path()));
    }
    found
}

/// Waits, with a deadline, until background removal has left this many payloads.
async fn until_payloads(dir: &Path, count: usize) {
    let waited = tokio::time::timeout(Duration::from_secs(20), async {
        while payloads(dir).len() != count {
            tokio::task::yield_now().await;
        }
    });
    waited.await.unwrap_or_else(|_late| panic!("{} payloads, not {count}", payloads(dir).len()));
}

#[tokio::test]
async fn small_payloads_live_in_the_index_and_large_ones_in_files() {
    let dir = tempfile::tempdir().unwrap();
    let store = open_with_bucket(dir.path()).await;
    put(&store, "edge", vec![1; crate::body::INLINE_BYTES_MAX]).await.unwrap();
    assert_eq!(payloads(dir.path()).len(), 0);
    put(&store, "over", vec![2; crate::body::INLINE_BYTES_MAX + 1]).await.unwrap();
    assert_eq!(payloads(dir.path()).len(), 1);
    put(&store, "over", vec![3; LARGE]).await.unwrap();
    until_payloads(dir.path(), 1).await;
    store.delete("bkt", vec![("over".into(), WriteCondition::Always)]).await.unwrap();
    until_payloads(dir.path(), 0).await;
    store.close().await;
}

#[tokio::test]
async fn a_restart_removes_orphans_and_keeps_the_rest() {
    let dir = tempfile::tempdir().unwrap();
    let store = open_with_bucket(dir.path()).await;
    put(&store, "kept", vec![7; LARGE]).await.unwrap();
    store.close().await;
    drop(store);
    // A payload renamed into place whose transaction never came, an unfinished one, and a stranger's file.
    let orphan = dir.path().join("blobs/ff").join(format!("{:08x}{}", 1, "f".repeat(24)));
    std::fs::write(&orphan, b"lost").unwrap();
    std::fs::write(dir.path().join("tmp/half"), b"ha").unwrap();
    let stranger = dir.path().join("blobs/ff/README");
    std::fs::write(&stranger, b"not ours").unwrap();

    let store = open(dir.path()).await;
    until_payloads(dir.path(), 2).await;
    assert!(stranger.try_exists().unwrap());
    assert_eq!(std::fs::read_dir(dir.path().join("tmp")).unwrap().count(), 0);
    assert_eq!(read(&store, "kept").await, vec![7; LARGE]);
    store.close().await;
}

#[tokio::test]
async fn an_acknowledged_put_survives_without_a_clean_close() {
    let dir = tempfile::tempdir().unwrap();
    let copy = tempfile::tempdir().unwrap();
    let store = open_with_bucket(dir.path()).await;
    put(&store, "small", vec![1; 10]).await.unwrap();
    put(&store, "large", vec![2; LARGE]).await.unwrap();
    // What a machine that loses power now would find: the files as they are, with the log not checkpointed.
    copy_tree(dir.path(), copy.path());
    store.close().await;
    let after = open(copy.path()).await;
    assert_eq!(read(&after, "small").await, vec![1; 10]);
    assert_eq!(read(&after, "large").await, vec![2; LARGE]);
    after.close().await;
}

fn copy_tree(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_tree(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[tokio::test]
async fn refused_bodies_leave_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let store = open_with_bucket(dir.path()).await;
    let large = || stream::iter([Ok(Bytes::from(vec![0; LARGE]))]);
    let promised = |promise| PutRequest { promise, ..request("k") };
    let wrong_md5 = promised(Promise { md5: Some([0; 16]), ..Promise::default() });
    assert!(matches!(
        store.put(wrong_md5, large()).await,
        Err(StoreError::BadDigest { what: "Content-MD5" })
    ));
    let wrong_crc =
        Promise { checksums: vec![(Algorithm::Crc32, Some("AAAAAA==".into()))], ..Promise::default() };
    assert!(matches!(
        store.put(promised(wrong_crc), large()).await,
        Err(StoreError::BadDigest { what: "CRC32" })
    ));
    for size in [LARGE as u64 - 1, LARGE as u64 + 1] {
        let wrong_size = promised(Promise { size: Some(size), ..Promise::default() });
        assert!(matches!(store.put(wrong_size, large()).await, Err(StoreError::IncompleteBody)));
    }
    let broken = stream::iter([
        Ok(Bytes::from(vec![0; LARGE])),
        Err(s3s::StdError::from(std::io::Error::other("the client went away"))),
    ]);
    assert!(matches!(store.put(request("k"), broken).await, Err(StoreError::IncompleteBody)));
    assert!(matches!(put_if_absent_nowhere(&store).await, Err(StoreError::NoSuchBucket)));
    assert!(matches!(store.head("bkt", "k").await, Err(StoreError::NoSuchKey)));
    until_payloads(dir.path(), 0).await;
    store.close().await;
    // An unfinished file is removed beside its refusal, which does not wait for that.
    let left = || std::fs::read_dir(dir.path().join("tmp")).unwrap().count();
    let gone = async {
        while left() > 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), gone).await.expect("unfinished files are removed");
}

async fn put_if_absent_nowhere(store: &ObjectStore) -> Result<Put, StoreError> {
    store.put_if_absent(Deposit { bucket: "nowhere", ..deposit("k", Bytes::from_static(b"x")) }).await
}

#[tokio::test]
async fn a_repeat_of_put_if_absent_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let store = open_with_bucket(dir.path()).await;
    for size in [100, LARGE] {
        let key = size.to_string();
        let bytes = Bytes::from(vec![5; size]);
        let put = |bytes: Bytes| store.put_if_absent(deposit(&key, bytes));
        let Put::Created(created) = put(bytes.clone()).await.unwrap() else { panic!("not created") };
        assert_eq!(put(bytes.clone()).await.unwrap(), Put::Identical(created.clone()));
        let mut other = bytes.to_vec();
        *other.last_mut().unwrap() = 6;
        assert_eq!(put(other.into()).await.unwrap(), Put::Different(created.clone()));
        assert_eq!(put(Bytes::new()).await.unwrap(), Put::Different(created));
    }
    store.close().await;
}

#[tokio::test]
async fn a_reader_keeps_what_it_opened() {
    let dir = tempfile::tempdir().unwrap();
    let store = open_with_bucket(dir.path()).await;
    put(&store, "k", vec![1; LARGE]).await.unwrap();
    let (_object, reading) = store.get("bkt", "k", &NoKms).await.unwrap();
    put(&store, "k", vec![2; LARGE]).await.unwrap();
    let pieces: Vec<Bytes> = reading.map(Result::unwrap).collect().await;
    assert_eq!(pieces.concat(), vec![1; LARGE]);
    // The reader is gone, and with it the old payload.
    until_payloads(dir.path(), 1).await;
    assert_eq!(read(&store, "k").await, vec![2; LARGE]);
    store.close().await;
}

#[tokio::test]
async fn damage_is_loud() {
    let dir = tempfile::tempdir().unwrap();
    let store = open_with_bucket(dir.path()).await;
    put(&store, "cut", vec![1; LARGE]).await.unwrap();
    let file = payloads(dir.path()).remove(0);
    std::fs::OpenOptions::new().write(true).open(&file).unwrap().set_len(1000).unwrap();
    let (_object, content) = store.get("bkt", "cut", &NoKms).await.unwrap();
    let last = content.collect::<Vec<_>>().await.pop();
    assert!(matches!(last, Some(Err(StoreError::Damaged { .. }))), "{last:?}");
    store.close().await;
}

#[tokio::test]
async fn only_one_process_opens_a_store() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let clock = std::sync::Arc::new(crate::testing::Still);
    let again = ObjectStore::open(
        dir.path(),
        &key(),
        clock,
        std::sync::Arc::new(crate::testing::Counting::default()),
    )
    .await;
    assert!(matches!(again, Err(StoreError::Locked)), "{again:?}");
    store.close().await;
    drop(store);
    open(dir.path()).await.close().await;
}

#[tokio::test]
async fn concurrent_conditional_puts_have_one_winner() {
    let dir = tempfile::tempdir().unwrap();
    let store = open_with_bucket(dir.path()).await;
    let attempts = (0..40_u8).map(|writer| {
        let request = PutRequest { condition: WriteCondition::Absent, ..request("once") };
        store.put(request, stream::iter([Ok(Bytes::from(vec![writer; 64]))]))
    });
    let outcomes = futures_util::future::join_all(attempts).await;
    let won = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    let lost =
        outcomes.iter().filter(|outcome| matches!(outcome, Err(StoreError::PreconditionFailed))).count();
    assert_eq!((won, lost), (1, 39));
    store.close().await;
}

/// Lets the index grow to this many pages; stands in for a disk that is full.
struct PagesMax(&'static str);

#[async_trait]
impl Change for PagesMax {
    type Outcome = ();

    async fn apply(
        &self,
        tx: &mut sqlx::SqliteConnection,
        _garbage: &mut Vec<BlobId>,
    ) -> Result<(), StoreError> {
        sqlx::query(self.0).execute(&mut *tx).await?;
        Ok(())
    }
}

#[tokio::test]
async fn a_full_disk_refuses_and_then_heals() {
    let dir = tempfile::tempdir().unwrap();
    let store = open_with_bucket(dir.path()).await;
    put(&store, "before", vec![1; 10]).await.unwrap();
    store.writer.submit(PagesMax("PRAGMA max_page_count = 40")).await.unwrap();
    let attempts = (0..40).map(|at| format!("k{at}")).collect::<Vec<_>>();
    let attempts = attempts.iter().map(|key| put(&store, key, vec![2; 16_000]));
    let outcomes = futures_util::future::join_all(attempts).await;
    let refused = outcomes.iter().filter(|outcome| matches!(outcome, Err(StoreError::Index(_)))).count();
    assert!(refused > 0 && refused < 40, "{refused}");
    // What was acknowledged is there, what was refused is not.
    for (at, outcome) in outcomes.iter().enumerate() {
        assert_eq!(store.head("bkt", &format!("k{at}")).await.is_ok(), outcome.is_ok());
    }
    store.writer.submit(PagesMax("PRAGMA max_page_count = 1000000")).await.unwrap();
    put(&store, "after", vec![3; 16_000]).await.unwrap();
    assert_eq!(read(&store, "before").await, vec![1; 10]);
    store.close().await;
}
