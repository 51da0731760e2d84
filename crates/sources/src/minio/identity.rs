//! Who called MinIO, as its audit log tells.

use cairn_access::{Caller, Trust};
use cairn_event::{AccountId, UserIdentity};
use serde_json::{Map, Value};

use super::Known;
use super::entry::Entry;

/// Errors that say that the signature was not believed, by how their message begins.
const SIGNATURE_REFUSED: [&str; 5] = [
    "The Access Key Id you provided does not exist",
    "The request signature we calculated does not match",
    "The difference between the request time and the server's time is too large",
    "The security token included in the request is invalid",
    "Request has expired",
];

/// Tells who called: MinIO has checked the signature of whoever it names.
pub(super) fn caller(entry: &Entry, account: AccountId, known: Known<'_>) -> Caller {
    if entry.trigger != "incoming" && !entry.trigger.is_empty() {
        let identity = UserIdentity {
            kind: Some("AWSService".to_owned()),
            invoked_by: Some("minio".to_owned()),
            ..UserIdentity::default()
        };
        return Caller::Known { identity: Box::new(identity), account: None, trust: Trust::Accepted };
    }
    let sent = entry.key_sent();
    let refused = SIGNATURE_REFUSED.iter().any(|start| entry.error.starts_with(start));
    if refused || entry.access_key.is_empty() {
        return match sent {
            // A key that MinIO does not name was not accepted.
            Some(key) => Caller::Rejected { access_key_id: Some(key) },
            None if refused => Caller::Rejected { access_key_id: None },
            None => Caller::Unsigned,
        };
    }
    if let Some(known) = known(&entry.access_key) {
        return known;
    }
    let name = if entry.parent_user.is_empty() { &entry.access_key } else { &entry.parent_user };
    let identity = UserIdentity {
        kind: Some("IAMUser".to_owned()),
        arn: is_user_name(name).then(|| format!("arn:aws:iam::{account}:user/{name}")),
        account_id: Some(account.to_string()),
        access_key_id: Some(entry.access_key.clone()),
        user_name: Some(name.clone()),
        ..UserIdentity::default()
    };
    Caller::Known { identity: Box::new(identity), account: Some(account), trust: Trust::Accepted }
}

/// Collects what the caller's token says of the person behind a temporary key.
pub(super) fn person(entry: &Entry) -> Option<Value> {
    let claims = &entry.claims;
    let told = [
        ("sub", &claims.sub),
        ("iss", &claims.iss),
        ("preferred_username", &claims.preferred_username),
        ("email", &claims.email),
        ("ldapUsername", &claims.ldap_username),
    ];
    let members: Map<String, Value> =
        told.iter().filter_map(|(name, text)| Some(((*name).to_owned(), Value::from(text.get()?)))).collect();
    (!members.is_empty()).then_some(Value::Object(members))
}

impl Entry {
    /// Finds the access key that a request was signed with, as it was sent.
    fn key_sent(&self) -> Option<String> {
        let of = |values: &std::collections::BTreeMap<String, super::entry::Text>, name: &str| {
            let found = values.iter().find(|(given, _)| given.eq_ignore_ascii_case(name));
            found.and_then(|(_, text)| text.get().map(str::to_owned))
        };
        let credential = match of(&self.request_headers, "authorization") {
            Some(header) if header.starts_with("AWS4-") => header.split_once("Credential=")?.1.to_owned(),
            Some(header) => {
                return header.strip_prefix("AWS ")?.rsplit_once(':').map(|(key, _)| key.to_owned());
            }
            None => match of(&self.query, "x-amz-credential") {
                Some(credential) => credential,
                None => return of(&self.query, "awsaccesskeyid"),
            },
        };
        // The scope behind the key has four parts; the key may hold a slash.
        let credential = credential.split(',').next().unwrap_or_default();
        let key = credential.rsplitn(5, '/').nth(4)?;
        (1..=128).contains(&key.len()).then(|| key.to_owned())
    }
}

/// Whether the name may stand in an IAM user's ARN. Names of a directory may not.
fn is_user_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"+=,.@_-".contains(&byte);
    (1..=64).contains(&name.len()) && name.bytes().all(allowed)
}
