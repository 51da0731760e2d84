//! One value that will do.

use std::net::IpAddr;

use crate::address::{Block, address_of};
use crate::folded::Folded;
use crate::number::{Number, Range};
use crate::wildcard::Wildcard;

/// A value of an event: what is neither object nor array.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Leaf<'e> {
    Null,
    Truth(bool),
    Number(Number),
    Text(&'e str),
}

/// What a field's value is asked.
#[derive(Debug, Clone)]
pub(crate) enum Condition {
    Null,
    Truth(bool),
    Number(Number),
    Text(String),
    /// A text that is an address: another way to write the same address will do as well.
    Address(IpAddr),
    Prefix(String),
    PrefixAnyCase(Folded),
    Suffix(String),
    SuffixAnyCase(Folded),
    AnyCase(Folded),
    Wildcard(Wildcard),
    Numeric(Range),
    Block(Block),
    /// None of these holds.
    Neither(Vec<Self>),
    /// There is a value at all.
    Present,
    /// There is none; no value answers this.
    Absent,
}

impl Condition {
    /// Makes the condition that a value is this text.
    pub(crate) fn exactly(text: String) -> Self {
        address_of(&text).map_or(Self::Text(text), Self::Address)
    }

    pub(crate) fn holds(&self, leaf: Leaf<'_>) -> bool {
        match (self, leaf) {
            (Self::Present, _) | (Self::Null, Leaf::Null) => true,
            (Self::Neither(conditions), leaf) => !conditions.iter().any(|condition| condition.holds(leaf)),
            (Self::Truth(wanted), Leaf::Truth(truth)) => *wanted == truth,
            (Self::Number(wanted), Leaf::Number(number)) => wanted.equals(number),
            (Self::Numeric(range), Leaf::Number(number)) => range.contains(number),
            (condition, Leaf::Text(text)) => condition.holds_for_text(text),
            _ => false,
        }
    }

    fn holds_for_text(&self, text: &str) -> bool {
        match self {
            Self::Text(wanted) => wanted == text,
            Self::Address(wanted) => address_of(text) == Some(*wanted),
            Self::Prefix(prefix) => text.starts_with(prefix.as_str()),
            Self::PrefixAnyCase(prefix) => prefix.begins(text),
            Self::Suffix(suffix) => text.ends_with(suffix.as_str()),
            Self::SuffixAnyCase(suffix) => suffix.ends(text),
            Self::AnyCase(wanted) => wanted.equals(text),
            Self::Wildcard(wildcard) => wildcard.matches(text),
            Self::Block(block) => block.contains(text),
            Self::Null
            | Self::Truth(_)
            | Self::Number(_)
            | Self::Numeric(_)
            | Self::Neither(_)
            | Self::Present
            | Self::Absent => false,
        }
    }
}
