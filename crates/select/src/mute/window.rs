//! When something began.

use std::fmt;

use cairn_event::EventTime;

use super::MuteError;

/// Some time, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Window {
    /// Every week.
    Weekly(Weekly),
    /// Once, from a second up to another.
    Once { from: i64, until: i64 },
}

/// Days of the week, and a span of each; one that ends on the next day belongs to the day that it begins on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Weekly {
    /// A bit a day, Monday's the lowest.
    days: u8,
    /// The first minute of the day.
    from: u16,
    /// The first minute after it: of the day, or of the next where it is not after `from`.
    until: u16,
}

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const ALL_DAYS: u8 = 0b0111_1111;
const DAY_MINUTES: u16 = 24 * 60;
const DAY_SECONDS: i64 = 24 * 60 * 60;

impl Window {
    pub(super) fn parse(text: &str) -> Result<Self, MuteError> {
        let parts = match text.split_once('/') {
            Some((first, second)) => (first, Some(second)),
            None => (text, None),
        };
        let weekly = |days, (from, until)| Self::Weekly(Weekly { days, from, until });
        let window = match parts {
            (first, None) => match (days(first), times(first)) {
                (Some(days), _) => Some(weekly(days, (0, DAY_MINUTES))),
                (None, times) => times.map(|times| weekly(ALL_DAYS, times)),
            },
            (first, Some(second)) => match (days(first), times(second)) {
                (Some(days), Some(times)) => Some(weekly(days, times)),
                _ => once(first, second),
            },
        };
        window.ok_or_else(|| MuteError::Window(text.to_owned()))
    }

    /// Says whether a second lies in it.
    pub(super) fn holds(&self, second: i64) -> bool {
        match self {
            Self::Once { from, until } => (*from..*until).contains(&second),
            Self::Weekly(weekly) => weekly.holds(second),
        }
    }

    pub(super) fn in_words(&self) -> String {
        match self {
            Self::Once { from, until } => format!("from {} until {}", Instant(*from), Instant(*until)),
            Self::Weekly(weekly) if weekly.from == 0 && weekly.until == DAY_MINUTES => {
                format!("on {} (UTC)", weekly.days_in_words())
            }
            Self::Weekly(weekly) => {
                let (from, until) = (Clock(weekly.from), Clock(weekly.until));
                format!("between {from} and {until} UTC on {}", weekly.days_in_words())
            }
        }
    }
}

impl Weekly {
    fn holds(self, second: i64) -> bool {
        // The first of January 1970 was a Thursday.
        let today = (second.div_euclid(DAY_SECONDS) + 3).rem_euclid(7);
        let minute = second.rem_euclid(DAY_SECONDS) / 60;
        let (from, until) = (i64::from(self.from), i64::from(self.until));
        let begins = |day: i64| self.days & (1 << day) != 0;
        if from < until {
            return begins(today) && (from..until).contains(&minute);
        }
        (begins(today) && minute >= from) || (begins((today + 6) % 7) && minute < until)
    }

    fn days_in_words(self) -> String {
        match self.days {
            ALL_DAYS => "any day".to_owned(),
            _ => self.runs().join(", "),
        }
    }

    /// Names the days, those that follow each other by the first and the last.
    fn runs(self) -> Vec<String> {
        let is_of = |day: usize| day < DAYS.len() && self.days & (1 << day) != 0;
        let mut runs = Vec::new();
        let mut first = None;
        for (day, name) in DAYS.into_iter().enumerate().filter(|(day, _)| is_of(*day)) {
            let first_name = *first.get_or_insert(name);
            if is_of(day + 1) {
                continue;
            }
            runs.push(if first_name == name { name.to_owned() } else { format!("{first_name}-{name}") });
            first = None;
        }
        runs
    }
}

/// Reads days: `Sat`, `Mon-Fri`, `Mon+Wed`; a range may go over Sunday.
fn days(text: &str) -> Option<u8> {
    let day = |name: &str| DAYS.iter().position(|known| known.eq_ignore_ascii_case(name));
    let mut days = 0;
    for range in text.split('+') {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let (first, last) = (day(first)?, day(last)?);
        for after in 0..=(last + 7 - first) % 7 {
            days |= 1 << ((first + after) % 7);
        }
    }
    Some(days)
}

/// Reads times: `22:00-06:00`. An empty span is none.
fn times(text: &str) -> Option<(u16, u16)> {
    let (from, until) = text.split_once('-')?;
    let (from, until) = (clock(from)?, clock(until)?);
    (from != until && from < DAY_MINUTES).then_some((from, until))
}

/// Reads a time of the day, 24:00 included, as minutes.
fn clock(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let digits = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(hour) || !digits(minute) {
        return None;
    }
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    let minutes = hour * 60 + minute;
    (minute < 60 && minutes <= DAY_MINUTES).then_some(minutes)
}

fn once(first: &str, second: &str) -> Option<Window> {
    let (from, _) = instant(first)?;
    let (until, is_day) = instant(second)?;
    let until = if is_day { until + DAY_SECONDS } else { until };
    // What can't be written with four digits for the year is no instant.
    let is_written = EventTime::from_epoch_seconds(until).epoch_seconds() == until;
    (from < until && is_written).then_some(Window::Once { from, until })
}

/// Reads `2026-12-24` or `2026-12-24T18:00Z`, the `Z` left out or not: the second, and whether it stands for the day.
fn instant(text: &str) -> Option<(i64, bool)> {
    let (date, time) = match text.split_once('T') {
        Some((date, time)) => (date, Some(time.strip_suffix('Z').unwrap_or(time))),
        None => (text, None),
    };
    let is_date = date.len() == 10
        && date.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if !is_date {
        return None;
    }
    let minutes = time.map_or(Some(0), clock)?;
    let midnight: EventTime = format!("{date}T00:00:00Z").parse().ok()?;
    Some((midnight.epoch_seconds() + i64::from(minutes) * 60, time.is_none()))
}

/// A time of the day.
struct Clock(u16);

/// An instant, to the minute.
struct Instant(i64);

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // `2026-12-24T18:00:00Z`, without the seconds.
        let text = EventTime::from_epoch_seconds(self.0).to_string();
        write!(f, "{}Z", text.get(..16).unwrap_or(&text))
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Once { from, until } => write!(f, "{}/{}", Instant(*from), Instant(*until)),
            Self::Weekly(weekly) => {
                let days = weekly.runs().join("+");
                match (weekly.days, weekly.from, weekly.until) {
                    (_, 0, DAY_MINUTES) => f.write_str(&days),
                    (ALL_DAYS, from, until) => write!(f, "{}-{}", Clock(from), Clock(until)),
                    (_, from, until) => write!(f, "{days}/{}-{}", Clock(from), Clock(until)),
                }
            }
        }
    }
}
