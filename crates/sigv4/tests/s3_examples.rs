//! The worked examples of the Amazon S3 documentation on Signature Version 4.

#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use cairn_sigv4::{
    AuthError, Body, BodyCheck, Carrier, Credentials, Family, PayloadToSign, Presented, Request, SecretKey,
    Signer, Streaming, Trailers, Verified, Verifier,
};

const KEY: &str = "AKIAIOSFODNN7EXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const AT: &str = "2013-05-24T00:00:00Z";
const HOST: (&str, &str) = ("Host", "examplebucket.s3.amazonaws.com");
const DATE: (&str, &str) = ("x-amz-date", "20130524T000000Z");
const EMPTY: (&str, &str) =
    ("x-amz-content-sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");

struct Example {
    name: &'static str,
    method: &'static str,
    target: &'static str,
    headers: &'static [(&'static str, &'static str)],
    signed: &'static str,
    signature: &'static str,
}

const EXAMPLES: &[Example] = &[
    Example {
        name: "get object with a range",
        method: "GET",
        target: "/test.txt",
        headers: &[HOST, ("Range", "bytes=0-9"), EMPTY, DATE],
        signed: "host;range;x-amz-content-sha256;x-amz-date",
        signature: "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
    },
    Example {
        name: "put object",
        method: "PUT",
        target: "/test%24file.text",
        headers: &[
            HOST,
            ("Date", "Fri, 24 May 2013 00:00:00 GMT"),
            DATE,
            ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
            ("x-amz-content-sha256", "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"),
        ],
        signed: "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
        signature: "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
    },
    Example {
        name: "get bucket lifecycle",
        method: "GET",
        target: "/?lifecycle",
        headers: &[HOST, DATE, EMPTY],
        signed: "host;x-amz-content-sha256;x-amz-date",
        signature: "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
    },
    Example {
        name: "list objects",
        method: "GET",
        target: "/?max-keys=2&prefix=J",
        headers: &[HOST, DATE, EMPTY],
        signed: "host;x-amz-content-sha256;x-amz-date",
        signature: "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
    },
];

#[test]
fn header_examples_verify_and_nothing_near_them_does() {
    for example in EXAMPLES {
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={KEY}/20130524/us-east-1/s3/aws4_request,SignedHeaders={},Signature={}",
            example.signed, example.signature
        );
        let mut headers = example.headers.to_vec();
        headers.push(("Authorization", &authorization));
        if let Err(error) = verify(example.method, example.target, &headers, Body::Streamed) {
            panic!("{}: {error}", example.name);
        }
        let others = [("HEAD", example.target), (example.method, "/other")];
        for (method, target) in others {
            let result = verify(method, target, &headers, Body::Streamed);
            assert!(
                matches!(result, Err(AuthError::SignatureDoesNotMatch(_))),
                "{} {method} {target}",
                example.name
            );
        }
    }
}

#[test]
fn the_body_is_held_to_the_stated_hash() {
    let example = &EXAMPLES[1];
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential={KEY}/20130524/us-east-1/s3/aws4_request,SignedHeaders={},Signature={}",
        example.signed, example.signature
    );
    let mut headers = example.headers.to_vec();
    headers.push(("Authorization", &authorization));
    for (body, is_right) in [("Welcome to Amazon S3.", true), ("Welcome to Amazon S4.", false)] {
        let known = verify(example.method, example.target, &headers, Body::Bytes(body.as_bytes()));
        assert_eq!(known.is_ok(), is_right, "{body}");
        let streamed = verify(example.method, example.target, &headers, Body::Streamed).unwrap();
        let BodyCheck::Hash(mut hasher) = streamed.body() else { panic!("not a hash") };
        body.as_bytes().chunks(5).for_each(|bytes| hasher.update(bytes));
        assert_eq!(hasher.finish().is_ok(), is_right, "{body}");
    }
}

