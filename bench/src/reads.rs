//! Part `reads`: signed reads by a user whose policy is asked at each call. Every call is an event, so that
//! its answer waits for a sync. The load comes from one thread of this process, on the same cores.

mod call;
mod setting;
mod watch;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::time::Instant;

use anyhow::Context as _;
use bytes::Bytes;
use futures_util::future::try_join_all;
use serde_json::Value;

use self::call::Call;
use self::setting::Setting;
use self::watch::Watch;
use crate::client::{self, Client};
use crate::cpu;
use crate::part::{Run, count};
use crate::report::{Limit, Table, Target};
use crate::scratch::scratch;
use crate::server::ServerProcess;
use crate::spread::Spread;

const BYTES_NEEDED: u64 = 2 << 30;

/// Calls at once; each has a connection of its own that is kept.
const CONNECTIONS: [u64; 2] = [16, 64];

/// How much of all calls each row makes, in tenths: DescribeTrails with few and many connections, the mix
/// likewise.
const TENTHS: [u64; 4] = [2, 2, 2, 4];

/// Calls that are not measured: they make connections, caches and a first event of each kind.
const WARMING: u64 = 2_000;

/// The read load that a server on the machine of the targets must carry.
const DESCRIBE_TRAILS_PER_SECOND: f64 = 5_000.0;

/// What some connections did.
#[derive(Debug, Default)]
struct Seen {
    by_operation: BTreeMap<&'static str, Spread>,
    seconds: f64,
    server_cpu: f64,
    own_cpu: f64,
}

/// What the load is put on.
struct Load<'a> {
    server: &'a ServerProcess,
    setting: &'a Setting,
    /// Calls answered so far.
    made: &'a Cell<u64>,
}

pub(crate) fn run(run: &mut Run) -> anyhow::Result<()> {
    let dir = scratch(&run.dir, "reads", BYTES_NEEDED)?;
    let mut server = ServerProcess::start(dir.path())?;
    // One thread: waking another one for each answer would cost more than making the call.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(measure(&server, run)).map_err(|error| server.explain(error))?;
    server.stop()
}

async fn measure(server: &ServerProcess, run: &mut Run) -> anyhow::Result<()> {
    let setting = setting::prepare(server).await?;
    let made = Cell::new(0);
    let load = Load { server, setting: &setting, made: &made };
    let (describe, mix) = (vec![Call::describe_trails()], Call::mix(&setting.trail_arn));
    load.put(&mix, 16, WARMING).await?;
    made.set(0);
    let mut table = Table::new(
        "Signed reads (cairn-bench reads)",
        "`cairn serve` on loopback, HTTP/1.1 kept alive, SigV4 signed anew for each call, as a user with a policy of \
         four statements; four trails, one logs; each call is recorded with a sync before it is answered, and the journal is counted; \
         the load generator shares the cores, CPU of both is told",
        &["calls/s", "p50 ms", "p99 ms", "server CPU µs/call", "generator CPU µs/call"],
    );
    let watch = Watch::new(server, &made, run.calls);
    let mut best = 0.0_f64;
    let loads = async {
        let mut mixed = Seen::default();
        let kinds = [("DescribeTrails", &describe), ("mix", &mix)];
        let rows = kinds.iter().flat_map(|kind| CONNECTIONS.map(|connections| (kind, connections)));
        for ((&(name, calls), connections), tenths) in rows.zip(TENTHS) {
            let seen = load.put(calls, connections, run.calls * tenths / 10).await?;
            let figures = seen.figures();
            table.row(format!("{name}, {connections} connections"), &figures);
            if calls.len() == 1 {
                best = best.max(figures[0]);
            }
            mixed = seen;
        }
        anyhow::Ok(mixed)
    };
    let (mixed, memory) = watch.during(loads).await?;
    run.show(table);
    run.show(mixed.operations());
    run.show(memory.table());
    run.target(Target::new("DescribeTrails", best, Limit::AtLeast(DESCRIBE_TRAILS_PER_SECOND), "calls/s"));
    if let Some(target) = memory.target() {
        run.target(target);
    }
    Ok(())
}

impl Load<'_> {
    /// Makes `calls` in turn over so many connections, until `total` of them are answered.
    async fn put(&self, calls: &[Call], connections: u64, total: u64) -> anyhow::Result<Seen> {
        let mut clients = Vec::new();
        for _ in 0..connections {
            clients.push(Client::connect_as(self.server, self.setting.credentials.clone()).await?);
        }
        let held = journaled(self.server).await?;
        let begun = Cell::new(0);
        let (began, server_cpu) = (Instant::now(), self.server.cpu_seconds()?);
        let own_cpu = cpu::of_process("self")?.own;
        let asking = clients.into_iter().map(|client| self.ask(client, calls, &begun, total));
        let mut seen = Seen::default();
        for by_operation in try_join_all(asking).await? {
            for (operation, spread) in by_operation {
                seen.by_operation.entry(operation).or_default().join(spread);
            }
        }
        seen.seconds = began.elapsed().as_secs_f64();
        seen.server_cpu = self.server.cpu_seconds()? - server_cpu;
        seen.own_cpu = cpu::of_process("self")?.own - own_cpu;
        let recorded = journaled(self.server).await? - held;
        anyhow::ensure!(recorded >= total, "{total} calls were answered and {recorded} are in the journal");
        Ok(seen)
    }

    /// Makes calls over one connection, one after the other, while some are left.
    async fn ask(
        &self,
        mut client: Client<'_>,
        calls: &[Call],
        begun: &Cell<u64>,
        total: u64,
    ) -> anyhow::Result<BTreeMap<&'static str, Spread>> {
        let mut by_operation: BTreeMap<&str, Spread> = BTreeMap::new();
        while begun.get() < total {
            let turn = usize::try_from(begun.replace(begun.get() + 1))? % calls.len();
            let Some(call) = calls.get(turn) else { break };
            let at = Instant::now();
            call.make(&mut client).await?;
            by_operation.entry(call.operation).or_default().add(at.elapsed());
            self.made.set(self.made.get() + 1);
        }
        Ok(by_operation)
    }
}

/// Returns how many events the journal holds, synced; looking is no event. Each look has its connection: one
/// that is kept for longer than the server waits for a head would be closed.
pub(crate) async fn journaled(server: &ServerProcess) -> anyhow::Result<u64> {
    let mut client = Client::connect(server).await?;
    let page = client::Call { method: "GET", path: "/_cairn/readyz", query: "", headers: &[] };
    let answer = client.send("s3", &page, Bytes::new()).await?;
    let seen: Value = serde_json::from_slice(&answer.body)?;
    seen.pointer("/journal/tail").and_then(Value::as_u64).context("read the journal's tail")
}

impl Seen {
    fn figures(&self) -> [f64; 5] {
        let mut all = Spread::default();
        for spread in self.by_operation.values() {
            all.join(spread.clone());
        }
        let calls = count(all.len() as u64);
        let (p50, p99) = (all.percentile_ms(50.0), all.percentile_ms(99.0));
        [calls / self.seconds, p50, p99, self.server_cpu * 1e6 / calls, self.own_cpu * 1e6 / calls]
    }

    /// Latency by operation.
    fn operations(self) -> Table {
        let mut table = Table::new(
            "The mix by operation (cairn-bench reads)",
            "the last row above; LookupEvents finds few events in the history that the load itself makes",
            &["calls", "p50 ms", "p99 ms"],
        );
        for (operation, mut spread) in self.by_operation {
            let calls = count(spread.len() as u64);
            table.row(operation, &[calls, spread.percentile_ms(50.0), spread.percentile_ms(99.0)]);
        }
        table
    }
}
