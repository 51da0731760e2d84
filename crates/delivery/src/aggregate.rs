//! From a window of data events to files of aggregated events (reference §6.7).
//!
//! For each template, event source and value of the template's dimension there is one aggregated event, with
//! how often it happened and what the events were otherwise. Which events fall into a window, and in which
//! order, comes from the journal, so the same journal gives the same files.

use std::collections::BTreeMap;
use std::io;

use cairn_catalog::{AggregationTemplate, TrailId};
use cairn_event::{AccountId, EventTime, EventView, Region};

use crate::aggregated_event::{self, Window};
use crate::dimension::{Dimension, names};
use crate::log_file::{Folder, OpenLogFile, SealedLogFile, UNCOMPRESSED_BYTES_MAX};

/// The most names that are counted at once. Beyond it what is counted so far is written, and counting begins
/// anew: a value may have several aggregated events in a window, whose counts add up.
const NAMES_MAX: usize = 100_000;

/// How large a file becomes before it may end. A file ends only between two positions, since its name comes
/// from a position; the rest of its room takes what one event can still add.
const FILE_BYTES: u64 = UNCOMPRESSED_BYTES_MAX - 4_000_000;

/// Counts the events of one window of one trail.
#[derive(Debug)]
pub(crate) struct Aggregator {
    trail: TrailId,
    window: Window,
    names_max: usize,
    names: usize,
    groups: BTreeMap<GroupKey, Group>,
    open: BTreeMap<(AccountId, Region), OpenFile>,
    sealed: Vec<SealedLogFile>,
}

/// What one aggregated event is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct GroupKey {
    pub(crate) account: AccountId,
    pub(crate) region: Region,
    pub(crate) template: AggregationTemplate,
    pub(crate) event_source: String,
    /// The value of the template's dimension.
    pub(crate) primary: String,
}

/// What an aggregated event counts.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) count: u64,
    pub(crate) details: BTreeMap<Dimension, BTreeMap<String, u64>>,
    /// The journal position of the first event counted, and of the last.
    pub(crate) positions: (u64, u64),
    /// The earliest time of an event counted, and the latest.
    times: (EventTime, EventTime),
}

#[derive(Debug)]
struct OpenFile {
    file: OpenLogFile,
    /// Where the newest aggregated event in it begins.
    begins: u64,
}

impl Aggregator {
    pub(crate) fn new(trail: &TrailId, start_ms: i64, end_ms: i64) -> Self {
        Self {
            trail: trail.clone(),
            window: Window { start_ms, end_ms },
            names_max: NAMES_MAX,
            names: 0,
            groups: BTreeMap::new(),
            open: BTreeMap::new(),
            sealed: Vec::new(),
        }
    }

    /// Counts an event under each of `templates`.
    ///
    /// # Errors
    /// Compression failed, which memory alone can cause.
    pub(crate) fn push(
        &mut self,
        templates: &[AggregationTemplate],
        position: u64,
        (account, region): (AccountId, &Region),
        event: &EventView<'_>,
    ) -> io::Result<()> {
        if self.names >= self.names_max {
            self.write()?;
        }
        let names = names(event);
        for template in templates {
            let dimension = Dimension::primary(*template);
            for primary in names.get(&dimension).into_iter().flatten() {
                let key = GroupKey {
                    account,
                    region: region.clone(),
                    template: *template,
                    event_source: event.event_source.clone().into_owned(),
                    primary: primary.clone(),
                };
                let group = self.groups.entry(key).or_insert_with(|| {
                    self.names += 1;
                    Group::begin(position, event.event_time)
                });
                let details = names.iter().filter(|(detail, _)| **detail != dimension);
                self.names += group.count(position, event.event_time, details);
            }
        }
        Ok(())
    }

    /// Seals the window's files, in an order that depends on the events alone.
    ///
    /// # Errors
    /// Compression failed, which memory alone can cause.
    pub(crate) fn close(mut self) -> io::Result<Vec<SealedLogFile>> {
        self.write()?;
        for ((account, region), open) in self.open {
            self.sealed.push(open.file.seal(account, region, Folder::Aggregated, self.window.end_ms)?);
        }
        self.sealed.sort_by_key(|file| (file.first_position, file.account, file.region.clone()));
        Ok(self.sealed)
    }

    /// Writes what is counted, by the position at which it began.
    fn write(&mut self) -> io::Result<()> {
        self.names = 0;
        let mut groups: Vec<(GroupKey, Group)> = std::mem::take(&mut self.groups).into_iter().collect();
        groups.sort_by_key(|(_, group)| group.positions.0);
        for (key, group) in groups {
            let event = aggregated_event::render(&self.trail, self.window, &key, &group)?;
            let (first, last) = group.positions;
            let place = (key.account, key.region);
            let is_full =
                |open: &OpenFile| first > open.begins && open.file.is_full_for(event.len(), FILE_BYTES);
            if self.open.get(&place).is_some_and(is_full)
                && let Some(full) = self.open.remove(&place)
            {
                let (account, region) = place.clone();
                let sealed = full.file.seal(account, region, Folder::Aggregated, self.window.end_ms)?;
                self.sealed.push(sealed);
            }
            let (oldest, newest) = group.times;
            let begun = || OpenFile { file: OpenLogFile::begin(first, oldest), begins: first };
            let open = self.open.entry(place).or_insert_with(begun);
            open.file.push(last, newest, &event)?;
            open.file.cover(last, oldest);
            open.begins = first;
        }
        Ok(())
    }
}

impl Group {
    fn begin(position: u64, time: EventTime) -> Self {
        Self { count: 0, details: BTreeMap::new(), positions: (position, position), times: (time, time) }
    }

    /// Counts an event and returns how many names are new.
    fn count<'n>(
        &mut self,
        position: u64,
        time: EventTime,
        details: impl Iterator<Item = (&'n Dimension, &'n std::collections::BTreeSet<String>)>,
    ) -> usize {
        self.count += 1;
        self.positions.1 = position;
        self.times = (self.times.0.min(time), self.times.1.max(time));
        let mut new = 0;
        for (dimension, names) in details {
            let counts = self.details.entry(*dimension).or_default();
            for name in names {
                match counts.get_mut(name) {
                    Some(count) => *count += 1,
                    None => {
                        counts.insert(name.clone(), 1);
                        new += 1;
                    }
                }
            }
        }
        new
    }
}

#[cfg(test)]
mod tests;
