//! Part `validate`: `cairn validate` against `aws cloudtrail validate-logs`, on the same files in the same run.

mod files;
mod key_list;
mod program;

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use self::files::{Files, LOGS_PER_DIGEST};
use self::key_list::KeyList;
use self::program::{Program, Ran};
use crate::part::{Run, count, runtime};
use crate::report::{Limit, Table, Target};
use crate::scratch::scratch;
use crate::server::ServerProcess;

const BYTES_NEEDED: u64 = 1 << 30;

/// How often ours runs; the AWS CLI runs once, for it takes long.
const RUNS: usize = 3;

pub(crate) fn run(run: &mut Run) -> anyhow::Result<()> {
    let dir = scratch(&run.dir, "validate", BYTES_NEEDED)?;
    let server = ServerProcess::start(dir.path())?;
    let mirror = dir.path().join("mirror");
    let files = runtime("validate")?.block_on(Files::put(&server, &mirror, run.files))?;
    let keys = format!("http://{}", KeyList::serve(&files.key.public_key())?.address);
    let mut table = Table::new(
        "Validation of a trail's files (cairn-bench validate)",
        "log files of 16 events, 100 to each hourly digest, in the built-in S3 of a server on this machine, whose own \
         CPU time is part of the wall clock; both programs get the same options, and ListPublicKeys from a \
         stand-in; memory is VmHWM of the program",
        &["wall s", "files/s", "CPU s of the program", "CPU s of the server", "peak MB"],
    );
    let ours =
        several(&Program::cairn(&server, &keys, &files)?, "cairn validate", (&server, &files, &mut table))?;
    let offline = Program::mirror(&server, &files)?;
    let offline = several(&offline, "cairn validate, of a local mirror", (&server, &files, &mut table))?;
    let best = ours.iter().map(|ran| ran.wall_s).fold(f64::INFINITY, f64::min);
    let peak = ours.iter().chain(&offline).map(|ran| ran.peak_mb).fold(0.0, f64::max);
    if let Some(program) = aws() {
        let theirs = Program::aws(&program, &server, &keys, &files)?.run(&server)?;
        table.row("aws cloudtrail validate-logs", &theirs.figures(files.logs));
        for ran in ours.iter().chain(&offline) {
            anyhow::ensure!(ran.verdicts == theirs.verdicts, "they differ: {ran:?} and {theirs:?}");
        }
        for (what, ours) in [("of the bucket", &ours), ("of its local mirror", &offline)] {
            let median = median(ours.iter().map(|ran| ran.wall_s).collect());
            let name = format!("validate: times the AWS CLI, {what}");
            run.target(Target::new(&name, theirs.wall_s / median, Limit::AtLeast(30.0), "x"));
        }
    }
    let expected = format!("{0}/{0} log files valid", files.logs);
    let digests = files.logs.div_ceil(LOGS_PER_DIGEST);
    for ran in &ours {
        let all = [format!("{digests}/{digests} digest files valid"), expected.clone()];
        anyhow::ensure!(ran.verdicts == all, "not all files are valid: {ran:?}");
    }
    table.row("cairn validate, files/s at best", &[best, count(files.logs) / best, f64::NAN, f64::NAN, peak]);
    server.stop()?;
    run.show(table);
    run.target(Target::new("validate: memory", peak, Limit::AtMost(100.0), "MB"));
    Ok(())
}

/// Runs a program several times, a row for each.
fn several(
    program: &Program,
    name: &str,
    (server, files, table): (&ServerProcess, &Files, &mut Table),
) -> anyhow::Result<Vec<Ran>> {
    let mut all = Vec::new();
    for _ in 0..RUNS {
        let ran = program.run(server)?;
        table.row(name, &ran.figures(files.logs));
        all.push(ran);
    }
    Ok(all)
}

/// Finds the AWS CLI: the one that the tests install, else that of the system.
fn aws() -> Option<PathBuf> {
    let tested = Path::new("target/conformance/bin/aws");
    let named = std::env::var_os("AWS_CLI").map(PathBuf::from);
    let found = named.or_else(|| tested.try_exists().ok()?.then(|| tested.to_path_buf()));
    found.or_else(|| {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).map(|dir| dir.join("aws")).find(|file| file.is_file())
    })
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_unstable_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().context("find a figure").unwrap_or(f64::NAN)
}
