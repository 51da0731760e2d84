//! Counts told to a series, and what it says of them.

use cairn_anomaly::{Direction, Minute, Sensitivity, Series, Verdict, Verdicts};

use crate::families::{DAY, WEEK};

/// The minute that all streams begin with: the first of a week.
pub(crate) fn first() -> Minute {
    Minute::new(2_700 * WEEK as u32 + 4 * DAY as u32)
}

/// A series that watches a stream.
#[derive(Debug)]
pub(crate) struct Watch {
    series: Series,
    minute: usize,
}

/// A start that a series told.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Start {
    pub(crate) sensitivity: Sensitivity,
    pub(crate) direction: Direction,
    /// The minute that gave it away, counted from the stream's beginning.
    pub(crate) told: usize,
    /// The minute that it says it began with.
    pub(crate) began: usize,
}

/// An end that a series told.
#[derive(Debug, Clone, Copy)]
pub(crate) struct End {
    pub(crate) sensitivity: Sensitivity,
    pub(crate) told: usize,
    /// The first minute that it says was usual again.
    pub(crate) usual_from: usize,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Told {
    Start(Start),
    End(End),
}

impl Watch {
    pub(crate) fn new(trial: usize) -> Self {
        Self { series: Series::begin(first(), first(), (trial % 60) as u8), minute: 0 }
    }

    /// Tells one minute.
    pub(crate) fn tell(&mut self, count: u32, mut said: impl FnMut(Told)) {
        let told = self.minute;
        self.minute += 1;
        let verdicts: Verdicts = self.series.step(count);
        for verdict in verdicts.into_iter().flatten() {
            said(match verdict {
                Verdict::Started(opening) => Told::Start(Start {
                    sensitivity: opening.sensitivity,
                    direction: opening.direction,
                    told,
                    began: opening.start.since(first()) as usize,
                }),
                Verdict::Ended(closing) => Told::End(End {
                    sensitivity: closing.sensitivity,
                    told,
                    usual_from: closing.end.since(first()) as usize,
                }),
            });
        }
    }

    /// Tells many minutes.
    pub(crate) fn tell_all(&mut self, counts: &[u32], mut said: impl FnMut(Told)) {
        for count in counts {
            self.tell(*count, &mut said);
        }
    }

    /// Tells minutes that nobody watched.
    pub(crate) fn tell_unobserved(&mut self, minutes: usize) {
        for _ in 0..minutes {
            self.series.pass_unobserved();
        }
        self.minute += minutes;
    }

    pub(crate) fn into_series(self) -> Series {
        self.series
    }
}

/// All that a series says of a stream from its beginning.
pub(crate) fn watch(counts: &[u32], trial: usize) -> Vec<Told> {
    let mut all = Vec::new();
    Watch::new(trial).tell_all(counts, |told| all.push(told));
    all
}

pub(crate) fn starts(told: &[Told], sensitivity: Sensitivity) -> impl Iterator<Item = Start> + '_ {
    told.iter().filter_map(move |told| match told {
        Told::Start(start) if start.sensitivity == sensitivity => Some(*start),
        Told::Start(_) | Told::End(_) => None,
    })
}

pub(crate) fn ends(told: &[Told], sensitivity: Sensitivity) -> impl Iterator<Item = End> + '_ {
    told.iter().filter_map(move |told| match told {
        Told::End(end) if end.sensitivity == sensitivity => Some(*end),
        Told::Start(_) | Told::End(_) => None,
    })
}
