//! Whether CloudTrail may deliver to a bucket.

use cairn_access::{
    DeliveryFolders, DeliveryRefusal, DeliveryTarget, Policy, PolicyKind, bucket_policy_allows_delivery,
    delivery_bucket_policy,
};

const TRAIL: &str = "arn:aws:cloudtrail:us-east-1:111122223333:trail/main";

fn target() -> DeliveryTarget<'static> {
    DeliveryTarget {
        bucket: "audit",
        bucket_account: "111122223333".parse().unwrap(),
        account: "111122223333".parse().unwrap(),
        trail_arn: TRAIL,
        kms_key: None,
        facts: None,
    }
}

fn folders(prefix: Option<&str>) -> DeliveryFolders<'_> {
    DeliveryFolders {
        prefix,
        account: "111122223333".parse().unwrap(),
        organization: None,
        kind: "CloudTrail",
        region: "us-east-1",
    }
}

fn ask(
    policy: Option<&Policy>,
    target: &DeliveryTarget<'_>,
    folders: DeliveryFolders<'_>,
) -> Result<(), DeliveryRefusal> {
    let keys = folders.probe_keys();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    bucket_policy_allows_delivery(policy, target, &keys)
}

fn check(statements: &str, prefix: Option<&str>) -> &'static str {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
    let policy = Policy::parse(PolicyKind::Resource, &text).unwrap();
    match ask(Some(&policy), &target(), folders(prefix)) {
        Ok(()) => "delivers",
        Err(DeliveryRefusal::NoPolicy) => "no policy",
        Err(DeliveryRefusal::AclCheck) => "acl",
        Err(DeliveryRefusal::Write { .. }) => "write",
    }
}

fn acl(rest: &str) -> String {
    format!(
        r#"{{"Effect":"Allow","Principal":{{"Service":"cloudtrail.amazonaws.com"}},"Action":"s3:GetBucketAcl","Resource":"arn:aws:s3:::audit"{rest}}}"#
    )
}

fn put(resource: &str, rest: &str) -> String {
    format!(
        r#"{{"Effect":"Allow","Principal":{{"Service":"cloudtrail.amazonaws.com"}},"Action":"s3:PutObject","Resource":"{resource}"{rest}}}"#
    )
}

#[test]
fn a_bucket_without_a_policy_takes_no_log_files() {
    assert_eq!(ask(None, &target(), folders(None)), Err(DeliveryRefusal::NoPolicy));
}

#[test]
fn a_policy_for_one_folder_covers_no_other() {
    let logs = put("arn:aws:s3:::audit/AWSLogs/111122223333/CloudTrail/*", "");
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{},{logs}]}}"#, acl(""));
    let policy = Policy::parse(PolicyKind::Resource, &text).unwrap();
    for (kind, delivers) in [("CloudTrail", true), ("CloudTrail-Insight", false)] {
        let asked = DeliveryFolders { kind, ..folders(None) };
        assert_eq!(ask(Some(&policy), &target(), asked).is_ok(), delivers, "{kind}");
    }
}

#[test]
fn a_policy_may_demand_a_key() {
    let key = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    let condition = format!(
        r#","Condition":{{"StringEquals":{{"s3:x-amz-server-side-encryption":"aws:kms",
            "s3:x-amz-server-side-encryption-aws-kms-key-id":"{key}"}}}}"#
    );
    let logs = put("arn:aws:s3:::audit/AWSLogs/111122223333/*", &condition);
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{},{logs}]}}"#, acl(""));
    let policy = Policy::parse(PolicyKind::Resource, &text).unwrap();
    for (kms_key, delivers) in [(Some(key), true), (Some("alias/other"), false), (None, false)] {
        let asked = DeliveryTarget { kms_key, ..target() };
        assert_eq!(ask(Some(&policy), &asked, folders(None)).is_ok(), delivers, "{kms_key:?}");
    }
}

#[test]
fn the_policy_that_is_printed_is_the_policy_that_is_demanded() {
    let account = "111122223333".parse().unwrap();
    for prefix in [None, Some("logs"), Some("a/b")] {
        for organization in [None, Some("o-exampleorgid")] {
            let printed = delivery_bucket_policy("audit", account, organization, prefix);
            let policy = Policy::parse(PolicyKind::Resource, &printed).unwrap();
            let asked = DeliveryFolders { organization, ..folders(prefix) };
            assert_eq!(ask(Some(&policy), &target(), asked), Ok(()), "{printed}");
            let trail_arn = "arn:aws:cloudtrail:us-east-1:999988887777:trail/main";
            let other = DeliveryTarget { trail_arn, ..target() };
            assert!(ask(Some(&policy), &other, asked).is_err());
            let elsewhere = DeliveryFolders { prefix: Some("elsewhere"), ..asked };
            assert!(ask(Some(&policy), &target(), elsewhere).is_err());
            let other = DeliveryFolders { organization: Some("o-otherorgid00"), ..asked };
            assert!(ask(Some(&policy), &target(), other).is_err());
        }
    }
}

