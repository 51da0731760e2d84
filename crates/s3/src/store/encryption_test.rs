//! What lies on the disk, what becomes of damage, and what a range reads.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};

use super::blob::BlobId;
use super::writer::Change;
use super::{
    BucketChange, CompleteRequest, CompletedPart, Deposit, Object, ObjectStore, Put, PutRequest, StoreError,
    UploadDraft,
};
use crate::body::Promise;
use crate::checksum::{Digester, hex};
use crate::seal::{
    CHUNK_BYTES, DataKeys, Encryption, EncryptionWish, KeyRefused, NoKms, SealingKey, WishedKey,
};
use crate::testing::{Counting, KMS_KEY, Still, TestKms, deposit, open, open_with_bucket};

const MIB: usize = 1024 * 1024;
/// What must not be found on the disk.
const MARKER: &[u8] = b"the quick brown fox jumps over the lazy dog";

/// Bytes that tell where they were cut, with the marker every 64 of them.
fn bytes(size: usize) -> Vec<u8> {
    let numbered = (0..).flat_map(|at: u32| {
        let mut line = MARKER.to_vec();
        line.extend(format!("{at:021}").bytes());
        line
    });
    numbered.take(size).collect()
}

fn by_kms() -> EncryptionWish {
    let key = WishedKey::Kms { key_id: Some(KMS_KEY.into()), context: [].into() };
    EncryptionWish { key: Some(key), bucket_key: None }
}

async fn put(store: &ObjectStore, key: &str, wish: &EncryptionWish, kms: &TestKms, bytes: Vec<u8>) -> Object {
    let bucket = store.bucket("bkt").await.unwrap().unwrap();
    let seal = Some(store.seal(&bucket, key, wish, kms).await.unwrap());
    let request = PutRequest { bucket: "bkt".into(), key: key.into(), seal, ..PutRequest::default() };
    store.put(request, stream::iter([Ok(Bytes::from(bytes))])).await.unwrap()
}

async fn put_parts(
    store: &ObjectStore,
    key: &str,
    wish: &EncryptionWish,
    kms: &TestKms,
    parts: &[Vec<u8>],
) -> Object {
    let bucket = store.bucket("bkt").await.unwrap().unwrap();
    let seal = Some(store.seal(&bucket, key, wish, kms).await.unwrap());
    let draft = UploadDraft { bucket: "bkt".into(), key: key.into(), seal, ..UploadDraft::default() };
    let (id, _encryption) = store.create_upload(draft).await.unwrap();
    finish_parts(store, key, &id, kms, parts).await
}

async fn finish_parts(store: &ObjectStore, key: &str, id: &str, kms: &TestKms, parts: &[Vec<u8>]) -> Object {
    let bucket = store.bucket("bkt").await.unwrap().unwrap();
    let upload = store.upload("bkt", key, id).await.unwrap();
    let data_key = store.unlock(&bucket, key, &upload.encryption, kms).await.unwrap();
    let mut listed = Vec::new();
    for (number, part) in (1..).zip(parts) {
        let body = stream::iter([Ok(Bytes::from(part.clone()))]);
        let stored =
            store.put_part(&upload, data_key.as_ref(), number, Promise::default(), body).await.unwrap();
        listed.push(CompletedPart { number, etag: stored.etag, ..CompletedPart::default() });
    }
    let complete = CompleteRequest {
        bucket: "bkt".into(),
        key: key.into(),
        upload: id.to_owned(),
        parts: listed,
        ..CompleteRequest::default()
    };
    store.complete_upload(complete).await.unwrap()
}

