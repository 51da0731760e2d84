//! Buckets of a store that speaks HTTP on a socket and can be told what it can't do.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use cairn_catalog::contract::sample;
use cairn_delivery::Folder;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

use super::*;
use crate::{Credentials, Endpoint, Endpoints};

/// What the store does not do.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Lack {
    #[default]
    Nothing,
    /// It says that it knows no conditions.
    Conditions,
    /// It takes conditions and does not keep them.
    KeptConditions,
    /// It fails when asked to encrypt with its own keys.
    OwnKeys,
    /// It says no to everything.
    Rights,
    /// It writes, and says that it failed.
    Answers,
}

#[derive(Debug, Default)]
struct Store {
    lack: Lack,
    objects: Mutex<BTreeMap<String, Stored>>,
    puts: AtomicUsize,
}

#[derive(Debug, Clone)]
struct Stored {
    body: Vec<u8>,
    headers: BTreeMap<String, String>,
}

struct Request {
    method: String,
    path: String,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

impl Store {
    fn answer(&self, request: Request) -> (u16, &'static str, Vec<u8>) {
        let Request { method, path, headers, body } = request;
        let has = |name: &str| headers.contains_key(name);
        let mut objects = lock(&self.objects);
        if self.lack == Lack::Rights {
            return (403, "AccessDenied", Vec::new());
        }
        if !path.starts_with("/audit-logs") {
            return (404, "NoSuchBucket", Vec::new());
        }
        match (method.as_str(), objects.get(&path)) {
            ("HEAD", _) => (200, "", Vec::new()),
            ("GET", Some(found)) => (200, "", found.body.clone()),
            ("GET", None) => (404, "NoSuchKey", Vec::new()),
            ("PUT", found) => {
                self.puts.fetch_add(1, Ordering::SeqCst);
                let own = headers.get("x-amz-server-side-encryption").is_some_and(|kind| kind == "AES256");
                match self.lack {
                    Lack::Conditions if has("if-none-match") => return (501, "NotImplemented", Vec::new()),
                    Lack::OwnKeys if own => return (500, "InternalError", Vec::new()),
                    Lack::KeptConditions => {}
                    _ if has("if-none-match") && found.is_some() => {
                        return (412, "PreconditionFailed", Vec::new());
                    }
                    _ => {}
                }
                objects.insert(path, Stored { body, headers });
                if self.lack == Lack::Answers { (503, "SlowDown", Vec::new()) } else { (200, "", Vec::new()) }
            }
            _ => (405, "MethodNotAllowed", Vec::new()),
        }
    }

    fn holds(&self, key: &str) -> Option<Stored> {
        lock(&self.objects).get(&format!("/audit-logs/{key}")).cloned()
    }
}

async fn read(stream: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut line = String::new();
    stream.read_line(&mut line).await.ok().filter(|bytes| *bytes > 0)?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let path = target.split('?').next()?.to_owned();
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.ok()?;
        let Some((name, value)) = line.trim().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(Request { method, path, headers, body })
}

async fn serve(store: Arc<Store>, stream: TcpStream) {
    let mut stream = BufReader::new(stream);
    while let Some(request) = read(&mut stream).await {
        let is_head = request.method == "HEAD";
        let (status, code, body) = store.answer(request);
        let body = match code {
            "" => body,
            _ if is_head => Vec::new(),
            code => format!("<Error><Code>{code}</Code></Error>").into_bytes(),
        };
        let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n\r\n", body.len());
        if stream.write_all(&[head.as_bytes(), &body].concat()).await.is_err() {
            return;
        }
    }
}

struct World {
    store: Arc<Store>,
    buckets: Buckets,
    trail: Trail,
    _serving: AbortOnDropHandle<()>,
}

impl World {
    async fn new(lack: Lack) -> Self {
        let store = Arc::new(Store { lack, ..Store::default() });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (tasks, served) = (TaskTracker::new(), Arc::clone(&store));
        let connections = tasks.clone();
        let serving = tasks.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(serve(Arc::clone(&served), stream));
            }
        });
        let endpoints = Endpoints { s3: Some(Endpoint::Url(url)), ..Endpoints::default() };
        let key = Credentials::Key { id: "AKIAEXAMPLE".to_owned(), secret: "secret".to_owned() };
        let buckets = Buckets::new(Arc::new(Connections::new(endpoints, &key)));
        Self { store, buckets, trail: sample::trail("main"), _serving: AbortOnDropHandle::new(serving) }
    }

    async fn put(&self, body: &'static str) -> Result<Put, PutError> {
        let region = sample::region("eu-west-1");
        let put = LogFilePut {
            trail: &self.trail,
            revision: 0,
            region: &region,
            folder: Folder::CloudTrail,
            key: KEY,
            body: Bytes::from_static(body.as_bytes()),
            metadata: &[("signature", "abcd")],
        };
        self.buckets.put_once(put).await
    }

    fn body(&self) -> String {
        String::from_utf8(self.store.holds(KEY).unwrap().body).unwrap()
    }
}

