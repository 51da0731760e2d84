//! What a backtest found: a bar while it runs, then a table, or JSON lines as they come.

use std::io::{IsTerminal as _, Write as _};

use anyhow::Context as _;
use cairn_event::InsightSensitivity;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Done;
use super::found::Found;
use crate::insights::words;
use crate::output::{self, Form, JsonFlag, Paint, Tone};

/// The most findings that are shown to a person; beyond it they are counted.
const SHOWN_MAX: usize = 10_000;

/// Findings, and what to do with them.
#[derive(Debug)]
pub(super) struct Report {
    form: Form,
    /// The sensitivity that was asked for.
    asked: Option<InsightSensitivity>,
    /// Whether it is known which of them a trail was told of.
    is_told: bool,
    bar: ProgressBar,
    shown: Vec<Found>,
    /// At each sensitivity, the lowest first.
    counts: [u64; 3],
}

impl Report {
    pub(super) fn begin(asked: Option<InsightSensitivity>, json: JsonFlag, is_told: bool) -> Self {
        Self::of(Form::choose(json), asked, is_told)
    }

    pub(super) fn of(form: Form, asked: Option<InsightSensitivity>, is_told: bool) -> Self {
        let is_seen = std::io::stderr().is_terminal();
        let target = if is_seen { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(None, target);
        Self { form, asked, is_told, bar, shown: Vec::new(), counts: [0; 3] }
    }

    /// Begins a stage of so many steps; one without any is none.
    pub(super) fn stage(&self, what: &str, steps: u64) -> anyhow::Result<()> {
        if steps == 0 {
            return Ok(());
        }
        let style = format!("{{bar:30}} {{pos}}/{{len}} {what}, {{elapsed}} (about {{eta}} left) {{msg}}");
        self.bar.set_style(ProgressStyle::with_template(&style)?);
        self.bar.set_length(steps);
        self.bar.reset();
        Ok(())
    }

    /// Tells how far the stage has come.
    pub(super) fn reach(&self, steps: u64, of: u64) {
        if of == 0 {
            return;
        }
        self.bar.set_length(of);
        self.bar.set_position(steps);
    }

    /// Returns what is asked of a server.
    pub(super) fn sensitivity(&self) -> Option<InsightSensitivity> {
        self.asked
    }

    /// Takes a finding.
    pub(super) fn find(&mut self, found: Found) -> anyhow::Result<()> {
        if self.asked.is_some_and(|asked| asked != found.sensitivity) {
            return Ok(());
        }
        if let Some(count) = self.counts.get_mut(found.sensitivity as usize) {
            *count += 1;
        }
        match self.form {
            Form::JsonLines => output::print(serde_json::to_string(&found)? + "\n"),
            Form::Table => {
                if found.sensitivity == self.shows() && self.shown.len() < SHOWN_MAX {
                    self.shown.push(found);
                }
                Ok(())
            }
        }
    }

    /// Tells everything.
    pub(super) fn end(mut self, done: &Done) -> anyhow::Result<()> {
        self.bar.finish_and_clear();
        match self.form {
            Form::JsonLines => {
                let mut errors = std::io::stderr().lock();
                done.remarks
                    .iter()
                    .try_for_each(|remark| writeln!(errors, "{remark}"))
                    .context("write remarks")
            }
            Form::Table => {
                // Stable, so that those of one minute keep the order of their metrics.
                self.shown.sort_by_key(|found| std::cmp::Reverse(found.began()));
                output::print(self.text(done))
            }
        }
    }

    #[cfg(test)]
    pub(super) fn shown(&self) -> &[Found] {
        &self.shown
    }

    fn shows(&self) -> InsightSensitivity {
        self.asked.unwrap_or_default()
    }

    fn text(&self, done: &Done) -> String {
        let rows: Vec<Vec<String>> = self.shown.iter().map(|found| self.row(found)).collect();
        let mut text =
            if rows.is_empty() { String::new() } else { output::columns_that_fit(&HEADINGS, &rows) };
        let summary = done.looked_at.map(|looked_at| self.summary(looked_at, done.metrics));
        for note in summary.into_iter().chain(done.remarks.iter().cloned()) {
            text.push_str(&(Paint::choose().paint(Tone::Aside, &note) + "\n"));
        }
        text
    }

    fn row(&self, found: &Found) -> Vec<String> {
        let lasted = found.lasted().map_or_else(|| "goes on".to_owned(), words::span);
        let told = match (&found.event_id, self.is_told) {
            (Some(id), _) => id.clone(),
            (None, true) => "not told".to_owned(),
            (None, false) => String::new(),
        };
        vec![
            words::minute(found.began()),
            lasted,
            found.account_id.clone().unwrap_or_default(),
            found.aws_region.clone().unwrap_or_default(),
            found.event_name.clone(),
            words::service(&found.event_source).to_owned(),
            found.error_code.clone().unwrap_or_default(),
            words::pace(found.baseline.rate()),
            words::pace(found.opening.rate()),
            words::count(found.calls),
            told,
        ]
    }

    fn summary(&self, (from, to): (i64, i64), metrics: u64) -> String {
        let shows = self.shows();
        let found = self.counts.get(shows as usize).copied().unwrap_or_default();
        let others: Vec<String> = InsightSensitivity::ALL
            .into_iter()
            .filter(|other| self.asked.is_none() && *other != shows)
            .map(|other| {
                format!(
                    "{} at {other}",
                    words::count(self.counts.get(other as usize).copied().unwrap_or_default())
                )
            })
            .collect();
        let others = if others.is_empty() { String::new() } else { format!(" ({})", others.join(", ")) };
        format!(
            "{} at {shows} sensitivity{others}, in {} from {} to {} UTC; {} looked at",
            words::many(found, "insight", "insights"),
            words::span((to - from).max(0) / 60),
            words::minute(from),
            words::minute(to),
            words::many(metrics, "metric", "metrics"),
        )
    }
}

const HEADINGS: [&str; 11] = [
    "START (UTC)",
    "LASTED",
    "ACCOUNT",
    "REGION",
    "EVENT",
    "SOURCE",
    "ERROR",
    "USUALLY",
    "THEN",
    "CALLS",
    "ID",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn found(sensitivity: &str, start: &str) -> Found {
        serde_json::from_str(&format!(
            r#"{{"direction":"surge","sensitivity":"{sensitivity}","insightType":"ApiCallRateInsight",
            "eventSource":"ec2.amazonaws.com","eventName":"CreateTags","errorCode":null,"start":"{start}",
            "end":null,"opening":{{"minutes":1,"calls":31}},"calls":187,
            "baseline":{{"minutes":10080,"calls":4233}},"eventId":null}}"#
        ))
        .unwrap()
    }

    #[test]
    fn one_sensitivity_is_shown_and_the_others_are_counted() {
        let mut report = Report::of(Form::Table, None, true);
        for (sensitivity, start) in [
            ("high", "2026-03-01T12:00:00Z"),
            ("medium", "2026-03-02T12:04:00Z"),
            ("high", "2026-03-02T12:04:00Z"),
        ] {
            report.find(found(sensitivity, start)).unwrap();
        }
        let done = Done {
            looked_at: Some((1_772_323_200, 1_772_582_400)),
            metrics: 2_048,
            remarks: vec!["Beware.".to_owned()],
        };
        assert_eq!(
            report.text(&done),
            "START (UTC)       LASTED   EVENT       SOURCE  USUALLY       THEN         CALLS  ID\n\
             2026-03-02 12:04  goes on  CreateTags  ec2     25.2 an hour  31 a minute  187    not told\n\
             1 insight at medium sensitivity (0 at low, 2 at high), in 3 days from 2026-03-01 00:00 to 2026-03-04 \
             00:00 UTC; 2,048 metrics looked at\nBeware.\n"
        );
        let nothing = Done { remarks: vec!["There was nothing.".to_owned()], ..Done::default() };
        assert_eq!(Report::of(Form::Table, None, false).text(&nothing), "There was nothing.\n");
    }
}
