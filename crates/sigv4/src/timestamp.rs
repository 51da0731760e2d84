//! The time a request says it was signed at.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

/// A time in ISO 8601 basic form, `20150830T123600Z`, as it enters the string to sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AmzDate(Timestamp);

impl AmzDate {
    /// Takes a time; its fraction of a second is not part of the written form.
    pub const fn new(at: Timestamp) -> Self {
        Self(at)
    }

    /// Reads `yyyyMMddTHHmmssZ`; anything else is `None`.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes: &[u8; 16] = text.as_bytes().try_into().ok()?;
        let [y1, y2, y3, y4, mo1, mo2, d1, d2, b'T', h1, h2, mi1, mi2, s1, s2, b'Z'] = *bytes else {
            return None;
        };
        let year = i16::from(pair(y1, y2)?) * 100 + i16::from(pair(y3, y4)?);
        let date_time = DateTime::new(
            year,
            pair(mo1, mo2)?,
            pair(d1, d2)?,
            pair(h1, h2)?,
            pair(mi1, mi2)?,
            pair(s1, s2)?,
            0,
        );
        Offset::UTC.to_timestamp(date_time.ok()?).ok().map(Self)
    }

    /// Reads the value of a `Date` header: ISO 8601 basic, or RFC 1123 as browsers and proxies write it.
    pub(crate) fn parse_date_header(text: &str) -> Option<Self> {
        Self::parse(text).or_else(|| jiff::fmt::rfc2822::parse(text).ok().map(|at| Self(at.timestamp())))
    }

    /// Returns the time itself.
    pub const fn timestamp(self) -> Timestamp {
        self.0
    }

    /// Returns the day, `20150830`, as it stands in a credential scope.
    pub fn day(self) -> String {
        let at = Offset::UTC.to_datetime(self.0);
        format!("{:04}{:02}{:02}", at.year(), at.month(), at.day())
    }
}

impl fmt::Display for AmzDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = Offset::UTC.to_datetime(self.0);
        write!(f, "{:04}{:02}{:02}T", at.year(), at.month(), at.day())?;
        write!(f, "{:02}{:02}{:02}Z", at.hour(), at.minute(), at.second())
    }
}

fn pair(tens: u8, ones: u8) -> Option<i8> {
    let digit = |byte: u8| byte.is_ascii_digit().then(|| byte - b'0');
    i8::try_from(digit(tens)? * 10 + digit(ones)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_basic_form_only() {
        let cases = [
            ("20150830T123600Z", Some("2015-08-30T12:36:00Z")),
            ("20160229T235959Z", Some("2016-02-29T23:59:59Z")),
            ("20150229T000000Z", None),
            ("20150830T246000Z", None),
            ("20150830T123600", None),
            ("20150830T123600+", None),
            ("2015-08-30T12:36:00Z", None),
            ("２0150830T123600Z", None),
            ("", None),
        ];
        for (text, want) in cases {
            let read = AmzDate::parse(text);
            assert_eq!(read.map(|date| date.timestamp().to_string()).as_deref(), want, "{text}");
            assert_eq!(read.map(|date| date.to_string()).as_deref(), want.map(|_| text), "{text}");
        }
    }

    #[test]
    fn reads_a_date_header_in_either_form() {
        let want = AmzDate::parse("20130524T000000Z");
        assert!(want.is_some());
        assert_eq!(AmzDate::parse_date_header("Fri, 24 May 2013 00:00:00 GMT"), want);
        assert_eq!(AmzDate::parse_date_header("20130524T000000Z"), want);
        assert_eq!(AmzDate::parse_date_header("yesterday"), None);
    }
}
