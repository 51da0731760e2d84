//! What is in a document: lines, or events that a document holds.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read};

use cairn_sources::{access_log, cloudtrail};

use super::Format;

/// The longest document that is one piece of JSON, bytes, and the longest line.
const DOCUMENT_BYTES_MAX: u64 = 512 << 20;

/// One line to be sent, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// Counted from 1; for an event inside a document, its number there.
    pub(crate) number: u64,
    /// Without a line feed. A line that no server would read is here as it begins.
    pub(crate) text: Vec<u8>,
}

/// Reads a document piece by piece.
pub(crate) struct Documents {
    reader: BufReader<Box<dyn Read>>,
    format: Format,
    /// Events of a document that was read whole, or of the last line.
    waiting: VecDeque<Vec<u8>>,
    number: u64,
}

impl Documents {
    /// Opens a document. Events of CloudTrail that are one piece of JSON are read at once.
    pub(crate) fn open(read: Box<dyn Read>, format: Format) -> anyhow::Result<Self> {
        let mut reader = BufReader::new(read);
        let mut waiting = VecDeque::new();
        if format == Format::CloudTrail {
            let mut whole = Vec::new();
            reader.by_ref().take(DOCUMENT_BYTES_MAX + 1).read_to_end(&mut whole)?;
            anyhow::ensure!(
                whole.len() as u64 <= DOCUMENT_BYTES_MAX,
                "read it: it has more than {DOCUMENT_BYTES_MAX} bytes"
            );
            waiting = events(&whole);
        }
        Ok(Self { reader, format, waiting, number: 0 })
    }

    /// Returns the next line that is not empty.
    pub(crate) fn next(&mut self) -> anyhow::Result<Option<Line>> {
        loop {
            let text = match self.format {
                Format::CloudTrail => match self.waiting.pop_front() {
                    Some(text) => text,
                    None => return Ok(None),
                },
                Format::AccessLogs => {
                    let mut text = Vec::new();
                    let longest = access_log::LINE_BYTES_MAX as u64 + 2;
                    if self.reader.by_ref().take(longest).read_until(b'\n', &mut text)? == 0 {
                        return Ok(None);
                    }
                    if text.last() != Some(&b'\n') && text.len() as u64 == longest {
                        self.skip_line()?;
                    }
                    text
                }
            };
            self.number += 1;
            if !text.trim_ascii().is_empty() {
                return Ok(Some(Line { number: self.number, text: text.trim_ascii().to_vec() }));
            }
        }
    }

    /// Passes over the rest of a line that is too long to be one.
    fn skip_line(&mut self) -> anyhow::Result<()> {
        loop {
            let buffer = self.reader.fill_buf()?;
            let end = buffer.iter().position(|byte| *byte == b'\n');
            let (passed, ended) = end.map_or((buffer.len(), buffer.is_empty()), |end| (end + 1, true));
            self.reader.consume(passed);
            if ended {
                return Ok(());
            }
        }
    }
}

/// Splits what CloudTrail wrote into events, one line each: one piece of JSON, or one a line. What can't be split is
/// sent as it is, and refused with a reason.
fn events(whole: &[u8]) -> VecDeque<Vec<u8>> {
    let one_line = |event: &str| event.replace(['\n', '\r'], " ").into_bytes();
    let split = |text: &str| -> Option<VecDeque<Vec<u8>>> {
        Some(cloudtrail::split(text).ok()?.into_iter().map(one_line).collect())
    };
    let Ok(text) = std::str::from_utf8(whole) else { return VecDeque::from([b"\xff".to_vec()]) };
    if let Some(events) = split(text) {
        return events;
    }
    let lines = text.lines().flat_map(|line| split(line).unwrap_or_else(|| VecDeque::from([line.into()])));
    lines.collect()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn lines(document: &str, format: Format) -> Vec<(u64, String)> {
        let mut documents = Documents::open(Box::new(Cursor::new(document.to_owned())), format).unwrap();
        let mut found = Vec::new();
        while let Some(line) = documents.next().unwrap() {
            found.push((line.number, String::from_utf8(line.text).unwrap()));
        }
        found
    }

    fn numbered(lines: &[(u64, &str)]) -> Vec<(u64, String)> {
        lines.iter().map(|(number, text)| (*number, (*text).to_owned())).collect()
    }

    #[test]
    fn lines_keep_their_numbers() {
        assert_eq!(lines("a\n\nb\r\nc", Format::AccessLogs), numbered(&[(1, "a"), (3, "b"), (4, "c")]));
    }

    #[test]
    fn a_line_that_is_too_long_is_one_line() {
        let long = "x".repeat(3 * access_log::LINE_BYTES_MAX);
        let found = lines(&format!("a\n{long}\nb\n"), Format::AccessLogs);
        let told: Vec<(u64, usize)> = found.iter().map(|(number, text)| (*number, text.len())).collect();
        assert_eq!(told, [(1, 1), (2, access_log::LINE_BYTES_MAX + 2), (3, 1)]);
    }

    #[test]
    fn events_are_found_in_every_form() {
        let of = |document| lines(document, Format::CloudTrail);
        let both = numbered(&[(1, r#"{"a":1}"#), (2, r#"{"b": 2}"#)]);
        assert_eq!(of("{\"Records\":[{\"a\":1},{\"b\": 2}]}"), both);
        assert_eq!(of("{\"a\":1}\n{\"b\": 2}\n"), both);
        assert_eq!(of("[{\"a\":1},\n{\"b\": 2}]"), both);
        assert_eq!(of("{\"Records\":[{\"a\":1}]}\n{\"b\": 2}"), both);
        assert_eq!(of("nonsense"), numbered(&[(1, "nonsense")]));
        assert_eq!(of(""), []);
    }
}
