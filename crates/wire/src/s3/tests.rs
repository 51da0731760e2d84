use proptest::prelude::*;

use super::*;

fn resolve(method: &str, host: &str, target: &str, copies: bool) -> Call {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let resolver = Resolver::new(["s3.localhost".to_owned(), "localhost".to_owned()]);
    resolver.resolve(&Seen { method, path, query, host, copies })
}

fn check(method: &str, host: &str, target: &str, expected: (&str, Option<&str>, Option<&str>)) {
    let call = resolve(method, host, target, false);
    let (event_name, bucket, key) = expected;
    assert_eq!(call.event_name, event_name, "{method} {host} {target}");
    assert_eq!(call.bucket.as_deref(), bucket, "{method} {host} {target}");
    assert_eq!(call.key.as_deref(), key, "{method} {host} {target}");
}

#[test]
fn buckets_come_from_the_host_or_the_path() {
    for (host, target, bucket, key) in [
        ("127.0.0.1:9000", "/b/k", Some("b"), Some("k")),
        ("127.0.0.1:9000", "/b/", Some("b"), None),
        ("127.0.0.1:9000", "/b", Some("b"), None),
        ("127.0.0.1:9000", "/b//k", Some("b"), Some("/k")),
        ("127.0.0.1:9000", "/b/a//b/../c", Some("b"), Some("a//b/../c")),
        ("[::1]:9000", "/b/k", Some("b"), Some("k")),
        ("localhost:9000", "/b/k", Some("b"), Some("k")),
        ("s3.localhost:9000", "/b/k", Some("b"), Some("k")),
        ("b.s3.localhost:9000", "/k", Some("b"), Some("k")),
        ("B.S3.LOCALHOST", "/k", Some("b"), Some("k")),
        ("my.dotted.bucket.s3.localhost", "/k/l", Some("my.dotted.bucket"), Some("k/l")),
        ("b.localhost:9000", "/", Some("b"), None),
        ("b.localhost:9000", "//k", Some("b"), Some("/k")),
        ("s3.amazonaws.com", "/b/k", Some("b"), Some("k")),
        ("s3.eu-west-1.amazonaws.com", "/b/k", Some("b"), Some("k")),
        ("b.s3.eu-west-1.amazonaws.com", "/k", Some("b"), Some("k")),
        ("b.s3-eu-west-1.amazonaws.com", "/k", Some("b"), Some("k")),
        ("b.s3.dualstack.eu-west-1.amazonaws.com:443", "/k", Some("b"), Some("k")),
        ("b.s3-accelerate.amazonaws.com", "/k", Some("b"), Some("k")),
        ("b.s3.cn-north-1.amazonaws.com.cn", "/k", Some("b"), Some("k")),
        ("ap-111122223333.s3-accesspoint.eu-west-1.amazonaws.com", "/k", Some("ap-111122223333"), Some("k")),
        ("my.s3.bucket.s3.amazonaws.com", "/k", Some("my.s3.bucket"), Some("k")),
        ("", "/b/k", Some("b"), Some("k")),
    ] {
        let event_name = if key.is_some() { "GetObject" } else { "ListObjects" };
        check("GET", host, target, (event_name, bucket, key));
    }
    check("GET", "localhost:9000", "/", ("ListBuckets", None, None));
}

#[test]
fn keys_are_decoded_once() {
    for (raw, key) in [
        ("a%20b%2Bc+d", "a b+c+d"),
        ("pct%252Fkey", "pct%2Fkey"),
        ("c%20%C3%A9%281%29", "c é(1)"),
        ("half%C3", "half%C3"),
        ("not%zzhex%2", "not%zzhex%2"),
        ("slash%2Finside", "slash/inside"),
    ] {
        check("GET", "h", &format!("/b/{raw}"), ("GetObject", Some("b"), Some(key)));
    }
}

