//! Sessions that STS gives out.

use std::collections::BTreeMap;

use cairn_event::{
    AccountId, Arn, EventTime, SessionAttributes, SessionContext, SessionIssuer, UserIdentity,
    WebIdFederationData,
};
use jiff::Timestamp;

use super::{Asked, Fact, Rank, chain, issuer_role, latest, person_of_arn, result, role_id};
use crate::identified::kind;
use crate::web_token::{TAGS_MAX, Tags, saml_tags, shorten, web_claims};
use crate::{Lesson, Person};

pub(super) fn facts(lesson: &Lesson<'_>) -> Option<Vec<Fact>> {
    let asked = Asked::read(lesson)?;
    if lesson.operation == "GetCallerIdentity" {
        return told(lesson, &asked);
    }
    let (id, expires) = asked.credentials()?;
    // Emulators give the same example key to everybody: nobody's own key is a session of it.
    if lesson.caller.access_key_id() == Some(id.as_str()) {
        return None;
    }
    let person = match lesson.operation {
        "AssumeRole" | "AssumeRoleWithSAML" | "AssumeRoleWithWebIdentity" => role_session(lesson, &asked)?,
        "AssumeRoot" => root_session(lesson, &asked)?,
        "GetSessionToken" => same_user(lesson, &asked),
        "GetFederationToken" => federated(lesson, &asked)?,
        _ => return None,
    };
    let expires = expires.or_else(|| latest(lesson.at));
    Some(vec![Fact::Key { id, person: Box::new(person), rank: Rank::Issued, expires }])
}

/// Returns the caller of AssumeRoleWithSAML, as the answer calls whom the assertion is about.
pub(crate) fn saml_caller(answer: &[u8]) -> Option<UserIdentity> {
    let result = result("AssumeRoleWithSAML", answer)?;
    let (qualifier, subject) = (result.text_of("NameQualifier")?, result.text_of("Subject")?);
    Some(UserIdentity {
        principal_id: Some(shorten(&format!("{qualifier}:{subject}"))),
        user_name: Some(shorten(subject)),
        identity_provider: Some(shorten(qualifier)),
        ..kind("SAMLUser")
    })
}

/// The caller's own key, as the upstream calls its owner.
fn told(lesson: &Lesson<'_>, asked: &Asked) -> Option<Vec<Fact>> {
    let id = lesson.caller.access_key_id()?.to_owned();
    let person = person_of_arn(asked.result.text_of("Arn")?, asked.result.text_of("UserId"))?;
    let lasts =
        matches!(person.identity.kind.as_deref(), Some("Root" | "IAMUser")) && !id.starts_with("ASIA");
    let expires = if lasts { None } else { latest(lesson.at) };
    Some(vec![Fact::Key { id, person: Box::new(person), rank: Rank::Told, expires }])
}

fn role_session(lesson: &Lesson<'_>, asked: &Asked) -> Option<Person> {
    let assumed = asked.result.child("AssumedRoleUser")?;
    let (arn, id) = (assumed.text_of("Arn")?, assumed.text_of("AssumedRoleId"));
    // The session's ARN leaves the role's path out; the request has it.
    let asked_role = asked.parameter("RoleArn").and_then(|text| Some((text, Arn::parse(text).ok()?)));
    let account: AccountId = Arn::parse(arn).ok()?.account.parse().ok()?;
    let (role, role_arn) = match &asked_role {
        Some((text, parsed)) => (parsed.resource.rsplit('/').next()?.to_owned(), Some(*text)),
        None => (Arn::parse(arn).ok()?.resource.split('/').nth(1)?.to_owned(), None),
    };
    let web = web_federation(lesson, asked, account);
    let (tags, transitive) = session_tags(lesson, asked);
    let context = SessionContext {
        session_issuer: Some(issuer_role(account, &role, role_arn, role_id(id))),
        web_id_federation_data: web,
        attributes: Some(attributes(lesson.at, asked)),
        source_identity: source_identity(lesson, asked),
        assumed_root: None,
    };
    let identity = UserIdentity {
        principal_id: id.map(str::to_owned),
        arn: Some(arn.to_owned()),
        account_id: Some(account.to_string()),
        session_context: Some(context),
        ..kind("AssumedRole")
    };
    let assumed_by = match lesson.operation {
        "AssumeRoleWithSAML" => saml_subject(asked).into_iter().collect(),
        _ => chain(lesson),
    };
    Some(Person { identity, account: Some(account), tags, transitive, assumed_by, ..Person::default() })
}

fn root_session(lesson: &Lesson<'_>, asked: &Asked) -> Option<Person> {
    let target = asked.parameter("TargetPrincipal")?;
    let account: AccountId = match target.parse() {
        Ok(account) => account,
        Err(_not_digits) => Arn::parse(target).ok()?.account.parse().ok()?,
    };
    let context = SessionContext {
        attributes: Some(attributes(lesson.at, asked)),
        source_identity: source_identity(lesson, asked),
        assumed_root: Some("true".to_owned()),
        ..SessionContext::default()
    };
    let identity = UserIdentity {
        principal_id: Some(account.to_string()),
        arn: Some(format!("arn:aws:iam::{account}:root")),
        account_id: Some(account.to_string()),
        session_context: Some(context),
        ..kind("Root")
    };
    Some(Person { identity, account: Some(account), assumed_by: chain(lesson), ..Person::default() })
}

