//! Server-side encryption in headers and answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use async_trait::async_trait;
use cairn_s3::{DataKey, DataKeys, GeneratedKey, KeyRefused, KeyRequest};

use crate::client::{Client, Reply};

const SSE: &str = "x-amz-server-side-encryption";
const KEY_ID: &str = "x-amz-server-side-encryption-aws-kms-key-id";
const CONTEXT: &str = "x-amz-server-side-encryption-context";
const BUCKET_KEY: &str = "x-amz-server-side-encryption-bucket-key-enabled";

/// A KMS that seals a data key by writing down which key and context it was for, and refuses keys by name.
#[derive(Debug, Default)]
struct Scribe(AtomicU8);

fn arn(key_id: &str) -> String {
    let name = key_id.rsplit('/').next().unwrap_or_default();
    format!("arn:aws:kms:us-east-1:123456789012:key/{name}")
}

#[async_trait]
impl DataKeys for Scribe {
    async fn generate(&self, request: KeyRequest<'_>) -> Result<GeneratedKey, KeyRefused> {
        assert_eq!(request.region, "us-east-1");
        let message = format!("{} says no", arn(request.key_id));
        match request.key_id {
            "denied" => return Err(KeyRefused::Denied { message }),
            "disabled" => return Err(KeyRefused::Refused { code: "DisabledException".into(), message }),
            "away" => return Err(KeyRefused::Unavailable),
            _ => {}
        }
        let number = self.0.fetch_add(1, Ordering::Relaxed);
        let sealed = format!("{number} {} {:?}", arn(request.key_id), request.context).into_bytes();
        Ok(GeneratedKey { key: DataKey::new([number; 32]), sealed, key_arn: arn(request.key_id) })
    }

    async fn decrypt(&self, request: KeyRequest<'_>, sealed: &[u8]) -> Result<DataKey, KeyRefused> {
        let text = String::from_utf8_lossy(sealed);
        let (number, rest) = text.split_once(' ').unwrap();
        assert_eq!(rest, format!("{} {:?}", request.key_id, request.context));
        Ok(DataKey::new([number.parse().unwrap(); 32]))
    }
}

async fn with_kms() -> Client {
    let mut client = Client::with_bucket().await;
    client.keys = Arc::new(Scribe::default());
    client
}

/// What an answer says about encryption.
fn told(reply: &Reply) -> String {
    let headers = [SSE, KEY_ID, BUCKET_KEY].map(|name| reply.header(name));
    headers.join(" ").replace("arn:aws:kms:us-east-1:123456789012:key", "…").trim_end().to_owned()
}

#[tokio::test]
async fn every_new_object_is_told_to_be_encrypted() {
    let client = with_kms().await;
    for (headers, expected) in [
        (vec![], "AES256"),
        (vec![(SSE, "AES256")], "AES256"),
        (vec![(SSE, "aws:kms")], "aws:kms …/s3"),
        (vec![(SSE, "aws:kms"), (KEY_ID, "k")], "aws:kms …/k"),
        (vec![(SSE, "aws:kms"), (KEY_ID, "k"), (BUCKET_KEY, "true")], "aws:kms …/k true"),
    ] {
        let check = async |method, target: &str, body: &str| {
            let reply = client.send(method, target, &headers, body).await;
            assert_eq!(
                (reply.status.as_u16(), told(&reply)),
                (200, expected.to_owned()),
                "{method} {target}"
            );
            reply
        };
        check("PUT", "/bkt/k", "hello").await;
        let read = client.send("GET", "/bkt/k", &[], "").await;
        assert_eq!((read.text(), told(&read)), ("hello".to_owned(), expected.to_owned()));
        let seen = client.send("HEAD", "/bkt/k", &[("x-amz-checksum-mode", "ENABLED")], "").await;
        assert_eq!(told(&seen), expected);
        let is_md5 = seen.header("etag") == "\"5d41402abc4b2a76b9719d911017c592\"";
        assert_eq!(is_md5, expected == "AES256");

        let upload = check("POST", "/bkt/parts?uploads", "").await.element("UploadId");
        let part = format!("/bkt/parts?uploadId={upload}&partNumber=1");
        let sent = client.send("PUT", &part, &[], "hello").await;
        assert_eq!(told(&sent), expected);
        let list = format!(
            "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{}</ETag></Part></CompleteMultipartUpload>",
            sent.header("etag")
        );
        let done = client.send("POST", &format!("/bkt/parts?uploadId={upload}"), &[], list).await;
        assert_eq!(told(&done), expected, "{}", done.text());
        assert_eq!(client.send("GET", "/bkt/parts", &[], "").await.text(), "hello");

        let mut copying = headers.clone();
        copying.push(("x-amz-copy-source", "/bkt/parts"));
        let copied = client.send("PUT", "/bkt/copied", &copying, "").await;
        assert_eq!(told(&copied), expected, "{}", copied.text());
        assert_eq!(client.send("GET", "/bkt/copied", &[("range", "bytes=1-2")], "").await.text(), "el");
    }
    client.s3.close().await;
}