/// Reads a range; what came before an error is checked by the caller too.
async fn read(
    store: &ObjectStore,
    key: &str,
    range: Option<std::ops::Range<usize>>,
    keys: &dyn DataKeys,
) -> (Vec<u8>, Result<(), StoreError>) {
    let bucket = store.bucket("bkt").await.unwrap().unwrap();
    let (object, content) = store.open_object("bkt", key).await.unwrap();
    let data_key = match store.unlock(&bucket, key, &object.encryption, keys).await {
        Ok(data_key) => data_key,
        Err(error) => return (Vec::new(), Err(error)),
    };
    let range = range.map_or(0..object.size, |range| range.start as u64..range.end as u64);
    let mut pieces = content.stream(range, data_key);
    let mut got = Vec::new();
    while let Some(piece) = pieces.next().await {
        match piece {
            Ok(piece) => got.extend_from_slice(&piece),
            Err(error) => return (got, Err(error)),
        }
    }
    (got, Ok(()))
}

async fn whole(store: &ObjectStore, key: &str, keys: &dyn DataKeys) -> Vec<u8> {
    let (got, result) = read(store, key, None, keys).await;
    result.unwrap();
    got
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

fn payloads(dir: &Path) -> Vec<PathBuf> {
    files(&dir.join("blobs"))
}

fn assert_no_marker(dir: &Path) {
    for file in files(dir) {
        let there = std::fs::read(&file).unwrap();
        // Long enough to be no accident, short enough to be found wherever a page or a piece was cut.
        let clear = there.windows(16).any(|window| window == &MARKER[..16]);
        assert!(!clear, "clear text in {}", file.display());
    }
}

#[tokio::test]
async fn nothing_on_the_disk_is_in_the_clear() {
    let dir = tempfile::tempdir().unwrap();
    let (store, kms) = (open_with_bucket(dir.path()).await, TestKms::default());
    for (name, wish) in [("s3", EncryptionWish::default()), ("kms", by_kms())] {
        put(&store, &format!("{name}-small"), &wish, &kms, bytes(4000)).await;
        put(&store, &format!("{name}-large"), &wish, &kms, bytes(300_000)).await;
        let parts = [bytes(5 * MIB), bytes(100_000)];
        put_parts(&store, &format!("{name}-parts"), &wish, &kms, &parts).await;
        assert_eq!(whole(&store, &format!("{name}-small"), &kms).await, bytes(4000));
        assert_eq!(whole(&store, &format!("{name}-large"), &kms).await, bytes(300_000));
        assert!(whole(&store, &format!("{name}-parts"), &kms).await == parts.concat());
    }
    assert_eq!(payloads(dir.path()).len(), 6);
    assert_no_marker(dir.path());
    store.close().await;
    assert_no_marker(dir.path());
}

#[tokio::test]
async fn ranges_at_the_borders_of_chunks_and_parts() {
    let dir = tempfile::tempdir().unwrap();
    let (store, kms) = (open_with_bucket(dir.path()).await, TestKms::default());
    let (five, chunk) = (5 * MIB, CHUNK_BYTES);
    let check = async |key: &str, all: &[u8], borders: &[usize]| {
        let near = borders.iter().flat_map(|border| [border.saturating_sub(1), *border, border + 1]);
        let edges: Vec<usize> = near.filter(|edge| *edge <= all.len()).collect();
        for start in &edges {
            for end in edges.iter().filter(|end| *end >= start) {
                let (got, result) = read(&store, key, Some(*start..*end), &kms).await;
                result.unwrap();
                assert!(got == all[*start..*end], "{key} {start}..{end}: {} bytes", got.len());
            }
        }
    };
    put(&store, "small", &by_kms(), &kms, bytes(10_000)).await;
    check("small", &bytes(10_000), &[0, 5000, 10_000]).await;
    for size in [6 * chunk, 6 * chunk + 1, 6 * chunk - 1] {
        put(&store, "file", &EncryptionWish::default(), &kms, bytes(size)).await;
        check("file", &bytes(size), &[0, chunk, 4 * chunk, 5 * chunk, size]).await;
    }
    let parts = [bytes(five), bytes(five + 7), Vec::new()];
    put_parts(&store, "parts", &by_kms(), &kms, &parts).await;
    check("parts", &parts.concat(), &[0, five - 7, five, five + chunk, 2 * five + 7]).await;
    store.close().await;
}

#[tokio::test]
async fn a_changed_payload_is_an_error_and_never_wrong_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let (store, kms) = (open_with_bucket(dir.path()).await, TestKms::default());
    let size = 6 * CHUNK_BYTES + 100;
    put(&store, "victim", &EncryptionWish::default(), &kms, bytes(size)).await;
    let file = payloads(dir.path()).remove(0);
    put(&store, "other", &EncryptionWish::default(), &kms, bytes(size)).await;
    let other = payloads(dir.path()).into_iter().find(|path| *path != file).unwrap();
    let sealed = std::fs::read(&file).unwrap();
    let damaged = async |what: &str, contents: &[u8]| {
        std::fs::write(&file, contents).unwrap();
        let (got, result) = read(&store, "victim", None, &kms).await;
        assert!(matches!(result, Err(StoreError::Damaged { .. })), "{what}: {result:?}");
        assert!(bytes(size).starts_with(&got) && got.len() < size, "{what}");
    };
    let chunk = CHUNK_BYTES + 16;
    for at in [0, CHUNK_BYTES, chunk - 1, chunk, 4 * chunk + 5, sealed.len() - 1] {
        let mut flipped = sealed.clone();
        flipped[at] ^= 0x10;
        damaged(&format!("bit flipped at {at}"), &flipped).await;
    }
    for length in [0, chunk, 6 * chunk, sealed.len() - 1] {
        damaged(&format!("cut to {length}"), &sealed[..length]).await;
    }
    damaged("something appended", &[&sealed, [0_u8; 16].as_slice()].concat()).await;
    let exchanged = [&sealed[chunk..2 * chunk], &sealed[..chunk], &sealed[2 * chunk..]].concat();
    damaged("chunks exchanged", &exchanged).await;
    damaged("the payload of another object", &std::fs::read(&other).unwrap()).await;
    std::fs::write(&file, &sealed).unwrap();
    assert_eq!(whole(&store, "victim", &kms).await, bytes(size));
    std::fs::remove_file(&file).unwrap();
    assert!(matches!(read(&store, "victim", None, &kms).await.1, Err(StoreError::Damaged { .. })));
    store.close().await;
}

