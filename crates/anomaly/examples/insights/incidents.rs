//! How much of what happens is found, and how soon.

use cairn_anomaly::{Direction, Sensitivity};

use crate::families::{Change, ChangeKind, DAY, Family, Stream, WEEK, rhythm};
use crate::oracle;
use crate::random::Random;
use crate::report::{Cell, Table, share};
use crate::watch::{starts, watch};

/// Something that happens to streams, and how soon it should be found.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Incident {
    pub(crate) name: &'static str,
    on: On,
    kind: ChangeKind,
    lasts: usize,
    /// Minutes within which it should be found.
    soon: u32,
}

/// What it happens to.
#[derive(Debug, Clone, Copy)]
enum On {
    /// A steady rate between these.
    Steady(f64, f64),
    /// A daily and weekly rhythm with an average between these.
    Rhythm(f64, f64),
    /// Any stream of a family, at any time.
    Any(Family),
    /// Any stream of a family, at a minute in which calls are expected.
    Busy(Family),
}

/// What was found of it, by sensitivity.
#[derive(Debug, Default, Clone)]
pub(crate) struct Found {
    pub(crate) trials: u64,
    /// While it lasted.
    pub(crate) found: [u64; 3],
    /// Soon enough.
    pub(crate) soon: [u64; 3],
    delays: [Vec<u32>; 3],
    /// What one finds who knows the rate, soon enough; where anybody could know it.
    pub(crate) oracle: Option<u64>,
    /// What both find soon enough.
    pub(crate) both: [u64; 3],
}

const fn incident(name: &'static str, on: On, kind: ChangeKind, lasts: usize, soon: u32) -> Incident {
    Incident { name, on, kind, lasts, soon }
}

const FIVEFOLD: ChangeKind = ChangeKind::Times(5.0);
const GONE: ChangeKind = ChangeKind::Times(0.0);

/// Fivefold surges, which have a target.
pub(crate) const SURGES: [Incident; 12] = [
    incident("fivefold, 0.2 to 1 a minute", On::Steady(0.2, 1.0), FIVEFOLD, 15, 2),
    incident("fivefold, 1 to 2 a minute", On::Steady(1.0, 2.0), FIVEFOLD, 15, 2),
    incident("fivefold, 2 to 5 a minute", On::Steady(2.0, 5.0), FIVEFOLD, 15, 2),
    incident("fivefold, 5 to 10 a minute", On::Steady(5.0, 10.0), FIVEFOLD, 15, 2),
    incident("fivefold, 10 to 20 a minute", On::Steady(10.0, 20.0), FIVEFOLD, 15, 2),
    incident("fivefold, 20 to 50 a minute", On::Steady(20.0, 50.0), FIVEFOLD, 15, 2),
    incident("fivefold, 50 to 300 a minute", On::Steady(50.0, 300.0), FIVEFOLD, 15, 2),
    incident("fivefold on rhythm, 5 to 200", On::Rhythm(5.0, 200.0), FIVEFOLD, 15, 2),
    incident("fivefold on growth", On::Any(Family::Growth), FIVEFOLD, 15, 2),
    incident("fivefold on dispersed", On::Any(Family::Dispersed), FIVEFOLD, 15, 2),
    incident("fivefold on a job's run", On::Busy(Family::Jobs), FIVEFOLD, 15, 2),
    incident("fivefold on a session", On::Busy(Family::Sessions), FIVEFOLD, 15, 2),
];

/// Other things that happen.
pub(crate) const OTHERS: [Incident; 24] = [
    incident("twofold, 20 to 300 a minute", On::Steady(20.0, 300.0), ChangeKind::Times(2.0), 30, 5),
    incident("threefold, 20 to 300 a minute", On::Steady(20.0, 300.0), ChangeKind::Times(3.0), 30, 2),
    incident("threefold on rhythm, 5 to 200", On::Rhythm(5.0, 200.0), ChangeKind::Times(3.0), 30, 5),
    incident("eightfold on dispersed", On::Any(Family::Dispersed), ChangeKind::Times(8.0), 15, 5),
    incident("twentyfold on a session", On::Busy(Family::Sessions), ChangeKind::Times(20.0), 15, 5),
    incident("3 calls in 5 minutes, idle", On::Any(Family::Idle), ChangeKind::More(3), 5, 5),
    incident("10 calls in 5 minutes, idle", On::Any(Family::Idle), ChangeKind::More(10), 5, 2),
    incident("30 calls in a minute, idle", On::Any(Family::Idle), ChangeKind::More(30), 1, 1),
    incident("100 calls in 10 minutes, jobs", On::Any(Family::Jobs), ChangeKind::More(100), 10, 5),
    incident("300 calls in 10 minutes, jobs", On::Any(Family::Jobs), ChangeKind::More(300), 10, 5),
    incident("3,000 calls in 10 minutes, jobs", On::Any(Family::Jobs), ChangeKind::More(3_000), 10, 2),
    incident("300 calls in 10 minutes, sessions", On::Any(Family::Sessions), ChangeKind::More(300), 10, 5),
    incident(
        "1,000 calls in 10 minutes, sessions",
        On::Any(Family::Sessions),
        ChangeKind::More(1_000),
        10,
        5,
    ),
    incident(
        "10,000 calls in 10 minutes, sessions",
        On::Any(Family::Sessions),
        ChangeKind::More(10_000),
        10,
        2,
    ),
    incident(
        "1,000 calls in 10 minutes, dispersed",
        On::Any(Family::Dispersed),
        ChangeKind::More(1_000),
        10,
        5,
    ),
    incident(
        "evenly up to tenfold in an hour, 20 to 300",
        On::Steady(20.0, 300.0),
        ChangeKind::RampTo(10.0),
        60,
        30,
    ),
    incident(
        "evenly up to tenfold in six hours, 20 to 300",
        On::Steady(20.0, 300.0),
        ChangeKind::RampTo(10.0),
        360,
        120,
    ),
    incident(
        "evenly up to threefold in a day, 20 to 300",
        On::Steady(20.0, 300.0),
        ChangeKind::RampTo(3.0),
        DAY,
        720,
    ),
    incident(
        "evenly up to tenfold in six hours, rhythm",
        On::Rhythm(5.0, 200.0),
        ChangeKind::RampTo(10.0),
        360,
        120,
    ),
    incident("silence, 5 to 20 a minute", On::Steady(5.0, 20.0), GONE, 10, 5),
    incident("silence, 20 to 300 a minute", On::Steady(20.0, 300.0), GONE, 10, 5),
    incident("silence on rhythm, 20 to 300", On::Rhythm(20.0, 300.0), GONE, 10, 5),
    incident("silence on growth", On::Any(Family::Growth), GONE, 10, 5),
    incident("down to a fifth, 20 to 300 a minute", On::Steady(20.0, 300.0), ChangeKind::Times(0.2), 30, 5),
];

