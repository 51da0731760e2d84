//! Part `streams`: how soon an event is at a log group, an event bus and a webhook, and how many a second.

mod endpoint;

use std::time::{Duration, Instant};

use anyhow::Context as _;
use bytes::Bytes;
use futures_util::future::try_join_all;
use serde_json::json;

use self::endpoint::{Endpoint, Way};
use crate::client::{Call, Client};
use crate::part::{Run, count, runtime};
use crate::report::{Limit, Table, Target};
use crate::scratch::scratch;
use crate::server::ServerProcess;
use crate::spread::Spread;

const BYTES_NEEDED: u64 = 1 << 30;

/// Calls a second while delays are measured: far below what any destination takes.
const PACE: Duration = Duration::from_millis(20);

/// Events that wait when a destination comes back.
const WAITING: u64 = 20_000;

/// Callers that make them.
const CALLERS: u64 = 16;

/// How long a destination may take for everything.
const PATIENCE: Duration = Duration::from_secs(300);

const LOOK_EVERY: Duration = Duration::from_millis(10);

/// The delay that 99 of 100 events may have.
const DELAY_MS_MAX: f64 = 1_000.0;

pub(crate) fn run(run: &mut Run) -> anyhow::Result<()> {
    let mut table = Table::new(
        "Live streams (cairn-bench streams)",
        "`cairn serve` on loopback, one trail, one destination at a time, which answers as the service does; delays: \
         DescribeTrails 50 times a second, from the answer to the arrival; events/s: 20,000 events that waited while \
         the destination was down, from the first arrival to the last; CPU is the server's for these",
        &["p50 ms", "p99 ms", "slowest ms", "events/s", "CPU µs/event"],
    );
    for way in Way::ALL {
        let dir = scratch(&run.dir, "streams", BYTES_NEEDED)?;
        let runtime = runtime("streams")?;
        let endpoint = runtime.block_on(Endpoint::open())?;
        let server = ServerProcess::start_with(dir.path(), &settings(way, &endpoint))?;
        let (figures, p99) = runtime.block_on(measure(&server, &endpoint, way, run.during))?;
        server.stop()?;
        table.row(way.name(), &figures);
        run.target(Target::new(
            format!("an event at {}, p99", way.name()),
            p99,
            Limit::AtMost(DELAY_MS_MAX),
            "ms",
        ));
    }
    run.show(table);
    Ok(())
}

fn settings(way: Way, endpoint: &Endpoint) -> Vec<(&'static str, String)> {
    let url = format!("http://{}", endpoint.address);
    let key = ("CAIRN_ENDPOINTS_ACCESS_KEY_ID", "AKIABENCH".to_owned());
    let secret = ("CAIRN_ENDPOINTS_SECRET_ACCESS_KEY_FILE", endpoint.secret_file.display().to_string());
    // That the destination is down is known here.
    let quiet = ("CAIRN_LOG_FILTER", "error".to_owned());
    match way {
        Way::LogGroup => vec![("CAIRN_ENDPOINTS_LOGS", url), key, secret, quiet],
        Way::EventBus => vec![
            ("CAIRN_ENDPOINTS_EVENTS", url),
            ("CAIRN_EVENTBRIDGE_READ_ONLY_MANAGEMENT_EVENTS", "true".to_owned()),
            key,
            secret,
            quiet,
        ],
        Way::Webhook => vec![
            quiet,
            ("CAIRN_DESTINATIONS_BENCH_TYPE", "webhook".to_owned()),
            ("CAIRN_DESTINATIONS_BENCH_URL", format!("{url}/hook")),
        ],
    }
}

