//! All series, in memory.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use cairn_anomaly::{Minute, Series, Verdict};
use cairn_event::AccountId;

use crate::metric::{Kind, Metric, MetricId, Place};
use crate::rebuild::{self, REMEMBERED_DAYS};
use crate::store::{Gap, Heard};
use crate::watched::Places;

/// The most metrics that are counted at a time; calls of others are not, and a warning says so.
pub(crate) const METRICS_MAX: usize = 1_000_000;

/// The most metrics of one account: one account does not take the room of all others.
pub(crate) const METRICS_OF_ACCOUNT_MAX: usize = 50_000;

/// The minutes that a series may be judged behind the others, because its calls come late.
pub(crate) const BEHIND_MAX: u32 = 15;

/// How long after the last late call a series is judged behind.
pub(crate) const BEHIND_FOR: u32 = 24 * 60;

/// A call that is later than this says nothing of those that come next.
pub(crate) const LATENESS_MAX: u32 = 60;

/// Texts beyond so many of each metric, and some, are nobody's any more: a metric has three at most.
const TEXTS_PER_METRIC: usize = 4;
const TEXTS_MIN: usize = 1_000;

/// Where a metric stands in a fleet. It stays there as long as the metric does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct At(u32);

/// There are too many metrics: this one is not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Full;

/// Every metric that is counted, by what it is, and what is usual for it.
#[derive(Debug, Default)]
pub(crate) struct Fleet {
    by_metric: HashMap<Arc<Metric>, At>,
    slots: Vec<Slot>,
    of_account: HashMap<AccountId, usize>,
    texts: HashSet<Arc<str>>,
    pub(crate) places: Places,
    /// What was before is as good as unknown.
    watched_from: Minute,
    behind: BTreeMap<At, Behind>,
    /// Series that stand still until they are built anew.
    held: BTreeSet<At>,
    /// Series whose first calls were imported, with since when others are heard.
    imported: BTreeMap<At, Heard>,
    /// Places that metrics have left.
    free: Vec<At>,
    limits: Limits,
}

/// How many metrics there may be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) all: usize,
    pub(crate) of_account: usize,
}

#[derive(Debug)]
struct Slot {
    /// Its number in the store, once it has one.
    id: Option<MetricId>,
    metric: Arc<Metric>,
    series: Option<Series>,
    phase: u8,
    /// Whether it had calls since its state was last kept.
    touched: bool,
}

/// A series whose calls come late, and what came of minutes that it has not judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Behind {
    /// The newest minute of a late call.
    pub(crate) newest: Minute,
    /// Until when it is judged behind.
    pub(crate) until: Minute,
    /// How many minutes.
    lateness: u32,
    waiting: BTreeMap<Minute, u32>,
}

impl Behind {
    /// Returns the last minute that is whole for it, once `closed` is for others.
    pub(crate) fn whole(&self, closed: Minute) -> Minute {
        self.newest.max(closed.minus(self.lateness)).min(closed)
    }
}

/// What the closing of a minute came to.
#[derive(Debug, Default)]
pub(crate) struct Stepped {
    pub(crate) verdicts: Vec<(At, Verdict)>,
    /// The series whose state is to be kept now.
    pub(crate) due: Vec<At>,
    /// Those of which nothing is left to keep.
    pub(crate) forgettable: Vec<At>,
    /// Those that are judged with the others again.
    pub(crate) caught_up: Vec<At>,
}

/// A minute that is closed: its calls, by series in order.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ClosedMinute<'c> {
    pub(crate) minute: Minute,
    pub(crate) calls: &'c BTreeMap<At, u32>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { all: METRICS_MAX, of_account: METRICS_OF_ACCOUNT_MAX }
    }
}

