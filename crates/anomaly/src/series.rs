//! One series: its last minutes, what was usual, and what is unusual now.

use crate::episode::{Episode, LONGEST};
use crate::expectation::Expectation;
use crate::hour::{HOUR_MINUTES, Hour, HourInMaking};
use crate::judge::{self, Facts};
use crate::recent::{FIVE, Passed, Recent};
use crate::told::Told;
use crate::week::{HOURS, WEEK, Week};
use crate::{Direction, Minute, Sensitivity, Usual, Verdict, Verdicts};

/// A count of calls, minute after minute.
///
/// Cloning is cheap enough to ask what if. Two series that were told the same are the same, and one that was taken
/// from its bytes ([`Series::decode`]) goes on as the one that gave them would have.
#[derive(Debug, Clone)]
pub struct Series {
    pub(crate) recent: Recent,
    /// The minute that is told next.
    pub(crate) next: Minute,
    /// Since when it is known what was usual.
    pub(crate) first: Minute,
    /// Minutes into the hour at which the series' own hours begin: not all end theirs at once.
    pub(crate) phase: u8,
    pub(crate) hour: HourInMaking,
    pub(crate) week: Week,
    pub(crate) told: Told,
    /// What follows from the week, for the hour that goes on.
    pub(crate) expected: Expectation,
    pub(crate) episodes: [Option<Box<Episode>>; Sensitivity::ALL.len()],
}

/// Minutes after the first of its place before a series is judged: a day shows what is usual at all.
const WARM_UP: u32 = 24 * 60;

/// Where the sensitivity stands that governs what is learned.
const GOVERNING: usize = Sensitivity::Medium as usize;

impl Series {
    /// Begins a series whose first call is in the minute `now`, where calls of its kind would have been seen since
    /// the minute `first`. `phase` spreads the work of many series over the minutes of an hour.
    pub fn begin(first: Minute, now: Minute, phase: u8) -> Self {
        let phase = phase % 60;
        // As if the minutes since the first had been told, up to the last before now.
        let (silent, last) = (now.since(first), now.minus(1).max(first.min(now)));
        let in_hour = silent.min(into_hour(last, phase) + 1);
        let seen = u8::try_from((silent - in_hour) / HOUR_MINUTES).unwrap_or(HOURS);
        let mut begun = Self {
            recent: Recent::silent(silent),
            next: now,
            first: first.min(now),
            phase,
            hour: HourInMaking::default(),
            week: Week::silent(seen),
            told: Told::default(),
            expected: Expectation::default(),
            episodes: [None, None, None],
        };
        begun.hour.watch_silence(in_hour);
        begun.expected = Expectation::of(&begun.week, place(last, phase));
        begun
    }

    /// Returns the minute that is to be told next.
    pub fn next(&self) -> Minute {
        self.next
    }

    /// Takes the calls of the next minute, and says what they come to.
    pub fn step(&mut self, calls: u32) -> Verdicts {
        let minute = self.advance(calls);
        if calls == 0 && self.is_idle() {
            self.learn(minute);
            return Verdicts::default();
        }
        let warm = minute.since(self.first) >= WARM_UP;
        let verdicts = if warm { self.judge(minute, calls) } else { Verdicts::default() };
        if self.episodes[GOVERNING].is_none() {
            self.learn(minute);
        }
        verdicts
    }

    /// Passes a minute of which nobody knows what happened: nothing is told of it, and nothing learned from it.
    pub fn pass_unobserved(&mut self) {
        self.advance(0);
        self.recent.forget();
    }

    /// Says what is usual now.
    pub fn usual(&self) -> Usual {
        Usual::of(&self.expected)
    }

    /// Tells whether something unusual goes on, at any sensitivity.
    pub fn is_unusual(&self) -> bool {
        self.episodes.iter().any(Option::is_some)
    }

    /// Returns the bytes that the series takes, with all that it owns.
    pub fn memory_bytes(&self) -> usize {
        let episodes = self.episodes.iter().flatten().count() * size_of::<Episode>();
        size_of::<Self>() + self.week.heap_bytes() + episodes
    }

    /// Nothing was, nothing goes on, and nothing can be missed: there is nothing to judge in a minute without calls.
    fn is_idle(&self) -> bool {
        self.recent.is_silent() && !judge::can_be_silent(&self.expected) && !self.is_unusual()
    }

