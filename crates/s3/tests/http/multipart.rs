//! Multipart uploads.

use crate::client::{Client, Reply};

const PART: usize = 5 * 1024 * 1024;

fn part(seed: u8, size: usize) -> Vec<u8> {
    (0..size).map(|at| u8::try_from(at % 241).unwrap() ^ seed).collect()
}

async fn start(client: &Client, headers: &[(&str, &str)]) -> String {
    client.check("POST", "/bkt/big?uploads", headers, "", "200").await.element("UploadId")
}

async fn upload(client: &Client, id: &str, number: u32, bytes: Vec<u8>) -> Reply {
    let reply = client.send("PUT", &format!("/bkt/big?partNumber={number}&uploadId={id}"), &[], bytes).await;
    assert_eq!(reply.outcome(), "200");
    reply
}

fn listing(parts: &[(u32, &str)]) -> String {
    let listed: String = parts
        .iter()
        .map(|(number, etag)| format!("<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>"))
        .collect();
    format!("<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>")
}

#[tokio::test]
async fn parts_become_an_object() {
    let client = Client::with_bucket().await;
    let id = start(
        &client,
        &[("x-amz-checksum-algorithm", "CRC32"), ("x-amz-meta-a", "1"), ("content-type", "x/y")],
    )
    .await;
    let (one, two) = (part(1, PART), part(2, 1000));
    upload(&client, &id, 1, part(9, 10)).await;
    let second = upload(&client, &id, 7, two.clone()).await;
    let first = upload(&client, &id, 1, one.clone()).await;
    upload(&client, &id, 9, part(3, 10)).await;
    assert!(!first.header("x-amz-checksum-crc32").is_empty());

    let listed = client.check("GET", &format!("/bkt/big?uploadId={id}&max-parts=2"), &[], "", "200").await;
    assert_eq!(
        (listed.elements("PartNumber"), listed.element("IsTruncated")),
        (vec!["1".to_owned(), "7".into()], "true".into())
    );
    let uploads = client.check("GET", "/bkt?uploads", &[], "", "200").await;
    assert_eq!((uploads.elements("Key"), uploads.element("UploadId")), (vec!["big".to_owned()], id.clone()));

    let document = listing(&[(1, first.header("etag")), (7, second.header("etag"))]);
    let done = client.check("POST", &format!("/bkt/big?uploadId={id}"), &[], &document, "200").await;
    assert!(
        done.element("ETag").ends_with("-2&quot;") || done.element("ETag").ends_with("-2\""),
        "{}",
        done.text()
    );
    assert!(done.element("ChecksumCRC32").ends_with("-2"));
    let got = client.check("GET", "/bkt/big", &[("x-amz-checksum-mode", "ENABLED")], "", "200").await;
    assert!(got.body == [one.clone(), two.clone()].concat());
    assert_eq!((got.header("content-type"), got.header("x-amz-checksum-type")), ("x/y", "COMPOSITE"));
    // Across the border of the parts, and one part by its number.
    let range = format!("bytes={}-{}", PART - 2, PART + 2);
    let across = client.check("GET", "/bkt/big", &[("range", &range)], "", "206").await;
    assert!(across.body == [&one[PART - 2..], &two[..3]].concat());
    let second = client.check("GET", "/bkt/big?partNumber=7", &[], "", "206").await;
    assert!(second.body == two && second.header("x-amz-mp-parts-count") == "2");
    // The same upload cannot be completed again, and nothing of it is left.
    client.check("POST", &format!("/bkt/big?uploadId={id}"), &[], &document, "404 NoSuchUpload").await;
    assert!(client.check("GET", "/bkt?uploads", &[], "", "200").await.elements("Key").is_empty());
    // A copy is one whole object again.
    client.check("PUT", "/bkt/copy", &[("x-amz-copy-source", "bkt/big")], "", "200").await;
    let copy = client.check("GET", "/bkt/copy", &[], "", "200").await;
    assert!(copy.body == got.body && !copy.header("etag").contains('-'));
    client.s3.close().await;
}

