//! What every use case stands on.

use std::sync::Arc;

use cairn_catalog::{Catalog, Change, DecideError, Revision, Snapshot};
use cairn_event::{AccountId, Clock};
use cairn_history::History;
use cairn_insights::Insights;
use cairn_wire::Operation;

use crate::page_token::PageTokens;
use crate::{Caller, Platform, Refusal, Throttle};

/// CloudTrail's control plane.
#[derive(Debug)]
pub struct Control {
    pub(crate) catalog: Arc<dyn Catalog>,
    pub(crate) history: History,
    pub(crate) insights: Insights,
    pub(crate) tokens: PageTokens,
    pub(crate) platform: Arc<dyn Platform>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) throttle: Throttle,
}

/// What the control plane stands on.
#[derive(Debug)]
pub struct Parts {
    /// Trails and accounts.
    pub catalog: Arc<dyn Catalog>,
    /// What LookupEvents looks in.
    pub history: History,
    /// What was counted, and what was unusual.
    pub insights: Insights,
    /// What makes tokens; the same as long as they are to be honoured.
    pub page_key: [u8; 32],
    /// The rest of the server.
    pub platform: Arc<dyn Platform>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// How often operations may be called.
    pub throttle: Throttle,
}

/// What a use case answers.
#[derive(Debug)]
pub struct Done<T> {
    /// CloudTrail's answer.
    pub output: T,
    /// The revision that the call's own event is routed by when it is not the newest: a trail still
    /// delivers the call that stopped it.
    pub under: Option<Revision>,
    /// What CloudTrail did at other services in the caller's name: each is an event of its own.
    pub deeds: Vec<Deed>,
}

/// Something that CloudTrail did at another service in its caller's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// It made the role by which a service acts in the caller's account.
    RoleMade {
        /// The service's principal.
        service: String,
    },
    /// It registered a member as its delegated administrator.
    AdministratorRegistered {
        /// The member.
        account: AccountId,
    },
    /// It deregistered one.
    AdministratorDeregistered {
        /// The member.
        account: AccountId,
    },
}

impl<T> Done<T> {
    /// An answer whose event is routed by the revision in force.
    pub(crate) fn now(output: T) -> Self {
        Self { output, under: None, deeds: Vec::new() }
    }
}

impl Control {
    /// Puts the control plane together.
    pub fn new(parts: Parts) -> Self {
        let Parts { catalog, history, insights, page_key, platform, clock, throttle } = parts;
        Self { catalog, history, insights, tokens: PageTokens::new(&page_key), platform, clock, throttle }
    }

    /// Lets a call in, or turns it away unread where AWS's rates apply and this one is used up.
    ///
    /// # Errors
    /// The account called the operation too often in this Region.
    pub fn admit(&self, caller: &Caller, operation: Operation) -> Result<(), Refusal> {
        match self.throttle.admit(caller.account, &caller.region, operation, self.clock.now()) {
            true => Ok(()),
            false => Err(Refusal::Throttled),
        }
    }

    /// Decides on the newest revision and commits; decides again when somebody else was faster.
    pub(crate) async fn change<T>(
        &self,
        decide: impl Fn(&Snapshot) -> Result<(Vec<Change>, T), Refusal> + Send,
    ) -> Result<(T, Revision), Refusal> {
        let decided = cairn_catalog::decide(&*self.catalog, decide).await?;
        Ok((decided.output, decided.on))
    }
}

impl From<DecideError<Self>> for Refusal {
    fn from(error: DecideError<Self>) -> Self {
        match error {
            DecideError::Refused(refusal) => refusal,
            DecideError::Overtaken => Self::Conflict,
            DecideError::Failed(error) => Self::Internal(Box::new(error)),
        }
    }
}