    fn advance(&mut self, calls: u32) -> Minute {
        let minute = self.next;
        self.next = minute.plus(1);
        if minute > self.first && into_hour(minute, self.phase) == 0 {
            self.end_hour(minute);
        }
        self.recent.push(minute, calls);
        minute
    }

    fn judge(&mut self, minute: Minute, calls: u32) -> Verdicts {
        let seen = self.week.seen();
        let told = self.told.usual();
        let facts = Facts { minute, recent: &self.recent, expected: &self.expected, told, seen };
        let governing = self.episodes[GOVERNING].as_deref().map(|episode| episode.start);
        let mut verdicts = Verdicts::default();
        let mut over = None;
        for sensitivity in Sensitivity::ALL {
            let at = sensitivity as usize;
            let Some(mut episode) = self.episodes[at].take() else {
                if let Some((opening, gap)) = facts.opening(sensitivity) {
                    self.episodes[at] = Some(Box::new(Episode::open(&opening, gap)));
                    verdicts[at] = Some(Verdict::Started(opening));
                }
                continue;
            };
            episode.push(&facts, calls);
            let lasts = minute.since(governing.unwrap_or(episode.start)) >= LONGEST;
            if lasts || episode.is_over() || facts.turns(&episode, sensitivity) {
                verdicts[at] = Some(Verdict::Ended(episode.close(sensitivity, minute)));
                over = over.or((at == GOVERNING).then_some((*episode, lasts)));
            } else {
                self.episodes[at] = Some(episode);
            }
        }
        if verdicts.iter().flatten().any(|verdict| matches!(verdict, Verdict::Ended(_))) {
            self.recent.forget();
        }
        if let Some((episode, lasts)) = over {
            self.remember(minute, &episode, lasts);
        }
        verdicts
    }

    /// Enters the minute that is judged no longer into the hour.
    fn learn(&mut self, minute: Minute) {
        if let Some(Passed { calls, five }) = self.recent.passed(minute) {
            let ends_window = into_hour(minute, self.phase) % FIVE == FIVE - 1;
            self.hour.learn(calls, five, ends_window);
        }
    }

    /// Remembers what was told. What lasted too long is usual from now on: its peaks become those of the hour before.
    fn remember(&mut self, minute: Minute, episode: &Episode, lasts: bool) {
        if episode.direction == Direction::Surge {
            self.told.push(episode.peaks());
        }
        if !lasts {
            return;
        }
        let place = place_before(minute, self.phase);
        let mut hour = self.week.hour(place);
        match episode.direction {
            Direction::Surge => hour = hour.with_peaks(episode.peaks()),
            Direction::Silence => hour.lower_least(),
        }
        self.week.set(place, hour);
        self.expected = Expectation::of(&self.week, (place + 1) % HOURS);
    }

    fn end_hour(&mut self, minute: Minute) {
        let ended = place_before(minute, self.phase);
        let made = std::mem::take(&mut self.hour);
        let hour = match (made.is_unknown(), self.week.seen()) {
            (false, _) => made.finish(),
            // The clock's hour had begun when the series did.
            (true, 0) => return,
            // What nobody saw, or what was unusual, is as good as a week before.
            (true, WEEK) => self.week.hour(ended).with_peaks(made.peaks()),
            (true, _) => Hour::even(self.expected.level().0),
        };
        if self.week.end_hour(ended, hour) {
            self.told.end_week();
        }
        self.expected = Expectation::of(&self.week, place(minute, self.phase));
    }
}

/// Minutes into an hour that begins `phase` minutes after the clock's.
fn into_hour(minute: Minute, phase: u8) -> u32 {
    (minute.number() % HOUR_MINUTES + HOUR_MINUTES - u32::from(phase)) % HOUR_MINUTES
}

/// The place in the week of such an hour.
#[expect(clippy::cast_possible_truncation, reason = "it is below 168")]
pub(crate) fn place(minute: Minute, phase: u8) -> u8 {
    (minute.number().saturating_sub(u32::from(phase)) / HOUR_MINUTES % u32::from(HOURS)) as u8
}

/// The place of the hour before it.
fn place_before(minute: Minute, phase: u8) -> u8 {
    place(minute, phase).checked_sub(1).unwrap_or(HOURS - 1)
}
