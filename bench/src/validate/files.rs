//! A trail's files: log files with made events, and digests signed with the bench's own key.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use cairn_digest::{Document, LogFile, Place, Previous, PrivateKey, sha256_hex, string_to_sign, to_hex};
use flate2::{Compression, write::GzEncoder};
use futures_util::future::try_join_all;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::client::{Call, Client};
use crate::maker::{Maker, Times};
use crate::server::ServerProcess;

/// Log files that one digest lists.
pub(super) const LOGS_PER_DIGEST: u64 = 100;

const EVENTS_PER_LOG: u64 = 16;

/// Connections that put files.
const CONCURRENT: u64 = 16;

const ACCOUNT: &str = "123456789012";
const REGION: &str = "us-east-1";
pub(super) const BUCKET: &str = "bench-validate";

/// What was put.
#[derive(Debug)]
pub(super) struct Files {
    pub(super) logs: u64,
    pub(super) start: Timestamp,
    pub(super) end: Timestamp,
    /// What signed the digests.
    pub(super) key: PrivateKey,
    /// A directory with the same files, as `aws s3 sync` makes it.
    pub(super) mirror: PathBuf,
}

impl Files {
    /// Puts so many log files, and a digest for every hundred.
    /// The same lie below `mirror`.
    pub(super) async fn put(server: &ServerProcess, mirror: &Path, logs: u64) -> anyhow::Result<Self> {
        let key = PrivateKey::generate()?;
        let start: Timestamp = "2026-01-01T00:00:00Z".parse()?;
        let digests = logs.div_ceil(LOGS_PER_DIGEST);
        let hours = |hours: u64| SignedDuration::from_hours(i64::try_from(hours).unwrap_or(i64::MAX));
        let end = start.checked_add(hours(digests))?;
        let times = Times { start: start.as_second(), seconds: 3600, events: logs * EVENTS_PER_LOG };
        let maker = Maker::new(times);
        Client::connect(server).await?.s3("PUT", &format!("/{BUCKET}"), "", Bytes::new()).await?;
        let putting = (0..CONCURRENT).map(|sender| put_logs(server, mirror, (&maker, logs, start), sender));
        let mut listed: Vec<(u64, LogFile)> = try_join_all(putting).await?.concat();
        listed.sort_unstable_by_key(|(number, _)| *number);
        // A connection of its own: the server closes those that are idle meanwhile.
        let mut client = Client::connect(server).await?;
        let mut previous: Option<Previous> = None;
        for (hour, chunk) in (0..digests).zip(listed.chunks(usize::try_from(LOGS_PER_DIGEST)?)) {
            let begin = start.checked_add(hours(hour))?;
            let logs = chunk.iter().map(|(_, log)| log.clone()).collect();
            previous = Some(put_digest(&mut client, mirror, &key, (begin, logs), previous.as_ref()).await?);
        }
        Ok(Self { logs, start, end, key, mirror: mirror.to_path_buf() })
    }
}

async fn put_logs(
    server: &ServerProcess,
    mirror: &Path,
    (maker, logs, start): (&Maker, u64, Timestamp),
    sender: u64,
) -> anyhow::Result<Vec<(u64, LogFile)>> {
    let mut client = Client::connect(server).await?;
    let mut listed = Vec::new();
    for number in (sender..logs).step_by(usize::try_from(CONCURRENT)?) {
        let hour = i64::try_from(number / LOGS_PER_DIGEST)?;
        let at = start.checked_add(SignedDuration::from_secs(hour * 3600 + 300))?;
        let mut text = b"{\"Records\":[".to_vec();
        for event in number * EVENTS_PER_LOG..(number + 1) * EVENTS_PER_LOG {
            if !text.ends_with(b"[") {
                text.push(b',');
            }
            text.extend_from_slice(&maker.event(event));
        }
        text.extend_from_slice(b"]}");
        let (day, time) = (at.strftime("%Y/%m/%d"), at.strftime("%Y%m%dT%H%MZ"));
        let folder = format!("AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/{day}");
        let key = format!("{folder}/{ACCOUNT}_CloudTrail_{REGION}_{time}_{number:016}.json.gz");
        let packed = gzip(&text)?;
        keep(mirror, &key, &packed)?;
        client.s3("PUT", &format!("/{BUCKET}/{key}"), "", packed).await?;
        let log = LogFile {
            s3_bucket: BUCKET.to_owned(),
            s3_object: key,
            hash_value: sha256_hex(&text),
            hash_algorithm: Document::HASH_ALGORITHM.to_owned(),
            newest_event_time: Some(at.to_string()),
            oldest_event_time: Some(at.to_string()),
        };
        listed.push((number, log));
    }
    Ok(listed)
}

async fn put_digest(
    client: &mut Client<'_>,
    mirror: &Path,
    key: &PrivateKey,
    (begin, log_files): (Timestamp, Vec<LogFile>),
    previous: Option<&Previous>,
) -> anyhow::Result<Previous> {
    let end = begin.checked_add(SignedDuration::from_hours(1))?;
    let (day, time) = (end.strftime("%Y/%m/%d"), end.strftime("%Y%m%dT%H%M%SZ"));
    let folder = format!("AWSLogs/{ACCOUNT}/CloudTrail-Digest/{REGION}/{day}");
    let object = format!("{folder}/{ACCOUNT}_CloudTrail-Digest_{REGION}_main_{REGION}_{time}.json.gz");
    let document = Document {
        aws_account_id: ACCOUNT.to_owned(),
        digest_start_time: begin.to_string(),
        digest_end_time: end.to_string(),
        digest_s3_bucket: BUCKET.to_owned(),
        digest_s3_object: object.clone(),
        digest_public_key_fingerprint: key.public_key().fingerprint(),
        digest_signature_algorithm: Document::SIGNATURE_ALGORITHM.to_owned(),
        newest_event_time: None,
        oldest_event_time: None,
        previous_digest_s3_bucket: None,
        previous_digest_s3_object: None,
        previous_digest_hash_value: None,
        previous_digest_hash_algorithm: None,
        previous_digest_signature: None,
        log_files,
    }
    .with_previous(previous);
    let bytes = document.to_bytes();
    let signature = to_hex(&key.sign(string_to_sign(Place::of(&document), &bytes).as_bytes())?);
    let headers = [
        ("x-amz-meta-signature", signature.as_str()),
        ("x-amz-meta-signature-algorithm", Document::SIGNATURE_ALGORITHM),
    ];
    let path = format!("/{BUCKET}/{object}");
    let call = Call { method: "PUT", path: &path, query: "", headers: &headers };
    let packed = gzip(&bytes)?;
    keep(mirror, &object, &packed)?;
    let metadata =
        json!({"Metadata": {"signature": signature, "signature-algorithm": Document::SIGNATURE_ALGORITHM}});
    keep(mirror, &format!("{object}.metadata.json"), metadata.to_string().as_bytes())?;
    let answer = client.send("s3", &call, packed).await?;
    anyhow::ensure!(answer.status.is_success(), "PUT {path} answered {}", answer.status);
    Ok(Previous { bucket: BUCKET.to_owned(), key: object, sha256: sha256_hex(&bytes), signature })
}

/// Writes a file of the mirror.
fn keep(mirror: &Path, key: &str, bytes: &[u8]) -> anyhow::Result<()> {
    let path = mirror.join(key);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    Ok(std::fs::write(path, bytes)?)
}

fn gzip(bytes: &[u8]) -> anyhow::Result<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes)?;
    Ok(Bytes::from(encoder.finish()?))
}
