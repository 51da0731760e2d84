use super::*;

const START: &str = r#"{"eventVersion":"1.09","eventTime":"2026-03-02T12:04:00Z","awsRegion":"us-east-1","eventID":"e",
"eventType":"AwsCloudTrailInsight","recipientAccountId":"111122223333","sharedEventID":"s","insightDetails":{
"state":"Start","eventSource":"ec2.amazonaws.com","eventName":"CreateTags","insightType":"ApiErrorRateInsight",
"errorCode":"AccessDenied","sourceEventCategory":"Management","insightContext":{"statistics":{"baseline":{"average":0.42},
"insight":{"average":31},"insightDuration":1,"baselineDuration":10173},"attributions":[{"attribute":"userIdentityArn",
"insight":[{"value":"arn:aws:sts::111122223333:assumed-role/fleet","average":28.5}],"baseline":[]}]}},
"eventCategory":"Insight"}"#;

#[test]
fn what_an_insights_event_tells_is_read() {
    let event = EventView::parse(START.as_bytes()).unwrap();
    let insight = event.insight().unwrap();
    assert_eq!((insight.state.as_ref(), insight.event_source.as_ref()), ("Start", "ec2.amazonaws.com"));
    assert_eq!(insight.event_name, "CreateTags");
    assert!(insight.is_of_errors() && !insight.is_of_data());
    assert_eq!(insight.error_code.as_deref(), Some("AccessDenied"));
    assert_eq!(insight.insight_source, None);
    assert_eq!(insight.sensitivity(), Some(InsightSensitivity::Medium));
    let context = insight.context().unwrap();
    let statistics = context.statistics;
    assert_eq!((statistics.insight_duration, statistics.baseline_duration), (1, 10_173));
    assert!((statistics.insight.average - 31.0).abs() < 1e-12);
    assert!((statistics.baseline.average - 0.42).abs() < 1e-12);
    let [attribution] = context.attributions.as_slice() else { panic!("one attribution") };
    assert_eq!(attribution.attribute, "userIdentityArn");
    assert_eq!(attribution.insight[0].value, "arn:aws:sts::111122223333:assumed-role/fleet");
    assert!((attribution.insight[0].average - 28.5).abs() < 1e-12);
    assert!(attribution.baseline.is_empty());
}

#[test]
fn details_that_cannot_be_read_tell_nothing() {
    for (details, reads) in [
        (r#""insightDetails":{}"#, true),
        (r#""insightDetails":null"#, false),
        (r#""insightDetails":[1]"#, false),
        (r#""insightDetails":{"state":1}"#, false),
        (r#""insightDetails":{"state":"Start","state":"End"}"#, false),
        (r#""other":1"#, false),
    ] {
        let event = format!(r#"{{"eventTime":"2026-03-02T12:04:00Z","eventCategory":"Insight",{details}}}"#);
        let event = EventView::parse(event.as_bytes()).unwrap();
        assert_eq!(event.insight().is_some(), reads, "{details}");
        assert!(event.insight().and_then(|insight| insight.context()).is_none(), "{details}");
    }
}

#[test]
fn sensitivities_are_read_as_they_are_written() {
    for known in InsightSensitivity::ALL {
        assert_eq!(known.to_string().parse(), Ok(known));
        let event =
            format!(r#"{{"eventTime":"2026-03-02T12:04:00Z","insightDetails":{{"sensitivity":"{known}"}}}}"#);
        let event = EventView::parse(event.as_bytes()).unwrap();
        assert_eq!(event.insight().unwrap().sensitivity(), Some(known));
    }
    let event = br#"{"eventTime":"2026-03-02T12:04:00Z","insightDetails":{"sensitivity":"Medium"}}"#;
    assert_eq!(EventView::parse(event).unwrap().insight().unwrap().sensitivity(), None);
}
