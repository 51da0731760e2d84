//! Texts with asterisks.

/// A text whose unescaped asterisks stand for any characters, or none.
#[derive(Debug, Clone)]
pub(crate) struct Wildcard {
    first: String,
    /// What follows each asterisk; without any, the text is matched whole.
    rest: Vec<String>,
}

/// Why a text is no wildcard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WildcardFault {
    TwoAsterisks,
    Escape,
}

impl Wildcard {
    /// Reads a text in which a backslash may stand before an asterisk or a backslash only.
    pub(crate) fn parse(text: &str) -> Result<Self, WildcardFault> {
        let mut pieces = vec![String::new()];
        let mut after_asterisk = false;
        let mut chars = text.chars();
        while let Some(char) = chars.next() {
            let literal = match char {
                '*' if after_asterisk => return Err(WildcardFault::TwoAsterisks),
                '*' => {
                    pieces.push(String::new());
                    after_asterisk = true;
                    continue;
                }
                '\\' => match chars.next() {
                    Some(escaped @ ('*' | '\\')) => escaped,
                    _ => return Err(WildcardFault::Escape),
                },
                plain => plain,
            };
            after_asterisk = false;
            if let Some(piece) = pieces.last_mut() {
                piece.push(literal);
            }
        }
        let first = pieces.remove(0);
        Ok(Self { first, rest: pieces })
    }

    pub(crate) fn matches(&self, text: &str) -> bool {
        let Some((last, middle)) = self.rest.split_last() else { return text == self.first };
        let Some(text) = text.strip_prefix(self.first.as_str()) else { return false };
        let Some(mut text) = text.strip_suffix(last.as_str()) else { return false };
        // The earliest place for each piece leaves the most room for those that follow.
        for piece in middle {
            let Some((_, after)) = text.split_once(piece.as_str()) else { return false };
            text = after;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::{Wildcard, WildcardFault};

    #[test]
    fn asterisks_stand_for_anything() {
        for (wildcard, text, expected) in [
            ("a", "a", true),
            ("a", "ab", false),
            ("", "", true),
            ("*", "", true),
            ("*", "anything", true),
            ("a*", "a", true),
            ("*a", "ba", true),
            ("a*a", "a", false),
            ("a*a", "aa", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "acb", false),
            ("*/lib/*", "/usr/lib/x", true),
            ("*é*", "caféx", true),
            (r"a\*b", "a*b", true),
            (r"a\*b", "axb", false),
            (r"\\*", r"\x", true),
        ] {
            assert_eq!(Wildcard::parse(wildcard).unwrap().matches(text), expected, "{wildcard} {text}");
        }
    }

    #[test]
    fn two_asterisks_and_odd_escapes_are_refused() {
        for (wildcard, fault) in [
            ("a**", WildcardFault::TwoAsterisks),
            (r"a\b", WildcardFault::Escape),
            ("a\\", WildcardFault::Escape),
        ] {
            assert_eq!(Wildcard::parse(wildcard).unwrap_err(), fault, "{wildcard}");
        }
    }
}
