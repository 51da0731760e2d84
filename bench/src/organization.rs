//! Part `organization`: many accounts under one organization trail, some of which leave and join while all are
//! called; whether every event is where it must be and nowhere else, how soon, and what that takes of memory.

mod accounts;
mod bucket;
mod calls;
mod load;
mod receipts;

use std::time::{Duration, Instant};

use jiff::Timestamp;

use self::accounts::Organization;
use self::bucket::Bucket;
use self::load::{Load, Movement};
use crate::client::Client;
use crate::part::{Run, count, runtime};
use crate::report::{Limit, Table, Target};
use crate::scratch::scratch;
use crate::server::{Memory, ServerProcess};
use crate::spread::Spread;

const BYTES_NEEDED: u64 = 2 << 30;

/// The length of a delivery window: shorter than by default, so that there are several.
const WINDOW: Duration = Duration::from_secs(10);

/// The length of a window that a digest covers, likewise.
const DIGEST_WINDOW: Duration = Duration::from_secs(30);

/// How many times as long as other parts' loops the load goes on: several windows.
const LOAD_TIMES: u32 = 12;

/// How long delivery may take for what is left when the load ends.
const PATIENCE: Duration = Duration::from_secs(300);

const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Regions in which accounts are called.
const REGIONS: [&str; 8] = [
    "us-east-1",
    "eu-west-1",
    "eu-central-1",
    "ap-southeast-2",
    "us-west-2",
    "ap-northeast-1",
    "ca-central-1",
    "sa-east-1",
];

