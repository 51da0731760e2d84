//! A client of the built-in S3, small and independent of the binary's own.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use cairn_event::Clock as _;
use cairn_server::SystemClock;
use cairn_sigv4::{Credentials, PayloadToSign, Request, SecretKey, Signer};

use crate::running::Desk;

/// Who calls, and where: what `cairn env` prints.
pub(crate) struct Client {
    host: String,
    credentials: Credentials,
}

impl Client {
    pub(crate) fn new(desk: &Desk) -> Self {
        let lines = desk.printed(&["env"]);
        let variables: BTreeMap<&str, &str> = lines
            .lines()
            .map(|line| line.strip_prefix("export ").unwrap().split_once('=').unwrap())
            .collect();
        let host = variables["AWS_ENDPOINT_URL"].strip_prefix("http://").unwrap().to_owned();
        let secret = SecretKey::new(variables["AWS_SECRET_ACCESS_KEY"]);
        Self { host, credentials: Credentials::new(variables["AWS_ACCESS_KEY_ID"], secret, None) }
    }

    pub(crate) fn create_bucket(&self, name: &str) {
        self.call("PUT", &format!("/{name}"), "", b"");
    }

    pub(crate) fn put_policy(&self, bucket: &str, policy: &str) {
        self.call("PUT", &format!("/{bucket}"), "policy=", policy.as_bytes());
    }

    pub(crate) fn delete_bucket(&self, name: &str) {
        self.call("DELETE", &format!("/{name}"), "", b"");
    }

    /// Calls an operation of CloudTrail.
    pub(crate) fn cloudtrail(&self, operation: &str, input: &str) {
        let target = format!("CloudTrail_20131101.{operation}");
        let headers = [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", target.as_str())];
        self.send("cloudtrail", "POST", ("/", ""), &headers, input.as_bytes());
    }

    fn call(&self, method: &str, path: &str, query: &str, body: &[u8]) {
        self.send("s3", method, (path, query), &[], body);
    }

    fn send(
        &self,
        service: &str,
        method: &str,
        (path, query): (&str, &str),
        more: &[(&str, &str)],
        body: &[u8],
    ) {
        let mut headers = vec![("host", self.host.as_bytes())];
        headers.extend(more.iter().map(|(name, value)| (*name, value.as_bytes())));
        let signer = Signer { credentials: &self.credentials, region: "us-east-1", service };
        let request = Request { method, path, query, headers: &headers };
        let signed = signer.sign_headers(&request, PayloadToSign::Bytes(body), SystemClock.now()).unwrap();
        let mut head = format!("{method} {path}?{query} HTTP/1.1\r\nconnection: close\r\n");
        for (name, value) in &headers {
            head.push_str(&format!("{name}: {}\r\n", std::str::from_utf8(value).unwrap()));
        }
        for (name, value) in &signed.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
        let mut connection = TcpStream::connect(&self.host).unwrap();
        connection.write_all(head.as_bytes()).unwrap();
        connection.write_all(body).unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 20"), "{method} {path}: {answer}");
    }
}
