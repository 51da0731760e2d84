//! SPDX licence expressions: `A OR B`, `A AND B`, `A WITH exception`, parentheses, and the slash that old
//! manifests write for OR. AND binds tighter than OR.

/// Tells whether an expression can be satisfied with allowed licences; `None` when it is not one.
pub(super) fn holds(expression: &str, allowed: impl Fn(&str) -> bool) -> Option<bool> {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut words = Words { words: spaced.split_whitespace().collect(), at: 0, depth_left: DEPTH_MAX };
    let held = words.any(&allowed)?;
    (words.at == words.words.len()).then_some(held)
}

const DEPTH_MAX: u32 = 16;

struct Words<'a> {
    words: Vec<&'a str>,
    at: usize,
    depth_left: u32,
}

impl<'a> Words<'a> {
    fn any(&mut self, allowed: &impl Fn(&str) -> bool) -> Option<bool> {
        let mut held = self.all(allowed)?;
        while self.take("OR") {
            held |= self.all(allowed)?;
        }
        Some(held)
    }

    fn all(&mut self, allowed: &impl Fn(&str) -> bool) -> Option<bool> {
        let mut held = self.one(allowed)?;
        while self.take("AND") {
            held &= self.one(allowed)?;
        }
        Some(held)
    }

    fn one(&mut self, allowed: &impl Fn(&str) -> bool) -> Option<bool> {
        if self.take("(") {
            self.depth_left = self.depth_left.checked_sub(1)?;
            let held = self.any(allowed)?;
            self.depth_left += 1;
            return self.take(")").then_some(held);
        }
        let id = self.id()?;
        if self.take("WITH") {
            let exception = self.id()?;
            return Some(allowed(&format!("{id} WITH {exception}")));
        }
        Some(allowed(id))
    }

    fn id(&mut self) -> Option<&'a str> {
        let word = *self.words.get(self.at)?;
        if ["AND", "OR", "WITH", "(", ")"].contains(&word) {
            return None;
        }
        self.at += 1;
        Some(word)
    }

    fn take(&mut self, word: &str) -> bool {
        let is_next = self.words.get(self.at) == Some(&word);
        self.at += usize::from(is_next);
        is_next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_hold_as_spdx_reads_them() {
        for (expression, held) in [
            ("MIT", Some(true)),
            ("GPL-3.0-only", Some(false)),
            ("MIT OR GPL-3.0-only", Some(true)),
            ("GPL-3.0-only/MIT", Some(true)),
            ("MIT AND GPL-3.0-only", Some(false)),
            ("GPL-3.0-only AND X OR MIT", Some(true)),
            ("GPL-3.0-only AND (X OR MIT)", Some(false)),
            ("(MIT OR X) AND ISC", Some(true)),
            ("Apache-2.0 WITH LLVM-exception", Some(true)),
            ("Apache-2.0 WITH other", Some(false)),
            ("", None),
            ("MIT OR", None),
            ("(MIT", None),
            ("MIT ISC", None),
            (")", None),
        ] {
            let allowed = |id: &str| ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"].contains(&id);
            assert_eq!(holds(expression, allowed), held, "{expression}");
        }
    }

    #[test]
    fn nesting_has_a_limit() {
        let deep = format!("{}MIT{}", "(".repeat(10_000), ")".repeat(10_000));
        assert_eq!(holds(&deep, |_| true), None);
    }
}