#[tokio::test]
async fn a_copy_onto_itself_may_change_the_encryption() {
    let client = with_kms().await;
    client.check("PUT", "/bkt/k", &[], "hello", "200").await;
    let onto = ("x-amz-copy-source", "/bkt/k");
    client.check("PUT", "/bkt/k", &[onto], "", "400 InvalidRequest").await;
    client.check("PUT", "/bkt/k", &[onto, (SSE, "aws:kms")], "", "200").await;
    let read = client.send("GET", "/bkt/k", &[], "").await;
    assert_eq!((read.text(), told(&read)), ("hello".to_owned(), "aws:kms …/s3".to_owned()));
    // What the source had does not carry over: the bucket decides again.
    client.check("PUT", "/bkt/l", &[onto], "", "200").await;
    assert_eq!(told(&client.send("HEAD", "/bkt/l", &[], "").await), "AES256");
    client.s3.close().await;
}

#[tokio::test]
async fn what_encryption_headers_are_refused() {
    let client = with_kms().await;
    let (kms, key) = ((SSE, "aws:kms"), (KEY_ID, "k"));
    let own_arn = "eyJhd3M6czM6YXJuIjoiYXJuOmF3czpzMzo6OmJrdC9rIn0="; // {"aws:s3:arn":"arn:aws:s3:::bkt/k"}
    client.check("PUT", "/bkt/source", &[], "x", "200").await;
    let other_arn = "eyJhd3M6czM6YXJuIjoieCJ9"; // {"aws:s3:arn":"x"}
    for (headers, expected) in [
        (vec![(SSE, "aws:kms:dsse")], "501 NotImplemented"),
        (vec![(SSE, "rot13")], "400 InvalidArgument"),
        (vec![key], "400 InvalidArgument"),
        (vec![(SSE, "AES256"), key], "400 InvalidArgument"),
        (vec![(CONTEXT, "e30=")], "400 InvalidArgument"),
        (vec![kms, (CONTEXT, "e30=")], "200"),
        (vec![kms, (CONTEXT, "eyJhIjoiYiJ9")], "200"),
        (vec![kms, (CONTEXT, own_arn)], "200"),
        (vec![kms, (CONTEXT, other_arn)], "400 InvalidRequest"),
        (vec![kms, (CONTEXT, "{}")], "400 InvalidArgument"),
        (vec![kms, (CONTEXT, "WzFd")], "400 InvalidArgument"),
        (vec![kms, (KEY_ID, "denied")], "403 AccessDenied"),
        (vec![kms, (KEY_ID, "disabled")], "400 KMS.DisabledException"),
        (vec![kms, (KEY_ID, "away")], "503 ServiceUnavailable"),
        (vec![("x-amz-server-side-encryption-customer-algorithm", "AES256")], "501 NotImplemented"),
    ] {
        let put = client.check("PUT", "/bkt/k", &headers, "x", expected).await;
        assert!(expected == "200" || !put.element("Message").is_empty());
        client.check("POST", "/bkt/k?uploads", &headers, "", expected).await;
        let mut copying = headers.clone();
        copying.push(("x-amz-copy-source", "/bkt/source"));
        if expected == "200" {
            assert_eq!(client.send("GET", "/bkt/k", &[], "").await.text(), "x");
            assert_eq!(put.header(CONTEXT), headers[1].1);
        } else {
            client.check("PUT", "/bkt/k", &copying, "", expected).await;
        }
    }
    client.s3.close().await;
}

