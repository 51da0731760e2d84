//! Searches: several filters at once, free text, counts, everything that matches.

pub(crate) mod answer;
pub(crate) mod ask;
pub(crate) mod export;
pub(crate) mod field;
pub(crate) mod filter;
pub(crate) mod line;
pub(crate) mod summary;
pub(crate) mod tally;
pub(crate) mod words;

#[cfg(test)]
mod tests;
