//! The keys of OpenID Connect issuers: read from a file, or fetched with limits.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use cairn_sts::{KeyPlace, KeySource, KeySourceError};
use http::{Request, Uri};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::io::AsyncReadExt as _;

/// The largest document that is read; issuers publish a few kilobytes.
const DOCUMENT_BYTES_MAX: usize = 1 << 20;

/// How long an issuer has to answer.
const FETCH_WAIT: Duration = Duration::from_secs(5);

/// Files and plain HTTP.
#[derive(Debug)]
pub(crate) struct Places;

#[async_trait]
impl KeySource for Places {
    async fn read(&self, place: &KeyPlace) -> Result<Vec<u8>, KeySourceError> {
        match place {
            KeyPlace::File(path) => {
                let file = tokio::fs::File::open(path).await?;
                let mut document = Vec::new();
                file.take(DOCUMENT_BYTES_MAX as u64 + 1).read_to_end(&mut document).await?;
                if document.len() > DOCUMENT_BYTES_MAX {
                    return Err("the document is too long".into());
                }
                Ok(document)
            }
            KeyPlace::Http(url) => tokio::time::timeout(FETCH_WAIT, fetch(url.parse()?)).await?,
        }
    }
}

async fn fetch(uri: Uri) -> Result<Vec<u8>, KeySourceError> {
    let client: Client<HttpConnector, Empty<Bytes>> =
        Client::builder(TokioExecutor::new()).build(HttpConnector::new());
    let response = client.request(Request::get(uri).body(Empty::new())?).await?;
    if response.status() != http::StatusCode::OK {
        return Err(format!("the issuer answered {}", response.status()).into());
    }
    let body = Limited::new(response.into_body(), DOCUMENT_BYTES_MAX);
    Ok(body.collect().await?.to_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt as _;
    use tokio::net::TcpListener;

    use super::*;

    /// Answers one connection with `answer` and returns the place of it.
    async fn answering(answer: Vec<u8>) -> (KeyPlace, impl Future<Output = ()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let place = KeyPlace::Http(format!("http://{}/keys", listener.local_addr().unwrap()));
        let serving = async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut asked = [0; 1024];
            let read = stream.read(&mut asked).await.unwrap();
            assert!(asked[..read].starts_with(b"GET /keys HTTP/1.1\r\n"));
            // The client may leave before it has read what is too long.
            let _left = stream.write_all(&answer).await;
        };
        (place, serving)
    }

    async fn fetched(status: &str, length: usize) -> Result<Vec<u8>, KeySourceError> {
        let mut answer = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n").into_bytes();
        answer.resize(answer.len() + length, b'x');
        let (place, serving) = answering(answer).await;
        tokio::join!(Places.read(&place), serving).0
    }

    #[tokio::test]
    async fn documents_are_fetched_up_to_the_limit() {
        assert_eq!(fetched("200 OK", 3).await.unwrap(), b"xxx");
        assert_eq!(fetched("200 OK", DOCUMENT_BYTES_MAX).await.unwrap().len(), DOCUMENT_BYTES_MAX);
        assert!(fetched("200 OK", DOCUMENT_BYTES_MAX + 1).await.is_err());
        assert!(fetched("404 Not Found", 3).await.is_err());
        assert!(fetched("302 Found", 3).await.is_err(), "nobody is sent elsewhere");
    }

    #[tokio::test]
    async fn files_are_read_up_to_the_limit() {
        let dir = tempfile::tempdir().unwrap();
        let place = KeyPlace::File(dir.path().join("keys.json"));
        assert!(Places.read(&place).await.is_err());
        for (length, read) in [(0, true), (DOCUMENT_BYTES_MAX, true), (DOCUMENT_BYTES_MAX + 1, false)] {
            std::fs::write(dir.path().join("keys.json"), vec![b'x'; length]).unwrap();
            assert_eq!(Places.read(&place).await.is_ok(), read, "{length}");
        }
    }
}
