//! One hour of a series, as it is kept, and while it is being made.

use crate::compact::Compact;
use crate::week::Peaks;

/// Minutes of an hour, and how many windows of five minutes it has.
pub(crate) const HOUR_MINUTES: u32 = 60;
pub(crate) const HOUR_WINDOWS: f64 = 12.0;

/// One hour of a series, in eight bytes. The default is an hour without calls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Hour {
    /// Calls.
    pub(crate) calls: Compact,
    /// The most calls in any five minutes that ended in it, and in any one minute.
    pub(crate) most5: Compact,
    pub(crate) most1: Compact,
    /// The fewest calls in any five minutes that ended in it, in 255ths of the hour's mean.
    least: u8,
    /// How its twelve windows of five minutes vary, in sixteenths of a power of two.
    spread: u8,
}

impl Hour {
    pub(crate) const BYTES: usize = 8;

    /// Returns the mean of its windows of five minutes.
    pub(crate) fn mean5(self) -> f64 {
        self.calls.get() as f64 / HOUR_WINDOWS
    }

    /// Returns the fewest calls in any five minutes.
    pub(crate) fn least5(self) -> f64 {
        f64::from(self.least) / 255.0 * self.mean5()
    }

    /// Returns the sum of the squared differences of its windows from their mean, in parts of that mean:
    /// eleven, on average, if the calls came independently of each other.
    pub(crate) fn spread(self) -> f64 {
        (f64::from(self.spread) / 16.0).exp2() - 1.0
    }

    /// An hour of so many calls a minute of which nothing else is known.
    pub(crate) fn even(calls: f64) -> Self {
        let making = HourInMaking {
            calls: whole(calls * f64::from(HOUR_MINUTES)),
            watched: 60,
            ..HourInMaking::default()
        };
        match making.finish() {
            hour if hour.calls == Compact::default() => Self::default(),
            hour => Self { least: u8::MAX, spread: EVEN_SPREAD, ..hour },
        }
    }

    /// The hour had such peaks too.
    #[must_use]
    pub(crate) fn with_peaks(self, peaks: Peaks) -> Self {
        let Peaks { most5, most1 } = self.peaks().or(peaks);
        Self { most5, most1, ..self }
    }

    /// The hour had five minutes without calls too.
    pub(crate) fn lower_least(&mut self) {
        self.least = 0;
    }

    pub(crate) fn peaks(self) -> Peaks {
        Peaks { most5: self.most5, most1: self.most1 }
    }

    pub(crate) fn to_bytes(self) -> [u8; Self::BYTES] {
        let [c0, c1] = self.calls.bits().to_le_bytes();
        let [f0, f1] = self.most5.bits().to_le_bytes();
        let [o0, o1] = self.most1.bits().to_le_bytes();
        [c0, c1, f0, f1, o0, o1, self.least, self.spread]
    }

    pub(crate) fn from_bytes([c0, c1, f0, f1, o0, o1, least, spread]: [u8; Self::BYTES]) -> Self {
        let compact = |low, high| Compact::from_bits(u16::from_le_bytes([low, high]));
        Self { calls: compact(c0, c1), most5: compact(f0, f1), most1: compact(o0, o1), least, spread }
    }
}

/// The spread, as it is kept, of calls that came independently of each other: 16 log2(1 + 11).
const EVEN_SPREAD: u8 = 57;

/// What is known so far of the hour that goes on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct HourInMaking {
    pub(crate) calls: u64,
    pub(crate) most5: u64,
    /// `u64::MAX` before the first window.
    pub(crate) least5: u64,
    pub(crate) most1: u32,
    /// Minutes of it that somebody watched.
    pub(crate) watched: u8,
    /// Windows of five minutes that ended in it, what was in them, and the squares of that.
    pub(crate) windows: u8,
    pub(crate) in_windows: f64,
    pub(crate) squares: f64,
}

impl Default for HourInMaking {
    fn default() -> Self {
        Self {
            calls: 0,
            most5: 0,
            least5: u64::MAX,
            most1: 0,
            watched: 0,
            windows: 0,
            in_windows: 0.0,
            squares: 0.0,
        }
    }
}

