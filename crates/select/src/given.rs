//! Selectors as AWS writes them, put and answered.

use serde::{Deserialize, Deserializer, Serialize};

use crate::SelectorError;

/// What PutEventSelectors takes and GetEventSelectors answers: one kind or the other, never both.
///
/// Its JSON form is the object with the one member `EventSelectors` or `AdvancedEventSelectors`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum EventSelectors {
    /// Basic selectors, 1 to 5.
    #[serde(rename = "EventSelectors")]
    Basic(Vec<EventSelector>),
    /// Advanced selectors, with 1 to 500 values in all.
    #[serde(rename = "AdvancedEventSelectors")]
    Advanced(Vec<AdvancedEventSelector>),
}

/// A basic selector. Absent members have the defaults that GetEventSelectors answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct EventSelector {
    /// Which management and data events, by whether they could change anything.
    #[serde(deserialize_with = "null_as_default")]
    pub read_write_type: ReadWriteType,
    /// Whether management events are selected.
    #[serde(deserialize_with = "null_as_true")]
    pub include_management_events: bool,
    /// The data events selected.
    #[serde(deserialize_with = "null_as_default")]
    pub data_resources: Vec<DataResource>,
    /// Event sources whose management events are not selected.
    #[serde(deserialize_with = "null_as_default")]
    pub exclude_management_event_sources: Vec<String>,
}

/// Whether reads, writes or both are selected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReadWriteType {
    /// Events whose `readOnly` is true.
    ReadOnly,
    /// Events whose `readOnly` is false.
    WriteOnly,
    /// Events whatever their `readOnly`, also without one.
    #[default]
    All,
}

/// The resources whose data events a basic selector selects.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DataResource {
    /// `AWS::S3::Object`, `AWS::Lambda::Function` or `AWS::DynamoDB::Table`.
    #[serde(rename = "Type", deserialize_with = "null_as_default")]
    pub kind: String,
    /// ARNs: prefixes for S3, whole ones otherwise, or the one that stands for all.
    #[serde(deserialize_with = "null_as_default")]
    pub values: Vec<String>,
}

/// An advanced selector: an event must satisfy every field selector.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct AdvancedEventSelector {
    /// A name for people, up to 1000 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The conditions; one per field.
    #[serde(deserialize_with = "null_as_default")]
    pub field_selectors: Vec<AdvancedFieldSelector>,
}

/// One field and the operators that its value must satisfy. Absent operators stay absent when answered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct AdvancedFieldSelector {
    /// The field, such as `eventName` or `resources.ARN`.
    #[serde(deserialize_with = "null_as_default")]
    pub field: String,
    /// The value is one of these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub equals: Option<Vec<String>>,
    /// The value starts with one of these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub starts_with: Option<Vec<String>>,
    /// The value ends with one of these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends_with: Option<Vec<String>>,
    /// The value is none of these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_equals: Option<Vec<String>>,
    /// The value starts with none of these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_starts_with: Option<Vec<String>>,
    /// The value ends with none of these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_ends_with: Option<Vec<String>>,
}

impl EventSelectors {
    /// Returns what a trail has that never got selectors: all management events, no data events.
    pub fn default_for_trail() -> Self {
        Self::Basic(vec![EventSelector::default()])
    }

    /// Takes the two members of a PutEventSelectors request, of which exactly one may hold selectors.
    ///
    /// # Errors
    /// Both hold selectors, or neither does.
    pub fn from_request(
        basic: Option<Vec<EventSelector>>,
        advanced: Option<Vec<AdvancedEventSelector>>,
    ) -> Result<Self, SelectorError> {
        let basic = basic.filter(|selectors| !selectors.is_empty());
        let advanced = advanced.filter(|selectors| !selectors.is_empty());
        match (basic, advanced) {
            (Some(basic), None) => Ok(Self::Basic(basic)),
            (None, Some(advanced)) => Ok(Self::Advanced(advanced)),
            (Some(_), Some(_)) => Err(SelectorError::BothKinds),
            (None, None) => Err(SelectorError::NoSelectors),
        }
    }
}

impl Default for EventSelector {
    fn default() -> Self {
        Self {
            read_write_type: ReadWriteType::All,
            include_management_events: true,
            data_resources: Vec::new(),
            exclude_management_event_sources: Vec::new(),
        }
    }
}

fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

fn null_as_true<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or(true))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn absent_and_null_members_are_answered_with_their_defaults() {
        let filled = json!({"EventSelectors": [{
            "ReadWriteType": "All", "IncludeManagementEvents": true,
            "DataResources": [], "ExcludeManagementEventSources": [],
        }]});
        assert_eq!(serde_json::to_value(EventSelectors::default_for_trail()).unwrap(), filled);
        let nulls = json!({"EventSelectors": [{
            "ReadWriteType": null, "IncludeManagementEvents": null,
            "DataResources": null, "ExcludeManagementEventSources": null,
        }]});
        for given in [json!({"EventSelectors": [{}]}), nulls] {
            let read: EventSelectors = serde_json::from_value(given).unwrap();
            assert_eq!(serde_json::to_value(&read).unwrap(), filled);
        }
    }

    #[test]
    fn advanced_selectors_are_answered_as_they_were_given() {
        let given = json!({"AdvancedEventSelectors": [{
            "Name": "n",
            "FieldSelectors": [
                {"Field": "eventCategory", "Equals": ["Data"]},
                {"Field": "resources.ARN", "NotStartsWith": ["a"], "NotEndsWith": ["b"], "StartsWith": ["c"],
                 "EndsWith": ["d"], "NotEquals": ["e"]},
            ],
        }, {"FieldSelectors": []}]});
        let read: EventSelectors = serde_json::from_value(given.clone()).unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), given);
    }

    #[test]
    fn exactly_one_kind_is_taken_from_a_request() {
        let basic = || Some(vec![EventSelector::default()]);
        let advanced = || Some(vec![AdvancedEventSelector::default()]);
        let take = EventSelectors::from_request;
        assert!(matches!(take(basic(), None), Ok(EventSelectors::Basic(_))));
        assert!(matches!(take(basic(), Some(Vec::new())), Ok(EventSelectors::Basic(_))));
        assert!(matches!(take(None, advanced()), Ok(EventSelectors::Advanced(_))));
        assert_eq!(take(basic(), advanced()), Err(SelectorError::BothKinds));
        assert_eq!(take(None, None), Err(SelectorError::NoSelectors));
        assert_eq!(take(Some(Vec::new()), Some(Vec::new())), Err(SelectorError::NoSelectors));
    }

    #[test]
    fn unknown_read_write_types_are_refused() {
        let given = json!({"EventSelectors": [{"ReadWriteType": "Sometimes"}]});
        assert!(serde_json::from_value::<EventSelectors>(given).is_err());
    }
}
