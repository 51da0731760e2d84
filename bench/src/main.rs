//! `cairn-bench`: how fast, how small, how soon. Prints every figure with how it was measured, and which
//! targets are met; `cairn-bench PART` runs one part.
//!
//! Parts below the socket open the crates as the server opens them; the others drive the `cairn` beside
//! this program. Where something plainer exists, it is measured in the same run: the bare disk for intake,
//! a PUT that nobody records for one that is recorded. Events are made, the same in every run.

mod build;
mod callers;
mod client;
mod cpu;
mod delivery;
mod disk;
mod engine;
mod filled;
mod gateway;
mod idle;
mod indexed;
mod intake;
mod lookup;
mod machine;
mod maker;
mod organization;
mod part;
mod put;
mod random;
mod reads;
mod recovery;
mod report;
mod samples;
mod scratch;
mod searches;
mod server;
mod socket;
mod spread;
mod streams;
mod templates;
mod upload;
mod validate;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;

use part::{Part, Run};
use report::Report;

/// Measures Cairn on this machine.
#[derive(Debug, Parser)]
#[command(name = "cairn-bench")]
struct Cli {
    /// Parts to run [default: all but `build`].
    parts: Vec<Part>,
    /// Directory for data, on the disk to be measured [default: bench-data beside this program].
    #[arg(long)]
    dir: Option<PathBuf>,
    /// How long each closed loop runs.
    #[arg(long, value_name = "SECONDS", default_value_t = 5)]
    seconds: u64,
    /// Events in the largest history.
    #[arg(long, default_value_t = 10_000_000)]
    events: u64,
    /// Size of the large upload.
    #[arg(long, value_name = "BYTES", default_value_t = 2_000_000_000)]
    upload_bytes: u64,
    /// Calls of the read load; memory over a million is what a target is set for.
    #[arg(long, default_value_t = 200_000)]
    calls: u64,
    /// Log files that are validated.
    #[arg(long, default_value_t = 10_000)]
    files: u64,
    /// Accounts of the organization.
    #[arg(long, default_value_t = 200)]
    accounts: usize,
    /// Regions that its accounts are called in, at most eight.
    #[arg(long, default_value_t = 4)]
    regions: usize,
    /// Write everything measured to a file, as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            #[expect(clippy::print_stderr, reason = "a command line talks here")]
            {
                eprintln!("cairn-bench: {error:#}");
            }
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stdout, reason = "figures are what this program is for")]
fn run(cli: Cli) -> anyhow::Result<()> {
    if cli.parts == [Part::Upstream] {
        return gateway::serve();
    }
    let dir = match cli.dir {
        Some(dir) => dir,
        None => std::env::current_exe()?.with_file_name("bench-data"),
    };
    std::fs::create_dir_all(&dir)?;
    let mut machine = machine::facts(&dir)?;
    for (name, value) in &machine {
        println!("{name:<22} {value}");
    }
    let parts = if cli.parts.is_empty() { Part::DEFAULT.to_vec() } else { cli.parts };
    let mut run = Run {
        dir,
        during: Duration::from_secs(cli.seconds.max(1)),
        events: cli.events,
        upload_bytes: cli.upload_bytes,
        calls: cli.calls,
        files: cli.files,
        accounts: cli.accounts,
        regions: cli.regions,
        report: Report::default(),
    };
    let mut failed = Vec::new();
    for part in parts {
        // One part that cannot run, for want of disk say, must not cost the figures of the others.
        if let Err(error) = part.run(&mut run) {
            println!("\n{part:?} FAILED: {error:#}");
            failed.push(part);
        }
    }
    let report = run.into_report();
    print!("{}", report.verdicts());
    machine.push(("load at the end".to_owned(), machine::load()));
    println!("\nload at the end        {}", machine::load());
    if let Some(path) = cli.json {
        std::fs::write(path, format!("{:#}\n", report.json(&machine)))?;
    }
    anyhow::ensure!(failed.is_empty(), "{failed:?} failed");
    Ok(())
}
