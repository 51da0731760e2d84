//! Listings as clients see them.

use crate::client::Client;

async fn with_keys(keys: &[&str]) -> Client {
    let client = Client::with_bucket().await;
    for key in keys {
        client
            .check("PUT", &format!("/bkt/{}", key.replace(' ', "%20").replace('+', "%2B")), &[], "x", "200")
            .await;
    }
    client
}

#[tokio::test]
async fn version_one_with_a_marker_that_does_not_exist() {
    let prefix = "AWSLogs/1/CloudTrail-Digest/us-east-1";
    let keys: Vec<String> = (10..15).map(|day| format!("{prefix}/2026/03/{day}/d.json.gz")).collect();
    let client = with_keys(&keys.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let target = format!("/bkt?prefix={prefix}&marker={prefix}/2026/03/11/zzz&encoding-type=url");
    let reply = client.check("GET", &target, &[], "", "200").await;
    assert_eq!(reply.elements("Key"), keys[2..]);
    assert_eq!((reply.element("IsTruncated"), reply.element("NextMarker")), ("false".into(), String::new()));
    let reply = client.check("GET", &format!("/bkt?prefix={prefix}&max-keys=2"), &[], "", "200").await;
    assert_eq!(reply.elements("Key"), keys[..2]);
    assert_eq!((reply.element("IsTruncated"), reply.element("MaxKeys")), ("true".into(), "2".into()));
    assert_eq!(reply.elements("StorageClass"), ["STANDARD", "STANDARD"]);
    assert_eq!(reply.element("LastModified"), "2026-09-21T14:13:20.000Z");
    client.s3.close().await;
}

#[tokio::test]
async fn delimiters_and_markers() {
    let client = with_keys(&["a", "d/1", "d/2", "e/1", "f"]).await;
    let reply = client.check("GET", "/bkt?delimiter=/&max-keys=2", &[], "", "200").await;
    assert_eq!(reply.elements("Key"), ["a"]);
    assert_eq!(reply.elements("Prefix"), ["", "d/"]);
    assert_eq!(reply.element("NextMarker"), "d/");
    let reply = client.check("GET", "/bkt?delimiter=/&marker=d/", &[], "", "200").await;
    assert_eq!(
        (reply.elements("Key"), reply.elements("Prefix")),
        (vec!["f".to_owned()], vec![String::new(), "e/".into()])
    );
    client.s3.close().await;
}

#[tokio::test]
async fn version_two_in_pages() {
    let keys = ["a b", "a+b", "c", "d/x", "d/y", "é"];
    let client = with_keys(&keys).await;
    let (mut token, mut seen) = (String::new(), Vec::new());
    loop {
        let target = format!("/bkt?list-type=2&max-keys=2&encoding-type=url{token}");
        let reply = client.check("GET", &target, &[], "", "200").await;
        assert_eq!(reply.element("KeyCount"), reply.elements("Key").len().to_string());
        seen.extend(reply.elements("Key"));
        if reply.element("IsTruncated") == "false" {
            break;
        }
        token = format!("&continuation-token={}", reply.element("NextContinuationToken"));
    }
    assert_eq!(seen, ["a+b", "a%2Bb", "c", "d/x", "d/y", "%C3%A9"]);
    let reply = client
        .check("GET", "/bkt?list-type=2&start-after=c&delimiter=/&fetch-owner=true", &[], "", "200")
        .await;
    assert_eq!((reply.elements("Key"), reply.element("KeyCount")), (vec!["é".to_owned()], "2".into()));
    assert_eq!(reply.element("ID"), "c".repeat(64));
    let reply = client.check("GET", "/bkt?list-type=2&max-keys=0", &[], "", "200").await;
    assert_eq!((reply.element("KeyCount"), reply.element("IsTruncated")), ("0".into(), "false".into()));
    client.check("GET", "/bkt?list-type=2&continuation-token=!", &[], "", "400 InvalidArgument").await;
    client.check("GET", "/bkt?list-type=2&max-keys=-1", &[], "", "400 InvalidArgument").await;
    client.s3.close().await;
}

#[tokio::test]
async fn versions_of_a_bucket_without_versioning() {
    let client = with_keys(&["a", "b"]).await;
    let reply = client.check("GET", "/bkt?versions", &[], "", "200").await;
    assert_eq!(
        (reply.elements("Key").len(), reply.elements("VersionId")),
        (2, vec!["null".to_owned(), "null".into()])
    );
    client.check("GET", "/bkt/a?versionId=null", &[], "", "200").await;
    client.check("GET", "/bkt/a?versionId=abc", &[], "", "404 NoSuchVersion").await;
    client.s3.close().await;
}
