use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::cloudtrail::{
    CreateEventDataStoreResponse, CreateTrailResponse, GetTrailResponse, StartLoggingResponse,
    StartQueryResponse,
};
use crate::json11::Request;

fn recorded(operation: Operation, body: &Value) -> Option<Value> {
    Request::decode(operation, None, body.to_string().as_bytes()).unwrap().request_parameters()
}

#[test]
fn requests_are_recorded_as_sent_with_lower_first_letters() {
    for (operation, sent, expected) in [
        (
            Operation::CreateTrail,
            json!({"Name": "t", "S3BucketName": "b", "TagsList": [{"Key": "K", "Value": "V"}], "SnsTopicName": null}),
            Some(json!({"name": "t", "s3BucketName": "b", "tagsList": [{"key": "K", "value": "V"}]})),
        ),
        (
            Operation::LookupEvents,
            json!({"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "X"}], "StartTime": 1688990879}),
            Some(json!({
                "lookupAttributes": [{"attributeKey": "EventName", "attributeValue": "X"}],
                "startTime": "Jul 10, 2023, 12:07:59 PM"
            })),
        ),
        (
            Operation::ListInsightsData,
            json!({"InsightSource": "arn", "DataType": "InsightsEvents", "Dimensions": {"EventName": "PutObject"}}),
            Some(json!({
                "insightSource": "arn", "dataType": "InsightsEvents", "dimensions": {"EventName": "PutObject"}
            })),
        ),
        (Operation::DescribeTrails, json!({"trailNameList": []}), Some(json!({"trailNameList": []}))),
        (Operation::ListTrails, json!({}), None),
        (Operation::ListTrails, json!({"Nonsense": 1}), None),
    ] {
        assert_eq!(recorded(operation, &sent), expected, "{operation}");
    }
}

#[test]
fn only_changes_record_what_they_answered() {
    let created = CreateTrailResponse {
        name: Some("t".to_owned()),
        trail_arn: Some("arn:aws:cloudtrail:eu-west-1:111122223333:trail/t".to_owned()),
        is_multi_region_trail: Some(false),
        ..Default::default()
    };
    assert_eq!(
        response_elements(Operation::CreateTrail, &created),
        Some(json!({
            "name": "t",
            "trailARN": "arn:aws:cloudtrail:eu-west-1:111122223333:trail/t",
            "isMultiRegionTrail": false
        }))
    );
    assert_eq!(response_elements(Operation::StartLogging, &StartLoggingResponse::default()), None);
    assert_eq!(response_elements(Operation::GetTrail, &GetTrailResponse::default()), None);
    let query = StartQueryResponse { query_id: Some("q".to_owned()), ..Default::default() };
    assert_eq!(response_elements(Operation::StartQuery, &query), Some(json!({"queryId": "q"})));
    let store = CreateEventDataStoreResponse {
        created_timestamp: Some(Timestamp::from_epoch_seconds(1688990879.0).unwrap()),
        ..Default::default()
    };
    assert_eq!(
        response_elements(Operation::CreateEventDataStore, &store),
        Some(json!({"createdTimestamp": "Jul 10, 2023, 12:07:59 PM"}))
    );
}

#[test]
fn unknown_shapes_lose_only_their_first_capital() {
    assert_eq!(
        lower_first_letters(
            &json!({"DBInstance": [{"IPAddress": "A", "x": null}], "SSHPublicKey": {"ARN": 1}})
        ),
        json!({"dBInstance": [{"iPAddress": "A", "x": null}], "sSHPublicKey": {"aRN": 1}})
    );
}

proptest! {
    #[test]
    fn recasing_keeps_the_members(names in prop::collection::btree_set("[A-Z][a-z]{1,6}", 0..8)) {
        let given: Map<String, Value> = names.iter().map(|name| (name.clone(), Value::from(name.as_str()))).collect();
        let recased = lower_first_letters(&Value::Object(given));
        prop_assert_eq!(recased.as_object().map_or(0, Map::len), names.len());
    }
}
