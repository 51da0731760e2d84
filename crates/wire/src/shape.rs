//! Shapes as data: what a JSON value must look like, member by member.
//!
//! The generated table is made of these. Shapes of inputs do not contain themselves, so a walk over one is as
//! deep as the model and no deeper, whatever the input.

#[cfg(test)]
pub(crate) mod edges;
#[cfg(test)]
pub(crate) mod sample;

use crate::pattern::Pattern;

/// What a value must be.
#[derive(Debug)]
pub(crate) enum Shape {
    Structure(&'static [Member]),
    List {
        item: &'static Self,
        count: Bounds,
    },
    Map {
        key: &'static Self,
        value: &'static Self,
        count: Bounds,
    },
    /// `values` is empty unless the set of words is closed.
    Text {
        length: Bounds,
        pattern: Option<Pattern>,
        values: &'static [&'static str],
    },
    Integer {
        bits: u32,
        range: Bounds,
    },
    Float,
    Boolean,
    Timestamp,
    Blob,
}

/// A member of a structure, under its name on the wire.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) name: &'static str,
    pub(crate) shape: &'static Shape,
    pub(crate) required: bool,
}

/// Inclusive limits of a length, a count or a number.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) min: Option<i64>,
    pub(crate) max: Option<i64>,
}

impl Bounds {
    /// Returns the limit that `actual` falls below.
    pub(crate) fn below(self, actual: i64) -> Option<i64> {
        self.min.filter(|&min| actual < min)
    }

    /// Returns the limit that `actual` exceeds.
    pub(crate) fn above(self, actual: i64) -> Option<i64> {
        self.max.filter(|&max| actual > max)
    }
}
