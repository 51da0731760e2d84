//! Counts a minute: what is usual, and what is not.
//!
//! A [`Series`] is told how many calls each minute had, one minute after another, and says when what it is told
//! begins to be unusual and when it is usual again, at each [`Sensitivity`]. It learns by itself: a week of hours,
//! the rhythm of days, the peaks of four weeks.
//!
//! Pure: the same counts give the same verdicts. This crate knows no event, no clock, no file and no socket, and not
//! what it counts.

#![warn(missing_docs)]

mod compact;
mod episode;
mod expectation;
mod hour;
mod judge;
mod minute;
mod recent;
mod rhythm;
mod sensitivity;
mod series;
mod state;
mod tail;
mod thresholds;
mod told;
mod usual;
mod verdict;
mod week;

pub use minute::Minute;
pub use sensitivity::Sensitivity;
pub use series::Series;
pub use state::DecodeError;
pub use usual::Usual;
pub use verdict::{Closing, Direction, Opening, Verdict, Verdicts};
