//! The tags of a session: those asked for, and those that a chain of roles inherits.

use std::collections::{BTreeMap, BTreeSet};

use cairn_access::TemporarySession;
use cairn_wire::sts::Tag;

use crate::Refusal;

/// A session's tags.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SessionTags {
    pub(crate) tags: BTreeMap<String, String>,
    /// The keys that the next role inherits.
    pub(crate) transitive: Vec<String>,
}

impl SessionTags {
    /// Takes the tags of a request, and those that `calling` hands down.
    ///
    /// # Errors
    /// Keys that are given twice, reserved, inherited, or transitive without being tags.
    pub(crate) fn read(
        asked: Option<&[Tag]>,
        transitive: Option<&[String]>,
        calling: Option<&TemporarySession>,
    ) -> Result<Self, Refusal> {
        let inherited = Self::inherited(calling);
        let asked = asked.unwrap_or_default();
        let mut seen = BTreeSet::new();
        for tag in asked {
            let key = tag.key.to_lowercase();
            if key.starts_with("aws:") {
                return Err(Refusal::TagReserved);
            }
            if inherited.tags.keys().any(|known| known.to_lowercase() == key) {
                return Err(Refusal::TransitiveInherited);
            }
            if !seen.insert(key) {
                return Err(Refusal::TagTwice);
            }
        }
        let mut tags = inherited;
        for key in transitive.unwrap_or_default() {
            if !asked.iter().any(|tag| tag.key == *key) {
                return Err(Refusal::TransitiveWithoutTag);
            }
            if !tags.transitive.contains(key) {
                tags.transitive.push(key.clone());
            }
        }
        tags.tags.extend(asked.iter().map(|tag| (tag.key.clone(), tag.value.clone())));
        Ok(tags)
    }

    fn inherited(calling: Option<&TemporarySession>) -> Self {
        let Some(session) = calling else { return Self::default() };
        let handed_down = session.tags.iter().filter(|(key, _)| session.transitive_tag_keys.contains(key));
        Self {
            tags: handed_down.map(|(key, value)| (key.clone(), value.clone())).collect(),
            transitive: session.transitive_tag_keys.clone(),
        }
    }
}