/// Measures one destination: five figures, and the 99th percentile of delays again.
async fn measure(
    server: &ServerProcess,
    endpoint: &Endpoint,
    way: Way,
    during: Duration,
) -> anyhow::Result<([f64; 5], f64)> {
    let mut client = Client::connect(server).await?;
    prepare(server, &mut client, way).await?;
    call(&mut client, 0).await?;
    endpoint.arrived(1, PATIENCE).await?;
    let calls = u64::try_from(during.as_millis() / PACE.as_millis())?;
    let mut answered = Vec::new();
    for number in 1..=calls {
        let begun = Instant::now();
        call(&mut client, number).await?;
        answered.push((number, Instant::now()));
        tokio::time::sleep(PACE.saturating_sub(begun.elapsed())).await;
    }
    endpoint.arrived(calls + 1, PATIENCE).await?;
    let mut delays = Spread::default();
    for (number, at) in answered {
        delays
            .add(endpoint.when(number).context("find an event that arrived")?.saturating_duration_since(at));
    }
    endpoint.down(true);
    let first = calls + 1;
    let making = (0..CALLERS).map(|caller| async move {
        let mut client = Client::connect(server).await?;
        for number in (first + caller..first + WAITING).step_by(usize::try_from(CALLERS)?) {
            call(&mut client, number).await?;
        }
        anyhow::Ok(())
    });
    try_join_all(making).await?;
    let cpu = server.cpu_seconds()?;
    endpoint.down(false);
    endpoint.arrived(first + WAITING, PATIENCE).await?;
    let cpu = server.cpu_seconds()? - cpu;
    let arrivals = (first..first + WAITING).filter_map(|number| endpoint.when(number));
    let earliest = arrivals.clone().min().context("find the first arrival")?;
    let latest = arrivals.max().context("find the last arrival")?;
    let seconds = latest.duration_since(earliest).as_secs_f64();
    let p99 = delays.percentile_ms(99.0);
    let (p50, slowest) = (delays.percentile_ms(50.0), delays.percentile_ms(100.0));
    Ok(([p50, p99, slowest, count(WAITING) / seconds, cpu * 1e6 / count(WAITING)], p99))
}

/// Makes a call whose event can be told from all others.
async fn call(client: &mut Client<'_>, number: u64) -> anyhow::Result<()> {
    client.cloudtrail("DescribeTrails", &json!({ "trailNameList": [endpoint::mark(number)] })).await?;
    Ok(())
}

/// Makes a trail that logs; for a log group with a role that may write to it.
async fn prepare(server: &ServerProcess, client: &mut Client<'_>, way: Way) -> anyhow::Result<()> {
    let bucket = "bench-logs";
    client.s3("PUT", &format!("/{bucket}"), "", Bytes::new()).await?;
    let policy = server.bucket_policy(bucket)?;
    client.s3("PUT", &format!("/{bucket}"), "policy=", Bytes::from(policy)).await?;
    let mut trail = json!({ "Name": "bench", "S3BucketName": bucket });
    if way == Way::LogGroup {
        iam(client, "CreateRole", &[("RoleName", "logs"), ("AssumeRolePolicyDocument", TRUST)]).await?;
        let rights = [("RoleName", "logs"), ("PolicyName", "logs"), ("PolicyDocument", RIGHTS)];
        iam(client, "PutRolePolicy", &rights).await?;
        let named = trail.as_object_mut().context("add to the request")?;
        named.insert("CloudWatchLogsLogGroupArn".to_owned(), json!(GROUP));
        named.insert("CloudWatchLogsRoleArn".to_owned(), json!(ROLE));
    }
    client.cloudtrail("CreateTrail", &trail).await?;
    client.cloudtrail("StartLogging", &json!({ "Name": "bench" })).await?;
    Ok(())
}

async fn iam(client: &mut Client<'_>, action: &str, input: &[(&str, &str)]) -> anyhow::Result<()> {
    let escaped = |text: &str| -> String {
        let plain = |byte: &u8| byte.is_ascii_alphanumeric();
        text.bytes()
            .map(|byte| if plain(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
            .collect()
    };
    let mut body = format!("Action={action}&Version=2010-05-08");
    for (name, value) in input {
        body.push_str(&format!("&{name}={}", escaped(value)));
    }
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let call = Call { method: "POST", path: "/", query: "", headers: &headers };
    let answer = client.send("iam", &call, Bytes::from(body)).await?;
    let told = String::from_utf8_lossy(&answer.body);
    anyhow::ensure!(answer.status.is_success(), "{action} answered {}: {told}", answer.status);
    Ok(())
}

const GROUP: &str = "arn:aws:logs:us-east-1:123456789012:log-group:bench:*";
const ROLE: &str = "arn:aws:iam::123456789012:role/logs";
const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
const RIGHTS: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"*"}]}"#;
