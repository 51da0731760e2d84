//! Counting: what the journal tells becomes minutes, and minutes what is unusual. Pure: no store, no clock.
//!
//! A minute is closed at the first record that was received a grace after its end, or where intake promises that
//! everything later was: the same journal closes the same minutes at the same positions. What is counted and found
//! waits here until it is taken to be saved.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

use cairn_anomaly::{Direction, Minute, Sensitivity, Series, Verdict};
use cairn_event::Origin;
use cairn_journal::Position;

use crate::fleet::{At, ClosedMinute, Fleet, Full, LATENESS_MAX};
use crate::metric::{Kind, Metric, MetricId, Place};
use crate::past;
use crate::rebuild::REMEMBERED_DAYS;
use crate::sighting::{Arrived, Call, Sighting};
use crate::store::{Gap, Heard};
use crate::tally::{Cell, Tally};
use crate::telemetry;
use crate::watched::{Selections, Told, Watched};

/// Cells that wait to be saved, at which counting stops for it.
pub(crate) const UNSAVED_MAX: usize = 100_000;

/// Minutes that are closed at most before they are saved.
const CLOSED_AT_ONCE_MAX: u32 = 240;

/// So many minutes at once without anything received are passed over: a clock was wrong, or no server ran, and no
/// series remembers what was before.
const LEAP_MIN: u32 = REMEMBERED_DAYS * 24 * 60;

/// How long an import must have been quiet before series are built anew, in milliseconds: the next file changes them
/// once more.
const IMPORT_QUIET_MS: i64 = 5_000;

/// Minutes that a series stands still at most while files are imported: nobody keeps it from judging by importing
/// for ever.
const HELD_MAX: u32 = 6 * 60;

/// Everything that was counted and learnt.
#[derive(Debug)]
pub(crate) struct Counting {
    pub(crate) fleet: Fleet,
    pub(crate) tally: Tally,
    gaps: Vec<Gap>,
    unsaved_gaps: Vec<Gap>,
    grace_ms: i64,
    closed: Option<Minute>,
    next: Position,
    /// Below it the calls of closed minutes are counted already.
    counted: Position,
    closed_since_save: u32,
    minutes_closed: u64,
    found: Vec<Found>,
    due: BTreeSet<At>,
    forgettable: BTreeSet<At>,
    fresh: BTreeSet<At>,
    stale: BTreeMap<At, Stale>,
    marked: BTreeSet<At>,
    /// Places of which more is known than is saved.
    seen_places: BTreeSet<Place>,
    /// Those that are known for longer than they were, and those of which files tell more behind their end.
    moved_places: BTreeSet<Place>,
    further_places: BTreeSet<Place>,
    /// What trails selected at the last record that was counted.
    selections: Arc<Selections>,
    /// Insights events that were seen in the journal, and where.
    seen: Vec<(Position, Arrived)>,
    /// When the last imported event was received.
    imported_ms: Option<i64>,
}

/// A verdict that is not dealt with yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) at: At,
    pub(crate) verdict: Verdict,
    /// Whether its minutes were imported.
    pub(crate) imported: bool,
}

/// Why a series must be built anew: calls of minutes that it had judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stale {
    /// The first and the last of these minutes.
    pub(crate) from: Minute,
    pub(crate) to: Minute,
    /// The first and the last of those whose calls were told late, and not imported.
    pub(crate) live: Option<(Minute, Minute)>,
}

impl Stale {
    /// Tells whether any of them was imported.
    fn is_imported(&self) -> bool {
        self.live != Some((self.from, self.to))
    }
}

/// What is to be saved.
#[derive(Debug, Default)]
pub(crate) struct Unsaved {
    pub(crate) cells: BTreeMap<(At, Minute), Cell>,
    pub(crate) due: BTreeSet<At>,
    pub(crate) marked: BTreeSet<At>,
    pub(crate) places: Vec<(Place, Watched)>,
    pub(crate) forgotten: Vec<MetricId>,
    pub(crate) gaps: Vec<Gap>,
}

/// Where counting stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) closed: Minute,
    pub(crate) resume: Position,
    pub(crate) counted: Position,
}

/// One record of the journal, looked at.
#[derive(Debug)]
pub(crate) struct Looked {
    pub(crate) position: Position,
    pub(crate) received_ms: i64,
    pub(crate) sighting: Sighting,
    /// What trails select, where that may be something else than at the record before.
    pub(crate) selections: Option<Arc<Selections>>,
}

