//! Each operation: its input from JSON, its output into JSON.

use aws_sdk_cloudtrail::Client;
use aws_sdk_cloudtrail::error::{ProvideErrorMetadata, SdkError};
use serde_json::{Value, json};

use crate::input::{self, Input};
use crate::output;

type Told = Result<Value, Box<dyn std::error::Error>>;

/// Makes a call; what is no answer of the service is an error.
pub async fn make(client: &Client, operation: &str, given: &Value) -> Told {
    let input = Input(given);
    match operation {
        "AddTags" | "RemoveTags" | "ListTags" => tags(client, operation, &input).await,
        "CreateTrail" | "UpdateTrail" => change(client, operation, &input).await,
        "DeleteTrail" => told(client.delete_trail().set_name(input.text("Name")).send().await, |_| json!({})),
        "StartLogging" => {
            told(client.start_logging().set_name(input.text("Name")).send().await, |_| json!({}))
        }
        "StopLogging" => told(client.stop_logging().set_name(input.text("Name")).send().await, |_| json!({})),
        "LookupEvents" => lookup(client, &input).await,
        "GetTrail" | "DescribeTrails" | "ListTrails" | "GetTrailStatus" | "ListPublicKeys" => {
            read(client, operation, &input).await
        }
        _ => selectors(client, operation, &input).await,
    }
}

async fn tags(client: &Client, operation: &str, input: &Input<'_>) -> Told {
    match operation {
        "AddTags" => {
            let call = client.add_tags().set_resource_id(input.text("ResourceId"));
            told(call.set_tags_list(input::tags(input)?).send().await, |_| json!({}))
        }
        "RemoveTags" => {
            let call = client.remove_tags().set_resource_id(input.text("ResourceId"));
            told(call.set_tags_list(input::tags(input)?).send().await, |_| json!({}))
        }
        _ => {
            let call = client.list_tags().set_resource_id_list(input.texts("ResourceIdList"));
            told(call.set_next_token(input.text("NextToken")).send().await, output::tags)
        }
    }
}

/// Sets what CreateTrail and UpdateTrail have in common.
macro_rules! with_settings {
    ($call:expr, $input:expr) => {
        $call
            .set_name($input.text("Name"))
            .set_s3_bucket_name($input.text("S3BucketName"))
            .set_s3_key_prefix($input.text("S3KeyPrefix"))
            .set_sns_topic_name($input.text("SnsTopicName"))
            .set_include_global_service_events($input.truth("IncludeGlobalServiceEvents"))
            .set_is_multi_region_trail($input.truth("IsMultiRegionTrail"))
            .set_enable_log_file_validation($input.truth("EnableLogFileValidation"))
            .set_cloud_watch_logs_log_group_arn($input.text("CloudWatchLogsLogGroupArn"))
            .set_cloud_watch_logs_role_arn($input.text("CloudWatchLogsRoleArn"))
            .set_kms_key_id($input.text("KmsKeyId"))
            .set_is_organization_trail($input.truth("IsOrganizationTrail"))
    };
}

async fn change(client: &Client, operation: &str, input: &Input<'_>) -> Told {
    if operation == "CreateTrail" {
        let call = with_settings!(client.create_trail(), input).set_tags_list(input::tags(input)?);
        told(call.send().await, |made| {
            json!({
                "Name": made.name, "TrailARN": made.trail_arn, "S3BucketName": made.s3_bucket_name,
                "IsMultiRegionTrail": made.is_multi_region_trail,
                "IncludeGlobalServiceEvents": made.include_global_service_events,
                "LogFileValidationEnabled": made.log_file_validation_enabled,
            })
        })
    } else {
        told(with_settings!(client.update_trail(), input).send().await, |made| {
            json!({
                "Name": made.name, "TrailARN": made.trail_arn, "S3KeyPrefix": made.s3_key_prefix,
                "IsMultiRegionTrail": made.is_multi_region_trail,
            })
        })
    }
}

