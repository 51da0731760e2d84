//! The facts of a request that conditions and policy variables look at.

mod facts;
pub(crate) mod key;

use std::collections::BTreeMap;

use crate::Principal;

pub use facts::{OrganizationFacts, SessionFacts};
pub use key::ServiceKey;

/// Condition keys and their values, as text; key names are compared without regard to case.
///
/// A key may hold several values (`aws:TagKeys`). A key with no value counts as absent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    values: BTreeMap<String, Vec<String>>,
}

impl Context {
    /// Adds `value` to `key`, whatever key that is: for keys that come from data. Whoever knows the key tells
    /// the fact by its own function.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.values.entry(key.to_ascii_lowercase()).or_default().push(value.into());
        self
    }

    /// Puts `values` in the place of whatever `key` held.
    pub fn set(&mut self, key: &str, values: Vec<String>) {
        self.values.insert(key.to_ascii_lowercase(), values);
    }

    /// Returns the values of `key`; empty when it is absent.
    pub fn values(&self, key: &str) -> &[String] {
        self.values.get(&key.to_ascii_lowercase()).map_or(&[], Vec::as_slice)
    }

    /// Returns the one value of `key`; none when it is absent or has several.
    pub(crate) fn single(&self, key: &str) -> Option<&str> {
        match self.values(key) {
            [only] => Some(only),
            _ => None,
        }
    }

    /// Adds what the principal itself tells, in the place of anything the request said about it.
    pub(crate) fn of_principal(mut self, principal: &Principal) -> Self {
        let account = principal.account().map(|account| account.to_string());
        let name = match principal {
            Principal::User { name, .. } => Some(name.clone()),
            _ => None,
        };
        let service = match principal {
            Principal::Service(name) => Some(name.clone()),
            _ => None,
        };
        let kind = match principal {
            Principal::Root { .. } => Some("Account"),
            Principal::User { .. } => Some("User"),
            Principal::Session(_) => Some("AssumedRole"),
            Principal::FederatedUser(_) => Some("FederatedUser"),
            Principal::WebIdentity(_) | Principal::Service(_) => None,
            Principal::Anonymous => Some("Anonymous"),
        };
        // A session's aws:PrincipalArn is its role's: policies name roles, not sessions.
        let arn = match principal {
            Principal::Session(session) => Some(session.role_arn()),
            _ => principal.arn(),
        };
        let id = match principal {
            Principal::Anonymous => Some("anonymous".to_owned()),
            _ => principal.id(),
        };
        self.set("aws:PrincipalArn", arn.into_iter().collect());
        self.set("aws:PrincipalAccount", account.into_iter().collect());
        self.set("aws:PrincipalType", kind.map(str::to_owned).into_iter().collect());
        self.set("aws:PrincipalIsAWSService", vec![service.is_some().to_string()]);
        self.set("aws:PrincipalServiceName", service.into_iter().collect());
        self.set("aws:userid", id.into_iter().collect());
        self.set("aws:username", name.into_iter().collect());
        self
    }
}