/// Why counting stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Everything was counted.
    Done,
    /// What was counted and found must be saved first.
    Save,
}

impl Counting {
    /// Begins where the store stands; `next` is the position to read on from.
    pub(crate) fn new(
        mut fleet: Fleet,
        gaps: Vec<Gap>,
        grace_ms: i64,
        standing: Option<Standing>,
        next: Position,
    ) -> Self {
        if let Some(leap) = gaps.iter().rev().find(|gap| gap.to.since(gap.from) > LEAP_MIN) {
            fleet.watch_from(leap.to);
        }
        Self {
            fleet,
            tally: Tally::default(),
            gaps,
            unsaved_gaps: Vec::new(),
            grace_ms,
            closed: standing.map(|standing| standing.closed),
            next: standing.map_or(next, |standing| standing.resume.max(next)),
            counted: standing.map_or(next, |standing| standing.counted.max(next)),
            closed_since_save: 0,
            minutes_closed: 0,
            found: Vec::new(),
            due: BTreeSet::new(),
            forgettable: BTreeSet::new(),
            fresh: BTreeSet::new(),
            stale: BTreeMap::new(),
            marked: BTreeSet::new(),
            seen_places: BTreeSet::new(),
            moved_places: BTreeSet::new(),
            further_places: BTreeSet::new(),
            selections: Arc::default(),
            seen: Vec::new(),
            imported_ms: None,
        }
    }

    /// Returns the next position to be counted.
    pub(crate) fn next(&self) -> Position {
        self.next
    }

    /// Returns the last minute that is closed.
    pub(crate) fn closed(&self) -> Option<Minute> {
        self.closed
    }

    /// Counts the minutes that were closed.
    pub(crate) fn minutes_closed(&self) -> u64 {
        self.minutes_closed
    }

    /// Returns where counting stands; none before the first minute is closed.
    pub(crate) fn standing(&self) -> Option<Standing> {
        let closed = self.closed?;
        let counted = self.next.max(self.counted);
        Some(Standing { closed, resume: self.tally.resume(self.next), counted })
    }

    /// Counts records, those that were counted already excepted, until they are at their end or something is to be
    /// saved.
    pub(crate) fn count(&mut self, records: &[Looked]) -> Stop {
        for record in records {
            if record.position < self.next {
                continue;
            }
            if self.close_until(record.received_ms) == Stop::Save || self.tally.unsaved() >= UNSAVED_MAX {
                return Stop::Save;
            }
            if let Some(selections) = &record.selections {
                self.select(record, selections);
            }
            match &record.sighting {
                Sighting::Call(call) => self.call(record, call),
                Sighting::Insight(arrived) => self.seen.push((record.position, arrived.clone())),
                Sighting::Other { account, region, minute, origin } => {
                    let place = Place { account: *account, region: region.clone(), trail: None };
                    self.see(&place, *minute, self.told(*minute, *origin));
                }
                Sighting::Passed(passed) => telemetry::passed(*passed),
            }
            self.next = record.position + 1;
        }
        Stop::Done
    }

    /// Tells at which time, in milliseconds, the next minute is to be closed; the first one begins now.
    pub(crate) fn due_ms(&mut self, now_ms: i64) -> i64 {
        let closed = *self.closed.get_or_insert(Minute::of_epoch_seconds(now_ms.div_euclid(1000)).minus(1));
        closed.plus(2).epoch_seconds() * 1000 + self.grace_ms
    }

    /// Closes the minutes whose grace is over at a time from which on everything later is received.
    pub(crate) fn close_until(&mut self, received_ms: i64) -> Stop {
        while self.due_ms(received_ms) <= received_ms {
            let Some(closed) = self.closed else { break };
            if self.closed_since_save >= CLOSED_AT_ONCE_MAX {
                return Stop::Save;
            }
            let last = self.last_due(received_ms);
            if last.since(closed) > LEAP_MIN && !self.tally.is_open() {
                self.leap(Gap { from: closed.plus(1), to: last.plus(1) });
            } else {
                self.close(closed.plus(1));
            }
            self.closed_since_save += 1;
            self.minutes_closed += 1;
            if !self.found.is_empty() {
                return Stop::Save;
            }
        }
        Stop::Done
    }

    fn close(&mut self, minute: Minute) {
        let calls = self.tally.close(minute);
        let gaps = &self.gaps;
        let in_gap = |minute| gaps.iter().rev().any(|gap| gap.contains(minute));
        let stepped = self.fleet.close(ClosedMinute { minute, calls: &calls }, in_gap);
        self.closed = Some(minute);
        self.due.extend(stepped.due);
        self.forgettable.extend(stepped.forgettable);
        self.marked.extend(stepped.caught_up);
        let found = stepped.verdicts.into_iter();
        self.found.extend(found.map(|(at, verdict)| Found { at, verdict, imported: false }));
    }

