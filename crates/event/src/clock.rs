//! The two things a record needs from outside: the time and fresh ids.

use jiff::Timestamp;

/// Tells the time. The only source of it in Cairn, so that tests decide what "now" is.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// Returns the present instant.
    fn now(&self) -> Timestamp;
}

/// Makes identifiers. The only source of randomness in records.
pub trait Ids: Send + Sync + std::fmt::Debug {
    /// Returns a fresh GUID in its 36-character form, lower case.
    fn guid(&self) -> String;

    /// Fills `bytes` with unpredictable bytes.
    fn fill(&self, bytes: &mut [u8]);
}
