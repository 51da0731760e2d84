//! Which person, agent and tool stands behind a call, in `additionalEventData`.

use std::collections::BTreeMap;

use cairn_access::Caller;
use cairn_event::UserIdentity;
use cairn_identities::Person;
use cairn_identities::actor::{Evidence, MEMBER, Told, actor};
use serde_json::{Map, Value};

use crate::config::{Config, Recorded};
use crate::proxies::Proxies;
use crate::serve::Arrival;

/// The most headers that name somebody.
const HEADERS_MAX: usize = 16;

/// What is read of people, and whose word counts.
#[derive(Debug, Clone)]
pub(crate) struct People {
    /// Whether actors are recorded at all.
    actors: Recorded,
    headers: PeopleHeaders,
    pub(crate) proxies: Proxies,
}

/// Headers in which a trusted proxy names the person and the agent, in lower case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PeopleHeaders {
    human: Vec<String>,
    agent: Vec<String>,
}

impl PeopleHeaders {
    /// Reads `human=HEADER,agent=HEADER,…`; the first header of a kind that a request has counts.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut headers = Self::default();
        for one in text.split(',').map(str::trim).filter(|one| !one.is_empty()) {
            let (kind, name) = one.split_once('=')?;
            let name = name.trim().to_ascii_lowercase();
            let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
            // Credentials never reach a record, whatever the settings say.
            if name.is_empty() || !name.bytes().all(fits) || cairn_event::is_denied(&name) {
                return None;
            }
            match kind.trim() {
                "human" => headers.human.push(name),
                "agent" => headers.agent.push(name),
                _ => return None,
            }
        }
        (headers.human.len() + headers.agent.len() <= HEADERS_MAX).then_some(headers)
    }
}

impl People {
    /// Takes what the settings say.
    pub(crate) fn of(config: &Config) -> Self {
        let (headers, proxies) = (config.people_headers.clone(), config.trusted_proxies.clone());
        Self { actors: config.actors, headers, proxies }
    }

    /// Returns what is known of a call that is served here.
    pub(crate) fn of_served(
        &self,
        arrival: &Arrival,
        caller: &Caller,
        event_source: &str,
    ) -> Map<String, Value> {
        let identity = caller.user_identity(event_source);
        let tags = caller.session().map(|session| &session.tags);
        self.told(arrival, &identity, tags, None)
    }

    /// Returns what is known of a forwarded call; `person` is whose the key is, where that is believed.
    pub(crate) fn of_forwarded(
        &self,
        arrival: &Arrival,
        identity: &UserIdentity,
        person: Option<&Person>,
        caller: &Caller,
    ) -> Map<String, Value> {
        let of_session = caller.session().map(|session| &session.tags);
        let tags = of_session.or_else(|| person.map(|person| &person.tags));
        self.told(arrival, identity, tags, person)
    }

    fn told(
        &self,
        arrival: &Arrival,
        identity: &UserIdentity,
        tags: Option<&BTreeMap<String, String>>,
        person: Option<&Person>,
    ) -> Map<String, Value> {
        if self.actors == Recorded::No {
            return Map::new();
        }
        let trusted = self.proxies.trusts(arrival.peer.ip());
        let told = |names: &'_ [String]| named(arrival, names).filter(|_| trusted);
        let evidence = Evidence {
            user_agent: arrival.head.header("user-agent"),
            identity: Some(identity),
            tags,
            assumed_by: person.map(|person| person.assumed_by.as_slice()).unwrap_or_default(),
            listed: (
                person.and_then(|person| person.human.as_deref()),
                person.and_then(|person| person.agent.as_deref()),
            ),
            headers: (told(&self.headers.human), told(&self.headers.agent)),
        };
        actor(&evidence).map(|actor| (MEMBER.to_owned(), actor)).into_iter().collect()
    }
}

/// Returns the first of the headers that the request has.
fn named<'a>(arrival: &'a Arrival, names: &[String]) -> Option<Told<'a>> {
    names.iter().find_map(|name| {
        let found = arrival.head.headers.iter().find(|(given, _)| given == name)?;
        let value = std::str::from_utf8(&found.1).ok().map(str::trim).filter(|value| !value.is_empty())?;
        Some(Told { header: &found.0, value })
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::answer::RequestIds;
    use crate::head::Head;

    fn told(actors: Recorded, proxies: &str) -> Map<String, Value> {
        let headers = [("user-agent", "aws-cli/2.31.1"), ("x-agent", "planner")];
        let head = Head {
            method: "GET".to_owned(),
            path: "/".to_owned(),
            query: String::new(),
            headers: headers.map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec())).into(),
            session: None,
        };
        let ids = RequestIds { request: String::new(), host: String::new(), event: String::new() };
        let gone = tokio_util::sync::CancellationToken::new();
        let arrival = Arrival {
            head,
            version: http::Version::HTTP_11,
            peer: "10.0.0.1:9".parse().unwrap(),
            tls: None,
            ids,
            gone,
        };
        let people = People {
            actors,
            headers: PeopleHeaders::parse("agent=X-Agent").unwrap(),
            proxies: Proxies::parse(proxies).unwrap(),
        };
        people.of_served(&arrival, &Caller::Unsigned, "s3.amazonaws.com")
    }

    #[test]
    fn actors_are_told_where_they_are_wanted_and_headers_where_they_are_trusted() {
        let tool = json!({"tool": "aws-cli", "toolVersion": "2.31.1"});
        assert_eq!(Value::Object(told(Recorded::Yes, "10.9.0.0/16")), json!({"actor": tool}));
        let agent = json!({"agent": "planner", "agentFrom": "header:x-agent", "tool": "aws-cli",
            "toolVersion": "2.31.1"});
        assert_eq!(Value::Object(told(Recorded::Yes, "10.0.0.0/8")), json!({"actor": agent}));
        assert_eq!(told(Recorded::No, "10.0.0.0/8"), Map::new());
    }

    #[test]
    fn headers_name_a_person_or_an_agent() {
        let headers = PeopleHeaders::parse("human=X-Forwarded-User, agent=X-Agent-Id,human=X-User").unwrap();
        assert_eq!(headers.human, ["x-forwarded-user", "x-user"]);
        assert_eq!(headers.agent, ["x-agent-id"]);
        assert_eq!(PeopleHeaders::parse(""), Some(PeopleHeaders::default()));
        for text in [
            "X-User",
            "human=",
            "human=X User",
            "robot=X",
            "human=Authorization",
            "agent=X-Api-Token",
            "human=Cookie",
        ] {
            assert_eq!(PeopleHeaders::parse(text), None, "{text}");
        }
    }
}
