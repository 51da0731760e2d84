//! Where a key means something.

use cairn_event::AccountId;
use serde::{Deserialize, Serialize};

/// The upstreams whose keys are one and the same: those of one account that check signatures, or do not.
///
/// An upstream can tell anything of keys. It is believed for its own account and no other, and one that takes
/// any signature is not believed about keys of one that checks them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Realm {
    /// The account that the upstream serves.
    pub account: AccountId,
    /// Whether the upstream checks signatures.
    pub signatures: Signatures,
}

/// Whether an upstream checks signatures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Signatures {
    /// It refuses those that do not hold.
    Checked,
    /// It takes any.
    Unchecked,
}
