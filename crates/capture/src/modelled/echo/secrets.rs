//! Many secrets, found in one pass over a text.

use std::collections::BTreeSet;

use cairn_event::HIDDEN;

/// Services cut what they repeat: a secret of this length or more is told by its first characters.
const BEGINNING_CHARS: usize = 16;
/// Longer texts are cut: records hold a kilobyte of them.
const TEXT_BYTES_MAX: usize = 8 << 10;
/// A shorter secret may be part of any word, so only whole words are hidden.
const WORD_CHARS_MAX: usize = 3;

/// Secrets that a text may repeat.
pub(super) struct Secrets {
    /// Those of [`BEGINNING_CHARS`] or more, in order.
    long: Vec<String>,
    /// The others.
    short: BTreeSet<String>,
    /// How many characters those have, the most first.
    lengths: Vec<usize>,
}

impl Secrets {
    pub(super) fn new(secrets: Vec<String>) -> Self {
        let (mut long, mut short, mut lengths) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
        for secret in secrets {
            match secret.chars().take(BEGINNING_CHARS).count() {
                0 => {}
                BEGINNING_CHARS => long.push(secret),
                length => {
                    lengths.insert(length);
                    short.insert(secret);
                }
            }
        }
        long.sort_unstable();
        Self { long, short, lengths: lengths.into_iter().rev().collect() }
    }

    /// Puts a word in the place of every secret; of a long text only the beginning is returned.
    pub(super) fn hide(&self, text: &str) -> String {
        let (text, cut) = text.split_at(text.floor_char_boundary(TEXT_BYTES_MAX));
        let mut shown = self.hidden(text);
        // The cut may have left a beginning that is too short to tell a secret by.
        if !cut.is_empty() {
            let kept = shown.chars().count().saturating_sub(BEGINNING_CHARS);
            shown = shown.chars().take(kept).collect();
        }
        shown
    }

    fn hidden(&self, text: &str) -> String {
        let mut shown = String::new();
        let mut rest = text;
        let mut before = None;
        while let Some(first) = rest.chars().next() {
            let found = self.long_at(rest).or_else(|| self.short_at(before, rest));
            let step = found.unwrap_or(first.len_utf8());
            let (here, after) = rest.split_at(step);
            shown.push_str(if found.is_some() { HIDDEN } else { here });
            before = here.chars().next_back();
            rest = after;
        }
        shown
    }

    /// Returns how many bytes of a long secret a text begins with. Of all strings in order, those beside the
    /// text's own place have most in common with it.
    fn long_at(&self, text: &str) -> Option<usize> {
        let place = self.long.partition_point(|secret| secret.as_str() <= text);
        let beside = [place.checked_sub(1), Some(place)].into_iter().flatten();
        let most = beside.filter_map(|at| Some(common(self.long.get(at)?, text))).max()?;
        let (chars, bytes) = most;
        (chars >= BEGINNING_CHARS).then_some(bytes)
    }

    fn short_at(&self, before: Option<char>, text: &str) -> Option<usize> {
        self.lengths.iter().find_map(|length| {
            let mut ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            let (secret, after) = text.split_at(ends.nth(*length)?);
            let joins = |c: Option<char>| *length <= WORD_CHARS_MAX && c.is_some_and(char::is_alphanumeric);
            let is_whole = !joins(before) && !joins(after.chars().next());
            (is_whole && self.short.contains(secret)).then_some(secret.len())
        })
    }
}

/// Returns how many characters, and bytes, two texts begin with alike.
fn common(a: &str, b: &str) -> (usize, usize) {
    let same = a.chars().zip(b.chars()).take_while(|(a, b)| a == b);
    same.fold((0, 0), |(chars, bytes), (c, _)| (chars + 1, bytes + c.len_utf8()))
}

#[cfg(test)]
mod tests {
    use super::Secrets;

    fn check(message: &str, secrets: &[&str], expected: &str) {
        let expected = expected.replace('*', cairn_event::HIDDEN);
        let secrets = Secrets::new(secrets.iter().map(|secret| (*secret).to_owned()).collect());
        assert_eq!(secrets.hide(message), expected, "{message}");
    }

    #[test]
    fn secrets_are_hidden_in_messages() {
        check("Value 'hunter2' is bad: hunter2", &["hunter2"], "Value '*' is bad: *");
        check("Nothing of it", &["hunter2"], "Nothing of it");
        check("Nothing", &[], "Nothing");
        // A long one is cut by some services.
        check("'abcdefghijklmnopqr...'", &["abcdefghijklmnopqrstuvwxyz"], "'*...'");
        check("'abcdefghijklmnop!'", &["abcdefghijklmnopa", "abcdefghijklmnopq", "abc"], "'*!'");
        check("'abcdefghijklmno!'", &["abcdefghijklmnopqrstuvwxyz"], "'abcdefghijklmno!'");
        check("abcd abcdy", &["abcd", "abcdx"], "* *y");
        check("ab é abé", &["é"], "ab * abé");
        check("pin 42 of 142", &["42"], "pin * of 142");
        check("42", &["42"], "*");
        check("", &["a", ""], "");
        check("hunter2hunter2", &["hunter2"], "**");
    }

    #[test]
    fn a_cut_text_shows_no_part_of_a_secret() {
        let secret = "abcdefghijklmnopqrstuvwxyz";
        let secrets = Secrets::new(vec![secret.to_owned(), "0123456789".to_owned()]);
        for shown in 0..30 {
            let padding = "-".repeat(super::TEXT_BYTES_MAX - shown);
            for secret in [secret, "0123456789"] {
                let found = secrets.hide(&format!("{padding}{secret}{secret}"));
                assert!(!found.contains('a') && !found.contains('0'), "{shown}");
                assert!(found.len() > super::TEXT_BYTES_MAX / 2);
            }
        }
    }
}
