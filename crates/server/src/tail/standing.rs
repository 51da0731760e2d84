//! Whether whoever follows, or reads on, could still make the call that began it.

use std::sync::Arc;

use bytes::Bytes;
use cairn_access::Principal;
use cairn_catalog::Snapshot;
use jiff::Timestamp;

use crate::serve::{Arrival, Front};

/// A right that may end.
pub(crate) trait Right: std::fmt::Debug + Send + Sync {
    /// Tells whether it is still there.
    ///
    /// # Errors
    /// Why it is not, for the log.
    fn holds(&self, snapshot: &Snapshot) -> Result<(), String>;
}

/// A call that goes on. It holds as long as the same request would be taken of the same principal: its key lives, or its
/// session goes on and nobody works in another role in it, its account is not closed, and policies permit it.
#[derive(Debug)]
pub(crate) struct Standing {
    front: Arc<Front>,
    arrival: Arrival,
    body: Bytes,
    principal: Principal,
    /// When the call came: the signature is as old as it was then.
    at: Timestamp,
    permissions: &'static [&'static str],
}

impl Standing {
    /// Takes a call that was permitted.
    pub(crate) fn new(
        front: Arc<Front>,
        (arrival, body): (Arrival, Bytes),
        (principal, at): (Principal, Timestamp),
        permissions: &'static [&'static str],
    ) -> Self {
        Self { front, arrival, body, principal, at, permissions }
    }
}

impl Right for Standing {
    fn holds(&self, snapshot: &Snapshot) -> Result<(), String> {
        let Self { front, arrival, body, principal, at, permissions } = self;
        let found = front.authenticator.authenticate(&arrival.head, Some(body), snapshot, *at);
        if let Some(refusal) = found.refusal() {
            return Err(format!("{refusal:?}"));
        }
        let who = front.who(&found);
        if who.caller.principal() != principal {
            return Err("the session is worked in as somebody else".to_owned());
        }
        let permitted = front.permit_page(arrival, &who, snapshot, permissions);
        permitted.map_err(|refused| format!("{refused:?}"))
    }
}