/// The caller again, with a session.
fn same_user(lesson: &Lesson<'_>, asked: &Asked) -> Person {
    let caller = lesson.caller.person().cloned().unwrap_or_default();
    let context =
        SessionContext { attributes: Some(attributes(lesson.at, asked)), ..SessionContext::default() };
    let identity =
        UserIdentity { access_key_id: None, session_context: Some(context), ..lesson.caller.identity() };
    Person { identity, account: Some(lesson.caller.account()), ..caller }
}

fn federated(lesson: &Lesson<'_>, asked: &Asked) -> Option<Person> {
    let user = asked.result.child("FederatedUser")?;
    let arn = user.text_of("Arn")?;
    let account: AccountId = Arn::parse(arn).ok()?.account.parse().ok()?;
    let (tags, transitive) = session_tags(lesson, asked);
    let context = SessionContext {
        session_issuer: issuer_caller(&lesson.caller.identity()),
        attributes: Some(attributes(lesson.at, asked)),
        ..SessionContext::default()
    };
    let identity = UserIdentity {
        principal_id: user.text_of("FederatedUserId").map(str::to_owned),
        arn: Some(arn.to_owned()),
        account_id: Some(account.to_string()),
        session_context: Some(context),
        ..kind("FederatedUser")
    };
    let assumed_by = chain(lesson);
    Some(Person { identity, account: Some(account), tags, transitive, assumed_by, ..Person::default() })
}

/// Returns the caller as who issued a federated user's session; none where nobody told who the caller is.
fn issuer_caller(caller: &UserIdentity) -> Option<SessionIssuer> {
    let kind = caller.kind.clone().filter(|kind| matches!(kind.as_str(), "IAMUser" | "Root"))?;
    Some(SessionIssuer {
        kind,
        principal_id: caller.principal_id.clone().unwrap_or_default(),
        arn: caller.arn.clone().unwrap_or_default(),
        account_id: caller.account_id.clone().unwrap_or_default(),
        user_name: caller.user_name.clone(),
    })
}

fn attributes(at: Timestamp, asked: &Asked) -> SessionAttributes {
    SessionAttributes {
        creation_date: EventTime::of(at).to_string(),
        mfa_authenticated: asked.parameter("SerialNumber").is_some().to_string(),
    }
}

/// Returns the source identity: the answer's, the request's, or the one that the caller's session has.
fn source_identity(lesson: &Lesson<'_>, asked: &Asked) -> Option<String> {
    let told = asked.result.text_of("SourceIdentity").or_else(|| asked.parameter("SourceIdentity"));
    let inherited = || lesson.caller.person()?.identity.session_context.as_ref()?.source_identity.clone();
    told.map(shorten).or_else(inherited)
}

fn web_federation(lesson: &Lesson<'_>, asked: &Asked, account: AccountId) -> Option<WebIdFederationData> {
    if lesson.operation != "AssumeRoleWithWebIdentity" {
        return None;
    }
    let provider = asked.result.text_of("Provider").or_else(|| asked.parameter("ProviderId"));
    let claims = || web_claims(asked.parameter("WebIdentityToken")?).map(|claims| claims.issuer);
    let provider = provider.map(str::to_owned).or_else(claims)?;
    let federated_provider = match provider.strip_prefix("https://") {
        Some(issuer) => format!("arn:aws:iam::{account}:oidc-provider/{issuer}"),
        None => provider,
    };
    Some(WebIdFederationData {
        federated_provider: shorten(&federated_provider),
        attributes: BTreeMap::new(),
    })
}

fn saml_subject(asked: &Asked) -> Option<String> {
    let result = &asked.result;
    Some(shorten(&format!("{}:{}", result.text_of("NameQualifier")?, result.text_of("Subject")?)))
}

/// Returns the tags of a session: those that the request or its token sets, and those that the caller's session
/// hands on.
fn session_tags(lesson: &Lesson<'_>, asked: &Asked) -> Tags {
    let (set, mut transitive) = match lesson.operation {
        "AssumeRoleWithWebIdentity" => asked
            .parameter("WebIdentityToken")
            .and_then(web_claims)
            .map(|claims| (claims.tags, claims.transitive))
            .unwrap_or_default(),
        "AssumeRoleWithSAML" => asked.parameter("SAMLAssertion").and_then(saml_tags).unwrap_or_default(),
        _ => set_tags(asked),
    };
    let mut tags = BTreeMap::new();
    if let Some(caller) = lesson.caller.person() {
        let handed = |key: &&String| caller.transitive.contains(*key);
        let inherited = caller.tags.iter().filter(|(key, _)| handed(key));
        tags.extend(inherited.map(|(key, value)| (key.clone(), value.clone())));
        transitive.extend(caller.transitive.iter().cloned());
    }
    tags.extend(set);
    transitive.sort_unstable();
    transitive.dedup();
    transitive.truncate(TAGS_MAX);
    (tags, transitive)
}

fn set_tags(asked: &Asked) -> Tags {
    let numbered = |name: &str, of: &str| asked.parameters.value(&format!("{name}{of}")).map(shorten);
    let tags = (1..=TAGS_MAX).map_while(|number| {
        let name = format!("Tags.member.{number}.");
        Some((numbered(&name, "Key")?, numbered(&name, "Value").unwrap_or_default()))
    });
    let transitive =
        (1..=TAGS_MAX).map_while(|number| numbered("TransitiveTagKeys.member.", &number.to_string()));
    (tags.collect(), transitive.collect())
}