    /// Returns the last minute whose grace is over.
    fn last_due(&self, received_ms: i64) -> Minute {
        Minute::of_epoch_seconds((received_ms - self.grace_ms).div_euclid(1000)).minus(1)
    }

    /// Passes over minutes of which nothing is known. What was unusual before is over, and what is usual is learnt anew.
    fn leap(&mut self, over: Gap) {
        tracing::warn!(
            minutes = over.to.since(over.from),
            "nothing was received for too long: insights learn anew what is usual"
        );
        self.note_unwatched(over);
        let begun = self.fleet.begin_anew(over.to);
        let ended = begun.iter().filter(|(_, was_unusual)| *was_unusual).flat_map(|(at, _)| {
            Sensitivity::ALL.map(|sensitivity| Found {
                at: *at,
                verdict: past::ended(sensitivity, Direction::Surge, over.from, over.from),
                imported: false,
            })
        });
        self.found.extend(ended);
        self.due.extend(begun.iter().map(|(at, _)| *at));
        self.closed = Some(over.to.minus(1));
    }

    /// Notes minutes that nobody watched, which are saved with the next that are closed.
    fn note_gap(&mut self, gap: Gap) {
        self.gaps.push(gap);
        self.unsaved_gaps.push(gap);
    }

    /// Notes minutes that nobody watched, as far as they are not closed.
    pub(crate) fn note_unwatched(&mut self, gap: Gap) {
        let Some(closed) = self.closed else { return };
        let known = self.gaps.last().map_or(closed, |last| last.to.minus(1)).max(closed);
        let from = gap.from.max(known.plus(1));
        if from < gap.to {
            self.note_gap(Gap { from, ..gap });
        }
    }

    /// Passes over records that were given up before they were counted, up to one that was received in some minute.
    pub(crate) fn pass_to(&mut self, head: Position, received: Option<Minute>) {
        if let (Some(closed), Some(received)) = (self.closed, received) {
            self.note_unwatched(Gap { from: closed.plus(1), to: received.plus(1) });
        }
        self.next = self.next.max(head);
    }

    /// Lists the minutes that nobody watched.
    pub(crate) fn gaps(&self) -> &[Gap] {
        &self.gaps
    }

    fn call(&mut self, record: &Looked, call: &Call) {
        let Some(closed) = self.closed else { return };
        let late = call.minute <= closed;
        if late && record.position < self.counted {
            return;
        }
        if call.is_imported() {
            self.imported_ms = Some(record.received_ms);
        }
        let rated = call.rated.then_some(Kind::Calls);
        let error = call.error.as_deref().map(|code| Kind::Errors(self.fleet.text(code)));
        let trails = call.trails.iter().map(|trail| Some(Arc::clone(trail)));
        let management = call.trails.is_empty().then_some(None);
        for trail in trails.chain(management).collect::<Vec<_>>() {
            let place = Place { account: call.account, region: call.region.clone(), trail };
            let told = self.told(call.minute, call.origin);
            self.see(&place, call.minute, told);
            for kind in rated.iter().chain(&error) {
                let metric = Metric {
                    place: place.clone(),
                    source: self.fleet.text(&call.source),
                    name: self.fleet.text(&call.name),
                    kind: kind.clone(),
                };
                self.call_of(metric, record, call, told);
            }
        }
    }

    fn call_of(&mut self, metric: Metric, record: &Looked, call: &Call, told: Told) {
        let minute = call.minute;
        let late = self.closed.is_some_and(|closed| minute <= closed);
        let at = match self.fleet.find_or_add(metric) {
            Ok((at, false)) => at,
            Ok((at, true)) => {
                self.fresh.insert(at);
                if told != Told::Live {
                    self.fleet.begin_imported(at, Heard(None));
                    self.marked.insert(at);
                }
                at
            }
            Err(Full) => return telemetry::full(call.account),
        };
        if told == Told::Live && self.fleet.hear(at, minute) {
            self.marked.insert(at);
        }
        if !late {
            self.tally.count(at, minute, record.position, &call.values);
            if self.fleet.series(at).is_none() && self.is_importing(record.received_ms) {
                // What was usual for it may be in the next file.
                self.hold(at, minute, true);
            }
            return;
        }
        telemetry::late(call.is_imported());
        self.tally.count_late(at, minute, &call.values);
        let closed = self.closed.unwrap_or(minute);
        if !call.is_imported() && closed.since(minute) <= LATENESS_MAX {
            self.fleet.fall_behind(at, minute, closed);
            self.marked.insert(at);
        }
        if !self.fleet.enter_late(at, minute, 1) {
            self.hold(at, minute, call.is_imported());
        }
    }

