//! What a series says of a minute.

use crate::{Minute, Sensitivity};

/// Which way a count is unusual.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// More than usual.
    Surge,
    /// Less than usual.
    Silence,
}

/// The first minutes of something unusual: those that gave it away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opening {
    /// The sensitivity at which it is unusual.
    pub sensitivity: Sensitivity,
    /// Which way.
    pub direction: Direction,
    /// The first of them.
    pub start: Minute,
    /// How many they are, up to the minute that was told last.
    pub minutes: u32,
    /// The calls in them.
    pub calls: u64,
}

/// The whole of something unusual, once it is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closing {
    /// The sensitivity at which it was unusual.
    pub sensitivity: Sensitivity,
    /// Which way.
    pub direction: Direction,
    /// Its first minute, as its opening told.
    pub start: Minute,
    /// The first minute that was usual again.
    pub end: Minute,
    /// The calls from the start up to the end.
    pub calls: u64,
}

/// What a minute came to, at one sensitivity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Something unusual began.
    Started(Opening),
    /// It is over.
    Ended(Closing),
}

/// What a minute came to: at most one verdict for each sensitivity.
pub type Verdicts = [Option<Verdict>; Sensitivity::ALL.len()];
