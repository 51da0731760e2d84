use proptest::prelude::*;

use super::*;

const TARGET: &str = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.GetTrail";

fn check(seen: Seen<'_>, service: Service, protocol: Protocol, operation: Option<&str>) {
    let call = recognise(&seen);
    assert_eq!((call.service, call.protocol), (service, protocol), "{seen:?}");
    assert_eq!(call.operation.as_deref(), operation, "{seen:?}");
}

#[test]
fn the_credential_scope_decides() {
    use Protocol::*;
    let post = Seen { method: "POST", path: "/", ..Seen::default() };
    let signed = |name| Seen { signing_name: Some(name), ..post };
    let other = |name: &str| Service::Other(name.to_owned());
    check(Seen { target: Some(TARGET), ..signed("cloudtrail") }, Service::CloudTrail, Json, Some("GetTrail"));
    check(signed("cloudtrail"), Service::CloudTrail, Json, None);
    check(Seen { target: Some(TARGET), ..signed("s3") }, Service::S3, RestXml, None);
    check(Seen { action: Some("AssumeRole"), ..signed("sts") }, Service::Sts, Query, Some("AssumeRole"));
    check(
        Seen { path: "/PutAuditEvents", ..signed("cloudtrail-data") },
        Service::CloudTrailData,
        RestJson,
        Some("PutAuditEvents"),
    );
    check(Seen { path: "/v20180820/configuration", ..signed("s3") }, other("s3"), RestXml, None);
    check(
        Seen { action: Some("RunInstances"), ..signed("ec2") },
        other("ec2"),
        Ec2Query,
        Some("RunInstances"),
    );
    check(Seen { action: Some("CreateUser"), ..signed("iam") }, Service::Iam, Query, Some("CreateUser"));
    check(Seen { action: Some("Publish"), ..signed("sns") }, other("sns"), Query, Some("Publish"));
    check(
        Seen { target: Some("DynamoDB_20120810.GetItem"), ..signed("dynamodb") },
        other("dynamodb"),
        Json,
        Some("GetItem"),
    );
    check(
        Seen {
            smithy_protocol: Some("rpc-v2-cbor"),
            path: "/service/GraniteServiceVersion20100801/operation/PutMetricData",
            ..signed("monitoring")
        },
        other("monitoring"),
        Cbor,
        Some("PutMetricData"),
    );
    check(Seen { path: "/2015-03-31/functions", ..signed("lambda") }, other("lambda"), RestJson, None);
    check(
        Seen { target: Some("TrentService.Decrypt"), ..signed("kms") },
        Service::Kms,
        Json,
        Some("Decrypt"),
    );
    check(Seen { target: Some("x.Not a name"), ..signed("ssm") }, other("ssm"), Json, None);
    check(signed("ev/il\r\n"), other("evil"), RestJson, None);
}

#[test]
fn nothing_disguises_a_signed_call_of_s3() {
    let other = |name: &str| Service::Other(name.to_owned());
    let of_path = |method, path| Seen { method, path, ..Seen::default() };
    let elsewhere = [("DELETE", "/payroll/2026.csv"), ("GET", "/payroll"), ("PUT", "/"), ("POST", "//")];
    for seen in elsewhere.map(|(method, path)| of_path(method, path)) {
        let iam = Seen { signing_name: Some("iam"), action: Some("ListUsers"), ..seen };
        check(iam, Service::Iam, Protocol::Query, None);
        let kms = Seen { signing_name: Some("kms"), target: Some("TrentService.ListKeys"), ..seen };
        check(kms, Service::Kms, Protocol::Json, None);
        let sqs = Seen { signing_name: Some("sqs"), action: Some("ReceiveMessage"), ..seen };
        check(sqs, other("sqs"), Protocol::RestJson, None);
        let smithy_protocol = Some("rpc-v2-cbor");
        let cbor = Seen { signing_name: Some("monitoring"), smithy_protocol, ..seen };
        check(cbor, other("monitoring"), Protocol::RestJson, None);
    }
    // In a host of its own a bucket's objects are deleted so.
    let deletion = Seen { query: "delete&Action=ListUsers", ..of_path("POST", "/") };
    let deletion = Seen { signing_name: Some("iam"), action: Some("ListUsers"), ..deletion };
    check(deletion, Service::Iam, Protocol::Query, None);
    let got =
        Seen { signing_name: Some("kms"), target: Some("TrentService.ListKeys"), ..of_path("GET", "/") };
    check(got, Service::Kms, Protocol::Json, None);
    let got = Seen { signing_name: Some("iam"), action: Some("ListUsers"), ..of_path("GET", "/") };
    check(got, Service::Iam, Protocol::Query, Some("ListUsers"));
    let path = "/bucket/service/Granite/operation/ListMetrics";
    let cbor = Seen { smithy_protocol: Some("rpc-v2-cbor"), ..of_path("POST", path) };
    check(Seen { signing_name: Some("monitoring"), ..cbor }, other("monitoring"), Protocol::RestJson, None);
}