#[test]
fn the_presigned_example_verifies_until_it_expires() {
    let query = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3\
                 %2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host\
                 &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
    let headers: Vec<(&str, &[u8])> = vec![(HOST.0, HOST.1.as_bytes())];
    let request = Request { method: "GET", path: "/test.txt", query, headers: &headers };
    let presented = Presented::require(&request).unwrap();
    let cases = [
        ("2013-05-24T00:00:00Z", "ok"),
        ("2013-05-25T00:00:00Z", "ok"),
        ("2013-05-25T00:00:01Z", "Request has expired"),
        ("2013-05-23T23:45:00Z", "ok"),
        ("2013-05-23T23:44:59Z", "Request is not valid yet"),
    ];
    for (now, want) in cases {
        let result = Verifier::default().verify(
            &request,
            &presented,
            &SecretKey::new(SECRET),
            Body::Streamed,
            now.parse().unwrap(),
        );
        let got =
            result.map_or_else(|error| error.message(Family::S3, Carrier::of(&request)), |_| "ok".to_owned());
        assert_eq!(got, want, "{now}");
    }

    let signer_credentials = Credentials::new(KEY, SecretKey::new(SECRET), None);
    let signer = Signer { credentials: &signer_credentials, region: "us-east-1", service: "s3" };
    let unsigned = Request { query: "", ..request };
    let ours = signer.presign(&unsigned, PayloadToSign::Unsigned, 86_400, AT.parse().unwrap()).unwrap();
    assert_eq!(ours, query);
}

#[test]
fn the_chunked_example_verifies_and_is_made_the_same() {
    let headers = [
        HOST,
        DATE,
        ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
        ("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
        ("Content-Encoding", "aws-chunked"),
        ("x-amz-decoded-content-length", "66560"),
        ("Content-Length", "66824"),
        (
            "Authorization",
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=\
             content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;\
             x-amz-storage-class,Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
        ),
    ];
    let mut body = Vec::new();
    chunk(&mut body, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648", &[b'a'; 65536]);
    chunk(&mut body, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497", &[b'a'; 1024]);
    chunk(&mut body, "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9", &[]);
    assert_eq!(body.len(), 66_824);

    let verified =
        verify("PUT", "/examplebucket/chunkObject.txt", &headers_for_path_style(&headers), Body::Streamed);
    let BodyCheck::Chunked(mut decoder) = verified.unwrap().body() else { panic!("not chunked") };
    let mut decoded = Vec::new();
    decoder.push(&body, &mut decoded).unwrap();
    assert!(decoder.finish().unwrap().is_empty());
    assert_eq!(decoded, [b'a'; 66_560]);

    let credentials = Credentials::new(KEY, SecretKey::new(SECRET), None);
    let signer = Signer { credentials: &credentials, region: "us-east-1", service: "s3" };
    let to_sign = headers_for_path_style(&headers);
    let unsigned: Vec<(&str, &[u8])> = to_sign
        .iter()
        .filter(|(name, _)| !["x-amz-date", "x-amz-content-sha256", "Authorization"].contains(name))
        .map(|(name, value)| (*name, value.as_bytes()))
        .collect();
    let request =
        Request { method: "PUT", path: "/examplebucket/chunkObject.txt", query: "", headers: &unsigned };
    let signed = signer
        .sign_headers(&request, PayloadToSign::Streaming(Streaming::Signed), AT.parse().unwrap())
        .unwrap();
    let mut ours = Vec::new();
    let mut chunks = signed.into_chunk_signer().unwrap();
    chunks.chunk(&[b'a'; 65536], &mut ours);
    chunks.chunk(&[b'a'; 1024], &mut ours);
    chunks.finish(&Trailers::default(), &mut ours);
    assert!(ours == body, "the chunks we make differ from the documented ones");
}

/// The chunked example of the documentation is in path style.
fn headers_for_path_style<'a>(headers: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    headers
        .iter()
        .map(|(name, value)| if *name == "Host" { ("Host", "s3.amazonaws.com") } else { (*name, *value) })
        .collect()
}

fn chunk(body: &mut Vec<u8>, signature: &str, data: &[u8]) {
    body.extend_from_slice(format!("{:x};chunk-signature={signature}\r\n", data.len()).as_bytes());
    body.extend_from_slice(data);
    body.extend_from_slice(b"\r\n");
}

fn verify(
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: Body<'_>,
) -> Result<Verified, AuthError> {
    let headers: Vec<(&str, &[u8])> = headers.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let request = Request { method, path, query, headers: &headers };
    let presented = Presented::require(&request)?;
    Verifier::default().verify(&request, &presented, &SecretKey::new(SECRET), body, AT.parse().unwrap())
}
