//! The SDK's shapes from JSON. What is absent stays unset.

use aws_sdk_cloudtrail::error::BuildError;
use aws_sdk_cloudtrail::primitives::{DateTime, DateTimeFormat};
use aws_sdk_cloudtrail::types::{
    AdvancedEventSelector, AdvancedFieldSelector, AggregationConfiguration, DataResource, EventSelector,
    InsightSelector, LookupAttribute, Tag,
};
use serde_json::Value;

/// A JSON object.
pub struct Input<'v>(pub &'v Value);

impl<'v> Input<'v> {
    pub fn text(&self, name: &str) -> Option<String> {
        self.0[name].as_str().map(str::to_owned)
    }

    pub fn truth(&self, name: &str) -> Option<bool> {
        self.0[name].as_bool()
    }

    pub fn number(&self, name: &str) -> Result<Option<i32>, std::num::TryFromIntError> {
        self.0[name].as_i64().map(TryInto::try_into).transpose()
    }

    pub fn time(&self, name: &str) -> Result<Option<DateTime>, Box<dyn std::error::Error>> {
        let time = self.0[name].as_str().map(|text| DateTime::from_str(text, DateTimeFormat::DateTime));
        Ok(time.transpose()?)
    }

    pub fn texts(&self, name: &str) -> Option<Vec<String>> {
        let text = |entry: Input<'_>| entry.0.as_str().unwrap_or_default().to_owned();
        Some(self.entries(name)?.map(text).collect())
    }

    fn entries(&self, name: &str) -> Option<impl Iterator<Item = Input<'v>>> {
        Some(self.0[name].as_array()?.iter().map(Input))
    }
}

fn all<'v, T, E>(
    input: &Input<'v>,
    name: &str,
    make: impl Fn(Input<'v>) -> Result<T, E>,
) -> Result<Option<Vec<T>>, E> {
    input.entries(name).map(|entries| entries.map(make).collect()).transpose()
}

pub fn tags(input: &Input<'_>) -> Result<Option<Vec<Tag>>, BuildError> {
    all(input, "TagsList", |tag| Tag::builder().set_key(tag.text("Key")).set_value(tag.text("Value")).build())
}

pub fn attributes(input: &Input<'_>) -> Result<Option<Vec<LookupAttribute>>, BuildError> {
    all(input, "LookupAttributes", |attribute| {
        let key = attribute.text("AttributeKey").map(|key| key.as_str().into());
        let value = attribute.text("AttributeValue");
        LookupAttribute::builder().set_attribute_key(key).set_attribute_value(value).build()
    })
}

pub fn event_selectors(input: &Input<'_>) -> Option<Vec<EventSelector>> {
    let resource = |given: Input<'_>| {
        DataResource::builder().set_type(given.text("Type")).set_values(given.texts("Values")).build()
    };
    let selector = |given: Input<'_>| {
        EventSelector::builder()
            .set_read_write_type(given.text("ReadWriteType").map(|kind| kind.as_str().into()))
            .set_include_management_events(given.truth("IncludeManagementEvents"))
            .set_data_resources(given.entries("DataResources").map(|list| list.map(resource).collect()))
            .set_exclude_management_event_sources(given.texts("ExcludeManagementEventSources"))
            .build()
    };
    Some(input.entries("EventSelectors")?.map(selector).collect())
}

pub fn advanced(input: &Input<'_>) -> Result<Option<Vec<AdvancedEventSelector>>, BuildError> {
    let field = |given: Input<'_>| {
        AdvancedFieldSelector::builder()
            .set_field(given.text("Field"))
            .set_equals(given.texts("Equals"))
            .set_starts_with(given.texts("StartsWith"))
            .set_not_equals(given.texts("NotEquals"))
            .build()
    };
    all(input, "AdvancedEventSelectors", |given| {
        let fields = all(&given, "FieldSelectors", field)?;
        AdvancedEventSelector::builder().set_name(given.text("Name")).set_field_selectors(fields).build()
    })
}

pub fn insight_selectors(input: &Input<'_>) -> Option<Vec<InsightSelector>> {
    let selector = |given: Input<'_>| {
        let kind = given.text("InsightType").map(|kind| kind.as_str().into());
        InsightSelector::builder().set_insight_type(kind).build()
    };
    Some(input.entries("InsightSelectors")?.map(selector).collect())
}

pub fn aggregation(input: &Input<'_>) -> Result<Option<Vec<AggregationConfiguration>>, BuildError> {
    all(input, "AggregationConfigurations", |given| {
        let templates = given.texts("Templates");
        let templates = templates.map(|list| list.iter().map(|name| name.as_str().into()).collect());
        let category = given.text("EventCategory").map(|category| category.as_str().into());
        AggregationConfiguration::builder().set_templates(templates).set_event_category(category).build()
    })
}
