//! An entry of MinIO's audit log, as far as it is read.
//!
//! Everything else is dropped here, on receipt: what is not named below is never held.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;

/// An entry.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Entry {
    #[serde(rename = "deploymentid")]
    pub(crate) deployment: String,
    pub(crate) time: Option<Timestamp>,
    pub(crate) trigger: String,
    pub(crate) api: Api,
    #[serde(rename = "remotehost")]
    pub(crate) remote_host: String,
    #[serde(rename = "requestID")]
    pub(crate) request_id: String,
    #[serde(rename = "userAgent")]
    pub(crate) user_agent: String,
    #[serde(rename = "requestPath")]
    pub(crate) path: String,
    #[serde(rename = "requestHost")]
    pub(crate) host: String,
    #[serde(rename = "requestClaims")]
    pub(crate) claims: Claims,
    #[serde(rename = "requestQuery")]
    pub(crate) query: BTreeMap<String, Text>,
    #[serde(rename = "requestHeader")]
    pub(crate) request_headers: BTreeMap<String, Text>,
    #[serde(rename = "responseHeader")]
    pub(crate) response_headers: BTreeMap<String, Text>,
    pub(crate) tags: BTreeMap<String, Text>,
    #[serde(rename = "accessKey")]
    pub(crate) access_key: String,
    #[serde(rename = "parentUser")]
    pub(crate) parent_user: String,
    pub(crate) error: String,
}

/// What was called, and what came of it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Api {
    pub(crate) name: String,
    pub(crate) bucket: String,
    pub(crate) object: String,
    pub(crate) objects: Vec<Object>,
    #[serde(rename = "statusCode")]
    pub(crate) status: u16,
    #[serde(rename = "rx")]
    pub(crate) received_bytes: i64,
    #[serde(rename = "tx")]
    pub(crate) sent_bytes: i64,
}

/// An object of a call that names several.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Object {
    #[serde(rename = "objectName")]
    pub(crate) name: String,
    #[serde(rename = "versionId")]
    pub(crate) version: String,
}

/// What the caller's token says of a person. A session policy beside it, and whatever else a provider puts into a
/// token, is not read.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Claims {
    pub(crate) sub: Text,
    pub(crate) iss: Text,
    pub(crate) preferred_username: Text,
    pub(crate) email: Text,
    #[serde(rename = "ldapUsername")]
    pub(crate) ldap_username: Text,
}

/// A text; a value of another kind is passed over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Text(pub(crate) Option<String>);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Through the value, since a tag may be an object: it is read, and not kept.
        Ok(match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::String(text) => Self(Some(text)),
            serde_json::Value::Number(number) => Self(Some(number.to_string())),
            serde_json::Value::Bool(truth) => Self(Some(truth.to_string())),
            _ => Self(None),
        })
    }
}

impl Text {
    /// Returns the text, unless it is empty.
    pub(crate) fn get(&self) -> Option<&str> {
        self.0.as_deref().filter(|text| !text.is_empty())
    }
}