impl Fleet {
    /// Makes an empty fleet.
    pub(crate) fn new(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// Counts the metrics.
    pub(crate) fn len(&self) -> usize {
        self.by_metric.len()
    }

    /// Finds a metric, or takes it in; tells whether it is new.
    pub(crate) fn find_or_add(&mut self, metric: Metric) -> Result<(At, bool), Full> {
        if let Some(at) = self.by_metric.get(&metric) {
            return Ok((*at, false));
        }
        let account = metric.place.account;
        let of_account = self.of_account.get(&account).copied().unwrap_or_default();
        if self.by_metric.len() >= self.limits.all || of_account >= self.limits.of_account {
            return Err(Full);
        }
        Ok((self.put(None, metric, None), true))
    }

    /// Takes in a metric with what is known of it.
    pub(crate) fn put(&mut self, id: Option<MetricId>, metric: Metric, series: Option<Series>) -> At {
        if self.texts.len() > TEXTS_PER_METRIC * self.slots.len() + TEXTS_MIN {
            // Metrics that were forgotten have left theirs.
            self.texts.retain(|text| Arc::strong_count(text) > 1);
        }
        self.texts.insert(Arc::clone(&metric.source));
        self.texts.insert(Arc::clone(&metric.name));
        if let Kind::Errors(code) = &metric.kind {
            self.texts.insert(Arc::clone(code));
        }
        *self.of_account.entry(metric.place.account).or_default() += 1;
        let (phase, metric) = (rebuild::phase(&metric), Arc::new(metric));
        let slot = Slot { id, metric: Arc::clone(&metric), series, phase, touched: false };
        let at = match self.free.pop() {
            Some(at) => {
                self.slots[at.0 as usize] = slot;
                at
            }
            None => {
                self.slots.push(slot);
                At(u32::try_from(self.slots.len() - 1).unwrap_or(u32::MAX))
            }
        };
        self.by_metric.insert(metric, at);
        at
    }

    /// Forgets a metric, whose place another may take.
    pub(crate) fn forget(&mut self, at: At) -> Option<MetricId> {
        let slot = self.slot_mut(at);
        (slot.series, slot.touched) = (None, false);
        let (id, metric) = (slot.id.take(), Arc::clone(&slot.metric));
        self.by_metric.remove(&metric)?;
        if let Some(count) = self.of_account.get_mut(&metric.place.account) {
            *count = count.saturating_sub(1);
        }
        self.behind.remove(&at);
        self.held.remove(&at);
        self.imported.remove(&at);
        self.free.push(at);
        id
    }

    /// Returns a text as it is shared by all metrics that have it.
    pub(crate) fn text(&self, text: &str) -> Arc<str> {
        self.texts.get(text).map_or_else(|| Arc::from(text), Arc::clone)
    }

    /// Returns the minute from which on it is known what a place had.
    pub(crate) fn known_from(&self, place: &Place) -> Option<Minute> {
        self.places.since(place).map(|since| since.max(self.watched_from))
    }

    /// Takes everything before a minute for unknown.
    pub(crate) fn watch_from(&mut self, minute: Minute) {
        self.watched_from = minute;
    }

    /// Begins all series anew with a minute, but for those that are built anew anyway; tells which, and whether
    /// something unusual went on.
    pub(crate) fn begin_anew(&mut self, minute: Minute) -> Vec<(At, bool)> {
        self.watch_from(minute);
        let mut begun = Vec::new();
        for (at, slot) in (0..).map(At).zip(&mut self.slots) {
            let phase = slot.phase;
            if let Some(series) = slot.series.as_mut().filter(|_| !self.held.contains(&at)) {
                begun.push((at, series.is_unusual()));
                *series = Series::begin(minute, minute, phase);
            }
        }
        begun
    }

    /// Lists the metrics of some places, in one look at all there are.
    pub(crate) fn of_places(&self, places: &BTreeSet<Place>) -> Vec<At> {
        if places.is_empty() {
            return Vec::new();
        }
        let all = self.slots.iter().enumerate();
        let found = all.filter(|(_, slot)| places.contains(&slot.metric.place));
        found.map(|(at, _)| At(u32::try_from(at).unwrap_or(u32::MAX))).collect()
    }

    fn slot(&self, at: At) -> &Slot {
        &self.slots[at.0 as usize]
    }

    fn slot_mut(&mut self, at: At) -> &mut Slot {
        &mut self.slots[at.0 as usize]
    }

    /// Returns a metric's number in the store.
    pub(crate) fn id(&self, at: At) -> Option<MetricId> {
        self.slot(at).id
    }

    /// Gives a metric its number.
    pub(crate) fn set_id(&mut self, at: At, id: MetricId) {
        self.slot_mut(at).id = Some(id);
    }

    pub(crate) fn metric(&self, at: At) -> &Arc<Metric> {
        &self.slot(at).metric
    }

    pub(crate) fn find(&self, metric: &Metric) -> Option<At> {
        self.by_metric.get(metric).copied()
    }

    pub(crate) fn series(&self, at: At) -> Option<&Series> {
        self.slot(at).series.as_ref()
    }

    /// Replaces a series by one that was built anew.
    pub(crate) fn replace(&mut self, at: At, series: Series) {
        let slot = self.slot_mut(at);
        slot.series = Some(series);
        slot.touched = true;
    }

    /// Has a series stand still: it would judge by what is not so. Tells whether that is news.
    pub(crate) fn hold(&mut self, at: At) -> bool {
        self.held.insert(at)
    }

    /// Has a series be told of minutes again.
    pub(crate) fn release(&mut self, at: At) {
        self.held.remove(&at);
    }

    /// Notes that the first calls of a metric were imported: that it has none is not known before others are heard.
    pub(crate) fn begin_imported(&mut self, at: At, heard: Heard) {
        self.imported.insert(at, heard);
    }

    /// Notes a call that came in its time; tells whether it is the first of a metric whose others were imported.
    pub(crate) fn hear(&mut self, at: At, minute: Minute) -> bool {
        let Some(heard) = self.imported.get_mut(&at).filter(|heard| heard.0.is_none()) else { return false };
        *heard = Heard(Some(minute));
        true
    }

    /// Tells, of a metric whose first calls were imported, since when others are heard.
    pub(crate) fn heard(&self, at: At) -> Option<Heard> {
        self.imported.get(&at).copied()
    }

    /// Lists the metrics of which nothing but imported calls is known.
    pub(crate) fn unheard(&self) -> impl Iterator<Item = At> {
        self.imported.iter().filter(|(_, heard)| heard.0.is_none()).map(|(at, _)| *at)
    }

    fn is_unheard(&self, at: At) -> bool {
        self.imported.get(&at).is_some_and(|heard| heard.0.is_none())
    }

    /// Lists the minutes in which nobody would have known of calls of a metric, in order: `gaps`, in which nobody
    /// watched, and those between what was imported and what is heard.
    pub(crate) fn unwatched(&self, at: At, gaps: &[Gap]) -> Vec<Gap> {
        let mut all = gaps.to_vec();
        if let Some(watched) = self.places.get(&self.metric(at).place) {
            let heard = match self.imported.get(&at) {
                Some(Heard(since)) => since.unwrap_or(Minute::new(u32::MAX)),
                None => watched.live,
            };
            all.extend(watched.gaps(heard));
            all.sort_unstable();
        }
        all
    }

    /// Tells whether nothing is left of a metric at the end of a minute: it had no calls for long, or none was ever
    /// heard, and what was imported is too old to say what is usual.
    pub(crate) fn is_forgettable(&self, at: At, minute: Minute) -> bool {
        let imported_to = || self.places.get(&self.metric(at).place)?.imported_to();
        let is_old = || imported_to().is_none_or(|to| minute.since(to) > REMEMBERED_DAYS * 24 * 60);
        self.series(at).is_some_and(is_idle) || (self.is_unheard(at) && is_old())
    }

    /// Has a series be judged behind from now on, by as much as a call of `minute` came late: what is not whole would
    /// look like a silence.
    pub(crate) fn fall_behind(&mut self, at: At, minute: Minute, closed: Minute) {
        let until = closed.plus(BEHIND_FOR);
        let lateness = (closed.since(minute) + 1).min(BEHIND_MAX);
        let waiting = BTreeMap::new();
        let behind = self.behind.entry(at).or_insert(Behind { newest: minute, until, lateness, waiting });
        behind.newest = behind.newest.max(minute);
        behind.lateness = behind.lateness.max(lateness);
        behind.until = until;
    }

    /// Enters late calls in a minute that its series has not judged yet; false when it has.
    pub(crate) fn enter_late(&mut self, at: At, minute: Minute, calls: u32) -> bool {
        let Some(series) = self.series(at) else { return false };
        if minute < series.next() {
            return false;
        }
        let Some(behind) = self.behind.get_mut(&at) else { return false };
        let waiting = behind.waiting.entry(minute).or_default();
        *waiting = waiting.saturating_add(calls);
        true
    }

    /// Returns how a series is behind.
    pub(crate) fn behind(&self, at: At) -> Option<&Behind> {
        self.behind.get(&at)
    }

    /// Puts a series behind as it was.
    pub(crate) fn put_behind(&mut self, at: At, newest: Minute, until: Minute) {
        self.behind.insert(at, Behind { newest, until, lateness: BEHIND_MAX, waiting: BTreeMap::new() });
    }

    /// Has calls wait until their minutes are judged, if the series is behind.
    pub(crate) fn set_waiting(&mut self, at: At, waiting: BTreeMap<Minute, u32>) {
        if let Some(behind) = self.behind.get_mut(&at) {
            behind.waiting = waiting;
        }
    }

    /// Tells all series of a minute.
    pub(crate) fn close(&mut self, closed: ClosedMinute<'_>, gap: impl Fn(Minute) -> bool) -> Stepped {
        let mut stepped = Stepped::default();
        let mut calls = closed.calls.iter().peekable();
        let minute = closed.minute;
        let observed = !gap(minute);
        for at in 0..self.slots.len() {
            let at = At(u32::try_from(at).unwrap_or(u32::MAX));
            let count = calls.next_if(|(with_calls, _)| **with_calls == at).map_or(0, |(_, count)| *count);
            let is_held = self.held.contains(&at);
            if count > 0 {
                self.slot_mut(at).touched = true;
                if self.begin(at, minute) && is_held {
                    stepped.due.push(at);
                }
            }
            if is_held {
                continue;
            }
            match self.behind.get_mut(&at) {
                Some(behind) => {
                    if count > 0 {
                        behind.waiting.insert(minute, count);
                    }
                    self.catch_up(at, minute, &gap, &mut stepped);
                }
                None => {
                    let observed = observed && !self.is_unheard(at);
                    if let Some(series) = self.slot_mut(at).series.as_mut().filter(|it| it.next() == minute) {
                        tell(series, at, count, observed, &mut stepped.verdicts);
                    }
                }
            }
            self.note_due(at, minute, &mut stepped);
        }
        stepped
    }

    /// Begins a series if there is none; tells whether there was none.
    fn begin(&mut self, at: At, minute: Minute) -> bool {
        let slot = &self.slots[at.0 as usize];
        if slot.series.is_some() {
            return false;
        }
        let first = self.known_from(&slot.metric.place).unwrap_or(minute).min(minute);
        let series = Series::begin(first, minute, slot.phase);
        self.slot_mut(at).series = Some(series);
        true
    }

    /// Tells a series that is behind of the minutes that are whole by now.
    fn catch_up(&mut self, at: At, closed: Minute, gap: &impl Fn(Minute) -> bool, stepped: &mut Stepped) {
        let Some(behind) = self.behind.get_mut(&at) else { return };
        let over = closed >= behind.until;
        let whole = if over { closed } else { behind.whole(closed) };
        if let Some(series) = self.slots[at.0 as usize].series.as_mut() {
            while series.next() <= whole {
                let minute = series.next();
                let count = behind.waiting.remove(&minute).unwrap_or_default();
                tell(series, at, count, !gap(minute), &mut stepped.verdicts);
            }
        }
        if over {
            self.behind.remove(&at);
            stepped.caught_up.push(at);
        }
    }

    /// States are kept at the end of a series' own hour when it had calls, else once a day.
    fn note_due(&mut self, at: At, minute: Minute, stepped: &mut Stepped) {
        let slot = self.slot(at);
        if slot.series.is_none() || minute.number() % 60 != u32::from(slot.phase) {
            return;
        }
        let daily = minute.number() / 60 % 24 == at.0 % 24;
        if !slot.touched && self.is_forgettable(at, minute) {
            stepped.forgettable.push(at);
        } else if slot.touched || daily {
            self.slot_mut(at).touched = false;
            stepped.due.push(at);
        }
    }
}

/// Tells whether nothing is left of a series' calls, which it has had none of for an hour: one that begins anew is the
/// same.
fn is_idle(series: &Series) -> bool {
    let usual = series.usual();
    !series.is_unusual() && usual.most == 0 && usual.average <= 0.0
}

fn tell(series: &mut Series, at: At, calls: u32, observed: bool, found: &mut Vec<(At, Verdict)>) {
    let mut verdicts = Vec::new();
    rebuild::tell(series, calls, observed, &mut verdicts);
    found.extend(verdicts.into_iter().map(|verdict| (at, verdict)));
}

#[cfg(test)]
mod tests;
