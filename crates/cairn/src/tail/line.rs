//! A line of the tail: as the server writes it, and as people read it.

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

/// Renders an event in columns that keep their places from line to line.
pub(super) fn columns(row: &Row, paint: Paint) -> String {
    let place =
        if row.address.is_empty() { row.region.clone() } else { format!("{} {}", row.region, row.address) };
    let fixed = format!(
        "{}  {}  {}  {}  {}",
        paint.paint(Tone::Aside, &fit(&row.time, 19)),
        fit(&row.user, 16),
        fit(&row.event, 24),
        fit(&row.source, 10),
        fit(&place, 26),
    );
    let error = if row.error.is_empty() { String::new() } else { paint.paint(Tone::Bad, &row.error) + " " };
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
            br#"{"eventTime":"2026-01-31T10:00:00Z","userIdentity":{"userName":"a-very-long-user-name"},
            "eventSource":"s3.amazonaws.com","eventName":"ListBuckets","awsRegion":"us-east-1",
            "sourceIPAddress":"127.0.0.1","errorCode":"AccessDenied"}"#;
        assert_eq!(
            columns(&Row::of(event), Paint::Plain),
            "2026-01-31 10:00:00  a-very-long-use…  ListBuckets               s3          us-east-1 127.0.0.1         \
             AccessDenied\n"
        );
        assert!(columns(&Row::of(event), Paint::Coloured).contains("\u{1b}[31mAccessDenied\u{1b}[0m"));
    }
}
