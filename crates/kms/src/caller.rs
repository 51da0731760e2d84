//! Who asks, and where.

use cairn_access::Principal;
use cairn_event::{AccountId, Region};

/// An authenticated caller.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The account that acts; for a service, the account that it acts for.
    pub account: AccountId,
    /// The Region that is asked: keys are of one Region.
    pub region: Region,
    /// Who acts.
    pub principal: Principal,
}

impl Caller {
    /// Returns the ARN of a resource of KMS in the caller's account and Region.
    pub(crate) fn arn(&self, resource: &str) -> String {
        format!("arn:aws:kms:{}:{}:{resource}", self.region, self.account)
    }
}
