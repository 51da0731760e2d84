//! What a session token holds.

use std::collections::BTreeMap;
use std::fmt;

use cairn_access::{
    FederatedUser, FederationIssuer, Policy, PolicyError, PolicyKind, Principal, RoleSession, SessionMaker,
    TemporarySession,
};
use cairn_catalog::Snapshot;
use cairn_event::{AccountId, EventTime};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::rights::ManagedDocument;

/// Temporary credentials, with all that their use needs.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Session {
    /// The key id, `ASIA…`.
    pub access_key_id: String,
    /// The secret access key.
    pub secret_access_key: String,
    /// The account whose principal calls.
    pub account: AccountId,
    /// Whose session it is.
    pub holder: Holder,
    /// When the credentials were made.
    pub issued: Timestamp,
    /// When they end.
    pub expires: Timestamp,
    /// Whether a second factor was shown for them.
    #[serde(default, skip_serializing_if = "is_false")]
    pub mfa: bool,
    /// The policies that were handed over; none where none were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policies: Option<SessionPolicies>,
    /// The session's tags.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// The keys of the tags that the next role inherits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transitive_tag_keys: Vec<String>,
    /// The source identity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_identity: Option<String>,
    /// The ARN of the provider whose web identity assumed the role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub federated_provider: Option<String>,
}

/// Whose a session is, within its account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the members are those of the principals of the same names")]
pub enum Holder {
    /// The root user, by GetSessionToken.
    Root,
    /// A user, by GetSessionToken.
    User { name: String, path: String, id: String },
    /// Whoever assumed a role.
    Role { name: String, path: String, id: String, session: String },
    /// Somebody whom a user named in GetFederationToken.
    FederatedByUser { name: String, user: String, path: String, id: String },
    /// Somebody whom the root user named in GetFederationToken.
    FederatedByRoot { name: String },
}

/// The policies that were handed over when a session began.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionPolicies {
    /// The document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inline: Option<String>,
    /// The ARNs of managed policies.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arns: Vec<String>,
}

impl Session {
    /// Returns who calls with the session's credentials.
    pub fn principal(&self) -> Principal {
        let account = self.account;
        match self.holder.clone() {
            Holder::Root => Principal::Root { account },
            Holder::User { name, path, id } => Principal::User { account, name, path, id },
            Holder::Role { name, path, id, session } => Principal::Session(RoleSession {
                account,
                role: name,
                role_path: path,
                role_id: id,
                name: session,
                created: EventTime::of(self.issued).to_string(),
                mfa: self.mfa,
                source_identity: self.source_identity.clone(),
            }),
            Holder::FederatedByUser { name, user, path, id } => {
                let issuer = Some(FederationIssuer { name: user, path, id });
                Principal::FederatedUser(FederatedUser { account, name, issuer })
            }
            Holder::FederatedByRoot { name } => {
                Principal::FederatedUser(FederatedUser { account, name, issuer: None })
            }
        }
    }

    /// Tells whether whoever the session is of is still there: the same user or role, not another one that
    /// was made under the name since.
    pub fn is_of_somebody(&self, snapshot: &Snapshot) -> bool {
        let account = &self.account;
        let user = |name: &str, id: &str| snapshot.user(account, name).is_some_and(|user| user.user_id == id);
        match &self.holder {
            Holder::Root | Holder::FederatedByRoot { .. } => snapshot.account(account).is_some(),
            Holder::User { name, id, .. } => user(name, id),
            Holder::FederatedByUser { user: name, id, .. } => user(name, id),
            Holder::Role { name, id, .. } => {
                snapshot.role(account, name).is_some_and(|role| role.role_id == *id)
            }
        }
    }

    /// Returns what the credentials say beside whose they are. A managed policy that is gone gives nothing.
    ///
    /// # Errors
    /// A managed policy can't be read.
    pub fn temporary(
        &self,
        snapshot: &Snapshot,
        managed: ManagedDocument,
    ) -> Result<TemporarySession, PolicyError> {
        let federated =
            matches!(self.holder, Holder::FederatedByUser { .. } | Holder::FederatedByRoot { .. });
        // A federated user has what it was handed and nothing else.
        let given = self.policies.clone().or_else(|| federated.then(SessionPolicies::default));
        Ok(TemporarySession {
            issued: self.issued,
            mfa: self.mfa,
            policies: given.map(|given| given.parse(snapshot, managed)).transpose()?,
            tags: self.tags.clone(),
            transitive_tag_keys: self.transitive_tag_keys.clone(),
            source_identity: self.source_identity.clone(),
            federated_provider: self.federated_provider.clone(),
            maker: SessionMaker::Sts,
        })
    }
}

impl SessionPolicies {
    fn parse(&self, snapshot: &Snapshot, managed: ManagedDocument) -> Result<Vec<Policy>, PolicyError> {
        let inline = self.inline.iter().map(|text| Policy::parse(PolicyKind::Session, text));
        let named = self.arns.iter().filter_map(|arn| managed(snapshot, arn));
        inline.chain(named.map(|text| Policy::parse(PolicyKind::Session, &text))).collect()
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("access_key_id", &self.access_key_id)
            .field("account", &self.account)
            .field("holder", &self.holder)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
fn is_false(truth: &bool) -> bool {
    !truth
}
