use proptest::prelude::*;

use super::*;

const FULL: &str = r#"{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"p","arn":"a",
"accountId":"1","accessKeyId":"k","userName":"u","invokedBy":"i","sessionContext":{}},
"eventTime":"2026-03-02T08:14:55Z","eventSource":"s","eventName":"n","awsRegion":"r","sourceIPAddress":"ip",
"userAgent":"ua","errorCode":"c","errorMessage":"m","requestParameters":{"a":[1]},"responseElements":null,
"additionalEventData":{},"requestID":"q","eventID":"e","readOnly":true,
"resources":[{"accountId":"1","type":"t","ARN":"a"},{"ARNPrefix":"p"}],"eventType":"AwsApiCall",
"managementEvent":false,"recipientAccountId":"1","vpcEndpointId":"v","eventCategory":"Data",
"sessionCredentialFromConsole":"true"}"#;

#[expect(clippy::ptr_arg, reason = "what is asked is how the Cow holds its text")]
fn borrowed(text: &Cow<'_, str>) -> bool {
    matches!(text, Cow::Borrowed(_))
}

#[test]
fn every_text_member_is_borrowed_from_the_bytes() {
    let view = EventView::parse(FULL.as_bytes()).unwrap();
    for (member, text) in [
        ("eventVersion", &view.event_version),
        ("eventSource", &view.event_source),
        ("eventName", &view.event_name),
        ("awsRegion", &view.aws_region),
        ("eventID", &view.event_id),
        ("eventType", &view.event_type),
    ] {
        assert!(borrowed(text) && !text.is_empty(), "{member}");
    }
    let identity = &view.user_identity;
    let [resource, prefix] = view.resources.as_slice() else { panic!("two resources") };
    for (member, text) in [
        ("sourceIPAddress", &view.source_ip_address),
        ("userAgent", &view.user_agent),
        ("errorCode", &view.error_code),
        ("errorMessage", &view.error_message),
        ("requestID", &view.request_id),
        ("recipientAccountId", &view.recipient_account_id),
        ("vpcEndpointId", &view.vpc_endpoint_id),
        ("eventCategory", &view.event_category),
        ("sessionCredentialFromConsole", &view.session_credential_from_console),
        ("type", &identity.kind),
        ("principalId", &identity.principal_id),
        ("arn", &identity.arn),
        ("accountId", &identity.account_id),
        ("accessKeyId", &identity.access_key_id),
        ("userName", &identity.user_name),
        ("invokedBy", &identity.invoked_by),
        ("resources.accountId", &resource.account_id),
        ("resources.type", &resource.kind),
        ("resources.ARN", &resource.arn),
        ("resources.ARNPrefix", &prefix.arn_prefix),
    ] {
        assert!(text.as_ref().is_some_and(borrowed), "{member}");
    }
    assert_eq!(view.request_parameters.map(RawValue::get), Some(r#"{"a":[1]}"#));
    assert_eq!(view.response_elements.map(RawValue::get), None);
}

#[test]
fn escapes_are_decoded() {
    let view =
        EventView::parse(br#"{"eventTime":"2026-03-02T08:14:55Z","userAgent":"a\"b","eventName":"\u00e9"}"#);
    let view = view.unwrap();
    assert_eq!(view.user_agent.as_deref(), Some("a\"b"));
    assert_eq!(view.event_name, "é");
}

#[test]
fn null_is_absent_and_a_wrong_type_is_refused() {
    let with = |member: &str| format!(r#"{{"eventTime":"2026-03-02T08:14:55Z",{member}}}"#).into_bytes();
    let cases = [
        (r#""userIdentity":null"#, true),
        (r#""resources":null"#, true),
        (r#""eventName":null"#, true),
        (r#""errorCode":null"#, true),
        (r#""requestParameters":17"#, true),
        (r#""eventName":1"#, false),
        (r#""userAgent":["a"]"#, false),
        (r#""sessionCredentialFromConsole":true"#, false),
        (r#""eventSource":[]"#, false),
        (r#""readOnly":"boolean""#, false),
        (r#""resources":{}"#, false),
        (r#""userIdentity":"x""#, false),
        (r#""eventCategory":{}"#, false),
        (r#""eventName":"a","eventName":"b""#, false),
        (r#""eventTime":"2026-03-02T08:14:55Z""#, false),
    ];
    for (member, readable) in cases {
        assert_eq!(EventView::parse(&with(member)).is_ok(), readable, "{member}");
    }
}

#[test]
fn bytes_that_are_no_event_are_refused() {
    for text in ["", "{", "[]", "null", "{}", r#"{"eventTime":"string"}"#, r#"{"eventTime":1}"#, "{} {}"] {
        assert!(EventView::parse(text.as_bytes()).is_err(), "{text}");
    }
}

#[test]
fn bytes_that_are_no_text_are_refused_even_where_they_are_skipped() {
    let bytes = b"{\"eventTime\":\"2026-03-02T08:14:55Z\",\"other\":\"\xff\"}";
    assert!(EventView::parse(bytes).is_err());
}

#[test]
fn nesting_does_not_exhaust_the_stack() {
    let deep = format!(
        r#"{{"eventTime":"2026-03-02T08:14:55Z","requestParameters":{}1{},"other":{}{}}}"#,
        "[".repeat(100_000),
        "]".repeat(100_000),
        "[".repeat(100_000),
        "]".repeat(100_000),
    );
    assert!(EventView::parse(deep.as_bytes()).is_ok());
    let ends_early = "[".repeat(100_000);
    assert!(EventView::parse(ends_early.as_bytes()).is_err());
    let members = r#"{"eventTime":"2026-03-02T08:14:55Z","userAgent":"#.to_owned() + &ends_early;
    assert!(EventView::parse(members.as_bytes()).is_err());
}

#[test]
fn older_records_are_categorized_by_what_they_have() {
    let cases = [
        (r#""eventCategory":"Data""#, Category::Data),
        (r#""eventCategory":"NetworkActivity""#, Category::NetworkActivity),
        (r#""eventCategory":"Insight""#, Category::Insight),
        (r#""eventCategory":"Aggregated""#, Category::Other),
        (r#""managementEvent":false"#, Category::Data),
        (r#""managementEvent":true"#, Category::Management),
        (r#""eventType":"AwsCloudTrailInsight""#, Category::Insight),
        (r#""eventType":"AwsVpceEvent""#, Category::NetworkActivity),
        (r#""eventName":"RunInstances""#, Category::Management),
    ];
    for (members, expected) in cases {
        let bytes = format!(r#"{{"eventTime":"2026-03-02T08:14:55Z",{members}}}"#);
        assert_eq!(EventView::parse(bytes.as_bytes()).unwrap().category(), expected, "{members}");
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _read = EventView::parse(&bytes).is_ok();
    }

    #[test]
    fn a_damaged_event_never_panics(at in 0..FULL.len(), byte in any::<u8>(), cut in any::<bool>()) {
        let mut bytes = FULL.as_bytes().to_vec();
        bytes[at] = byte;
        if cut {
            bytes.truncate(at);
        }
        let _read = EventView::parse(&bytes).is_ok();
    }
}