#[test]
fn a_queue_has_a_path_of_its_own() {
    let call = |method, path, query| {
        let sent = Seen { method, path, query, ..Seen::default() };
        let signed = |name| Seen { signing_name: Some(name), action: Some("SendMessage"), ..sent };
        assert_eq!(recognise(&signed("sns")).operation, None, "{path}");
        recognise(&signed("sqs")).operation
    };
    for path in ["/111122223333/orders", "/111122223333/orders.fifo/", "/queue/us-east-1/000000000000/orders"]
    {
        assert_eq!(call("POST", path, "").as_deref(), Some("SendMessage"), "{path}");
        assert_eq!(call("POST", path, "uploads"), None, "{path}");
        // It reads an object that is called so.
        assert_eq!(call("GET", path, ""), None, "{path}");
    }
    for path in [
        "/payroll/2026.csv",
        "/1111222233334/orders",
        "/111122223333/",
        "/111122223333/a/b",
        "/a/b/111122223333/c",
    ] {
        assert_eq!(call("POST", path, ""), None, "{path}");
    }
}

#[test]
fn a_target_beside_another_action_names_nothing() {
    let both = |target, action| {
        let post = Seen { method: "POST", path: "/", signing_name: Some("sqs"), ..Seen::default() };
        recognise(&Seen { target: Some(target), action: Some(action), ..post }).operation
    };
    assert_eq!(both("AmazonSQS.SendMessage", "SendMessage").as_deref(), Some("SendMessage"));
    assert_eq!(both("AmazonSQS.ListQueues", "DeleteQueue"), None);
}

#[test]
fn unsigned_requests_are_refused_in_their_own_protocol() {
    use Protocol::*;
    let get = Seen { method: "GET", path: "/b/k", ..Seen::default() };
    check(get, Service::S3, RestXml, None);
    // Nothing disguises an anonymous call of S3.
    check(Seen { target: Some(TARGET), ..get }, Service::S3, RestXml, None);
    check(
        Seen { action: Some("CreateUser"), version: Some("2010-05-08"), ..get },
        Service::S3,
        RestXml,
        None,
    );
    check(Seen { target: Some(TARGET), path: "/", ..get }, Service::S3, RestXml, None);
    let post = Seen { method: "POST", path: "/", ..Seen::default() };
    check(Seen { target: Some(TARGET), ..post }, Service::CloudTrail, Json, Some("GetTrail"));
    check(Seen { target: Some("CloudTrail_20131101.Nope"), ..post }, Service::CloudTrail, Json, Some("Nope"));
    check(Seen { target: Some("TrentService.Decrypt"), ..post }, Service::Kms, Json, Some("Decrypt"));
    let target = Some("AWSOrganizationsV20161128.ListRoots");
    check(Seen { target, ..post }, Service::Organizations, Json, Some("ListRoots"));
    let signed = Seen { signing_name: Some("organizations"), target, ..post };
    check(signed, Service::Organizations, Json, Some("ListRoots"));
    check(
        Seen { action: Some("AssumeRoleWithWebIdentity"), version: Some("2011-06-15"), ..post },
        Service::Sts,
        Query,
        Some("AssumeRoleWithWebIdentity"),
    );
    check(
        Seen { action: Some("CreateUser"), version: Some("2010-05-08"), ..post },
        Service::Iam,
        Query,
        Some("CreateUser"),
    );
    check(
        Seen { action: Some("Publish"), version: Some("2010-03-31"), ..post },
        Service::Other("unknown".to_owned()),
        Query,
        Some("Publish"),
    );
}

#[test]
fn event_sources_follow_the_service() {
    for (signing_name, event_source) in [
        ("cloudtrail", "cloudtrail.amazonaws.com"),
        ("s3", "s3.amazonaws.com"),
        ("sts", "sts.amazonaws.com"),
        ("monitoring", "monitoring.amazonaws.com"),
        ("rds-data", "rdsdata.amazonaws.com"),
        ("wisdom", "qconnect.amazonaws.com"),
    ] {
        let seen = Seen { signing_name: Some(signing_name), ..Seen::default() };
        assert_eq!(recognise(&seen).event_source, event_source);
    }
}

