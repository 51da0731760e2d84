//! What the server knows of one insight, and what follows from it.

use anyhow::Context as _;
use cairn_event::{EventTime, InsightSensitivity};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::told::{Episode, Told, Way};

/// The longest series that is read, minutes: a week, a day of something unusual, an hour after it, and room.
const SERIES_MINUTES_MAX: u32 = 40 * 1440;

/// The minutes of a day.
pub(super) const DAY: usize = 1440;

/// How far from a time of day others are still about the same.
const ABOUT_MINUTES: usize = 60;

/// The answer of the page.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    direction: Way,
    sensitivity: InsightSensitivity,
    #[serde(default)]
    start: Option<Box<RawValue>>,
    #[serde(default)]
    end: Option<Box<RawValue>>,
    #[serde(default)]
    imported: bool,
    #[serde(default)]
    trails: Vec<String>,
    series: Written,
}

#[derive(Deserialize)]
struct Written {
    from: String,
    minutes: u32,
    calls: Vec<(u32, u64)>,
    #[serde(default)]
    unobserved: Vec<(u32, u32)>,
}

/// One insight, with what was counted around it.
#[derive(Debug)]
pub(super) struct Explanation {
    pub(super) episode: Episode,
    pub(super) way: Way,
    pub(super) sensitivity: InsightSensitivity,
    /// Whether it was found in imported logs.
    pub(super) is_imported: bool,
    /// ARNs of the trails that get it.
    pub(super) trails: Vec<String>,
    pub(super) series: Series,
    /// The first unusual minute, and the first usual one after it or the end of what is known; by their places in
    /// the series.
    pub(super) unusual: (usize, usize),
}

/// Calls by the minute, one after another.
#[derive(Debug, Clone)]
pub(super) struct Series {
    /// The second that the first of them begins with.
    pub(super) from: i64,
    /// The calls of each; none where nobody watched.
    minutes: Vec<Option<u64>>,
}

/// What some minutes had.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Sum {
    /// The minutes that were watched.
    pub(super) minutes: u64,
    pub(super) calls: u64,
    /// The most in one minute, and the place of the first that had so many.
    pub(super) most: Option<(u64, usize)>,
}

impl Explanation {
    /// Reads the answer of the page.
    pub(super) fn parse(page: &[u8]) -> anyhow::Result<Self> {
        let page: Page = serde_json::from_slice(page).context("read the answer")?;
        let told = |record: Option<Box<RawValue>>| match record {
            None => Ok(None),
            Some(record) => Told::parse(record.get()).map(Some).context("read the insight's event"),
        };
        let (start, end) = (told(page.start)?, told(page.end)?);
        anyhow::ensure!(start.is_some() || end.is_some(), "read the answer: it has no event");
        let episode = Episode { start, end };
        let series = Series::read(page.series)?;
        let ended = episode.end.as_ref().map_or(usize::MAX, |end| series.place(end.at));
        let began = series.place(episode.began());
        let unusual = (began, ended.clamp(began, series.minutes.len().max(began)));
        let Page { direction: way, sensitivity, imported: is_imported, trails, .. } = page;
        Ok(Self { episode, way, sensitivity, is_imported, trails, series, unusual })
    }

    /// Sums up the minutes before it began.
    pub(super) fn before(&self) -> Sum {
        self.series.sum(0..self.unusual.0)
    }

    /// Sums up the unusual minutes.
    pub(super) fn during(&self) -> Sum {
        self.series.sum(self.unusual.0..self.unusual.1)
    }

    /// Returns the least and the most calls a minute that were usual, on average over `minutes`, about the time of day
    /// of the minute at `place`; none where nothing is known of it.
    pub(super) fn usual(&self, place: usize, minutes: usize) -> Option<(f64, f64)> {
        let mut bounds: Option<(f64, f64)> = None;
        for place in self.about(place).step_by(minutes.max(1)) {
            let end = place + minutes;
            let sum = self.series.sum(place..end);
            // A column of which little is known says nothing of what is usual.
            if end > self.unusual.0 || sum.minutes * 2 < minutes as u64 {
                continue;
            }
            let rate = sum.rate();
            let (least, most) = bounds.unwrap_or((rate, rate));
            bounds = Some((least.min(rate), most.max(rate)));
        }
        bounds
    }

    /// Sums up the minutes before that were about the same time of day.
    pub(super) fn same_time(&self) -> Sum {
        self.about(self.unusual.0).fold(Sum::default(), |sum, place| sum.with(&self.series, place))
    }

    /// Returns the places before the start that are about this time of day.
    fn about(&self, place: usize) -> impl Iterator<Item = usize> + '_ {
        let near = move |other: &usize| {
            let apart = (place % DAY + DAY - other % DAY) % DAY;
            apart <= ABOUT_MINUTES || apart >= DAY - ABOUT_MINUTES
        };
        (0..self.unusual.0).filter(near)
    }
}

impl Series {
    fn read(written: Written) -> anyhow::Result<Self> {
        let from: EventTime = written.from.parse().context("read the answer")?;
        anyhow::ensure!(
            written.minutes <= SERIES_MINUTES_MAX,
            "read the answer: it has more than {SERIES_MINUTES_MAX} minutes"
        );
        let place = |minute: u32| usize::try_from(minute).unwrap_or(usize::MAX);
        let mut minutes = vec![Some(0); place(written.minutes)];
        for (first, end) in written.unobserved {
            let (first, end) = (place(first), place(end).min(minutes.len()));
            minutes.iter_mut().take(end).skip(first).for_each(|minute| *minute = None);
        }
        for (minute, calls) in written.calls {
            if let Some(minute) = minutes.get_mut(place(minute)) {
                *minute = Some(calls);
            }
        }
        Ok(Self { from: from.epoch_seconds(), minutes })
    }

    /// Returns how many minutes there are.
    pub(super) fn len(&self) -> usize {
        self.minutes.len()
    }

    /// Returns the place of the minute that begins with a second; the nearest there is.
    fn place(&self, second: i64) -> usize {
        usize::try_from((second - self.from).div_euclid(60).max(0)).unwrap_or(usize::MAX)
    }

    /// Returns the second that a minute begins with.
    pub(super) fn second(&self, place: usize) -> i64 {
        self.from + i64::try_from(place).unwrap_or(i64::MAX / 120) * 60
    }

    /// Sums minutes up.
    pub(super) fn sum(&self, places: std::ops::Range<usize>) -> Sum {
        places.fold(Sum::default(), |sum, place| sum.with(self, place))
    }
}

impl Sum {
    fn with(self, series: &Series, place: usize) -> Self {
        let Some(calls) = series.minutes.get(place).copied().flatten() else { return self };
        let most = self.most.filter(|(most, _)| *most >= calls).or(Some((calls, place)));
        Self { minutes: self.minutes + 1, calls: self.calls.saturating_add(calls), most }
    }

    /// Returns the calls a minute.
    #[expect(clippy::cast_precision_loss, reason = "it is shown with three digits")]
    pub(super) fn rate(&self) -> f64 {
        if self.minutes == 0 { 0.0 } else { self.calls as f64 / self.minutes as f64 }
    }
}

#[cfg(test)]
pub(super) mod tests;