#[tokio::test]
async fn a_full_object_checksum_is_that_of_the_whole() {
    let client = Client::with_bucket().await;
    let (one, two) = (part(1, PART), part(2, 77));
    let headers = [("x-amz-checksum-algorithm", "CRC64NVME")];
    let id = start(&client, &headers).await;
    let first = upload(&client, &id, 1, one.clone()).await;
    let second = upload(&client, &id, 2, two.clone()).await;
    let mut whole = cairn_s3::Digester::new([cairn_s3::Algorithm::Crc64Nvme]);
    whole.update(&one);
    whole.update(&two);
    let expected = whole.finish().checksums.remove(&cairn_s3::Algorithm::Crc64Nvme).unwrap();
    let document = listing(&[(1, first.header("etag")), (2, second.header("etag"))]);
    let target = format!("/bkt/big?uploadId={id}");
    client
        .check("POST", &target, &[("x-amz-checksum-crc64nvme", "AAAAAAAAAAA=")], &document, "400 BadDigest")
        .await;
    let done =
        client.check("POST", &target, &[("x-amz-checksum-type", "FULL_OBJECT")], &document, "200").await;
    assert_eq!(done.element("ChecksumCRC64NVME"), expected);
    client.s3.close().await;
}

#[tokio::test]
async fn part_copies() {
    let client = Client::with_bucket().await;
    let source = part(4, PART + 10);
    client.send("PUT", "/bkt/source", &[], source.clone()).await;
    let id = start(&client, &[]).await;
    let copy = |number: u32, range: String| {
        let (client, id) = (&client, &id);
        async move {
            let headers = [("x-amz-copy-source", "/bkt/source"), ("x-amz-copy-source-range", range.as_str())];
            client.send("PUT", &format!("/bkt/big?partNumber={number}&uploadId={id}"), &headers, "").await
        }
    };
    let first = copy(1, format!("bytes=0-{}", PART - 1)).await.element("ETag").replace("&quot;", "\"");
    let second = copy(2, format!("bytes={PART}-{}", PART + 9)).await.element("ETag").replace("&quot;", "\"");
    assert_eq!(copy(3, format!("bytes=0-{}", PART + 10)).await.outcome(), "400 InvalidArgument");
    client
        .check("POST", &format!("/bkt/big?uploadId={id}"), &[], &listing(&[(1, &first), (2, &second)]), "200")
        .await;
    assert!(client.check("GET", "/bkt/big", &[], "", "200").await.body == source);
    client.s3.close().await;
}

#[tokio::test]
async fn refusals() {
    let client = Client::with_bucket().await;
    let id = start(&client, &[]).await;
    let small = upload(&client, &id, 1, part(1, 10)).await;
    let other = upload(&client, &id, 2, part(2, 10)).await;
    let (one, two) = (small.header("etag").to_owned(), other.header("etag").to_owned());
    let target = format!("/bkt/big?uploadId={id}");
    let cases = [
        (listing(&[(1, &one), (2, &two)]), "400 EntityTooSmall"),
        (listing(&[(2, &two), (1, &one)]), "400 InvalidPartOrder"),
        (listing(&[(1, &two)]), "400 InvalidPart"),
        (listing(&[(3, &one)]), "400 InvalidPart"),
        (listing(&[]), "400 MalformedXML"),
    ];
    for (document, expected) in cases {
        client.check("POST", &target, &[], &document, expected).await;
    }
    client
        .check("PUT", &format!("/bkt/big?partNumber=0&uploadId={id}"), &[], "x", "400 InvalidArgument")
        .await;
    client
        .check("PUT", &format!("/bkt/big?partNumber=10001&uploadId={id}"), &[], "x", "400 InvalidArgument")
        .await;
    client.check("PUT", "/bkt/big?partNumber=1&uploadId=none", &[], "x", "404 NoSuchUpload").await;
    client
        .check("PUT", &format!("/bkt/other?partNumber=1&uploadId={id}"), &[], "x", "404 NoSuchUpload")
        .await;
    client
        .check(
            "POST",
            "/bkt/big?uploads",
            &[("x-amz-checksum-algorithm", "SHA256"), ("x-amz-checksum-type", "FULL_OBJECT")],
            "",
            "400 InvalidRequest",
        )
        .await;
    client.check("DELETE", &target, &[], "", "204").await;
    client.check("DELETE", &target, &[], "", "404 NoSuchUpload").await;
    client.s3.close().await;
}
