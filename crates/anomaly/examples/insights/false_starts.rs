//! How often something is called unusual in streams in which nothing is.

use cairn_anomaly::{Direction, Sensitivity};

use crate::families::{Change, DAY, Family, WEEK};
use crate::random::Random;
use crate::report::{Cell, Table};
use crate::watch::{Start, starts, watch};

/// False starts of one family.
#[derive(Debug, Default, Clone)]
pub(crate) struct FalseStarts {
    pub(crate) series: u64,
    /// Weeks of all series together, after the first of each.
    pub(crate) weeks: u64,
    /// In those weeks, by sensitivity.
    pub(crate) starts: [u64; 3],
    /// Of these, silences.
    pub(crate) silences: [u64; 3],
    /// In the first week, from when a series is judged.
    pub(crate) young: [u64; 3],
}

impl FalseStarts {
    pub(crate) fn a_week(&self, sensitivity: Sensitivity) -> f64 {
        self.starts[sensitivity as usize] as f64 / self.weeks.max(1) as f64
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.series += other.series;
        self.weeks += other.weeks;
        for at in 0..3 {
            self.starts[at] += other.starts[at];
            self.silences[at] += other.silences[at];
            self.young[at] += other.young[at];
        }
    }

    /// Watches one stream more.
    fn enter(&mut self, found: &[Start], weeks: usize) {
        self.series += 1;
        self.weeks += weeks as u64;
        for start in found {
            let at = start.sensitivity as usize;
            if start.told < WEEK {
                self.young[at] += 1;
                continue;
            }
            self.starts[at] += 1;
            if start.direction == Direction::Silence {
                self.silences[at] += 1;
            }
        }
    }
}

/// Watches `series` streams of the family for a week and then `weeks` more. `show` is told each false start.
pub(crate) fn measure(
    family: Family,
    seed: u64,
    series: usize,
    weeks: usize,
    mut show: impl FnMut(usize, &Start, &[u32]),
) -> FalseStarts {
    let mut all = FalseStarts::default();
    for trial in 0..series {
        let mut random = Random::of(seed, family.name(), trial as u64);
        let counts = family.stream((weeks + 1) * WEEK, &mut random).counts(&Change::NONE, &mut random);
        let told = watch(&counts, trial);
        let found: Vec<Start> = Sensitivity::ALL.iter().flat_map(|at| starts(&told, *at)).collect();
        for start in &found {
            show(trial, start, &counts);
        }
        all.enter(&found, weeks);
    }
    all
}

/// Tells the figures of all families.
pub(crate) fn table(families: &[(&'static str, FalseStarts)]) -> Table {
    let mut table = Table::new(
        "false starts",
        format!(
            "a series-week, after a first week; in brackets how many; young: days 2 to 7 of a series ({} minutes)",
            6 * DAY
        ),
        &[
            "family",
            "series-weeks",
            "low",
            "medium",
            "high",
            "silences (medium)",
            "young, medium",
            "young, high",
        ],
    );
    for (name, figures) in families {
        let rate = |sensitivity: Sensitivity| {
            let starts = figures.starts[sensitivity as usize];
            Cell::Text(format!("{:.4} ({starts})", figures.a_week(sensitivity)))
        };
        let young = |sensitivity: Sensitivity| {
            let weeks = figures.series as f64 * 6.0 / 7.0;
            Cell::Number(figures.young[sensitivity as usize] as f64 / weeks, 4)
        };
        table.row(vec![
            (*name).into(),
            figures.weeks.into(),
            rate(Sensitivity::Low),
            rate(Sensitivity::Medium),
            rate(Sensitivity::High),
            figures.silences[Sensitivity::Medium as usize].into(),
            young(Sensitivity::Medium),
            young(Sensitivity::High),
        ]);
    }
    table
}
