//! States: what a derived view must remember beside its cursor, such as the head of a digest chain.

use crate::Refusal;

/// A named text with a version that rises by one with each change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// The name; by custom `<view>/<part>`.
    pub name: String,
    /// How often it was set; the first time makes 1.
    pub version: u64,
    /// What is remembered, in the view's own form.
    pub body: String,
}

/// A compare-and-set of a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateChange {
    /// The state's name.
    pub name: String,
    /// The version that the caller knows; `None` before the first.
    pub expected: Option<u64>,
    /// What it shall be.
    pub body: String,
}

impl StateChange {
    /// The most states that are set together.
    pub const TOGETHER_MAX: usize = 1_000;

    /// Checks what can be checked of many without the store.
    pub(crate) fn check_all(changes: &[Self]) -> Result<(), Refusal> {
        if changes.len() > Self::TOGETHER_MAX {
            let (count, max) = (changes.len(), Self::TOGETHER_MAX);
            return Err(Refusal::TooMany { what: "states", count, max });
        }
        changes.iter().try_for_each(Self::check)
    }

    /// Checks what can be checked without the store.
    pub(crate) fn check(&self) -> Result<(), Refusal> {
        let too_long = |what, bytes, max| Err(Refusal::TooLong { what, bytes, max });
        match (self.name.len(), self.body.len()) {
            (bytes, _) if bytes > NAME_BYTES_MAX => too_long("a state's name", bytes, NAME_BYTES_MAX),
            (_, bytes) if bytes > BODY_BYTES_MAX => too_long("a state", bytes, BODY_BYTES_MAX),
            _ => Ok(()),
        }
    }
}

/// The longest name of a state, bytes.
const NAME_BYTES_MAX: usize = 1_024;

/// The longest body of a state, bytes.
const BODY_BYTES_MAX: usize = 65_536;