#[test]
fn an_organization_trail_needs_both_of_its_folders() {
    let (own, members) =
        ("arn:aws:s3:::audit/AWSLogs/111122223333/*", "arn:aws:s3:::audit/AWSLogs/o-exampleorgid/*");
    let asked = DeliveryFolders { organization: Some("o-exampleorgid"), ..folders(None) };
    assert_eq!(
        asked.probe_keys(),
        ["AWSLogs/111122223333", "AWSLogs/o-exampleorgid/111122223333"].map(|folder| format!(
            "{folder}/CloudTrail/us-east-1/1970/01/01/\
             111122223333_CloudTrail_us-east-1_19700101T0000Z_0000000000000000.json.gz"
        ))
    );
    for (resources, delivers) in [(vec![own], false), (vec![members], false), (vec![own, members], true)] {
        let puts: Vec<String> = resources.iter().map(|resource| put(resource, "")).collect();
        let text = format!(r#"{{"Version":"2012-10-17","Statement":[{},{}]}}"#, acl(""), puts.join(","));
        let policy = Policy::parse(PolicyKind::Resource, &text).unwrap();
        assert_eq!(ask(Some(&policy), &target(), asked).is_ok(), delivers, "{resources:?}");
    }
}

#[test]
fn bucket_policies_are_probed_as_delivery_will_use_them() {
    let here = "arn:aws:s3:::audit/AWSLogs/111122223333/*";
    let owner = r#","Condition":{"StringEquals":{"s3:x-amz-acl":"bucket-owner-full-control"}}"#;
    let cases: &[(String, Option<&str>, &str)] = &[
        (format!("{},{}", acl(""), put(here, "")), None, "delivers"),
        (format!("{},{}", acl(""), put(here, owner)), None, "delivers"),
        (put(here, owner), None, "acl"),
        (acl(""), None, "write"),
        (format!("{},{}", acl(""), put(here, owner)), Some("logs"), "write"),
        (
            format!("{},{}", acl(""), put("arn:aws:s3:::audit/logs/AWSLogs/111122223333/*", owner)),
            Some("logs"),
            "delivers",
        ),
        (
            format!("{},{}", acl(""), put("arn:aws:s3:::audit/logs/AWSLogs/111122223333/*", owner)),
            None,
            "write",
        ),
        (format!("{},{}", acl(""), put("arn:aws:s3:::audit/AWSLogs/999988887777/*", owner)), None, "write"),
        (format!("{},{}", acl(""), put("arn:aws:s3:::audit/*", owner)), None, "delivers"),
        (
            format!(
                "{},{}",
                acl(""),
                put(here, r#","Condition":{"StringEquals":{"s3:x-amz-acl":"private"}}"#)
            ),
            None,
            "write",
        ),
        (
            format!(
                "{},{}",
                acl(&format!(r#","Condition":{{"StringEquals":{{"aws:SourceArn":"{TRAIL}"}}}}"#)),
                put(
                    here,
                    &format!(
                        r#","Condition":{{"StringEquals":{{"aws:SourceArn":"{TRAIL}","s3:x-amz-acl":"bucket-owner-full-control"}}}}"#
                    )
                )
            ),
            None,
            "delivers",
        ),
        (
            format!(
                "{},{}",
                acl(
                    r#","Condition":{"StringEquals":{"aws:SourceArn":"arn:aws:cloudtrail:us-east-1:111122223333:trail/other"}}"#
                ),
                put(here, "")
            ),
            None,
            "acl",
        ),
        (
            format!(
                "{},{}",
                acl(""),
                put(here, r#","Condition":{"StringEquals":{"aws:SourceAccount":"111122223333"}}"#)
            ),
            None,
            "delivers",
        ),
        (
            format!(
                "{},{}",
                acl(""),
                put(here, r#","Condition":{"StringEquals":{"aws:SourceAccount":"999988887777"}}"#)
            ),
            None,
            "write",
        ),
        (
            format!(
                r#"{},{},{{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*","Condition":{{"Bool":{{"aws:SecureTransport":"false"}}}}}}"#,
                acl(""),
                put(here, "")
            ),
            None,
            "delivers",
        ),
        (
            format!(
                r#"{},{},{{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"{here}"}}"#,
                acl(""),
                put(here, "")
            ),
            None,
            "write",
        ),
    ];
    for (statements, prefix, expected) in cases {
        assert_eq!(check(statements, *prefix), *expected, "{statements}");
    }
}
