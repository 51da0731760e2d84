//! One key of the directory.

use std::collections::BTreeMap;

use cairn_catalog::SecretBytes;
use cairn_event::{
    AccountId, Arn, InvokedByDelegate, OnBehalfOf, SessionContext, SessionIssuer, UserIdentity,
};
use serde::{Deserialize, Serialize};

use crate::Person;
use crate::learn::person_of_arn;

/// What is written of a key.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Entry {
    /// What the owner is; told from the ARN where it is left out, else a user.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// The owner's ARN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arn: Option<String>,
    /// The account; that of the server where it is left out.
    #[serde(alias = "accountId", skip_serializing_if = "Option::is_none")]
    pub account_id: Option<String>,
    /// The user's name.
    #[serde(alias = "userName", skip_serializing_if = "Option::is_none")]
    pub user_name: Option<String>,
    /// The role's name, of a key that acts as a role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// The unique id.
    #[serde(alias = "principalId", skip_serializing_if = "Option::is_none")]
    pub principal_id: Option<String>,
    /// The service that the key belongs to, or that acts for its owner.
    #[serde(alias = "invokedBy", skip_serializing_if = "Option::is_none")]
    pub invoked_by: Option<String>,
    /// The partner's account, of a key with delegated permissions.
    #[serde(alias = "invokedByDelegate", skip_serializing_if = "Option::is_none")]
    pub invoked_by_delegate: Option<String>,
    /// The Identity Center user, of a bearer token's `credentialId`.
    #[serde(alias = "userId", skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The identity store of that user.
    #[serde(alias = "identityStoreArn", skip_serializing_if = "Option::is_none")]
    pub identity_store_arn: Option<String>,
    /// The person behind the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub human: Option<String>,
    /// The agent behind the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// The one upstream that the key is of, by its name in the settings; every one if none is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upstream: Option<String>,
    /// The key's secret, where signatures are to be checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// Tags of the owner.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

/// What the owner of a key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// The account itself.
    Root,
    /// A user.
    IAMUser,
    /// A session of a role.
    AssumedRole,
    /// A federated user.
    FederatedUser,
    /// A user of Identity Center.
    IdentityCenterUser,
    /// A service.
    AWSService,
}

