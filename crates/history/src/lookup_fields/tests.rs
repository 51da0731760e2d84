use super::*;

#[test]
fn names_the_caller() {
    let cases = [
        (r#"{"type":"IAMUser","userName":"alice","principalId":"AIDAX"}"#, Some("alice")),
        (r#"{"type":"Root","principalId":"123456789012"}"#, Some("root")),
        (r#"{"type":"Root","userName":"alias"}"#, Some("root")),
        (r#"{"type":"AssumedRole","principalId":"AROAX:session"}"#, Some("session")),
        (r#"{"type":"AssumedRole","principalId":"AROAX:a:b"}"#, Some("a:b")),
        (r#"{"type":"FederatedUser","principalId":"123456789012:bob"}"#, Some("bob")),
        (r#"{"type":"AWSAccount","principalId":"AIDAX","accountId":"210987654321"}"#, None),
        (r#"{"type":"AWSService","invokedBy":"ec2.amazonaws.com"}"#, Some("ec2.amazonaws.com")),
        (r#"{"accountId":"123456789012","invokedBy":"signin.amazonaws.com"}"#, Some("signin.amazonaws.com")),
        (r#"{"type":"WebIdentityUser","userName":"subject"}"#, Some("subject")),
        (
            r#"{"type":"IAMUser","userName":"HIDDEN_DUE_TO_SECURITY_REASONS"}"#,
            Some("HIDDEN_DUE_TO_SECURITY_REASONS"),
        ),
        (r#"{"type":"IAMUser","userName":""}"#, None),
        ("{}", None),
        ("null", None),
    ];
    for (identity, expected) in cases {
        let event = format!(r#"{{"eventTime":"2026-03-02T08:14:55Z","userIdentity":{identity}}}"#);
        let fields = LookupFields::parse(event.as_bytes()).unwrap();
        assert_eq!(fields.username.as_deref(), expected, "{identity}");
    }
}

#[test]
fn reads_the_rest() {
    let event = br#"{"eventTime":"2026-03-02T08:14:55Z","userIdentity":{"accessKeyId":""},"readOnly":true,
        "eventID":"e","eventName":"ListTrails","eventSource":"cloudtrail.amazonaws.com"}"#;
    let fields = LookupFields::parse(event).unwrap();
    assert_eq!(fields.read_only, Some("true"));
    assert_eq!(fields.access_key_id, None, "an empty key is none");
    assert_eq!(fields.category, Some(HistoryCategory::Management));
    assert!(
        fields.has(Attribute::EventName, "ListTrails") && !fields.has(Attribute::EventName, "listtrails")
    );

    let insight =
        br#"{"eventTime":"2026-03-02T08:14:00Z","eventID":"i","eventCategory":"Insight","readOnly":true,
        "insightDetails":{"eventSource":"s3.amazonaws.com","eventName":"DeleteBucket","state":"Start"}}"#;
    let fields = LookupFields::parse(insight).unwrap();
    assert_eq!(fields.category, Some(HistoryCategory::Insight));
    assert_eq!((fields.event_name.as_ref(), fields.read_only), ("DeleteBucket", None));

    let unreadable = br#"{"eventTime":"2026-03-02T08:14:00Z","eventCategory":"Insight","insightDetails":7}"#;
    assert_eq!(LookupFields::parse(unreadable).unwrap().category, Some(HistoryCategory::Insight));
    // What is about data events is told by ListInsightsData alone.
    let of_data = br#"{"eventTime":"2026-03-02T08:14:00Z","eventCategory":"Insight","insightDetails":{
        "eventSource":"s3.amazonaws.com","eventName":"GetObject","sourceEventCategory":"Data"}}"#;
    assert_eq!(LookupFields::parse(of_data).unwrap().category, None);

    let data = br#"{"eventTime":"2026-03-02T08:14:00Z","eventCategory":"Data"}"#;
    assert_eq!(LookupFields::parse(data).unwrap().category, None);
    assert!(LookupFields::parse(b"{}").is_err());
}
