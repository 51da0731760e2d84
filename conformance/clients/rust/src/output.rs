//! What the SDK understood of an answer, as JSON under the names of the service model: the members that the scenario
//! looks at.

use aws_sdk_cloudtrail::operation::list_tags::ListTagsOutput;
use aws_sdk_cloudtrail::operation::list_trails::ListTrailsOutput;
use aws_sdk_cloudtrail::operation::lookup_events::LookupEventsOutput;
use aws_sdk_cloudtrail::types::{
    AdvancedEventSelector, AggregationConfiguration, EventSelector, InsightSelector, Trail,
};
use serde_json::{Value, json};

pub fn all<T>(entries: &[T], render: impl Fn(&T) -> Value) -> Vec<Value> {
    entries.iter().map(render).collect()
}

pub fn trail(trail: &Trail) -> Value {
    json!({
        "Name": trail.name, "TrailARN": trail.trail_arn, "S3BucketName": trail.s3_bucket_name,
        "HomeRegion": trail.home_region, "IsMultiRegionTrail": trail.is_multi_region_trail,
        "HasCustomEventSelectors": trail.has_custom_event_selectors,
        "HasInsightSelectors": trail.has_insight_selectors,
    })
}

pub fn trails(output: &ListTrailsOutput) -> Value {
    let one = |trail: &aws_sdk_cloudtrail::types::TrailInfo| json!({ "TrailARN": trail.trail_arn, "Name": trail.name, "HomeRegion": trail.home_region });
    json!({ "Trails": all(output.trails(), one) })
}

pub fn tags(output: &ListTagsOutput) -> Value {
    let tag = |tag: &aws_sdk_cloudtrail::types::Tag| json!({ "Key": tag.key, "Value": tag.value });
    let list = all(
        output.resource_tag_list(),
        |resource| json!({ "ResourceId": resource.resource_id, "TagsList": all(resource.tags_list(), tag) }),
    );
    json!({ "ResourceTagList": list })
}

pub fn events(output: &LookupEventsOutput) -> Value {
    let events = all(output.events(), |event| {
        json!({
            "EventName": event.event_name, "EventSource": event.event_source, "ReadOnly": event.read_only,
            "HasEventTime": event.event_time.is_some(), "CloudTrailEvent": event.cloud_trail_event,
        })
    });
    json!({ "Events": events, "NextToken": output.next_token })
}

pub fn selectors(arn: &Option<String>, basic: &[EventSelector], advanced: &[AdvancedEventSelector]) -> Value {
    let basic = all(basic, |selector| {
        let resources = all(
            selector.data_resources(),
            |resource| json!({ "Type": resource.r#type, "Values": resource.values() }),
        );
        json!({
            "ReadWriteType": selector.read_write_type.as_ref().map(|kind| kind.as_str()),
            "IncludeManagementEvents": selector.include_management_events, "DataResources": resources,
        })
    });
    let advanced = all(advanced, |selector| {
        let fields = all(
            selector.field_selectors(),
            |field| json!({ "Field": field.field, "Equals": field.equals() }),
        );
        json!({ "Name": selector.name, "FieldSelectors": fields })
    });
    json!({ "TrailARN": arn, "EventSelectors": basic, "AdvancedEventSelectors": advanced })
}

pub fn insights(arn: &Option<String>, selectors: &[InsightSelector]) -> Value {
    let selectors = all(
        selectors,
        |selector| json!({ "InsightType": selector.insight_type.as_ref().map(|kind| kind.as_str()) }),
    );
    json!({ "TrailARN": arn, "InsightSelectors": selectors })
}

pub fn configurations(arn: &Option<String>, configurations: &[AggregationConfiguration]) -> Value {
    let configurations = all(configurations, |configuration| {
        let templates: Vec<&str> = configuration.templates().iter().map(|name| name.as_str()).collect();
        json!({ "Templates": templates, "EventCategory": configuration.event_category.as_str() })
    });
    json!({ "TrailARN": arn, "AggregationConfigurations": configurations })
}
