//! What became of an import: a bar while it runs, and counts at the end.

use std::io::IsTerminal as _;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;

use super::sending::Answer;
use super::{Format, Verdict};
use crate::output::{self, Form, columns};

/// How many refused lines are named; beyond it they are counted.
const NAMED_MAX: usize = 1_000;

/// Counts, and the lines that are no events.
pub(super) struct Report {
    form: Form,
    format: Format,
    documents: u64,
    skipped: u64,
    counts: Answer,
    refused: u64,
    named: Vec<(String, u64, String)>,
    bar: ProgressBar,
}

impl Report {
    pub(super) fn begin(form: Form, format: Format, documents: usize) -> anyhow::Result<Self> {
        let is_seen = std::io::stderr().is_terminal();
        let target = if is_seen { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(documents as u64), target);
        let style = "{bar:30} {pos}/{len} files, {msg}, {elapsed} (about {eta} left)";
        bar.set_style(ProgressStyle::with_template(style)?);
        let (counts, named) = (Answer::default(), Vec::new());
        Ok(Self { form, format, documents: 0, skipped: 0, counts, refused: 0, named, bar })
    }

    /// Passes over a document that an earlier run finished.
    pub(super) fn skip(&mut self) {
        self.skipped += 1;
        self.bar.inc(1);
    }

    pub(super) fn look_at(&self, document: &str) {
        self.bar.set_message(output::harmless(document));
    }

    pub(super) fn finish_document(&mut self) {
        self.documents += 1;
        self.bar.inc(1);
    }

    /// Returns how many documents were imported.
    pub(super) fn documents(&self) -> u64 {
        self.documents
    }

    pub(super) fn count(&mut self, answer: &Answer) {
        self.counts.recorded += answer.recorded;
        self.counts.repeated += answer.repeated;
        self.counts.not_selected += answer.not_selected;
        self.counts.too_old += answer.too_old;
        self.bar.tick();
    }

    pub(super) fn refuse(&mut self, document: &str, line: u64, reason: String) {
        self.refused += 1;
        if self.named.len() < NAMED_MAX {
            self.named.push((document.to_owned(), line, reason));
        }
    }

    /// Tells everything, and whether all of it went well.
    pub(super) fn end(self, import: Option<&str>) -> anyhow::Result<Verdict> {
        self.bar.finish_and_clear();
        match self.form {
            Form::JsonLines => output::print(format!("{}\n", self.json(import)))?,
            Form::Table => {
                output::print(self.text())?;
                self.next().into_iter().for_each(|line| eprintln!("cairn: {line}"));
            }
        }
        Ok(if self.refused == 0 { Verdict::Imported } else { Verdict::Refused })
    }

    fn json(&self, import: Option<&str>) -> serde_json::Value {
        let named = self
            .named
            .iter()
            .map(|(file, line, reason)| json!({"file": file, "line": line, "reason": reason}));
        json!({
            "importId": import,
            "files": self.documents,
            "skippedFiles": self.skipped,
            "recorded": self.counts.recorded,
            "repeated": self.counts.repeated,
            "notSelected": self.counts.not_selected,
            "tooOld": self.counts.too_old,
            "refused": self.refused,
            "refusedLines": named.collect::<Vec<_>>(),
        })
    }

    /// Says where what was imported is to be seen, and what can be done with what was not.
    fn next(&self) -> Vec<&'static str> {
        if self.format == Format::AccessLogs {
            return Vec::new();
        }
        let is_there = self.counts.recorded + self.counts.repeated > 0;
        let seen = "`cairn events` finds them, each in the Region that it tells: --region REGION";
        let old =
            "the event history keeps 90 days; `cairn insights backtest PLACE` looks at log files of any age";
        let lines = [is_there.then_some(seen), (self.counts.too_old > 0).then_some(old)];
        lines.into_iter().flatten().collect()
    }

    fn text(&self) -> String {
        let counts = &self.counts;
        let not_selected = match self.format {
            Format::AccessLogs => "selected by no trail",
            Format::CloudTrail => "data events, which the event history does not have",
        };
        let rows: Vec<Vec<String>> = [
            ("recorded", counts.recorded),
            ("imported before", counts.repeated),
            (not_selected, counts.not_selected),
            ("older than the event history", counts.too_old),
            ("refused", self.refused),
        ]
        .into_iter()
        .filter(|(name, count)| *count > 0 || *name == "recorded")
        .map(|(name, count)| vec![count.to_string(), name.to_owned()])
        .collect();
        let mut text = String::new();
        for (document, line, reason) in &self.named {
            text.push_str(&format!("{}:{line}: {}\n", output::harmless(document), output::harmless(reason)));
        }
        let unnamed = self.refused - self.named.len() as u64;
        if unnamed > 0 {
            text.push_str(&format!("and {unnamed} more\n"));
        }
        // The counts come last: lines that were refused may be more than a screen has.
        text + &columns(&["EVENTS", "WHAT BECAME OF THEM"], &rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(format: Format) -> Report {
        let mut report = Report::begin(Form::Table, format, 1).unwrap();
        report.counts.recorded = 5;
        report.counts.not_selected = 2;
        report
    }

    #[test]
    fn counts_come_last_and_name_what_was_left_out() {
        let mut cloudtrail = report(Format::CloudTrail);
        cloudtrail.refuse("a.json", 3, "it is no event".to_owned());
        let told = "a.json:3: it is no event\n\
                    EVENTS  WHAT BECAME OF THEM\n\
                    5       recorded\n\
                    2       data events, which the event history does not have\n\
                    1       refused\n";
        assert_eq!(cloudtrail.text(), told);
        assert!(report(Format::AccessLogs).text().contains("2       selected by no trail\n"));
    }

    #[test]
    fn what_comes_next_follows_from_what_became_of_the_events() {
        let mut cloudtrail = report(Format::CloudTrail);
        assert!(matches!(cloudtrail.next()[..], [seen] if seen.starts_with("`cairn events` finds them")));
        (cloudtrail.counts.recorded, cloudtrail.counts.too_old) = (0, 5);
        assert!(matches!(cloudtrail.next()[..], [old] if old.contains("backtest PLACE")));
        assert!(report(Format::AccessLogs).next().is_empty());
    }
}
