//! Sessions that other services give out.

use std::collections::BTreeMap;

use cairn_event::{EventTime, SessionAttributes, SessionContext, UserIdentity, WebIdFederationData};
use cairn_wire::query::Parameters;
use cairn_wire::xml::Element;
use jiff::Timestamp;
use serde_json::Value;

use super::{Fact, Rank, chain, expires, issuer_role, key, latest, person_of_arn, role_id};
use crate::identified::kind;
use crate::web_token::shorten;
use crate::{Lesson, Person};

pub(super) fn facts(lesson: &Lesson<'_>) -> Option<Vec<Fact>> {
    let fact = match (lesson.event_source, lesson.operation) {
        ("cognito-identity.amazonaws.com", "GetCredentialsForIdentity") => cognito(lesson),
        ("sso.amazonaws.com", "GetRoleCredentials") => identity_center(lesson),
        ("rolesanywhere.amazonaws.com", "CreateSession") => roles_anywhere(lesson),
        ("s3.amazonaws.com" | "s3express.amazonaws.com", "CreateSession") => directory_bucket(lesson),
        _ => None,
    };
    Some(fact.into_iter().collect())
}

/// A role that a pool of identities gives; which one, the answer does not say.
fn cognito(lesson: &Lesson<'_>) -> Option<Fact> {
    let answer: Value = serde_json::from_slice(lesson.answer).ok()?;
    let credentials = answer.get("Credentials")?;
    let id = key(credentials.get("AccessKeyId")?.as_str()?)?;
    let identity_id = shorten(answer.get("IdentityId")?.as_str()?);
    let attributes = BTreeMap::from([("cognito-identity.amazonaws.com:sub".to_owned(), identity_id.clone())]);
    let context = SessionContext {
        web_id_federation_data: Some(WebIdFederationData {
            federated_provider: "cognito-identity.amazonaws.com".to_owned(),
            attributes,
        }),
        attributes: Some(begun(lesson.at)),
        ..SessionContext::default()
    };
    let account = lesson.realm.account;
    let identity = UserIdentity {
        account_id: Some(account.to_string()),
        session_context: Some(context),
        ..kind("AssumedRole")
    };
    let person =
        Person { identity, account: Some(account), assumed_by: vec![identity_id], ..Person::default() };
    issued(lesson, id, person, seconds(credentials.get("Expiration")))
}

/// A role that Identity Center gives: its name and account stand in the request.
fn identity_center(lesson: &Lesson<'_>) -> Option<Fact> {
    let asked = Parameters::parse(lesson.query, b"").ok()?;
    let answer: Value = serde_json::from_slice(lesson.answer).ok()?;
    let credentials = answer.get("roleCredentials")?;
    let id = key(credentials.get("accessKeyId")?.as_str()?)?;
    let (role, account) = (shorten(asked.value("role_name")?), asked.value("account_id")?.parse().ok()?);
    let context = SessionContext {
        session_issuer: Some(issuer_role(account, &role, None, None)),
        attributes: Some(begun(lesson.at)),
        ..SessionContext::default()
    };
    let identity = UserIdentity {
        account_id: Some(account.to_string()),
        session_context: Some(context),
        ..kind("AssumedRole")
    };
    let person = Person { identity, account: Some(account), ..Person::default() };
    let ends = credentials.get("expiration").and_then(Value::as_i64);
    issued(lesson, id, person, ends.and_then(|ends| Timestamp::from_millisecond(ends).ok()))
}

fn roles_anywhere(lesson: &Lesson<'_>) -> Option<Fact> {
    let answer: Value = serde_json::from_slice(lesson.answer).ok()?;
    let set = answer.get("credentialSet")?.get(0)?;
    let text = |of: &Value, name: &str| of.get(name).and_then(Value::as_str).map(str::to_owned);
    let (credentials, assumed) = (set.get("credentials")?, set.get("assumedRoleUser")?);
    let (id, arn) = (key(&text(credentials, "accessKeyId")?)?, text(assumed, "arn")?);
    let assumed_id = text(assumed, "assumedRoleId");
    let mut person = person_of_arn(&arn, assumed_id.as_deref())?;
    if let Some(context) = &mut person.identity.session_context {
        context.attributes = Some(begun(lesson.at));
        context.source_identity = text(set, "sourceIdentity");
        if let (Some(issuer), Some(role_arn)) = (&mut context.session_issuer, text(set, "roleArn")) {
            issuer.arn = role_arn;
            issuer.principal_id = role_id(assumed_id.as_deref()).unwrap_or_default().to_owned();
        }
    }
    issued(lesson, id, person, expires(text(credentials, "expiration").as_deref()))
}

/// A session for a directory bucket: the caller again.
fn directory_bucket(lesson: &Lesson<'_>) -> Option<Fact> {
    let answer = Element::parse(lesson.answer)?;
    if answer.name != "CreateSessionResult" {
        return None;
    }
    let credentials = answer.child("Credentials")?;
    let id = key(credentials.text_of("AccessKeyId")?)?;
    let caller = lesson.caller.person()?.clone();
    let person = Person { assumed_by: chain(lesson), ..caller };
    issued(lesson, id, person, expires(credentials.text_of("Expiration")))
}

fn issued(lesson: &Lesson<'_>, id: String, person: Person, ends: Option<Timestamp>) -> Option<Fact> {
    let expires = ends.or_else(|| latest(lesson.at));
    Some(Fact::Key { id, person: Box::new(person), rank: Rank::Issued, expires })
}

fn begun(at: Timestamp) -> SessionAttributes {
    SessionAttributes { creation_date: EventTime::of(at).to_string(), mfa_authenticated: "false".to_owned() }
}

/// Reads seconds since the epoch, whole or not.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a number of seconds fits, and whatever does not is no time"
)]
fn seconds(given: Option<&Value>) -> Option<Timestamp> {
    Timestamp::from_second(given?.as_f64()? as i64).ok()
}
