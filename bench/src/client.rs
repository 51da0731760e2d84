//! A signed HTTP connection to the server under measurement.

use std::convert::Infallible;

use anyhow::Context as _;
use bytes::Bytes;
use cairn_event::Clock as _;
use cairn_sigv4::{Credentials, PayloadToSign, Request as ToSign, Signer};
use http::{Request, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::engine::MachineClock;
use crate::server::ServerProcess;

/// The Region that requests are signed for unless another is chosen.
const REGION: &str = "us-east-1";

/// One connection, kept open; one request at a time.
pub(crate) struct Client<'s> {
    server: &'s ServerProcess,
    credentials: Credentials,
    region: String,
    sender: http1::SendRequest<BoxBody<Bytes, Infallible>>,
    _connection: JoinSet<()>,
}

/// What is sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    pub(crate) headers: &'a [(&'a str, &'a str)],
}

/// An answer, whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) etag: Option<String>,
    pub(crate) length: Option<u64>,
    pub(crate) body: Bytes,
}

impl<'s> Client<'s> {
    /// Connects as the administrator.
    pub(crate) async fn connect(server: &'s ServerProcess) -> anyhow::Result<Self> {
        Self::connect_as(server, server.credentials.clone()).await
    }

    /// Connects as whoever has these credentials.
    pub(crate) async fn connect_as(
        server: &'s ServerProcess,
        credentials: Credentials,
    ) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(server.address).await.context("connect to the server")?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        let mut driving = JoinSet::new();
        driving.spawn(async move {
            // What goes wrong shows at the request that it interrupts.
            let _closed = connection.await.is_ok();
        });
        Ok(Self { server, credentials, region: REGION.to_owned(), sender, _connection: driving })
    }

    /// Signs what follows with other credentials, for another Region.
    pub(crate) fn act_as(&mut self, credentials: Credentials, region: &str) {
        (self.credentials, self.region) = (credentials, region.to_owned());
    }

    /// Calls an operation of CloudTrail and returns its answer.
    pub(crate) async fn cloudtrail(&mut self, operation: &str, input: &Value) -> anyhow::Result<Value> {
        let target = format!("com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.{operation}");
        let headers = [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", target.as_str())];
        let call = Call { method: "POST", path: "/", query: "", headers: &headers };
        let answer = self.send("cloudtrail", &call, Bytes::from(input.to_string())).await?;
        anyhow::ensure!(
            answer.status == StatusCode::OK,
            "{operation} answered {}: {}",
            answer.status,
            String::from_utf8_lossy(&answer.body)
        );
        Ok(serde_json::from_slice(&answer.body)?)
    }

    /// Calls S3 with a body in memory, which is signed; anything but success is an error.
    pub(crate) async fn s3(
        &mut self,
        method: &str,
        path: &str,
        query: &str,
        body: Bytes,
    ) -> anyhow::Result<Answer> {
        let call = Call { method, path, query, headers: &[] };
        let answer = self.send("s3", &call, body).await?;
        succeeded(method, path, answer)
    }

    /// Puts an object whose body is not signed and comes as it is asked for.
    pub(crate) async fn put_stream(
        &mut self,
        path: &str,
        length: u64,
        body: BoxBody<Bytes, Infallible>,
    ) -> anyhow::Result<Answer> {
        let length = length.to_string();
        let headers = [("content-length", length.as_str())];
        let call = Call { method: "PUT", path, query: "", headers: &headers };
        let request = self.signed("s3", &call, PayloadToSign::Unsigned, body)?;
        let answer = self.exchange(request).await?;
        succeeded("PUT", path, answer)
    }

    /// Gets an object, drops its bytes as they come, and returns how many they were.
    pub(crate) async fn get_stream(&mut self, path: &str) -> anyhow::Result<u64> {
        let call = Call { method: "GET", path, query: "", headers: &[] };
        let request = self.signed("s3", &call, PayloadToSign::Unsigned, Full::default().boxed())?;
        self.sender.ready().await?;
        let response = self.sender.send_request(request).await?;
        anyhow::ensure!(response.status().is_success(), "GET {path} answered {}", response.status());
        let mut body = response.into_body();
        let mut bytes = 0;
        while let Some(frame) = body.frame().await {
            bytes += frame?.data_ref().map_or(0, |piece| piece.len() as u64);
        }
        Ok(bytes)
    }

    /// Sends any call with a body in memory, which is signed, and returns its answer, whatever it says.
    pub(crate) async fn send(
        &mut self,
        service: &str,
        call: &Call<'_>,
        body: Bytes,
    ) -> anyhow::Result<Answer> {
        let request =
            self.signed(service, call, PayloadToSign::Bytes(&body), Full::new(body.clone()).boxed())?;
        self.exchange(request).await
    }

    fn signed(
        &self,
        service: &str,
        call: &Call<'_>,
        payload: PayloadToSign<'_>,
        body: BoxBody<Bytes, Infallible>,
    ) -> anyhow::Result<Request<BoxBody<Bytes, Infallible>>> {
        let host = self.server.address.to_string();
        let mut headers: Vec<(&str, &[u8])> = vec![("host", host.as_bytes())];
        headers.extend(call.headers.iter().map(|(name, value)| (*name, value.as_bytes())));
        let to_sign = ToSign { method: call.method, path: call.path, query: call.query, headers: &headers };
        let signer = Signer { credentials: &self.credentials, region: &self.region, service };
        let signed = signer.sign_headers(&to_sign, payload, MachineClock.now())?;
        let uri = if call.query.is_empty() {
            call.path.to_owned()
        } else {
            format!("{}?{}", call.path, call.query)
        };
        let mut request = Request::builder().method(call.method).uri(uri);
        for (name, value) in &headers {
            request = request.header(*name, *value);
        }
        for (name, value) in &signed.headers {
            request = request.header(*name, value);
        }
        Ok(request.body(body)?)
    }

    async fn exchange(&mut self, request: Request<BoxBody<Bytes, Infallible>>) -> anyhow::Result<Answer> {
        self.sender.ready().await?;
        let response = self.sender.send_request(request).await?;
        let status = response.status();
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
        let etag = header("etag").map(str::to_owned);
        let length = header("content-length").and_then(|value| value.parse().ok());
        let body = response.into_body().collect().await?.to_bytes();
        Ok(Answer { status, etag, length, body })
    }
}

fn succeeded(method: &str, path: &str, answer: Answer) -> anyhow::Result<Answer> {
    anyhow::ensure!(
        answer.status.is_success(),
        "{method} {path} answered {}: {}",
        answer.status,
        String::from_utf8_lossy(&answer.body)
    );
    Ok(answer)
}
