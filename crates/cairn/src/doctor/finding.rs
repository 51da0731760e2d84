//! One thing that was looked at, and how it was found.

use serde::Serialize;

use crate::output::{Paint, Tone, harmless};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Level {
    /// As it should be.
    Ok,
    /// Not wrong yet, or not known.
    Warning,
    /// Wrong: somebody has to act.
    Problem,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    pub(super) level: Level,
    /// What was looked at, in a word.
    pub(super) check: &'static str,
    pub(super) message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) remedy: Option<String>,
}

impl Finding {
    pub(super) fn ok(check: &'static str, message: impl Into<String>) -> Self {
        Self { level: Level::Ok, check, message: message.into(), remedy: None }
    }

    pub(super) fn warning(
        check: &'static str,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { level: Level::Warning, check, message: message.into(), remedy: Some(remedy.into()) }
    }

    pub(super) fn problem(
        check: &'static str,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { level: Level::Problem, check, message: message.into(), remedy: Some(remedy.into()) }
    }

    /// Renders lines for people.
    pub(super) fn text(&self, paint: Paint) -> String {
        let (word, tone) = match self.level {
            Level::Ok => ("ok     ", Tone::Good),
            Level::Warning => ("warning", Tone::Doubtful),
            Level::Problem => ("problem", Tone::Bad),
        };
        let mut text =
            format!("{}  {:<10}  {}\n", paint.paint(tone, word), self.check, harmless(&self.message));
        if let Some(remedy) = &self.remedy {
            text.push_str(&format!("{:19}  → {}\n", "", harmless(remedy)));
        }
        text
    }

    /// Renders a line for programs.
    pub(super) fn json(&self) -> String {
        let object = serde_json::to_string(self).unwrap_or_default();
        format!("{object}\n")
    }
}

/// Says what all findings come to.
pub(super) fn summary(problems: usize, warnings: usize) -> String {
    let count = |count: usize, word: &str| match count {
        1 => format!("1 {word}"),
        count => format!("{count} {word}s"),
    };
    match (problems, warnings) {
        (0, 0) => "nothing is wrong\n".to_owned(),
        (0, warnings) => format!("nothing is wrong; {}\n", count(warnings, "warning")),
        (problems, 0) => format!("{}\n", count(problems, "problem")),
        (problems, warnings) => {
            format!("{}, {}\n", count(problems, "problem"), count(warnings, "warning"))
        }
    }
}

/// Renders an error with its causes, outermost first.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| {
        let cause = cause.to_string();
        if text.ends_with(&cause) { text } else { format!("{text}: {cause}") }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_told_to_people_and_to_programs() {
        let finding = Finding::problem("disk", "it is full", "make room");
        assert_eq!(
            finding.text(Paint::Plain),
            "problem  disk        it is full\n                     → make room\n"
        );
        let json = r#"{"level":"problem","check":"disk","message":"it is full","remedy":"make room"}"#;
        assert_eq!(finding.json(), format!("{json}\n"));
        assert_eq!(Finding::ok("disk", "roomy").text(Paint::Plain), "ok       disk        roomy\n");
    }

    #[test]
    fn the_sum_says_whether_something_is_wrong() {
        assert_eq!(summary(0, 0), "nothing is wrong\n");
        assert_eq!(summary(0, 1), "nothing is wrong; 1 warning\n");
        assert_eq!(summary(2, 0), "2 problems\n");
        assert_eq!(summary(1, 2), "1 problem, 2 warnings\n");
    }
}
