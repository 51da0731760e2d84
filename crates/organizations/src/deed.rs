//! What the service did beside answering: each becomes an event of the service, nearly always of the management
//! account.

use cairn_catalog::{AccountCreation, JoinedBy, Revision};
use cairn_event::AccountId;
use jiff::Timestamp;

/// A deed of Organizations itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// An account was made, or could not be made.
    Created {
        /// The account that manages the organization.
        management: AccountId,
        /// What came of it.
        creation: AccountCreation,
    },
    /// An account was closed.
    Closed {
        /// The account that manages the organization.
        management: AccountId,
        /// The account.
        account: AccountId,
        /// When it was asked for, and done.
        at: Timestamp,
    },
    /// An account came into an organization.
    Joined {
        /// The account that manages the organization.
        management: AccountId,
        /// The account.
        account: AccountId,
        /// How it came.
        by: JoinedBy,
        /// When.
        at: Timestamp,
    },
    /// An account is no member of an organization any more.
    Departed {
        /// The account that manages the organization.
        management: AccountId,
        /// The account.
        account: AccountId,
        /// How it went.
        by: Departure,
        /// When.
        at: Timestamp,
    },
    /// An account left its organization for another one. The call by which it did is heard in the new one; this is
    /// told in the account, for whoever follows it in the former.
    WentOver {
        /// The account.
        account: AccountId,
        /// When.
        at: Timestamp,
        /// The revision that ended with it: by this one the event is routed.
        under: Revision,
    },
}

impl Deed {
    /// Returns the revision to route the deed's event by, when it is not the newest.
    pub fn under(&self) -> Option<Revision> {
        match self {
            Self::WentOver { under, .. } => Some(*under),
            Self::Created { .. } | Self::Closed { .. } | Self::Joined { .. } | Self::Departed { .. } => None,
        }
    }
}

/// How an account went out of its organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Departure {
    /// By itself.
    Left,
    /// The organization's manager removed it.
    Removed,
}
