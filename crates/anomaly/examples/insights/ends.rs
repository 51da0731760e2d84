//! How exactly starts and ends are told, and how soon after the end.

use cairn_anomaly::Sensitivity;

use crate::families::{Change, ChangeKind, Stream, WEEK, rhythm};
use crate::random::Random;
use crate::report::{Cell, Table, share};
use crate::watch::{ends, starts, watch};

/// Something that lasts, and then is over.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lasting {
    pub(crate) name: &'static str,
    on_rhythm: bool,
    factor: f64,
    minutes: usize,
}

pub(crate) const LASTING: [Lasting; 9] = [
    lasting("fivefold for 10 minutes", false, 5.0, 10),
    lasting("fivefold for an hour", false, 5.0, 60),
    lasting("fivefold for four hours, rhythm", true, 5.0, 240),
    lasting("threefold for an hour", false, 3.0, 60),
    lasting("twofold and a half for two hours", false, 2.5, 120),
    lasting("silence for 10 minutes", false, 0.0, 10),
    lasting("silence for an hour", false, 0.0, 60),
    lasting("silence for four hours, rhythm", true, 0.0, 240),
    lasting("a tenth for an hour", false, 0.1, 60),
];

const fn lasting(name: &'static str, on_rhythm: bool, factor: f64, minutes: usize) -> Lasting {
    Lasting { name, on_rhythm, factor, minutes }
}

/// How the episodes of one kind were told, at Medium.
#[derive(Debug, Default)]
pub(crate) struct Exactness {
    pub(crate) trials: u64,
    pub(crate) found: u64,
    /// Of the found: told as one, and over before the next hour is.
    pub(crate) whole: u64,
    pub(crate) exact_start: u64,
    pub(crate) exact_end: u64,
    /// Minutes between the truth and what was told.
    start_off: Vec<u32>,
    end_off: Vec<u32>,
    /// Minutes from the first usual one to the one that told the end.
    late: Vec<u32>,
}

impl Lasting {
    pub(crate) fn measure(&self, seed: u64, trials: usize) -> Exactness {
        let mut all = Exactness::default();
        for trial in 0..trials {
            let mut random = Random::of(seed, self.name, trial as u64);
            let change = Change {
                at: WEEK + random.below(WEEK),
                minutes: self.minutes,
                kind: ChangeKind::Times(self.factor),
            };
            let (rate, minutes) = (random.of_any_size(20.0, 300.0), change.at + self.minutes + 60);
            let stream = if self.on_rhythm {
                rhythm(rate, &mut random, minutes)
            } else {
                Stream::steady(rate, minutes)
            };
            all.enter(&change, &stream.counts(&change, &mut random), trial);
        }
        all
    }
}

impl Exactness {
    fn enter(&mut self, change: &Change, counts: &[u32], trial: usize) {
        let told = watch(counts, trial);
        self.trials += 1;
        let over = change.at + change.minutes;
        let begun: Vec<_> =
            starts(&told, Sensitivity::Medium).filter(|start| start.told >= change.at).collect();
        let ended: Vec<_> = ends(&told, Sensitivity::Medium).filter(|end| end.told >= change.at).collect();
        let Some(start) = begun.first().filter(|start| start.told < over) else { return };
        self.found += 1;
        self.start_off.push(start.began.abs_diff(change.at) as u32);
        self.exact_start += u64::from(start.began == change.at);
        if let ([_], [end]) = (begun.as_slice(), ended.as_slice()) {
            self.whole += u64::from(end.told >= over);
        }
        if let Some(end) = ended.last() {
            self.end_off.push(end.usual_from.abs_diff(over) as u32);
            self.exact_end += u64::from(end.usual_from == over);
            self.late.push((end.told + 1).saturating_sub(over) as u32);
        }
    }
}

pub(crate) fn table(figures: &[(Lasting, Exactness)]) -> Table {
    let columns = [
        "what lasts",
        "trials",
        "found",
        "told as one",
        "start exact",
        "start off, p95, min",
        "end exact",
        "end off, p95, min",
        "end told after, median",
        "p95, min",
    ];
    let says =
        "at medium, 20 to 300 calls a minute; of what was found; off: minutes between truth and record";
    let mut table = Table::new("ends", says, &columns);
    for (lasting, all) in figures {
        table.row(vec![
            lasting.name.into(),
            all.trials.into(),
            share(all.found, all.trials),
            share(all.whole, all.found),
            share(all.exact_start, all.found),
            quantile(&all.start_off, 0.95),
            share(all.exact_end, all.found),
            quantile(&all.end_off, 0.95),
            quantile(&all.late, 0.5),
            quantile(&all.late, 0.95),
        ]);
    }
    table
}

fn quantile(values: &[u32], share: f64) -> Cell {
    let mut values = values.to_vec();
    values.sort_unstable();
    values.get((share * values.len() as f64) as usize).copied().into()
}
