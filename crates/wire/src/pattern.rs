//! The model's regular expressions, compiled at generation into runs of character ranges.
//!
//! A pattern matches a whole value. Matching takes the longest run of a piece first and gives back
//! character by character; the model's pieces overlap at most once, so that the work stays linear in
//! the value's length, which the body limit bounds.

/// A pattern: it matches when one of its alternatives matches the whole value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pattern {
    /// The expression as the model writes it, which is how messages show it.
    pub(crate) source: &'static str,
    pub(crate) alternatives: &'static [&'static [Piece]],
}

/// Between `min` and `max` characters out of `ranges` and `classes`.
#[derive(Debug)]
pub(crate) struct Piece {
    pub(crate) ranges: &'static [(char, char)],
    pub(crate) classes: &'static [Class],
    pub(crate) min: u32,
    pub(crate) max: u32,
}

/// A class of Unicode characters, as far as the standard library tells.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Class {
    /// `\p{L}`.
    Letter,
    /// `\p{N}`.
    Number,
    /// `\p{Z}`: spaces, but no control characters.
    Separator,
}

impl Class {
    fn holds(self, c: char) -> bool {
        match self {
            Self::Letter => c.is_alphabetic(),
            Self::Number => c.is_numeric(),
            Self::Separator => c.is_whitespace() && !c.is_control(),
        }
    }
}

impl Pattern {
    pub(crate) fn matches(self, value: &str) -> bool {
        self.alternatives.iter().any(|pieces| matches_all(pieces, value))
    }
}

impl Piece {
    fn accepts(&self, c: char) -> bool {
        self.ranges.iter().any(|&(low, high)| (low..=high).contains(&c))
            || self.classes.iter().any(|class| class.holds(c))
    }
}

fn matches_all(pieces: &[Piece], value: &str) -> bool {
    let Some((piece, rest)) = pieces.split_first() else {
        return value.is_empty();
    };
    // The places where this piece may end, shortest run first.
    let mut ends = Vec::new();
    let mut remaining = value.chars();
    let mut taken = 0;
    loop {
        if taken >= piece.min {
            ends.push(remaining.as_str());
        }
        match remaining.next() {
            Some(c) if taken < piece.max && piece.accepts(c) => taken += 1,
            _ => break,
        }
    }
    if rest.is_empty() {
        return ends.last().is_some_and(|end| end.is_empty());
    }
    ends.into_iter().rev().any(|end| matches_all(rest, end))
}

#[cfg(test)]
mod tests;
