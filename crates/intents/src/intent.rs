//! A call that is about to be made.

use cairn_event::{AccountId, Region};

/// What is known of a call before it is forwarded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// The `eventID` of its event: the same with a known outcome and an unknown one.
    pub event_id: String,
    /// The account whose history and trails receive the event.
    pub account: AccountId,
    /// The Region in which it is recorded.
    pub region: Region,
    /// The event with an unknown outcome, redacted and within limits, which is recorded if nothing better comes.
    pub event: Vec<u8>,
}
