//! Counts a minute: what is usual, and what is not.
//!
//! A [`Series`] is told how many calls each minute had, one minute after another, and says when what it is told
//! begins to be unusual and when it is usual again, at each [`Sensitivity`]. It learns by itself: a week of hours,
//! the rhythm of days, the peaks of four weeks.
//!
//! Pure: the same counts give the same verdicts. This crate knows no event, no clock, no file and no socket, and not
//! what it counts.

#![warn(missing_docs)]

mod baseline;
mod compact;
mod expectation;
mod minute;
mod sensitivity;
mod series;
mod tail;
mod verdict;

pub use minute::Minute;
pub use sensitivity::Sensitivity;
pub use series::{DecodeError, Series, Usual};
pub use verdict::{Closing, Direction, Opening, Verdict, Verdicts};