const KEY: &str = "AWSLogs/123456789012/CloudTrail/eu-west-1/file.json.gz";
const MARKER: &str = "AWSLogs/123456789012/CloudTrail/";

#[tokio::test]
async fn a_file_is_put_once_as_cloudtrail_puts_it() {
    let world = World::new(Lack::Nothing).await;
    assert_eq!(world.put("one").await, Ok(Put::Created));
    assert_eq!(world.put("one").await, Ok(Put::AlreadyThere));
    assert_eq!(world.put("two").await, Err(PutError::Different));
    assert_eq!(world.put("longer").await, Err(PutError::Different));
    assert_eq!(world.body(), "one");
    assert_eq!(world.store.holds(MARKER).unwrap().body, b"");
    let headers = world.store.holds(KEY).unwrap().headers;
    for (name, value) in [
        ("if-none-match", "*"),
        ("x-amz-acl", "bucket-owner-full-control"),
        ("content-type", "application/json"),
        ("content-encoding", "gzip"),
        ("x-amz-server-side-encryption", "AES256"),
        ("x-amz-meta-signature", "abcd"),
    ] {
        assert_eq!(headers.get(name).map(String::as_str), Some(value), "{name}");
    }
    assert!(headers["authorization"].contains("Credential=AKIAEXAMPLE/"));
    assert!(headers["authorization"].contains("/eu-west-1/s3/"), "{}", headers["authorization"]);
}

