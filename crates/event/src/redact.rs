//! Hiding what must never be stored: secrets are told by the name of the member that holds them.
//!
//! The rule works at any depth, for any service, and is the last gate: it is applied whenever a
//! [`Record`](crate::Record) is rendered, whatever the code that made the record did. Names are compared
//! without case and without separators, so `X-Amz-Security-Token` and `securityToken` are one name.
//!
//! Booleans and nulls stay: neither can hold a secret, and `passwordResetRequired: true` is worth keeping.
//! Text is never looked into, so policy documents that are embedded as strings stay as they are.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

/// What stands in the place of a hidden value, as CloudTrail writes it.
pub const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";

/// Replaces every value under a denied name, at any depth, by [`HIDDEN`].
///
/// ```
/// let mut request = serde_json::json!({"userName": "maya", "password": "hunter2"});
/// cairn_event::redact(&mut request);
/// assert_eq!(request, serde_json::json!({"userName": "maya", "password": cairn_event::HIDDEN}));
/// ```
pub fn redact(value: &mut Value) {
    let mut pending = vec![value];
    while let Some(value) = pending.pop() {
        match value {
            Value::Object(members) => {
                for (name, member) in members.iter_mut() {
                    if must_hide(name, member) {
                        *member = Value::from(HIDDEN);
                    } else {
                        pending.push(member);
                    }
                }
            }
            Value::Array(items) => pending.extend(items.iter_mut()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
}

/// A value as it may be written: the denied members are hidden while it is rendered, without a copy.
pub(crate) struct Redacted<'a>(pub(crate) &'a Value);

impl Serialize for Redacted<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, member) in members {
                    if must_hide(name, member) {
                        map.serialize_entry(name, HIDDEN)?;
                    } else {
                        map.serialize_entry(name, &Redacted(member))?;
                    }
                }
                map.end()
            }
            Value::Array(items) => serializer.collect_seq(items.iter().map(Redacted)),
            plain @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
                plain.serialize(serializer)
            }
        }
    }
}

fn must_hide(name: &str, value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Bool(_)) && is_denied(name)
}

/// Tells whether a member of this name may hold a secret.
///
/// ```
/// assert!(cairn_event::is_denied("x-amz-security-token"));
/// assert!(!cairn_event::is_denied("nextToken"));
/// assert!(!cairn_event::is_denied("secretARN"));
/// ```
pub fn is_denied(name: &str) -> bool {
    let mut short = [0_u8; NAME_BYTES_USUAL];
    let mut kept = 0;
    let mut folded = name.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase());
    for (slot, byte) in short.iter_mut().zip(folded.by_ref().take(NAME_BYTES_USUAL)) {
        *slot = byte;
        kept += 1;
    }
    let rest: Vec<u8> = folded.collect();
    if rest.is_empty() {
        return is_denied_folded(short.get(..kept).unwrap_or_default());
    }
    let mut long = short.to_vec();
    long.extend(rest);
    is_denied_folded(&long)
}

fn is_denied_folded(name: &[u8]) -> bool {
    let holds = |part: &[u8]| name.windows(part.len()).any(|window| window == part);
    if INNOCENT.iter().any(|innocent| innocent.as_bytes() == name) {
        return false;
    }
    let secret = holds(b"secret") && !REFERENCE_ENDS.iter().any(|end| name.ends_with(end.as_bytes()));
    secret
        || holds(b"password")
        || holds(b"token")
        || holds(b"serversideencryptioncustomerkey")
        || holds(b"ssecustomerkey")
        || DENIED.iter().any(|denied| denied.as_bytes() == name)
}

/// Names up to this length are folded on the stack.
const NAME_BYTES_USUAL: usize = 64;

/// Denied whole names, beside everything that holds `password`, `secret` or `token`.
const DENIED: [&str; 15] = [
    "authkey",
    "authorization",
    "authorizationheader",
    "certificateprivatekey",
    "cookie",
    "messagebody",
    "otp",
    "payload",
    "plaintext",
    "presharedkey",
    "privatekey",
    "samlassertion",
    "setcookie",
    "signature",
    "xamzsignature",
];

/// A `secret…` that ends so names a secret and does not hold it.
const REFERENCE_ENDS: [&str; 4] = ["arn", "arns", "id", "ids"];

/// Names that hold a denied word and no secret: idempotency and paging tokens, settings about secrets, whom a token
/// names, and that a password was changed.
const INNOCENT: [&str; 18] = [
    "clientrequesttoken",
    "clienttoken",
    "continuationtoken",
    "httptokens",
    "idempotencytoken",
    "masterusersecret",
    "maxpasswordage",
    "minimumpasswordlength",
    "nextcontinuationtoken",
    "nexttoken",
    "paginationtoken",
    "passwordlastchanged",
    "passwordlastused",
    "passwordlength",
    "passwordpolicy",
    "passwordreuseprevention",
    "passwordupdated",
    "subjectfromwebidentitytoken",
];

#[cfg(test)]
mod tests;