/// Headers as a test writes them.
struct Sent(Vec<(String, String)>);

impl Headers for Sent {
    fn header(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }
}

#[track_caller]
fn sighted(headers: &[(&str, &str)], query: &str, body: impl AsRef<[u8]>, expected: [Option<&str>; 3]) {
    let given = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let sent = Sent(given.collect());
    let sight = Sight::of("POST", "/", query, &sent, body.as_ref());
    let seen = sight.seen();
    assert_eq!([seen.signing_name, seen.action, seen.version], expected, "{headers:?} {query}");
}

#[test]
fn signatures_and_forms_say_what_a_call_is() {
    let v4 = "AWS4-HMAC-SHA256 Credential=A/K/20261125/us-east-1/sns/aws4_request, SignedHeaders=host";
    sighted(&[("authorization", v4)], "", "", [Some("sns"), None, None]);
    let form = ("content-type", "Application/X-WWW-Form-Urlencoded; charset=utf-8");
    let body = "Action=Publish&Version=2010-03-31&Action=P%75blish";
    let both = [Some("sns"), Some("Publish"), Some("2010-03-31")];
    sighted(&[("authorization", v4), form], "", body, both);
    // Two different ones are none: which of them is served, nobody can tell.
    let nothing = [Some("sns"), Some(""), None];
    sighted(&[("authorization", v4), form], "Action=ListTopics&Version=2010-03-31", body, nothing);
    sighted(&[("authorization", v4), form], "Version=2009-04-15", body, nothing);
    // Nor does a query say what a form with files is.
    let upload = ("content-type", "multipart/form-data; boundary=b");
    sighted(&[("authorization", v4), upload], "Action=ListTopics", "", [Some("sns"), None, None]);
    // No form is read where none is told of.
    sighted(&[("authorization", v4)], "", body, [Some("sns"), None, None]);
    sighted(
        &[],
        "Action=A&Version=1&X-Amz-Credential=K%2F1%2Fr%2Fiam%2Faws4_request",
        "",
        [Some("iam"), Some("A"), Some("1")],
    );
    // Escapes in names and values are what whoever serves the call makes of them.
    sighted(&[("authorization", v4), form], "", "A%63tion=P%75blish", [Some("sns"), Some("Publish"), None]);
    sighted(
        &[("authorization", v4), form],
        "",
        b"x=\xff&Action=Publish",
        [Some("sns"), Some("Publish"), None],
    );
    sighted(&[("authorization", "AWS K:signature")], "", "", [Some("s3"), None, None]);
    sighted(&[], "AWSAccessKeyId=K&Action=A", "", [None, Some("A"), None]);
    for foreign in [
        "Bearer t",
        "Basic t",
        "AWS4-HMAC-SHA256 Credential=K/iam",
        "AWS4-HMAC-SHA256 Credential=/aws4_request",
    ] {
        sighted(&[("authorization", foreign)], "", "", [None; 3]);
    }
}

proptest! {
    #[test]
    fn nothing_sighted_panics(
        authorization in prop::option::of("(AWS4-HMAC-SHA256 |AWS |Bearer )?(Credential=)?.{0,40}(/aws4_request)?"),
        query in "(X-Amz-Credential=|Action=|AWSAccessKeyId|%|&|=|.){0,20}",
        body in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let mut headers = vec![("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned())];
        headers.extend(authorization.map(|value| ("authorization".to_owned(), value)));
        let sent = Sent(headers);
        let sight = Sight::of("POST", "/", &query, &sent, &body);
        let call = recognise(&sight.seen());
        prop_assert!(call.event_source.ends_with(".amazonaws.com"));
        prop_assert!(call.operation.is_none_or(|operation| is_operation_name(&operation)));
    }

    #[test]
    fn nothing_recognised_panics(
        name in prop::option::of(".{0,20}"),
        path in ".{0,40}",
        target in prop::option::of(".{0,60}"),
        action in prop::option::of(".{0,20}"),
    ) {
        let call = recognise(&Seen {
            signing_name: name.as_deref(),
            method: "POST",
            path: &path,
            target: target.as_deref(),
            action: action.as_deref(),
            ..Seen::default()
        });
        prop_assert!(call.event_source.ends_with(".amazonaws.com"));
        prop_assert!(call.operation.is_none_or(|operation| is_operation_name(&operation)));
    }
}
