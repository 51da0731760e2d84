//! Sets of texts compiled for matching: each answers by binary search, without allocation.

use std::cmp::Ordering;

/// What one field's value must satisfy.
///
/// The value is accepted if any select operator hits it (or there is none) and no deselect operator does. An
/// absent value is hit by nothing.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    /// `Equals`, `StartsWith`, `EndsWith`; `None` when not one of them was given.
    selects: Option<Texts>,
    /// `NotEquals`, `NotStartsWith`, `NotEndsWith`.
    rejects: Texts,
}

/// Texts hit by equality, by their beginning or by their end.
#[derive(Debug, Clone)]
pub(crate) struct Texts {
    exact: ExactSet,
    prefixes: PrefixSet,
    suffixes: SuffixSet,
}

/// Texts hit by equality; sorted.
#[derive(Debug, Clone, Default)]
pub(crate) struct ExactSet(Vec<Box<str>>);

/// Texts hit by their beginning; sorted, and none begins with another.
#[derive(Debug, Clone, Default)]
pub(crate) struct PrefixSet(Vec<Box<str>>);

/// Texts hit by their end; sorted by their bytes read backwards, and none ends with another.
#[derive(Debug, Clone, Default)]
struct SuffixSet(Vec<Box<str>>);

impl Condition {
    pub(crate) fn new(selects: Option<Texts>, rejects: Texts) -> Self {
        Self { selects, rejects }
    }

    pub(crate) fn accepts(&self, value: Option<&str>) -> bool {
        match value {
            Some(value) => {
                self.selects.as_ref().is_none_or(|selects| selects.hit(value)) && !self.rejects.hit(value)
            }
            None => self.selects.is_none(),
        }
    }
}

impl Texts {
    pub(crate) fn new(exact: &[String], prefixes: &[String], suffixes: &[String]) -> Self {
        Self {
            exact: ExactSet::new(exact),
            prefixes: PrefixSet::new(prefixes),
            suffixes: SuffixSet::new(suffixes),
        }
    }

    fn hit(&self, value: &str) -> bool {
        self.exact.holds(value) || self.prefixes.holds_start_of(value) || self.suffixes.holds_end_of(value)
    }
}

impl ExactSet {
    pub(crate) fn new<T: AsRef<str>>(texts: &[T]) -> Self {
        let mut texts: Vec<Box<str>> = texts.iter().map(|text| Box::from(text.as_ref())).collect();
        texts.sort_unstable();
        texts.dedup();
        Self(texts)
    }

    pub(crate) fn holds(&self, value: &str) -> bool {
        self.0.binary_search_by(|text| text.as_ref().cmp(value)).is_ok()
    }
}

impl PrefixSet {
    pub(crate) fn new<T: AsRef<str>>(texts: &[T]) -> Self {
        let mut texts: Vec<Box<str>> = texts.iter().map(|text| Box::from(text.as_ref())).collect();
        texts.sort_unstable();
        texts.dedup_by(|later, earlier| later.starts_with(earlier.as_ref()));
        Self(texts)
    }

    /// Looks at one candidate only: whatever sorts between a prefix and the value begins with that prefix
    /// too, and no text of the set begins with another.
    pub(crate) fn holds_start_of(&self, value: &str) -> bool {
        let above = self.0.partition_point(|text| text.as_ref() <= value);
        let candidate = above.checked_sub(1).and_then(|at| self.0.get(at));
        candidate.is_some_and(|text| value.starts_with(text.as_ref()))
    }
}

impl SuffixSet {
    fn new(texts: &[String]) -> Self {
        let mut texts: Vec<Box<str>> = texts.iter().map(|text| Box::from(text.as_str())).collect();
        texts.sort_unstable_by(|a, b| compare_backwards(a, b));
        texts.dedup_by(|later, earlier| later.ends_with(earlier.as_ref()));
        Self(texts)
    }

    /// The mirror image of [`PrefixSet::holds_start_of`].
    fn holds_end_of(&self, value: &str) -> bool {
        let above = self.0.partition_point(|text| compare_backwards(text, value) != Ordering::Greater);
        let candidate = above.checked_sub(1).and_then(|at| self.0.get(at));
        candidate.is_some_and(|text| value.ends_with(text.as_ref()))
    }
}

fn compare_backwards(a: &str, b: &str) -> Ordering {
    a.bytes().rev().cmp(b.bytes().rev())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts() -> impl Strategy<Value = Vec<String>> {
        prop::collection::vec("[abé]{1,4}", 0..12)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn sets_answer_as_a_plain_search_does(texts in texts(), value in "[abé]{0,6}") {
            let exact = texts.contains(&value);
            prop_assert_eq!(ExactSet::new(&texts).holds(&value), exact);
            let starts = texts.iter().any(|text| value.starts_with(text.as_str()));
            prop_assert_eq!(PrefixSet::new(&texts).holds_start_of(&value), starts);
            let ends = texts.iter().any(|text| value.ends_with(text.as_str()));
            prop_assert_eq!(SuffixSet::new(&texts).holds_end_of(&value), ends);
        }
    }
}
