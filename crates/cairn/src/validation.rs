//! `cairn validate` as it is typed: log files by digests, or with `--consistency` two checkpoints of a
//! transparency log.

use std::process::ExitCode;

use cairn_tlog::{CheckpointError, TreeError};
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};

use crate::consistency::{Consistency, Whereabouts};
use crate::output;
use crate::settings::Place;
use crate::validate::Validate;

/// The flag that asks for checkpoints.
const FLAG: &str = "consistency";

/// Exit code when it could not be told.
const NOT_CHECKED: u8 = 2;

/// What is validated.
#[derive(Debug)]
pub(crate) enum Validation {
    /// Log files.
    Files(Box<Validate>),
    /// That a log has only grown.
    Consistency(Consistency),
}

impl Validation {
    pub(crate) fn run(&self, place: &Place) -> ExitCode {
        let comparing = match self {
            Self::Files(command) => return command.run(place),
            Self::Consistency(command) => command,
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        match runtime.map_err(anyhow::Error::from).and_then(|it| it.block_on(comparing.compare(place))) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) if error.is::<output::ReaderLeft>() => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("cairn: could not {}", crate::chain(&error));
                if is_disproof(&error) { ExitCode::FAILURE } else { ExitCode::from(NOT_CHECKED) }
            }
        }
    }
}

/// Tells a proof that fails from one that could not be tried.
fn is_disproof(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let tree = cause.downcast_ref::<TreeError>();
        tree.is_some_and(|tree| {
            matches!(tree, TreeError::Rewritten | TreeError::Changed | TreeError::Missing { .. })
        }) || cause.is::<CheckpointError>()
    })
}

impl Args for Validation {
    fn augment_args(command: Command) -> Command {
        let flag = Arg::new(FLAG)
            .long(FLAG)
            .num_args(2)
            .value_names(["OLD", "NEW"])
            .help("Prove instead that a transparency log has only grown between two checkpoints")
            .conflicts_with_all(["trail_arn", "start_time"]);
        let command = Validate::augment_args(command).arg(flag);
        // Derived as required; with checkpoints there is nothing to say by them.
        ["trail_arn", "start_time"].into_iter().fold(command, |command, id| {
            command.mut_arg(id, |arg| arg.required(false).required_unless_present(FLAG))
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Validation {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let Some(mut given) = matches.get_many::<String>(FLAG) else {
            return Validate::from_arg_matches(matches).map(|command| Self::Files(Box::new(command)));
        };
        let (old, new) = (given.next().cloned().unwrap_or_default(), given.next().cloned());
        Ok(Self::Consistency(Consistency { old, new, whereabouts: Whereabouts::default() }))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<Validation, clap::Error> {
        let command = Validation::augment_args(Command::new("validate"));
        let matches = command.try_get_matches_from([&["validate"], words].concat())?;
        Validation::from_arg_matches(&matches)
    }

    #[test]
    fn files_or_checkpoints_are_validated_and_never_both() {
        let trail = ["--trail-arn", "arn:aws:cloudtrail:us-east-1:123456789012:trail/main"];
        let files = [&trail[..], &["--start-time", "2026-03-01"]].concat();
        assert!(matches!(parse(&files), Ok(Validation::Files(_))));
        let checkpoints = parse(&["--consistency", "old", "new"]).unwrap();
        let Validation::Consistency(Consistency { old, new, .. }) = checkpoints else {
            panic!("{checkpoints:?}")
        };
        assert_eq!((old.as_str(), new.as_deref()), ("old", Some("new")));
        assert!(parse(&["--consistency", "old"]).is_err());
        assert!(parse(&trail).is_err(), "the start is needed");
        assert!(parse(&[&files[..], &["--consistency", "old", "new"]].concat()).is_err());
    }
}
