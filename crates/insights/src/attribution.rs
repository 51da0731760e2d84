//! Whom calls are put down to.

use std::borrow::Cow;
use std::sync::Arc;

use cairn_event::{EventView, IdentityView};

/// What calls are told apart by, in the order of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attribute {
    /// Who called; of a role's sessions the role.
    UserIdentityArn,
    /// The client.
    UserAgent,
    /// How it ended: an error code, or `null`.
    ErrorCode,
}

impl Attribute {
    /// All of them, in the order of records.
    pub const ALL: [Self; 3] = [Self::UserIdentityArn, Self::UserAgent, Self::ErrorCode];

    /// Returns its name in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UserIdentityArn => "userIdentityArn",
            Self::UserAgent => "userAgent",
            Self::ErrorCode => "errorCode",
        }
    }

    /// Returns what an event has of it; `null` where it has none, so that every call is put down to something. At most
    /// [`VALUE_BYTES_MAX`] bytes.
    pub fn of<'e>(self, event: &'e EventView<'_>) -> &'e str {
        let value = match self {
            Self::UserIdentityArn => identity(&event.user_identity),
            Self::UserAgent => event.user_agent.as_deref(),
            Self::ErrorCode => event.error_code.as_deref(),
        };
        value.filter(|value| !value.is_empty()).map_or(NONE, clipped)
    }
}

/// The longest value that is told apart: what is longer is cut, whatever an imported event holds.
pub const VALUE_BYTES_MAX: usize = 1_024;

/// What stands for no value: a call without an error is one of `null`.
const NONE: &str = "null";

/// Names a caller: by ARN, a role's sessions by their role; where there is none, by the service that called, and
/// where there is none of these, by the principal's id or its account.
fn identity<'e>(identity: &'e IdentityView<'_>) -> Option<&'e str> {
    fn given<'e>(text: &'e Option<Cow<'_, str>>) -> Option<&'e str> {
        text.as_deref().filter(|text| !text.is_empty())
    }
    let arn = given(&identity.arn).map(without_session);
    arn.or_else(|| given(&identity.invoked_by))
        .or_else(|| given(&identity.principal_id).map(|id| without_principal_session(identity, id)))
        .or_else(|| given(&identity.account_id))
        .or_else(|| given(&identity.user_name))
}

/// Takes the session off a role's ARN: `arn:aws:sts::111122223333:assumed-role/ci/build-7` is
/// `arn:aws:sts::111122223333:assumed-role/ci`.
fn without_session(arn: &str) -> &str {
    let Some((_, named)) = arn.split_once(":assumed-role/") else { return arn };
    let session = named.split_once('/').map_or(0, |(_, session)| session.len() + 1);
    arn.get(..arn.len() - session).unwrap_or(arn)
}

/// Takes the session off a role's principal id: `AROA…:build-7` is `AROA…`.
fn without_principal_session<'e>(identity: &IdentityView<'_>, id: &'e str) -> &'e str {
    match (identity.kind.as_deref(), id.split_once(':')) {
        (Some("AssumedRole" | "AWSAccount" | "Role"), Some((role, _session))) if !role.is_empty() => role,
        _ => id,
    }
}

/// Cuts a text at a character's end.
fn clipped(text: &str) -> &str {
    let end = text.floor_char_boundary(VALUE_BYTES_MAX);
    text.get(..end).unwrap_or_default()
}

/// How many of some calls had a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// What they are told apart by.
    pub attribute: Attribute,
    /// The value.
    pub value: Arc<str>,
    /// The calls.
    pub calls: u64,
}

#[cfg(test)]
mod tests;
