use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{EventView, HIDDEN, RECORD_BYTES_MAX};

/// A small record with nothing optional in it.
pub(crate) fn record() -> Record {
    Record {
        event_version: Record::VERSION,
        user_identity: UserIdentity { kind: Some("Root".to_owned()), ..Default::default() },
        event_time: EventTime::from_epoch_seconds(1_772_439_295),
        event_source: "iam.amazonaws.com".to_owned(),
        event_name: "AttachRolePolicy".to_owned(),
        aws_region: Region::us_east_1(),
        source_ip_address: "192.0.2.77".to_owned(),
        user_agent: None,
        error_code: None,
        error_message: None,
        request_parameters: None,
        response_elements: None,
        additional_event_data: None,
        request_id: None,
        event_id: "d7d9b0a1-2f34-47f7-bb31-54e9a6c25504".to_owned(),
        read_only: None,
        resources: Vec::new(),
        event_type: "AwsApiCall",
        api_version: None,
        management_event: None,
        recipient_account_id: None,
        shared_event_id: None,
        vpc_endpoint_id: None,
        service_event_details: None,
        event_category: Category::Management,
        tls_details: None,
        session_credential_from_console: None,
    }
}

pub(crate) fn render(record: &Record) -> Value {
    serde_json::from_slice(&record.to_bytes()).unwrap()
}

#[test]
fn a_small_record_has_exactly_the_members_that_are_always_there() {
    let expected = concat!(
        r#"{"eventVersion":"1.11","userIdentity":{"type":"Root"},"eventTime":"2026-03-02T08:14:55Z","#,
        r#""eventSource":"iam.amazonaws.com","eventName":"AttachRolePolicy","awsRegion":"us-east-1","#,
        r#""sourceIPAddress":"192.0.2.77","requestParameters":null,"responseElements":null,"#,
        r#""eventID":"d7d9b0a1-2f34-47f7-bb31-54e9a6c25504","eventType":"AwsApiCall","#,
        r#""eventCategory":"Management"}"#,
    );
    assert_eq!(String::from_utf8(record().to_bytes()).unwrap(), expected);
}

#[test]
fn a_full_record_is_written_in_the_order_of_real_files() {
    let mut record = record();
    record.user_agent = Some("a".to_owned());
    record.error_code = Some("c".to_owned());
    record.error_message = Some("m".to_owned());
    record.request_parameters = Some(json!({}));
    record.response_elements = Some(json!({}));
    record.additional_event_data = Some(json!({}));
    record.request_id = Some("r".to_owned());
    record.read_only = Some(true);
    record.resources = vec![Resource {
        account_id: Some("1".to_owned()),
        kind: Some("t".to_owned()),
        arn: Some("a".to_owned()),
        arn_prefix: None,
    }];
    record.api_version = Some("v".to_owned());
    record.management_event = Some(true);
    record.recipient_account_id = "123456789012".parse().ok();
    record.shared_event_id = Some("s".to_owned());
    record.vpc_endpoint_id = Some("e".to_owned());
    record.service_event_details = Some(json!({}));
    record.tls_details = Some(TlsDetails { tls_version: Some("TLSv1.3".to_owned()), ..Default::default() });
    record.session_credential_from_console = Some("true");
    let text = String::from_utf8(record.to_bytes()).unwrap();
    let order = [
        "eventVersion",
        "userIdentity",
        "eventTime",
        "eventSource",
        "eventName",
        "awsRegion",
        "sourceIPAddress",
        "userAgent",
        "errorCode",
        "errorMessage",
        "requestParameters",
        "responseElements",
        "additionalEventData",
        "requestID",
        "eventID",
        "readOnly",
        "resources",
        "accountId",
        "type",
        "ARN",
        "eventType",
        "apiVersion",
        "managementEvent",
        "recipientAccountId",
        "sharedEventID",
        "vpcEndpointId",
        "serviceEventDetails",
        "eventCategory",
        "tlsDetails",
        "sessionCredentialFromConsole",
    ];
    let mut rest = text.as_str();
    for name in order {
        let (_, after) =
            rest.split_once(&format!("\"{name}\":")).unwrap_or_else(|| panic!("{name} in {rest}"));
        rest = after;
    }
}

#[test]
fn secrets_are_hidden_even_when_a_record_is_rendered_without_to_bytes() {
    let mut record = record();
    record.request_parameters = Some(json!({"password": "hunter2"}));
    assert_eq!(serde_json::to_value(&record).unwrap()["requestParameters"], json!({"password": HIDDEN}));
}

const MARKER: &str = "marker-that-must-never-be-seen";

fn denied_name() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "password",
        "masterUserPassword",
        "secretString",
        "SecretAccessKey",
        "sessionToken",
        "X-Amz-Security-Token",
        "tokenCode",
        "privateKey",
        "plaintext",
        "samlAssertion",
        "webIdentityToken",
        "accessToken",
        "refreshToken",
        "authorizationHeader",
        "x-amz-server-side-encryption-customer-key",
        "x-amz-server-side-encryption-customer-key-MD5",
    ]);
    (name, any::<bool>()).prop_map(|(name, upper)| if upper { name.to_uppercase() } else { name.to_owned() })
}

/// A value that holds the marker under a denied name at a depth of up to eight.
fn hiding_place() -> impl Strategy<Value = Value> {
    let secret =
        prop_oneof![Just(json!(MARKER)), Just(json!([MARKER, 1])), Just(json!({"inner": {"name": MARKER}})),];
    let wrap = prop_oneof![Just(None), "[a-z]{1,6}".prop_map(Some)];
    (denied_name(), secret, prop::collection::vec(wrap, 0..8)).prop_map(|(name, secret, wraps)| {
        wraps.into_iter().fold(json!({name: secret, "beside": 1}), |inner, wrap| match wrap {
            None => json!([inner, "x"]),
            Some(name) => json!({name: inner}),
        })
    })
}

proptest! {
    #[test]
    fn a_secret_under_a_denied_name_is_never_written(place in hiding_place(), member in 0..4) {
        let mut record = record();
        let slot = match member {
            0 => &mut record.request_parameters,
            1 => &mut record.response_elements,
            2 => &mut record.additional_event_data,
            _ => &mut record.service_event_details,
        };
        *slot = Some(place);
        let text = String::from_utf8(record.to_bytes()).unwrap();
        prop_assert!(!text.contains(MARKER), "{}", text);
        prop_assert!(text.contains(HIDDEN), "{}", text);
    }
}

proptest! {
    // Each case renders up to half a megabyte several times.
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn every_record_fits_and_is_read_back(
        sizes in prop::array::uniform4(0_usize..130_000),
        resources in 0_usize..300,
        name in "[A-Z][a-z]{0,20}",
        agent in ".{0,2000}",
    ) {
        let mut record = record();
        let [request, response, additional, details] = sizes.map(|size| Some(json!({"v": "y".repeat(size)})));
        record.request_parameters = request;
        record.response_elements = response;
        record.additional_event_data = additional;
        record.service_event_details = details;
        let resource = Resource { arn: Some("z".repeat(1000)), ..Default::default() };
        record.resources = vec![resource; resources];
        record.event_name = name;
        record.user_agent = Some(agent);
        let bytes = record.to_bytes();
        prop_assert!(bytes.len() <= RECORD_BYTES_MAX);
        let view = EventView::parse(&bytes).unwrap();
        prop_assert_eq!(view.event_name.as_ref(), record.event_name.as_str());
        prop_assert_eq!(view.event_time, record.event_time);
        prop_assert_eq!(view.category(), Category::Management);
    }
}
