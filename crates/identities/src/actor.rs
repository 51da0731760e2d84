//! Which person, agent and tool stands behind a call.
//!
//! `userIdentity` names a key's owner; behind one key may stand a person, an agent that acts for the person, and
//! the tool that either used. What tells of them is gathered into `additionalEventData.actor`
//! (page: `docs/formats/actor.md`), each name with where it was taken from: a directory that the operator wrote, a
//! header of a trusted proxy, a session's tags, source identity or name, the user agent. The user agent is what the
//! client says of itself and no proof of anything.

mod products;
#[cfg(test)]
mod tests;
mod user_agent;

use std::collections::BTreeMap;

use cairn_event::UserIdentity;
use serde_json::{Map, Value};

pub use user_agent::Agent;

/// The member of `additionalEventData` that holds what is known.
pub const MEMBER: &str = "actor";

/// The longest name that is told, in bytes.
const NAME_BYTES_MAX: usize = 256;

/// What tells of who stands behind a call.
#[derive(Debug, Clone, Copy, Default)]
pub struct Evidence<'a> {
    /// The user agent as it was sent.
    pub user_agent: Option<&'a str>,
    /// The caller in the record: nobody by name where the claim was not believed.
    pub identity: Option<&'a UserIdentity>,
    /// Tags of the caller or its session.
    pub tags: Option<&'a BTreeMap<String, String>>,
    /// Who assumed the caller's role, the nearest first.
    pub assumed_by: &'a [String],
    /// The person and the agent that the directory names behind the key.
    pub listed: (Option<&'a str>, Option<&'a str>),
    /// What headers say that are believed: of a person, of an agent.
    pub headers: (Option<Told<'a>>, Option<Told<'a>>),
}

/// What a header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told<'a> {
    /// The header's name, lower case.
    pub header: &'a str,
    /// Its value.
    pub value: &'a str,
}

/// Gathers what is known; nothing where nothing is.
pub fn actor(evidence: &Evidence<'_>) -> Option<Value> {
    let agent = evidence.user_agent.map(Agent::read).unwrap_or_default();
    let mut known = Map::new();
    let mut put = |name: &str, value: Option<&str>| {
        if let Some(value) = value.map(clean).filter(|value| !value.is_empty()) {
            known.insert(name.to_owned(), Value::String(value));
        }
    };
    if let Some((name, from)) = human(evidence) {
        put("human", Some(&name));
        put("humanFrom", Some(&from));
    }
    match software(evidence) {
        Some((name, from)) => {
            put("agent", Some(&name));
            put("agentFrom", Some(&from));
        }
        None if agent.agent.is_some() => {
            put("agent", agent.agent);
            put("agentVersion", agent.agent_version);
            put("agentFrom", Some("userAgent"));
        }
        None => {}
    }
    put("tool", agent.tool);
    put("toolVersion", agent.tool_version);
    put("command", agent.command);
    put("sdk", agent.sdk);
    put("sdkVersion", agent.sdk_version);
    put("appId", agent.app_id);
    put("environment", agent.environment);
    if !evidence.assumed_by.is_empty() {
        let chain = evidence.assumed_by.iter().map(|one| Value::String(clean(one))).collect();
        known.insert("assumedBy".to_owned(), Value::Array(chain));
    }
    (!known.is_empty()).then_some(Value::Object(known))
}

/// Returns the person, and where the name is from: the operator's word first, then what sessions carry.
fn human(evidence: &Evidence<'_>) -> Option<(String, String)> {
    let from = |name: &str, source: &str| Some((name.to_owned(), source.to_owned()));
    if let Some(name) = evidence.listed.0 {
        return from(name, "directory");
    }
    if let Some(told) = evidence.headers.0 {
        return from(told.value, &format!("header:{}", told.header));
    }
    if let Some((key, value)) = tag(evidence, &HUMAN_TAGS) {
        return from(value, &format!("tag:{key}"));
    }
    let identity = evidence.identity?;
    let context = identity.session_context.as_ref();
    if let Some(name) = context.and_then(|context| context.source_identity.as_deref()) {
        return from(name, "sourceIdentity");
    }
    if matches!(identity.kind.as_deref(), Some("SAMLUser" | "WebIdentityUser" | "FederatedUser")) {
        let name = identity.user_name.as_deref();
        return from(name.or_else(|| session_name(identity)).filter(|name| is_address(name))?, "userName");
    }
    let role = context.and_then(|context| context.session_issuer.as_ref()?.user_name.as_deref());
    let name = session_name(identity)?;
    let of_center = role.is_some_and(|role| role.starts_with(CENTER_ROLE));
    (of_center || is_address(name)).then(|| (name.to_owned(), "sessionName".to_owned()))
}

/// Returns the agent that is named otherwise than by the user agent.
fn software(evidence: &Evidence<'_>) -> Option<(String, String)> {
    if let Some(name) = evidence.listed.1 {
        return Some((name.to_owned(), "directory".to_owned()));
    }
    if let Some(told) = evidence.headers.1 {
        return Some((told.value.to_owned(), format!("header:{}", told.header)));
    }
    let (key, value) = tag(evidence, &AGENT_TAGS)?;
    Some((value.to_owned(), format!("tag:{key}")))
}

/// Returns the first tag that has one of the names, in the order of the names.
fn tag<'a>(evidence: &Evidence<'a>, names: &[&str]) -> Option<(&'a str, &'a str)> {
    let tags = evidence.tags?;
    let found = names.iter().find_map(|name| tags.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)));
    found.map(|(key, value)| (key.as_str(), value.as_str())).filter(|(_, value)| !value.is_empty())
}

/// Returns the name of a session: the last part of its ARN.
fn session_name(identity: &UserIdentity) -> Option<&str> {
    let kind = identity.kind.as_deref()?;
    if !matches!(kind, "AssumedRole" | "FederatedUser") {
        return None;
    }
    identity.arn.as_deref()?.rsplit_once('/').map(|(_, name)| name)
}

/// Tells whether a name looks like an address of a person's mail.
fn is_address(name: &str) -> bool {
    matches!(name.split_once('@'), Some((user, domain)) if !user.is_empty() && domain.contains('.'))
}

/// Cuts a name to its limit and takes out what no name holds.
fn clean(name: &str) -> String {
    let name = name.split_at(name.floor_char_boundary(NAME_BYTES_MAX)).0;
    name.chars().filter(|c| !c.is_control()).collect::<String>().trim().to_owned()
}

/// Tags that name a person.
const HUMAN_TAGS: [&str; 8] = ["human", "email", "mail", "user", "username", "userid", "person", "operator"];
/// Tags that name an agent.
const AGENT_TAGS: [&str; 3] = ["agent", "agentid", "agent-id"];
/// How Identity Center calls its roles; a session of one is called as its user.
const CENTER_ROLE: &str = "AWSReservedSSO_";