    /// Has a series stand still until it is built anew: what it knows is not what was. Where it stands is kept with
    /// that, for everything from there on is still to be told.
    fn hold(&mut self, at: At, minute: Minute, imported: bool) {
        self.make_stale(at, minute, imported);
        if self.fleet.hold(at) {
            self.due.insert(at);
        }
    }

    fn is_importing(&self, now_ms: i64) -> bool {
        self.imported_ms.is_some_and(|last| now_ms < last.saturating_add(IMPORT_QUIET_MS))
    }

    /// Tells how an event came: what is more than an hour late is as good as imported.
    fn told(&self, minute: Minute, origin: Origin) -> Told {
        let now = self.closed.map_or(minute, |closed| closed.plus(1));
        match origin {
            Origin::Import => Told::Later(now),
            Origin::Call | Origin::Delivery if now.since(minute) > LATENESS_MAX => Told::Later(now),
            Origin::Call | Origin::Delivery => Told::Live,
        }
    }

    /// Notes an event of a place. What it tells of the past changes what series of the place know of theirs.
    fn see(&mut self, place: &Place, minute: Minute, told: Told) {
        let selection = place.trail.as_ref().and_then(|trail| self.selections.get(trail));
        let change = self.fleet.places.see(place, minute, told, selection);
        if change.any {
            self.seen_places.insert(place.clone());
        }
        if change.since {
            self.moved_places.insert(place.clone());
        }
        if change.further {
            self.further_places.insert(place.clone());
        }
    }

    /// Notes what trails select from a record on. Where that is not what it was, everything begins anew: what was not
    /// selected was not counted.
    fn select(&mut self, record: &Looked, selections: &Arc<Selections>) {
        let before = std::mem::replace(&mut self.selections, Arc::clone(selections));
        if record.position < self.counted || before == *selections {
            return;
        }
        let minute = Minute::of_epoch_seconds(record.received_ms.div_euclid(1000));
        let of_trails = self.fleet.places.of_trails().into_iter();
        let anew =
            of_trails.filter(|(place, trail)| self.fleet.places.select(place, selections.get(trail), minute));
        let anew: BTreeSet<Place> = anew.map(|(place, _)| place).collect();
        for at in self.fleet.of_places(&anew) {
            self.hold(at, minute, false);
        }
        self.seen_places.extend(anew);
    }

    fn make_stale(&mut self, at: At, minute: Minute, imported: bool) {
        let stale = self.stale.entry(at).or_insert(Stale { from: minute, to: minute, live: None });
        stale.from = stale.from.min(minute);
        stale.to = stale.to.max(minute);
        if !imported {
            let (from, to) = stale.live.unwrap_or((minute, minute));
            stale.live = Some((from.min(minute), to.max(minute)));
        }
        self.marked.insert(at);
    }

    /// Returns what was found and is not dealt with.
    pub(crate) fn found(&self) -> &[Found] {
        &self.found
    }

    /// Adds what was found in the past.
    pub(crate) fn add_found(&mut self, found: impl IntoIterator<Item = Found>) {
        self.found.extend(found);
    }

    /// Lists the metrics that have no number yet.
    pub(crate) fn fresh(&self) -> Vec<At> {
        self.fresh.iter().copied().collect()
    }

    /// Gives the metrics their numbers that had none.
    pub(crate) fn identified(&mut self, ids: impl IntoIterator<Item = (At, MetricId)>) {
        for (at, id) in ids {
            self.fleet.set_id(at, id);
            self.fresh.remove(&at);
        }
    }

    /// Tells whether anything waits to be saved.
    pub(crate) fn is_unsaved(&self) -> bool {
        self.closed_since_save > 0
            || self.tally.unsaved() > 0
            || !self.found.is_empty()
            || !self.marked.is_empty()
    }

    /// Tells whether minutes were closed since the last time.
    pub(crate) fn is_closed_unsaved(&self) -> bool {
        self.closed_since_save > 0
    }

