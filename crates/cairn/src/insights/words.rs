//! Numbers, times and names as people say them.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The seconds of a day.
const DAY: i64 = 86_400;

/// Says a number of calls a minute: three digits that mean something, no more.
pub(super) fn rate(average: f64) -> String {
    match average {
        none if none <= 0.0 => "0".to_owned(),
        tiny if tiny < 0.001 => format!("{tiny:.6}"),
        small if small < 0.0995 => trimmed(format!("{small:.4}")),
        some if some < 9.995 => trimmed(format!("{some:.2}")),
        many if many < 99.95 => trimmed(format!("{many:.1}")),
        more => count(whole(more)),
    }
}

/// Says how often something happens, given how often a minute: `20 a minute`, `25 an hour`, `once in 33 hours`.
pub(super) fn pace(average: f64) -> String {
    if average <= 0.0 || average.is_nan() {
        return "none".to_owned();
    }
    // As it is said: 0.996 is 1.
    if average >= 0.995 {
        return format!("{} a minute", rate(average));
    }
    let hours = whole(1.0 / (average * 60.0));
    match hours {
        0 | 1 => format!("{} an hour", rate((average * 60.0).max(1.0))),
        2..=HOURS_SAID => format!("once in {}", many(hours, "hour", "hours")),
        _ => format!("once in {}", many(whole(1.0 / (average * 1440.0)), "day", "days")),
    }
}

/// What happens more seldom than once in so many hours is told by the day.
const HOURS_SAID: u64 = 48;

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive; `as` saturates")]
fn whole(number: f64) -> u64 {
    number.round() as u64
}

/// Says a count, in groups of three digits.
pub(super) fn count(count: u64) -> String {
    let digits = count.to_string();
    let mut said = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            said.push(',');
        }
        said.push(digit);
    }
    said
}

/// Says a count of something.
pub(super) fn many(number: u64, one: &str, more: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{} {more}", count(number)) }
}

/// Says how long something takes.
pub(super) fn span(minutes: i64) -> String {
    let part = |number: i64, name: &str| match number {
        1 => format!("1 {name}"),
        more => format!("{more} {name}s"),
    };
    let (days, hours, left) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    match (days, hours, left) {
        (0, 0, left) => part(left, "minute"),
        (0, hours, 0) => part(hours, "hour"),
        (0, hours, left) => format!("{hours} h {left} min"),
        (days, 0, _) => part(days, "day"),
        (days, hours, _) => format!("{} {hours} h", part(days, "day")),
    }
}

/// Says a minute in UTC: `2026-03-02 12:04`.
pub(super) fn minute(seconds: i64) -> String {
    formatted(seconds, "%Y-%m-%d %H:%M")
}

/// Says a minute, its day only where it is another than that of `day`.
pub(super) fn minute_beside(seconds: i64, day: i64) -> String {
    if seconds.div_euclid(DAY) == day.div_euclid(DAY) { clock(seconds) } else { minute(seconds) }
}

/// Says the time of day: `12:04`.
pub(super) fn clock(seconds: i64) -> String {
    formatted(seconds, "%H:%M")
}

/// Writes an instant as RFC 3339.
pub(super) fn instant(seconds: i64) -> String {
    formatted(seconds, "%Y-%m-%dT%H:%M:%SZ")
}

/// Returns a service's name without what all of them end with.
pub(super) fn service(source: &str) -> &str {
    source.strip_suffix(".amazonaws.com").unwrap_or(source)
}

/// Returns the part of an ARN that names somebody: `user/alice`, `assumed-role/fleet`.
pub(super) fn principal(arn: &str) -> &str {
    match arn.strip_prefix("arn:").and_then(|rest| rest.splitn(5, ':').nth(4)) {
        Some(name) if !name.is_empty() => name,
        _ => arn,
    }
}

/// Returns the name of a trail.
pub(super) fn trail_name(arn: &str) -> &str {
    arn.rsplit_once(":trail/").map_or(arn, |(_, name)| name)
}

fn formatted(seconds: i64, format: &str) -> String {
    let at = Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH);
    at.to_zoned(TimeZone::UTC).strftime(format).to_string()
}

/// Leaves out zeros that end a fraction.
fn trimmed(number: String) -> String {
    match number.contains('.') {
        true => number.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => number,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_have_three_digits_that_mean_something() {
        for (average, said) in [
            (0.0, "0"),
            (-1.0, "0"),
            (0.000_088_2, "0.000088"),
            (0.044_2, "0.0442"),
            (0.42, "0.42"),
            (0.6, "0.6"),
            (9.5, "9.5"),
            (26.714, "26.7"),
            (31.0, "31"),
            (99.97, "100"),
            (1234.5, "1,235"),
            (f64::INFINITY, "18,446,744,073,709,551,615"),
        ] {
            assert_eq!(rate(average), said);
        }
    }

    #[test]
    fn a_pace_is_said_by_what_happens_about_once() {
        for (average, said) in [
            (0.0, "none"),
            (-1.0, "none"),
            (f64::NAN, "none"),
            (0.000_000_1, "once in 6,944 days"),
            (0.000_088_2, "once in 8 days"),
            (0.000_497, "once in 34 hours"),
            (1.0 / (33.0 * 60.0), "once in 33 hours"),
            (1.0 / 61.0, "1 an hour"),
            (1.0 / 100.0, "once in 2 hours"),
            (1.0 / 60.0, "1 an hour"),
            (0.044_2, "2.65 an hour"),
            (0.42, "25.2 an hour"),
            (0.994, "59.6 an hour"),
            (0.999, "1 a minute"),
            (26.714, "26.7 a minute"),
            (1234.5, "1,235 a minute"),
        ] {
            assert_eq!(pace(average), said, "{average}");
        }
    }

    #[test]
    fn counts_and_spans_are_said_as_people_say_them() {
        assert_eq!([0, 999, 1000, 1_234_567].map(count), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(many(1, "call", "calls") + &many(2, " call", " calls"), "1 call2  calls");
        for (minutes, said) in [
            (0, "0 minutes"),
            (1, "1 minute"),
            (59, "59 minutes"),
            (60, "1 hour"),
            (121, "2 h 1 min"),
            (1440, "1 day"),
            (2945, "2 days 1 h"),
        ] {
            assert_eq!(span(minutes), said);
        }
    }

    #[test]
    fn names_are_short() {
        assert_eq!(service("ec2.amazonaws.com"), "ec2");
        assert_eq!(principal("arn:aws:sts::111122223333:assumed-role/fleet"), "assumed-role/fleet");
        assert_eq!(principal("arn:aws:iam::111122223333:root"), "root");
        assert_eq!(principal("cloudtrail.amazonaws.com"), "cloudtrail.amazonaws.com");
        assert_eq!(trail_name("arn:aws:cloudtrail:us-east-1:111122223333:trail/main"), "main");
        assert_eq!(
            minute_beside(86_460, 86_400) + " " + &minute_beside(60, 86_400),
            "00:01 1970-01-01 00:01"
        );
    }
}
