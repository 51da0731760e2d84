//! Puts, gets, heads, copies and deletes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::client::Client;

const ETAG_OF_HELLO: &str = "\"5d41402abc4b2a76b9719d911017c592\"";

#[tokio::test]
async fn an_object_comes_back_with_its_headers() {
    let client = Client::with_bucket().await;
    let headers = [
        ("content-type", "text/plain"),
        ("cache-control", "no-store"),
        ("content-encoding", "gzip"),
        ("content-disposition", "inline"),
        ("content-language", "de"),
        ("expires", "Thu, 01 Dec 2033 16:00:00 GMT"),
        ("x-amz-meta-signature", "ab12"),
        ("x-amz-meta-signature-algorithm", "SHA256withRSA"),
        ("x-amz-tagging", "a=b"),
        ("x-amz-acl", "bucket-owner-full-control"),
    ];
    let put = client.check("PUT", "/bkt/a%20key/%C3%A9", &headers, "hello", "200").await;
    assert_eq!(put.header("etag"), ETAG_OF_HELLO);
    for method in ["GET", "HEAD"] {
        let got = client.check(method, "/bkt/a%20key/%C3%A9", &[], "", "200").await;
        for (name, value) in
            headers.iter().filter(|(name, _value)| !matches!(*name, "x-amz-tagging" | "x-amz-acl"))
        {
            assert_eq!(got.header(name), *value, "{method} {name}");
        }
        assert_eq!(got.header("content-length"), "5");
        assert_eq!(got.header("etag"), ETAG_OF_HELLO);
        assert_eq!(got.header("last-modified"), "Mon, 21 Sep 2026 14:13:20 GMT");
        assert_eq!(got.header("accept-ranges"), "bytes");
    }
    let got = client.check("GET", "/bkt/a%20key/%C3%A9", &[], "", "200").await;
    assert_eq!(got.text(), "hello");
    client.s3.close().await;
}

#[tokio::test]
async fn virtual_hosts_name_the_bucket() {
    let client = Client::with_bucket().await;
    for host in ["bkt.localhost:4566", "bkt.s3.localhost", "bkt.s3.us-east-1.amazonaws.com"] {
        client.check("PUT", "/dir/k", &[("host", host)], host, "200").await;
        assert_eq!(client.check("GET", "/bkt/dir/k", &[], "", "200").await.text(), host);
    }
    client.check("GET", "/bkt/dir/k", &[("host", "s3.us-east-1.amazonaws.com")], "", "200").await;
    client.s3.close().await;
}

#[tokio::test]
async fn conditions() {
    let client = Client::with_bucket().await;
    client.check("PUT", "/bkt/k", &[("if-match", "*")], "x", "404 NoSuchKey").await;
    client.check("PUT", "/bkt/k", &[("if-none-match", "*")], "hello", "200").await;
    client.check("PUT", "/bkt/k", &[("if-none-match", "*")], "hello", "412 PreconditionFailed").await;
    client.check("PUT", "/bkt/k", &[("if-match", "\"bad\"")], "hello", "412 PreconditionFailed").await;
    client.check("PUT", "/bkt/k", &[("if-match", ETAG_OF_HELLO)], "hello", "200").await;
    client.check("PUT", "/bkt/k", &[("if-none-match", "\"other\"")], "hello", "501 NotImplemented").await;
    client.check("GET", "/bkt/k", &[("if-match", "\"bad\"")], "", "412 PreconditionFailed").await;
    client.check("GET", "/bkt/k", &[("if-modified-since", "Mon, 21 Sep 2026 14:13:19 GMT")], "", "200").await;
    client
        .check(
            "HEAD",
            "/bkt/k",
            &[("if-unmodified-since", "Mon, 21 Sep 2026 14:13:19 GMT")],
            "",
            "412 PreconditionFailed",
        )
        .await;
    for header in [("if-none-match", ETAG_OF_HELLO), ("if-modified-since", "Mon, 21 Sep 2026 14:13:20 GMT")] {
        let unchanged = client.check("GET", "/bkt/k", &[header], "", "304").await;
        assert_eq!((unchanged.header("etag"), unchanged.body.len()), (ETAG_OF_HELLO, 0));
    }
    client.check("DELETE", "/bkt/k", &[("if-match", "\"bad\"")], "", "412 PreconditionFailed").await;
    client.check("DELETE", "/bkt/k", &[("if-match", ETAG_OF_HELLO)], "", "204").await;
    client.check("DELETE", "/bkt/k", &[], "", "204").await;
    client.s3.close().await;
}

