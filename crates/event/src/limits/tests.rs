use serde_json::{Map, json};

use super::*;
use crate::record::tests::{record, render};

fn value_of(bytes: usize) -> Value {
    // {"v":"…"} is eight bytes around the text.
    json!({"v": "x".repeat(bytes - 8)})
}

#[test]
fn structures_are_kept_up_to_their_limit_and_left_out_beyond() {
    type Put = fn(&mut Record, Value);
    let members: [(&str, usize, Put); 4] = [
        ("requestParameters", PARAMETERS_BYTES_MAX, |record, value| record.request_parameters = Some(value)),
        ("responseElements", PARAMETERS_BYTES_MAX, |record, value| record.response_elements = Some(value)),
        ("serviceEventDetails", PARAMETERS_BYTES_MAX, |record, value| {
            record.service_event_details = Some(value);
        }),
        ("additionalEventData", ADDITIONAL_BYTES_MAX, |record, value| {
            record.additional_event_data = Some(value);
        }),
    ];
    for (member, bytes_max, put) in members {
        for size in [bytes_max - 1, bytes_max] {
            let mut record = record();
            put(&mut record, value_of(size));
            assert_eq!(render(&record)[member], value_of(size), "{member} of {size} bytes is kept");
        }
        let mut record = record();
        put(&mut record, value_of(bytes_max + 1));
        let marker = json!({
            "omitted": true, "originalSize": bytes_max + 1, "reason": format!("{member} too large"),
        });
        assert_eq!(render(&record)[member], marker);
    }
}

#[test]
fn size_counts_what_would_be_written() {
    let mut record = record();
    record.request_parameters = Some(json!({"password": "x".repeat(PARAMETERS_BYTES_MAX)}));
    assert_eq!(render(&record)["requestParameters"], json!({"password": crate::HIDDEN}));
}

#[test]
fn text_is_cut_at_the_end_of_a_character() {
    let cases = [
        ("a".repeat(1024), 1024),
        ("a".repeat(1025), 1024),
        (format!("{}é", "a".repeat(1023)), 1023),
        ("日".repeat(400), 1023),
    ];
    for (text, expected) in cases {
        let mut record = record();
        record.user_agent = Some(text.clone());
        record.error_code = Some(text.clone());
        record.error_message = Some(text.clone());
        record.request_id = Some(text.clone());
        let host = TlsDetails { client_provided_host_header: Some(text.clone()), ..TlsDetails::default() };
        record.tls_details = Some(host);
        let written = render(&record);
        assert_eq!(written["tlsDetails"]["clientProvidedHostHeader"].as_str().unwrap().len(), expected);
        for member in ["userAgent", "errorCode", "errorMessage", "requestID"] {
            let kept = written[member].as_str().unwrap();
            assert_eq!(kept.len(), expected, "{member}");
            assert!(text.starts_with(kept));
        }
    }
}

#[test]
fn nesting_beyond_the_limit_is_left_out() {
    let nested = |levels: usize| (0..levels).fold(json!("leaf"), |inner, _| json!([inner]));
    let mut record = record();
    record.request_parameters = Some(nested(DEPTH_MAX));
    record.response_elements = Some(nested(DEPTH_MAX + 1));
    let written = render(&record);
    assert_eq!(written["requestParameters"], nested(DEPTH_MAX));
    assert_eq!(written["responseElements"], json!({"omitted": true, "reason": "responseElements too deep"}));
}

#[test]
fn members_give_way_in_the_documented_order() {
    let mut record = record();
    record.additional_event_data = Some(value_of(20 * 1024));
    record.service_event_details = Some(value_of(100 * 1024));
    record.response_elements = Some(value_of(100 * 1024));
    record.request_parameters = Some(value_of(100 * 1024));
    let gone = |record: &Record| -> Vec<String> {
        let Value::Object(members) = render(record) else { return Vec::new() };
        let gone = |(name, member): (String, Value)| {
            (member.get("reason") == Some(&json!("record too large"))).then_some(name)
        };
        members.into_iter().filter_map(gone).collect()
    };
    assert_eq!(gone(&record), ["additionalEventData", "serviceEventDetails"]);
    record.service_event_details = None;
    assert_eq!(gone(&record), [""; 0], "220 KB fit");
    record.event_name = "x".repeat(100 * 1024);
    assert_eq!(gone(&record), ["additionalEventData", "responseElements"]);
    record.event_name = "x".repeat(RECORD_BYTES_MAX);
    assert_eq!(gone(&record), ["additionalEventData", "requestParameters", "responseElements"]);
    assert_eq!(render(&record)["eventName"].as_str().map(str::len), Some(TEXT_BYTES_MAX));
}

#[test]
fn resources_give_way_last_and_as_many_as_fit_stay() {
    let mut record = record();
    record.request_parameters = Some(json!({"v": "small"}));
    let resource = |n: usize| crate::Resource { arn: Some(format!("{n:01000}")), ..Default::default() };
    record.resources = (0..400).map(resource).collect();
    let bytes = record.to_bytes();
    assert!(bytes.len() <= RECORD_BYTES_MAX && bytes.len() > RECORD_BYTES_MAX - 1100, "{}", bytes.len());
    let written = render(&record);
    assert_eq!(written["requestParameters"], json!({"v": "small"}), "what is small stays");
    assert_eq!(written["resources"][0]["ARN"], json!(format!("{:01000}", 0)), "the first ones stay");
}

#[test]
fn the_worst_record_fits() {
    // Each byte is written as six.
    let worst = || "\u{1}".repeat(16 * 1024);
    let mut record = record();
    let mut members = Map::new();
    members.insert("v".to_owned(), Value::from(worst()));
    record.user_identity = crate::identity::tests::filled(&worst);
    record.event_source = worst();
    record.event_name = worst();
    record.source_ip_address = worst();
    record.user_agent = Some(worst());
    record.error_code = Some(worst());
    record.error_message = Some(worst());
    record.request_parameters = Some(Value::Object(members.clone()));
    record.response_elements = Some(Value::Object(members.clone()));
    record.additional_event_data = Some(Value::Object(members.clone()));
    record.service_event_details = Some(Value::Object(members));
    record.request_id = Some(worst());
    record.event_id = worst();
    record.resources = vec![crate::Resource { arn: Some(worst()), ..Default::default() }];
    record.api_version = Some(worst());
    record.shared_event_id = Some(worst());
    record.vpc_endpoint_id = Some(worst());
    record.tls_details = Some(crate::TlsDetails {
        tls_version: Some(worst()),
        cipher_suite: Some(worst()),
        client_provided_host_header: Some(worst()),
        key_exchange: Some(worst()),
    });
    let bytes = record.to_bytes();
    assert!(bytes.len() <= RECORD_BYTES_MAX, "{}", bytes.len());
    crate::EventView::parse(&bytes).unwrap();
}
