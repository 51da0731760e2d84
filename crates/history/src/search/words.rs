//! The free text of a search: words that all must stand somewhere in the record.
//!
//! Words are separated by blanks; blanks between double quotes separate nothing. A word is found wherever its
//! characters stand in the record as it is told, be it inside of another word or across several values; letters'
//! case is ignored.

/// The most words of a text.
pub const WORDS_MAX: usize = 20;

/// The longest text, bytes.
pub const TEXT_BYTES_MAX: usize = 2000;

/// What must stand in a record.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Words(Vec<Word>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Word {
    /// In lower case.
    plain: String,
    /// The same as JSON writes it, where that is something else.
    escaped: Option<String>,
}

impl Words {
    /// Reads a text; none where it has too many words or is too long.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.len() > TEXT_BYTES_MAX {
            return None;
        }
        let mut words = Vec::new();
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            let (word, after) = next(rest);
            if !word.is_empty() {
                words.push(Word::new(word));
            }
            rest = after.trim_start();
        }
        (words.len() <= WORDS_MAX).then_some(Self(words))
    }

    /// Tells whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Tells whether all of them stand in a record.
    pub(crate) fn stand_in(&self, record: &[u8]) -> bool {
        if self.is_empty() {
            return true;
        }
        let Ok(text) = std::str::from_utf8(record) else { return false };
        // Few letters beyond ASCII have another case; those that have are worth the copy.
        let lower = if self.0.iter().all(|word| word.plain.is_ascii()) {
            text.to_ascii_lowercase()
        } else {
            text.to_lowercase()
        };
        self.0.iter().all(|word| {
            lower.contains(&word.plain)
                || word.escaped.as_ref().is_some_and(|escaped| lower.contains(escaped))
        })
    }

    /// Sums the words up, for tokens.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &str> + '_ {
        self.0.iter().map(|word| word.plain.as_str())
    }
}

impl Word {
    fn new(word: &str) -> Self {
        let plain = word.to_lowercase();
        let quoted = serde_json::to_string(&plain).unwrap_or_default();
        let escaped = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        let escaped = escaped.filter(|escaped| *escaped != plain).map(str::to_owned);
        Self { plain, escaped }
    }
}

/// Splits the first word off. `text` does not begin with a blank.
fn next(text: &str) -> (&str, &str) {
    if let Some(quoted) = text.strip_prefix('"') {
        let closes = |(at, _): &(usize, &str)| {
            let after = quoted.get(at + 1..).unwrap_or_default();
            after.is_empty() || after.starts_with(char::is_whitespace)
        };
        if let Some((at, _)) = quoted.match_indices('"').find(closes) {
            return (quoted.get(..at).unwrap_or_default(), quoted.get(at + 1..).unwrap_or_default());
        }
    }
    text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        Words::parse(text).unwrap().parts().map(str::to_owned).collect()
    }

    #[test]
    fn blanks_separate_words_but_between_quotes() {
        for (text, wanted) in [
            ("", &[][..]),
            ("  ", &[]),
            (r#""""#, &[]),
            ("alice  Bob\t198.51.100.7", &["alice", "bob", "198.51.100.7"]),
            (r#""access denied" x"#, &["access denied", "x"]),
            (r#""errorCode":"AccessDenied""#, &[r#"errorcode":"accessdenied"#]),
            (r#""open x"#, &[r#""open"#, "x"]),
            (r#"a"b c"d"#, &[r#"a"b"#, r#"c"d"#]),
        ] {
            assert_eq!(words(text), wanted, "{text}");
        }
        assert!(Words::parse(&"a ".repeat(WORDS_MAX)).is_some());
        assert!(Words::parse(&"a ".repeat(WORDS_MAX + 1)).is_none());
        assert!(Words::parse(&"a".repeat(TEXT_BYTES_MAX + 1)).is_none());
    }

    #[test]
    fn words_stand_anywhere_and_in_any_case() {
        let record = r#"{"userName":"Alice","path":"C:\\Temp","note":"Übung \"x\""}"#.as_bytes();
        for text in
            ["alice", "LIC note", "username\":\"alice", r"c:\temp", "übung", "ÜBUNG", "\"übung \"x\"\""]
        {
            assert!(Words::parse(text).unwrap().stand_in(record), "{text}");
        }
        for text in ["bob", "alice bob", "c:temp"] {
            assert!(!Words::parse(text).unwrap().stand_in(record), "{text}");
        }
    }
}
