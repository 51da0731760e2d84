//! What is refused, and bodies that are not what they should be.

use bytes::Bytes;
use cairn_s3::{Body, BodyRefused, Trailers};
use http_body_util::StreamBody;
use http_body_util::combinators::BoxBody;

use crate::client::{Client, caller};

type Chunk = Result<Bytes, s3s::StdError>;

fn streamed(chunks: Vec<Chunk>) -> Body {
    let frames = chunks.into_iter().map(|chunk| chunk.map(http_body::Frame::data));
    let boxed: BoxBody<Bytes, s3s::StdError> =
        BoxBody::new(StreamBody::new(futures_util::stream::iter(frames)));
    Body::http_body(boxed)
}

#[tokio::test]
async fn what_is_not_done_is_not_claimed() {
    let client = Client::with_bucket().await;
    let cases: [(&[(&str, &str)], &str); 7] = [
        (&[("x-amz-acl", "public-read")], "400 AccessControlListNotSupported"),
        (&[("x-amz-grant-read", "id=1")], "400 AccessControlListNotSupported"),
        (&[("x-amz-server-side-encryption-customer-algorithm", "AES256")], "501 NotImplemented"),
        (&[("x-amz-storage-class", "GLACIER")], "400 InvalidStorageClass"),
        (&[("x-amz-object-lock-mode", "GOVERNANCE")], "400 InvalidRequest"),
        (&[("x-amz-expected-bucket-owner", "999999999999")], "403 AccessDenied"),
        (
            &[("x-amz-checksum-crc32", "NhCmhg=="), ("x-amz-checksum-crc32c", "mnG7TA==")],
            "400 InvalidRequest",
        ),
    ];
    for (headers, expected) in cases {
        client.check("PUT", "/bkt/k", headers, "hello", expected).await;
    }
    let long = "v".repeat(2100);
    client.check("PUT", "/bkt/k", &[("x-amz-meta-a", &long)], "x", "400 MetadataTooLarge").await;
    client.check("PUT", "/bkt/k", &[("x-amz-tagging", "a=1&a=2")], "x", "400 InvalidTag").await;
    client
        .check(
            "POST",
            "/bkt",
            &[("content-type", "multipart/form-data; boundary=b")],
            "--b",
            "501 NotImplemented",
        )
        .await;
    client.check("PUT", &format!("/bkt/{}", "k".repeat(1025)), &[], "x", "400 KeyTooLongError").await;
    client.check("PUT", "/nowhere/k", &[], "x", "404 NoSuchBucket").await;
    client.check("GET", "/bkt/absent", &[], "", "404 NoSuchKey").await;
    client.s3.close().await;
}

#[tokio::test]
async fn an_error_names_the_resource_and_the_request() {
    let client = Client::with_bucket().await;
    let reply = client.check("GET", "/bkt/a&b", &[], "", "404 NoSuchKey").await;
    assert_eq!(reply.element("Message"), "The specified key does not exist.");
    assert_eq!(reply.element("Resource"), "/bkt/a&amp;b");
    assert_eq!((reply.element("RequestId"), reply.element("HostId")), ("REQ1".into(), "HOST1".into()));
    client.s3.close().await;
}

#[tokio::test]
async fn bodies_that_break() {
    let client = Client::with_bucket().await;
    let refused = BodyRefused { code: "SignatureDoesNotMatch".into(), status: 403, message: "chunk".into() };
    let broken = || s3s::StdError::from(std::io::Error::other("gone"));
    let cases: Vec<(Vec<Chunk>, &str, &str)> = vec![
        (vec![Ok(Bytes::from_static(b"he")), Err(refused.into())], "5", "403 SignatureDoesNotMatch"),
        (vec![Ok(Bytes::from_static(b"he")), Err(broken())], "5", "400 IncompleteBody"),
        (vec![Ok(Bytes::from_static(b"he"))], "5", "400 IncompleteBody"),
        (vec![Ok(Bytes::from_static(b"hello!"))], "5", "400 IncompleteBody"),
        (vec![], "9999999999", "400 EntityTooLarge"),
    ];
    for (chunks, length, expected) in cases {
        let headers = [("content-length", length)];
        let reply = client.exchange("PUT", "/bkt/k", &headers, streamed(chunks), Some(caller())).await;
        assert_eq!(reply.outcome(), expected);
    }
    let reply = client.exchange("PUT", "/bkt/k", &[], streamed(vec![]), Some(caller())).await;
    assert_eq!(reply.outcome(), "411 MissingContentLength");
    client.check("GET", "/bkt/k", &[], "", "404 NoSuchKey").await;
    client.s3.close().await;
}

#[tokio::test]
async fn trailing_checksums() {
    let client = Client::with_bucket().await;
    let cases = [
        (vec![("X-Amz-Checksum-Crc32".to_owned(), "NhCmhg==".to_owned())], "200"),
        (vec![("x-amz-checksum-crc32".to_owned(), "AAAAAA==".to_owned())], "400 BadDigest"),
        (vec![], "400 MalformedTrailerError"),
    ];
    for (given, expected) in cases {
        let trailers = Trailers::default();
        trailers.fill(given);
        let request = http::Request::builder()
            .method("PUT")
            .uri("/bkt/k")
            .header("host", "localhost")
            .header("content-length", "5")
            .header("x-amz-trailer", "x-amz-checksum-crc32")
            .extension(caller())
            .extension(trailers)
            .body(streamed(vec![Ok(Bytes::from_static(b"hello"))]))
            .unwrap();
        let reply = client.answer(request).await;
        assert_eq!(reply.outcome(), expected);
        if expected == "200" {
            assert_eq!(reply.header("x-amz-checksum-crc32"), "NhCmhg==");
        }
    }
    client.s3.close().await;
}

#[tokio::test]
async fn anonymous_callers_own_nothing() {
    let client = Client::with_bucket().await;
    for (method, target) in [("GET", "/"), ("PUT", "/new-bucket")] {
        let reply = client.exchange(method, target, &[], Body::empty(), None).await;
        assert_eq!(reply.outcome(), "403 AccessDenied", "{method} {target}");
    }
    client.s3.close().await;
}

#[tokio::test]
async fn documents_are_bounded() {
    let client = Client::with_bucket().await;
    let chunks = (0..9).map(|_at| Ok(Bytes::from(vec![b' '; 1024 * 1024]))).collect();
    let headers = [("content-length", "9437184")];
    let reply = client.exchange("POST", "/bkt?delete", &headers, streamed(chunks), Some(caller())).await;
    assert_eq!(reply.outcome(), "400 MaxMessageLengthExceeded");
    client.s3.close().await;
}
