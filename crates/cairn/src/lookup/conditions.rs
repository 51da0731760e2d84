//! Which condition CloudTrail is asked, and which are checked on its answer.

use cairn_history::Attribute;

use super::Found;
use super::actor::stands_behind;

/// What an event must be, the most particular first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Conditions {
    of_attributes: Vec<(Attribute, String)>,
    /// Who stands behind it, which CloudTrail can't be asked.
    actor: Option<String>,
}

impl Conditions {
    #[expect(clippy::too_many_arguments, reason = "one for each attribute, in the order of their weight")]
    pub(super) fn new(
        event_id: Option<String>,
        resource_name: Option<String>,
        access_key_id: Option<String>,
        username: Option<String>,
        event_name: Option<String>,
        resource_type: Option<String>,
        event_source: Option<String>,
        read_only: Option<bool>,
    ) -> Self {
        let event_source = event_source
            .map(|source| if source.contains('.') { source } else { format!("{source}.amazonaws.com") });
        let all = [
            (Attribute::EventId, event_id),
            (Attribute::ResourceName, resource_name),
            (Attribute::AccessKeyId, access_key_id),
            (Attribute::Username, username),
            (Attribute::EventName, event_name),
            (Attribute::ResourceType, resource_type),
            (Attribute::EventSource, event_source),
            (Attribute::ReadOnly, read_only.map(|is| is.to_string())),
        ];
        let of_attributes =
            all.into_iter().filter_map(|(attribute, value)| Some((attribute, value?))).collect();
        Self { of_attributes, actor: None }
    }

    /// Adds who must stand behind an event.
    pub(super) fn behind_which(self, actor: Option<String>) -> Self {
        Self { actor, ..self }
    }

    /// Returns the one that is asked: the one that the fewest events are expected to satisfy.
    pub(super) fn asked(&self) -> Option<(&'static str, &str)> {
        self.of_attributes.first().map(|(attribute, value)| (attribute.as_str(), value.as_str()))
    }

    /// Tells whether nothing is left to be checked on the answer.
    pub(super) fn are_all_asked(&self) -> bool {
        self.of_attributes.len() <= 1 && self.actor.is_none()
    }

    /// Checks the conditions that are not asked.
    pub(super) fn hold(&self, found: &Found) -> bool {
        self.of_attributes.iter().skip(1).all(|(attribute, value)| has(found, *attribute, value))
            && self.actor.as_ref().is_none_or(|actor| stands_behind(&found.cloud_trail_event, actor))
    }
}

fn has(found: &Found, attribute: Attribute, value: &str) -> bool {
    let single = match attribute {
        Attribute::EventId => &found.event_id,
        Attribute::EventName => &found.event_name,
        Attribute::ReadOnly => &found.read_only,
        Attribute::Username => &found.username,
        Attribute::EventSource => &found.event_source,
        Attribute::AccessKeyId => &found.access_key_id,
        Attribute::ResourceType => {
            return found.resources.iter().any(|one| one.resource_type.as_deref() == Some(value));
        }
        Attribute::ResourceName => {
            return found.resources.iter().any(|one| one.resource_name.as_deref() == Some(value));
        }
    };
    single.as_deref() == Some(value)
}
