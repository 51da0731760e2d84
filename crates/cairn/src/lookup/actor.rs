//! Who stands behind an event: what Cairn records beside `userIdentity`.

use serde::Deserialize;
use serde_json::{Map, Value};

/// The members of an actor that hold a name.
const NAMES: [&str; 5] = ["human", "agent", "tool", "sdk", "appId"];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    #[serde(default)]
    additional_event_data: Option<Additional>,
}

#[derive(Deserialize)]
struct Additional {
    #[serde(default)]
    actor: Map<String, Value>,
}

/// Tells whether a person, an agent or a tool of this name stands behind an event; case counts for nothing.
pub(super) fn stands_behind(event: &str, name: &str) -> bool {
    let Ok(Record { additional_event_data: Some(Additional { actor }) }) = serde_json::from_str(event) else {
        return false;
    };
    NAMES.iter().any(|member| {
        actor.get(*member).and_then(Value::as_str).is_some_and(|found| found.eq_ignore_ascii_case(name))
    })
}

#[cfg(test)]
mod tests {
    use super::stands_behind;

    #[test]
    fn people_agents_and_tools_are_found_by_name() {
        let event = r#"{"additionalEventData": {"actor": {"human": "maya@example.com", "humanFrom": "sourceIdentity",
            "agent": "claude-code", "tool": "aws-cli", "toolVersion": "2.31.1", "assumedBy": ["x"]}}}"#;
        for name in ["maya@example.com", "MAYA@example.com", "claude-code", "aws-cli"] {
            assert!(stands_behind(event, name), "{name}");
        }
        for name in ["maya", "sourceIdentity", "2.31.1", "x", ""] {
            assert!(!stands_behind(event, name), "{name}");
        }
        for event in ["{}", "", r#"{"additionalEventData": null}"#, r#"{"additionalEventData": {"x": 1}}"#] {
            assert!(!stands_behind(event, "aws-cli"), "{event}");
        }
    }
}