fn configuration(algorithm: &str, rest: &str) -> String {
    format!(
        "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>\
         <SSEAlgorithm>{algorithm}</SSEAlgorithm>{rest}</Rule></ServerSideEncryptionConfiguration>"
    )
}

#[tokio::test]
async fn a_bucket_has_a_default_encryption() {
    let client = with_kms().await;
    let check = async |configured: Option<&str>, told_of_put: &str| {
        let shown = client.check("GET", "/bkt?encryption", &[], "", "200").await;
        let element = |name: &str| shown.element(name);
        let parts = [element("SSEAlgorithm"), element("KMSMasterKeyID"), element("BucketKeyEnabled")];
        assert_eq!(Some(parts.join(" ").as_str()), configured);
        assert_eq!(told(&client.check("PUT", "/bkt/k", &[], "hello", "200").await), told_of_put);
        assert_eq!(client.check("GET", "/bkt/k", &[], "", "200").await.text(), "hello");
    };
    check(Some("AES256  false"), "AES256").await;
    let end = "</ApplyServerSideEncryptionByDefault>";
    let with_key = configuration(
        "aws:kms",
        &format!("<KMSMasterKeyID>alias/mine</KMSMasterKeyID>{end}<BucketKeyEnabled>true</BucketKeyEnabled>"),
    );
    client.check("PUT", "/bkt?encryption", &[], &with_key, "200").await;
    check(Some("aws:kms alias/mine true"), "aws:kms …/mine true").await;
    // A writer may want otherwise, wholly or in one thing.
    assert_eq!(told(&client.send("PUT", "/bkt/k", &[(SSE, "AES256")], "x").await), "AES256");
    assert_eq!(told(&client.send("PUT", "/bkt/k", &[(BUCKET_KEY, "false")], "x").await), "aws:kms …/mine");
    client.check("PUT", "/bkt?encryption", &[], &configuration("aws:kms", end), "200").await;
    check(Some("aws:kms  false"), "aws:kms …/s3").await;
    client.check("PUT", "/bkt?encryption", &[], &configuration("AES256", end), "200").await;
    check(Some("AES256  false"), "AES256").await;
    for (refused, expected) in [
        (configuration("aws:kms:dsse", end), "501 NotImplemented"),
        (configuration("rot13", end), "400 InvalidArgument"),
        (configuration("AES256", &format!("<KMSMasterKeyID>k</KMSMasterKeyID>{end}")), "400 InvalidArgument"),
        (
            "<ServerSideEncryptionConfiguration></ServerSideEncryptionConfiguration>".into(),
            "400 MalformedXML",
        ),
        ("nonsense".into(), "400 MalformedXML"),
    ] {
        client.check("PUT", "/bkt?encryption", &[], &refused, expected).await;
    }
    client.check("PUT", "/bkt?encryption", &[], &with_key, "200").await;
    client.check("DELETE", "/bkt?encryption", &[], "", "204").await;
    check(Some("AES256  false"), "AES256").await;
    client.check("GET", "/nowhere?encryption", &[], "", "404 NoSuchBucket").await;
    client.s3.close().await;
}

#[tokio::test]
async fn damage_at_the_start_is_an_error_and_no_object() {
    let client = Client::with_bucket().await;
    client.check("PUT", "/bkt/k", &[], &"x".repeat(200_000), "200").await;
    let payloads = client.payloads();
    let [payload] = payloads.as_slice() else { panic!("{payloads:?}") };
    let mut sealed = std::fs::read(payload).unwrap();
    sealed[5] ^= 1;
    std::fs::write(payload, sealed).unwrap();
    let read = client.check("GET", "/bkt/k", &[], "", "500 InternalError").await;
    assert!(!read.text().contains("xxx"));
    client.check("HEAD", "/bkt/k", &[], "", "200").await;
    client.s3.close().await;
}