/// Does something to the index that the store never would.
struct Tampering(&'static str);

#[async_trait]
impl Change for Tampering {
    type Outcome = ();

    async fn apply(
        &self,
        tx: &mut sqlx::SqliteConnection,
        _garbage: &mut Vec<BlobId>,
    ) -> Result<(), StoreError> {
        sqlx::raw_sql(self.0).execute(&mut *tx).await?;
        Ok(())
    }
}

#[tokio::test]
async fn a_changed_index_is_an_error_and_never_wrong_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let (store, kms) = (open_with_bucket(dir.path()).await, TestKms::default());
    let fresh = async || {
        for key in ["a", "b"] {
            put(&store, key, &EncryptionWish::default(), &kms, bytes(1000)).await;
            put(&store, &format!("{key}{key}"), &EncryptionWish::default(), &kms, bytes(100_000)).await;
        }
    };
    let cases = [
        // One object's row under another key; its payload, small and large.
        (
            "UPDATE object SET encryption = (SELECT encryption FROM object WHERE key = 'b') WHERE key = 'a'",
            "a",
        ),
        ("UPDATE object SET content = (SELECT content FROM object WHERE key = 'b') WHERE key = 'a'", "a"),
        ("UPDATE object SET content = (SELECT content FROM object WHERE key = 'bb') WHERE key = 'aa'", "aa"),
        ("UPDATE content SET bytes = CAST(substr(bytes, 1, 500) AS BLOB) WHERE bytes IS NOT NULL", "a"),
        ("UPDATE content SET bytes = CAST(x'00' || substr(bytes, 2) AS BLOB) WHERE bytes IS NOT NULL", "a"),
        ("UPDATE object SET encryption = ''", "a"),
        ("UPDATE object SET size = size - 1; UPDATE extent SET size = size - 1", "aa"),
        ("UPDATE object SET size = size - 1", "aa"),
        ("UPDATE object SET size = size - 1", "a"),
    ];
    for (tampering, key) in cases {
        fresh().await;
        store.writer.submit(Tampering(tampering)).await.unwrap();
        let result = match store.get("bkt", key, &kms).await {
            Ok((_object, mut pieces)) => pieces.next().await.unwrap().map(|_bytes| ()),
            Err(error) => Err(error),
        };
        let refused = matches!(
            result,
            Err(StoreError::Damaged { .. } | StoreError::DataKeyDamaged | StoreError::Malformed { .. })
        );
        assert!(refused, "{tampering}: {result:?}");
    }
    store.close().await;
}

