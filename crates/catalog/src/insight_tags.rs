//! What a trail's tags say of Insights: tags, because CloudTrail's own API has no place for it.
//!
//! - `cairn:insights-sensitivity` is `low`, `medium` or `high`; without it, medium.
//! - `cairn:insights-mute:<name>` is a mute rule, under a name that tells rules of a trail apart.

use cairn_event::InsightSensitivity;
use cairn_select::{Mute, MuteError};

use crate::Tag;

/// The tag that holds a trail's sensitivity.
pub const SENSITIVITY_TAG: &str = "cairn:insights-sensitivity";
/// What begins the tags that hold mute rules, before their names.
pub const MUTE_TAG: &str = "cairn:insights-mute:";
/// What begins all tags about Insights: those that are none of the above are refused, for they are typing errors.
const INSIGHTS_TAG: &str = "cairn:insights";

/// What a trail's tags say of Insights.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InsightTags {
    /// How much has to happen before the trail is told.
    pub sensitivity: InsightSensitivity,
    /// What it is not told of.
    pub mutes: Vec<NamedMute>,
}

/// A mute rule and its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedMute {
    /// The name: what follows [`MUTE_TAG`].
    pub name: String,
    /// The rule.
    pub mute: Mute,
}

/// A tag about Insights is refused; the text is written for the client.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InsightTagError {
    /// A sensitivity that there is not.
    #[error("Tag {SENSITIVITY_TAG} must be low, medium or high.")]
    Sensitivity,
    /// A mute rule without a name.
    #[error("Tag {MUTE_TAG} must have the rule's name behind it, such as {MUTE_TAG}nightly-job.")]
    MuteName,
    /// A rule that is none.
    #[error("Tag {key} is not a mute rule: {reason}.")]
    Mute {
        /// The tag's key.
        key: String,
        /// What is wrong with its value; in the message, so that clients see it.
        reason: MuteError,
    },
    /// A tag of a name that is kept for Insights, and means nothing.
    #[error("Tag {0} is not known. Tags about Insights are {SENSITIVITY_TAG} and {MUTE_TAG}NAME.")]
    Unknown(String),
}

/// What one tag says.
enum Said {
    Nothing,
    Sensitivity(InsightSensitivity),
    Mute(NamedMute),
}

impl InsightTags {
    /// Reads a trail's tags. What [`InsightTags::check`] refuses says nothing here: a trail may have been tagged by a
    /// Cairn that gave these tags no meaning, and must go on.
    pub fn of(tags: &[Tag]) -> Self {
        let mut read = Self::default();
        for tag in tags {
            match said(tag) {
                Ok(Said::Sensitivity(sensitivity)) => read.sensitivity = sensitivity,
                Ok(Said::Mute(mute)) => read.mutes.push(mute),
                Ok(Said::Nothing) | Err(_) => {}
            }
        }
        read
    }

    /// Checks a tag that is about to be put on a trail.
    ///
    /// # Errors
    /// It is about Insights, and means nothing.
    pub fn check(tag: &Tag) -> Result<(), InsightTagError> {
        said(tag).map(|_said| ())
    }
}

fn said(tag: &Tag) -> Result<Said, InsightTagError> {
    if !tag.key.starts_with(INSIGHTS_TAG) {
        return Ok(Said::Nothing);
    }
    let value = tag.value.as_deref().unwrap_or_default();
    if tag.key == SENSITIVITY_TAG {
        let read = value.parse().map_err(|_unknown| InsightTagError::Sensitivity)?;
        return Ok(Said::Sensitivity(read));
    }
    let Some(name) = tag.key.strip_prefix(MUTE_TAG) else {
        return Err(InsightTagError::Unknown(tag.key.clone()));
    };
    if name.trim().is_empty() {
        return Err(InsightTagError::MuteName);
    }
    let mute = Mute::parse(value).map_err(|reason| InsightTagError::Mute { key: tag.key.clone(), reason })?;
    Ok(Said::Mute(NamedMute { name: name.to_owned(), mute }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(key: &str, value: &str) -> Tag {
        Tag { key: key.to_owned(), value: Some(value.to_owned()) }
    }

    #[test]
    fn tags_say_sensitivity_and_mutes() {
        let tags = [
            tag("team", "cairn:insights-sensitivity"),
            tag("cairn:insights-sensitivity", "high"),
            tag("cairn:insights-mute:nightly job", "source=ec2"),
            tag("cairn:insights-mute:b", "no rule at all"),
        ];
        let read = InsightTags::of(&tags);
        assert_eq!(read.sensitivity, InsightSensitivity::High);
        let mutes: Vec<(&str, String)> =
            read.mutes.iter().map(|named| (named.name.as_str(), named.mute.to_string())).collect();
        assert_eq!(mutes, [("nightly job", "source=ec2.amazonaws.com".to_owned())]);
        assert_eq!(InsightTags::of(&[]), InsightTags::default());
    }

    #[test]
    fn bad_tags_are_refused_with_words_that_say_what_is_right() {
        let check = |key: &str, value: &str, expected: &str| {
            let checked = InsightTags::check(&tag(key, value)).map_err(|error| error.to_string());
            assert_eq!(checked.err().unwrap_or_default(), expected, "{key}={value}");
        };
        check("cairn:other", "anything", "");
        check("cairn:insights-sensitivity", "low", "");
        check("cairn:insights-mute:a", "window=Sat-Sun", "");
        let expected = "Tag cairn:insights-sensitivity must be low, medium or high.";
        check("cairn:insights-sensitivity", "Low", expected);
        check("cairn:insights-sensitivity", "", expected);
        check(
            "cairn:insights-mute:",
            "source=ec2",
            "Tag cairn:insights-mute: must have the rule's name behind it, such as cairn:insights-mute:nightly-job.",
        );
        check(
            "cairn:insights-mute:a",
            "ec2",
            "Tag cairn:insights-mute:a is not a mute rule: ec2 is not a term: terms are source=, name=, principal= and \
             window=, with spaces between them.",
        );
        check(
            "cairn:insights-mutes:a",
            "source=ec2",
            "Tag cairn:insights-mutes:a is not known. Tags about Insights are cairn:insights-sensitivity and \
             cairn:insights-mute:NAME.",
        );
        let keyless = Tag { key: "cairn:insights-mute:a".to_owned(), value: None };
        assert!(matches!(InsightTags::check(&keyless), Err(InsightTagError::Mute { .. })));
    }
}
