//! Nothing is served but what was authorized: the same operation on the same key, and what the gate allows.

use std::sync::Arc;

use cairn_s3::{Authorized, BaseDomains, Body, Bucket, Deed, Gate, NoKms};
use cairn_wire::s3::{Resolver, Seen};
use http::Request;
use proptest::prelude::*;

use crate::client::{Client, as_read, caller};

/// Lets nothing happen to keys that begin with `secret`.
#[derive(Debug)]
struct Guarded;

impl Gate for Guarded {
    fn allows(&self, deed: Deed, bucket: &Bucket, key: &str) -> bool {
        assert_eq!(bucket.name, "bkt");
        assert!(matches!(deed, Deed::Read | Deed::Delete));
        !key.starts_with("secret")
    }

    fn reads(&self, policy: &str) -> Result<(), String> {
        if policy.contains("aws:Slip") { Err("aws:Slip is unknown".to_owned()) } else { Ok(()) }
    }
}

fn request(method: &str, target: &str, headers: &[(&str, &str)], body: &'static str) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(target).extension(caller());
    let length = body.len().to_string();
    for (name, value) in [("host", "localhost"), ("content-length", &length)].iter().chain(headers) {
        request = request.header(*name, *value);
    }
    request.body(Body::from(body.to_owned())).unwrap()
}

async fn guarded(client: &Client, mut request: Request<Body>) -> crate::client::Reply {
    let authorized = as_read(&request, Arc::new(Guarded));
    request.extensions_mut().insert(authorized);
    client.answer(request).await
}

#[tokio::test]
async fn a_policy_that_can_not_be_evaluated_is_not_kept() {
    let client = Client::with_bucket().await;
    let put = |policy| request("PUT", "/bkt?policy", &[], policy);
    let slip = r#"{"Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::bkt/*","Condition":{"Bool":{"aws:Slip":"true"}}}]}"#;
    let reply = guarded(&client, put(slip)).await;
    assert_eq!(reply.outcome(), "400 MalformedPolicy");
    assert!(reply.text().contains("aws:Slip is unknown"), "{}", reply.text());
    client.check("GET", "/bkt?policy", &[], "", "404 NoSuchBucketPolicy").await;
    let read = r#"{"Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::bkt/*"}]}"#;
    assert_eq!(guarded(&client, put(read)).await.outcome(), "204");
}

#[tokio::test]
async fn a_request_that_is_read_otherwise_than_it_was_authorized_is_refused() {
    let client = Client::with_bucket().await;
    client.check("PUT", "/bkt/k", &[], "hello", "200").await;
    let of = |operation, bucket: Option<&str>, key: Option<&str>| Authorized {
        operation,
        bucket: bucket.map(str::to_owned),
        key: key.map(str::to_owned),
        gate: Arc::new(Guarded),
        keys: Arc::new(NoKms),
    };
    for (authorized, expected) in [
        (of(Some("GetObject"), Some("bkt"), Some("k")), "200"),
        (of(Some("HeadObject"), Some("bkt"), Some("k")), "400 InvalidRequest"),
        (of(Some("GetObject"), Some("other"), Some("k")), "400 InvalidRequest"),
        (of(Some("GetObject"), Some("bkt"), Some("k2")), "400 InvalidRequest"),
        (of(Some("GetObject"), Some("bkt"), None), "400 InvalidRequest"),
        (of(None, Some("bkt"), Some("k")), "400 InvalidRequest"),
    ] {
        let mut request = request("GET", "/bkt/k", &[], "");
        let shown = format!("{authorized:?}");
        request.extensions_mut().insert(authorized);
        assert_eq!(client.answer(request).await.outcome(), expected, "{shown}");
    }
    let Ok(unauthorized) = client.s3.service().call(request("GET", "/bkt/k", &[], "")).await;
    assert_eq!(unauthorized.status(), 403);
    client.s3.close().await;
}

#[tokio::test]
async fn escaped_sub_resources_and_foreign_hosts_are_not_served_as_something_else() {
    let client = Client::with_bucket().await;
    client.check("PUT", "/bkt/k", &[], "hello", "200").await;
    // Whoever decides and whoever serves decode names: both mean the policy, neither the bucket.
    client.check("GET", "/bkt?%70olicy", &[], "", "404 NoSuchBucketPolicy").await;
    client.check("DELETE", "/bkt?%70olicy", &[], "", "204").await;
    client.check("GET", "/bkt%2Fk", &[], "", "200").await;
    for host in ["nobucket.s3.dualstack.us-east-1.amazonaws.com", "nobucket.s3.cn-north-1.amazonaws.com.cn"] {
        client.check("GET", "/bkt/k", &[("host", host)], "", "404 NoSuchBucket").await;
    }
    client.s3.close().await;
}

#[tokio::test]
async fn copies_read_and_lists_delete_only_what_the_gate_allows() {
    let client = Client::with_bucket().await;
    for key in ["secret-1", "open-1", "open-2"] {
        client.check("PUT", &format!("/bkt/{key}"), &[], "hello", "200").await;
    }
    for (source, expected) in
        [("/bkt/open-1", "200"), ("bkt/secret-1", "403 AccessDenied"), ("bkt/%73ecret-1", "403 AccessDenied")]
    {
        let copy = request("PUT", "/bkt/copy", &[("x-amz-copy-source", source)], "");
        assert_eq!(guarded(&client, copy).await.outcome(), expected, "{source}");
    }
    let delete = "<Delete><Object><Key>open-1</Key></Object><Object><Key>secret-1</Key></Object></Delete>";
    let reply = guarded(&client, request("POST", "/bkt?delete", &[], delete)).await;
    assert_eq!(reply.status, 200);
    let text = String::from_utf8(reply.body).unwrap();
    assert!(text.contains("<Deleted><Key>open-1</Key></Deleted>"), "{text}");
    assert!(text.contains("<Code>AccessDenied</Code>") && text.contains("<Key>secret-1</Key>"), "{text}");
    client.check("GET", "/bkt/secret-1", &[], "", "200").await;
    client.check("GET", "/bkt/open-1", &[], "", "404 NoSuchKey").await;
    client.s3.close().await;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    /// What authorizes and what serves read the same bucket and key out of every host and path.
    #[test]
    fn both_readers_of_addresses_agree(
        host in "((a|b|s3|s3-x|us-east-1|dualstack|localhost|amazonaws|com|cn|1)[.]){0,5}(localhost|s3[.]localhost|amazonaws[.]com|amazonaws[.]com[.]cn|10[.]0[.]0[.]1|\\[::1\\])?(:[0-9x]{0,3})?[.]?",
        path in "(/|//|a|b|%2F|%2f|%61|%C3%A9|%|%25|[.]|[+]| ){0,6}",
    ) {
        let domains = ["localhost", "s3.localhost"];
        let serves = BaseDomains::new(&domains).unwrap();
        let decides = Resolver::new(domains.map(str::to_owned));
        let path = format!("/{path}");
        let call = decides.resolve(&Seen { method: "GET", path: &path, host: &host, ..Seen::default() });
        if let Ok(address) = serves.address(Some(&host), &path) {
            // Without a bucket a key means nothing: such a request is refused whoever reads it.
            let key = address.key.filter(|_| address.bucket.is_some());
            prop_assert_eq!((call.bucket, call.key), (address.bucket, key), "{} {}", host, path);
        }
    }
}