impl HourInMaking {
    /// Takes a minute, and what five minutes came to with it, where that is known.
    pub(crate) fn learn(&mut self, calls: u32, five: Option<u64>, ends_window: bool) {
        self.calls = self.calls.saturating_add(u64::from(calls));
        self.most1 = self.most1.max(calls);
        self.watched = self.watched.saturating_add(1);
        let Some(five) = five else { return };
        self.most5 = self.most5.max(five);
        self.least5 = self.least5.min(five);
        if ends_window {
            self.windows = self.windows.saturating_add(1);
            self.in_windows += five as f64;
            self.squares += (five as f64).powi(2);
        }
    }

    /// Takes the first minutes of it, which had no calls.
    pub(crate) fn watch_silence(&mut self, minutes: u32) {
        for minute in 0..minutes {
            self.learn(0, Some(0), minute % 5 == 4);
        }
    }

    pub(crate) fn peaks(&self) -> Peaks {
        Peaks::new(self.most5, self.most1)
    }

    /// The hour was watched for too short a time to tell anything about the whole of it.
    pub(crate) fn is_unknown(&self) -> bool {
        u32::from(self.watched) < HOUR_MINUTES / 2
    }

    /// Makes the hour that is kept. What was watched stands for the whole.
    pub(crate) fn finish(&self) -> Hour {
        let calls = match u64::from(self.watched) {
            0 => 0,
            watched => self.calls.saturating_mul(u64::from(HOUR_MINUTES)) / watched,
        };
        let mean5 = calls as f64 / HOUR_WINDOWS;
        let least5 = if self.least5 == u64::MAX { 0.0 } else { self.least5 as f64 };
        Hour {
            calls: Compact::floor(calls),
            most5: self.peaks().most5,
            most1: self.peaks().most1,
            least: if mean5 > 0.0 { byte((least5 / mean5 * 255.0).floor()) } else { 0 },
            spread: byte((16.0 * self.spread().ln_1p() / std::f64::consts::LN_2).round()),
        }
    }

    fn spread(&self) -> f64 {
        let windows = f64::from(self.windows);
        if windows < 2.0 || self.in_windows <= 0.0 {
            return 0.0;
        }
        let mean = self.in_windows / windows;
        let differences = (self.squares - self.in_windows * mean).max(0.0);
        differences / mean * (HOUR_WINDOWS - 1.0) / (windows - 1.0)
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts are not negative")]
fn whole(value: f64) -> u64 {
    value.round() as u64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a byte")]
fn byte(value: f64) -> u8 {
    value.clamp(0.0, 255.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_survives_its_bytes_and_tells_what_it_was_made_of() {
        let making = HourInMaking {
            calls: 1200,
            most5: 130,
            least5: 80,
            most1: 40,
            watched: 60,
            windows: 12,
            in_windows: 1200.0,
            squares: 12.0 * 10_000.0 + 2_400.0,
        };
        let hour = making.finish();
        assert_eq!(Hour::from_bytes(hour.to_bytes()), hour);
        assert!((hour.mean5() - 100.0).abs() < f64::EPSILON);
        assert!((hour.spread() - 24.0).abs() < 1.0, "{}", hour.spread());
        assert!((79.0..=80.0).contains(&hour.least5()), "{}", hour.least5());
        assert_eq!((hour.most5.get(), hour.most1.get()), (130, 40));
    }

    #[test]
    fn half_an_hour_stands_for_the_whole() {
        let making = HourInMaking { calls: 600, watched: 30, ..HourInMaking::default() };
        assert_eq!(making.finish().calls.get(), 1200);
        assert!(!making.is_unknown());
        assert!(HourInMaking { watched: 29, ..making }.is_unknown());
    }

    #[test]
    fn the_largest_counts_are_kept_as_the_largest_that_can_be_told() {
        let most = u64::from(u32::MAX);
        let making = HourInMaking {
            calls: most * 60,
            most5: most * 5,
            least5: most * 5,
            most1: u32::MAX,
            watched: 60,
            windows: 12,
            in_windows: most as f64 * 60.0,
            squares: (most as f64 * 5.0).powi(2) * 12.0,
        };
        assert!(making.finish().mean5() > most as f64 * 4.9);
    }
}
