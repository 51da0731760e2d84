//! What must not be told, or told only once: what comes back, and what stays.

use cairn_anomaly::{Direction, Sensitivity};

use crate::families::{Change, ChangeKind, DAY, Stream, WEEK, rhythm};
use crate::random::Random;
use crate::report::{Cell, Table};
use crate::watch::{Start, Told, Watch, starts, watch};

/// Something that ought to be told so many times.
#[derive(Debug)]
pub(crate) struct Returning {
    name: &'static str,
    right: &'static str,
    trial: fn(usize, &mut Random) -> Vec<Start>,
}

pub(crate) const RETURNING: [Returning; 9] = [
    Returning {
        name: "unobserved for two hours, rhythm: the day after",
        right: "0",
        trial: unobserved_hours,
    },
    Returning {
        name: "unobserved for two days, rhythm: the two days after",
        right: "0",
        trial: unobserved_days,
    },
    Returning { name: "surges in the hour after ten silent minutes", right: "0", trial: after_silence },
    Returning {
        name: "a job of 300 calls once a week, from its third run on, three runs",
        right: "0",
        trial: weekly_job,
    },
    Returning {
        name: "rhythm an hour earlier (daylight saving): the week after",
        right: "0",
        trial: daylight_saving,
    },
    Returning { name: "a working day like a weekend day, 20 to 300", right: "0 to 1", trial: holiday },
    Returning { name: "fivefold for good: two weeks", right: "1", trial: for_good },
    Returning { name: "the same surge an hour later", right: "1", trial: an_hour_later },
    Returning { name: "the same surge two days later", right: "1", trial: two_days_later },
];

/// Starts a trial, by sensitivity.
#[derive(Debug)]
pub(crate) struct Returned {
    trials: u64,
    pub(crate) starts: [u64; 3],
}

impl Returning {
    pub(crate) fn measure(&self, seed: u64, trials: usize) -> Returned {
        let mut all = Returned { trials: trials as u64, starts: [0; 3] };
        for trial in 0..trials {
            let mut random = Random::of(seed, self.name, trial as u64);
            for start in (self.trial)(trial, &mut random) {
                all.starts[start.sensitivity as usize] += 1;
            }
        }
        all
    }
}

fn from(told: &[Told], minute: usize) -> Vec<Start> {
    Sensitivity::ALL.iter().flat_map(|at| starts(told, *at)).filter(|start| start.told >= minute).collect()
}

fn unobserved(trial: usize, random: &mut Random, gone: usize, after: usize) -> Vec<Start> {
    let at = WEEK + random.below(DAY);
    let rate = random.of_any_size(1.0, 300.0);
    let counts = rhythm(rate, random, at + gone + after).counts(&Change::NONE, random);
    let (mut watch, mut told) = (Watch::new(trial), Vec::new());
    watch.tell_all(&counts[..at], |_| ());
    watch.tell_unobserved(gone);
    watch.tell_all(&counts[at + gone..], |what| told.push(what));
    from(&told, at)
}

fn unobserved_hours(trial: usize, random: &mut Random) -> Vec<Start> {
    unobserved(trial, random, 120, DAY)
}

fn unobserved_days(trial: usize, random: &mut Random) -> Vec<Start> {
    unobserved(trial, random, 2 * DAY, 2 * DAY)
}

fn after_silence(trial: usize, random: &mut Random) -> Vec<Start> {
    let change = Change { at: WEEK + random.below(DAY), minutes: 10, kind: ChangeKind::Times(0.0) };
    let over = change.at + change.minutes;
    let counts = Stream::steady(random.of_any_size(20.0, 300.0), over + 60).counts(&change, random);
    let mut found = from(&watch(&counts, trial), over);
    found.retain(|start| start.direction == Direction::Surge);
    found
}

fn weekly_job(trial: usize, random: &mut Random) -> Vec<Start> {
    let mut stream = Stream::steady(0.0, 5 * WEEK);
    let first = random.below(WEEK - 10);
    for run in 0..5 {
        for rate in stream.rates.iter_mut().skip(first + run * WEEK).take(3) {
            *rate = 100.0;
        }
    }
    from(&watch(&stream.counts(&Change::NONE, random), trial), 2 * WEEK)
}

fn daylight_saving(trial: usize, random: &mut Random) -> Vec<Start> {
    let rate = random.of_any_size(1.0, 300.0);
    let mut stream = rhythm(rate, random, 3 * WEEK + 60);
    stream.rates.drain(2 * WEEK..2 * WEEK + 60);
    from(&watch(&stream.counts(&Change::NONE, random), trial), 2 * WEEK)
}

fn holiday(trial: usize, random: &mut Random) -> Vec<Start> {
    let rate = random.of_any_size(20.0, 300.0);
    let mut stream = rhythm(rate, random, WEEK + 2 * DAY);
    stream.rates.copy_within(5 * DAY..6 * DAY, WEEK);
    from(&watch(&stream.counts(&Change::NONE, random), trial), WEEK)
}

fn for_good(trial: usize, random: &mut Random) -> Vec<Start> {
    let change = Change { at: WEEK + random.below(DAY), minutes: 2 * WEEK, kind: ChangeKind::Times(5.0) };
    let counts =
        Stream::steady(random.of_any_size(20.0, 300.0), change.at + change.minutes).counts(&change, random);
    from(&watch(&counts, trial), change.at)
}

fn again(trial: usize, random: &mut Random, later: usize) -> Vec<Start> {
    let change = Change { at: WEEK + random.below(DAY), minutes: 15, kind: ChangeKind::Times(5.0) };
    let second = change.at + later;
    let mut stream = Stream::steady(random.of_any_size(20.0, 300.0), second + 15);
    for rate in stream.rates.iter_mut().skip(second) {
        *rate *= 5.0;
    }
    from(&watch(&stream.counts(&change, random), trial), second)
}

fn an_hour_later(trial: usize, random: &mut Random) -> Vec<Start> {
    again(trial, random, 75)
}

fn two_days_later(trial: usize, random: &mut Random) -> Vec<Start> {
    again(trial, random, 2 * DAY)
}

pub(crate) fn table(figures: &[(&Returning, Returned)]) -> Table {
    let columns = ["what", "right is", "trials", "low", "medium", "high"];
    let mut table = Table::new("returns", "starts a trial", &columns);
    for (returning, all) in figures {
        let rate = |at: Sensitivity| Cell::Number(all.starts[at as usize] as f64 / all.trials as f64, 3);
        table.row(vec![
            returning.name.into(),
            returning.right.into(),
            all.trials.into(),
            rate(Sensitivity::Low),
            rate(Sensitivity::Medium),
            rate(Sensitivity::High),
        ]);
    }
    table
}
