//! The HTTP client of a webhook.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{Client as HttpClient, Error as HttpError};
use hyper_util::rt::TokioExecutor;
use jiff::Timestamp;

use super::answer::Answer;
use crate::material::names_certificate;
use crate::sink::PutError;

/// How much of an answer's body is read, so that the connection can be used again.
const ANSWER_BYTES_MAX: usize = 64 << 10;

/// How long an idle connection is kept.
const IDLE_MAX: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub(super) struct Client(HttpClient<HttpsConnector<HttpConnector>, Full<Bytes>>);

impl Client {
    pub(super) fn new(tls: rustls::ClientConfig) -> Self {
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        http.set_nodelay(true);
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_http1()
            .wrap_connector(http);
        let mut builder = HttpClient::builder(TokioExecutor::new());
        Self(
            builder
                .pool_idle_timeout(IDLE_MAX)
                .pool_timer(hyper_util::rt::TokioTimer::new())
                .build(connector),
        )
    }

    /// Sends a request at `now`; follows no redirection. Ends within `timeout`.
    pub(super) async fn send(&self, request: Request<Bytes>, timeout: Duration, now: Timestamp) -> Answer {
        let exchange = async {
            let response = self.0.request(request.map(Full::new)).await.map_err(unreachable)?;
            let (head, body) = response.into_parts();
            let date = head.headers.get("date").and_then(|date| date.to_str().ok());
            let parser = jiff::fmt::rfc2822::DateTimeParser::new();
            // A date is measured against the receiver's own clock, which may differ from ours.
            let now = date.and_then(|date| parser.parse_timestamp(date).ok()).unwrap_or(now);
            let answer = Answer::read(head.status, &head.headers, now);
            // What the body says changes nothing; reading it frees the connection.
            drop(Limited::new(body, ANSWER_BYTES_MAX).collect().await);
            Ok(answer)
        };
        match tokio::time::timeout(timeout, exchange).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => Answer::Again(error),
            Err(_elapsed) => Answer::Again(PutError::of("TimedOut")),
        }
    }
}

fn unreachable(error: HttpError) -> PutError {
    let code = match (names_certificate(&error), error.is_connect()) {
        (true, _) => "CertificateRefused",
        (false, true) => "Unreachable",
        (false, false) => "ConnectionLost",
    };
    PutError { code: code.to_owned(), source: Some(Box::new(error)) }
}
