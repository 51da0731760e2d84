//! The principal element: whom a statement of a resource-based policy speaks of.

use cairn_event::AccountId;

use super::PolicyError;
use super::parse::{Place, object, text_of};
use crate::Principal;
use crate::document::Node;

/// Whom a statement speaks of: the listed, or everybody but the listed.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Who {
    Only(Vec<Named>),
    AllBut(Vec<Named>),
}

/// How a principal element stands to a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Standing {
    /// It does not speak of the caller.
    Other,
    /// It names the caller's account: the account may let the caller, with a policy of its own.
    Account,
    /// It names the role whose session calls, or the user who took the federated user's token: the limits of
    /// the session hold.
    Role,
    /// It names the caller, or everybody.
    Itself,
}

/// One principal in a principal element.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Named {
    Everybody,
    Account(AccountId),
    /// A user, role or role session by ARN.
    Arn(String),
    /// A user or role by unique id, as AWS rewrites a policy whose user is gone.
    Id(String),
    Service(String),
    /// A provider of federated identities, by its ARN or its host.
    Federated(String),
}

impl Who {
    pub(super) fn only(node: &Node, place: &Place) -> Result<Self, PolicyError> {
        named(node, place).map(Self::Only)
    }

    pub(super) fn all_but(node: &Node, place: &Place) -> Result<Self, PolicyError> {
        named(node, place).map(Self::AllBut)
    }

    pub(super) fn standing(&self, principal: &Principal) -> Standing {
        match self {
            Self::Only(list) => {
                list.iter().map(|named| named.standing(principal)).max().unwrap_or(Standing::Other)
            }
            Self::AllBut(list) if spared(list, principal) => Standing::Other,
            Self::AllBut(_) => Standing::Itself,
        }
    }
}

/// Tells whether `NotPrincipal` spares a caller: every name that it acts under must stand in the list, for a
/// denial of any of them denies the call. A session acts as itself, as its role and as its account; a
/// federated user also as the user who took the token.
fn spared(list: &[Named], principal: &Principal) -> bool {
    let named = |wanted: Standing| list.iter().any(|named| named.standing(principal) == wanted);
    let account = principal.account().is_none_or(|account| list.contains(&Named::Account(account)));
    let itself = match principal {
        Principal::Root { .. } => true,
        Principal::Anonymous => false,
        Principal::Session(_) => named(Standing::Role) && named(Standing::Itself),
        Principal::FederatedUser(user) => {
            named(Standing::Itself) && (user.issuer.is_none() || named(Standing::Role))
        }
        Principal::User { .. } | Principal::WebIdentity(_) | Principal::Service(_) => named(Standing::Itself),
    };
    list.contains(&Named::Everybody) || (account && itself)
}

impl Named {
    fn standing(&self, principal: &Principal) -> Standing {
        let itself = |yes: bool| if yes { Standing::Itself } else { Standing::Other };
        match (self, principal) {
            (Self::Everybody, _) => Standing::Itself,
            (Self::Account(account), Principal::Root { account: root }) => itself(account == root),
            (Self::Account(account), _) if principal.account() == Some(*account) => Standing::Account,
            (Self::Arn(arn), Principal::User { .. }) => itself(principal.arn().as_ref() == Some(arn)),
            (Self::Arn(arn), Principal::Session(session)) => {
                if *arn == session.role_arn() {
                    Standing::Role
                } else {
                    itself(*arn == session.arn())
                }
            }
            (Self::Arn(arn), Principal::FederatedUser(user)) => {
                let issuer = user.issuing_principal();
                if issuer.arn().as_ref() == Some(arn) { Standing::Role } else { itself(*arn == user.arn()) }
            }
            (Self::Id(id), Principal::FederatedUser(user))
                if user.issuing_principal().id().as_ref() == Some(id) =>
            {
                Standing::Role
            }
            (Self::Federated(name), Principal::WebIdentity(web)) => {
                itself(*name == web.provider_arn || *name == web.provider)
            }
            (Self::Id(id), Principal::User { id: own, .. }) => itself(id == own),
            (Self::Id(id), Principal::Session(session)) if *id == session.role_id => Standing::Role,
            (Self::Service(service), Principal::Service(name)) => itself(service.eq_ignore_ascii_case(name)),
            _ => Standing::Other,
        }
    }
}

fn named(node: &Node, place: &Place) -> Result<Vec<Named>, PolicyError> {
    if let Node::Text(text) = node {
        return match text.as_str() {
            "*" => Ok(vec![Named::Everybody]),
            _ => Err(place.wrong("it must be * or an object with the members AWS, Service or Federated")),
        };
    }
    let mut list = Vec::new();
    for (kind, values) in object(node, place)? {
        let place = place.member(kind);
        let values = match values {
            Node::List(values) => values.iter().collect(),
            single => vec![single],
        };
        for value in values {
            let text = text_of(value, &place)?;
            list.push(one(kind, text).map_err(|problem| place.wrong(problem))?);
        }
    }
    if list.is_empty() { Err(place.wrong("at least one principal is needed")) } else { Ok(list) }
}

fn one(kind: &str, text: &str) -> Result<Named, &'static str> {
    match kind {
        "AWS" => aws(text),
        "Service" if text.contains('.') && !text.contains('*') => Ok(Named::Service(text.to_owned())),
        "Service" => Err("a service is named by its DNS name, such as cloudtrail.amazonaws.com"),
        "Federated" if !text.contains(['*', '?']) => Ok(Named::Federated(text.to_owned())),
        "Federated" => Err("wildcards are not allowed in a provider of identities"),
        // Skipping it would skip a Deny; there are no canonical user ids here to compare with.
        "CanonicalUser" => Err("canonical user ids are not supported: name the account or the user"),
        _ => Err("the member is unknown: AWS, Service and Federated are known"),
    }
}

fn aws(text: &str) -> Result<Named, &'static str> {
    if text == "*" {
        return Ok(Named::Everybody);
    }
    if let Ok(account) = text.parse() {
        return Ok(Named::Account(account));
    }
    let unique_id =
        |prefix| text.starts_with(prefix) && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if ["AIDA", "AROA"].into_iter().any(unique_id) {
        return Ok(Named::Id(text.to_owned()));
    }
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let ["arn", _, "iam" | "sts", "", account, resource] = parts.as_slice() else {
        return Err("a principal is *, an account id, or the ARN of an account, user, role or session");
    };
    let account: AccountId =
        account.parse().map_err(|_not_digits| "the ARN's account is not twelve digits")?;
    match resource.split_once('/') {
        None if *resource == "root" => Ok(Named::Account(account)),
        Some((_, name)) if name.contains(['*', '?']) => Err("wildcards are not allowed in a principal's ARN"),
        Some(("user" | "role" | "assumed-role" | "federated-user", _)) => Ok(Named::Arn(text.to_owned())),
        _ => Err("the ARN is of no account, user, role or session"),
    }
}