#[tokio::test]
async fn a_key_of_the_trail_is_passed_on_with_the_trail_as_context() {
    let mut world = World::new(Lack::Nothing).await;
    world.trail.kms_key_id = Some("arn:aws:kms:eu-west-1:123456789012:key/1".to_owned());
    assert_eq!(world.put("one").await, Ok(Put::Created));
    let headers = world.store.holds(KEY).unwrap().headers;
    assert_eq!(headers["x-amz-server-side-encryption"], "aws:kms");
    assert_eq!(
        headers["x-amz-server-side-encryption-aws-kms-key-id"],
        "arn:aws:kms:eu-west-1:123456789012:key/1"
    );
    let context = &headers["x-amz-server-side-encryption-context"];
    let context = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, context).unwrap();
    let arn = &world.trail.arn;
    assert_eq!(String::from_utf8(context).unwrap(), format!(r#"{{"aws:cloudtrail:arn":"{arn}"}}"#));
}

#[tokio::test]
async fn a_store_without_conditions_is_looked_at_before_it_is_written_to() {
    for lack in [Lack::Conditions, Lack::KeptConditions] {
        let world = World::new(lack).await;
        assert_eq!(world.put("one").await, Ok(Put::Created), "{lack:?}");
        assert!(!world.buckets.abilities.keeps_conditions(), "{lack:?}");
        let puts = world.store.puts.load(Ordering::SeqCst);
        assert_eq!(world.put("one").await, Ok(Put::AlreadyThere), "{lack:?}");
        assert_eq!(world.put("two").await, Err(PutError::Different), "{lack:?}");
        assert_eq!(world.store.puts.load(Ordering::SeqCst), puts, "{lack:?}: nothing is overwritten");
        assert_eq!(world.body(), "one");
    }
}

#[tokio::test]
async fn a_store_without_keys_of_its_own_is_not_asked_again() {
    let world = World::new(Lack::OwnKeys).await;
    assert_eq!(world.put("one").await, Ok(Put::Created));
    assert!(!world.store.holds(KEY).unwrap().headers.contains_key("x-amz-server-side-encryption"));
    assert!(!world.buckets.abilities.encrypts());
}

#[tokio::test]
async fn the_folder_of_an_organizations_files_is_asked_about() {
    let world = World::new(Lack::Nothing).await;
    let (account, folder, organization) = (world.trail.account, Folder::CloudTrail, Some("o-exampleorgid"));
    let place = FilesFolder { prefix: Some("logs"), organization, account, folder };
    let asked = world.buckets.check(&world.trail.s3_bucket, &world.trail.home_region, place, None).await;
    assert_eq!(asked, BucketAnswer::Takes);
    assert!(world.store.holds("logs/AWSLogs/o-exampleorgid/123456789012/CloudTrail/").is_some());
}

#[tokio::test]
async fn an_answer_that_was_lost_is_made_up_for() {
    let world = World::new(Lack::Answers).await;
    // The first attempt writes and fails; the client's own second one finds the key taken.
    assert_eq!(world.put("one").await, Ok(Put::AlreadyThere));
    assert_eq!(world.body(), "one");
}

#[tokio::test]
async fn what_the_store_says_is_what_the_trail_is_told() {
    let mut world = World::new(Lack::Rights).await;
    let refused = |code: &str| Err(PutError::Refused { code: code.to_owned() });
    assert_eq!(world.put("one").await, refused("AccessDenied"));
    let ask = async |world: &World| {
        let (account, folder) = (world.trail.account, Folder::CloudTrail);
        let place = FilesFolder { prefix: None, organization: None, account, folder };
        world.buckets.check(&world.trail.s3_bucket, &world.trail.home_region, place, None).await
    };
    assert_eq!(ask(&world).await, BucketAnswer::Denied);
    world = World::new(Lack::Nothing).await;
    assert_eq!(ask(&world).await, BucketAnswer::Takes);
    world.trail.s3_bucket = "elsewhere".to_owned();
    assert_eq!(world.put("one").await, refused("NoSuchBucket"));
    assert_eq!(ask(&world).await, BucketAnswer::Missing);
    let nobody = Endpoints { s3: Some("http://127.0.0.1:1".parse().unwrap()), ..Endpoints::default() };
    let key = Credentials::Key { id: "AKIAEXAMPLE".to_owned(), secret: "secret".to_owned() };
    world.buckets = Buckets::new(Arc::new(Connections::new(nobody, &key)));
    assert_eq!(world.put("one").await, refused("EndpointUnreachable"));
    assert_eq!(ask(&world).await, BucketAnswer::Unclear("EndpointUnreachable".to_owned()));
}

#[tokio::test]
async fn what_was_delivered_is_read_back_or_the_reason_is_told() {
    let mut world = World::new(Lack::Nothing).await;
    assert_eq!(world.put("one").await, Ok(Put::Created));
    let home = world.trail.home_region.clone();
    let mut object = world.buckets.open(&world.trail.s3_bucket, KEY, &home).await.unwrap();
    let mut body = Vec::new();
    while let Some(piece) = object.next().await.unwrap() {
        body.extend_from_slice(&piece);
    }
    assert_eq!(body, b"one");
    let open =
        async |world: &World, bucket: &str, key: &str| world.buckets.open(bucket, key, &home).await.err();
    assert_eq!(open(&world, "audit-logs", "none").await, Some(ReadError::NoObject));
    assert_eq!(open(&world, "elsewhere", KEY).await, Some(ReadError::NoBucket));
    world = World::new(Lack::Rights).await;
    assert_eq!(open(&world, "audit-logs", KEY).await, Some(ReadError::Denied { permission: "s3:GetObject" }));
    let listed = world.buckets.list("audit-logs", ("AWSLogs/", ""), &home).await;
    assert_eq!(listed.err(), Some(ReadError::Denied { permission: "s3:ListBucket" }));
}
