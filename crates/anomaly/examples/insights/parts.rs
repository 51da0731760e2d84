//! The parts of the measurement, how much of each, and what they are held to.

use std::path::PathBuf;

use cairn_anomaly::Sensitivity;

use crate::ends::{self, LASTING};
use crate::false_starts::{self, FalseStarts};
use crate::families::Family;
use crate::gauge::Failure;
use crate::incidents::{self, Found, Incident, OTHERS, SURGES};
use crate::published::{self, POINTS};
use crate::report::{Report, Table};
use crate::returns::{self, RETURNING};
use crate::scale::{self, Mix};
use crate::{monitoring, nab};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    FalseStarts,
    Surges,
    Incidents,
    Ends,
    Returns,
    Published,
    Scale,
    Labelled,
}

/// How much is measured.
#[derive(Debug, Clone)]
pub(crate) struct Size {
    pub(crate) seed: u64,
    /// Streams of each family.
    pub(crate) series: usize,
    /// Weeks of each, after the first.
    pub(crate) weeks: usize,
    /// Trials of each incident.
    pub(crate) trials: usize,
    /// Series of a fleet.
    pub(crate) fleet: usize,
    /// The family whose false starts are printed.
    pub(crate) show: Option<String>,
    /// Where labelled series are.
    pub(crate) data: Option<PathBuf>,
}

impl Size {
    pub(crate) fn full() -> Self {
        Self { seed: 1, series: 1_000, weeks: 2, trials: 400, fleet: 1_000_000, show: None, data: None }
    }
}

impl Part {
    pub(crate) const ALL: [Self; 8] = [
        Self::FalseStarts,
        Self::Surges,
        Self::Incidents,
        Self::Ends,
        Self::Returns,
        Self::Published,
        Self::Scale,
        Self::Labelled,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::FalseStarts => "false-starts",
            Self::Surges => "surges",
            Self::Incidents => "incidents",
            Self::Ends => "ends",
            Self::Returns => "returns",
            Self::Published => "published",
            Self::Scale => "scale",
            Self::Labelled => "labelled",
        }
    }

    pub(crate) fn measure(self, size: &Size, report: &mut Report) -> Result<Vec<Table>, Failure> {
        Ok(match self {
            Self::FalseStarts => vec![false_starts(size, report)],
            Self::Surges => vec![surges(size, report)],
            Self::Incidents => vec![others(size, report)],
            Self::Ends => {
                let figures: Vec<_> =
                    LASTING.iter().map(|what| (*what, what.measure(size.seed, size.trials))).collect();
                vec![ends::table(&figures)]
            }
            Self::Returns => {
                let trials = size.trials.div_ceil(2);
                let figures: Vec<_> =
                    RETURNING.iter().map(|what| (what, what.measure(size.seed, trials))).collect();
                vec![returns::table(&figures)]
            }
            Self::Published => vec![published(size, report)],
            Self::Scale => vec![scale(size, report)],
            Self::Labelled => labelled(size, report)?,
        })
    }
}

fn false_starts(size: &Size, report: &mut Report) -> Table {
    let mut all = FalseStarts::default();
    let mut figures = Vec::new();
    for family in Family::ALL {
        let shown = size.show.as_deref() == Some(family.name());
        let found =
            false_starts::measure(family, size.seed, size.series, size.weeks, |trial, start, counts| {
                if shown {
                    let around = &counts[start.told.saturating_sub(9)..counts.len().min(start.told + 6)];
                    println!("{} {trial} {start:?} {around:?}", family.name());
                }
            });
        let starts = found.starts[Sensitivity::Medium as usize];
        if [Family::Idle, Family::Steady, Family::Rhythm].contains(&family) {
            let figure = format!("{starts} in {} series-weeks", found.weeks);
            report.target(format!("no false start on {}, at medium", family.name()), figure, starts == 0);
        }
        all.add(&found);
        figures.push((family.name(), found));
    }
    let rate = all.a_week(Sensitivity::Medium);
    report.target(
        "0.01 false starts a series-week over all families, at medium",
        format!("{rate:.4}"),
        rate <= 0.01,
    );
    figures.push(("all", all));
    false_starts::table(&figures)
}

