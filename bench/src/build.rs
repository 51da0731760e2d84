//! Part `build`: from a fresh clone to the first answered request.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::Context as _;
use serde_json::json;

use crate::client::Client;
use crate::cpu;
use crate::part::{Run, runtime};
use crate::report::{Limit, Table, Target};
use crate::scratch::scratch;
use crate::server::ServerProcess;

const BYTES_NEEDED: u64 = 4 << 30;

pub(crate) fn run(run: &mut Run) -> anyhow::Result<()> {
    let dir = scratch(&run.dir, "build", BYTES_NEEDED)?;
    let (clone, data) = (dir.path().join("clone"), dir.path().join("data"));
    let here = output(Command::new("git").args(["rev-parse", "--show-toplevel"]))?;
    let (began, before) = (Instant::now(), cpu::of_process("self")?);
    output(Command::new("git").args(["clone", "--quiet", "--no-local"]).arg(here.trim()).arg(&clone))?;
    let cloned = began.elapsed();
    output(cargo(&clone).args(["fetch", "--locked"]))?;
    let fetched = began.elapsed();
    output(cargo(&clone).args(["build", "--release", "--locked", "--bin", "cairn"]))?;
    let built = began.elapsed();
    let cpu = cpu::of_process("self")?.children - before.children;
    let server = ServerProcess::start_binary(&clone.join("target/release/cairn"), &data)?;
    runtime("build")?.block_on(async {
        let mut client = Client::connect(&server).await?;
        client.cloudtrail("DescribeTrails", &json!({})).await
    })?;
    let whole = began.elapsed();
    server.stop()?;
    let mut table = Table::new(
        "Fresh clone to first request (cairn-bench build)",
        "git clone, cargo fetch (crates that this machine has are not downloaded again), cargo build --release \
         --bin cairn into an empty target directory, cairn serve, one signed DescribeTrails",
        &["clone s", "fetch s", "build s", "start and call s", "total s", "CPU s until built"],
    );
    let steps = [cloned, fetched - cloned, built - fetched, whole - built, whole];
    table.row("release profile", &[&steps.map(|step| step.as_secs_f64())[..], &[cpu]].concat());
    run.show(table);
    let minutes = whole.as_secs_f64() / 60.0;
    run.target(Target::new("fresh clone to first request", minutes, Limit::AtMost(8.0), "min"));
    Ok(())
}

fn cargo(dir: &Path) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(dir).env("CARGO_TARGET_DIR", dir.join("target"));
    cargo
}

fn output(command: &mut Command) -> anyhow::Result<String> {
    let output = command.output().with_context(|| format!("start {command:?}"))?;
    let told = String::from_utf8_lossy(&output.stderr);
    anyhow::ensure!(output.status.success(), "{command:?} ended with {}: {told}", output.status);
    Ok(String::from_utf8(output.stdout)?)
}