/// An entry makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the message of each variant says what it is")]
pub enum EntryError {
    #[error("an access key id has 1 to 128 visible ASCII characters")]
    Key,
    #[error("`account_id` has twelve digits")]
    Account,
    #[error("`arn` is the ARN of a root, a user, an assumed role's session or a federated user")]
    Arn,
    #[error("`arn` is of another account than `account_id`")]
    OtherAccount,
    #[error("`arn` is of another type than `type`")]
    OtherKind,
    #[error("`{0}` is needed for this type")]
    Missing(&'static str),
    #[error("`{0}` is not for this type")]
    Superfluous(&'static str),
    #[error("`{0}` is not empty and has at most 1,024 bytes without control characters")]
    Text(&'static str),
    #[error("there are at most 50 tags")]
    Tags,
}

/// Checks an access key id.
pub(super) fn check_key(key: &str) -> Result<(), EntryError> {
    let fits = (1..=128).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then_some(()).ok_or(EntryError::Key)
}

impl Entry {
    /// Returns the secret, if there is one.
    pub(super) fn secret(&self) -> Result<Option<SecretBytes>, EntryError> {
        match &self.secret {
            Some(secret) if secret.is_empty() || secret.len() > TEXT_BYTES_MAX => {
                Err(EntryError::Text("secret"))
            }
            Some(secret) => Ok(Some(SecretBytes::new(secret.as_bytes()))),
            None => Ok(None),
        }
    }

    /// Returns whose the key is.
    pub(super) fn person(&self, default: AccountId) -> Result<Person, EntryError> {
        self.check_texts()?;
        let given = self.account_id.as_deref().map(str::parse::<AccountId>).transpose();
        let given = given.map_err(|_not_digits| EntryError::Account)?;
        let told = match &self.arn {
            Some(arn) => Some(person_of_arn(arn, None).ok_or(EntryError::Arn)?),
            None => None,
        };
        let of_arn = told.as_ref().and_then(|person| person.account);
        if given.is_some() && of_arn.is_some() && given != of_arn {
            return Err(EntryError::OtherAccount);
        }
        let account = given.or(of_arn).unwrap_or(default);
        let mut identity = match told {
            Some(person) => person.identity,
            None => UserIdentity { account_id: Some(account.to_string()), ..UserIdentity::default() },
        };
        let kind = self.kind_beside(identity.kind.as_deref())?;
        identity.kind = Some(kind.name().to_owned());
        self.complete(kind, account, &mut identity)?;
        Ok(Person {
            identity,
            account: (kind != Kind::AWSService).then_some(account),
            tags: self.tags.clone(),
            human: self.human.clone(),
            agent: self.agent.clone(),
            ..Person::default()
        })
    }

    fn complete(
        &self,
        kind: Kind,
        account: AccountId,
        identity: &mut UserIdentity,
    ) -> Result<(), EntryError> {
        identity.principal_id.clone_from(&self.principal_id);
        identity.invoked_by.clone_from(&self.invoked_by);
        let delegate = self.invoked_by_delegate.clone();
        identity.invoked_by_delegate = delegate.map(|account_id| InvokedByDelegate { account_id });
        let of_center = kind == Kind::IdentityCenterUser;
        if !of_center && (self.user_id.is_some() || self.identity_store_arn.is_some()) {
            return Err(EntryError::Superfluous("user_id"));
        }
        if self.role.is_some() && kind != Kind::AssumedRole {
            return Err(EntryError::Superfluous("role"));
        }
        match kind {
            Kind::Root => {
                // Records call a root user by the alias of its account, or not at all.
                if self.user_name.is_some() {
                    return Err(EntryError::Superfluous("user_name"));
                }
                identity.principal_id.get_or_insert_with(|| account.to_string());
                identity.arn.get_or_insert_with(|| format!("arn:aws:iam::{account}:root"));
            }
            Kind::IAMUser => {
                if identity.user_name.is_none() {
                    let name = self.user_name.as_deref().ok_or(EntryError::Missing("user_name"))?;
                    identity.user_name = Some(name.to_owned());
                    identity.arn = Some(format!("arn:aws:iam::{account}:user/{name}"));
                } else if self.user_name.is_some() && self.user_name != identity.user_name {
                    return Err(EntryError::OtherKind);
                }
            }
            Kind::AssumedRole => self.complete_role(account, identity)?,
            Kind::FederatedUser => {
                if identity.arn.is_none() {
                    let name = self.user_name.as_deref().ok_or(EntryError::Missing("user_name"))?;
                    identity.arn = Some(format!("arn:aws:sts::{account}:federated-user/{name}"));
                    identity.principal_id.get_or_insert_with(|| format!("{account}:{name}"));
                }
            }
            Kind::IdentityCenterUser => {
                let user_id = self.user_id.clone().ok_or(EntryError::Missing("user_id"))?;
                let identity_store_arn = self.identity_store_arn.clone();
                identity.on_behalf_of = Some(OnBehalfOf { user_id, identity_store_arn });
            }
            Kind::AWSService => {
                if self.invoked_by.is_none() {
                    return Err(EntryError::Missing("invoked_by"));
                }
                *identity = UserIdentity { account_id: None, ..identity.clone() };
            }
        }
        Ok(())
    }

    /// A key that acts as a role: its session is called as the directory says.
    fn complete_role(&self, account: AccountId, identity: &mut UserIdentity) -> Result<(), EntryError> {
        if identity.arn.is_none() {
            let role = self.role.as_deref().ok_or(EntryError::Missing("role"))?;
            let session = self.user_name.as_deref().ok_or(EntryError::Missing("user_name"))?;
            let name = role.rsplit('/').next().unwrap_or(role);
            identity.arn = Some(format!("arn:aws:sts::{account}:assumed-role/{name}/{session}"));
            let issuer = SessionIssuer {
                kind: "Role".to_owned(),
                principal_id: String::new(),
                arn: format!("arn:aws:iam::{account}:role/{}", role.trim_start_matches('/')),
                account_id: account.to_string(),
                user_name: Some(name.to_owned()),
            };
            identity.session_context =
                Some(SessionContext { session_issuer: Some(issuer), ..SessionContext::default() });
        }
        let role_id = self.principal_id.as_deref().and_then(|id| Some(id.split_once(':')?.0));
        let issuer = identity.session_context.as_mut().and_then(|context| context.session_issuer.as_mut());
        if let (Some(issuer), Some(id)) = (issuer, role_id) {
            id.clone_into(&mut issuer.principal_id);
        }
        Ok(())
    }

    fn kind_beside(&self, of_arn: Option<&str>) -> Result<Kind, EntryError> {
        match (self.kind, of_arn) {
            (Some(Kind::AWSService | Kind::IdentityCenterUser), Some(_)) => {
                Err(EntryError::Superfluous("arn"))
            }
            (Some(kind), Some(of_arn)) if kind.name() != of_arn => Err(EntryError::OtherKind),
            (Some(kind), _) => Ok(kind),
            (None, Some(of_arn)) => {
                Kind::ALL.into_iter().find(|kind| kind.name() == of_arn).ok_or(EntryError::Arn)
            }
            (None, None) if self.role.is_some() => Ok(Kind::AssumedRole),
            (None, None) => Ok(Kind::IAMUser),
        }
    }

    fn check_texts(&self) -> Result<(), EntryError> {
        let texts = [
            ("arn", &self.arn),
            ("user_name", &self.user_name),
            ("role", &self.role),
            ("principal_id", &self.principal_id),
            ("invoked_by", &self.invoked_by),
            ("user_id", &self.user_id),
            ("identity_store_arn", &self.identity_store_arn),
            ("human", &self.human),
            ("agent", &self.agent),
            ("upstream", &self.upstream),
        ];
        for (name, text) in texts {
            if text.as_deref().is_some_and(|text| !is_text(text)) {
                return Err(EntryError::Text(name));
            }
        }
        if self.invoked_by_delegate.as_deref().is_some_and(|text| text.parse::<AccountId>().is_err()) {
            return Err(EntryError::Text("invoked_by_delegate"));
        }
        if self.identity_store_arn.as_deref().is_some_and(|text| Arn::parse(text).is_err()) {
            return Err(EntryError::Text("identity_store_arn"));
        }
        if self.tags.len() > crate::web_token::TAGS_MAX {
            return Err(EntryError::Tags);
        }
        let wrong =
            self.tags.iter().any(|(key, value)| !is_text(key) || (!value.is_empty() && !is_text(value)));
        if wrong { Err(EntryError::Text("tags")) } else { Ok(()) }
    }
}

impl Kind {
    const ALL: [Self; 6] = [
        Self::Root,
        Self::IAMUser,
        Self::AssumedRole,
        Self::FederatedUser,
        Self::IdentityCenterUser,
        Self::AWSService,
    ];

    /// Returns the name that records use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Root => "Root",
            Self::IAMUser => "IAMUser",
            Self::AssumedRole => "AssumedRole",
            Self::FederatedUser => "FederatedUser",
            Self::IdentityCenterUser => "IdentityCenterUser",
            Self::AWSService => "AWSService",
        }
    }
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Entry")
            .field("user_name", &self.user_name)
            .field("arn", &self.arn)
            .finish_non_exhaustive()
    }
}

fn is_text(text: &str) -> bool {
    (1..=TEXT_BYTES_MAX).contains(&text.len()) && !text.chars().any(char::is_control)
}

const TEXT_BYTES_MAX: usize = 1_024;
