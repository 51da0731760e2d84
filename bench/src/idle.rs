//! Part `idle`: memory of a server that does nothing.

use std::time::Duration;

use serde_json::json;

use crate::client::Client;
use crate::part::{Run, runtime};
use crate::report::{Limit, Table, Target};
use crate::scratch::scratch;
use crate::server::ServerProcess;

const BYTES_NEEDED: u64 = 1 << 28;

/// How long nothing happens before memory is read.
const REST: Duration = Duration::from_secs(5);

pub(crate) fn run(run: &mut Run) -> anyhow::Result<()> {
    let dir = scratch(&run.dir, "idle", BYTES_NEEDED)?;
    let mut table = Table::new(
        "Idle server (cairn-bench idle)",
        "`cairn serve` on an empty directory; VmRSS and VmHWM (the peak since its start), and CPU used, after 5 s at rest",
        &["RSS MB", "peak MB", "CPU ms in 5 s"],
    );
    let server = ServerProcess::start(dir.path())?;
    let mut rest = |name: &str| {
        let before = server.cpu_seconds()?;
        std::thread::sleep(REST);
        let (memory, cpu) = (server.memory()?, server.cpu_seconds()? - before);
        table.row(name, &[memory.now_mb, memory.peak_mb, cpu * 1e3]);
        anyhow::Ok(memory.now_mb)
    };
    let fresh = rest("started, never asked")?;
    runtime("idle")?.block_on(async {
        let mut client = Client::connect(&server).await?;
        for _ in 0..100 {
            client.cloudtrail("LookupEvents", &json!({})).await?;
            client.cloudtrail("DescribeTrails", &json!({})).await?;
        }
        anyhow::Ok(())
    })?;
    let used = rest("after 200 calls")?;
    server.stop()?;
    run.show(table);
    run.target(Target::new("idle memory", fresh.max(used), Limit::AtMost(60.0), "MB"));
    Ok(())
}
