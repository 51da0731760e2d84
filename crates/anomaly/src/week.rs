//! What was usual: the hours of a week, and the peaks of the three weeks before it.

use crate::compact::Compact;
use crate::hour::Hour;

/// Hours in a week, and in a day.
pub(crate) const WEEK: usize = 168;
pub(crate) const DAY: usize = 24;

/// The most calls of some time: in any five minutes, and in any one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Peaks {
    pub(crate) most5: Compact,
    pub(crate) most1: Compact,
}

impl Peaks {
    pub(crate) fn new(most5: u64, most1: u32) -> Self {
        Self { most5: Compact::ceil(most5), most1: Compact::ceil(u64::from(most1)) }
    }

    pub(crate) fn and(self, other: Self) -> Self {
        Self { most5: self.most5.min(other.most5), most1: self.most1.min(other.most1) }
    }

    pub(crate) fn or(self, other: Self) -> Self {
        Self { most5: self.most5.max(other.most5), most1: self.most1.max(other.most1) }
    }
}

/// The hours of the last seven days, and the peaks of the weeks before.
#[derive(Debug, Clone)]
pub(crate) struct Week {
    hours: Hours,
    /// How many hours were seen, up to a week and no more.
    seen: u8,
    /// Hours until the peaks move on by a week.
    until_next: u8,
    older: [Peaks; Self::OLDER],
}

/// Most series have calls in few hours, and take little room for them; which it is can't be told from outside.
#[derive(Debug, Clone)]
enum Hours {
    /// Those that had calls, by their place in the week.
    Few(Vec<(u8, Hour)>),
    All(Box<[Hour; WEEK]>),
}

/// So many hours take less room as a list than as a week.
const FEW_MAX: usize = 64;

impl Week {
    /// How many weeks before the last their peaks are remembered.
    pub(crate) const OLDER: usize = 3;

    /// Begins with `seen` hours of silence.
    pub(crate) fn silent(seen: u8) -> Self {
        Self {
            hours: Hours::Few(Vec::new()),
            seen: seen.min(HOURS),
            until_next: HOURS,
            older: [Peaks::default(); Self::OLDER],
        }
    }

    /// Puts together what was taken apart, or says nothing where it can't have been.
    pub(crate) fn of_parts(seen: u8, until_next: u8, older: [Peaks; Self::OLDER]) -> Option<Self> {
        let fits = seen <= HOURS && (1..=HOURS).contains(&until_next);
        fits.then(|| Self { hours: Hours::Few(Vec::new()), seen, until_next, older })
    }

    /// Returns how many hours were seen, up to a week.
    pub(crate) fn seen(&self) -> usize {
        usize::from(self.seen)
    }

    pub(crate) fn seen_byte(&self) -> u8 {
        self.seen
    }

    pub(crate) fn until_next(&self) -> u8 {
        self.until_next
    }

    pub(crate) fn older(&self) -> &[Peaks; Self::OLDER] {
        &self.older
    }

    pub(crate) fn hour(&self, place: u8) -> Hour {
        match &self.hours {
            Hours::Few(few) => match few.binary_search_by_key(&place, |(at, _)| *at) {
                Ok(at) => few[at].1,
                Err(_) => Hour::default(),
            },
            Hours::All(all) => all[usize::from(place) % WEEK],
        }
    }

    /// Replaces the hour that stood at this place a week before. Tells whether a week ended with it.
    pub(crate) fn end_hour(&mut self, place: u8, hour: Hour) -> bool {
        self.set(place, hour);
        self.seen = (self.seen + 1).min(HOURS);
        self.until_next -= 1;
        let ends = self.until_next == 0;
        if ends {
            self.until_next = HOURS;
            let week = self.hours().fold(Peaks::default(), |most, (_, hour)| most.or(hour.peaks()));
            self.older.rotate_right(1);
            self.older[0] = week;
            self.shrink();
        }
        ends
    }

