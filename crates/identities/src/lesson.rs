//! What an exchange can teach.

use jiff::Timestamp;

use crate::{Identified, Realm};

/// The longest request or answer that is learned from, in bytes.
pub const LESSON_BYTES_MAX: usize = 256 * 1024;

/// A call that an upstream served well: only such a call is a lesson.
#[derive(Debug, Clone, Copy)]
pub struct Lesson<'a> {
    /// Where the keys of the answer mean something.
    pub realm: Realm,
    /// The record's `eventSource`.
    pub event_source: &'a str,
    /// The API's operation.
    pub operation: &'a str,
    /// The request's method.
    pub method: &'a str,
    /// The request's path, as it was sent.
    pub path: &'a str,
    /// The request's query, without `?`.
    pub query: &'a str,
    /// The request's body; empty where there is none.
    pub request: &'a [u8],
    /// The answer's body, not compressed.
    pub answer: &'a [u8],
    /// Who called, by a claim that was believed.
    pub caller: &'a Identified,
    /// When the answer came.
    pub at: Timestamp,
}

impl Lesson<'_> {
    /// Tells whether the call came where its service takes it. Elsewhere an upstream may have seen another call in
    /// it: an object that says what an answer would.
    pub(crate) fn is_in_place(&self) -> bool {
        let place = match self.event_source {
            "sso.amazonaws.com" => ("GET", "/federation/credentials"),
            "rolesanywhere.amazonaws.com" => ("POST", "/sessions"),
            // Of a bucket; what the answer must look like stores make for no object.
            "s3.amazonaws.com" | "s3express.amazonaws.com" => return self.method == "GET",
            _ => ("POST", "/"),
        };
        (self.method, self.path) == place
    }
}

/// Tells whether a good answer to a call teaches something: then its bodies are kept, up to
/// [`LESSON_BYTES_MAX`] each.
pub fn teaches(event_source: &str, operation: &str) -> bool {
    let operations: &[&str] = match event_source {
        "sts.amazonaws.com" => &STS,
        "iam.amazonaws.com" => &IAM,
        "cognito-identity.amazonaws.com" => &["GetCredentialsForIdentity"],
        "sso.amazonaws.com" => &["GetRoleCredentials"],
        "rolesanywhere.amazonaws.com" => &["CreateSession"],
        "s3.amazonaws.com" | "s3express.amazonaws.com" => &["CreateSession"],
        _ => &[],
    };
    operations.contains(&operation)
}

const STS: [&str; 7] = [
    "AssumeRole",
    "AssumeRoleWithSAML",
    "AssumeRoleWithWebIdentity",
    "AssumeRoot",
    "GetCallerIdentity",
    "GetFederationToken",
    "GetSessionToken",
];

const IAM: [&str; 15] = [
    "CreateAccessKey",
    "CreateRole",
    "CreateUser",
    "DeleteAccessKey",
    "DeleteRole",
    "DeleteUser",
    "GetAccessKeyLastUsed",
    "GetAccountAuthorizationDetails",
    "GetRole",
    "GetUser",
    "ListAccessKeys",
    "ListRoles",
    "ListUsers",
    "UpdateAccessKey",
    "UpdateUser",
];
