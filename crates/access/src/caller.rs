//! A caller: a principal together with how far it is believed, and its `userIdentity`.

use std::collections::BTreeMap;

use cairn_event::{
    AccountId, EventTime, SessionAttributes, SessionContext, SessionIssuer, UserIdentity, WebIdFederationData,
};
use jiff::Timestamp;

use crate::{Policy, Principal, RoleSession};

/// Who made a request, as far as the request's signature tells.
///
/// A rejected signature has no principal here at all: otherwise anyone could write another user's name
/// into the log by sending that user's access key id.
#[derive(Debug, Clone, PartialEq)]
pub enum Caller {
    /// We hold the secret and the signature checks.
    Verified {
        /// The owner of the key.
        principal: Principal,
        /// The key that signed; none for calls that Cairn makes itself.
        access_key_id: Option<String>,
    },
    /// We opened the session token and the signature checks under the secret in it.
    Temporary {
        /// Whose the session is.
        principal: Principal,
        /// The temporary key that signed, `ASIA…`.
        access_key_id: String,
        /// What the token says beside that.
        session: Box<TemporarySession>,
    },
    /// The key is known, its signature was not checked (`--dev`).
    Claimed {
        /// The owner of the key.
        principal: Principal,
        /// The key that the request names.
        access_key_id: Option<String>,
    },
    /// Somebody whom a directory or an earlier answer names, who called another system through Cairn.
    Known {
        /// What is known of who called.
        identity: Box<UserIdentity>,
        /// The account that the caller belongs to.
        account: Option<AccountId>,
        /// How far that is believed.
        trust: Trust,
    },
    /// The request was signed and the signature was refused: unknown key, wrong signature, skewed clock.
    Rejected {
        /// The key as the request sent it, if one could be read.
        access_key_id: Option<String>,
    },
    /// The request was not signed.
    Unsigned,
}

/// What temporary credentials say beside whose they are.
#[derive(Debug, Clone, PartialEq)]
pub struct TemporarySession {
    /// When the credentials were made.
    pub issued: Timestamp,
    /// Whether a second factor was shown for them.
    pub mfa: bool,
    /// Policies beyond which the session may do nothing; none where nothing limits it.
    pub policies: Option<Vec<Policy>>,
    /// The session's tags, those it inherited among them.
    pub tags: BTreeMap<String, String>,
    /// The keys of tags that the next role in a chain inherits.
    pub transitive_tag_keys: Vec<String>,
    /// The name that the first caller of a chain of roles gave itself.
    pub source_identity: Option<String>,
    /// The ARN of the provider whose web identity assumed the role.
    pub federated_provider: Option<String>,
    /// Who made them.
    pub maker: SessionMaker,
}

/// Who made temporary credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionMaker {
    /// STS, for whoever asked it.
    Sts,
    /// The console, for whoever signed in there.
    Console,
}

/// How far an identity is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// We hold the secret and the signature checks.
    Verified,
    /// Another system, which checks signatures, took it.
    Accepted,
    /// The request says so; nobody checked.
    Claimed,
    /// The signature was refused.
    Rejected,
    /// The request was not signed.
    None,
}

impl Trust {
    /// Returns the word that `additionalEventData.identityBasis` shows.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Accepted => "accepted",
            Self::Claimed => "claimed",
            Self::Rejected => "rejected",
            Self::None => "none",
        }
    }
}

impl Caller {
    /// Returns a service that calls on its own behalf.
    pub fn service(name: &str) -> Self {
        Self::Verified { principal: Principal::Service(name.to_owned()), access_key_id: None }
    }

    /// Returns how far the identity is believed.
    pub fn trust(&self) -> Trust {
        match self {
            Self::Verified { .. } | Self::Temporary { .. } => Trust::Verified,
            Self::Claimed { .. } => Trust::Claimed,
            Self::Known { trust, .. } => *trust,
            Self::Rejected { .. } => Trust::Rejected,
            Self::Unsigned => Trust::None,
        }
    }

    /// Returns the principal to decide access for; a rejected request is nobody's, and so is one that another
    /// system decides about.
    pub fn principal(&self) -> &Principal {
        match self {
            Self::Verified { principal, .. }
            | Self::Temporary { principal, .. }
            | Self::Claimed { principal, .. } => principal,
            Self::Known { .. } | Self::Rejected { .. } | Self::Unsigned => &Principal::Anonymous,
        }
    }

    /// Returns what the caller's session token says; none for long-term keys.
    pub fn session(&self) -> Option<&TemporarySession> {
        match self {
            Self::Temporary { session, .. } => Some(session),
            Self::Verified { .. }
            | Self::Claimed { .. }
            | Self::Known { .. }
            | Self::Rejected { .. }
            | Self::Unsigned => None,
        }
    }

