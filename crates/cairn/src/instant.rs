//! Instants and ages as people type them.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// Reads an age: a number and s, m, h, d or w.
pub(crate) fn age(text: &str) -> Result<SignedDuration, String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (count, unit) = text.split_at_checked(digits).unwrap_or_default();
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 604_800,
        _ => return Err(AGE_NEEDED.to_owned()),
    };
    let count: i64 = count.parse().map_err(|_no_number| AGE_NEEDED.to_owned())?;
    let age = count.checked_mul(seconds).filter(|age| *age <= AGE_SECONDS_MAX);
    age.map(SignedDuration::from_secs).ok_or_else(|| "at most 3650d are understood".to_owned())
}

/// Reads an instant: RFC 3339, or a date with or without a time, which is then UTC.
pub(crate) fn instant(text: &str) -> Result<Timestamp, String> {
    let utc = |local: DateTime| local.to_zoned(TimeZone::UTC).map(|zoned| zoned.timestamp());
    text.parse::<Timestamp>()
        .or_else(|_no_offset| text.parse::<DateTime>().and_then(utc))
        .or_else(|_no_time| {
            text.parse::<Date>().and_then(|date| utc(date.to_datetime(jiff::civil::Time::midnight())))
        })
        .map_err(|_neither| {
            "an instant such as 2026-01-31, 2026-01-31T10:00 or 2026-01-31T10:00:00+01:00 is needed; UTC \
             without an offset"
                .to_owned()
        })
}

const AGE_NEEDED: &str = "an age such as 30m, 2h or 7d is needed";

/// Ten years: more than any history keeps, little enough for every calendar.
const AGE_SECONDS_MAX: i64 = 3_650 * 86_400;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_numbers_with_a_unit() {
        for (text, seconds) in [
            ("90s", Some(90)),
            ("30m", Some(1_800)),
            ("2h", Some(7_200)),
            ("7d", Some(604_800)),
            ("1w", Some(604_800)),
        ] {
            assert_eq!(age(text).ok().map(|age| age.as_secs()), seconds, "{text}");
        }
        for text in ["", "2", "h", "-2h", "2 h", "2hours", "2é", "99999999999999999999h", "4000d"] {
            assert!(age(text).is_err(), "{text}");
        }
    }

    #[test]
    fn instants_without_an_offset_are_utc() {
        for (text, expected) in [
            ("2026-01-31", "2026-01-31T00:00:00Z"),
            ("2026-01-31T10:00", "2026-01-31T10:00:00Z"),
            ("2026-01-31 10:00:05", "2026-01-31T10:00:05Z"),
            ("2026-01-31T10:00:00Z", "2026-01-31T10:00:00Z"),
            ("2026-01-31T10:00:00+01:00", "2026-01-31T09:00:00Z"),
        ] {
            assert_eq!(instant(text).unwrap().to_string(), expected, "{text}");
        }
        for text in ["", "yesterday", "2026-13-01", "10:00"] {
            assert!(instant(text).is_err(), "{text}");
        }
    }
}
