//! A pattern, ready to match.

use std::str::FromStr;

use crate::error::{EventError, PatternError};
use crate::event::Found;
use crate::join;
use crate::names::{Names, Node};
use crate::parse::{Asked, Parsed};

/// A pattern, checked and compiled.
#[derive(Debug)]
pub struct Pattern {
    pub(crate) names: Names,
    pub(crate) asked: Vec<Asked>,
    /// Combinations of questions of which one must be answered whole, each in the order of names.
    pub(crate) branches: Vec<Vec<Question>>,
}

/// One question in a combination.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Question {
    /// Its place in the list of questions.
    pub(crate) asked: u32,
    /// Where its field's name is.
    pub(crate) name: Node,
}

impl Pattern {
    /// Checks and compiles a pattern.
    ///
    /// # Errors
    /// Says where the pattern is wrong and what is needed there. A pattern may have 64 KiB, 4000 values, and 1000
    /// combinations that `$or` makes, with 100,000 fields in all of them together.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let Parsed { asked, branches, .. } = Parsed::read(text)?;
        let mut names = Names::new();
        let place = |(index, asked): (usize, &Asked)| {
            names.add(&asked.name, u32::try_from(index).unwrap_or(u32::MAX))
        };
        let places: Vec<Node> = asked.iter().enumerate().map(place).collect();
        let question =
            |asked: u32| Question { asked, name: places.get(asked as usize).copied().unwrap_or_default() };
        let branches = branches.iter().map(|branch| branch.values().copied().map(question).collect());
        Ok(Self { branches: branches.collect(), names, asked })
    }

    /// Tells whether an event, the bytes of one JSON object, matches.
    ///
    /// # Errors
    /// The bytes are no JSON object, or members that the pattern names lie deeper than 127 levels.
    pub fn matches(&self, event: &[u8]) -> Result<bool, EventError> {
        let found = Found::walk(&self.names, &self.asked, event)?;
        Ok(self.is_answered(&found))
    }

    pub(crate) fn is_answered(&self, found: &Found) -> bool {
        self.branches.iter().any(|branch| join::is_answered(branch, &self.asked, &self.names, found))
    }
}

impl FromStr for Pattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        Self::parse(text)
    }
}
