//! The pure half of listing: order, prefixes, delimiters and where to resume.
//!
//! Keys are ordered by their UTF-8 bytes, which is also the order of their characters. The driver
//! ([`crate::store`]) fetches rows from a lower bound on and offers each key to a [`Roll`]; when a key
//! rolls up into a common prefix, the driver skips to the first key that cannot have that prefix, so that
//! a listing costs what it answers, not what it hides.

/// What a listing asks for.
#[derive(Debug, Clone, Default)]
pub(crate) struct ListQuery {
    pub(crate) prefix: String,
    /// Absent or non-empty.
    pub(crate) delimiter: Option<String>,
    /// Lists what comes after this key or common prefix; it need not exist.
    pub(crate) after: Option<String>,
    /// The most keys and common prefixes together.
    pub(crate) limit: usize,
}

impl ListQuery {
    /// Returns the smallest key that may be answered.
    pub(crate) fn lower(&self) -> Option<String> {
        let Some(after) = &self.after else { return Some(self.prefix.clone()) };
        // A marker that is itself a common prefix stands for everything under it.
        let lower = match self.common_prefix(after) {
            Some(common) if common == *after => successor_of_prefix(after)?,
            _ => format!("{after}\0"),
        };
        Some(lower.max(self.prefix.clone()))
    }

    /// Returns the first key beyond the prefix, or nothing when there is no such bound.
    pub(crate) fn upper(&self) -> Option<String> {
        if self.prefix.is_empty() { None } else { successor_of_prefix(&self.prefix) }
    }

    /// Returns the common prefix into which `key` rolls up, if it does.
    fn common_prefix(&self, key: &str) -> Option<String> {
        let delimiter = self.delimiter.as_deref()?;
        let (before, _after) = key.strip_prefix(self.prefix.as_str())?.split_once(delimiter)?;
        Some(format!("{}{before}{delimiter}", self.prefix))
    }
}

/// A listing being made: takes keys in order until the limit is reached.
#[derive(Debug)]
pub(crate) struct Roll<'a> {
    query: &'a ListQuery,
    taken: usize,
    pub(crate) common_prefixes: Vec<String>,
    /// The last key or common prefix that was taken.
    pub(crate) last: Option<String>,
}

/// What became of an offered key.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// It is an entry of the listing.
    Key,
    /// It made a common prefix; the next key that can matter is `resume`, or none can.
    Prefix { resume: Option<String> },
    /// The limit was reached before it: the listing is truncated.
    Full,
}

impl<'a> Roll<'a> {
    pub(crate) fn new(query: &'a ListQuery) -> Self {
        Self { query, taken: 0, common_prefixes: Vec::new(), last: None }
    }

    /// Takes the next key. The caller skips keys below `resume` after [`Taken::Prefix`].
    pub(crate) fn offer(&mut self, key: &str) -> Taken {
        if self.taken >= self.query.limit {
            return Taken::Full;
        }
        self.taken += 1;
        match self.query.common_prefix(key) {
            Some(common) => {
                let resume = successor_of_prefix(&common);
                self.last = Some(common.clone());
                self.common_prefixes.push(common);
                Taken::Prefix { resume }
            }
            None => {
                self.last = Some(key.to_owned());
                Taken::Key
            }
        }
    }
}

/// Returns the smallest text greater than every text that starts with `prefix`.
pub(crate) fn successor_of_prefix(prefix: &str) -> Option<String> {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        if let Some(next) = next_char(last) {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}

fn next_char(from: char) -> Option<char> {
    match from {
        '\u{D7FF}' => Some('\u{E000}'),
        char::MAX => None,
        _ => char::from_u32(u32::from(from) + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn successors() {
        assert_eq!(successor_of_prefix("a/").as_deref(), Some("a0"));
        assert_eq!(successor_of_prefix("a\u{10FFFF}").as_deref(), Some("b"));
        assert_eq!(successor_of_prefix("\u{D7FF}").as_deref(), Some("\u{E000}"));
        assert_eq!(successor_of_prefix("\u{10FFFF}"), None);
    }

    #[test]
    fn bounds() {
        let check = |prefix: &str, delimiter: Option<&str>, after: Option<&str>, lower: &str| {
            let query = ListQuery {
                prefix: prefix.into(),
                delimiter: delimiter.map(str::to_owned),
                after: after.map(str::to_owned),
                limit: 1,
            };
            assert_eq!(query.lower().as_deref(), Some(lower));
        };
        check("", None, None, "");
        check("p/", None, Some("a"), "p/");
        check("p/", None, Some("p/x"), "p/x\0");
        check("p/", Some("/"), Some("p/x/"), "p/x0");
        check("p/", Some("/"), Some("p/x/y"), "p/x/y\0");
        check("p/", Some("/"), Some("p/"), "p/\0");
        check("", None, Some("p/x/"), "p/x/\0");
    }
}
