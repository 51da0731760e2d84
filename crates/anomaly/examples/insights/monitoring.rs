//! Precision and recall on hourly counts of purchases, whose unusual hours are labelled.

use std::path::{Path, PathBuf};

use crate::gauge::{Failure, Sample, read, scores};
use crate::report::{Cell, Table, share};

/// What was found in files.
#[derive(Debug, Default, Clone, Copy)]
struct Found {
    /// Runs of labelled hours.
    runs: u64,
    runs_found: u64,
    starts: u64,
    starts_right: u64,
    /// Labelled hours, hours in which something unusual went on, and both.
    labelled: u64,
    unusual: u64,
    both: u64,
}

impl Found {
    /// A start is right within a run of labelled hours, and an hour beside it: a count stands for the whole hour.
    /// Nothing counts in the first day, in which nothing is judged.
    fn enter(&mut self, samples: &[Sample], threshold: f64) {
        let (scores, unusual) = scores(samples, 1.0);
        let judged = 24..samples.len();
        let near =
            |at: usize| (at.saturating_sub(1)..=at + 1).any(|at| samples.get(at).is_some_and(|at| at.label));
        let started = |at: usize| scores.get(at).is_some_and(|score| *score >= threshold);
        for at in judged {
            let label = samples[at].label;
            self.labelled += u64::from(label);
            self.unusual += u64::from(unusual[at]);
            self.both += u64::from(label && unusual[at]);
            self.starts += u64::from(started(at));
            self.starts_right += u64::from(started(at) && near(at));
            if label && !samples[at - 1].label {
                let lasts = samples[at..].iter().take_while(|sample| sample.label).count();
                self.runs += 1;
                self.runs_found += u64::from((at - 1..=at + lasts).any(started));
            }
        }
    }
}

fn files(directory: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for folder in std::fs::read_dir(directory)? {
        for file in std::fs::read_dir(folder?.path())? {
            files.push(file?.path());
        }
    }
    files.retain(|file| file.extension().is_some_and(|extension| extension == "csv"));
    files.sort();
    Ok(files)
}

/// Tells what is found at each sensitivity. No parameter was chosen on these files.
pub(crate) fn measure(directory: &Path) -> Result<Table, Failure> {
    let files = files(directory)?;
    let columns =
        ["sensitivity", "starts", "precision", "runs", "recall", "F1", "hours: precision", "hours: recall"];
    let says =
        format!("{} files of hourly counts; a start within an hour of a labelled one is right", files.len());
    let mut table = Table::new("cloud monitoring", says, &columns);
    for (name, threshold) in [("low", 0.9), ("medium", 0.7), ("high", 0.5)] {
        let mut all = Found::default();
        for file in &files {
            all.enter(&read(file)?, threshold);
        }
        let precision = all.starts_right as f64 / all.starts.max(1) as f64;
        let recall = all.runs_found as f64 / all.runs.max(1) as f64;
        let of_hours = |cell: Cell| if name == "medium" { cell } else { Cell::Nothing };
        table.row(vec![
            name.into(),
            all.starts.into(),
            share(all.starts_right, all.starts),
            all.runs.into(),
            share(all.runs_found, all.runs),
            Cell::Number(2.0 * precision * recall / (precision + recall).max(1e-9), 3),
            of_hours(share(all.both, all.unusual)),
            of_hours(share(all.both, all.labelled)),
        ]);
    }
    Ok(table)
}