    /// Takes what is to be saved; what was found is dealt with.
    ///
    /// Series of which nothing is left go, unless `keep` has them.
    pub(crate) fn take_unsaved(&mut self, keep: &BTreeSet<At>) -> Unsaved {
        self.mark_moved();
        self.found.clear();
        self.closed_since_save = 0;
        let cells = self.tally.take();
        let forgettable = std::mem::take(&mut self.forgettable);
        let gone = forgettable.into_iter().filter(|at| {
            let is_counted =
                cells.range((*at, Minute::default())..).next().is_some_and(|((of, _), _)| of == at);
            let is_left = self.closed.is_none_or(|closed| !self.fleet.is_forgettable(*at, closed));
            let is_wanted =
                keep.contains(at) || self.stale.contains_key(at) || self.fleet.behind(*at).is_some();
            !(is_left || is_counted || self.tally.knows(*at) || is_wanted)
        });
        let gone: Vec<At> = gone.collect();
        for at in &gone {
            self.due.remove(at);
            self.marked.remove(at);
        }
        Unsaved {
            forgotten: gone.into_iter().filter_map(|at| self.fleet.forget(at)).collect(),
            cells,
            due: std::mem::take(&mut self.due),
            marked: std::mem::take(&mut self.marked),
            places: self.take_seen_places(),
            gaps: std::mem::take(&mut self.unsaved_gaps),
        }
    }

    /// Returns why a series must be built anew.
    pub(crate) fn stale(&self, at: At) -> Option<&Stale> {
        self.stale.get(&at)
    }

    /// Lists the series that must be built anew.
    pub(crate) fn all_stale(&self) -> impl Iterator<Item = At> {
        self.stale.keys().copied()
    }

    /// Counts the series that must be built anew.
    pub(crate) fn stale_count(&self) -> usize {
        self.stale.len()
    }

    /// Returns the series to build anew that comes behind another, and after the last of them the first again. While
    /// files are imported, those that they concern wait: the next file would change them once more.
    pub(crate) fn next_stale(&self, behind: Option<At>, now_ms: i64) -> Option<(At, Stale)> {
        let importing = self.is_importing(now_ms);
        let from = behind.map_or(Bound::Unbounded, Bound::Excluded);
        let later = self.stale.range((from, Bound::Unbounded));
        let mut all = later.chain(&self.stale).map(|(at, stale)| (*at, *stale));
        all.find(|(at, stale)| !(importing && stale.is_imported()) || self.is_held_long(*at))
    }

    fn is_held_long(&self, at: At) -> bool {
        let stands_at = self.fleet.series(at).map(Series::next);
        stands_at.zip(self.closed).is_some_and(|(next, closed)| closed.since(next) >= HELD_MAX)
    }

    /// Whatever series there are in a place that is known for longer now must learn of it, and those of which nothing
    /// but imported calls is known of what files tell behind them.
    fn mark_moved(&mut self) {
        let moved = std::mem::take(&mut self.moved_places);
        for at in self.fleet.of_places(&moved) {
            if let Some(since) = self.fleet.places.since(&self.fleet.metric(at).place) {
                self.make_stale(at, since, true);
            }
        }
        let further = std::mem::take(&mut self.further_places);
        let unheard = self.fleet.unheard().filter(|at| further.contains(&self.fleet.metric(*at).place));
        for at in unheard.filter(|at| !self.stale.contains_key(at)).collect::<Vec<_>>() {
            if let Some(next) = self.fleet.series(at).map(Series::next) {
                self.make_stale(at, next, true);
            }
        }
    }

    fn take_seen_places(&mut self) -> Vec<(Place, Watched)> {
        let places = std::mem::take(&mut self.seen_places).into_iter();
        places.filter_map(|place| Some((place.clone(), self.fleet.places.get(&place)?.clone()))).collect()
    }

    /// Takes the Insights events that were seen.
    pub(crate) fn take_seen(&mut self) -> Vec<(Position, Arrived)> {
        std::mem::take(&mut self.seen)
    }

    /// Puts a series that was built anew in place of the one that did not know of late calls.
    pub(crate) fn rebuilt(&mut self, at: At, series: Option<Series>) {
        if let Some(series) = series {
            self.fleet.replace(at, series);
            self.due.insert(at);
        }
        self.fleet.release(at);
        self.stale.remove(&at);
        self.marked.insert(at);
    }

    /// Marks a series as it was marked when it was saved.
    pub(crate) fn put_stale(&mut self, at: At, stale: Stale) {
        self.fleet.hold(at);
        self.stale.insert(at, stale);
    }
}
