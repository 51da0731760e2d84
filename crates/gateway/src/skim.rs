//! A JSON document without its long texts: what is left of one that carries an archive.

use bytes::BytesMut;

/// The longest text that is kept, in bytes as sent.
const TEXT_BYTES_MAX: usize = 16 << 10;

/// Keeps a document as it passes, with null in the place of each long text.
#[derive(Debug, Default)]
pub(crate) struct Skim {
    kept: BytesMut,
    text: Option<Text>,
}

/// The text that is passing.
#[derive(Debug)]
struct Text {
    /// Where its quotation mark stands in what is kept.
    begin: usize,
    stage: Stage,
    /// It has grown too long, and nothing of it is kept.
    long: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Plain,
    /// The next byte means nothing of its own.
    Escaped,
}

impl Skim {
    /// Tells whether a body can be skimmed: it is to be a JSON object.
    pub(crate) fn takes(body: &[u8]) -> bool {
        body.trim_ascii_start().first() == Some(&b'{')
    }

    /// Sees a part of the document.
    pub(crate) fn pass(&mut self, data: &[u8]) {
        let mut rest = data;
        while !rest.is_empty() {
            rest = match &self.text {
                None => self.between(rest),
                Some(Text { stage: Stage::Escaped, .. }) => self.escaped(rest),
                Some(Text { stage: Stage::Plain, .. }) => self.inside(rest),
            };
        }
    }

    /// Returns what is kept so far; a document only once all of it has passed.
    pub(crate) fn kept(&self) -> &BytesMut {
        &self.kept
    }

    fn between<'a>(&mut self, data: &'a [u8]) -> &'a [u8] {
        let Some(quote) = data.iter().position(|byte| *byte == b'"') else {
            self.kept.extend_from_slice(data);
            return &[];
        };
        let (before, rest) = data.split_at(quote + 1);
        self.kept.extend_from_slice(before);
        self.text = Some(Text { begin: self.kept.len() - 1, stage: Stage::Plain, long: false });
        rest
    }

    fn escaped<'a>(&mut self, data: &'a [u8]) -> &'a [u8] {
        let (escaped, rest) = data.split_at(1);
        self.keep(escaped);
        if let Some(text) = &mut self.text {
            text.stage = Stage::Plain;
        }
        rest
    }

    fn inside<'a>(&mut self, data: &'a [u8]) -> &'a [u8] {
        let end = data.iter().position(|byte| matches!(byte, b'"' | b'\\'));
        let (plain, rest) = data.split_at(end.unwrap_or(data.len()));
        self.keep(plain);
        let Some((first, after)) = rest.split_first() else { return rest };
        if *first == b'\\' {
            self.keep(b"\\");
            if let Some(text) = &mut self.text {
                text.stage = Stage::Escaped;
            }
            return after;
        }
        let long = self.text.take().is_some_and(|text| text.long);
        self.kept.extend_from_slice(if long { b"null" } else { b"\"" });
        after
    }

    /// Keeps a part of a text as long as that is short.
    fn keep(&mut self, part: &[u8]) {
        let Some(text) = &mut self.text else { return };
        if !text.long && self.kept.len() + part.len() - text.begin > TEXT_BYTES_MAX + 1 {
            text.long = true;
            self.kept.truncate(text.begin);
        }
        if !text.long {
            self.kept.extend_from_slice(part);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(document: &str, expected: &str) {
        // In pieces of every size: a piece may end anywhere.
        for size in [1, 2, 3, 7, 1 << 20] {
            let mut skim = Skim::default();
            document.as_bytes().chunks(size).for_each(|piece| skim.pass(piece));
            assert_eq!(std::str::from_utf8(skim.kept()).unwrap(), expected, "in pieces of {size}");
        }
    }

    #[test]
    fn long_texts_are_left_out() {
        let short = r#"{"a": [1, "b\"\\", "é\u00e9"], "c": {}}"#;
        check(short, short);
        let long = "x".repeat(TEXT_BYTES_MAX);
        check(&format!(r#"{{"a":"{long}","b":1}}"#), &format!(r#"{{"a":"{long}","b":1}}"#));
        check(&format!(r#"{{"a":"{long}x","b":"c"}}"#), r#"{"a":null,"b":"c"}"#);
        let escapes = r#"\"\\"#.repeat(TEXT_BYTES_MAX);
        check(&format!(r#"{{"a":"{escapes}","b":["{long}y"]}}"#), r#"{"a":null,"b":[null]}"#);
    }

    #[test]
    fn objects_are_taken() {
        assert!(Skim::takes(b" \n{\"a\""));
        assert!(
            !Skim::takes(b"<a>") && !Skim::takes(b"") && !Skim::takes(b"\xbfa") && !Skim::takes(b"Action=A")
        );
    }
}
