use cairn_access::Trust;
use cairn_event::UserIdentity;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

/// An attempt as boto3 tells it.
const ATTEMPT: &str = r#"{"Version":1,"ClientId":"","Type":"ApiCallAttempt","Service":"DynamoDB","Api":"ListTables","Timestamp":1764100000123,"AttemptLatency":12,"Fqdn":"127.0.0.1:8585","UserAgent":"Boto3/1.44","AccessKey":"AKIAEXAMPLE","Region":"eu-west-1","SessionToken":"MARKER","HttpStatusCode":200,"XAmznRequestId":"R1"}"#;

fn told(datagram: &str) -> Value {
    let Datagram::Attempt(attempt) = Datagram::parse(datagram.as_bytes()).unwrap() else {
        panic!("no attempt")
    };
    let identity =
        UserIdentity { access_key_id: attempt.access_key_id().map(str::to_owned), ..UserIdentity::default() };
    let caller = Caller::Known { identity: Box::new(identity), account: None, trust: Trust::Claimed };
    let names = Names::new(Table::built_in(), Resolver::default());
    let told = attempt.event(&names, &home(), caller, [127, 0, 0, 1].into(), "an-id".to_owned());
    serde_json::from_slice(&told.draft.event).unwrap()
}

fn home() -> Home {
    let regions = ["eu-north-1", "eu-west-1", "us-east-1", "us-east-2"].map(|name| name.parse().unwrap());
    Home {
        account: "123456789012".parse().unwrap(),
        region: "eu-north-1".parse().unwrap(),
        regions: regions.into(),
        actors: crate::Actors::LeftOut,
    }
}

#[test]
fn an_attempt_tells_the_call_and_nothing_that_it_does_not_know() {
    let expected = json!({
        "eventVersion": "1.11",
        "userIdentity": {"accessKeyId": "AKIAEXAMPLE"},
        "eventTime": "2025-11-25T19:46:40Z",
        "eventSource": "dynamodb.amazonaws.com",
        "eventName": "ListTables",
        "awsRegion": "eu-west-1",
        "sourceIPAddress": "127.0.0.1",
        "userAgent": "Boto3/1.44",
        "requestParameters": null,
        "responseElements": null,
        "additionalEventData": {"identityBasis": "claimed", "source": "sdk-client-side-monitoring"},
        "requestID": "R1",
        "eventID": "an-id",
        "readOnly": true,
        "eventType": "AwsApiCall",
        "managementEvent": true,
        "recipientAccountId": "123456789012",
        "eventCategory": "Management",
        "tlsDetails": {"clientProvidedHostHeader": "127.0.0.1:8585"},
    });
    let mut found = told(ATTEMPT);
    // Which version of its API a service has stands in the table, not in the datagram.
    found.as_object_mut().unwrap().remove("apiVersion");
    assert_eq!(found, expected);
}

#[test]
fn errors_are_the_services_or_the_sdks_own() {
    let with = |members: &str| told(&ATTEMPT.replace("\"HttpStatusCode\":200", members));
    let refused =
        with(r#""HttpStatusCode":400,"AwsException":"ValidationException","AwsExceptionMessage":"no""#);
    // Services repeat what they were sent.
    let hidden = json!(cairn_event::HIDDEN);
    assert_eq!((&refused["errorCode"], &refused["errorMessage"]), (&json!("ValidationException"), &hidden));
    let denied =
        with(r#""HttpStatusCode":400,"AwsException":"AccessDeniedException","AwsExceptionMessage":"no""#);
    assert_eq!(denied["errorMessage"], "no");
    let unreachable =
        with(r#""SdkException":"EndpointConnectionError","SdkExceptionMessage":"could not connect""#);
    assert_eq!(
        (&unreachable["errorCode"], &unreachable["errorMessage"]),
        (&json!("EndpointConnectionError"), &hidden)
    );
    let forged = with(r#""HttpStatusCode":400,"AwsException":"UnrecognizedClientException""#);
    assert_eq!(forged["userIdentity"], json!({"type": "Unknown", "accessKeyId": "AKIAEXAMPLE"}));
    assert_eq!(forged["additionalEventData"]["identityBasis"], "rejected");
}

#[test]
fn objects_are_data_events_although_their_names_are_not_told() {
    let put = |host: &str| {
        told(
            &ATTEMPT
                .replace("DynamoDB", "S3")
                .replace("ListTables", "PutObject")
                .replace("127.0.0.1:8585", host),
        )
    };
    let found = put("shop.s3.eu-west-1.amazonaws.com");
    assert_eq!((&found["eventName"], &found["eventCategory"]), (&json!("PutObject"), &json!("Data")));
    assert!(found["resources"].to_string().contains("arn:aws:s3:::shop"), "{found}");
    let found = put("127.0.0.1:8585");
    assert_eq!(found["resources"], json!([{"type": "AWS::S3::Object", "ARNPrefix": "arn:aws:s3:::"}]));
}

#[test]
fn what_the_table_does_not_know_keeps_a_harmless_name() {
    let found = told(&ATTEMPT.replace("DynamoDB", "Brand <New>").replace("ListTables", "Do This"));
    assert_eq!(found["eventSource"], "brandnew.amazonaws.com");
    assert_eq!(found["eventName"], "UnknownOperation");
}

#[test]
fn tokens_are_dropped_on_receipt() {
    let Datagram::Attempt(attempt) = Datagram::parse(ATTEMPT.as_bytes()).unwrap() else {
        panic!("no attempt")
    };
    assert!(!format!("{attempt:?}").contains("MARKER"));
    assert!(!told(ATTEMPT).to_string().contains("MARKER"));
}

#[test]
fn summaries_and_foreign_datagrams_are_told_apart() {
    let summary = ATTEMPT.replace("ApiCallAttempt", "ApiCall");
    assert_eq!(Datagram::parse(summary.as_bytes()).unwrap(), Datagram::Summary);
    for foreign in [
        "",
        "{}",
        "[]",
        "\u{0}",
        r#"{"Type":"ApiCallAttempt"}"#,
        r#"{"Service":"S3","Api":"A","Timestamp":9e99}"#,
    ] {
        assert!(Datagram::parse(foreign.as_bytes()).is_err(), "{foreign}");
    }
    let far = ATTEMPT.replace("1764100000123", "9223372036854775807");
    assert!(matches!(Datagram::parse(far.as_bytes()), Err(DatagramError::Time)));
    let long = vec![b' '; DATAGRAM_BYTES_MAX + 1];
    assert!(matches!(Datagram::parse(&long), Err(DatagramError::TooLong)));
}

proptest! {
    #[test]
    fn foreign_datagrams_never_panic(at in any::<prop::sample::Index>(), piece in ".{0,8}", cut in 0_usize..12) {
        let mut text: Vec<char> = ATTEMPT.chars().collect();
        let at = at.index(text.len());
        let end = (at + cut).min(text.len());
        text.splice(at..end, piece.chars());
        let text: String = text.into_iter().collect();
        if matches!(Datagram::parse(text.as_bytes()), Ok(Datagram::Attempt(_))) {
            prop_assert!(told(&text).is_object());
        }
    }
}
