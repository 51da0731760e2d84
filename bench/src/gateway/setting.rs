//! Cairn before the upstream, and the requests that are sent through it.

use std::net::SocketAddr;
use std::path::Path;

use anyhow::Context as _;
use bytes::Bytes;
use serde_json::{Value, json};

use super::load::Request;
use crate::client::Client;
use crate::server::ServerProcess;

/// The bucket at the upstream whose data events the trail selects.
const BUCKET: &str = "bench-data";
const LOGS: &str = "bench-logs";

/// Which way a body goes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Direction {
    Down,
    Up,
}

/// Starts a server that forwards what is not its own to the upstream.
pub(super) fn start(dir: &Path, upstream: SocketAddr, record: &str) -> anyhow::Result<ServerProcess> {
    std::fs::create_dir_all(dir)?;
    let settings = dir.with_extension("toml");
    let text = format!("[upstreams.store]\nurl = \"http://{upstream}\"\nrecord = \"{record}\"\n");
    std::fs::write(&settings, text)?;
    ServerProcess::start_with(dir, &[("CAIRN_CONFIG", settings.display().to_string())])
}

/// Makes a trail that selects every object of the upstream's bucket.
pub(super) async fn prepare(server: &ServerProcess) -> anyhow::Result<()> {
    let mut client = Client::connect(server).await?;
    client.s3("PUT", &format!("/{LOGS}"), "", Bytes::new()).await?;
    let policy = server.bucket_policy(LOGS)?;
    client.s3("PUT", &format!("/{LOGS}"), "policy=", Bytes::from(policy)).await?;
    client.cloudtrail("CreateTrail", &json!({ "Name": "bench", "S3BucketName": LOGS })).await?;
    let selected = json!({ "TrailName": "bench", "AdvancedEventSelectors": [{ "FieldSelectors": [
        { "Field": "eventCategory", "Equals": ["Data"] },
        { "Field": "resources.type", "Equals": ["AWS::S3::Object"] },
        { "Field": "resources.ARN", "StartsWith": [format!("arn:aws:s3:::{BUCKET}/")] },
    ] }] });
    client.cloudtrail("PutEventSelectors", &selected).await?;
    client.cloudtrail("StartLogging", &json!({ "Name": "bench" })).await?;
    let status = client.cloudtrail("GetTrailStatus", &json!({ "Name": "bench" })).await?;
    let logs = status.get("IsLogging").and_then(Value::as_bool).context("read IsLogging")?;
    anyhow::ensure!(logs, "the trail does not log");
    Ok(())
}

/// Renders a request as an SDK sends it. Its signature is not Cairn's to check, and the upstream does not.
pub(super) fn request(direction: Direction, bytes: u64) -> Request {
    let (method, length) = match direction {
        Direction::Down => ("GET", 0),
        Direction::Up => ("PUT", bytes),
    };
    let head = format!(
        "{method} /{BUCKET}/objects/{bytes} HTTP/1.1\r\n\
         Host: store.internal.example:8333\r\n\
         User-Agent: Boto3/1.44.3 md/Botocore#1.44.3 ua/2.1 os/linux#6.1 md/arch#x86_64 lang/python#3.11.7 cfg/retry-mode#legacy Botocore/1.44.3\r\n\
         X-Amz-Date: 20260302T080000Z\r\n\
         X-Amz-Content-SHA256: UNSIGNED-PAYLOAD\r\n\
         Authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260302/us-east-1/s3/aws4_request, \
         SignedHeaders=host;x-amz-content-sha256;x-amz-date, \
         Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7\r\n\
         amz-sdk-invocation-id: 6f0f8c2e-7f3a-4a55-9d0e-4a8f0e7a6b1c\r\n\
         amz-sdk-request: attempt=1\r\n\
         Content-Length: {length}\r\n\r\n"
    );
    let mut whole = head.into_bytes();
    whole.resize(whole.len() + usize::try_from(length).unwrap_or_default(), b'x');
    let answer_bytes = match direction {
        Direction::Down => bytes,
        Direction::Up => 0,
    };
    Request { bytes: Bytes::from(whole), answer_bytes, body_bytes: bytes }
}