#[tokio::test]
async fn etags_are_the_md5_under_sse_s3_and_tell_nothing_under_sse_kms() {
    let dir = tempfile::tempdir().unwrap();
    let (store, kms) = (open_with_bucket(dir.path()).await, TestKms::default());
    let mut digester = Digester::new([]);
    digester.update(&bytes(5000));
    let md5 = hex(&digester.finish().md5);
    let own = put(&store, "own", &EncryptionWish::default(), &kms, bytes(5000)).await;
    assert_eq!(own.etag, md5);
    let one = put(&store, "one", &by_kms(), &kms, bytes(5000)).await;
    let two = put(&store, "two", &by_kms(), &kms, bytes(5000)).await;
    assert!(one.etag.len() == 32 && one.etag != md5 && one.etag != two.etag, "{one:?} {two:?}");
    let parts = [bytes(5 * MIB), bytes(10)];
    let first = put_parts(&store, "p1", &by_kms(), &kms, &parts).await;
    let second = put_parts(&store, "p2", &by_kms(), &kms, &parts).await;
    assert!(first.etag.ends_with("-2") && first.etag != second.etag, "{first:?}");
    store.close().await;
}

#[tokio::test]
async fn a_disabled_key_stops_reads_and_writes_until_it_is_enabled() {
    let dir = tempfile::tempdir().unwrap();
    let (store, kms) = (open_with_bucket(dir.path()).await, TestKms::default());
    let default = BucketChange::Encryption(Some(r#"{"kms":{"key_id":"alias/k"},"bucket_key":true}"#.into()));
    store.change_bucket("bkt", default).await.unwrap();
    put(&store, "k", &EncryptionWish::default(), &kms, bytes(1000)).await;
    let context = |arn: &str| [("aws:s3:arn".to_owned(), arn.to_owned())].into();
    put(&store, "l", &EncryptionWish { bucket_key: Some(false), ..by_kms() }, &kms, bytes(1000)).await;
    assert_eq!(kms.contexts(), [context("arn:aws:s3:::bkt"), context("arn:aws:s3:::bkt/l")]);
    kms.disabled.store(true, Ordering::Relaxed);
    let is_disabled = |error: &StoreError| matches!(error, StoreError::KeyRefused(KeyRefused::Refused { code, .. }) if code == "DisabledException");
    assert!(is_disabled(&read(&store, "k", None, &kms).await.1.unwrap_err()));
    let again = Deposit { keys: &kms, ..deposit("m", Bytes::from_static(b"x")) };
    assert!(is_disabled(&store.put_if_absent(again).await.unwrap_err()));
    assert!(matches!(store.head("bkt", "m").await, Err(StoreError::NoSuchKey)));
    // What the server's own key seals is not touched by it.
    let own = EncryptionWish { key: Some(WishedKey::S3), bucket_key: None };
    put(&store, "own", &own, &kms, bytes(10)).await;
    kms.disabled.store(false, Ordering::Relaxed);
    assert_eq!(whole(&store, "k", &kms).await, bytes(1000));
    store.close().await;
}

#[tokio::test]
async fn a_repeated_deposit_is_told_apart_without_the_right_to_open_it() {
    let dir = tempfile::tempdir().unwrap();
    let (store, kms) = (open_with_bucket(dir.path()).await, TestKms::default());
    for size in [100, 100_000] {
        let key = size.to_string();
        let deposit =
            |bytes: Vec<u8>| Deposit { encryption: by_kms(), keys: &kms, ..deposit(&key, bytes.into()) };
        assert!(matches!(store.put_if_absent(deposit(bytes(size))).await, Ok(Put::Created(_))));
        let opened_by_nobody = Deposit { keys: &NoKms, ..deposit(bytes(size)) };
        let opened_by_nobody = Deposit { encryption: EncryptionWish::default(), ..opened_by_nobody };
        assert!(matches!(store.put_if_absent(opened_by_nobody).await, Ok(Put::Identical(_))));
        let mut other = bytes(size);
        other[size - 1] ^= 1;
        assert!(matches!(store.put_if_absent(deposit(other)).await, Ok(Put::Different(_))));
    }
    store.close().await;
}

#[tokio::test]
async fn another_master_key_does_not_open_the_store() {
    let dir = tempfile::tempdir().unwrap();
    open_with_bucket(dir.path()).await.close().await;
    let clock = std::sync::Arc::new(Still);
    let ids = std::sync::Arc::new(Counting::default());
    let other = SealingKey::new([43; 32]);
    let opened = ObjectStore::open(dir.path(), &other, clock, ids).await;
    assert!(matches!(opened, Err(StoreError::OtherKey)), "{opened:?}");
    open(dir.path()).await.close().await;
}

/// The tables of version 1, with a small object, a large one, and an upload with one part, all in the clear.
const VERSION_1: &str = include_str!("version_1.sql");

#[tokio::test]
async fn what_version_1_wrote_stays_readable_and_what_comes_is_encrypted() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("index.sqlite3");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path).create_if_missing(true);
    let mut connection = sqlx::ConnectOptions::connect(&options).await.unwrap();
    sqlx::raw_sql(VERSION_1).execute(&mut connection).await.unwrap();
    sqlx::Connection::close(connection).await.unwrap();
    for (blob, contents) in [("01", vec![b'l'; 20_000]), ("02", bytes(5 * MIB))] {
        let shard = dir.path().join("blobs").join(blob);
        std::fs::create_dir_all(&shard).unwrap();
        std::fs::write(shard.join(format!("{:030}{blob}", 1)), contents).unwrap();
    }

    let (store, kms) = (open(dir.path()).await, TestKms::default());
    assert_eq!(whole(&store, "small", &NoKms).await, b"hello");
    assert_eq!(whole(&store, "large", &NoKms).await, vec![b'l'; 20_000]);
    let (got, result) = read(&store, "large", Some(19_990..20_000), &NoKms).await;
    assert_eq!((got, result.is_ok()), (vec![b'l'; 10], true));
    assert_eq!(store.head("bkt", "small").await.unwrap().encryption, Encryption::None);
    // The upload goes on as it began; what is written anew is sealed.
    let upload = store.upload("bkt", "parts", "u1").await.unwrap();
    let body = stream::iter([Ok(Bytes::from(bytes(100)))]);
    let second = store.put_part(&upload, None, 2, Promise::default(), body).await.unwrap();
    let first = CompletedPart { number: 1, etag: "0".repeat(32), ..CompletedPart::default() };
    let second = CompletedPart { number: 2, etag: second.etag, ..CompletedPart::default() };
    let complete = CompleteRequest {
        bucket: "bkt".into(),
        key: "parts".into(),
        upload: "u1".into(),
        parts: vec![first, second],
        ..CompleteRequest::default()
    };
    store.complete_upload(complete).await.unwrap();
    assert!(whole(&store, "parts", &NoKms).await == [bytes(5 * MIB), bytes(100)].concat());
    let new = put(&store, "small", &EncryptionWish::default(), &kms, bytes(5000)).await;
    assert_eq!(new.encryption.algorithm(), Some("AES256"));
    assert_eq!(whole(&store, "small", &NoKms).await, bytes(5000));
    store.close().await;
    drop(store);
    let store = open(dir.path()).await;
    assert_eq!(whole(&store, "small", &NoKms).await, bytes(5000));
    store.close().await;
}