#[test]
fn the_first_sub_resource_decides() {
    for (method, target, event_name) in [
        ("GET", "/b?list-type=2&prefix=acl", "ListObjects"),
        ("GET", "/b?unknown", "ListObjects"),
        ("GET", "/b?versions&prefix=x", "ListObjectVersions"),
        ("GET", "/b?uploads", "ListMultipartUploads"),
        ("GET", "/b?acl", "GetBucketAcl"),
        ("GET", "/b/?acl=", "GetBucketAcl"),
        ("GET", "/b?tagging&acl", "GetBucketAcl"),
        ("PUT", "/b?publicAccessBlock", "PutBucketPublicAccessBlock"),
        ("GET", "/b?object-lock", "GetBucketObjectLockConfiguration"),
        ("GET", "/b?analytics", "ListAnalyticsConfigurations"),
        ("GET", "/b?analytics&id=x", "GetAnalyticsConfiguration"),
        ("DELETE", "/b?metrics&id=x", "DeleteMetricsConfiguration"),
        ("POST", "/b?delete", "DeleteObjects"),
        ("POST", "/b", "PostObject"),
        ("HEAD", "/b", "HeadBucket"),
        ("PUT", "/b", "CreateBucket"),
        ("DELETE", "/b", "DeleteBucket"),
        ("GET", "/b?session", "CreateSession"),
        ("PATCH", "/b", "UnknownOperation"),
        ("POST", "/b?acl", "UnknownOperation"),
        ("POST", "/", "UnknownOperation"),
        ("GET", "/?x-id=ListBuckets", "ListBuckets"),
        ("GET", "/?x-id=ListDirectoryBuckets", "ListBuckets"),
        ("POST", "/b?%64elete", "DeleteObjects"),
        ("DELETE", "/b/k?t%61gging", "DeleteObjectTagging"),
        ("GET", "/b/k?versionId=1", "GetObject"),
        ("HEAD", "/b/k?uploads", "HeadObject"),
        ("GET", "/b/k?attributes", "GetObjectAttributes"),
        ("POST", "/b/k?uploads", "CreateMultipartUpload"),
        ("POST", "/b/k?restore&versionId=1", "RestoreObject"),
        ("POST", "/b/k?select&select-type=2", "SelectObjectContent"),
        ("PUT", "/b/k?renameObject", "RenameObject"),
        ("PUT", "/b/k?encryption", "UpdateObjectEncryption"),
        ("GET", "/b/k?annotation", "ListObjectAnnotations"),
        ("OPTIONS", "/b/k", "PreflightRequest"),
        ("POST", "/b/k", "UnknownOperation"),
    ] {
        assert_eq!(resolve(method, "h", target, false).event_name, event_name, "{method} {target}");
    }
    for (target, operation) in [
        ("/b/k", "CopyObject"),
        ("/b/k?partNumber=1&uploadId=x", "UploadPartCopy"),
        ("/b/k?acl", "PutObjectAcl"),
    ] {
        assert_eq!(resolve("PUT", "h", target, true).operation, Some(operation), "{target}");
    }
}

#[test]
fn categories_and_read_only_follow_the_operation() {
    use Category::{Data, Management};
    for (method, target, category, read_only) in [
        ("GET", "/", Management, true),
        ("GET", "/b", Data, true),
        ("HEAD", "/b", Data, true),
        ("GET", "/b?acl", Management, true),
        ("PUT", "/b?policy", Management, false),
        ("PUT", "/b", Management, false),
        ("POST", "/b?delete", Data, false),
        ("POST", "/b", Data, false),
        ("GET", "/b/k", Data, true),
        ("PUT", "/b/k", Data, false),
        ("GET", "/b/k?uploadId=x", Data, true),
        ("POST", "/b/k?select&select-type=2", Data, true),
        ("OPTIONS", "/b/k", Management, true),
        ("PATCH", "/b/k", Management, false),
    ] {
        let call = resolve(method, "h", target, false);
        assert_eq!((call.category, call.read_only), (category, read_only), "{method} {target}");
    }
}

#[test]
fn error_bodies_escape_what_they_echo() {
    let body = ErrorBody {
        code: ErrorCode::NotImplemented.as_str(),
        message: "a < b & \"c\"\u{1}",
        resource: "/b/<k>",
        request_id: "R",
        host_id: "H",
    };
    assert_eq!(
        body.render(),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NotImplemented</Code>\
         <Message>a &lt; b &amp; &quot;c&quot;\u{fffd}</Message><Resource>/b/&lt;k&gt;</Resource>\
         <RequestId>R</RequestId><HostId>H</HostId></Error>"
    );
}

proptest! {
    #[test]
    fn no_request_panics(method in "[A-Z]{0,8}", host in ".{0,40}", path in ".{0,40}", query in ".{0,40}") {
        let call = resolve(&method, &host, &format!("{path}?{query}"), false);
        prop_assert!(call.key.is_none() || call.bucket.is_some());
        prop_assert_eq!(call.level == Level::Object, call.key.is_some());
    }

    #[test]
    fn keys_survive_encoding(key in "[^\\x00]{1,40}") {
        let raw: String = key.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let call = resolve("GET", "h", &format!("/b/{raw}"), false);
        prop_assert_eq!(call.key, Some(key));
    }
}
