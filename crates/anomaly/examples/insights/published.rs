//! What is known of CloudTrail itself: three published records, and the two examples of its documentation.

use cairn_anomaly::{Direction, Sensitivity};

use crate::families::{Change, ChangeKind, Stream, WEEK};
use crate::random::Random;
use crate::report::{Table, share};
use crate::watch::{ends, starts, watch};

/// So many calls in so many minutes, after a time with so many.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Point {
    pub(crate) name: &'static str,
    watched: usize,
    before: usize,
    calls: u32,
    minutes: usize,
}

pub(crate) const POINTS: [Point; 3] = [
    Point { name: "1 call in 11,336 minutes, then 3 in 5", watched: 11_336, before: 1, calls: 3, minutes: 5 },
    Point { name: "0.0442 a minute, then 15 in 5", watched: 11_336, before: 501, calls: 15, minutes: 5 },
    Point { name: "0.0017 a minute, then 18 in one", watched: 11_336, before: 19, calls: 18, minutes: 1 },
];

/// In how many trials it was told, by sensitivity.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) trials: u64,
    pub(crate) started: [u64; 3],
    /// Told in time: within two minutes (surges) or five (silences).
    pub(crate) soon: [u64; 3],
    /// Ended as well, within five minutes after it was over.
    pub(crate) ended: [u64; 3],
}

impl Point {
    /// The calls before fall on minutes at random, and so do those that are unusual on theirs.
    pub(crate) fn measure(&self, seed: u64, trials: usize) -> Told {
        let mut all = Told { trials: trials as u64, ..Told::default() };
        for trial in 0..trials {
            let mut random = Random::of(seed, self.name, trial as u64);
            let mut counts = vec![0; self.watched + self.minutes];
            for _ in 0..self.before {
                counts[random.below(self.watched)] += 1;
            }
            for _ in 0..self.calls {
                counts[self.watched + random.below(self.minutes)] += 1;
            }
            all.enter(&counts, self.watched, (self.minutes, counts.len()), Direction::Surge, trial);
        }
        all
    }
}

impl Told {
    fn enter(
        &mut self,
        counts: &[u32],
        at: usize,
        (soon, over): (usize, usize),
        wanted: Direction,
        trial: usize,
    ) {
        let told = watch(counts, trial);
        for sensitivity in Sensitivity::ALL {
            let of = sensitivity as usize;
            let start =
                starts(&told, sensitivity).find(|start| start.told >= at && start.direction == wanted);
            let Some(start) = start else { continue };
            self.started[of] += 1;
            self.soon[of] += u64::from(start.told < at + soon);
            self.ended[of] +=
                u64::from(ends(&told, sensitivity).any(|end| end.told >= over && end.told < over + 5));
        }
    }
}

/// At most 20 `DeleteBucket` a minute, then 100 on average for half an hour.
pub(crate) fn delete_bucket(seed: u64, trials: usize) -> Told {
    let mut all = Told { trials: trials as u64, ..Told::default() };
    for trial in 0..trials {
        let mut random = Random::of(seed, "DeleteBucket", trial as u64);
        let change = Change { at: WEEK + random.below(WEEK), minutes: 30, kind: ChangeKind::Times(100.0) };
        let usual = random.between(2.0, 15.0);
        let over = change.at + change.minutes;
        let mut counts = Stream::steady(usual, over + 15).counts(&Change::NONE, &mut random);
        for (minute, count) in counts.iter_mut().enumerate() {
            *count = if change.covers(minute) { random.poisson(100.0) } else { (*count).min(20) };
        }
        all.enter(&counts, change.at, (2, over), Direction::Surge, trial);
    }
    all
}

/// 20 `AuthorizeSecurityGroupIngress` a minute, then none for ten minutes.
pub(crate) fn authorize_ingress(seed: u64, trials: usize) -> Told {
    let mut all = Told { trials: trials as u64, ..Told::default() };
    for trial in 0..trials {
        let mut random = Random::of(seed, "AuthorizeSecurityGroupIngress", trial as u64);
        let change = Change { at: WEEK + random.below(WEEK), minutes: 10, kind: ChangeKind::Times(0.0) };
        let over = change.at + change.minutes;
        let counts = Stream::steady(20.0, over + 15).counts(&change, &mut random);
        all.enter(&counts, change.at, (5, over), Direction::Silence, trial);
    }
    all
}

pub(crate) fn table(figures: &[(&'static str, Told, bool)]) -> Table {
    let columns = ["example", "trials", "low", "medium", "high", "in time, medium", "and its end, medium"];
    let says = "share told; in time: surges within 2 minutes (the first three: within theirs), the silence within 5; ends within 5";
    let mut table = Table::new("published examples", says, &columns);
    for (name, all, with_end) in figures {
        let medium = Sensitivity::Medium as usize;
        table.row(vec![
            (*name).into(),
            all.trials.into(),
            share(all.started[0], all.trials),
            share(all.started[medium], all.trials),
            share(all.started[2], all.trials),
            share(all.soon[medium], all.trials),
            share(all.ended[medium], if *with_end { all.trials } else { 0 }),
        ]);
    }
    table
}
