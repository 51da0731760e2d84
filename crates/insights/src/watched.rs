//! What was watched in a place: everything since Cairn listens to it, and of what was before as much as was imported.
//!
//! Files tell of the hours that they have events of. A day without any is as good as a file that is missing, and so is
//! everything behind their last event: nobody knows what happened there, and no silence begins in it.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use cairn_anomaly::Minute;
use serde::{Deserialize, Serialize};

use crate::metric::Place;
use crate::store::Gap;

/// Since when a place is known, and from what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    /// Since when Cairn listens: the minute of the first event that came in its time, or that in which the first one
    /// was imported.
    pub live: Minute,
    /// What was told of it later.
    pub imported: Option<Imported>,
    /// What the trail selects, for data events: of what it does not, nothing is known.
    pub selection: Option<Arc<str>>,
}

/// Hours that imported files tell of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    first: u32,
    last: u32,
    /// By days since the epoch; a bit for each hour with an event.
    hours: BTreeMap<u32, u32>,
}

/// How Cairn came to know of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    /// It came in its time.
    Live,
    /// It came much later, in this minute.
    Later(Minute),
}

/// What an event changes of what is known of its place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is independent of the others")]
pub(crate) struct Change {
    /// Something is to be saved.
    pub(crate) any: bool,
    /// It is known for longer than it was what is usual.
    pub(crate) since: bool,
    /// Files tell of more than they did, behind their end.
    pub(crate) further: bool,
}

/// What the trails select that look for insights in data events, by their ARNs: texts that are the same where that is.
pub(crate) type Selections = BTreeMap<Arc<str>, Arc<str>>;

/// All places.
#[derive(Debug, Default)]
pub(crate) struct Places(BTreeMap<Place, Watched>);

impl Watched {
    /// Begins to listen.
    pub fn live_since(minute: Minute) -> Self {
        Self { live: minute, imported: None, selection: None }
    }

    /// Returns the minute since which it is known what is usual: since Cairn listens, or, once files tell of a day's
    /// worth of hours, since a day before the end of the last of the first such hours.
    pub fn since(&self) -> Minute {
        let imported = self.imported.as_ref().and_then(Imported::since);
        imported.map_or(self.live, |since| since.min(self.live))
    }

    /// Returns the minute of the first event that anybody told of.
    pub fn first(&self) -> Minute {
        let imported = self.imported.as_ref().map(|imported| Minute::new(imported.first));
        imported.map_or(self.live, |first| first.min(self.live))
    }

    /// Lists the minutes before `heard` that no file tells of, of those since the first that one does.
    pub fn gaps(&self, heard: Minute) -> Vec<Gap> {
        self.imported.iter().flat_map(|imported| imported.gaps(self.live, heard)).collect()
    }

    /// Returns the last minute that files tell of.
    pub(crate) fn imported_to(&self) -> Option<Minute> {
        self.imported.as_ref().map(|imported| Minute::new(imported.last))
    }

    pub(crate) fn see(&mut self, minute: Minute, told: Told) -> Change {
        let before = (self.since(), self.imported_to());
        let any = match told {
            Told::Live => {
                let is_earlier = minute < self.live;
                self.live = self.live.min(minute);
                is_earlier
            }
            Told::Later(_) => self.imported.get_or_insert_with(|| Imported::begin(minute)).enter(minute),
        };
        Change { any, since: self.since() < before.0, further: any && self.imported_to() > before.1 }
    }
}

impl Imported {
    fn begin(minute: Minute) -> Self {
        let minute = minute.number();
        Self { first: minute, last: minute, hours: BTreeMap::new() }
    }

    /// Enters an event; tells whether that is news.
    fn enter(&mut self, minute: Minute) -> bool {
        let minute = minute.number();
        let is_within = self.first <= minute && minute <= self.last;
        (self.first, self.last) = (self.first.min(minute), self.last.max(minute));
        let hours = self.hours.entry(minute / DAY).or_default();
        let hour = 1 << (minute % DAY / HOUR);
        let is_known = *hours & hour != 0;
        *hours |= hour;
        if self.hours.len() > DAYS_MAX {
            self.hours.pop_first();
        }
        !(is_known && is_within)
    }

    fn since(&self) -> Option<Minute> {
        let hours = self.hours.iter().flat_map(|(day, hours)| {
            let seen = (0..DAY / HOUR).filter(move |hour| hours & (1 << hour) != 0);
            seen.map(move |hour| day * (DAY / HOUR) + hour)
        });
        let end = (hours.take(HOURS_MIN).nth(HOURS_MIN - 1)? + 1) * HOUR;
        Some(Minute::new(end.saturating_sub(DAY).max(self.first)))
    }

    fn gaps(&self, live: Minute, heard: Minute) -> impl Iterator<Item = Gap> {
        let later = self.hours.keys().skip(1);
        let days = self.hours.keys().zip(later).map(move |(day, next)| ((day + 1) * DAY, next * DAY, live));
        let all = days.chain([(self.last.saturating_add(1), u32::MAX, heard)]);
        let gaps =
            all.map(|(from, to, until)| Gap { from: Minute::new(from), to: Minute::new(to).min(until) });
        gaps.filter(|gap| gap.from < gap.to)
    }
}

impl Places {
    /// Takes in a place as it was saved.
    pub(crate) fn put(&mut self, place: Place, watched: Watched) {
        self.0.insert(place, watched);
    }

    pub(crate) fn get(&self, place: &Place) -> Option<&Watched> {
        self.0.get(place)
    }

    /// Returns the minute since which it is known what is usual in a place.
    pub(crate) fn since(&self, place: &Place) -> Option<Minute> {
        self.get(place).map(Watched::since)
    }

    /// Notes an event of a place, of which a trail that it is of selects this.
    pub(crate) fn see(
        &mut self,
        place: &Place,
        minute: Minute,
        told: Told,
        selection: Option<&Arc<str>>,
    ) -> Change {
        if let Some(watched) = self.0.get_mut(place) {
            return watched.see(minute, told);
        }
        let mut watched = Watched::live_since(match told {
            Told::Live => minute,
            Told::Later(now) => now,
        });
        watched.selection = selection.cloned();
        let change = watched.see(minute, told);
        self.0.insert(place.clone(), watched);
        Change { any: true, since: false, ..change }
    }

    /// Returns the last minute of a place that files tell of.
    pub(crate) fn imported_to(&self, place: &Place) -> Option<Minute> {
        self.get(place)?.imported_to()
    }

    /// Notes what a trail selects from some minute on; tells whether it is known what it selected before, and that was
    /// something else: then what was counted says nothing of what is.
    pub(crate) fn select(&mut self, place: &Place, selection: Option<&Arc<str>>, minute: Minute) -> bool {
        let Some(watched) = self.0.get_mut(place) else { return false };
        if watched.selection.as_ref() == selection {
            return false;
        }
        *watched = Watched { selection: selection.cloned(), ..Watched::live_since(minute) };
        true
    }

    /// Lists the places of data events.
    pub(crate) fn of_trails(&self) -> Vec<(Place, Arc<str>)> {
        let places = self.0.keys();
        places.filter_map(|place| Some((place.clone(), place.trail.clone()?))).collect()
    }
}

/// Hours with events that show what is usual at all.
const HOURS_MIN: usize = 24;

/// Days that are told apart; points are kept no longer.
const DAYS_MAX: usize = 91;

const HOUR: u32 = 60;
const DAY: u32 = 24 * HOUR;
