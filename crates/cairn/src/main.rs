//! The one binary: `cairn serve`, and what an operator or analyst types beside it.

#![expect(clippy::print_stderr, reason = "a command line says there what went wrong")]

mod bucket_policy;
mod client;
mod completion;
mod config;
mod consistency;
mod console;
mod destination;
mod directory;
mod doctor;
mod env;
mod events;
mod explain;
mod import;
mod insights;
mod installation;
mod instant;
mod key_policy;
mod keys;
mod log_source;
mod lookup;
mod operations;
mod organization;
mod output;
mod password;
mod pattern;
mod prove;
mod row;
mod serve;
mod settings;
mod tail;
mod tlog;
mod trail;
mod transport;
mod user;
mod validate;
mod validation;
mod verify_proof;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};
use tikv_jemallocator::Jemalloc;

/// Threads of the history free what others allocated; the C library's allocator keeps such memory.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

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
    /// Serve CloudTrail, S3, IAM, STS, KMS and Organizations on one address, and record every call.
    Serve(serve::Serve),
    /// Print the variables that point AWS clients at the server, for eval "$(cairn env)".
    Env(env::Env),
    /// Print where the console is, and how to sign in.
    Console(console::Console),
    /// Print the bucket policy that lets CloudTrail deliver log files to BUCKET.
    BucketPolicy(bucket_policy::BucketPolicy),
    /// Print the key policy that lets CloudTrail encrypt log files with a KMS key.
    KeyPolicy(key_policy::KeyPolicy),
    /// Find events: LookupEvents as a table, or as JSON lines when piped.
    ///
    /// Shows the newest first, out of the 90 days of event history of one account and Region. Several
    /// conditions must all hold: CloudTrail takes one of them, the most particular, and the others are checked
    /// here on what it answers.
    Lookup(Box<lookup::Lookup>),
    /// Search the event history: several conditions at once, words anywhere in an event, all that matches as a file.
    Events(Box<events::Events>),
    /// Show the last events, and with -f those to come; JSON lines when piped.
    ///
    /// Shows what the journal still holds (setting journal.hold), data events among it; `cairn lookup` finds
    /// older events. When the server goes away, -f tries again until it is back and goes on where it stopped:
    /// nothing is repeated, and nothing is missed unless the journal was trimmed meanwhile, which is said.
    Tail(tail::Tail),
    /// Import events out of logs that other systems wrote.
    ///
    /// The server must run, and whoever calls needs the permission cairn:ImportEvents. Nothing is imported twice: an
    /// import that broke off can be repeated. Ends with exit code 1 when a line was refused.
    #[command(subcommand)]
    Import(import::Import),
    /// Find what is unusual: list it, explain it, and say who is to be told of what.
    #[command(subcommand)]
    Insights(insights::Insights),
    /// Write what proves to anybody that an event was logged.
    ///
    /// The proof is one JSON file: the event itself, and the hashes that lead from it to the signed checkpoint of
    /// its trail's transparency log. It shows no other event. `cairn verify-proof` checks it anywhere.
    Prove(prove::Prove),
    /// Check a proof that an event was logged, without server and network.
    VerifyProof(verify_proof::VerifyProof),
    /// Look at the transparency logs of trails, and check them.
    #[command(subcommand)]
    Tlog(tlog::Tlog),
    /// Prove that the log files in a bucket are what was delivered.
    ///
    /// Finds what `aws cloudtrail validate-logs` finds, in its words, and what that does not look for. Works on
    /// any bucket with CloudTrail's digests, and on a directory that mirrors one. Exit code 0: everything is as
    /// it was delivered; 1: something was changed, removed or forged; 2: not everything could be checked.
    Validate(Box<validation::Validation>),
    /// Look for what is wrong with an installation, and say what to do.
    ///
    /// Works beside a running server and without one. Writes nothing into the data directory and repairs
    /// nothing. Ends with exit code 1 when there is a problem; a warning is no problem yet.
    Doctor(doctor::Doctor),
    /// Look after trails: what is recorded where.
    #[command(subcommand)]
    Trail(trail::Trail),
    /// Show an organization: accounts, units, policies, administrators, trails; exclude accounts from trails.
    ///
    /// Needs the keys of the account that manages it, or of one that administers CloudTrail for it; other members see
    /// the organization and its trails alone.
    Organization(organization::Organization),
    /// Look after users and their access keys.
    #[command(subcommand)]
    User(user::User),
    /// Set the password that somebody signs in to the console with, and print it.
    ///
    /// Without a server it is written into the data directory, whatever the account's password policy says, and not
    /// recorded; a server that runs is asked for it, and records it. The root user's needs the server to be stopped,
    /// unless the root user has an access key (`cairn env --root`).
    Password(password::Password),
    /// Look after the keys that sign digests.
    #[command(subcommand)]
    Keys(keys::Keys),
    /// Look after webhooks and NATS subjects that events are sent to.
    #[command(subcommand)]
    Destination(destination::Destination),
    /// Look after the directory that says whose the keys of upstreams are.
    #[command(subcommand)]
    Directory(directory::Directory),
    /// Look at the operations of AWS services that calls are recognised by.
    #[command(subcommand)]
    Operations(operations::Operations),
    /// Say which call a recorded exchange is, by which rule, and what it is recorded as.
    ///
    /// Works without a server, by the settings of one: nothing is recorded. Prints JSON lines when piped.
    Explain(explain::Explain),
    /// Try EventBridge event patterns.
    #[command(subcommand)]
    Pattern(pattern::Pattern),
    /// Print what makes a shell complete commands and flags.
    Completion(completion::Completion),
    /// Show the settings in force.
    #[command(subcommand)]
    Config(config::Config),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match &cli.command {
        Command::Serve(command) => command.run(&cli.place),
        Command::Env(command) => command.run(&cli.place),
        Command::Console(command) => command.run(&cli.place),
        Command::BucketPolicy(command) => command.run(&cli.place),
        Command::KeyPolicy(command) => command.run(&cli.place),
        Command::Lookup(command) => command.run(&cli.place),
        Command::Events(command) => command.run(&cli.place),
        Command::Tail(command) => command.run(&cli.place),
        Command::Import(command) => match command.run(&cli.place) {
            Ok(code) => return code,
            Err(error) => Err(error),
        },
        Command::Insights(command) => command.run(&cli.place),
        Command::Prove(command) => command.run(&cli.place),
        Command::VerifyProof(command) => command.run(),
        Command::Tlog(command) => command.run(&cli.place),
        Command::Doctor(command) => match command.run(&cli.place) {
            Ok(doctor::Verdict::Healthy) => Ok(()),
            Ok(doctor::Verdict::Ill) => return ExitCode::FAILURE,
            Err(error) => Err(error),
        },
        Command::Validate(command) => return command.run(&cli.place),
        Command::Trail(command) => command.run(&cli.place),
        Command::Organization(command) => command.run(&cli.place),
        Command::User(command) => command.run(&cli.place),
        Command::Password(command) => command.run(&cli.place),
        Command::Keys(command) => command.run(&cli.place),
        Command::Destination(command) => command.run(&cli.place),
        Command::Directory(command) => command.run(&cli.place),
        Command::Operations(command) => command.run(),
        Command::Explain(command) => command.run(&cli.place),
        Command::Pattern(command) => match command.run() {
            Ok(pattern::Verdict::Matches) => Ok(()),
            Ok(pattern::Verdict::Differs) => return ExitCode::FAILURE,
            Err(error) => Err(error),
        },
        Command::Completion(command) => command.run(&mut Cli::command()),
        Command::Config(command) => command.run(&cli.place),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.is::<output::ReaderLeft>() => ExitCode::SUCCESS,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
