//! What was usual: a week of hours, and the peaks of four weeks.

use crate::compact::Compact;

/// Hours in a week.
pub const HOURS: usize = 168;
pub const HOUR_MINUTES: u32 = 60;

/// One hour of a series.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Hour {
    /// Calls.
    pub sum: Compact,
    /// The squares of its twelve five-minute counts, added.
    pub squares: Compact,
    /// The most calls in any five minutes that ended in it, and in any one minute.
    pub most5: Compact,
    pub most1: Compact,
    /// The fewest calls in any five minutes that ended in it.
    pub least5: Compact,
}

/// The hours of the last seven days, most of which may be empty, and the peaks of the weeks before.
#[derive(Debug, Clone)]
pub struct Baseline {
    hours: Hours,
    /// The hour that is being written, by its place in the week.
    pub now: u8,
    /// How many hours were seen, up to a week and no more.
    pub seen: u8,
    /// Peaks in five minutes and in one, of the three weeks before the last.
    older5: [Compact; 3],
    older1: [Compact; 3],
    /// Hours until the peaks move on by a week.
    until_week: u8,
}

#[derive(Debug, Clone)]
enum Hours {
    /// The hours that had calls, by place.
    Few(Vec<(u8, Hour)>),
    All(Box<[Hour; HOURS]>),
}

const FEW_MAX: usize = 60;

impl Baseline {
    pub fn new(now: u8) -> Self {
        Self {
            hours: Hours::Few(Vec::new()),
            now,
            seen: 0,
            older5: [Compact::default(); 3],
            older1: [Compact::default(); 3],
            until_week: HOURS as u8,
        }
    }

    pub fn hour(&self, place: usize) -> Hour {
        let place = place % HOURS;
        match &self.hours {
            Hours::Few(few) => {
                few.iter().find(|(at, _)| usize::from(*at) == place).map(|(_, hour)| *hour).unwrap_or_default()
            }
            Hours::All(all) => all.get(place).copied().unwrap_or_default(),
        }
    }

    /// Ends the hour that is being written.
    pub fn end_hour(&mut self, hour: Hour) {
        self.set(self.now, hour);
        self.now = ((usize::from(self.now) + 1) % HOURS) as u8;
        self.seen = (self.seen + 1).min(HOURS as u8);
        self.until_week -= 1;
        if self.until_week == 0 {
            self.until_week = HOURS as u8;
            let (most5, most1) = self.week_peaks();
            self.older5 = [Compact::ceil(most5), self.older5[0], self.older5[1]];
            self.older1 = [Compact::ceil(most1), self.older1[0], self.older1[1]];
        }
    }

    fn set(&mut self, place: u8, hour: Hour) {
        match &mut self.hours {
            Hours::Few(few) => {
                few.retain(|(at, _)| *at != place);
                if hour != Hour::default() {
                    if few.len() >= FEW_MAX {
                        let mut all = Box::new([Hour::default(); HOURS]);
                        for (at, hour) in few.iter() {
                            all[usize::from(*at)] = *hour;
                        }
                        all[usize::from(place)] = hour;
                        self.hours = Hours::All(all);
                    } else {
                        few.push((place, hour));
                    }
                }
            }
            Hours::All(all) => all[usize::from(place)] = hour,
        }
    }

    pub fn each(&self) -> impl Iterator<Item = (usize, Hour)> + '_ {
        let (few, all) = match &self.hours {
            Hours::Few(few) => (Some(few), None),
            Hours::All(all) => (None, Some(all)),
        };
        few.into_iter()
            .flatten()
            .map(|(at, hour)| (usize::from(*at), *hour))
            .chain(all.into_iter().flat_map(|all| all.iter().copied().enumerate()))
    }

    fn week_peaks(&self) -> (u64, u64) {
        self.each().fold((0, 0), |(most5, most1), (_, hour)| {
            (most5.max(hour.most5.get()), most1.max(hour.most1.get()))
        })
    }

    pub fn older_peaks(&self) -> (u64, u64) {
        let most = |peaks: &[Compact; 3]| peaks.iter().map(|peak| peak.get()).max().unwrap_or_default();
        (most(&self.older5), most(&self.older1))
    }

    pub fn heap_bytes(&self) -> usize {
        match &self.hours {
            Hours::Few(few) => few.capacity() * size_of::<(u8, Hour)>(),
            Hours::All(_) => size_of::<[Hour; HOURS]>(),
        }
    }
}