#[tokio::test]
async fn ranges_of_small_and_large_objects() {
    let client = Client::with_bucket().await;
    for size in [10_usize, 600_000] {
        let whole: Vec<u8> = (0..size).map(|at| u8::try_from(at % 251).unwrap()).collect();
        client.send("PUT", "/bkt/k", &[], whole.clone()).await;
        let cases = [
            ("bytes=0-0", 0..1),
            ("bytes=2-", 2..size),
            ("bytes=-3", size - 3..size),
            ("bytes=1-99999999", 1..size),
            ("bytes=-99999999", 0..size),
        ];
        for (range, span) in cases {
            let got = client.check("GET", "/bkt/k", &[("range", range)], "", "206").await;
            assert!(got.body == whole[span.clone()], "{range}");
            assert_eq!(got.header("content-range"), format!("bytes {}-{}/{size}", span.start, span.end - 1));
            assert_eq!(got.header("content-length"), span.len().to_string());
            client.check("HEAD", "/bkt/k", &[("range", range)], "", "206").await;
        }
        let beyond = format!("bytes={size}-");
        let refused = client.check("GET", "/bkt/k", &[("range", &beyond)], "", "416 InvalidRange").await;
        assert_eq!(refused.header("content-range"), format!("bytes */{size}"));
    }
    client.s3.close().await;
}

#[tokio::test]
async fn checksums_are_verified_kept_and_returned() {
    let client = Client::with_bucket().await;
    // Of "hello".
    let cases = [
        ("x-amz-checksum-crc32", "NhCmhg=="),
        ("x-amz-checksum-crc32c", "mnG7TA=="),
        ("x-amz-checksum-sha1", "qvTGHdzF6KLavt4PO0gs2a6pQ00="),
        ("x-amz-checksum-sha256", "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="),
    ];
    for (header, value) in cases {
        let put = client.check("PUT", "/bkt/k", &[(header, value)], "hello", "200").await;
        assert_eq!(put.header(header), value);
        let plain = client.check("GET", "/bkt/k", &[], "", "200").await;
        assert_eq!(plain.header(header), "");
        let got = client.check("GET", "/bkt/k", &[("x-amz-checksum-mode", "ENABLED")], "", "200").await;
        assert_eq!((got.header(header), got.header("x-amz-checksum-type")), (value, "FULL_OBJECT"));
        client.check("PUT", "/bkt/k", &[(header, value)], "hellO", "400 BadDigest").await;
        client.check("PUT", "/bkt/k", &[(header, "bm90")], "hello", "400 InvalidRequest").await;
    }
    let attributes = [("x-amz-object-attributes", "ETag,ObjectSize, Checksum,StorageClass")];
    let found = client.check("GET", "/bkt/k?attributes", &attributes, "", "200").await;
    let value = |name| found.element(name);
    assert_eq!(
        [value("ETag"), value("ObjectSize"), value("ChecksumSHA256"), value("StorageClass")],
        [ETAG_OF_HELLO, "5", "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=", "STANDARD"]
    );
    let md5 = STANDARD.encode([0; 16]);
    client.check("PUT", "/bkt/k", &[("content-md5", &md5)], "hello", "400 BadDigest").await;
    client.check("PUT", "/bkt/k", &[("content-md5", "XUFAKrxLKna5cZ2REBfFkg==")], "hello", "200").await;
    client.check("PUT", "/bkt/k", &[("content-md5", "nonsense")], "hello", "400 InvalidDigest").await;
    client.s3.close().await;
}