/// Everything that was seen while the server ran.
struct Seen {
    made: [(&'static str, Spread, f64); 2],
    load: Load,
    bucket: Bucket,
    memory: [Memory; 3],
    cpu: f64,
}

pub(crate) fn run(run: &mut Run) -> anyhow::Result<()> {
    let dir = scratch(&run.dir, "organization", BYTES_NEEDED)?;
    let runtime = runtime("organization")?;
    let seconds = |window: Duration| format!("{}s", window.as_secs());
    let windows =
        [("CAIRN_DELIVERY_INTERVAL", seconds(WINDOW)), ("CAIRN_DIGEST_INTERVAL", seconds(DIGEST_WINDOW))];
    let server = ServerProcess::start_with(dir.path(), &windows)?;
    let regions = REGIONS.get(..run.regions.clamp(1, REGIONS.len())).unwrap_or(&REGIONS);
    let mut seen =
        runtime.block_on(measure(&server, (run.accounts.max(2), regions), run.during * LOAD_TIMES))?;
    server.stop()?;
    let late = runtime.block_on(receipts::late(dir.path(), &seen.load, &seen.bucket))?;
    let (accounts, regions) = (run.accounts.max(2), regions.len());
    tell_calls(run, &mut seen, accounts, regions);
    tell_delivery(run, &mut seen, late);
    Ok(())
}

/// Makes the organization, loads it, and waits until everything is delivered.
async fn measure(
    server: &ServerProcess,
    (accounts, regions): (usize, &'static [&'static str]),
    during: Duration,
) -> anyhow::Result<Seen> {
    let fresh = server.memory()?;
    let organization = Organization::begin(server).await?;
    let (created, created_s) = organization.create_accounts(server, accounts - 1).await?;
    let (members, assumed, assumed_s) = organization.enter_accounts(server, created.1).await?;
    let rest = server.memory()?;
    let cpu = server.cpu_seconds()?;
    let load = load::run(server, (&organization, members), regions, during).await?;
    let cpu = server.cpu_seconds()? - cpu;
    let ended = Timestamp::now();
    let mut client = Client::connect(server).await?;
    let mut bucket = Bucket::of(&organization);
    let began = Instant::now();
    loop {
        bucket.look(&mut client).await?;
        // Each chain has windows of its own: by then all have had one that ended after the load.
        if bucket.missing(&load) == 0 && bucket.has_digest_since(ended + 2 * DIGEST_WINDOW) {
            break;
        }
        if began.elapsed() > PATIENCE {
            break;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    let memory = [fresh, rest, server.memory()?];
    let made = [("CreateAccount", created.0, created_s), ("AssumeRole into it", assumed, assumed_s)];
    Ok(Seen { made, load, bucket, memory, cpu })
}

fn tell_calls(run: &mut Run, seen: &mut Seen, accounts: usize, regions: usize) {
    let mut table = Table::new(
        "An organization's calls (cairn-bench organization)",
        &format!(
            "{accounts} accounts called in {regions} Regions, one organization trail with digests; accounts are made \
             by 4 callers; then 16 callers make DescribeTrails as members, one after the other, while one more has \
             members leave, stay out for 0.3 s and join again"
        ),
        &["calls", "calls/s", "p50 ms", "p99 ms", "slowest ms"],
    );
    let seconds = seen.load.seconds;
    let moves = |movement: Movement| (movement.name(), seen.load.moves[movement as usize].clone(), seconds);
    let rows = seen.made.clone().into_iter().chain([
        ("DescribeTrails by members", seen.load.answered.clone(), seconds),
        moves(Movement::Leave),
        moves(Movement::Join),
    ]);
    for (name, mut spread, seconds) in rows {
        let calls = count(spread.len() as u64);
        let times = [50.0, 99.0, 100.0].map(|percent| spread.percentile_ms(percent));
        table.row(name, &[calls, calls / seconds, times[0], times[1], times[2]]);
    }
    run.show(table);
}

fn tell_delivery(run: &mut Run, seen: &mut Seen, mut late: Spread) {
    let mut table = Table::new(
        "Its delivery (cairn-bench organization)",
        "windows of 10 s; from a call's answer to the log file with its event; events of members must be in the \
         bucket, once, under their account, those of accounts outside the organization must not",
        &["events due", "missing", "doubled", "astray", "files", "p50 ms", "p99 ms", "slowest ms"],
    );
    let bucket = &seen.bucket;
    let (missing, astray) = (bucket.missing(&seen.load), bucket.astray(&seen.load));
    let counts =
        [seen.load.due() as u64, missing as u64, bucket.doubled as u64, astray as u64, bucket.files as u64];
    let times = [50.0, 99.0, 100.0].map(|percent| late.percentile_ms(percent));
    table.row("one organization trail", &[&counts.map(count)[..], &times[..]].concat());
    run.show(table);
    for (what, number) in [("missing", missing), ("doubled", bucket.doubled), ("astray", astray)] {
        let what = format!("events of an organization's accounts that are {what}");
        run.target(Target::new(what, count(number as u64), Limit::AtMost(0.0), ""));
    }
    let mut table = Table::new(
        "Its digests and memory (cairn-bench organization)",
        "a digest every 30 s for each chain, and a last one for those that leave; from its window's end until it is put; \
         memory is what no file backs, its peak with what files do",
        &[
            "chains",
            "digests",
            "in the fullest 30 s",
            "late p50 s",
            "slowest s",
            "CPU µs/call",
            "MB fresh",
            "MB at rest",
            "MB after",
            "peak MB",
        ],
    );
    let ((digests, fullest), mut digests_late) = (bucket.digests(), bucket.digests_late());
    let cpu = seen.cpu * 1e6 / count(seen.load.answered.len() as u64);
    let [fresh, rest, after] = &seen.memory;
    let memory = [fresh.anonymous_mb, rest.anonymous_mb, after.anonymous_mb, after.peak_mb];
    let counts = [bucket.chains.len(), digests, fullest].map(|number| count(number as u64));
    let late = [50.0, 100.0].map(|percent| digests_late.percentile_ms(percent) / 1e3);
    let figures = [&counts[..], &late[..], &[cpu]].concat();
    table.row("one organization trail", &[&figures[..], &memory[..]].concat());
    run.show(table);
}