    /// Returns the account that the caller belongs to.
    pub fn account(&self) -> Option<AccountId> {
        match self {
            Self::Known { account, .. } => *account,
            _ => self.principal().account(),
        }
    }

    /// Returns the `userIdentity` of a record about a call to `event_source`.
    ///
    /// The source matters for unsigned requests alone: S3 writes the `anonymous` account, every other
    /// service cannot know who called.
    pub fn user_identity(&self, event_source: &str) -> UserIdentity {
        match self {
            Self::Verified { principal, access_key_id } | Self::Claimed { principal, access_key_id } => {
                let identity = principal_identity(principal, event_source);
                UserIdentity { access_key_id: access_key_id.clone(), ..identity }
            }
            Self::Temporary { principal, access_key_id, session } => UserIdentity {
                access_key_id: Some(access_key_id.clone()),
                session_context: Some(temporary_context(principal, session)),
                ..principal_identity(principal, event_source)
            },
            Self::Known { identity, .. } => (**identity).clone(),
            Self::Rejected { access_key_id } => {
                UserIdentity { access_key_id: access_key_id.clone(), ..kind("Unknown") }
            }
            Self::Unsigned => principal_identity(&Principal::Anonymous, event_source),
        }
    }
}

fn principal_identity(principal: &Principal, event_source: &str) -> UserIdentity {
    let named = |kind: &str| UserIdentity {
        kind: Some(kind.to_owned()),
        principal_id: principal.id(),
        arn: principal.arn(),
        account_id: principal.account().map(|account| account.to_string()),
        ..UserIdentity::default()
    };
    match principal {
        Principal::Root { .. } => named("Root"),
        Principal::User { name, .. } => UserIdentity { user_name: Some(name.clone()), ..named("IAMUser") },
        Principal::Session(session) => {
            UserIdentity { session_context: Some(session_context(session)), ..named("AssumedRole") }
        }
        Principal::FederatedUser(_) => named("FederatedUser"),
        Principal::WebIdentity(web) => UserIdentity {
            user_name: Some(web.subject.clone()),
            identity_provider: Some(web.provider_arn.clone()),
            ..named("WebIdentityUser")
        },
        Principal::Service(name) => UserIdentity { invoked_by: Some(name.clone()), ..kind("AWSService") },
        Principal::Anonymous if event_source == "s3.amazonaws.com" => UserIdentity {
            principal_id: Some(String::new()),
            account_id: Some("anonymous".to_owned()),
            ..kind("AWSAccount")
        },
        Principal::Anonymous => kind("Unknown"),
    }
}

fn session_context(session: &RoleSession) -> SessionContext {
    SessionContext {
        session_issuer: Some(SessionIssuer {
            kind: "Role".to_owned(),
            principal_id: session.role_id.clone(),
            arn: session.role_arn(),
            account_id: session.account.to_string(),
            user_name: Some(session.role.clone()),
        }),
        web_id_federation_data: None,
        attributes: Some(SessionAttributes {
            creation_date: session.created.clone(),
            mfa_authenticated: session.mfa.to_string(),
        }),
        source_identity: session.source_identity.clone(),
        assumed_root: None,
    }
}

fn temporary_context(principal: &Principal, session: &TemporarySession) -> SessionContext {
    let attributes = SessionAttributes {
        creation_date: EventTime::of(session.issued).to_string(),
        mfa_authenticated: session.mfa.to_string(),
    };
    let session_issuer = match principal {
        Principal::Session(role) => session_context(role).session_issuer,
        Principal::FederatedUser(user) => issuer(&user.issuing_principal()),
        _ => None,
    };
    let web = session.federated_provider.as_ref();
    SessionContext {
        session_issuer,
        web_id_federation_data: web.map(|provider| WebIdFederationData {
            federated_provider: provider.clone(),
            attributes: BTreeMap::new(),
        }),
        attributes: Some(attributes),
        source_identity: session.source_identity.clone(),
        assumed_root: None,
    }
}

/// Returns who took a federation token, as its session's issuer.
fn issuer(principal: &Principal) -> Option<SessionIssuer> {
    let (kind, user_name) = match principal {
        Principal::Root { .. } => ("Root", None),
        Principal::User { name, .. } => ("IAMUser", Some(name.clone())),
        _ => return None,
    };
    Some(SessionIssuer {
        kind: kind.to_owned(),
        principal_id: principal.id()?,
        arn: principal.arn()?,
        account_id: principal.account()?.to_string(),
        user_name,
    })
}

fn kind(kind: &str) -> UserIdentity {
    UserIdentity { kind: Some(kind.to_owned()), ..UserIdentity::default() }
}