#[tokio::test]
async fn copies() {
    let client = Client::with_bucket().await;
    let headers = [
        ("content-type", "text/plain"),
        ("x-amz-meta-a", "1"),
        ("x-amz-tagging", "t=1"),
        ("x-amz-checksum-crc32", "NhCmhg=="),
    ];
    client.check("PUT", "/bkt/from", &headers, "hello", "200").await;
    let copied = client.check("PUT", "/bkt/to", &[("x-amz-copy-source", "/bkt/from")], "", "200").await;
    assert_eq!(copied.element("ChecksumCRC32"), "NhCmhg==");
    let got = client.check("GET", "/bkt/to", &[], "", "200").await;
    assert_eq!(
        (got.text().as_str(), got.header("content-type"), got.header("x-amz-meta-a")),
        ("hello", "text/plain", "1")
    );
    assert_eq!(client.check("GET", "/bkt/to?tagging", &[], "", "200").await.elements("Key"), ["t"]);
    let replaced = [
        ("x-amz-copy-source", "bkt/from"),
        ("x-amz-metadata-directive", "REPLACE"),
        ("x-amz-meta-b", "2"),
        ("x-amz-tagging-directive", "REPLACE"),
    ];
    client.check("PUT", "/bkt/from", &replaced, "", "200").await;
    let got = client.check("HEAD", "/bkt/from", &[], "", "200").await;
    assert_eq!((got.header("x-amz-meta-a"), got.header("x-amz-meta-b")), ("", "2"));
    let refusals: [(&[(&str, &str)], &str); 4] = [
        (&[("x-amz-copy-source", "bkt/to")], "400 InvalidRequest"),
        (&[("x-amz-copy-source", "bkt/absent")], "404 NoSuchKey"),
        (&[("x-amz-copy-source", "absent/k")], "404 NoSuchBucket"),
        (
            &[("x-amz-copy-source", "bkt/from"), ("x-amz-copy-source-if-match", "\"bad\"")],
            "412 PreconditionFailed",
        ),
    ];
    for (headers, expected) in refusals {
        client.check("PUT", "/bkt/to", headers, "", expected).await;
    }
    client.s3.close().await;
}

#[tokio::test]
async fn deleting_many() {
    let client = Client::with_bucket().await;
    for key in ["a", "b&c", "d"] {
        client.check("PUT", &format!("/bkt/{}", key.replace('&', "%26")), &[], "x", "200").await;
    }
    let listed = "<Delete><Object><Key>a</Key></Object><Object><Key>b&amp;c</Key></Object><Object><Key>d</Key><VersionId>v7</VersionId></Object></Delete>";
    let reply = client.check("POST", "/bkt?delete", &[], listed, "200 NoSuchVersion").await;
    assert_eq!(reply.elements("Deleted").len(), 2);
    assert_eq!(reply.elements("Error").len(), 1);
    assert_eq!(client.check("GET", "/bkt", &[], "", "200").await.elements("Key"), ["d"]);
    // The document is checked like a payload.
    client
        .check("POST", "/bkt?delete", &[("content-md5", "XUFAKrxLKna5cZ2REBfFkg==")], listed, "400 BadDigest")
        .await;
    client
        .check("POST", "/bkt?delete", &[("x-amz-checksum-crc32", "NhCmhg==")], listed, "400 BadDigest")
        .await;
    client.check("POST", "/bkt?delete", &[], "<Delete><Object>", "400 MalformedXML").await;
    let unreadable = client.send("POST", "/bkt?delete", &[], "<Delete><Object>").await;
    assert!(unreadable.element("Message").starts_with("The XML you provided"), "{}", unreadable.text());
    client.s3.close().await;
}