fn measure(what: &[Incident], size: &Size) -> Vec<(Incident, Found)> {
    what.iter().map(|incident| (*incident, incident.measure(size.seed, size.trials))).collect()
}

/// Fivefold surges are held to what an oracle finds: no detector finds more with as few false starts.
fn surges(size: &Size, report: &mut Report) -> Table {
    let figures = measure(&SURGES, size);
    let medium = Sensitivity::Medium as usize;
    let mut of_all = (0, 0);
    for (incident, found) in &figures {
        let Some(oracle) = found.oracle else { continue };
        of_all = (of_all.0 + found.both[medium], of_all.1 + oracle);
        let both = found.both[medium] as f64 / oracle.max(1) as f64;
        let figure = format!("{both:.3} ({oracle} of {} can be)", found.trials);
        let what = format!("0.99 found within 2 minutes of those that can be, {}", incident.name);
        report.target(what, figure, both >= 0.99);
    }
    let share = of_all.0 as f64 / of_all.1.max(1) as f64;
    let what = "0.99 found within 2 minutes of all fivefold surges that can be";
    report.target(what, format!("{share:.4} of {}", of_all.1), share >= 0.99);
    incidents::table("surges", "fivefold for 15 minutes; soon: within 2 minutes", &figures)
}

fn others(size: &Size, report: &mut Report) -> Table {
    let figures = measure(&OTHERS, size);
    for (incident, found) in &figures {
        if ["silence, 20 to 300 a minute", "silence on rhythm, 20 to 300"].contains(&incident.name) {
            let share = found.soon[Sensitivity::Medium as usize] as f64 / found.trials as f64;
            report.target(
                format!("{}: found within 5 minutes", incident.name),
                format!("{share:.4}"),
                share >= 0.99,
            );
        }
    }
    incidents::table("incidents", "of other kinds; an oracle where rates can be known", &figures)
}

fn published(size: &Size, report: &mut Report) -> Table {
    let mut figures: Vec<_> =
        POINTS.iter().map(|point| (point.name, point.measure(size.seed, size.trials), false)).collect();
    figures.push((
        "20 DeleteBucket a minute at most, then 100",
        published::delete_bucket(size.seed, size.trials),
        true,
    ));
    let ingress = published::authorize_ingress(size.seed, size.trials);
    figures.push(("20 AuthorizeSecurityGroupIngress a minute, then none for 10", ingress, true));
    for (name, told, with_end) in &figures {
        let medium = Sensitivity::Medium as usize;
        let right = told.soon[medium].min(if *with_end { told.ended[medium] } else { u64::MAX });
        report.target(format!("{name}: told"), format!("{right} of {}", told.trials), right == told.trials);
    }
    published::table(&figures)
}

fn scale(size: &Size, report: &mut Report) -> Table {
    let figures = Mix::ALL.map(|mix| mix.measure(size.seed, size.fleet));
    let [dense, ..] = &figures;
    let bytes = dense.bytes_each;
    report.target("2 KB a series at most, dense", format!("{bytes:.0} bytes"), bytes <= 2_048.0);
    let (minute, most) = (dense.minute.as_secs_f64(), dense.minute_max.as_secs_f64());
    let figure = format!("{minute:.3} s, {most:.3} s at most");
    report.target("a minute of all series within 1 s on one core, dense", figure, most <= 1.0);
    scale::table(&figures)
}

fn labelled(size: &Size, report: &mut Report) -> Result<Vec<Table>, Failure> {
    let Some(data) = &size.data else {
        report.note("labelled series SKIPPED: CAIRN_ANOMALY_DATA names no directory");
        return Ok(Vec::new());
    };
    Ok(vec![nab::measure(&data.join("nab"))?, monitoring::measure(&data.join("ms-cloud-monitoring"))?])
}