impl Incident {
    pub(crate) fn has_foreseeable_rates(&self) -> bool {
        !matches!(self.on, On::Any(Family::Sessions) | On::Busy(Family::Sessions))
    }

    fn is_surge(&self) -> bool {
        !matches!(self.kind, ChangeKind::Times(factor) if factor < 1.0)
    }

    /// Lets it happen once to each of `trials` streams, in the second week.
    pub(crate) fn measure(&self, seed: u64, trials: usize) -> Found {
        let mut found = Found { oracle: self.has_foreseeable_rates().then_some(0), ..Found::default() };
        for trial in 0..trials {
            let mut random = Random::of(seed, self.name, trial as u64);
            if let Some((stream, change)) = self.prepare(&mut random) {
                let counts = stream.counts(&change, &mut random);
                self.enter(&mut found, &stream, &counts, &change, trial);
            }
        }
        found
    }

    /// Makes a stream that ends with the incident; none if it is never busy.
    fn prepare(&self, random: &mut Random) -> Option<(Stream, Change)> {
        let minutes = 2 * WEEK + 3 * DAY;
        let mut at = WEEK + random.below(WEEK);
        let mut stream = match self.on {
            On::Steady(least, most) => Stream::steady(random.of_any_size(least, most), minutes),
            On::Rhythm(least, most) => rhythm(random.of_any_size(least, most), random, minutes),
            On::Any(family) | On::Busy(family) => family.stream(minutes, random),
        };
        if matches!(self.on, On::Busy(_)) {
            at += stream.rates[at..minutes - self.lasts].iter().position(|rate| *rate >= 1.0)?;
        }
        stream.rates.truncate(at + self.lasts);
        Some((stream, Change { at, minutes: self.lasts, kind: self.kind }))
    }

    fn enter(&self, all: &mut Found, stream: &Stream, counts: &[u32], change: &Change, trial: usize) {
        let told = watch(counts, trial);
        let wanted = if self.is_surge() { Direction::Surge } else { Direction::Silence };
        let oracle = oracle::fires(stream, counts, change.at, self.soon as usize, self.is_surge()).is_some();
        all.trials += 1;
        if let Some(count) = all.oracle.as_mut() {
            *count += u64::from(oracle);
        }
        for sensitivity in Sensitivity::ALL {
            let at = sensitivity as usize;
            let hit =
                starts(&told, sensitivity).find(|start| start.told >= change.at && start.direction == wanted);
            let Some(hit) = hit else { continue };
            let delay = (hit.told - change.at + 1) as u32;
            all.found[at] += 1;
            all.delays[at].push(delay);
            if delay <= self.soon {
                all.soon[at] += 1;
                all.both[at] += u64::from(oracle);
            }
        }
    }
}

impl Found {
    /// The median of the minutes that it took, of those that were found.
    fn median_delay(&self, sensitivity: Sensitivity) -> Option<u32> {
        let mut delays = self.delays[sensitivity as usize].clone();
        delays.sort_unstable();
        delays.get(delays.len() / 2).copied()
    }
}

/// Tells what was found of incidents.
pub(crate) fn table(name: &'static str, says: &str, figures: &[(Incident, Found)]) -> Table {
    let columns = [
        "incident",
        "trials",
        "soon is, min",
        "soon, low",
        "soon, medium",
        "soon, high",
        "by an oracle",
        "medium of the oracle's",
        "ever, medium",
        "median, min",
        "ever, high",
    ];
    let mut table = Table::new(name, says, &columns);
    for (incident, found) in figures {
        let medium = Sensitivity::Medium as usize;
        table.row(vec![
            incident.name.into(),
            found.trials.into(),
            u64::from(incident.soon).into(),
            share(found.soon[Sensitivity::Low as usize], found.trials),
            share(found.soon[medium], found.trials),
            share(found.soon[Sensitivity::High as usize], found.trials),
            found.oracle.map_or(Cell::Nothing, |oracle| share(oracle, found.trials)),
            found.oracle.map_or(Cell::Nothing, |oracle| share(found.both[medium], oracle)),
            share(found.found[medium], found.trials),
            found.median_delay(Sensitivity::Medium).into(),
            share(found.found[Sensitivity::High as usize], found.trials),
        ]);
    }
    table
}
