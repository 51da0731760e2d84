//! Part `put`: what recording adds to an S3 PUT of 4 KB.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use bytes::Bytes;
use futures_util::future::try_join_all;
use serde_json::{Value, json};

use crate::client::Client;
use crate::part::{Run, count, runtime};
use crate::report::Table;
use crate::scratch::scratch;
use crate::server::ServerProcess;
use crate::spread::Spread;

const BYTES_NEEDED: u64 = 1 << 30;

const OBJECT_BYTES: usize = 4096;

/// Callers at once, a row each.
const CALLERS: [usize; 2] = [1, 16];

/// Stretches of one kind that take turns, so that whatever else the machine does falls on both alike.
const TURN: Duration = Duration::from_millis(500);

/// The bucket whose data events a trail selects, and one whose it does not.
const BUCKETS: [&str; 2] = ["bench-recorded", "bench-plain"];

/// What one kind of PUT came to.
#[derive(Debug, Default)]
struct Seen {
    spread: Spread,
    seconds: f64,
    cpu: f64,
}

pub(crate) fn run(run: &mut Run) -> anyhow::Result<()> {
    let dir = scratch(&run.dir, "put", BYTES_NEEDED)?;
    let server = ServerProcess::start(dir.path())?;
    let table = runtime("put")?.block_on(measure(&server, run.during))?;
    server.stop()?;
    run.show(table);
    Ok(())
}

async fn measure(server: &ServerProcess, during: Duration) -> anyhow::Result<Table> {
    let mut table = Table::new(
        "S3 PUT of 4 KB, recorded and not (cairn-bench put)",
        "`cairn serve` on loopback, SigV4 with a signed body; one trail logs, its selector takes one of two buckets; \
         the buckets take turns of 0.5 s; `added` is the difference of the rows above it; CPU is the server's",
        &["PUT/s", "p50 ms", "p99 ms", "CPU µs/PUT"],
    );
    prepare(server).await?;
    for callers in CALLERS {
        let mut seen = [Seen::default(), Seen::default()];
        let (mut number, end) = (0, Instant::now() + during * 2);
        while Instant::now() < end {
            for (bucket, seen) in BUCKETS.iter().zip(&mut seen) {
                turn(server, bucket, callers, number, seen).await?;
                number += 1;
            }
        }
        let [recorded, plain] = seen.map(Seen::figures);
        table.row(format!("{callers} at once, recorded"), &recorded);
        table.row(format!("{callers} at once, not selected"), &plain);
        let added: Vec<f64> = recorded.iter().zip(plain).map(|(with, without)| with - without).collect();
        table.row(
            format!("{callers} at once, added"),
            &[&[f64::NAN], added.get(1..).unwrap_or_default()].concat(),
        );
    }
    Ok(table)
}

impl Seen {
    fn figures(mut self) -> [f64; 4] {
        let puts = count(self.spread.len() as u64);
        let (p50, p99) = (self.spread.percentile_ms(50.0), self.spread.percentile_ms(99.0));
        [puts / self.seconds, p50, p99, self.cpu * 1e6 / puts]
    }
}

/// Lets the callers put objects into one bucket for a turn.
async fn turn(
    server: &ServerProcess,
    bucket: &str,
    callers: usize,
    number: u64,
    seen: &mut Seen,
) -> anyhow::Result<()> {
    let (began, cpu) = (Instant::now(), server.cpu_seconds()?);
    let putting = (0..callers).map(|caller| async move {
        let mut client = Client::connect(server).await?;
        let mut spread = Spread::default();
        let body = Bytes::from(vec![b'x'; OBJECT_BYTES]);
        while began.elapsed() < TURN {
            let path = format!("/{bucket}/{number}/{caller}/{}", spread.len());
            let at = Instant::now();
            client.s3("PUT", &path, "", body.clone()).await?;
            spread.add(at.elapsed());
        }
        anyhow::Ok(spread)
    });
    for spread in try_join_all(putting).await? {
        seen.spread.join(spread);
    }
    seen.seconds += began.elapsed().as_secs_f64();
    seen.cpu += server.cpu_seconds()? - cpu;
    Ok(())
}

/// Makes both buckets, and a trail that logs the data events of the first and no management events.
async fn prepare(server: &ServerProcess) -> anyhow::Result<()> {
    let mut client = Client::connect(server).await?;
    let logs = "bench-logs";
    for bucket in BUCKETS.iter().chain([&logs]) {
        client.s3("PUT", &format!("/{bucket}"), "", Bytes::new()).await?;
    }
    let policy = server.bucket_policy(logs)?;
    client.s3("PUT", &format!("/{logs}"), "policy=", Bytes::from(policy)).await?;
    client.cloudtrail("CreateTrail", &json!({ "Name": "bench", "S3BucketName": logs })).await?;
    let selected = json!({ "TrailName": "bench", "AdvancedEventSelectors": [{ "FieldSelectors": [
        { "Field": "eventCategory", "Equals": ["Data"] },
        { "Field": "resources.type", "Equals": ["AWS::S3::Object"] },
        { "Field": "resources.ARN", "StartsWith": [format!("arn:aws:s3:::{}/", BUCKETS[0])] },
    ] }] });
    client.cloudtrail("PutEventSelectors", &selected).await?;
    client.cloudtrail("StartLogging", &json!({ "Name": "bench" })).await?;
    let status = client.cloudtrail("GetTrailStatus", &json!({ "Name": "bench" })).await?;
    let logs = status.get("IsLogging").and_then(Value::as_bool).context("read IsLogging")?;
    anyhow::ensure!(logs, "the trail does not log");
    Ok(())
}
