use super::*;

/// What an event refers to, as `type name` lines: its own `resources`, then request and response in the
/// order of their members (which `json!` sorts).
fn check(event: &serde_json::Value, expected: &[&str]) {
    let mut event = event.clone();
    event["eventTime"] = "2026-03-02T08:14:55Z".into();
    let text = event.to_string();
    let view = EventView::parse(text.as_bytes()).unwrap();
    let found: Vec<String> = of_event(&view)
        .iter()
        .map(|one| format!("{} {}", one.kind.as_deref().unwrap_or("-"), one.name))
        .collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn names_the_resources_of_common_calls() {
    use serde_json::json;
    let cases = [
        (
            json!({"eventSource": "s3.amazonaws.com", "eventName": "CreateBucket",
                "requestParameters": {"bucketName": "shop-data", "Host": "s3.us-east-1.amazonaws.com"},
                "resources": [{"type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::shop-data"}]}),
            vec!["AWS::S3::Bucket shop-data"],
        ),
        (
            json!({"eventSource": "cloudtrail.amazonaws.com", "eventName": "CreateTrail",
                "requestParameters": {"name": "main", "s3BucketName": "audit-logs"},
                "responseElements": {"name": "main", "s3BucketName": "audit-logs",
                    "trailARN": "arn:aws:cloudtrail:us-east-1:123456789012:trail/main"}}),
            vec![
                "AWS::CloudTrail::Trail main",
                "AWS::S3::Bucket audit-logs",
                "AWS::CloudTrail::Trail arn:aws:cloudtrail:us-east-1:123456789012:trail/main",
            ],
        ),
        (
            json!({"eventSource": "sts.amazonaws.com", "eventName": "AssumeRole",
                "requestParameters": {"roleArn": "arn:aws:iam::123456789012:role/r", "roleSessionName": "s"},
                "responseElements": {"credentials": {"accessKeyId": "ASIAEXAMPLE"},
                    "assumedRoleUser": {"assumedRoleId": "AROAEXAMPLE:s",
                        "arn": "arn:aws:sts::123456789012:assumed-role/r/s"}}}),
            vec![
                "AWS::IAM::Role arn:aws:iam::123456789012:role/r",
                "AWS::STS::AssumedRole s",
                "AWS::STS::AssumedRole arn:aws:sts::123456789012:assumed-role/r/s",
                "AWS::STS::AssumedRole AROAEXAMPLE:s",
                "AWS::IAM::AccessKey ASIAEXAMPLE",
            ],
        ),
        (
            json!({"eventSource": "ec2.amazonaws.com", "eventName": "StopInstances",
                "requestParameters": {"instancesSet": {"items": [{"instanceId": "i-1"}, {"instanceId": "i-2"}]}},
                "responseElements": {"instancesSet": {"items": [{"instanceId": "i-1"}]}}}),
            vec!["AWS::EC2::Instance i-1", "AWS::EC2::Instance i-2"],
        ),
        (
            json!({"eventSource": "iam.amazonaws.com", "eventName": "CreateAccessKey",
                "requestParameters": {"userName": "alice"},
                "responseElements": {"accessKey": {"userName": "alice", "accessKeyId": "AKIAEXAMPLE"}}}),
            vec!["AWS::IAM::User alice", "AWS::IAM::AccessKey AKIAEXAMPLE"],
        ),
        (
            json!({"eventSource": "ssm.amazonaws.com", "eventName": "GetParameters",
                "requestParameters": {"names": ["/a", "/b"]},
                "resources": [{"ARN": "arn:aws:ssm:us-east-1:123456789012:parameter/a"}]}),
            vec![
                "AWS::SSM::Parameter arn:aws:ssm:us-east-1:123456789012:parameter/a",
                "AWS::SSM::Parameter /a",
                "AWS::SSM::Parameter /b",
            ],
        ),
        (
            json!({"eventSource": "kms.amazonaws.com", "eventName": "Decrypt", "requestParameters": null,
                "resources": [{"type": "AWS::KMS::Key", "ARN": "arn:aws:kms:us-east-1:123456789012:key/k"}]}),
            vec!["AWS::KMS::Key arn:aws:kms:us-east-1:123456789012:key/k"],
        ),
        (json!({"eventSource": "sts.amazonaws.com", "eventName": "GetCallerIdentity"}), vec![]),
        (
            json!({"eventSource": "new.amazonaws.com", "eventName": "Do",
                "resources": [{"ARN": "arn:aws:new:us-east-1:123456789012:thing/t"}]}),
            vec!["- arn:aws:new:us-east-1:123456789012:thing/t"],
        ),
    ];
    for (event, expected) in cases {
        check(&event, &expected);
    }
}

#[test]
fn is_not_impressed_by_odd_shapes() {
    use serde_json::json;
    let deep = (0..100).fold(json!("i-1"), |inner, _| json!([inner]));
    for parameters in [
        json!("text"),
        json!([1]),
        json!({"instanceId": 7}),
        json!({"instanceId": {}}),
        json!({"instanceId": deep}),
    ] {
        check(
            &json!({"eventSource": "ec2.amazonaws.com", "eventName": "X", "requestParameters": parameters}),
            &[],
        );
    }
    let many: Vec<_> = (0..1000).map(|number| format!("n-{number}")).collect();
    let event = json!({"eventSource": "ssm.amazonaws.com", "eventName": "GetParameters",
        "eventTime": "2026-03-02T08:14:55Z", "requestParameters": {"names": many}});
    let text = event.to_string();
    assert_eq!(of_event(&EventView::parse(text.as_bytes()).unwrap()).len(), RESOURCES_MAX);
}

#[test]
fn every_line_of_the_table_can_be_reached() {
    for mapping in table::MAPPINGS {
        assert!(mapping.source.ends_with(".amazonaws.com"), "{}", mapping.source);
        assert!(
            mapping.kind.starts_with("AWS::") && mapping.kind.matches("::").count() == 2,
            "{}",
            mapping.kind
        );
        assert!(mapping.path.split('.').all(|member| !member.is_empty()), "{}", mapping.path);
        assert!(mapping.path.split('.').count() < DEPTH_MAX / 2, "{}", mapping.path);
    }
}
