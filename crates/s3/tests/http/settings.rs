//! Buckets and their settings.

use crate::client::{Client, caller};
use cairn_s3::{Body, Caller};

#[tokio::test]
async fn creating_and_deleting_buckets() {
    let client = Client::with_bucket().await;
    let there = "<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>";
    // In us-east-1 a repeat by the owner succeeds, elsewhere it does not.
    client.check("PUT", "/bkt", &[], "", "200").await;
    client.check("PUT", "/far", &[], there, "200").await;
    client.check("PUT", "/far", &[], there, "409 BucketAlreadyOwnedByYou").await;
    client.check("PUT", "/far", &[], "", "409 BucketAlreadyOwnedByYou").await;
    let other = Caller { account: "999999999999".into(), ..caller() };
    let reply = client.exchange("PUT", "/bkt", &[], Body::empty(), Some(other)).await;
    assert_eq!(reply.outcome(), "409 BucketAlreadyExists");
    for name in ["Upper", "ab", "-dash", "10.1.2.3", "x_y", "a..b", "a-s3alias"] {
        client.check("PUT", &format!("/{name}"), &[], "", "400 InvalidBucketName").await;
    }
    client
        .check(
            "PUT",
            "/acl-bucket",
            &[("x-amz-acl", "public-read")],
            "",
            "400 InvalidBucketAclWithObjectOwnership",
        )
        .await;

    let here = client.check("GET", "/bkt?location", &[], "", "200").await;
    assert_eq!(here.element("LocationConstraint"), "");
    assert!(here.text().contains("LocationConstraint"), "{}", here.text());
    assert!(
        client
            .check("GET", "/far?location", &[], "", "200")
            .await
            .text()
            .contains(">eu-west-1</LocationConstraint>")
    );
    assert_eq!(client.check("HEAD", "/far", &[], "", "200").await.header("x-amz-bucket-region"), "eu-west-1");
    let listed = client.check("GET", "/", &[], "", "200").await;
    assert_eq!(listed.elements("Name"), ["bkt", "far"]);
    let page = client.check("GET", "/?max-buckets=1", &[], "", "200").await;
    assert_eq!(page.elements("Name"), ["bkt"]);
    let next = format!("/?max-buckets=1&continuation-token={}", page.element("ContinuationToken"));
    assert_eq!(client.check("GET", &next, &[], "", "200").await.elements("Name"), ["far"]);

    client.check("PUT", "/bkt/k", &[], "x", "200").await;
    client.check("DELETE", "/bkt", &[], "", "409 BucketNotEmpty").await;
    client.check("DELETE", "/bkt/k", &[], "", "204").await;
    client.check("POST", "/bkt/k?uploads", &[], "", "200").await;
    client.check("DELETE", "/bkt", &[], "", "204").await;
    client.check("DELETE", "/bkt", &[], "", "404 NoSuchBucket").await;
    client.check("HEAD", "/bkt", &[], "", "404 NoSuchBucket").await;
    client.s3.close().await;
}

#[tokio::test]
async fn policies() {
    let client = Client::with_bucket().await;
    let cloudtrail = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:GetBucketAcl","Resource":"arn:aws:s3:::bkt"}]}"#;
    let public = r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::bkt/*"}]}"#;
    client.check("GET", "/bkt?policy", &[], "", "404 NoSuchBucketPolicy").await;
    client.check("PUT", "/bkt?policy", &[], cloudtrail, "204").await;
    assert_eq!(client.check("GET", "/bkt?policy", &[], "", "200").await.text(), cloudtrail);
    assert_eq!(client.check("GET", "/bkt?policyStatus", &[], "", "200").await.element("IsPublic"), "false");
    assert_eq!(client.s3.store().bucket("bkt").await.unwrap().unwrap().policy.as_deref(), Some(cloudtrail));
    client.check("PUT", "/bkt?policy", &[], "{", "400 MalformedPolicy").await;
    // A new bucket blocks public policies, until somebody says otherwise.
    client.check("PUT", "/bkt?policy", &[], public, "403 AccessDenied").await;
    client.check("DELETE", "/bkt?publicAccessBlock", &[], "", "204").await;
    client.check("GET", "/bkt?publicAccessBlock", &[], "", "404 NoSuchPublicAccessBlockConfiguration").await;
    client.check("PUT", "/bkt?policy", &[], public, "204").await;
    assert_eq!(client.check("GET", "/bkt?policyStatus", &[], "", "200").await.element("IsPublic"), "true");
    assert!(!client.s3.store().bucket("bkt").await.unwrap().unwrap().confines_public_policy());
    let block = "<PublicAccessBlockConfiguration><RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>";
    client.check("PUT", "/bkt?publicAccessBlock", &[], block, "200").await;
    assert!(client.s3.store().bucket("bkt").await.unwrap().unwrap().confines_public_policy());
    client.check("DELETE", "/bkt?policy", &[], "", "204").await;
    client.check("GET", "/bkt?policy", &[], "", "404 NoSuchBucketPolicy").await;
    client.s3.close().await;
}

#[tokio::test]
async fn tags() {
    let client = Client::with_bucket().await;
    let tagging = "<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>";
    client.check("PUT", "/bkt/o", &[], "x", "200").await;
    client.check("GET", "/bkt?tagging", &[], "", "404 NoSuchTagSet").await;
    for target in ["/bkt?tagging", "/bkt/o?tagging"] {
        let expected = if target.contains("/o") { "200" } else { "204" };
        client.check("PUT", target, &[], tagging, expected).await;
        assert_eq!(client.check("GET", target, &[], "", "200").await.elements("Value"), ["v"]);
        client.check("DELETE", target, &[], "", "204").await;
    }
    assert!(client.check("GET", "/bkt/o?tagging", &[], "", "200").await.elements("Value").is_empty());
    client.check("PUT", "/bkt/absent?tagging", &[], tagging, "404 NoSuchKey").await;
    client.s3.close().await;
}

#[tokio::test]
async fn settings_of_a_new_bucket() {
    let client = Client::with_bucket().await;
    let cases = [
        ("acl", "200"),
        ("versioning", "200"),
        ("ownershipControls", "200"),
        ("publicAccessBlock", "200"),
        ("requestPayment", "200"),
        ("logging", "200"),
        ("notification", "200"),
        ("accelerate", "200"),
        ("encryption", "200"),
        ("cors", "404 NoSuchCORSConfiguration"),
        ("lifecycle", "404 NoSuchLifecycleConfiguration"),
        ("website", "404 NoSuchWebsiteConfiguration"),
        ("replication", "404 ReplicationConfigurationNotFoundError"),
        ("object-lock", "404 ObjectLockConfigurationNotFoundError"),
    ];
    for (setting, expected) in cases {
        client.check("GET", &format!("/bkt?{setting}"), &[], "", expected).await;
        client.check("GET", &format!("/nowhere?{setting}"), &[], "", "404 NoSuchBucket").await;
    }
    let acl = client.check("GET", "/bkt?acl", &[], "", "200").await;
    assert_eq!(
        (acl.elements("ID"), acl.elements("Permission")),
        (vec!["c".repeat(64); 2], vec!["FULL_CONTROL".to_owned()])
    );
    client
        .check("PUT", "/bkt?acl", &[("x-amz-acl", "public-read")], "", "400 AccessControlListNotSupported")
        .await;
    let versioning = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    client.check("PUT", "/bkt?versioning", &[], versioning, "501 NotImplemented").await;
    client.check("DELETE", "/bkt?lifecycle", &[], "", "501 NotImplemented").await;
    client.s3.close().await;
}
