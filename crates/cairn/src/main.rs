//! The one binary: `cairn serve`, and what an operator or analyst types beside it.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line talks on these")]

mod bucket_policy;
mod config;
mod env;
mod serve;
mod settings;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// CloudTrail that you run yourself.
#[derive(Debug, Parser)]
#[command(name = "cairn", version, about, propagate_version = true)]
struct Cli {
    #[command(flatten)]
    place: settings::Place,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve CloudTrail, S3 and STS on one address, and record every call.
    Serve(serve::Serve),
    /// Print the variables that point AWS clients at the server: eval "$(cairn env)".
    Env,
    /// Print the bucket policy that lets CloudTrail deliver log files to BUCKET.
    BucketPolicy(bucket_policy::BucketPolicy),
    /// Show the settings in force.
    #[command(subcommand)]
    Config(config::Config),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match &cli.command {
        Command::Serve(command) => command.run(&cli.place),
        Command::Env => env::run(&cli.place),
        Command::BucketPolicy(command) => command.run(&cli.place),
        Command::Config(command) => command.run(&cli.place),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cairn: could not {}", chain(&error));
            ExitCode::FAILURE
        }
    }
}

/// Joins an error with its causes, outermost first.
fn chain(error: &anyhow::Error) -> String {
    let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
    causes.join(": ")
}
