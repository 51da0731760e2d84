//! Recorded exchanges as they stand in files.
//!
//! ```json
//! {"request": {"method": "POST", "target": "/", "headers": [["Host", "h"]], "body": {"text": "…"}},
//!  "response": {"status": 200, "headers": [], "body": {"base64": "…"}}, "received_at_epoch": 1795338661.1}
//! ```
//!
//! Everything but method and target may be left out, and a request may stand alone. A body is text or an object
//! with `text` or `base64`; `body_len` and `body_truncated` tell of one that is not all there. Nothing of a file
//! is shown when it makes no sense: it may hold secrets.

use std::collections::BTreeMap;
use std::io::Read;
use std::net::IpAddr;

use anyhow::{Context as _, anyhow};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use cairn_server::{SeenAnswer, SeenBody, SeenExchange};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Deserializer, Value};

/// Reads one document after another, whatever stands between them.
pub(super) fn read(reader: impl Read) -> impl Iterator<Item = anyhow::Result<SeenExchange>> {
    let documents = Deserializer::from_reader(reader).into_iter::<Value>();
    documents.zip(1_u64..).map(|(document, number)| {
        let document = document.map_err(|error| {
            anyhow!("document {number} is no JSON, at line {} column {}", error.line(), error.column())
        })?;
        understand(document).with_context(|| format!("document {number}"))
    })
}

fn understand(document: Value) -> anyhow::Result<SeenExchange> {
    let alone = document.get("request").is_none();
    let document = if alone { serde_json::json!({ "request": document }) } else { document };
    // What serde says would show the value that it did not expect.
    let document: Document = serde_json::from_value(document).map_err(|_unexpected| {
        anyhow!("it is no exchange: method and target are texts, headers are pairs")
    })?;
    let Document { request, response, received_at_epoch, peer } = document;
    let answer = match response {
        Some(response) => Some(SeenAnswer {
            status: response.status,
            headers: response.headers.pairs(),
            body: response.content.seen()?,
        }),
        None => None,
    };
    Ok(SeenExchange {
        method: request.method,
        target: request.target,
        headers: request.headers.pairs(),
        body: request.content.seen()?,
        answer,
        peer: peer.and_then(|peer| peer.parse::<IpAddr>().ok()),
        at: received_at_epoch.and_then(instant),
    })
}

fn instant(seconds: f64) -> Option<Timestamp> {
    let at = cairn_wire::Timestamp::from_epoch_seconds(seconds).ok()?;
    Some(at.into())
}

#[derive(Deserialize)]
struct Document {
    request: Asked,
    response: Option<Answered>,
    received_at_epoch: Option<f64>,
    peer: Option<String>,
}

#[derive(Deserialize)]
struct Asked {
    method: String,
    target: String,
    #[serde(default)]
    headers: Headers,
    #[serde(flatten)]
    content: Content,
}

#[derive(Deserialize)]
struct Answered {
    status: u16,
    #[serde(default)]
    headers: Headers,
    #[serde(flatten)]
    content: Content,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Headers {
    Pairs(Vec<(String, String)>),
    ByName(BTreeMap<String, String>),
}

#[derive(Deserialize)]
struct Content {
    body: Option<Body>,
    body_len: Option<u64>,
    #[serde(default)]
    body_truncated: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Body {
    Text(String),
    Encoded { text: Option<String>, base64: Option<String> },
}

impl Default for Headers {
    fn default() -> Self {
        Self::Pairs(Vec::new())
    }
}

impl Headers {
    fn pairs(self) -> Vec<(String, Vec<u8>)> {
        match self {
            Self::Pairs(pairs) => pairs.into_iter().map(|(name, value)| (name, value.into_bytes())).collect(),
            Self::ByName(named) => {
                named.into_iter().map(|(name, value)| (name, value.into_bytes())).collect()
            }
        }
    }
}

impl Content {
    fn seen(self) -> anyhow::Result<SeenBody> {
        let bytes = match self.body {
            None => Vec::new(),
            Some(Body::Text(text)) => text.into_bytes(),
            Some(Body::Encoded { text: Some(text), .. }) => text.into_bytes(),
            Some(Body::Encoded { text: None, base64 }) => BASE64_STANDARD
                .decode(base64.unwrap_or_default())
                .map_err(|_no_base64| anyhow!("its body is no base64"))?,
        };
        let length = self.body_len.unwrap_or(bytes.len() as u64);
        Ok(SeenBody { cut: self.body_truncated, bytes, length })
    }
}
