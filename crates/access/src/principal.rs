//! The kinds of principal that can call, and their ARNs.

use cairn_event::AccountId;

/// Somebody, or something, that makes calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    /// The account itself: its own key, every permission.
    Root {
        /// The account.
        account: AccountId,
    },
    /// An IAM user with a long-lived key.
    User {
        /// The account that the user belongs to.
        account: AccountId,
        /// The user's name.
        name: String,
        /// The user's path: `/`, or `/division/` with a slash at both ends.
        path: String,
        /// The user's unique id, `AIDA…`.
        id: String,
    },
    /// A session of an assumed role.
    Session(RoleSession),
    /// Somebody for whom a user, or the account itself, took a federation token.
    FederatedUser(FederatedUser),
    /// Somebody whom an OpenID Connect issuer vouches for: the caller of AssumeRoleWithWebIdentity, no other.
    WebIdentity(WebIdentity),
    /// An AWS service that calls on its own behalf, by its DNS name: `cloudtrail.amazonaws.com`.
    Service(String),
    /// Nobody: the request was not signed.
    Anonymous,
}

/// A session of an assumed role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleSession {
    /// The account that the role belongs to.
    pub account: AccountId,
    /// The role's name.
    pub role: String,
    /// The role's path: `/`, or `/division/` with a slash at both ends.
    pub role_path: String,
    /// The role's unique id, `AROA…`.
    pub role_id: String,
    /// The session's name, chosen by who assumed the role.
    pub name: String,
    /// When the session began, ISO 8601.
    pub created: String,
    /// Whether a second factor was shown when the role was assumed.
    pub mfa: bool,
    /// The source identity that was set when the role was assumed.
    pub source_identity: Option<String>,
}

/// A federated user: a name that an issuer gave out with a part of its own permissions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FederatedUser {
    /// The account that the issuer belongs to.
    pub account: AccountId,
    /// The name, chosen by the issuer.
    pub name: String,
    /// The user who took the token; none when the account itself did.
    pub issuer: Option<FederationIssuer>,
}

/// The user who took a federation token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FederationIssuer {
    /// The user's name.
    pub name: String,
    /// The user's path.
    pub path: String,
    /// The user's unique id, `AIDA…`.
    pub id: String,
}

/// What a token of an OpenID Connect issuer says, once its signature is proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebIdentity {
    /// The issuer without its scheme, as policies and condition keys name it.
    pub provider: String,
    /// The ARN of the issuer as a provider of the account whose role is asked for.
    pub provider_arn: String,
    /// The audience that the token was made for.
    pub audience: String,
    /// The subject.
    pub subject: String,
}

impl Principal {
    /// Returns the account that the principal belongs to; services, web identities and nobody belong to none.
    pub fn account(&self) -> Option<AccountId> {
        match self {
            Self::Root { account } | Self::User { account, .. } => Some(*account),
            Self::Session(session) => Some(session.account),
            Self::FederatedUser(user) => Some(user.account),
            Self::WebIdentity(_) | Self::Service(_) | Self::Anonymous => None,
        }
    }

    /// Returns the principal's ARN; services, web identities and nobody have none.
    pub fn arn(&self) -> Option<String> {
        match self {
            Self::Root { account } => Some(format!("arn:aws:iam::{account}:root")),
            Self::User { account, name, path, .. } => {
                Some(format!("arn:aws:iam::{account}:user{path}{name}"))
            }
            Self::Session(session) => Some(session.arn()),
            Self::FederatedUser(user) => Some(user.arn()),
            Self::WebIdentity(_) | Self::Service(_) | Self::Anonymous => None,
        }
    }

    /// Returns the unique id that `aws:userid` and `principalId` show.
    pub fn id(&self) -> Option<String> {
        match self {
            Self::Root { account } => Some(account.to_string()),
            Self::User { id, .. } => Some(id.clone()),
            Self::Session(session) => Some(format!("{}:{}", session.role_id, session.name)),
            Self::FederatedUser(user) => Some(format!("{}:{}", user.account, user.name)),
            Self::WebIdentity(web) => Some(format!("{}:{}:{}", web.provider, web.audience, web.subject)),
            Self::Service(_) | Self::Anonymous => None,
        }
    }

    /// Returns how a sentence about the principal calls it: the ARN, the service's name, or `anonymous`.
    pub fn display_name(&self) -> String {
        match self {
            Self::Service(name) => name.clone(),
            Self::Anonymous => "anonymous".to_owned(),
            Self::WebIdentity(_) => self.id().unwrap_or_default(),
            Self::Root { .. } | Self::User { .. } | Self::Session(_) | Self::FederatedUser(_) => {
                self.arn().unwrap_or_default()
            }
        }
    }
}

impl RoleSession {
    /// Returns the session's ARN, which leaves the role's path out, as STS does.
    pub fn arn(&self) -> String {
        format!("arn:aws:sts::{}:assumed-role/{}/{}", self.account, self.role, self.name)
    }

    /// Returns the ARN of the role, with its path.
    pub fn role_arn(&self) -> String {
        format!("arn:aws:iam::{}:role{}{}", self.account, self.role_path, self.role)
    }
}

impl FederatedUser {
    /// Returns the user's ARN.
    pub fn arn(&self) -> String {
        format!("arn:aws:sts::{}:federated-user/{}", self.account, self.name)
    }

    /// Returns whose permissions the user has at most.
    pub fn issuing_principal(&self) -> Principal {
        let account = self.account;
        match self.issuer.clone() {
            Some(FederationIssuer { name, path, id }) => Principal::User { account, name, path, id },
            None => Principal::Root { account },
        }
    }
}
