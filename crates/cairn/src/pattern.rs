//! `cairn pattern`: trying event patterns before anything depends on them.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use cairn_pattern::{Explanation, Pattern as EventPattern};
use serde_json::json;

use crate::output::{self, Form, JsonFlag, harmless};

/// What can be done with patterns.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Pattern {
    /// Say whether an event matches a pattern, and if not, why. Exit code 1 when it does not.
    Test(Test),
}

/// Flags of `cairn pattern test`.
#[derive(Debug, clap::Args)]
pub(crate) struct Test {
    /// The pattern: a file with EventBridge's JSON.
    #[arg(long, value_name = "FILE")]
    pattern: PathBuf,
    /// The event: a file with one JSON object, an EventBridge envelope as destinations get it; - for standard input.
    #[arg(long, value_name = "FILE")]
    event: PathBuf,
    #[command(flatten)]
    json: JsonFlag,
}

/// Whether the event matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It does.
    Matches,
    /// It does not.
    Differs,
}

impl Pattern {
    pub(crate) fn run(&self) -> anyhow::Result<Verdict> {
        let Self::Test(test) = self;
        let text = read(&test.pattern)?;
        let pattern =
            EventPattern::parse(&text).with_context(|| format!("use {}", test.pattern.display()))?;
        let event = read(&test.event)?;
        let explained = pattern.explain(event.as_bytes());
        let explained = explained.with_context(|| format!("use {}", test.event.display()))?;
        output::print(told(&explained, Form::choose(test.json)))?;
        Ok(if explained == Explanation::Matches { Verdict::Matches } else { Verdict::Differs })
    }
}

fn read(path: &Path) -> anyhow::Result<String> {
    let mut text = String::new();
    let read = match path.to_str() {
        Some("-") => std::io::stdin().read_to_string(&mut text).map(drop),
        _ => std::fs::read_to_string(path).map(|content| text = content),
    };
    read.with_context(|| format!("read {}", path.display()))?;
    Ok(text)
}

fn told(explained: &Explanation, form: Form) -> String {
    let why = match explained {
        Explanation::Matches => Vec::new(),
        Explanation::Differs(why) => {
            why.iter().map(|all| all.iter().map(ToString::to_string).collect()).collect()
        }
    };
    let matches = *explained == Explanation::Matches;
    if form == Form::JsonLines {
        return format!("{}\n", json!({ "matches": matches, "why": why }));
    }
    if matches {
        return "matches\n".to_owned();
    }
    let alternatives: Vec<String> = why
        .iter()
        .map(|all: &Vec<String>| all.iter().map(|one| format!("  {}\n", harmless(one))).collect())
        .collect();
    format!("does not match:\n{}", alternatives.join("and as an alternative:\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_and_programs_are_told_why() {
        let pattern =
            EventPattern::parse(r#"{"a": [1], "$or": [{"b": [1]}, {"c": [{"exists": false}]}]}"#).unwrap();
        let explained = pattern.explain(br#"{"a": "x", "c": 1}"#).unwrap();
        assert_eq!(
            told(&explained, Form::Table),
            "does not match:\n  `a` is \"x\", none of the values that will do\n  `b` is not in the event\n\
             and as an alternative:\n  `a` is \"x\", none of the values that will do\n  `c` is in the event and must \
             not be\n"
        );
        assert!(told(&explained, Form::JsonLines).starts_with(r#"{"matches":false,"why":[["#));
        assert_eq!(told(&Explanation::Matches, Form::Table), "matches\n");
    }
}
