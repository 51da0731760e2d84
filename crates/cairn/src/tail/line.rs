//! A line of the tail: as the server writes it, and as people read it.

use cairn_event::Region;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::output::{Paint, Tone};
use crate::row::Row;

/// What a line says.
#[derive(Debug, Deserialize)]
pub(super) struct Line<'a> {
    /// Where to go on.
    pub(super) next: u64,
    /// The record, byte for byte; none on lines that only say where the server is.
    #[serde(borrow, default, deserialize_with = "raw")]
    pub(super) event: Option<&'a str>,
}

impl<'a> Line<'a> {
    pub(super) fn parse(line: &'a [u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(line)
    }
}

fn raw<'de: 'a, 'a, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<&'a str>, D::Error> {
    <&'a RawValue>::deserialize(deserializer).map(|raw| Some(raw.get()))
}

/// Whose events were asked for.
pub(super) struct Asked {
    pub(super) region: Region,
    /// Whether it is more than one account's.
    pub(super) organization: bool,
}

/// Renders an event in columns that keep their places from line to line. The Region and the account are left out
/// where they are the ones that were asked.
pub(super) fn columns(row: &Row, asked: &Asked, paint: Paint) -> String {
    let account = if asked.organization { format!("{:<12}  ", row.account) } else { String::new() };
    let region = if row.region == asked.region.as_str() { String::new() } else { format!("{} ", row.region) };
    let fixed = format!(
        "{}  {account}{}  {}  {}  {}{:<15}",
        paint.paint(Tone::Aside, &row.time),
        fit(&row.user, 20),
        fit(&row.event, 23),
        fit(&row.source, 10),
        region,
        row.address,
    );
    let error = if row.error.is_empty() { String::new() } else { paint.paint(Tone::Bad, &row.error) + "  " };
    let line = format!("{fixed}  {error}{}", row.resource);
    format!("{}\n", line.trim_end())
}

/// Makes a text as wide as its column; what does not fit is left out, and that is shown.
fn fit(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return format!("{text:<width$}");
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{kept}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_byte_for_byte() {
        let line = Line::parse(br#"{"next":8,"event":{"b": 1e2,"a":"\u00e4"}}"#).unwrap();
        assert_eq!((line.next, line.event), (8, Some(r#"{"b": 1e2,"a":"\u00e4"}"#)));
        let line = Line::parse(br#"{"next":8}"#).unwrap();
        assert_eq!((line.next, line.event), (8, None));
        assert!(Line::parse(br#"{"event":{}}"#).is_err());
    }

    #[test]
    fn columns_keep_their_places() {
        let event =
            br#"{"eventTime":"2026-01-31T10:00:00Z","userIdentity":{"userName":"a-user-whose-name-is-long"},
            "eventSource":"s3.amazonaws.com","eventName":"ListBuckets","awsRegion":"us-east-1",
            "sourceIPAddress":"127.0.0.1","errorCode":"AccessDenied"}"#;
        let asked = |region: &str, organization| Asked { region: region.parse().unwrap(), organization };
        let (other, all) = (asked("eu-west-1", false), asked("us-east-1", true));
        let asked = asked("us-east-1", false);
        assert_eq!(
            columns(&Row::of(event), &asked, Paint::Plain),
            "2026-01-31 10:00:00  a-user-whose-name-i…  ListBuckets              s3          127.0.0.1        \
             AccessDenied\n"
        );
        assert!(
            columns(&Row::of(event), &asked, Paint::Coloured).contains("\u{1b}[31mAccessDenied\u{1b}[0m")
        );
        assert!(columns(&Row::of(event), &other, Paint::Plain).contains("  us-east-1 127.0.0.1"));
        let told = Row { account: "111111111111".to_owned(), ..Row::of(event) };
        assert!(columns(&told, &all, Paint::Plain).starts_with("2026-01-31 10:00:00  111111111111  a-user"));
    }
}
