//! What answers teach, as facts. Each reader takes the members it names and no other, so that a secret or a token
//! is never touched.

mod iam;
mod sessions;
mod sts;

pub(crate) use sts::saml_caller;

use cairn_event::{AccountId, Arn, SessionIssuer, UserIdentity};
use cairn_wire::query::Parameters;
use cairn_wire::xml::Element;
use jiff::{SignedDuration, Timestamp};

use crate::identified::kind;
use crate::{LESSON_BYTES_MAX, Lesson, Person};

/// Something that an answer told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fact {
    /// Whose a key is.
    Key { id: String, person: Box<Person>, rank: Rank, expires: Option<Timestamp> },
    /// What a user or a role is called and where it stands.
    Name { name: Name, person: Box<Person> },
    /// A key is gone, or switched off.
    NoKey(String),
    /// A user or a role is gone.
    NoName(Name),
}

/// A user or a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Name {
    User(String),
    Role(String),
}

impl Name {
    /// Returns the text that the name is remembered under.
    pub(crate) fn key(&self) -> String {
        match self {
            Self::User(name) => format!("user/{name}"),
            Self::Role(name) => format!("role/{name}"),
        }
    }
}

/// How much an answer tells of a key; one that tells less never takes the place of one that told more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Rank {
    /// A list named its owner.
    Listed,
    /// The key itself asked who it is.
    Told,
    /// The answer gave the key out.
    Issued,
}

/// Reads what an answer teaches.
pub(crate) fn facts(lesson: &Lesson<'_>) -> Vec<Fact> {
    let fits = lesson.request.len() <= LESSON_BYTES_MAX && lesson.answer.len() <= LESSON_BYTES_MAX;
    if !fits || !lesson.is_in_place() {
        return Vec::new();
    }
    let read = match lesson.event_source {
        "sts.amazonaws.com" => sts::facts(lesson),
        "iam.amazonaws.com" => iam::facts(lesson),
        _ => sessions::facts(lesson),
    };
    read.unwrap_or_default()
}

/// A query call and the result in its answer.
struct Asked {
    parameters: Parameters,
    result: Element,
}

impl Asked {
    fn read(lesson: &Lesson<'_>) -> Option<Self> {
        let parameters = Parameters::parse(lesson.query, lesson.request).ok()?;
        let result = result(lesson.operation, lesson.answer)?;
        Some(Self { parameters, result })
    }

    fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.value(name).filter(|value| !value.is_empty())
    }

    /// Returns the key that the answer gives out, and when it ends.
    fn credentials(&self) -> Option<(String, Option<Timestamp>)> {
        let credentials = self.result.child("Credentials")?;
        Some((key(credentials.text_of("AccessKeyId")?)?, expires(credentials.text_of("Expiration"))))
    }
}

/// Returns the result in an answer of the query protocol, empty where an operation has none; nothing of a document
/// that is no answer to the operation.
fn result(operation: &str, answer: &[u8]) -> Option<Element> {
    let mut root = Element::parse(answer)?;
    if root.name.strip_suffix("Response") != Some(operation) {
        return None;
    }
    let place = root.children.iter().position(|child| child.name.strip_suffix("Result") == Some(operation));
    Some(place.map_or_else(Element::default, |place| root.children.swap_remove(place)))
}

/// Takes a key's id; not one that no client could send.
fn key(text: &str) -> Option<String> {
    let fits = (1..=KEY_BYTES_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then(|| text.to_owned())
}

fn expires(text: Option<&str>) -> Option<Timestamp> {
    text?.parse().ok()
}

/// Returns when credentials end at the latest whose answer does not say: no session is longer.
fn latest(at: Timestamp) -> Option<Timestamp> {
    at.checked_add(SignedDuration::from_hours(36)).ok()
}

/// Reads an ARN of somebody as STS and IAM write it.
pub(crate) fn person_of_arn(arn: &str, id: Option<&str>) -> Option<Person> {
    let parsed = Arn::parse(arn).ok()?;
    let account: AccountId = parsed.account.parse().ok()?;
    let identity = UserIdentity {
        principal_id: id.map(str::to_owned),
        arn: Some(arn.to_owned()),
        account_id: Some(account.to_string()),
        ..UserIdentity::default()
    };
    let named = |kind: &str| Some(kind.to_owned());
    let (what, rest) = parsed.resource.split_once('/').unwrap_or((parsed.resource, ""));
    let last = rest.rsplit('/').next().filter(|name| !name.is_empty()).map(str::to_owned);
    let identity = match (what, last) {
        ("root", None) => UserIdentity { kind: named("Root"), ..identity },
        ("user", Some(name)) => UserIdentity { kind: named("IAMUser"), user_name: Some(name), ..identity },
        ("assumed-role", Some(_)) => {
            let role = rest.split('/').next().unwrap_or_default();
            let context = cairn_event::SessionContext {
                session_issuer: Some(issuer_role(account, role, None, role_id(id))),
                ..cairn_event::SessionContext::default()
            };
            UserIdentity { kind: named("AssumedRole"), session_context: Some(context), ..identity }
        }
        ("federated-user", Some(_)) => UserIdentity { kind: named("FederatedUser"), ..identity },
        _ => return None,
    };
    Some(Person { identity, account: Some(account), ..Person::default() })
}

/// Returns a role as a session's issuer.
fn issuer_role(account: AccountId, name: &str, arn: Option<&str>, id: Option<&str>) -> SessionIssuer {
    SessionIssuer {
        kind: "Role".to_owned(),
        principal_id: id.unwrap_or_default().to_owned(),
        arn: arn.unwrap_or_default().to_owned(),
        account_id: account.to_string(),
        user_name: Some(name.to_owned()),
    }
}

/// Returns the role's id in front of a session's name: `AROA…:session`.
fn role_id(assumed_role_id: Option<&str>) -> Option<&str> {
    Some(assumed_role_id?.split_once(':')?.0)
}

/// Returns a user of whom the name alone is told.
fn user(lesson: &Lesson<'_>, name: &str) -> Person {
    let account = lesson.realm.account;
    let identity = UserIdentity {
        account_id: Some(account.to_string()),
        user_name: Some(name.to_owned()),
        ..kind("IAMUser")
    };
    Person { identity, account: Some(account), ..Person::default() }
}

/// Returns who called and who assumed the caller's role: the nearest first.
fn chain(lesson: &Lesson<'_>) -> Vec<String> {
    let identity = lesson.caller.identity();
    let caller = identity.arn.or(identity.access_key_id).or(identity.principal_id);
    let before = lesson.caller.person().map(|person| person.assumed_by.as_slice()).unwrap_or_default();
    caller.into_iter().chain(before.iter().cloned()).take(CHAIN_MAX).collect()
}

/// The longest key id that is remembered, in bytes: as long as IAM's may be.
const KEY_BYTES_MAX: usize = 128;
/// How far a chain of roles is remembered.
const CHAIN_MAX: usize = 8;