async fn read(client: &Client, operation: &str, input: &Input<'_>) -> Told {
    match operation {
        "GetTrail" => {
            let answer = client.get_trail().set_name(input.text("Name")).send().await;
            told(answer, |read| json!({ "Trail": read.trail.as_ref().map(output::trail) }))
        }
        "DescribeTrails" => {
            let call = client.describe_trails().set_trail_name_list(input.texts("trailNameList"));
            let answer = call.set_include_shadow_trails(input.truth("includeShadowTrails")).send().await;
            told(answer, |read| json!({ "trailList": output::all(read.trail_list(), output::trail) }))
        }
        "ListTrails" => told(client.list_trails().send().await, output::trails),
        "GetTrailStatus" => {
            let answer = client.get_trail_status().set_name(input.text("Name")).send().await;
            told(
                answer,
                |read| json!({ "IsLogging": read.is_logging, "LatestDeliveryError": read.latest_delivery_error }),
            )
        }
        _ => {
            let call = client.list_public_keys().set_next_token(input.text("NextToken"));
            let call = call.set_start_time(input.time("StartTime")?).set_end_time(input.time("EndTime")?);
            told(call.send().await, |read| json!({ "PublicKeyList": vec![(); read.public_key_list().len()] }))
        }
    }
}

async fn lookup(client: &Client, input: &Input<'_>) -> Told {
    let call = client
        .lookup_events()
        .set_lookup_attributes(input::attributes(input)?)
        .set_start_time(input.time("StartTime")?)
        .set_end_time(input.time("EndTime")?)
        .set_event_category(input.text("EventCategory").map(|category| category.as_str().into()))
        .set_max_results(input.number("MaxResults")?)
        .set_next_token(input.text("NextToken"));
    told(call.send().await, output::events)
}

async fn selectors(client: &Client, operation: &str, input: &Input<'_>) -> Told {
    let trail = input.text("TrailName");
    match operation {
        "GetEventSelectors" => {
            told(client.get_event_selectors().set_trail_name(trail).send().await, |read| {
                output::selectors(&read.trail_arn, read.event_selectors(), read.advanced_event_selectors())
            })
        }
        "PutEventSelectors" => {
            let call = client.put_event_selectors().set_trail_name(trail);
            let call = call.set_event_selectors(input::event_selectors(input));
            let answer = call.set_advanced_event_selectors(input::advanced(input)?).send().await;
            told(answer, |read| {
                output::selectors(&read.trail_arn, read.event_selectors(), read.advanced_event_selectors())
            })
        }
        "GetInsightSelectors" => {
            let call = client.get_insight_selectors().set_trail_name(trail);
            let answer = call.set_event_data_store(input.text("EventDataStore")).send().await;
            told(answer, |read| output::insights(&read.trail_arn, read.insight_selectors()))
        }
        "PutInsightSelectors" => {
            let call = client.put_insight_selectors().set_trail_name(trail);
            let call = call.set_insight_selectors(input::insight_selectors(input));
            let call = call.set_insights_destination(input.text("InsightsDestination"));
            let answer = call.set_event_data_store(input.text("EventDataStore")).send().await;
            told(answer, |read| output::insights(&read.trail_arn, read.insight_selectors()))
        }
        "GetEventConfiguration" => {
            let call = client.get_event_configuration().set_trail_name(trail);
            let answer = call.set_event_data_store(input.text("EventDataStore")).send().await;
            told(answer, |read| output::configurations(&read.trail_arn, read.aggregation_configurations()))
        }
        "PutEventConfiguration" => {
            let call = client.put_event_configuration().set_trail_name(trail);
            let call = call.set_max_event_size(input.text("MaxEventSize").map(|size| size.as_str().into()));
            let call = call.set_event_data_store(input.text("EventDataStore"));
            let answer = call.set_aggregation_configurations(input::aggregation(input)?).send().await;
            told(answer, |read| output::configurations(&read.trail_arn, read.aggregation_configurations()))
        }
        other => Err(format!("the client does not know {other}").into()),
    }
}

/// Tells an answer: the output, or the service's error.
fn told<T, E, R>(answer: Result<T, SdkError<E, R>>, output: impl FnOnce(&T) -> Value) -> Told
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    R: std::fmt::Debug + 'static,
{
    match answer {
        Ok(answer) => Ok(json!({ "output": output(&answer) })),
        Err(SdkError::ServiceError(error)) => {
            Ok(json!({ "error": error.err().code(), "message": error.err().message() }))
        }
        Err(failure) => Err(failure.into()),
    }
}