    pub(crate) fn set(&mut self, place: u8, hour: Hour) {
        match &mut self.hours {
            Hours::Few(few) => match few.binary_search_by_key(&place, |(at, _)| *at) {
                Ok(at) if hour == Hour::default() => drop(few.remove(at)),
                Ok(at) => few[at].1 = hour,
                Err(_) if hour == Hour::default() => {}
                Err(at) if few.len() < FEW_MAX => {
                    few.reserve_exact(1);
                    few.insert(at, (place, hour));
                }
                Err(_) => {
                    let mut all = Box::new([Hour::default(); WEEK]);
                    few.iter().for_each(|&(at, hour)| all[usize::from(at)] = hour);
                    all[usize::from(place)] = hour;
                    self.hours = Hours::All(all);
                }
            },
            Hours::All(all) => all[usize::from(place) % WEEK] = hour,
        }
    }

    /// Takes less room again, once most hours are silent.
    fn shrink(&mut self) {
        let few: Vec<_> = self.hours().take(FEW_MAX / 2 + 1).collect();
        if matches!(self.hours, Hours::All(_)) && few.len() <= FEW_MAX / 2 {
            self.hours = Hours::Few(few);
        }
    }

    /// Returns the hours that had calls, with their places, in the order of places.
    pub(crate) fn hours(&self) -> impl Iterator<Item = (u8, Hour)> + '_ {
        let (few, all) = match &self.hours {
            Hours::Few(few) => (few.as_slice(), [].as_slice()),
            Hours::All(all) => ([].as_slice(), all.as_slice()),
        };
        let all = (0..HOURS).zip(all).map(|(place, hour)| (place, *hour));
        few.iter().copied().chain(all).filter(|(_, hour)| *hour != Hour::default())
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        match &self.hours {
            Hours::Few(few) => few.capacity() * size_of::<(u8, Hour)>(),
            Hours::All(_) => size_of::<[Hour; WEEK]>(),
        }
    }
}

/// [`WEEK`], as places are counted.
pub(crate) const HOURS: u8 = 168;

#[cfg(test)]
mod tests {
    use super::*;

    fn hour(calls: u64) -> Hour {
        let bytes = Compact::floor(calls).bits().to_le_bytes();
        Hour::from_bytes([bytes[0], bytes[1], bytes[0], bytes[1], bytes[0], bytes[1], 0, 0])
    }

    #[test]
    fn few_hours_and_all_hours_tell_the_same() {
        let mut week = Week::silent(0);
        let mut model = [0_u64; WEEK];
        for step in 0..5000_u64 {
            let place = u8::try_from(step % 168).unwrap();
            // Weeks that are busy, and weeks that are nearly silent.
            let busy = (step / 168) % 3 != 2;
            let calls = if busy || step % 7 == 0 { step % 11 } else { 0 };
            week.end_hour(place, hour(calls));
            model[usize::from(place)] = calls;
            let told: Vec<_> = week.hours().map(|(at, hour)| (usize::from(at), hour.calls.get())).collect();
            let wanted: Vec<_> = model.iter().copied().enumerate().filter(|(_, calls)| *calls > 0).collect();
            assert_eq!(told, wanted, "{step}");
            assert_eq!(week.hour(place).calls.get(), calls);
        }
        assert_eq!(week.seen(), WEEK);
    }

    #[test]
    fn peaks_of_three_weeks_before_are_remembered_and_then_forgotten() {
        let mut week = Week::silent(0);
        let mut peaks = Vec::new();
        for number in 0..6_u64 {
            for place in 0..168 {
                week.end_hour(place, hour(if place == 9 && number == 0 { 77 } else { 1 }));
            }
            peaks.push(week.older().iter().map(|peak| peak.most5.get()).max().unwrap());
        }
        assert_eq!(peaks, [77, 77, 77, 1, 1, 1]);
    }
}
